"""Checks on single pictures: tiny, huge, dark, bright, blurry, oddly shaped.

Each rule asks twice: is it so by itself, and is it so beside the rest of the set? Night photographs are all
dark, flat drawings all smooth; what holds for the whole set is its nature and no fault of single pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.doctor.case import Case, are, hashes_of, leave_out, listed, paths_of
from core.data.findings import counted
from core.domain.dataset import Issue, IssueKind, Severity
from core.domain.facts import PictureFacts

TINY: Final = 32  # pixels on the shorter side
HUGE: Final = 24_000_000  # pixels
DARK: Final = 0.1
BRIGHT: Final = 0.92
FLAT: Final = 0.1  # contrast below which nothing stands out of the dark or the light
BLURRED: Final = 30.0  # variance of the Laplacian; sharp photographs have 100 to 3,000
BLURRED_BESIDE: Final = 0.05  # of the set's median
BLURRED_FOR_CONTRAST: Final = 0.04  # sharpness beside the squared contrast, which smooth bright scenes keep
STRETCHED: Final = 2.2  # times as long or as high as the usual picture of the set
DEVIATIONS: Final = 4.0
NATURE: Final = 0.3  # a larger share of the set is its nature, and nothing to be left out

Numbers = npt.NDArray[np.float64]
Odd = Callable[[Sequence[PictureFacts]], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What may be odd about a picture, and what that does."""

    kind: IssueKind
    adjective: str  # completes "3 pictures are ..."
    odd: Odd
    consequence: str
    hint: str
    mended: bool = True  # leaving them out is worth offering


def look(case: Case, trait: Trait) -> Issue | None:
    """Return the issue for all pictures with this trait; None where there is none."""
    measured = case.measured()
    if not measured:
        return None
    odd = trait.odd([fact for _, fact in measured])
    found = [sample for (sample, _), is_odd in zip(measured, odd.tolist(), strict=True) if is_odd]
    if not found:
        return None
    nature = len(found) > max(2.0, NATURE * len(measured))
    which = f" ({len(found) / len(measured):.0%} of all)" if nature else f": {listed(paths_of(found))}"
    return Issue(
        kind=trait.kind,
        severity=Severity.INFORMS,
        message=f"{counted(len(found), 'picture')} {are(len(found))} {trait.adjective}{which}.",
        consequence=trait.consequence,
        hint="So many are like this that it is the nature of these pictures." if nature else trait.hint,
        paths=paths_of(found),
        pictures=hashes_of(found),
        mend=None if nature or not trait.mended else leave_out(found),
    )


def _tiny(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    return np.array([min(fact.width, fact.height) < TINY for fact in facts])


def _huge(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    return np.array([fact.width * fact.height > HUGE for fact in facts])


def _dark(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    brightness, contrast = _of(facts, "brightness"), _of(facts, "contrast")
    return (brightness < DARK) & (brightness < 0.45 * np.median(brightness)) & (contrast < FLAT)


def _bright(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    shade, contrast = 1 - _of(facts, "brightness"), _of(facts, "contrast")
    return (shade < 1 - BRIGHT) & (shade < 0.35 * np.median(shade)) & (contrast < FLAT)


def _blurry(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    """A black or white picture is not blurry, it is empty; that is another trait."""
    sharpness, contrast = _of(facts, "sharpness"), 255 * _of(facts, "contrast")
    return (
        (sharpness < BLURRED)
        & (sharpness < BLURRED_BESIDE * np.median(sharpness))
        & (sharpness < BLURRED_FOR_CONTRAST * contrast**2)
    )


def _stretched(facts: Sequence[PictureFacts]) -> npt.NDArray[np.bool_]:
    shape = np.log([fact.width / fact.height for fact in facts])
    apart = np.abs(shape - np.median(shape))
    usual = max(0.05, 1.48 * float(np.median(apart)))
    odd: npt.NDArray[np.bool_] = (apart > np.log(STRETCHED)) & (apart > DEVIATIONS * usual)
    return odd


def _of(facts: Sequence[PictureFacts], name: str) -> Numbers:
    values: npt.NDArray[Any] = np.array([getattr(fact, name) for fact in facts], dtype=np.float64)
    return values


LOOKS: Final = (
    Trait(
        kind=IssueKind.BLURRY,
        adjective="blurry",
        odd=_blurry,
        consequence="Fine detail is missing: the model may learn 'blurry' instead of the class.",
        hint="Leave them out, unless pictures will be blurry later, too.",
    ),
    Trait(
        kind=IssueKind.DARK,
        adjective="nearly black",
        odd=_dark,
        consequence="There is little to be seen in them, so their class can only be guessed.",
        hint="Leave them out, unless pictures will be this dark later, too.",
    ),
    Trait(
        kind=IssueKind.BRIGHT,
        adjective="nearly white",
        odd=_bright,
        consequence="There is little to be seen in them, so their class can only be guessed.",
        hint="Leave them out, unless pictures will be this bright later, too.",
    ),
    Trait(
        kind=IssueKind.ODD_ASPECT,
        adjective="of quite another shape than the rest",
        odd=_stretched,
        consequence="Fitted to one size, what they show is squeezed, padded or cut.",
        hint="Cut them to what matters, or leave them out.",
    ),
    Trait(
        kind=IssueKind.TINY,
        adjective=f"less than {TINY} pixels wide or high",
        odd=_tiny,
        consequence="Enlarged for the model, they show smears instead of detail.",
        hint="Replace them by larger ones, or leave them out.",
    ),
    Trait(
        kind=IssueKind.HUGE,
        adjective=f"larger than {HUGE / 1e6:.0f} megapixels",
        odd=_huge,
        consequence="They take long to read, and small things vanish when they are shrunk for the model.",
        hint="Nothing has to be done; cut them to what matters if that is small.",
        mended=False,
    ),
)
