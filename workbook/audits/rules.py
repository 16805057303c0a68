"""What an analyst can do about a fault: a closed list of cleaning rules, and which fault each fits.

Several rules may fit one fault. A rule that does not fit says what it would do instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.shop.faults.plan import (
    BAD_ID,
    BOT,
    CART_OUTAGE,
    DUPLICATE,
    LATE,
    NO_REVENUE,
    NO_START,
    NO_UTM,
    NULL_IDS,
    SELF_REFERRAL,
    TAX,
    TEST_ORDER,
)


@dataclass(frozen=True)
class Rule:
    """A cleaning rule: why it fits each fault that it fits, and what it would do to the others."""

    fits: Mapping[str, str]
    otherwise: str


RULES: dict[str, Rule] = {
    "leave the days out": Rule(
        {
            CART_OUTAGE: "Every number that needs this event is counted on the other days.",
            NULL_IDS: "Users and visits are counted on the other days.",
            NO_UTM: "Channels are compared on the other days.",
        },
        "It throws out far more than the fault: all the good rows of these days go with it.",
    ),
    "leave the rows out": Rule(
        {
            BOT: "Nobody was there: without these rows the rest can stay.",
            TEST_ORDER: "No customer ordered: without these rows the rest can stay.",
            DUPLICATE: "The first row of each order stays, and the order is counted once.",
            NULL_IDS: "Rates by user or visit lose the same people above and below the line. "
            "Counts stay too low, so say so.",
        },
        "These rows, or the visits they belong to, really happened. Left out, they are lost.",
    ),
    "keep the first of each order": Rule(
        {DUPLICATE: "Of the rows of one order, by user and order id, one is left."},
        "This fault does not repeat an order, so the rule leaves it as it is.",
    ),
    "take it from the shop system": Rule(
        {
            DUPLICATE: "The shop system has each order once.",
            TAX: "The shop system has the value and the tax apart.",
            NO_REVENUE: "The order id leads to the value in the shop system.",
            BAD_ID: "The shop system has every order with its id; the moment and the value lead "
            "to it.",
            TEST_ORDER: "The shop system does not keep them.",
            NULL_IDS: "The shop system knows every order, whatever was consented to.",
            SELF_REFERRAL: "The shop system names the visit in which the order began.",
        },
        "The shop system knows orders. It does not know what this fault spoiled.",
    ),
    "subtract the tax": Rule(
        {TAX: "What is left is the value of the goods, as on the other days."},
        "There is no tax in these values, so it would spoil right ones.",
    ),
    "set the channel by hand": Rule(
        {
            NO_UTM: "The mail's hour and its landing pages tell which direct visits are its own. "
            "Write down how you chose.",
            SELF_REFERRAL: "The order goes back to the channel that began the visit.",
        },
        "The channel is not what this fault spoiled.",
    ),
    "join the two sessions": Rule(
        {SELF_REFERRAL: "It was one visit, interrupted by the payment."},
        "This fault does not cut a visit in two.",
    ),
    "count events, not users": Rule(
        {NULL_IDS: "The events are all there; only whose they are is not known."},
        "Whose the events are is not what this fault spoiled.",
    ),
    "count sessions by their id": Rule(
        {NO_START: "The other events of these sessions carry the id."},
        "The event session_start is not what this fault spoiled.",
    ),
    "use the start of the session": Rule(
        {LATE: "The session's start is on time, whatever came late."},
        "The time is not what this fault spoiled.",
    ),
    "leave as it is and say so": Rule(
        {
            CART_OUTAGE: "The events cannot be brought back. Beside the number, name the gap.",
            NULL_IDS: "Who it was cannot be brought back. Beside the number, name the gap.",
            BAD_ID: "Few orders; counts and revenue are right. Name it where orders are matched.",
            NO_START: "Few sessions. Name it where this event is counted.",
            LATE: "Few events, and totals are right. Name it where days are compared.",
        },
        "It can be repaired, or it moves a number too far to be left.",
    ),
}
"""By name, in the order in which a card lists them."""

ALSO = {
    "keep the first of each user and id": "keep the first of each order",
    "leave the users out": "leave the rows out",
    "leave the four users out": "leave the rows out",
    "leave the days out of channels": "leave the days out",
    "leave the days out (of channels)": "leave the days out",
    "take the value from the shop system": "take it from the shop system",
}
"""What lesson 05 calls some of these rules."""


def reason(rule: str, fault: str) -> tuple[bool, str]:
    """Whether the rule fits the fault, and why or why not."""
    found = RULES[rule]
    return (True, found.fits[fault]) if fault in found.fits else (False, found.otherwise)
