"""Names of columns, types and panels, made from the names that feeds use."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Container

# Reserved by Athena, DuckDB or Spark, or names of types that read badly as columns.
RESERVED = frozenset(
    """
    all alter analyse analyze and any array as asc asymmetric auth between bernoulli boolean both by case cast char
    check collate column constraint create cross cube current_catalog current_date current_path current_role
    current_schema current_time current_timestamp current_user deallocate decimal default deferrable delete desc
    describe distinct double drop else end escape except execute exists extract false fetch filter first float for
    foreign from full function grant group grouping having if ilike in initially inner insert int integer intersect
    interval into is isnull join json_array json_exists json_object json_query json_table json_value lambda lateral
    leading left like limit listagg localtime localtimestamp map minus natural normalize not notnull null offset on
    only or order out outer overlaps partition pivot placing position precision prepare primary qualify range recursive
    references returning right rollup row rows select semi session_user set similar skip some string struct summarize
    symmetric table tablesample text then time timestamp to trailing trim true uescape union unique unnest unpivot
    user using values varchar variadic view when where window with without zone
    """.split()  # noqa: SIM905 - a list of words
)
# Those that every staging table or its statement has already.
TAKEN = frozenset(
    """
    observed_at observed_at_local snapshot_id source_object repetition loaded_at run_id dt place entity entities
    payload snapshots listed taken measured
    """.split()  # noqa: SIM905 - a list of words
)
_LONGEST = 48


def snake_case(text: str) -> str:
    """In small ASCII letters, digits and underscores; "" where nothing of the text can be kept."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    plain = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    return plain[:_LONGEST].rstrip("_")


def column_name(path: tuple[str | int, ...], noun: str, used: Container[str]) -> str:
    """A name for the value at a path in an entity: that of its last field, else with more of the path, else a number.

    Not one of `used`, never reserved, never beginning with a digit.
    """
    words = [word for step in path if isinstance(step, str) and (word := snake_case(step))] or ["field"]
    for count in range(1, len(words) + 1):
        name = "_".join(words[-count:])
        if _is_free(name, used):
            return name
    name = f"{noun}_{words[-1]}"
    return name if _is_free(name, used) else numbered(name, used)


def numbered(name: str, used: Container[str]) -> str:
    """The name, with the first number from 2 that makes it a new one."""
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"


def type_name(word: str, used: Container[str]) -> str:
    """A name for a Python type, such as `Station` for `stations`."""
    name = "".join(part.capitalize() for part in singular(snake_case(word)).split("_")) or "Part"
    name = name if name[0].isalpha() else f"Part{name}"
    if name in used or hasattr(builtins, name) or keyword.iskeyword(name):
        number = 2
        while f"{name}{number}" in used:
            number += 1
        name = f"{name}{number}"
    return name


def singular(word: str) -> str:
    """English in its simplest form: `stations` is `station`, `taxis` is `taxi`, `categories` is `category`."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _is_free(name: str, used: Container[str]) -> bool:
    return name not in RESERVED and name not in TAKEN and name not in used and not name[0].isdigit()
