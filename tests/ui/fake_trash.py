"""The part of the fake studio that deletes, brings back and removes for good."""

from __future__ import annotations

from datetime import UTC, datetime

from core.domain.deleted import Deleted, DeletedKind, Share, TakenRoom
from core.domain.errors import RunError, StoreError

MADE = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
TEMPORARY = 8_400_000_000


class FakeTrash:
    """What was deleted takes 600 MB each and has 12 pictures of its own."""

    temporary = TEMPORARY
    looked = 0  # how often the room was looked up

    def delete_project(self, project_id):
        self.deleted_[project_id] = self.projects.pop(project_id)

    def restore_project(self, project_id):
        if project_id not in self.deleted_:
            raise StoreError("This project does not exist any more.", hint="Choose another one.")
        self.projects[project_id] = self.deleted_.pop(project_id)
        return self.projects[project_id].name

    def delete_run(self, run_id):
        self.gone_ = [r for r in self.runs_ if r.id == run_id]
        self.runs_ = [r for r in self.runs_ if r.id != run_id]

    def restore_run(self, run_id):
        self.runs_ += self.gone_
        self.gone_ = []
        return next(r.name for r in self.runs_ if r.id == run_id)

    def deleted(self):
        projects = [
            Deleted(
                kind=DeletedKind.PROJECT,
                id=project.id,
                name=project.name,
                project_id=project.id,
                project=project.name,
                created_at=MADE,
                runs=2,
            )
            for project in self.deleted_.values()
        ]
        runs = [
            Deleted(
                kind=DeletedKind.RUN,
                id=run.id,
                name=run.name,
                project_id="p1",
                project="Machine parts",
                created_at=MADE,
                runs=1,
            )
            for run in self.gone_
        ]
        return (*projects, *runs)

    def remove_for_good(self, kind, deleted_id):
        if any(job.status.active for job in self.jobs_):
            raise StoreError("It cannot be removed: a job is under way.", hint="Wait for its end.")
        if kind is DeletedKind.PROJECT:
            del self.deleted_[deleted_id]
        elif all(run.id != deleted_id for run in self.gone_):
            raise RunError("This training run is not among the deleted ones any more.")
        else:
            self.gone_ = [run for run in self.gone_ if run.id != deleted_id]

    def taken_room(self):
        self.looked += 1
        shares = tuple(Share(id=one.id, pictures=12, size=600_000_000) for one in self.deleted())
        return TakenRoom(shares=shares, deleted=600_000_000 * len(shares), temporary=self.temporary)

    def clear_temporary(self):
        removed, self.temporary = self.temporary, 0
        return removed
