"""DuckDB's messages in Athena's words: types by Athena's names, and no function that the statement does not name.

A statement calls functions that its translation needs (`translation/`); their names would tell its author nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TYPES = {
    "INT8": "tinyint",
    "INT16": "smallint",
    "INT32": "integer",
    "INT64": "bigint",
    "INT128": "bigint",
    "HUGEINT": "bigint",
    "BOOL": "boolean",
    "FLOAT": "real",
    "STRING": "varchar",
    "BLOB": "varbinary",
    "TIMESTAMP": "timestamp(3)",
}
_NO_FUNCTION = re.compile(r"(?:Scalar |Aggregate |Table )?Function with name (?P<name>\S+) does not exist!?")
_NO_MATCH = re.compile(
    r"(?:No function matches the given name and argument types '|candidate function for the function call \")"
    r"(?P<name>[^('\"]+)\((?P<types>.*?)\)['\"]\."
)
_NO_MACRO = re.compile(r"Macro (?P<name>\w+)\(\) does not support the supplied arguments")
_NO_LIST = re.compile(r"Invalid LIST argument during lambda|UNNEST requires a single list|does not support lambdas")
_NAME = re.compile(r"\b(?:array|athena|cast|date|epoch|json|list|map|regexp|str|string|struct)_\w+\b(?!\()(?![^']*'\S)")
_STORED_TYPE = re.compile(r"\b(?:INT8|INT16|INT32|INT64|INT128|HUGEINT|BOOL)\b")
_ADVICE = re.compile(
    r"(?: in expression \(.*?\)\. Use TRY"
    r"|\s*(?:Did you mean|Candidate |You might need to|In order to select|please add)).*",
    re.DOTALL,
)


def in_athenas_words(message: str, is_written: Callable[[str], bool]) -> tuple[str, str]:
    """The message and Athena's code of the error, or "" for one of no special kind.

    `is_written`: whether the statement has this name.
    """
    if found := _NO_MATCH.search(message):
        return _no_match(found["name"], found["types"], is_written)
    if found := _NO_FUNCTION.search(message) or _NO_MACRO.search(message):  # a name that there is: of other parameters
        name = found["name"].strip('"').removeprefix("athena_")
        of = f"function {name}" if is_written(name) else "a function"
        return f"Unexpected parameters for {of}", "FUNCTION_NOT_FOUND"
    if _NO_LIST.search(message):
        return "Unexpected parameters for a function of an array, or for UNNEST", "FUNCTION_NOT_FOUND"
    said = _NAME.sub(lambda name: name[0] if is_written(name[0]) else "a function", _ADVICE.sub("", message))
    return _STORED_TYPE.sub(lambda type_: athenas_type(type_[0]), said), ""


def _no_match(name: str, types: str, is_written: Callable[[str], bool]) -> tuple[str, str]:
    """No function or operator of this name for these types."""
    named = [athenas_type(type_) for type_ in _types(types)]
    if name.isidentifier():
        of = f"function {name}" if is_written(name) else "a function"
        return f"Unexpected parameters ({', '.join(named)}) for {of}", "FUNCTION_NOT_FOUND"
    shown = f" {name} ".join(named) if len(named) > 1 else f"{name}{named[0]}"
    return f"Cannot apply operator: {shown}", "TYPE_MISMATCH"


def _types(text: str) -> list[str]:
    """The types in a list: a comma inside parentheses is part of one."""
    return re.split(r", (?![^()]*\))", text)


def athenas_type(type_: str) -> str:
    """DuckDB's name of a type as Athena's."""
    if type_.endswith("[]"):
        return f"array({athenas_type(type_[:-2])})"
    plain = type_.removesuffix("_LITERAL")
    if plain.startswith("MAP(") and plain.endswith(")"):
        return f"map({', '.join(map(athenas_type, _types(plain[4:-1])))})"
    if plain.startswith("STRUCT(") and plain.endswith(")"):
        return f"row({plain[7:-1].lower()})"
    return _TYPES.get(plain, plain.lower().strip('"').replace("null", "unknown"))
