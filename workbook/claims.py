"""What lessons may say about the data, and on what share of other seeds it holds.

The committed seed was not searched, so a claim that held on it alone would be luck sold as fact.
Each claim here is an identity, a comparison with room to spare, or an interval whose coverage is
counted. `python -m workbook.claims` tries them on other seeds (half an hour and more for the
whole shop) and writes `shop/claims.csv`, which the data dictionary shows.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from math import sqrt

import numpy as np
import pandas as pd

from workbook.analysis.as_of import landmark_table
from workbook.analysis.attribution import build_paths, credit_table
from workbook.analysis.intervals import clustered
from workbook.analysis.markov import markov_credit
from workbook.analysis.rates import wilson
from workbook.analysis.significance import two_proportions
from workbook.shop import experiments, truth
from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAYS, LAST_AUTUMN
from workbook.shop.dictionary import CLAIMS_FILE
from workbook.shop.draws import Bools, Ints
from workbook.shop.people import DEVICES
from workbook.shop.policy import Policy
from workbook.shop.visits import NO_CART, Visits
from workbook.shop.what_if import world
from workbook.shop.world import SHOP_PERSONS, World

SEEDS = {"log": 200, "shop": 200, "tests": 40}
"""Seeds 1001, 1002, ...: how many are tried for claims of each size."""
FIRST_SEED = 1_001


class Ground:
    """What claims look at for one seed, each thing made once."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def log(self) -> World:
        return world(Policy(), self.seed)

    def under(self, **changes: object) -> dict[str, float]:
        """The log's totals under a policy."""
        return world(Policy(**changes), self.seed).summary()  # type: ignore[arg-type]

    @cached_property
    def credits(self) -> dict[str, dict[str, float]]:
        return _credits(self)

    @cached_property
    def everybody(self) -> tuple[pd.DataFrame, dict[str, float]]:
        """Visits and orders by year and device; the readings of a sign-up. In one run."""
        counts = np.zeros((2, 2, len(DEVICES)), dtype=np.int64)

        def counted() -> Iterator[tuple[Visits, Visits]]:
            for base, off in truth.with_and_without_mails(self.seed, SHOP_PERSONS):
                counts[1] += _by_device(base)
                yield base, off

        sign_up = truth.sign_up_readings(counted())
        for numbers in truth.blocks(SHOP_PERSONS):
            counts[0] += _by_device(shop_visits.run(self.seed, numbers, Policy(), LAST_AUTUMN))
        index = pd.MultiIndex.from_product([[2024, 2025], DEVICES], names=["year", "device"])
        flat = counts.transpose(0, 2, 1).reshape(-1, 2)
        return pd.DataFrame(flat, index=index, columns=["visits", "orders"]), sign_up

    @cached_property
    def _tests(self) -> dict[str, pd.DataFrame]:
        return {}

    def test(self, name: str) -> pd.DataFrame:
        """The visitors of one test."""
        if name not in self._tests:
            [trial] = (trial for trial in experiments.TRIALS if trial.name == name)
            found = experiments.run(trial, self.seed)
            self._tests[name] = experiments.published(trial, found)
        return self._tests[name]


def _by_device(visits: Visits) -> Ints:
    """Visits and orders of the log's weeks, by device: shape (2, devices)."""
    log = visits.take(visits.start >= 0)
    whole = np.bincount(log.device, minlength=len(DEVICES))
    return np.stack([whole, np.bincount(log.device[log.paid], minlength=len(DEVICES))])


@dataclass(frozen=True)
class Claim:
    """One claim: `size` is "log", "shop" (everybody) or "tests"; `kind` as in the module's text."""

    name: str
    text: str
    size: str
    kind: str
    holds: Callable[[Ground], bool]


# --- the log


def _rate(done: Bools, of: Bools) -> float:
    return float(done[of].mean())


def _desktop_above_mobile(g: Ground) -> bool:
    s = g.log.sessions["device"]
    v = g.log.visits.paid
    ends = [wilson(int(v[s == d].sum()), int((s == d).sum())) for d in ("mobile", "desktop")]
    return ends[0].high < ends[1].low


def _top_channels(g: Ground) -> bool:
    rates = pd.Series(g.log.visits.paid).groupby(g.log.sessions["channel"]).mean()
    return set(rates.nlargest(3).index) == {"remarketing", "email", "referral"}


def _risk_ratio(g: Ground, event: str, least: float) -> bool:
    did, bought = _by_user(g.log.visits, getattr(g.log.visits, event))
    return _rate(bought, did) >= least * _rate(bought, ~did)


def _by_user(v: Visits, done: Bools) -> tuple[Bools, Bools]:
    """For each user: did it in some visit; ordered in some visit."""
    user = np.unique(v.browser, return_inverse=True)[1]
    return np.bincount(user, done) > 0, np.bincount(user, v.paid) > 0


def _chat(g: Ground) -> bool:
    v = g.log.visits
    looks = v.views > 0
    return _rate(v.paid, looks & v.chat) < _rate(v.paid, looks & ~v.chat)


def _no_order_from_wish_lists(g: Ground) -> bool:
    changed = world(Policy(wishlist_for_all=True), g.seed)
    return changed.orders.equals(g.log.orders)


def _button_against_page(g: Ground) -> bool:
    base = g.log.summary()
    button, page = g.under(delta_idle=0.85), g.under(delta_cart=0.25)
    carts = [w["carts"] / base["carts"] - 1 for w in (button, page)]
    orders = [w["orders"] / base["orders"] - 1 for w in (button, page)]
    return min(carts) > 0.08 and orders[0] < carts[0] / 3 and orders[1] > carts[1] / 2


def _more_orders(g: Ground, more: bool, **changes: object) -> bool:
    difference = g.under(**changes)["orders"] - g.log.summary()["orders"]
    return difference > 0 if more else difference < 0


def _credits(g: Ground) -> dict[str, dict[str, float]]:
    """Orders credited by rule and channel (90 days, by browser, one path per order)."""
    paths = build_paths(g.log.touches, g.log.orders, lookback=90, reuse=True)
    table = credit_table(paths, ("last", "linear", "first"))
    table["Markov"] = markov_credit(paths)
    return {
        str(rule): {str(channel): float(orders) for channel, orders in of.items()}
        for rule, of in table.to_dict().items()
    }


def _last_click_and_remarketing(g: Ground) -> bool:
    credited = [g.credits[rule]["remarketing"] for rule in ("last", "linear", "first")]
    return credited[0] > credited[1] > credited[2]


def _remarketing_is_credited_too_much(g: Ground) -> bool:
    lost = g.log.summary()["orders"] - g.under(off=frozenset({"remarketing"}))["orders"]
    return lost < min(g.credits[rule]["remarketing"] for rule in ("last", "Markov")) / 3


def _markov_turns_the_right_way(g: Ground) -> bool:
    last, markov = g.credits["last"], g.credits["Markov"]
    more = all(markov[c] > last[c] for c in ("non-brand search", "social", "display"))
    return more and markov["remarketing"] < last["remarketing"]


def _cleverer_is_not_truer(g: Ground) -> bool:
    per_log = g.log.summary()["visits"] / truth.PER_VISITS

    def error(rule: str) -> float:
        return sum(
            abs(g.credits[rule][channel] - per_log * lost)
            for channel, lost in truth.orders_lost_without().items()
        )

    return error("first") < error("Markov")


def _landmark(g: Ground) -> bool:
    events = g.log.events
    higher = []
    for micro in ("add_to_cart", "add_to_wishlist", "newsletter_signup"):
        table = landmark_table(events, micro, "purchase")
        rates = table.groupby("micro")["macro"].mean()
        higher.append(rates[True] > rates[False])
    return all(higher)


def _peak(g: Ground) -> bool:
    v = g.log.visits
    week = v.start // (7 * 86_400)
    rates = np.bincount(week, v.paid) / np.bincount(week)
    return int(rates.argmax()) in {7, 8, 9, 10} and rates[-1] < rates.max() / 1.2


def _mean_above_median(g: Ground) -> bool:
    value = g.log.orders["value"]
    return bool(value.mean() > 1.2 * value.median())


def _idle_carts(g: Ground) -> bool:
    v = g.log.visits
    in_cart = v.cart != NO_CART
    return 0.5 < 1 - _rate(v.paid, in_cart) < 0.8


def _who(g: Ground, *events: str) -> set[str]:
    """Users of the log with at least one of these events."""
    log = g.log.events
    return set(log.loc[log["event"].isin(events), "user"])


_MILESTONES = (
    "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
)  # fmt: skip
_SECONDARY = ("newsletter_signup", "add_to_wishlist", "view_size_guide")


def _milestones_and_secondary(g: Ground) -> bool:
    buyers = _who(g, "purchase")

    def without(event: str) -> float:
        return 1 - len(buyers & _who(g, event)) / len(buyers)

    return max(map(without, _MILESTONES)) < 0.2 and min(map(without, _SECONDARY)) > 0.5


def _beside_and_never_on_the_path(g: Ground) -> bool:
    beside = _who(g, *_SECONDARY)
    return len(beside - _who(g, *_MILESTONES, "purchase")) > len(beside) / 2


def _read_by_buyers_and_hardly_a_cause(g: Ground) -> bool:
    log = g.log.events
    readers = log.loc[log["page"] == "article", "user"]
    by_readers = g.log.orders["user"].isin(readers).mean()
    now, without = g.under()["orders"], g.under(articles=False)["orders"]
    return bool(by_readers > 0.5 and now > without > 0.9 * now)


# --- everybody


def _z_of_years(g: Ground, devices: list[str]) -> float:
    """How sure the change from 2024 to 2025 is, on these devices together."""
    counts: list[int] = []
    for year in (2024, 2025):
        of_year = g.everybody[0].loc[year].loc[devices]
        counts += [int(of_year["orders"].sum()), int(of_year["visits"].sum())]
    return two_proportions(*counts).z


def _reversal_is_sure(g: Ground) -> bool:
    rises = all(_z_of_years(g, [device]) > 1.96 for device in ("desktop", "mobile"))
    return rises and _z_of_years(g, list(DEVICES)) < -1.96


def _naive_above_excess_above_truth(g: Ground) -> bool:
    found = g.everybody[1]
    return found["naive"] > found["excess"] > found["truth"] > 0


# --- tests


def _z(g: Ground, test: str, outcome: str) -> float:
    rows = g.test(test)
    a, b = (rows.loc[rows["arm"] == arm, outcome] for arm in ("A", "B"))
    return two_proportions(int(a.sum()), len(a), int(b.sum()), len(b)).z


def _both_up(g: Ground) -> bool:
    return all(_z(g, "product page", outcome) > 1.96 for outcome in ("cart", "ordered"))


def _conflict(g: Ground) -> bool:
    return _z(g, "forced account", "account") > 1.96 and _z(g, "forced account", "ordered") < -1.96


def _mails_sell(g: Ground) -> bool:
    return _z(g, "newsletter mails", "ordered") > 1.96


def _price_of_a_sign_up(g: Ground) -> bool:
    """Dollars of margin per order, as lesson 03 counts them, times three shares."""
    lines = g.log.order_items.merge(g.log.products[["item_id", "margin"]], on="item_id")
    margin = (lines["quantity"] * lines["margin"]).sum() / len(g.log.orders)
    signed, buyers, everybody = (
        _who(g, "newsletter_signup"),
        _who(g, "purchase"),
        _who(g, "page_view"),
    )
    share = len(signed & buyers) / len(signed)
    others = len(buyers - signed) / len(everybody - signed)
    rows = g.test("newsletter mails").groupby("arm")["ordered"].mean()
    naive, excess, holdout = (margin * x for x in (share, share - others, rows["B"] - rows["A"]))
    return naive > 2 > holdout and naive > excess > holdout


def _more_wish_lists_same_orders(g: Ground) -> bool:
    up = _z(g, "wish list", "wish_list") > 1.96
    return up and abs(_z(g, "wish list", "ordered")) < 3.5


def _surrogate(g: Ground, test: str) -> float:
    """How far the seen effect's interval lies below the prediction from the cart: 0 or less if
    it does not."""
    rows = g.test(test)
    a, b = (rows[rows["arm"] == arm] for arm in ("A", "B"))
    slope = _rate(a["ordered"].to_numpy(), a["cart"].to_numpy()) - _rate(
        a["ordered"].to_numpy(), ~a["cart"].to_numpy()
    )
    predicted = slope * (b["cart"].mean() - a["cart"].mean())
    p, q = a["ordered"].mean(), b["ordered"].mean()
    high = q - p + 1.96 * sqrt(p * (1 - p) / len(a) + q * (1 - q) / len(b))
    return float(predicted - high)


def _prediction_fails(g: Ground) -> bool:
    return _surrogate(g, "cart button") > 0


CLAIMS = (
    Claim("desktop above mobile", "More desktop than mobile visits end with an order, and their "
          "95 % Wilson intervals do not touch.", "log", "comparison", _desktop_above_mobile),
    Claim("top channels", "Remarketing, email and referral have the highest share of visits with "
          "an order.", "log", "comparison", _top_channels),
    Claim("wish list goes with orders", "Users who use the wish list order at least three times "
          "as often as others.", "log", "comparison",
          partial(_risk_ratio, event="wish_list", least=3)),
    Claim("sign-up goes with orders", "Users who sign up for the newsletter order at least twice "
          "as often as others.", "log", "comparison",
          partial(_risk_ratio, event="newsletter", least=2)),
    Claim("chat goes with fewer orders", "Of visits with a product view, those with a chat "
          "question order less often.", "log", "comparison", _chat),
    Claim("wish list causes nothing", "With a wish list for everybody, each order stays as it "
          "was.", "log", "identity", _no_order_from_wish_lists),
    Claim("button against page", "The louder button and the better page both add more than 8 % "
          "carts; orders rise by less than a third of that for the button, by more than half for "
          "the page.", "log", "comparison", _button_against_page),
    Claim("guest checkout", "Without the forced account there are more orders.", "log",
          "comparison", partial(_more_orders, more=True, forced_account=False)),
    Claim("mails", "Without mails there are fewer orders.", "log", "comparison",
          partial(_more_orders, more=False, mails=False)),
    Claim("last click and remarketing", "Last click credits remarketing with more orders than "
          "linear, linear with more than first click (90 days, by browser).", "log", "comparison",
          _last_click_and_remarketing),
    Claim("remarketing is credited too much", "Switched off, remarketing costs less than a third "
          "of the orders that last click or Markov credit it with.", "log", "comparison",
          _remarketing_is_credited_too_much),
    Claim("Markov turns the right way", "Against last click, Markov credits remarketing with "
          "less, and non-brand search, social and display with more, as the truth does.", "log",
          "comparison", _markov_turns_the_right_way),
    Claim("cleverer is not truer", "Over the six channels with a switch, the credits of first "
          "click lie nearer to the orders that each channel truly brings than those of Markov.",
          "log", "comparison", _cleverer_is_not_truer),
    Claim("landmark", "Users with a cart, a wish list or a sign-up in days 0 to 7 order more "
          "often in days 7 to 30 than those without.", "log", "comparison", _landmark),
    Claim("peak", "The best week for orders per visit lies between day 49 and day 76, and the "
          "last week is at least a sixth below it.", "log", "comparison", _peak),
    Claim("skewed order value", "The mean order value is more than 1.2 times the median.", "log",
          "comparison", _mean_above_median),
    Claim("cart abandonment", "Between half and four fifths of the visits with a cart end "
          "without an order.", "log", "comparison", _idle_carts),
    Claim("milestones and secondary actions", "Of the users with an order, fewer than a fifth "
          "lack each milestone of the path, and more than half lack each secondary action.",
          "log", "comparison", _milestones_and_secondary),
    Claim("beside and never on the path", "More than half of the users with a secondary action "
          "never take a step on the path.", "log", "comparison", _beside_and_never_on_the_path),
    Claim("readers", "More than half of the orders are by users who opened an article; without "
          "the articles, fewer than a tenth of the orders is lost.", "log", "comparison",
          _read_by_buyers_and_hardly_a_cause),
    Claim("reversal by device", "From 2024 to 2025 each device's share of visits with an order "
          "rises on desktop and mobile while that of all visits falls.", "shop", "comparison",
          _reversal_is_sure),
    Claim("naive, excess, truth", "The naive value of a sign-up exceeds the excess over others, "
          "and that exceeds the truth.", "shop", "comparison", _naive_above_excess_above_truth),
    Claim("both up", "Product page: carts and orders are both significantly higher in B.",
          "tests", "comparison", _both_up),
    Claim("conflict", "Forced account: accounts significantly higher in B, orders significantly "
          "lower.", "tests", "comparison", _conflict),
    Claim("mails sell", "Newsletter mails: orders significantly higher in B.", "tests",
          "comparison", _mails_sell),
    Claim("price of a sign-up", "A sign-up is worth more than $2 naively and less than $2 by the "
          "holdout, and the excess lies between the two.", "tests", "comparison",
          _price_of_a_sign_up),
    Claim("wish list", "Wish list: far more wish lists in B, and orders within 3.5 standard "
          "errors of A.", "tests", "comparison", _more_wish_lists_same_orders),
    Claim("surrogate fails", "Cart button: the 95 % interval of the effect on orders lies below "
          "the effect predicted from the cart.", "tests", "comparison", _prediction_fails),
)  # fmt: skip


@dataclass(frozen=True)
class Coverage:
    """An interval whose coverage of the mean over all seeds is counted."""

    name: str
    text: str
    interval: Callable[[Ground], tuple[float, float, float]]  # value, low, high


def _users(g: Ground) -> tuple[float, float, float]:
    _, bought = _by_user(g.log.visits, g.log.visits.paid)
    low, high = wilson(int(bought.sum()), len(bought))
    return float(bought.mean()), low, high


def _visits(g: Ground) -> tuple[float, float, float]:
    started = g.log.visits.checkout > 0
    low, high = wilson(int(started.sum()), len(started))
    return float(started.mean()), low, high


def _clustered_visits(g: Ground) -> tuple[float, float, float]:
    v = g.log.visits
    user = np.unique(v.browser, return_inverse=True)[1]
    found = clustered(np.bincount(user, v.checkout > 0), np.bincount(user))
    return found.value, found.interval.low, found.interval.high


COVERAGES = (
    Coverage("users' order rate, Wilson", "The 95 % Wilson interval of the share of users who "
             "order covers the shop's share.", _users),
    Coverage("visits' checkout rate, Wilson", "The 95 % Wilson interval of the share of visits "
             "with a checkout covers the shop's share: too seldom, since visits of one user are "
             "alike.", _visits),
    Coverage("visits' checkout rate, clustered", "The same with the user-clustered interval.",
             _clustered_visits),
)  # fmt: skip


# --- trying them on other seeds


def tried(seed: int, size: str, known: frozenset[str] = frozenset()) -> dict[str, bool]:
    """Which claims of this size hold on this seed; those in `known` are not tried."""
    ground = Ground(seed)
    asked = (claim for claim in CLAIMS if claim.size == size and claim.name not in known)
    return {claim.name: bool(claim.holds(ground)) for claim in asked}


_Job = tuple[int, str, frozenset[str]]


def _one(job: _Job) -> tuple[dict[str, bool], dict[str, tuple[float, float, float]]]:
    seed, size, known = job
    held = tried(seed, size, known)
    asked = [c for c in COVERAGES if size == "log" and c.name not in known]
    return held, {c.name: c.interval(Ground(seed)) for c in asked}


def measure(
    size: str, seeds: int, workers: int, known: frozenset[str] = frozenset()
) -> list[dict[str, object]]:
    """Rows of `claims.csv` for one size, without the claims in `known`."""
    jobs = [(seed, size, known) for seed in range(FIRST_SEED, FIRST_SEED + seeds)]
    with ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(_one, jobs))
    rows: list[dict[str, object]] = [
        _row(claim, claim.kind, size, seeds, sum(held[claim.name] for held, _ in found))
        for claim in CLAIMS
        if claim.name in found[0][0]
    ]
    for coverage in COVERAGES:
        if coverage.name not in found[0][1]:
            continue
        all_of_them = np.array([covers[coverage.name] for _, covers in found])
        target = all_of_them[:, 0].mean()
        covered = (all_of_them[:, 1] <= target) & (target <= all_of_them[:, 2])
        rows.append(_row(coverage, "interval", size, seeds, int(covered.sum())))
    return rows


def _row(claim: Claim | Coverage, kind: str, size: str, seeds: int, held: int) -> dict[str, object]:
    return {
        "claim": claim.name, "text": claim.text, "kind": kind, "size": size, "seeds": seeds,
        "held": held,
    }  # fmt: skip


def main(words: list[str] | None = None) -> None:
    """Try the claims of some sizes and write them into `claims.csv`; the others stay."""
    parser = argparse.ArgumentParser(prog="python -m workbook.claims")
    parser.add_argument("sizes", nargs="*", help=f"of {', '.join(SEEDS)}; default: all")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--new", action="store_true", help="only claims that the file lacks")
    options = parser.parse_args(words)
    sizes = options.sizes or list(SEEDS)
    kept: list[dict[str, object]] = []
    if CLAIMS_FILE.exists():
        with CLAIMS_FILE.open(encoding="utf-8", newline="") as file:
            old = [dict(row) for row in csv.DictReader(file)]
        kept += [row for row in old if options.new or row["size"] not in sizes]
    known = frozenset(str(row["claim"]) for row in kept)
    for size in sizes:
        kept += measure(size, SEEDS[size], options.workers, known)
        print(f"{size}: done", file=sys.stderr)
    order = [claim.name for claim in (*CLAIMS, *COVERAGES)]
    kept.sort(key=lambda row: order.index(str(row["claim"])))
    with CLAIMS_FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


assert DAYS == 91, "the weeks in `_peak` are those of 13 weeks"

if __name__ == "__main__":
    main()
