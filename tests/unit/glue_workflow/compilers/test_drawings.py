"""Drawings of compiled workflows, as Mermaid reads them."""

from __future__ import annotations

import re

import pytest

from millrace.glue_workflow.compilers import COMPILERS
from millrace.glue_workflow.compilers.drawings import DRAWN
from millrace.glue_workflow.workflow import Workflow
from tests.shipped import PIPELINES
from tests.unit.glue_workflow.compilers.graphs import BRANCHES, ITEMS, ON_GLUE, ROUNDS, graph, python

_BOX = re.compile(r"    (n\d+)(?:\(\[\"(.+)\"\]\)|\{\"(.+)\"\}|\[\[\"(.+)\"\]\]|\[\"(.+)\"\])")
_ARROW = re.compile(r"    (n\d+) (?:-->|-\.->)(?:\|([^|]+)\|)? (n\d+)")


def read(drawing: str) -> set[tuple[str, str, str]]:
    """The arrows, each as the box where it begins, its label and the box where it ends. No line is anything else."""
    first, *lines = drawing.splitlines()
    assert first == "flowchart LR"
    boxes = {found[1]: next(filter(None, found.groups()[1:])) for line in lines if (found := _BOX.fullmatch(line))}
    arrows = [found for line in lines if (found := _ARROW.fullmatch(line))]
    assert len(boxes) + len(arrows) == len(lines)
    return {(boxes[one[1]], one[2] or "", boxes[one[3]]) for one in arrows}


def drawn(workflow: Workflow, orchestrator: str) -> set[tuple[str, str, str]]:
    return read(DRAWN[orchestrator](COMPILERS[orchestrator].compile(workflow)))


def test_each_orchestrator_is_drawn() -> None:
    assert DRAWN.keys() == COMPILERS.keys()


def test_glue_is_drawn_by_its_triggers() -> None:
    two = graph(python("a"), python("b"), python("c", "a", "b"))
    assert drawn(two, "glue") == {
        ("on demand", "", "a"),
        ("on demand", "", "b"),
        ("a", "SUCCEEDED", "c"),
        ("b", "SUCCEEDED", "c"),
    }


def test_a_state_machine_is_drawn_with_branches_items_and_errors() -> None:
    branches, items = drawn(BRANCHES, "stepfunctions"), drawn(ITEMS, "stepfunctions")

    assert {("Make many and few", "branch", "many"), ("Make many and few", "branch", "few")} <= branches
    assert ("Make many and few", "", "either") in branches
    assert {("Each of each", "each item", "One of each"), ("Is each done?", "succeeded", "gather")} <= items
    assert ("an error of any call", "", "End the failed run") in items


def test_events_are_drawn_around_the_router() -> None:
    found = drawn(PIPELINES.workflow("rainfall"), "events")
    assert {
        ("rate(15 minutes)", "", "router"),
        ("router", "starts", "prod"),
        ("prod", "state change", "router"),
    } <= found


@pytest.mark.parametrize("workflow", [BRANCHES, ITEMS, ROUNDS, ON_GLUE], ids=lambda one: one.jobs[-1].name)
def test_every_job_is_in_each_drawing(workflow: Workflow) -> None:
    for orchestrator in ("stepfunctions", "events") if workflow is not ON_GLUE else ("stepfunctions",):
        names = {name for one, _, other in drawn(workflow, orchestrator) for name in (one, other)}
        assert {job.name for job in workflow.jobs} <= names
