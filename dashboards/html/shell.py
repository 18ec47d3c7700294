"""The page around its panels: one template for the written file and for the served page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from millrace.dashboards.data.rows import Choice
from millrace.dashboards.html.content import PageContext, Payload, View
from millrace.dashboards.html.fragments import banner, empty_page, provenance, unreadable_page
from millrace.dashboards.html.summaries import short_date
from millrace.errors import MillraceError

SCRIPTS = ("charts.js", "page.js")


@dataclass(frozen=True)
class PageAssets:
    """How looks and scripts come to the browser: `head` and `scripts` are HTML; `policy` the rules of its content."""

    policy: str
    head: str
    scripts: str
    closing: str = ""  # HTML after the panels


def page(view: View, choice: Choice, carrier: PageAssets, more: Mapping[str, object]) -> str:
    """`more` goes to the script beside the panels' data."""
    head = view.head(choice)
    payloads = [view.payload(panel, choice) for panel in view.panels.values()]
    data = {
        "zone": view.context.zone.key,
        "head": {name: head[name] for name in ("day", "area", "newest", "days", "areas", "tags")},
        "panels": [{name: value for name, value in payload.items() if name != "html"} for payload in payloads],
        **more,
    }
    sections = "".join(payload["html"] for payload in payloads)
    body = f'<div id="figures">{head["figures"]}</div><div class="panels">{sections}</div>{carrier.closing}'
    return _fill(view.context, carrier, {**head, "body": body, "pickers": _pickers(head)}, data)


def page_without_data(context: PageContext, carrier: PageAssets, more: Mapping[str, object]) -> str:
    return _bare(context, carrier, "Nothing here yet", empty_page(context.lake), more)


def page_unreadable(
    context: PageContext, carrier: PageAssets, problem: MillraceError, more: Mapping[str, object]
) -> str:
    return _bare(context, carrier, "No day to show", unreadable_page(context.lake, problem), more)


def asset(name: str) -> str:
    return files("millrace.dashboards.html").joinpath(name).read_text(encoding="utf-8")


def json_in_html(data: object) -> str:
    """JSON that cannot end the script element it stands in, in ASCII throughout (so also without U+2028)."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _bare(context: PageContext, carrier: PageAssets, heading: str, body: str, more: Mapping[str, object]) -> str:
    parts = {
        "title": f"{heading} · {context.title}",
        "heading": heading,
        "banner": banner(context.feed, context.newest_snapshot, context.generated_at, context.zone),
        "provenance": provenance(
            context.lake, context.generated_at, context.newest_snapshot, context.last_run, context.zone
        ),
        "body": body,
        "pickers": "",
    }
    return _fill(context, carrier, parts, {"panels": [], **more})


def _fill(context: PageContext, carrier: PageAssets, parts: Mapping[str, object], data: object) -> str:
    return Template(asset("page.html")).substitute(
        policy=escape(carrier.policy, quote=False),
        head=carrier.head,
        scripts=carrier.scripts,
        title=escape(str(parts["title"])),
        eyebrow=escape(context.title),
        heading=escape(str(parts["heading"])),
        banner=parts["banner"],
        pickers=parts["pickers"],
        body=parts["body"],
        provenance=parts["provenance"],
        data=json_in_html(data),
    )


def _pickers(head: Payload) -> str:
    """A form, so that a served page can be used without scripts too."""
    return f"""<form class="pickers" id="pickers" method="get" aria-label="What to show">
<label>Day <select name="day" autocomplete="off">{_options(head["days"], head["day"], short_date)}</select></label>
<label>Area <select name="area" autocomplete="off">{_options(head["areas"], head["area"])}</select></label>
<noscript><button>Show</button></noscript></form>"""


def _options(values: Sequence[str], chosen: str, label: object = None) -> str:
    known = [*values] if chosen in values or not chosen else [chosen, *values]
    words = label if callable(label) else str
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words(value))}</option>'
        for value in known
    )
