"""Lesson 06: what its prose and questions say of rates holds, recomputed by other means."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lesson_text import answer_of, open_sheet, prose, rows_of
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from workbook import load, paths
from workbook.analysis.intervals import design_effect
from workbook.analysis.sessions import sessionize
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.questions import bank
from workbook.questions.drawing import evaluate
from workbook.reference import source
from workbook.shop.policy import Policy
from workbook.shop.what_if import world

LESSON = source.read(paths.lessons_dir() / "06-rates.py")
QUESTIONS = bank.lesson("06")
BY_ID = {question.id: question for question in QUESTIONS}
SINGLES = [question for question in QUESTIONS if isinstance(question, bank.Single)]
ADS = {"brand search", "non-brand search", "social", "display", "remarketing"}
MINUTES = [0, 10, 25, 56, 60, 120, 149]  # RV-20


TEXT = prose(LESSON)


@pytest.fixture(scope="module")
def sessions() -> pd.DataFrame:
    return load("sessions")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load("orders")


def printed(start: str) -> str:
    """What the worked notebook shows under the one code cell that holds `start`."""
    book = nbformat.read(paths.solutions_dir() / "06-rates.ipynb", as_version=4)
    [cell] = [c for c in book.cells if c.cell_type == "code" and start in c.source]
    texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
    return "\n".join(texts)


# --- the bank ----------------------------------------------------------------------------------


def test_the_open_sheet_gives_no_answer() -> None:
    sheet = open_sheet(LESSON)
    assert not re.search(
        r"2\.8|5\.1|7\.7|5,123|29 minutes|go on with|best of nine", sheet, re.IGNORECASE
    )


def test_no_figure_and_no_truth_is_shown_before_it_was_bet_or_decided_on() -> None:
    at = {name: i for i, cell in enumerate(LESSON.cells) for name in cell.quizzes()}
    code = [(i, c.source) for i, c in enumerate(LESSON.cells) if c.kind == "code"]
    checks = {key: i for i, cell in enumerate(LESSON.cells) for key in cell.checks()}
    shown = [(i, text) for i, text in code if not LESSON.cells[i].tags & {"facts", "ways"}]
    assert min(i for i, text in shown if "truth_effects" in text) > at["06-q08"]
    assert min(i for i, text in shown if "never reached" in text) > checks["06-by-user"]
    assert at["06-q01"] < checks["06-by-user"]


# --- questions with a table of their own -------------------------------------------------------


def test_the_seven_users_give_the_share_that_ordered_in_whatever_visit() -> None:
    came = {user for user, _, by, _ in rows_of("06-q02") if by == "ad"}
    bought = {user for user, _, _, order in rows_of("06-q02") if order == "yes"}
    assert answer_of("06-q02") == pytest.approx(100 * len(came & bought) / len(came))
    by_ad = [row for row in rows_of("06-q02") if row[2] == "ad"]
    ordered_there = {row[0] for row in by_ad if row[3] == "yes"}
    slips = {evaluate(slip.value, {}) for slip in BY_ID["06-q02"].wrong}  # type: ignore[union-attr]
    assert 100 * len(ordered_there) / len(came) in slips
    assert 100 * sum(row[3] == "yes" for row in by_ad) / len(by_ad) in slips
    assert 100 * sum(row[0] in bought for row in by_ad) / len(by_ad) in slips


def visits_of(minutes: list[int], timeout: int = 30) -> list[int]:
    """Click by click, without pandas."""
    found = [1]
    for before, now in itertools.pairwise(minutes):
        found.append(found[-1] + (now - before >= timeout))
    return found


def test_the_clicks_fall_into_the_visits_of_the_reference_value() -> None:
    question = BY_ID["06-q03"]
    assert isinstance(question, bank.Classify)
    assert [int(re.sub(r"\D", "", row.text)) for row in question.rows] == MINUTES
    number = {name: int(text.split()[1]) for name, text in question.labels.items()}
    assert (
        [number[row.label] for row in question.rows] == visits_of(MINUTES) == [1, 1, 1, 2, 2, 3, 3]
    )
    log = pd.DataFrame({"user": "k", "minute": MINUTES})
    assert sessionize(log).tolist() == visits_of(MINUTES)
    clock = len({minute // 30 for minute in MINUTES})
    assert clock == 4  # the label that nobody needs is the visits by the half hours of the clock
    clicks = [int(n) for n in re.findall(r"\d+", BY_ID["06-q22"].stem)[:7]]
    assert answer_of("06-q22") == visits_of(clicks)[-1]


def bounces(rows: list[list[Any]]) -> tuple[set[str], set[str]]:
    """Visits of one page, and visits not engaged."""
    single = {name for name, _, pages, _ in rows if pages == 1}
    quiet = {
        name for name, seconds, pages, keys in rows if seconds <= 10 and pages < 2 and not keys
    }
    return single, quiet


def test_old_and_new_bounces_are_as_the_reference_value_says() -> None:
    rows = rows_of("06-q04")
    single, quiet = bounces(rows)
    assert (len(single) / 8, len(quiet) / 8) == (0.75, 0.375)  # RV-19
    assert answer_of("06-q04") == pytest.approx(100 * len(single - quiet) / len(single))
    _, quiet = bounces(rows_of("06-q21"))
    assert answer_of("06-q21") == pytest.approx(100 * (1 - len(quiet) / len(rows_of("06-q21"))))
    before = [[name, seconds, pages, 0] for name, seconds, pages, _ in rows_of("06-q35")]
    fall = len(bounces(before)[1]) - len(bounces(rows_of("06-q35"))[1])
    assert answer_of("06-q35") == pytest.approx(100 * fall / len(before))
    assert all(row[1] != 10 for row in [*rows, *rows_of("06-q21"), *before])


def test_key_event_rates_are_as_the_reference_value_says() -> None:
    counts = [row[2] for row in rows_of("06-q11")]
    assert counts == [0, 3, 1, 0, 2, 1, 0, 0]  # RV-18
    assert answer_of("06-q11") == 100 * sum(count > 0 for count in counts) / len(counts)
    slips = {evaluate(slip.value, {}) for slip in BY_ID["06-q11"].wrong}  # type: ignore[union-attr]
    assert {100 * 0.875, 60.0} <= slips


@pytest.mark.parametrize(("name", "hits", "n"), [("06-q06", 2, 180)])
def test_the_intervals_of_a_question_are_those_of_statsmodels(name: str, hits: int, n: int) -> None:
    p = hits / n
    half = 1.959964 * (p * (1 - p) / n) ** 0.5
    wilson = proportion_confint(hits, n, method="wilson")
    ends = [[f"{100 * end:.1f} %" for end in pair] for pair in ((p - half, p + half), wilson)]
    assert [row[1:] for row in rows_of(name)] == ends


def test_the_slide_of_the_best_channel_is_as_likely_as_the_vote_says() -> None:
    stem = BY_ID["06-q33"].stem
    low, high = (100 * end for end in proportion_confint(3, 20, method="wilson"))
    assert f"from {low:.1f} to {high:.1f} %" in stem
    single = binom.sf(2, 20, 0.02)
    assert round(1 / (1 - (1 - single) ** 9)) == 16
    assert round(1 / single) == 141
    question = BY_ID["06-q33"]
    assert isinstance(question, bank.Single)
    assert any("one week of sixteen" in option.why for option in question.options)


def test_the_rates_in_the_tables_are_those_of_their_counts() -> None:
    for _, visits, hits, rate in rows_of("06-q16"):
        assert f"{100 * hits / visits:.1f} %" == rate
    table = {name: numbers for name, *numbers in rows_of("06-q32")}
    for whole, part in (("visits", "visits with an order"), ("users", "users with an order")):
        pairs = zip(table[whole], table[part], table[f"with an order, of the {whole}"], strict=True)
        assert all(f"{100 * k / n:.1f} %" == rate for n, k, rate in pairs)
    [may, june] = rows_of("06-q29")
    assert (may[2] / may[1], june[2] / june[1]) == (0.02, 0.025)
    assert (june[1] / may[1], june[2] / may[2]) == (pytest.approx(2 / 3), pytest.approx(5 / 6))


def test_wilson_s_center_in_the_question_is_the_middle_of_statsmodels_interval() -> None:
    question = BY_ID["06-q12"]
    assert isinstance(question, bank.Numeric)
    for hits in range(1, 5):
        low, high = proportion_confint(hits, 20, method="wilson")
        assert evaluate(question.answer, {"k": hits}) == pytest.approx(50 * (low + high), abs=0.02)


def test_the_rule_of_three_is_as_good_as_the_text_says() -> None:
    exact = 1 - 0.05 ** (1 / 200)  # the rate at which 0 of 200 has a chance of 5 %
    assert abs(exact - 3 / 200) < 0.01 * exact
    assert f"{100 * proportion_confint(0, 200, method='wilson')[1]:.1f}" == "1.9"
    assert "about $3/n$" in TEXT


# --- what the prose says of the shop -----------------------------------------------------------


def flips(sessions: pd.DataFrame, orders: pd.DataFrame) -> list[tuple[int, int]]:
    """(with an order, all): visits from ads, other visits; users reached by an ad, other users."""
    paid, buyers = set(orders["session"]), set(orders["user"])
    ad_visits, others, met = [], [], set[str]()
    for session, user, channel in zip(
        sessions["session"], sessions["user"], sessions["channel"], strict=True
    ):
        (ad_visits if channel in ADS else others).append(session)
        if channel in ADS:
            met.add(user)
    never = set(sessions["user"]) - met
    groups = [(set(ad_visits), paid), (set(others), paid), (met, buyers), (never, buyers)]
    return [(len(group & hits), len(group)) for group, hits in groups]


def test_the_quarrel_is_as_both_tell_it(sessions: pd.DataFrame, orders: pd.DataFrame) -> None:
    shares = [100 * hits / n for hits, n in flips(sessions, orders)]
    assert [f"{share:.2f}" for share in shares] == ["1.63", "2.23", "2.79", "2.15"]
    visits = "visits from ads ended with an order less often than others (1.63 % against 2.23 %)"
    people = "People who came by an ad ordered more often (2.79 % against 2.15 %)"
    assert visits in TEXT
    assert people in TEXT
    for number in ("1.63 % of the visits from ads", "of the other visits 2.23 %", "2.15 % ordered"):
        assert number in " ".join(BY_ID["06-q01"].stem.split())


@pytest.mark.parametrize("seed", [2_001, 2_007])
def test_the_sign_flips_between_visit_and_user_on_other_seeds_too(seed: int) -> None:
    shop = world(Policy(), seed)
    (ad, ads), (other, others), (met, reached), (never, rest) = flips(shop.sessions, shop.orders)
    assert proportion_confint(ad, ads, method="wilson")[1] < proportion_confint(
        other, others, method="wilson"
    )[0]  # fmt: skip
    assert proportion_confint(met, reached, method="wilson")[0] > proportion_confint(
        never, rest, method="wilson"
    )[1]  # fmt: skip


def test_the_reasons_for_the_flip_are_counted_rightly(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    by_ad = sessions["channel"].isin(ADS)
    met = set(sessions[by_ad]["user"])
    buyers = met & set(orders["user"])
    there = set(sessions[by_ad & sessions["session"].isin(orders["session"])]["user"])
    assert f"Of the {len(buyers)} buyers whom an ad had reached, {len(there)} ordered" in TEXT
    assert f"The other {len(buyers) - len(there)} ordered in visits that Theo counts" in TEXT
    visits = Counter(sessions["user"])
    each = [
        np.mean([n for user, n in visits.items() if user in met]),
        np.mean([n for user, n in visits.items() if user not in met]),
    ]
    assert f"made {each[0]:.2f} visits each, the others {each[1]:.2f}" in TEXT


def test_one_action_has_the_three_rates_that_the_first_section_prints(
    sessions: pd.DataFrame,
) -> None:
    log = load("events")
    carts = [row for row in log[["event", "session", "user"]].values if row[0] == "add_to_cart"]
    visits, users = len(set(log["session"])), len(set(log["user"]))
    assert (visits, users) == (len(sessions), sessions["user"].nunique())
    text = printed("by_event = 100")
    assert f"event: {100 * len(carts) / visits:.1f} times in 100 visits" in text
    assert f"visit: {100 * len({row[1] for row in carts}) / visits:.1f} % of the visits" in text
    assert f"user:  {100 * len({row[2] for row in carts}) / users:.1f} % of the users" in text


def bounced_by_the_log(sessions: pd.DataFrame, key_events: set[str]) -> tuple[float, float]:
    """Old and new bounce rate in percent, the pages counted in the log itself."""
    log = load("events")
    pages = Counter(log[log["event"] == "page_view"]["session"])
    starred = set(log[log["event"].isin(key_events)]["session"])
    seconds = dict(zip(sessions["session"], sessions["engaged_seconds"], strict=True))
    old = [name for name in seconds if pages[name] == 1]
    new = [name for name in old if seconds[name] <= 10 and name not in starred]
    return 100 * len(old) / len(seconds), 100 * len(new) / len(seconds)


def test_bounces_are_as_printed_and_one_more_key_event_makes_fewer(sessions: pd.DataFrame) -> None:
    [cell] = [c for c in LESSON.cells if "bounced = one_page & quick" in c.source]
    listed = set(re.findall(r'"([a-z_]+)"', cell.source.split("]")[0])) - {"sessions", "events"}
    assert len(listed) == 9
    old, new = bounced_by_the_log(sessions, listed)
    text = printed("bounced = one_page & quick")
    assert f"Universal Analytics: {old:.1f} % bounced" in text
    assert f"GA4: {new:.1f} %" in text
    _, alone = bounced_by_the_log(sessions, {"purchase"})
    assert f"{old:.1f} % of the visits bounced in the old sense and {alone:.1f} % in" in TEXT
    assert f"with `purchase` alone it is {alone:.1f} %" in TEXT
    assert 'put `"scroll"` into the list' in TEXT
    assert bounced_by_the_log(sessions, listed | {"scroll"})[1] < 0.8 * new
    rescued = 100 * (1 - new / old)
    assert store.find("06-rescued").answer["value"] == pytest.approx(rescued)


def test_northlight_s_count_is_the_answer_of_the_first_exercise(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    _, _, (hits, users), _ = flips(sessions, orders)
    assert store.find("06-by-user").answer["value"] == pytest.approx(100 * hits / users)


def test_the_table_of_intervals_is_that_of_statsmodels() -> None:
    lines = printed("for hits, n in [(45, 1500)").splitlines()
    for hits, n in [(45, 1500), (3, 20), (0, 200)]:
        [line] = [line for line in lines if line.startswith(f"{hits} of {n} ")]
        p = hits / n
        se = (p * (1 - p) / n) ** 0.5
        wilson = proportion_confint(hits, n, method="wilson")
        ends = (p - 1.96 * se, p + 1.96 * se, *wilson)  # statsmodels cuts the normal one at 0
        assert [float(number) for number in line.split()[3:]] == [
            pytest.approx(100 * end, abs=0.051) for end in ends
        ]


def test_the_interval_that_knows_users_is_that_of_a_clustered_regression(
    sessions: pd.DataFrame,
) -> None:
    """A linear model of a constant, its errors clustered by user, estimates the same rate."""
    log = load("events")
    did = sessions["session"].isin(log[log["event"] == "begin_checkout"]["session"]).astype(float)
    groups = pd.factorize(sessions["user"])[0]
    fit = sm.OLS(did.to_numpy(), np.ones(len(did))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    [[low, high]] = 100 * fit.conf_int()
    visits = [100 * end for end in proportion_confint(did.sum(), len(did), method="wilson")]
    per_user = did.groupby(groups).max()
    users = [
        100 * end for end in proportion_confint(per_user.sum(), len(per_user), method="wilson")
    ]
    text = printed("design_effect(hits, visits)")
    found = {"visits, Wilson": visits, "visits, clustered": [low, high], "users, Wilson": users}
    for name, ends in found.items():
        numbers = re.search(rf"{name} \[([\d.]+), ([\d.]+)\] width ([\d.]+)", text)
        assert numbers is not None
        said = [float(number) for number in numbers.groups()]
        assert said == [pytest.approx(end, abs=0.0051) for end in (*ends, ends[1] - ends[0])]
    p = did.mean()
    effect = fit.bse[0] ** 2 / (p * (1 - p) / len(did))
    assert f"design effect: {effect:.2f}" in text
    assert f"at {effect:.1f} by a tenth" in TEXT
    assert effect**0.5 == pytest.approx(1.1, abs=0.02)


def test_many_orders_of_users_reached_are_older_than_the_ad(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    """So "brought by the ad" would be wrong of them: the first ad is looked up visit by visit."""
    first: dict[str, pd.Timestamp] = {}
    for row in sessions.sort_values("start").itertuples():
        if row.channel in ADS:
            first.setdefault(row.user, row.start)
    visit = sessions.set_index("session")
    since, there, buyers = set(), set(), set()
    for order in orders.itertuples():
        if order.user in first:
            buyers.add(order.user)
            if visit.at[order.session, "start"] >= first[order.user]:
                since.add(order.user)
            if visit.at[order.session, "channel"] in ADS:
                there.add(order.user)
    later, before = len(since - there), len(buyers - since)
    assert f"{later} of them after they had met an ad, {before} only *before*" in TEXT
    assert round(len(buyers) / before) == 5  # "a fifth of these buyers"
    shares = [100 * hits / n for hits, n in flips(sessions, orders)]
    without, others = 100 * len(since) / len(first), shares[3]
    said = f"above the line, and it is {without:.2f} %, close to the others' {others:.2f} %"
    assert f"Strike those {before} {said}" in TEXT
    assert f"Your bet? It is {shares[2]:.2f} %" in TEXT


def test_sellers_claim_more_than_the_site_books_and_the_shop_lies_between() -> None:
    """So the third count, too, turns the headline round."""
    bill = load("ad_spend").query("channel in @ADS")
    claimed = 100 * bill["conversions"].sum() / bill["clicks"].sum()
    (ad, ads), (other, others), *_ = flips(load("sessions"), load("orders"))
    assert 100 * ad / ads < 100 * (ad + other) / (ads + others) < claimed
    assert f"The sellers of the ads have a third count, {claimed:.2f} %" in TEXT


def test_a_hint_needs_no_name_that_the_notebook_uses_for_something_else() -> None:
    """Hint 2 of the first exercise filters `ad_visits`: before it no cell may set that name."""
    cells = LESSON.seen()
    [place] = [i for i, cell in enumerate(cells) if cell.is_answer and cell.key == "06-by-user"]
    assert not any(re.search(r"^ad_visits\b", c.source, re.MULTILINE) for c in cells[:place])


def test_few_days_carry_the_mails(sessions: pd.DataFrame, orders: pd.DataFrame) -> None:
    mail = sessions[sessions["channel"] == "email"]
    paid = set(orders["session"])
    by_day: dict[Any, list[bool]] = {}
    for start, session in zip(mail["start"], mail["session"], strict=True):
        by_day.setdefault(start.date(), []).append(session in paid)
    rates = [100 * np.mean(hits) for hits in by_day.values()]
    together = 100 * sum(map(sum, by_day.values())) / sum(map(len, by_day.values()))
    assert (f"{np.mean(rates):.1f}", f"{together:.1f}") == ("3.6", "5.1")
    assert store.find("06-mail-rate").answer["value"] == pytest.approx(together)


def test_the_interval_of_the_exercise_is_that_of_statsmodels(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    end = pd.Timestamp("2025-10-06")
    early, sold = sessions[sessions["start"] < end], set(orders[orders["time"] < end]["user"])
    social = set(early[early["channel"] == "social"]["user"])
    low, high = proportion_confint(len(social & sold), len(social), method="wilson")
    answer = dict(store.find("06-social-interval").answer["items"])
    assert answer == pytest.approx({"low": 100 * low, "high": 100 * high})
    shop = 100 * len(set(early["user"]) & sold) / early["user"].nunique()
    assert f"in the whole shop, where it is {shop:.1f} %" in TEXT
    assert answer["low"] < shop < answer["high"]
    buyers, users = len(social & sold), len(social)
    assert f"Social: {buyers} of {users} users, {100 * buyers / users:.1f} %" in TEXT
    assert f"Wilson's interval {100 * low:.1f} to {100 * high:.1f} %" in TEXT
    everybody = set(early["user"])
    assert f"{shop:.1f} % ({len(everybody & sold)} of all {len(everybody):,} users)" in TEXT


def test_intervals_for_visits_are_too_short_by_as_much_as_the_text_says(
    sessions: pd.DataFrame,
) -> None:
    events = load("events")
    short = {}
    for name in ("purchase", "begin_checkout"):
        hit = sessions["session"].isin(events[events["event"] == name]["session"])
        by_user = pd.DataFrame({"user": sessions["user"], "hit": hit}).groupby("user")["hit"]
        parts, wholes = by_user.sum(), by_user.size()
        rest = parts - parts.sum() / wholes.sum() * wholes
        p, n = parts.sum() / wholes.sum(), wholes.sum()
        effect = float((rest**2).sum()) / n**2 / (p * (1 - p) / n)
        assert effect == pytest.approx(design_effect(parts, wholes), rel=1e-3)
        short[name] = 100 * (1 - effect**-0.5)
    assert (
        f"for orders by {short['purchase']:.0f} %, for checkouts by {short['begin_checkout']:.0f} %"
    ) in TEXT


def test_without_social_the_rate_rises_and_the_orders_fall(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    stay = set(sessions[sessions["channel"] != "social"]["session"])
    kept = len(stay & set(orders["session"]))
    now, then = len(orders) / len(sessions), kept / len(stay)
    found = {
        "points": 100 * (then - now),
        "percent": 100 * (then - now) / now,
        "orders": 100 * (kept - len(orders)) / len(orders),
    }
    assert dict(store.find("06-without-social").answer["items"]) == pytest.approx(found)
    said = f"{found['points']:.2f} points, or {found['percent']:.1f} %; the orders fall by "
    assert f"{said}{-found['orders']:.1f} %" in TEXT


def test_the_decision_tells_the_shops_truth(sessions: pd.DataFrame, orders: pd.DataFrame) -> None:
    question = BY_ID["06-q08"]
    assert isinstance(question, bank.Decide)
    truth = load("truth_effects").set_index(["change", "outcome"])
    spend = load("ad_spend").groupby("channel")["cost"].sum()
    items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
    margin = (items["quantity"] * items["margin"]).sum() / len(orders)
    assert f"In the log an average order leaves ${margin:.2f} of margin" in question.stem
    assert (orders["value"] > 0).all()
    for row, option in zip(rows_of("06-q08"), question.options, strict=False):
        channel = row[0]
        mine = sessions[sessions["channel"] == channel]
        hits = int(mine["session"].isin(orders["session"]).sum())
        assert row[1:] == [
            f"{len(mine):,}", hits, f"{100 * hits / len(mine):.1f} %", f"${spend[channel]:,.0f}"
        ]  # fmt: skip
        at = truth.loc[f"{channel} off"]
        base, effect = at["base"], at["expected"]
        now = 100 * base["orders"] / base["visits"]
        then = 100 * (base["orders"] + effect["orders"]) / (base["visits"] + effect["visits"])
        saved = spend[channel] * 60_000 / len(sessions)
        why = " ".join(option.why.split())
        assert f"{-effect['orders']:.0f} orders fewer" in why
        assert f"from {now:.2f} to {then:.2f} %" in why
        assert f"${-effect['margin']:,.0f} of margin go" in why
        assert f"${saved:,.0f}" in why
        assert f"a loss of ${-(effect['margin'] + saved):,.0f}" in why
        # The shop's truth must be surer than luck: three standard errors.
        assert effect["margin"] + saved + 3 * at["standard_error"]["margin"] < 0
        assert then > now


def test_a_stop_would_pay_if_fewer_orders_fell_than_fall(sessions: pd.DataFrame) -> None:
    truth = load("truth_effects").set_index(["change", "outcome"])
    spend = load("ad_spend").groupby("channel")["cost"].sum() * 60_000 / len(sessions)
    fall, even = [], []
    for channel in ("social", "display", "non-brand search"):
        at = truth.loc[f"{channel} off"]
        fall.append(-100 * at.loc["orders", "expected"] / at.loc["orders", "base"])
        even.append(100 * spend[channel] / at.loc["margin", "base"])
    told = [f"{a:.1f}, {b:.1f} and {c:.1f} %" for a, b, c in (even, fall)]
    assert f"by less than about {told[0]}; they fall by {told[1]}" in TEXT
    assert all(x > y for x, y in zip(fall, even, strict=True))


def test_more_orders_go_with_display_than_its_visits_hold(
    sessions: pd.DataFrame, orders: pd.DataFrame
) -> None:
    mine = sessions[sessions["channel"] == "display"]["session"]
    held = mine.isin(orders["session"]).sum()
    effect = load("truth_effects").query("change == 'display off'").set_index("outcome")
    lost, fewer = -effect.loc[["orders", "visits"], "expected"]
    assert f"display has {held} orders in {len(mine):,} visits, yet {lost:.0f} orders and " in TEXT
    assert f"and {fewer:,.0f} visits stay away" in TEXT
    scale = 60_000 / len(sessions)  # the truth is told per 60,000 visits
    assert lost > 3 * scale * held
    assert fewer > 3 * scale * len(mine)


def test_a_longer_timeout_gives_fewer_visits_and_the_buyers_stay() -> None:
    log = load("events")
    visits, paid = [], []
    for timeout in (5, 30, 24 * 60):
        numbers = sessionize(log, timeout)
        pairs = log["user"].str.cat(numbers.astype(str), sep=" ")
        visits.append(pairs.nunique())
        paid.append(pairs[log["event"] == "purchase"].nunique())
    assert visits == sorted(visits, reverse=True)
    assert visits[1] == len(load("sessions"))
    text = printed("for timeout in [5, 30, 24 * 60]")
    for timeout, n, k in zip((5, 30, 24 * 60), visits, paid, strict=True):
        assert f"{timeout} minutes: {n} visits, {100 * k / n:.2f} % with an order" in text
    assert max(paid) - min(paid) < 0.01 * max(paid)
    assert visits[0] - visits[2] < 0.02 * visits[0]  # "here it hardly matters"


# --- the messages ------------------------------------------------------------------------------


def theirs(sessions: pd.DataFrame) -> pd.DataFrame:
    return sessions[sessions["channel"].isin(ADS)]


def visits_again(sessions: pd.DataFrame, orders: pd.DataFrame) -> float:
    return 100 * theirs(sessions)["session"].isin(orders["session"]).mean()


def users_of_the_visit(sessions: pd.DataFrame, orders: pd.DataFrame) -> float:
    rows = theirs(sessions)
    hits = rows.merge(orders, on="session")["user_x"].nunique()
    return 100 * hits / rows["user"].nunique()


def daily_average(sessions: pd.DataFrame, orders: pd.DataFrame) -> float:
    mail = sessions[sessions["channel"] == "email"]
    paid = mail["session"].isin(orders["session"])
    return 100 * paid.groupby(mail["start"].dt.normalize()).mean().mean()


def normal_interval(sessions: pd.DataFrame, orders: pd.DataFrame) -> dict[str, float]:
    end = pd.Timestamp("2025-10-06")
    social = sessions[(sessions["start"] < end) & (sessions["channel"] == "social")]
    users = social.drop_duplicates("user")["user"]
    hits = users.isin(orders[orders["time"] < end]["user"]).sum()
    low, high = proportion_confint(hits, len(users), method="normal")
    return {"low": 100 * low, "high": 100 * high}


def half_a_window(sessions: pd.DataFrame, orders: pd.DataFrame) -> dict[str, float]:
    social = sessions[(sessions["start"] < "2025-10-06") & (sessions["channel"] == "social")]
    users = social.drop_duplicates("user")["user"]
    hits = users.isin(orders["user"]).sum()
    low, high = proportion_confint(hits, len(users), method="wilson")
    return {"low": 100 * low, "high": 100 * high}


def as_the_text_rounds(sessions: pd.DataFrame, orders: pd.DataFrame) -> dict[str, float]:
    answer = dict(store.find("06-without-social").answer["items"])
    return {name: round(value, 2 if name == "points" else 1) for name, value in answer.items()}


def orders_left_in(sessions: pd.DataFrame, orders: pd.DataFrame) -> dict[str, float]:
    rest = sessions[sessions["channel"] != "social"]
    now, then = 100 * len(orders) / len(sessions), 100 * len(orders) / len(rest)
    return {"points": then - now, "percent": 100 * (then / now - 1), "orders": 0.0}


@pytest.mark.parametrize(
    ("key", "attempt", "words"),
    [
        ("06-by-user", visits_again, "That is Theo's rate"),
        ("06-by-user", users_of_the_visit, "ordered in another visit fell out"),
        ("06-mail-rate", daily_average, "averaged the daily rates"),
        ("06-social-interval", normal_interval, "This is the normal interval"),
        ("06-social-interval", half_a_window, "Below the line stand two weeks"),
        ("06-without-social", orders_left_in, "left their orders in"),
        ("06-without-social", as_the_text_rounds, "All three are right, but rounded"),
    ],
)
def test_a_known_mistake_is_named(
    sessions: pd.DataFrame, orders: pd.DataFrame, key: str, attempt: Any, words: str
) -> None:
    verdict = judge(store.find(key), attempt(sessions, orders))
    assert verdict.status == "wrong"
    assert words in verdict.message


def test_visits_numbered_click_by_click_pass() -> None:
    def number_visits(minutes: pd.Series, timeout: int) -> pd.Series:
        return pd.Series(visits_of(minutes.tolist(), timeout))

    assert judge(store.find("06-number-visits"), number_visits).status == "right"
