"""Lesson 01: its tables agree, its prose follows the data, its explorer works by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from workbook import load, paths
from workbook.questions import bank, marking
from workbook.questions.bank import Classify
from workbook.widgets import explorer_models, journey
from workbook.widgets.text_table import text_table

LESSONS = Path(__file__).parents[2] / "lessons"
TABLES = LESSONS / "tables"
TEXT = (LESSONS / "01-what-counts.py").read_text("utf-8")
BANK = yaml.safe_load((LESSONS / "01-what-counts.yml").read_text("utf-8"))["questions"]
BY_ID = {question["id"]: question for question in BANK}
LABEL_OF_REASON = {
    "primary": "macro", "path": "micro", "own": "micro",
    "nothing_done": "neither", "not_wanted": "neither",
}  # fmt: skip


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(TABLES / f"{name}.csv", keep_default_na=False)


# --- the tables --------------------------------------------------------------------------------


def test_every_model_labels_every_action_once_and_has_a_macro_conversion() -> None:
    actions, labels = table("actions"), table("action_labels")
    assert len(actions) == 20
    for _, rows in labels.groupby("model"):
        assert list(rows["action_id"]) == list(actions["action_id"])
        assert "macro" in set(rows["label"])
    assert set(labels["model"]) == set(table("business_models")["model"])


def test_each_label_is_the_one_that_its_reason_stands_for() -> None:
    labels = table("action_labels")
    assert list(labels["label"]) == [LABEL_OF_REASON[reason] for reason in labels["reason"]]
    also = [reason for reason in labels["also"] if reason]
    assert also
    for row in labels[labels["also"] != ""].itertuples():
        assert LABEL_OF_REASON[row.also] == row.label
        assert row.also != row.reason


def test_every_business_has_the_same_ten_facts() -> None:
    sheets = table("business_models")
    facts = [list(rows["fact"]) for _, rows in sheets.groupby("model", sort=False)]
    assert len(facts) == 5
    assert all(len(set(one)) == 10 and one == facts[0] for one in facts)
    assert list(table("sixth_business")["fact"]) == facts[0]


def test_account_newsletter_trial_and_contact_form_move_between_the_models() -> None:
    labels = table("action_labels")
    for action in ("a04", "a05", "a06", "a07"):
        assert len(set(labels.loc[labels["action_id"] == action, "label"])) >= 2
    assert set(labels.loc[labels["action_id"] == "a01", "label"]) == {"macro", "micro", "neither"}


def test_the_six_actions_named_in_the_prose_are_conversions_nowhere() -> None:
    labels = table("action_labels")
    nowhere = labels.groupby("action_id")["label"].agg(lambda found: set(found) == {"neither"})
    short = table("actions").set_index("action_id")["short"]
    assert set(short[nowhere[nowhere].index]) == {
        "half-typed form", "scroll", "refund", "bounce", "ad click", "ad impression",
    }  # fmt: skip
    assert "Six actions are conversions on none of the five sites" in TEXT
    stopped = labels[labels["action_id"].isin(nowhere[nowhere].index)]
    assert "The first or the second question stops each" in TEXT
    assert set(stopped["reason"]) == {"nothing_done", "not_wanted"}


def test_the_instructors_key_to_the_explorer_agrees_with_the_tables() -> None:
    labels, sheets = table("action_labels"), table("business_models")
    short = table("actions").set_index("action_id")["short"]
    found = {(row.model, short[row.action_id]): row for row in labels.itertuples()}
    odd = {
        "app": {"order of goods": "own", "newsletter": "not_wanted", "guide": "not_wanted"},
        "leads": {"contact form": "primary", "order of goods": "path", "account": "not_wanted"},
        "community": {"account": "primary", "newsletter": "primary", "free month": "not_wanted"},
        "software": {
            "order of goods": "not_wanted", "free month": "primary", "contact form": "path",
        },
    }  # fmt: skip
    [told] = re.findall(r"\*\*Explorer, three odd labels each.*", TEXT)
    for model, actions in odd.items():
        name = sheets.loc[sheets["model"] == model, "name"].iloc[0]
        part = told.split(f"*{name}:*")[1].split(" *")[0]
        facts = " ".join(sheets.loc[sheets["model"] == model, "text"]).lower()
        quotes = re.findall(r'"([^"]+)"', part)
        assert quotes
        assert all(quote in facts for quote in quotes)
        for action, reason in actions.items():
            assert action in part
            assert found[model, action].reason == reason
    by_action = labels.pivot(index="action_id", columns="model", values="label")
    moves = by_action.drop(columns="shop").ne(by_action["shop"], axis=0).sum(axis=1)
    assert {short[one] for one in moves[moves == 4].index} == {
        "order of goods", "repeat order", "cart, then paid", "cart, then left",
    }  # fmt: skip
    never = {short[one] for one in moves[moves == 0].index}
    assert never - {"help answered"} == {
        "half-typed form", "scroll", "refund", "bounce", "ad click", "ad impression",
    }  # fmt: skip


# --- the questions -----------------------------------------------------------------------------


def classification(question_id: str) -> Classify:
    question = bank.get(question_id)
    assert isinstance(question, Classify)
    return question


def test_the_twenty_actions_are_worked_out_or_labeled_by_the_learner_each_once() -> None:
    actions = table("actions")
    core, stretch = classification("01-q02"), classification("01-q34")
    for question, part in ((core, "core"), (stretch, "stretch")):
        here = actions.loc[actions["part"] == part, "at_pebble_street"]
        assert [row.text for row in question.rows] == [f"{text}." for text in here]
    assert (len(core.rows), core.at_least) == (10, 9)
    assert (len(stretch.rows), stretch.at_least) == (8, 7)
    for text in actions.loc[actions["part"] == "example", "at_pebble_street"]:
        assert f"*{text}*: completed" in TEXT
    assert set(actions["part"]) == {"core", "stretch", "example"}
    for question in (core, stretch):
        assert {row.label for row in question.rows} == set(question.labels)


def test_who_stops_an_ad_click_at_the_first_question_or_at_the_second_is_right() -> None:
    question = classification("01-q02")
    answer = [[row.label, row.reason] for row in question.rows]
    [place] = [n for n, row in enumerate(question.rows) if "Northlight's ad" in row.text]
    for reason in ("nothing_done", "not_wanted"):
        answer[place] = ["neither", reason]
        assert marking.mark(question, answer).feedback[place].label == "Right"
    answer[place] = ["neither", "own"]
    assert marking.mark(question, answer).feedback[place].label != "Right"


def test_the_bet_does_not_reveal_what_exercise_3_asks_for() -> None:
    assert not re.search(r"\d\d", BY_ID["01-q05"]["reveal"])


def test_the_twin_of_the_sixth_business_quotes_its_fact_sheet() -> None:
    sheet = dict(table("sixth_business").to_numpy().tolist())
    rows = BY_ID["01-q07"]["table"]["rows"]
    assert len(rows) >= 5
    assert all(sheet[fact] == text for fact, text in rows)


# --- the prose ---------------------------------------------------------------------------------


def test_the_numbers_in_prose_and_questions_are_the_shops() -> None:
    events, sessions, orders = load("events"), load("sessions"), load("orders")
    parts = journey.parts(events, len(sessions))
    silent = 100 * parts["none"] / len(sessions)
    unexplained = 100 * (1 - orders["session"].nunique() / len(sessions))
    assert f"Orders alone leave {unexplained:.1f} % of the visits unexplained" in TEXT
    assert f"to {silent:.1f} %, by {unexplained - silent:.1f} points" in TEXT
    assert f"Exercise 2: {unexplained:.1f} %. The bet and Exercise 3: {silent:.1f} %" in TEXT

    accounts = events[events["event"] == "create_account"]
    readers = events[events["event"] == "newsletter_signup"]
    both = readers["session"][readers["session"].isin(orders["session"])].nunique()
    unpaid = (~accounts["session"].isin(orders["session"])).sum()
    told = " ".join(option["why"] for option in BY_ID["01-q11"]["options"])
    for sentence in (
        f"this counts {len(accounts) + len(readers):,} sign-ups: {len(accounts):,} accounts and "
        f"{len(readers):,} newsletter readers",
        f"{unpaid} of the {accounts['session'].nunique():,} visits with a new account hold no "
        "order",
        f"follows {len(readers):,} events instead of {len(accounts) + len(readers):,}",
        f"In {both} of the {readers['session'].nunique():,} visits with a sign-up an order "
        "followed",
        f"follows {int(orders['new_customer'].sum()):,} first orders",
        f"shows {len(orders):,} orders and {len(accounts) + len(readers):,} sign-ups",
    ):
        assert sentence in " ".join(told.split())
    assert readers["user"].nunique() == len(readers)  # "each paid once per user"
    later = readers.merge(orders, on="session", suffixes=("", "_of_order"))
    assert (later["time"] < later["time_of_order"]).all()  # "an order followed"


def test_the_agencys_slide_quotes_the_log() -> None:
    events, sessions, orders = load("events"), load("sessions"), load("orders")
    with_account = sessions["session"].isin(events["session"][events["event"] == "create_account"])
    ordered = sessions["session"].isin(orders["session"])
    slide = BY_ID["01-q10"]["stem"]
    assert (
        f"Of the {with_account.sum():,} with a new account, {(with_account & ordered).sum():,} "
        f"hold an order; of the {(~with_account).sum():,} without one, only "
        f"{(~with_account & ordered).sum():,}."
    ) in " ".join(slide.split())


def test_every_name_in_the_log_is_on_maras_list_or_known_to_be_off_it() -> None:
    on_the_list = {journey.MACRO, *journey.ON_PATH, *journey.FURTHER_ON_PATH, *journey.BESIDE}
    counts = load("events")["event"].value_counts()
    # "Google Analytics 4 (GA4) sends the first five without being asked."
    by_itself = {"page_view", "user_engagement", "scroll", "session_start", "first_visit"}
    assert set(counts.index[:5]) == by_itself
    nobody_decided = {"view_item", "video_start", "share", "chat_question"}
    assert set(counts.index) == on_the_list | by_itself | nobody_decided
    answers = json.loads((paths.answers_dir() / "01-what-counts.json").read_text("utf-8"))
    assert set(answers["exercises"]["01-conversion-events"]["answer"]["items"]) == on_the_list
    # the hint: some wanted things have no name in the log
    recorded_by = table("actions").set_index("action_id")["event"]
    assert not set(recorded_by[["a04", "a13", "a14"]]) & set(counts.index)


def test_what_the_messages_say_of_the_log_is_so() -> None:
    events, sessions, orders = load("events"), load("sessions"), load("orders")
    assert "A visit leaves about ten events" in TEXT
    assert round(len(events) / len(sessions)) == 10
    assert "Every visit holds a page view" in TEXT
    assert set(events["session"][events["event"] == "page_view"]) == set(sessions["session"])
    assert "from cart to order leaves five wanted rows or more" in TEXT
    wanted = [journey.MACRO, *journey.ON_PATH, *journey.FURTHER_ON_PATH, *journey.BESIDE]
    rows = events[events["event"].isin(wanted)]
    carts = set(events["session"][events["event"] == "add_to_cart"])
    from_cart_to_order = rows[rows["session"].isin(carts & set(orders["session"]))]
    assert from_cart_to_order["session"].value_counts().min() == 5
    assert "Some buyers take the express checkout and fill no cart" in TEXT
    assert set(orders["session"]) - carts


def test_the_quoted_public_sample_gives_the_quoted_share() -> None:
    found = re.search(r"([\d,]+) of ([\d,]+) sessions hold a purchase event: ([\d.]+) %", TEXT)
    assert found
    part, whole = (int(found[i].replace(",", "")) for i in (1, 2))
    assert f"{100 * (1 - part / whole):.1f}" == found[3]


def test_every_event_of_the_lists_occurs_in_the_log() -> None:
    named = set(re.findall(r'"([a-z]+_[a-z_]+)"', TEXT))
    in_log = set(load("events")["event"])
    wanted = {journey.MACRO, *journey.ON_PATH, *journey.FURTHER_ON_PATH, *journey.BESIDE}
    assert wanted <= in_log
    assert {name for name in named if name.startswith(("add_", "begin_", "view_", "create_"))} <= (
        in_log
    )


# --- the picture and the tables of sentences ---------------------------------------------------


def small_log() -> pd.DataFrame:
    rows = {
        "s1": ["page_view"],
        "s2": ["page_view", "view_item", "add_to_cart", "add_to_cart"],
        "s3": ["add_to_cart", "newsletter_signup", "begin_checkout", "purchase"],
        "s4": ["newsletter_signup", "view_item"],
        "s5": ["view_item", "add_to_wishlist", "add_shipping_info"],
    }
    return pd.DataFrame(
        [(session, event) for session, names in rows.items() for event in names],
        columns=["session", "event"],
    )


def test_each_visit_is_in_one_part_of_the_bar_the_highest_it_reached() -> None:
    assert journey.parts(small_log(), 6) == {"order": 1, "path": 2, "beside": 1, "none": 2}


def test_the_pictures_title_and_words_say_what_was_counted() -> None:
    fig, words = journey.draw_journey(small_log(), pd.DataFrame({"session": range(6)}))
    try:
        assert fig.get_suptitle() == (
            "Orders speak for 167 of 1,000 visits, micro conversions for 500 more"
        )
        assert "6 visits; product view 3. On the path: cart 2, checkout 1, account 0." in words
        assert "1 with an order, 2 on the path without one" in words
    finally:
        import matplotlib.pyplot as plt

        plt.close(fig)


def test_a_text_table_has_a_caption_heads_with_scope_and_no_live_html() -> None:
    frame = pd.DataFrame({"fact": ["Who?"], "text": ["<b>Mara</b> & Theo"]})
    bundle = text_table(frame, "A caption")._repr_mimebundle_()
    assert "<caption" in bundle["text/html"]
    assert bundle["text/html"].count('scope="col"') == 2
    assert bundle["text/html"].count('scope="row"') == 1
    assert "&lt;b&gt;Mara&lt;/b&gt; &amp; Theo" in bundle["text/html"]
    assert "Who?  <b>Mara</b> & Theo" in bundle["text/plain"]


def test_the_comparison_gives_shares_of_all_visits() -> None:
    found = journey.comparison(2, 10, 50).set_index("Question").loc["Visits with at least one?"]
    assert list(found) == ["2 (4.0 % of 50)", "10 (20.0 % of 50)"]


# --- the explorer ------------------------------------------------------------------------------


def states() -> list[dict[str, Any]]:
    return explorer_models.states(
        table("actions"), table("business_models"), table("action_labels")
    )


def test_the_explorer_knows_every_state_before_it_is_shown() -> None:
    found = states()
    json.dumps(found)  # synced traits must be JSON
    assert [len(state["rows"]) for state in found] == [20] * 5
    for state in found:
        moved = sum(bool(row["moved"]) for row in state["rows"])
        if state["key"] == explorer_models.BASE:
            assert moved == 0
        else:
            assert moved >= 5
            assert f"{moved} labels moved" in state["news"]
        assert all(row["why"].endswith(".") for row in state["rows"])


def test_a_label_that_only_changes_its_reason_has_not_moved() -> None:
    labels = table("action_labels")
    here = (labels["model"] == "app") & (labels["action_id"] == "a05")
    labels.loc[here, ["label", "reason"]] = ["micro", "own"]
    found = explorer_models.states(table("actions"), table("business_models"), labels)
    row = next(state for state in found if state["key"] == "app")["rows"][4]
    assert row["label"] == "Micro, beside the path"
    assert row["moved"] == ""


def test_a_model_without_one_of_the_actions_is_refused() -> None:
    labels = table("action_labels").iloc[:-1]
    with pytest.raises(KeyError):
        explorer_models.states(table("actions"), table("business_models"), labels)


def test_the_explorers_plain_text_is_the_same_every_time_and_names_no_address() -> None:
    first, second = explorer_models.model_explorer(), explorer_models.model_explorer()
    try:
        text = first._repr_mimebundle_()[0]["text/plain"]
        assert text == second._repr_mimebundle_()[0]["text/plain"]
        assert "0x" not in text
        assert "Creates an account. Pebble Street: Micro, on the path;" in text
        assert "The Allotment: Macro" in text
    finally:
        first.close()
        second.close()


def test_the_explorer_needs_no_python_to_answer() -> None:
    explorer = explorer_models.model_explorer()
    try:
        assert not explorer._msg_callbacks.callbacks
    finally:
        explorer.close()


PAGE = """<!doctype html><html lang="en"><head><title>Explorer</title>
<meta name="viewport" content="width=device-width"><style>
body.dark {{ background: #111; --jp-ui-font-color1: #fff; --jp-layout-color0: #111;
  --jp-border-color0: #999; --jp-border-color2: #555; --jp-brand-color1: #64b5f6; }}
{css}</style></head><body><main><h1>Explorer</h1><div id="here"></div></main>
<script type="module">{js}
const traits = {traits};
const model = {{
  get: (name) => traits[name], set: (name, value) => {{ traits[name] = value; }},
  save_changes() {{ throw new Error("Cannot send"); }}, on() {{}}, off() {{}},
}};
window.stolen = 0;
document.addEventListener("keydown", () => window.stolen++);
widget.render({{ model, el: document.getElementById("here") }});
</script></body></html>"""


@pytest.fixture(scope="module")
def explorer_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The explorer alone in Chromium, on a model whose kernel is gone."""
    source = Path(explorer_models.__file__)
    html = PAGE.format(
        css=source.with_suffix(".css").read_text("utf-8"),
        js=source.with_suffix(".js").read_text("utf-8").replace("export default", "const widget ="),
        traits=json.dumps(
            {"actions": table("actions")["action"].tolist(), "models": states(), "chosen": "shop"}
        ),
    )
    file = tmp_path_factory.mktemp("explorer") / "explorer.html"
    file.write_text(html, "utf-8")
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(file.as_uri())
    yield page
    page.close()


@pytest.mark.browser
def test_labels_move_by_keyboard_alone_and_without_a_kernel(explorer_page: Any) -> None:
    page = explorer_page
    status = page.get_by_role("status")
    assert "Pebble Street" in status.inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="Stillwater, meditation app").is_checked()
    assert status.inner_text().startswith("Stillwater: 6 labels moved:")
    assert page.evaluate("window.stolen") == 1  # the Tab into the group; no arrow reached the page
    row = page.get_by_role("row", name=re.compile("^Pays for an order of goods"))
    assert "Micro, beside the path" in row.inner_text()
    assert "Macro at Pebble Street" in row.inner_text()


@pytest.mark.browser
def test_the_fact_sheet_stays_open_when_the_business_changes(explorer_page: Any) -> None:
    page = explorer_page
    page.get_by_text("Fact sheet of").click()
    page.get_by_role("radio", name=re.compile("Kessler")).check()
    assert page.get_by_text("Contracts of $20,000 and more").is_visible()


@pytest.mark.browser
def test_the_explorer_fits_a_phone_and_passes_axe_in_both_themes(explorer_page: Any) -> None:
    from browser_lab import axe

    page = explorer_page
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.body.className = theme }", theme)
        assert axe(page, ".wbm") == []


def test_the_tables_of_the_lesson_are_in_the_data_folder_unchanged() -> None:
    for name in ("actions", "business_models", "action_labels", "sixth_business"):
        built = (paths.data_dir() / f"{name}.csv").read_bytes()
        assert built == (TABLES / f"{name}.csv").read_bytes()
