"""The dashboard: Millrace's own series and those of the services, in charts."""

from __future__ import annotations

import json
from typing import Any

from troposphere import Sub, cloudwatch

from millrace.infra.entrypoints.metrics import NAMESPACE, MetricName
from millrace.infra.stack.deployment import NEW_OBJECTS, STATE_TABLE, STREAM, Deployment
from millrace.infra.stack.queries import JOBS, READERS
from millrace.infra.stack.resources import logical_id, resource

_MOST_MACHINES = 50  # in one chart


def dashboard(deployment: Deployment) -> Any:
    body = {"widgets": [_widget(number, *one) for number, one in enumerate(_charts(deployment).items())]}
    return resource(
        cloudwatch.Dashboard,
        "OperationsDashboard",
        DashboardName=deployment.dashed("operations"),
        DashboardBody=Sub(json.dumps(body)),
    )


def _charts(deployment: Deployment) -> dict[str, list[list[Any]]]:
    """The lines of each chart, by its title. Names of resources are filled in when the stack is made."""
    stage, duties = deployment.stage.name, deployment.duties()
    queues = deployment.failure_queues()
    polls = (MetricName.POLLS_DELIVERED, MetricName.POLLS_QUARANTINED, MetricName.POLLS_FAILED)
    found = [[NAMESPACE, str(MetricName.FINDINGS), "Stage", stage, "Duty", duty.value] for duty in duties]
    return {
        "Polls": [[NAMESPACE, str(one), "Stage", stage, {"stat": "Sum"}] for one in polls],
        **({"Found by duties": found} if found else {}),
        "Delivery": [
            ["AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", f"${{{STREAM}}}"],
            ["AWS/Firehose", "IncomingRecords", "DeliveryStreamName", f"${{{STREAM}}}", {"stat": "Sum"}],
        ],
        "Dead letters": [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{one}.QueueName}}"] for one in queues
        ],
        "New objects": [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{NEW_OBJECTS}.QueueName}}"]],
        "State": [["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", f"${{{STATE_TABLE}}}", {"stat": "Sum"}]],
        **(_of_executions(deployment) if deployment.has_state_machines else {}),
        "Athena": [
            ["AWS/Athena", "ProcessedBytes", "WorkGroup", deployment.underscored(one), {"stat": "Sum"}]
            for one in (JOBS, READERS)
        ],
    }


def _of_executions(deployment: Deployment) -> dict[str, list[list[Any]]]:
    machines = [logical_id("MachineOf", flow.name) for flow in deployment.definitions.flows][:_MOST_MACHINES]
    lines = [
        ["AWS/States", name, "StateMachineArn", f"${{{one}}}", {"stat": "Sum"}]
        for one in machines
        for name in ("ExecutionsSucceeded", "ExecutionsFailed")
    ]
    return {"Executions": lines}


def _widget(number: int, title: str, metrics: list[list[Any]]) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": 12 * (number % 2),
        "y": 6 * (number // 2),
        "width": 12,
        "height": 6,
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "stat": "Maximum",
            "period": 300,
            "metrics": metrics,
        },
    }
