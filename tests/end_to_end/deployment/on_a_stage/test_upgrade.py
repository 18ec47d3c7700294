"""A stage with data is upgraded, and goes back: nothing is lost, and each run is of the release that is deployed.

Release A is the project before it got a column and a second source. The state that it wrote is brought to the form of
the versions before: without the number of its format, and without the fields that records have got since. Runs are
made by the deployed Glue jobs, polls and all else by the commands. A newer Millrace is a copy of this one whose state
table has another format.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import millrace
from millrace.state.dynamo_keys import FORMAT, JOBS, QUALITY, RUNS
from millrace.state.formats import TABLE_FORMAT
from tests.end_to_end.deployment.conftest import in_an_account
from tests.end_to_end.deployment.on_a_stage import deployed_jobs
from tests.end_to_end.deployment.on_a_stage.deployed_jobs import DeployedJobs
from tests.end_to_end.deployment.on_a_stage.live_stage import WRONG_MINUTE, surroundings
from tests.end_to_end.deployment.on_a_stage.stage_history import StageHistory
from tests.end_to_end.project.bikes import BIKES, FILES, RULES, SOURCE, STATION, write_project

pytestmark = pytest.mark.soak

FIRST, SECOND, THIRD = "2024-05-30", "2024-05-31", "2024-06-01"
BEFORE: Mapping[str, str] = {**FILES, "millrace.toml": '[project]\nname = "bikes"\n'}
UPGRADED: Mapping[str, str] = {
    **BEFORE,
    "sql/prod/bikes.sql": BIKES.replace("-- bikes bigint", "-- stations bigint: that told\n-- bikes bigint").replace(
        "sum(bikes) AS bikes", "count(*) AS stations, sum(bikes) AS bikes"
    ),
    "sources/scooters.py": SOURCE.replace('name="bikes"', 'name="scooters"'),
    "sql/staging/scooter.sql": STATION.replace("raw.bikes", "raw.scooters"),
    "sql/prod/scooters.sql": BIKES.replace("staging.station", "staging.scooter"),
    "rules/scooters.dqdl": RULES,
}
TABLE, DATABASE = "millrace_dev_state", "millrace_dev_prod"
RELEASE = re.compile(r"^release ([0-9a-f]{32})", re.MULTILINE)
ADDED_SINCE = {  # what records of older versions lack, by the list
    RUNS: {"bytes_scanned", "held", "request", "execution", "release", "counts_from"},
    JOBS: {"bytes_scanned", "ends_run"},
    QUALITY: {"action", "labels", "failing_rows", "check_number"},
}


@dataclass
class Upgraded:
    """`a`, `b`: the hashes of the releases."""

    history: StageHistory
    a: str = ""
    b: str = ""

    def deploy(self, *options: str) -> str:
        """The release's hash."""
        [found] = RELEASE.findall(self.history.stage.done("deploy", "--yes", *options).said)
        return str(found)

    def items(self) -> list[dict[str, Any]]:
        """Of the state table."""
        pages = self.history.stage.deployer.clients.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        return sorted(
            (one for page in pages for one in page["Items"]), key=lambda one: (one["pk"]["S"], one["sk"]["S"])
        )

    def seen(self) -> tuple[Any, ...]:
        """What a refused command leaves as it is: state, stack and what readers are pointed to."""
        of = self.history.stage.deployer
        partitions = of.clients.glue.get_partitions(DatabaseName=DATABASE, TableName="bikes")["Partitions"]
        pointed = [(one["Values"], one["StorageDescriptor"]) for one in partitions]
        return self.items(), of.stack, len(of.cloudformation.given), pointed

    def columns(self) -> set[str]:
        """Of prod.bikes in Glue, and of each partition."""
        glue = self.history.stage.deployer.clients.glue
        table: Any = glue.get_table(DatabaseName=DATABASE, Name="bikes")["Table"]
        found = [table, *glue.get_partitions(DatabaseName=DATABASE, TableName="bikes")["Partitions"]]
        return {" ".join(column["Name"] for column in one["StorageDescriptor"]["Columns"]) for one in found}

    def stations(self) -> dict[str, set[int | None]]:
        """By day."""
        rows = self.history.stage.rows("query", "SELECT DISTINCT CAST(dt AS VARCHAR) AS day, stations FROM prod.bikes")
        return {day: {one["stations"] for one in rows if one["day"] == day} for day in {one["day"] for one in rows}}


@pytest.fixture(scope="module")
def upgraded(ministack_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """The tests of this module go on where the ones before them left the stage."""
    folder = tmp_path_factory.mktemp("upgrade")
    later = write_project(folder / "later", UPGRADED)
    with in_an_account(ministack_url, folder / "project", BEFORE) as deployer:
        deployer.write_stage(deployed_jobs.STAGE)
        deployer.done("bootstrap", "--stage", "dev", "--yes")
        with surroundings(deployer, folder / "home", later) as stage:
            given = stage.deployer.environ
            environ = {**given, "MILLRACE_SOURCE_SCOOTERS_URL": given["MILLRACE_SOURCE_BIKES_URL"]}
            stage = replace(stage, deployer=replace(stage.deployer, environ=environ))
            staging = {"bikes": "staging.station", "scooters": "staging.scooter"}
            yield Upgraded(StageHistory(stage, DeployedJobs(stage, folder), staging, later, folder))


def test_release_a_has_data(upgraded: Upgraded) -> None:
    history = upgraded.history
    upgraded.a = upgraded.deploy()
    history.poll("bikes", FIRST, [0, 1, WRONG_MINUTE])
    history.run("bikes", upgraded.a)

    history.require_whole()
    [item] = history.stage.rows("quarantine", "list")
    assert item["state"] == "waiting"


def test_release_b_goes_on_with_state_of_the_form_before(upgraded: Upgraded) -> None:
    history = upgraded.history
    assert to_the_form_before(upgraded) > 5
    history.releases = dict.fromkeys(history.releases, "")
    write_project(history.stage.deployer.root, UPGRADED)
    upgraded.b = upgraded.deploy()
    assert upgraded.b != upgraded.a
    history.require_whole()
    history.poll("bikes", SECOND, [0, 1])
    history.poll("scooters", SECOND, [0, 1])
    history.run("bikes", upgraded.b)
    history.run("scooters", upgraded.b)

    history.require_whole()
    assert upgraded.stations() == {FIRST: {None}, SECOND: {2}}


def test_what_goes_back_to_release_a_goes_on_by_its_code(upgraded: Upgraded) -> None:
    history = upgraded.history
    history.poll("scooters", THIRD, [0])  # which waits while nothing that is deployed knows of scooters
    said = history.stage.done("deploy", "--yes", "--artefact", upgraded.a[:8]).said
    assert f"release {upgraded.a}" in said
    assert "tables stay as they are: the next run of each workflow makes of them what this release needs" in said
    history.require_whole(waiting="scooters")

    history.poll("bikes", SECOND, [2])
    history.poll("bikes", THIRD, [0])
    history.run("bikes", upgraded.a)

    history.require_whole(waiting="scooters")
    assert upgraded.stations() == {FIRST: {None}, SECOND: {None}, THIRD: {None}}
    assert upgraded.columns() == {"observed_at bikes loaded_at run_id stations"}

    earlier = replace(history.stage.deployer, root=write_project(history.home / "earlier", BEFORE))
    earlier.write_stage(deployed_jobs.STAGE)
    audit = earlier.run("audit", "--stage", "dev")
    told = [line for line in audit.said.splitlines() if line.startswith("does not balance")]
    assert told == ["does not balance: raw/scooters/: 3 raw objects of a source that is not known here"]


def test_and_forward_again_with_what_has_waited(upgraded: Upgraded) -> None:
    history = upgraded.history
    assert upgraded.deploy("--artefact", upgraded.b) == upgraded.b
    history.poll("bikes", THIRD, [1])
    history.run("scooters", upgraded.b)
    history.run("bikes", upgraded.b)

    history.require_whole()
    assert upgraded.stations() == {FIRST: {None}, SECOND: {None}, THIRD: {2}}


def test_state_of_a_newer_format_is_refused_and_stays_as_it_is(upgraded: Upgraded) -> None:
    history, newer = upgraded.history, {"PYTHONPATH": str(newer_millrace(upgraded.history.home))}
    stage, has = history.stage, TABLE_FORMAT + 1
    history.poll("bikes", THIRD, [2], **newer)  # a command of a newer Millrace, which has deployed nothing

    refusal = f"knows formats of state up to {TABLE_FORMAT}, and the state table {TABLE} has {has}."
    before = upgraded.seen()
    for options in (["--artefact", upgraded.a], []):
        refused = stage.run("deploy", "--yes", *options)
        assert (refused.status, refused.said.count("millrace: "), refusal in refused.said) == (2, 1, True), refused.said
        assert "Nothing was changed. Deploy a newer one" in refused.said
    told = f"the state table {TABLE} has format {has}, and this Millrace knows formats up to {TABLE_FORMAT}."
    for command in (["run", "bikes"], ["poll", "bikes"], ["audit"]):
        refused = stage.run(*command)
        assert (refused.status, told in refused.said) == (2, True), refused.said
    job = history.jobs.start("bikes")
    assert (job.returncode != 0, told in job.stderr) == (True, True), job.stderr
    assert upgraded.seen() == before

    deployed = stage.run("deploy", "--yes", **newer)
    assert deployed.status == 0, deployed.said
    [c] = RELEASE.findall(deployed.said)
    history.run("bikes", c, **newer)
    history.require_whole(**newer)
    before = upgraded.seen()
    for by in ({}, newer):
        refused = stage.run("deploy", "--yes", "--artefact", upgraded.a, **by)
        assert (refused.status, refusal in refused.said) == (2, True), refused.said
    assert upgraded.seen() == before


def to_the_form_before(upgraded: Upgraded) -> int:
    """The number of items that are changed by it."""
    client, changed = upgraded.history.stage.deployer.clients.dynamodb, 0
    for item in upgraded.items():
        pk = item["pk"]["S"]
        if pk == FORMAT:
            client.delete_item(TableName=TABLE, Key={name: item[name] for name in ("pk", "sk")})
        names = ADDED_SINCE.get(QUALITY if pk.startswith("rule#") else pk.partition("#")[0])
        if names and "data" in item:
            found = json.loads(item["data"]["S"])
            if not isinstance(found, int):
                item["data"]["S"] = json.dumps(_without(names, found))
                client.put_item(TableName=TABLE, Item=item)
                changed += 1
    return changed


def _without(names: set[str], found: Any) -> Any:
    if isinstance(found, list):
        return [_without(names, one) for one in found]
    return {name: value for name, value in found.items() if name not in names}


def newer_millrace(folder: Path) -> Path:
    """A folder with a copy of the package, which knows and writes the next format of the state table."""
    copy = folder / "newer" / "millrace"
    shutil.copytree(Path(millrace.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    formats = copy / "state" / "formats.py"
    text, line = formats.read_text(), f"TABLE_FORMAT = {TABLE_FORMAT}"
    assert line in text
    formats.write_text(text.replace(line, f"TABLE_FORMAT = {TABLE_FORMAT + 1}"))
    return copy.parent
