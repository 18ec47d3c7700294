"""What is charged: a quantity of something that has a price, each with the resource and the reason; and their sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from millrace.infra.pricing.price_list import PriceList, UnitPrice

_WHOLE = 1_000  # quantities from here on are shown without a fraction
_MOST_REASONS = 3  # of a line, of the largest quantities


@dataclass(frozen=True, slots=True)
class Charge:
    """`key`: of the price; `quantity`: a month, in the price's unit; `resource`: the logical id; `why`: for people."""

    key: str
    quantity: float
    resource: str
    why: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """All charges of one price. `list_usd`: at list price, a month; `usd`: after what is always free."""

    price: UnitPrice
    charges: tuple[Charge, ...]

    @property
    def quantity(self) -> float:
        return sum(one.quantity for one in self.charges)

    @property
    def list_usd(self) -> float:
        return self.price.of(self.quantity)

    @property
    def usd(self) -> float:
        return self.price.of(max(0.0, self.quantity - self.price.free))

    @property
    def service(self) -> str:
        return self.price.key.partition(".")[0]

    @property
    def item(self) -> str:
        return self.price.key.partition(".")[2].replace("_", " ") or self.price.key

    @property
    def why(self) -> str:
        ranked = sorted(self.charges, key=lambda one: -one.quantity)
        shown = list(dict.fromkeys(one.why for one in ranked))
        more = f"; {len(shown) - _MOST_REASONS} more" if len(shown) > _MOST_REASONS else ""
        return "; ".join(shown[:_MOST_REASONS]) + more


@dataclass(frozen=True)
class CostEstimate:
    """A month's cost of a template, by price."""

    prices: PriceList
    lines: tuple[CostLine, ...]

    @classmethod
    def of(cls, prices: PriceList, charges: Iterable[Charge]) -> CostEstimate:
        """Lines in the order of the services' names; what nothing is used of is left out."""
        ranked = sorted((one for one in charges if one.quantity), key=attrgetter("key"))
        return cls(prices, tuple(CostLine(prices[key], tuple(of)) for key, of in groupby(ranked, attrgetter("key"))))

    @property
    def list_usd(self) -> float:
        return sum(line.list_usd for line in self.lines)

    @property
    def usd(self) -> float:
        return sum(line.usd for line in self.lines)

    def services(self) -> Mapping[str, float]:
        """After what is always free, by service."""
        return {
            service: sum(line.usd for line in lines) for service, lines in groupby(self.lines, attrgetter("service"))
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each line, as it is printed."""
        for line in self.lines:
            yield {
                "service": line.service,
                "item": line.item,
                "quantity": round(line.quantity) if line.quantity >= _WHOLE else round(line.quantity, 3),
                "unit": line.price.unit,
                "price": line.price.in_words,
                "list_usd": round(line.list_usd, 2),
                "usd": round(line.usd, 2),
                "from": line.why,
            }
