"""The template that every deployment of a stage rests on: the bucket of artefacts, and the role by which CloudFormation
makes the stage's stack, with a boundary.

The role makes, changes and removes what bears the stage's name, and reads none of the data in it. Its boundary is what
it, and roles that it makes, may do at most; neither can change role or boundary. Sources: CloudFormation user guide,
"Service role"; IAM user guide, "Permissions boundaries", "Delegating responsibility to others".
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Output, Ref, Sub, Template, iam, s3

from millrace.infra.deployment.deployer import deploy_statements
from millrace.infra.deployment.names import artefact_bucket, boundary
from millrace.infra.deployment.permissions import boundary_statements, execution_statements
from millrace.infra.stack.access import only_by_tls
from millrace.infra.stack.resources import STAGE_TAG, resource, tag
from millrace.infra.stages.stage import Stage

BUCKET, ROLE, BOUNDARY = "ArtefactBucket", "ExecutionRole", "ExecutionBoundary"
DEPLOY_ROLE = "DeployRole"
_DAYS_OF_REPLACED = 30


def bootstrap_template(stage: Stage, account: str) -> Template:
    """The template of a stage's bootstrap stack in an account."""
    template = Template(Description=f"Millrace: what deployments of the stage {stage.name} rest on.")
    for made in (*_bucket(stage, account), _boundary(stage), _role(stage, account), *_deploy_role(stage, account)):
        tag(made, {**stage.tags, STAGE_TAG: stage.name})
        template.add_resource(made)
    template.add_output(Output(BUCKET, Description="The packaged code, by its hash.", Value=Ref(BUCKET)))
    template.add_output(Output(ROLE, Description="What CloudFormation makes the stack by.", Value=GetAtt(ROLE, "Arn")))
    about = "A permissions_boundary for the stage's own roles."
    template.add_output(Output(BOUNDARY, Description=about, Value=Ref(BOUNDARY)))
    if stage.deployer.provider:
        about = "What jobs of a CI system deploy by."
        template.add_output(Output(DEPLOY_ROLE, Description=about, Value=GetAtt(DEPLOY_ROLE, "Arn")))
    return template


def template_text(template: Template) -> str:
    return json.dumps(template.to_dict(), indent=1, sort_keys=True) + "\n"


def _bucket(stage: Stage, account: str) -> list[Any]:
    bucket = resource(
        s3.Bucket,
        BUCKET,
        BucketName=artefact_bucket(stage, account),
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        VersioningConfiguration={"Status": "Enabled"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        LifecycleConfiguration={
            "Rules": [
                {
                    "Id": "what-was-replaced-or-cut-off",
                    "Status": "Enabled",
                    "NoncurrentVersionExpiration": {"NoncurrentDays": _DAYS_OF_REPLACED},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    bucket.DeletionPolicy = bucket.UpdateReplacePolicy = "Retain"  # what runs is in it
    tls = only_by_tls("s3:*", [GetAtt(BUCKET, "Arn"), Sub(f"${{{BUCKET}.Arn}}/*")])
    return [bucket, resource(s3.BucketPolicy, f"{BUCKET}Policy", Bucket=Ref(BUCKET), PolicyDocument=_document(tls))]


def _boundary(stage: Stage) -> Any:
    return resource(
        iam.ManagedPolicy,
        BOUNDARY,
        ManagedPolicyName=boundary(stage),
        Description=f"The most that deployments of Millrace's stage {stage.name} may do.",
        PolicyDocument=_document(*boundary_statements(stage)),
    )


def _role(stage: Stage, account: str) -> Any:
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return resource(
        iam.Role,
        ROLE,
        PermissionsBoundary=Ref(BOUNDARY),
        AssumeRolePolicyDocument=_document(trust),
        Policies=[{"PolicyName": "own", "PolicyDocument": _document(*execution_statements(stage, account))}],
    )


def _deploy_role(stage: Stage, account: str) -> list[Any]:
    """The role by which a job of a CI system gives `diff`, `deploy` and `destroy`; without a provider there is none."""
    deployer = stage.deployer
    if not deployer.provider:
        return []
    host = deployer.provider.partition("oidc-provider/")[2]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": deployer.provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{host}:aud": deployer.audience},
            "StringLike": {f"{host}:sub": list(deployer.subjects)},
        },
    }
    policy = _document(*deploy_statements(stage, account, GetAtt(ROLE, "Arn")))
    role = resource(
        iam.Role,
        DEPLOY_ROLE,
        AssumeRolePolicyDocument=_document(trust),
        Policies=[{"PolicyName": "own", "PolicyDocument": policy}],
    )
    return [role]


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
