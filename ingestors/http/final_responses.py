"""The transport of requests, with a connection that skips every interim response (1xx; RFC 9110, section 15.2).

Python's http.client skips `100 Continue` alone, and would give `103 Early Hints` as the response. urllib3-future, which
may stand in urllib3's place, does not use http.client and skips them by itself.
"""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_MAX_INTERIM = 100  # a server that sends them without end would outlast every timeout


class _FinalResponse(HTTPResponse):
    def begin(self) -> None:
        super().begin()
        skipped = 0
        while 100 <= self.status < 200 and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
            skipped += 1
            if skipped > _MAX_INTERIM:
                raise HTTPException(f"more than {_MAX_INTERIM} interim responses")
            self.headers = self.msg = None  # type: ignore[assignment]  # the sign that nothing was read yet
            super().begin()


class _FinalConnection(HTTPConnection):
    response_class: Any = _FinalResponse


class _FinalSecureConnection(HTTPSConnection):
    response_class: Any = _FinalResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _FinalConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _FinalSecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class FinalResponseAdapter(HTTPAdapter):
    """The default transport of a fetcher."""

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **keywords)
        if not proxy.lower().startswith("socks"):  # its pools are of its own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager
