"""Key columns of files: the values of the folders `<key>=<value>/` directly above each file.

DuckDB's own way (`hive_partitioning`) prunes files and groups rows best, but it takes the first folder of a name,
wherever it stands: below a folder `dt=2024-01-01` every row of a lake would have that date. Where a folder higher up
has a name that DuckDB would take, the values are cut out of the file names instead, which prunes files as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from millrace.sql_quoting import identifier, literal

FILE_NAME_COLUMN = "millrace_file"
_NULL = "__HIVE_DEFAULT_PARTITION__"  # Hive's name for the folder of NULL


@dataclass(frozen=True, slots=True)
class PathKeys:
    """`types`: the keys' DuckDB types, in the order of the folders. `file_name`: the column of file names.

    `is_hive`: whether DuckDB itself takes the values from the path.
    """

    types: Mapping[str, str]
    file_name: str
    is_hive: bool

    @property
    def options(self) -> str:
        """Options of DuckDB's readers. Give `filename` as well, unless `is_hive`."""
        if not self.is_hive:
            return "hive_partitioning = false"
        types = ", ".join(f"{literal(name)}: {type_}" for name, type_ in self.types.items())
        return f"hive_partitioning = true, hive_types = {{{types}}}"

    def value(self, name: str) -> str:
        """The SQL expression of a key's value."""
        if self.is_hive:
            return identifier(name)
        depth = len(self.types) - list(self.types).index(name) + 1  # counted from the end; the file itself is 1
        text = f"substr(split_part({identifier(self.file_name)}, '/', -{depth}), {len(name) + 2})"
        return f"CAST(nullif(url_decode({text}), {literal(_NULL)}) AS {self.types[name]})"


def path_keys(types: Mapping[str, str], paths: Iterable[str], columns: Collection[str], file_name: str) -> PathKeys:
    """`columns`: the names of the files' own columns, which a folder higher up may not replace either."""
    names = {name.lower() for name in (*types, *columns)}
    above = {path.rsplit("/", len(types) + 1)[0] for path in paths}
    is_hive = bool(types) and not any(
        folder.partition("=")[0].lower() in names
        for place in above
        if "=" in place
        for folder in place.split("/")
        if "=" in folder
    )
    return PathKeys(types, file_name, is_hive)
