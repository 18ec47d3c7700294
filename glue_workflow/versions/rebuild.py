"""Remakes what a lost catalog, run store and pending list knew, from the objects: publications, manifests and files.

The journal of publications is replayed in order into an empty catalog, as of the times that it names. So readers see
what they saw, versions that a rollback may need are on record with their times, and pins hold. A publication whose
files are gone (past their retention) is left out.

In a lake made before the journal, nothing says which versions were published. There, a run's versions of a partition
are taken as published when staging and every prod table have a file of it: a run that the gate refused made no prod
table. The notes say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from millrace.athena_sql.ports import Engine, Statement, TableData, WrittenFile
from millrace.athena_sql.tables import DeclaredTables
from millrace.clock import ManualClock
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.ports import Catalog, PartitionVersion, Pin, RunRecord, RunState, RunStore
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.versions.file_lists import FileLists
from millrace.glue_workflow.versions.manifests import Manifest, read_manifest
from millrace.glue_workflow.versions.parquet_footer import footer_digest
from millrace.glue_workflow.versions.publications import Publication, PublicationKind, publications
from millrace.glue_workflow.versions.version_names import KEPT, attempt_of, run_of
from millrace.lake.keys import MANIFEST, PROD, STAGING, partition_of
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import ObjectInfo, Storage
from millrace.pending.ports import PendingList
from millrace.time_keys import from_stored, is_date

_LOST = "its record was lost; what is known was remade from objects"

_STEP = timedelta(microseconds=1)  # keeps the order of versions of one second, as manifests tell the time

_Place = tuple[str, str]  # a table and a version


@dataclass
class Rebuild:
    """`catalog`, `runs` and `pending` are empty; the catalog goes by `clock`. `notes`: what could not be told."""

    storage: Storage
    catalog: Catalog
    runs: RunStore
    pending: PendingList
    engine: Engine
    clock: ManualClock
    workflows: Sequence[Refinement]
    tables: DeclaredTables
    notes: list[str] = field(default_factory=list)
    _registered: set[tuple[str, str, str]] = field(default_factory=set)
    _created: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def run(self) -> None:
        """Raises LakeError for an entry of the journal that cannot be read."""
        journal = list(publications(self.storage))
        guessed = [entry for workflow in self.workflows for entry in self._guessed(workflow, journal)]
        history = sorted([*guessed, *journal], key=lambda entry: entry.at)
        for entry in history:
            self._replay(entry)
        self._register_leftovers()
        self._save_runs(history)
        for source, objects in self._raw_by_source().items():
            self._touch_pending(source, objects)
        for workflow in self.workflows:
            FileLists(self.catalog, self.storage).write(workflow)

    @cached_property
    def _objects(self) -> dict[_Place, list[ObjectInfo]]:
        """The files of each version, with its manifest."""
        found: dict[_Place, list[ObjectInfo]] = defaultdict(list)
        for layer in (STAGING, PROD):
            for one in self.storage.list(f"{layer}/"):
                parts = one.key.split("/")
                if len(parts) > 3 and parts[2].startswith("run="):
                    found[f"{layer}.{parts[1]}", parts[2].removeprefix("run=")].append(one)
        return dict(found)

    @cached_property
    def _keys(self) -> set[str]:
        return {one.key for objects in self._objects.values() for one in objects}

    @cached_property
    def _manifests(self) -> dict[_Place, Manifest]:
        found: dict[_Place, Manifest] = {}
        for (table, version), objects in self._objects.items():
            if any(one.key.endswith(MANIFEST) for one in objects):
                manifest = read_manifest(self.storage, PartitionVersion(table, "", version, ()))
                if manifest is not None:
                    found[table, version] = manifest
        return found

    def _replay(self, entry: Publication) -> None:
        if entry.kind is PublicationKind.RELEASE:
            pins = [Pin(one.table, one.partition, one.version, (), entry.at) for one in entry.versions]
            self.catalog.release(pins)
            return
        present = [one for one in entry.versions if all(file.key in self._keys for file in one.files)]
        self._register(present, entry.at)
        self.clock.set(entry.at)
        if entry.kind is PublicationKind.ROLLBACK:
            self.catalog.flip(self._never_published(present))
            self.catalog.roll_back(present, entry.inputs)
        else:
            self.catalog.flip(present)

    def _never_published(self, versions: Sequence[PartitionVersion]) -> list[PartitionVersion]:
        """Of a rollback's versions, those whose publish is not in the journal: it was made before there was one."""
        known = {
            (record.version.table, record.version.partition, record.version.version)
            for one in versions
            for record in self.catalog.history(one.table, one.partition)
            if record.published_at
        }
        return [one for one in versions if (one.table, one.partition, one.version) not in known]

    def _register(self, versions: Sequence[PartitionVersion], at: datetime) -> None:
        for one in versions:
            key = (one.table, one.partition, one.version)
            if key not in self._registered:
                manifest = self._manifests.get((one.table, one.version))
                self._created = max(from_stored(manifest.created_at) if manifest else at, self._created + _STEP)
                self.clock.set(self._created)
                self.catalog.register([one])
                self._registered.add(key)

    def _register_leftovers(self) -> None:
        """Files that no publication names become candidates, which the next run or a vacuum removes."""
        for (table, version), objects in self._objects.items():
            files = [one for one in objects if not one.key.endswith(MANIFEST)]
            left = {partition_of(_below_version(one.key)).get("dt", "") for one in files}
            left -= {dt for name, dt, of in self._registered if (name, of) == (table, version)}
            oldest = min((one.modified for one in files), default=self.clock.now())
            self._register([PartitionVersion(table, dt, version, ()) for dt in sorted(left)], oldest)

    def _guessed(self, workflow: Refinement, journal: Sequence[Publication]) -> Iterator[Publication]:
        """Publications of before the journal, one for each run that looks like one."""
        begins = min((entry.at for entry in journal if entry.workflow == workflow.name), default=None)
        named = {(one.table, one.version) for entry in journal for one in entry.versions}
        made = [
            version
            for (table, version), manifest in self._manifests.items()
            if table == workflow.staging
            and not version.endswith(KEPT)
            and (table, version) not in named
            and (begins is None or from_stored(manifest.created_at) < begins)
        ]
        found = [entry for version in sorted(made) if (entry := self._guess(workflow, version))]
        if found:
            self.notes.append(
                f"{workflow.name}: {len(found)} runs were made before publications were recorded; the newest complete "
                "version of each partition is taken as the published one"
            )
        yield from found

    def _guess(self, workflow: Refinement, version: str) -> Publication | None:
        staging = workflow.staging
        if not all((table, version) in self._manifests for table in workflow.prod):
            return None
        plain, kept = self._files_by_partition(staging, version), self._files_by_partition(staging, version + KEPT)
        aside = self._files_by_partition(workflow.set_aside, version)
        prod = {table: self._files_by_partition(table, version) for table in workflow.prod}
        versions: list[PartitionVersion] = []
        for dt in sorted({*plain, *kept}):
            if not all(dt in files for files in prod.values()):
                continue
            of = version + KEPT if dt in kept else version
            versions.append(self._measured(staging, dt, of, kept.get(dt) or plain[dt]))
            versions.append(self._measured(workflow.set_aside, dt, version, aside.get(dt, [])))
            versions += [self._measured(table, dt, version, files[dt]) for table, files in prod.items()]
        for table in workflow.dimensions:
            if files := self._files_by_partition(table, version).get(""):
                versions.append(self._measured(table, "", version, files))
        if not versions:
            return None
        times = [from_stored(one.created_at) for (_, of), one in self._manifests.items() if of == version]
        return Publication(max(times), workflow.name, PublicationKind.PUBLISH, versions)

    def _files_by_partition(self, table: str, version: str) -> dict[str, list[ObjectInfo]]:
        found: dict[str, list[ObjectInfo]] = defaultdict(list)
        for one in self._objects.get((table, version), ()):
            if not one.key.endswith(MANIFEST):
                found[partition_of(_below_version(one.key)).get("dt", "")].append(one)
        return found

    def _measured(self, table: str, dt: str, version: str, files: Iterable[ObjectInfo]) -> PartitionVersion:
        """A version with its files' rows, which only the files tell."""
        written: list[WrittenFile] = []
        for one in files:
            rows, footer = self._rows(table, dt, version, one), footer_digest(self.storage, one.key)
            written.append(WrittenFile(one.key, dt, rows, one.size, footer))
        return PartitionVersion(table, dt, version, tuple(written))

    def _rows(self, table: str, dt: str, version: str, found: ObjectInfo) -> int:
        one = PartitionVersion(table, dt, version, (WrittenFile(found.key, dt, 0, found.size),))
        tables: dict[str, TableData] = {table: parquet_table(self.storage, self.tables.table(table), [one])}
        statement = Statement(f"rows of {table}", f"SELECT count(*) AS n FROM {table}")
        return int(self.engine.query(statement, {}, tables).rows[0][0])  # type: ignore[arg-type]

    def _save_runs(self, history: Sequence[Publication]) -> None:
        """A run that published has succeeded; of the others, only their output is known."""
        published = {
            run_of(one.version): entry
            for entry in history
            if entry.kind is PublicationKind.PUBLISH
            for one in entry.versions
        }
        by_table = {table: workflow.name for workflow in self.workflows for table in workflow.tables}
        records: dict[str, RunRecord] = {}
        for (table, version), manifest in sorted(self._manifests.items(), key=lambda item: item[0][1]):
            if manifest.run_id not in published and table in by_table:
                partitions = tuple(sorted(manifest.inputs))
                records[manifest.run_id] = _record(by_table[table], version, RunState.INTERRUPTED, partitions)
        for run_id, entry in published.items():
            newest = max((one.version for one in entry.versions if run_of(one.version) == run_id), key=attempt_of)
            partitions = tuple(sorted({one.partition for one in entry.versions if one.partition}))
            records[run_id] = _record(entry.workflow, newest, RunState.SUCCEEDED, partitions, entry.at)
        for record in sorted(records.values(), key=lambda one: (one.started_at, one.finished_at or one.started_at)):
            self.runs.save_run(record)

    def _raw_by_source(self) -> Mapping[str, list[ObjectInfo]]:
        found: dict[str, list[ObjectInfo]] = {}
        places = (RAW_LAYOUT.place(one.key) for one in self.storage.list(RAW_LAYOUT.prefix))
        for source in sorted({place.source for place in places if place}):
            found[source] = list(raw_objects(self.storage, source))
        return found

    def _touch_pending(self, source: str, objects: Sequence[ObjectInfo]) -> None:
        """Put each partition with raw objects that no published version was made from on the pending list."""
        known = {key for workflow in self.workflows if workflow.source == source for key in self._inputs(workflow)}
        oldest: dict[str, datetime] = {}
        for one in objects:
            place = RAW_LAYOUT.place(one.key)
            if place and one.key not in known and is_date(place.dt):
                oldest[place.dt] = min(oldest.get(place.dt, one.modified), one.modified)
        for dt, since in sorted(oldest.items()):
            self.pending.add(source, dt, since)

    def _inputs(self, workflow: Refinement) -> Iterator[str]:
        """The raw objects in what readers see, and those that a rollback keeps from them."""
        for pin in self.catalog.pins(workflow.staging):
            yield from pin.inputs
        for version in self.catalog.current(workflow.staging):
            manifest = self._manifests.get((workflow.staging, version.version))
            yield from manifest.inputs.get(version.partition, ()) if manifest else ()


def _record(
    workflow: str, version: str, state: RunState, partitions: tuple[str, ...], finished: datetime | None = None
) -> RunRecord:
    run_id = run_of(version)
    started = datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)  # as the runner names runs
    error = "" if state is RunState.SUCCEEDED else _LOST
    return RunRecord(
        run_id, workflow, attempt_of(version), state, started, started, partitions, finished or started, error
    )


def _below_version(key: str) -> str:
    """The key below `<layer>/<table>/run=<version>/`."""
    return key.split("/", 3)[3]
