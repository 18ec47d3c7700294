"""Rows of texts as Athena writes them into the CSV object of a result."""

from __future__ import annotations

from collections.abc import Sequence


def csv_line(row: Sequence[str | None]) -> str:
    """One row, with its newline: every field is in quotes, and NULL is an empty field without quotes."""
    return ",".join(map(_field, row)) + "\n"


def _field(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'
