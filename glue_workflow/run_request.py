"""What a run was asked to do. It is stored on the run's record, so that a resume asks for the same."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Touched(msgspec.Struct, frozen=True, tag="touched"):
    """The partitions on the pending list."""


class All(msgspec.Struct, frozen=True, tag="all"):
    """Every partition that has raw objects."""


class Only(msgspec.Struct, frozen=True, tag="only"):
    """These partitions, whether or not they are on the pending list."""

    partitions: tuple[str, ...]


Wanted = Touched | All | Only


class Reviewer(StrEnum):
    """Who decides before the flip. A reviewed run overrides pins, and leaves the lists of held partitions alone."""

    NOBODY = "nobody"
    REPROCESS = "reprocess"  # whoever gave the command, shown the differences


class RunRequest(msgspec.Struct, frozen=True):
    """`engine`: the name of the engine; None for the one of the settings."""

    wanted: Wanted = Touched()
    engine: str | None = None
    review: Reviewer = Reviewer.NOBODY

    @property
    def is_reviewed(self) -> bool:
        return self.review is not Reviewer.NOBODY
