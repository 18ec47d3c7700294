"""How resources are made and named: logical ids, names within a service's limits, and properties with tags.

Properties are written as they stand in a template; troposphere refuses a property that its class does not have.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from troposphere import Tags

STAGE_TAG = "millrace:stage"  # of every resource that takes tags: the stage's name
_DIGITS = 6


def resource(kind: Any, title: str, **properties: Any) -> Any:
    """A resource of troposphere's class `kind`. Raises AttributeError, TypeError or ValueError for a wrong property."""
    made = kind.from_dict(title, {name: value for name, value in properties.items() if value is not None})
    made.to_dict()  # refuses what is required and missing, here where it was left out
    return made


def tag(made: Any, tags: Mapping[str, str]) -> None:
    """Adds tags to a resource, in the form that its class has them; to one that takes no tags, nothing."""
    form = made.props.get("Tags", (None,))[0]
    if form is dict:
        made.Tags = dict(tags)
    elif form is not None:
        own = made.properties.get("Tags")
        made.Tags = Tags(**tags) + (own or Tags())


def logical_id(kind: str, name: str) -> str:
    """A logical id, which has letters and digits only: of `PollOf` and `taxi_availability`, PollOfTaxiAvailability.

    Two names never give one id: one that does not come back unchanged has a digest at its end. No `kind` may be the
    beginning of another id.
    """
    camel = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    back = re.sub(r"(?<!^)(?=[A-Z])", "_", camel).lower()
    return f"{kind}{camel}" if back == name else f"{kind}{camel}{_digest(name)}"


def limited(name: str, most: int) -> str:
    """A name of at most `most` characters: a longer one is cut, and has a digest of all of it at its end."""
    return name if len(name) <= most else f"{name[: most - _DIGITS - 1]}-{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
