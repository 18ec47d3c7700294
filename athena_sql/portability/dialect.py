"""Athena's dialect, in which statements are written, and the settings that make other engines answer as Athena does.

Other differences are rewritten for each engine (`engines/duckdb/dialect.py`, `engines/spark/dialect.py`) or refused
(`refusals.py`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.dialects.trino import Trino
from sqlglot.generator import Generator
from sqlglot.parser import Parser

from millrace.athena_sql.portability.json_paths import json_path

# What comes after a percent sign and is only text to Athena, where sqlglot's tree has a specifier of this name.
_ONLY_TEXT = ("A", "B", "G", "-")
_TEXTS = {f"%{letter}": letter for letter in _ONLY_TEXT} | {"%%": "%%"}
_WRITTEN = {letter: letter for letter in _ONLY_TEXT}


class TrinoStatements(Trino):
    """sqlglot's Trino, with formats of times and paths into JSON as Trino reads them."""

    TIME_MAPPING = {**Trino.TIME_MAPPING, **_TEXTS}  # noqa: RUF012 - sqlglot's own way
    INVERSE_TIME_MAPPING = _WRITTEN

    @classmethod
    def format_time(cls, expression: str | exp.Expr | None) -> exp.Expr | None:
        """An empty format stays one: sqlglot makes `None` of it."""
        is_empty = isinstance(expression, exp.Literal) and not expression.name
        return expression if is_empty else super().format_time(expression)  # type: ignore[return-value]

    def to_json_path(self, path: exp.Expr | None) -> exp.Expr | None:
        """A text that is no path of Trino's stays a text, which is refused then."""
        return (json_path(path.name) or path) if isinstance(path, exp.Literal) and path.is_string else path


class AthenaStatements(Athena):
    """sqlglot's Athena, whose queries are `TrinoStatements`."""

    TIME_MAPPING = TrinoStatements.TIME_MAPPING
    INVERSE_TIME_MAPPING = _WRITTEN

    def parser(self, **options: Any) -> Parser:
        return self.parser_class(**{"dialect": self, "trino": TRINO, **options})

    def generator(self, **options: Any) -> Generator:
        return self.generator_class(**{"dialect": self, "trino": TRINO, **options})


TRINO = TrinoStatements()  # the tokenizer of `Athena`, which reads Hive's DDL too, hides its tokens
ATHENA = AthenaStatements()

# Settings under which DuckDB answers as Athena does.
DUCKDB_SESSION = MappingProxyType(
    {
        "TimeZone": "UTC",
        "integer_division": True,  # 7 / 2 is 3
    }
)

# Settings under which Spark answers as Athena does: overflows, casts that fail and division by zero are errors, and a
# TIMESTAMP has no zone.
SPARK_SESSION = MappingProxyType(
    {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.legacy.timeParserPolicy": "CORRECTED",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",  # a product of DECIMALs keeps its scale
        "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
        "spark.sql.caseSensitive": "false",
    }
)

INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
FRACTIONS = frozenset(exp.DataType.REAL_TYPES)
