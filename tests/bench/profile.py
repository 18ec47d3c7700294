"""Where the time of the create step goes: its reading, built up piece by piece in bare DuckDB.

What the create job takes beyond the last piece is exploding and writing.
"""

from __future__ import annotations

import time

from tests.bench.lake import Lakes

_LINES = (
    "read_csv([{paths}], columns = {{line: 'VARCHAR'}}, auto_detect = false, header = false, delim = '\x01',"
    " quote = '', escape = '', compression = 'gzip', max_line_size = 16777216)"
)
_SNAPSHOTS = (
    "read_json([{paths}], columns = {{payload: 'STRUCT(features STRUCT(geometry STRUCT(coordinates DOUBLE[][]))[])'}},"
    " format = 'newline_delimited', compression = 'gzip', maximum_object_size = 16777216)"
)
_PAIRS = "payload.features[1].geometry.coordinates"
_NUMBERS = (  # as the staging statement sorts them: a position as one whole number
    "list_transform({pairs}, lambda pair: CASE WHEN abs(pair[1]) < 999.9999 AND abs(pair[2]) < 999.9999 THEN"
    " CAST(floor(pair[1] * 1000000 + 1000000000.5) AS BIGINT) * 2000000000"
    " + CAST(floor(pair[2] * 1000000 + 1000000000.5) AS BIGINT) END)"
)
_PIECES = {
    "inflate": f"SELECT sum(length(line)) FROM {_LINES}",
    "parse": f"SELECT sum(len({_PAIRS})) FROM {_SNAPSHOTS}",
    "sort": f"SELECT sum(list_sort({_NUMBERS})[1]) FROM {_SNAPSHOTS}",
}


def pieces(lakes: Lakes) -> dict[str, float]:
    """`piece.<name>`: the seconds of a statement that does this and what comes before it."""
    import duckdb

    paths = ", ".join(f"'{path}'" for path in lakes.objects())
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    figures: dict[str, float] = {}
    for name, statement in _PIECES.items():
        start = time.perf_counter()
        connection.execute(statement.format(paths=paths, pairs=_PAIRS)).fetchall()
        figures[f"piece.{name}"] = time.perf_counter() - start
    return figures
