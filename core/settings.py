"""Where Sightsmith keeps its things and how much it accepts; read from the environment, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_data_path

from core.domain.errors import ConfigError

CACHE_GB = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an upload may contain; everything beyond is refused with the number that was exceeded."""

    archive_bytes: int = 2 * 1024**3
    archive_entries: int = 200_000
    directory_bytes: int = 64 * 1024**2  # the list of names at the end of a zip
    member_bytes: int = 64 * 1024**2
    expanded_bytes: int = 20 * 1024**3
    expansion_ratio: int = 200  # unpacked : packed, for what unpacks to more than ``ratio_from_bytes``
    ratio_from_bytes: int = 8 * 1024**2
    depth: int = 16
    name_bytes: int = 1024
    picture_pixels: int = 64_000_000
    classes: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The workspace folder, the folder of pretrained weights, and the limits."""

    home: Path
    weights: Path
    cache_bytes: int = int(CACHE_GB * 1024**3)  # what can be computed again may take this much, all together
    prepare_ahead: bool = True  # the bundled network, as the app starts; it takes some seconds once
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, home: Path | None = None) -> Settings:
        """Return the settings that four variables choose; the README says what each is for.

        Without ``SIGHTSMITH_HOME``, over which ``home`` wins, the workspace is "sightsmith" in the user's
        data folder; without ``SIGHTSMITH_WEIGHTS`` the weights lie inside it. ``SIGHTSMITH_CACHE_GB`` bounds
        the caches; ``SIGHTSMITH_PREPARE_AHEAD`` set to 0 lets the app prepare nothing before it is needed.
        Raises ConfigError where the size of the caches is not a number above 0.
        """
        chosen = home or environ.get("SIGHTSMITH_HOME") or user_data_path("sightsmith", appauthor=False)
        root = Path(chosen).expanduser().absolute()
        weights = environ.get("SIGHTSMITH_WEIGHTS")
        return cls(
            home=root,
            weights=Path(weights).expanduser().absolute() if weights else root / "weights",
            cache_bytes=_cache_bytes(environ.get("SIGHTSMITH_CACHE_GB")),
            prepare_ahead=environ.get("SIGHTSMITH_PREPARE_AHEAD") != "0",
        )


def _cache_bytes(text: str | None) -> int:
    try:
        gigabytes = float(text) if text else CACHE_GB
    except ValueError:
        gigabytes = 0.0
    if not 0 < gigabytes < float("inf"):
        raise ConfigError(
            f"SIGHTSMITH_CACHE_GB is {text!r}; it must be a number above 0.",
            hint="Set it to the gigabytes that caches may take, like 20, or leave it out.",
        )
    return int(gigabytes * 1024**3)
