"""What a look ahead found out, as far as it holds on this machine."""

from __future__ import annotations

from core.domain.choices import DeviceChoice
from core.domain.outlook import Outlook
from core.models.weights import readiness
from core.models.zoo import SPECS
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.device import choose_device, describe_machine


def this_machine() -> str:
    """Return what this machine computes on, to compare with where an outlook was made."""
    return describe_machine(choose_device(DeviceChoice.AUTO))


def ready_backbones(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the backbones whose weights are here."""
    return tuple(spec.key for spec in SPECS if readiness(spec, settings.weights).ready)


def outlook_here(workspace: Workspace, dataset_id: str) -> Outlook | None:
    """Return what is known about this version of pictures, without what was measured on another machine."""
    found = workspace.outlooks.get(dataset_id)
    return found.on(this_machine()) if found else None
