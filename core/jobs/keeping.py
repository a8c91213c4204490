"""The pictures of one import, kept while nothing names them yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from core.domain.errors import StoreError
from core.jobs.sweeping import drop_pictures
from core.store.workspace import Workspace

Keep = Callable[[bytes, str], None]  # (content, its sha256)


@contextmanager
def keeping(workspace: Workspace) -> Iterator[Keep]:
    """Give a ``keep`` whose pictures are there until the block ends, whatever other imports do meanwhile.

    When the block fails, those that nothing names and no other import holds are removed.
    """
    kept: list[str] = []

    def keep(content: bytes, sha256: str) -> None:
        workspace.datasets.hold_picture(sha256)  # first: from here on, nobody removes what may be there
        kept.append(sha256)
        workspace.datasets.keep_picture(content, sha256)

    try:
        yield keep
    except BaseException:
        workspace.datasets.release_pictures(kept)
        with suppress(StoreError):  # what cannot be removed now must not hide why the import ended
            drop_pictures(workspace, kept)
        raise
    else:
        workspace.datasets.release_pictures(kept)
