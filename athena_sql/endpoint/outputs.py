"""Where results go in an object store: their addresses, and a result as Athena's CSV."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from athena_sql.endpoint.column_types import ResultColumn
from athena_sql.endpoint.ports import ObjectStore
from athena_sql.endpoint.problems import invalid
from athena_sql.endpoint.result_files import Row
from athena_sql.endpoint.statement_kinds import CreateTableAs, Kind, Unload


def address_of(statement: Kind, location: str, execution: str) -> str:
    """Where the result of an execution goes, by the client's OutputLocation. Raises RequestRefused."""
    found = urlsplit(location)
    if found.scheme != "s3" or not found.netloc or found.query or found.fragment:
        raise invalid(f"outputLocation is not a valid S3 path: {location}")
    folder = location.rstrip("/")
    if isinstance(statement, CreateTableAs):
        return f"{folder}/tables/{execution}"
    if isinstance(statement, Unload):
        return f"{folder}/{execution}"
    return f"{folder}/{execution}{'.csv' if statement.statement_type == 'DML' else '.txt'}"


def put_result(
    objects: ObjectStore, address: str, columns: tuple[ResultColumn, ...], rows: Iterable[Row], *, plain: bool
) -> None:
    """The rows, and beside them what their columns are. `plain`: text with tabs, as statements that are no query give.

    In a CSV every field is in quotes, and NULL is an empty field without them. The rows begin with the header.
    """
    with tempfile.TemporaryDirectory(prefix="millrace-athena-") as folder:
        path = Path(folder) / "result"
        with path.open("w", encoding="utf-8", newline="") as file:
            for row in rows:
                file.write("\t".join(each or "" for each in row) if plain else ",".join(map(_field, row)))
                file.write("\n")
        objects.put_file(address, path)
    objects.put(f"{address}.metadata", msgspec.json.encode([column.info() for column in columns]))


def put_manifest(objects: ObjectStore, address: str, files: Iterable[str]) -> str:
    """The list of the files that a statement wrote; its own address."""
    manifest = f"{address}-manifest.csv"
    objects.put(manifest, "".join(f"{file}\n" for file in files).encode())
    return manifest


def _field(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'
