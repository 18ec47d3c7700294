"""What is found in a sample, what is asked where somebody can answer, and what is refused where nobody can."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import SystemClock
from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.simulator.recording import Recording
from millrace.scaffold.requests import SourceRequest, findings, new_project, new_source
from tests.end_to_end.new.samples import CABS, CARPARKS, DOCKS, LOCAL, ODD, PRICES, RAIN, body_of

NOON = "2024-05-30T12:00:00Z"


def found(document: Any, **said: Any) -> tuple[str, str, str | None]:
    """The paths of entities and time, and the column of the key."""
    result = findings(SourceRequest("feed", **said), document)
    return result.entities_path, result.time.path, result.column_of_key


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (CABS, ("$.features[0].geometry.coordinates", "$.features[0].properties.timestamp", None)),
        (DOCKS, ("$.data.stations", "$.data.updated", "id")),
        (CARPARKS, ("$.items[0].carpark_data", "$.items[0].timestamp", "carpark_number")),
        (PRICES, ("$", "$[*].time", "code")),
        (ODD, ("$.réponse", "$.observed", None)),
        (RAIN, ("$.data.readings[0].data", "$.data.readings[0].timestamp", "station_id")),
    ],
    ids=["cabs", "docks", "carparks", "prices", "odd", "rain"],
)
def test_what_is_likeliest(document: Any, expected: tuple[str, str, str | None]) -> None:
    assert found(document) == expected


@pytest.mark.parametrize(
    ("time", "title"),
    [
        ("2024-05-30T12:00:00.123Z", "ISO 8601 with an offset"),
        (1717070400, "Unix time in seconds"),
        (1717070400123, "Unix time in milliseconds"),
        (1717070400.5, "Unix time in seconds"),
        ("1717070400", "Unix time in seconds, as text"),
        ("2024-05-30 12:00:00", "ISO 8601 in local time"),
        ("Thu, 30 May 2024 12:00:00 GMT", "a text in the form %a, %d %b %Y %H:%M:%S GMT"),
        ("30.05.2024 12:00", "a text in the form %d.%m.%Y %H:%M, in local time"),
    ],
)
def test_forms_of_time(time: Any, title: str) -> None:
    document = {"updated": time, "version": 2, "rows": [{"id": 1}]}
    assert findings(SourceRequest("feed", timezone="Asia/Tokyo"), document).time.form.title == title


def test_what_was_found_is_told_in_a_line_each(tmp_path: Path) -> None:
    document = {
        "at": "2024-05-30T08:00:00+08:00",
        "parks": [
            {"id": f"P{n}", "lots": [{"free": n}, {"free": 9}], "note": None, "tags": ["a"], "lat": 1.3, "lon": 103.8}
            for n in range(3)
        ],
        "names": [{"id": "P1"}],
    }
    told: list[str] = []
    (tmp_path / "sample").write_bytes(body_of(document))
    new_project(tmp_path / "feeds")
    asked = SourceRequest("feed", sample=tmp_path / "sample")
    new_source(Project.find(tmp_path / "feeds"), asked, SystemClock(), tell=told.append)
    assert told == [
        "entities: 3 at $.parks, each a park",
        "time: $.at, ISO 8601 with an offset (+08:00, which is not the time zone's; give another by --timezone)",
        "time zone: UTC, whose days are the partitions",
        "key: $.id",
        "position: $.lon, $.lat",
        "left out: $.lots (all but the first of each), $.note (null in each), $.tags (an array), "
        "$.names (an array of 1)",
    ]


def test_the_simulation_and_the_panel_take_numbers_that_vary_and_all_times_are_moved(tmp_path: Path) -> None:
    document = {
        "made": "2024-05-30T07:59:00Z",
        "updated": "2024-05-30T08:00:00Z",
        "since": "2019-01-01T00:00:00Z",
        "parks": [
            {"id": f"P{n}", "total_lots": 10 * n, "broken": 0, "free": n, "seen_at": f"2024-05-30T07:0{n}:00Z"}
            for n in range(3)
        ],
    }
    (tmp_path / "sample").write_bytes(body_of(document))
    root = tmp_path / "feeds"
    new_project(root)
    new_source(Project.find(root), SourceRequest("feed", sample=tmp_path / "sample"), SystemClock())
    simulation = Project.find(root).source("feed").simulation
    assert isinstance(simulation, Recording)
    assert simulation.varying == ("free",)
    assert simulation.times == ("$.updated", "$.made", "$.parks[*].seen_at")
    assert "SELECT observed_at, observed_at_local, free_total" in (root / "dashboards/feed.py").read_text()


def test_a_time_as_in_http_is_utc_in_any_zone_and_a_slow_feed_may_take_three_polls(tmp_path: Path) -> None:
    document = {"updated": "Thu, 30 May 2024 10:00:00 GMT", "things": [{"id": f"k{n}", "n": n} for n in range(5)]}
    (tmp_path / "sample").write_bytes(body_of(document))
    root = tmp_path / "feeds"
    new_project(root)
    asked = SourceRequest("feed", sample=tmp_path / "sample", timezone="Europe/Berlin", schedule="rate(3 hours)")
    new_source(Project.find(root), asked, SystemClock())
    of = Project.find(root)
    source, (dashboard, *_) = of.source("feed"), of.dashboards
    assert source.read(document).observed_at == "2024-05-30T10:00:00+00:00"
    assert source.simulation
    assert b"GMT" in source.simulation.snapshots(source, 1).snapshot(SystemClock().now()).document
    assert source.stale_after == timedelta(hours=9)
    assert {panel.gap_after for panel in dashboard.panels} == {timedelta(hours=9)}
    assert "where none came for 9 hours" in dashboard.panels[0].description


def test_what_is_said_counts_more_than_what_is_likely() -> None:
    said = {"entities_path": "$.data.stations", "time_path": "$.data.readings[0].timestamp", "key_path": "none"}
    assert found(RAIN, **said) == ("$.data.stations", "$.data.readings[0].timestamp", None)


@pytest.mark.parametrize(
    ("document", "said", "words"),
    [
        ({"temp": 1, "updated": NOON}, {}, "--entities-path"),
        ({"rows": [], "updated": NOON}, {}, "--entities-path"),
        ({"rows": [], "updated": NOON}, {"entities_path": "$.rows"}, "has no entities"),
        ({"rows": [{"a": 1}]}, {}, "--time-path"),
        ({"rows": [{"a": 1}], "updated": NOON}, {"time_path": "$.nothing"}, r"has nothing at '\$.nothing'"),
        ({"rows": [{"a": 1}], "updated": NOON}, {"time_path": "$.rows[*].a"}, "is no time"),
        ({"rows": [{"t": NOON}, {}]}, {"time_path": "$.rows[*].t"}, "not every element"),
        ({"rows": [{"a": 1}], "updated": NOON}, {"key_path": "$.b"}, "Give --key-path as one of: none"),
        (LOCAL, {}, "--timezone Asia/Singapore"),
        (LOCAL, {"timezone": "Nowhere"}, "there is no time zone 'Nowhere'"),
    ],
)
def test_what_cannot_be_known_is_refused_with_the_option_to_give(
    document: Any, said: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        found(document, **said)


def test_a_person_is_asked_with_the_proposal_as_the_default(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def ask(question: str, default: str) -> str:
        asked.append((re.split(r" \(|,", question)[0], default))
        return {"The feed's time zone": "Asia/Singapore", "When to poll it": "rate(1 minute)"}.get(
            asked[-1][0], default
        )

    new_project(tmp_path / "feeds")
    fetcher = ScriptedFetcher([Response(200, body_of(DOCKS))])
    request = SourceRequest("docks", url="https://docks.example/now", ask=ask)
    new_source(Project.find(tmp_path / "feeds"), request, SystemClock(), fetcher)

    assert asked == [
        ("The array with one element per entity", "$.data.stations"),
        ("The time of observation", "$.data.updated"),
        ("The feed's time zone", "UTC"),
        ("What names an entity", "$.id"),
        ("When to poll it", "rate(5 minutes)"),
    ]
    source = Project.find(tmp_path / "feeds").source("docks")
    assert (str(source.timezone), source.schedule, source.feed.url) == (
        "Asia/Singapore",
        "rate(1 minute)",
        "https://docks.example/now",
    )
