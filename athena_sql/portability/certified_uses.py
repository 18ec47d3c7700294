"""The certified uses of SQL: constructs, each with the types of what it is given, that were held to Trino's answers.

`certified_uses.toml` lists them, by construct. `python -m tests.contracts.stress.certification` writes it, from the
certified cases and from those stress cases that DuckDB, Spark and the local endpoint answer as Trino does: a use that
stands in none of these is not certified. Each listed use has been held with a NULL among what it is given (a test holds
the table to that), so nothing depends on whether a column may be NULL.

`int/bigint` is both INTEGER and BIGINT, listed where a use has been held with each of them. A `decimal` is of any
precision and scale. The type of a NULL, of a parameter (:day) and of what is not known is any type.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlglot import exp

from millrace.athena_sql.language.typed_trees import COMPARED
from millrace.athena_sql.portability.constructs import construct_name, constructs
from millrace.athena_sql.portability.given_types import ANY_TYPE, UNORDERED, Types, given_types, type_of_value

TABLE = Path(__file__).with_name("certified_uses.toml")

_WHOLE = re.compile(r"\b(int|bigint)\b")
_WINDOW = "Window "  # before the name of the function
_SHOWN = {  # what is written where it is no function
    "Array": "ARRAY",
    "Add": "+",
    "And": "AND",
    "Between": "BETWEEN",
    "Case": "CASE",
    "Cast": "CAST",
    "DPipe": "||",
    "Distinct": "DISTINCT",
    "Escape": "ESCAPE",
    "Div": "/",
    "EQ": "=",
    "Except": "EXCEPT",
    "GT": ">",
    "GTE": ">=",
    "Group": "GROUP BY",
    "In": "IN",
    "Intersect": "INTERSECT",
    "Is": "IS",
    "LT": "<",
    "LTE": "<=",
    "Like": "LIKE",
    "Mod": "%",
    "Mul": "*",
    "NEQ": "<>",
    "Neg": "-",
    "Not": "NOT",
    "NullSafeEQ": "IS NOT DISTINCT FROM",
    "NullSafeNEQ": "IS DISTINCT FROM",
    "Or": "OR",
    "Ordered": "ORDER BY",
    "Partition": "PARTITION BY",
    "Sub": "-",
    "TryCast": "TRY_CAST",
    "Union": "UNION",
}


@dataclass(frozen=True, slots=True)
class Use:
    """`types`: of each parameter in its place; of a construct whose parameters may change places, each type once."""

    construct: str
    types: Types = ()

    @property
    def is_ordered(self) -> bool:
        return self.construct not in UNORDERED

    def __str__(self) -> str:
        if self.construct in ("Cast", "TryCast"):
            return f"{_SHOWN[self.construct]}({' AS '.join(self.types)})"
        if self.construct in _SHOWN:
            return f"{_SHOWN[self.construct]} of {(', ' if self.is_ordered else ' and ').join(self.types)}"
        window = " OVER (...)" if self.construct.startswith(_WINDOW) else ""
        return f"{self.construct.removeprefix(_WINDOW)}({', '.join(self.types)}){window}"

    def nearest(self, certified: Sequence[Types]) -> Sequence[Types]:
        """Those of the certified types that have most of these in their places, the first places before the others."""
        alike = [tuple(map(_fits, self.types, types)) if len(types) == len(self.types) else () for types in certified]
        most = max((sum(places), places) for places in alike)
        return [types for types, places in zip(certified, alike, strict=True) if (sum(places), places) == most]

    def is_of(self, certified: Sequence[str]) -> bool:
        """Whether these are such types."""
        if self.is_ordered:
            return len(self.types) == len(certified) and all(map(_fits, self.types, certified))
        known = [one for one in self.types if not ANY_TYPE.search(one)]
        are_held = all(any(_fits(one, other) for other in certified) for one in known)
        are_all = all(any(_fits(one, other) for one in known) for other in certified)
        return are_held and (are_all or not known or len(known) < len(self.types))  # the others may be of the rest


def uses(tree: exp.Query) -> Iterator[tuple[exp.Expr, Use]]:
    """What an annotated tree makes of constructs: of a window by its function, and by what its partitions are of."""
    for node, name in constructs(tree):
        if isinstance(node, exp.Window):
            yield from ((node, Use(f"{_WINDOW}{construct_name(node.this)}", types)) for types in given_types(node.this))
            yield from (
                (part, Use("Partition", (type_of_value(part),))) for part in node.args.get("partition_by") or ()
            )
        elif isinstance(node, exp.Join):
            yield node, Use(name)
            yield from _comparisons_of_using(node)
        elif not isinstance(node.parent, exp.Window) or node.arg_key != "this":
            yield from ((node, Use(name, types)) for types in given_types(node))


def _comparisons_of_using(node: exp.Join) -> Iterator[tuple[exp.Expr, Use]]:
    for column in node.args.get("using") or ():
        if isinstance(comparison := column.meta.get(COMPARED), exp.EQ):
            yield from ((column, Use("EQ", types)) for types in given_types(comparison))


def not_certified(use: Use) -> tuple[str, str] | None:
    """What is wrong with a use, and what may be written instead; "" for the latter where the construct has no use."""
    listed = certified_uses().get(use.construct, ())
    if any(map(use.is_of, listed)):
        return None
    if not listed:
        return f"{use.construct.removeprefix(_WINDOW)} is not certified", ""
    return f"{use} is not certified", "; ".join(str(Use(use.construct, types)) for types in use.nearest(listed))


def general_type(type_: str) -> str:
    """With `int/bigint` for whole numbers."""
    return _WHOLE.sub("int/bigint", type_)


@lru_cache(maxsize=1)
def certified_uses() -> Mapping[str, tuple[Types, ...]]:
    """For each construct the types that it is certified for."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return {name: tuple(tuple(types) for types in listed) for name, listed in table.items()}


def _fits(type_: str, certified: str) -> bool:
    return type_ == certified or general_type(type_) == certified or bool(ANY_TYPE.search(type_))
