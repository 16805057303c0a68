"""What happens inside a visit, as probabilities (the model's section 4).

Every function is element by element. V is momentary intent, T trust, S dislike of extra cost,
A appetite for browsing; `coupon` is 1 while a coupon holds. Five steps have no arrow out: the
wish list, the size guide, the video and the share button go with orders, since intent moves both,
and cause none; the chat goes with fewer orders, since distrust moves both, and prevents none.
"""

from __future__ import annotations

import numpy as np

from workbook.shop.calendar import DAY, WEEKDAY_INTENT, season, weekday_of
from workbook.shop.draws import Bools, Floats, Ints, logistic
from workbook.shop.people import MOBILE, TABLET
from workbook.shop.policy import InForce

COUPON = 0.45
SMALL_BASKET = 5_000
"""Cents. Below it shipping is not free."""


def comes_back(q: Floats, inclination: Floats, cart: Bools, ordered: Bools) -> Floats:
    """A candidate for a further visit of one's own happens; cart: serious one in 15 days."""
    return logistic(-4.0 + 0.45 * q + 0.9 * inclination + 0.9 * cart + 1.35 * ordered)


def opens_mail(q: Floats) -> Floats:
    """A Thursday's mail brings the subscriber."""
    return logistic(-3.05 + 0.35 * q)


WELCOME_MAIL = 0.22
REMARKETING_DAY = 0.0035
TAKES_LABEL = 0.60
"""A visit that would have happened anyway is labeled remarketing (A)."""


def momentary_intent(q: Floats, day: Ints, since_order: Ints, z: Floats) -> Floats:
    """V: lasting intent, season, weekday, a dip after an order (seconds since it), chance."""
    dip = 1.2 * np.exp2(-(since_order / DAY) / 22.0)
    calendar = 0.48 * season(day) + WEEKDAY_INTENT[weekday_of(day)]
    v: Floats = q + calendar - dip + 0.70 * z
    return v


def product_view(v: Floats, a: Floats, returning: Bools) -> Floats:
    """At least one product page is seen."""
    return logistic(-1.60 + 0.55 * v + 0.25 * a + 0.25 * returning)


def further_views(v: Floats, a: Floats) -> Floats:
    """Mean number of product views beyond the first."""
    return np.exp(0.45 + 0.25 * v + 0.20 * a).clip(0.05, 12.0)


def further_pages(v: Floats, a: Floats) -> Floats:
    """Mean number of other pages beyond the landing page (A)."""
    return np.exp(0.50 + 0.30 * v + 0.15 * a).clip(0.05, 12.0)


def wish_list(v: Floats, a: Floats) -> Floats:
    """A viewed product goes on the wish list. No arrow out."""
    return logistic(-3.55 + 1.1 * a + 0.45 * v)


def size_guide(v: Floats) -> Floats:
    """The size guide of a viewed product is opened. No arrow out."""
    return logistic(-2.6 + 0.6 * v)


def video(v: Floats, a: Floats) -> Floats:
    """The video of a viewed product is played (A). No arrow out."""
    return logistic(-2.3 + 0.40 * v + 0.35 * a)


def share(a: Floats) -> Floats:
    """The share button of a viewed product is clicked (A). No arrow out."""
    return logistic(-4.6 + 0.60 * a)


def chat(trust: Floats) -> Floats:
    """A question is typed into the chat of a product page (A). No arrow out."""
    return logistic(-3.2 - 1.1 * trust)


READER = 0.9
"""Added to the log odds of a sign-up in a visit that lands on an article (A)."""
READER_TRUST = 0.25
"""Added to trust from the first visit on that lands on an article (A)."""


def newsletter(v: Floats, a: Floats, reads: Bools, policy: InForce) -> Floats:
    """Signs up, if not subscribed. Leads to orders through mails and coupons only."""
    return logistic(-5.13 + 0.55 * a + 0.40 * v + 0.70 * policy.popup + READER * reads)


def serious_cart(v: Floats, a: Floats, device: Ints, policy: InForce) -> Floats:
    """Given a product view, a cart that is meant."""
    return logistic(-2.52 + 0.95 * v + 0.15 * a + 0.22 * (device == MOBILE) + policy.delta_cart)


def idle_cart(a: Floats, policy: InForce) -> Floats:
    """Given a product view and no serious cart, a cart to see the price (A)."""
    return logistic(-3.3 + 0.5 * a + policy.delta_idle)


IDLE_FACTOR = 0.12
"""An idle cart leads to checkout this times as often as a serious one (A)."""


def checkout(
    v: Floats, trust: Floats, device: Ints, coupon: Bools, mobile_extra: float = 0.0
) -> Floats:
    """Given a serious cart in this visit; `mobile_extra` is the autumn's."""
    mobile = (device == MOBILE) * (-0.30 + mobile_extra)
    return logistic(-0.34 + 0.60 * v + 0.35 * trust + mobile + COUPON * coupon)


def checkout_from_old_cart(v: Floats) -> Floats:
    """Given an open cart of an earlier visit, at most 30 days old."""
    return logistic(-2.1 + 0.6 * v)


def express_checkout(v: Floats) -> Floats:
    """Straight from the product page, without a cart event."""
    return logistic(-7.0 + v)


def passes_account_wall(v: Floats, trust: Floats) -> Floats:
    """A new buyer makes the account that is asked for."""
    return logistic(1.25 + 0.6 * trust + 0.3 * v)


def makes_account_freely(trust: Floats) -> Floats:
    """A new buyer makes an account that is not asked for. No effect on the order."""
    return logistic(-1.2 + 0.3 * trust)


def passes_shipping(
    v: Floats, dislike: Floats, basket: Ints, coupon: Bools, policy: InForce
) -> Floats:
    """Sees the cost of shipping and goes on; basket in cents."""
    return logistic(
        1.15
        - 0.8 * dislike
        - 0.55 * (basket < SMALL_BASKET)
        + 0.3 * v
        + COUPON * coupon
        + 0.30 * policy.shipping_early
    )


def pays(
    v: Floats, trust: Floats, device: Ints, coupon: Bools, mobile_extra: float = 0.0
) -> Floats:
    """Completes the payment; `mobile_extra` is the autumn's."""
    return logistic(
        1.95
        + 0.5 * trust
        + 0.35 * v
        + (-2.10 + mobile_extra) * (device == MOBILE)
        - 0.35 * (device == TABLET)
        + COUPON * coupon
    )


def opens_delivery_page(s: Floats, stage: str) -> Floats:
    """Reads the delivery page. No arrow out: who dislikes the cost reads it, and leaves anyway."""
    level, slope = {"cart": (-2.2, 0.9), "stays": (-2.6, 0.6), "leaves": (-0.4, 0.9)}[stage]
    return logistic(level + slope * s)
