"""What causes what in Pebble Street, and by how much: the shop run again with one thing changed.

An effect has an expected value (over many more persons than the log has, with its Monte Carlo
error) and a realized one (the persons of the log). They differ: the log is one draw.

The expected values take minutes; `python -m workbook.shop.truth` computes them anew and writes
`expected.csv` beside this file.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from workbook.shop import visits as shop_visits
from workbook.shop.calendar import DAY, POLICY_DAY, WARM_UP_DAYS
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Floats, Ints
from workbook.shop.policy import SWITCHABLE, Policy
from workbook.shop.visits import Visits
from workbook.shop.world import SHOP_PERSONS, World, simulate, totals

PER_VISITS = 60_000
SEEDS = range(1, 7)
"""Seeds of the expected values: six shops, five million persons."""
EXPECTED = Path(__file__).with_name("expected.csv")
FOLLOWED_DAYS = 30
_LAST_FIRST_VISIT = 60
"""First visits up to this day can be followed for 30 days within the log."""


@dataclass(frozen=True)
class Change:
    """One thing changed: `what` says it in words."""

    name: str
    what: str
    policy: Policy


_ONE_THING: tuple[tuple[str, str, Policy], ...] = (
    (
        "wish list for all",
        "Who views a product uses the wish list.",
        Policy(wishlist_for_all=True),
    ),
    ("pop-up off", "The newsletter pop-up is taken away.", Policy(popup=False)),
    ("mails off", "Subscribers get no mails, not even the welcome mail.", Policy(mails=False)),
    ("guest checkout", "New buyers need no account.", Policy(forced_account=False)),
    ("shipping cost early", "Product pages show the cost.", Policy(shipping_early=True)),
    ("better product page", ".25 on the log odds of a serious cart.", Policy(delta_cart=0.25)),
    ("louder cart button", ".85 on the log odds of an idle cart.", Policy(delta_idle=0.85)),
    ("trust seals", "Seals at the checkout: trust .5 higher.", Policy(trust_seals=0.5)),
    ("articles off", "Who would land on an article lands on a category.", Policy(articles=False)),
)
CHANGES = (
    *(Change(*one) for one in _ONE_THING),
    *(
        Change(f"{name} off", f"The channel {name} is switched off.", Policy(off=frozenset({name})))
        for name in ("brand search", "non-brand search", "social", "display", "remarketing")
    ),
)
OUTCOMES = (
    "visits", "product_views", "sign_ups", "accounts", "wish_lists", "carts", "checkouts",
    "orders", "revenue", "margin",
)  # fmt: skip
AS_IT_IS = "as it is"
SIGN_UP = "a sign-up in the first visit"
MAILED = f"orders within {FOLLOWED_DAYS} days"


def effects(world: World) -> pd.DataFrame:
    """Every effect: what was changed, for whom, on what, expected and as it came out in the log."""
    rows = []
    expected = _expected()
    base = world.summary()
    for change in CHANGES:
        other = simulate(world.seed, policy=change.policy).summary()
        for outcome in OUTCOMES:
            mean, error = expected[change.name, outcome]
            realized = PER_VISITS * (other[outcome] - base[outcome]) / base["visits"]
            rows.append(
                {
                    "change": change.name,
                    "what": change.what,
                    "policy": _as_json(change.policy),
                    "population": "everybody",
                    "outcome": outcome,
                    "window": "the 13 weeks of the log; changed from eight weeks before on",
                    "unit": _unit(outcome),
                    "base": expected[AS_IT_IS, outcome][0],
                    "expected": mean,
                    "standard_error": error,
                    "realized": round(realized, 2),
                }
            )
    mean, error = expected[SIGN_UP, MAILED]
    rows.append(
        {
            "change": SIGN_UP,
            "what": "Those who signed up in their first visit get mails, against the same persons "
            "without mails.",
            "policy": _as_json(Policy(mails=False)),
            "population": f"persons with their first visit on day 0 to {_LAST_FIRST_VISIT}, and a "
            "sign-up in it",
            "outcome": MAILED,
            "window": f"{FOLLOWED_DAYS} days from the first visit on, which is left out",
            "unit": "orders per sign-up",
            "base": np.nan,
            "expected": mean,
            "standard_error": error,
            "realized": round(_sign_up_value(world.seed, world.persons), 4),
        }
    )
    return pd.DataFrame(rows)


def _as_json(policy: Policy) -> str:
    """The settings that differ from the shop as it is."""
    default = asdict(Policy())
    changed = {name: value for name, value in asdict(policy).items() if value != default[name]}
    if "off" in changed:
        changed["off"] = sorted(changed["off"])
    return json.dumps(changed, sort_keys=True)


def _unit(outcome: str) -> str:
    what = "dollars of " + outcome if outcome in {"revenue", "margin"} else outcome
    return f"{what.replace('_', ' ')} per {PER_VISITS:,} visits of the shop as it is"


@lru_cache(maxsize=1)
def _expected() -> dict[tuple[str, str], tuple[float, float]]:
    """Mean and standard error by change and outcome."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {
            (row["change"], row["outcome"]): (float(row["expected"]), float(row["standard_error"]))
            for row in csv.DictReader(file)
        }


def orders_lost_without() -> dict[str, float]:
    """Expected orders per 60,000 visits that go with each channel that can be switched off.

    They do not add up to all orders, most of which come without any of these channels.
    """
    expected = _expected()
    lost = {
        name.removesuffix(" off"): -mean
        for (name, outcome), (mean, _) in expected.items()
        if outcome == "orders" and name.removesuffix(" off") in SWITCHABLE
    }
    return {**lost, "email": -expected["mails off", "orders"][0]}


# --- computing the expected values


def compute_expected(persons: int = SHOP_PERSONS, workers: int = 1) -> pd.DataFrame:
    """Run every change on every seed: minutes."""
    jobs = [(seed, persons) for seed in SEEDS]
    with ProcessPoolExecutor(workers) as pool:
        by_seed = pd.concat(pool.map(_one_seed, jobs))
    grouped = by_seed.groupby(level=[0, 1], sort=False)
    table = pd.DataFrame(
        {"expected": grouped.mean(), "standard_error": grouped.std() / len(SEEDS) ** 0.5}
    )
    return table.rename_axis(["change", "outcome"]).reset_index()


def _one_seed(job: tuple[int, int]) -> pd.Series[float]:
    seed, persons = job
    base = _whole(seed, persons, Policy())
    found = {(AS_IT_IS, name): PER_VISITS * base[name] / base["visits"] for name in OUTCOMES}
    for change in CHANGES:
        other = _whole(seed, persons, change.policy)
        for outcome in OUTCOMES:
            difference = other[outcome] - base[outcome]
            found[(change.name, outcome)] = PER_VISITS * difference / base["visits"]
    found[(SIGN_UP, MAILED)] = _sign_up_value(seed, persons)
    return pd.Series(found)


def _whole(seed: int, persons: int, policy: Policy) -> dict[str, float]:
    """Totals of the shop under a policy, chunk by chunk."""
    parts = []
    for numbers in blocks(persons):
        visits = shop_visits.run(seed, numbers, policy)
        parts.append(totals(visits.take(visits.start >= 0)))
    return {name: sum(part[name] for part in parts) for name in parts[0]}


def blocks(persons: int, size: int = 60_000) -> list[Ints]:
    """Numbers of the first so many persons, in blocks that fit the memory."""
    return np.split(np.arange(persons), range(size, persons, size))


def _sign_up_value(seed: int, persons: int) -> float:
    """Orders that the mails add per sign-up in a first visit, within 30 days."""
    return sign_up_readings(with_and_without_mails(seed, persons))["truth"]


def with_and_without_mails(seed: int, persons: int) -> Iterator[tuple[Visits, Visits]]:
    """All visits of the persons, block by block, with mails and without any from the start."""
    for numbers in blocks(persons):
        without = Policy(mails=False, since=-WARM_UP_DAYS)
        yield (
            shop_visits.run(seed, numbers, Policy()),
            shop_visits.run(seed, numbers, without),
        )


def sign_up_readings(worlds: Iterable[tuple[Visits, Visits]]) -> dict[str, float]:
    """Orders in the 30 days after a first visit, per person, of those who signed up in it.

    `worlds` are blocks of persons with and without mails. naive: all of those orders; excess:
    over those of persons who did not sign up; truth: what the mails add, the same persons with
    and without them. Missing where nobody signed up.
    """
    mailed = unmailed = others = 0.0
    sign_ups = silent = 0
    for base, off in worlds:
        visit = followed_first_visits(base)
        signed, rest = visit.take(visit.newsletter), visit.take(~visit.newsletter)
        mailed += float(orders_after(base, signed.person, signed.start).sum())
        unmailed += float(orders_after(off, signed.person, signed.start).sum())
        others += float(orders_after(base, rest.person, rest.start).sum())
        sign_ups, silent = sign_ups + len(signed), silent + len(rest)
    if not sign_ups or not silent:
        return dict.fromkeys(("naive", "excess", "truth"), float("nan"))
    naive = mailed / sign_ups
    return {
        "naive": naive,
        "excess": naive - others / silent,
        "truth": (mailed - unmailed) / sign_ups,
    }


def followed_first_visits(visits: Visits) -> Visits:
    """First visits, by persons who are new to the shop, that the log follows for 30 days."""
    order = np.lexsort((visits.start, visits.person))
    _, place = np.unique(visits.person[order], return_index=True)
    first = visits.take(order[place])
    followed = (first.start >= 0) & (first.start < (_LAST_FIRST_VISIT + 1) * DAY)
    return first.take(~first.returning & followed)


def orders_after(visits: Visits, persons: Ints, since: Ints) -> Floats:
    """Orders of each of these persons in the 30 days after a moment, the moment left out."""
    order = np.argsort(persons)
    buys = visits.take(visits.paid & np.isin(visits.person, persons))
    place = order[np.searchsorted(persons[order], buys.person)]
    wait = buys.start - since[place]
    within = (wait > 0) & (wait <= FOLLOWED_DAYS * DAY)
    return np.bincount(place[within], minlength=len(persons)).astype(np.float64)


def main() -> None:
    """Write `expected.csv` anew."""
    table = compute_expected()
    small = table["outcome"] == MAILED
    for column in ("expected", "standard_error"):
        table[column] = np.where(small, table[column].round(5), table[column].round(2))
    table.to_csv(EXPECTED, index=False, lineterminator="\n")
    print(f"Wrote {len(table)} expected effects to {EXPECTED.name}.", file=sys.stderr)


TABLE = Table(
    "truth_effects",
    "truth_effects.csv",
    "one change of the shop and one outcome",
    "The truth: the same persons, one thing changed. `expected` is the average over "
    f"{len(SEEDS)} seeds of {SHOP_PERSONS:,} persons each, `standard_error` its Monte Carlo error, "
    "`realized` what came out for the persons of this log. No data of a real shop could show "
    "this. Do not divide one outcome by another: mails sent in the log also reach those who signed "
    "up before it, so orders lost per sign-up lost is not what a sign-up brings (that is the last "
    "row). The effect on a single person rests on how the simulation draws; use averages.",
    (
        Column("change", "string", "Name of the change."),
        Column("what", "string", "What is changed, in words."),
        Column("policy", "string", "The same as the arguments of Policy, JSON."),
        Column("population", "string", "Whose outcome is counted."),
        Column("outcome", "string", "What is counted; from product_views to checkouts, visits "
               "with at least one."),
        Column("window", "string", "When it is counted."),
        Column("unit", "string", "Unit of the next three columns."),
        Column(
            "base",
            "number",
            "Its level in the shop as it is, expected. Empty where the unit is not per visits.",
            minimum=0,
            required=False,
        ),
        Column("expected", "number", "Mean difference, changed less unchanged.", places=4),
        Column("standard_error", "number", "Standard error of `expected`.", minimum=0, places=4),
        Column("realized", "number", "The difference for the persons of this log.", places=4),
    ),
    key=("change", "outcome"),
)  # fmt: skip

assert POLICY_DAY == -8 * 7, "`window` above says eight weeks"

if __name__ == "__main__":
    main()
