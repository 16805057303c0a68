"""Tests whose truth is known: two worlds of the same persons, mixed by chance.

Each test runs on visitors of its own, who are not those of the log: the shop is run twice, once
per arm, every eligible visitor is assigned an arm by a keyed draw, and the outcome of the assigned
world is published. The average difference of the two worlds is the true effect. Until a visitor
meets the tested thing for the first time both worlds are equal, so both have the same visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.shop import draws, trials
from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAY, DAY_0, Autumn
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Bools, Floats, Ints
from workbook.shop.people import DEVICES
from workbook.shop.policy import Policy
from workbook.shop.visits import NO_CART, NO_CHECKOUT, Visits

ARMS = ("A", "B")
OUTCOMES = ("wish_list", "cart", "checkout", "account", "ordered", "revenue")
ENTRY_DAYS = 63
"""Visitors enter a test in its first nine weeks; all are followed to the end of the thirteenth."""
_BLOCK = 60_000
_CUPED_CUSTOMERS = 20_000
CUPED_LIFT = 0.03


@dataclass(frozen=True)
class Trial:
    """A test of two policies on those who first do something.

    eligible: which visits expose their visitor to what is tested
    visitors: how many of the first exposed take part, about half in each arm
    first_ever: only those who are exposed for the first time at all; else for the first time
        since the test began
    """

    name: str
    a: Policy
    b: Policy
    eligible: Callable[[Visits], Bools]
    visitors: int
    first_ever: bool = False


def _viewers(v: Visits) -> Bools:
    return v.views > 0


def _checkout_starters(v: Visits) -> Bools:
    started: Bools = v.checkout != NO_CHECKOUT
    return started


def _reminded(v: Visits) -> Bools:
    """What a reminder ad would follow: a cart, or four products viewed."""
    reminded: Bools = (v.cart != NO_CART) | (v.views >= 4)
    return reminded


def _new_subscribers(v: Visits) -> Bools:
    return v.newsletter


TRIALS = (
    Trial("product page", Policy(since=0), Policy(delta_cart=0.25, since=0), _viewers, 60_000),
    Trial("forced account", Policy(forced_account=False, since=0), Policy(since=0),
          _checkout_starters, 12_000),
    Trial("cart button", Policy(since=0), Policy(delta_idle=0.85, since=0), _viewers, 60_000),
    Trial("newsletter mails", Policy(mails=False, since=0), Policy(since=0),
          _new_subscribers, 11_000),
    Trial("wish list", Policy(since=0), Policy(wishlist_for_all=True, since=0), _viewers, 10_000),
    Trial("remarketing", Policy(off=frozenset({"remarketing"}), since=0), Policy(since=0),
          _reminded, 40_000, first_ever=True),
)  # fmt: skip
CUPED = "loyal customers"


@dataclass(frozen=True)
class Outcomes:
    """What became of each visitor of a test, one value per visitor in each array.

    key: the visitor's; exposed: seconds; device: index into DEVICES; returning: the person was
    here before; a, b: outcome by name under either arm, revenue in cents; in_b: assigned to B
    """

    key: draws.Keys
    exposed: Ints
    device: Ints
    returning: Bools
    a: dict[str, Ints]
    b: dict[str, Ints]
    in_b: Bools

    def take(self, which: Ints) -> Outcomes:
        """Those visitors, in that order."""
        return Outcomes(
            self.key[which],
            self.exposed[which],
            self.device[which],
            self.returning[which],
            {name: values[which] for name, values in self.a.items()},
            {name: values[which] for name, values in self.b.items()},
            self.in_b[which],
        )

    @staticmethod
    def joined(parts: list[Outcomes]) -> Outcomes:
        """All visitors of the parts, one part after the other."""
        return Outcomes(
            np.concatenate([p.key for p in parts]),
            np.concatenate([p.exposed for p in parts]),
            np.concatenate([p.device for p in parts]),
            np.concatenate([p.returning for p in parts]),
            {name: np.concatenate([p.a[name] for p in parts]) for name in OUTCOMES},
            {name: np.concatenate([p.b[name] for p in parts]) for name in OUTCOMES},
            np.concatenate([p.in_b for p in parts]),
        )

    def published(self, name: str) -> Ints:
        """The outcome under the assigned arm."""
        return np.where(self.in_b, self.b[name], self.a[name])


def make(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`experiments`, the visitors of all two-world tests; and `truth_experiments`, of all tests."""
    frames, truths = [], []
    for trial in TRIALS:
        found = run(trial, seed)
        frames.append(published(trial, found))
        truths.append(_truth(trial, found))
    truths += [_loyal(seed)[1], *_other_truths(seed)]
    return pd.concat(frames, ignore_index=True), pd.concat(truths, ignore_index=True)


def run(trial: Trial, seed: int) -> Outcomes:
    """Both worlds of a test, for as many persons as it needs."""
    persons = Autumn(DAY_0, f" {trial.name}")
    parts: list[Outcomes] = []
    found, first = 0, 0
    while found < trial.visitors:
        numbers = np.arange(first, first + _BLOCK)
        part = _block(trial, seed, numbers, persons)
        parts.append(part)
        found += len(part.key)
        first += _BLOCK
    whole = Outcomes.joined(parts)
    # Persons take part in the order of their numbers, which says nothing about them.
    whole = whole.take(np.arange(trial.visitors))
    return whole.take(np.argsort(whole.exposed, kind="stable"))


def _block(trial: Trial, seed: int, numbers: Ints, persons: Autumn) -> Outcomes:
    worlds = [shop_visits.run(seed, numbers, policy, persons) for policy in (trial.a, trial.b)]
    logs = [w.take(w.start >= 0) for w in worlds]
    exposures = [
        _first_exposure(v, trial.eligible(v)) for v in (worlds if trial.first_ever else logs)
    ]
    who = exposures[0].person
    assert np.array_equal(who, exposures[1].person), f"{trial.name} exposes others in either arm"
    keys = draws.person_keys(seed, who, persons.persons)
    a, b = (_outcomes(log, who, exposures[0].start) for log in logs)
    return Outcomes(
        key=keys,
        exposed=exposures[0].start,
        device=exposures[0].device,
        returning=exposures[0].returning,
        a=a,
        b=b,
        in_b=draws.uniform(keys, f"exp:{trial.name}") < 0.5,
    )


def _first_exposure(log: Visits, eligible: Bools) -> Visits:
    """The first eligible visit of each person, by person, if it lies in the days of entry."""
    exposed = log.take(eligible)
    exposed = exposed.take(np.lexsort((exposed.start, exposed.person)))
    _, first = np.unique(exposed.person, return_index=True)
    exposed = exposed.take(first)
    return exposed.take((exposed.start >= 0) & (exposed.start < ENTRY_DAYS * DAY))


def _outcomes(log: Visits, who: Ints, since: Ints) -> dict[str, Ints]:
    """What each of these persons did from the exposing visit on."""
    log = log.take(np.isin(log.person, who))
    place = np.searchsorted(who, log.person)
    after = log.start >= since[place]
    log, place = log.take(after), place[after]

    def ever(done: Bools) -> Ints:
        return (np.bincount(place[done], minlength=len(who)) > 0).astype(np.int64)

    cents = np.bincount(place[log.paid], log.bought_total[log.paid], minlength=len(who))
    return {
        "wish_list": ever(log.wish_list),
        "cart": ever(log.cart != NO_CART),
        "checkout": ever(log.checkout != NO_CHECKOUT),
        "account": ever(log.account),
        "ordered": ever(log.paid),
        "revenue": np.rint(cents).astype(np.int64),
    }


def published(trial: Trial, found: Outcomes) -> pd.DataFrame:
    """The rows of `experiments` of one test."""
    table = _rows(found.key, found.in_b)
    table.insert(0, "test", pd.Series([trial.name] * len(table), dtype="str"))
    table["entry_day"] = found.exposed // DAY
    table["device"] = pd.array(np.array(DEVICES, object)[found.device], dtype="str")
    table["returning"] = found.returning
    for name in OUTCOMES:
        table[name] = found.published(name).astype(bool)
    table["revenue"] = found.published("revenue") / 100.0
    return table


def _rows(keys: draws.Keys, in_b: Bools) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "visitor": pd.array(draws.shown_ids(keys, "v_"), dtype="str"),
            "arm": pd.array(np.array(ARMS, object)[in_b.astype(np.int64)], dtype="str"),
        }
    )


def _truth(trial: Trial, found: Outcomes) -> pd.DataFrame:
    rows = []
    for name in OUTCOMES:
        scale = 100.0 if name == "revenue" else 1.0
        a, b = (float(arm[name].sum()) / len(found.key) / scale for arm in (found.a, found.b))
        rows.append(_truth_row(trial.name, name, a, b))
    return pd.DataFrame(rows)


def _truth_row(test: str, outcome: str, a: float, b: float) -> dict[str, object]:
    money = outcome == "revenue"
    return {
        "test": test,
        "outcome": outcome,
        "population": "visitors of the test",
        "unit": "difference, US dollars per visitor" if money else "difference of rates",
        "a": a,
        "b": b,
        "expected": np.nan,
        "realized": b - a,
    }


def _other_truths(seed: int) -> list[pd.DataFrame]:
    """The truths of the tests that are not two worlds of the shop."""
    novelty = trials.novelty_truth(seed)
    day = novelty["days_since_exposure"].astype("str")
    novelty["population"] = novelty["visitor"] + " visitors, day " + day + " since exposure"
    named = {
        "sample ratio": trials.sample_ratio_truth(seed),
        "personalization": trials.personalization_truth(seed),
        "novelty": novelty.drop(columns=["visitor", "days_since_exposure"]),
    }
    return [table.assign(test=name) for name, table in named.items()]


def make_loyal(seed: int) -> pd.DataFrame:
    """`experiment_loyal`, the customers of the test with a past."""
    return _loyal(seed)[0]


def _loyal(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A test on earlier customers whose visits and spend before it are known (for CUPED).

    Not two worlds of the shop but a model of its own (A): a customer's lasting level moves what
    they spend before and during the test alike, so the two correlate at about .5.
    """
    keys = draws.person_keys(seed, np.arange(_CUPED_CUSTOMERS), f" {CUPED}")
    in_b = draws.uniform(keys, f"exp:{CUPED}") < 0.5
    level = 0.50 * draws.normal(keys, "level")

    def cents(period: str, factor: Floats | float) -> Ints:
        scatter = 0.50 * draws.normal(keys, f"spend {period}")
        return np.rint(4_000 * factor * np.exp(level + scatter)).astype(np.int64)

    before = cents("before", 1.0)
    a, b = cents("during", 1.0), cents("during", 1.0 + CUPED_LIFT)
    visits = 1 + draws.geometric(keys, "visits before", np.exp(0.8 + level))
    table = _rows(keys, in_b)
    table["visits_before"] = visits
    table["spend_before"] = before / 100.0
    table["revenue"] = np.where(in_b, b, a) / 100.0
    means = [float(arm.sum()) / len(arm) / 100.0 for arm in (a, b)]
    return table, pd.DataFrame([_truth_row(CUPED, "revenue", means[0], means[1])])


_ARM = Column("arm", "string", "The arm the visitor was assigned to.", allowed=ARMS)
TABLES = (
    Table(
        "experiments",
        "experiments.csv.gz",
        "one visitor of one test",
        "Six A/B tests, each on visitors of its own, none of them in the log. A visitor enters "
        f"with the first visit that meets what is tested, within the first {ENTRY_DAYS} days, and "
        "is followed to the end of day 90. **product page**: a better product page (B), among "
        "those who view a product. **forced account**: guest checkout (A) against a forced "
        "account (B), among those who begin a checkout. **cart button**: a louder cart button "
        "(B), among those who view a product. **newsletter mails**: no mails (A) against mails "
        "(B), among those who sign up. **wish list**: everybody uses it (B), among those who "
        "view a product. **remarketing**: no reminder ads (A, a holdout) against reminder ads "
        "(B), among those who for the first time fill a cart or view four products. In the shop "
        "of the log new buyers must make an account, mails go out and reminder ads run. The shop "
        "was run twice, once per arm, and each visitor's outcome comes from the world of the "
        "assigned arm.",
        (
            Column("test", "string", "The test.", allowed=tuple(t.name for t in TRIALS)),
            Column("visitor", "string", "The person; one id whatever the browser.", unique=True),
            _ARM,
            Column(
                "entry_day", "integer", "Day of entry, 0 for the first day of the test.", minimum=0
            ),
            Column("device", "string", "Device of the first visit in the test.", allowed=DEVICES),
            Column("returning", "boolean", "The person was here before."),
            Column("wish_list", "boolean", "Used the wish list, from the entering visit on."),
            Column("cart", "boolean", "Put something into a cart, from the entering visit on."),
            Column("checkout", "boolean", "Began a checkout, from the entering visit on."),
            Column("account", "boolean", "Made an account, from the entering visit on."),
            Column("ordered", "boolean", "Ordered, from the entering visit on."),
            Column(
                "revenue",
                "number",
                "Value of those orders, without shipping and tax.",
                unit="US dollars",
                minimum=0,
            ),
        ),
        key=("visitor",),
    ),
    Table(
        "experiment_loyal",
        "experiment_loyal.csv.gz",
        "one customer of the test",
        "An A/B test of a thank-you card (B) on customers of earlier years whose past is known. "
        "Drawn from a model of its own, not from the shop (A).",
        (
            Column("visitor", "string", "The customer.", unique=True),
            _ARM,
            Column(
                "visits_before",
                "integer",
                "Visits in the quarter before the test.",
                minimum=1,
                assumed=True,
            ),
            Column(
                "spend_before",
                "number",
                "Spent in the quarter before the test.",
                unit="US dollars",
                minimum=0,
                assumed=True,
            ),
            Column(
                "revenue",
                "number",
                "Spent during the test.",
                unit="US dollars",
                minimum=0,
                assumed=True,
            ),
        ),
        key=("visitor",),
    ),
)
TRUTH_TABLE = Table(
    "truth_experiments",
    "truth_experiments.csv",
    "one outcome of one test",
    "The truth of the tests. Only a simulation knows both outcomes of one visitor.",
    (
        Column("test", "string", "The test, named as in experiments or as its own table."),
        Column("outcome", "string", "What is counted, per visitor."),
        Column("population", "string", "Whose outcome."),
        Column("unit", "string", "Unit of expected and realized."),
        Column(
            "a", "number", "Mean if all were in A, two-world tests only.", required=False, places=6
        ),
        Column(
            "b", "number", "Mean if all were in B, two-world tests only.", required=False, places=6
        ),
        Column(
            "expected",
            "number",
            "The effect over all seeds, where a model fixes it.",
            required=False,
            places=6,
        ),
        Column(
            "realized",
            "number",
            "The true effect on these visitors: for two worlds, b less a.",
            places=6,
        ),
    ),
    key=("test", "outcome", "population"),
)
