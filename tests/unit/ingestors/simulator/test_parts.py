"""A simulated feed in several documents or pages: polled over HTTP, it gives the payload of its recording."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests as http

from millrace.errors import DefinitionError
from millrace.firehose.envelope import from_line
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.poll_requests import PollRequests
from millrace.ingestors.ports import HttpFeed, Observation, Paging, Plausibility, RateBudget, Source
from millrace.ingestors.simulator.feed import SimulatedFeed
from millrace.ingestors.simulator.recording import Recording
from millrace.ingestors.simulator.server import Simulator, run_until_closed
from millrace.ingestors.simulator.simulation import simulated_world, with_history
from tests.unit.ingestors.fakes import NOW, MemoryQuarantine, MemoryStream, Time

BUDGET = RateBudget(0, timedelta(seconds=1))
DOCUMENTS = {"information": {"stations": [1, 2]}, "status": {"time": "2023-01-01T10:00:00Z", "stations": [4]}}
PAGES: list[dict[str, Any]] = [
    {"time": "2023-01-01T10:00:00Z", "i": [1, 2], "next": "https://x"},
    {"i": [3], "next": None},
]


def source(origin: HttpFeed, file: Path, times: tuple[str, ...], read: Any) -> Source:
    return Source(
        name="bikes",
        title="Bikes",
        origin=origin,
        schedule="rate(1 minute)",
        timezone=ZoneInfo("UTC"),
        schema=Any,
        read=read,
        plausibility=Plausibility(1, 100),
        entities_path="$",
        stale_after=timedelta(minutes=10),
        simulation=Recording(file, times),
    )


def polled(of: Source, at: datetime = NOW) -> Any:
    """The payload of one poll of the simulated feed."""
    time, stream = Time(NOW), MemoryStream()
    with Simulator({"bikes": SimulatedFeed(of, simulated_world(of, 1), time)}) as simulator:
        requests = PollRequests(time, simulator.urls)
        handler = PollHandler(polling_fetcher(time), stream, MemoryQuarantine(), time, requests=requests)
        assert handler.poll(with_history(of), at, historical=at != NOW).reason == ""
        handler.close()
    return json.loads(bytes(from_line(stream.records[0].data).payload))


@pytest.mark.parametrize("url", ["https://bikes.example/en/gbfs.json", "https://bikes.example/en/"])
def test_documents_are_answered_where_they_are_declared(tmp_path: Path, url: str) -> None:
    (file := tmp_path / "bikes.json").write_text(json.dumps(DOCUMENTS))
    names = {"information": "station_information.json", "status": "station_status.json"}
    feed = HttpFeed(url, BUDGET, documents=names)

    def read(whole: Any) -> Observation:
        return Observation(whole["status"]["time"], len(whole["status"]["stations"]))

    bikes = source(feed, file, ("$.status.time",), read)
    assert polled(bikes) == DOCUMENTS | {"status": {"time": "2024-05-30T04:30:00Z", "stations": [4]}}
    with Simulator({"bikes": SimulatedFeed(bikes, simulated_world(bikes, 1), Time(NOW))}) as simulator:
        at = simulator.urls["bikes"]
        assert urlsplit(at).path == urlsplit(url).path
        assert http.get(at, timeout=30).status_code == 404
        status = http.get(urljoin(at, "/en/station_status.json"), timeout=30)
        assert status.json()["stations"] == [4]


@pytest.mark.parametrize("paging", [Paging(next_path="$.next"), Paging(parameter="p", items_path="$.i", first=0)])
def test_pages_are_answered_to_their_end(tmp_path: Path, paging: Paging) -> None:
    (file := tmp_path / "bikes.json").write_text(json.dumps(PAGES))
    feed = HttpFeed("https://bikes.example/bikes", BUDGET, pages=paging)

    def read(pages: Any) -> Observation:
        return Observation(pages[0]["time"], sum(len(page["i"]) for page in pages))

    pages = polled(source(feed, file, ("$[0].time",), read))
    assert [page["i"] for page in pages] == [[1, 2], [3]]
    assert pages[0]["time"] == "2024-05-30T04:30:00Z"


def test_links_between_pages_ask_for_the_same_time(tmp_path: Path) -> None:
    (file := tmp_path / "bikes.json").write_text(json.dumps([page | {"time": PAGES[0]["time"]} for page in PAGES]))
    feed = HttpFeed("https://bikes.example/bikes", BUDGET, pages=Paging(next_path="$.next"))

    def read(pages: Any) -> Observation:
        return Observation(pages[0]["time"], sum(len(page["i"]) for page in pages))

    pages = polled(source(feed, file, ("$[*].time",), read), NOW - timedelta(days=1))
    assert [page["time"] for page in pages] == 2 * ["2024-05-29T04:30:00Z"]


class Enough(Exception):
    pass


def feeds_of_two_hosts(folder: Path, *urls: str, document: str = "status.json") -> list[Source]:
    """Sources in one document, each with a number of entities of its own."""

    def read(whole: Any) -> Observation:
        return Observation(whole["status"]["time"], len(whole["status"]["stations"]))

    found = []
    for number, url in enumerate(urls, start=1):
        status = {"time": "2023-01-01T10:00:00Z", "stations": [0] * number}
        (file := folder / f"{number}.json").write_text(json.dumps({"status": status}))
        feed = HttpFeed(url, BUDGET, documents={"status": document})
        found.append(replace(source(feed, file, ("$.status.time",), read), name=f"bikes_{number}"))
    return found


def test_feeds_whose_documents_have_the_same_path_are_told_apart(tmp_path: Path) -> None:
    sources = feeds_of_two_hosts(tmp_path, "https://one.example/en/gbfs.json", "https://two.example/en/")
    counts: list[int] = []

    def ask(url: str) -> None:
        found = http.get(urljoin(url, "status.json"), timeout=30).json()
        counts.append(len(found["stations"]))
        if len(counts) == len(sources):
            raise Enough

    with pytest.raises(Enough):
        run_until_closed(sources, port=0, seed=1, announce=ask)
    assert counts == [1, 2]


def test_feeds_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    sources = feeds_of_two_hosts(tmp_path, "https://one.example/a", "https://two.example/b", document="/status.json")
    with pytest.raises(DefinitionError, match=r"two simulated feeds answer at /status\.json"):
        run_until_closed(sources, port=0, seed=1, announce=print)
