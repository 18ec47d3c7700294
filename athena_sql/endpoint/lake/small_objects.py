"""The objects of a table that is read whole, and so must be small."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable
from millrace.athena_sql.endpoint.problems import unsupported

MAX_BYTES = 16 * 1024**2


def visible(objects: ObjectStore, location: str) -> list[str]:
    """The addresses below a location. Names that begin with `_` or `.` are skipped."""
    return [address for address, _ in _visible(objects, location)]


def texts_of(table: RegisteredTable, objects: ObjectStore) -> Iterator[str]:
    """The text of each object, unpacked where its name ends in `.gz`. Raises StatementFailed for more than 16 MiB."""
    found = _visible(objects, table.location)
    if sum(size for _, size in found) > MAX_BYTES:
        raise unsupported(f"line 1:1: {table.name} has more than {MAX_BYTES:,} bytes of text; store it as Parquet")
    for address, _ in found:
        data = objects.get(address)
        yield (gzip.decompress(data) if address.endswith(".gz") else data).decode("utf-8")


def _visible(objects: ObjectStore, location: str) -> list[tuple[str, int]]:
    found = objects.list(location.rstrip("/") + "/")
    return [each for each in found if not each[0].endswith("/") and each[0].rpartition("/")[2][0] not in "_."]
