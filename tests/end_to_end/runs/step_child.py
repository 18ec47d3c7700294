"""One call of the run protocol, in a process of its own: what it returned is on standard output."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from tests.doubles.late_engine import LateEngine
from tests.end_to_end.small_lake import SOURCE


def main(home: Path, service: Path, execution: str, call: str, *arguments: str) -> None:
    """`call`: begin KEY, step RUN JOB, `step RUN JOB dies`, or end RUN."""
    with LocalRuntime(Settings(home=home, feed="simulated", kill_at=os.environ.get("MILLRACE_KILL_AT", ""))) as runtime:
        made = runtime.execution(SOURCE, execution)
        engine = LateEngine(runtime.engine, home, service, dies=arguments[-1] == "dies")
        work = replace(made, services=replace(made.services, engine=engine, reached=runtime.reached))
        match call, *arguments:
            case "begin", key:
                run = work.begin(key=key)
                print(run.run_id, run.state)
            case "step", run_id, job, *_:
                print(work.step(run_id, job).state)
            case "end", run_id:
                print(work.end(run_id).state)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
