"""One raw object: its bytes and its name."""

from __future__ import annotations

import os
import secrets
import struct
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise

from millrace.time_keys import compact

# Level 5 with zlib's filtered strategy and its largest memory: snapshots are mostly digits, and on recorded and random
# ones it gives the size of level 6, or up to 4% less, in two thirds of the time.
_LEVEL, _MEMORY, _STRATEGY = 5, 9, zlib.Z_FILTERED
_RAW_DEFLATE = -15
_WINDOW_BYTES = 32 * 1024
_PART_BYTES = 1024 * 1024
_HEADER = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"  # RFC 1952: deflate, no name, no time, no particular system


def compressed(lines: Iterable[bytes]) -> bytes:
    """One gzip member without a time or a name in it: the same lines always give the same bytes.

    Parts are packed side by side, since zlib lets go of the interpreter's lock; each part knows the end of the one
    before it, and ends on a whole byte, so that together they are one deflate stream.
    """
    data = b"".join(lines)
    edges = [*range(0, max(len(data), 1), _PART_BYTES), len(data)]

    def packed(part: tuple[int, int]) -> bytes:
        start, end = part
        before = data[max(start - _WINDOW_BYTES, 0) : start]
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE, _MEMORY, _STRATEGY, before)
        return packer.compress(data[start:end]) + packer.flush(zlib.Z_FINISH if end == len(data) else zlib.Z_SYNC_FLUSH)

    parts = list(pairwise(edges))
    if len(parts) == 1:
        packed_parts = [packed(parts[0])]
    else:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            packed_parts = list(pool.map(packed, parts))
    return b"".join([_HEADER, *packed_parts, struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)])


def object_name(stream: str, arrival: datetime, number: int) -> str:
    """`<stream>-<arrival>-<8 hex digits>`.

    Half of the digits count the stream's objects, so that those of one second differ; the other half is random, so that
    a lake which has lost its state file, and counts again, does not meet its old names.
    """
    return f"{stream}-{compact(arrival)}-{number & 0xFFFF:04x}{secrets.token_hex(2)}"
