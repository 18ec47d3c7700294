"""The event that a service invokes a function with, as the value that the function takes."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from millrace.errors import UsageError

EventInput = TypeVar("EventInput")


def read_event(event: Any, kind: type[EventInput], *, what: str, hint: str) -> EventInput:
    """Raises UsageError for an event of another form. `what`: the event, as its message names it; `hint`: what to
    send.
    """
    try:
        return msgspec.convert(event, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{what} cannot be read: {error}.", hint=hint) from None
