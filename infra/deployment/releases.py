"""Releases in a bucket of artefacts: found by their hash, and whether one can be deployed to a stage."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.aws.calls import unless_gone
from millrace.errors import LakeError, ObjectMissing, UsageError
from millrace.infra.deployment.account import StageAccount
from millrace.infra.deployment.artefacts import ArtefactBucket
from millrace.infra.deployment.outcomes import DeployedStack
from millrace.infra.stack.packaged.artefacts import RELEASE
from millrace.infra.stack.packaged.release import NAME, STATE_FORMAT, SUFFIX, Release, hash_of
from millrace.infra.stages.stage import Stage
from millrace.settings import AwsSettings
from millrace.state.dynamo_format import TableFormat
from millrace.time_keys import stored

_MOST_NAMED = 10
_BUILT_AGAIN = "Deploy from the project itself: it is packaged for the stage."


def find_release(bucket: ArtefactBucket, given: str) -> Release:
    """The release of a hash, or of its first digits. Raises UsageError for none or several of it, or one that is not
    whole; LakeError for one that was changed.
    """
    stored_releases = sorted(bucket.keys(f"{NAME}-"), key=lambda one: one[1], reverse=True)
    found = [key for key, _ in stored_releases if hash_of(key).startswith(given) and key.endswith(SUFFIX)]
    if len(found) != 1:
        there = [f"{hash_of(key)} ({stored(at)})" for key, at in stored_releases[:_MOST_NAMED]]
        raise UsageError(
            f"{'several releases begin' if found else 'no release begins'} with {given} in s3://{bucket.name}.",
            hint=f"There are, the newest first: {', '.join(there)}." if there else "None was deployed to it yet.",
        )
    return Release.read(found[0], bucket.get(found[0]))


def require_deployable(release: Release, project: str, stage: Stage, parameters: Iterable[str]) -> None:
    """Raises UsageError for a release of another project, or one that was packaged for another kind of stage.

    `parameters`: of the stage's template.
    """
    if release.parts.definitions.project != project:
        raise UsageError(
            f"release {release.hash} is of the project {release.parts.definitions.project}, and this one is {project}.",
            hint="Give the command in that project's folder (--project).",
        )
    made_for = {"architecture": stage.ingest.architecture, "python": stage.ingest.python}
    wanted = release.named().parameters()
    missing = [name for name in parameters if name in wanted and name not in _GIVEN and not wanted[name][0]]
    if missing:
        raise UsageError(
            f"release {release.hash} has no {', '.join(missing)}, and stage {stage.name} needs it.", hint=_BUILT_AGAIN
        )
    if "WheelsZip" in parameters:
        made_for["glue_version"] = stage.workflow.glue_version
    for name, value in made_for.items():
        if (is_for := getattr(release.parts, name)) != value:
            raise UsageError(
                f"release {release.hash} was packaged for {name} {is_for}, and stage {stage.name} says {value}.",
                hint=_BUILT_AGAIN,
            )


_GIVEN = ("ArtefactsBucket",)  # by the deployment


def require_state(at: StageAccount, code: str, known: int) -> None:
    """Raises LakeError where a stage has state that this code refuses, or the code that is deployed would write it.

    `code`: what would be deployed, as the subject of a sentence; `known`: the newest format that it knows. The table
    may have a newer one than the stack says: commands of a newer Millrace write to it, too, and it outlives its stack.
    """
    deployed = at.stacks.find(at.stack)
    table = AwsSettings(stage=at.stage.name).state_table
    has, writes = _format_of(at, table), int(deployed.outputs.get(STATE_FORMAT, 0)) if deployed else 0
    if max(has, writes) > known:
        newer = (
            f"the state table {table} has {has}"
            if has > known
            else f"what stack {at.stack} has deployed writes {writes}"
        )
        raise LakeError(
            f"{code} knows formats of state up to {known}, and {newer}.",
            hint="Nothing was changed. Deploy a newer one: this one would refuse each poll and each run.",
        )


def _format_of(at: StageAccount, table: str) -> int:
    """0 where there is no table yet."""
    with unless_gone("dynamodb", f"table {table}"):
        return TableFormat(at.clients.dynamodb, table).found()
    return 0


def deployed_release(stack: DeployedStack | None, name: str, stage: Stage) -> str:
    """The hash of the release that a stage's stack has. Raises UsageError where there is none."""
    if stack is None:
        raise UsageError(
            f"stage {stage.name} was never deployed: there is no stack {name} in {stage.region}.",
            hint=f"Give millrace deploy --stage {stage.name} first, and look at what it does there.",
        )
    if RELEASE not in stack.outputs:
        raise UsageError(
            f"stack {name} does not say of which release it is: an older Millrace deployed it.",
            hint=f"Give millrace deploy --stage {stage.name} once more.",
        )
    return stack.outputs[RELEASE]


def copy_release(release: Release, source: ArtefactBucket, target: ArtefactBucket) -> Iterable[tuple[str, bool]]:
    """Each artefact, and whether it had to be copied; the release itself comes last. Raises UsageError for one that is
    not there, LakeError for one that is not what its name says.
    """
    for key in (*release.parts.artefacts.values(), release.file):
        try:
            yield key, target.copy(key, source)
        except ObjectMissing as missing:
            raise UsageError(f"release {release.hash} is not whole: {missing}", hint=_BUILT_AGAIN) from None
