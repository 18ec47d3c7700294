"""Tokens that say where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from millrace.athena_sql.endpoint.api.problems import invalid
from millrace.errors import RequestRefused

_LARGEST = 2**62  # a number of a row, in SQLite


def token_at(place: Sequence[str | int]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def listing(
    listed: Callable[[int | None], list[tuple[int, str]]], asked: Mapping[str, Any], name: str, count: int
) -> dict[str, Any]:
    """A page of ids, newest first; `listed` gives one more than `count` where there is another page."""
    token = asked.get("NextToken")
    found = listed(_number_in(token) if token else None)
    page: dict[str, Any] = {name: [id_ for _, id_ in found[:count]]}
    if len(found) > count:
        page["NextToken"] = token_at([found[count - 1][0]])
    return page


def page_of(items: Sequence[dict[str, Any]], asked: Mapping[str, Any], name: str, count: int) -> dict[str, Any]:
    """A page of a list that is known as a whole."""
    token = asked.get("NextToken")
    start = _number_in(token) if token else 0
    page: dict[str, Any] = {name: list(items[start : start + count])}
    if start + count < len(items):
        page["NextToken"] = token_at([start + count])
    return page


def row_in(token: str, execution: str, rows: int) -> int:
    """The row that a page of a result of `rows` rows begins with; it may be the one after the last.

    Raises RequestRefused for a token of another execution.
    """
    match _place_in(token):
        case [str() as of, int() as row] if of == execution and 0 <= row <= rows:
            return row
    raise invalid(f"Malformed nextPageToken {token}")


def name_in(token: str) -> str:
    match _place_in(token):
        case [str() as name]:
            return name
    raise _invalid()


def _number_in(token: str) -> int:
    match _place_in(token):
        case [int() as number] if 0 <= number <= _LARGEST:
            return number
    raise _invalid()


def _place_in(token: str) -> list[str | int]:
    """[] for what is no token."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=list[str | int])
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return []


def _invalid() -> RequestRefused:
    return invalid("Invalid NextToken")
