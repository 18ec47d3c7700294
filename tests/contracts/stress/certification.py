"""Writes the certified uses into athena_sql/portability/certified_uses.toml.

    python -m tests.contracts.stress.certification

`python -m tests.contracts.stress.record` does so, too, at its end.

A certified case certifies constructs with the types that they have in it; a stress case, which DuckDB, Spark and the
local endpoint answer as Trino does, without an error, adds other types for constructs of certified cases.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp

from millrace.athena_sql.language.typed_trees import annotate, column_types
from millrace.athena_sql.portability.certified_cases import CASES
from millrace.athena_sql.portability.certified_tables import TABLES
from millrace.athena_sql.portability.certified_uses import TABLE, Use, general_type, uses
from millrace.athena_sql.portability.constructs import constructs
from millrace.athena_sql.portability.given_types import ANY_TYPE
from millrace.athena_sql.portability.refusals import NOT_CERTIFIED, Refusal
from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import ParquetData, RowData, Statement
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.tables import DeclaredTables
from millrace.errors import MillraceError
from tests.contracts.stress.cases import StressCase, stress_cases
from tests.contracts.stress.nulls import nodes_that_may_be_null

HEAD = """\
# The certified uses, for each construct the types of what it is given (certified_uses.py).
# From the certified cases and the stress cases, by python -m tests.contracts.stress.certification
"""


@dataclass
class Held:
    """Where a use stands: titles of cases. `with_null`: those in which a NULL is among what it is given."""

    titles: list[str] = field(default_factory=list)
    with_null: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def named() -> frozenset[str]:
    """The constructs that stand in a certified case."""
    return frozenset(name for case in CASES for _, name in constructs(parse_query(case.statement)))


def without_names(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """The check of uses by names alone, which says what may be held: to be certified, a use must be held first."""
    for node, name in constructs(tree):
        if name not in named():
            yield node, Refusal(f"{name} is not certified", NOT_CERTIFIED)


def may_be_held(statement: Statement) -> bool:
    """Whether a statement of a project may be so but for its types, and may therefore run on any engine."""
    try:
        return not portability_problems(statement, DeclaredTables(()), without_names)
    except MillraceError:
        return False


def is_equal(case: StressCase) -> bool:
    """Whether Trino has an answer, and every door gives it."""
    has_answer = case.answer is not None and not case.answer.error
    return has_answer and not case.others and not case.refused and may_be_held(case.statement)


def held_uses() -> Mapping[Use, Held]:
    """By use, with the types that were written: `int` and `bigint`."""
    found: dict[Use, Held] = defaultdict(Held)
    statements = [case.statement for case in CASES]
    statements += [case.statement for case in stress_cases() if is_equal(case)]
    for statement in statements:
        tree = parse_query(statement)
        annotate(tree, _types_of)
        nullable = nodes_that_may_be_null(tree)
        for node, use in uses(tree):
            found[use].titles.append(statement.name)
            if not use.types or id(node) in nullable:
                found[use].with_null.append(statement.name)
    return found


def certified() -> Mapping[str, list[tuple[str, ...]]]:
    """The types of each construct, as the table has them."""
    together: dict[tuple[str, tuple[str, ...]], list[Use]] = defaultdict(list)
    for use in held_uses():
        if not any(map(ANY_TYPE.search, use.types)):
            together[use.construct, _general(use)].append(use)
    table: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for (construct, _), held in together.items():
        table[construct].update(_general_where_held(held))
    return {name: sorted(types) for name, types in sorted(table.items())}


def _general_where_held(held: Sequence[Use]) -> Iterator[tuple[str, ...]]:
    """The types of uses that differ in whole numbers alone: `int/bigint` in each place that had INTEGER and BIGINT."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for use in held:
        for at, type_ in enumerate(use.types):
            found[_place(use, at)].add(type_)
    for use in held:
        types = [_place(use, at)[1] if len(found[_place(use, at)]) > 1 else one for at, one in enumerate(use.types)]
        yield tuple(types if use.is_ordered else sorted(set(types)))


def _general(use: Use) -> tuple[str, ...]:
    types = [_place(use, at)[1] for at in range(len(use.types))]
    return tuple(types if use.is_ordered else sorted(set(types)))


def _place(use: Use, at: int) -> tuple[int, str]:
    return at if use.is_ordered else 0, general_type(use.types[at])


def _types_of(table: exp.Table) -> Mapping[str, str]:
    data = TABLES.get(f"{table.db}.{table.name}".lower())
    return column_types(data.columns) if isinstance(data, RowData | ParquetData) else {}


def text() -> str:
    lines = (f'"{name}" = {json.dumps(types)}' for name, types in certified().items())
    return HEAD + "".join(f"{line}\n" for line in lines)


def write() -> None:
    TABLE.write_text(text(), "utf-8")


if __name__ == "__main__":
    write()
