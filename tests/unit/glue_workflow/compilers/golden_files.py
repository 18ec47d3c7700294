"""The definitions that a shipped workflow compiles to, as files: what a change of a compiler changes is read there.

    python -m tests.unit.glue_workflow.compilers.golden_files

writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from millrace.glue_workflow.compilers import COMPILERS
from tests.shipped import PIPELINES

WORKFLOW = "taxi_availability"
FILES = {name: Path(__file__).parent / "golden" / f"{WORKFLOW}.{name}.json" for name in COMPILERS}


def compiled(orchestrator: str) -> str:
    return json.dumps(COMPILERS[orchestrator].compile(PIPELINES.workflow(WORKFLOW)), indent=2) + "\n"


if __name__ == "__main__":
    for name, file in FILES.items():
        file.write_text(compiled(name))
