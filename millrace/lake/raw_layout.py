"""Where raw objects lie in the lake: the one place that knows it, for those who write keys and those who read them.

raw/<source>/dt=YYYY-MM-DD/hour=HH/<name>.json.gz
raw/<source>/dt=YYYY-MM-DD/hour=HH/<name>.without-<digest>.json.gz      what is left of an excluded object
ops/excluded/raw/<source>/dt=YYYY-MM-DD/hour=HH/<name>.json.gz          says that it is excluded
kept/<source>/dt=YYYY-MM-DD/hour=HH/<digest>-<file name>                a snapshot kept as it came, named by its record
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from millrace.lake.keys import KEPT, OPS, RAW, partition_of

_COPY = ".without-"
_NAME = 150  # characters of a file's name in a key: with the digest, as much as a file system takes


@dataclass(frozen=True, slots=True)
class RawPlace:
    """Where one raw object lies; `dt` and `hour` are "" for an object that lies in no partition."""

    source: str
    dt: str
    hour: str


@dataclass(frozen=True, slots=True)
class RawLayout:
    """The layout below `prefix`. Prefixes end with `/`."""

    prefix: str = f"{RAW}/"
    suffix: str = ".json.gz"
    excluded: str = f"{OPS}/excluded/"
    kept: str = f"{KEPT}/"
    depth: int = 5  # parts of an object's key

    def of_source(self, source: str) -> str:
        return f"{self.prefix}{source}/"

    def day(self, source: str, dt: str) -> str:
        return f"{self.of_source(source)}dt={dt}/"

    def partition(self, source: str, dt: str, hour: str) -> str:
        return f"{self.day(source, dt)}hour={hour}/"

    def object(self, source: str, dt: str, hour: str, name: str) -> str:
        return f"{self.partition(source, dt, hour)}{name}{self.suffix}"

    def kept_object(self, source: str, dt: str, hour: str, digest: str, name: str) -> str:
        """Outside raw, whose partitions hold records alone. Whatever the file's name was, the key is one that every
        storage takes; of a long name it has the end.
        """
        return f"{self.kept}{source}/dt={dt}/hour={hour}/{digest}-{quote(name, safe='')[-_NAME:]}"

    def place(self, key: str) -> RawPlace | None:
        """Where an object lies, by its key below the lake's root; None for a key of anything else."""
        source, _, below = key.removeprefix(self.prefix).partition("/")
        if not (key.startswith(self.prefix) and source and below):
            return None
        folders = partition_of(key)
        return RawPlace(source, folders.get("dt", ""), folders.get("hour", ""))

    def copy(self, key: str, digest: str) -> str:
        """The object that holds what is left of `key`, after the records that `digest` names were taken out."""
        return f"{key.removesuffix(self.suffix)}{_COPY}{digest}{self.suffix}"

    def original(self, key: str) -> str:
        """The object that a copy was made from, or the key itself."""
        before, copied, _ = key.partition(_COPY)
        return f"{before}{self.suffix}" if copied else key

    def exclusion(self, key: str) -> str:
        """The object that says that a raw object is excluded."""
        return self.excluded + key


RAW_LAYOUT = RawLayout()
