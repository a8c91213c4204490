"""Photos in HEIF (HEIC), as iPhones take them, where the package that reads them is installed."""

from __future__ import annotations

from typing import Final


def _opened_by_pillow() -> bool:
    """Let Pillow open HEIF; False where no package is made for this kind of computer (Windows on ARM)."""
    try:
        from pi_heif import register_heif_opener
    except ImportError:
        return False
    # only the picture itself, and no threads of its own: several pictures are decoded beside each other
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return True


READABLE: Final = _opened_by_pillow()
