"""A release: what one state of a project was packaged to, so that it can be deployed again, and to another stage.

It stands beside its artefacts as `release-<hash>.json`, is written after them, and has no time in it: the same commit
gives the same hash. A stack says as an output which release is deployed, and each run on record which one made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from troposphere import Ref

from millrace import __version__
from millrace.errors import UsageError
from millrace.infra.packaging.reproducible import named_by_hash
from millrace.infra.stack.deployment import Deployment, StackDefinitions
from millrace.infra.stack.packaged.artefacts import RELEASE, Artefacts
from millrace.infra.stages.stage import Stage
from millrace.state.formats import TABLE_FORMAT

NAME, SUFFIX = "release", ".json"
STATE_FORMAT = "StateFormat"


class ReleaseParts(msgspec.Struct, frozen=True):
    """What stands in a release. A field that is added has a default: releases of before are deployed again.

    `state_format`: the newest format of the state table that its code knows. `artefacts`: keys, by the fields of
    `Artefacts`; `architecture`, `python` and `glue_version`: what they were packaged for. `definitions`: what a stack
    needs of the project.
    """

    millrace: str
    state_format: int
    architecture: str
    python: str
    glue_version: str
    artefacts: Mapping[str, str]
    definitions: StackDefinitions


@dataclass(frozen=True, slots=True)
class Release:
    """`content`: the bytes that stand beside the artefacts, whose hash is the release's. They are kept as they were
    written: another Millrace may write the same parts in other bytes.
    """

    parts: ReleaseParts
    content: bytes

    @classmethod
    def written(cls, parts: ReleaseParts) -> Release:
        return cls(parts, msgspec.json.format(msgspec.json.encode(parts, order="sorted"), indent=1) + b"\n")

    @classmethod
    def of(cls, definitions: StackDefinitions, stage: Stage, artefacts: Mapping[str, str]) -> Release:
        """`artefacts`: keys, as packaged for the stage."""
        made_for = (stage.ingest.architecture, stage.ingest.python, stage.workflow.glue_version)
        return cls.written(ReleaseParts(__version__, TABLE_FORMAT, *made_for, artefacts, definitions))

    @classmethod
    def read(cls, key: str, content: bytes) -> Release:
        """Raises UsageError for an object that is no release."""
        try:
            return cls(msgspec.json.decode(content, type=ReleaseParts), content)
        except msgspec.DecodeError as error:
            raise UsageError(f"{key} cannot be read: {error}.", hint="Deploy from the project itself.") from None

    @property
    def file(self) -> str:
        return named_by_hash(NAME, SUFFIX, self.content)

    @property
    def hash(self) -> str:
        return hash_of(self.file)

    def named(self) -> Artefacts:
        """What the template refers to."""
        return Artefacts(release=self.hash, state_format=self.parts.state_format, **self.parts.artefacts)


def hash_of(key: str) -> str:
    """Of a release, by its key."""
    return key.removeprefix(f"{NAME}-").removesuffix(SUFFIX)


def release_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    known = str(deployment.artefacts.state_format)
    return {
        RELEASE: ("The hash of the release that is deployed.", Ref(RELEASE)),
        STATE_FORMAT: ("The newest format of the state table that its code knows.", known),
    }
