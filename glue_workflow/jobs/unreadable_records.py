"""The search for records that the staging statement cannot read, after it has failed: none is searched for before.

The same statement is run on halves of the raw objects, then on halves of the lines of each object that failed, until
single records are left. These are set aside, so that they hold up no other record and no other partition.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from millrace.athena_sql.ports import RawData, WriteRequest
from millrace.errors import LakeError, MillraceError, QueryError, QueryStopped, RetryLater
from millrace.firehose.ports import Quarantine
from millrace.glue_workflow.jobs.set_aside_report import report_set_aside
from millrace.glue_workflow.record_exclusion import UNREADABLE, RecordExclusion, is_whole, read_lines
from millrace.glue_workflow.run.job_context import JobContext
from millrace.lake.keys import EXPORTS

T = TypeVar("T")

_SCRATCH = f"{EXPORTS}/probe-"  # `millrace vacuum` removes what a crash leaves of it


@dataclass(frozen=True)
class Search:
    """The search in one run. `request`: the write that failed, whose table `raw` is searched."""

    context: JobContext
    request: WriteRequest
    raw: str

    def set_aside(self, quarantine: Quarantine, failure: MillraceError) -> int:
        """Set the unreadable records aside; returns their number. 0: the failure has another cause."""
        storage, now = self.context.services.storage, self.context.services.clock.now()
        data = self.request.tables[self.raw]
        assert isinstance(data, RawData)
        if not self._reads(RawData(data.root, ())):
            return 0  # the statement itself fails
        objects = _culprits(data.keys, lambda keys: self._reads(RawData(data.root, tuple(keys))))
        if _is_the_statement(objects, data.keys):
            return 0
        exclusion, taken = RecordExclusion(storage, quarantine), dict[str, list[str]]()
        for key in objects:
            whole = is_whole(storage, key)
            lines = read_lines(storage, key) if whole else []
            bad = _culprits(lines, partial(self._reads_lines, key))
            if whole and (not bad or _is_the_statement(bad, lines)):
                continue
            taken[key] = exclusion.exclude(key, bad, code=UNREADABLE, reason=failure.message, now=now)
        report_set_aside(self.context, taken, failure.message)
        return sum(map(len, taken.values()))

    def _reads_lines(self, key: str, lines: Sequence[bytes]) -> bool:
        """Whether the statement can read an object of these lines alone."""
        storage, root = self.context.services.storage, f"{_SCRATCH}{self.context.version}/lines/"
        storage.put(root + key, gzip.compress(b"".join(lines), 1, mtime=0))
        try:
            return self._reads(RawData(storage.location(root), (key,)))
        finally:
            storage.delete([root + key])

    def _reads(self, data: RawData) -> bool:
        services = self.context.services
        prefix = f"{_SCRATCH}{self.context.version}/"
        probe = replace(self.request, prefix=prefix, tables={**self.request.tables, self.raw: data})
        try:
            services.engine.write(probe)
        except (QueryStopped, RetryLater):
            raise
        except (QueryError, LakeError):
            return False
        finally:
            services.storage.delete([found.key for found in list(services.storage.list(f"{prefix}dt="))])
        return True


def _culprits(items: Sequence[T], reads: Callable[[Sequence[T]], bool]) -> list[T]:
    """The items that cannot be read, in order: bisection, so that k of n cost about k log n probes."""
    if not items or reads(items):
        return []
    if len(items) == 1:
        return [items[0]]
    middle = len(items) // 2
    return _culprits(items[:middle], reads) + _culprits(items[middle:], reads)


def _is_the_statement(bad: Sequence[object], of: Sequence[object]) -> bool:
    """A statement that fails on most of what there is is at fault itself: nothing is set aside then."""
    return len(bad) > 1 and len(bad) * 2 > len(of)
