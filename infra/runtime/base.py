"""What every runtime has in common: it puts a lake's parts together from whichever adapters it has.

Parts are made, and modules imported, at first use: a command pays only for what it uses.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from millrace.errors import LakeError
from millrace.infra.runtime.polling import LakePolling
from millrace.infra.runtime.processing import LakeProcessing
from millrace.settings import Settings

if TYPE_CHECKING:
    from millrace.athena_sql.ports import StreamingEngine

_ENGINES = ("engine", "_athena", "_readers_athena", "_spark")  # where runtimes keep those that they have made


class Runtime(LakePolling, LakeProcessing, ABC):
    """One lake: opened, worked on, and closed."""

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """A lake to read from. Raises LakeError if there is none (reading never creates one), or if it is broken."""
        runtime, exists = cls._checked(settings)
        if not exists:
            raise runtime._no_lake()
        return runtime

    @classmethod
    def existing_or_new(cls, settings: Settings) -> Self:
        """A lake to write to, which may not exist yet. Raises LakeError if it is broken."""
        return cls._checked(settings)[0]

    @classmethod
    def _checked(cls, settings: Settings) -> tuple[Self, bool]:
        runtime = cls(settings)
        with ExitStack() as failed:
            failed.push(runtime)
            exists = runtime.exists()
            failed.pop_all()
        return runtime, exists

    def exists(self) -> bool:
        """Whether there is a lake. Raises LakeError for one that is broken."""
        return self.kind is not None

    @contextmanager
    def examined(self) -> Iterator[Runtime]:
        """The lake for an audit, which goes on where state is lost: nothing is on record then.

        Raises LakeError as `existing` does for any other lake.
        """
        self.require_lake()
        yield self

    def require_lake(self) -> None:
        """Raises LakeError where there is none."""
        if not self.exists():
            raise self._no_lake()

    def _no_lake(self) -> LakeError:
        return LakeError(f"there is no lake at {self.address}.", hint=self.no_lake_hint)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def interrupt(self) -> None:
        """Stops what the engines are doing that have been made; from any thread."""
        made = vars(self)  # looked at without making one
        engines: list[StreamingEngine] = [made[name] for name in _ENGINES if name in made]
        for engine in engines:
            engine.interrupt()
