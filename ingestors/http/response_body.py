"""The reader of a response's body, within its limits of size (after decompression) and total time.

It decompresses gzip itself, as urllib3 does not notice a truncated stream; and with ISA-L, in a third of zlib's time.

The Content-Encoding header is often wrong (`UTF-8`, `none`), so the bytes decide: what begins as gzip does is gzip, and
anything else is taken as it is. No JSON text begins like that. Only a header that says gzip and no other coding obliges
the body to be gzip; and a coding that was not asked for and that Millrace cannot undo is a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from isal import isal_zlib

from millrace.errors import FeedUnavailable, ResponseTooLarge

EVIDENCE_BYTES = 64 * 1024  # of the body of a failed attempt, as evidence
_CHUNK = 64 * 1024
_GZIP = ("gzip", "x-gzip")
_NOT_ASKED_FOR = {"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"}
_GZIP_START = b"\x1f\x8b\x08"  # RFC 1952, section 2.3.1; 8 is the only method there is
_GZIP_FORMAT = isal_zlib.MAX_WBITS | 16
_BROKEN: type[Exception] = isal_zlib.IsalError  # type: ignore[assignment]  # the stubs make an instance of the class

Read = Callable[[int], bytes]


class Interrupted(Exception):
    """What a `read` raises when no more of the body comes; its text says why, such as `its body was cut`."""


class BodyReader:
    """The reader of one body. `limit` is in bytes, of what is received and of what it decompresses to; `is_late` says
    whether the time is up.
    """

    def __init__(self, address: str, status: int, limit: int, is_late: Callable[[], bool]) -> None:
        self._address = address
        self._status = status
        self._limit = limit
        self._is_late = is_late
        self._body = bytearray()
        self._first_received = bytearray()
        self._is_whole = False

    def read(self, read: Read, encoding: str) -> bytes:
        """The complete body, decompressed. Raises FeedUnavailable (too slow, cut, not decodable) or ResponseTooLarge.

        `read(n)` returns up to n bytes as received, `b""` at the end, or raises Interrupted; `encoding` is the
        Content-Encoding header.
        """
        codings = [coding.strip().lower() for coding in encoding.split(",")]
        try:
            for part in self._decoded(self._received(read), codings):
                self._body += part
                if len(self._body) > self._limit:
                    raise self._too_large()
        except _BROKEN as error:
            raise self._failure(f"its gzip data is broken: {error}") from None
        except Interrupted as error:
            if not self._is_whole:
                raise self._failure(str(error)) from None
        if not_asked_for := _NOT_ASKED_FOR.intersection(codings):
            raise self._failure(f"its encoding is {min(not_asked_for)!r}, which was not requested")
        return bytes(self._body)

    def pieces(self, read: Read, length: str) -> Iterator[bytes]:
        """The body as it is received, and as `read` does otherwise; `length` is the Content-Length header."""
        received = 0
        try:
            for part in self._received(read):
                received += len(part)
                yield part
        except Interrupted as error:
            raise self._failure(str(error)) from None
        if length.isdigit() and received != int(length):
            raise self._failure(f"its body has {received} bytes of {length}")

    def _failure(self, why: str) -> FeedUnavailable:
        message = f"{self._address} answered {self._status}, but {why}"
        return FeedUnavailable(message, tries=1, status=self._status, body=self._kept())

    def _kept(self) -> bytes:
        """The body's beginning, as received if nothing of it could be decompressed."""
        return bytes(self._body[:EVIDENCE_BYTES]) or bytes(self._first_received)

    def _received(self, read: Read) -> Iterator[bytes]:
        received = 0
        while part := read(_CHUNK):
            self._first_received += part[: EVIDENCE_BYTES - len(self._first_received)]
            yield part
            received += len(part)
            if received > self._limit:  # gzip data may decompress to nothing
                raise self._too_large()
            if self._is_late():
                raise self._failure("its body came too slowly")

    def _decoded(self, parts: Iterator[bytes], codings: list[str]) -> Iterator[bytes]:
        start = b""
        for part in parts:
            start += part
            if len(start) >= len(_GZIP_START):
                break
        whole = chain([start], parts)
        if start.startswith(_GZIP_START) or (start and all(coding in _GZIP for coding in codings)):
            return self._gunzipped(whole)
        return whole

    def _gunzipped(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """A gzip file may have several members (RFC 1952, section 2.2). What follows a member and is none, such as a
        line break or a zero byte, is ignored. A complete member has a checksum, so the body is whole whatever its
        Content-Length says.
        """
        stream, rest = isal_zlib.decompressobj(_GZIP_FORMAT), b""
        for part in parts:
            data, rest = rest + part, b""
            while data:
                if stream.eof:
                    if len(data) < len(_GZIP_START) and _GZIP_START.startswith(data):
                        rest = data
                        break
                    if not data.startswith(_GZIP_START):
                        return
                    stream = isal_zlib.decompressobj(_GZIP_FORMAT)
                yield stream.decompress(data, _CHUNK)
                data = stream.unused_data if stream.eof else stream.unconsumed_tail
                self._is_whole = stream.eof
        if not stream.eof:
            raise self._failure("its gzip data was cut")

    def _too_large(self) -> ResponseTooLarge:
        message = f"{self._address} answered with a body of more than {self._limit} bytes"
        return ResponseTooLarge(message, tries=1, status=self._status, body=self._kept())
