"""copy: the job that copies a declared subset of a public dataset to a prefix of the lake, or to another bucket.

What was copied is on a list in the lake, with its tag. A file that is there with the same size and tag is left alone,
so a job that died goes on where it was. A file is written whole or not at all. Before anything is fetched, what the
listing says is held to the declared limits; files whose size nobody tells are held to them as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from millrace.commit_points import CommitPoint
from millrace.errors import CopyRefused, JobError, ObjectMissing, ResponseTooLarge, SettingError
from millrace.glue_workflow.jobs.copy_selection import CopySelection
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.ingestors.ports import OpenData, OpenFile
from millrace.lake.keys import copied_files
from millrace.lake.storage import Storage

_LISTED_EVERY = 50  # files, after which the list is stored: what is fetched twice after a crash is that much at most
_LAST_SECONDS = 30.0  # of a process, in which the list is stored


class CopiedFile(msgspec.Struct, frozen=True):
    """A file of the list. `tag`: the origin's, "" where it gave none."""

    size: int
    tag: str = ""


def run(context: JobContext) -> JobResult:
    """Asks to be called again where the time is too short. Raises CopyRefused for more than was declared."""
    services = context.services
    if services.open_data is None or services.place is None:
        raise SettingError("nothing can be copied here.", hint="Give JobServices `open_data` and `place`.")
    selection = CopySelection.of(context)
    root, prefix = services.place(selection.target)
    list_key, before = copied_files(context.workflow.name, context.job.name), context.progress or {}
    copying = _Copying(
        context,
        services.open_data,
        root,
        prefix,
        list_key,
        fetched=before.get("fetched", 0),
        size=before.get("bytes", 0),
    )
    files = selection.files(services.open_data)
    selection.require_within(files)
    return copying.copied(files, selection)


@dataclass
class _Copying:
    """`target`: where the files go, below `prefix`. `known`: the list of what was copied, by the files' names."""

    context: JobContext
    origin: OpenData
    target: Storage
    prefix: str
    list_key: str
    known: dict[str, CopiedFile] = field(default_factory=dict)
    fetched: int = 0
    size: int = 0

    def copied(self, files: Mapping[str, OpenFile], selection: CopySelection) -> JobResult:
        self.known, began = self._listed(), self.context.services.clock.now()
        there = {found.key.removeprefix(self.prefix): found.size for found in self.target.list(self.prefix)}
        kept = {name: one for name, one in self.known.items() if there.get(name) == one.size}
        left = selection.most_bytes
        for name, file in files.items():
            if self.context.must_stop:
                self._store()
                return JobResult(self._output(files), more=True)
            left -= self._copy(name, file, kept.get(name), left, began)
        self._store()
        self.context.log(f"{self.fetched} of {len(files)} files fetched, {self.size:,} bytes")
        return JobResult(self._output(files), rows=self.fetched)

    def _copy(self, name: str, file: OpenFile, before: CopiedFile | None, left: int, began: datetime) -> int:
        """The bytes that the file has in the target."""
        if before and before.tag and (before.tag, before.size) == (file.tag, file.size):
            return before.size
        sizes: list[int] = []

        def write(chunks: Iterable[bytes]) -> None:
            sizes.append(0)
            self.target.put_chunks(self.prefix + name, self._counted(chunks, sizes, began))

        try:
            tag = self.origin.fetch(file, before.tag if before else "", left, write)
        except ResponseTooLarge as error:
            raise CopyRefused(
                f"{file.address}: with it, there would be more than the declared megabytes.",
                hint="Copy less, or raise `megabytes`.",
            ) from error
        if tag is None and before is not None:
            return before.size
        self.known[name] = CopiedFile(sizes[-1], tag or "")
        self.fetched, self.size = self.fetched + 1, self.size + sizes[-1]
        self.context.services.reached(CommitPoint.FILE_COPIED)
        if self.fetched % _LISTED_EVERY == 0:
            self._store()
        return sizes[-1]

    def _counted(self, chunks: Iterable[bytes], sizes: list[int], began: datetime) -> Iterator[bytes]:
        """Raises JobError where the job's time, or that of its process, is over: nothing else ends a download."""
        time_left, clock = self.context.time_left, self.context.services.clock
        for chunk in chunks:
            sizes[-1] += len(chunk)
            if clock.now() - began > self.context.job.timeout or (time_left and time_left() < _LAST_SECONDS):
                self._store()
                raise JobError("the time of the job is over.", hint="Copy less at a time, or raise its time limit.")
            yield chunk

    def _listed(self) -> dict[str, CopiedFile]:
        try:
            return msgspec.json.decode(self.context.services.storage.get(self.list_key), type=dict[str, CopiedFile])
        except ObjectMissing:
            return {}

    def _store(self) -> None:
        self.context.services.storage.put(self.list_key, msgspec.json.encode(self.known))

    def _output(self, files: Mapping[str, OpenFile]) -> dict[str, Any]:
        return {
            "files": len(files),
            "fetched": self.fetched,
            "bytes": self.size,
            "target": self.target.location(self.prefix),
        }
