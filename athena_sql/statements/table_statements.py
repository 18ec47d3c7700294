"""The statements that make Millrace's tables: one SELECT per file, `sql/<layer>/<table>.sql`, as package data."""

from __future__ import annotations

from importlib.resources import files

from millrace.athena_sql.ports import Statement
from millrace.errors import UnknownName

_FOLDER = "sql"
_SUFFIX = ".sql"


def table_statement(name: str) -> Statement:
    """The statement of the table `<layer>.<name>`. Raises UnknownName, which lists what there is."""
    known = table_statement_names()
    if name not in known:
        raise UnknownName("statement", name, known)
    layer, _, short = name.partition(".")
    return Statement(name, (files("millrace.athena_sql") / _FOLDER / layer / f"{short}{_SUFFIX}").read_text("utf-8"))


def table_statement_names() -> list[str]:
    """The names of all tables with a statement, sorted."""
    return sorted(
        f"{layer.name}.{file.name.removesuffix(_SUFFIX)}"
        for layer in (files("millrace.athena_sql") / _FOLDER).iterdir()
        if layer.is_dir()
        for file in layer.iterdir()
        if file.name.endswith(_SUFFIX)
    )
