"""DataFrames from Athena: the engine resolves the statement, awswrangler runs it and reads the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from millrace.api.libraries import Load, library
from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.athena.errors import query_error
from millrace.aws.glue_layout import databases
from millrace.infra.runtime.aws import AwsRuntime
from millrace.lake.keys import PROD
from millrace.settings import AwsSettings

if TYPE_CHECKING:
    import pandas as pd

    from millrace.usecases.queries import LakeQuery

_PAUSE = 0.25  # seconds between two questions whether a query has ended
_SERVICES = ("athena", "glue", "s3", "sts")


def read_frame(runtime: AwsRuntime, engine: AthenaEngine, query: LakeQuery, load: Load) -> pd.DataFrame:
    """Raises QueryError, UnknownName, and SettingError without awswrangler."""
    wrangler = library(load, "awswrangler", "aws")
    aws = runtime.settings.aws
    with engine.resolved(query.statement, query.parameters) as sql, _endpoints(wrangler.config, aws):
        try:
            return wrangler.athena.read_sql_query(
                sql,
                database=databases(aws.stage)[PROD],  # of names without one, which the resolved statement does not have
                ctas_approach=False,
                s3_output=runtime.athena_output,
                workgroup=aws.workgroup,
                boto3_session=runtime.clients.session,
                athena_query_wait_polling_delay=_PAUSE,
            )
        except (wrangler.exceptions.QueryFailed, wrangler.exceptions.QueryCancelled) as error:
            raise query_error(query.statement, str(error), sql) from None


@contextmanager
def _endpoints(config: Any, aws: AwsSettings) -> Iterator[None]:
    """The addresses of the settings, in awswrangler's own settings, which a process has once."""
    names = {f"{service}_endpoint_url": aws.endpoint(service) for service in _SERVICES}
    before: Mapping[str, Any] = {name: getattr(config, name) for name, address in names.items() if address}
    for name in before:
        setattr(config, name, names[name])
    try:
        yield
    finally:
        for name, address in before.items():
            setattr(config, name, address)
