"""The problems Sightsmith tells a person about.

AppError
├── DatasetError      the pictures as a whole: no class, too few pictures
│   └── ArchiveError  the zip itself
├── PictureError      one picture
├── ConfigError       settings that cannot work
├── WeightsError      pretrained weights that are missing, damaged or cannot be fetched
├── PackageError      a model package that cannot be used, or a model that cannot be taken away
├── RunError          a training run that cannot start or go on
└── StoreError        the workspace folder or its database
    ├── StaleError    another change came first
    └── DiskFullError the disk takes nothing more: full, read-only, forbidden or failing
"""


class AppError(Exception):
    """What happened, with the offending value, and one next step; both in the user's words."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DatasetError(AppError):
    """The pictures, taken together, cannot be used as they are."""


class ArchiveError(DatasetError):
    """The uploaded archive cannot be read, or is refused as a whole."""


class PictureError(AppError):
    """One picture cannot be read; the others go on."""


class ConfigError(AppError):
    """Settings of a training run that cannot work, all problems at once."""


class WeightsError(AppError):
    """Pretrained weights are missing, damaged, or cannot be fetched."""


class PackageError(AppError):
    """A model package is damaged or refused, or a trained model cannot be turned into the wanted form."""


class RunError(AppError):
    """A training run cannot start, cannot go on, or has no result to show."""


class StoreError(AppError):
    """The workspace folder or its database cannot be used."""


class StaleError(StoreError):
    """Another change came first: look at what is there now, and do it again."""


class DiskFullError(StoreError):
    """The disk takes nothing more: it is full, failing, or may not be written. What was there is whole."""


class Paused(Exception):  # noqa: N818 - not an error
    """The work has written down how far it is, and waits for the user to go on; not a problem by itself."""

    def __init__(self, reason: str = "", *, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason  # empty where the user asked for it
        self.hint = hint


class Cancelled(Exception):  # noqa: N818 - not an error
    """The user asked for this work to end; not a problem, so not an AppError."""
