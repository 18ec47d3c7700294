"""The frame around the panels: one template for both the written file and the served page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from millrace.dashboards.data.rows import PageChoice
from millrace.dashboards.html.content import PageContext, PageView, Payload
from millrace.dashboards.html.fragments import banner, empty_page, provenance, unreadable_page
from millrace.dashboards.html.summaries import short_date
from millrace.errors import MillraceError

SCRIPTS = ("charts.js", "page.js")


@dataclass(frozen=True)
class PageAssets:
    """How styles and scripts reach the browser, as HTML. `policy`: the page's Content-Security-Policy."""

    policy: str
    head: str
    scripts: str
    closing: str = ""  # HTML after the panels


def page(view: PageView, choice: PageChoice, assets: PageAssets, script_data: Mapping[str, object]) -> str:
    """`script_data`: what the page's script gets in addition to the panels' data."""
    head = view.head(choice)
    payloads = [view.payload(panel, choice) for panel in view.panels.values()]
    data = {
        "head": {name: head[name] for name in ("day", "picked", "newest", "days", "options", "tags")},
        "panels": [{name: value for name, value in payload.items() if name != "html"} for payload in payloads],
        **script_data,
    }
    body = f'<div id="figures">{head["figures"]}</div>{_sections(view, payloads)}{assets.closing}'
    return _fill(view.context, assets, {**head, "body": body, "pickers": _pickers(view, head)}, data)


def page_without_data(context: PageContext, assets: PageAssets, script_data: Mapping[str, object]) -> str:
    return _bare(context, assets, "No data yet", empty_page(context.lake, context.feeds), script_data)


def page_unreadable(
    context: PageContext, assets: PageAssets, problem: MillraceError, script_data: Mapping[str, object]
) -> str:
    return _bare(context, assets, "No day to show", unreadable_page(context.lake, problem), script_data)


def asset(name: str) -> str:
    return files("millrace.dashboards.html").joinpath(name).read_text(encoding="utf-8")


def json_in_html(data: object) -> str:
    """JSON in pure ASCII (so without U+2028) that cannot end the script element around it."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _bare(context: PageContext, assets: PageAssets, heading: str, body: str, script_data: Mapping[str, object]) -> str:
    parts = {
        "title": f"{heading} · {context.title}",
        "heading": heading,
        "banner": banner(context.feed, context.feeds, context.generated_at, context.zone),
        "provenance": provenance(context.lake, context.generated_at, context.feeds, context.last_run, context.zone),
        "body": body,
        "pickers": "",
    }
    return _fill(context, assets, parts, {"panels": [], **script_data})


def _fill(context: PageContext, assets: PageAssets, parts: Mapping[str, object], data: object) -> str:
    return Template(asset("page.html")).substitute(
        policy=escape(assets.policy, quote=False),
        head=assets.head,
        scripts=assets.scripts,
        title=escape(str(parts["title"])),
        eyebrow=escape(context.title),
        heading=escape(str(parts["heading"])),
        banner=parts["banner"],
        pickers=parts["pickers"],
        body=parts["body"],
        provenance=parts["provenance"],
        data=json_in_html(data),
    )


def _sections(view: PageView, payloads: Sequence[Payload]) -> str:
    """The panels of each dashboard, under its title where there are several beside Millrace's own."""
    html = {payload["name"]: payload["html"] for payload in payloads}
    parts = []
    for dashboard in view.dashboards:
        if len(view.dashboards) > 2:
            parts.append(f'<h2 class="dashboard">{escape(dashboard.title)}</h2>')
        parts += [html[panel.name] for panel in dashboard.panels if panel.name in html]
    return f'<div class="panels">{"".join(parts)}</div>'


def _pickers(view: PageView, head: Payload) -> str:
    """A form, so that a served page works without scripts too."""
    lists = "".join(
        f'<label>{escape(picker.label)} <select name="{escape(name)}" autocomplete="off">'
        f"{_options(head['options'][name], head['picked'][name])}</select></label>\n"
        for name, picker in view.pickers.items()
    )
    return f"""<form class="pickers" id="pickers" method="get" aria-label="What to show">
<label>Day <select name="day" autocomplete="off">{_options(head["days"], head["day"], short_date)}</select></label>
{lists}<noscript><button>Show</button></noscript><div id="problems">{head["problems"]}</div></form>"""


def _options(values: Sequence[str], chosen: str, label: object = None) -> str:
    known = [*values] if chosen in values or not chosen else [chosen, *values]
    words = label if callable(label) else str
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words(value))}</option>'
        for value in known
    )
