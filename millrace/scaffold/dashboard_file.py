"""The dashboard of a new source: how many entities over the day, and the first number of them that varies."""

from __future__ import annotations

from millrace.scaffold.findings import Findings
from millrace.scaffold.schema_text import python_text
from millrace.scaffold.source_file import FeedAddress, timedelta_text, title_of, words_of
from millrace.scaffold.statement_files import count_name, measures_of

_HEAD = """{doc}

from datetime import timedelta

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import Dashboard, Panel, PanelKind, Series
"""

_PANEL = '''
{constant} = Panel(
    name={panel},
    title={title},
    description={description},
    kind=PanelKind.TIME_SERIES,
    unit={unit},
    statement=Statement(
        {statement},
        """SELECT observed_at, observed_at_local, {column}
FROM prod.{name}
WHERE dt = :day
ORDER BY observed_at""",
    ),
    time="observed_at_local",
    instant="observed_at",
    series=(Series({column_text}, {label}),),
    headline=Series({column_text}, {unit}),
    gap_after={gap},
)
'''


def dashboard_text(found: Findings, feed: FeedAddress) -> str:
    title, count = title_of(found.name), count_name(found)
    noun = count.replace("_", " ")
    panels = {"COUNT": _panel(found, feed, "COUNT", count, f"{title}: {noun}", noun, noun)}
    for measure in sorted(measures_of(found), key=lambda one: not one.varies)[:1]:
        panels["MEASURE"] = _panel(
            found, feed, "MEASURE", measure.name, f"{title}: {measure.label}", measure.label, measure.label
        )
    head = _HEAD.format(doc=f'"""The panels of {found.name}."""')
    order = ", ".join(panels) + ("," if len(panels) == 1 else "")
    return f"{head}{''.join(panels.values())}\nDASHBOARD = Dashboard({python_text(title)}, ({order}))\n"


def _panel(found: Findings, feed: FeedAddress, constant: str, column: str, title: str, label: str, unit: str) -> str:
    return _PANEL.format(
        constant=constant,
        panel=python_text(f"{found.name}-{column}".replace("_", "-")),
        title=python_text(title),
        description=python_text(
            f"Every snapshot of the day. The line breaks where none came for {words_of(feed.longest_gap)}."
        ),
        gap=timedelta_text(feed.longest_gap),
        unit=python_text(unit),
        statement=python_text(f"dashboards.{found.name}_{column}"),
        column=column,
        column_text=python_text(column),
        name=found.name,
        label=python_text(label[:1].upper() + label[1:]),
    )
