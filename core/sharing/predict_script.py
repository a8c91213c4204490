"""The two small programs that go with an export: ``predict.py`` asks it, ``verify.py`` tries it out."""

from __future__ import annotations

from importlib import metadata
from typing import Final

from core.data.decode import FORMATS
from core.domain.certificate import ExportKind
from core.settings import Limits

FILES: Final = {
    ExportKind.ONNX: ("model.onnx",),
    ExportKind.ONNX_INT8: ("model.onnx",),
    ExportKind.TORCH_EXPORT: ("model.pt2",),
    ExportKind.TORCHSCRIPT: ("model.pt",),
    ExportKind.OPENVINO: ("model.xml", "model.bin"),
}
NEEDS: Final = {  # the packages that both programs import; torch does not bring numpy along
    ExportKind.ONNX: ("onnxruntime", "numpy", "pillow"),
    ExportKind.ONNX_INT8: ("onnxruntime", "numpy", "pillow"),
    ExportKind.TORCH_EXPORT: ("torch", "numpy", "pillow"),
    ExportKind.TORCHSCRIPT: ("torch", "numpy", "pillow"),
    ExportKind.OPENVINO: ("openvino", "numpy", "pillow"),
}
_ONNX: Final = '''
import onnxruntime

onnxruntime.disable_telemetry_events()
onnxruntime.set_default_logger_severity(3)
RUNTIME = f"onnxruntime {onnxruntime.__version__}"
MODEL = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])


def ask(picture):
    """Return the probability of each class, and the distance from what was learnt (None: not told)."""
    found = MODEL.run(None, {"picture": picture})
    return found[0], float(found[1][0]) if len(found) > 1 else None
'''
_OPENVINO: Final = '''
sys.modules.setdefault("openvino_telemetry", None)  # nothing is reported to anybody
import openvino

RUNTIME = f"openvino {openvino.__version__}"
# without the first, some processors round to 16 bits
HINTS = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
CORE = openvino.Core()
MODEL = CORE.compile_model(CORE.read_model(HERE / "model.xml"), "CPU", HINTS)


def ask(picture):
    """Return the probability of each class, and the distance from what was learnt (None: not told)."""
    found = list(MODEL(picture).values())
    return found[0], float(found[1][0]) if len(found) > 1 else None
'''
_TORCH_ASK: Final = '''

def ask(picture):
    """Return the probability of each class, and the distance from what was learnt (None: not told)."""
    with torch.inference_mode():
        found = MODEL(pixels_of(picture))
    if isinstance(found, torch.Tensor):
        return found.numpy(), None
    return found[0].numpy(), float(found[1][0])
'''
_TORCHSCRIPT: Final = '''
import warnings

import torch

warnings.simplefilter("ignore", FutureWarning)  # PyTorch recommends its other form
RUNTIME = f"torch {torch.__version__}"
MODEL = torch.jit.load(str(HERE / "model.pt"), map_location="cpu").eval()


def pixels_of(picture):
    """Return what the program takes."""
    return torch.from_numpy(picture)
'''
_TORCH_EXPORT: Final = '''
import torch

RUNTIME = f"torch {torch.__version__}"
MODEL = torch.export.load(HERE / "model.pt2").module()


def fit(picture):
    """Return the picture as a square of the size that the network was made for."""
    how = RULE["picture"]
    image, side = Image.fromarray(picture), how["size"]
    by = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}[how["interpolation"]]
    width, height = image.size
    if how["mode"] == "squash":
        return image.resize((side, side), by)
    if how["mode"] == "crop":
        short = min(width, height)
        left, top = (width - short) / 2, (height - short) / 2
        return image.resize((side, side), by, box=(left, top, left + short, top + short))
    scale = side / max(width, height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    square = Image.new("RGB", (side, side), tuple(how["border"]))
    square.paste(image.resize(inner, by), ((side - inner[0]) // 2, (side - inner[1]) // 2))
    return square


def pixels_of(picture):
    """Return what the program takes: a picture that has been resized."""
    return torch.from_numpy(np.array(fit(picture))).permute(2, 0, 1)[None].float()
'''
_RUNTIMES: Final = {
    ExportKind.ONNX: _ONNX,
    ExportKind.ONNX_INT8: _ONNX,
    ExportKind.TORCH_EXPORT: _TORCH_EXPORT + _TORCH_ASK,
    ExportKind.TORCHSCRIPT: _TORCHSCRIPT + _TORCH_ASK,
    ExportKind.OPENVINO: _OPENVINO,
}
_BEGIN: Final = '''"""Ask the model about pictures: python predict.py PICTURE [PICTURE ...]

It needs {count} packages: pip install {needs}
For photos of iPhones (HEIC) as well: pip install pi-heif
The versions it was tried with: pip install -r requirements.txt
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
RULE = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
MOST_PIXELS = {most_pixels:_}
FORMATS = {formats}
'''
_REST: Final = '''

try:
    from pi_heif import register_heif_opener

    register_heif_opener()
except ImportError:
    pass  # HEIC is told as what cannot be read
Image.init()
KNOWN = [name for name in FORMATS if name in Image.OPEN]  # some Pillows cannot read every one of them
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(path):
    """Return a picture as (height, width, 3) bytes: upright, transparency on white, large JPEGs reduced."""
    with Image.open(path, formats=KNOWN) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"more than {MOST_PIXELS / 1e6:g} megapixels")
        image.draft(None, (2 * RULE["picture"]["size"],) * 2)
        image.load()
        image = upright(image)
        if image.mode.startswith(("I", "F")):
            image = Image.fromarray(grey(np.asarray(image)))
        elif image.has_transparency_data:
            seen = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
            image = Image.new("RGB", seen.size, "white")
            image.paste(seen, mask=seen.getchannel("A"))
        return np.array(image.convert("RGB"))


def upright(image):
    """Return the picture turned as its camera was held."""
    try:
        turn = UPRIGHT.get(image.getexif().get(0x0112))
    except Exception:  # what a camera wrote may be damaged, and the picture whole
        return image
    return image if turn is None else image.transpose(turn)


def grey(values):
    """Return grey of more than 8 bits scaled to bytes: by the smallest usual depth that holds it."""
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low < 0 or high > 65535:
        numbers, full = numbers - low, high - low
    elif values.dtype.kind == "f" and high <= 4:  # shares of 1, maybe a little too much
        full = max(1.0, high)
    else:
        full = next(depth for depth in (255.0, 1023.0, 4095.0, 16383.0, 65535.0) if high <= depth)
    if full < 1e-30:
        return np.zeros(numbers.shape, np.uint8)
    return np.rint(numbers * np.float32(255 / full)).astype(np.uint8)


def decide(probabilities, distance):
    """Return what is said about a picture, how sure that is, and why it would rather be left to a person."""
    likely = np.asarray(probabilities, dtype=np.float64)
    if RULE["several"]:
        said = likely >= np.array(RULE["thresholds"])
        sure = float(np.where(said, likely, 1 - likely).prod())
    else:
        best = likely.argmax() if RULE["costs"] is None else cheapest(likely)
        said, sure = np.arange(len(likely)) == best, float(likely[best])
    doubt = None
    if RULE["farthest"] is not None and distance is not None and distance > RULE["farthest"]:
        doubt = "unlike anything it learnt from"
    elif RULE["least_sure"] is not None and sure < RULE["least_sure"]:
        doubt = "not sure"
    answer = [name for name, one in zip(RULE["classes"], said) if one]
    return {"answer": answer if RULE["several"] else answer[0], "sure": sure, "doubt": doubt}


def cheapest(likely):
    """Return the place of the class whose mistakes cost least, of equals the likeliest."""
    expected = likely @ np.array(RULE["costs"])
    return np.where(expected <= expected.min() + 1e-12, likely, -1).argmax()


def told(path):
    """Return what is said about a file, or why it cannot be read: one such file does not end the others."""
    try:
        picture = read(path)
    except Exception as problem:
        return {"error": f"{type(problem).__name__}: {problem}"}
    return decide(*ask(picture))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python predict.py PICTURE [PICTURE ...]")
    found = ({"picture": path} | told(path) for path in sys.argv[1:])
    failed = 0
    for one in found:
        print(json.dumps(one))  # ASCII alone: not every console has all letters
        failed += "error" in one
    sys.exit(1 if failed else 0)
'''
VERIFY: Final = '''"""Try the model on a few pictures whose answers are known: python verify.py"""

import json
import sys

import predict

if not sys.stdout.isatty():  # an old code page lacks letters of the classes
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
golden = json.loads((predict.HERE / "golden.json").read_text(encoding="utf-8"))


def as_far(distance, expected):
    """Tell whether the distance from what was learnt is as expected."""
    if distance is None or expected is None:
        return distance == expected
    return abs(distance - expected) <= golden["tolerance"]


def as_sure(found, distance, expected):
    """Tell whether the doubt is as expected, or so close to a limit that rounding decides."""
    pairs = [(found["sure"], predict.RULE["least_sure"]), (distance, predict.RULE["farthest"])]
    known = [(value, limit) for value, limit in pairs if value is not None and limit is not None]
    near = any(abs(value - limit) <= golden["tolerance"] for value, limit in known)
    return found["doubt"] == expected or near


here = [one for one in golden["pictures"] if (predict.HERE / one["file"]).is_file()]
failed = 0
for one in here:
    probabilities, distance = predict.ask(predict.read(predict.HERE / one["file"]))
    found = predict.decide(probabilities, distance)
    off = float(abs(probabilities - predict.np.array(one["probabilities"], dtype="float32")).max())
    good = found["answer"] == one["answer"] and off <= golden["tolerance"]
    good = good and as_far(distance, one["distance"]) and as_sure(found, distance, one["doubt"])
    failed += not good
    doubt = f" ({found['doubt']})" if found["doubt"] else ""
    print(f"{'ok     ' if good else 'DIFFERS'} {one['file']}: {found['answer']}{doubt}, off by {off:.6f}")
print(f"{len(here) - failed} of {len(here)} as expected, with {predict.RUNTIME}")
if len(here) < len(golden["pictures"]):
    print(f"{len(golden['pictures']) - len(here)} not tried: the folder golden was left out, or some of it")
sys.exit(0 if here and not failed else 1)  # nothing tried is nothing known
'''


SNIPPET: Final = """import predict  # predict.py of the export, in the same folder

answer = predict.decide(*predict.ask(predict.read("picture.jpg")))
print(answer["answer"], answer["sure"], answer["doubt"])
"""


def predict_script(kind: ExportKind) -> str:
    """Return ``predict.py`` for one kind of export."""
    needs = NEEDS[kind]
    begin = _BEGIN.format(
        count=len(needs), needs=" ".join(needs), formats=list(FORMATS), most_pixels=Limits().picture_pixels
    )
    return begin + _RUNTIMES[kind] + _REST


def requirements(kind: ExportKind) -> str:
    """Return the packages that one kind of export needs, in the versions that are installed here."""
    # without the local part (2.9.0+cpu), which the usual index of packages does not have
    lines = (f"{name}=={metadata.version(name).partition('+')[0]}" for name in NEEDS[kind])
    return "\n".join(lines) + "\n"
