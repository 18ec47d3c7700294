"""The served page: the answer of each address, from the newest data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from plotly.offline import get_plotlyjs

from millrace.dashboards.data.ad_hoc import AdHocQueries
from millrace.dashboards.data.rows import PageChoice
from millrace.dashboards.html.content import PageContent, PageView
from millrace.dashboards.html.shell import SCRIPTS, PageAssets, asset, page, page_unreadable, page_without_data
from millrace.errors import BadTime, MillraceError, UnknownName, UsageError
from millrace.time_keys import parse_date

REFRESH_SECONDS = 60.0
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'self'"
)
_JSON = "application/json"
_ASSETS = {
    "page.css": "text/css; charset=utf-8",
    **dict.fromkeys((*SCRIPTS, "sql.js", "plotly.js"), "text/javascript; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP response. `etag`: ETag of the body. `immutable`: the body at this address never changes."""

    body: bytes
    type: str
    status: int = 200
    etag: str = ""
    immutable: bool = False
    filename: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class LivePages:
    """The page at its addresses. It refreshes itself every `refresh_seconds`; without `ad_hoc` it has no SQL editor."""

    def __init__(
        self, content: PageContent, ad_hoc: AdHocQueries | None = None, *, refresh_seconds: float = REFRESH_SECONDS
    ) -> None:
        self._content = content
        self._ad_hoc = ad_hoc
        self._script_data = {"live": True, "refresh_seconds": refresh_seconds}

    def warm(self) -> None:
        """Fill the caches with what the first reader will need."""
        self._page({})
        for name in _ASSETS:
            _content(name)

    def get(self, path: str, query: Mapping[str, str]) -> HttpAnswer:
        """Raises UnknownName for an address that does not exist, UsageError for a malformed query string."""
        match path.split("/")[1:]:
            case [""]:
                return self._page(query)
            case ["assets", name]:
                return _asset(name)
            case ["api", "page"]:
                view = self._content.view()
                choice = _choice(view, query)
                return _json(view.head(choice) if choice else {"day": ""})
            case ["api", "panels", name]:
                return self._panel(name, query)
            case ["api", "tables"] if self._ad_hoc:
                return _json({"tables": self._ad_hoc.tables(), "examples": self._ad_hoc.examples})
        raise UnknownName(
            "address", path, ["/", "/api/page", *(f"/api/panels/{name}" for name in self._content.panels)]
        )

    def post(self, path: str, body: bytes) -> HttpAnswer:
        """Raises as `get` does, and QueryError."""
        if path != "/api/query" or self._ad_hoc is None:
            raise UnknownName("address", path, ["/api/query"])
        request = _read(body)
        sql, form, parameters = request.get("sql"), request.get("form", "rows"), request.get("parameters", {})
        if not isinstance(sql, str) or not isinstance(parameters, dict):
            raise UsageError("the request has no SQL.", hint='Send {"sql": "SELECT ...", "parameters": {}}.')
        texts = {str(name): str(value) for name, value in parameters.items()}
        if form == "csv":
            return HttpAnswer(self._ad_hoc.csv(sql, texts), "text/csv; charset=utf-8", filename="millrace.csv")
        if form == "parquet":
            file = self._ad_hoc.parquet(sql, texts)
            return HttpAnswer(file, "application/vnd.apache.parquet", filename="millrace.parquet")
        return _json(self._ad_hoc.rows(sql, texts))

    def _page(self, query: Mapping[str, str]) -> HttpAnswer:
        view = self._content.view()
        try:
            choice = _choice(view, query)
        except BadTime:
            raise
        except MillraceError as error:
            return _html(page_unreadable(view.context, self._page_assets(), error, self._script_data), status=500)
        if choice is None:
            return _html(page_without_data(view.context, self._page_assets(), self._script_data))
        return _html(page(view, choice, self._page_assets(), self._script_data))

    def _panel(self, name: str, query: Mapping[str, str]) -> HttpAnswer:
        panel, view = self._content.panel(name), self._content.view()
        choice = _choice(view, query)
        if choice is None:
            raise UnknownName("day", query.get("day", ""), [])
        return _json(view.payload(panel, choice, table=query.get("table") != "no"))

    def _page_assets(self) -> PageAssets:
        names = [*SCRIPTS, *(["sql.js"] if self._ad_hoc else [])]
        return PageAssets(
            policy=POLICY,
            head=f'<link rel="stylesheet" href="{_address("page.css")}">',
            scripts=f'<meta id="library" content="{_address("plotly.js")}">'
            + "".join(f'<script src="{_address(name)}"></script>' for name in names),
            closing=asset("sql.html") if self._ad_hoc else "",
        )


def _choice(view: PageView, query: Mapping[str, str]) -> PageChoice | None:
    day = query.get("day")
    return view.choose(parse_date(day) if day else None, query)


def _read(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise UsageError("the request is not a JSON object.", hint='Send {"sql": "SELECT ...", "parameters": {}}.')
    return request


def _json(data: object) -> HttpAnswer:
    body = json.dumps(data, allow_nan=False, separators=(",", ":")).encode()
    return HttpAnswer(body, _JSON, etag=_digest(body))


def _html(text: str, status: int = 200) -> HttpAnswer:
    return HttpAnswer(text.encode(), "text/html; charset=utf-8", status=status)


def _asset(name: str) -> HttpAnswer:
    if name not in _ASSETS:
        raise UnknownName("asset", name, _ASSETS)
    return HttpAnswer(_content(name), _ASSETS[name], etag=_digest(_content(name)), immutable=True)


@cache
def _content(name: str) -> bytes:
    return (get_plotlyjs() if name == "plotly.js" else asset(name)).encode()


@cache
def _address(name: str) -> str:
    """The asset's address with the digest of its content, so that browsers may cache it for ever."""
    return f"/assets/{name}?{_digest(_content(name))}"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
