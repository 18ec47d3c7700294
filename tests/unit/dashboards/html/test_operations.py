"""Workflow runs in words."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.html.operations import DisplayContext, DrawnJob, runs
from tests.unit.dashboards.fake_day import runs as run_rows


def words_of(partitions: str) -> str:
    names, rows = run_rows()
    shown = [dict(zip(names, row, strict=True)) | {"partitions": partitions} for row in rows]
    return re.sub("<[^>]*>", "", runs(shown, DisplayContext(LocalZones(ZoneInfo("Asia/Singapore")))))


@pytest.mark.parametrize(
    ("partitions", "words"),
    [
        ("", "partitions none"),
        ("2024-05-29, 2024-05-30", "partitions 2024-05-29, 2024-05-30"),
        (", ".join(f"2024-05-{day:02}" for day in range(1, 32)), "partitions 2024-05-01 to 2024-05-31 (31)"),
    ],
)
def test_a_run_over_many_partitions_takes_one_line(partitions: str, words: str) -> None:
    assert words in words_of(partitions)


def drawing(*rows: tuple[str, str]) -> str:
    """A run of jobs side by side: `left` and `right` after `one`, `last` after both, and `far` after `one` alone."""
    names, [first, *_] = run_rows()
    shown = [
        dict(zip(names, first, strict=True))
        | {"job": job, "job_state": state, "job_error": f"{job} broke", "job_log": ""}
        for job, state in rows
    ]
    ranks = [
        [DrawnJob("one")],
        [DrawnJob("left", ("one",)), DrawnJob("right", ("one",))],
        [DrawnJob("last", ("left", "right")), DrawnJob("far", ("one",))],
    ]
    zones = LocalZones(ZoneInfo("Asia/Singapore"))
    return runs(shown, DisplayContext(zones, {"taxi_availability": ranks}))


def test_jobs_side_by_side_share_a_rank_and_only_unusual_edges_are_words() -> None:
    ranks = drawing(("one", "succeeded")).split('<li class="rank">')[1:]
    assert [
        [word for word in ("one", "left", "right", "last", "far") if f"<b>{word}</b>" in rank] for rank in ranks
    ] == [
        ["one"],
        ["left", "right"],
        ["last", "far"],
    ]
    assert re.findall("after [a-z, ]+", "".join(ranks)) == ["after one"], "of far"


def test_a_job_of_a_branch_that_was_not_taken_is_skipped() -> None:
    assert re.search(r"right</b> .*– *</i> skipped", drawing(("right", "skipped")))


def test_only_a_job_that_went_wrong_opens_its_log() -> None:
    html = drawing(("one", "succeeded"), ("left", "failed"), ("right", "interrupted"))
    assert re.findall('aria-label="Log of ([a-z]+)"', html) == ["left", "right"]
    assert "<pre>left broke</pre>" in html


def test_items_are_counted_in_the_box_of_their_job() -> None:
    html = drawing(("left", "running"), ("left[a]", "succeeded"), ("left[b]", "failed"), ("gone", "succeeded"))
    assert "<span>1 of 2 items</span>" in html
    assert "<pre>left[b] broke</pre>" in html
    assert re.findall(r"<b>([a-z\[\]]+)</b>", html) == ["one", "left", "right", "last", "far", "gone"]
