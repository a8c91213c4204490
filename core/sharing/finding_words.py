"""What the check of the pictures found, in a line for those who do not have the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from core.domain.dataset import Dataset, Issue, IssueKind, Severity
from core.sharing.report_words import listed

_KINDS: Final = {
    IssueKind.UNREADABLE: "files that cannot be read",
    IssueKind.NOT_A_PICTURE: "files that are no pictures",
    IssueKind.NO_CLASS: "pictures without a class",
    IssueKind.JUNK: "files of the operating system",
    IssueKind.SPLIT_FOLDERS: "folders of a given division",
    IssueKind.TABLE_COLUMNS: "columns of the table of labels",
    IssueKind.TABLE_ENCODING: "how the table of labels is written",
    IssueKind.ONE_CLASS: "a single class",
    IssueKind.FEW_PICTURES: "classes with few pictures",
    IssueKind.IMBALANCE: "classes of very unequal size",
    IssueKind.DUPLICATE: "pictures that were there more than once",
    IssueKind.NEAR_DUPLICATE: "pictures that are nearly the same",
    IssueKind.CONFLICTING_LABEL: "the same picture in several classes",
    IssueKind.LEAK: "pictures of one series that are both learnt from and judged on",
    IssueKind.KINSHIP: "pictures that look alike for what they have in common beside their class",
    IssueKind.TWIN_CLASS: "classes whose names look like the same class",
    IssueKind.SPLIT_CLASS: "classes named like parts of a division",
    IssueKind.TWO_READINGS: "folders that could be read in another way",
    IssueKind.WRONG_EXTENSION: "files with a wrong ending",
    IssueKind.FIRST_FRAME: "files with more than one page or frame",
    IssueKind.BLURRY: "blurred pictures",
    IssueKind.DARK: "dark pictures",
    IssueKind.BRIGHT: "very bright pictures",
    IssueKind.TINY: "very small pictures",
    IssueKind.HUGE: "very large pictures",
    IssueKind.ODD_ASPECT: "very long or narrow pictures",
    IssueKind.OUTLIER: "pictures that look like another class",
    IssueKind.SHORTCUT: "classes that can be told apart without looking at what the pictures show",
}


def findings(dataset: Dataset) -> str:
    """Return in a line or two what the check noticed and nobody mended; no file is named."""
    warned = _kinds(issue for issue in dataset.issues if issue.severity is not Severity.INFORMS)
    noted = _kinds(issue for issue in dataset.issues if issue.severity is Severity.INFORMS)
    told = f"The check of the pictures still warns of: {warned}." if warned else _NOTHING
    return f"{told} It also noted: {noted}." if noted else told


_NOTHING: Final = "The check of the pictures has nothing to warn of."


def _kinds(issues: Iterable[Issue]) -> str:
    counts = Counter(issue.kind for issue in issues)
    return listed([f"{_KINDS[kind]} ({n} findings)" if n > 1 else _KINDS[kind] for kind, n in counts.items()])
