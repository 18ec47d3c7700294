"""A catalog on Glue and its stored state, for tests in which processes come and go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.athena_sql.ports import WrittenFile
from millrace.athena_sql.tables import Table
from millrace.clock import ManualClock
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
from millrace.lake.keys import version_prefix
from millrace.state.dynamo_keys import REDO
from tests.contracts import aws
from tests.doubles.spy import Spy

START = datetime(2024, 5, 30, tzinfo=UTC)
PROD, AREA = "prod.taxi_availability", "prod.area"
DAYS = ("2024-05-29", "2024-05-30", "2024-05-31")


class GlueStores:
    """A catalog and its stored state, as processes come and go."""

    def __init__(self) -> None:
        self.place = aws.new_place()
        self.clock = ManualClock(START)
        self.glue, self.dynamodb = Spy(aws.clients().glue), Spy(aws.one_at_a_time())
        self.catalog = self.process()

    def process(self, glue: Any = None, dynamodb: Any = None) -> GlueCatalog:
        return aws.new_catalog(self.place, self.clock, glue=glue or self.glue, dynamodb=dynamodb or self.dynamodb)

    def declaring(self, table: Table) -> GlueCatalog:
        """A process whose code declares this table, and no other."""
        place = self.place
        return GlueCatalog(
            self.glue,  # type: ignore[arg-type]  # it notes the calls of a client
            place.state(self.dynamodb),
            place.storage,
            place.table,
            self.clock,
            describe=lambda _: table,
            sleep=lambda _: None,
        )

    def partitions(self, table: str) -> dict[str, Any]:
        """What Glue has of each partition."""
        layer, name = table.split(".")
        pages = aws.clients().glue.get_paginator("get_partitions")
        found = pages.paginate(DatabaseName=self.database(layer), TableName=name)
        return {one["Values"][0]: one for page in found for one in page["Partitions"]}

    def columns(self, table: str) -> dict[str, list[tuple[str, str]]]:
        """The names and types of those of a table, by "", and of each partition."""
        found = {"": self.table(*table.split(".")), **self.partitions(table)}
        return {
            name: [(column["Name"], column["Type"]) for column in one["StorageDescriptor"]["Columns"]]
            for name, one in found.items()
        }

    def database(self, layer: str) -> str:
        return f"millrace_{self.place.table}_{layer}"

    def location(self, of: PartitionVersion) -> str:
        dt = f"dt={of.partition}/" if of.partition else ""
        return self.place.storage.location(version_prefix(of.table, of.version) + dt)

    def shown(self, table: str) -> dict[str, str]:
        """What a reader finds in Glue: each partition's location."""
        return {name: one["StorageDescriptor"]["Location"] for name, one in self.partitions(table).items()}

    def table(self, layer: str, name: str) -> Any:
        return aws.clients().glue.get_table(DatabaseName=self.database(layer), Name=name)["Table"]

    def candidates(self) -> list[str]:
        try:
            found = aws.clients().glue.get_tables(DatabaseName=self.database("candidate"))["TableList"]
        except aws.clients().glue.exceptions.EntityNotFoundException:
            return []
        return [one["Name"] for one in found]

    def redos(self) -> int:
        return len(list(self.place.state().items(REDO)))


def version(name: str, partition: str = "2024-05-30", table: str = PROD, rows: int = 7) -> PartitionVersion:
    dt = f"dt={partition}/" if partition else ""
    file = WrittenFile(f"{version_prefix(table, name)}{dt}part-00000.parquet", partition, rows, 100)
    return PartitionVersion(table, partition, name, (file,) if rows else ())


def publish(catalog: GlueCatalog, *versions: PartitionVersion) -> None:
    catalog.register(versions)
    catalog.flip(versions)


def days(count: int, name: str, rows: int = 1) -> list[PartitionVersion]:
    first = START - timedelta(days=count)
    return [version(name, f"{first + timedelta(days=day):%Y-%m-%d}", rows=rows) for day in range(count)]
