"""How Spark reads each kind of table data: as a temporary view, for one statement.

Columns have their declared types, so that files of another engine look the same. `dt` comes from the path, for raw
objects too (their layout puts each record under its envelope's `dt`), so that a predicate on `dt` skips whole files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import reduce
from itertools import count, groupby
from math import isinf
from typing import TYPE_CHECKING

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.spark.dialect import SPARK
from millrace.athena_sql.engines.spark.types import to_spark
from millrace.athena_sql.language.typed_trees import column_types
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Column, JsonData, ParquetData, ParquetFile, RawData, ReadableData, RowData, Value
from millrace.athena_sql.statements.payload_projection import PAYLOAD, PayloadPart, take_part
from millrace.athena_sql.tables import RAW_COLUMNS, columns_of
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.sql_quoting import BACKTICK, hive_literal
from millrace.sql_quoting import identifier as quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession

_SOURCE_OBJECT = "source_object"
_SIGNS_OF_PATTERNS = frozenset("{}[]*?\\")  # SparkHadoopUtil.isGlobPath
_NO_PATTERNS = ("__globPaths__", "false")  # [, *, { and others stand for themselves in a path

_view_number = count(1)


class SparkTables:
    """The temporary views of one statement. `schema`: their column types, as `typed_trees` takes them."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self.schema: dict[str, dict[str, str]] = {}

    def read(self, data: ReadableData, node: exp.Table) -> exp.Expr:
        part = take_part(node) if isinstance(data, RawData) else None
        name = f"millrace_{next(_view_number)}"
        _frame(self._session, data, part).createOrReplaceTempView(name)
        types = column_types(columns_of(data))
        self.schema[name] = types | ({PAYLOAD: part.type.sql(ATHENA)} if part else {})
        return exp.to_identifier(name)

    def drop(self) -> None:
        for name in self.schema:
            self._session.catalog.dropTempView(name)


def local_address(location: str) -> str:
    """A path of this machine as a file:// address: without a scheme, a cluster would look in its own file system."""
    return f"file://{location}" if location.startswith("/") else location


def identifier(name: str) -> str:
    return quoted(name, BACKTICK)


def _frame(session: SparkSession, data: ReadableData, part: PayloadPart | None) -> DataFrame:
    match data:
        case ParquetData(files=()) | RawData(keys=()) | RowData(rows=()):
            return _no_rows(session, columns_of(data), part)
        case ParquetData():
            return _parquet(session, data)
        case RawData():
            return _raw(session, data, part)
        case RowData():
            return _rows(session, data)
        case JsonData():
            return _json(session, data)


def _no_rows(session: SparkSession, columns: Sequence[Column], part: PayloadPart | None) -> DataFrame:
    types = {column.name: to_spark(column.type) for column in columns} | ({PAYLOAD: _part_type(part)} if part else {})
    typed = ", ".join(f"CAST(NULL AS {type_}) AS {identifier(name)}" for name, type_ in types.items())
    return session.sql(f"SELECT {typed} WHERE false")


def _parquet(session: SparkSession, data: ParquetData) -> DataFrame:
    columns = [_cast(column) for column in data.columns]
    if not data.partitioned:
        return _loaded(_stored(session, data).parquet, _addresses(data.files)).selectExpr(*columns)
    if base := _common_base(data.files):
        reader = _stored(session, data, "run STRING, dt DATE").option("basePath", local_address(base))
        return _loaded(reader.parquet, _addresses(data.files)).selectExpr(*columns, "dt")
    parts = [
        _loaded(_stored(session, data).parquet, _addresses(files)).selectExpr(
            *columns, f"CAST({hive_literal(partition)} AS DATE) AS dt"
        )
        for partition, files in groupby(sorted(data.files, key=_partition), key=_partition)
    ]
    return reduce(lambda union, part: union.unionAll(part), parts)


def _loaded(load: Callable[..., DataFrame], addresses: Iterable[str]) -> DataFrame:
    """The rows of these files. Where some have a `[` or another sign of patterns in their names, Spark reads the others
    twice, though it was told that there are no patterns (DataSource.checkAndGlobPathIfNecessary): so apart from them.
    """
    files = sorted(addresses, key=_is_like_a_pattern)
    apart = [load(*group) for _, group in groupby(files, key=_is_like_a_pattern)]
    return reduce(lambda union, part: union.unionAll(part), apart)


def _is_like_a_pattern(address: str) -> bool:
    return not _SIGNS_OF_PATTERNS.isdisjoint(address)


def _stored(session: SparkSession, data: ParquetData, *path_fields: str) -> DataFrameReader:
    """A reader with the stored schema and `path_fields`. Timestamps are read with a zone: without one, Spark would read
    only one of the two kinds that files hold."""
    types = {column.name: "timestamp_ltz" if column.type == "timestamp" else column.type for column in data.columns}
    fields = [f"{identifier(name)} {type_}" for name, type_ in types.items()]
    return session.read.option(*_NO_PATTERNS).schema(", ".join([*fields, *path_fields]))


def _common_base(files: Sequence[ParquetFile]) -> str:
    """The folder of all versions, if every file lies in `<folder>/run=.../dt=<partition>/`; else ""."""
    bases = set()
    for file in files:
        version, partition, _ = file.location.rpartition(f"/dt={file.partition}/")
        folder, _, run = version.rpartition("/")
        bases.add(folder if partition and run.startswith("run=") else "")
    return bases.pop() if len(bases) == 1 else ""


def _json(session: SparkSession, data: JsonData) -> DataFrame:
    """Each column, and each field of it, by its name in small letters: a cast of structs goes by their order."""
    declared = ", ".join(f"{identifier(one.name)} {to_spark(one.type)}" for one in data.stored)
    reader = session.read.option(*_NO_PATTERNS).option("mode", "FAILFAST").schema(declared)
    selected = [
        f"CAST({identifier(stored.name)} AS {to_spark(column.type)}) AS {identifier(column.name)}"
        for stored, column in zip(data.stored, data.columns, strict=True)
    ]
    return _loaded(lambda *files: reader.json([*files]), map(local_address, data.files)).selectExpr(*selected)


def _raw(session: SparkSession, data: RawData, part: PayloadPart | None) -> DataFrame:
    root = data.root.rstrip("/") + "/"
    types = {column.name: to_spark(column.type) for column in RAW_COLUMNS}
    if part:
        types[PAYLOAD] = _structure(part)
    reader = (
        session.read.option(*_NO_PATTERNS)
        .schema(", ".join(f"{identifier(name)} {type_}" for name, type_ in types.items() if name != _SOURCE_OBJECT))
        .option("basePath", local_address(root + data.keys[0].partition("/dt=")[0]))
        .option("mode", "FAILFAST")
        .option("lineSep", "\n")
    )
    selected = {column.name: identifier(column.name) for column in RAW_COLUMNS}
    selected[_SOURCE_OBJECT] = f"substring_index(_metadata.file_path, '/', -{RAW_LAYOUT.depth})"
    if part:
        selected[PAYLOAD] = _accessor(part)
    addresses = [local_address(root + key) for key in sorted(data.keys)]
    objects = _loaded(lambda *files: reader.json([*files]), addresses)
    return objects.selectExpr(*(f"{value} AS {identifier(name)}" for name, value in selected.items()))


def _rows(session: SparkSession, data: RowData) -> DataFrame:
    """Rows as JSON text, cast to the declared types: Python rows would need the same Python on each of the workers."""
    names = [column.name for column in data.columns]
    text = json.dumps([{name: _text(row.get(name)) for name in names} for row in data.rows], ensure_ascii=False)
    structure = ", ".join(f"{identifier(name)}: STRING" for name in names)
    inline, type_ = hive_literal(text), hive_literal(f"ARRAY<STRUCT<{structure}>>")
    frame = session.sql(f"SELECT inline(from_json({inline}, {type_}, map('mode', 'FAILFAST')))")
    return frame.selectExpr(*map(_cast, data.columns))


def _cast(column: Column) -> str:
    name = identifier(column.name)
    return f"CAST({name} AS {to_spark(column.type)}) AS {name}"


def _addresses(files: Iterable[ParquetFile]) -> list[str]:
    return [local_address(file.location) for file in files]


def _partition(file: ParquetFile) -> str:
    return file.partition


def _part_type(part: PayloadPart) -> str:
    """Spark's name of the type. DuckDB's notation is between: in it timestamps have no zone and texts no length."""
    return exp.DataType.build(part.type.sql(DUCKDB), dialect=DUCKDB).sql(SPARK)


def _structure(part: PayloadPart) -> str:
    """The payload's type in Spark, reduced to this part."""
    declared = _part_type(part)
    for step in reversed(part.steps):
        declared = f"STRUCT<{identifier(step)}: {declared}>" if isinstance(step, str) else f"ARRAY<{declared}>"
    return declared


def _accessor(part: PayloadPart) -> str:
    accessor = PAYLOAD
    for step in part.steps:
        accessor = f"{accessor}.{identifier(step)}" if isinstance(step, str) else f"get({accessor}, {step})"
    return accessor


def _text(value: Value) -> str | None:
    """A value as text that casts back to it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return naive.isoformat(" ")
        case float() if isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
    return str(value)
