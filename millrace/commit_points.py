"""Every place where a crash leaves work half done, by name, so that tests can kill a process at each of them.

Code with such a place is given a `CommitPointListener` and calls it there. In production it is given `no_listener`.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from enum import StrEnum

from millrace.errors import SettingError


class CommitPoint(StrEnum):
    SPOOL_BEFORE_COMMIT = "spool.before_commit"
    SPOOL_COMMITTED = "spool.committed"
    FLUSH_PLANNED = "flush.planned"
    FLUSH_WRITTEN = "flush.written"
    FLUSH_COMMITTED = "flush.committed"
    OBJECT_KEPT = "object.kept"
    QUARANTINE_WRITTEN = "quarantine.written"
    RUN_STARTED = "run.started"
    CRAWL_REGISTERED = "crawl.registered"
    DELETE_FILES_GONE = "delete.files_gone"
    DELETE_DONE = "delete.done"
    VERSION_PLANNED = "version.planned"
    SCRIPT_ROWS_WRITTEN = "script.rows_written"
    VERSION_WRITTEN = "version.written"
    STAGING_CHUNK_STORED = "staging.chunk_stored"
    STAGING_REGISTERED = "staging.registered"
    QUALITY_STORED = "quality.stored"
    ROWS_SET_ASIDE = "rows.set_aside"
    PARTITIONS_HELD = "partitions.held"
    HELD_NOT_PENDING = "held.not_pending"
    PROD_WRITTEN = "prod.written"
    FLIP_BEFORE_COMMIT = "flip.before_commit"
    FLIP_COMMITTED = "flip.committed"
    FILES_LISTED = "files.listed"
    HELD_RELEASED = "held.released"
    PENDING_CLEARED = "pending.cleared"
    RUN_FINISHED = "run.finished"
    ROLLBACK_BEFORE_COMMIT = "rollback.before_commit"
    ROLLBACK_COMMITTED = "rollback.committed"
    RELEASE_TOUCHED = "release.touched"
    REPROCESS_REVIEWED = "reprocess.reviewed"
    REPORT_WRITTEN = "report.written"
    REPORT_PUBLISHED = "report.published"
    FILE_COPIED = "copy.file_copied"
    RECORD_TAKEN = "record.taken"


_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_CTRL_C = ":INT"

CommitPointListener = Callable[[CommitPoint], None]


def no_listener(_: CommitPoint) -> None:
    """The listener of production, which does nothing (a null object)."""


def kill_at(setting: str) -> CommitPointListener:
    """A listener that ends this process by SIGKILL: `flush.written` at the first call, `flush.written:3` at the third.

    With `:INT` at the end, it interrupts the process as Ctrl-C does. Raises SettingError for a name that is not a
    commit point, or a count below 1.
    """
    sent = signal.SIGINT if setting.endswith(_CTRL_C) else signal.SIGKILL
    name, _, nth = setting.removesuffix(_CTRL_C).partition(":")
    if name not in list(CommitPoint):
        raise SettingError(f"unknown commit point {name!r}.", hint=f"Choose one of: {', '.join(CommitPoint)}.")
    if not _COUNT.fullmatch(nth or "1"):
        raise SettingError(f"{setting!r} has no valid count after the colon.", hint=f"Write it as {name}:3.")
    target, remaining = CommitPoint(name), int(nth or 1)

    def listener(point: CommitPoint) -> None:
        nonlocal remaining
        if point is target:
            remaining -= 1
            if remaining == 0:
                os.kill(os.getpid(), sent)

    return listener
