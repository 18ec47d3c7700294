"""Names that WITH defines, as the nodes of a tree see them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp


def ctes_around(node: exp.Expr, name: str) -> Iterator[exp.CTE]:
    """Those of this name in the WITHs around a node, the nearest first."""
    around = node.parent
    while around is not None:
        for cte in around.ctes if isinstance(around, exp.Query) else ():
            if cte.alias.lower() == name.lower():
                yield cte
        around = around.parent
