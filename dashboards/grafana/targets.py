"""Queries of the Athena data source, as Grafana's JSON has them.

The form is that of grafana/athena-datasource, `src/types.ts`. Region, catalog and database are the data source's own.
"""

from __future__ import annotations

from typing import Any

PLUGIN = "grafana-athena-datasource"
DATASOURCE = {"type": PLUGIN, "uid": "${datasource}"}
TIME_SERIES, TABLE = 0, 1  # the plugin's numbers of formats: lines named by texts, or rows as they are
_DEFAULT = "__default"

Json = dict[str, Any]


def target(sql: str, form: int, ref: str = "A") -> Json:
    """A query. `ref`: its name in its panel."""
    return {"refId": ref, "datasource": DATASOURCE, **query(sql, form)}


def query(sql: str, form: int) -> Json:
    """A query without a name of its own, as a variable has it."""
    return {
        "format": form,
        "rawSQL": sql,
        "connectionArgs": {
            "region": _DEFAULT,
            "catalog": _DEFAULT,
            "database": _DEFAULT,
            "resultReuseEnabled": False,
            "resultReuseMaxAgeInMinutes": 60,
        },
    }
