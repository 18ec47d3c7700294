"""A template with its references and functions replaced by values of the right form, as CloudFormation would have them.

Raises KeyError for a reference to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ACCOUNT, REGION = "123456789012", "ap-southeast-1"
_PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::StackName": "millrace"}
_VARIABLE = re.compile(r"\$\{(!?)([\w:.]+)\}")

# By type: the property that names it, and its ARN, `{}` being the name.
_NAMED = {
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{}"),
    "AWS::SQS::Queue": ("QueueName", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}"),
    "AWS::SNS::Topic": ("TopicName", f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}"),
    "AWS::DynamoDB::Table": ("TableName", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", f"arn:aws:iam::{ACCOUNT}:policy/{{}}"),
    "AWS::IAM::Role": ("RoleName", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
    "AWS::Lambda::Function": ("FunctionName", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}"),
    "AWS::Lambda::Version": ("FunctionName", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}:1"),
    "AWS::Events::Rule": ("Name", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{{}}"),
    "AWS::KMS::Key": ("KeyId", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{{}}"),
    "AWS::Logs::LogGroup": ("LogGroupName", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}:*"),
    "AWS::KinesisFirehose::DeliveryStream": (
        "DeliveryStreamName",
        f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{{}}",
    ),
    "AWS::Scheduler::ScheduleGroup": ("Name", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{{}}"),
    "AWS::EC2::SecurityGroup": ("GroupName", f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{{}}"),
    "AWS::Glue::Connection": ("ConnectionInput", f"arn:aws:glue:{REGION}:{ACCOUNT}:connection/{{}}"),
    "AWS::Glue::Table": ("TableInput", f"arn:aws:glue:{REGION}:{ACCOUNT}:table/{{}}"),
    "AWS::Glue::Job": ("Name", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{{}}"),
    "AWS::Glue::Crawler": ("Name", f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/{{}}"),
    "AWS::Glue::Workflow": ("Name", f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/{{}}"),
    "AWS::Glue::Database": ("DatabaseInput", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/{{}}"),
    "AWS::StepFunctions::StateMachine": (
        "StateMachineName",
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{{}}",
    ),
    "AWS::Athena::WorkGroup": ("Name", f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/{{}}"),
}
_REFERRED_BY_ARN = (
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Version",
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
)


def resolved(template: Mapping[str, Any]) -> dict[str, Any]:
    """The resources by logical id, each with its type and its properties."""
    known = _References(template)
    return {
        title: {"Type": one["Type"], "Properties": known.value(one.get("Properties", {}))}
        for title, one in template["Resources"].items()
    }


class _References:
    def __init__(self, template: Mapping[str, Any]) -> None:
        self._resources = template["Resources"]
        self._parameters = template.get("Parameters", {})

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.value(one) for one in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, given),) = node.items()
            if name == "Ref":
                return self._ref(given)
            if name == "Fn::GetAtt":
                return self._attribute(*given)
            if name == "Fn::Sub":
                return _VARIABLE.sub(self._variable, given)
        return {name: self.value(one) for name, one in node.items()}

    def _variable(self, found: re.Match[str]) -> str:
        literal, name = found.groups()
        if literal:
            return f"${{{name}}}"
        title, _, attribute = name.partition(".")
        return str(self._attribute(title, attribute) if attribute else self._ref(name))

    def _ref(self, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._parameters:
            return str(self._parameters[name].get("Default", name.lower()))
        kind, named, arn = self._named(name)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{named}"
        return arn if kind in _REFERRED_BY_ARN else named

    def _attribute(self, title: str, attribute: str) -> str:
        _, named, arn = self._named(title)
        group = f"sg-{named.replace('-', '')}"
        names = {"QueueName": named, "TopicName": named, "GroupId": group, "Version": "1"}
        return {"Arn": arn, "TopicArn": arn, **names}[attribute]

    def _named(self, title: str) -> tuple[str, str, str]:
        """Type, name and ARN of a resource; CloudFormation makes up a name where none is given."""
        one = self._resources[title]
        name, arn = _NAMED[one["Type"]]
        given = self.value(one["Properties"].get(name, f"millrace-{title.lower()}-1a2b3c"))
        named = str(given["Name"] if isinstance(given, dict) else given)
        return one["Type"], named, arn.format(named)
