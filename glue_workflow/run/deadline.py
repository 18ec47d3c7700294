"""The deadline of a job: when its timeout is over, the engine is interrupted, until the job has given up.

A process that its service ends (a Lambda function) has less time than that: the job gives up while there is still time
to stop its queries and to store why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from millrace.errors import JobTimeout, MillraceError, QualityStop
from millrace.glue_workflow.workflow import Job
from millrace.time_limit import time_limit

_LAST_SECONDS = 30.0  # of a process, in which a job gives up, and its record is stored


@contextmanager
def deadline(job: Job, interrupt: Callable[[], None], time_left: Callable[[], float] | None = None) -> Iterator[None]:
    """Raises JobTimeout for a job that gave up after its timeout. One that came to its end all the same is done: `prod`
    may have flipped by then, and its run must not be called failed. A gate that refused has come to its end, too.

    `time_left`: the seconds until this process is ended; None without such an end.
    """
    process = None if time_left is None else timedelta(seconds=max(0.0, time_left() - _LAST_SECONDS))
    longest = job.timeout if process is None else min(job.timeout, process)
    with time_limit(longest.total_seconds(), interrupt) as over:
        try:
            yield
        except QualityStop:
            raise
        except MillraceError as error:
            if over.is_set():
                raise _timeout(job, longest) from error
            raise


def _timeout(job: Job, longest: timedelta) -> JobTimeout:
    if longest < job.timeout:
        return JobTimeout(
            f"job {job.name} ran until the end of its process, {longest}.",
            hint="Set `bounds` of the workflow, or run it where a process may take longer, such as on Glue.",
        )
    return JobTimeout(
        f"job {job.name} ran longer than {job.timeout}.",
        hint="Run fewer partitions (--partition), or raise the job's timeout: `[jobs.NAME]` with "
        "`timeout_minutes` in workflows/NAME.toml.",
    )
