"""Datasets whose form is inferred from their files: those of a trusted sender, in a folder of their own in the lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from millrace.lake.keys import CRAWLED
from millrace.lake.storage import ObjectInfo, Storage


class FileFormat(StrEnum):
    """What the files of a dataset are. JSON: one object a line, as Athena reads it."""

    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class CrawledDataset:
    """A dataset that its project declares as `schema = "crawled"`.

    A crawler of Glue names a table by its folder, so dataset, folder and table have one name.
    """

    name: str
    format: FileFormat

    @property
    def folder(self) -> str:
        """The prefix of its keys in the lake."""
        return f"{self.name}/"

    @property
    def table(self) -> str:
        """Such as `crawled.reports_in`."""
        return f"{CRAWLED}.{self.name}"


def dataset_objects(storage: Storage, dataset: CrawledDataset) -> Iterator[ObjectInfo]:
    """Its files, without empty ones and those whose name begins with `_` or `.`, which Athena does not read either."""
    for found in storage.list(dataset.folder):
        if found.size and not found.key.rpartition("/")[2].startswith(("_", ".")):
            yield found
