"""The forms of time that feeds use, each with the Python that reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.ingestors.simulator.recording import MILLISECONDS, formatted_time
from millrace.time_keys import from_iso

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_FORMATS = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%a, %d %b %Y %H:%M:%S GMT",  # as in HTTP
)


@dataclass(frozen=True, slots=True)
class InstantForm:
    """`expression`: Python that makes an aware datetime of `value`. `title`: what the form is, for people.

    `needs_zone`: the text says no offset, so that it is in the feed's time zone. `time_format`: as strptime takes it,
    where it is not ISO 8601; `is_plain`: whether Millrace reads the feed's text as it stands.
    """

    title: str
    expression: str
    read: Callable[[Any, ZoneInfo], datetime]
    needs_zone: bool = False
    time_format: str | None = None
    is_plain: bool = False


def instant_form(values: Sequence[Any]) -> InstantForm | None:
    """The form that all values have; None where they are no times, or in no form that is known."""
    return next((one for one in _FORMS if values and all(_fits(one, value) for value in values)), None)


def _fits(form: InstantForm, value: Any) -> bool:
    try:
        return _EARLIEST <= form.read(value, ZoneInfo("UTC")) < _LATEST
    except (ValueError, TypeError, OverflowError, OSError):
        return False


def _zoned(value: Any, _: ZoneInfo) -> datetime:
    found = from_iso(value if isinstance(value, str) and len(value) > len("2024-05-30") else "")
    if found.tzinfo is None:
        raise ValueError(value)
    return found


def _local(value: Any, zone: ZoneInfo) -> datetime:
    found = from_iso(value if isinstance(value, str) and "-" in value and len(value) > len("2024-05-30") else "")
    if found.tzinfo is not None:
        raise ValueError(value)
    return found.replace(tzinfo=zone)


def _unix(kind: type, unit: int) -> Callable[[Any, ZoneInfo], datetime]:
    def read(value: Any, _: ZoneInfo) -> datetime:
        number = _number(kind, value)
        if (number >= MILLISECONDS) != (unit > 1):
            raise ValueError(value)
        return datetime.fromtimestamp(number / unit, UTC)

    return read


def _number(kind: type, value: Any) -> float:
    if kind is str:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise ValueError(value)
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return value


def _formatted(time_format: str) -> InstantForm:
    in_utc = time_format.endswith("GMT")
    zone = "UTC" if in_utc else "TIMEZONE"
    return InstantForm(
        f"a text in the form {time_format}" + ("" if in_utc else ", in local time"),
        f'datetime.strptime(value, "{time_format}").replace(tzinfo={zone})',
        lambda value, zone: formatted_time(value, time_format, zone),
        needs_zone=not in_utc,
        time_format=time_format,
    )


_FORMS = (
    InstantForm("ISO 8601 with an offset", "datetime.fromisoformat(value)", _zoned, is_plain=True),
    InstantForm(
        "ISO 8601 in local time", "datetime.fromisoformat(value).replace(tzinfo=TIMEZONE)", _local, needs_zone=True
    ),
    InstantForm("Unix time in seconds", "datetime.fromtimestamp(value, UTC)", _unix(int, 1)),
    InstantForm("Unix time in milliseconds", "datetime.fromtimestamp(value / 1000, UTC)", _unix(int, 1000)),
    InstantForm("Unix time in seconds, as text", "datetime.fromtimestamp(int(value), UTC)", _unix(str, 1)),
    InstantForm(
        "Unix time in milliseconds, as text", "datetime.fromtimestamp(int(value) / 1000, UTC)", _unix(str, 1000)
    ),
    *(_formatted(one) for one in _FORMATS),
)
