"""The Lambda function of the jobs on Athena: each invocation is one call of the run protocol.

A job gives up half a minute before Lambda would end its process, so that its queries are stopped and the failure is on
record; `create_parquet` stores how far it is, and asks to be called again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

# What a runtime imports at its first call is imported here, at the cold start.
import millrace.athena_sql.engines.athena.catalog_tables
import millrace.athena_sql.engines.athena.engine
import millrace.glue_workflow.stores.aws.catalog
import millrace.glue_workflow.stores.aws.leases
import millrace.glue_workflow.stores.aws.runs
import millrace.infra.project.workflows
import millrace.infra.runtime.executions
import millrace.pending.dynamo
import millrace.state.dynamo  # noqa: F401
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.metrics import count_unsent
from millrace.infra.entrypoints.protocol_calls import ProtocolCalls, protocol_call
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.base import Runtime
from millrace.json_logs import log_as_json_lines


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls. `context`: its own object, which knows the time that is left."""
    calls = ProtocolCalls(_runtime(), lambda: context.get_remaining_time_in_millis() / 1000)
    return calls.make(protocol_call(event))


@cache
def _runtime() -> Runtime:
    log_as_json_lines()
    settings = packaged_settings()
    return AwsRuntime(settings, unsent=count_unsent(settings.aws.stage))
