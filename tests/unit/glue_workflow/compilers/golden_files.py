"""The definitions that a shipped workflow and the three classics compile to, as files: what a change of a compiler
changes is read there.

    python -m tests.unit.glue_workflow.compilers.golden_files

writes them anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from millrace.glue_workflow.compilers import COMPILERS
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.project.project import Project
from tests.end_to_end.documents import ROOT
from tests.shipped import PIPELINES

WORKFLOWS = ("taxi_availability", "daily_report", "two_jobs", "open_data_copy")
FILES = {
    (workflow, name): Path(__file__).parent / "golden" / f"{workflow}.{name}.json"
    for workflow in WORKFLOWS
    for name in COMPILERS
}


@cache
def workflow_named(name: str) -> Workflow:
    """The shipped one with the crawl of raw, as `millrace workflows compile` shows it."""
    if name in PIPELINES.workflows:
        return PIPELINES.refinement(name).with_raw_crawl()
    return Project.find(ROOT / "docs/examples/classics").pipelines.workflow(name)


def compiled(workflow: str, orchestrator: str) -> str:
    return json.dumps(COMPILERS[orchestrator].compile(workflow_named(workflow)), indent=2) + "\n"


if __name__ == "__main__":
    for named, file in FILES.items():
        file.write_text(compiled(*named))
