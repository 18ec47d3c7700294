"""Result types of functions that sqlglot does not know, or takes for another dialect's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlglot import exp

_UNKNOWN = exp.DataType(this=exp.DType.UNKNOWN)
_TEXT = exp.DataType(this=exp.DType.VARCHAR)
_WHOLE = exp.DataType(this=exp.DType.BIGINT)
Types = Sequence[exp.DataType]


def _array(entry: exp.DataType) -> exp.DataType:
    return exp.DataType(this=exp.DType.ARRAY, expressions=[entry.copy()], nested=True)


def _map(key: exp.DataType, value: exp.DataType) -> exp.DataType:
    return exp.DataType(this=exp.DType.MAP, expressions=[key.copy(), value.copy()], nested=True)


def _row(*fields: exp.DataType) -> exp.DataType:
    named = [exp.ColumnDef(this=exp.to_identifier(f"field{at}"), kind=kind.copy()) for at, kind in enumerate(fields)]
    return exp.DataType(this=exp.DType.STRUCT, expressions=named, nested=True)


def _part(type_: exp.DataType, place: int = 0) -> exp.DataType:
    """The type of an array's entries, or of a map's keys (0) or values (1)."""
    parts = [part for part in type_.expressions if isinstance(part, exp.DataType)]
    return parts[place] if place < len(parts) else _UNKNOWN


def _always(names: str, type_: exp.DataType) -> dict[str, Callable[[Types], exp.DataType]]:
    return dict.fromkeys(names.split(), lambda _: type_)


_BY_NAME: Mapping[str, Callable[[Types], exp.DataType]] = MappingProxyType(
    {
        **_always(
            "all_match any_match none_match arrays_overlap is_finite is_infinite every", exp.DataType.build("boolean")
        ),
        **_always("bit_count crc32 hamming_distance json_array_length json_size url_extract_port", _WHOLE),
        **_always("format_number human_readable_seconds to_base to_base64url url_decode url_encode", _TEXT),
        **_always("url_extract_fragment url_extract_host url_extract_parameter url_extract_path", _TEXT),
        **_always("url_extract_protocol url_extract_query", _TEXT),
        **_always("e infinity nan", exp.DataType.build("double")),
        **_always("split_to_multimap", _map(_TEXT, _array(_TEXT))),
        "array_histogram": lambda given: _map(_part(given[0]), _WHOLE),
        "array_union": lambda given: given[0],
        "combinations": lambda given: _array(given[0]),
        "histogram": lambda given: _map(given[0], _WHOLE),
        "map_agg": lambda given: _map(given[0], given[1]),
        "map_concat": lambda given: given[0],
        "map_entries": lambda given: _array(_row(_part(given[0]), _part(given[0], 1))),
        "map_filter": lambda given: given[0],
        "map_union": lambda given: given[0],
        "multimap_agg": lambda given: _map(given[0], _array(given[1])),
        "ngrams": lambda given: _array(given[0]),
        "transform_keys": lambda given: _map(_UNKNOWN, _part(given[0], 1)),
        "transform_values": lambda given: _map(_part(given[0]), _UNKNOWN),
        "trim_array": lambda given: given[0],
        "zip": lambda given: _array(_row(*map(_part, given))),
    }
)


def type_of_call(node: exp.Anonymous) -> exp.DataType | None:
    """None for a function that is not listed here, or is given too few parameters."""
    returned = _BY_NAME.get(str(node.this).lower())
    given = [one.type or _UNKNOWN for one in node.expressions if isinstance(one, exp.Expr)]
    try:
        return returned(given).copy() if returned else None
    except IndexError:
        return None


def _of_repeat(annotator: Any, node: exp.Expr) -> exp.Expr:
    return annotator._set_type(node, _array(node.this.type or _UNKNOWN))  # type: ignore[no-any-return]


# As sqlglot takes them: its annotator is called with itself and a node.
METADATA: Mapping[type[exp.Expr], dict[str, Any]] = MappingProxyType(
    {
        exp.Repeat: {"annotator": _of_repeat},
        exp.StrToMap: {"annotator": lambda annotator, node: annotator._set_type(node, _map(_TEXT, _TEXT))},
    }
)
