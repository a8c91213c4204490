"""Why files are left out, in the words that a person reads."""

from __future__ import annotations

from collections.abc import Iterable

from core.data.findings import Reason
from core.data.names import natural
from core.domain.dataset import IssueKind, Severity

JUNK = Reason(
    kind=IssueKind.JUNK,
    severity=Severity.INFORMS,
    sentence="Made by the operating system or a tool; no pictures of yours.",
    consequence="Nothing is lost: such files hold no pictures.",
)
INNER_ARCHIVE = Reason(
    kind=IssueKind.NOT_A_PICTURE,
    severity=Severity.WARNS,
    sentence="Archives inside are not opened.",
    hint="If the pictures are in there, upload the inner zip.",
)
OTHER_FILE = Reason(
    kind=IssueKind.NOT_A_PICTURE,
    severity=Severity.INFORMS,
    sentence="No pictures, by their names.",
    consequence="No picture is lost: such files hold none.",
)
RAW_PHOTO = Reason(
    kind=IssueKind.UNREADABLE,
    severity=Severity.WARNS,
    sentence="Raw camera files cannot be read here.",
    hint="Export them as JPEG and add them again.",
)
NO_CLASS = Reason(
    kind=IssueKind.NO_CLASS,
    severity=Severity.WARNS,
    sentence="In no class folder.",
    hint="Put every picture into a folder named after its class.",
)
NO_ROW = Reason(
    kind=IssueKind.NO_CLASS,
    severity=Severity.WARNS,
    sentence="The table of labels does not name them.",
    hint="Add a line for each, or import without the table to take classes from folders.",
)
TWO_LABELS = Reason(
    kind=IssueKind.CONFLICTING_LABEL,
    severity=Severity.WARNS,
    sentence="The table of labels gives them more than one class.",
    hint="Keep one line for each file. If pictures show several classes at once, call the column classes.",
)
NO_FILE = Reason(
    kind=IssueKind.NO_CLASS,
    severity=Severity.WARNS,
    sentence="They name no picture that is there, or more than one.",
    hint="Write file names as they are in the upload, with their folders.",
    consequence="Nothing is imported for these lines.",
)
LINK = Reason(
    kind=IssueKind.NOT_A_PICTURE,
    severity=Severity.INFORMS,
    sentence="Links and devices; only files are taken.",
    hint="Put the files themselves in their place.",
)


def beside_splits(folder: str, splits: Iterable[str]) -> Reason:
    """Return the reason for files of a folder that stands beside those of a division and is none of them."""
    named = ", ".join(f"'{split}'" for split in sorted(splits, key=natural))
    return Reason(
        kind=IssueKind.NO_CLASS,
        severity=Severity.WARNS,
        sentence=f"The folder '{folder}' stands beside {named}, and is no part of that division.",
        hint="If you miss them, put them into class folders of that division, or add them by themselves.",
    )


def class_missing(label: str) -> str:
    """Return the sentence about a class of an upload that has no picture; it goes when there are some."""
    return f"Class '{label}' is missing: none of its files can be used."


def damaged(sentence: str, *, hint: str = "Make the zip again, or copy it again.") -> Reason:
    """Return the reason for a file that cannot be read as it should."""
    return Reason(kind=IssueKind.UNREADABLE, severity=Severity.WARNS, sentence=sentence, hint=hint)
