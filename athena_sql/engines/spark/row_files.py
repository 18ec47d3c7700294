"""A statement's rows as Parquet files for DuckDB to read, so that they take no memory of this process.

Spark writes them below the lake's root, where the whole cluster can write, into a folder that lasts as long as the
export. From an address they are then copied to this machine. A lake in a folder that cannot be written has them in the
system's folder of temporary files.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.engines.spark.types import columns_of, instants_to_utc
from millrace.athena_sql.engines.spark.written_files import WrittenFolder
from millrace.athena_sql.ports import Column
from millrace.lake.keys import EXPORTS
from millrace.sql_quoting import identifier, literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_FILE_FORMAT = {"compression": "snappy", "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}
_NOT_IN_PARQUET = ("void", "interval")  # such values are written as text


@dataclass(frozen=True, slots=True)
class SparkRows:
    """Rows that Spark has computed. `files`: in the order of the rows, in `folder`; their columns are `c0`, `c1`..."""

    columns: tuple[Column, ...]
    folder: Path
    files: tuple[Path, ...]

    @property
    def sql(self) -> str:
        """DuckDB's SQL for the rows."""
        if not self.files:
            empty = (f"CAST(NULL AS {to_duckdb(one.type)}) AS {identifier(one.name)}" for one in self.columns)
            return f"SELECT {', '.join(empty)} WHERE false"
        selected = ", ".join(f"c{number} AS {identifier(one.name)}" for number, one in enumerate(self.columns))
        return f"SELECT {selected} FROM read_parquet([{', '.join(literal(str(file)) for file in self.files)}])"


@contextmanager
def computed(session: SparkSession, root: str, frame: DataFrame) -> Iterator[SparkRows]:
    """The frame's rows, in files that exist as long as the context. `root`: the lake's folder or address."""
    storable = _storable(frame)
    types = (column.type for column in columns_of(storable))
    columns = tuple(Column(name, type_) for name, type_ in zip(frame.columns, types, strict=True))
    with TemporaryDirectory(prefix="millrace-spark-") as temporary:
        is_folder = root.startswith("/")
        base = temporary if is_folder and not os.access(root, os.W_OK) else root
        written = WrittenFolder(session, base, f"{EXPORTS}/{uuid.uuid4().hex}/")
        try:
            storable.write.options(**_FILE_FORMAT).parquet(written.address)
            files = [Path(base) / one.key for one in written.files()] if is_folder else written.copies(Path(temporary))
            yield SparkRows(columns, files[0].parent if files else Path(temporary), tuple(files))
        finally:
            written.remove()


def _storable(frame: DataFrame) -> DataFrame:
    """The rows as Parquet can hold them, columns named by position: their own names may be equal."""
    names = [f"c{number}" for number in range(len(frame.columns))]
    numbered = instants_to_utc(frame).toDF(*names)
    types = [field.dataType.typeName() for field in numbered.schema.fields]
    return numbered.selectExpr(
        *(
            f"CAST({name} AS STRING) AS {name}" if type_.endswith(_NOT_IN_PARQUET) else name
            for name, type_ in zip(names, types, strict=True)
        )
    )
