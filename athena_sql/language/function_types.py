"""Result types of functions that sqlglot does not know, or takes for another dialect's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from millrace.athena_sql.language.nested_types import UNKNOWN, array_of, map_of, part_of, row_of, type_of
from millrace.athena_sql.language.number_types import BIGINT, DOUBLE

_TEXT = exp.DataType.build(exp.DType.VARCHAR)
_JSON = exp.DataType.build(exp.DType.JSON)
_BOOLEAN = exp.DataType.build(exp.DType.BOOLEAN)
_GivenTypes = Sequence[exp.DataType]


def _always(names: str, type_: exp.DataType) -> dict[str, Callable[[_GivenTypes], exp.DataType]]:
    return dict.fromkeys(names.split(), lambda _: type_)


def _as_first(names: str) -> dict[str, Callable[[_GivenTypes], exp.DataType]]:
    return dict.fromkeys(names.split(), lambda given: given[0])


# From the types of the parameters; that of a lambda is the type of what it gives.
_BY_NAME: Mapping[str, Callable[[_GivenTypes], exp.DataType]] = MappingProxyType(
    {
        **_always("all_match any_match none_match arrays_overlap is_finite is_infinite every", _BOOLEAN),
        **_always("array_position bit_count crc32 from_base hamming_distance millisecond regexp_position", BIGINT),
        **_always("json_array_length json_size timezone_hour timezone_minute to_milliseconds url_extract_port", BIGINT),
        **_always("format_datetime format_number human_readable_seconds to_base to_base64url to_iso8601", _TEXT),
        **_always("url_decode url_encode", _TEXT),
        **_always("url_extract_fragment url_extract_host url_extract_parameter url_extract_path", _TEXT),
        **_always("url_extract_protocol url_extract_query", _TEXT),
        **_always("e geometric_mean infinity nan", DOUBLE),
        **_always("split_to_multimap", map_of(_TEXT, array_of(_TEXT))),
        **_as_first("array_union map_concat map_filter map_union trim_array"),
        **_as_first("bitwise_left_shift bitwise_right_shift bitwise_right_shift_arithmetic"),
        "array_histogram": lambda given: map_of(part_of(given[0]), BIGINT),
        "combinations": lambda given: array_of(given[0]),
        "histogram": lambda given: map_of(given[0], BIGINT),
        "map_agg": lambda given: map_of(given[0], given[1]),
        "map_entries": lambda given: array_of(row_of(part_of(given[0]), part_of(given[0], 1))),
        "map_values": lambda given: array_of(part_of(given[0], 1)),
        "multimap_agg": lambda given: map_of(given[0], array_of(given[1])),
        "ngrams": lambda given: array_of(given[0]),
        "transform_keys": lambda given: map_of(given[1], part_of(given[0], 1)),
        "transform_values": lambda given: map_of(part_of(given[0]), given[1]),
        "zip": lambda given: array_of(row_of(*map(part_of, given))),
        "zip_with": lambda given: array_of(given[-1]),
    }
)


def type_of_call(name: str, given: _GivenTypes) -> exp.DataType:
    """UNKNOWN for a function that is not listed here, or has too few parameters."""
    returned = _BY_NAME.get(name.lower())
    try:
        return returned(given).copy() if returned else UNKNOWN
    except IndexError:
        return UNKNOWN


# By the function's class; from the type of its first parameter.
_BY_CLASS: Mapping[type[exp.Expr], Callable[[exp.DataType], exp.DataType]] = MappingProxyType(
    {
        **dict.fromkeys((exp.Decode, exp.Format, exp.Hex, exp.JSONExtractScalar, exp.JSONFormat), lambda _: _TEXT),
        **dict.fromkeys((exp.Normalize, exp.Pad, exp.RegexpExtract, exp.RegexpReplace, exp.Replace), lambda _: _TEXT),
        **dict.fromkeys((exp.Soundex, exp.SplitPart), lambda _: _TEXT),
        **dict.fromkeys((exp.RegexpExtractAll, exp.RegexpSplit, exp.Split), lambda _: array_of(_TEXT)),
        **dict.fromkeys((exp.DateDiff, exp.RegexpCount, exp.TimestampDiff), lambda _: BIGINT),
        **dict.fromkeys((exp.Corr, exp.CovarPop, exp.CovarSamp), lambda _: DOUBLE),
        **dict.fromkeys((exp.ArrayDistinct, exp.ArrayExcept, exp.ArrayIntersect, exp.ArrayRemove), lambda of: of),
        **dict.fromkeys((exp.DateTrunc, exp.Reverse, exp.TimestampTrunc), lambda of: of),
        exp.JSONExtract: lambda _: _JSON,
        exp.MapKeys: lambda of: array_of(part_of(of)),
        exp.Repeat: array_of,
        exp.StrToMap: lambda _: map_of(_TEXT, _TEXT),
    }
)


def _annotated(returned: Callable[[exp.DataType], exp.DataType]) -> dict[str, Any]:
    return {"annotator": lambda annotator, node: annotator._set_type(node, returned(type_of(node.this)).copy())}


# As sqlglot takes them: its annotator is called with itself and a node.
METADATA: Mapping[type[exp.Expr], dict[str, Any]] = MappingProxyType(
    {kind: _annotated(returned) for kind, returned in _BY_CLASS.items()}
)
