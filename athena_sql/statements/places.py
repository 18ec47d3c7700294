"""Places in a statement's text, from the tokens that the parser noted at the tree's names."""

from __future__ import annotations

from sqlglot import exp


def position(node: exp.Expr | None) -> tuple[int, int]:
    """Line and column, from 1, where the first name in a node begins or, where it has none, in the nodes around it."""
    while node is not None:
        found = [part.meta for part in node.walk() if "start" in part.meta]
        if found:
            first = min(found, key=lambda meta: int(meta["start"]))
            return int(first["line"]), int(first["col"]) - int(first["end"]) + int(first["start"])
        node = node.parent
    return 1, 1


def place_of(node: exp.Expr | None) -> str:
    """The position in Athena's form."""
    line, column = position(node)
    return f"line {line}:{column}"
