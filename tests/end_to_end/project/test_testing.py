"""The standard tests in projects of one's own: a sound source passes, and of each broken one the right test fails.

All projects are in one folder, whose tests run at once, from elsewhere: of a broken source, those that fail, and in
`make soak` the others too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.testing import SourceTests
from millrace.testing.faults import FAULTS
from millrace.testing.responses import FeedSample, snapshots_of
from tests.end_to_end.documents import ROOT
from tests.end_to_end.project.bikes import FILES, answer, write_project

DECLARATION = """
from millrace.testing import SourceTests


class TestBikes(SourceTests):
    source = "bikes"
    responses = ("responses/bikes.json",)
    engines = ()
"""


class Break(NamedTuple):
    """What is changed in a file of the project, and the tests that fail then."""

    file: str
    old: str
    new: str
    failing: tuple[str, ...]


BREAKS: Mapping[str, Break] = {
    "sound": Break("sources/bikes.py", "", "", ()),
    "counts_wrongly": Break(
        "sources/bikes.py",
        'len(answer["stations"]))',
        'len(answer["stations"]) - 1)',
        ("test_entities_path_leads_to_the_entities_that_are_read",),
    ),
    "time_of_its_own": Break(
        "sources/bikes.py",
        'Observation(answer["at"]',
        'Observation("2024-05-30T12:00:00+08:00"',
        ("test_the_time_observed_is_the_responses_own",),
    ),
    "too_narrow": Break(
        "sources/bikes.py",
        "Plausibility(1, 100)",
        "Plausibility(50, 100)",
        ("test_the_responses_have_the_declared_form_and_are_plausible",),
    ),
    "wrong_schema": Break(
        "sources/bikes.py",
        '"bikes": int',
        '"bikes": str',
        ("test_the_responses_have_the_declared_form_and_are_plausible",),
    ),
    "accepts_what_it_cannot_read": Break(
        "sources/bikes.py",
        "list[Station]})",
        "object})",
        ("test_a_fault_ends_where_it_should[text_entities]", "test_the_workflow_publishes_every_snapshot"),
    ),
    "loses_rows": Break(
        "sql/staging/station.sql",
        "ORDER BY observed_at, station",
        "WHERE json_extract_scalar(one, '$.id') <> 'north' ORDER BY observed_at, station",
        ("test_each_entity_is_a_row_or_set_aside",),
    ),
    "repeats_superseded": Break(
        "sql/staging/station.sql",
        "raw.bikes.snapshots",
        "raw.bikes.records",
        ("test_each_entity_is_a_row_or_set_aside",),
    ),
    "loses_days": Break(
        "sql/prod/bikes.sql",
        "WHERE dt IN (:partitions)",
        "WHERE dt IN (:partitions) AND dt <> DATE '2024-05-31'",
        ("test_each_table_has_rows_of_every_day",),
    ),
    "holds": Break(
        "rules/bikes.dqdl", "RowCount > 0", "RowCount > 1000000", ("test_the_workflow_publishes_every_snapshot",)
    ),
    "unknown_column": Break(
        "rules/bikes.dqdl", '"bikes" >= 0', '"bicycles" >= 0', ("test_the_workflow_publishes_every_snapshot",)
    ),
    "uncertified": Break(
        "sql/prod/bikes.sql",
        "sum(bikes)",
        "CAST(approx_distinct(bikes) AS BIGINT)",
        ("test_statements_use_only_what_every_engine_runs_alike",),
    ),
    "panel": Break(
        "dashboards/bikes.py",
        "SELECT observed_at, bikes",
        "SELECT observed_at, bicycles",
        ("test_the_panels_over_its_tables_can_be_drawn",),
    ),
}

STATIONS = [{"id": "north", "bikes": 5}, {"id": "south", "bikes": 10}]


class Variant(NamedTuple):
    """A sound source of another form: what is replaced in its files, its response, and faults that it cannot have."""

    changes: Mapping[str, Mapping[str, str]]
    response: object
    skipped: frozenset[str]


PAGES = {  # of the staging statement: each page has an array of stations
    """    SELECT
        observed_at,
        CAST(json_extract(payload, '$.stations') AS ARRAY(JSON)) AS stations,
        snapshot_id,
        source_object,
        dt
    FROM raw.bikes.snapshots
    WHERE dt IN (:partitions)
""": """    SELECT
        observed_at,
        CAST(json_extract(page, '$.stations') AS ARRAY(JSON)) AS stations,
        snapshot_id,
        source_object,
        dt
    FROM (
        SELECT observed_at, CAST(json_extract(payload, '$') AS ARRAY(JSON)) AS pages, snapshot_id, source_object, dt
        FROM raw.bikes.snapshots
        WHERE dt IN (:partitions)
    ) AS whole
    CROSS JOIN UNNEST(pages) AS listed_pages (page)
"""
}

VARIANTS: Mapping[str, Variant] = {
    "two_documents": Variant(  # with Unix time, and a time that may not go back
        {
            "sources/bikes.py": {
                '{"at": str, "stations": list[Station]}': '{"about": About, "status": Status}',
                "\nBikes =": '\nStatus = TypedDict("Status", {"stations": list[Station]})\n'
                'About = TypedDict("About", {"last_updated": int})\nBikes =',
                'answer["at"], len(answer["stations"])': 'iso(answer["about"]["last_updated"]), '
                'len(answer["status"]["stations"])',
                "\n\ndef read": "\n\ndef iso(seconds: int) -> str:\n"
                "    return datetime.fromtimestamp(seconds, UTC).isoformat()\n\n\ndef read",
                "import timedelta": "import UTC, datetime, timedelta",
                'history_parameter="at"': 'documents={"about": "about.json", "status": "status.json"}',
                "Plausibility(1, 100)": "Plausibility(1, 100, behind=timedelta(hours=1))",
                "$.stations": "$.status.stations",
            },
            "sql/staging/station.sql": {"$.stations": "$.status.stations"},
        },
        {"about": {"last_updated": 1717041900}, "status": {"stations": STATIONS}},
        frozenset(),
    ),
    "linked_pages": Variant(
        {
            "sources/bikes.py": {
                '{"at": str, "stations": list[Station]}': '{"at": str, "stations": list[Station], "next": str | None}',
                "def read(answer: Bikes)": "def read(pages: list[Bikes])",
                'answer["at"], len(answer["stations"])': 'pages[0]["at"], sum(len(one["stations"]) for one in pages)',
                "schema=Bikes": "schema=list[Bikes]",
                'history_parameter="at"': 'pages=Paging(next_path="$.next")',
                "Observation, Pl": "Observation, Paging, Pl",
                'entities_path="$.stations"': 'entities_path="$[*].stations"',
            },
            "sql/staging/station.sql": PAGES,
        },
        [
            {"at": "2024-05-30T12:05:00+08:00", "stations": STATIONS[:1], "next": "?page=2"},
            {"at": "2024-05-30T12:05:00+08:00", "stations": STATIONS[1:], "next": None},
        ],
        frozenset(),
    ),
    "counted_pages": Variant(
        {
            "sources/bikes.py": {
                "def read(answer: Bikes)": "def read(pages: list[Bikes])",
                'answer["at"], len(answer["stations"])': 'pages[0]["at"], sum(len(one["stations"]) for one in pages)',
                "schema=Bikes": "schema=list[Bikes]",
                'history_parameter="at"': 'pages=Paging(parameter="page", items_path="$.stations")',
                "Observation, Pl": "Observation, Paging, Pl",
                'entities_path="$.stations"': 'entities_path="$[*].stations"',
            },
            "sql/staging/station.sql": PAGES,
        },
        [
            {"at": "2024-05-30T12:05:00+08:00", "stations": STATIONS[:1]},
            {"at": "2024-05-30T12:05:00+08:00", "stations": STATIONS[1:]},
        ],
        frozenset(),
    ),
    "array": Variant(  # whose entities each have a time, in local time without an offset
        {
            "sources/bikes.py": {
                '"bikes": int': '"bikes": int, "at": str',
                'Bikes = TypedDict("Bikes", {"at": str, "stations": list[Station]})': "Bikes = list[Station]",
                'answer["at"], len(answer["stations"])': 'max(one["at"] for one in answer) + "+08:00", len(answer)',
                "$.stations": "$",
            },
            "sql/staging/station.sql": {"json_extract(payload, '$.stations')": "json_extract(payload, '$')"},
        },
        [{**STATIONS[0], "at": "2024-05-30T11:58:00"}, {**STATIONS[1], "at": "2024-05-30T12:05:00"}],
        frozenset({"missing_entities"}),
    ),
}


def changed_files(changes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    files = dict(FILES)
    for file, replaced in changes.items():
        for old, new in replaced.items():
            assert old in files[file], old
            files[file] = files[file].replace(old, new, 1)
    return files


def write_tested_project(root: Path, files: Mapping[str, str], response: bytes) -> None:
    write_project(root, {**files, f"tests/test_{root.name}.py": DECLARATION})
    (root / "tests" / "responses").mkdir()
    (root / "tests" / "responses" / "bikes.json").write_bytes(response)


@pytest.fixture(scope="module", params=["those that fail", pytest.param("all", marks=pytest.mark.soak)])
def results(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, str]]:
    """What became of each test, by project. Of a broken source: of all of its tests, or of those that fail."""
    root = tmp_path_factory.mktemp("projects")
    status, body = answer(datetime(2024, 5, 30, 4, 5, tzinfo=UTC))
    assert status == 200
    for name, change in BREAKS.items():
        files = changed_files({change.file: {change.old: change.new}})
        write_tested_project(root / name, files, body)
    for name, variant in VARIANTS.items():
        write_tested_project(root / name, changed_files(variant.changes), json.dumps(variant.response).encode())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *(str(one) for one in (_asked(root) if request.param != "all" else [root])),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MILLRACE_", "PYTEST_"))}
    done = subprocess.run(
        command, cwd=root.parent, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, test, outcome in re.findall(r"test_(\w+)\.py::TestBikes::(\S+) ([A-Z]+)", done.stdout):
        found[name][test] = outcome
    assert found.keys() == {*BREAKS, *VARIANTS}, done.stdout + done.stderr
    return found


def _asked(root: Path) -> list[str]:
    """All tests of sound sources, and of each broken one those that fail."""
    sound = [name for name, change in BREAKS.items() if not change.failing]
    failing = [
        f"{root / name / 'tests' / f'test_{name}.py'}::TestBikes::{test}"
        for name, change in BREAKS.items()
        for test in change.failing
    ]
    return [*(str(root / name) for name in (*sound, *VARIANTS)), *failing]


def test_a_sound_source_passes_every_test(results: Mapping[str, Mapping[str, str]]) -> None:
    sound = results["sound"]
    assert {test for test, outcome in sound.items() if outcome == "SKIPPED"} == {"test_spark_gives_the_same_rows"}
    assert set(sound.values()) == {"PASSED", "SKIPPED"}
    assert len({test.partition("[")[0] for test in sound}) >= 15


@pytest.mark.parametrize("name", VARIANTS)
def test_a_source_of_another_form_skips_only_what_it_cannot_have(
    results: Mapping[str, Mapping[str, str]], name: str
) -> None:
    skipped = {test for test, outcome in results[name].items() if outcome == "SKIPPED"}
    faults = {f"test_a_fault_ends_where_it_should[{fault}]" for fault in VARIANTS[name].skipped}
    assert set(results[name].values()) == {"PASSED", "SKIPPED"}, results[name]
    assert skipped == {"test_spark_gives_the_same_rows", *faults}


@pytest.mark.parametrize("name", [name for name, change in BREAKS.items() if change.failing])
def test_of_a_broken_one_the_right_test_fails(results: Mapping[str, Mapping[str, str]], name: str) -> None:
    failed = {test for test, outcome in results[name].items() if outcome not in ("PASSED", "SKIPPED")}
    assert failed == set(BREAKS[name].failing)


def test_a_response_whose_time_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    source = Project.find(write_project(tmp_path)).source("bikes")
    body = b'{"at": "20240530T080000Z", "stations": [{"id": "north", "bikes": 1}]}'
    with pytest.raises(UsageError, match=r"reads 2024-05-30 08:00:00\+00:00 in bikes\.json, also where its times"):
        snapshots_of(source, [FeedSample("bikes.json", body)])


def test_the_document_lists_every_test_and_every_fault_with_its_ending() -> None:
    text = (ROOT / "docs" / "testing.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `(test_\w+)`", text, re.MULTILINE)) == sorted(
        name for name in vars(SourceTests) if name.startswith("test_")
    )
    rows = re.findall(r"^\| (\w+) \| ((?:`\w+` ?)+) \|$", text, re.MULTILINE)
    listed = {fault: ending for ending, faults in rows for fault in re.findall(r"`(\w+)`", faults)}
    assert listed == {name: str(fault.ends) for name, fault in FAULTS.items()}
