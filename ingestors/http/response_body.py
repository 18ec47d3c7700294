"""The reader of a response's body, within its limits of size (after decompression) and total time.

It decompresses gzip itself, as urllib3 does not notice a truncated stream; and with ISA-L, in a third of zlib's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isal import isal_zlib

from millrace.errors import FeedUnavailable, ResponseTooLarge

KEPT_BYTES = 64 * 1024  # of a body that was not received completely, as evidence
_CHUNK = 64 * 1024
_PLAIN = ("", "identity")
_GZIP = ("gzip", "x-gzip")
_GZIP_FORMAT = isal_zlib.MAX_WBITS | 16
_BROKEN: type[Exception] = isal_zlib.IsalError  # type: ignore[assignment]  # the stubs make an instance of the class

Read = Callable[[int], bytes]


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

    def read(self, read: Read, encoding: str) -> bytes:
        """The complete body, decompressed. Raises FeedUnavailable (too slow, cut, not decodable) or ResponseTooLarge.

        `read(n)` returns up to n bytes as received, `b""` at the end; `encoding` is the Content-Encoding header.
        """
        encoding = encoding.strip().lower()
        if encoding not in _PLAIN + _GZIP:
            raise self.failure(f"its encoding is {encoding[:40]!r}, which was not requested")
        try:
            for part in self._received(read) if encoding in _PLAIN else self._gunzipped(self._received(read)):
                self._body += part
                if len(self._body) > self._limit:
                    raise self._too_large()
        except _BROKEN as error:
            raise self.failure(f"its gzip data is broken: {error}") from None
        return bytes(self._body)

    def failure(self, why: str) -> FeedUnavailable:
        message = f"{self._address} answered {self._status}, but {why}"
        return FeedUnavailable(message, tries=1, status=self._status, body=bytes(self._body[:KEPT_BYTES]))

    def _received(self, read: Read) -> Iterator[bytes]:
        received = 0
        while part := read(_CHUNK):
            yield part
            received += len(part)
            if received > self._limit:  # gzip data may decompress to nothing
                raise self._too_large()
            if self._is_late():
                raise self.failure("its body came too slowly")

    def _gunzipped(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        stream = isal_zlib.decompressobj(_GZIP_FORMAT)
        for part in parts:
            data = part
            while data:
                if stream.eof:  # a gzip file may have several members (RFC 1952, section 2.2)
                    stream = isal_zlib.decompressobj(_GZIP_FORMAT)
                yield stream.decompress(data, _CHUNK)
                data = stream.unused_data if stream.eof else stream.unconsumed_tail
        if not stream.eof:
            raise self.failure("its gzip data was cut")

    def _too_large(self) -> ResponseTooLarge:
        message = f"{self._address} answered with a body of more than {self._limit} bytes"
        return ResponseTooLarge(message, tries=1, status=self._status, body=bytes(self._body[:KEPT_BYTES]))
