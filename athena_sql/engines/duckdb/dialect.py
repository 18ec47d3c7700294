"""DuckDB's dialect for Athena's statements: corrections to what sqlglot's own DuckDB dialect writes."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.generators.duckdb import DuckDBGenerator


def _quantile(self: Any, node: exp.ApproxQuantile) -> str:
    """DuckDB wants the quantile as a FLOAT, and does not convert a DOUBLE by itself."""
    quantile = node.args["quantile"]
    type_ = "FLOAT[]" if isinstance(quantile, exp.Array) else "FLOAT"
    return f"APPROX_QUANTILE({self.sql(node, 'this')}, CAST({self.sql(quantile)} AS {type_}))"


class AthenaOnDuckDb(DuckDB):
    """DuckDB's dialect, giving Athena's rows and types."""

    class Generator(DuckDBGenerator):
        TRANSFORMS = {**DuckDBGenerator.TRANSFORMS, exp.ApproxQuantile: _quantile}  # noqa: RUF012 - sqlglot's own way


DUCKDB = AthenaOnDuckDb()
