"""The list of files that readers see, beside each table's versions, for readers without Millrace.

    <layer>/<table>/_current.txt    the keys of the files, one a line

The lists follow the pointers: they are written after a flip or a rollback, under the same lease, so for a moment they
name the versions before, whose files are kept. A crash in between would leave them behind for longer. So each change is
announced before the pointers move, by an object that says otherwise once all lists are written, and the next run
writes the lists that a dead process owes. A list is made from the catalog's pointers alone, never from listings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import ObjectMissing
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.refinement import Refinement
from millrace.lake.keys import file_list, file_lists_state
from millrace.lake.storage import Storage

_OWED, _WRITTEN = b"owed\n", b"written\n"


@dataclass(frozen=True)
class FileLists:
    """The lists of a workflow's tables. All calls are made under the workflow's lease."""

    catalog: Catalog
    storage: Storage
    reached: CommitPointListener = no_listener

    @contextmanager
    def following(self, workflow: Refinement, versions: Iterable[PartitionVersion]) -> Iterator[None]:
        """Inside the context the pointers move to these versions; then the lists of their tables are written.

        All lists, where a process before still owes them, or a lake has none. Raises LakeError.
        """
        state = file_lists_state(workflow.name)
        is_behind = self._stored(state) != _WRITTEN
        self.storage.put(state, _OWED)
        yield
        if is_behind:
            self.write(workflow)
            return
        for table in sorted({version.table for version in versions}):
            self._put(table, _text(self.catalog.current(table)))
        self.storage.put(state, _WRITTEN)

    def write(self, workflow: Refinement) -> None:
        """Writes the lists that are not as the pointers are, and takes the announcement back. Raises LakeError."""
        for table in workflow.tables:
            text = _text(self.catalog.current(table))
            if self._stored(file_list(table)) != text:
                self._put(table, text)
        self.storage.put(file_lists_state(workflow.name), _WRITTEN)

    def repair(self, workflow: Refinement) -> None:
        """Writes the lists that a process owed when it died, at the cost of one small read. Raises LakeError."""
        if self._stored(file_lists_state(workflow.name)) == _OWED:
            self.write(workflow)

    def _put(self, table: str, text: bytes) -> None:
        self.storage.put(file_list(table), text)
        self.reached(CommitPoint.FILES_LISTED)

    def _stored(self, key: str) -> bytes | None:
        try:
            return self.storage.get(key)
        except ObjectMissing:
            return None


def _text(versions: Sequence[PartitionVersion]) -> bytes:
    return "".join(f"{file.key}\n" for version in versions for file in version.files).encode()
