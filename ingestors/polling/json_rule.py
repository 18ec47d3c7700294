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
MAX_NUMBER_LENGTH = 1000  # characters
MAX_NAME_LENGTH = 50_000  # characters

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_OF_NUMBERS = b"-+.0123456789eE"
_NUMBERS_AS_ZEROS = bytes(ord("0") if byte in _OF_NUMBERS else ord(" ") for byte in range(256))
_TOO_LONG = b"0" * (MAX_NUMBER_LENGTH + 1)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

_STEP = 23  # a prime: elements of an array are often of one length
_LONG_SAMPLE = b"0" * (MAX_NUMBER_LENGTH // _STEP)  # what each _STEP-th byte of a number that is too long makes
_LONG_PART = 500  # bytes
_ARRAY = re.compile(rb"\[[\[\],]*\]")
_LEVELS_OF_NUMBERS = 10


def check_json(body: bytes) -> None:
    """Check valid JSON in UTF-8. Raises PayloadRejected with one of the codes `nul_character`, `too_deep`,
    `number_too_long`, `duplicate_name` and `name_too_long`.
    """
    if b"\\" in body and _NUL.search(body):
        raise PayloadRejected("nul_character", r"a text has the character NUL (\u0000)")
    if not _is_sound(body):
        check_depth(body)
        if _TOO_LONG in _STRING.sub(b"", body).translate(_NUMBERS_AS_ZEROS):
            raise PayloadRejected("number_too_long", f"a number has more than {MAX_NUMBER_LENGTH} characters")
        _check_names(body)


def check_depth(body: bytes) -> None:
    """Raises PayloadRejected (`too_deep`). The body may be broken JSON."""
    if not _is_within(DEEPEST, _STRING.sub(b"", body)):
        raise PayloadRejected("too_deep", f"the body is nested too deeply: more than {DEEPEST} levels")


def _is_within(levels: int, text: bytes) -> bool:
    """Whether a text without strings is nested no deeper than that."""
    brackets = text.translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(levels):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"")  # the innermost level
    return not brackets


def _is_sound(body: bytes) -> bool:
    """A quick look, for every poll pays for it: False says only that a closer look is needed.

    Arrays of numbers are most of a large body, and have no names: json reads the body without them in a tenth of the
    time. What is left has the same names and braces, so if it is JSON, it has the same objects.
    """
    if (b"\\" in body and b'\\"' in body) or _LONG_SAMPLE in body[::_STEP].translate(_NUMBERS_AS_ZEROS):
        return False
    parts = body.split(b'"')
    for at in range(0, len(parts), 2):  # what stands between strings
        if len(parts[at]) > _LONG_PART:
            arrays = parts[at].translate(None, _OF_NUMBERS + b" \t\r\n")
            parts[at] = _ARRAY.sub(_empty, arrays)
    try:
        _check_names(b'"'.join(parts))
    except (PayloadRejected, ValueError):
        return False
    return _is_within(DEEPEST - _LEVELS_OF_NUMBERS, b"".join(parts[::2]))


def _empty(array: re.Match[bytes]) -> bytes:
    return b"[]" if _is_within(_LEVELS_OF_NUMBERS, array[0]) else array[0]


def _check_names(body: bytes) -> None:
    json.loads(body, object_pairs_hook=_object, parse_int=float)


def _object(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        name = next(name for at, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:at]))
        raise PayloadRejected("duplicate_name", f"an object has the name {name[:60]!r} more than once")
    if pairs and max(map(len, names)) > MAX_NAME_LENGTH:
        raise PayloadRejected("name_too_long", f"a name has more than {MAX_NAME_LENGTH} characters")
