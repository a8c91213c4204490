"""What is written for people beside an export: how to ask it from any language, and where it comes from."""

from __future__ import annotations

from typing import Any, Final

from core.domain.certificate import Certificate, ExportKind, Origin
from core.sharing.predict_script import NEEDS

_TITLES: Final = {
    ExportKind.ONNX: "ONNX",
    ExportKind.ONNX_INT8: "ONNX in 8-bit numbers",
    ExportKind.TORCH_EXPORT: "exported program of PyTorch (.pt2)",
    ExportKind.TORCHSCRIPT: "TorchScript",
    ExportKind.OPENVINO: "OpenVINO IR",
}
_README: Final = """\
{project}, {run}: a trained picture classifier from Sightsmith, as {title}.

Ask it:    pip install {needs}
           python predict.py PICTURE
Try it:    python verify.py

WHAT GOES IN AND COMES OUT (one picture per call)
{input}
  out: probabilities, float32 ({classes}), of the classes in the order of labels.json{distance}

FROM A FILE TO THE INPUT (predict.py: read, upright, grey)
  1. Decode it. JPEGs are reduced by the decoder itself, to a half, a quarter or an eighth, as long as both
     sides keep {drafted} pixels. Without that it takes longer, and the probabilities differ a little.
  2. Turn it as the orientation in its EXIF says.
  3. Where grey has more than 8 bits: multiply by 255 / m, with m the smallest of 255, 1023, 4095, 16383 and
     65535 that is not below the largest value (floats and numbers below zero: see predict.py).
  4. Lay what is transparent on white.
  5. Make it red green blue, a byte each. Colour profiles are ignored.
{resize}
FROM THE PROBABILITIES TO AN ANSWER (labels.json; what is null there does not apply)
{answer}
  if distance > farthest:        leave it to a person ("unlike anything it learnt from")
  else if sure < least_sure:     leave it to a person ("not sure")

WHERE IT COMES FROM
  Project {project}, training run {run} ({run_id}){trained}.
  It learnt from {learnt_from:,} pictures (fingerprint {fingerprint}), on {backbone},
  whose weights are licensed: {licence}. Exported on {exported:%Y-%m-%d} by Sightsmith {sightsmith}.
  Test: {why}{right}{tried}

FILES
  labels.json: the classes, and the rule for "not sure".
  requirements.txt: the versions of the packages that it was tried with.
  certificate.json: what stands under "Where it comes from", for programs.
  golden/: {split} pictures, for verify.py; leave the folder out where they must not be seen by others.
"""
_ANY_SIZE: Final = """\
  in:  {name}uint8 (height, width, 3), red green blue, of any size; it is resized inside as in Sightsmith"""
_RESIZED: Final = """\
  in:  float32 (1, 3, {size}, {size}) from 0 to 255, red green blue: a picture that has been resized"""
_RESIZE: Final = """\
  6. Resize it to {size} x {size} (predict.py: fit): {mode}, {interpolation}, as Pillow does.
"""
_DISTANCE: Final = """
       distance, float32 (1), from what was learnt: 0 for a picture learnt from, 2 at most"""
_TRIED: Final = """
  That was tried on the computer where it was made, with {runtime}.
  Other versions and other processors may round otherwise: run verify.py where it is to work."""
_LIKELIEST: Final = """\
  answer = the class with the highest probability
  sure = its probability"""
_CHEAPEST: Final = """\
  answer = the class for which the sum of probabilities[actual] * costs[actual][class] over all actual classes
           is least
  sure = its probability"""
_SEVERAL: Final = """\
  answer = every class whose probability p is not below its number in thresholds; maybe none
  sure = the product over all classes of p where it is in the answer, and of 1 - p where it is not"""


def readme(certificate: Certificate, rule: dict[str, Any], origin: Origin) -> str:
    """Return ``README.txt`` of an export that answers by ``rule``."""
    accuracy, picture = certificate.accuracy, rule["picture"]
    right = "" if accuracy is None else f"\n  It is right about {accuracy.value:.1%} of them"
    span = "" if accuracy is None else f" ({accuracy.low:.1%} to {accuracy.high:.1%} with 95 % confidence)."
    given = certificate.kind is not ExportKind.TORCH_EXPORT
    return _README.format(
        project=_line(origin.project),
        run=_line(origin.run),
        title=_TITLES[certificate.kind],
        needs=" ".join(NEEDS[certificate.kind]),
        input=_ANY_SIZE.format(name=_name(certificate.kind)) if given else _RESIZED.format(**picture),
        classes=len(rule["classes"]),
        distance="" if rule["farthest"] is None else _DISTANCE,
        drafted=2 * picture["size"],
        resize="" if given else _RESIZE.format(**picture),
        answer=_answer(rule),
        run_id=origin.run_id,
        trained=f", trained on {origin.trained_at:%Y-%m-%d}" if origin.trained_at else "",
        learnt_from=origin.learnt_from,
        fingerprint=origin.dataset_fingerprint[:16],
        backbone=origin.backbone,
        licence=origin.licence,
        exported=origin.exported_at,
        sightsmith=origin.sightsmith,
        why=certificate.why,
        right=right + span,
        tried=_TRIED.format(runtime=certificate.runtime) if certificate.pictures else "",
        split=certificate.split,
    )


def _name(kind: ExportKind) -> str:
    return "picture, " if kind in (ExportKind.ONNX, ExportKind.ONNX_INT8, ExportKind.OPENVINO) else ""


def _answer(rule: dict[str, Any]) -> str:
    if rule["several"]:
        return _SEVERAL
    return _LIKELIEST if rule["costs"] is None else _CHEAPEST


def _line(name: str) -> str:
    return " ".join(name.split())
