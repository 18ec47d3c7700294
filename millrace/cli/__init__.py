"""The command line.

It holds no logic: it reads arguments, calls one use case, and prints the result. Each command is in a module named by
its noun, as in `millrace.usecases`, and is imported only when it is run.

    athena       `athena`: the Athena API over a lake
    audit        `audit`: the ledger
    definitions  `new`, `list`, `validate`, `workflows`, `dashboards`: projects, and what they define
    demo         `demo`, `simulate`: a first look
    deployment   `synth`, `cost`, `bootstrap`, `diff`, `deploy`, `destroy`: deployments on AWS
    doctor       `doctor`: what is wrong with a lake; state remade
    generate     `generate`: a simulated lake of many days
    notify       `notify test`: who is told of events
    page         `preview`: the page
    polls        `poll`, `backfill`
    quality      `quality check`, `explain`, `suggest`
    quarantine   `quarantine list`, `show`, `retry`, `take`, `drop`
    queries      `query`, `check`
    runs         `run`, `runs`, `runs show`, `runs resume`
    schedules    `up`: the service; `schedules list`, `enable`, `disable`
    status       `status`: each source
    tables       `tables`: all of them, or one; `files`; `export`
    terminal     what the commands share: the list of commands, options, output
    verify       `verify`: two engines, the same rows
    versions     `versions`, `rollback`, `reprocess`, `vacuum`
"""

from __future__ import annotations

import gc
import os
import sys
import threading

# A short command mostly imports modules, which stay: with Python's default of 700 the garbage collector would search
# them again and again. A query from the shell makes 100,000 objects. In a service the value costs some megabytes.
_OBJECTS_BETWEEN_COLLECTIONS = 150_000

_QUERY_THREADS = "athena-query"  # how the names of the Athena endpoint's worker threads begin


def main() -> None:
    """Run `millrace`; each MillraceError becomes one line on standard error and an exit status."""
    collect_seldom()
    from millrace.cli.terminal.interruption import interruption
    from millrace.errors import MillraceError

    try:
        interruption.watch()
        try:
            _run()
        finally:
            interruption.end_if_received()
        _exit_at_once()
    except MillraceError as error:
        print(f"millrace: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:  # the reader stopped, as in `millrace ... | head`
        os._exit(0)  # at once, since Python would try to write the rest


def collect_seldom() -> None:
    """How often a process of Millrace looks for garbage."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _run() -> None:
    """Run the command. Raises SystemExit for every exit status other than 0."""
    from millrace.cli.terminal.app import app

    try:
        app()
    except SystemExit as end:
        if end.code:
            raise


def _exit_at_once() -> None:
    """End the process without Python's own shutdown, unless threads are working that Python would wait for.

    The command has closed everything by now. Python would still dismantle every module, which takes a seventh of a
    short command's time. Threads of the endpoint's queries are not waited for: they were asked to stop and had their
    patience time, so one that the engine cannot stop is abandoned.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if all(thread.daemon or thread.name.startswith(_QUERY_THREADS) for thread in others):
        os._exit(0)
