"""All settings, and the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from millrace.errors import SettingError

FeedKind = Literal["live", "simulated"]


class Secret:
    """A value that never shows itself: only `reveal()` gives it."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True)
class Settings:
    """`source_urls` and `api_keys` are by source name, as in `MILLRACE_SOURCE_<NAME>_URL` and `_API_KEY`."""

    home: Path
    feed: FeedKind = "live"
    source_urls: Mapping[str, str] = field(default_factory=dict)
    api_keys: Mapping[str, Secret] = field(default_factory=dict)
    kill_at: str = ""


def load(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; `home` (the command line's `--home`) goes before `MILLRACE_HOME`.

    An empty variable counts as not set. Raises SettingError for a value that is not one of those allowed.
    """
    feed = environ.get("MILLRACE_FEED") or "live"
    if feed not in ("live", "simulated"):
        raise SettingError(f"MILLRACE_FEED is {feed!r}.", hint="Set it to live or simulated.")
    return Settings(
        home=home or Path(environ.get("MILLRACE_HOME") or ".millrace"),
        feed=cast(FeedKind, feed),
        source_urls=_urls(environ),
        api_keys={name: Secret(value) for name, value in _by_source(environ, "_API_KEY").items()},
        kill_at=environ.get("MILLRACE_KILL_AT", ""),
    )


def _urls(environ: Mapping[str, str]) -> dict[str, str]:
    urls = _by_source(environ, "_URL")
    for name, url in urls.items():
        if not url.startswith(("http://", "https://")):
            variable = f"MILLRACE_SOURCE_{name.upper()}_URL"
            raise SettingError(f"{variable} is {url!r}.", hint="Set it to an address that begins with http or https.")
    return urls


def _by_source(environ: Mapping[str, str], suffix: str) -> dict[str, str]:
    prefix = "MILLRACE_SOURCE_"
    return {
        name[len(prefix) : -len(suffix)].lower(): value
        for name, value in environ.items()
        if name.startswith(prefix) and name.endswith(suffix) and len(name) > len(prefix + suffix) and value
    }
