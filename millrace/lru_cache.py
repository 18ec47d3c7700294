"""An LRU cache that threads may share: when it is full, the least recently used value goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class LruCache:
    """At most `max_size` values. A key must contain everything that its value depends on."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], T], cacheable: Callable[[T], bool] = lambda _: True) -> T:
        """The cached value, or a new one from `make`, which is stored if it is `cacheable`. Raises what `make` raises.

        Two threads that miss the same key at once both make the value: the lock is not held meanwhile.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                cached: T = self._values[key]
                return cached
        made = make()
        if cacheable(made):
            with self._lock:
                self._values[key] = made
                while len(self._values) > self._max_size:
                    self._values.popitem(last=False)
        return made
