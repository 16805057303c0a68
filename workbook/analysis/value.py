"""Value: what a micro, a channel, an experiment's effect and a customer are worth in money.

Money is in one currency throughout, rates and margins in 0..1. Margin is gross margin: the share
of revenue that is left after the goods, before advertising. Definitions follow Farris, Bendle,
Pfeifer and Reibstein, Marketing Metrics (2010), where a function names no other source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, log, log1p, prod
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis import intervals
from workbook.analysis.inputs import need_columns, number, numbers, one_of, share
from workbook.analysis.kinds import Interval
from workbook.analysis.rates import part_whole, rate

# --- what a micro is worth ------------------------------------------------------------------


def naive_value(rate_with: float, aov: float, margin: float = 1.0) -> float:
    """Money per micro: P(macro | micro) x AOV x margin (Kaushik's goal value).

    Also gives those orders to the micro that would have come without it. A margin of 1 gives
    revenue, not profit.
    """
    return share("rate_with", rate_with) * _order(aov, margin)


def excess_value(rate_with: float, rate_without: float, aov: float, margin: float = 1.0) -> float:
    """Money per micro: [P(macro | micro) - P(macro | no micro)] x AOV x margin.

    Still confounded: who does the micro may differ from who does not. Negative if they buy less.
    """
    excess = share("rate_with", rate_with) - share("rate_without", rate_without)
    return excess * _order(aov, margin)


def incremental_value_per_visitor(
    rate_exposed: float, rate_holdout: float, aov: float, margin: float = 1.0
) -> float:
    """Money per visitor shown the offer: (rate exposed - rate holdout) x AOV x margin.

    The rates are of *all* visitors of two randomized groups, whether they did the micro or not.
    """
    gained = share("rate_exposed", rate_exposed) - share("rate_holdout", rate_holdout)
    return gained * _order(aov, margin)


def incremental_value(
    rate_exposed: float,
    rate_holdout: float,
    micro_rate: float,
    aov: float,
    margin: float = 1.0,
) -> float:
    """Money per micro, by a holdout: the value per visitor / P(micro | exposed).

    Assumes that the offer works through the micro only, and that nobody in the holdout did the
    micro. ValueError if nobody exposed did it.
    """
    if not share("micro_rate", micro_rate):
        raise ValueError("Nobody who was shown the offer did the micro: there is none to value.")
    return incremental_value_per_visitor(rate_exposed, rate_holdout, aov, margin) / micro_rate


def expected_value(worth: float, *chances: float) -> float:
    """Money per action when each of some chances must come true: worth x their product.

    A lead of which 40 % qualify and 25 % of those sign for 2,000 is worth
    `expected_value(2_000, 0.40, 0.25)` = 200. Each chance is given those before it.
    """
    return number("worth", worth) * prod(share("A chance", chance) for chance in chances)


# --- what a channel brings ------------------------------------------------------------------


def aov(revenue: float, orders: float) -> float:
    """Average order value: revenue / orders."""
    return _per("revenue", revenue, "orders", orders)


def revenue_per(revenue: float, units: float) -> float:
    """Revenue per session or per visitor: revenue / sessions (or visitors); say which."""
    return _per("revenue", revenue, "sessions or visitors", units)


def cpa(cost: float, orders: float) -> float:
    """Cost per acquisition: ad cost / orders. A cost per micro is another number: name it so."""
    return _per("cost", cost, "orders", orders)


def roas(revenue: float, cost: float) -> float:
    """Return on ad spend: revenue / ad cost. No profit: see `break_even_roas`."""
    return _per("revenue", revenue, "cost", cost)


def break_even_roas(margin: float) -> float:
    """The ROAS at which the margin just pays for the ads: 1 / margin."""
    return 1 / _margin(margin)


def roi(revenue: float, cost: float, margin: float) -> float:
    """Return on investment: (revenue x margin - cost) / cost; 0 at break-even, -1 if all is lost.

    `cost` is all that was spent beside the goods; say what is in it.
    """
    earned = number("revenue", revenue, least=0) * _margin(margin)
    return _per("profit", earned - number("cost", cost, least=0), "cost", cost)


CHANNEL_COLUMNS = ("cost", "sessions", "orders", "revenue")


def channel_table(channels: pd.DataFrame, margin: float, *, total: str = "All") -> pd.DataFrame:
    """Rates and money by channel, with a row for the total.

    `channels` has the channels as index and the columns cost, sessions, orders, revenue. Adds
    `rate` (orders / sessions), `aov`, `revenue_per_session`, `cpa`, `roas`, `roi`; blank (NaN)
    where a denominator is 0. The total is the ratio of sums, not the mean of the rows.
    """
    need_columns(channels, CHANNEL_COLUMNS, "The channel table")
    if channels.index.nlevels > 1:
        raise ValueError("A channel has one name: join the levels of the index into one.")
    _margin(margin)
    if total in channels.index:
        raise ValueError(f"There is a row {total!r} already: leave the total out, it is added.")
    counts = pd.DataFrame(
        {name: numbers(name, channels[name], least=0) for name in CHANNEL_COLUMNS},
        index=channels.index,
    )
    counts.loc[total] = counts.sum()
    some = counts.where(counts > 0)  # a denominator of 0 becomes a blank
    return counts.assign(
        rate=counts["orders"] / some["sessions"],
        aov=counts["revenue"] / some["orders"],
        revenue_per_session=counts["revenue"] / some["sessions"],
        cpa=counts["cost"] / some["orders"],
        roas=counts["revenue"] / some["cost"],
        roi=(counts["revenue"] * margin - counts["cost"]) / some["cost"],
    )


# --- why revenue changed --------------------------------------------------------------------

DRIVERS = ("sessions", "rate", "aov")
_PERIOD = ("sessions", "orders", "revenue")


def revenue_drivers(
    before: Mapping[str, Any] | pd.Series[Any], after: Mapping[str, Any] | pd.Series[Any]
) -> pd.DataFrame:
    """The change of revenue split into its drivers: revenue = sessions x rate x AOV.

    Each period has its totals `sessions`, `orders` and `revenue`, in a dict or a row of a table;
    rate = orders / sessions, AOV = revenue / orders. One row for sessions, rate and aov, columns
    before, after and effect: the driver's part in the change, in money. The effects add up to
    revenue after - revenue before, without a remainder, and swapped periods only swap signs.

    effect of x = L x ln(x after / x before), where L = (revenue after - revenue before) /
    ln(revenue after / revenue before), the logarithmic mean of the two revenues (their common
    value if they are equal). It says which driver moved, not why.

    Raises ValueError if a period has no sessions, orders or revenue: 0 has no logarithm.
    Source: Ang (2005), Energy Policy 33, additive LMDI-I (logarithmic mean Divisia index).
    """
    one, two = _totals("before", before), _totals("after", after)
    weight = _log_mean(one["revenue"], two["revenue"])
    grown = {name: log(two[name] / one[name]) for name in _PERIOD}
    table = pd.DataFrame(
        {
            title: (
                was["sessions"],
                was["orders"] / was["sessions"],
                was["revenue"] / was["orders"],
            )
            for title, was in (("before", one), ("after", two))
        },
        index=list(DRIVERS),
    )
    # Logs of the totals, so that equal growth of two totals leaves their ratio exactly still.
    logs = (
        grown["sessions"],
        grown["orders"] - grown["sessions"],
        grown["revenue"] - grown["orders"],
    )
    return table.assign(effect=[weight * each for each in logs])


def _totals(name: str, period: Mapping[str, Any] | pd.Series[Any]) -> dict[str, float]:
    if not isinstance(period, Mapping | pd.Series) or any(key not in period for key in _PERIOD):
        raise ValueError(f"{name} has to name the period's sessions, orders and revenue.")
    found = {key: number(f"{key} of {name}", period[key], least=0) for key in _PERIOD}
    for key, total in found.items():
        if not total:
            raise ValueError(
                f"The period {name!r} has no {key} (0), so its change cannot be split into "
                "sessions, rate and AOV: take a longer period."
            )
    return found


def _log_mean(one: float, other: float) -> float:
    low, high = sorted((one, other))
    # log1p, because the log of a ratio near 1 would lose the digits that the division needs.
    return low if low == high else (high - low) / log1p((high - low) / low)


# --- what the ads added ---------------------------------------------------------------------


@dataclass(frozen=True)
class Incrementality:
    """What a holdout says of ads or mails: attributed beside incremental.

    orders           incremental orders among those exposed
    interval         of the incremental orders
    attributed_roas  revenue of all orders of the exposed / cost
    roas             incremental ROAS: revenue of the incremental orders / cost
    """

    orders: float
    interval: Interval
    attributed_roas: float
    roas: float
    cost: float

    @property
    def cost_per_order(self) -> float:
        """Cost per incremental order; ValueError if there is none."""
        if self.orders <= 0:
            raise ValueError(
                "Those held out bought at least as often, so there is no incremental order to "
                "divide the cost by."
            )
        return self.cost / self.orders

    def roi(self, margin: float) -> float:
        """(incremental revenue x margin - cost) / cost."""
        return self.roas * _margin(margin) - 1


def incrementality(
    exposed: float,
    exposed_orders: float,
    held_out: float,
    held_out_orders: float,
    *,
    aov: float,
    cost: float,
    level: float = 0.95,
) -> Incrementality:
    """Incremental orders and ROAS of ads, from a randomized holdout.

    Incremental orders = (rate exposed - rate held out) x exposed, so that the groups need not be
    alike in size; Newcombe's interval of the difference of rates, times exposed, which has a width
    even if nobody ordered. `cost` is what the ads to the exposed cost. Orders are buyers (at most
    one per user): with more, the interval is too short.

    Source: Gordon, Zettelmeyer, Bhargava and Chapsky (2019), Marketing Science 38.
    """
    exposed_orders, exposed = part_whole(exposed_orders, exposed)
    gained = exposed_orders / exposed - rate(held_out_orders, held_out)
    low, high = intervals.newcombe(held_out_orders, held_out, exposed_orders, exposed, level)
    each = number("aov", aov, least=0)
    spent = number("cost", cost, above=0)
    return Incrementality(
        gained * exposed,
        Interval(low * exposed, high * exposed),
        roas(exposed_orders * each, spent),
        gained * exposed * each / spent,
        spent,
    )


# --- what a customer is worth ---------------------------------------------------------------


def clv_simple(aov: float, orders_per_year: float, years: float, margin: float) -> float:
    """Lifetime value: AOV x orders a year x years x margin. No discounting, a fixed lifetime."""
    times = number("orders_per_year", orders_per_year, least=0) * number("years", years, least=0)
    return _order(aov, margin) * times


def clv(
    margin_per_period: float,
    retention: float,
    discount: float,
    *,
    first: str = "later",
    periods: int | None = None,
) -> float:
    """Lifetime value by retention (Gupta and Lehmann 2003): m r / (1 + d - r).

    m margin (money) per period, r retention per period, d discount rate per period.

    first     "later": the first margin comes after one period, if the customer is retained.
              "now": a margin at once as well, so m more.
    periods   how many later margins count: sum of m r^t / (1 + d)^t for t = 1..periods. None: all.

    Raises ValueError if r = 1 and d = 0, with no end: the sum has no limit.
    """
    m = number("margin_per_period", margin_per_period)
    kept, d = share("retention", retention), number("discount", discount, least=0)
    one_of("first", first, ("later", "now"))
    factor = kept / (1 + d)
    if periods is not None:
        if periods != int(number("periods", periods, least=0)):
            raise ValueError(f"periods is a whole number, not {periods!r}.")
        later = m * fsum(factor**t for t in range(1, int(periods) + 1))
    elif factor >= 1:
        raise ValueError(
            "Nobody ever leaves and money later counts as now, so the value has no limit: give "
            "a retention below 1, a discount above 0, or a number of periods."
        )
    else:
        later = m * kept / (1 + d - kept)
    return later + (m if first == "now" else 0.0)


def rfm(
    customers: pd.DataFrame,
    *,
    recency: str = "recency",
    frequency: str = "frequency",
    money: str = "money",
    ties: str = "row order",
) -> pd.DataFrame:
    """Fifths by recency, frequency, monetary value: columns r, f, m (1..5, 5 best) and rfm ("555").

    `customers` has one row each; recency is days since the last order, so few days are good. Each
    column is ranked and the ranks are cut at their quintiles (pandas `qcut`). Index as given.

    ties   "row order": of equal customers the earlier row has the lower rank (pandas
           `rank(method="first")`), so equals may get different scores, but fifths are even.
           "alike": equals share their average rank and so their score; fifths may be uneven.

    Raises ValueError for fewer than five customers or blanks. Source: Hughes (1994), Strategic
    Database Marketing.
    """
    need_columns(customers, [recency, frequency, money], "The customers table")
    one_of("ties", ties, ("row order", "alike"))
    if len(customers) < 5:
        raise ValueError(f"Fifths need at least five customers, and there are {len(customers)}.")
    scores = pd.DataFrame(index=customers.index)
    for letter, name, better in (("r", recency, -1), ("f", frequency, 1), ("m", money, 1)):
        values = pd.Series(numbers(name, customers[name]) * better)
        ranks = values.rank(method="first" if ties == "row order" else "average")
        cuts = np.quantile(np.arange(1, len(ranks) + 1), [0, 0.2, 0.4, 0.6, 0.8, 1])
        fifth = pd.cut(ranks, cuts.tolist(), labels=False, include_lowest=True)
        scores[letter] = fifth.to_numpy(dtype=np.int64) + 1
    text = scores.astype(str)
    return scores.assign(rfm=text["r"] + text["f"] + text["m"])


def _order(aov: float, margin: float) -> float:
    return number("aov", aov, least=0) * _margin(margin)


def _margin(margin: float) -> float:
    if not share("margin", margin):
        raise ValueError("A margin of 0 leaves nothing to count: give the share of revenue kept.")
    return float(margin)


def _per(what: str, above: float, whom: str, below: float) -> float:
    units = number(whom, below, least=0)
    if not units:
        raise ValueError(f"There are no {whom} (0), so there is no {what} per {whom} to give.")
    return number(what, above) / units
