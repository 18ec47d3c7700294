"""The runtime of a lake in a folder: the engines it chooses, and a lake that does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.errors import LakeError, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import EngineName, Settings


def test_the_engines_of_a_lake_in_a_folder(tmp_path: Path) -> None:
    with LocalRuntime(Settings(tmp_path)) as runtime:
        assert isinstance(runtime.engine, DuckDbEngine)
        assert runtime.engine_named(None) is runtime.engine
        assert isinstance(runtime.engine_named(EngineName.SPARK), SparkEngine)
        with pytest.raises(UsageError, match="Athena cannot read a lake in a folder"):
            runtime.engine_named(EngineName.ATHENA)
    with LocalRuntime(Settings(tmp_path, engine=EngineName.SPARK)) as runtime:
        assert isinstance(runtime.engine_named(None), SparkEngine)
        assert isinstance(runtime.engine, DuckDbEngine), "ad hoc queries and the audit use DuckDB"


def test_a_missing_lake_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"there is no lake at .*MILLRACE_HOME"):
        LocalRuntime.existing(Settings(tmp_path / "none"))
