"""All wrong variants: one fault each."""

from __future__ import annotations

from tests.contracts.stack.mutations.access import ACCESS
from tests.contracts.stack.mutations.alerts import ALERTS
from tests.contracts.stack.mutations.catalog import CATALOG
from tests.contracts.stack.mutations.duties import DUTIES
from tests.contracts.stack.mutations.ingest import FUNCTION, SCHEDULE, STREAM
from tests.contracts.stack.mutations.lake import BUCKET, MESSAGES, STATE
from tests.contracts.stack.mutations.machines import MACHINES
from tests.contracts.stack.mutations.queries import QUERIES
from tests.contracts.stack.mutations.routing import ROUTING
from tests.contracts.stack.mutations.workflow import GLUE

WRONG = (
    *BUCKET,
    *MESSAGES,
    *STATE,
    *FUNCTION,
    *SCHEDULE,
    *STREAM,
    *GLUE,
    *CATALOG,
    *QUERIES,
    *ALERTS,
    *ACCESS,
    *DUTIES,
    *MACHINES,
    *ROUTING,
)
