"""What is measured of a picture once, when it is brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

GALLERY: Final = 160  # pixels of the longer side of a picture in the gallery


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """Measured on the upright picture at full size or on a small copy of it; nothing here needs a network.

    Brightness, contrast and colours are in [0, 1].
    """

    sha256: str
    file_bytes: int
    format: str  # as Pillow names it, by content
    width: int  # pixels, upright
    height: int
    difference_hash: str  # 64-bit dHash of 9 by 8 grey pixels, as 16 hexadecimal digits
    brightness: float  # mean of the grey picture
    contrast: float  # standard deviation of the grey picture
    sharpness: float  # variance of the Laplacian of the grey picture at 256 pixels on its longer side
    mean_color: tuple[float, float, float]
    border_color: tuple[float, float, float]  # mean over a strip of a tenth of the width on every side
    border_contrast: float  # standard deviation over that strip
    jpeg_quality: int | None = None  # estimated from the quantisation tables
    camera: str = ""  # maker and model, from EXIF
    more_frames: bool = False  # only the first of several pages or frames is used
    taken_at: datetime | None = None  # by the camera's clock, which knows no time zone
