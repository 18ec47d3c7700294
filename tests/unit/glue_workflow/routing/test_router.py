"""Runs that events drive, whatever becomes of the events: each job is made once, and the run ends as its jobs did."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from millrace.errors import JobError, LeaseLost, RetryLater, ServiceBusy
from millrace.glue_workflow.job_kinds import PYTHON
from millrace.glue_workflow.job_options import Joins, MapOver, OutputCondition
from millrace.glue_workflow.ports import RunState
from millrace.glue_workflow.routing.router import CALL_LASTS, END_LASTS, MOST_UNANSWERED
from millrace.glue_workflow.run.job_context import JobResult
from millrace.glue_workflow.workflow import Job, Workflow
from tests.unit.glue_workflow.routing.routing_bench import A_MOMENT, DAYS, RoutingBench, of_python
from tests.unit.glue_workflow.run.runner_bench import JOB_NAMES, failing

BRANCHES = Workflow(
    name="branches",
    schedule="",
    jobs=(
        Job("list", PYTHON),
        Job("one", PYTHON, after=("list",)),
        Job("other", PYTHON, after=("list",)),
        Job("both", PYTHON, after=("one", "other")),
    ),
)
CHOICE = Workflow(
    name="choice",
    schedule="",
    jobs=(
        Job("list", PYTHON),
        Job("many", PYTHON, after=("list",), when=OutputCondition.of("list.rows > 10")),
        Job("few", PYTHON, after=("list",), when=OutputCondition.of("list.rows <= 10")),
        Job("either", PYTHON, after=("many", "few"), joins=Joins.ANY),
    ),
)
EACH_DAY = Workflow(
    name="each_day",
    schedule="",
    jobs=(
        Job("list", PYTHON),
        Job("day", PYTHON, after=("list",), over=MapOver("list", "days", at_once=2)),
        Job("sum", PYTHON, after=("day",)),
    ),
)
MADE = {
    "branches": ["list", "one", "other", "both"],
    "choice": ["list", "few", "either"],
    "each_day": ["list", *(f"day[{day}]" for day in DAYS), "sum"],
}


@pytest.fixture
def bench(tmp_path: Path) -> RoutingBench:
    return RoutingBench(tmp_path)


def test_each_job_is_started_by_the_end_of_the_one_before(bench: RoutingBench) -> None:
    run = bench.run_on(bench.begun().run_id)

    assert (run.state, bench.bench.ran) == (RunState.SUCCEEDED, list(JOB_NAMES))
    assert bench.begun("next").state is RunState.RUNNING, "the lease is free"


def test_branches_are_started_together_and_a_join_waits_for_both(tmp_path: Path) -> None:
    bench = of_python(tmp_path, BRANCHES)
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    bench.make_next()
    bench.router.advance(run_id)
    assert sorted(bench.started()) == ["one", "other"]

    bench.make_next()
    bench.router.advance(run_id)
    assert len(bench.started()) == 1, "the other branch is under way"
    bench.make_next()
    bench.router.advance(run_id)

    assert bench.started() == ["both"]
    assert bench.run_on(run_id).state is RunState.SUCCEEDED


def test_a_branch_that_is_not_taken_is_left_out(tmp_path: Path) -> None:
    bench = of_python(tmp_path, CHOICE)

    run = bench.run_on(bench.begun().run_id)

    assert (run.state, bench.bench.ran) == (RunState.SUCCEEDED, ["list", "few", "either"])
    assert bench.bench.job(run.run_id, "many").state is RunState.SKIPPED


def test_items_are_made_some_at_once_and_then_the_job_is_done(tmp_path: Path) -> None:
    bench = of_python(tmp_path, EACH_DAY)
    run_id, most = bench.begun().run_id, 0
    bench.router.advance(run_id)
    while bench.starter.waiting:
        most = max(most, len(bench.starter.waiting))
        bench.make_next()
        run = bench.router.advance(run_id)

    assert (run.state, most) == (RunState.SUCCEEDED, 2)
    assert bench.bench.ran == ["list", *(f"day[{day}]" for day in DAYS), "sum"]


def test_an_item_that_fails_ends_the_run(tmp_path: Path) -> None:
    bench = of_python(tmp_path, EACH_DAY, broken=f"day[{DAYS[1]}]")

    run = bench.run_on(bench.begun().run_id)

    assert (run.state, run.error) == (RunState.FAILED, f"day[{DAYS[1]}] broke")


@pytest.mark.parametrize("workflow", [BRANCHES, CHOICE, EACH_DAY], ids=lambda one: one.name)
@pytest.mark.parametrize("seed", range(8))
def test_events_and_calls_that_come_twice_late_in_another_order_or_never_do_no_harm(
    tmp_path: Path, workflow: Workflow, seed: int
) -> None:
    """What no event told of is found by the sweep, once the time of a call is over."""
    chance, bench = random.Random(seed), of_python(tmp_path, workflow)
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    for _ in range(500):
        if bench.bench.store.run(run_id).state is not RunState.RUNNING:
            break
        calls, events = bench.starter.waiting, bench.changes.waiting
        if not calls and not events:
            bench.pass_by(CALL_LASTS + A_MOMENT)
            bench.router.look(bench.workflow.name)
            continue
        chosen = chance.randrange(len(calls) + len(events))
        is_lost, comes_again = chance.random() < 0.2, chance.random() < 0.3
        if chosen < len(calls):
            call = calls[chosen] if comes_again else calls.pop(chosen)
            if not is_lost or call.number == MOST_UNANSWERED:
                bench.make(call)
        else:
            event = events[chosen - len(calls)] if comes_again else events.pop(chosen - len(calls))
            if not is_lost:
                bench.router.advance(event.run_id)

    assert bench.bench.store.run(run_id).state is RunState.SUCCEEDED
    assert sorted(bench.bench.ran) == sorted(MADE[workflow.name])


def test_two_events_at_once_start_a_job_once(bench: RoutingBench) -> None:
    run = bench.begun()
    before = bench.calls.last_call(run, "crawl")
    bench.router.advance(run.run_id)
    [call] = bench.starter.waiting

    assert not bench.calls.take(call, before, unanswered=0), "the other event was quicker"
    assert bench.router.advance(run.run_id).state is RunState.RUNNING
    assert bench.started() == ["crawl"]


def test_a_job_that_fails_ends_the_run_once_with_its_error(bench: RoutingBench) -> None:
    bench.bench.jobs["create_parquet"] = failing(1, JobError("it broke"), bench.bench.jobs["create_parquet"])

    run = bench.run_on(bench.begun().run_id)
    bench.router.advance(run.run_id)

    assert (run.state, run.error, bench.bench.ran) == (RunState.FAILED, "it broke", ["crawl", "delete"])
    assert len(bench.bench.notifier.events) == 1
    assert bench.begun("next").state is RunState.RUNNING


def test_what_may_pass_by_itself_is_no_answer_and_ends_no_run(bench: RoutingBench) -> None:
    """Lambda makes the call again; in between, an event for another reason must not take the record for the end."""
    bench.bench.jobs["crawl"] = failing(1, ServiceBusy("Athena throttles"), bench.bench.jobs["crawl"])
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    [call] = bench.starter.waiting
    with pytest.raises(RetryLater):
        bench.make(call)

    assert bench.records(run_id)[-1].state is RunState.FAILED
    assert bench.router.advance(run_id).state is RunState.RUNNING
    assert bench.run_on(run_id).state is RunState.SUCCEEDED
    assert bench.bench.ran == list(JOB_NAMES)


def test_a_job_whose_process_died_is_called_again_after_its_time(bench: RoutingBench) -> None:
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    [died] = bench.starter.waiting
    bench.starter.waiting.clear()

    bench.pass_by(CALL_LASTS)
    bench.router.look(bench.workflow.name)
    assert bench.started() == []
    bench.pass_by(A_MOMENT)
    bench.router.look(bench.workflow.name)

    [again] = bench.starter.waiting
    assert (again.job, again.number) == (died.job, 2)
    assert bench.make(died) is None, "a later call was started"
    assert bench.bench.ran == []
    assert bench.run_on(run_id).state is RunState.SUCCEEDED


def test_a_process_that_begins_late_has_its_whole_time(bench: RoutingBench) -> None:
    run = bench.begun()
    bench.router.advance(run.run_id)
    [call] = bench.starter.waiting
    bench.pass_by(CALL_LASTS)
    bench.calls.begin(call)
    bench.pass_by(CALL_LASTS)

    bench.router.look(bench.workflow.name)

    assert len(bench.starter.waiting) == 1


def test_a_job_whose_processes_always_die_is_given_up(bench: RoutingBench) -> None:
    run_id = bench.begun().run_id
    for _ in range(MOST_UNANSWERED):
        assert bench.router.look(bench.workflow.name).state is RunState.RUNNING  # type: ignore[union-attr]
        bench.pass_by(CALL_LASTS + A_MOMENT)

    run = bench.router.advance(run_id)

    assert (run.state, len(bench.starter.waiting)) == (RunState.FAILED, MOST_UNANSWERED)
    assert "job crawl gave no answer to 3 calls" in run.error


def test_a_job_that_asks_for_more_time_is_called_again_at_once(bench: RoutingBench) -> None:
    create, left = bench.bench.jobs["create_parquet"], [JobResult({"done": 1}, more=True)]
    bench.bench.jobs["create_parquet"] = lambda context: left.pop() if left else create(context)

    run = bench.run_on(bench.begun().run_id)

    assert run.state is RunState.SUCCEEDED
    assert bench.calls.last_call(run, "create_parquet").number == 2  # type: ignore[union-attr]


def test_a_job_that_asks_for_more_time_for_ever_is_given_up(bench: RoutingBench) -> None:
    bench.bench.jobs["create_parquet"] = lambda context: JobResult({}, more=True)
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    for _ in range(9):
        bench.pass_by(timedelta(minutes=15))
        bench.make_next()
        if bench.router.advance(run_id).state is not RunState.RUNNING:
            break

    run = bench.bench.store.run(run_id)
    assert (run.state, "asks to be called again" in run.error) == (RunState.FAILED, True)


def test_a_job_that_finds_nothing_ends_the_run(bench: RoutingBench) -> None:
    bench.bench.jobs["crawl"] = lambda context: JobResult({}, finished=True)

    run = bench.run_on(bench.begun().run_id)

    assert (run.state, bench.bench.ran) == (RunState.SUCCEEDED, [])


def test_a_job_that_could_not_be_started_is_started_by_the_next_event(bench: RoutingBench) -> None:
    run_id = bench.begun().run_id
    bench.starter.busy = 1
    with pytest.raises(ServiceBusy):
        bench.router.advance(run_id)

    bench.router.advance(run_id)

    assert bench.started() == ["crawl"]


def test_a_call_that_comes_twice_is_made_once_and_told_as_it_ended(bench: RoutingBench) -> None:
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    [call] = bench.starter.waiting

    assert bench.make(call) == bench.make(call)
    assert bench.bench.ran == ["crawl"]


def test_a_process_that_another_one_shut_out_gives_no_answer(bench: RoutingBench) -> None:
    bench.bench.jobs["crawl"] = failing(1, LeaseLost("another invocation has begun"), bench.bench.jobs["crawl"])
    run = bench.begun()
    bench.router.advance(run.run_id)

    assert bench.make(bench.starter.waiting[0]) is None
    assert not bench.calls.last_call(run, "crawl").answered  # type: ignore[union-attr]


def test_a_run_keeps_the_code_that_it_began_with(bench: RoutingBench) -> None:
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    bench.starter.code = "function:2"

    bench.make_next()
    bench.router.advance(run_id)

    assert bench.starter.waiting[0].by == "function:1"


def test_an_end_whose_process_died_is_made_by_the_next_event(bench: RoutingBench) -> None:
    """It has taken the end, and told nobody; two events at once end a run once."""
    bench.bench.jobs["crawl"] = lambda context: JobResult({}, finished=True)
    run = bench.begun()
    bench.router.advance(run.run_id)
    call = bench.starter.waiting[0]
    bench.make_next()
    assert bench.calls.take(msgspec.structs.replace(call, job=""), None, unanswered=0)

    assert bench.router.advance(run.run_id).state is RunState.RUNNING
    bench.pass_by(END_LASTS + A_MOMENT)

    assert bench.router.advance(run.run_id).state is RunState.SUCCEEDED


def test_the_lease_of_a_run_that_has_ended_is_freed_by_the_next_event(bench: RoutingBench) -> None:
    """Its process died after the end was on record."""
    run = bench.begun()
    bench.bench.store.save_run(replace(run, state=RunState.SUCCEEDED, finished_at=bench.clock.now()))

    bench.router.look(bench.workflow.name)

    assert bench.begun("next").state is RunState.RUNNING
