"""Runs workflows, those named or all, by what the environment says; a line for each that ends.

With `--no-time-passes` nobody waits for a dead process's lease or queue messages, nor before a try again.
"""

from __future__ import annotations

import argparse

from millrace.environment import load
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.selection import runtime_class
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from tests.doubles.faults import without_pauses
from tests.end_to_end.aws.aws_lake import TimelessRuntime
from tests.shipped import PIPELINES


def opened(settings: Settings, *, time_passes: bool) -> Runtime:
    if time_passes:
        return runtime_class(settings).existing(settings)
    return TimelessRuntime(settings, clients=AwsClients(settings.aws, on_created=without_pauses))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--no-time-passes", action="store_true")
    given = parser.parse_args()
    with opened(load(), time_passes=not given.no_time_passes) as runtime:
        for name in given.names or PIPELINES.workflows:
            record = run_workflow(runtime, name, [], full=False, progress=lambda _: None)
            print(name, record.state, record.error, flush=True)
