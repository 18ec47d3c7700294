"""DuckDB's errors translated to Athena's: a code, the place in the user's SQL, and Athena's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
from sqlglot.errors import SqlglotError

from millrace.athena_sql.endpoint.statements.syntax import has_word, place_of_word
from millrace.athena_sql.engines.duckdb.messages import athenas_type, in_athenas_words
from millrace.athena_sql.engines.duckdb.processes.failures import MemoryExhausted, ProcessEnded
from millrace.errors import MillraceError, QueryError, StatementFailed

EXHAUSTED = "Query exhausted resources at this scale factor"

_HINT = re.compile(r"\s*(?:Use|Try|You can|Consider) .*", re.DOTALL)  # advice about settings, which are locked here
_NO_CAST = re.compile(r"Could not convert string ['\"](.*)['\"] to (\w+(?:\([\d,]+\))?)", re.DOTALL)
_NO_TIME = re.compile(r'(date|time|timestamp) field .*?: "(.*)", expected format', re.DOTALL)
_OUT_OF_RANGE = re.compile(r"with value (\S+) can't be cast because .* for the destination type (\w+)")
_KIND = re.compile(r"^[A-Z][A-Za-z -]* Error: ")
_REST = re.compile(r"\n+(LINE \d+:|\s*Candidate|Possible solutions:|Did you mean|\* ).*", re.DOTALL)
_PATH = re.compile(r"\"?(?:/[^\s\"':,]+){2,}\"?")

_CAST_ERRORS = (duckdb.ConversionException, duckdb.InvalidInputException)  # the second: by `error` in the query itself
_BY_TYPE: tuple[tuple[type[duckdb.Error], str], ...] = (
    (duckdb.ConversionException, "INVALID_CAST_ARGUMENT"),
    (duckdb.OutOfRangeException, "NUMERIC_VALUE_OUT_OF_RANGE"),
    (duckdb.InvalidInputException, "INVALID_FUNCTION_ARGUMENT"),
    (duckdb.NotImplementedException, "NOT_SUPPORTED"),
    (duckdb.PermissionException, "NOT_SUPPORTED"),
    (duckdb.ParserException, "NOT_SUPPORTED"),
    (duckdb.TypeMismatchException, "TYPE_MISMATCH"),
    (duckdb.SyntaxException, "NOT_SUPPORTED"),
    (duckdb.CatalogException, "SYNTAX_ERROR"),
    (duckdb.BinderException, "SYNTAX_ERROR"),
)


class QueryExhausted(QueryError):
    """The query needs more memory than its process may have. Athena gives this reason without a code."""


class QueryInterrupted(Exception):
    """The engine was interrupted: the query was stopped, or its time is over."""


@contextmanager
def athena_errors(sql: str) -> Iterator[None]:
    """Translate errors of DuckDB and sqlglot to StatementFailed, interrupts to QueryInterrupted. `sql`: the user's."""
    try:
        yield
    except duckdb.InterruptException:
        raise QueryInterrupted from None
    except duckdb.OutOfMemoryException:
        raise StatementFailed(
            "EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exceeded this endpoint's memory limit for one query"
        ) from None
    except MemoryExhausted:
        raise QueryExhausted(EXHAUSTED) from None
    except duckdb.Error as error:
        raise _failure(sql, error) from None
    except SqlglotError as error:
        raise StatementFailed("NOT_SUPPORTED", f"line 1:1: {_one_line(str(error))}") from None
    except RecursionError:
        raise StatementFailed("NOT_SUPPORTED", "line 1:1: the statement is nested too deeply") from None


def reason_of(error: BaseException) -> tuple[str, bool]:
    """The StateChangeReason of a failure, and whether it is the user's error."""
    if isinstance(error, StatementFailed):
        return error.message, True
    if isinstance(error, QueryExhausted):
        return error.message, True
    if isinstance(error, ProcessEnded):
        return f"GENERIC_INTERNAL_ERROR: {error}", False
    if isinstance(error, MillraceError):
        return f"GENERIC_USER_ERROR: {error}", error.exit_status == 2
    return f"GENERIC_INTERNAL_ERROR: {type(error).__name__}", False


def _failure(sql: str, error: duckdb.Error) -> StatementFailed:
    text = str(error)
    for pattern, failed in _BY_TEXT:
        if found := pattern.search(text):
            return failed(sql, found)
    if isinstance(error, _CAST_ERRORS) and (message := _failed_cast(text)):
        return StatementFailed("INVALID_CAST_ARGUMENT", message)
    said = _one_line(_KIND.sub("", _HINT.sub("", _REST.sub("", text))))
    message, code = in_athenas_words(said, lambda name: has_word(sql, name))
    if code:
        name = re.search(r"for function (\w+)|Function '(\w+)'|operator: (?:\S+ )?(\W+)", message)
        word = next(filter(None, name.groups()), "").strip() if name else ""
        return _at(sql, word, code, message)
    code = next((code for kind, code in _BY_TYPE if isinstance(error, kind)), "GENERIC_INTERNAL_ERROR")
    message = _PATH.sub("...", message)
    return StatementFailed(code, f"line 1:1: {message}" if code == "SYNTAX_ERROR" else message)


def _unreadable(_: str, found: re.Match[str]) -> StatementFailed:
    """A file of the lake that is missing or damaged, by its key."""
    file = found.groupdict().get("file")
    key = re.search(r"(?:raw|staging|prod)/.*", file) if file else None
    of = f" {key[0]}" if key else ""
    return StatementFailed(
        "HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split{of}: {found['why']}; see millrace doctor"
    )


def _at(sql: str, word: str, code: str, message: str) -> StatementFailed:
    """A failure at the place of a word in `sql`."""
    return StatementFailed(code, f"{place_of_word(sql, word)}: {message}")


def _unknown_column(sql: str, found: re.Match[str]) -> StatementFailed:
    message = f"Column '{found[1]}' cannot be resolved or requester is not authorized to access requested resources"
    return _at(sql, found[1], "COLUMN_NOT_FOUND", message)


def _ambiguous(sql: str, found: re.Match[str]) -> StatementFailed:
    return _at(sql, found[1], "AMBIGUOUS_NAME", f"Column '{found[1]}' is ambiguous")


def _ungrouped(sql: str, found: re.Match[str]) -> StatementFailed:
    message = f"'{found[1]}' must be an aggregate expression or appear in GROUP BY clause"
    return _at(sql, found[1], "EXPRESSION_NOT_AGGREGATE", message)


def _incomparable(_: str, found: re.Match[str]) -> StatementFailed:
    return StatementFailed(
        "TYPE_MISMATCH", f"line 1:1: Cannot compare {athenas_type(found[1])} with {athenas_type(found[2])}"
    )


def _overflow(_: str, found: re.Match[str]) -> StatementFailed:
    message = f"{athenas_type(found['type'])} {found['what']} overflow: {found['value']}"
    return StatementFailed("NUMERIC_VALUE_OUT_OF_RANGE", message)


def _too_large(_: str, found: re.Match[str]) -> StatementFailed:
    return StatementFailed("NUMERIC_VALUE_OUT_OF_RANGE", f"{athenas_type(found['type'])} overflow: {found['value']}")


_BY_TEXT: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str]], StatementFailed]], ...] = (
    (
        re.compile(
            r"(?P<why>No files found|No magic bytes found|Input is not a GZIP stream|Unexpected end of GZIP stream|"
            r"Failed to read file|Malformed JSON|Failed to decode gzip stream|TProtocolException)"
            r"(?:[^\n]*?(?P<file>/[^\n\"':]+\.(?:parquet|json\.gz)))?"
        ),
        _unreadable,
    ),
    (re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"'), _unknown_column),
    (re.compile(r'Referenced table "([^"]+)" not found'), _unknown_column),
    (re.compile(r'Ambiguous reference to column name "([^"]+)"'), _ambiguous),
    (re.compile(r"Cannot (?:compare|mix) values of type (\S+) and (?:type )?(\S+)"), _incomparable),
    (re.compile(r"Type INT128 with value (?P<value>\S+) can't be cast .* destination type (?P<type>\w+)"), _too_large),
    (re.compile(r"Overflow in (?P<what>\w+) of (?P<type>\w+) \((?P<value>.*)\)!"), _overflow),
    (re.compile(r"[Dd]ivision by zero"), lambda _, __: StatementFailed("DIVISION_BY_ZERO", "Division by zero")),
    (re.compile(r'column "?([^"]+?)"? must appear in the GROUP BY'), _ungrouped),
)


def _failed_cast(text: str) -> str:
    """The message, or "" for a text of another form."""
    if found := _NO_CAST.search(text):
        to = athenas_type(found[2]).upper()
        return f"Cannot cast '{found[1]}' to {'INT' if to == 'INTEGER' else to}"
    if found := _NO_TIME.search(text):
        return f"Value cannot be cast to {found[1]}: {found[2]}"
    if found := _OUT_OF_RANGE.search(text):
        return f"Out of range for {athenas_type(found[2])}: {found[1]}"
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
