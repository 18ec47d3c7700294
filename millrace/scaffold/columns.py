"""The columns of the staging table: one for each scalar field of an entity, with its type and how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from millrace.scaffold.names import column_name, snake_case
from millrace.scaffold.shapes import Shape

Steps = tuple[str | int, ...]

LONGITUDE = frozenset({"longitude", "lon", "lng", "long", "x_lon"})
LATITUDE = frozenset({"latitude", "lat", "y_lat"})
_POINTS = frozenset({"coordinates", "location", "position", "point", "coords", "lonlat"})
_IDENTIFIER = re.compile(r"(.*_)?(id|ids|uid|uuid|code|number|no|nr|key|ref|postal|postcode|zip|phone|name)")
_CONSTANT = re.compile(r"(.*_)?(total|capacity|maximum|max|size)|(total|capacity|maximum|max)_.*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,11})\.\d{1,6}", re.ASCII)
_DEEPEST = 4
_SMALL = 100_000_000  # whole numbers up to it are `int`, with room to grow
_SCALE = 2  # digits after the point that a decimal has at least
_MOST_DIGITS = 18
_SPARE = 2  # digits before the point that a decimal has more than the sample needs


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """`steps` lead from the entity to the value; `type` is the declared one. `is_always`: every entity has the value.

    `role` is `longitude`, `latitude`, `key`, or "" for the others. `is_measure`: numbers whose mean says something.
    """

    name: str
    steps: Steps
    type: str
    shape: Shape
    is_always: bool
    role: str = ""

    @property
    def is_measure(self) -> bool:
        if self.role or self.type in ("string", "boolean") or _IDENTIFIER.fullmatch(self.name):
            return False
        return self.type != "bigint"  # mostly times and ids

    @property
    def varies(self) -> bool:
        """Whether it looks like a number that changes from snapshot to snapshot, by its name and by its values."""
        return not _CONSTANT.fullmatch(self.name) and (len(set(self.shape.texts or self.shape.numbers)) > 1)

    @property
    def expression(self) -> str:
        """SQL that reads it from `entity`."""
        text = f"json_extract_scalar(entity, '{sql_path(self.steps)}')"
        return text if self.type == "string" else f"TRY_CAST({text} AS {sql_type(self.type)})"

    @property
    def meaning(self) -> str:
        words = {"longitude": "degrees east, rounded half up", "latitude": "degrees north, rounded half up"}
        if self.role in words:
            return words[self.role]
        path = sql_path(self.steps).removeprefix("$").removeprefix(".")
        where = "as in the feed" if path == self.name else f"the feed's {path}" if path else "the entity itself"
        if self.role == "key":
            return f"{where}; it names the entity"
        return f"{where}{', rounded half up' if self.type.startswith('decimal') else ''}"


def columns_of(entity: Shape, noun: str, key: Steps | None) -> list[FoundColumn]:
    """The columns, in the order of the fields."""
    found: list[FoundColumn] = []
    used: set[str] = set()
    for steps, shape, is_always in scalars_of(entity):
        role = "key" if steps == key else _role(steps)
        if any(one.role == role for one in found):
            role = ""
        if (type_ := _type(steps, shape, role)) is None:
            continue
        if role in ("longitude", "latitude") and type_ != "decimal(9,6)":
            role = ""  # a text, whatever it says
        is_place = role in ("longitude", "latitude") and role not in used
        name = role if is_place else column_name(steps, noun, used)
        used.add(name)
        found.append(FoundColumn(name, steps, type_, shape, is_always, role))
    return found


def scalars_of(shape: Shape, steps: Steps = (), *, is_always: bool = True) -> Iterator[tuple[Steps, Shape, bool]]:
    """The scalars below a place: of objects inside, of the first object of an array, and of pairs of numbers."""
    if not sql_path(steps) or len(steps) > _DEEPEST:
        return
    if shape.is_scalar:
        yield steps, shape, is_always and not shape.is_null
    if shape.scalars:
        return
    is_always = is_always and not shape.is_null
    for name, value in (shape.fields or {}).items():
        yield from scalars_of(value, (*steps, name), is_always=is_always and name in shape.required)
    items = shape.items
    if items is None or shape.fields is not None:
        return
    if items.fields is not None and not items.scalars:
        yield from scalars_of(items, (*steps, 0), is_always=is_always and 0 not in shape.lengths)
    elif _is_point(steps, shape):
        for index in range(min(shape.lengths)):
            yield (*steps, index), items, is_always and not items.is_null


def left_out(shape: Shape, steps: Steps = ()) -> Iterator[str]:
    """What of an entity becomes no column: the path of each, and why."""
    path = sql_path(steps)
    if not path or len(steps) > _DEEPEST:
        place = path or ".".join(map(str, steps))
        yield f"{place} (too deep, or named by a number or by characters that no path can have)"
        return
    if shape.is_scalar:
        if not shape.scalars and shape.seen:
            yield f"{path} (null in each)"
        return
    if shape.values is not None or shape.scalars:
        yield f"{path} ({'of several kinds' if shape.scalars else 'its members are named by data'})"
        return
    for name, value in (shape.fields or {}).items():
        yield from left_out(value, (*steps, name))
    items = shape.items
    if items is None or (shape.fields is None and _is_point(steps, shape)):
        return
    if shape.fields is None and items.fields is not None and not items.scalars:
        if max(shape.lengths) > 1:
            yield f"{path} (all but the first of each)"
        yield from left_out(items, (*steps, 0))
    else:
        yield f"{path} (an array)"


def _is_point(steps: Steps, shape: Shape) -> bool:
    """Whether it is an array of two or three numbers: a position, longitude first, as in GeoJSON."""
    named = not steps or (isinstance(steps[-1], str) and snake_case(steps[-1]) in _POINTS)
    return (
        named and shape.items is not None and shape.items.is_number and shape.lengths <= {2, 3} and bool(shape.lengths)
    )


def _role(steps: Steps) -> str:
    last = steps[-1] if steps else ""
    if isinstance(last, int):
        is_point = len(steps) == 1 or (isinstance(steps[-2], str) and snake_case(steps[-2]) in _POINTS)
        return ("longitude", "latitude", "")[min(last, 2)] if is_point else ""
    word = snake_case(last)
    return "longitude" if word in LONGITUDE else "latitude" if word in LATITUDE else ""


def _type(steps: Steps, shape: Shape, role: str) -> str | None:
    """The declared type; None for a place where every value is null."""
    if not shape.scalars:
        return None
    if role == "key":
        return "string"
    name = next((snake_case(one) for one in reversed(steps) if isinstance(one, str)), "")
    numbers = _numbers(shape, may_be_text=not _IDENTIFIER.fullmatch(name))
    if role and numbers is not None:
        return "decimal(9,6)"
    if shape.scalars == {bool}:
        return "boolean"
    if numbers is None:
        return "string"
    if all(_WHOLE.fullmatch(one) for one in numbers):
        return "int" if all(abs(int(one)) <= _SMALL for one in numbers) else "bigint"
    return _decimal(numbers)


def _numbers(shape: Shape, *, may_be_text: bool) -> list[str] | None:
    """The values as they are written, where all are numbers; None where one is not, or is one too large."""
    if shape.is_number:
        written = [repr(one) for one in shape.numbers]
        too_large = any(isinstance(one, int) and not _WHOLE.fullmatch(repr(one)) for one in shape.numbers)
        return None if too_large else written
    if shape.is_text and may_be_text and all(_WHOLE.fullmatch(one) or _DECIMAL.fullmatch(one) for one in shape.texts):
        return list(shape.texts)
    return None


def _decimal(numbers: list[str]) -> str:
    """A decimal that holds the values with room to grow; `double` where none of a moderate size does."""
    if not all(_WHOLE.fullmatch(one) or _DECIMAL.fullmatch(one) for one in numbers):
        return "double"
    before = max(len(str(abs(int(Decimal(one))))) for one in numbers) + _SPARE
    scale = max(_SCALE, *(len(one.partition(".")[2]) for one in numbers))
    return f"decimal({before + scale},{scale})" if before + scale <= _MOST_DIGITS else "double"


def sql_type(declared: str) -> str:
    if declared.startswith("decimal"):
        return declared.upper().replace(",", ", ")
    return {"int": "INTEGER", "string": "VARCHAR"}.get(declared, declared.upper())


def sql_path(steps: Steps) -> str:
    """The JSON path in SQL, inside single quotes; "" where a name has a character that no path can have.

    So is it where a name is a number, which some engines take for a place of a list, too.
    """
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif (
            not step.isprintable()
            or step.removeprefix("+").isdecimal()
            or any(one in step for one in "\"'\\:")
            or not step
        ):
            return ""
        else:
            path += f".{step}" if _PLAIN.fullmatch(step) else f'["{step}"]'
    return path
