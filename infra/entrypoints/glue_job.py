"""The script that Glue starts for a job of a workflow: one node of a Glue workflow, or a whole run (`--job run`).

Where a state machine starts it for one job of a run that is under way, it is told which: `--run`, `--execution`, and
`--item` of a job that is made for each item of a list; a router gives it the whole call, `--call`.

Arguments: `--workflow`, `--job`, settings by the names of their variables (`--MILLRACE_STAGE dev`: Glue gives a job no
environment), and Glue's own, of which it needs the workflow run's. It stands alone: what it imports is in the wheels.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from millrace.glue_workflow.routing.glue_jobs import CALL
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.node import ALL, make_node, make_step
from millrace.infra.entrypoints.protocol_calls import AskedStart, ProtocolCalls
from millrace.infra.entrypoints.routed_job import make_routed
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.executions import asked_of_glue, glue_execution
from millrace.json_logs import log_as_json_lines
from millrace.settings import EngineName

_SETTING = "--MILLRACE_"


@dataclass(frozen=True)
class GlueArguments:
    """`settings` by variable; `execution`: the id of the Glue workflow's run, of another orchestrator's execution, or
    of a job started alone. `run`: that of a step; "" for a node. `call`: of a router, as JSON; "" of others.
    """

    workflow: str
    job: str
    execution: str
    settings: dict[str, str]
    run: str = ""
    item: str = ""
    call: str = ""

    @classmethod
    def of(cls, arguments: Sequence[str]) -> GlueArguments:
        """Ends the process for arguments that are missing."""
        parser = argparse.ArgumentParser(allow_abbrev=False)
        parser.add_argument("--workflow", required=True)
        parser.add_argument("--job", required=True)
        for given_by_glue in ("--JOB_NAME", "--JOB_RUN_ID", "--WORKFLOW_NAME", "--WORKFLOW_RUN_ID"):
            parser.add_argument(given_by_glue, default="")
        for given_by_orchestrator in ("--execution", "--run", "--item", CALL):
            parser.add_argument(given_by_orchestrator, default="")
        found, others = parser.parse_known_args(arguments)
        named = found.WORKFLOW_RUN_ID != ""
        alone = f"{found.JOB_NAME} {found.JOB_RUN_ID}"
        execution = glue_execution(found.WORKFLOW_NAME, found.WORKFLOW_RUN_ID) if named else alone
        given = (found.execution or execution, _settings(others), found.run, found.item, found.call)
        return cls(found.workflow, found.job, *given)


def main(arguments: Sequence[str]) -> None:
    """Raises what the job raises: Glue takes its text for the reason of the failure."""
    given = GlueArguments.of(arguments)
    log_as_json_lines()
    settings = packaged_settings({"MILLRACE_RUNTIME": "aws", "MILLRACE_ENGINE": EngineName.SPARK, **given.settings})
    with AwsRuntime(settings) as runtime:
        calls = ProtocolCalls(runtime)
        if given.call:
            make_routed(runtime, msgspec.json.decode(given.call, type=RoutedCall), None)
        elif given.run:
            make_step(calls, given.workflow, given.execution, given.run, given.job, given.item)
        else:

            def start() -> AskedStart:
                return msgspec.convert(asked_of_glue(runtime.clients, given.execution), AskedStart)

            begun = None if given.job == ALL else runtime.begun_crawls(given.execution)
            make_node(calls, given.workflow, given.execution, given.job, start, begun=begun)


def _settings(arguments: Sequence[str]) -> dict[str, str]:
    """Those among a job's arguments, each a name and a value, or both in one with `=`."""
    settings, names = dict[str, str](), iter(arguments)
    for argument in names:
        if argument.startswith(_SETTING):
            name, equals, value = argument.removeprefix("--").partition("=")
            settings[name] = value if equals else next(names, "")
    return settings


if __name__ == "__main__":
    main(sys.argv[1:])
