"""Import tracing: which modules of Millrace an entry point needs, and which other packages, without running anything.

Imports at the top of a module are followed always. One inside a function is followed unless it is left out by name:
there it is known that the entry point never comes so far. What only type checkers import is not followed.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import millrace
from millrace.project.problems import problem_of

_PACKAGE = Path(millrace.__file__).parent
_OWN = "millrace"


@dataclass(frozen=True)
class ImportTrace:
    """`modules`: of Millrace, with dots. `others`: the top-level names of other packages, without those of Python."""

    modules: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True)
class _Imported:
    """`lazily`: inside a function."""

    module: str
    lazily: bool


def traced(modules: Iterable[str], files: Iterable[Path] = (), left_out: Iterable[str] = ()) -> ImportTrace:
    """The trace from these modules of Millrace and these files of a project. `left_out`: modules and packages.

    Raises DefinitionError for a file that is no Python.
    """
    found, others, todo = set[str](), set[str](), list(modules)
    skipped = tuple(left_out)
    for one in files:
        todo += _followed(_imports(one, ""), skipped, others)
    while todo:
        name = todo.pop()
        if name in found or (file := module_file(name)) is None:
            continue
        found.add(name)
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        todo += _followed(_imports(file, package), skipped, others)
        if name != _OWN:
            todo.append(name.rpartition(".")[0])
    return ImportTrace(frozenset(found), frozenset(others))


def module_file(name: str) -> Path | None:
    """The file of a module of Millrace; None: there is none of this name."""
    place = _PACKAGE.joinpath(*name.split(".")[1:])
    candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((file for file in candidates if file.is_file()), None)


def _followed(imports: Iterable[_Imported], left_out: tuple[str, ...], others: set[str]) -> Iterator[str]:
    for one in imports:
        if one.lazily and any(one.module == name or one.module.startswith(f"{name}.") for name in left_out):
            continue
        top = one.module.partition(".")[0]
        if top == _OWN:
            yield one.module
        elif top not in sys.stdlib_module_names:
            others.add(top)


@cache
def _imports(file: Path, package: str) -> tuple[_Imported, ...]:
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except (OSError, SyntaxError, ValueError) as error:
        raise problem_of(file.stem, file, error).as_error() from None
    return tuple(_found(tree, package, lazily=False))


def _found(node: ast.AST, package: str, *, lazily: bool) -> Iterator[_Imported]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                yield from (_Imported(one.name, lazily) for one in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = ".".join(part for part in (_parent(package, level), module) if part)
                yield _Imported(base, lazily)
                yield from (_Imported(f"{base}.{one.name}", lazily) for one in names if base.startswith(_OWN))
            case ast.If(test=test) if _is_type_checking(test):
                yield from _found(ast.Module(child.orelse, []), package, lazily=lazily)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _found(child, package, lazily=True)
            case _:
                yield from _found(child, package, lazily=lazily)


def _parent(package: str, level: int) -> str:
    """The package that a relative import of this level begins with; empty for an absolute one."""
    return ".".join(package.split(".")[: len(package.split(".")) - level + 1]) if level else ""


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"
