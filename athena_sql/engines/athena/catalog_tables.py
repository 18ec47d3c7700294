"""Tables in Glue's catalog, read by name: however long their history, no list of files is needed.

Tables of datasets are made by a crawler, and have the columns that it found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.athena_sql.ports import Column, ParquetData, TableData, TableSource
from millrace.athena_sql.tables import DeclaredTables
from millrace.aws.calls import translated
from millrace.errors import FormUnknown
from millrace.lake.datasets import CrawledDataset
from millrace.lake.keys import CRAWLED
from millrace.lake.storage import ObjectInfo

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


@dataclass(frozen=True, slots=True)
class CataloguedData(ParquetData):
    """The table `name` of the Glue database `database`; `files` stays empty, because the catalog knows them.

    The catalog also says what the files are: those of a dataset may be JSON.
    """

    database: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CataloguedForms:
    """The port FormInference on Glue's catalog: what a crawler has found. `database`: of crawled tables."""

    client: GlueClient
    database: str

    def __call__(self, dataset: CrawledDataset, files: Sequence[ObjectInfo]) -> tuple[Column, ...]:
        """Whatever the files are now. Raises FormUnknown for a dataset that no crawler has been to."""
        return _crawled_columns(self.client, self.database, dataset.name)


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
        if layer == CRAWLED:
            found = _crawled_columns(self._client, self._databases[layer], short)
            return CataloguedData(found, (), False, self._databases[layer], short)
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


def _crawled_columns(client: GlueClient, database: str, name: str) -> tuple[Column, ...]:
    with translated("glue", f"{database}.{name}"):
        try:
            found = client.get_table(DatabaseName=database, Name=name)["Table"]
        except client.exceptions.EntityNotFoundException:
            found = None
    if found is None:
        raise FormUnknown(
            f"{CRAWLED}.{name} has no columns yet: no crawl has found files below {name}/.",
            hint=f"Put files there, then start the crawler: aws glue start-crawler --name {database}_{name}.",
        )
    listed = (*found["StorageDescriptor"]["Columns"], *found.get("PartitionKeys", ()))
    return tuple(Column(one["Name"].lower(), one["Type"].lower()) for one in listed)
