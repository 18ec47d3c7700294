"""Tables in Glue's catalog, read by name: however long their history, no list of files is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.athena_sql.ports import ParquetData, TableData, TableSource
from millrace.athena_sql.tables import table as declared
from millrace.athena_sql.tables import tables as all_declared
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

    A declared table that is not in Glue yet has never been published, and is empty.
    """

    def __init__(self, source: TableSource, client: GlueClient, databases: Mapping[str, str]) -> None:
        self._source, self._client, self._databases = source, client, dict(databases)
        self._known_in_glue: set[str] = set()

    def names(self) -> list[str]:
        return sorted({*self._source.names(), *(table.name for table in all_declared())})

    def table(self, name: str) -> TableData:
        layer, _, short = name.partition(".")
        if layer not in self._databases:
            return self._source.table(name)
        known = declared(name)
        columns = known.columns[:-1] if known.partitioned else known.columns
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
