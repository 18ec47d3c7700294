"""The objects of a table that is read whole, and so must be small."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from millrace.athena_sql.endpoint.ports import ObjectStore, RegisteredTable
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.errors import StatementFailed

MAX_BYTES = 16 * 1024**2


def visible(objects: ObjectStore, location: str) -> list[str]:
    """The addresses below a location. Names that begin with `_` or `.` are skipped."""
    return [address for address, _ in _visible(objects, location)]


def texts_of(table: RegisteredTable, objects: ObjectStore) -> Iterator[str]:
    """The text of each object, unpacked where its name ends in `.gz`.

    Raises StatementFailed for more than 16 MiB, and for bytes that are no text.
    """
    found = _visible(objects, table.location)
    if sum(size for _, size in found) > MAX_BYTES:
        raise unsupported(f"line 1:1: {table.name} has more than {MAX_BYTES:,} bytes of text; store it as Parquet")
    for address, _ in found:
        yield _text(address, objects.get(address))


def bad_data(message: str) -> StatementFailed:
    return StatementFailed("HIVE_BAD_DATA", message)


def _text(address: str, data: bytes) -> str:
    try:
        return (gzip.decompress(data) if address.endswith(".gz") else data).decode("utf-8")
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as error:  # OSError: no gzip
        raise bad_data(f"{address} cannot be read as text: {error}") from None


def _visible(objects: ObjectStore, location: str) -> list[tuple[str, int]]:
    found = objects.list(location.rstrip("/") + "/")
    return [each for each in found if not each[0].endswith("/") and each[0].rpartition("/")[2][0] not in "_."]
