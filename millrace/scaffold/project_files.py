"""The files of a new project: `millrace.toml`, README, `.gitignore`, and folders for what a source needs."""

from __future__ import annotations

FOLDERS = ("sources", "sql/staging", "sql/prod", "rules", "dashboards", "tests/responses")

_TOML = """# A project of Millrace: its feeds, tables, rules and dashboards are the files in the folders beside this.
# Everything is found by being there; no file lists the others.

[project]
name = "{name}"
shipped = false  # of the pipelines that ship with Millrace: true, false, or the names of sources, such as ["rainfall"]

# A folder may have another name:
# [folders]
# sql = "tables"
"""

_README = """# {name}

Feeds, tables, quality rules and dashboards for Millrace, which is merely installed
(`pip install millrace`). Commands find this project from any folder inside it.

```sh
millrace new source bikes --url https://example.org/bikes.json   # a feed, from its address to a panel
millrace list                                                    # what is here, and in which file
millrace validate                                                # whether all of it is right
millrace poll bikes                                              # one response into the lake
millrace run bikes                                               # from raw to staging and prod
millrace run polls                                               # how fresh the feeds are
millrace audit                                                   # whether every row is accounted for
millrace preview --serve                                         # the page
millrace up                                                      # all of that on schedule
pip install "millrace[testing]"                                  # once, for the tests
python -m pytest tests                                           # the tests of the sources
```

| folder | what a file in it is |
|---|---|
| `sources/` | one feed: its address, schedule, schema, and what is plausible |
| `sql/staging/`, `sql/prod/` | one table: a SELECT, headed by its declaration |
| `rules/` | the quality rules of a workflow |
| `dashboards/` | panels of the page |
| `tests/` | tests, and recorded responses of the feeds |

The lake is in `.millrace/`, which is not under version control.
"""

_GITIGNORE = """# The lake, and what Python leaves
/.millrace/
/.millrace-demo/
__pycache__/
.pytest_cache/
"""


def project_files(name: str) -> dict[str, str]:
    """The text of each file, by its path in the project."""
    kept = {f"{folder}/.gitkeep": "" for folder in FOLDERS}
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return {
        "millrace.toml": _TOML.format(name=quoted),
        "README.md": _README.format(name=name),
        ".gitignore": _GITIGNORE,
        **kept,
    }
