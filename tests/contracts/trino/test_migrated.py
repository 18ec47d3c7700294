"""A table whose declaration changes, read by Trino after each call that changes Glue: readers go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from millrace.athena_sql.ports import Column, WrittenFile
from millrace.athena_sql.tables import Table
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches
from millrace.glue_workflow.stores.aws.glue_columns import TablePlan
from millrace.glue_workflow.stores.aws.table_migration import TableMigration
from millrace.lake.keys import version_prefix
from tests.contracts import aws
from tests.contracts.trino.client import TrinoClient
from tests.doubles.faults import Killed
from tests.doubles.spy import Spy
from tests.unit.glue_workflow.stores.aws.glue_lake import PROD, GlueStores, days

A, B, C, DT = Column("a", "int"), Column("b", "string"), Column("c", "date"), Column("dt", "date")
BEFORE, AFTER = Table(PROD, "", (A, B, DT)), Table(PROD, "", (C, A, B, DT))
NAMES = [one.partition for one in days(101, "")]  # two batches


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[GlueStores]:
    """A hundred and one partitions of one row each."""
    stores = GlueStores()
    publish(stores, BEFORE, tmp_path, "a-1", "SELECT 1::INT AS a, 'x' AS b", NAMES)
    yield stores
    aws.drop_databases(stores.place.table)


def publish(lake: GlueStores, table: Table, folder: Path, version: str, row: str, partitions: list[str]) -> None:
    file = folder / f"{version}.parquet"
    duckdb.connect().execute(f"COPY ({row}) TO '{file}' (FORMAT parquet)")
    made = []
    for dt in partitions:
        key = f"{version_prefix(PROD, version)}dt={dt}/part-00000.parquet"
        lake.place.storage.put(key, file.read_bytes())
        made.append(PartitionVersion(PROD, dt, version, (WrittenFile(key, dt, 1, file.stat().st_size),)))
    catalog = lake.declaring(table)
    catalog.register(made)
    catalog.flip(made)


def migrate(lake: GlueStores, table: Table, *, dies_after: int = 0) -> TablePlan:
    changes, glue = [0], Spy(aws.clients().glue)

    def call(real: Any, **arguments: Any) -> Any:
        told = real(**arguments)
        changes[0] += 1
        if changes[0] == dies_after:
            raise Killed
        return told

    glue.instead |= {"update_table": call, "batch_update_partition": call}
    place, client = lake.place, glue
    noted: Any = client  # it notes the calls of a client
    return TableMigration(GlueBatches(noted), place.storage, place.table, describe=lambda _: table).carry_out(PROD)


def test_readers_go_on_while_a_column_is_added(lake: GlueStores, over_glue: TrinoClient, tmp_path: Path) -> None:
    of = f"{lake.database('prod')}.taxi_availability"
    old = f"SELECT count(*), sum(a), min(b), max(b) FROM {of}"
    new = f"SELECT count(*), count(c) FROM {of}"
    assert over_glue.answer_to(old).rows == [[101, 101, "x", "x"]]

    for dies_after in (1, 1):  # the table; then one batch of partitions
        with pytest.raises(Killed):
            migrate(lake, AFTER, dies_after=dies_after)
        assert over_glue.answer_to(old).rows == [[101, 101, "x", "x"]]
        assert over_glue.answer_to(new).rows == [[101, 0]]
    assert migrate(lake, AFTER).behind == 1

    publish(lake, AFTER, tmp_path, "b-1", "SELECT DATE '2024-05-30' AS c, 2::INT AS a, 'y' AS b", NAMES[:1])
    assert over_glue.answer_to(old).rows == [[101, 102, "x", "y"]]
    assert over_glue.answer_to(new).rows == [[101, 1]]


def test_readers_go_on_when_a_column_is_renamed_until_all_are_reprocessed(
    lake: GlueStores, over_glue: TrinoClient, tmp_path: Path
) -> None:
    of = f"{lake.database('prod')}.taxi_availability"
    renamed = Table(PROD, "", (Column("n", "bigint"), B, DT))
    row = "SELECT 3::BIGINT AS n, 'y' AS b"

    assert migrate(lake, renamed).needs_reprocess
    publish(lake, renamed, tmp_path, "b-1", row, NAMES[:1])
    assert over_glue.answer_to(f"SELECT sum(a), sum(n), count(b) FROM {of}").rows == [[100, 3, 101]]

    publish(lake, renamed, tmp_path, "c-1", row, NAMES)
    assert over_glue.answer_to(f"SELECT * FROM {of} WHERE dt = DATE '{NAMES[5]}'").rows == [[3, "y", NAMES[5]]]
