"""The fetcher over real HTTP, with the library requests.

Redirects are not followed: the API key would be sent to a host that nobody chose. A .netrc file is not read, and
cookies are not kept.

A request is prepared before it is sent, and whatever cannot be sent is refused there, with SettingError. From then on
everything that goes wrong is the feed's or the network's: FeedUnavailable, so that the poll is recorded.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests import exceptions
from requests.auth import HTTPBasicAuth
from requests.utils import prepend_scheme_if_needed, select_proxy

from millrace import __version__
from millrace.connection_errors import NOT_HTTP, root_cause
from millrace.errors import FeedUnavailable, SettingError
from millrace.ingestors.http.fetcher import Request, Response
from millrace.ingestors.http.final_responses import FinalResponseAdapter
from millrace.ingestors.http.response_body import BodyReader, Interrupted, Read
from millrace.settings import Secret

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"millrace/{__version__}"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds: to connect, between two pieces of the response, and for the whole request.

    `total` is checked after each piece of the body, so a request ends at most `read` seconds after `total`.
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0


class RequestsFetcher:
    """A fetcher that threads may share: each thread has its own connections, kept open for its next requests.

    `transport` makes the transport adapter of new sessions.
    """

    def __init__(
        self,
        timeouts: Timeouts = Timeouts(),
        *,
        timer: Callable[[], float] = time.monotonic,
        transport: Callable[[], requests.adapters.BaseAdapter] = FinalResponseAdapter,
    ) -> None:
        self._timeouts = timeouts
        self._timer = timer
        self._transport = transport
        self._of_this_thread = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def fetch(self, request: Request) -> Response:
        """One try; returns a response of any status. Raises as the port says."""
        deadline = self._timer() + self._timeouts.total
        with self._sent(request) as answer:
            body = self._body(answer, self._reader(request, answer.status_code, deadline))
        return Response(answer.status_code, body, _headers(answer))

    def stream(self, request: Request, write: Callable[[Iterator[bytes]], None]) -> Response:
        """As `fetch`, but a body that comes with 200 goes to `write`, piece by piece as it was received."""
        deadline = self._timer() + self._timeouts.total
        with self._sent(request) as answer:
            reader = self._reader(request, answer.status_code, deadline)
            if answer.status_code != HTTPStatus.OK:
                return Response(answer.status_code, self._body(answer, reader), _headers(answer))
            write(reader.pieces(self._reading(answer), answer.headers.get("Content-Length", "")))
        return Response(answer.status_code, b"", _headers(answer))

    def close(self) -> None:
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
        self._of_this_thread = threading.local()

    def _reader(self, request: Request, status: int, deadline: float) -> BodyReader:
        return BodyReader(request.address, status, request.body_limit, lambda: self._timer() > deadline)

    @contextmanager
    def _sent(self, request: Request) -> Iterator[requests.Response]:
        send = self._prepared(request)
        with self._as_unavailable(request):
            answer = send(timeout=(self._timeouts.connect, self._timeouts.read))
        with answer:
            yield answer

    def _body(self, answer: requests.Response, reader: BodyReader) -> bytes:
        return reader.read(self._reading(answer), _encoding(answer))

    def _reading(self, answer: requests.Response) -> Read:
        def read(size: int) -> bytes:
            try:
                # read1 returns what has arrived; read would wait for the full amount, however slowly it comes
                part: bytes = answer.raw.read1(size, decode_content=False)
                return part
            except urllib3.exceptions.ReadTimeoutError:
                raise Interrupted(f"no data of its body came for {self._timeouts.read:g} s") from None
            except Exception:  # noqa: BLE001 - whatever the libraries raise over a feed's bytes
                raise Interrupted("its body was cut") from None

        return read

    def _prepared(self, request: Request) -> Callable[..., requests.Response]:
        """What sends the request. Raises SettingError for a request that can never be sent."""
        headers = _HEADERS | {name: _header(name, value) for name, value in request.headers.items()}
        session = self._session(proxied=not _on_loopback(request.url))
        try:
            # session.get would first merge all of this with the session's settings, of which there are none
            prepared = requests.Request(
                "GET", request.bare_url, headers, params=request.params, auth=_authentication(request)
            ).prepare()
            adapter = session.get_adapter(prepared.url or "")
            environment = session.merge_environment_settings(prepared.url, {}, True, None, None)
        except (exceptions.RequestException, ValueError) as error:
            raise SettingError(
                f"cannot send a request to {request.address} ({type(error).__name__}).",
                hint="Check the source's address (MILLRACE_SOURCE_<NAME>_URL).",
            ) from None
        _check_proxy(prepared.url or "", environment["proxies"])
        _check_certificates(environment["verify"])
        # not session.send: it reads where a redirect leads even if it is not to be followed, and fails over it
        how: dict[str, Any] = {**environment, "stream": True}
        return partial(adapter.send, prepared, **how)

    def _session(self, *, proxied: bool) -> requests.Session:
        name = "proxied" if proxied else "direct"
        session: requests.Session | None = getattr(self._of_this_thread, name, None)
        if session is None:
            session = requests.Session()
            session.trust_env = proxied
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                session.mount(scheme, self._transport())
            setattr(self._of_this_thread, name, session)
            with self._lock:
                self._sessions.append(session)
        return session

    @contextmanager
    def _as_unavailable(self, request: Request) -> Iterator[None]:
        """Turns any error into ours, without its message, which is long and may quote a header."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise over a feed's bytes
            raise FeedUnavailable(f"{request.address}: {self._cause(error)}", tries=1) from None

    def _cause(self, error: BaseException) -> str:
        if isinstance(error, exceptions.ConnectTimeout):
            return f"no connection within {self._timeouts.connect:g} s"
        if isinstance(error, exceptions.Timeout):
            return f"no answer within {self._timeouts.read:g} s"
        if isinstance(error, exceptions.ProxyError):
            return f"no connection through the proxy ({root_cause(error)})"
        if isinstance(error, exceptions.SSLError):
            return f"no secure connection ({root_cause(error)})"
        if isinstance(error, exceptions.ConnectionError):
            cause = root_cause(error)
            return f"no usable answer ({cause})" if cause == NOT_HTTP else f"no connection, or it was closed ({cause})"
        if isinstance(error, exceptions.InvalidHeader):
            return "no usable answer (its headers are invalid)"
        return f"no usable answer ({type(error).__name__})"


def _header(name: str, value: str | Secret) -> str:
    text = value.reveal() if isinstance(value, Secret) else value
    if not (text.isascii() and text.isprintable() and text == text.strip()):
        raise SettingError(
            f"the value for the header {name} has characters that a header cannot carry.",
            hint="Check the source's key (MILLRACE_SOURCE_<NAME>_API_KEY) for line breaks and spaces.",
        )
    return text


def _check_proxy(url: str, proxies: Mapping[str, str]) -> None:
    """Raises SettingError for a proxy's address that requests could not use."""
    proxy = select_proxy(url, proxies)
    try:
        host = urlsplit(prepend_scheme_if_needed(proxy, "http")).hostname if proxy else None  # type: ignore[no-untyped-call]
    except ValueError:
        host = None
    if proxy and not host:
        raise SettingError(
            "the proxy's address cannot be used.", hint="Check the environment (http_proxy, https_proxy, all_proxy)."
        )


def _check_certificates(verify: bool | str | None) -> None:
    if isinstance(verify, str) and not Path(verify).exists():
        raise SettingError(
            f"there are no certificates at {verify}.",
            hint="Check the environment (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE).",
        )


def _headers(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _encoding(answer: requests.Response) -> str:
    found: str = answer.headers.get("Content-Encoding", "")
    return found


def _authentication(request: Request) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Never None, or requests would look for one in .netrc."""
    if request.credentials is None:
        return lambda prepared: prepared
    user, password = request.credentials
    return HTTPBasicAuth(user.encode(), password.encode())


def _on_loopback(url: str) -> bool:
    """Whether the host is this machine, where the environment's proxy must not be used."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
