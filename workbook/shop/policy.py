"""What the owner can change. Two worlds with the same seed differ only where the change acts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from workbook.shop.calendar import POLICY_DAY
from workbook.shop.draws import Bools


@dataclass(frozen=True)
class Policy:
    """One way to run the shop. The default is the log's.

    delta_cart: added to the log odds of a serious cart (a better product page: .25)
    delta_idle: added to the log odds of an idle cart (a louder cart button: .85)
    popup: the newsletter pop-up is on
    mails: subscribers get the Thursday mail and the welcome mail
    forced_account: new buyers must make an account at checkout; else they may check out as guests
    shipping_early: the cost of shipping is shown on the product page
    trust_seals: added to trust from the checkout on (.5)
    wishlist_for_all: everybody who views a product also uses the wish list
    off: channels that are switched off, any of "brand search", "non-brand search", "social",
        "display", "remarketing"
    articles: the shop has its articles; without them, who would have landed on one lands on a
        category page
    since: the day from which on all this holds; before, the shop is run as in the log. Day 0 is
        the first of the log.
    """

    delta_cart: float = 0.0
    delta_idle: float = 0.0
    popup: bool = True
    mails: bool = True
    forced_account: bool = True
    shipping_early: bool = False
    trust_seals: float = 0.0
    wishlist_for_all: bool = False
    off: frozenset[str] = frozenset()
    articles: bool = True
    since: int = POLICY_DAY

    def __post_init__(self) -> None:
        names = {self.off} if isinstance(self.off, str) else self.off
        object.__setattr__(self, "off", frozenset(names))
        unknown = sorted(set(self.off) - SWITCHABLE)
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} cannot be switched off; these can: {', '.join(sorted(SWITCHABLE))}"
            )


SWITCHABLE = frozenset({"brand search", "non-brand search", "social", "display", "remarketing"})
"""Channels with a switch. Organic and direct visits have none."""


_DEFAULT = Policy()


class InForce:
    """The settings that hold at each of several moments, as arrays with a policy's names."""

    delta_cart: Any
    delta_idle: Any
    popup: Any
    mails: Any
    forced_account: Any
    shipping_early: Any
    trust_seals: Any
    wishlist_for_all: Any
    articles: Any

    def __init__(self, policy: Policy, active: Bools) -> None:
        for setting in fields(Policy):
            if setting.name not in {"off", "since"}:
                ours, default = getattr(policy, setting.name), getattr(_DEFAULT, setting.name)
                # One value for all where nothing changes: most settings of most policies.
                setattr(
                    self,
                    setting.name,
                    default if ours == default else np.where(active, ours, default),
                )
        self._off, self._active = policy.off, active

    def off(self, channel: str) -> Bools:
        """Where this channel is switched off."""
        return self._active & (channel in self._off)
