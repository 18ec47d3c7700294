"""The three classics of docs/examples: the same files on each orchestrator."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.ports import Statement
from millrace.clock import ManualClock
from millrace.glue_workflow.external.crawlers import Crawl, CrawlerState
from millrace.infra.runtime.local import LocalRuntime
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer
from tests.end_to_end.aws.classics import CLASSICS, copy_from, receipts
from tests.end_to_end.aws.orchestrators.graph_project import NOW, ORCHESTRATORS, GlueRunOfGraph, GraphRuns

KEY = "2024-05-30T16:00:00Z"
BERLIN = ZoneInfo("Europe/Berlin")
EACH = [pytest.param(name, marks=[pytest.mark.soak] if name == "npm" else []) for name in ORCHESTRATORS]
CASES = {
    f"us_daily/{month}.json": b'{"date": "2021-%s-01", "positive": 1%s}\n' % (month.encode(), month.encode())
    for month in ("01", "02")
}


@pytest.fixture(params=EACH)
def on(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(CLASSICS, tmp_path / "classics")
    return tmp_path / "classics"


def with_receipts(home: Path) -> Path:
    """A lake with receipts of the days before the test's time."""
    make, folder = receipts(), home / "reports_in"
    folder.mkdir(parents=True, exist_ok=True)
    for back in range(3):
        day = NOW.astimezone(BERLIN).date() - timedelta(days=back)
        (folder / f"{day}.json").write_text(make.text(day, seed=7, rides=20), encoding="utf-8")
    return home


def published(home: Path) -> dict[str, bytes]:
    """The CSV of each day that has a report."""
    found = {}
    for pointer in (home / "reports/ride_receipts").glob("dt=*/_current.json"):
        found[pointer.parent.name] = (home / json.loads(pointer.read_bytes())["csv"]).read_bytes()
    return found


def test_the_daily_report_is_that_of_yesterday_in_its_zone(project: Path, tmp_path: Path, on: str) -> None:
    runs = GraphRuns(with_receipts(tmp_path / "lake"), project, workflow="daily_report")

    ORCHESTRATORS[on](runs, KEY)

    assert runs.run().state == "succeeded", runs.run().error
    assert runs.states() == {"crawl_receipts": "succeeded", "publish": "succeeded"}
    [(dt, text)] = published(runs.home).items()
    day = date.fromisoformat(dt.removeprefix("dt="))
    assert day == NOW.astimezone(BERLIN).date() - timedelta(days=1), "state machines have the clock of the machine"
    assert text == by_hand(day)


def test_a_crawl_that_fails_ends_the_run(project: Path, tmp_path: Path, on: str) -> None:
    """There is nothing to crawl. In a Glue workflow it fails before the process of any job."""
    runs = GraphRuns(tmp_path / "lake", project, workflow="daily_report")

    ORCHESTRATORS[on](runs, KEY)

    assert (str(runs.run().state), runs.states()) == ("failed", {"crawl_receipts": "failed"})
    assert "the crawl of reports_in failed" in runs.run().error


def test_people_are_told_of_success_and_of_failure(project: Path, tmp_path: Path) -> None:
    told = RecordingNotifier()
    settings = Settings(home=tmp_path / "lake", project=project)
    with LocalRuntime(settings, clock=ManualClock(NOW), notifier=told) as runtime:
        run_workflow(runtime, "daily_report", [], full=False, progress=lambda _: None)
        with_receipts(tmp_path / "lake")
        run_workflow(runtime, "daily_report", [], full=False, progress=lambda _: None)

    assert [str(one.kind) for one in told.events] == ["run.failed", "run.recovered", "run.succeeded"]
    assert "there is no file below reports_in/" in told.events[0].message


def by_hand(day: date) -> bytes:
    """The report of a day, as it has to be."""
    lines = ['"ride_id","paid_at","driver","note","kind","cents"']
    for one in sorted(receipts().receipts(day, 7, 20), key=lambda one: one["ride_id"]):
        for part in sorted(one["fare"]["parts"], key=lambda part: part["kind"]):
            note = "'" * one["note"].startswith(("=", "-", "@")) + one["note"]
            texts = (one["ride_id"], one["paid_at"], one["driver"]["name"], note, part["kind"])
            lines.append(",".join('"' + text.replace('"', '""') + '"' for text in texts) + f",{part['cents']}")
    return "".join(f"{line}\r\n" for line in lines).encode()


def test_two_jobs_and_their_crawlers_are_made_in_their_order(project: Path, tmp_path: Path, on: str) -> None:
    runs = GraphRuns(tmp_path / "lake", project, workflow="two_jobs")

    ORCHESTRATORS[on](runs, KEY)

    with runs.runtime() as runtime:
        jobs = sorted(runtime.runs.jobs(runs.run().run_id), key=lambda one: one.started_at)
        outputs = {one.job: one.output or {} for one in jobs}
        sums = runtime.readers_engine().query(Statement("q", "SELECT number, square FROM crawled.two_jobs_out")).rows
    assert runs.run().state == "succeeded", runs.run().error
    assert list(outputs) == ["job_1", "crawler_1", "job_2", "crawler_2"]
    assert outputs["crawler_1"]["waited"]
    assert outputs["crawler_2"] == {"dataset": "two_jobs_out", "waited": False}
    assert sums == [(55, 385)]


@dataclass(frozen=True)
class PublicHost:
    """A bucket's listing and objects, and files, as anyone may read them. `asked`: the paths, in their order."""

    server: LoopbackServer
    asked: list[str]

    @property
    def address(self) -> str:
        return self.server.url.removeprefix("http://")


@pytest.fixture
def host() -> Iterator[PublicHost]:
    asked: list[str] = []

    def answer(request: LoopbackRequest) -> LoopbackResponse:
        assert "Authorization" not in request.headers
        asked.append(request.path)
        content = CASES.get(request.path.lstrip("/"))
        return LoopbackResponse(200, content, (("ETag", f'"{len(asked)}"'),)) if content else LoopbackResponse(404, b"")

    server = LoopbackServer(answer)
    yield PublicHost(server, asked)
    server.close()


def test_open_data_is_copied_and_can_be_queried(project: Path, tmp_path: Path, on: str, host: PublicHost) -> None:
    copy_from(project, f"{host.server.url}/us_daily/{{number:02}}.json", "first = 1", "last = 2")
    runs = GraphRuns(tmp_path / "lake", project, workflow="open_data_copy", private_hosts=(host.address,))

    ORCHESTRATORS[on](runs, KEY)

    assert runs.run().state == "succeeded", runs.run().error
    with runs.runtime() as runtime:
        found = (
            runtime.readers_engine().query(Statement("q", "SELECT date, positive FROM crawled.cases ORDER BY 1")).rows
        )
    assert [(str(one), number) for one, number in found] == [("2021-01-01", 101), ("2021-02-01", 102)]
    assert sorted(host.asked) == ["/us_daily/01.json", "/us_daily/02.json"]


def test_a_crawl_of_glue_that_goes_on_after_the_last_job_ends_the_run_once_it_has_ended(
    project: Path, tmp_path: Path, host: PublicHost
) -> None:
    copy_from(project, f"{host.server.url}/us_daily/{{number:02}}.json", "first = 1", "last = 2")
    runs = GraphRuns(tmp_path / "lake", project, workflow="open_data_copy", private_hosts=(host.address,))
    made = GlueRunOfGraph(runs, "glue:open_data_copy/wr_1")
    made.carried_out({"JobName": "copy", "Arguments": {"--job": "copy"}})

    made.crawls["cases"] = CrawlerState(True)
    made.looked_at()
    assert (str(runs.run().state), runs.states()) == ("running", {"copy": "succeeded"})

    made.crawls["cases"] = CrawlerState(False, Crawl("s1", NOW))
    made.looked_at()
    assert (str(runs.run().state), runs.states()) == ("succeeded", {"copy": "succeeded", "crawl": "succeeded"})


def test_open_data_on_a_private_network_is_refused(project: Path, tmp_path: Path, host: PublicHost) -> None:
    copy_from(project, f"{host.server.url}/us_daily/{{number:02}}.json", "first = 1", "last = 2")
    runs = GraphRuns(tmp_path / "lake", project, workflow="open_data_copy")

    ORCHESTRATORS["local"](runs, KEY)

    assert runs.run().state == "failed"
    assert "MILLRACE_PRIVATE_HOSTS" in runs.run().error
    assert host.asked == []
