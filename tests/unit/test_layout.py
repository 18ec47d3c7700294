"""The layout: tables of modules in docstrings, sizes of folders, class names, and paths that documents name."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.documents import DOCUMENTS, ROOT, blocks

LINKED = sorted(path.name for path in (ROOT / "millrace").iterdir() if path.is_symlink() and path.is_dir())
SOURCE_FOLDERS = [ROOT / "millrace", *(ROOT / name for name in LINKED)]
TEST_FOLDERS = [ROOT / "tests" / name for name in ("bench", "contracts", "doubles", "end_to_end")]
MOST_MODULES = 17

# Whoever adds a file here edits no other, so the table need not have it.
FOUND_BY_BEING_THERE = (ROOT / "ingestors" / "sources",)

# Class names that a library demands, so that more than one class has them.
DEMANDED = {"Generator": "sqlglot looks for it in each dialect"}

_ALIAS = re.compile(r"[A-Z]\w*[a-z]\w*")
_TABLE_ROW = re.compile(r"^ {4}(\w+) {2,}\S", re.MULTILINE)
_QUOTED = re.compile(r"`([^`\s]+)`")
_FILE_SUFFIXES = (".py", ".sql", ".dqdl", ".lark", ".md", ".html", ".css", ".js", ".properties", ".toml")


def packages(folder: Path) -> Iterator[Path]:
    """A package and those below it. Links are left out: the folders that they lead to are in `SOURCE_FOLDERS`."""
    yield folder
    for below in sorted(folder.iterdir()):
        if (below / "__init__.py").exists() and not below.is_symlink():
            yield from packages(below)


PACKAGES = [package for folder in SOURCE_FOLDERS for package in packages(folder)]
WITH_TABLES = PACKAGES + [package for folder in TEST_FOLDERS for package in packages(folder)]


def modules(package: Path) -> set[str]:
    return {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}


def subpackages(package: Path) -> set[str]:
    return {path.parent.name for path in package.glob("*/__init__.py")}


@pytest.mark.parametrize("package", WITH_TABLES, ids=lambda package: str(package.relative_to(ROOT)))
def test_the_docstring_of_a_package_lists_its_modules_and_subpackages(package: Path) -> None:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8")), clean=False)
    assert text, f"{package.relative_to(ROOT)}/__init__.py has no docstring that says what the folder is for"

    listed = _TABLE_ROW.findall(text)

    there = modules(package) | subpackages(package)
    missing = set() if package in FOUND_BY_BEING_THERE else there - set(listed)
    problems = {
        "missing": sorted(missing),
        "not in the folder": sorted(set(listed) - there),
        "listed twice": sorted({name for name in listed if listed.count(name) > 1}),
    }
    found = {problem: names for problem, names in problems.items() if names}
    assert found == {}, f"the table in {package.relative_to(ROOT)}/__init__.py is not what the folder has"


def test_no_folder_lists_too_many_modules() -> None:
    counts = {str(package.relative_to(ROOT)): len(modules(package)) for package in WITH_TABLES}

    too_full = {name: count for name, count in counts.items() if count > MOST_MODULES}
    assert too_full == {}, f"folders with more than {MOST_MODULES} modules; move some of them into a subfolder"


def class_names(tree: ast.AST, nested: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Each class in a tree: its name without leading underscores, its line, and whether it is inside another class."""
    for node in ast.iter_child_nodes(tree):
        is_class = isinstance(node, ast.ClassDef)
        if isinstance(node, ast.ClassDef):
            yield node.name.lstrip("_"), node.lineno, nested
        yield from class_names(node, nested or is_class)


def type_aliases(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each alias of a module that other modules may import: its name and its line."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            [target, *_] = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(target, ast.Name) and _ALIAS.fullmatch(target.id):
                yield target.id, node.lineno


def named_types(package: Path) -> Iterator[tuple[str, str]]:
    """Each class and type alias of a package: its name and its place. A feed's forms have the feed's own words."""
    for path in sorted(package.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for name, line, nested in class_names(tree):
            if not (nested and name in DEMANDED):
                yield name, f"{path.relative_to(ROOT)}:{line}"
        if package not in FOUND_BY_BEING_THERE:
            yield from ((name, f"{path.relative_to(ROOT)}:{line}") for name, line in type_aliases(tree))


def shared_names(folders: Iterable[Path]) -> dict[str, list[str]]:
    """The names of more than one class or type alias, with their places."""
    places = defaultdict(list)
    for package in folders:
        for name, place in named_types(package):
            places[name].append(place)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_a_class_name_has_one_meaning() -> None:
    assert shared_names(PACKAGES) == {}, "names of more than one class or type alias"


def test_a_class_name_of_the_tests_has_one_meaning() -> None:
    shared = shared_names([*PACKAGES, *packages(ROOT / "tests")])

    assert shared == {}, "names of more than one class or type alias, in the tests or in source and tests"


def test_linked_folders_are_imported_below_millrace_only() -> None:
    """A folder that is imported by its own name, too, has each of its classes twice."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    banned = options["flake8-tidy-imports"]["banned-api"]
    folders = sorted(name for name in banned if "." not in name)  # the others are functions of libraries

    assert LINKED
    assert folders == LINKED, "the folders that ruff bans are not those that millrace/ links to"
    targets = {name: (ROOT / "millrace" / name).readlink() for name in LINKED}
    assert targets == {name: Path("..") / name for name in LINKED}
    assert [name for name in LINKED if name in sys.modules] == []


def test_commands_and_use_cases_have_the_same_names() -> None:
    """`up` alone has no use case: it is the service."""
    commands, use_cases = modules(ROOT / "millrace" / "cli") - {"up"}, modules(ROOT / "millrace" / "usecases")

    assert sorted(commands ^ use_cases) == [], "modules that only one of millrace/cli and millrace/usecases has"


def test_folders_of_unit_tests_mirror_the_source_folders() -> None:
    """`tests/unit/doubles` has the tests of `tests/doubles`."""
    unit = ROOT / "tests" / "unit"
    folders = [path.parent.relative_to(unit) for path in unit.rglob("*/__init__.py")]
    assert folders

    without_source = [
        str(folder)
        for folder in folders
        if not (ROOT / ("tests" if folder.parts[0] == "doubles" else "") / folder).is_dir()
    ]

    assert without_source == [], "folders of tests/unit without a folder of source of the same path"


def named_paths(document: Path) -> Iterator[str]:
    """What is in back quotes and looks like a path of the repository. Files that a reader writes are left out."""
    top = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    written = {block.about for block in blocks(document)}
    prose = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for name in _QUOTED.findall(prose):
        if (name.startswith(top) or name.endswith(_FILE_SUFFIXES)) and name not in written:
            yield name


# The files that this one names are in the reader's project.
OF_ANOTHER_PROJECT = ROOT / "docs" / "your_own_project.md"


@pytest.mark.parametrize(
    "document",
    [ROOT / "ARCHITECTURE.md", *(one for one in DOCUMENTS if one != OF_ANOTHER_PROJECT)],
    ids=lambda document: document.name,
)
def test_paths_that_a_document_names_exist(document: Path) -> None:
    """From the root of the repository, whole; `<name>` and `*` stand for any name."""
    missing = [name for name in named_paths(document) if not any(ROOT.glob(re.sub(r"<\w+>", "*", name)))]

    assert missing == [], f"{document.name} names paths that are not in the repository: {', '.join(missing)}"


def change_requests() -> list[list[str]]:
    """The rows of ARCHITECTURE.md's table of change requests, cell by cell."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    section = text.partition("\n## Where to change what\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


REQUESTS = {
    "a source",
    "a DQDL rule type",
    "an engine",
    "a panel",
    "a stage",
    "the raw prefix",
    "the retry policy",
    "a notifier",
    "a prod table",
    "a flag of `run`",
}


FIELD_TERMS = {
    "schema drift",
    "watermark",
    "backoff",
    "upsert",
    "optimistic lock",
    "snapshot isolation",
    "deduplication",
    "etag",
    "reconciliation",
    "dry run",
}


def test_the_glossary_has_the_standard_terms_of_the_field() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    glossary = text.partition("\n## Glossary\n")[2].partition("\n## ")[0].lower()
    assert glossary

    missing = sorted(term for term in FIELD_TERMS if not re.search(rf"\b{term}\b", glossary))
    assert missing == [], "standard terms that ARCHITECTURE.md's glossary does not have"


def test_the_table_of_change_requests_names_one_file_to_open_first() -> None:
    rows = change_requests()
    assert REQUESTS - {request for request, *_ in rows} == set()

    for request, first, *_ in rows:
        names = [name for name in _QUOTED.findall(first) if "/" in name]
        assert len(names) == 1, f"{request}: one file to open first, not {names}"
        assert (ROOT / names[0]).is_file(), f"{request}: {names[0]} does not exist"
