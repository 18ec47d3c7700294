"""The adapters of one lake, as each runtime chooses them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from millrace.athena_sql.ports import FormInference, StreamingEngine
    from millrace.firehose.ports import DeliveryStream, Spool
    from millrace.glue_workflow.external.crawlers import Crawlers
    from millrace.glue_workflow.external.functions import NamedFunctions
    from millrace.glue_workflow.ports import Catalog, ExecutionLeases, Leases, RunStore
    from millrace.ingestors.health.feed_health import HealthStore
    from millrace.ingestors.ports import RateReservations
    from millrace.lake.storage import ObjectInfo, Storage
    from millrace.pending.ports import PendingList
    from millrace.schedules.ports import ScheduleSwitches
    from millrace.settings import EngineName
    from millrace.state.conditional_items import ConditionalItems


class LakeAdapters(ABC):
    """Each is made at its first use."""

    no_lake_hint: ClassVar[str]  # what to do when there is no lake

    @property
    @abstractmethod
    def address(self) -> str:
        """The lake's place, as shown to people."""

    @property
    @abstractmethod
    def storage(self) -> Storage: ...

    @property
    @abstractmethod
    def pending(self) -> PendingList: ...

    @property
    @abstractmethod
    def switches(self) -> ScheduleSwitches: ...

    @property
    @abstractmethod
    def stream(self) -> DeliveryStream: ...

    @property
    @abstractmethod
    def spool(self) -> Spool | None:
        """The records that the stream has not delivered yet; None for a stream that does not show them."""

    @property
    @abstractmethod
    def forms(self) -> FormInference:
        """Finds the columns of datasets whose form is inferred."""

    @property
    @abstractmethod
    def crawlers(self) -> Crawlers: ...

    @property
    @abstractmethod
    def functions(self) -> NamedFunctions:
        """What workflows call by its name."""

    @property
    @abstractmethod
    def health(self) -> HealthStore: ...

    @property
    @abstractmethod
    def catalog(self) -> Catalog: ...

    @property
    @abstractmethod
    def runs(self) -> RunStore: ...

    @property
    @abstractmethod
    def leases(self) -> Leases: ...

    @property
    @abstractmethod
    def items(self) -> ConditionalItems:
        """The state that is written by compare and swap."""

    @property
    @abstractmethod
    def execution_leases(self) -> ExecutionLeases: ...

    def state_orphans(self, before: datetime) -> Sequence[ObjectInfo]:
        """The objects of state, modified before this instant, that the state no longer names."""
        return ()

    @property
    def reservations(self) -> RateReservations | None:
        """The times of requests to hosts, where the processes that poll share them; None: each has its own."""
        return None

    @property
    @abstractmethod
    def engine(self) -> StreamingEngine:
        """The engine of the audit, and of what else Millrace asks for itself."""

    @abstractmethod
    def engine_named(self, name: EngineName | None) -> StreamingEngine:
        """The engine of jobs; None: as in the settings. Raises UsageError for one that cannot read this lake."""

    @abstractmethod
    def readers_engine(self, name: EngineName | None = None) -> StreamingEngine:
        """The engine of what people ask; `name`: the one that they ask for. Raises as `engine_named` does."""
