"""An interpreter of the triggers of a Glue workflow, given as CreateTrigger takes them, for one run of the workflow.

A trigger fires once in a run: the one without a predicate at the start, each other when the jobs and crawlers that it
watches have ended in the states that it watches for, all (AND) or one (ANY) of them; one condition needs no `Logical`.
Its actions start together. A job that is started again counts by its last state.
Sources: Glue developer guide, "AWS Glue triggers", "Overview of workflows in AWS Glue"; API reference, Predicate and
Condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_JOB_STATES = {"SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT"}  # that a trigger can watch for
_CRAWLER_STATES = {"SUCCEEDED", "FAILED", "CANCELLED"}
Trigger = Mapping[str, Any]


@dataclass
class GlueRun:
    """One run of a workflow. `carried_out`: does an action of a trigger, and gives the state in which it ended.

    `states`: of each job and crawler that has ended, by name.
    """

    triggers: Sequence[Trigger]
    carried_out: Callable[[Mapping[str, Any]], str]
    states: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self) -> None:
        """From the start to the end; Glue calls the run COMPLETED then, whatever the states."""
        waiting = list(self.triggers)
        while fired := next((one for one in waiting if self._fires(one)), None):
            waiting.remove(fired)
            for action in fired["Actions"]:
                self.states[_named(action)] = self.carried_out(action)

    def _fires(self, trigger: Trigger) -> bool:
        if trigger["Type"] != "CONDITIONAL":
            return True
        predicate = trigger["Predicate"]
        met = [self._is_met(one) for one in predicate["Conditions"]]
        assert len(met) == 1 or "Logical" in predicate, "several conditions need Logical"
        return any(met) if predicate.get("Logical") == "ANY" else all(met)

    def _is_met(self, condition: Mapping[str, Any]) -> bool:
        assert condition["LogicalOperator"] == "EQUALS"
        kind, _ = named = _named(condition)
        known, key = (_JOB_STATES, "State") if kind == "JobName" else (_CRAWLER_STATES, "CrawlState")
        assert condition[key] in known, f"no trigger can watch for {condition[key]}"
        return bool(self.states.get(named) == condition[key])


def _named(given: Mapping[str, Any]) -> tuple[str, str]:
    [kind] = {"JobName", "CrawlerName"} & given.keys()
    return kind, given[kind]
