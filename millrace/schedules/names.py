"""The names of schedules, as people give them to `millrace schedules`."""

from __future__ import annotations

from enum import StrEnum


class Duty(StrEnum):
    """What keeps a lake on AWS in order besides polls and runs; each has a schedule of its own.

    FEEDS: are they fresh? GAPS: missed slots are filled from the feed's history. RUNS: are any overdue? QUARANTINE:
    what waits there for long. LISTING: raw objects that no event announced. AUDIT: do the last days balance? VACUUM:
    what is past its retention, and what dead processes left, is removed.
    """

    FEEDS = "feeds"
    GAPS = "gaps"
    RUNS = "runs"
    QUARANTINE = "quarantine"
    LISTING = "listing"
    AUDIT = "audit"
    VACUUM = "vacuum"


def poll_schedule(source: str) -> str:
    """The name of the schedule on which a source is polled."""
    return f"poll-{source}"


def run_schedule(workflow: str) -> str:
    """The name of the schedule on which a workflow runs."""
    return f"run-{workflow}"
