"""The plan of removals on random histories, compared with a plain model of what must stay."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.athena_sql.ports import WrittenFile
from millrace.clock import ManualClock
from millrace.errors import DefinitionError
from millrace.glue_workflow.ports import PartitionVersion, RunRecord, RunState
from millrace.glue_workflow.refinement import Refinement, Retention
from millrace.glue_workflow.stores.local.catalog import SqliteCatalog
from millrace.glue_workflow.stores.local.leases import FileLeases
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.glue_workflow.versions.retention import RemovalReason
from millrace.glue_workflow.versions.vacuum import Vacuum
from millrace.lake.keys import version_prefix
from millrace.lake.local import LocalStorage
from millrace.lake.storage import ObjectInfo
from millrace.state.sqlite import StateFile

START = datetime(2024, 5, 30, tzinfo=UTC)
TABLE, SHORT, LONG = "prod.taxi_availability", timedelta(hours=10), timedelta(hours=30)
DAYS = ("2024-05-29", "2024-05-30")
WORKFLOW = Refinement(
    name="w",
    source="w",
    schedule="rate(1 minute)",
    staging="staging.taxi_position",
    prod=(TABLE,),
    rules="w",
    retention={"staging": Retention(SHORT, LONG), "prod": Retention(SHORT, LONG)},
)
ACTIONS = st.tuples(
    st.sampled_from(["publish", "publish", "candidate", "roll_back"]),
    st.sampled_from(DAYS),
    st.integers(0, 20),  # hours until the next action
    st.integers(0, 9),  # which earlier version a rollback goes to
)


@dataclass
class Model:
    """What a constant reader would know, per partition."""

    now: datetime = START
    shown: dict[str, str] = field(default_factory=dict)
    left: dict[tuple[str, str], datetime] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=lambda: {day: [] for day in DAYS})

    def show(self, day: str, version: str) -> None:
        if day in self.shown and self.shown[day] != version:
            self.left[day, self.shown[day]] = self.now
        self.left.pop((day, version), None)
        self.shown[day] = version

    def must_stay(self) -> set[tuple[str, str]]:
        stays = set(self.shown.items())
        stays |= {one for one, at in self.left.items() if at + SHORT >= self.now}
        for day, current in self.shown.items():
            before = self.made[day][: self.made[day].index(current)]
            if before and (at := self.left.get((day, before[-1]))) and at + LONG >= self.now:
                stays.add((day, before[-1]))
        return stays


class RandomLake:
    def __init__(self, folder: Path) -> None:
        self.clock, self.model = ManualClock(START), Model()
        state = StateFile(folder / "state.db")
        self.close = state.close
        self.catalog, self.storage = SqliteCatalog(state, self.clock), LocalStorage(folder / "lake")
        self.runs, self.count = SqliteRunStore(state), 0
        self.vacuum = Vacuum(self.catalog, self.storage, self.runs, FileLeases(folder / "leases"), self.clock)

    def version(self, day: str) -> PartitionVersion:
        name = f"run{self.count:03}-1"
        self.count += 1
        key = f"{version_prefix(TABLE, name)}dt={day}/part-00000.parquet"
        self.storage.put(key, b"x")
        version = PartitionVersion(TABLE, day, name, (WrittenFile(key, day, 1, 1),))
        self.catalog.register([version])
        return version

    def act(self, action: str, day: str, hours: int, which: int) -> None:
        if action == "candidate":
            self.version(day)
        elif action == "publish":
            version = self.version(day)
            self.model.made[day].append(version.version)
            self.catalog.flip([version])
            self.model.show(day, version.version)
        elif self.model.made[day]:
            names = self.model.made[day]
            name = names[which % len(names)]
            (found,) = [one.version for one in self.catalog.history(TABLE, day) if one.version.version == name]
            self.catalog.roll_back([found], [])
            self.model.show(day, name)
        self.clock.sleep(hours * 3600 + 1)
        self.model.now = self.clock.now()


@settings(max_examples=40)
@given(st.lists(ACTIONS, max_size=14))
def test_the_plan_removes_exactly_what_the_model_does_not_keep(actions: list[tuple[str, str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        lake = RandomLake(Path(folder))
        unmanaged = ["raw/w/dt=2024-05-30/hour=00/x.json.gz", "quarantine/w/x.json", "prod/other/run=1/x", "prod/x/y"]
        for key in unmanaged:
            lake.storage.put(key, b"x")
        for action in actions:
            lake.act(*action)
        known = {(day, name) for day in DAYS for name in lake.model.made[day]}
        planned = lake.vacuum.plan(WORKFLOW)
        lake.close()

    versions = {(one.version.partition, one.version.version) for one in planned if one.version}
    replaced = {
        (one.version.partition, one.version.version)
        for one in planned
        if one.version and one.reason is RemovalReason.REPLACED
    }
    assert not versions & lake.model.must_stay()
    assert replaced == known - lake.model.must_stay()
    keys = {key for removal in planned for key in removal.keys}
    assert not keys & set(unmanaged)
    assert all(any(f"run={name}/dt={day}/" in key for day, name in versions) for key in keys)


def test_candidates_go_unless_their_run_can_be_resumed(tmp_path: Path) -> None:
    lake = RandomLake(tmp_path)
    lake.version(DAYS[0])
    record = RunRecord("run000", "w", 1, RunState.FAILED, START, START)
    lake.runs.save_run(record)

    assert lake.vacuum.plan(WORKFLOW) == []

    lake.runs.save_run(RunRecord("run999", "w", 1, RunState.SUCCEEDED, START, START))
    (removal,) = lake.vacuum.plan(WORKFLOW)
    assert (removal.reason, removal.size) == (RemovalReason.DEAD, 1)


def test_a_rollbacks_target_must_be_kept_at_least_as_long_as_other_versions() -> None:
    with pytest.raises(DefinitionError, match="rollback's target"):
        Retention(timedelta(days=2), timedelta(days=1))


def test_vacuum_removes_state_that_no_item_names_and_a_dry_run_only_lists_it(tmp_path: Path) -> None:
    lake, asked = RandomLake(tmp_path), []
    lake.storage.put("ops/state/orphan.json", b"x" * 7)
    lake.storage.put("ops/state/named.json", b"x")

    def orphans(before: datetime) -> list[ObjectInfo]:
        asked.append(before)
        return list(lake.storage.list("ops/state/orphan"))

    vacuum = replace(lake.vacuum, state_orphans=orphans)
    (planned,) = vacuum.leftovers(dry_run=True)
    assert (planned.keys, planned.size, str(planned.reason)) == (
        ("ops/state/orphan.json",),
        7,
        "state that no item names",
    )
    assert len(list(lake.storage.list("ops/state/"))) == 2
    vacuum.leftovers(dry_run=False)
    assert [found.key for found in lake.storage.list("ops/state/")] == ["ops/state/named.json"]
    assert asked == [lake.clock.now() - timedelta(days=1)] * 2
    lake.close()
