"""The commands about pictures: import, check and export."""

from __future__ import annotations

from pathlib import Path

from core.cli.as_json import findings_of
from core.cli.asking import DONE, find_project, hand_out, import_data, opened_studio, say, say_json
from core.data.findings import counted
from core.domain.dataset import Dataset, Split
from core.domain.errors import DatasetError
from core.domain.project import Project
from core.jobs.studio import Studio


def import_pictures(
    data: str, *, name: str | None, labels: Path | None, into: str | None, home: Path | None, as_json: bool
) -> int:
    """Import DATA as a new project or into one, and tell what was found."""
    with opened_studio(home) as studio:
        target = find_project(studio, into) if into else None
        before = studio.dataset(target.id) if target else None
        project = import_data(studio, data, name=name, labels=labels, into=target)
        dataset = _pictures(studio, project)
        known = {sample.sha256 for sample in before.samples} if before else set()
        new = sum(sample.sha256 not in known for sample in dataset.samples)
        _tell(project, dataset, imported=new, as_json=as_json)
    return DONE


def check(project: str, *, home: Path | None, as_json: bool) -> int:
    """Tell what is in a project's pictures and what was noticed about them."""
    with opened_studio(home) as studio:
        found = find_project(studio, project)
        dataset = _pictures(studio, found)
        _tell(found, dataset, imported=len(dataset.samples), as_json=as_json)
    return DONE


def export(project: str, target: Path, *, camera_data: bool, home: Path | None) -> int:
    """Write a project's pictures as a zip of class folders with a table of labels."""
    with opened_studio(home) as studio:
        found = find_project(studio, project)
        used = len(_pictures(studio, found).used())
        file = target.expanduser().absolute()
        studio.export_dataset(found.id, file, camera_data=camera_data)
    hand_out(file)
    say(f"{counted(used, 'picture')} written to {target}.")
    return DONE


def _pictures(studio: Studio, project: Project) -> Dataset:
    dataset = studio.dataset(project.id)
    if dataset is None:
        raise DatasetError(
            f"The project '{project.name}' has no pictures yet.",
            hint=f"Add some with: sightsmith import DATA --into {project.id[:8]}",
        )
    return dataset


def _tell(project: Project, dataset: Dataset, *, imported: int, as_json: bool) -> None:
    if as_json:
        say_json(findings_of(project, dataset, imported=imported))
        return
    say(f"{project.name} ({project.id[:8]}), version {dataset.version}: {_in_words(dataset)}.")
    for name, counts in dataset.counts().items():
        say(f"  {name}: {', '.join(f'{counts[split]:,} {split}' for split in Split)}")
    for issue in dataset.issues:
        say(f"{issue.severity}: {' '.join(filter(None, (issue.message, issue.consequence, issue.hint)))}")
    if not dataset.issues:
        say("Nothing was noticed that needs your attention.")


def _in_words(dataset: Dataset) -> str:
    classes = len(dataset.classes)
    pictures = counted(len(dataset.used()), "picture")
    return f"{pictures} in {classes:,} class{'' if classes == 1 else 'es'}"
