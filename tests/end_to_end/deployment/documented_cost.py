"""The tables of docs/cost.md, from what the command gives without a lake, and the part of README.md on orchestrators.

As a script, it writes them there: python -m tests.end_to_end.deployment.documented_cost
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from millrace.usecases.definitions.workflows import compiled_drawing
from millrace.usecases.deployment.cost import StageCost, stage_cost
from tests.end_to_end.documents import ROOT
from tests.shipped import PROJECT

DOCUMENT = ROOT / "docs" / "cost.md"
README = ROOT / "README.md"
STAGES = ("dev", "prod")
ORCHESTRATORS = "orchestrators"
_DRAWN = "taxi_availability"
# What a stage names: when to choose it, and what it is called in the table of costs.
_CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "stepfunctions": (
        "the usual choice: jobs are functions on Athena, the console shows each call, nothing is billed by the minute",
        ("Step Functions",),
    ),
    "events": (
        "the cheapest: a router starts each job when the one before has told of its end; only Millrace draws runs",
        ("events",),
    ),
    "glue": (
        "where jobs have to be Spark, or a team knows Glue: each job is billed for a minute of two workers at least",
        ("Glue, a job each", "Glue, fused"),
    ),
}


def parts() -> dict[str, str]:
    """The text of each table, by its name in the document."""
    found: dict[str, str] = {}
    for name in STAGES:
        cost = stage_cost(PROJECT, name)
        found[name] = _table(cost.items())
        found[f"{name}, by how jobs are done"] = _table(cost.comparison())
    drawings = "".join(_orchestrators(cost.comparison()[-1]))
    return {**found, "assumptions": _assumptions(cost), ORCHESTRATORS: drawings}


def written(name: str) -> str:
    """What the document has there."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n(.*?)<!-- end -->", _document(name).read_text("utf-8"), re.DOTALL)
    return found[1] if found else ""


def _document(name: str) -> Path:
    return README if name == ORCHESTRATORS else DOCUMENT


def _orchestrators(total: Mapping[str, Any]) -> Iterator[str]:
    """One workflow drawn for each orchestrator, when to choose which, and what each costs. `total`: by way."""
    yield "| `orchestrator` | when to choose it | a month |\n|---|---|---|\n"
    for name, (when, ways) in _CHOICES.items():
        costs = [f"{total[way]:,.2f} USD" for way in ways]
        several = ", ".join(f"{cost} ({way})" for cost, way in zip(costs, ways, strict=True))
        yield f"| `{name}` | {when} | {several if len(ways) > 1 else costs[0]} |\n"
    for name in _CHOICES:
        yield f"\n`{name}`:\n\n```mermaid\n{compiled_drawing(PROJECT, _DRAWN, name)}\n```\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if round(value, 2) == value else f"{value:g}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _assumptions(cost: StageCost) -> str:
    return "".join(f"- {note}\n" for note in cost.notes)


def write() -> None:
    for name, part in parts().items():
        text = _document(name).read_text("utf-8")
        before, _, after = text.partition(f"<!-- {name} -->\n")
        text = f"{before}<!-- {name} -->\n{part}<!-- end -->{after.partition('<!-- end -->')[2]}"
        _document(name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
