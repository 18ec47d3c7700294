"""A client of Trino: one statement at a time over its HTTP protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

_HEADERS = {
    "X-Trino-User": "judge",
    "X-Trino-Time-Zone": "UTC",
    "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",  # timestamp(3), not timestamp for any precision
}
_SECONDS = 120.0


class TrinoRefused(Exception):
    """`code` is Trino's name of the error, such as FUNCTION_NOT_FOUND."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True, slots=True)
class TrinoAnswer:
    """A statement's columns (each has `name`, `type` and `typeSignature`) and rows, as Trino writes them in JSON."""

    columns: tuple[Mapping[str, Any], ...]
    rows: list[list[Any]]


class TrinoVersion(Protocol):
    """A Trino of some version, which answers statements."""

    def answer_to(self, sql: str) -> TrinoAnswer:
        """Raises TrinoRefused for a statement that fails."""
        ...


class TrinoClient:
    """A Trino's server."""

    def __init__(self, port: int, catalog: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
        self._headers = {**_HEADERS, "X-Trino-Catalog": catalog, "X-Trino-Schema": "default"}

    def answer_to(self, sql: str) -> TrinoAnswer:
        """Raises TrinoRefused for a statement that fails."""
        page = self._call("POST", "/v1/statement", sql.encode())
        columns, rows = page.get("columns"), list(page.get("data") or ())
        while following := page.get("nextUri"):
            page = self._call("GET", urlsplit(following).path)
            columns = page.get("columns") or columns
            rows += page.get("data") or ()
        if error := page.get("error"):
            raise TrinoRefused(error["errorName"], error["message"])
        return TrinoAnswer(tuple(columns or ()), rows)

    def is_ready(self) -> bool:
        try:
            return not self._call("GET", "/v1/info")["starting"]
        except (OSError, HTTPException):
            self.close()
            return False

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        self._connection.request(method, path, body, self._headers)
        response = self._connection.getresponse()
        text = response.read()
        assert response.status == 200, text[:500].decode("utf-8", "replace")
        found = json.loads(text)
        assert isinstance(found, dict)
        return found
