"""The one text form of instants in a state file: RFC 3339 in UTC with six decimals, `2024-05-30T04:30:00.000000Z`.

All texts have one width, so they sort as their instants do, and versions made within one second keep their order.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec


def text_of(instant: datetime) -> str:
    """The text of an instant that has a zone."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def instant_of(text: str) -> datetime:
    """The instant of a text, of this form or of an older version's; without an offset, it is UTC. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def document_of(value: msgspec.Struct) -> bytes:
    """A value as JSON, whose instants have the one form."""
    return msgspec.json.encode(_with_texts(msgspec.to_builtins(value, builtin_types=(datetime,))))


def _with_texts(value: Any) -> Any:
    match value:
        case datetime():
            return text_of(value)
        case dict():
            return {name: _with_texts(one) for name, one in value.items()}
        case list() | tuple():
            return [_with_texts(one) for one in value]
    return value
