"""Adapters and fakes have the verbs of their ports: the same names, parameters and defaults.

The classes are read from the source, those inside functions included. Ports are the protocols and abstract classes.
A class stands in for a port if it inherits from it, or has most of its verbs, so nobody lists adapters and fakes.
The types of what verbs take and return are mypy's to check.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from tests.end_to_end.documents import ROOT
from tests.unit.test_layout import SOURCE_FOLDERS

# Classes that have most verbs of a port by chance, with the reason.
NOT_STAND_INS = {
    ("StreamAgainstModel", "DeliveryStream"): "its rules are named for what they do to a stream",
    ("VersionRecords", "Catalog"): "it is the part of a catalog that keeps records",
}

TakenParameter = tuple[str, str, bool]  # name, kind, whether it has a default


@dataclass(frozen=True)
class ReadClass:
    """A class of the source. `verbs`: its own methods. `members`: verbs, properties, fields and attributes. `given`: of
    a port, the verbs with a body, which those that inherit from it need not have.
    """

    name: str
    place: str
    bases: tuple[str, ...]
    abstract: bool
    verbs: dict[str, tuple[TakenParameter, ...]]
    members: frozenset[str]
    given: frozenset[str]


def name_of(node: ast.expr) -> str:
    """The last part of a name, without type arguments: Protocol for `typing.Protocol[T]`."""
    return ast.unparse(node).partition("[")[0].rpartition(".")[2]


def parameters(of: ast.arguments) -> tuple[TakenParameter, ...]:
    """Without self."""
    places = [(one, "positional only") for one in of.posonlyargs] + [(one, "positional") for one in of.args]
    given = [False] * (len(places) - len(of.defaults)) + [True] * len(of.defaults)
    found = [(one.arg, kind, default) for (one, kind), default in zip(places, given, strict=True)][1:]
    found += [(of.vararg.arg, "*", False)] if of.vararg else []
    found += [
        (one.arg, "by name", default is not None) for one, default in zip(of.kwonlyargs, of.kw_defaults, strict=True)
    ]
    return (*found, *([(of.kwarg.arg, "**", False)] if of.kwarg else []))


def read_class(node: ast.ClassDef, place: str) -> ReadClass:
    bases = tuple(name_of(base) for base in node.bases)
    functions = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    marks = {name: {name_of(mark) for mark in one.decorator_list} for name, one in functions.items()}
    if "ABC" in bases:  # its other methods are no part of the port
        functions = {name: one for name, one in functions.items() if "abstractmethod" in marks[name]}
    fields = {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    attributes = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and name_of(one.value) == "self"}
    abstract = bool({"Protocol", "ABC"} & set(bases))
    own = {*functions, *(fields if "ABC" not in bases else ()), *(attributes if not abstract else ())}
    return ReadClass(
        node.name,
        place,
        bases,
        abstract,
        {
            name: parameters(one.args)
            for name, one in functions.items()
            if not name.startswith("_") and not marks[name] & {"property", "cached_property"}
        },
        frozenset(name for name in own if not name.startswith("_")),
        frozenset(name for name, one in functions.items() if abstract and not isinstance(one.body[-1], ast.Expr)),
    )


def read_classes() -> Iterator[ReadClass]:
    for folder in (*SOURCE_FOLDERS, ROOT / "tests"):
        for path in sorted(folder.rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    yield read_class(node, f"{path.relative_to(ROOT)}:{node.lineno}")


@cache
def classes() -> dict[str, ReadClass]:
    """By name. Read by the first test, since each of pytest's processes would read them to collect the tests."""
    return {found.name: found for found in read_classes()}


@cache
def abstract() -> list[ReadClass]:
    """The ports."""
    return [found for found in classes().values() if found.abstract]


def lineage(of: ReadClass) -> Iterator[ReadClass]:
    """A class and its ancestors, the nearest first."""
    yield of
    for base in of.bases:
        if base in classes():
            yield from lineage(classes()[base])


@cache
def verbs(name: str) -> dict[str, tuple[TakenParameter, ...]]:
    """With inherited ones; of those that a class inherits from a port, only the ones that have a body."""
    of = classes()[name]
    found: dict[str, tuple[TakenParameter, ...]] = {}
    for ancestor in lineage(of):
        own = ancestor.abstract == of.abstract
        found = {verb: takes for verb, takes in ancestor.verbs.items() if own or verb in ancestor.given} | found
    return found


@cache
def members(name: str) -> frozenset[str]:
    of = classes()[name]
    return frozenset().union(*(one.members if one.abstract == of.abstract else one.given for one in lineage(of)))


def like(one: tuple[TakenParameter, ...], other: tuple[TakenParameter, ...]) -> bool:
    """Whether two methods of one name are meant to be the same verb: as many parameters, or one in common."""
    return len(one) == len(other) or bool({name for name, *_ in one} & {name for name, *_ in other})


@cache
def shared(name: str, port: str) -> int:
    """How many of a port's verbs a class has; 0 if it lacks the port's properties or what it inherits from a port."""
    inherited = {verb for parent in lineage(classes()[port]) if parent.name != port for verb in parent.verbs}
    needed = members(port) - classes()[port].verbs.keys() | inherited
    own = verbs(name)
    found = [verb for verb, wanted in verbs(port).items() if verb in own and like(own[verb], wanted)]
    return len(found) if needed <= members(name) else 0


@cache
def similar(name: str) -> list[str]:
    """The ports of which a class has all verbs, without those that are a part of another one, as `Leases` is of
    `RunStore` by its `hold`. If there is none: the one of which it has most, if that is more than half."""
    ports = [port.name for port in abstract() if (name, port.name) not in NOT_STAND_INS]
    whole = [port for port in ports if shared(name, port) == len(verbs(port))]
    if whole:
        return [port for port in whole if not any(verbs(port).keys() < verbs(other).keys() for other in whole)]
    nearest = max(ports, key=lambda port: shared(name, port))
    return [nearest] if shared(name, nearest) * 2 > len(verbs(nearest)) else []


@cache
def stand_ins(port: str) -> list[ReadClass]:
    ordinary = [one for one in classes().values() if not one.abstract]
    return [one for one in ordinary if port in similar(one.name) or classes()[port] in lineage(one)]


def differences(one: ReadClass, port: ReadClass) -> Iterator[str]:
    for name in sorted(members(port.name) - members(one.name)):
        yield f"{one.name} ({one.place}) has no {name}"
    own = verbs(one.name)
    for name, wanted in verbs(port.name).items():
        if name in own and own[name] != wanted:
            yield f"{one.name}.{name} ({one.place}) takes {own[name]}, and the port's takes {wanted}"


def test_something_stands_in_for_each_port() -> None:
    assert [f"{port.name} ({port.place})" for port in abstract() if not stand_ins(port.name)] == []


def test_adapters_and_fakes_have_the_verbs_of_their_port() -> None:
    found = [
        f"{difference}: {port.name} ({port.place})"
        for port in abstract()
        for one in stand_ins(port.name)
        for difference in differences(one, port)
    ]
    assert found == [], "what is no stand-in is listed in NOT_STAND_INS"


@pytest.mark.parametrize(("name", "port"), NOT_STAND_INS)
def test_each_exception_is_needed(name: str, port: str) -> None:
    assert shared(name, port) * 2 > len(verbs(port))
    assert list(differences(classes()[name], classes()[port]))
