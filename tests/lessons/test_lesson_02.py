"""Lesson 02: its tables hold what the prose says of them, and what it says of the shop is so."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest
import yaml
from lesson_text import answer_of, open_sheet, prose, rows_of

from workbook import load, paths
from workbook.exercises import store
from workbook.exercises.judge import judge
from workbook.questions import bank
from workbook.reference import source
from workbook.shop import truth
from workbook.shop.policy import Policy
from workbook.shop.stream import VISITS_PER_PERSON
from workbook.shop.world import SHOP_PERSONS
from workbook.widgets import journey
from workbook.widgets.explorer_replay import replays

LESSONS = paths.lessons_dir()
PATH = LESSONS / "02-kinds-and-journey.py"
LESSON = source.read(PATH)
QUESTIONS = bank.lesson("02")
BY_ID = {question.id: question for question in QUESTIONS}
SECONDARY = list(journey.BESIDE)
ON_PATH = [*journey.ON_PATH, *journey.FURTHER_ON_PATH]


TEXT = prose(LESSON)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return load("events")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load("orders")


def expected(change: str, outcome: str) -> float:
    """The shop's truth: the effect per 60,000 visits."""
    rows = load("truth_effects").query("change == @change and outcome == @outcome")
    return float(rows["expected"].iloc[0])


def base(outcome: str) -> float:
    return float(load("truth_effects").query("outcome == @outcome")["base"].iloc[0])


def without_it(log: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    buyers = log[log["user"].isin(orders["user"])]
    return 100 * (1 - buyers.groupby("event")["user"].nunique() / orders["user"].nunique())


# --- the bank ----------------------------------------------------------------------------------


def test_the_open_sheet_gives_no_answer() -> None:
    sheet = open_sheet(LESSON)
    assert not re.search(r"1\.5 %|13 %|66 %|71 %", sheet)


# --- questions with a table of their own ------------------------------------------------------


def test_the_ten_users_give_the_share_never_on_the_path() -> None:
    did = {user: f"{first}, {later}" for user, first, later in rows_of("02-q04")}
    beside = {user for user, what in did.items() if re.search("newsletter|wish list", what)}
    on_path = {user for user, what in did.items() if re.search("cart|checkout|order", what)}
    assert answer_of("02-q04") == pytest.approx(100 * len(beside - on_path) / len(beside))


def engaged(rows: list[list[Any]], keys: list[str], seconds: int) -> int:
    frame = pd.DataFrame(rows, columns=["visit", "page", *["open"] * (len(rows[0]) - 3), "front"])
    heaps = frame[~frame["page"].isin(["delivery", "home"])].groupby(keys)["front"].sum()
    return int((heaps >= seconds).sum())


def test_the_recorded_visits_in_the_questions_give_the_keyed_counts() -> None:
    assert engaged(rows_of("02-q07"), ["visit", "page"], 30) == answer_of("02-q07")
    assert engaged(rows_of("02-q29"), ["visit"], 40) == answer_of("02-q29")


@pytest.mark.parametrize("keys", [["page"], ["visit"]])
def test_heaps_that_are_too_large_do_not_give_the_right_count_by_luck(keys: list[str]) -> None:
    assert engaged(rows_of("02-q07"), keys, 30) != answer_of("02-q07")
    recorded = load("recorded_visits")
    products = recorded[recorded["page"] == "product"].rename(columns={"page": "kind"})
    rows = products[["visit", "item_id", "active_seconds"]].to_numpy().tolist()
    assert engaged(rows, keys, 40) != engaged(rows, ["visit", "page"], 40) == 8


def test_the_ten_users_give_the_share_of_buyers_without_a_saved_product() -> None:
    did = {user: what for user, what in rows_of("02-q34")}
    buyers = [what for what in did.values() if "order" in what]
    saved = [what for what in buyers if "wish list" in what]
    assert answer_of("02-q34") == pytest.approx(100 * (1 - len(saved) / len(buyers)))


@pytest.mark.parametrize(("name", "seconds"), [("02-q07", 30), ("02-q29", 40)])
def test_row_by_row_does_not_give_the_right_count_by_luck(name: str, seconds: int) -> None:
    products = [row for row in rows_of(name) if row[1] not in ("delivery", "home")]
    assert sum(row[-1] >= seconds for row in products) != answer_of(name)
    assert sum(row[-1] >= seconds for row in rows_of(name)) != answer_of(name)


def test_the_five_buyers_give_the_share_a_last_touch_report_misses() -> None:
    ways = [visits.split(", ") for _, visits in rows_of("02-q18")]
    missed = [way for way in ways if "article" in way[:-1] and way[-1] != "article"]
    assert answer_of("02-q18") == pytest.approx(100 * len(missed) / len(ways))


def test_the_labels_of_the_bicycle_shop_follow_from_its_table() -> None:
    question = BY_ID["02-q02"]
    assert isinstance(question, bank.Classify)
    for (action, wanted, share), row in zip(rows_of("02-q02"), question.rows, strict=True):
        assert action == row.text.lower()
        due = "neither" if wanted == "no" else "milestone" if float(share) < 12 else "secondary"
        assert row.label == due


# --- what the prose says of the shop -----------------------------------------------------------


def test_the_agencys_number_is_the_logs(log: pd.DataFrame, orders: pd.DataFrame) -> None:
    reads = log[log["page"] == "article"]
    share = 100 * orders["user"].isin(reads["user"]).mean()
    assert f"{share:.0f} of 100 orders are by users who opened an article" in BY_ID["02-q06"].stem
    assert round(share) == 60  # "Sixty of 100 orders are by readers"
    assert "Sixty of 100 orders are by readers" in TEXT


def test_the_buyers_file_is_as_the_prose_and_the_question_tell_it(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    sessions = load("sessions").sort_values("start")
    sessions["visit"] = sessions.groupby("user").cumcount() + 1
    number = sessions.set_index("session")["visit"]
    late = orders.assign(visit=orders["session"].map(number)).sort_values("time")
    late = late[(late["visit"] >= 4) & late["user"].isin(log[log["page"] == "article"]["user"])]
    late = late[late["user"].isin(log[log["event"].isin(SECONDARY)]["user"])]
    file = log[log["user"] == late["user"].iloc[0]]
    visit = file["session"].map(number)

    def visits_with(mask: pd.Series) -> list[int]:
        return sorted(set(visit[mask]))

    # "Carts are filled in the first and second visit", the order falls in the fourth.
    assert visits_with(file["event"] == "add_to_cart") == [1, 2]
    assert visits_with(file["event"] == "add_to_wishlist") == [1]
    assert visits_with(file["event"] == "purchase") == [4]
    assert "Carts are filled in the first and second visit." in TEXT
    # "What is paid for in the fourth was put there in the second, a minute after an article"
    order = file[file["event"] == "purchase"].iloc[0]
    items = load("order_items").set_index("order_id")["item_id"]
    carted = file[file["event"] == "add_to_cart"].set_index("item_id")
    bought = [items[order["transaction_id"]]]
    assert [item for item in carted.index if item in bought] == bought
    put = carted.loc[bought[0]]
    assert number[put["session"]] == 2
    reads = file[(file["page"] == "article") & (file["time"] < put["time"])]["time"]
    assert (put["time"] - reads.max()).total_seconds() < 90
    articles = visits_with(file["page"] == "article")
    assert articles[0] < 4 < articles[-1]
    came_by = sessions.set_index("visit")[lambda t: (t["user"] == file["user"].iloc[0]).to_numpy()]
    assert came_by.loc[[2, 3], "channel"].tolist() == ["remarketing"] * 2  # "came last but one"
    assert came_by.loc[1, "visitor"] == "returning"  # so the question says "first logged visit"


def test_most_orders_fall_in_the_first_logged_visit(orders: pd.DataFrame) -> None:
    first = load("sessions").sort_values("start").drop_duplicates("user")
    share = 100 * orders["session"].isin(first["session"]).mean()
    assert f"{share:.0f} of 100 orders fall in the user's first logged visit" in TEXT


def test_the_replay_answers_which_traces_were_worth_a_bet(log: pd.DataFrame) -> None:
    found = replays(log, load("sessions"), load("products"))
    by_name = {visitor["name"]: visitor["moments"] for visitor in found.visitors}

    def share(name: str, *done: str) -> float:
        """Of those who had done exactly this, at a moment of the visitor named in the prose."""
        groups = [found.groups[moment["group"]] for moment in by_name[name]]
        [share] = {group["share"] for group in groups if set(group["done"]) == set(done)}
        return float(share)

    everybody, readers = found.groups[0]["share"], share("Visitor E", "read an article")
    assert readers < everybody
    assert (
        f"of 100 users who had only read articles {readers:.1f} ordered later, of all visitors "
        f"{everybody:.1f} (visitor E)"
    ) in TEXT
    cart = share("Visitor C", "viewed a product", "put a product into the cart")
    address = share(
        "Visitor C", "viewed a product", "put a product into the cart", "began the checkout",
        "made an account", "entered the address",
    )  # fmt: skip
    assert f"{cart:.1f} with a product in the cart, {address:.1f} with an address" in TEXT
    shares = [found.groups[moment["group"]]["share"] for moment in by_name["Visitor C"]]
    assert shares == sorted(shares)  # "the later the better"


def test_the_decision_is_taken_before_anything_shows_its_truth() -> None:
    at = {name: i for i, cell in enumerate(LESSON.cells) for name in cell.quizzes()}
    shown = [
        i
        for i, cell in enumerate(LESSON.cells)
        if cell.kind == "code"
        and not cell.tags & {"facts", "ways"}
        and re.search("wish list for all|louder cart button|shipping cost early", cell.source)
    ]
    assert shown and min(shown) > at["02-q11"]
    assert at["02-q10"] > at["02-q11"]  # its table has the same numbers


def test_no_share_of_buyers_lies_between_the_two_kinds(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    share = without_it(log, orders)
    assert share[ON_PATH].max() < 15
    assert share[SECONDARY].min() > 60
    assert share["page_view"] == 0
    assert set(log[log["event"] == "page_view"]["user"]) == set(log["user"])


def test_the_exceptions_have_the_reasons_that_the_prose_gives(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    made = log[log["event"] == "create_account"]["user"]
    without = orders[~orders["user"].isin(made)]
    assert "Customers of earlier years have an account" in TEXT
    earlier = load("customers").set_index("customer_id")["earlier_customer"]
    assert without["customer_id"].map(earlier).mean() > 0.7
    first = orders[orders["new_customer"]]
    assert f"of first-time buyers {100 * (~first['user'].isin(made)).mean():.0f} % lack it" in TEXT
    carts = log[log["event"] == "add_to_cart"]["user"]
    no_cart = log[log["user"].isin(set(orders["user"]) - set(carts))]
    assert "An express checkout needs no cart" in TEXT
    assert (no_cart["event"] == "purchase").any()


def test_two_of_three_users_with_a_secondary_action_are_never_on_the_path(
    log: pd.DataFrame,
) -> None:
    beside = set(log[log["event"].isin(SECONDARY)]["user"])
    on_path = set(log[log["event"].isin([*ON_PATH, journey.MACRO])]["user"])
    assert "Two of three are never seen on the path" in TEXT
    assert len(beside - on_path) / len(beside) == pytest.approx(2 / 3, abs=0.02)


def test_two_of_three_users_with_a_cart_never_order(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    carts = set(log[log["event"] == "add_to_cart"]["user"])
    assert "two of three users with a cart never order here" in TEXT
    assert len(carts - set(orders["user"])) / len(carts) == pytest.approx(2 / 3, abs=0.02)


def test_no_milestone_is_skipped_as_often_as_any_secondary_action_says_the_picture(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    share = without_it(log, orders)
    [figure] = [cell.source for cell in LESSON.cells if "ax.set_title" in cell.source]
    assert "No milestone is skipped by more than {most:.0f} %" in figure
    assert "every secondary action is skipped by at least {least:.0f} %" in figure
    # Of the union the title says nothing: more buyers miss one milestone or another.
    done = [set(log[log["event"] == name]["user"]) for name in ON_PATH]
    missed = 1 - len(set(orders["user"]).intersection(*done)) / orders["user"].nunique()
    assert 100 * missed > share[ON_PATH].max()


def test_the_definition_misreads_the_visits_that_the_prose_names() -> None:
    said = load("recorded_witness").dropna(subset=["interested"])
    wanted = {
        (visit, item)
        for visit, items in zip(said["visit"], said["interested"], strict=True)
        for item in items.split()
    }
    heaps = load("recorded_visits").groupby(["visit", "item_id"])["active_seconds"].sum()
    counted = set(heaps[heaps >= 40].index)
    assert {visit for visit, _ in counted - wanted} == {"v04", "v07"}
    assert {visit for visit, _ in wanted - counted} == {"v08", "v10"}
    assert len(counted & wanted) > len(counted) / 2  # "most of these views are interest"
    assert "Two are not: `v04`" in TEXT and "two are missing: `v08`" in TEXT
    told = {
        row.visit: row.what_happened + row.said for row in load("recorded_witness").itertuples()
    }
    assert "parcel costs" in told["v04"]
    assert "sees the picture at last" in told["v07"]  # "waits for a slow page"


def test_three_reasons_explain_the_readers(log: pd.DataFrame, orders: pd.DataFrame) -> None:
    pages = load("sessions").groupby("user")["pages"].sum()
    bought = pages.index.isin(orders["user"])
    assert f"they see {pages[bought].mean():.0f} pages in the log, other users four" in TEXT
    assert round(pages[~bought].mean()) == 4
    first = orders["user"].map(log[log["page"] == "article"].groupby("user")["time"].min())
    assert "Nine of 100 orders are by users whose first article came later" in TEXT
    assert int(100 * (first > orders["time"]).mean()) == 9
    sessions = load("sessions")
    landed = sessions[sessions["landing_page"] == "article"]
    assert "Ten of 100 orders fall in a visit that began on an article" in TEXT
    assert round(100 * orders["session"].isin(landed["session"]).mean()) == 10


def test_the_truth_about_the_magazine_and_the_mails_is_quoted_as_it_is() -> None:
    lost = -100 * expected("articles off", "orders") / base("orders")
    assert 1 < lost < 2
    assert "without the articles not even two of 100 would be lost" in TEXT
    fewer = -100 * expected("articles off", "sign_ups") / base("sign_ups")
    assert f"It *led* to fewer than two, and to {fewer:.0f} of 100 sign-ups" in TEXT
    mails = -100 * expected("mails off", "orders") / base("orders")
    assert f"without mails the shop would lose {mails:.0f} of 100 orders" in TEXT


def test_the_ranking_question_shows_the_shops_truth(
    log: pd.DataFrame, orders: pd.DataFrame
) -> None:
    changes = [
        ("louder cart button", "carts"),
        ("better product page", "carts"),
        ("pop-up off", "sign_ups"),
        ("wish list for all", "wish_lists"),
    ]
    for row, (change, outcome) in zip(rows_of("02-q10"), changes, strict=True):
        assert str(row[2]) == f"{abs(expected(change, outcome)):,.0f}"
        assert str(row[3]) == f"{abs(expected(change, 'orders')):,.0f}"
    users = log.groupby("event")["user"].nunique()
    share = 100 * log[log["user"].isin(orders["user"])].groupby("event")["user"].nunique() / users
    assert (
        f"Of 100 users with payment details {share['add_payment_info']:.0f} ordered, with a cart "
        f"{share['add_to_cart']:.0f}, with a saved product {share['add_to_wishlist']:.0f}, with a "
        f"sign-up {share['newsletter_signup']:.0f}"
    ) in " ".join(BY_ID["02-q10"].stem.split())


def test_the_decision_quotes_the_shops_expected_effects() -> None:
    question = BY_ID["02-q11"]
    assert isinstance(question, bank.Decide)
    table = load("truth_effects")
    by_policy = dict(zip(table["policy"], table["change"], strict=True))
    whys = []
    for option in question.options:
        if option.policy is None:
            assert "stays as it was" in option.why
            continue
        Policy(**option.policy)
        change = by_policy[json.dumps(option.policy, sort_keys=True)]
        whys.append((change, option.why))
    told = dict(whys)

    def number(change: str, outcome: str) -> str:
        return f"{abs(expected(change, outcome)):,.0f}"

    def percent(change: str, outcome: str) -> str:
        return f"{100 * expected(change, outcome) / base(outcome):+.1f} %"

    lists, button, early, articles = (
        "wish list for all", "louder cart button", "shipping cost early", "articles off",
    )  # fmt: skip
    assert list(told) == [lists, button, early, articles]
    assert f"{number(lists, 'wish_lists')} more visits with a saved product" in told[lists]
    assert expected(lists, "orders") == 0
    for change, outcome, after in [
        (button, "carts", "more visits with a cart"),
        (button, "orders", "more orders"),
        (early, "orders", "more orders"),
        (articles, "orders", "orders fewer"),
        (articles, "sign_ups", "sign-ups fewer"),
    ]:
        said = f"{number(change, outcome)} {after} ({percent(change, outcome)})"
        assert said in told[change]
    assert f"Checkouts, the next step, rose by {number(button, 'checkouts')} only" in told[button]
    fell = f"while carts (-{number(early, 'carts')}) and checkouts (-{number(early, 'checkouts')})"
    assert fell in told[early]
    assert expected(early, "carts") < 0 and expected(early, "checkouts") < 0
    visits = len(truth.SEEDS) * SHOP_PERSONS * VISITS_PER_PERSON
    assert question.source is not None
    assert f"averaged over {visits / 1e6:.1f} million visits" in question.source


# --- the tables --------------------------------------------------------------------------------


def test_each_stage_has_a_conversion_and_something_outside_the_website() -> None:
    stages = load("journey_stages")
    assert list(stages["stage"]) == ["See", "Think", "Do", "Care"]
    assert stages["conversion"].str.contains("Micro|Macro").all()
    assert (stages["outside_the_website"].str.len() > 10).all()


def test_only_the_lines_with_a_tag_carry_a_key_that_arrives_with_a_visit() -> None:
    report = load("social_report").set_index("line")["carries"]
    assert report["Followers"] == "no key"
    assert report["Link clicks from posts"].startswith("campaign")
    assert report["Link clicks from the profile"] == "the day"


@pytest.mark.parametrize(
    "name", ["social_report", "journey_stages", "recorded_visits", "recorded_witness"]
)
def test_the_tables_of_the_lesson_are_in_the_data_folder_unchanged(name: str) -> None:
    ours = (LESSONS / "tables" / f"{name}.csv").read_bytes()
    assert (paths.data_dir() / f"{name}.csv").read_bytes() == ours
    declared = yaml.safe_load((LESSONS / "tables" / "tables.yml").read_text("utf-8"))
    assert list(declared[name]["columns"]) == list(load(name).columns)


# --- the messages ------------------------------------------------------------------------------


def of_all_users(log: pd.DataFrame) -> pd.Series:
    traces = log[log["event"].isin([*ON_PATH, *SECONDARY, "view_item", "page_view"])]
    return 100 * (1 - traces.groupby("event")["user"].nunique() / log["user"].nunique())


def without_an_order(log: pd.DataFrame) -> float:
    beside = set(log[log["event"].isin(SECONDARY)]["user"])
    return 100 * len(beside - set(log[log["event"] == "purchase"]["user"])) / len(beside)


def row_by_row(log: pd.DataFrame) -> int:
    recorded = load("recorded_visits")
    return int(((recorded["page"] == "product") & (recorded["active_seconds"] >= 40)).sum())


def by_the_longest_look(log: pd.DataFrame) -> int:
    views = load("recorded_visits").query("page == 'product'")
    return int((views.groupby(["visit", "item_id"])["active_seconds"].max() >= 40).sum())


def over_all_visits(log: pd.DataFrame) -> int:
    views = load("recorded_visits").query("page == 'product'")
    return int((views.groupby("item_id")["active_seconds"].sum() >= 40).sum())


def everybody_over_buyers(log: pd.DataFrame) -> pd.Series:
    traces = log[log["event"].isin([*ON_PATH, *SECONDARY, "view_item", "page_view"])]
    return 100 * (1 - traces.groupby("event")["user"].nunique() / load("orders")["user"].nunique())


def compared_with_the_whole_table(log: pd.DataFrame) -> pd.Series:
    rows = log[log["user"].isin(load("orders"))]
    return 100 * (1 - rows.groupby("event")["user"].nunique() / load("orders")["user"].nunique())


@pytest.mark.parametrize(
    ("key", "attempt", "words"),
    [
        ("02-buyers-without", of_all_users, "You asked all users"),
        ("02-never-on-the-path", without_an_order, "never **ordered**"),
        ("02-buyers-without", everybody_over_buyers, "below zero"),
        ("02-buyers-without", compared_with_the_whole_table, "No row is left"),
        ("02-engaged-views", row_by_row, "each look by itself"),
        ("02-engaged-views", by_the_longest_look, "each look by itself"),
        ("02-engaged-views", over_all_visits, "one product over all visits"),
    ],
)
def test_a_known_mistake_is_named(log: pd.DataFrame, key: str, attempt: Any, words: str) -> None:
    verdict = judge(store.find(key), attempt(log))
    assert verdict.status == "wrong"
    assert words in verdict.message


def test_the_series_may_come_in_any_order(log: pd.DataFrame, orders: pd.DataFrame) -> None:
    share = without_it(log, orders)[[*SECONDARY, "page_view", "view_item", *ON_PATH]]
    assert judge(store.find("02-buyers-without"), share).status == "right"
