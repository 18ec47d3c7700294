"""From a response's bytes to a plausible snapshot, or to PayloadRejected with a stable code.

Feeds fail politely, with HTTP 200. The codes: `not_utf8`, `not_json`, `no_results`, `error_object`, `missing_field`,
`wrong_type`, `empty`, `too_few`, `too_many`, `timestamp_unreadable`, `timestamp_without_offset`, `timestamp_ahead`,
`timestamp_too_old`, `timestamp_back`, `outside_box`. What is plausible is data on the source; only reading its shape
is code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from millrace.errors import PayloadRejected
from millrace.ingestors.ports import Box, Observation, Plausibility, Position, Source
from millrace.time_keys import stored

_SHOWN = 60  # characters of a body that a message quotes
_MESSAGE_LIMIT = 300
_TOO_DEEP = "the body is nested too deep to be read"


@dataclass(frozen=True, slots=True)
class ParsedPayload:
    """A plausible snapshot: `observed_at` in UTC, and how many entities it has."""

    observed_at: datetime
    entities: int


def read_payload(source: Source, body: bytes, polled_at: datetime, newest: datetime | None = None) -> ParsedPayload:
    """Decode and check; the body is left as it is. Raises PayloadRejected, and nothing else whatever the body.

    `newest`: the newest `observed_at` known, where the feed was asked for now.
    """
    _check_text(body)
    try:
        decoded = _decoder(source.schema).decode(body)
    except msgspec.ValidationError as error:
        raise _diagnosis(body, str(error)) from None
    except msgspec.DecodeError as error:
        raise _not_json(body, str(error)) from None
    except RecursionError:
        raise PayloadRejected("not_json", _TOO_DEEP) from None
    observation = source.read(decoded)
    if observation.status != "healthy":
        raise PayloadRejected("error_object", f"the feed calls itself {observation.status[:_SHOWN]!r}")
    reading = _plausible(source.plausibility, observation, polled_at)
    _check_order(source.plausibility, reading.observed_at, newest)
    return reading


@cache
def _decoder(schema: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(schema)


def _check_text(body: bytes) -> None:
    try:
        body.decode()  # msgspec does not look into the strings of fields that the schema does not name
    except UnicodeDecodeError as error:
        looks = "gzip data" if body.startswith(b"\x1f\x8b") else "not UTF-8 text"
        raise PayloadRejected("not_utf8", f"the body is {looks} (byte {error.start})") from None


def _not_json(body: bytes, error: str) -> PayloadRejected:
    text = body.decode().strip()
    start = repr(text[:_SHOWN])
    if not text:
        return PayloadRejected("not_json", "the body is empty")
    if text.startswith("\ufeff"):
        return PayloadRejected("not_json", "the body starts with a byte order mark")
    if text.startswith("<"):
        kind = "HTML" if "<html" in text[:1000].lower() or text[:14].lower() == "<!doctype html" else "XML or HTML"
        return PayloadRejected("not_json", f"the body looks like {kind}: {start}")
    if text[0] in "{[":
        return PayloadRejected("not_json", f"the body is broken or cut JSON: {error}")
    return PayloadRejected("not_json", f"the body is plain text: {start}")


def _diagnosis(body: bytes, error: str) -> PayloadRejected:
    """Why JSON does not have the schema: the feed may be saying so in words of its own."""
    try:
        said = _polite_error(msgspec.json.decode(body))
    except msgspec.ValidationError:  # JSON, but with numbers beyond reading
        said = None
    except RecursionError:
        return PayloadRejected("not_json", _TOO_DEEP)
    except msgspec.DecodeError as broken:
        return _not_json(body, str(broken))
    if said is not None:
        return said
    code = "missing_field" if error.startswith("Object missing required field") else "wrong_type"
    where = "" if " - at `" in error else " - at `$`"
    words = error.replace("`msgspec.UnsetType`", "the array's end")
    return PayloadRejected(code, f"{words[:_MESSAGE_LIMIT]}{where}")


def _polite_error(document: object) -> PayloadRejected | None:
    """An answer in the shape of an error: `message`, `code` with `errorMsg`, or `api_info` that is not healthy."""
    if not isinstance(document, dict):
        return None
    said = next((document[key] for key in ("message", "errorMsg", "error") if document.get(key)), "")
    words = repr(said)[:_MESSAGE_LIMIT]
    if isinstance(said, str) and "no results" in said.lower():
        return PayloadRejected("no_results", f"the feed says {words}")
    code, info = document.get("code", 0), document.get("api_info")
    if code not in (0, None, "0"):
        return PayloadRejected("error_object", f"the feed answers error code {repr(code)[:_SHOWN]}: {words}")
    status = info.get("status", "healthy") if isinstance(info, dict) else "healthy"
    if status != "healthy":
        return PayloadRejected("error_object", f"the feed calls itself {repr(status)[:_SHOWN]}: {words}")
    return PayloadRejected("error_object", f"the feed says {words}") if said else None


def _plausible(plausible: Plausibility, observation: Observation, polled_at: datetime) -> ParsedPayload:
    entities = observation.entities
    if entities == 0 and plausible.entities_min > 0:
        raise PayloadRejected("empty", "the snapshot has no entities")
    if entities < plausible.entities_min:
        raise PayloadRejected("too_few", f"{entities} entities; plausible are {plausible.entities_min} and more")
    if entities > plausible.entities_max:
        raise PayloadRejected("too_many", f"{entities} entities; plausible are at most {plausible.entities_max}")
    observed_at = _instant(plausible, observation.observed_at, polled_at)
    if plausible.box is not None and observation.positions:
        _check_box(plausible.box, plausible.outside, observation.positions)
    return ParsedPayload(observed_at, entities)


def _instant(plausible: Plausibility, text: str, polled_at: datetime) -> datetime:
    shown = repr(text[:_SHOWN])
    try:
        read = datetime.fromisoformat(text)
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
    west, east, south, north = box.west, box.east, box.south, box.north  # read once, not for each of thousands
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
