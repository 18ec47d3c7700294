"""`Wrong`: a wrong variant of the template."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GONE: Final = object()  # in place of a value: the key is taken out


@dataclass(frozen=True)
class Wrong:
    """`place`: the keys from the resource to what is set to `value`; `by`: the judges that refuse it; `stage`: whose
    template it is a variant of.
    """

    fault: str
    resource: str
    place: tuple[str | int, ...]
    value: Any
    by: tuple[str, ...]
    report: str = ""
    stage: str = "uat"

    def applied(self, template: Mapping[str, Any]) -> dict[str, Any]:
        wrong: dict[str, Any] = copy.deepcopy(dict(template))
        node = wrong["Resources"][self.resource]
        for key in self.place[:-1]:
            node = node[key]
        if self.value is GONE:
            del node[self.place[-1]]
        else:
            node[self.place[-1]] = self.value
        return wrong
