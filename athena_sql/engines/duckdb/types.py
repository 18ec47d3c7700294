"""Type names between Athena and DuckDB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from millrace.athena_sql.engines.duckdb.translation.times.carriers import carried_type
from millrace.errors import DefinitionError
from millrace.sql_quoting import identifier

_TO_DUCKDB = MappingProxyType(
    {
        "string": "VARCHAR",
        "tinyint": "TINYINT",
        "smallint": "SMALLINT",
        "int": "INTEGER",
        "bigint": "BIGINT",
        "float": "FLOAT",
        "double": "DOUBLE",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "binary": "BLOB",
    }
)
_TO_ATHENA = MappingProxyType(
    {duckdb: athena for athena, duckdb in _TO_DUCKDB.items()}
    | {
        "HUGEINT": "bigint",  # the type of sums of integers, which is bigint in Athena
        "UTINYINT": "smallint",
        "USMALLINT": "int",
        "UINTEGER": "bigint",
        "UBIGINT": "decimal(20,0)",
        "TIMESTAMP_S": "timestamp",
        "TIMESTAMP_MS": "timestamp",
        "TIMESTAMP_NS": "timestamp",
        "UUID": "string",
        '"NULL"': "unknown",
    }
)
NESTED = frozenset({"list", "array", "map", "struct"})  # the ids of DuckDB's types that have children
_DECIMAL = re.compile(r"decimal\((\d+), ?(\d+)\)", re.IGNORECASE)


def to_duckdb(athena: str) -> str:
    """Raises DefinitionError for a type that no table may declare."""
    if athena in _TO_DUCKDB:
        return _TO_DUCKDB[athena]
    if match := _DECIMAL.fullmatch(athena):
        return f"DECIMAL({match[1]}, {match[2]})"
    if athena.endswith(">"):
        from sqlglot import exp  # most commands read no nested type
        from sqlglot.errors import ParseError

        with suppress(ParseError):
            return exp.DataType.build(athena, dialect="hive").sql("duckdb")
    raise DefinitionError(
        f"unknown column type {athena!r}.", hint=f"Choose one of: {', '.join(_TO_DUCKDB)}, decimal(p,s)."
    )


def to_athena(duckdb: Any) -> str:
    """Athena's DDL name of a DuckDB type (as `cursor.description` gives it)."""
    if kind := carried_type(duckdb):
        return kind
    children: Mapping[str, Any] = dict(duckdb.children) if duckdb.id in NESTED else {}
    match duckdb.id:
        case "list" | "array":
            return f"array<{to_athena(children['child'])}>"
        case "map":
            return f"map<{to_athena(children['key'])},{to_athena(children['value'])}>"
        case "struct":
            return f"struct<{','.join(f'{name}:{to_athena(child)}' for name, child in children.items())}>"
    text = str(duckdb)
    if match := _DECIMAL.fullmatch(text):
        return f"decimal({match[1]},{match[2]})"
    return _TO_ATHENA.get(text, text.lower())


def in_small_letters(value: str, athena: str) -> str:
    """An expression whose nested fields have names in small letters. `athena`: the type that it has in DuckDB."""
    if athena == athena.lower():
        return value
    from sqlglot import exp

    return _renamed(value, exp.DataType.build(athena, dialect="hive"))


def _renamed(value: str, type_: Any, depth: int = 0) -> str:
    """A cast would not do: to DuckDB, names that differ in case are the same."""
    children = type_.expressions
    if type_.this.value == "ARRAY":
        each = f"each_{depth}"
        return f"list_transform({value}, lambda {each}: {_renamed(each, children[0], depth + 1)})"
    if type_.this.value != "STRUCT":
        return value
    fields = ((field.this.name, field.args["kind"]) for field in children)
    packed = ", ".join(
        f"{identifier(name.lower())} := {_renamed(f'({value}).{identifier(name)}', kind, depth)}"
        for name, kind in fields
    )
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({packed}) END"
