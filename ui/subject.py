"""What figures on a screen are about."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.dataset import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Pictures that a training run was judged on: a split of its own, or those of a further test."""

    run_id: str
    split: Split
    test: str = ""  # id of the further test, empty for the run's own pictures

    @property
    def key(self) -> str:
        """A name that keeps widgets of other pictures apart."""
        return f"{self.run_id}_{self.test[:8] or self.split}"
