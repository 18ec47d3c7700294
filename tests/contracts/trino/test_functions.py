"""The table of Trino's functions, and what is given of it."""

from __future__ import annotations

import re

from millrace.athena_sql.language.functions import NAMES
from millrace.athena_sql.language.trino_functions import TABLE, counts_of
from tests.contracts.trino.client import TrinoClient

OF_THE_GRAMMAR = frozenset(
    ("coalesce", "current_timestamp", "format", "grouping", "if", "nullif", "position", "row", "try", "try_cast")
) | {"unnest"}
# What SHOW FUNCTIONS says otherwise: "2+" for one, and the forms of the grammar.
OTHER_COUNTS = {
    "concat",
    "concat_ws",
    "current_date",
    "greatest",
    "least",
    "listagg",
    "map_concat",
    "normalize",
    "substring",
}


def test_the_table_is_trinos(trino: TrinoClient) -> None:
    assert {row[0] for row in trino.answer_to("SHOW FUNCTIONS").rows} == TABLE


def test_what_is_given_is_in_the_table() -> None:
    assert NAMES - TABLE == OF_THE_GRAMMAR


def test_functions_take_as_many_arguments_as_trinos(trino: TrinoClient) -> None:
    counts: dict[str, set[int]] = {}
    for name, _, types, *_ in trino.answer_to("SHOW FUNCTIONS").rows:
        counts.setdefault(name, set()).add(_arguments(types))
    shown = {name: " ".join(map(str, sorted(found))) for name, found in counts.items()}

    assert {name for name in TABLE if counts_of(name) != shown[name]} == OTHER_COUNTS


def _arguments(types: str) -> int:
    """How many types there are: `map(K,V), function(K,V,boolean)` are two."""
    outside = types
    while (inner := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = inner
    return outside.count(",") + 1 if outside else 0
