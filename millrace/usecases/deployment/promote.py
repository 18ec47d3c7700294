"""Releases that were packaged before: deployed again, or from another stage, without a look at the project's files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.usecases.deployment.bootstrap import TellEvent, account_of
from millrace.usecases.deployment.deploy import DecideOnDeployment, SayLine, bucket_of, put, ready, tell_room
from millrace.usecases.deployment.stack import stack_from, with_troposphere

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.stack.packaged.release import Release
    from millrace.infra.stack.template import SynthesisedStack
    from millrace.settings import AwsSettings


def deploy_again(
    at: StageAccount, project: Project, given: str, decide: DecideOnDeployment, tell: TellEvent, say: SayLine
) -> DeployedStack | None:
    """Deploys a release that is in the stage's bucket, by its hash or the first digits of it.

    Raises as `deploy` does; UsageError for a hash that is of no release, of several, or of another project's; LakeError
    where its code would not read the state that there is.
    """
    from millrace.infra.deployment.releases import find_release

    base = ready(at, say)
    release = find_release(bucket_of(at, base), given)
    stack = _checked(at, project, release)
    say(f"release {release.hash}")
    return put(at, base, stack, decide, tell, say)


def promote(
    source: StageAccount, at: StageAccount, project: Project, decide: DecideOnDeployment, tell: TellEvent, say: SayLine
) -> DeployedStack | None:
    """Deploys to a stage what another one has: the same artefacts, copied where they are not there yet.

    Raises as `deploy_again` does, and UsageError for a stage that was never deployed.
    """
    from millrace.infra.deployment.artefacts import ArtefactBucket
    from millrace.infra.deployment.names import artefact_bucket
    from millrace.infra.deployment.releases import copy_release, deployed_release, find_release

    given = deployed_release(source.stacks.find(source.stack), source.stack, source.stage)
    base = ready(at, say)
    tested = ArtefactBucket(source.clients.s3, artefact_bucket(source.stage, source.account), source.account)
    release = find_release(tested, given)
    stack = _checked(at, project, release)
    tell_room(at, project, say)
    for key, was_copied in copy_release(release, tested, bucket_of(at, base)):
        say(f"copied {key}" if was_copied else f"{key} is there already")
    say(f"release {release.hash}, as stage {source.stage.name} has it")
    return put(at, base, stack, decide, tell, say)


def promoted_stages(
    project: Project, source: str, target: str, settings: AwsSettings, profile: str = ""
) -> tuple[StageAccount, StageAccount]:
    """The accounts of both stages. `profile`: of the credentials for the first. Raises as `account_of` does, and
    UsageError for one stage twice.
    """
    if source == target:
        raise UsageError(
            f"stage {source} cannot be promoted to itself.",
            hint=f"Name two stages; millrace deploy --stage {source} --artefact HASH goes back to an earlier release.",
        )
    own = replace(settings, profile=profile) if profile else settings
    return account_of(project, source, own), account_of(project, target, settings)


def _checked(at: StageAccount, project: Project, release: Release) -> SynthesisedStack:
    """The template of the stage for this release."""
    from millrace.infra.deployment.releases import require_deployable, require_state

    with_troposphere()
    stack = stack_from(release.parts.definitions, at.stage, release.named())
    require_deployable(release, project.folder.name, at.stage, stack.content["Parameters"])
    require_state(at, f"release {release.hash}", release.parts.state_format)
    return stack
