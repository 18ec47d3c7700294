"""Queries of the Athena data source, as Grafana's JSON has them.

The form is that of grafana/athena-datasource, `src/types.ts`. Region, catalog and database are the data source's own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

PLUGIN = "grafana-athena-datasource"
DATASOURCE = {"type": PLUGIN, "uid": "${datasource}"}
TIME_SERIES, TABLE = 0, 1  # the plugin's numbers of formats: lines named by texts, or rows as they are
_DEFAULT = "__default"
_MINUTE = timedelta(minutes=1)

Json = dict[str, Any]


def target(sql: str, form: int, ref: str = "A", reuse: timedelta | None = None) -> Json:
    """A query. `ref`: its name in its panel. `reuse`: for so long Athena may give its result again."""
    return {"refId": ref, "datasource": DATASOURCE, **query(sql, form, reuse)}


def query(sql: str, form: int, reuse: timedelta | None = None) -> Json:
    """A query without a name of its own, as a variable has it."""
    return {
        "format": form,
        "rawSQL": sql,
        "connectionArgs": {
            "region": _DEFAULT,
            "catalog": _DEFAULT,
            "database": _DEFAULT,
            "resultReuseEnabled": reuse is not None,
            "resultReuseMaxAgeInMinutes": reuse // _MINUTE if reuse else 60,
        },
    }
