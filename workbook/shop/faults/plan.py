"""When each tracking fault happens: days and hours chosen from the seed by stated rules.

Windows are drawn within slots that keep the faults apart, so that each can be found alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbook.shop import draws
from workbook.shop.calendar import DAY, SEED
from workbook.shop.draws import Keys

CART_OUTAGE = "cart outage"
NULL_IDS = "null ids"
SELF_REFERRAL = "self-referral"
LATE = "late event"
TAX = "tax in value"
NO_REVENUE = "purchase without revenue"
BAD_ID = "bad transaction id"
DUPLICATE = "duplicate purchase"
NO_START = "missing session_start"
TEST_ORDER = "test order"
BOT = "bot traffic"
NO_UTM = "mail without UTM"
TYPED = "value typed as int"
FAULTS = (
    CART_OUTAGE, NULL_IDS, SELF_REFERRAL, LATE, TAX, NO_REVENUE, BAD_ID, DUPLICATE, NO_START,
    TEST_ORDER, BOT, NO_UTM, TYPED,
)  # fmt: skip
"""Names of the faults; where two could strike one row, the one that stands first here does."""

CONTROL_DAYS = 14
"""Days 0 to 13 are free of every fault: what good data look like."""


@dataclass(frozen=True)
class Plan:
    """When things go wrong; days of the log, day 0 the first.

    outages: days without add_to_cart. One window of four days before the peak; in a variant of
    the committed seed also one of nine days after it
    template: ten days of a checkout template for small screens that puts tax into value; its
    first day is a release, and staff test it that morning
    provider: two weeks of a new payment provider that is not on the list of own referrers; tested
    likewise
    burst: the first day of a new tag, a Tuesday to Thursday, on which most purchases come twice
    consent: the two days after it, when a new consent banner goes wrong
    typed: the week from the burst on, in which the new tag sends whole values without decimals
    bots: second, since midnight of day 0, at which the bots' hour begins
    mail: the Thursday whose mail has no UTM tags
    """

    outages: tuple[range, ...]
    template: range
    provider: range
    burst: int
    bots: int
    mail: int

    @property
    def consent(self) -> range:
        return range(self.burst + 1, self.burst + 3)

    @property
    def typed(self) -> range:
        return range(self.burst, self.burst + 7)

    @property
    def export_days(self) -> range:
        """The three days of the GA4 export: the burst of duplicates, then the null ids."""
        return range(self.burst, self.burst + 3)


def root(seed: int, what: str) -> Keys:
    """The key, an array of one, of a thing that no visit causes."""
    return draws.child(draws.person_keys(seed, np.zeros(1, np.int64), " faults"), what)


def plan(seed: int) -> Plan:
    """When the faults of this seed happen: every day of a slot is as likely as any other.

    The peak, days 53 to 75, holds no outage.
    """

    def day(what: str, first: int, last: int) -> int:
        return first + int(draws.uniform(root(seed, what), "day")[0] * (last - first + 1))

    outages = [_days(day(CART_OUTAGE, 18, 35), 4)]
    if seed != SEED:
        outages.append(_days(day("second " + CART_OUTAGE, 77, 81), 9))
    hour = 1 + int(draws.uniform(root(seed, BOT), "hour")[0] * 4)
    return Plan(
        outages=tuple(outages),
        template=_days(day(TAX, 40, 44), 10),
        provider=_days(day(SELF_REFERRAL, 74, 77), 14),
        burst=day(DUPLICATE, 57, 59) + 7 * day("week of " + DUPLICATE, 0, 1),
        bots=day(BOT, 45, 55) * DAY + hour * 3_600,
        mail=24 + 7 * day(NO_UTM, 0, 4),
    )


def _days(first: int, count: int) -> range:
    return range(first, first + count)
