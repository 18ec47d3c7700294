"""The price list: what AWS asks for a unit of each thing, read from a dated file, which another may override.

A key is `service.item`, such as `firehose.ingestion`. `[resource."AWS::EC2::NatGateway"]` of an overriding file is the
price of one resource of that type a month: for what stands in a template by hand, and has no rule here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from millrace.errors import DefinitionError, UsageError

RESOURCE = "resource"  # the section of prices by a resource's type
_SHIPPED = Path(__file__).with_name("prices.toml")
_HEAD = ("as_of", "region")
_FORM = "millrace/infra/pricing/prices.toml shows the form."


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """`usd` for `per` units. `free`: units a month that an account always has for nothing. `source`: its page."""

    key: str
    usd: float
    unit: str
    per: float = 1
    free: float = 0
    source: str = ""

    def of(self, quantity: float) -> float:
        """What so many units cost at list price, in US dollars."""
        return quantity * self.usd / self.per

    @property
    def in_words(self) -> str:
        """Such as `0.2 for 1,000,000`."""
        amount = f"{self.usd:.10f}".rstrip("0").rstrip(".")
        return amount if self.per == 1 else f"{amount} for {self.per:,.0f}"


@dataclass(frozen=True)
class PriceList:
    """`as_of`: the day at which the prices were read; `region`: where they hold. `resources`: by type, for a month."""

    as_of: date
    region: str
    prices: Mapping[str, UnitPrice]
    resources: Mapping[str, UnitPrice] = field(default_factory=dict)

    def __getitem__(self, key: str) -> UnitPrice:
        return self.prices.get(key) or self.resources[key]

    def overridden(self, content: Mapping[str, Any]) -> PriceList:
        """With what another file says. Raises DefinitionError for what is no price, or of a key that is not known."""
        prices, resources = dict(self.prices), dict(self.resources)
        for section, items in content.items():
            if section in _HEAD:
                continue
            for name, given in _table(section, items).items():
                if section == RESOURCE:
                    resources[name] = _changed(UnitPrice(name, 0, "months"), _table(f"{section}.{name}", given))
                    continue
                key = f"{section}.{name}"
                if key not in prices:
                    raise DefinitionError(f"there is no price {key}.", hint=f"Choose of: {', '.join(prices)}.")
                prices[key] = _changed(prices[key], _table(key, given))
        head = {name: content.get(name, getattr(self, name)) for name in _HEAD}
        if type(head["as_of"]) is not date or not isinstance(head["region"], str):
            raise DefinitionError("as_of has to be a day, and region a text.", hint=_FORM)
        return PriceList(**head, prices=prices, resources=resources)


def read_prices(override: Path | None = None) -> PriceList:
    """The list that ships, with what the file `override` says. Raises UsageError, and DefinitionError with the file."""
    shipped = shipped_prices()
    if override is None:
        return shipped
    try:
        return shipped.overridden(tomllib.loads(override.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {override}: {error}.", hint="Name a file of prices.") from None
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{override}: cannot read it: {error}.", hint=_FORM) from None
    except DefinitionError as error:
        raise DefinitionError(f"{override}: {error}", hint=error.hint) from None


@cache
def shipped_prices() -> PriceList:
    content = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
    prices = {
        f"{section}.{name}": UnitPrice(f"{section}.{name}", **given)
        for section, items in content.items()
        if section not in _HEAD
        for name, given in items.items()
    }
    return PriceList(content["as_of"], content["region"], prices)


def _table(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DefinitionError(f"{name} is no section.", hint=_FORM)
    return value


def _changed(price: UnitPrice, given: Mapping[str, Any]) -> UnitPrice:
    known = {one.name: getattr(price, one.name) for one in fields(UnitPrice) if one.name != "key"}
    for name, value in given.items():
        if name not in known:
            raise DefinitionError(f"{price.key} has the unknown key {name!r}.", hint=f"Choose of: {', '.join(known)}.")
        if isinstance(known[name], str) != isinstance(value, str) or not _is_amount(value):
            raise DefinitionError(f"{price.key}: {name} is {value!r}.", hint=_FORM)
    changed = replace(price, **given)
    if changed.per == 0:
        raise DefinitionError(f"{price.key}: per is 0.", hint="Give the number of units that the price is for.")
    return changed


def _is_amount(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf
    )
