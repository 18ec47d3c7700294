"""Results in an object store: their addresses and contents, as Athena names and writes them.

SELECT            <id>.csv, <id>.csv.metadata
SHOW, DESCRIBE    <id>.txt, <id>.txt.metadata
other DDL         <id>.txt, empty
CREATE TABLE AS   tables/<id>.metadata, tables/<id>-manifest.csv
INSERT, UNLOAD    <id>.metadata, <id>-manifest.csv (none for an INSERT of no rows)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionOutcome
from millrace.athena_sql.endpoint.ports import BINARY, ObjectStore
from millrace.athena_sql.endpoint.problems import invalid
from millrace.athena_sql.endpoint.results.files import TextRow
from millrace.athena_sql.endpoint.results.metadata import result_metadata
from millrace.athena_sql.endpoint.statements.kinds import CreateTableAs, InsertInto, ParsedStatement, Unload
from millrace.athena_sql.result_csv import csv_line

_CSV, _TEXT = ".csv", ".txt"
_APPLICATION = "application/octet-stream"
_UPDATE_TYPES = {"CREATE_TABLE_AS_SELECT": "CREATE TABLE", "INSERT": "INSERT"}
_PLANNED_TEXTS = frozenset({"DESCRIBE_TABLE", "SHOW_CREATE_TABLE"})
_FAILED = "FAILED: "


def address_of(statement: ParsedStatement, location: str, execution: str) -> str:
    """The address of an execution's result below the client's OutputLocation. Raises RequestRefused."""
    try:
        found = urlsplit(location)
    except ValueError:
        found = urlsplit("")
    if found.scheme != "s3" or not found.netloc or found.query or found.fragment:
        raise invalid(f"outputLocation is not a valid S3 path: {location}")
    folder = location.rstrip("/")
    if isinstance(statement, CreateTableAs):
        return f"{folder}/tables/{execution}"
    if isinstance(statement, InsertInto | Unload):
        return f"{folder}/{execution}"
    return f"{folder}/{execution}{_CSV if statement.statement_type == 'DML' else _TEXT}"


def put_result(objects: ObjectStore, execution: Execution, outcome: ExecutionOutcome, rows: Iterable[TextRow]) -> None:
    """Put the rows, for statements whose result they are, and beside them the metadata of the columns, if any."""
    address, content_type = execution.output, _content_type(execution)
    if address.endswith(_CSV):
        _put_csv(objects, address, rows, content_type)
    elif address.endswith(_TEXT):
        objects.put(address, _text_of(rows).encode(), content_type)
    if outcome.columns:
        update_type = _UPDATE_TYPES.get(execution.substatement, "")
        metadata = result_metadata(execution.id, outcome.columns, update_type=update_type, updated=outcome.updated)
        objects.put(f"{address}.metadata", metadata, content_type)


def put_failure(objects: ObjectStore, execution: Execution) -> None:
    """Put the reason in the place of a result that would be a `.txt`; for other results nothing is written."""
    if execution.output.endswith(_TEXT):
        # Hive's reasons begin with the word already
        text = execution.reason if execution.reason.startswith(_FAILED) else _FAILED + execution.reason
        objects.put(execution.output, text.encode(), _APPLICATION)


def put_manifest(objects: ObjectStore, address: str, files: Iterable[str]) -> str:
    """Put the list of the files that a statement wrote; returns its address."""
    manifest = f"{address}-manifest.csv"
    objects.put(manifest, "".join(f"{file}\n" for file in files).encode())
    return manifest


def _put_csv(objects: ObjectStore, address: str, rows: Iterable[TextRow], content_type: str) -> None:
    """The first row is the header."""
    with tempfile.TemporaryDirectory(prefix="millrace-athena-") as folder:
        path = Path(folder) / "result"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(map(csv_line, rows))
        objects.put_file(address, path, content_type)


def _text_of(rows: Iterable[TextRow]) -> str:
    """Tab-separated, without a header or a newline at the end."""
    return "\n".join("\t".join(each or "" for each in row) for row in rows)


def _content_type(execution: Execution) -> str:
    """Of a result and of its metadata; Athena gives texts that it answers without planning S3's default type."""
    planned = not execution.output.endswith(_TEXT) or execution.substatement in _PLANNED_TEXTS
    return _APPLICATION if planned else BINARY
