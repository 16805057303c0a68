"""Three experiments with a trap: a broken split, personalization without a control, novelty.

Each visitor has both outcomes, with the change and without; the arm decides which one is
published. So the truth of these very visitors is known, beside the expected effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.shop import draws
from workbook.shop.archives import ARMS
from workbook.shop.dictionary import Column, Table
from workbook.shop.draws import Bools, Floats, Ints, Keys

# Sample ratio
SPLIT_VISITORS = 60_000
_IMPATIENT = 0.12  # visitors who leave at once and do nothing in either arm (A)
_GONE = 0.5  # of the impatient in B, who leave before they are counted: 6 % of B
_VIEW = 0.43 / (1.0 - _IMPATIENT)  # of the patient: 43 % of all see a product (A)
_ORDER_IF_VIEW = 0.027 / 0.43

# Personalization
ELIGIBLE = 120_000
_HOLDOUT = 0.20
_BASE, _LIFT = 0.04, 0.05
ENGAGEMENT = ("low", "middle", "high")
_ENGAGEMENT_SHARE = np.array([0.5, 0.3, 0.2])  # A
_ENGAGEMENT_SEES = np.array([0.15, 0.40, 0.60])  # A
_ENGAGEMENT_ORDERS = np.array([0.015, 0.040, 0.1025])  # A
_KEEN = 0.3  # have something in mind; no table knows (A)
_KEEN_SEES = np.array([0.85, 1.35])  # not keen, keen: times as often (A)
_KEEN_ORDERS = np.array([4 / 7, 2.0])  # A

# Novelty
NOVELTY_DAYS = 28
_PER_DAY = 6_000  # visitors of both arms
_CLICKS = 0.10
_FIRST_LIFT, _HALF_LIFE = 0.40, 4.0
VISITORS = ("returning", "new")

TABLES = (
    Table(
        "experiment_sample_ratio",
        "experiment_sample_ratio.csv.gz",
        "one visitor",
        f"An A/B test of the category page: {SPLIT_VISITORS:,} visitors were sent to the two arms, "
        "planned half and half. The table holds those whom the analytics counted.",
        (
            Column("visitor", "string", "The visitor.", unique=True),
            Column("arm", "string", "The arm: A the page as it was, B the change.", allowed=ARMS),
            Column(
                "product_view",
                "integer",
                "1 if the visitor saw a product, else 0.",
                minimum=0,
                assumed=True,
            ),
            Column("order", "integer", "1 if the visitor ordered, else 0.", minimum=0),
        ),
        key=("visitor",),
    ),
    Table(
        "experiment_personalization",
        "experiment_personalization.csv",
        "visitors of one group and engagement who did or did not see recommendations",
        f"{ELIGIBLE:,} visitors were eligible for personal recommendations. A fifth of them, "
        "drawn by lot, are the holdout and never get any.",
        (
            Column("group", "string", "The lot.", allowed=("personalized", "holdout")),
            Column(
                "engagement",
                "string",
                "How active the visitor was in the month before.",
                allowed=ENGAGEMENT,
                assumed=True,
            ),
            Column(
                "seen",
                "boolean",
                "Came to a place with recommendations and saw them; never in the holdout.",
                assumed=True,
            ),
            Column("visitors", "integer", "Visitors.", minimum=0),
            Column("orders", "integer", "Those who ordered.", minimum=0),
        ),
        key=("group", "engagement", "seen"),
    ),
    Table(
        "experiment_novelty",
        "experiment_novelty.csv",
        "visitors of one kind, arm and day since first exposure",
        "An A/B test of a new module on the home page, by days since the visitor first met the "
        "page of the test. Visitors come into the test on all its days, so this is no "
        "calendar. Each day is a cross-section of its own, with new visitors.",
        (
            Column(
                "visitor",
                "string",
                "new: met the shop with the test; returning: knew it before.",
                allowed=VISITORS,
            ),
            Column(
                "days_since_exposure",
                "integer",
                f"Days since first exposure, 0 to {NOVELTY_DAYS - 1}.",
                minimum=0,
            ),
            Column("arm", "string", "The arm: A the old module, B the new one.", allowed=ARMS),
            Column(
                "visitors",
                "integer",
                "Visitors seen on that day of theirs.",
                minimum=0,
                assumed=True,
            ),
            Column(
                "clicks",
                "integer",
                "Those of them who clicked the module. How often, and how the new wears off, are "
                "assumptions.",
                minimum=0,
                assumed=True,
            ),
        ),
        key=("visitor", "days_since_exposure", "arm"),
    ),
)


# Sample ratio


def make_sample_ratio(seed: int) -> pd.DataFrame:
    """The table `experiment_sample_ratio` of this seed; columns as `TABLES` says."""
    v = _split(seed)
    counted = ~v.gone
    return pd.DataFrame(
        {
            "visitor": draws.shown_ids(v.keys[counted], "v_"),
            "arm": np.array(ARMS, dtype=object)[v.in_b[counted].astype(np.int64)],
            "product_view": v.view[counted].astype(np.int64),
            "order": v.order[counted].astype(np.int64),
        }
    ).astype({"visitor": "str", "arm": "str"})


def sample_ratio_truth(seed: int) -> pd.DataFrame:
    """The true effects of B in `experiment_sample_ratio`, one row per outcome.

    Columns: outcome; population; unit; expected: over all seeds; realized: these visitors, this
    seed; both to six decimals. The change does nothing but lose impatient visitors of B before
    they are counted. They would neither have seen a product nor ordered in A, so both effects
    per visitor sent are 0.
    """
    v = _split(seed)
    sent = "visitors sent to the test"
    lost = int(v.gone.sum()) / int(v.in_b.sum())
    return pd.DataFrame(
        [
            ("product_view", sent, "difference of rates", 0.0, 0.0),
            ("order", sent, "difference of rates", 0.0, 0.0),
            ("not counted", "visitors sent to B", "share", _IMPATIENT * _GONE, round(lost, 6)),
        ],
        columns=_TRUTH,
    )


_TRUTH = ["outcome", "population", "unit", "expected", "realized"]


@dataclass(frozen=True)
class _Split:
    keys: Keys
    in_b: Bools
    gone: Bools
    view: Bools
    order: Bools


def _split(seed: int) -> _Split:
    keys = _visitors(seed, SPLIT_VISITORS, "sample ratio")
    in_b = draws.uniform(keys, "arm") < 0.5
    impatient = draws.uniform(keys, "impatient") < _IMPATIENT
    view = ~impatient & (draws.uniform(keys, "product view") < _VIEW)
    return _Split(
        keys=keys,
        in_b=in_b,
        gone=in_b & impatient & (draws.uniform(keys, "gone") < _GONE),
        view=view,
        order=view & (draws.uniform(keys, "order") < _ORDER_IF_VIEW),
    )


# Personalization


def make_personalization(seed: int) -> pd.DataFrame:
    """The table `experiment_personalization` of this seed; columns as `TABLES` says."""
    v = _eligible(seed)
    seen = v.would_see & ~v.held_out
    ordered = np.where(seen, v.order_with, v.order_without)
    rows = []
    for name, lot in (("personalized", ~v.held_out), ("holdout", v.held_out)):
        for level, engagement in enumerate(ENGAGEMENT):
            for sees in (False, True) if name == "personalized" else (False,):
                cell = lot & (v.engagement == level) & (seen == sees)
                rows.append((name, engagement, sees, int(cell.sum()), int(ordered[cell].sum())))
    columns = ["group", "engagement", "seen", "visitors", "orders"]
    return pd.DataFrame(rows, columns=columns).astype({"group": "str", "engagement": "str"})


def personalization_truth(seed: int) -> pd.DataFrame:
    """The true effects of recommendations on orders, one row per population.

    Columns as in `sample_ratio_truth`; both effects are relative: +5 % among all eligible, which
    the holdout measures, and what that means for those who see recommendations, +9.5 %.
    """
    v = _eligible(seed)
    gain = v.would_see & v.order_with & ~v.order_without
    rows = []
    for population, who, expected in (
        ("all eligible", np.ones_like(v.would_see), _LIFT),
        ("those who see recommendations", v.would_see, round(_lift_if_seen(), 6)),
    ):
        realized = int(gain[who].sum()) / int(v.order_without[who].sum())
        rows.append(("orders", population, "relative lift", expected, round(realized, 6)))
    return pd.DataFrame(rows, columns=_TRUTH)


@dataclass(frozen=True)
class _Eligible:
    held_out: Bools
    engagement: Ints
    would_see: Bools
    order_without: Bools
    order_with: Bools  # if seen


def _eligible(seed: int) -> _Eligible:
    keys = _visitors(seed, ELIGIBLE, "personalization")
    engagement = draws.choice(keys, "engagement", _ENGAGEMENT_SHARE)
    keen = (draws.uniform(keys, "keen") < _KEEN).astype(np.int64)
    sees = _ENGAGEMENT_SEES[engagement] * _KEEN_SEES[keen]
    orders = _ENGAGEMENT_ORDERS[engagement] * _KEEN_ORDERS[keen]
    u = draws.uniform(keys, "order")
    return _Eligible(
        held_out=draws.uniform(keys, "holdout") < _HOLDOUT,
        engagement=engagement,
        would_see=draws.uniform(keys, "sees recommendations") < sees,
        order_without=u < orders,
        order_with=u < orders * (1.0 + _lift_if_seen()),
    )


def _lift_if_seen() -> float:
    """Relative lift among those who see: so large that all eligible together gain `_LIFT`."""
    keen = np.array([1.0 - _KEEN, _KEEN])
    cells = np.outer(_ENGAGEMENT_SHARE, keen)
    sees = np.outer(_ENGAGEMENT_SEES, _KEEN_SEES)
    orders = np.outer(_ENGAGEMENT_ORDERS, _KEEN_ORDERS)
    return float(_LIFT * _BASE / (cells * sees * orders).sum())


# Novelty


def make_novelty(seed: int) -> pd.DataFrame:
    """The table `experiment_novelty` of this seed; columns as `TABLES` says."""
    parts = []
    for kind in VISITORS:
        day, in_b, click_old, click_new = _exposed(seed, kind)
        for code, arm in enumerate(ARMS):
            here = in_b == (code == 1)
            clicked = click_new if code else click_old
            parts.append(
                pd.DataFrame(
                    {
                        "visitor": kind,
                        "days_since_exposure": np.arange(NOVELTY_DAYS),
                        "arm": arm,
                        "visitors": np.bincount(day[here], minlength=NOVELTY_DAYS),
                        "clicks": np.bincount(day[here & clicked], minlength=NOVELTY_DAYS),
                    }
                )
            )
    table = pd.concat(parts).sort_values(
        ["visitor", "days_since_exposure", "arm"], ascending=[False, True, True], ignore_index=True
    )
    return table.astype({"visitor": "str", "arm": "str"})


def novelty_truth(seed: int) -> pd.DataFrame:
    """The true effect of the new module on clicks, by kind of visitor and day since exposure.

    Columns: visitor, days_since_exposure, and as in `sample_ratio_truth`; relative lifts. Among
    returning visitors .40 x 2^(-days / 4), among new ones 0: the module is no better, only new.
    """
    parts = []
    for kind in VISITORS:
        day, _, old, new = _exposed(seed, kind)
        before = np.bincount(day[old], minlength=NOVELTY_DAYS)
        after = np.bincount(day[new], minlength=NOVELTY_DAYS)
        days = np.arange(NOVELTY_DAYS)
        parts.append(
            pd.DataFrame(
                {
                    "visitor": kind,
                    "days_since_exposure": days,
                    "outcome": "clicks",
                    "population": f"{kind} visitors on that day of theirs",
                    "unit": "relative lift",
                    "expected": _lift_on(days, kind).round(6),
                    "realized": ((after - before) / before).round(6),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _exposed(seed: int, kind: str) -> tuple[Ints, Bools, Bools, Bools]:
    """Day since exposure of each visitor, whether in B, and the click under either module."""
    keys = _visitors(seed, _PER_DAY * NOVELTY_DAYS, f"novelty, {kind}")
    day = np.arange(len(keys)) // _PER_DAY
    u = draws.uniform(keys, "click")
    in_b = draws.uniform(keys, "arm") < 0.5
    return day, in_b, u < _CLICKS, u < _CLICKS * (1.0 + _lift_on(day, kind))


def _lift_on(day: Ints, kind: str) -> Floats:
    first = _FIRST_LIFT if kind == "returning" else 0.0
    lift: Floats = first * 2.0 ** (-day / _HALF_LIFE)
    return lift


def _visitors(seed: int, count: int, experiment: str) -> Keys:
    return draws.child(draws.person_keys(seed, np.arange(count)), f"visitor of {experiment}")
