"""The JSON rule: of valid JSON, what every reader of a payload reads equally. docs/faults.md states it for users.

The readers of a payload are msgspec (here and at `crawl`), DuckDB, Spark and Athena. RFC 8259 leaves some things open:
which of two equal names in an object counts (section 4), how deep a text may be nested, and how long a number or a name
may be (section 9). Each reader decides them in its own way. The narrowest limits are those of Jackson, in Spark and
Athena: 1000 levels, 1000 characters of a number, 50,000 of a name. So the decision is made here, before a snapshot is
accepted, and by no reader after that.

A number beyond a double is no fault: each reader leaves a number unread that no statement asks for. Where the source's
schema declares the number, msgspec has refused it (`wrong_type`). Lone surrogates are refused by msgspec, in every
field.
"""

from __future__ import annotations

import json
import re
from typing import Any

from millrace.errors import PayloadRejected

DEEPEST = 100  # levels of arrays and objects; the record around a payload adds one
LONGEST_NUMBER = 1000  # characters
LONGEST_NAME = 50_000  # characters

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NUMBER_ARRAYS = re.compile(rb"\[[-+.0-9eE,\[\] \t\r\n]*\]")
_LONG_NUMBER = re.compile(rb"[-+.0-9eE]{%d}" % (LONGEST_NUMBER + 1))
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_BLOCK = LONGEST_NUMBER // 2  # a number that is too long fills at least one such block of the body


def check_json(body: bytes) -> None:
    """Check valid JSON in UTF-8. Raises PayloadRejected with one of the codes `too_deep`, `number_too_long`,
    `nul_character`, `duplicate_name` and `name_too_long`.

    Every poll pays for this, so each check first asks at little cost whether there is anything to look for.
    """
    check_depth(body)
    if any(not body[at : at + _BLOCK].strip(b"-+.0123456789eE") for at in range(0, len(body), _BLOCK)):
        _check_numbers(body)
    if b"\\" in body and _NUL.search(body):
        raise PayloadRejected("nul_character", r"a text has the character NUL (\u0000)")
    _check_names(body)


def check_depth(body: bytes) -> None:
    """Raises PayloadRejected (`too_deep`). The body may be broken JSON."""
    brackets = _STRING.sub(b"", body).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")  # the innermost level
        if not brackets:
            return
    raise PayloadRejected("too_deep", f"the body is nested too deeply: more than {DEEPEST} levels")


def _check_numbers(body: bytes) -> None:
    if _LONG_NUMBER.search(_STRING.sub(b"", body)):
        raise PayloadRejected("number_too_long", f"a number has more than {LONGEST_NUMBER} characters")


def _check_names(body: bytes) -> None:
    """Arrays of numbers are most of a large body and have no names; without them, reading takes a tenth of the time.

    Leaving them out changes neither braces nor the order of names. But it may spoil the balance of brackets, or make
    two names equal that hold such an array in their text; so only a good result counts.
    """
    try:
        _read(_NUMBER_ARRAYS.sub(b"[]", body))
    except (PayloadRejected, ValueError):
        _read(body)


def _read(body: bytes) -> None:
    json.loads(body, object_pairs_hook=_object, parse_int=float)


def _object(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        name = next(name for at, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:at]))
        raise PayloadRejected("duplicate_name", f"an object has the name {name[:60]!r} more than once")
    if pairs and max(map(len, names)) > LONGEST_NAME:
        raise PayloadRejected("name_too_long", f"a name has more than {LONGEST_NAME} characters")
