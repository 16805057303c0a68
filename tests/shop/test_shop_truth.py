"""The truth file: every effect as a policy, expected and as it came out."""

from __future__ import annotations

import json
from math import sqrt

import pandas as pd
import pytest

from workbook import data
from workbook.shop import truth
from workbook.shop.calendar import SEED
from workbook.shop.policy import SWITCHABLE, Policy
from workbook.shop.what_if import compare, world
from workbook.shop.world import PERSONS, SHOP_PERSONS


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    return data.load("truth_effects").set_index(["change", "outcome"])


def test_every_policy_can_be_run_as_it_is_written(effects: pd.DataFrame) -> None:
    for (change, outcome), row in effects.iterrows():
        settings = json.loads(row["policy"])
        assert settings, (change, outcome)
        Policy(**settings)
    named = {(c.name, json.dumps(json.loads(truth._as_json(c.policy)))) for c in truth.CHANGES}
    assert {(c, json.dumps(json.loads(p))) for (c, _), p in effects["policy"].items()} >= named
    assert {f"{channel} off" for channel in SWITCHABLE} <= set(effects.index.get_level_values(0))


def test_what_came_out_is_what_running_the_shop_again_gives(effects: pd.DataFrame) -> None:
    base = world(Policy()).summary()
    for change in truth.CHANGES[:5]:
        difference = compare(change.policy).table.loc["orders", "difference"]
        realized = effects.loc[(change.name, "orders"), "realized"]
        assert realized == pytest.approx(60_000 * difference / base["visits"], abs=0.006)


def test_what_came_out_is_near_what_was_expected(effects: pd.DataFrame) -> None:
    # The log is a tenth of one of the six shops behind the expectation. Eight errors, since an
    # error from six seeds is itself unsure (Student's t with 5 degrees of freedom), 140 times.
    wider = sqrt(len(truth.SEEDS) * SHOP_PERSONS / PERSONS)
    for name, row in effects.iterrows():
        off = abs(row["realized"] - row["expected"])
        assert off <= 8 * row["standard_error"] * wider + 0.01, name


def test_the_wish_list_moves_nothing_but_itself(effects: pd.DataFrame) -> None:
    table = effects.loc["wish list for all"].drop(index="wish_lists")
    assert (table[["expected", "realized", "standard_error"]] == 0).all().all()


def test_a_micro_that_causes_one_that_does_not_and_one_that_harms(effects: pd.DataFrame) -> None:
    orders = effects.xs("orders", level="outcome")
    sure = orders["expected"].abs() > 4.5 * orders["standard_error"]
    assert orders.loc["pop-up off", "expected"] < 0 and sure["pop-up off"]
    assert orders.loc["guest checkout", "expected"] > 0 and sure["guest checkout"]
    accounts = effects.xs("accounts", level="outcome")["expected"]
    assert accounts["guest checkout"] < 0, "fewer accounts, more orders"
    assert orders.loc["articles off", "expected"] < 0 and sure["articles off"]


def test_bases_are_the_shop_as_it_is(effects: pd.DataFrame) -> None:
    base = effects["base"].dropna().groupby(level="outcome").agg(["min", "max"])
    assert (base["min"] == base["max"]).all()
    summary = world(Policy()).summary()
    for outcome, level in base["min"].items():
        here = 60_000 * summary[outcome] / summary["visits"]
        assert here == pytest.approx(level, rel=0.08), outcome


def test_the_expected_values_are_those_that_the_command_computes() -> None:
    found = truth._one_seed((1, 4_000))
    assert list(found.index) == list(truth._expected())


def test_the_readings_of_a_sign_up_are_those_of_a_count_by_hand() -> None:
    persons = 6_000
    [(base, off)] = truth.with_and_without_mails(SEED, persons)
    found = truth.sign_up_readings([(base, off)])
    frames = []
    for visits in (base, off):
        order = pd.DataFrame(
            {
                "person": visits.person,
                "start": visits.start,
                "paid": visits.paid,
                "newsletter": visits.newsletter,
                "returning": visits.returning,
            }
        ).sort_values(["person", "start"])
        frames.append(order)
    first = frames[0].drop_duplicates("person")
    first = first[~first["returning"] & first["start"].between(0, 61 * 86_400 - 1)]

    def later(frame: pd.DataFrame, of: pd.DataFrame) -> int:
        both = frame[frame["paid"]].merge(of, on="person", suffixes=("", "_first"))
        wait = both["start"] - both["start_first"]
        return int(((wait > 0) & (wait <= 30 * 86_400)).sum())

    signed, rest = first[first["newsletter"]], first[~first["newsletter"]]
    assert len(signed) > 10
    naive = later(frames[0], signed) / len(signed)
    assert found["naive"] == pytest.approx(naive)
    assert found["excess"] == pytest.approx(naive - later(frames[0], rest) / len(rest))
    assert found["truth"] == pytest.approx(naive - later(frames[1], signed) / len(signed))
