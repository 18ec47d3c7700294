"""The names of schedules, as people give them to `millrace schedules`."""

from __future__ import annotations


def poll_schedule(source: str) -> str:
    """The name of the schedule on which a source is polled."""
    return f"poll-{source}"


def run_schedule(workflow: str) -> str:
    """The name of the schedule on which a workflow runs."""
    return f"run-{workflow}"
