"""The check of a source by its own simulation, which is often a recorded response of its feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from millrace.errors import DefinitionError, PayloadRejected
from millrace.ingestors.http.json_path import elements_at
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.simulator.simulation import simulated_world

if TYPE_CHECKING:
    from millrace.ingestors.ports import Source

_ANY_TIME = datetime(2024, 5, 30, 4, tzinfo=UTC)


def check_by_simulation(source: Source) -> None:
    """Raises DefinitionError if the simulation of this source cannot be made or is no snapshot of it, or if what
    `read` counts is not what is at `entities_path`, which is what the ledger counts. The simulation is any code, and
    may raise any other error.
    """
    document = simulated_world(source, 1).snapshot(_ANY_TIME).document
    try:
        counted = read_payload(source, document, _ANY_TIME).entities
    except PayloadRejected as error:
        raise DefinitionError(
            f"its simulation is no snapshot of it: {error.message}.",
            hint="Correct the schema, `read`, the Plausibility or the simulation.",
        ) from None
    if (found := elements_at(json.loads(document), source.entities_path)) != counted:
        raise DefinitionError(
            f"`read` counts {counted} entities in its simulation, but at entities_path, {source.entities_path!r}, there"
            f" are {found}: the ledger would never balance.",
            hint="Give the path of the array with one element per entity, such as $.data.stations.",
        )
