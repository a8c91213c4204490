"""What can be asked about model packages that were brought in, and of the models in them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.domain.errors import PackageError, StoreError
from core.domain.package import KeptPackage
from core.jobs.desk import Desk
from core.jobs.kept_models import KeptModels
from core.settings import Settings
from core.sharing.package import read_info, read_package
from core.sharing.predictor import Predictor
from core.store.files import flush_files, make_folder, remove_tree, told
from core.store.workspace import Workspace

_AT_ONCE: Final = 1024 * 1024  # bytes


class PackageDesk(Desk):
    """The part of the studio that takes trained models in. Any thread may ask."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._packages = KeptModels(self.answerer_of_package, most=1)

    def import_package(self, path: Path) -> KeptPackage:
        """Keep a package in the workspace, to be asked; the same package again is the same one.

        Raises:
            PackageError: it is refused, with the reason.
            StoreError: the workspace cannot take it.
        """
        staging = self._workspace.staging()
        try:
            copy = staging / "package"  # what was checked must not change afterwards
            with told(copy), path.open("rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, _AT_ONCE)
            read_package(copy)
            flush_files([copy])
            package_id = _hash_of(copy)
            target_file = self._workspace.paths.package(package_id)
            make_folder(target_file.parent)
            with told(target_file):
                copy.replace(target_file)
        finally:
            remove_tree(staging)
        return self.kept_package(package_id)

    def kept_package(self, package_id: str) -> KeptPackage:
        """Return what a package of the workspace says of itself; PackageError when it is gone or damaged."""
        place = self._workspace.paths.package(package_id)
        info = read_info(place)
        return KeptPackage(id=package_id, info=info, size=place.stat().st_size)

    def packages(self) -> tuple[KeptPackage, ...]:
        """Return the packages of the workspace that are whole, by name."""
        folder = self._workspace.paths.packages
        found = []
        for place in folder.iterdir() if folder.is_dir() else ():
            try:
                found.append(self.kept_package(place.name))
            except (PackageError, StoreError):  # damaged since, or not ours: it cannot be asked
                continue
        return tuple(sorted(found, key=lambda kept: (kept.info.name, kept.id)))

    def has_packages(self) -> bool:
        """Tell whether there may be a package to ask, without looking into any."""
        folder = self._workspace.paths.packages
        return folder.is_dir() and any(folder.iterdir())

    def _remove_package(self, package_id: str) -> None:
        place = self._workspace.paths.package(package_id)
        with told(place):
            place.unlink(missing_ok=True)
        self._packages.forget(package_id)

    def answerer_of_package(self, package_id: str) -> Predictor:
        """Return the model of a package in the workspace, loaded to answer for new pictures."""
        return self.answerer_of_file(self._workspace.paths.package(package_id))

    def answerer_of_file(self, path: Path) -> Predictor:
        """Return the model of a package file, loaded to answer for new pictures; PackageError if refused."""
        return Predictor(read_package(path).model, cache=self._workspace.paths.cache("engines"))

    @contextmanager
    def _asked_package(self, package_id: str) -> Iterator[Predictor]:
        """Give the loaded model of a package; PackageError also where it was removed after loading."""
        self.kept_package(package_id)
        with self._packages.using(package_id) as predictor:
            yield predictor


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with told(path), path.open("rb") as stream:
        while block := stream.read(_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()[:32]
