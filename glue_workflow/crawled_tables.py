"""The tables of datasets whose form is inferred, `crawled.<dataset>`: each reads all files of its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from millrace.athena_sql.ports import Column, FormInference, JsonData, ParquetData, ParquetFile
from millrace.errors import FormUnknown, UnknownName
from millrace.lake.datasets import CrawledDataset, FileFormat, dataset_objects
from millrace.lake.storage import ObjectInfo, Storage


@dataclass(frozen=True)
class CrawledTables:
    """The tables of these datasets, by the name of the table. `infer`: what finds their columns."""

    storage: Storage
    datasets: Mapping[str, CrawledDataset]
    infer: FormInference = field(repr=False)

    def names(self) -> list[str]:
        return list(self.datasets)

    def table(self, name: str) -> JsonData | ParquetData:
        """Raises UnknownName, and FormUnknown for a dataset without files and for files without a form."""
        files = self._files(name)
        stored = self.infer(self._dataset(name), files)
        columns = tuple(replace(one, name=one.name.lower(), type=one.type.lower()) for one in stored)
        places = tuple(self.storage.location(one.key) for one in files)
        if self._dataset(name).format is FileFormat.PARQUET:
            return ParquetData(columns, tuple(map(ParquetFile, places)), partitioned=False)
        return JsonData(columns, stored, places)

    def columns(self, name: str) -> tuple[Column, ...]:
        """The columns that readers see; none for a dataset that has no form: `table` says why. Raises UnknownName."""
        try:
            return self.table(name).columns
        except FormUnknown:
            return ()

    def objects(self, name: str) -> list[ObjectInfo]:
        """The files of a table. Raises UnknownName."""
        return list(dataset_objects(self.storage, self._dataset(name)))

    def _files(self, name: str) -> Sequence[ObjectInfo]:
        files, folder = self.objects(name), self._dataset(name).folder
        if below := next((one.key for one in files if "/" in one.key.removeprefix(folder)), ""):
            raise FormUnknown(
                f"{below} lies in a folder below {folder}, of which a crawler would make a partition.",
                hint=f"Move the file into {folder} itself.",
            )
        if not files:
            raise FormUnknown(
                f"{name} has no columns yet: there is no file below {folder}.",
                hint=f"Put files into {self.storage.location(folder)}.",
            )
        return files

    def _dataset(self, name: str) -> CrawledDataset:
        if name not in self.datasets:
            raise UnknownName("table", name, self.names())
        return self.datasets[name]
