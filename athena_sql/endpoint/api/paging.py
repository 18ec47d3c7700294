"""Pagination: opaque tokens that say where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from millrace.athena_sql.endpoint.api.shapes import Input
from millrace.athena_sql.endpoint.problems import invalid
from millrace.errors import RequestRefused

_MAX_NUMBER = 2**62  # within SQLite's integers


def token_at(place: Sequence[str | int]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def listing(
    list_before: Callable[[int | None], list[tuple[int, str]]], request: Input, name: str, count: int
) -> dict[str, Any]:
    """A page of ids under the member `name`, newest first.

    `list_before` returns up to `count` + 1 rows older than a number (None: the newest); the extra one shows that
    another page follows.
    """
    token = request.get("NextToken")
    found = list_before(_number_in(token) if token else None)
    page: dict[str, Any] = {name: [id_ for _, id_ in found[:count]]}
    if len(found) > count:
        page["NextToken"] = token_at([found[count - 1][0]])
    return page


def page_of(items: Sequence[dict[str, Any]], request: Input, name: str, count: int) -> dict[str, Any]:
    """A page of a list that is in memory as a whole."""
    token = request.get("NextToken")
    start = _number_in(token) if token else 0
    page: dict[str, Any] = {name: list(items[start : start + count])}
    if start + count < len(items):
        page["NextToken"] = token_at([start + count])
    return page


def row_in(token: str, execution: str, rows: int) -> int:
    """The first row of the page that the token stands for, in a result of `rows` rows; at most the one after the last.

    Raises RequestRefused for a token of another execution.
    """
    match _place_in(token):
        case [str() as of, int() as row] if of == execution and 0 <= row <= rows:
            return row
    raise invalid(f"Malformed nextPageToken {token}")


def name_in(token: str) -> str:
    """Raises RequestRefused."""
    match _place_in(token):
        case [str() as name]:
            return name
    raise _invalid()


def _number_in(token: str) -> int:
    match _place_in(token):
        case [int() as number] if 0 <= number <= _MAX_NUMBER:
            return number
    raise _invalid()


def _place_in(token: str) -> list[str | int]:
    """[] for a text that is not a token."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=list[str | int])
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return []


def _invalid() -> RequestRefused:
    return invalid("Invalid NextToken")
