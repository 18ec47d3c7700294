"""The tables of docs/cost.md, from what the command gives without a lake. As a script, it writes them there.

python -m tests.end_to_end.deployment.documented_cost
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from millrace.usecases.deployment.cost import StageCost, stage_cost
from tests.end_to_end.documents import ROOT
from tests.shipped import PROJECT

DOCUMENT = ROOT / "docs" / "cost.md"
STAGES = ("dev", "prod")


def parts() -> dict[str, str]:
    """The text of each table, by its name in the document."""
    found: dict[str, str] = {}
    for name in STAGES:
        cost = stage_cost(PROJECT, name)
        found[name] = _table(cost.items())
        found[f"{name}, by how jobs are done"] = _table(cost.comparison())
    return {**found, "assumptions": _assumptions(cost)}


def written(name: str) -> str:
    """What the document has there."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n(.*?)<!-- end -->", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return found[1] if found else ""


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
    text = DOCUMENT.read_text("utf-8")
    for name, part in parts().items():
        before, _, after = text.partition(f"<!-- {name} -->\n")
        text = f"{before}<!-- {name} -->\n{part}<!-- end -->{after.partition('<!-- end -->')[2]}"
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
