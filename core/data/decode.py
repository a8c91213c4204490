"""The one way in which a file becomes a picture: fully decoded, upright, plain RGB, for every purpose."""

from __future__ import annotations

import errno
import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError

from core.data import heif
from core.data.kinds import HEAD_BYTES, what_it_is
from core.domain.errors import PictureError
from core.settings import Limits

# What cameras, scanners, phones and the web produce. Left out: formats that start other programs (EPS), that
# are known for tiny files which take gigabytes (BLP), that match any bytes (TGA), or that hold several
# pictures of one thing (ICO, ICNS).
FORMATS: Final = (
    *("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM"),
    *(("HEIF",) if heif.READABLE else ()),
)

# Everything Pillow raises for one or another damaged file.
_FAULTS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    RuntimeError,
    Warning,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SAVE_AS_JPEG: Final = "Save it as JPEG or PNG and add it again."
_COPY_AGAIN: Final = "Copy the file again from where it came from."
_SMALLER: Final = "Make the picture smaller first."
NO_MEMORY: Final = "It needs more memory to be decoded than one picture may take."
_LIES_ON_ITS_SIDE: Final = frozenset((5, 6, 7, 8))
_STILL_SHARES: Final = 4.0  # floats up to here are shares of 1, sharpened or lit too much, not 0..255
_LEAST_SPAN: Final = 1e-30
_SEVERAL_FRAMES: Final = frozenset(
    ("TIFF", "GIF", "PNG", "WEBP", "AVIF", "HEIF")
)  # but no phone's second picture
_PAGE_ROLE: Final = 254  # NewSubfileType of TIFF 6.0: bit 0 a smaller copy of another page, bit 2 a mask
_COPY_OR_MASK: Final = 0b101
_REDUCED_AS_THEY_ARE: Final = ("RGB", "L")  # the mean of such pixels is what the eye sees from afar
_MAX_PIXELS: Final = Limits().picture_pixels
SMALL: Final = 256  # pixels of the longer side of the copy on which pictures are measured

Used = TypeVar("Used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What is known of a picture whose data was decoded to the last byte."""

    small: Image.Image  # upright RGB, at most ``SMALL`` pixels on its longer side, never enlarged
    width: int  # pixels of the whole picture, upright
    height: int
    format: str  # one of FORMATS, by content
    exif: Image.Exif | None  # None where it is unreadable
    quantization: Mapping[int, Sequence[int]]  # a JPEG's tables; empty for others
    more_frames: bool = False  # further pages or frames follow, which are not looked at


def open_picture(source: Path | bytes, *, max_pixels: int = _MAX_PIXELS) -> Image.Image:
    """Return the picture upright, as RGB, without metadata; the first frame of an animation.

    Transparency is laid on white. Grey of more than 8 bits is scaled, never cut. Colour profiles are ignored.
    Raises PictureError with a reason a person can act on; ``max_pixels`` is checked before decoding.
    """
    return _with_picture(source, _as_it_is_seen, at_least=None, max_pixels=max_pixels)


def open_reduced(source: Path | bytes, *, at_least: int, max_pixels: int = _MAX_PIXELS) -> Image.Image:
    """Return the same as ``open_picture``, but a large JPEG smaller, which is several times as fast.

    The shorter side keeps at least ``2 * at_least`` pixels where it has them: a proper resize is to follow.
    """
    return _with_picture(source, _as_it_is_seen, at_least=at_least, max_pixels=max_pixels)


def inspect(source: Path | bytes, *, max_pixels: int = _MAX_PIXELS) -> Inspected:
    """Return a small copy and the properties of a picture that is whole. Raises PictureError.

    A large JPEG is transformed back at reduced size. That reads and checks every byte all the same: what can
    be wrong with a JPEG is found before its frequencies become pixels.
    """
    return _with_picture(source, _inspected, at_least=SMALL, max_pixels=max_pixels)


def orientation(source: Path | bytes) -> int | None:
    """Return which way up a picture is to be shown, as EXIF counts it; None where that is not told.

    Only its head is read. Raises PictureError where that is no picture's.
    """
    with _stream(source) as stream:
        try:
            with Image.open(stream, formats=FORMATS) as image:
                return _orientation(_exif(image))
        except (*_FAULTS, Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
            raise _damaged(fault) from fault


def thumbnail(source: Path | bytes, *, size: int) -> bytes:
    """Return a JPEG that fits into ``size`` x ``size`` pixels and carries no metadata."""
    return small_jpeg(open_reduced(source, at_least=size), size)


def small_jpeg(image: Image.Image, size: int) -> bytes:
    """Return an RGB picture, which is shrunk itself, as a JPEG that fits into ``size`` x ``size`` pixels."""
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()


def _with_picture(
    source: Path | bytes,
    use: Callable[[Image.Image, tuple[int, int]], Used],
    *,
    at_least: int | None,
    max_pixels: int,
) -> Used:
    """Return ``use(picture, size)``: the decoded picture, maybe reduced, and its size as it is stored."""
    with _stream(source) as stream:
        head = _beginning(stream)
        if not head:
            raise PictureError("Empty: the file has no content.", hint=_COPY_AGAIN)
        try:
            with Image.open(stream, formats=FORMATS) as image:
                size = image.size
                _check_size(size, max_pixels)
                if at_least is not None:
                    image.draft(None, (2 * at_least, 2 * at_least))
                # Pixels first: reading EXIF from a damaged PNG fails, and its pixels are then silently zero.
                image.load()
                return use(image, size)
        except UnidentifiedImageError as fault:
            raise _unidentified(head) from fault
        except MemoryError as fault:
            raise PictureError(NO_MEMORY, hint=_SMALLER) from fault
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
            raise _too_large(max_pixels) from fault
        except _FAULTS as fault:
            raise _damaged(fault) from fault


def _as_it_is_seen(image: Image.Image, _size: tuple[int, int]) -> Image.Image:
    return _plain(_upright(image, _exif(image)))


def _inspected(image: Image.Image, size: tuple[int, int]) -> Inspected:
    exif = _exif(image)
    width, height = reversed(size) if _orientation(exif) in _LIES_ON_ITS_SIDE else size
    tables = getattr(image, "quantization", None)
    # the several pictures of an MPO, as phones make them, are a JPEG each; the first one counts
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    return Inspected(
        small=_small(image, exif),
        width=width,
        height=height,
        format=kind,
        exif=exif,
        quantization=tables if isinstance(tables, dict) else {},
        more_frames=image.format in _SEVERAL_FRAMES and _another_frame(image),
    )


def _another_frame(image: Image.Image) -> bool:
    """Tell whether a second page or frame is there; never how many, which a file may lie about."""
    try:
        return _another_page(image) if image.format == "TIFF" else bool(getattr(image, "is_animated", False))
    except (*_FAULTS, MemoryError):
        return False


def _another_page(tiff: Image.Image) -> bool:
    """Tell whether a second page is there that is no smaller copy of the first, or a mask for it."""
    try:
        tiff.seek(1)  # reads tags, no pixels
        role = getattr(tiff, "tag_v2", {}).get(_PAGE_ROLE, 0)
        return not (isinstance(role, int) and role & _COPY_OR_MASK)
    finally:
        with suppress(*_FAULTS, MemoryError):
            tiff.seek(0)  # its EXIF is always that of the page it stands at


def _small(image: Image.Image, exif: Image.Exif | None) -> Image.Image:
    if image.mode in _REDUCED_AS_THEY_ARE and not image.has_transparency_data:
        return _plain(_upright(_reduced(image), exif))
    return _reduced(_plain(_upright(image, exif)))


def _reduced(image: Image.Image) -> Image.Image:
    share = SMALL / max(image.size)
    if share >= 1:
        return image
    width, height = (max(1, round(side * share)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.5)


def _stream(source: Path | bytes) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return source.open("rb")
    except OSError as fault:
        reason = fault.strerror or "the system does not say why"
        raise PictureError(f"The file cannot be opened: {reason}.", hint=_COPY_AGAIN) from fault


def _beginning(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(HEAD_BYTES)
    except OSError as fault:
        raise _damaged(fault) from fault


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise PictureError("Empty: the picture has no pixels.", hint=_COPY_AGAIN)
    if width * height > max_pixels:
        raise _too_large(max_pixels, f" at {width:,} x {height:,} pixels")


def _exif(image: Image.Image) -> Image.Exif | None:
    try:
        return image.getexif()
    except _FAULTS:  # unreadable metadata is no reason to lose a picture whose pixels are whole
        return None


def _orientation(exif: Image.Exif | None) -> int | None:
    orientation = None if exif is None else exif.get(ExifTags.Base.Orientation)
    return orientation if isinstance(orientation, int) else None


def _upright(image: Image.Image, exif: Image.Exif | None) -> Image.Image:
    turn = _UPRIGHT.get(_orientation(exif) or 1)
    return image if turn is None else image.transpose(turn)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        plain = Image.fromarray(_to_8_bit(np.asarray(image))).convert("RGB")
    elif image.has_transparency_data:
        seen = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
        plain = Image.new("RGB", image.size, "white")
        plain.paste(seen, mask=seen.getchannel("A"))
    else:
        plain = image.convert("RGB")
    plain.info = {}
    return plain


def _to_8_bit(grey: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return grey values scaled to 0..255, by a rule that looks at this picture alone.

    Full scale is the smallest usual depth (8, 10, 12, 14, 16 bits) that holds the largest value, since
    cameras and microscopes put 12 bits into 16; it is 1 for floats up to 1, and the largest value for those a
    little above. Anything else spans low to high; what spans nothing is black.
    """
    values = np.nan_to_num(grey.astype(np.float32), copy=False, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 65_535:
        values -= low
        full = high - low
    elif grey.dtype.kind == "f" and high <= _STILL_SHARES:
        full = max(1.0, high)
    else:
        full = next(depth for depth in (255.0, 1_023.0, 4_095.0, 16_383.0, 65_535.0) if high <= depth)
    if full < _LEAST_SPAN:
        return np.zeros(values.shape, np.uint8)
    values *= np.float32(255 / full)  # in place: a large picture must fit into the decoder's memory
    return np.rint(values, out=values).astype(np.uint8)


def _too_large(max_pixels: int, at: str = "") -> PictureError:
    return PictureError(f"Too large{at}; the most is {max_pixels / 1e6:g} megapixels.", hint=_SMALLER)


def _unidentified(head: bytes) -> PictureError:
    kind = what_it_is(head)
    if kind == "a HEIC photo" and not heif.READABLE:
        hint = "Convert it to JPEG, or set the phone's camera format to 'most compatible'."
        return PictureError("Really a HEIC photo, which cannot be read here.", hint=hint)
    if kind in ("a JPEG picture", "a PNG picture", "a GIF picture", "a HEIC photo"):
        return PictureError(f"Damaged: it begins like {kind}, but its header is broken.", hint=_COPY_AGAIN)
    if kind is None:
        return PictureError("Not a picture of a kind that can be read here.", hint=_SAVE_AS_JPEG)
    return PictureError(f"Not a picture: really {kind}.", hint="Leave it out, or export the picture from it.")


def _damaged(fault: BaseException) -> PictureError:
    words = str(fault).lower()
    if isinstance(fault, OSError) and fault.errno in (errno.EIO, errno.ENXIO):
        return PictureError("The disk cannot read this file.", hint=_COPY_AGAIN)
    if isinstance(fault, EOFError) or "truncated" in words or "not enough" in words:
        return PictureError("Cut off: the end of the picture is missing.", hint=_COPY_AGAIN)
    return PictureError("Damaged: the picture's data cannot be decoded.", hint=_COPY_AGAIN)
