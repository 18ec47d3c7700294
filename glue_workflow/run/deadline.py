"""The deadline of a job: when its timeout is over, the engine is interrupted, until the job has given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from millrace.errors import JobTimeout, MillraceError, QualityStop
from millrace.glue_workflow.workflow import Job
from millrace.retry_policy import RetryState, exponential

_PAUSE = exponential(0.05, 5.0)  # between two interrupts


@contextmanager
def deadline(job: Job, interrupt: Callable[[], None]) -> Iterator[None]:
    """Raises JobTimeout for a job that gave up after its timeout. One that came to its end all the same is done: `prod`
    may have flipped by then, and its run must not be called failed. A gate that refused has come to its end, too.

    An interrupt meets only the statement that runs at that moment, so it is repeated: one that falls between two
    statements would be lost. None comes after the context, where another job's statements run.
    """
    left, over = Event(), Event()

    def watch() -> None:
        wait, number = job.timeout.total_seconds(), 0
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
            raise JobTimeout(
                f"job {job.name} ran longer than {job.timeout}.",
                hint="Run fewer partitions (--partition), or raise the job's timeout: `[jobs.NAME]` with "
                "`timeout_minutes` in workflows/NAME.toml.",
            ) from error
        raise
    finally:
        left.set()
        watcher.join()
