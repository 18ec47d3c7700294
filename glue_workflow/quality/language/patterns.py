"""Regular expressions inside rules, limited to what every engine reads in the same way."""

from __future__ import annotations

import re
import warnings

from millrace.errors import QueryError

# Syntax of Java that RE2 (DuckDB) does not have, or that the two read differently.
_UNPORTABLE = re.compile(r"\(\?(?![:])|\\[1-9pPkKGZzAbBRXQE]|[*+?}]\+|\[\[|&&")


def check_pattern(pattern: str) -> None:
    """Raises QueryError for a pattern that is not a regular expression, or not the same one on every engine."""
    if found := _UNPORTABLE.search(pattern):
        raise QueryError(
            f"{found.group()!r} in the pattern {pattern!r} is not the same on every engine.",
            hint="Use only what RE2 and Java share: no look-around, flags, back references or anchors by letter.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about sets that a later Python may read differently
            re.compile(pattern)
    except re.error as error:
        raise QueryError(f"the pattern {pattern!r} is not a regular expression: {error}.") from error
