"""DataFrames of Spark for a script: tables read as frames, and frames written as files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.rules import require_given_columns
from millrace.athena_sql.engines.spark.types import columns_of, to_spark
from millrace.athena_sql.engines.spark.written_files import WrittenFolder
from millrace.athena_sql.ports import Column, Parameter, Statement, TableData, WrittenFile
from millrace.sql_quoting import BACKTICK, identifier

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Gives a statement's frame inside a context; once it is analyzed, the frame no longer needs the context's views.
FrameOf = Callable[[Statement, Mapping[str, Parameter], Mapping[str, TableData]], "AbstractContextManager[DataFrame]"]


@dataclass(frozen=True)
class SparkFrames:
    """The port Frames. `root` is the lake's."""

    session: SparkSession
    root: str
    frame_of: FrameOf

    def read(
        self, statement: Statement, parameters: Mapping[str, Parameter], tables: Mapping[str, TableData]
    ) -> DataFrame:
        with self.frame_of(statement, parameters, tables) as frame:
            return frame

    def write(self, frame: Any, columns: Sequence[Column], prefix: str) -> list[WrittenFile]:
        require_given_columns(columns_of(frame), columns)
        folder = WrittenFolder(self.session, self.root, prefix)
        names = {column.name: identifier(column.name, BACKTICK) for column in columns}
        selected = [f"CAST({names[one.name]} AS {to_spark(one.type)}) AS {names[one.name]}" for one in columns]
        frame.selectExpr(*selected).write.mode("overwrite").parquet(folder.address)
        return folder.files()


def carry(session: SparkSession, modules: Sequence[ModuleType], jars: Sequence[Path]) -> None:
    """Let workers have the functions of these modules, which they cannot import, and the session these archives."""
    from pyspark import cloudpickle

    for module in modules:
        if sys.modules.get(module.__name__) is module:
            cloudpickle.register_pickle_by_value(module)  # type: ignore[no-untyped-call]
    for jar in jars:
        session.sql(f"ADD JAR '{jar}'")  # in backticks, Spark takes it without a word and adds nothing
