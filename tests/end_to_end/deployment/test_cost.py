"""What a stage costs, as its reader meets it: the command, a lake at hand, and what the document says."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from millrace.errors import LakeError, UnknownName, UsageError
from millrace.infra.pricing.assumptions import CostAssumptions
from millrace.infra.pricing.template_view import Frequencies
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.kind import MARKER
from millrace.settings import Settings
from millrace.usecases.deployment.cost import CostRequest, stage_cost
from millrace.usecases.deployment.stack import synthesised
from tests.end_to_end.deployment.documented_cost import parts, written
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, lake_at, poll_minutes, run
from tests.shipped import PROJECT

PARTS = ("dev", "dev, by how jobs are done", "prod", "prod, by how jobs are done", "assumptions")


def command(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Where there are neither credentials nor a region, nor a project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MILLRACE_", "AWS_"))}
    return subprocess.run(
        [sys.executable, "-m", "millrace", "cost", *arguments],
        cwd=home,
        env={**kept, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", PARTS)
def test_the_document_has_what_the_command_gives(name: str) -> None:
    """`python -m tests.end_to_end.deployment.documented_cost` writes it anew."""
    assert written(name) == parts()[name]


def test_the_command_prints_items_ways_and_assumptions(tmp_path: Path) -> None:
    done = command("--stage", "prod", home=tmp_path)

    assert done.returncode == 0, done.stderr
    for expected in ("firehose", "partitioned objects", "total", "Glue, fused", "no jobs on AWS"):
        assert expected in done.stdout
    assert "list prices of us-east-1, 2026-11-30; the stage is in ap-southeast-1, whose prices differ" in done.stderr
    assert "sizes of snapshots: the defaults that ship" in done.stderr
    assert "refresh_seconds = 300: seconds between two refreshes of a dashboard" in done.stderr


def test_it_needs_no_credentials_where_the_lake_is_on_aws(tmp_path: Path) -> None:
    done = command("--stage", "prod", home=tmp_path, MILLRACE_RUNTIME="aws", MILLRACE_AWS_BUCKET="some-lake")

    assert done.returncode == 0, done.stderr
    assert "sizes of snapshots: the defaults that ship" in done.stderr


def test_rows_come_as_json(tmp_path: Path) -> None:
    options = ["--polls-per-hour", "12", "--runs-per-hour", "1", "--viewers", "0", "--format", "json"]
    items = json.loads(command("--stage", "dev", *options, home=tmp_path).stdout)
    ways = json.loads(command("--stage", "dev", *options, "--compare", home=tmp_path).stdout)

    found = {(one["service"], one["item"]): one for one in items}
    assert found["scheduler", "invocations"]["quantity"] == 2 * 12 * 730
    assert found["glue", "dpu"]["usd"] == round(3 * 5 * 730 * 2 / 60 * 0.44, 2)
    assert ("athena", "scanned") not in found
    [total] = [one for one in ways if one["service"] == "total"]
    assert total["Glue, a job each"] == found["total", ""]["usd"] > total["Glue, fused"] > total["no jobs on AWS"]


def test_sizes_are_those_of_the_lake_at_hand(tmp_path: Path) -> None:
    """Three taxis at most give records of some hundred bytes, which are billed as 5 KB."""
    with serving(answer) as url, lake_at(tmp_path / ".millrace", url) as runtime:
        poll_minutes(runtime, range(10))
        run(runtime)
        cost = stage_cost(PROJECT, "prod", runtime=runtime)
        texts = [gzip.decompress(runtime.storage.get(one.key)) for one in runtime.storage.list(f"raw/{SOURCE}/")]

    [sizes] = [note for note in cost.notes if note.startswith("sizes of snapshots")]
    assert sizes == f"sizes of snapshots: measured in {tmp_path / '.millrace'} ({SOURCE})"
    [ingested] = [one for one in cost.estimate.lines if one.price.key == "firehose.ingestion"]
    [taxis] = [one for one in ingested.charges if SOURCE in one.why]
    [size] = re.findall(r"(\d+) bytes each, billed as 5 KB", taxis.why)
    assert int(size) == pytest.approx(sum(map(len, texts)) / 10, rel=0.02), "five of the ten objects are looked into"
    assert "measured in" in command("--stage", "prod", home=tmp_path).stderr, (
        "the command finds the lake that lies here"
    )


def test_a_lake_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with (
        LocalRuntime(Settings(tmp_path / "nothing", "simulated")) as runtime,
        pytest.raises(LakeError, match="no lake"),
    ):
        stage_cost(PROJECT, "prod", runtime=runtime)
    assert not (tmp_path / "nothing").exists()


def test_a_broken_lake_that_nobody_named_is_said_and_the_defaults_are_taken(tmp_path: Path) -> None:
    home = tmp_path / ".millrace"
    home.mkdir()
    (home / MARKER).write_bytes(b'{"kind": "li')

    here, named = (
        command("--stage", "dev", home=tmp_path),
        command("--stage", "dev", "--home", str(home), home=tmp_path),
    )

    assert here.returncode == 0, here.stderr
    told = f"sizes of snapshots: the defaults that ship; the lake here was not measured: cannot read {home / MARKER}"
    assert told in here.stderr
    assert named.returncode == 2
    assert named.stderr.startswith(f"millrace: cannot read {home / MARKER}")


def test_raw_objects_that_are_damaged_say_nothing_about_sizes(tmp_path: Path) -> None:
    """Cut before the first record, and no gzip at all."""
    with serving(answer) as url, lake_at(tmp_path / ".millrace", url) as runtime:
        poll_minutes(runtime, range(3))
        run(runtime)
        whole = stage_cost(PROJECT, "prod", runtime=runtime).notes
        objects = [one.key for one in runtime.storage.list(f"raw/{SOURCE}/")]
        for key, content in zip(objects, (runtime.storage.get(objects[0])[:40], b"no gzip", b""), strict=True):
            (tmp_path / ".millrace" / key).write_bytes(content)
        damaged = stage_cost(PROJECT, "prod", runtime=runtime).notes

    assert f"sizes of snapshots: measured in {tmp_path / '.millrace'} ({SOURCE})" in whole
    assert "sizes of snapshots: the defaults that ship" in damaged


def test_a_template_that_was_changed_by_hand_is_priced(tmp_path: Path) -> None:
    content = json.loads(synthesised(PROJECT, "prod").text)
    content["Resources"]["ByHand"] = {"Type": "AWS::KMS::Key", "Properties": {}}
    file = tmp_path / "template.json"
    file.write_text(json.dumps(content))

    before, after = (stage_cost(PROJECT, "prod", CostRequest(template=one)) for one in (None, file))
    assert round(after.estimate.usd - before.estimate.usd, 6) == 1
    assert not after.ways


def test_prices_of_the_stages_region_are_named(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('region = "ap-southeast-1"\n[glue.dpu]\nusd = 0.5\n')

    cost = stage_cost(PROJECT, "prod", CostRequest(prices=tmp_path / "prices.toml"))
    assert cost.notes[0] == "US dollars a month of 730 hours, list prices of ap-southeast-1, 2026-11-30"


def test_what_is_always_free_is_taken_off_and_the_totals_are_sums() -> None:
    cost = stage_cost(PROJECT, "prod")
    *items, total = cost.items()

    for column in ("list_usd", "usd"):
        assert abs(sum(one[column] for one in items) - total[column]) < 0.01 * len(items)
    assert total["usd"] < total["list_usd"]
    for way in cost.ways:
        *services, of_way = cost.comparison()
        assert abs(sum(one[way] for one in services) - of_way[way]) < 0.01 * len(services)


def test_more_viewers_and_months_cost_more() -> None:
    def usd(frequencies: Frequencies | None = None, **assumed: float) -> float:
        asked = CostRequest(CostAssumptions(**assumed), frequencies or Frequencies())
        return stage_cost(PROJECT, "prod", asked).estimate.usd

    usual = usd()
    assert usd(viewers=10) > usual
    assert usd(months=24) > usual
    assert usd(Frequencies(runs_per_hour=1)) < usual
    assert usd(Frequencies(polls_per_hour=1)) < usual


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stage", "production"], "unknown stage 'production'"),
        (["--stage", "prod", "--assume", "speed=1"], "unknown assumption 'speed'. Choose one of: alerts"),
        (["--stage", "prod", "--assume", "months=long"], "months is 'long'"),
        (["--stage", "prod", "--assume", "months=-1"], "months is '-1'"),
        (["--stage", "prod", "--assume", "refresh_seconds=0"], "refresh_seconds is '0'"),
        (["--stage", "prod", "--prices", "none.toml"], "cannot read none.toml"),
        (["--stage", "prod", "--template", "none.json"], "cannot read none.json"),
        (["--stage", "prod", "--home", "nothing"], "there is no lake in"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_bad_call_gets_one_line_that_says_what_to_do(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = command(*arguments, home=tmp_path)

    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr


def test_wrong_assumptions_and_templates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        CostAssumptions.given(["month=1"])
    one = '{"Resources": {"One": %s}}'
    for text in (
        "[]",
        "{}",
        '{"Resources": []}',
        "no JSON",
        one % "{}",
        one % "3",
        one % '{"Type": "A", "Properties": 3}',
    ):
        (tmp_path / "template.json").write_text(text)
        with pytest.raises(UsageError, match=r"template\.json"):
            stage_cost(PROJECT, "prod", CostRequest(template=tmp_path / "template.json"))
