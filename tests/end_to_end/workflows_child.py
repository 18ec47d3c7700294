"""Runs every workflow in a process of its own, by what the environment says; a line for each that ends."""

from __future__ import annotations

from glue_workflow.definitions import workflows
from infra.running import run_workflow
from infra.runtime import runtime_of
from millrace.settings import load

if __name__ == "__main__":
    settings = load()
    with runtime_of(settings).existing(settings) as runtime:
        for name in workflows():
            record = run_workflow(runtime, name, [], full=False, progress=lambda _: None)
            print(name, record.state, record.error, flush=True)
