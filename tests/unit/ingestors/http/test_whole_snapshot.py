"""Snapshots of several documents or pages: one attempt, one payload, and every text as it came. Over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import DefinitionError
from millrace.firehose.envelope import from_line
from millrace.firehose.ports import QuarantineState
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.origin_check import check_origin
from millrace.ingestors.polling.backfill import backfill
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.poll_requests import PollRequests
from millrace.ingestors.polling.redrive import Redriver
from millrace.ingestors.ports import (
    POLLS,
    HttpFeed,
    Observation,
    Outcome,
    Paging,
    Plausibility,
    PollResult,
    RateBudget,
    Source,
)
from millrace.settings import Secret
from tests.unit.ingestors.fakes import NOW, MemoryBodies, MemoryQuarantine, MemoryStream, NoHistory, Time
from tests.unit.ingestors.loopback import Loopback, reply, serving

SLOT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
DOCUMENTS = {"information": "station_information.json", "status": "station_status.json"}
NO_BUDGET = RateBudget(0, timedelta(seconds=1))


def bikes(feed: HttpFeed) -> Source:
    """A feed of bicycles. `read` asks nothing of the payload, which these tests look at themselves."""
    return Source(
        name="bikes",
        title="Bikes",
        origin=feed,
        schedule="rate(1 minute)",
        timezone=ZoneInfo("UTC"),
        schema=Any,
        read=lambda whole: Observation("2024-05-30T04:29:00Z", len(whole)),
        plausibility=Plausibility(0, 1000),
        entities_path="$.status.data.stations",
        stale_after=timedelta(minutes=10),
    )


class BikeBench:
    """A server that answers by path and `page`, and a handler that polls it as the source `bikes`."""

    def __init__(self, server: Loopback, answers: Mapping[str, bytes | int], feed: HttpFeed) -> None:
        self.server, self.answers = server, answers
        server.answer, server.seen[:] = self._answer, []
        self.stream, self.quarantine, self.bodies = MemoryStream(), MemoryQuarantine(), MemoryBodies()
        self.source = bikes(feed)
        self.time = Time(NOW)
        self.handler = PollHandler(
            polling_fetcher(self.time),
            self.stream,
            self.quarantine,
            self.time,
            requests=PollRequests(
                self.time,
                urls={"bikes": f"http://127.0.0.1:{server.server_port}/en/gbfs.json"},
                api_keys={"bikes": Secret("k3y")},
            ),
            failed_bodies=self.bodies,
        )

    def poll(self) -> PollResult:
        try:
            return self.handler.poll(self.source, SLOT)
        finally:
            self.handler.close()

    @property
    def payload(self) -> bytes:
        [record] = [one for one in self.stream.records if one.source == "bikes"]
        return bytes(from_line(record.data).payload)

    @property
    def attempts(self) -> list[dict[str, Any]]:
        return [json.loads(bytes(from_line(one.data).payload)) for one in self.stream.records if one.source == POLLS]

    @property
    def asked(self) -> list[str]:
        return [path for path, _ in self.server.seen]

    def _answer(self, request: Any) -> None:
        parts = urlsplit(request.path)
        page = parse_qs(parts.query).get("page", [""])[0]
        answer = self.answers[parts.path.removeprefix("/en/") + page]
        (reply(answer) if isinstance(answer, int) else reply(200, answer))(request)


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving(reply(404)) as found:
        yield found


def of_documents(**more: Any) -> HttpFeed:
    return HttpFeed("https://bikes.example/gbfs.json", NO_BUDGET, documents=DOCUMENTS, **more)


def of_pages(pages: Paging, **more: Any) -> HttpFeed:
    return HttpFeed("https://bikes.example/gbfs.json", NO_BUDGET, pages=pages, **more)


INFORMATION, STATUS = b'{"n": 1.10, "s": "\xe2\x82\xac"}', b' [1e2 , {"a":"\\u0041"}]'


def test_documents_are_one_object_of_their_own_texts_by_one_attempt(server: Loopback) -> None:
    feed = BikeBench(server, {"station_information.json": INFORMATION, "station_status.json": STATUS}, of_documents())
    result = feed.poll()
    assert feed.payload == b'{"information":' + INFORMATION + b',"status":' + STATUS + b"}"
    assert (result.outcome, result.tries, len(feed.attempts)) == (Outcome.DELIVERED, 2, 1)
    assert feed.asked == ["/en/station_information.json", "/en/station_status.json"]
    assert [headers["x-api-key"] for _, headers in server.seen] == ["k3y", "k3y"]
    assert feed.attempts[0]["bytes"] == len(feed.payload)


def test_one_document_that_fails_fails_the_attempt_and_leaves_nothing_half(server: Loopback) -> None:
    feed = BikeBench(server, {"station_information.json": INFORMATION, "station_status.json": 404}, of_documents())
    result = feed.poll()
    assert (result.outcome, result.status, result.tries) == (Outcome.FAILED, 404, 2)
    assert "station_status.json answered 404" in result.reason
    assert ([one.source for one in feed.stream.records], feed.quarantine.kept) == ([POLLS], [])


@pytest.mark.parametrize("text", [b'1,"status":2', b"{}}", b"<html>down", b"", b"\xef\xbb\xbf{}", b"[" * 100_000])
def test_a_document_that_is_not_json_by_itself_is_quarantined_whole(server: Loopback, text: bytes) -> None:
    feed = BikeBench(server, {"station_information.json": INFORMATION, "station_status.json": text}, of_documents())
    result = feed.poll()
    assert (result.outcome, result.status, result.tries) == (Outcome.QUARANTINED, 200, 2)
    assert result.reason.startswith("not_json: document status, http://127.0.0.1")
    assert "station_status.json: it is not JSON by itself" in result.reason
    [item] = feed.quarantine.kept
    assert (item.body, item.part, item.code) == (text, "document status", "not_json")
    assert (item.attempt["bytes"], item.attempt["outcome"]) == (len(text), "quarantined")
    assert (feed.bodies.kept, [one.source for one in feed.stream.records]) == ([], [POLLS])


def test_a_retry_says_that_one_document_is_no_snapshot(server: Loopback) -> None:
    """Also where the text alone would be a plausible payload."""
    page = b'{"next": "http://elsewhere.example/"}'
    feed = BikeBench(server, {"gbfs.json": page}, of_pages(Paging(next_path="$.next")))
    feed.poll()
    redriver = Redriver({"bikes": feed.source}, feed.stream, feed.quarantine, feed.time)
    result = redriver.retry(feed.quarantine.kept[0])
    assert (result.item.state, result.item.body) == (QuarantineState.WAITING, page)
    assert result.item.note.startswith("only page 1 of the snapshot was kept")
    assert [one.source for one in feed.stream.records] == [POLLS]


def test_the_body_limit_is_that_of_the_whole(server: Loopback) -> None:
    answers = {"station_information.json": INFORMATION, "station_status.json": STATUS}
    whole = len(b'{"information":,"status":}') + len(INFORMATION) + len(STATUS)
    assert BikeBench(server, answers, of_documents(body_limit=whole + 20)).poll().outcome is Outcome.DELIVERED
    assert BikeBench(server, answers, of_documents(body_limit=whole - 1)).poll().outcome is Outcome.FAILED
    assert (
        "fill the body_limit"
        in BikeBench(server, answers, of_documents(body_limit=len(INFORMATION) + 22)).poll().reason
    )


def test_each_request_waits_for_the_rate_budget(server: Loopback) -> None:
    feed = of_documents()
    feed = replace(feed, budget=RateBudget(1, timedelta(seconds=10)))
    bench = BikeBench(server, {"station_information.json": INFORMATION, "station_status.json": STATUS}, feed)
    bench.poll()
    assert [round(seconds) for seconds in bench.time.sleeps] == [10]


def test_a_backfill_asks_each_document_for_the_past_time(server: Loopback) -> None:
    answers = {"station_information.json": INFORMATION, "station_status.json": STATUS}
    feed = BikeBench(server, answers, of_documents(history_parameter="at"))
    summary = backfill(feed.handler, feed.source, SLOT, SLOT, timedelta(minutes=1), history=NoHistory())
    assert summary.accepted == 1
    assert feed.asked == [f"/en/{name}?at=2024-05-30T04%3A30%3A00" for name in DOCUMENTS.values()]


def test_pages_are_read_by_links_to_their_end(server: Loopback) -> None:
    pages = [b'{"next": "?page=2", "i": [1]}', b'{"next": "/en/gbfs.json?page=3" }', b'{"next": null}']
    answers = {"gbfs.json": pages[0], "gbfs.json2": pages[1], "gbfs.json3": pages[2]}
    feed = BikeBench(server, answers, of_pages(Paging(next_path="$.next")))
    assert feed.poll().tries == 3
    assert feed.payload == b"[" + b",".join(pages) + b"]"
    assert feed.asked == ["/en/gbfs.json", "/en/gbfs.json?page=2", "/en/gbfs.json?page=3"]


def test_a_key_that_the_feed_repeats_in_a_link_is_masked(server: Loopback) -> None:
    answers: dict[str, bytes | int] = {"gbfs.json": b'{"next": "?key=k3y&page=2"}', "gbfs.json2": 404}
    reason = BikeBench(server, answers, of_pages(Paging(next_path="$.next"))).poll().reason
    assert "gbfs.json?key=***&page=2 answered 404" in reason
    answers["gbfs.json2"] = b"k3y"
    assert "k3y" not in BikeBench(server, answers, of_pages(Paging(next_path="$.next"))).poll().reason


def test_pages_are_counted_until_an_empty_one_which_is_left_out(server: Loopback) -> None:
    pages = [b'{"i": [1, 2]}', b'{"i": [3] }', b'{"i": []}']
    counted = Paging(parameter="page", items_path="$.i", at_most=2)
    feed = BikeBench(server, {f"gbfs.json{number}": page for number, page in enumerate(pages, 1)}, of_pages(counted))
    assert feed.poll().outcome is Outcome.DELIVERED
    assert feed.payload == b'[{"i": [1, 2]},{"i": [3] }]'
    alone = BikeBench(server, {"gbfs.json1": b'{"i": []}'}, of_pages(counted))
    assert (alone.poll().outcome, alone.payload) == (Outcome.DELIVERED, b'[{"i": []}]')


@pytest.mark.parametrize(
    ("pages", "answers", "words"),
    [
        (Paging(next_path="$.next"), {"": b'{"next": "?page=2"}', "2": b'{"next": "?page=2"}'}, "leads back to a page"),
        (Paging(next_path="$.next"), {"": b'{"next": "http://elsewhere.example/"}'}, "leads to another host"),
        (Paging(next_path="$.next"), {"": b'{"next": "//elsewhere.example/"}'}, "leads to another host"),
        (Paging(next_path="$.next"), {"": b'{"next": "https:"}'}, "leads to another host"),
        (Paging(next_path="$.next"), {"": b'{"next": "http://[::1"}'}, "cannot be read"),
        (Paging(next_path="$.next"), {"": b'{"next": 2}'}, "is no text"),
        (Paging(next_path="$.next", at_most=1), {"": b'{"next": "?page=2"}', "2": b"{}"}, "more than 1 pages"),
        (Paging(parameter="page", at_most=1), {"1": b"[1]", "2": b"[1]"}, "more than 1 pages"),
        (Paging(parameter="page", items_path="$.i"), {"1": b"{}"}, r"no array at \$\.i"),
    ],
)
def test_pages_that_do_not_end_as_declared_are_quarantined(
    server: Loopback, pages: Paging, answers: dict[str, bytes | int], words: str
) -> None:
    feed = BikeBench(server, {f"gbfs.json{page}": answer for page, answer in answers.items()}, of_pages(pages))
    result = feed.poll()
    [item] = feed.quarantine.kept
    number, last = list(enumerate(answers.values(), 1))[-1]
    assert (item.code, item.part, item.body) == ("broken_pages", f"page {number}", last)
    assert words.replace("\\", "") in result.reason
    assert [one.source for one in feed.stream.records] == [POLLS]


def test_a_page_that_does_not_come_fails_the_attempt(server: Loopback) -> None:
    result = BikeBench(server, {"gbfs.json1": b"[1]", "gbfs.json2": 500}, of_pages(Paging(parameter="page"))).poll()
    assert result.outcome is Outcome.FAILED
    assert "answered 500" in result.reason


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)
texts = st.builds(
    lambda value, indent, ascii_only, before: before + json.dumps(value, indent=indent, ensure_ascii=ascii_only),
    values,
    st.none() | st.integers(0, 2),
    st.booleans(),
    st.sampled_from(["", " ", "\t "]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.booleans())
def test_every_text_is_in_the_payload_as_it_came(server: Loopback, sent: list[str], in_pages: bool) -> None:
    bodies = [text.encode() for text in sent]
    if in_pages:
        bodies = [b'{"i": ' + body + b', "next": "?page=%d"}' % number for number, body in enumerate(bodies, 2)]
        bodies.append(b"{}")
        origin = of_pages(Paging(next_path="$.next"))
        answers = {f"gbfs.json{number or ''}": body for number, body in zip([0, *range(2, 9)], bodies, strict=False)}
        expected = b"[" + b",".join(bodies) + b"]"
    else:
        names = [f"d{number}" for number in range(len(bodies))]
        origin = replace(of_documents(), documents={name: name for name in names})
        answers = dict(zip(names, bodies, strict=True))
        members = (b'"%b":' % name.encode() + body for name, body in zip(names, bodies, strict=True))
        expected = b"{" + b",".join(members) + b"}"
    feed = BikeBench(server, answers, origin)
    assert feed.poll().reason == ""
    assert feed.payload == expected.replace(b"\n", b" ")  # the envelope is one line


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (replace(of_documents(), documents={"a": "https://elsewhere.example/a"}), "the document 'a'"),
        (replace(of_documents(), documents={"a": "//elsewhere.example/a"}), "the document 'a'"),
        (replace(of_documents(), documents={"a": ""}), "the document 'a'"),
        (of_pages(Paging()), "cannot be read to their end"),
        (of_pages(Paging(next_path="$.n", parameter="page")), "cannot be read to their end"),
        (replace(of_documents(), pages=Paging(next_path="$.n")), "cannot be read to their end"),
        (of_pages(Paging(next_path="n")), "the path 'n'"),
        (of_pages(Paging(next_path="$..n")), "the path"),
        (of_pages(Paging(parameter="page", items_path="$[*]")), "the path"),
        (of_pages(Paging(parameter="page", at_most=0)), "at_most=0"),
    ],
)
def test_what_could_never_be_asked_is_refused_when_the_file_is_loaded(origin: HttpFeed, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        check_origin(bikes(origin), "the source file bikes.py")
    assert words in caught.value.message


def test_declared_documents_and_pages_are_accepted() -> None:
    for origin in (
        of_documents(),
        of_pages(Paging(next_path="$.links[0].next page")),
        of_pages(Paging(parameter="p")),
    ):
        check_origin(bikes(origin), "the source file bikes.py")
