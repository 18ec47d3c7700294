"""One snapshot kept as it came, in a process of its own that may be killed on the way."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.polling.kept_snapshots import Arrival
from millrace.settings import Settings
from tests.end_to_end.small_lake import NOON


def main(project: Path, home: Path, name: str, content: str) -> None:
    settings = Settings(home=home, feed="simulated", kill_at=os.environ.get("MILLRACE_KILL_AT", ""))
    with LocalRuntime(settings, project=Project.find(project)) as runtime:
        arrival = Arrival(name, content.encode(), NOON, len(content.splitlines()))
        print(runtime.kept_snapshots.keep(runtime.sources["trips"], arrival, NOON).duplicate)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
