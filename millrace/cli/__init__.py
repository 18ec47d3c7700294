"""The command line. It holds no logic: it reads arguments, calls one thing, and shows what came back."""

from __future__ import annotations

import gc
import os
import sys
import threading

# A short command mostly imports, and what it imports stays: the usual 700 would look for garbage among it again and
# again. For a service it is a few megabytes.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


_LEFT_BEHIND = "athena-query"  # the names of the endpoint's workers


def main() -> None:
    """Run `millrace`; every error of our own becomes one line on standard error and an exit status."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from millrace.errors import MillraceError

    try:
        _run()
        _leave()
    except MillraceError as error:
        print(f"millrace: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:  # `millrace ... | head` is no error
        os._exit(0)  # without trying to write the rest


def _run() -> None:
    """Raises SystemExit for any status but 0."""
    from millrace.cli.terminal.app import app

    try:
        app()
    except SystemExit as leaving:
        if leaving.code:
            raise


def _leave() -> None:
    """End the process now, unless threads are at work that Python would wait for. The endpoint's queries were told to
    stop, and had their time: one that the engine cannot stop is left behind.

    All that a command opened is closed by then. Python would still take every module apart, which the system does at
    once: a seventh of a short command.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if all(thread.daemon or thread.name.startswith(_LEFT_BEHIND) for thread in others):
        os._exit(0)
