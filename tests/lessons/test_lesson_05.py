"""Lesson 05: what it says of the broken log is so, and its audit rewards the careful."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from lesson_text import open_sheet, prose, right_of, rows_of

from workbook import load, paths
from workbook.audits import Judged, Score, Truth, planted, score
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.questions import bank
from workbook.reference import source
from workbook.shop.calendar import SEED
from workbook.shop.faults.plan import CONTROL_DAYS, plan
from workbook.widgets.audit_card import AuditCard, finding

PATH = paths.lessons_dir() / "05-data-quality.py"
LESSON = source.read(PATH)
QUESTIONS = bank.lesson("05")
BY_ID = {question.id: question for question in QUESTIONS}
SINGLES = [question for question in QUESTIONS if isinstance(question, bank.Single)]
FIRST_DAY = dt.date(2025, 9, 22)


TEXT = prose(LESSON)


def key_text() -> str:
    [key] = [c.source for c in LESSON.cells if c.tags == {"instructor", "key"}]
    return " ".join(key.split())


def words(name: str) -> str:
    """All that a question says, in one line."""
    return " ".join(str(BY_ID[name]).replace("\\n", " ").split())


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return load("raw_events")


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    return load("events")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load("orders")


@pytest.fixture(scope="module")
def bought(raw: pd.DataFrame) -> list[Any]:
    """The purchase events, one tuple each, so that they can be counted without pandas."""
    return list(raw[raw["event"] == "purchase"].itertuples())


def first_of_each(rows: list[Any]) -> tuple[list[Any], list[Any]]:
    """The first row of each user and id, and the others."""
    seen, first, rest = set(), [], []
    for row in rows:
        pair = (str(row.user), str(row.transaction_id))
        (rest if pair in seen else first).append(row)
        seen.add(pair)
    return first, rest


def in_month(rows: list[Any], month: int) -> list[Any]:
    return [row for row in rows if row.time.month == month]


def money(rows: list[Any]) -> float:
    return float(sum(row.value for row in rows if row.value == row.value))


# --- the bank ----------------------------------------------------------------------------------


def test_the_open_sheet_gives_no_answer() -> None:
    sheet = open_sheet(LESSON)
    assert not re.search(r"\b(113|96\.7|340|1,945|October 1[4-7]|75 orders|5\.1)\b", sheet)


# --- small tables of the questions -------------------------------------------------------------


def test_the_trace_is_lost_where_the_two_days_first_differ() -> None:
    differ = [
        row[0]
        for row in rows_of("05-q02")
        if row[1] != row[2].replace("addToCart", "add_to_cart") or "addToCart" in row[2]
    ]
    assert differ[0] == "data layer"
    assert right_of("05-q02").startswith("In the data layer")


def test_the_days_that_the_count_does_not_list_are_keyed() -> None:
    question = BY_ID["05-q03"]
    assert isinstance(question, bank.Multiple)
    for option in question.options:
        listed = re.search(rf"\b{option.text[:3]} \d", question.stem) is not None
        assert option.right is not listed


def test_the_morning_has_the_keyed_coverage_and_the_named_slips() -> None:
    ids = [id_ for _, _, id_ in rows_of("05-q05")]
    different = set(ids) - {"", "(not set)"}
    shop = {f"T{n}" for n in range(1, 6)}
    found = shop & different
    parts = [(len(ids), len(shop), "orders"), (len(different), len(shop), "orders"),
             (len(found), len(different), "ids")]  # fmt: skip
    assert right_of("05-q05") == f"{len(found)} of 5 orders, {100 * len(found) / 5:.0f} %"
    question = BY_ID["05-q05"]
    assert isinstance(question, bank.Single)
    assert [option.text for option in question.options if not option.right] == [
        f"{part} of {whole} {unit}, {100 * part / whole:.0f} %" for part, whole, unit in parts
    ]


def test_the_browsers_of_ann_give_the_keyed_counts() -> None:
    rows = rows_of("05-q14")
    browsers = {browser for _, browser, _, _ in rows}
    logins = {who for *_, who in rows if who != "no"}
    assert right_of("05-q14") == f"{len(browsers)} and {len(logins)}"


def test_a_link_falls_where_the_first_rule_puts_it() -> None:
    question = BY_ID["05-q06"]
    assert isinstance(question, bank.Match)

    def channel(link: str) -> str:
        values = dict(re.findall(r"utm_(source|medium)=([\w-]+)", link))
        if not values:
            values = {"medium": "referral"} if "page of a blog" in link else {}
        where, how = values.get("source", "(direct)"), values.get("medium", "(none)")
        search = where in {"google", "bing"}
        if where == "(direct)" and how == "(none)":
            return "Direct"
        if search and re.match(r"(.*cp.*|ppc|paid.*)$", how):
            return "Paid Search"
        if search or how == "organic":
            return "Organic Search"
        if {where, how} & {"email", "e-mail", "e_mail", "e mail"}:
            return "Email"
        return "Referral" if how in {"referral", "app", "link"} else "Unassigned"

    assert [pair.right for pair in question.pairs] == [
        channel(pair.left) for pair in question.pairs
    ]
    assert len({pair.right for pair in question.pairs}) == 5


def test_the_mail_links_reach_the_mail_channel_by_source_or_medium() -> None:
    question = BY_ID["05-q23"]
    assert isinstance(question, bank.Multiple)
    for option in question.options:
        values = set(re.findall(r"utm_(?:source|medium)=([\w-]+)", option.text))
        assert option.right is bool(values & {"email", "e-mail", "e_mail"})


def test_the_orders_of_the_new_provider_are_neither_more_nor_copies() -> None:
    *channels, total = rows_of("05-q30")
    for column in (1, 2):
        assert sum(row[column] for row in channels) == total[column]
    assert total[2] == total[3]


def test_the_machine_day_is_loud_in_visits_alone() -> None:
    _, wednesday, thursday = rows_of("05-q29")
    assert wednesday[1] > 1.5 * thursday[1]
    assert abs(wednesday[2] - thursday[2]) < 10
    assert abs(100 * wednesday[4] / wednesday[1] - 2.4) < 0.05
    assert abs(100 * thursday[4] / thursday[1] - 4) < 0.3


def test_words_stand_in_one_place_of_the_alphabet_of_labels() -> None:
    for name in ("05-q08", "05-q13"):
        question = BY_ID[name]
        assert isinstance(question, bank.Classify)
        assert {row.label for row in question.rows} == set(question.labels)
        assert {row.reason for row in question.rows} == set(question.reasons)


# --- what the prose says of the shop -----------------------------------------------------------


def test_the_week_of_the_fall_has_few_carts_and_as_many_orders(
    raw: pd.DataFrame, orders: pd.DataFrame
) -> None:
    def week(day: dt.date) -> int:
        return (day - FIRST_DAY).days // 7

    with_cart = defaultdict(set)
    carts = raw[(raw["event"] == "add_to_cart") & raw["session"].notna()]
    for day, session in zip(carts["time"].dt.date, carts["session"], strict=True):
        with_cart[week(day)].add(session)
    taken = Counter(map(week, orders["time"].dt.date))
    assert (len(with_cart[2]), len(with_cart[3])) == (223, 86)
    assert (taken[2], taken[3]) == (75, 75)
    assert "visits with a cart fall from 223 to 86" in words("05-q01")
    assert "took **75 orders**" in words("05-q01")
    assert "In the whole week the shop took 75 orders, as in the week before" in TEXT


def test_the_silent_days_are_the_planted_outage(raw: pd.DataFrame) -> None:
    carts = set(raw[raw["event"] == "add_to_cart"]["time"].dt.date)
    silent = set(raw["time"].dt.date) - carts
    [outage] = plan(SEED).outages
    assert silent == {FIRST_DAY + dt.timedelta(days=day) for day in outage}
    assert min(silent).day == 14 and max(silent).day == 17 and len(silent) == 4
    entry = store.find("05-silent-days")
    assert judge(entry, {day.isoformat() for day in silent}).status == "right"


def cart_rate(log: pd.DataFrame, days: set[int]) -> float:
    part = log[(log["time"].dt.month == 10) & log["time"].dt.day.isin(days)]
    part = part[part["session"].notna()]
    with_cart = set(part[part["event"] == "add_to_cart"]["session"])
    return 100 * len(with_cart) / len(set(part["session"]))


DEAD, ALL = set(range(14, 18)), set(range(1, 32))


def test_the_rates_of_october_are_as_said(raw: pd.DataFrame, clean: pd.DataFrame) -> None:
    live, naive, truth = (
        cart_rate(raw, ALL - DEAD),
        cart_rate(raw, ALL),
        cart_rate(clean, ALL),
    )
    assert f"cart rate is {live:.1f} %. With the dead days below the line" in TEXT
    assert f"it would read {naive:.1f} %" in TEXT
    assert f"{live:.1f} % is honest, not exact" in TEXT
    assert f"Why {live:.1f}, if the truth is {truth:.1f}" in key_text()
    assert f"good ones, {cart_rate(clean, DEAD):.1f}" in key_text()
    assert judge(store.find("05-cart-rate"), live).status == "right"
    told = words("05-q09")
    assert f"In truth {truth:.1f} % of October's visits had a cart" in told
    assert f"good ones ({cart_rate(clean, DEAD):.1f} % in truth)" in told
    before = raw[raw["time"] < "2025-10-06"]
    carts = before[before["event"] == "add_to_cart"]["session"].nunique()
    usual = 100 * carts / before["session"].nunique()
    assert f"against {usual:.1f} % in the two weeks until October 5" in told


def test_the_estimate_of_the_silent_days_is_as_said(raw: pd.DataFrame, clean: pd.DataFrame) -> None:
    def count(log: pd.DataFrame, event: str, days: set[int]) -> int:
        when = log["time"].dt
        return int(((log["event"] == event) & (when.month == 10) & when.day.isin(days)).sum())

    a_checkout = count(raw, "add_to_cart", ALL - DEAD) / count(raw, "begin_checkout", ALL - DEAD)
    checkouts = count(raw, "begin_checkout", DEAD)
    told = words("05-q09")
    assert f"{checkouts} checkouts, at {a_checkout:.2f} carts for each" in told
    assert f"make {a_checkout * checkouts:.0f} carts; in truth there were" in told
    assert f"there were {count(clean, 'add_to_cart', DEAD)}." in told
    assert f"{checkouts} checkouts on these four days, and not one cart" in TEXT
    assert (
        f"({a_checkout * checkouts:.0f} of {count(clean, 'add_to_cart', DEAD)} carts)" in key_text()
    )


def test_on_other_days_one_checkout_in_nine_has_no_cart(raw: pd.DataFrame) -> None:
    did = defaultdict(set)
    for row in raw[raw["time"].dt.month == 10].itertuples():
        if row.time.day not in DEAD:
            did[row.event].add(row.session)
    share = len(did["begin_checkout"] - did["add_to_cart"]) / len(did["begin_checkout"])
    assert round(1 / share) == 9
    assert "eight in nine visits with a checkout have one" in TEXT


def test_one_repair_of_four_is_the_nearest_and_not_a_large_one(
    bought: list[Any], orders: pd.DataFrame
) -> None:
    """Recounted from the log and the shop system alone, without the fault log."""
    shop = dict(zip(orders["order_id"], orders["value"], strict=True))
    first, copies = first_of_each(bought)
    empty = [row for row in first if pd.isna(row.value)]
    other_id = [row for row in first if row.transaction_id not in shop]
    tests = [row for row in other_id if str(row.transaction_id).startswith("o_")]
    lost_id = [row for row in other_id if row not in tests]
    taxed = [
        row
        for row in first
        if row.transaction_id in shop and row not in empty and row.value != shop[row.transaction_id]
    ]
    counted = [
        ["counted again", len(copies)],
        ["without a value", len(empty)],
        ["test orders", len(tests)],
        ["with 8 % of tax in the value", len(taxed)],
    ]
    question = BY_ID["05-q45"]
    assert isinstance(question, bank.Decide) and question.table is not None
    assert question.table.rows == counted
    assert all(
        row.value == pytest.approx(1.08 * shop[row.transaction_id], abs=0.02) for row in taxed
    )
    assert len(first) - len(tests) == len(shop)

    tracked = sum(row.value for row in bought if not pd.isna(row.value))
    twice = sum(row.value for row in copies if not pd.isna(row.value))
    # Ids that were lost have their value; what the shop has and the log has not is what is missing.
    seen = {row.transaction_id for row in first if row not in empty}
    known = sum(shop[name] for name in seen if name in shop)
    missing = sum(shop.values()) - known - sum(row.value for row in lost_id if row not in empty)
    little = sum(row.value for row in tests) + sum(
        row.value - shop[row.transaction_id] for row in taxed
    )
    after = [tracked - twice, tracked + missing, tracked - little, tracked]
    off = [100 * (money / sum(shop.values()) - 1) for money in after]
    for option, share in zip(question.options, off, strict=True):
        way = "low" if share < 0 else "high"
        assert f"too {way} by {abs(share):.1f} %" in option.why
    nearest = min(range(4), key=lambda place: abs(off[place]))
    assert [option.best for option in question.options].index(True) == nearest
    assert f"${twice:,.0f} of copies go" in question.options[0].why
    assert f"made up for the ${missing:,.0f}" in question.options[0].why
    assert f"${missing:,.0f} come in" in question.options[1].why
    assert f"The smallest repair, ${little:,.0f}" in question.options[2].why
    assert f"cancel out to ${twice - missing:,.0f}" in question.options[2].why
    mean = sum(row.value for row in tests) / len(tests)
    assert f"${orders['value'].mean():.2f} on average, a test order ${mean:.0f}" in question.stem
    # Of the average order it is another repair, as the text below the decision says.
    counts = [len(first), len(bought), len(bought) - len(tests), len(bought)]
    usual = orders["value"].mean()
    away = [abs(money / count / usual - 1) for money, count in zip(after, counts, strict=True)]
    assert away.index(min(away)) == 1


def test_the_revenue_of_october_is_right_by_luck(bought: list[Any], orders: pd.DataFrame) -> None:
    rows = in_month(bought, 10)
    shop = {row.order_id: row.value for row in orders.itertuples() if row.time.month == 10}
    first, copies = first_of_each(rows)
    empty = [row for row in first if row.value != row.value]
    lost = sum(shop[row.transaction_id] for row in empty)
    assert abs(money(rows) - sum(shop.values())) < 5.5  # "agrees to five dollars"
    assert money(rows) - sum(shop.values()) == pytest.approx(money(copies) - lost)
    assert len(rows) - len(shop) == len(copies) == 36
    assert f"Copies added {money(copies):,.0f} dollars" in TEXT
    assert f"purchases without a value took away {lost:,.0f}. Right by luck" in TEXT
    assert f"revenue ${money(rows):,.0f} against ${sum(shop.values()):,.0f}" in words("05-q34")
    assert f"orders {len(rows)} against {len(shop)}" in words("05-q34")
    assert f"{len(copies)} copies added" in key_text()
    assert f"{len(empty)} purchases without a value" in key_text()
    assert round(100 * (len(rows) / len(shop) - 1)) == 11
    assert "October's log was off by 11 orders in 100" in TEXT


def test_copies_and_coverage_are_as_said(bought: list[Any], orders: pd.DataFrame) -> None:
    _, copies = first_of_each(bought)
    ids = {row.transaction_id for row in bought}
    found = [order for order in orders["order_id"] if order in ids]
    coverage = 100 * len(found) / len(orders)
    assert judge(store.find("05-coverage"), coverage).status == "right"
    assert f"{coverage:.1f} %, and {len(copies)} copies. The other" in TEXT
    lost = load("orders")[~orders["order_id"].isin(ids)]
    without = [row for row in bought if str(row.transaction_id) in ("nan", "None", "(not set)")]
    assert f"The other {len(lost)} orders are in the log as well" in TEXT
    assert len(without) == len(lost)
    times = {row.time for row in without}
    assert sum(time in times for time in lost["time"]) >= 0.9 * len(lost)
    assert f"A ratio of counts, {100 * len(bought) / len(orders):.0f} %, shows neither" in TEXT
    assert f"**Exercise 3:** {coverage:.1f} %" in key_text()
    assert f"Copies: +{len(copies)}, keep the first of each order" in key_text()


def test_no_usable_id_is_shared_and_by_the_id_alone_the_others_would_be_two(
    bought: list[Any],
) -> None:
    users = defaultdict(set)
    for row in bought:
        users[str(row.transaction_id)].add(row.user)
    unusable = {"nan", "None", "(not set)"} & set(users)
    assert all(len(users[id_]) == 1 for id_ in set(users) - unusable)
    assert len(unusable) == 2
    count = sum(str(row.transaction_id) in unusable for row in bought)
    assert f"But {count} purchases have no usable id" in TEXT
    assert "By the id alone only two of them would be left" in TEXT


def test_the_file_says_what_each_fault_did(raw: pd.DataFrame, clean: pd.DataFrame) -> None:
    log = load("fault_log")
    lines = log.drop_duplicates(["fault", "table", "row", "raw_row"])
    size = lines.groupby(["fault", "table", "operation"]).size()
    file = TEXT[TEXT.index("### The file") : TEXT.index("The customers are innocent")]
    carts = size["cart outage", "raw_events", "remove"]
    assert f"by the week before, {carts} in truth)" in TEXT
    rows = dict(re.findall(r"\| ([\w ,-]+) \| [^|]+ \| ([^|]+ \| [^|]+) \|", file))
    assert rows["carts silent"].startswith(
        f"-{size['cart outage', 'raw_events', 'remove']} carts | none"
    )
    copies = size["duplicate purchase", "raw_events", "add"]
    assert rows["copies"] == f"none | +{copies} purchases"
    empty = log[(log["fault"] == "purchase without revenue") & (log["table"] == "raw_events")]
    assert rows["no value"] == f"none | -{empty['clean'].astype(float).sum():,.0f} dollars"
    nobody = raw[raw["user"].isna()]
    visits = size["null ids", "raw_sessions", "remove"]
    paid = (nobody["event"] == "purchase").sum()
    assert rows["no user, no visit"] == f"-{visits} visits | {paid} orders in no visit"
    views = (
        sum((log["event"] == "view_item").sum() for log in (raw,))
        - (clean["event"] == "view_item").sum()
    )
    tests = raw[raw["item_id"] == "TEST"]["user"].unique()
    staff = raw[raw["user"].isin(tests) & (raw["event"] == "view_item")]
    bots = size["bot traffic", "raw_sessions", "add"]
    assert rows["bots"].startswith(f"+{bots} visits, +{views - len(staff):,} product views")
    split = size["self-referral", "raw_sessions", "add"]
    assert rows["self-referral"] == f"+{split} visits | {split} orders under *referral*"
    mails = size["mail without UTM", "raw_sessions", "change"]
    assert rows["mail"].startswith(f"{mails} visits under *direct*")
    assert f"In truth they were {mails}." in TEXT


def test_the_two_days_of_the_banner_are_as_the_vote_says(
    raw: pd.DataFrame, orders: pd.DataFrame
) -> None:
    nobody = raw[raw["user"].isna()]
    days = {dt.date(2025, 11, 27), dt.date(2025, 11, 28)}
    taken = orders["time"].dt.date.isin(days).sum()
    said = words("05-q35")
    assert f"events come without user and session: {len(nobody):,}, nearly all" in said
    assert nobody["time"].dt.date.isin(days).mean() > 0.99
    assert (nobody["event"] == "purchase").sum() == 8
    assert f"the shop has {taken} orders on these two days" in said
    assert round(taken / 8) == 7  # "a seventh of their orders"


def test_the_night_hour_of_the_question_is_the_logs(raw: pd.DataFrame) -> None:
    visits = load("raw_sessions")
    machines = [user for user, count in Counter(visits["user"]).items() if count > 50]
    assert len(machines) == 4
    hour = visits[visits["start"].dt.floor("h") == pd.Timestamp("2025-11-12 04:00")]
    for row, some in zip(
        rows_of("05-q19"),
        [hour[hour["user"].isin(machines)], hour[~hour["user"].isin(machines)]],
        strict=True,
    ):
        events = Counter(raw[raw["session"].isin(some["session"])]["event"])
        assert row[1:] == [
            len(some),
            some["user"].nunique(),
            events["first_visit"],
            events["view_item"],
            some["engaged_seconds"].sum(),
        ]
    assert "all 366 visits" in words("05-q19")
    assert len(hour) == 366


def test_november_shows_what_paying_by_the_log_would_cost(
    bought: list[Any], orders: pd.DataFrame
) -> None:
    shop = [row for row in orders.itertuples() if row.time.month == 11]
    log = in_month(bought, 11)
    told = words("05-q09")
    assert f"a tenth of November's ${money(shop):,.0f} is **${money(shop) / 10:,.0f}," in told
    assert "did not happen** (if it sells nothing more)" in told
    assert f"in November for {len(log)}, where the shop has {len(shop)}" in told
    assert round(100 * (money(log) / money(shop) - 1)) == 2
    average = f"looks like ${money(log) / len(log):.0f}, not ${money(shop) / len(shop):.0f}"
    assert average in told


def test_without_staff_and_copies_the_log_has_as_many_purchases_as_the_shop(
    bought: list[Any], orders: pd.DataFrame
) -> None:
    first, _ = first_of_each(bought)
    known = set(orders["order_id"])
    staff = [
        row
        for row in first
        if row.transaction_id == row.transaction_id
        and row.transaction_id not in known | {"(not set)"}
    ]
    assert len(first) - len(staff) == len(orders)
    assert {row.time.hour for row in staff} == {7}  # "before eight"
    assert len({row.time.date() for row in staff}) == 2
    assert len({row.user for row in staff}) == 3
    assert {row.value for row in staff} <= {1.0, 10.0, 100.0}


def test_googles_numbers_are_those_of_the_audits() -> None:
    [cell] = [c for c in LESSON.cells if c.kind == "code" and "google = pd.DataFrame" in c.source]
    space: dict[str, Any] = {"pd": pd}
    exec(cell.source, space)
    revenue, higher = space["google"].to_numpy().T.tolist()
    assert revenue == [362165, 340145, 335986, 308830]
    assert higher == [0, 6.5, 7.8, 17.3]  # 6.5 as RV-32 has it
    assert "any purchase event: 4,848. With a cleaned order: 4,446." in TEXT  # RV-32


def test_googles_dead_days_are_those_of_lesson_07() -> None:
    laboratory = (paths.lessons_dir() / "07-funnels.py").read_text("utf-8")
    days = re.search(r"On (1-15 and 20-24 November) it recorded almost none", laboratory)
    assert days is not None
    assert f"almost no `add_to_cart` on {days[1].replace('and', 'and on')} 2020" in TEXT
    assert "the first gap unreliable and the second absent, from the 21st" in TEXT
    assert "absent on November 21 to 24" in words("05-q18")
    assert "on November 20 to 24" in words("05-q18")


def test_each_rule_of_the_eight_purchases_gives_another_sum() -> None:
    """RV-22, by hand, and a second order of u3."""
    rows = [("9:00", "u1", "T1", 50), ("9:02", "u1", "T1", 50), ("9:15", "u2", "T2", 80),
            ("9:20", "u3", "T3", 30), ("9:31", "u4", "T2", 45), ("9:40", "u3", "T5", 40),
            ("9:52", "u5", "(not set)", 0), ("9:58", "u6", "T6", 95)]  # fmt: skip
    [cell] = [c for c in LESSON.cells if c.source.startswith("eight = pd.DataFrame")]
    space: dict[str, Any] = {"pd": pd}
    exec(cell.source.rsplit("\n", 1)[0], space)  # its last line shows the table
    assert [tuple(row) for row in space["eight"].to_numpy()] == rows

    def paid(*columns: int) -> int:
        kept: dict[Any, int] = {}
        for row in rows:
            kept.setdefault(tuple(row[column] for column in columns), int(row[3]))
        return sum(kept.values())

    whole, by_user, by_id, by_both = paid(0, 1, 2, 3), paid(1), paid(2), paid(1, 2)
    assert (whole, by_user, by_id, by_both) == (390, 300, 295, 340)
    assert (whole - 40, by_id - 40, by_both - 40) == (350, 255, 300)  # RV-22
    assert f"{whole} dollars as recorded; {by_id} by the id alone, which loses `u4`" in TEXT
    assert f"{by_both} by user and id" in TEXT and f"{by_both} dollars" in key_text()
    [sheet] = [c.source for c in LESSON.cells if c.tags == {"instructor"}]
    assert " / ".join(" ".join(map(str, row)) for row in rows) in sheet


# --- the audit ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def truth() -> Any:
    return planted(
        load("fault_log"),
        (load("events"), load("sessions")),
        (load("raw_events"), load("raw_sessions")),
    )


@pytest.fixture(scope="module")
def first_audit(raw: pd.DataFrame) -> list[Any]:
    """The finding that the notebook holds, then the two whose gaps it leaves, filled."""
    space: dict[str, Any] = {"load": load, "finding": finding}
    [cell] = [c for c in LESSON.seen() if c.source.rstrip().endswith("audit(findings)")]
    given: list[Any] = []
    exec(cell.source, space | {"audit": given.extend})
    [cell] = [c for c in LESSON.seen() if "bot_rows.index" in c.source]
    exec(cell.source, space | {"audit": given.extend})
    filled = {"copies": (113, "keep the first of each order"), "bots": (340, "leave the rows out")}
    return [
        replace(one, effect=filled[one.name][0], rule=filled[one.name][1])
        if one.name in filled
        else one
        for one in given
    ]


def judged(found: Score) -> list[Judged]:
    assert not found.unread
    return found.judged


def test_both_gaps_of_a_finding_are_named_with_it(truth: Truth) -> None:
    gaps = finding("copies", ("2025-10-06", "2025-12-21"), [3], "purchase events", ..., "...")
    text = repr(AuditCard(score([gaps], truth), truth, [gaps.name]))
    assert "▲ 1. copies: not read." in text
    assert text.count("The gap ...") == 2


def test_the_finding_that_is_given_is_a_good_one(first_audit: list[Any], truth: Any) -> None:
    [given] = judged(score(first_audit[:1], truth))
    assert given.match.fault is not None and given.match.fault.name == "cart outage"
    assert given.match.effect is not None and given.match.effect.value == "right"
    assert given.fits


def test_three_careful_findings_are_three_faults(first_audit: list[Any], truth: Any) -> None:
    found = score(first_audit, truth)
    assert found.met == 3
    assert found.precision == 1
    assert all(one.fits and one.match.effect.value == "right" for one in judged(found))
    assert [one.found.name for one in judged(found)] == ["carts silent", "copies", "bots"]
    assert found.faults == 12
    assert "Twelve faults can be found" in TEXT


def test_who_accuses_the_clean_weeks_loses_precision(first_audit: list[Any], truth: Any) -> None:
    days = ("2025-09-28", "2025-09-28")
    alarm = finding("few carts", days, None, "add_to_cart events", -20, "leave the days out")
    found = score([*first_audit, alarm], truth)
    assert found.met == 3
    assert found.precision == pytest.approx(3 / 4)
    assert (FIRST_DAY + dt.timedelta(days=CONTROL_DAYS - 1)).strftime("%B %-d") == "October 5"
    assert "(Until October 5 nothing is wrong.)" in TEXT


def test_the_hour_alone_takes_real_visits_along(
    raw: pd.DataFrame, first_audit: list[Any], truth: Any
) -> None:
    hour = raw[raw["time"].dt.floor("h") == pd.Timestamp("2025-11-12 04:00")]
    day = ("2025-11-12", "2025-11-12")
    wide = finding("hour", day, hour.index, "sessions", 340, "leave the rows out")
    by_hour, by_user = (judged(score([one], truth))[0] for one in (wide, first_audit[2]))
    assert by_hour.match.overlap.precision < by_user.match.overlap.precision == 1


# --- what stands where -------------------------------------------------------------------------


def place(text: str) -> int:
    """The first cell that a learner sees with this text."""
    return next(i for i, cell in enumerate(LESSON.seen()) if text in cell.source)


def test_bets_and_exercises_come_before_what_gives_them_away() -> None:
    assert place('quiz("05-q01")') < place('counts["orders (shop system)"]')
    assert place('check("05-silent-days")') < place("To be run, not read: October, day by day")
    assert place('check("05-silent-days")') < place("dead = set(")
    assert place("audit(findings)") < place("### The file")
    assert place('quiz("05-q09")') < place('"in truth": rates(truth')
    assert place("# # Stretch".lstrip("# ")) < place("fault_explorer()")


def test_no_cell_that_a_learner_sees_reads_the_fault_log() -> None:
    assert not any('load("fault_log")' in cell.source for cell in LESSON.seen())


# --- the messages ------------------------------------------------------------------------------


def zeros(raw: pd.DataFrame) -> Any:
    counts = raw[raw["event"] == "add_to_cart"]["time"].dt.date.value_counts()
    return set(counts[counts == 0].index)


def dead_days_as_zeros(raw: pd.DataFrame) -> Any:
    return cart_rate(raw, ALL)


def of_rows(raw: pd.DataFrame) -> Any:
    part = raw[(raw["time"].dt.month == 10) & ~raw["time"].dt.day.isin(DEAD)]
    return 100 * (part["event"] == "add_to_cart").sum() / part["session"].nunique()


def purchases(raw: pd.DataFrame) -> pd.DataFrame:
    return raw[raw["event"] == "purchase"]


def coverage(raw: pd.DataFrame) -> float:
    return 100 * float(load("orders")["order_id"].isin(purchases(raw)["transaction_id"]).mean())


def counts_against_counts(raw: pd.DataFrame) -> Any:
    return 100 * len(purchases(raw)) / len(load("orders"))


def of_the_purchases(raw: pd.DataFrame) -> Any:
    found = sum(load("orders")["order_id"].isin(purchases(raw)["transaction_id"]))
    return 100 * found / len(purchases(raw))


def rounded(raw: pd.DataFrame) -> Any:
    return round(coverage(raw), 1)


def every_day(raw: pd.DataFrame) -> Any:
    return set(raw["time"].dt.strftime("%Y-%m-%d"))


@pytest.mark.parametrize(
    ("key", "attempt", "told"),
    [
        ("05-silent-days", zeros, "Your set is empty"),
        ("05-cart-rate", dead_days_as_zeros, "A missing measurement is no measurement of nothing"),
        ("05-cart-rate", of_rows, "Above the line you counted rows"),
        ("05-silent-days", every_day, "All days of the log are still there"),
        ("05-coverage", counts_against_counts, "passed 100 %"),
        ("05-coverage", of_the_purchases, "You divided them by the purchase events"),
        ("05-coverage", rounded, "but rounded"),
    ],
)
def test_a_known_mistake_is_named(raw: pd.DataFrame, key: str, attempt: Any, told: str) -> None:
    verdict = judge(store.find(key), attempt(raw))
    assert verdict.status == "wrong"
    assert told in verdict.message
