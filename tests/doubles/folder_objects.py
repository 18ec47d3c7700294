"""The Athena endpoint's object store on a folder: addresses are paths of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from millrace.athena_sql.endpoint.ports import BINARY
from millrace.errors import ObjectMissing


class FolderObjects:
    """An ObjectStore without S3."""

    def put_file(self, address: str, path: Path, content_type: str = BINARY) -> None:
        place = Path(address)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)

    def put(self, address: str, data: bytes, content_type: str = BINARY) -> None:
        place = Path(address)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def get(self, address: str) -> bytes:
        try:
            return Path(address).read_bytes()
        except FileNotFoundError:
            raise ObjectMissing(f"no object {address}.") from None

    def list(self, prefix: str) -> list[tuple[str, int]]:
        found = (path for path in sorted(Path(prefix).rglob("*")) if path.is_file())
        return [(str(path), path.stat().st_size) for path in found]
