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


class Bounds(msgspec.Struct, frozen=True):
    """The most that one run takes: partitions, and bytes of raw objects. None: any number.

    A run takes at least one partition; what it leaves stays pending, for the next run.
    """

    partitions: int | None = None
    size: int | None = None


UNBOUNDED = Bounds()


class RunRequest(msgspec.Struct, frozen=True):
    """`engine`: the name of the engine; None for the one of the settings. `bounds`: set when the run begins."""

    wanted: Wanted = Touched()
    engine: str | None = None
    review: Reviewer = Reviewer.NOBODY
    bounds: Bounds = UNBOUNDED

    @property
    def is_reviewed(self) -> bool:
        return self.review is not Reviewer.NOBODY
