"""The deadline of a job: when its timeout is over, the engine is interrupted, until the job has given up.

A process that its service ends (a Lambda function) has less time than that: the job gives up while there is still time
to stop its queries and to store why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from millrace.errors import JobTimeout, MillraceError, QualityStop
from millrace.glue_workflow.workflow import Job
from millrace.retry_policy import RetryState, exponential

_PAUSE = exponential(0.05, 5.0)  # between two interrupts
_LAST_SECONDS = 30.0  # of a process, in which a job gives up, and its record is stored


@contextmanager
def deadline(job: Job, interrupt: Callable[[], None], time_left: Callable[[], float] | None = None) -> Iterator[None]:
    """Raises JobTimeout for a job that gave up after its timeout. One that came to its end all the same is done: `prod`
    may have flipped by then, and its run must not be called failed. A gate that refused has come to its end, too.

    An interrupt meets only the statement that runs at that moment, so it is repeated: one that falls between two
    statements would be lost. None comes after the context, where another job's statements run. `time_left`: the seconds
    until this process is ended; None without such an end.
    """
    left, over = Event(), Event()
    process = None if time_left is None else timedelta(seconds=max(0.0, time_left() - _LAST_SECONDS))
    longest = job.timeout if process is None else min(job.timeout, process)

    def watch() -> None:
        wait, number = longest.total_seconds(), 0
        while not left.wait(wait):
            over.set()
            interrupt()
            number += 1
            wait = _PAUSE(RetryState(number, 0.0))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except QualityStop:
        raise
    except MillraceError as error:
        if over.is_set():
            raise _timeout(job, longest) from error
        raise
    finally:
        left.set()
        watcher.join()


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
