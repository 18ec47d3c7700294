"""Graphs that are no chain, on each orchestrator: the same jobs are made and left out, and the run ends the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.aws.orchestrators.graph_project import HEAD, ORCHESTRATORS, STEP, GraphRuns, job
from tests.end_to_end.documents import ROOT
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, lake_at, poll_minutes, seen

FORK = ('after = ["first"]',)
LAST = ('after = ["one", "other"]',)


@dataclass(frozen=True)
class Scenario:
    """`states`: of each job and item that is on record; `made`: as `GraphRuns.made`, where it is more than once each.

    `glue_jobs`: what a state machine has made by jobs of Glue. `on_glue`: whether a Glue workflow can express it.
    """

    jobs: tuple[str, ...]
    states: dict[str, str]
    run: str = "succeeded"
    made: tuple[str, ...] = ()
    error: str = ""
    glue_jobs: tuple[str, ...] = ()
    on_glue: bool = True


def _branches(rows: int, **join: str) -> tuple[str, ...]:
    return (
        job("first", rows=rows),
        job("one", *FORK, 'when = "first.rows > 10"'),
        job("other", *FORK, 'when = "first.rows <= 10"'),
        job("last", *LAST, f'joins = "{join.get("joins", "any")}"'),
    )


ROUNDS = ("until = \"state = 'ready'\"", "every_seconds = 1", "at_most = 3")
SCENARIOS = {
    "side by side": Scenario(
        (job("first"), job("one", *FORK), job("other", *FORK), job("last", *LAST)),
        dict.fromkeys(("first", "one", "other", "last"), "succeeded"),
    ),
    "two that begin": Scenario(
        (job("one"), job("other"), job("last", *LAST)), dict.fromkeys(("one", "other", "last"), "succeeded")
    ),
    "one branch": Scenario(
        _branches(11),
        {"first": "succeeded", "one": "succeeded", "other": "skipped", "last": "succeeded"},
        on_glue=False,
    ),
    "the other branch": Scenario(
        _branches(10),
        {"first": "succeeded", "one": "skipped", "other": "succeeded", "last": "succeeded"},
        on_glue=False,
    ),
    "all of which one is left out": Scenario(
        _branches(11, joins="all"),
        {"first": "succeeded", "one": "succeeded", "other": "skipped", "last": "skipped"},
        on_glue=False,
    ),
    "items": Scenario(
        (
            job("first", days=["a", "b", "c"]),
            job("each", *FORK, 'over = "first.days"', "at_once = 2"),
            job("last", 'after = ["each"]'),
        ),
        dict.fromkeys(("first", "each[a]", "each[b]", "each[c]", "each", "last"), "succeeded"),
        made=("eacha.1", "eachb.1", "eachc.1", "first.1", "last.1"),
        on_glue=False,
    ),
    "rounds": Scenario(
        (job("first", *ROUNDS, rounds=3), job("last", *FORK)),
        {"first": "succeeded", "last": "succeeded"},
        made=("first.1", "first.2", "first.3", "last.1"),
    ),
    "rounds that never end": Scenario(
        (job("first", *ROUNDS, rounds=30), job("last", *FORK)), {"first": "failed"}, run="failed", error="called again"
    ),
    "jobs on Glue": Scenario(
        (
            job("first", days=["a", "b"]),
            job("one", *FORK, 'runtime = "glue"'),
            job("each", *FORK, 'runtime = "glue"', 'over = "first.days"', "at_once = 2"),
            job("last", 'after = ["one", "each"]', 'when = "one.rows > 3"', 'runtime = "glue"'),
        ),
        {**dict.fromkeys(("first", "one", "each[a]", "each[b]", "each"), "succeeded"), "last": "skipped"},
        glue_jobs=("eacha", "eachb", "one"),
        on_glue=False,
    ),
    "fails once": Scenario(
        (
            job("first", "retries = 1", busy=1),
            job("one", *FORK),
            job("other", *FORK, "retries = 1", busy=1),
            job("last", *LAST),
        ),
        dict.fromkeys(("first", "one", "other", "last"), "succeeded"),
    ),
    "fails for good": Scenario(
        (job("first"), job("one", *FORK, breaks=1), job("last", 'after = ["one"]')),
        {"first": "succeeded", "one": "failed"},
        run="failed",
        error="it is broken",
    ),
    "an item fails": Scenario(
        (job("first", days=["a"]), job("each", *FORK, 'over = "first.days"', "at_once = 2", breaks=1)),
        {"first": "succeeded", "each": "interrupted", "each[a]": "failed"},
        run="failed",
        error="it is broken",
        on_glue=False,
    ),
    "a condition that cannot be decided": Scenario(
        (job("first"), job("one", *FORK, 'when = "first.lines > 3"')),
        {"first": "succeeded", "one": "failed"},
        run="failed",
        error="the output has no 'lines'",
        on_glue=False,
    ),
}
CASES = [
    pytest.param(on, name, id=f"{name} on {on}")
    for name, scenario in SCENARIOS.items()
    for on in ORCHESTRATORS
    if on != "glue" or scenario.on_glue
]


def runs_of(folder: Path, scenario: Scenario) -> GraphRuns:
    project = folder / "project"
    files = {"millrace.toml": "", "jobs/step.py": STEP, "workflows/graph.toml": HEAD + "\n".join(scenario.jobs)}
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return GraphRuns(folder / "lake", project)


@pytest.mark.parametrize(("on", "name"), CASES)
def test_a_graph_is_made_the_same(tmp_path: Path, on: str, name: str) -> None:
    scenario = SCENARIOS[name]
    runs = runs_of(tmp_path, scenario)

    ORCHESTRATORS[on](runs, "2024-05-30T16:00:00Z")

    run = runs.run()
    assert (str(run.state), runs.states()) == (scenario.run, scenario.states), run.error
    assert scenario.error in run.error
    if on in ("npm", "moto", "events"):
        assert tuple(sorted(runs.on_glue)) == scenario.glue_jobs
    if scenario.made:
        assert tuple(runs.made()) == scenario.made


@pytest.mark.parametrize("on", ORCHESTRATORS)
def test_a_refinement_begins_with_the_crawler_of_raw_where_a_stage_asks_for_it(tmp_path: Path, on: str) -> None:
    with serving(answer) as feed, lake_at(tmp_path, feed) as lake:
        poll_minutes(lake, (0, 1))
    runs = GraphRuns(tmp_path, ROOT, workflow=SOURCE, crawls_raw=True)

    ORCHESTRATORS[on](runs, "2024-05-30T16:00:00Z")

    names = ("crawler", "crawl", "delete", "create_parquet", "quality_check", "prod")
    assert (str(runs.run().state), runs.states()) == ("succeeded", dict.fromkeys(names, "succeeded")), runs.run().error
    with runs.runtime() as runtime:
        crawled, crawl = (
            next(one for one in runtime.runs.jobs(runs.run().run_id) if one.job == name) for name in names[:2]
        )
        assert seen(runtime) == expected((0, 1))
    assert crawled.output is not None
    assert crawled.output["dataset"] == "raw"
    assert crawled.finished_at is not None
    assert crawled.finished_at <= crawl.started_at
