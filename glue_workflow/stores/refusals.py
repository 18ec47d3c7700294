"""The refusals of the catalog port, with the same words in every adapter."""

from __future__ import annotations

from millrace.errors import LakeError
from millrace.glue_workflow.ports import PartitionVersion


def current_as_candidate(version: PartitionVersion) -> LakeError:
    return LakeError(
        f"{_name(version)} is what readers see and cannot become a candidate again.",
        hint="Start a new run: it writes a new version.",
    )


def rollback_to_unseen(version: PartitionVersion) -> LakeError:
    return LakeError(
        f"{_name(version)} was never seen by readers; a rollback cannot go to it.",
        hint=f"millrace versions {version.table} lists the versions that readers saw.",
    )


def removal_of_current(version: PartitionVersion) -> LakeError:
    return LakeError(
        f"{_name(version)} is what readers see and cannot be removed from the record.",
        hint="Publish another version first: millrace run or millrace rollback.",
    )


def flip_to_unregistered(version: PartitionVersion) -> LakeError:
    return LakeError(
        f"{_name(version)} was never registered; readers cannot be pointed to it.",
        hint="Run the workflow again: a run registers what it writes.",
    )


def _name(version: PartitionVersion) -> str:
    return f"{version.table} {version.partition or '(whole)'} version {version.version}"
