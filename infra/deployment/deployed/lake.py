"""The lake of a deployed stage, as commands on this machine reach it: settings by the outputs of the stage's stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from millrace.errors import UsageError
from millrace.infra.deployment.account import StageAccount
from millrace.infra.deployment.outcomes import DeployedStack
from millrace.infra.stages.outputs import StackOutput
from millrace.infra.stages.stage import OWN_TOPIC, Stage
from millrace.settings import AwsSettings, ReadersWorkgroup, Secret, SecretName, Settings


def lake_settings(at: StageAccount, here: Settings) -> Settings:
    """Names come from the outputs, and where secrets are from the stage; all other settings are those of `here`.

    Raises as `StageAccount.working` does, and UsageError for a stack that another version of Millrace deployed.
    """
    outputs, alerts = _Outputs(at.working()), at.stage.alerts
    is_told_here = bool(here.notify or here.notify_name)
    return replace(
        here,
        runtime="aws",
        aws=_names(at.stage, outputs, here.aws),
        athena_output=outputs[StackOutput.JOBS_RESULTS],
        api_key_names={**_api_keys(at.stage, here), **here.api_key_names},
        notify=here.notify if is_told_here else _topics(alerts.notify, outputs),
        notify_name=here.notify_name if is_told_here else SecretName.of(alerts.notify_from),
    )


def _names(stage: Stage, outputs: _Outputs, here: AwsSettings) -> AwsSettings:
    return replace(
        here,
        stage=stage.name,
        region=stage.region,
        bucket=outputs[StackOutput.BUCKET],
        prefix="",
        table=outputs[StackOutput.STATE_TABLE],
        stream=outputs[StackOutput.STREAM],
        queue=outputs[StackOutput.NEW_OBJECTS],
        workgroup=outputs[StackOutput.JOBS_WORKGROUP],
        job_queries=int(outputs[StackOutput.JOB_QUERIES]),
        crawls_raw=stage.crawls_raw,
        readers=ReadersWorkgroup(outputs[StackOutput.READERS_WORKGROUP], outputs[StackOutput.READERS_RESULTS]),
    )


def _topics(told: Sequence[str], outputs: _Outputs) -> tuple[Secret, ...]:
    return tuple(Secret(f"sns:{outputs[StackOutput.ALERTS]}" if one == OWN_TOPIC else one) for one in told)


def _api_keys(stage: Stage, here: Settings) -> dict[str, SecretName]:
    """Of the sources whose key is not given here."""
    found = {source: SecretName.of(place) for source, place in stage.api_keys.items() if source not in here.api_keys}
    return {source: name for source, name in found.items() if name is not None}


@dataclass(frozen=True)
class _Outputs:
    stack: DeployedStack

    def __getitem__(self, name: StackOutput) -> str:
        if name not in self.stack.outputs:
            raise UsageError(
                f"stack {self.stack.name} has no output {name}: another version of Millrace deployed it.",
                hint="Deploy the stage by this version, or give the command by that one.",
            )
        return self.stack.outputs[name]
