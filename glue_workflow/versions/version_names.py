"""Names of versions: `<run id>-<attempt>`, with `c<number>` from the second invocation of a step on.

A job that makes several versions of one table in one invocation adds `.<number>`, the gate also `.kept`.
"""

from __future__ import annotations

import re

KEPT = ".kept"  # ends the version of what was left when rows were set aside

_ATTEMPT = re.compile(r"\d+")


def version_name(run_id: str, attempt: int, claim: int) -> str:
    """The version that one invocation of a step writes."""
    return f"{run_id}-{attempt}" if claim == 1 else f"{run_id}-{attempt}c{claim}"


def run_of(version: str) -> str:
    """The run that made a version."""
    return version.rpartition("-")[0]


def attempt_of(version: str) -> int:
    """The attempt of the run that made a version. Raises ValueError for a name of another form."""
    found = _ATTEMPT.match(version.rpartition("-")[2])
    if found is None:
        raise ValueError(f"{version!r} is no version of a run")
    return int(found[0])
