"""The schema of a response as Python: TypedDicts for its objects, those inside first."""

from __future__ import annotations

from dataclasses import dataclass, field

from millrace.scaffold.names import singular, snake_case, type_name
from millrace.scaffold.shapes import Shape

_WIDTH = 110


@dataclass
class SchemaText:
    """The definitions so far. `at_most_one`: places whose array has exactly one element, else a response is refused."""

    at_most_one: frozenset[tuple[str | int, ...]]
    points_at: tuple[str | int, ...] | None
    reserved: frozenset[str]
    definitions: list[str] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)

    @property
    def names(self) -> frozenset[str]:
        """The names that a further type cannot have."""
        return self.reserved | {one.partition(" ")[0] for one in self.definitions}

    def of(self, shape: Shape, name: str, steps: tuple[str | int, ...] = ()) -> str:
        """The type's text; adds the definitions that it needs. `name`: what an object there is called."""
        parts = [*self._scalars(shape), *self._objects(shape, name, steps), *self._arrays(shape, name, steps)]
        if not parts:
            self.uses.add("Any")
            return "Any"
        if "Any" in parts:
            return "Any"
        return " | ".join([*parts, *(["None"] if shape.is_null else [])])

    def _scalars(self, shape: Shape) -> list[str]:
        names = {one.__name__ for one in shape.scalars}
        if "float" in names:
            names.discard("int")  # msgspec takes whole numbers for a float
        return [one for one in ("bool", "int", "float", "str") if one in names]

    def _objects(self, shape: Shape, name: str, steps: tuple[str | int, ...]) -> list[str]:
        if shape.values is not None:
            return [f"dict[str, {self.of(shape.values, singular(name), (*steps, '*'))}]"]
        if shape.fields is None:
            return []
        if not all(key.isascii() for key in shape.fields) or not shape.fields:
            self.uses.add("Any")  # msgspec finds no field of a TypedDict whose name is not ASCII
            return ["dict[str, Any]"]
        lines = []
        for key, value in shape.fields.items():
            text = self.of(value, snake_case(key) or name, (*steps, key))
            if key not in shape.required:
                self.uses.add("NotRequired")
                text = f"NotRequired[{text}]"
            lines.append((key, text))
        return [self._define(name, lines)]

    def _define(self, word: str, fields: list[tuple[str, str]]) -> str:
        name = type_name(word, self.names)
        self.uses.add("TypedDict")
        items = [f"{python_text(key)}: {text}" for key, text in fields]
        line = f'{name} = TypedDict("{name}", {{{", ".join(items)}}})'
        if len(line) > _WIDTH:
            body = "".join(f"        {one},\n" for one in items)
            line = f'{name} = TypedDict(\n    "{name}",\n    {{\n{body}    }},\n)'
        self.definitions.append(line)
        return name

    def _arrays(self, shape: Shape, name: str, steps: tuple[str | int, ...]) -> list[str]:
        if shape.items is None:
            return []
        if steps == self.points_at:
            self.uses.add("Position")
            return ["list[Position]"]
        item = self.of(shape.items, singular(name), (*steps, 0))
        return [f"tuple[{item}]" if steps in self.at_most_one else f"list[{item}]"]


def python_text(text: str) -> str:
    """A Python string in double quotes."""
    quoted = repr(text)
    if quoted.startswith("'") and '"' not in text and "\\" not in quoted:
        return f'"{quoted[1:-1]}"'
    return quoted
