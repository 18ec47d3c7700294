"""Functions that run the packaged code, each as a resource with what the stage says of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import Ref, awslambda

from millrace.infra.stack.deployment import Deployment, arn_of, environment
from millrace.infra.stack.packaged.artefacts import ZIP_OF
from millrace.infra.stack.resources import resource
from millrace.infra.stages.stage import IngestOptions, TendOptions, WorkflowOptions


@dataclass(frozen=True, slots=True)
class RouterOptions:
    """Of the function that drives runs by events, which only reads and writes state."""

    memory_mb: int = 512
    timeout_seconds: int = 60


def packaged_function(
    deployment: Deployment,
    title: str,
    handler: str,
    *,
    name: str,
    role_title: str,
    log: str,
    options: IngestOptions | WorkflowOptions | TendOptions | RouterOptions,
    settings: Mapping[str, Any],
    network: Any = None,
) -> Any:
    """`title`, `role_title`, `log`: logical ids; `options`: whose memory and time limit it has; `settings`: those of
    Millrace that it has besides what all functions have; `network`: where it is in a VPC.
    """
    return resource(
        awslambda.Function,
        title,
        FunctionName=name,
        Runtime=f"python{deployment.stage.ingest.python}",
        Architectures=[deployment.stage.ingest.architecture],
        Handler=handler,
        Code={"S3Bucket": Ref("ArtefactsBucket"), "S3Key": Ref(ZIP_OF[handler])},
        Role=arn_of(role_title),
        MemorySize=options.memory_mb,
        Timeout=options.timeout_seconds,
        Environment={"Variables": {**environment(deployment), **settings}},
        LoggingConfig={"LogGroup": Ref(log)},
        VpcConfig=network,
    )
