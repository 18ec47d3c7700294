"""Published versions of functions: what starts a function names a version, which stays as it was deployed.

A version is a copy of the function's code and configuration that Lambda never changes. The one of the deployment before
is there still, so what had begun on it ends on it; `deploy` removes the oldest. Sources: Lambda developer guide,
"Manage Lambda function versions"; CloudFormation, AWS::Lambda::Version and "DeletionPolicy attribute".
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from troposphere import Ref, Sub, awslambda

from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.packaged.artefacts import RELEASE
from millrace.infra.stack.resources import resource

_DIGITS = 10


def published(deployment: Deployment, function: Any) -> Any:
    """The version of a packaged function. Its logical id changes with code and configuration, and else stays: Lambda
    publishes no version that is the same as the last one, and CloudFormation fails then.

    So the function is marked with the digest, too: with what a reference in it becomes, it may change more often
    than what Lambda compares.
    """
    configured = function.to_dict()
    code, _ = deployment.artefacts.parameters()[configured["Properties"]["Code"]["S3Key"]["Ref"]]
    becomes = [deployment.stage.access.role_prefix, deployment.bucket_text]
    if f'"{RELEASE}"' in json.dumps(configured):
        becomes.append(deployment.artefacts.release)
    text = json.dumps([code, configured, becomes], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    function.Description = f"Version {digest}, with the code {code or 'that a parameter names'}."
    version = resource(awslambda.Version, f"VersionOf{function.title}{digest}", FunctionName=Ref(function))
    # One whose creation is rolled back goes: it would be the last one, and the same, when that is tried again.
    version.DeletionPolicy, version.UpdateReplacePolicy = "RetainExceptOnCreate", "Retain"
    return version


def any_version(function: str) -> Any:
    """The ARNs of a function's versions, given its logical id. While a stack is changed, schedules of either code start
    theirs, so a role names all.
    """
    return Sub(f"${{{function}.Arn}}:*")
