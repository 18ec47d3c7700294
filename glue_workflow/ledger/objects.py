"""The audit of objects: what lies in the lake against what is on record, the catalog's files and the known sources.

The ledger counts only what it knows of. This finds the rest: raw objects of no known source, files that are missing or
differ from what the catalog recorded, and versions that are on no record because state was lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from millrace.athena_sql.ports import Engine, Statement, TableData, WrittenFile
from millrace.errors import LakeError, ObjectMissing, UnknownName
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.ledger.kept_objects import KeptObjects
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.versions.parquet_footer import footer_digest
from millrace.lake.keys import MANIFEST, PROD, STAGING
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.time_keys import is_date

_REBUILD = "Remake state from the objects: millrace doctor --rebuild-state."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with `place` (an object, a version or a source), and what mends it."""

    place: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True)
class ObjectAudit:
    """`sources`: the names of all sources, with `polls`. `deep`: read every published file whole, and count its rows.

    Without `deep`, a file's size and its footer are compared. A file of a lake made before footers were recorded is
    compared by size alone.
    """

    engine: Engine
    storage: Storage
    catalog: Catalog
    sources: Sequence[str]
    pipelines: Pipelines
    kept: KeptObjects
    deep: bool = False

    def findings(self, only: Sequence[str] = ()) -> Iterator[Finding]:
        """All findings; with `only`, those of these partitions' published files: history is not listed then."""
        if only:
            for table in self.catalog.tables():
                current = [one for one in self.catalog.current(table) if one.partition in only]
                yield from self._files(current, {_folder(file) for one in current for file in one.files})
            return
        yield from self._raw()
        yield from (Finding(*one) for one in self.kept.findings())
        tables = self._versions_by_table()
        for table in sorted({*tables, *self.catalog.tables()}):
            yield from self._files(self.catalog.current(table), {table.replace(".", "/")})
            yield from self._not_on_record(table, tables.get(table, Counter()))

    def _raw(self) -> Iterator[Finding]:
        unknown: Counter[str] = Counter()
        for found in self.storage.list(RAW_LAYOUT.prefix):
            place = RAW_LAYOUT.place(found.key)
            if place and place.source not in self.sources:
                unknown[place.source] += 1
            elif place is None or not is_date(place.dt) or not place.hour:
                yield Finding(found.key, "a raw object in no partition", "Move it out of the lake.")
        for source, count in sorted(unknown.items()):
            yield Finding(
                RAW_LAYOUT.of_source(source),
                f"{count} raw objects of a source that is not known here",
                f"Run Millrace where the source {source!r} is defined, or move these objects out of the lake.",
            )

    def _versions_by_table(self) -> dict[str, Counter[str]]:
        """The number of files by table and version, as listed; manifests are not counted."""
        found: dict[str, Counter[str]] = {}
        for layer in (STAGING, PROD):
            for one in self.storage.list(f"{layer}/"):
                parts = one.key.split("/")
                if len(parts) > 3 and parts[2].startswith("run=") and parts[-1] != MANIFEST:
                    found.setdefault(f"{layer}.{parts[1]}", Counter())[parts[2].removeprefix("run=")] += 1
        return found

    def _not_on_record(self, table: str, versions: Counter[str]) -> Iterator[Finding]:
        """A version is registered before its first file is written, so the record is read after the listing."""
        known = {record.version.version for record in self.catalog.history(table)} if versions else set()
        for version, count in sorted(versions.items()):
            if version not in known and self._still_there(table, version):
                yield Finding(
                    f"{table} version {version}",
                    f"{count} files of a version that is on no record",
                    f"{_REBUILD} If state is not lost: millrace vacuum removes them.",
                )

    def _still_there(self, table: str, version: str) -> bool:
        """Removal deletes files before records, so a version may have gone since it was listed."""
        prefix = f"{table.replace('.', '/')}/run={version}/"
        return any(not found.key.endswith(MANIFEST) for found in self.storage.list(prefix))

    def _files(self, current: Sequence[PartitionVersion], folders: Iterable[str]) -> Iterator[Finding]:
        """Files that readers see, looked for in these folders. Those of replaced versions may end at any time."""
        if not current:
            return
        sizes = {found.key: found.size for folder in sorted(folders) for found in self.storage.list(f"{folder}/")}
        for version in current:
            for file in version.files:
                if said := self._difference(version, file, sizes.get(file.key)):
                    yield Finding(file.key, said, self._mend(version.table, version.partition))

    def _mend(self, table: str, partition: str) -> str:
        """A run makes new files from raw, of a whole table with that of any date; a dimension follows its statement."""
        builders = [one for one in self.pipelines.refinements.values() if table in one.tables]
        dates = [partition] if partition else [one.partition for one in self._staged(builders)]
        if not builders or table in builders[0].dimensions or not dates:
            return "Restore the file from a copy."
        which = f"{builders[0].name} --partition {dates[-1]}"
        return f"Restore the file from a copy, or build it again: millrace run {which}."

    def _staged(self, builders: Sequence[Refinement]) -> list[PartitionVersion]:
        return self.catalog.current(builders[0].staging) if builders else []

    def _difference(self, version: PartitionVersion, file: WrittenFile, size: int | None) -> str:
        """What differs from the record; "" for nothing."""
        if size is None:
            return "the file is missing"
        if size != file.size:
            return f"the file has {size:,} bytes, but the catalog recorded {file.size:,}"
        try:
            if file.footer and footer_digest(self.storage, file.key) != file.footer:
                return "the file's footer is not the one that was published"
            return self._difference_of_rows(version, file) if self.deep else ""
        except ObjectMissing:
            return "the file is missing"

    def _difference_of_rows(self, version: PartitionVersion, file: WrittenFile) -> str:
        """Reads every column of every row."""
        try:
            data = parquet_table(self.storage, self.pipelines.tables.table(version.table), [_with_only(version, file)])
        except UnknownName:
            return ""  # a table that is no longer declared
        read = ", ".join(f'max(CAST("{column.name}" AS VARCHAR))' for column in data.columns)
        statement = Statement(f"audit of {version.table}", f"SELECT count(*) AS n, {read} FROM {version.table}")
        tables: dict[str, TableData] = {version.table: data}
        try:
            rows = self.engine.query(statement, {}, tables).rows[0][0]
        except LakeError as error:
            return error.message
        return "" if rows == file.rows else f"the file has {rows:,} rows, but the catalog recorded {file.rows:,}"


def _folder(file: WrittenFile) -> str:
    return file.key.rpartition("/")[0]


def _with_only(version: PartitionVersion, file: WrittenFile) -> PartitionVersion:
    return PartitionVersion(version.table, version.partition, version.version, (file,))
