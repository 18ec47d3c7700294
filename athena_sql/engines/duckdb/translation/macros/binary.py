"""Macros in DuckDB for bytes: hashes, encodings."""

from __future__ import annotations

from collections.abc import Mapping

_CRC_POLYNOMIAL = 0xEDB88320


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_CRC_POLYNOMIAL if byte & 1 else 0)
    return byte


_CRC_TABLE = ", ".join(str(_crc_of(byte)) for byte in range(256))

BINARY: Mapping[str, str] = {
    "athena_bytes(b)": (
        "CASE WHEN typeof(b) IN ('BLOB', '\"NULL\"') THEN CAST(b AS BLOB)"
        " ELSE error('A varbinary is needed, such as to_utf8(text), not: ' || lower(typeof(b))) END"
    ),
    "athena_hex(b)": "hex(athena_bytes(b))",
    "athena_sha1(b)": "unhex(sha1(athena_bytes(b)))",
    "athena_sha256(b)": "unhex(sha256(athena_bytes(b)))",
    "athena_md5(b)": "unhex(md5(athena_bytes(b)))",
    "athena_base64(b)": "to_base64(athena_bytes(b))",
    "to_base64url(b)": "replace(replace(to_base64(athena_bytes(b)), '+', '-'), '/', '_')",
    "from_base64url(t)": "from_base64(replace(replace(t, '-', '+'), '_', '/'))",
    "athena_byte_values(b)": (
        "list_transform(range(octet_length(b)), lambda i: CAST('0x' || substr(hex(b), 2 * i + 1, 2) AS BIGINT))"
    ),
    "athena_reverse_bytes(b)": (
        "unhex(array_to_string(list_transform(range(octet_length(b), 0, -1), lambda i: substr(hex(b), 2 * i - 1, 2)),"
        " ''))"
    ),
    "crc32(b)": (
        "xor(list_reduce(athena_byte_values(athena_bytes(b)), lambda c, x:"
        f" xor(c >> 8, ([{_CRC_TABLE}]::BIGINT[])[(xor(c, x) & 255) + 1]), 4294967295::BIGINT), 4294967295)"
    ),
    "athena_from_utf8(b)": (
        "coalesce(TRY(decode(CAST(b AS BLOB))), CASE WHEN athena_bytes(b) IS NOT NULL"
        " THEN error('from_utf8 of bytes that are not UTF-8 is not supported here') END)"
    ),
}
