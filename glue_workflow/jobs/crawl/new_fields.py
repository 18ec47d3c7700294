"""Fields that a feed has and its schema does not declare: told once, then remembered, so that nobody is told again.

They are kept in an object per source under `ops/`, which every runtime has. The workflow's lease keeps other runs away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from millrace.errors import ObjectMissing
from millrace.lake.keys import OPS
from millrace.lake.storage import Storage


@dataclass(frozen=True)
class NewFields:
    storage: Storage

    def report(self, source: str, paths: Sequence[str], tell: Callable[[list[str]], None]) -> None:
        """`tell` gets the paths that were never told of. They are remembered after that: a crash in between tells twice
        rather than never."""
        known = self._known(source)
        fresh = [path for path in paths if path not in known]
        if fresh:
            tell(fresh)
            self.storage.put(_key(source), msgspec.json.encode(sorted({*known, *fresh})))

    def _known(self, source: str) -> list[str]:
        try:
            return msgspec.json.decode(self.storage.get(_key(source)), type=list[str])
        except ObjectMissing:
            return []


def _key(source: str) -> str:
    return f"{OPS}/new_fields/{source}.json"
