"""Drawings of what a workflow is compiled to, in Mermaid's language: how each orchestrator goes through the jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from millrace.glue_workflow.compilers.states import all_states
from millrace.glue_workflow.compilers.step_functions import END_FAILED

CompiledWorkflow = Mapping[str, Any]


class _Boxes:
    """Numbered boxes: a name may be a word of the language."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self.lines: list[str] = []

    def of(self, name: str, shape: str = '["{}"]') -> str:
        if name not in self._ids:
            self._ids[name] = f"n{len(self._ids)}"
            self.lines.append(f"    {self._ids[name]}{shape.format(name)}")
        return self._ids[name]

    def arrow(self, one: str, other: str, label: str = "", line: str = "-->") -> None:
        self.lines.append(f"    {one} {line}{f'|{label}|' if label else ''} {other}")

    def text(self) -> str:
        return "\n".join(["flowchart LR", *self.lines])


_START, _CHOICE, _ROUTER = '(["{}"])', '{{"{}"}}', '[["{}"]]'


def glue_drawing(definition: CompiledWorkflow) -> str:
    """The jobs and crawlers that triggers start, and the states that they watch for."""
    boxes = _Boxes()
    for trigger in definition["Triggers"]:
        started = [boxes.of(_node(action)) for action in trigger["Actions"]]
        for one in started:
            if trigger["Type"] != "CONDITIONAL":
                boxes.arrow(boxes.of(trigger.get("Schedule", "on demand"), _START), one)
                continue
            for condition in trigger["Predicate"]["Conditions"]:
                watched = boxes.of(_watched(definition, condition))
                boxes.arrow(watched, one, condition.get("State") or condition["CrawlState"])
    return boxes.text()


def _node(action: CompiledWorkflow) -> str:
    return f"crawler {action['CrawlerName']}" if "CrawlerName" in action else str(action["Arguments"]["--job"])


def _watched(definition: CompiledWorkflow, condition: CompiledWorkflow) -> str:
    if "CrawlerName" in condition:
        return _node(condition)
    actions = (action for trigger in definition["Triggers"] for action in trigger["Actions"])
    return next(_node(one) for one in actions if one.get("JobName") == condition["JobName"])


def state_machine_drawing(definition: CompiledWorkflow) -> str:
    """All states and the ways between them; each task's error leads to the end of the failed run."""
    boxes = _Boxes()
    boxes.arrow(boxes.of("start", _START), boxes.of(definition["StartAt"]))
    for name, state in all_states(definition):
        at = boxes.of(name, _CHOICE if state["Type"] == "Choice" else '["{}"]')
        for following, label in _ways(state):
            boxes.arrow(at, boxes.of(following), label)
        for branch in state.get("Branches", ()):
            boxes.arrow(at, boxes.of(branch["StartAt"]), "branch")
        if "ItemProcessor" in state:
            boxes.arrow(at, boxes.of(state["ItemProcessor"]["StartAt"]), "each item")
    boxes.arrow(boxes.of("an error of any call", _START), boxes.of(END_FAILED), line="-.->")
    return boxes.text()


def _ways(state: CompiledWorkflow) -> Iterator[tuple[str, str]]:
    """The states that may follow, and when. Errors have one way, which every task has."""
    if "Next" in state:
        yield state["Next"], ""
    seen: set[str] = set()
    for choice in state.get("Choices", ()):
        if choice["Next"] not in seen:
            seen.add(choice["Next"])
            yield choice["Next"], _when(choice)
    if "Default" in state and state["Default"] not in seen:
        yield state["Default"], "else"


def _when(choice: CompiledWorkflow) -> str:
    if "NumericGreaterThanEquals" in choice:
        return "too often"
    if "StringEquals" in choice:
        return str(choice["StringEquals"])
    parts = choice.get("And", choice.get("Or", ()))
    return next((str(one["StringEquals"]) for one in parts if "StringEquals" in one), "goes on")


def events_drawing(definition: CompiledWorkflow) -> str:
    """The router, what tells it, and the jobs that it starts, each of which tells it when it has ended."""
    boxes = _Boxes()
    router = boxes.of("router", _ROUTER)
    for schedule in definition["Schedules"]:
        boxes.arrow(boxes.of(schedule["ScheduleExpression"], _START), router)
    for job in definition["Graph"]:
        at = boxes.of(job["Job"])
        boxes.arrow(router, at, "starts")
        boxes.arrow(at, router, "state change")
    return boxes.text()


DRAWN: Mapping[str, Callable[[CompiledWorkflow], str]] = {
    "glue": glue_drawing,
    "stepfunctions": state_machine_drawing,
    "events": events_drawing,
}
