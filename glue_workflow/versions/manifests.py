"""Manifests: the origin of a version, as an object beside its files."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from millrace.errors import ObjectMissing
from millrace.glue_workflow.ports import PartitionVersion
from millrace.lake.keys import MANIFEST, version_prefix
from millrace.lake.storage import Storage


class Manifest(msgspec.Struct, frozen=True):
    """The origin of a version, stored beside its files. `inputs`: the raw objects by partition (staging only).

    `reads`: of a whole table, a digest of the versions that its statement read, by table. `columns`: the types of the
    columns that its files have, by name; older versions do not tell.
    """

    table: str
    version: str
    run_id: str
    code_version: str
    created_at: str
    inputs: dict[str, list[str]]
    reads: dict[str, str] = {}
    columns: dict[str, str] = {}


def write_manifest(storage: Storage, manifest: Manifest) -> None:
    storage.put(_key(manifest.table, manifest.version), msgspec.json.encode(manifest))


def read_manifest(storage: Storage, version: PartitionVersion) -> Manifest | None:
    """None for a version without a manifest: its run died before the manifest was written."""
    try:
        return msgspec.json.decode(storage.get(_key(version.table, version.version)), type=Manifest)
    except ObjectMissing:
        return None


def written_types(storage: Storage, versions: Iterable[PartitionVersion]) -> dict[str, str]:
    """The types of the columns that the files of these versions have, by name, as far as their manifests tell."""
    types: dict[str, str] = {}
    for one in {version.version: version for version in versions if version.files}.values():
        manifest = read_manifest(storage, one)
        types |= manifest.columns if manifest else {}
    return types


def _key(table: str, version: str) -> str:
    return version_prefix(table, version) + MANIFEST
