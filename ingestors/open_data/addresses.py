"""Which addresses a copy may read: those of the internet, and of private hosts only those that a setting names.

A definition is data, and where it runs there may be services that answer whoever is inside, such as the one at
169.254.169.254 that gives out a machine's credentials.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from millrace.errors import UsageError

Resolve = Callable[[str, int], Iterable[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host; none where its name is unknown here, as it is where a proxy alone looks names up."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError):
        return []


@dataclass(frozen=True)
class AddressCheck:
    """`private`: the hosts that may be read although they are private, each such as `127.0.0.1:8000`."""

    private: Collection[str] = ()
    resolve: Resolve = resolved

    def refuse(self, url: str) -> None:
        """Raises UsageError for an address that may not be read."""
        parts = _parts(url)
        if "@" in parts.netloc:
            host = parts.netloc.rpartition("@")[2]
            raise UsageError(
                f"the address at {host} has a user or a password.",
                hint="Give it without: only what anyone may read is copied.",
            )
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        if parts.netloc.lower() in self.private or f"{host}:{port}" in self.private:
            return
        for address in self.resolve(host, port):
            if not _is_public(address):
                raise UsageError(
                    f"{url} leads to {address}, an address of this machine or of a private network.",
                    hint=f"If it is meant, set MILLRACE_PRIVATE_HOSTS to {host}:{port}.",
                )


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise UsageError(f"{url!r} is no address of a file.", hint="Give one that begins with https://, http:// or s3://.")


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])  # without the zone of an IPv6 address
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
