"""Tables in Glue's catalog, read by name: however long their history, no list of files is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.athena_sql.ports import ParquetData, TableData, TableSource
from millrace.athena_sql.tables import DeclaredTables
from millrace.aws.calls import translated

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


@dataclass(frozen=True, slots=True)
class CataloguedData(ParquetData):
    """The table `name` of the Glue database `database`; `files` stays empty, because the catalog knows them."""

    database: str = ""
    name: str = ""


class CataloguedTables:
    """The TableSource port: the tables of the layers in `databases` are in Glue; all others come from `source`.

    `declared`: the tables of the project. One that is not in Glue yet has never been published, and is empty.
    """

    def __init__(
        self, source: TableSource, declared: DeclaredTables, client: GlueClient, databases: Mapping[str, str]
    ) -> None:
        self._source, self._declared, self._client, self._databases = source, declared, client, dict(databases)
        self._known_in_glue: set[str] = set()

    def names(self) -> list[str]:
        return sorted({*self._source.names(), *self._declared.names()})

    def table(self, name: str) -> TableData:
        layer, _, short = name.partition(".")
        if layer not in self._databases:
            return self._source.table(name)
        known = self._declared.table(name)
        columns = known.data_columns
        if not self._is_in_glue(name, self._databases[layer], short):
            return ParquetData(columns, (), known.partitioned)
        return CataloguedData(columns, (), known.partitioned, self._databases[layer], short)

    def _is_in_glue(self, name: str, database: str, short: str) -> bool:
        if name not in self._known_in_glue:
            with translated("glue", f"{database}.{short}"):
                try:
                    self._client.get_table(DatabaseName=database, Name=short)
                except self._client.exceptions.EntityNotFoundException:
                    return False
            self._known_in_glue.add(name)
        return True
