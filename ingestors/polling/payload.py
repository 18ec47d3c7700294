"""The payload parser: from a response's bytes to a plausible snapshot, or PayloadRejected with a stable code.

Feeds also report errors with HTTP 200. The codes: `not_utf8`, `not_json`, `no_results`, `error_object`,
`missing_field`, `wrong_type`, those of the JSON rule (`json_rule`), `unreadable` (the source's own `read` or schema
raises an error of its own), `empty`, `too_few`, `too_many`, `timestamp_unreadable`, `timestamp_without_offset`,
`timestamp_ahead`, `timestamp_too_old`, `timestamp_back`, `outside_box`. The limits of what is plausible are data on the
source; only the parsing of its shape is code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from millrace.errors import PayloadRejected
from millrace.ingestors.polling.json_rule import check_depth, check_json
from millrace.ingestors.ports import Box, Observation, Plausibility, Position, Source
from millrace.time_keys import from_iso, stored

_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*(%b(?!%b)|(?<!%b)%b)" % (_HIGH, _LOW, _HIGH, _LOW))
_QUOTED = 60  # characters of a body that a message quotes
_MESSAGE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class ParsedPayload:
    """What is known of a plausible snapshot: `observed_at` in UTC, and its number of entities."""

    observed_at: datetime
    entities: int


def read_payload(source: Source, body: bytes, polled_at: datetime, newest: datetime | None = None) -> ParsedPayload:
    """Decode and check a body, which stays unchanged. Raises PayloadRejected, and no other error for any body and any
    source's code, except MemoryError: that says nothing about the body.

    `newest` is the newest known `observed_at` if the feed was asked for the current time, else None.
    """
    _check_text(body)
    decoded = _decoded(source, body)
    check_json(body)
    parsed = _observe(source, decoded, polled_at)
    _check_order(source.plausibility, parsed.observed_at, newest)
    return parsed


def _decoded(source: Source, body: bytes) -> Any:
    """The body as an instance of the source's schema, whose own code (`__post_init__`) may raise anything."""
    try:
        return _decoder(source.schema).decode(body)
    except msgspec.ValidationError as error:
        raise _diagnosis(body, str(error)) from None
    except msgspec.DecodeError as error:
        raise _not_json(body, str(error)) from None
    except RecursionError:
        raise _too_deep(body) from None
    except MemoryError:
        raise
    except Exception as error:
        raise _unreadable(f"the schema of the source {source.name}", error) from error


def _observe(source: Source, decoded: Any, polled_at: datetime) -> ParsedPayload:
    """What the source's own `read` makes of a document, checked. `read` is any code: whatever it raises or returns, the
    response came and is kept.
    """
    try:
        observation = _checked(source.read(decoded))
        if observation.status != "healthy":
            raise PayloadRejected("error_object", f"the feed reports the status {observation.status[:_QUOTED]!r}")
        return _check_plausible(source.plausibility, observation, polled_at)
    except (PayloadRejected, MemoryError):
        raise
    except Exception as error:
        raise _unreadable(f"the read function of the source {source.name}", error) from error


def _checked(given: object) -> Observation:
    """What `read` gave. Raises TypeError for what a source's author did not declare so."""
    if not isinstance(given, Observation):
        raise TypeError(f"its result is {_shown(given)}, not an Observation")
    if not isinstance(given.observed_at, str | datetime):
        raise TypeError(f"observed_at is {_shown(given.observed_at)}, neither a text nor a datetime")
    if type(given.entities) is not int:
        raise TypeError(f"the number of entities is {_shown(given.entities)}, not an int")
    if not isinstance(given.status, str):
        raise TypeError(f"the status is {_shown(given.status)}, not a text")
    return given


def _shown(value: object) -> str:
    return repr(value)[:_QUOTED]


def _unreadable(what: str, error: Exception) -> PayloadRejected:
    words = f"{what} gives an error: {type(error).__name__}: {_words_of(error)}"
    return PayloadRejected("unreadable", words[:_MESSAGE_LIMIT])


def _words_of(error: Exception) -> str:
    """An error's own words, as text that every reader of a record can read."""
    try:
        words = str(error)
    except Exception:  # noqa: BLE001 - the error is the source's own, and so is its text
        return "its message cannot be shown"
    return words.encode(errors="backslashreplace").decode().replace("\0", r"\0")


@cache
def _decoder(schema: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(schema)


def _check_text(body: bytes) -> None:
    try:
        body.decode()  # msgspec does not check the strings in fields that the schema does not declare
    except UnicodeDecodeError as error:
        looks = "gzip data" if body.startswith(b"\x1f\x8b") else "not UTF-8 text"
        raise PayloadRejected("not_utf8", f"the body is {looks} (byte {error.start})") from None


def _not_json(body: bytes, error: str) -> PayloadRejected:
    text = body.decode().strip()
    start = repr(text[:_QUOTED])
    if not text:
        return PayloadRejected("not_json", "the body is empty")
    if text.startswith("\ufeff"):
        return PayloadRejected("not_json", "the body starts with a byte order mark")
    if text.startswith("<"):
        kind = "HTML" if "<html" in text[:1000].lower() or text[:14].lower() == "<!doctype html" else "XML or HTML"
        return PayloadRejected("not_json", f"the body looks like {kind}: {start}")
    if found := _LONE_SURROGATE.search(body):
        return PayloadRejected("not_json", f"a text has a lone surrogate ({found[1].decode()})")
    if text[0] in "{[":
        return PayloadRejected("not_json", f"the body is broken or truncated JSON: {error}")
    return PayloadRejected("not_json", f"the body is plain text: {start}")


def _too_deep(body: bytes) -> PayloadRejected:
    """Of a body that a decoder cannot follow to its end, which may be broken JSON as well."""
    try:
        check_depth(body)
    except PayloadRejected as error:
        return error
    return PayloadRejected("not_json", "the body is nested too deeply to be parsed")


def _diagnosis(body: bytes, error: str) -> PayloadRejected:
    """Why a body does not match the schema: the feed's own error message if it has one, else the decoder's."""
    try:
        found = _error_object(msgspec.json.decode(body))
    except msgspec.ValidationError:  # JSON with numbers that cannot be represented
        found = None
    except RecursionError:
        return _too_deep(body)
    except msgspec.DecodeError as broken:
        return _not_json(body, str(broken))
    if found is not None:
        return found
    code = "missing_field" if error.startswith("Object missing required field") else "wrong_type"
    where = "" if " - at `" in error else " - at `$`"
    words = error.replace("`msgspec.UnsetType`", "the array's end")
    return PayloadRejected(code, f"{words[:_MESSAGE_LIMIT]}{where}")


def _error_object(document: object) -> PayloadRejected | None:
    """The error that a document reports by a `message`, by a `code` with `errorMsg`, or by an unhealthy `api_info`."""
    if not isinstance(document, dict):
        return None
    message = next((document[key] for key in ("message", "errorMsg", "error") if document.get(key)), "")
    words = repr(message)[:_MESSAGE_LIMIT]
    if isinstance(message, str) and "no results" in message.lower():
        return PayloadRejected("no_results", f"the feed says {words}")
    code, info = document.get("code", 0), document.get("api_info")
    if code not in (0, None, "0"):
        return PayloadRejected("error_object", f"the feed answers error code {repr(code)[:_QUOTED]}: {words}")
    status = info.get("status", "healthy") if isinstance(info, dict) else "healthy"
    if status != "healthy":
        return PayloadRejected("error_object", f"the feed reports the status {repr(status)[:_QUOTED]}: {words}")
    return PayloadRejected("error_object", f"the feed says {words}") if message else None


def _check_plausible(plausible: Plausibility, observation: Observation, polled_at: datetime) -> ParsedPayload:
    entities = observation.entities
    if entities == 0 and plausible.entities_min > 0:
        raise PayloadRejected("empty", "the snapshot has no entities")
    if entities < plausible.entities_min:
        raise PayloadRejected("too_few", f"{entities} entities; at least {plausible.entities_min} are plausible")
    if entities > plausible.entities_max:
        raise PayloadRejected("too_many", f"{entities} entities; at most {plausible.entities_max} are plausible")
    observed_at = _plausible_time(plausible, observation.observed_at, polled_at)
    if plausible.box is not None and observation.positions:
        _check_box(plausible.box, plausible.outside, observation.positions)
    return ParsedPayload(observed_at, entities)


def _plausible_time(plausible: Plausibility, given: str | datetime, polled_at: datetime) -> datetime:
    """What a source gave as `observed_at`, as an instant in UTC: from here on, instants are no text."""
    shown = str(given) if isinstance(given, datetime) else repr(given[:_QUOTED])
    try:
        read = given if isinstance(given, datetime) else from_iso(given)
        observed_at = read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        raise PayloadRejected("timestamp_unreadable", f"cannot read the timestamp {shown}") from None
    if observed_at is None:
        raise PayloadRejected("timestamp_without_offset", f"the timestamp {shown} has no offset")
    if observed_at - polled_at > plausible.ahead:
        raise PayloadRejected("timestamp_ahead", f"the timestamp {shown} is {observed_at - polled_at} after the poll")
    if observed_at < plausible.earliest:
        raise PayloadRejected("timestamp_too_old", f"the timestamp {shown} is before {plausible.earliest:%Y-%m-%d}")
    return observed_at


def _check_order(plausible: Plausibility, observed_at: datetime, newest: datetime | None) -> None:
    if plausible.behind is None or newest is None or newest - observed_at <= plausible.behind:
        return
    raise PayloadRejected(
        "timestamp_back",
        f"the timestamp {stored(observed_at)} UTC is {newest - observed_at} before the newest, {stored(newest)} UTC",
    )


def _check_box(box: Box, allowed: float, positions: Sequence[Position]) -> None:
    west, east, south, north = (
        box.west,
        box.east,
        box.south,
        box.north,
    )  # looked up once, not for each of thousands of positions
    outside = len([1 for at in positions if not (west <= at.longitude <= east and south <= at.latitude <= north)])
    total = len(positions)
    if outside / total <= allowed:
        return
    swapped = sum(box.holds(at.latitude, at.longitude) for at in positions)
    hint = "; longitude and latitude look swapped" if swapped * 2 > total else ""
    raise PayloadRejected(
        "outside_box",
        f"{outside} of {total} positions are outside {west} to {east} E, {south} to {north} N{hint}",
    )
