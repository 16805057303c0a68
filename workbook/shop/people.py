"""The persons of the shop: who they are before they come (the model's section 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbook.shop import draws
from workbook.shop.calendar import (
    DAY,
    DAYS,
    HOURS,
    THIS_AUTUMN,
    WARM_UP_DAYS,
    WEEKDAY_ARRIVALS,
    Autumn,
    season,
    weekday_of,
)
from workbook.shop.draws import Bools, Floats, Ints, Keys
from workbook.shop.policy import Policy

CHANNELS = (
    "organic",
    "direct",
    "brand search",
    "non-brand search",
    "referral",
    "social",
    "display",
    "email",
    "remarketing",
)
ORGANIC, DIRECT, BRAND, NON_BRAND, REFERRAL, SOCIAL, DISPLAY, EMAIL, REMARKETING = range(9)
DEVICES = ("desktop", "mobile", "tablet")
DESKTOP, MOBILE, TABLET = range(3)

# By origin, organic to display: share (A for display), mean of lasting intent, share of mobile
# devices, share of those who would have come without that channel (A).
ORIGIN_SHARE = np.array([0.315, 0.165, 0.04, 0.15, 0.055, 0.175, 0.10])
INTENT_MEAN = np.array([0.02, 0.05, 0.45, -0.12, 0.80, -0.65, -0.55])
MOBILE_SHARE = np.array([0.58, 0.50, 0.55, 0.58, 0.45, 0.86, 0.78])
COMES_ANYWAY = np.array([1.0, 1.0, 0.90, 0.25, 1.0, 0.10, 0.05])
# A first visit that is not a click on the ad arrives as organic, direct or brand search.
FIRST_VISIT_CLICK = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.75, 0.30])
# Customers of earlier years: 2,100 among the 84,000 persons of the log.
EARLIER = 0.025


@dataclass(frozen=True)
class People:
    """One value per person in each array; all but `first_channel` and `exists` are lasting.

    keys: the person's key
    arrival: time of the first visit of their own, seconds
    origin: how the need first met the shop, index into CHANNELS
    first_channel: label of the first visit, index into CHANNELS
    intent, trust, cost_dislike, browsing, return_inclination: Q, T, S, A, L of the model
    slow: considers for long
    device: usual device, index into DEVICES
    earlier: customer of an earlier year; on_list: and on the mailing list
    clears: deletes or refuses cookies, so that every visit has a new browser id (A)
    exists: comes at all under this policy
    """

    keys: Keys
    arrival: Ints
    origin: Ints
    first_channel: Ints
    intent: Floats
    trust: Floats
    cost_dislike: Floats
    browsing: Floats
    return_inclination: Floats
    slow: Bools
    device: Ints
    earlier: Bools
    on_list: Bools
    clears: Bools
    exists: Bools


def make(seed: int, numbers: Ints, policy: Policy, autumn: Autumn = THIS_AUTUMN) -> People:
    """The persons with these numbers; a person is the same whoever else is made."""
    keys = draws.person_keys(seed, numbers, autumn.persons)
    origin = draws.choice(keys, "origin", ORIGIN_SHARE)
    earlier = draws.uniform(keys, "earlier customer") < EARLIER
    z = draws.normal(keys, "intent")
    share = np.log(MOBILE_SHARE / (1.0 - MOBILE_SHARE)) + autumn.mobile_share
    mobile = draws.logistic(share)[origin] if autumn.mobile_share else MOBILE_SHARE[origin]
    arrival = _arrival(keys)
    u = draws.uniform(keys, "device")
    exists, first_channel = _first_channel(keys, arrival, origin, earlier, policy)
    return People(
        keys=keys,
        arrival=arrival,
        origin=origin,
        first_channel=first_channel,
        intent=np.where(earlier, 0.45 + 0.8 * z, INTENT_MEAN[origin] + z),
        trust=draws.normal(keys, "trust"),
        cost_dislike=draws.normal(keys, "cost dislike"),
        browsing=draws.normal(keys, "browsing appetite"),
        return_inclination=draws.normal(keys, "return inclination"),
        slow=draws.uniform(keys, "slow") < 0.25,
        device=np.where(u < mobile, MOBILE, np.where(u < mobile + 0.03, TABLET, DESKTOP)),
        earlier=earlier,
        on_list=earlier & (draws.uniform(keys, "on the list") < 0.55),
        clears=draws.uniform(keys, "clears cookies") < 0.04,
        exists=exists,
    )


def _arrival(keys: Keys) -> Ints:
    """Time of the first visit: a day by weekday and season, an hour by the hour vector."""
    days = np.arange(-WARM_UP_DAYS, DAYS)
    weights = WEEKDAY_ARRIVALS[weekday_of(days)] * (1.0 + 0.35 * season(days))
    day = days[draws.choice(keys, "arrival day", weights)]
    return day * DAY + time_of_day(keys, "arrival")


def time_of_day(keys: Keys, decision: str) -> Ints:
    """Second of the day, by the hour vector."""
    hour = draws.choice(keys, decision + " hour", HOURS)
    return hour * 3600 + (draws.uniform(keys, decision + " second") * 3600).astype(np.int64)


def _first_channel(
    keys: Keys, arrival: Ints, origin: Ints, earlier: Bools, policy: Policy
) -> tuple[Bools, Ints]:
    """Who comes at all, and the label of their first visit."""
    unseen = draws.uniform(keys, "first visit is a click") >= FIRST_VISIT_CLICK[origin]
    other = np.array([ORGANIC, DIRECT, BRAND])[draws.choice(keys, "unseen arrival", [1, 1, 1])]
    label = np.where(unseen, other, origin)
    is_off = np.array([name in policy.off for name in CHANNELS])
    changed = arrival >= policy.since * DAY
    origin_off = is_off[origin] & changed
    # Customers of earlier years know the shop already, whatever is switched off now.
    exists = ~origin_off | earlier
    exists |= draws.uniform(keys, "comes anyway") < COMES_ANYWAY[origin]
    anyway = np.where(draws.uniform(keys, "comes anyway as") < 0.60, ORGANIC, DIRECT)
    label = np.where(origin_off, anyway, label)
    return exists, np.where(is_off[BRAND] & changed & (label == BRAND), ORGANIC, label)
