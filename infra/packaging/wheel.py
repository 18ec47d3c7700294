"""A wheel of pure Python, made of its files, which pip installs without a build (binary distribution format)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from millrace.infra.packaging.reproducible import zipped

_WHEEL = "Wheel-Version: 1.0\nGenerator: millrace\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def pure_wheel(name: str, version: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The wheel's file name and bytes. What it depends on is not in its metadata: whoever installs it says so."""
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
    }
    record = f"{info}/RECORD"
    lines = [f"{path},{_digest(data)},{len(data)}" for path, data in sorted(content.items())]
    content[record] = "".join(f"{line}\n" for line in [*lines, f"{record},,"]).encode()
    return f"{name}-{version}-py3-none-any.whl", zipped(content)


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
