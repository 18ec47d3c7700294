"""From one response of a feed to rows, a balanced ledger, a page and tests that pass, without a change by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import SystemClock
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import HttpFeed
from millrace.ingestors.simulator.simulation import simulated
from millrace.scaffold.requests import SourceRequest, new_project, new_source
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.definitions.project import problems
from millrace.usecases.demo import run_demo
from millrace.usecases.page import write_page
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer
from tests.end_to_end.new.samples import GBFS_DOCUMENTS, INFORMATION, SAMPLES, STATUS, body_of

TWO_DOCUMENTS = {"/station_information.json": INFORMATION, "/station_status.json": STATUS}
ANSWERS = {f"/{name}": document for name, (document, _, _) in SAMPLES.items()} | TWO_DOCUMENTS


def sample(request: LoopbackRequest) -> LoopbackResponse:
    """Of the feeds of all samples: each is at the address of its name."""
    return LoopbackResponse(200, body_of(ANSWERS[request.path]))


@dataclass(frozen=True)
class MadeProject:
    """A project with a source for each sample, and a lake that it works on."""

    root: Path
    runtime: LocalRuntime

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in run_query(self.runtime, sql).rows]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeProject]:
    root = tmp_path_factory.mktemp("new") / "feeds"
    new_project(root)
    with ExitStack() as running:
        url = running.enter_context(closing(LoopbackServer(sample))).url
        for name, (_, options, _) in SAMPLES.items():
            documents = GBFS_DOCUMENTS if name == "gbfs" else {}
            asked = SourceRequest(name, url=f"{url}/{name}", documents=documents, **options)
            new_source(Project.find(root), asked, SystemClock())
        settings = Settings(home=root / "lake", feed="live")
        project = Project.find(root)
        yield MadeProject(root, running.enter_context(LocalRuntime(settings, project=project)))


def test_the_project_is_right(made: MadeProject) -> None:
    assert problems(Project.find(made.root)) == []


@pytest.fixture(scope="module")
def filled(made: MadeProject) -> MadeProject:
    """The project after a poll and a run of each source."""
    for name in SAMPLES:
        assert poll_once(made.runtime, name, None).delivered
        record = run_workflow(made.runtime, name, [], full=False, progress=lambda _: None)
        assert (record.state, record.error, record.held) == ("succeeded", "", ())
    return made


@pytest.mark.parametrize("name", SAMPLES)
def test_a_poll_and_a_run_give_a_row_per_entity_and_the_ledger_balances(filled: MadeProject, name: str) -> None:
    entities = SAMPLES[name][2]
    assert filled.rows(f"SELECT count(*), count(loaded_at) FROM staging.{name}") == [(entities, entities)]
    assert filled.rows(f"SELECT count(*) FROM prod.{name}") == [(1,)]
    rows, imbalances = audit_rows(filled.runtime, [], lambda done, of: None)
    assert imbalances == []
    assert [row["published"] for row in rows if row["source"] == name] == [1]


def test_values_are_typed_and_places_are_numbers(filled: MadeProject) -> None:
    assert [str(one) for one in filled.rows("SELECT max(longitude), min(latitude) FROM staging.cabs")[0]] == [
        "103.790000",
        "1.300000",
    ]
    assert filled.rows("SELECT sum(lots_available), max(carpark_number) FROM staging.carparks") == [(435, "HE9")]
    assert filled.rows("SELECT bikes_total, bikes_mean, open_count FROM prod.docks") == [(66, 5.5, 6)]
    assert filled.rows("SELECT num_bikes_available_total FROM prod.gbfs") == [(36,)]
    assert [str(one[0]) for one in filled.rows("SELECT level FROM staging.levels WHERE name = 'north'")] == ["1.25"]


def test_the_time_is_that_of_the_feed(filled: MadeProject) -> None:
    times = {name: str(filled.rows(f"SELECT max(observed_at) FROM prod.{name}")[0][0]) for name in SAMPLES}
    early, noon = "2024-05-30 00:00:00", "2024-05-30 08:00:00"
    berlin = "2024-05-30 06:00:00"
    assert times == {
        "cabs": early, "docks": noon, "carparks": early, "prices": noon, "odd": noon, "levels": berlin, "rain": early,
        "gbfs": early,
    }  # fmt: skip


def test_the_page_has_its_panels(filled: MadeProject) -> None:
    write_page(filled.runtime, filled.root.parent / "page.html", "2024-05-30")
    page = (filled.root.parent / "page.html").read_text()
    assert "Docks: stations" in page
    assert "Docks: bikes, total" in page


def test_its_tests_pass(made: MadeProject) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not spark", str(made.root / "tests")],
        cwd=made.root, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout


def test_two_documents_are_asked_for_and_kept_as_one_response(made: MadeProject) -> None:
    origin = made.runtime.sources["gbfs"].origin
    assert isinstance(origin, HttpFeed)
    assert dict(origin.documents) == GBFS_DOCUMENTS
    kept = json.loads((made.root / "tests" / "responses" / "gbfs.json").read_bytes())
    assert list(kept) == ["information", "status"]


@pytest.mark.parametrize("name", ["docks", "carparks", "levels", "prices", "gbfs"])
def test_it_can_be_simulated(made: MadeProject, name: str) -> None:
    source = made.runtime.sources[name]
    assert source.simulation is not None
    first, second = (source.simulation.snapshots(source, seed).snapshot(SystemClock().now()) for seed in (1, 2))
    assert first.entities == SAMPLES[name][2]
    assert first.document != second.document


def test_the_demo_has_it_although_such_a_feed_has_no_history(made: MadeProject) -> None:
    home = made.root / "demo"
    ignored: list[str] = []
    project = Project.find(made.root)
    summary = run_demo(project, "2024-05-30", 20, home, say=ignored.append, advance=lambda done, of: None)
    assert "The ledger balances." in summary
    with LocalRuntime(Settings(home=home, feed="simulated"), project=project) as runtime:
        polled = run_query(runtime, "SELECT DISTINCT source FROM ops.polls WHERE acceptance = 'accepted'").rows
    assert {name for (name,) in polled} == {source.name for source in simulated(made.runtime.sources.values())}
