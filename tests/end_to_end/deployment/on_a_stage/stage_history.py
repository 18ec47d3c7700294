"""What was done on a stage whose releases change, and that nothing of it is lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.end_to_end.deployment.on_a_stage.deployed_jobs import DeployedJobs
from tests.end_to_end.deployment.on_a_stage.live_stage import LiveStage

_READ = "SELECT CAST(observed_at AS VARCHAR) AS at, bikes FROM prod.{source} ORDER BY 1"
_SNAPSHOTS = "SELECT DISTINCT snapshot_id AS id FROM {staging}"


@dataclass
class StageHistory:
    """`staging`: the staging table of each source. `project`: the folder of a project that has all sources.

    `accepted`: the ids of the snapshots that `poll` said to be delivered, `attempts`: how often it was given, by
    source. `releases`: of each run. `publishes`: source, day and run of each, the newest last.
    """

    stage: LiveStage
    jobs: DeployedJobs
    staging: dict[str, str]
    project: Path
    home: Path
    accepted: dict[str, set[str]] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    releases: dict[str, str] = field(default_factory=dict)
    publishes: list[tuple[str, str, str]] = field(default_factory=list)

    def poll(self, source: str, day: str, minutes: Sequence[int], **environ: str) -> None:
        for minute in minutes:
            at = f"{day}T08:{minute:02}"
            [polled] = json.loads(self.stage.run("poll", source, "--at", at, "--format", "json", **environ).out)
            self.attempts[source] += 1
            if polled["outcome"] == "delivered":
                self.accepted.setdefault(source, set()).add(polled["snapshot_id"])
        self.stage.deliver()

    def run(self, workflow: str, release: str, **environ: str) -> None:
        """By the deployed job, which succeeds."""
        done = self.jobs.start(workflow)
        assert done.returncode == 0, done.stderr[-3000:]
        newest = self._rows("runs", **environ)[0]
        assert (newest["workflow"], newest["state"]) == (workflow, "succeeded")
        self.releases[newest["run_id"]] = release
        self.publishes += [(workflow, day, newest["run_id"]) for day in newest["partitions"].split(", ")]

    def require_whole(self, waiting: str = "", **environ: str) -> None:
        """The ledger balances, each accepted snapshot is published, readers see what a local run makes of the same raw
        objects, each publish is among the versions, and each run is on record with its release. `waiting`: a source
        whose newest snapshot has no run yet.
        """
        assert {one["run_id"]: one["release"] for one in self._rows("runs", **environ)} == self.releases
        ledger = self._rows("audit", **environ)
        assert all(one["balances"] for one in ledger), ledger
        local = self._local_rows()
        for source, accepted in self.accepted.items():
            unpublished, mine = int(source == waiting), [one for one in ledger if one["source"] == source]
            assert sum(one["attempts"] for one in mine) == self.attempts[source]
            assert sum(one["published"] for one in mine) == len(accepted) - unpublished
            published = {
                one["id"] for one in self._rows("query", _SNAPSHOTS.format(staging=self.staging[source]), **environ)
            }
            assert (published <= accepted, len(accepted - published)) == (True, unpublished)
            versions = self._rows("versions", f"prod.{source}", **environ)
            assert [(one["partition"], one["run"], one["state"]) for one in versions] == self._versions(source)
            rows = [tuple(one.values()) for one in self._rows("query", _READ.format(source=source), **environ)]
            assert rows == local[source][: len(local[source]) - unpublished]

    def _versions(self, source: str) -> list[tuple[str, str, str]]:
        """Day, run and state of each, by day and the newest first."""
        days = sorted({day for of, day, _ in self.publishes if of == source})
        found = []
        for day in days:
            newest, *others = [run for of, on, run in reversed(self.publishes) if (of, on) == (source, day)]
            found += [(day, newest, "current"), *((day, one, "replaced") for one in others)]
        return found

    def _rows(self, *command: str, **environ: str) -> list[dict[str, Any]]:
        ended = self.stage.run(*command, "--format", "json", **environ)
        assert ended.status == 0, ended.said
        found: list[dict[str, Any]] = json.loads(ended.out)
        return found

    def _local_rows(self) -> dict[str, list[Any]]:
        """What readers see of a lake in a folder that has the raw objects of the stage."""
        home = self.home / f"local-{len(list(self.home.glob('local-*')))}"
        of = self.stage.deployer
        with LocalRuntime(Settings(home, "simulated", project=self.project)) as runtime:
            runtime.stream.flush(everything=True)  # a lake's state file comes before its first object
            pages = of.clients.s3.get_paginator("list_objects_v2").paginate(Bucket=of.lake)
            for key in [one["Key"] for page in pages for one in page["Contents"]]:
                if key.startswith("raw/") or key == "lake.json":
                    body = of.clients.s3.get_object(Bucket=of.lake, Key=key)["Body"].read()
                    runtime.storage.put(key, body)
            for source in self.accepted:
                run = run_workflow(runtime, source, [], full=True, progress=lambda _: None)
                assert run.state == "succeeded", run.error
            return {source: run_query(runtime, _READ.format(source=source)).rows for source in self.accepted}
