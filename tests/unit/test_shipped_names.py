"""The core names nothing of the pipelines that ship: they are files of a project, like anybody's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = ("millrace", "ingestors", "firehose", "glue_workflow", "athena_sql", "dashboards", "infra")
NAMES = re.compile(r"taxi|rainfall|rain_station|singapore|data\.gov", re.IGNORECASE)
# The files of the shipped pipelines; and examples: the help of commands, and what `millrace new` writes and suggests.
SHIPPED = (
    "ingestors/sources/",
    "ingestors/simulator/singapore/",
    "dashboards/shipped/taxis.py",
    "millrace/cli/",
    "millrace/scaffold/",
)


def files(*suffixes: str) -> list[Path]:
    found = [path for top in TOP for suffix in suffixes for path in (ROOT / top).rglob(f"*{suffix}")]
    names = [path for path in found if not any(parent.is_symlink() for parent in path.parents)]
    return [path for path in names if not str(path.relative_to(ROOT)).startswith(SHIPPED)]


def words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The names and texts of a module with their lines: without comments and docstrings, which may give examples."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, f"{node.module} {' '.join(one.name for one in node.names)}"
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.lineno, node.arg


def test_the_modules_that_are_looked_at_are_those_of_the_core() -> None:
    found = {str(path.relative_to(ROOT)) for path in files(".py")}
    assert {"millrace/usecases/demo.py", "dashboards/html/content.py", "ingestors/simulator/server.py"} <= found
    assert len(found) > 200


@pytest.mark.parametrize(
    "text", ['x = "prod.taxi_availability"', "taxis = 1", "from a.singapore import b", "f(rainfall=1)"]
)
def test_a_name_is_found_wherever_it_stands(text: str) -> None:
    assert [line for line, word in words(ast.parse(text)) if NAMES.search(word)] == [1]


def test_no_module_of_the_core_names_a_shipped_pipeline() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{line}: {word[:60]}"
        for path in files(".py")
        for line, word in words(ast.parse(path.read_text("utf-8")))
        if NAMES.search(word)
    ]
    assert named == [], "names of shipped pipelines in the core"


def test_no_file_of_the_page_names_a_shipped_pipeline() -> None:
    assert [path.name for path in files(".js", ".css", ".html") if NAMES.search(path.read_text("utf-8"))] == []
