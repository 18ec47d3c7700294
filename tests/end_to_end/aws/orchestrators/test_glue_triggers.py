"""The interpreter of Glue's triggers, by what AWS's documents say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.end_to_end.aws.orchestrators.glue_triggers import GlueRun


def start(*jobs: str) -> dict[str, Any]:
    return {"Type": "ON_DEMAND", "Actions": [{"JobName": job} for job in jobs]}


def after(logical: str, conditions: Mapping[str, str], *jobs: str) -> dict[str, Any]:
    listed = [{"LogicalOperator": "EQUALS", "JobName": job, "State": state} for job, state in conditions.items()]
    predicate = {"Conditions": listed} | ({"Logical": logical} if logical else {})
    return {"Type": "CONDITIONAL", "Predicate": predicate, "Actions": [{"JobName": job} for job in jobs]}


# "AWS Glue triggers": T1 starts J3 when both J1 and J2 complete, T2 starts J4 if either J1 or J2 fails.
DOCUMENTED = (
    start("J1", "J2"),
    after("AND", {"J1": "SUCCEEDED", "J2": "SUCCEEDED"}, "J3"),
    after("ANY", {"J1": "FAILED", "J2": "FAILED"}, "J4"),
)


@pytest.mark.parametrize(
    ("ended", "started"),
    [
        ({}, ["J1", "J2", "J3"]),
        ({"J1": "FAILED"}, ["J1", "J2", "J4"]),
        ({"J2": "FAILED"}, ["J1", "J2", "J4"]),
        ({"J1": "FAILED", "J2": "FAILED"}, ["J1", "J2", "J4"]),  # once
        ({"J1": "TIMEOUT"}, ["J1", "J2"]),
        ({"J1": "STOPPED"}, ["J1", "J2"]),
    ],
)
def test_all_and_any(ended: Mapping[str, str], started: list[str]) -> None:
    assert jobs_of(DOCUMENTED, ended) == started


def test_one_condition_needs_no_logical() -> None:
    assert jobs_of((start("J1"), after("", {"J1": "TIMEOUT"}, "J2")), {"J1": "TIMEOUT"}) == ["J1", "J2"]


def test_a_crawler_is_watched_by_its_own_states() -> None:
    """As in the guide's workflow, whose crawler comes before the job that reads its table."""
    crawler = {"LogicalOperator": "EQUALS", "CrawlerName": "C1", "CrawlState": "SUCCEEDED"}
    triggers = (
        {"Type": "SCHEDULED", "Actions": [{"CrawlerName": "C1"}]},
        {"Type": "CONDITIONAL", "Predicate": {"Conditions": [crawler]}, "Actions": [{"JobName": "J1"}]},
    )
    for state, jobs in (("SUCCEEDED", ["J1"]), ("FAILED", []), ("CANCELLED", [])):
        assert jobs_of(triggers, {"C1": state}) == jobs


def jobs_of(triggers: tuple[Mapping[str, Any], ...], ended: Mapping[str, str]) -> list[str]:
    """The jobs that were started, in their order."""
    seen: list[str] = []

    def carried_out(action: Mapping[str, Any]) -> str:
        [name] = action.values()
        if "JobName" in action:
            seen.append(name)
        return ended.get(name, "SUCCEEDED")

    GlueRun(triggers, carried_out).run()
    return seen
