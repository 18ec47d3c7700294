"""Declarations of datasets, `datasets/<name>/dataset.toml`; a wrong key is refused with its line and what is allowed.

schema = "crawled"
format = "json"
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from millrace.errors import DefinitionError
from millrace.lake.datasets import CrawledDataset, FileFormat
from millrace.lake.keys import CRAWLED, OWN_FOLDERS
from millrace.project.toml_lines import line_of_key
from millrace.sql_quoting import PLAIN_NAMES, is_plain_name

# Of each key what it may be, and what else to know of it.
_ALLOWED = {
    "schema": ((CRAWLED,), "that the form is inferred from the files, which is what there is so far"),
    "format": (tuple(FileFormat), "what both a crawler of Glue and DuckDB infer alike"),
}


def read_dataset(file: Path) -> CrawledDataset:
    """The dataset of a declaration. Raises DefinitionError with the line, OSError, UnicodeDecodeError."""
    name, text = file.parent.name, file.read_text(encoding="utf-8")
    if not is_plain_name(name):
        raise DefinitionError(f"{name!r} is no name of a dataset.", hint=f"Rename its folder: {PLAIN_NAMES}.")
    if name in OWN_FOLDERS:
        message = f"the files of a dataset lie in the folder of its name, and {name}/ is a folder of Millrace's own."
        raise DefinitionError(message, hint="Rename the dataset's folder.", line=1)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"cannot read it: {error}.", hint="Correct the file there.") from None
    for key in content:
        if key not in _ALLOWED:
            line = line_of_key(text, "", key)
            raise DefinitionError(f"the key {key!r} is unknown.", hint=f"Choose of: {', '.join(_ALLOWED)}.", line=line)
    for key, (allowed, why) in _ALLOWED.items():
        if content.get(key) not in allowed:
            what = f"{key} is {content[key]!r}." if key in content else f"{key} is missing."
            choice = " or ".join(f'"{one}"' for one in allowed)
            hint = f"Give {choice}: {why}."
            raise DefinitionError(what, hint=hint, line=line_of_key(text, "", key))
    return CrawledDataset(name, FileFormat(content["format"]))
