"""What the owner can change. Two worlds with the same seed differ only where the change acts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """One way to run the shop, from eight weeks before the log on. The default is the log's.

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
