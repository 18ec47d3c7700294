"""The catalog as clients see it: the lake's layers as databases, and the registry's tables beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from millrace.athena_sql.endpoint.lake.glue_table_source import stored_table
from millrace.athena_sql.endpoint.ports import ObjectStore, QueryableTables, RegisteredTable, TableRegistry
from millrace.athena_sql.endpoint.problems import invalid, metadata_not_found
from millrace.athena_sql.endpoint.statements.kinds import CATALOG, TableName
from millrace.athena_sql.engines.athena.types import value_reader
from millrace.athena_sql.ports import Column, ParquetData, RowData, TableData, Value
from millrace.athena_sql.tables import RAW_COLUMNS
from millrace.aws.glue_layout import PARQUET_TABLE, VIEW_TYPE
from millrace.lake.keys import CRAWLED

SHOWN_CATALOG = "AwsDataCatalog"
INFORMATION_SCHEMA = "information_schema"
_LAYERS = (CRAWLED, "ops", "prod", "raw", "staging")
_PARTITIONED_BY = ("dt", "hour")
_PARTITIONS = "$partitions"
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_STAGE_DATABASE = re.compile(rf"millrace_[a-z]+_({'|'.join(_LAYERS)})")
_SCHEMATA = (Column("catalog_name", "string"), Column("schema_name", "string"))
_TABLES = (
    Column("table_catalog", "string"),
    Column("table_schema", "string"),
    Column("table_name", "string"),
    Column("table_type", "string"),
)
_COLUMNS = (
    *_TABLES[:3],
    Column("column_name", "string"),
    Column("ordinal_position", "bigint"),
    Column("column_default", "string"),
    Column("is_nullable", "string"),
    Column("data_type", "string"),
    Column("comment", "string"),
    Column("extra_info", "string"),
)
_VIEWS = (*_TABLES[:3], Column("view_definition", "string"))


def check_catalog(name: str) -> None:
    """Raises RequestRefused for any catalog but AwsDataCatalog."""
    if name.lower() != SHOWN_CATALOG.lower():
        raise invalid(f"Data catalog {name} was not found.")


@dataclass(frozen=True, slots=True)
class DescribedTable:
    """A table's metadata. `columns`: without the partition keys; `registered`: None for the lake's own tables."""

    name: TableName
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    registered: RegisteredTable | None = None

    @property
    def is_view(self) -> bool:
        return self.registered is not None and bool(self.registered.view)

    @property
    def type(self) -> str:
        """As Glue names it."""
        return VIEW_TYPE if self.is_view else "EXTERNAL_TABLE"

    @property
    def properties(self) -> Mapping[str, str]:
        return self.registered.properties if self.registered else PARQUET_TABLE


@dataclass(frozen=True)
class CatalogView:
    """The TableSource and KnownTables ports over the lake's tables and, if there is one, a registry's."""

    lake: QueryableTables
    registry: TableRegistry | None = None
    objects: ObjectStore | None = None

    # tables, for the engine

    def names(self) -> list[str]:
        return self.lake.names()

    def has_table(self, name: str) -> bool:
        database, _, short = name.partition(".")
        if database == INFORMATION_SCHEMA:
            return short in ("schemata", "tables", "columns", "views")
        if short.endswith(_PARTITIONS):
            return self._partitioned(name) is not None
        return _lake_name(name) in self.lake.names() or self._registered(name) is not None

    def has_database(self, name: str) -> bool:
        return (
            name in self.databases()
            or _STAGE_DATABASE.fullmatch(name) is not None
            or (self.registry is not None and self.registry.has_database(name))
        )

    def is_lake_table(self, name: TableName) -> bool:
        """Whether Millrace's workflows write this table, under any of its names."""
        return _lake_name(str(name)) in self.lake.names()

    def is_layer(self, database: str) -> bool:
        """Whether a database is one of the lake's layers, under any of its names."""
        return _lake_name(f"{database}.").rstrip(".") in _LAYERS

    def table(self, name: str) -> TableData:
        """Raises UnknownName."""
        database, _, short = name.partition(".")
        if database == INFORMATION_SCHEMA:
            return self._information_schema(short)
        if described := self._partitioned(name):
            return self._partition_rows(described)
        if _lake_name(name) not in self.lake.names() and (found := self._registered(name)):
            assert self.objects is not None
            return stored_table(found, self.objects)
        return self.lake.table(_lake_name(name))

    def columns(self, name: str) -> tuple[Column, ...]:
        """The declared columns of one of the lake's tables or views, or of a registered view."""
        if _lake_name(name) not in self.lake.names() and (found := self._registered(name)):
            return found.columns
        return self.lake.columns(_lake_name(name))

    # metadata, for clients

    def databases(self) -> list[str]:
        layers = {name.partition(".")[0] for name in self.lake.names()}
        others = self.registry.databases() if self.registry else []
        return sorted({*layers, *others})

    def described(self, database: str) -> list[DescribedTable]:
        """Every table of a database. Raises RequestRefused (MetadataException) for an unknown database."""
        if not self.has_database(database):
            raise metadata_not_found(f"Database {database} not found.")
        layer = _lake_name(f"{database}.").rstrip(".")
        lake = [
            self._of_lake(TableName(database, name.partition(".")[2]), name)
            for name in self.lake.names()
            if name.startswith(f"{layer}.") and self._has_columns(name)
        ]
        taken = {each.name.name for each in lake}
        others = self.registry.tables(database) if self.registry else []
        found = [*lake, *(_of_registry(table) for table in others if table.name.name not in taken)]
        return sorted(found, key=lambda each: each.name.name)

    def describe(self, name: TableName) -> DescribedTable:
        """Raises RequestRefused (MetadataException) for an unknown table."""
        known = _lake_name(str(name))
        if known in self.lake.names() and self._has_columns(known):
            return self._of_lake(name, known)
        if found := self._registered(str(name)):
            return _of_registry(found)
        raise metadata_not_found(f"Table {name.name} not found in database {name.database}.")

    def partitions(self, name: TableName) -> list[str]:
        """In the form of SHOW PARTITIONS: `dt=2024-05-30/hour=08`."""
        described = self.describe(name)
        keys = [key.name for key in described.partition_keys]
        return [
            "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
            for values in self._partition_values(described)
        ]

    def _partition_values(self, described: DescribedTable) -> list[tuple[str, ...]]:
        """For each partition the text of each key."""
        if described.registered:
            return [values for values, _ in described.registered.partitions]
        data = self.table(str(described.name))
        if isinstance(data, ParquetData) and data.partitioned:
            return sorted({(file.partition,) for file in data.files})
        objects = getattr(data, "keys", ())
        return sorted({tuple(part.partition("=")[2] for part in key.split("/") if "=" in part) for key in objects})

    def _partitioned(self, name: str) -> DescribedTable | None:
        """The table whose partitions `name` lists, as in `prod.taxi_availability$partitions`; None for other names."""
        table = name.removesuffix(_PARTITIONS)
        if table == name or table.endswith(_PARTITIONS) or not self.has_table(table):
            return None
        database, _, short = table.partition(".")
        described = self.describe(TableName(database, short))
        return described if described.partition_keys else None

    def _partition_rows(self, described: DescribedTable) -> RowData:
        keys = described.partition_keys
        return RowData(
            keys,
            tuple(
                {key.name: _value(key, text) for key, text in zip(keys, values, strict=True)}
                for values in self._partition_values(described)
            ),
        )

    def _has_columns(self, name: str) -> bool:
        """A dataset without files has none yet: as on AWS, a crawler would have made no table."""
        return not name.startswith(f"{CRAWLED}.") or bool(self.lake.columns(name))

    def _of_lake(self, name: TableName, known: str) -> DescribedTable:
        columns = self.lake.columns(known) or RAW_COLUMNS
        raw = known.startswith("raw.")
        keys = _PARTITIONED_BY if raw else _PARTITIONED_BY[:1] if columns[-1].name == "dt" else ()
        if known.startswith(("ops.", f"{CRAWLED}.")):
            keys = ()
        return DescribedTable(
            name,
            tuple(column for column in columns if column.name not in keys),
            tuple(column for column in columns if column.name in keys),
        )

    def _registered(self, name: str) -> RegisteredTable | None:
        database, _, short = name.partition(".")
        return self.registry.table(TableName(database, short)) if self.registry else None

    def _information_schema(self, name: str) -> RowData:
        if name == "schemata":
            return RowData(
                _SCHEMATA,
                tuple(
                    {"catalog_name": CATALOG, "schema_name": each} for each in [*self.databases(), INFORMATION_SCHEMA]
                ),
            )
        found = [each for database in self.databases() for each in self.described(database)]
        if name == "views":
            views = [(each, each.registered.view) for each in found if each.registered and each.is_view]
            return RowData(_VIEWS, tuple({**_table_columns(each), "view_definition": sql} for each, sql in views))
        if name == "tables":
            types = {True: "VIEW", False: "BASE TABLE"}
            return RowData(
                _TABLES, tuple({**_table_columns(each), "table_type": types[each.is_view]} for each in found)
            )
        return RowData(
            _COLUMNS,
            tuple(
                {
                    **_table_columns(each),
                    "column_name": column.name,
                    "ordinal_position": at,
                    "is_nullable": "YES",
                    "data_type": sql_type(column.type),
                    "comment": column.description or None,
                    "extra_info": "partition key" if column in each.partition_keys else None,
                }
                for each in found
                for at, column in enumerate([*each.columns, *each.partition_keys], start=1)
            ),
        )


def sql_type(ddl: str) -> str:
    """A declared type as SQL and information_schema name it: `varchar`, `integer`, `timestamp(3)`."""
    return {
        "string": "varchar",
        "int": "integer",
        "float": "real",
        "timestamp": "timestamp(3)",
        "binary": "varbinary",
    }.get(ddl, ddl)


def _value(key: Column, text: str) -> Value:
    return None if text == _NULL_PARTITION else value_reader(key.type)(text)


def _table_columns(each: DescribedTable) -> dict[str, str]:
    return {"table_catalog": CATALOG, "table_schema": each.name.database, "table_name": each.name.name}


def _of_registry(table: RegisteredTable) -> DescribedTable:
    return DescribedTable(table.name, table.columns, table.partition_keys, table)


def _lake_name(name: str) -> str:
    """The lake's name of a table or database: `millrace_<stage>_<layer>`, the database on AWS, becomes the layer."""
    database, dot, short = name.partition(".")
    found = _STAGE_DATABASE.fullmatch(database)
    return f"{found[1] if found else database}{dot}{short}"
