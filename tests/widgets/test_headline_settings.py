"""The numbers behind the headline explorer, counted by other means and on other shops."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from workbook import headline_explorer
from workbook.analysis.intervals import bootstrap, clustered, newcombe
from workbook.analysis.rates import wilson
from workbook.data import load
from workbook.shop.world import simulate
from workbook.widgets.explorer_headlines import (
    FITTING,
    PAIRS,
    HeadlineExplorer,
    Pair,
    compared,
    prepared,
    settings,
    verdict,
)

Row = list[float]
NAMES = ("events", "sessions", "orders")
OPPOSITES = {
    "ads": ("orders|users|user|all|none", "orders|visits|visit|all|none"),
    "phones": ("checkouts|none|event|all|none", "orders|visits|visit|all|none"),
    "december": ("orders|none|event|autumn|none", "orders|none|event|november|none"),
}
"""Settings that give headline A and headline B, on every shop tried."""
ONE_PART = {
    "ads": ("orders|users|event|all|none", "orders|visits|event|all|none"),
    "phones": ("checkouts|none|event|all|none", "checkouts|visits|event|all|none"),
    "december": OPPOSITES["december"],
}
"""The same, and the two differ in one part only: the verdict promises that there is such a pair."""


@pytest.fixture(scope="module")
def explorer() -> Iterator[HeadlineExplorer]:
    made = headline_explorer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def rows(explorer: HeadlineExplorer) -> dict[str, dict[str, Row]]:
    return {pair["key"]: pair["rows"] for pair in explorer.pairs}


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    return prepared({name: load(name) for name in NAMES})


def counts(row: Row) -> tuple[float, ...]:
    """Part and whole of the first group, part and whole of the second."""
    return (*row[:2], *row[4:6])


# --- counted by other means ----------------------------------------------------------------------


def test_ads_by_visit_and_by_user_are_the_two_drafts_of_the_lesson(
    rows: dict[str, dict[str, Row]],
) -> None:
    ads = ["brand search", "non-brand search", "social", "display", "remarketing"]
    sessions, buyers = load("sessions"), set(load("orders")["user"])
    from_ads = sessions[sessions["channel"].isin(ads)]
    rest = sessions[~sessions["channel"].isin(ads)]
    paid = set(load("orders")["session"])
    assert counts(rows["ads"][OPPOSITES["ads"][1]]) == (
        len(paid & set(from_ads["session"])),
        len(from_ads),
        len(paid & set(rest["session"])),
        len(rest),
    )
    reached = set(from_ads["user"])
    never = set(sessions["user"]) - reached
    assert counts(rows["ads"][OPPOSITES["ads"][0]]) == (
        len(buyers & reached),
        len(reached),
        len(buyers & never),
        len(never),
    )


def test_an_exclusion_takes_whole_users_out_and_a_window_cuts_both_sides(
    rows: dict[str, dict[str, Row]],
) -> None:
    sessions = load("sessions").query("start < '2025-10-13'")
    reminded = sessions.query("channel == 'remarketing'")["user"]
    left = sessions[~sessions["user"].isin(reminded)]
    carts = load("events").query("event == 'add_to_cart' and session in @left.session")
    ads = left[left["channel"].isin(["brand search", "non-brand search", "social", "display"])]
    found = rows["ads"]["carts|visits|event|early|reminded"]
    assert found[0] == carts["session"].isin(ads["session"]).sum()
    assert found[4] == len(carts) - found[0]
    assert (found[1], found[5]) == (len(ads), len(left) - len(ads))


def test_phones_are_counted_by_the_devices_of_the_events_themselves(
    rows: dict[str, dict[str, Row]],
) -> None:
    both = (
        load("events")
        .query("event == 'begin_checkout'")
        .merge(load("sessions")[["session", "device", "pages"]], on="session")
    )
    by = both["device"].value_counts()
    assert rows["phones"][OPPOSITES["phones"][0]][0:8:4] == [by["mobile"], by["desktop"]]
    many = load("sessions").query("pages > 1")["device"].value_counts()
    without = rows["phones"]["orders|visits|visit|all|single"]
    assert (without[1], without[5]) == (many["mobile"], many["desktop"])


def test_december_is_three_weeks_against_three(rows: dict[str, dict[str, Row]]) -> None:
    placed = load("orders").set_index("time")["session"].sort_index()
    started = load("sessions").set_index("session")["start"]
    day = placed.map(started)  # a visit may cross midnight; it belongs to the week it began in
    for window, first in (("autumn", "2025-09-22"), ("october", "2025-10-13")):
        row = rows["december"][f"orders|none|event|{window}|none"]
        past = pd.Timestamp(first)
        assert row[0] == day.between("2025-12-01", "2025-12-21 23:59:59").sum()
        assert row[4] == ((day >= past) & (day < past + pd.Timedelta(days=21))).sum()
    november = rows["december"]["orders|users|user|november|none"]
    weeks = load("sessions").query("'2025-11-10' <= start < '2025-12-01'")
    assert november[5] == weeks["user"].nunique()


# --- intervals -----------------------------------------------------------------------------------


def test_shares_of_users_have_wilsons_interval_and_visits_come_in_users(
    visits: pd.DataFrame, rows: dict[str, dict[str, Row]]
) -> None:
    part, whole, low, high = rows["ads"][OPPOSITES["ads"][0]][:4]
    assert [low, high] == pytest.approx([100 * end for end in wilson(part, whole)], abs=0.001)
    phone = visits[visits["device"] == "mobile"].groupby("user")["orders"]
    ends = clustered(phone.sum(), phone.size()).interval
    found = rows["phones"][OPPOSITES["phones"][1]][2:4]
    assert found == pytest.approx([100 * end for end in ends], abs=0.001)


def test_the_difference_of_groups_without_common_users_is_as_wide_as_newcombes(
    rows: dict[str, dict[str, Row]],
) -> None:
    row = rows["ads"][OPPOSITES["ads"][0]]
    low, high = newcombe(row[4], row[5], row[0], row[1])
    assert row[9:] == pytest.approx([100 * low, 100 * high], abs=0.02)


def test_who_is_in_both_groups_is_redrawn_with_all_visits() -> None:
    """A bootstrap over users gives the same interval of the difference of two times."""
    draw = np.random.default_rng(6)
    user = draw.integers(400, size=1_500)
    often = draw.random(400)[
        user
    ]  # alike within a user, so that both times go up and down together
    table = pd.DataFrame(
        {
            "user": user,
            "week": draw.choice([2, 12], size=1_500),
            "orders": (draw.random(1_500) < often).astype(int),
        }
    )
    [pair] = [pair for pair in PAIRS if pair.key == "december"]

    def apart(rows: pd.DataFrame) -> float:
        rates = 100 * rows.groupby("week")["orders"].mean()
        return float(rates[12] - rates[2])

    row = compared(table, pair.groups, "orders", "visit", "visits")
    drawn = bootstrap(table, apart, draws=1_000)
    assert row[8] == pytest.approx(apart(table), abs=0.001)
    assert row[10] - row[9] == pytest.approx(drawn.interval[1] - drawn.interval[0], rel=0.1)


def test_a_plain_count_varies_like_a_sum_of_independent_users() -> None:
    """400 users, each with one visit and the chance 0.25: as wide as a Poisson count."""
    table = pd.DataFrame({"user": range(400), "device": "mobile", "orders": [1, 0, 0, 0] * 100})
    table.loc[300:, "device"] = "desktop"
    [pair] = [pair for pair in PAIRS if pair.key == "phones"]
    row = compared(table, pair.groups, "orders", "event", "none")
    assert row[:4] == pytest.approx([75, 0, 75 - 1.96 * 75**0.5, 75 + 1.96 * 75**0.5], abs=0.01)
    assert row[8:] == pytest.approx([50, 50 - 19.6, 50 + 19.6], abs=0.01)


# --- headlines -----------------------------------------------------------------------------------


def test_every_pair_has_both_headlines_and_a_setting_that_is_neither(
    rows: dict[str, dict[str, Row]],
) -> None:
    for key, of_pair in rows.items():
        assert {verdict(row) for row in of_pair.values()} == {"A", "B", ""}, key


def test_a_headline_needs_a_difference_outside_luck() -> None:
    assert verdict([0] * 8 + [0.2, 0.1, 0.3]) == "A"
    assert verdict([0] * 8 + [-0.2, -0.3, -0.1]) == "B"
    assert verdict([0] * 8 + [0.2, -0.1, 0.5]) == ""


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.key)
def test_the_last_step_may_be_a_single_part(pair: Pair, rows: dict[str, dict[str, Row]]) -> None:
    ahead, behind = ONE_PART[pair.key]
    assert sum(a != b for a, b in zip(ahead.split("|"), behind.split("|"), strict=True)) == 1
    assert [verdict(rows[pair.key][key]) for key in (ahead, behind)] == ["A", "B"]


def test_leaving_reminded_users_out_takes_the_lead_of_the_ads(
    rows: dict[str, dict[str, Row]],
) -> None:
    assert rows["ads"]["orders|users|user|all|reminded"][8] < 0.35
    assert rows["ads"]["orders|users|user|all|none"][9] > 0.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2_001, 2_002, 2_003])
def test_on_other_seeds_the_same_settings_give_the_same_headlines(seed: int) -> None:
    world = simulate(seed)
    other = prepared({name: getattr(world, name) for name in NAMES})
    for pair in PAIRS:
        found = settings(other, pair)
        for ahead, behind in (OPPOSITES[pair.key], ONE_PART[pair.key]):
            assert [verdict(found[key]) for key in (ahead, behind)] == ["A", "B"], pair.key


# --- the widget ----------------------------------------------------------------------------------


def test_only_settings_whose_units_fit_have_numbers(explorer: HeadlineExplorer) -> None:
    for pair in explorer.pairs:
        options = pair["options"]
        assert {tuple(key.split("|")[2:0:-1]) for key in pair["rows"]} == set(FITTING)
        expected = len(FITTING)
        for part in ("numerator", "window", "exclusions"):
            expected *= len(options[part])
        assert len(pair["rows"]) == expected
        for row in pair["rows"].values():
            assert len(row) == 11
            assert row[2] <= (100 * row[0] / row[1] if row[1] else row[0]) <= row[3]


def test_two_explorers_do_not_share_what_was_chosen(explorer: HeadlineExplorer) -> None:
    before = copy.deepcopy(explorer.state)
    other = headline_explorer()
    other.state = {**other.state, "chosen": {"ads": {"scope": "user"}}}
    assert explorer.state == before
    other.close()


def test_the_text_form_shows_both_headlines_of_each_pair(explorer: HeadlineExplorer) -> None:
    text = explorer.plain
    for pair in PAIRS:
        part = text.split(f"\n\n{pair.title}\n")[1].split("\n\n")[0]
        assert all(headline in part for headline in pair.headlines)
        assert {line.split("|")[-1].strip() for line in part.splitlines()} >= {
            "A",
            "B",
            "neither",
        } - ({"neither"} if pair.key == "ads" else set())
    assert max(map(len, text.splitlines())) <= 100
