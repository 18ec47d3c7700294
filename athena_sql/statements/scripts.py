"""Tables whose rows a script makes: a Python file that is read, without being run, into a Table.

    '''How far stations are from empty.

    station string: the feed's own name of the station
    minutes_left double: at the pace of the last hour

    Free text: how it is computed.
    '''

    TABLE = "prod.station_outlook"
    READS = ("staging.station",)
    WHEELS = ("wheels/forecast-1.0-py3-none-any.whl",)


    def run(context): ...

The docstring has the form of a statement's head (`declarations`). `WHEELS` and `JARS`, which may be left out, are paths
in the project's folder.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from millrace.athena_sql.statements.declarations import parse_declaration
from millrace.athena_sql.tables import Script, Table, tables_named
from millrace.errors import DefinitionError
from millrace.sql_quoting import is_plain_name

_LISTS = ("READS", "WHEELS", "JARS")
_LAYERS = ("staging", "prod")
_PLAIN_PATH = re.compile(r"[\w./+-]+", re.ASCII)


class _Assigned(NamedTuple):
    """What a constant is set to, and the line where."""

    lineno: int
    value: ast.expr


def parse_script(file: Path, text: str, root: Path, lib: Path) -> Table:
    """The table that a script declares. `root`: the project's folder; `lib`: the folder of its shared modules.

    Raises DefinitionError with the line, and SyntaxError.
    """
    tree = ast.parse(text, str(file))
    constants = _constants(tree)
    name = _table_name(constants)
    declared = _declared(name, tree)
    if not declared.partitioned:
        raise DefinitionError(f"{name} is not stored by date.", hint="Leave `stored:` out: scripts make rows by date.")
    wheels, jars = (tuple(_archive(root, one) for one in _texts(constants, key)) for key in ("WHEELS", "JARS"))
    for jar in jars:
        _require_plain(jar)
    code = "\0".join([text, *_modules(lib), *(archive.name for archive in (*wheels, *jars))])
    return replace(declared, statement=None, script=Script(file, _reads(constants), code, lib, wheels, jars))


def names_a_table(text: str) -> bool:
    """Whether a Python file says that it makes a table, be it well said or not. Raises SyntaxError."""
    return "TABLE" in _constants(ast.parse(text))


def unreadable_table(file: Path, text: str, lib: Path) -> Table | None:
    """What is known of a script's table when `parse_script` refuses the file: its name and what it reads.

    None where the file does not say which table it makes.
    """
    try:
        constants = _constants(ast.parse(text, str(file)))
        name = _table_name(constants)
    except (DefinitionError, SyntaxError):
        return None
    try:
        reads = _reads(constants)
    except DefinitionError:
        reads = frozenset()
    return Table(name, "", (), script=Script(file, reads, text, lib))


def _constants(tree: ast.Module) -> Mapping[str, _Assigned]:
    """The assignments that are read, also those with a type, such as `READS: tuple[str, ...] = (...)`."""
    found: dict[str, _Assigned] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [one.id for one in targets if isinstance(one, ast.Name)]
            found |= {name: _Assigned(node.lineno, node.value) for name in names if name in ("TABLE", *_LISTS)}
    return found


def _table_name(constants: Mapping[str, _Assigned]) -> str:
    value = _value("TABLE", constants["TABLE"]) if "TABLE" in constants else None
    layer, _, short = value.partition(".") if isinstance(value, str) else ("", "", "")
    if layer not in _LAYERS or not is_plain_name(short):
        line = constants["TABLE"].lineno if "TABLE" in constants else 1
        hint = 'Write TABLE = "prod.NAME" on a line of its own, or "staging.NAME".'
        raise DefinitionError("it does not say which table it makes.", hint=hint, line=line)
    return f"{layer}.{short}"


def _declared(name: str, tree: ast.Module) -> Table:
    head = ast.get_docstring(tree, clean=True)
    if head is None or "\n\n" not in head:
        raise DefinitionError(
            f"{name} is not declared in the docstring at the head of the file.",
            hint="Begin the file with a docstring: a description, an empty line, and a line `name type: meaning` for "
            "each column.",
            line=1,
        )
    try:
        return parse_declaration(name, "\n".join(f"-- {line}" for line in head.splitlines()))
    except DefinitionError as error:
        raw = ast.get_docstring(tree, clean=False) or ""
        before = raw[: len(raw) - len(raw.lstrip())].count("\n")  # empty lines, which `clean` has removed
        line = tree.body[0].lineno + before + error.line - 1 if error.line else 0
        raise DefinitionError(error.message, hint=error.hint.replace("`-- ", "`"), line=line) from None


def _reads(constants: Mapping[str, _Assigned]) -> frozenset[str]:
    texts = _texts(constants, "READS")
    if unknown := [one for one in texts if len(tables_named(one)) != 1]:
        hint = 'Name tables with their layer, such as READS = ("staging.station",).'
        raise DefinitionError(f"READS has {unknown[0]!r}.", hint=hint, line=constants["READS"].lineno)
    if not texts:
        raise DefinitionError("it does not say what it reads.", hint='Write READS = ("staging.NAME",).', line=1)
    return frozenset(table for one in texts for table in tables_named(one))


def _texts(constants: Mapping[str, _Assigned], key: str) -> tuple[str, ...]:
    if key not in constants:
        return ()
    value = _value(key, constants[key])
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        hint = f'Write {key} = ("...",), with a comma behind each text.'
        raise DefinitionError(f"{key} is no list of texts.", hint=hint, line=constants[key].lineno)
    return tuple(value)


def _value(key: str, node: _Assigned) -> object:
    try:
        return ast.literal_eval(node.value)
    except ValueError:
        hint = f"Write {key} out: it is read without running the file."
        raise DefinitionError(f"{key} is computed.", hint=hint, line=node.lineno) from None


def _archive(root: Path, name: str) -> Path:
    path = root / name
    if not path.is_file():
        raise DefinitionError(f"there is no file {name}.", hint=f"Put it there, in {root}, or correct its path.")
    return path


def _require_plain(jar: Path) -> None:
    """Raises DefinitionError for a path that Spark would encode, and then not find on the driver's class path."""
    if not _PLAIN_PATH.fullmatch(str(jar)):
        hint = "Give it, and the folders above it, a name of ASCII letters, digits, dots, hyphens and underscores."
        raise DefinitionError(f"Spark cannot read a jar at {jar}.", hint=hint)


def _modules(lib: Path) -> list[str]:
    return [one.read_text(encoding="utf-8") for one in sorted(lib.rglob("*.py"))] if lib.is_dir() else []
