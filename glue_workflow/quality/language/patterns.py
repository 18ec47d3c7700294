"""Regular expressions inside rules, limited to what every engine reads alike."""

from __future__ import annotations

import re
import warnings

from millrace.errors import QueryError

# What Java has and RE2 (DuckDB) has not, or what each reads in its own way.
_UNPORTABLE = re.compile(r"\(\?(?![:])|\\[1-9pPkKGZzAbBRXQE]|[*+?}]\+|\[\[|&&")


def check_pattern(pattern: str) -> None:
    """Raises QueryError for a pattern that is not a regular expression, or not the same one on every engine."""
    if found := _UNPORTABLE.search(pattern):
        raise QueryError(
            f"{found.group()!r} in the pattern {pattern!r} is not the same on every engine.",
            hint="Use what RE2 and Java read alike: no look-around, flags, back references, anchors by letter.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of sets that Python may read otherwise one day
            re.compile(pattern)
    except re.error as error:
        raise QueryError(f"the pattern {pattern!r} is not a regular expression: {error}.") from error
