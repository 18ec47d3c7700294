"""Every misbehaviour, and the conditions under which it happens."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from millrace.clock import ManualClock
from millrace.ingestors.simulator.feed import FeedResponse, Misbehaviour, SimulatedFeed
from millrace.ingestors.simulator.misbehaviour import (
    CATALOGUE,
    Switch,
    body_replaced,
    cut,
    first_tries,
    late_by,
    only,
    request_numbers,
    requested_between,
    status,
)
from millrace.ingestors.simulator.singapore.city import SimulatedCity
from millrace.ingestors.simulator.singapore.taxi_misbehaviour import CATALOGUE as OF_TAXIS
from millrace.ingestors.simulator.singapore.taxi_misbehaviour import MEGABYTE, coordinates, properties
from tests.doubles.simulated_feeds import TAXIS, shipped_feeds

KNOWN = {**CATALOGUE, **OF_TAXIS}
CITY = SimulatedCity(1)
PATH = "/v1/transport/taxi-availability"
NOW = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RECORD_LIMIT = 1000 * 1024


def answer(misbehaviours: Sequence[Misbehaviour], asked: datetime = NOW) -> FeedResponse:
    return SimulatedFeed(TAXIS, CITY, ManualClock(asked), misbehaviours=misbehaviours).answer(PATH)


def named(name: str) -> FeedResponse:
    return answer([KNOWN[name]()])


def feature(body: bytes) -> Any:
    return json.loads(body)["features"][0]


def taxis(body: bytes) -> list[Any]:
    found: list[Any] = feature(body)["geometry"]["coordinates"]
    return found


GOOD = CITY.snapshot(NOW).document


def outside(body: bytes) -> float:
    """The share of positions outside the box that the taxi source allows."""
    positions = taxis(body)
    return sum(not (103.55 <= x <= 104.15 and 1.13 <= y <= 1.50) for x, y in positions) / len(positions)


class TestWhen:
    def test_the_requests_of_a_time_window(self) -> None:
        window = only(requested_between(NOW, NOW + MINUTE), status(500, ""))
        asked = [NOW - MINUTE, NOW, NOW + MINUTE - timedelta(seconds=1), NOW + MINUTE]
        assert [answer([window], time).status for time in asked] == [200, 500, 500, 200]

    def test_the_nth_requests(self) -> None:
        feed = SimulatedFeed(
            TAXIS, CITY, ManualClock(NOW), misbehaviours=[only(request_numbers(2, 4), status(503, ""))]
        )
        assert [feed.answer(PATH).status for _ in range(5)] == [200, 503, 200, 503, 200]

    def test_an_invalid_request_does_not_count(self) -> None:
        feed = SimulatedFeed(TAXIS, CITY, ManualClock(NOW), misbehaviours=[only(request_numbers(1), status(503, ""))])
        assert [feed.answer(target).status for target in ("/", f"{PATH}?date_time=x", PATH)] == [404, 400, 503]

    def test_the_first_tries_for_each_time(self) -> None:
        feed = SimulatedFeed(TAXIS, CITY, ManualClock(NOW), misbehaviours=[only(first_tries(2), status(500, ""))])
        for minute in (0, 1):
            target = f"{PATH}?date_time=2024-05-30T08:0{minute}:00"
            assert [feed.answer(target).status for _ in range(4)] == [500, 500, 200, 200]

    def test_a_switch_while_it_runs(self) -> None:
        switch = Switch(status(500, ""), on=False)
        feed = SimulatedFeed(TAXIS, CITY, ManualClock(NOW), misbehaviours=[switch])
        before = feed.answer(PATH).status
        switch.on = True
        assert (before, feed.answer(PATH).status) == (200, 500)

    def test_they_combine_in_their_order(self) -> None:
        both = answer([late_by(MINUTE), properties(lambda names: names.update(quality="estimated"))])
        assert feature(both.body)["properties"]["quality"] == "estimated"
        assert taxis(both.body) == taxis(CITY.snapshot(NOW - MINUTE).document)

    def test_a_change_of_the_document_leaves_other_responses_alone(self) -> None:
        no_document = body_replaced("{}")
        assert answer([no_document, coordinates(lambda _: [])]) == answer([no_document])
        assert answer([body_replaced("<html>"), coordinates(lambda _: [])]).body == b"<html>"


class TestBelowTheDocument:
    def test_hanging_is_bounded_and_ends_without_a_response(self) -> None:
        response = named("timeout")
        assert 0 < response.hold_seconds <= 60
        assert response.sent_share == 0.0

    def test_a_client_in_a_timeout_gets_nothing(self) -> None:
        with (
            shipped_feeds(ManualClock(NOW), CITY, misbehaviours=[KNOWN["timeout"]()]) as simulator,
            pytest.raises(requests.ReadTimeout),
        ):
            requests.get(simulator.urls[TAXIS.name], timeout=(1, 0.05))

    @pytest.mark.parametrize("coding", ["gzip", "identity"])
    def test_a_cut_comes_within_the_body(self, coding: str) -> None:
        with shipped_feeds(ManualClock(NOW), CITY, misbehaviours=[cut(0.5)]) as simulator:
            connection = http.client.HTTPConnection(urlsplit(simulator.urls[TAXIS.name]).netloc, timeout=30)
            connection.request("GET", PATH, headers={"Accept-Encoding": coding})
            response = connection.getresponse()
            with pytest.raises(http.client.IncompleteRead) as caught:
                response.read()
            connection.close()
        promised = int(response.headers["Content-Length"])
        assert len(caught.value.partial) == promised // 2

    @pytest.mark.parametrize(("name", "code"), [("server_error", 500), ("unavailable", 503)])
    def test_a_server_error_has_its_status(self, name: str, code: int) -> None:
        assert named(name).status == code

    def test_429_comes_with_retry_after_and_without(self) -> None:
        assert (named("too_many_requests").status, named("too_many_requests").headers) == (429, (("Retry-After", "1"),))
        assert (named("too_many_requests_bare").status, named("too_many_requests_bare").headers) == (429, ())

    @pytest.mark.parametrize(
        ("name", "start", "kind"),
        [
            ("html", b"<!DOCTYPE html>", "text/html"),
            ("text", b"upstream", "text/plain"),
            ("empty_body", b"", "application/json"),
        ],
    )
    def test_another_text_comes_with_200(self, name: str, start: bytes, kind: str) -> None:
        response = named(name)
        assert response.status == 200
        assert response.body.startswith(start)
        assert response.content_type.startswith(kind)
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(response.body)

    def test_invalid_json_is_a_whole_response(self) -> None:
        response = named("invalid_json")
        assert (response.status, response.sent_share) == (200, 1.0)
        with pytest.raises(json.JSONDecodeError):
            json.loads(response.body)

    def test_no_results_is_the_recorded_text(self) -> None:
        assert named("no_results").body == b'{"api_info":{"status":"healthy"},"message":"no results found"}'

    def test_an_error_object_comes_with_200(self) -> None:
        response = named("error_object")
        assert response.status == 200
        assert json.loads(response.body)["code"] != 0

    def test_a_body_is_larger_than_any_source_takes_and_still_a_document(self) -> None:
        body = named("too_large").body
        assert 15 * MEGABYTE < len(body) < 16 * MEGABYTE
        assert len(taxis(body)) == feature(body)["properties"]["taxi_count"]

    def test_a_large_one_of_5_mb_is_well_formed(self) -> None:
        body = named("large").body
        assert 5 * MEGABYTE < len(body) < 6 * MEGABYTE
        assert len(taxis(body)) == feature(body)["properties"]["taxi_count"]


class TestInTheDocument:
    def test_no_taxis(self) -> None:
        assert (taxis(named("no_taxis").body), feature(named("no_taxis").body)["properties"]["taxi_count"]) == ([], 0)

    def test_too_many_taxis_are_different_ones(self) -> None:
        positions = taxis(named("too_many_taxis").body)
        assert len(positions) > 20_000
        assert len({tuple(taxi) for taxi in positions}) > 0.95 * len(positions)
        assert outside(named("too_many_taxis").body) == 0

    def test_duplicated_taxis_are_40_000_and_over_the_record_limit(self) -> None:
        body = named("duplicated_taxis").body
        assert len(taxis(body)) == 40_000
        assert {tuple(taxi) for taxi in taxis(body)} == {tuple(taxi) for taxi in taxis(GOOD)}
        assert len(body) > RECORD_LIMIT

    def test_fields_are_missing_or_renamed(self) -> None:
        assert "timestamp" not in feature(named("missing_field").body)["properties"]
        assert "features" not in json.loads(named("missing_features").body)
        names = feature(named("renamed_field").body)["properties"]
        assert "timestamp" not in names
        assert names["time"] == feature(GOOD)["properties"]["timestamp"]

    def test_coordinates_are_of_the_wrong_kind(self) -> None:
        assert all(isinstance(value, str) for taxi in taxis(named("text_coordinates").body) for value in taxi)
        assert taxis(named("null_coordinates").body).count(None) > 10
        assert any(taxi[0] is None for taxi in taxis(named("null_longitude").body))
        assert {len(taxi) for taxi in taxis(named("short_coordinates").body)} == {1, 2}
        assert {len(taxi) for taxi in taxis(named("long_coordinates").body)} == {2, 3}

    def test_positions_lie_outside(self) -> None:
        assert outside(GOOD) == 0
        assert 0.05 < outside(named("outside").body) < 0.2
        assert 0 < outside(named("some_outside").body) <= 0.05
        assert outside(named("swapped").body) == 1

    def test_a_new_field_is_all_that_is_new(self) -> None:
        changed = json.loads(named("new_field").body)
        assert changed["features"][0]["properties"].pop("quality") == "estimated"
        assert changed == json.loads(GOOD)

    def test_a_level_shift_is_exactly_500(self) -> None:
        body = named("level_shift").body
        assert len(taxis(body)) == feature(body)["properties"]["taxi_count"] == 500
        assert taxis(body)[0] == taxis(GOOD)[0]

    def test_digits_survive_a_change(self) -> None:
        body = named("new_field").body
        assert body.split(b'"properties"')[1].count(b".") > 1_000
        assert body[: body.index(b"]]")] == GOOD[: GOOD.index(b"]]")]


class TestInTime:
    def test_the_timestamp_lacks_its_offset_or_runs_ahead(self) -> None:
        good = datetime.fromisoformat(feature(GOOD)["properties"]["timestamp"])
        bare = datetime.fromisoformat(feature(named("no_offset").body)["properties"]["timestamp"])
        assert bare.tzinfo is None
        assert bare == good.replace(tzinfo=None)
        ahead = datetime.fromisoformat(feature(named("ahead").body)["properties"]["timestamp"])
        assert ahead > NOW + timedelta(minutes=5)

    def test_the_snapshot_before_comes_again(self) -> None:
        assert named("repeated").body == CITY.snapshot(NOW - MINUTE).document

    def test_other_content_comes_under_the_same_time(self) -> None:
        before, again = CITY.snapshot(NOW - MINUTE).document, named("rewritten").body
        assert feature(again)["properties"]["timestamp"] == feature(before)["properties"]["timestamp"]
        assert taxis(again) == taxis(GOOD)
        assert taxis(again) != taxis(before)

    def test_time_stands_still_from_the_first_request_on(self) -> None:
        clock = ManualClock(NOW)
        feed = SimulatedFeed(TAXIS, CITY, clock, misbehaviours=[KNOWN["standing_still"]()])
        bodies = set()
        for _ in range(5):
            bodies.add(feed.answer(PATH).body)
            clock.sleep(60)
        assert bodies == {GOOD}

    def test_another_days_snapshot(self) -> None:
        assert named("another_day").body == CITY.snapshot(NOW - timedelta(days=1)).document


@pytest.mark.parametrize("name", KNOWN)
def test_each_is_found_by_its_name_and_differs_from_a_good_response(name: str) -> None:
    feed = SimulatedFeed(TAXIS, CITY, ManualClock(NOW), misbehaviours=[only(request_numbers(2), KNOWN[name]())])
    assert feed.answer(PATH) == FeedResponse(body=GOOD)
    if name != "standing_still":  # its first snapshot is a good one
        assert feed.answer(PATH) != FeedResponse(body=GOOD)
