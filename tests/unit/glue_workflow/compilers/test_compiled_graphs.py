"""Graphs that are no chain, compiled. `tests/end_to_end/aws/orchestrators/test_graphs.py` executes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.arrangement import JobRow, SideBySide, arranged, jobs_in
from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.compilers.step_functions import StepFunctions, usual_states
from millrace.glue_workflow.job_options import JobRuntime, Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.workflow import Job, Workflow
from tests.shipped import PIPELINES
from tests.unit.glue_workflow.compilers.graphs import BRANCHES, ITEMS, ON_GLUE, ROUNDS, graph, python


def states(workflow: Workflow) -> dict[str, Any]:
    found: dict[str, Any] = StepFunctions().compile(workflow)["States"]
    return found


def names(row: JobRow) -> list[Any]:
    """Branches as lists of rows."""
    return [one.name if isinstance(one, Job) else [names(branch) for branch in one.branches] for one in row]


@pytest.mark.parametrize(
    ("jobs", "row"),
    [
        ([python("a"), python("b", "a"), python("c", "b")], ["a", "b", "c"]),
        ([python("a"), python("b")], [[["a"], ["b"]]]),
        ([python("a"), python("b", "a"), python("c", "a"), python("d", "b", "c")], ["a", [["b"], ["c"]], "d"]),
        (
            [
                python("a"),
                python("b", "a"),
                python("b2", "b"),
                python("c", "a"),
                python("c2", "c"),
                python("d", "b2", "c2"),
            ],
            ["a", [["b", "b2"], ["c", "c2"]], "d"],
        ),
        ([python("a"), python("b"), python("c", "a", "b")], [[["a"], ["b"]], "c"]),
        (
            [python("a"), python("b"), python("c", "a"), python("d", "a", "b")],
            [[["a"], ["b"]], [["c"], ["d"]]],
        ),
        ([python("a"), python("b", "a"), python("c", "a")], ["a", [["b"], ["c"]]]),
    ],
    ids=["chain", "two alone", "diamond", "two chains", "two before one", "crossed", "fork"],
)
def test_jobs_without_an_edge_between_them_are_side_by_side(jobs: list[Job], row: list[Any]) -> None:
    assert names(arranged(graph(*jobs))) == row


def test_no_edge_is_broken_and_no_job_lost() -> None:
    """Of every graph of five jobs whose edges go forward."""
    pairs = [(one, other) for other in range(5) for one in range(other)]
    for chosen in range(0, 2 ** len(pairs), 7):
        edges = [pair for bit, pair in enumerate(pairs) if chosen >> bit & 1]
        jobs = [python(f"j{to}", *(f"j{one}" for one, other in edges if other == to)) for to in range(5)]
        row = arranged(graph(*jobs))
        assert sorted(job.name for job in jobs_in(row)) == ["j0", "j1", "j2", "j3", "j4"]
        assert _broken(row, set()) == [], edges


def _broken(row: JobRow, done: set[str]) -> list[str]:
    """The jobs that come before one that they need; `done` grows by those of the row."""
    found: list[str] = []
    for one in row:
        if isinstance(one, SideBySide):
            after = [{*done} for _ in one.branches]
            found += [name for branch, mine in zip(one.branches, after, strict=True) for name in _broken(branch, mine)]
            done |= set().union(*after)
        else:
            found += [one.name] if not set(one.after) <= done else []
            done.add(one.name)
    return found


def test_branches_are_a_parallel_state_whose_errors_are_caught_by_it() -> None:
    made = states(BRANCHES)
    both = made["Make many and few"]

    assert (made["count"]["Next"], both["Type"], both["Next"]) == ("Make many and few", "Parallel", "either")
    assert both["ResultPath"] is None
    assert both["Catch"][-1] == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "End the failed run"}
    assert [branch["StartAt"] for branch in both["Branches"]] == ["many", "few"]
    for branch in both["Branches"]:
        targets = {state.get("Next") for state in branch["States"].values()} - {None}
        assert targets <= branch["States"].keys()
        assert not any("Catch" in state for state in branch["States"].values())


def test_items_are_a_map_with_a_bound_until_none_is_left() -> None:
    made = states(ITEMS)
    each = made["Each of each"]

    assert made["each"]["ResultSelector"]["items.$"] == "$.Payload.items"
    assert made["Is each done?"]["Default"] == "Each of each"
    assert (each["Type"], each["MaxConcurrency"], each["ItemsPath"], each["Next"]) == ("Map", 3, "$.step.items", "each")
    one = each["ItemProcessor"]["States"]["One of each"]
    assert one["Parameters"]["Payload"]["item.$"] == "$.item"
    assert one["End"] is True


def test_rounds_are_waits_with_a_bound() -> None:
    made = states(ROUNDS)

    assert made["Is wait done?"]["Default"] == "Wait before wait"
    assert made["Wait before wait"] == {"Type": "Wait", "Seconds": 4, "Next": "Call wait again"}
    often = made["Is wait done?"]["Choices"][-1]
    assert (often["NumericGreaterThanEquals"], often["Next"]) == (61, "Give up after too many calls")


def test_rounds_within_a_branch_fail_it() -> None:
    until = Until(timedelta(seconds=4), 5, OutputCondition.of("state = 'ready'"))
    made = states(graph(python("wait", until=until), python("b")))
    branch = made["Make wait and b"]["Branches"][0]["States"]

    assert branch["Is wait done?"]["Choices"][-1]["Next"] == "Give up wait"
    assert branch["Give up wait"]["Type"] == "Fail"


def test_a_job_of_glue_is_looked_at_and_then_waited_for() -> None:
    made = states(ON_GLUE)

    assert made["small"]["Next"] == "Look at large"
    assert made["Look at large"]["Parameters"]["Payload"]["look"] is True
    assert made["Is large done?"] == {
        "Type": "Choice",
        "Choices": [{"Variable": "$.step.state", "StringEquals": "running", "Next": "large"}],
        "Default": "last",
    }
    large = made["large"]
    assert large["Resource"] == "arn:${Partition}:states:::glue:startJobRun.sync"
    assert large["ResultPath"] is None
    assert large["Parameters"] == {
        "JobName": "${GlueJobOfgraph-large}",
        "Arguments": {
            "--workflow": "graph",
            "--job": "large",
            "--execution.$": "$$.Execution.Id",
            "--run.$": "$.run.run_id",
        },
    }


def test_the_usual_way_makes_all_branches_and_an_item() -> None:
    on_the_way = {
        workflow.jobs[-1].name: [name for name, _ in usual_states(StepFunctions().compile(workflow))]
        for workflow in (BRANCHES, ITEMS, ON_GLUE)
    }
    assert {"count", "many", "few", "either"} <= {*on_the_way["either"]}
    assert {"list", "each", "Each of each", "One of each", "gather"} <= {*on_the_way["gather"]}
    assert {"Look at large", "large", "last"} <= {*on_the_way["last"]}


def test_every_state_that_is_named_is_there_and_has_a_name_of_its_own() -> None:
    for workflow in (BRANCHES, ITEMS, ROUNDS, ON_GLUE):
        seen: list[str] = []
        _check_names(StepFunctions().compile(workflow), seen)
        assert len(seen) == len(set(seen)), workflow


def _check_names(machine: dict[str, Any], seen: list[str]) -> None:
    named = {machine["StartAt"]}
    for name, state in machine["States"].items():
        seen.append(name)
        named |= {state[key] for key in ("Next", "Default") if key in state}
        named |= {one["Next"] for key in ("Choices", "Catch") for one in state.get(key, ())}
        for inner in [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            _check_names(inner, seen)
    assert named <= machine["States"].keys()


def test_glue_joins_and_starts_several_jobs_at_once() -> None:
    made = GlueTriggers().compile(
        graph(python("a"), python("b"), python("c", "a", "b"), python("d", "a", "b", joins=Joins.ANY))
    )["Triggers"]

    assert [one["Type"] for one in made] == ["ON_DEMAND", "CONDITIONAL", "CONDITIONAL"]
    assert [one["JobName"] for one in made[0]["Actions"]] == ["graph-a", "graph-b"]
    assert "StartOnCreation" not in made[0]
    assert [one["Predicate"]["Logical"] for one in made[1:]] == ["AND", "ANY"]


def test_a_schedule_in_another_zone_leaves_the_start_to_scheduler() -> None:
    daily = "cron(0 1 * * ? *)"
    for zone, kind in (("UTC", "SCHEDULED"), ("Europe/Berlin", "ON_DEMAND")):
        made = GlueTriggers().compile(graph(python("a"), schedule=daily, zone=zone))["Triggers"]
        assert [one["Type"] for one in made] == [kind]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"when": OutputCondition.of("list.rows > 0")}, "has the condition list.rows > 0"),
        ({"over": MapOver("list", "days", 2)}, "is made for each of list.days"),
        ({"runtime": JobRuntime.LAMBDA}, "is made by a Lambda function"),
    ],
)
def test_what_glue_cannot_express_is_refused_with_those_that_can(options: dict[str, Any], why: str) -> None:
    with pytest.raises(DefinitionError, match=f"job 'b' {why}, which a Glue workflow cannot express") as refused:
        GlueTriggers().compile(graph(python("list"), python("b", "list", **options)))
    assert 'orchestrator = "stepfunctions"' in str(refused.value)


def test_a_job_that_may_end_the_run_stands_beside_no_other() -> None:
    beside = replace(PIPELINES.workflow("rainfall"), jobs=(Job("crawl"), Job("delete")))
    with pytest.raises(DefinitionError, match="job 'crawl' may end the run, and others are made beside it"):
        StepFunctions().compile(beside)


def test_glue_waits_for_a_job_that_is_called_again_as_long_as_it_may_be() -> None:
    """Half an hour for a call, four minutes of rounds, and five more to give up by itself."""
    [start, _] = GlueTriggers().compile(ROUNDS)["Triggers"]
    assert start["Actions"][0]["Timeout"] == 30 + 4 + 5
