"""What the values at one place have in common: their types, the fields of objects, the elements of arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_MAP_KEYS = 4  # an object with at least as many members may be a map
_ID_LIKE = re.compile(r"[^a-z]*\d[^a-z]*|\d+\w*|[0-9a-f-]{16,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """`scalars`: of `bool`, `int`, `float` and `str`, those that occur; `texts` and `numbers` are the values seen.

    `fields`: those of objects, None where there is no object. `required`: the fields that every object has.
    `values`: what the members of free-form maps have in common; `items`: the elements of arrays, which have `lengths`.
    """

    is_null: bool = False
    scalars: frozenset[type] = frozenset()
    texts: tuple[str, ...] = ()
    numbers: tuple[int | float, ...] = ()
    fields: Mapping[str, Shape] | None = None
    required: frozenset[str] = frozenset()
    values: Shape | None = None
    items: Shape | None = None
    lengths: frozenset[int] = frozenset()
    seen: int = field(default=0)

    @property
    def is_scalar(self) -> bool:
        """Whether no object and no array occurs."""
        return self.fields is None and self.values is None and self.items is None

    @property
    def is_number(self) -> bool:
        return self.is_scalar and bool(self.scalars) and self.scalars <= {int, float}

    @property
    def is_text(self) -> bool:
        return self.is_scalar and self.scalars == {str}


def shape_of(samples: Sequence[Any]) -> Shape:
    """The shape of values as msgspec decodes JSON."""
    objects = [one for one in samples if isinstance(one, dict)]
    arrays = [one for one in samples if isinstance(one, list)]
    scalars = [one for one in samples if isinstance(one, bool | int | float | str)]
    names = list(dict.fromkeys(name for one in objects for name in one))
    is_map = bool(objects) and _is_map(objects, names)
    return Shape(
        is_null=any(one is None for one in samples),
        scalars=frozenset(type(one) for one in scalars),
        texts=tuple(one for one in scalars if isinstance(one, str)),
        numbers=tuple(one for one in scalars if isinstance(one, int | float) and not isinstance(one, bool)),
        fields=None if is_map or not objects else {name: shape_of(_members(objects, name)) for name in names},
        required=frozenset(name for name in names if all(name in one for one in objects)),
        values=shape_of([value for one in objects for value in one.values()]) if is_map else None,
        items=shape_of([item for one in arrays for item in one]) if arrays else None,
        lengths=frozenset(len(one) for one in arrays),
        seen=len(samples),
    )


def _members(objects: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [one[name] for one in objects if name in one]


def _is_map(objects: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bool:
    """Whether the members are named by data, such as ids or dates, and all of one kind: a free-form map."""
    if len(names) < _MAP_KEYS or not all(_ID_LIKE.fullmatch(name) for name in names):
        return False
    return len({_kind(value) for one in objects for value in one.values() if value is not None}) <= 1


def _kind(value: Any) -> str:
    if isinstance(value, bool | str):
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__
