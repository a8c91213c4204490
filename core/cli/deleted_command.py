"""What was deleted: listed, brought back, or removed for good."""

from __future__ import annotations

from pathlib import Path

from core.cli.asking import DONE, opened_studio, say, say_json
from core.domain.deleted import Deleted, DeletedKind
from core.domain.errors import DatasetError
from core.jobs.studio import Studio


def deleted(*, bring_back: str | None, remove: str | None, home: Path | None, as_json: bool) -> int:
    """List what was deleted, after bringing one of it back or removing it for good."""
    with opened_studio(home) as studio:
        told: dict[str, object] = {}
        if bring_back is not None:
            told = _brought_back(studio, _found(studio, bring_back))
        elif remove is not None:
            told = _removed(studio, _found(studio, remove))
        left = studio.deleted()
        sizes = {share.id: share.size for share in studio.taken_room().shares}
    if as_json:
        say_json({**told, "deleted": [_line(one, sizes[one.id]) for one in left]})
        return DONE
    for line in told.values():
        say(f"{line}")
    for one in left:
        of = "" if one.kind is DeletedKind.PROJECT else f"{one.project} / "
        say(f"{one.id[:8]}  {one.kind:<7} {sizes[one.id] / 1e6:>9,.1f} MB  {of}{one.name}")
    if not left and not told:
        say("Nothing is deleted.")
    return DONE


def _brought_back(studio: Studio, one: Deleted) -> dict[str, object]:
    project = one.kind is DeletedKind.PROJECT
    name = (studio.restore_project if project else studio.restore_run)(one.id)
    renamed = f" as {name!r}: the name was taken" if name != one.name else ""
    return {"brought_back": f"{one.name!r} is back{renamed}."}


def _removed(studio: Studio, one: Deleted) -> dict[str, object]:
    studio.remove_for_good(one.kind, one.id)
    return {"removed": f"{one.name!r} was removed for good."}


def _found(studio: Studio, wanted: str) -> Deleted:
    """Return the one deleted thing whose id begins so; DatasetError for none or more."""
    found = [one for one in studio.deleted() if wanted and one.id.startswith(wanted)]
    if len(found) != 1:
        many = f"{len(found)} deleted things have" if found else "Nothing that was deleted has"
        raise DatasetError(
            f"{many} an id that begins with {wanted!r}.", hint="List them with: sightsmith deleted"
        )
    return found[0]


def _line(one: Deleted, size: int) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "name": one.name,
        "project": one.project,
        "runs": one.runs,
        "bytes": size,  # that removing it alone gives back
    }
