"""Lesson 00: it starts at once, its story is the log's, its questions count what they show."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbook import hundred_visits, load, paths
from workbook.exercises.beginner import Failure, explain
from workbook.reference import source

LESSONS = Path(__file__).parents[2] / "lessons"
LESSON = source.read(LESSONS / "00-start-here.py")
TEXT = LESSON.path.read_text("utf-8")
BANK = yaml.safe_load(LESSON.path.with_suffix(".yml").read_text("utf-8"))["questions"]
BY_ID: dict[str, dict[str, Any]] = {question["id"]: question for question in BANK}


def prose() -> list[str]:
    """The markdown of the core route, cell by cell."""
    core = []
    for cell in LESSON.cells:
        if cell.source.startswith("## Stretch"):
            break
        if cell.kind == "markdown" and not cell.tags & {"hint", "instructor"}:
            core.append(cell.source)
    return core


# --- the first minute --------------------------------------------------------------------------


def test_the_first_cell_is_reached_after_three_short_sentences() -> None:
    first, second = LESSON.cells[:2]
    assert first.kind == "markdown"
    sentences = re.findall(r"[^.?]+[.?]", first.source.replace("*", ""))
    assert len(sentences) == 3
    assert len(first.source.split()) <= 30
    lines = [line for line in second.source.splitlines() if line]
    assert lines == ["from workbook import hundred_visits", "hundred_visits(1)"]


def test_the_core_route_is_short_enough_to_read() -> None:
    assert sum(len(text.split()) for text in prose()) <= 900
    assert not any("!" in text for text in prose())


def test_the_objectives_come_after_the_surprise_and_are_four() -> None:
    [place] = [n for n, cell in enumerate(LESSON.cells) if "**Afterwards you can**" in cell.source]
    assert place > 1
    listed = LESSON.cells[place].source.partition("**Afterwards you can**")[2].partition("## ")[0]
    assert len(re.findall(r"^\* ", listed, re.MULTILINE)) == 4
    assert LESSON.header["objectives"] == ["L0.1", "L0.2", "L0.3", "L0.4"]


def test_nothing_is_recalled_since_nothing_came_before() -> None:
    assert "recall" not in TEXT


# --- the exercises -----------------------------------------------------------------------------


def answers() -> dict[str, Any]:
    file = paths.answers_dir() / "00-start-here.json"
    return dict(json.loads(file.read_text("utf-8"))["exercises"])


def test_the_wrong_answer_that_learners_are_invited_to_give_is_recognized() -> None:
    assert "**First answer wrongly.** Put `len(events)`" in TEXT
    [way] = [w for w in answers()["00-first-visit"]["wrong"] if w["name"] == "the_whole_log"]
    assert way["value"]["value"] == len(load("events"))


def test_three_core_exercises_each_have_a_question_that_stands_for_them() -> None:
    core = [key for key, exercise in answers().items() if not exercise.get("stretch")]
    assert len(core) == 3
    assert {question.get("twin") for question in BANK} >= set(core)
    shown = TEXT.split("## Stretch")[0]
    for question in BANK:
        if question.get("twin") in core:
            assert f'# **No code?** Answer this instead.\n\n# %%\nquiz("{question["id"]}")' in shown


# --- when something breaks ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "pair"),
    [
        (Failure("SyntaxError", "'(' was never closed", "len(visits"), 0),
        (Failure("NameError", "name 'visit' is not defined", "len(visit)", ["visits"]), 1),
        (Failure("NameError", "name 'load' is not defined", 'load("events")'), 2),
        (Failure("KeyError", "'devise'", 'sessions["devise"]', columns=["device", "user"]), 3),
    ],
)
def test_the_cards_of_the_question_are_those_that_errors_show(failure: Failure, pair: int) -> None:
    said = explain(failure) or ""
    for sentence in re.findall(r"[^.?]+[.?]", BY_ID["00-q03"]["pairs"][pair]["left"]):
        words = [word for word in re.findall(r"`?\w+`?", sentence) if word not in ("Or", "No")]
        assert all(word.lower() in said.lower() for word in words), (sentence, said)


def test_what_is_offered_to_be_uncommented_exists() -> None:
    [cell] = [c for c in LESSON.cells if c.kind == "code" and "save_my_work" in c.source]
    offered = re.findall(r"^# (\w+)\(", cell.source, re.MULTILINE)
    assert offered == ["progress", "save_my_work", "restore"]
    for name in offered:
        assert name in cell.source.splitlines()[0]
        names: dict[str, Any] = {}
        exec(f"from workbook import {name}", names)
        assert callable(names[name])


# --- the story ---------------------------------------------------------------------------------


def test_the_first_sale_is_two_espresso_cups_after_four_on_a_phone() -> None:
    assert "Two espresso cups, just after four in the morning" in TEXT
    events, orders = load("events"), load("orders")
    first = orders.sort_values("time").iloc[0]
    assert orders["time"].is_monotonic_increasing
    assert first["session"] == orders["session"][0]
    assert first["items"] == 2
    assert first["time"].hour == 4
    assert first["time"].minute < 15
    visit = events[events["session"] == first["session"]]
    assert set(visit["item_id"].dropna()) == {"TAB-06"}
    products = load("products").set_index("item_id")
    assert "espresso cup" in products.loc["TAB-06", "name"]
    sessions = load("sessions").set_index("session")
    assert sessions.loc[first["session"], "device"] == "mobile"
    minutes = (visit["time"].max() - visit["time"].min()).total_seconds() / 60
    assert round(minutes) == 5  # "The visit with the order lasted five minutes."
    purchases = events[events["event"] == "purchase"]
    assert purchases["session"].iloc[0] == first["session"]  # "On top stands the first sale."


def test_northlight_has_counted_rows() -> None:
    events = load("events")
    views, users = (events["event"] == "view_item").sum(), events["user"].nunique()
    assert f'"Of {users:,} users, {views:,} have looked at a product: nine in ten."' in TEXT
    assert round(10 * views / users) == 9


def test_the_phones_are_no_exception() -> None:
    assert (load("sessions")["device"] == "mobile").mean() > 0.5


# --- the questions -----------------------------------------------------------------------------


def rows(question: str) -> list[dict[str, Any]]:
    table = BY_ID[question]["table"]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_the_small_logs_give_the_keyed_answers_and_the_named_mistakes() -> None:
    def given(question: str) -> tuple[int, set[int]]:
        q = BY_ID[question]
        return int(q["answer"]), {int(slip["value"]) for slip in q["wrong"]}

    log = rows("00-q05")
    [visit] = [row["session"] for row in log if row["event"] == "purchase"]
    own = [row["event"] for row in log if row["session"] == visit]
    until = [row["event"] for row in log].index("purchase") + 1
    assert given("00-q05") == (len(own), {len(log), 1, len(set(own)), until})

    for question, event in (("00-q08", "view_item"), ("00-q17", "video_start")):
        log = rows(question)
        kept = [row for row in log if row["event"] == event]
        visits, users = ({row[name] for row in kept} for name in ("session", "user"))
        everybody = {row["user"] for row in log}
        if question == "00-q08":
            assert given(question) == (len(users), {len(kept), len(visits), len(everybody)})
        else:
            slips = {len(kept), len(users), len(log), len(everybody)}
            assert given(question) == (len(visits), slips)
        assert len({len(kept), len(visits), len(users)}) == 3

    each = Counter(row["user"] for row in rows("00-q12"))
    again = {user: count for user, count in each.items() if count > 1}
    further = sum(each.values()) - len(each)
    assert given("00-q12") == (len(again), {further, len(each), 1, sum(again.values())})


def test_the_reserved_questions_are_about_logs_and_not_about_this_notebook() -> None:
    for question in BANK:
        if question["pool"] == "exam":
            assert question["objective"] in ("L0.2", "L0.4")
            assert not re.search(r"kernel|cell|notebook|check", question["stem"], re.IGNORECASE)


def test_the_open_sheet_names_no_vote_and_puts_the_first_before_its_answer() -> None:
    [sheet] = [cell.source for cell in LESSON.cells if cell.tags == {"instructor"}]
    assert "00-q" not in sheet
    assert sheet.index("| Vote 1 |") < sheet.index("| Four moves |")
    before_section_1 = TEXT.split("# ## 1 Read a table")[0]
    assert not re.search(r"\busers?\b|browser", before_section_1)


def test_the_vote_on_the_visits_does_not_give_itself_away_by_its_form() -> None:
    options = [option["text"] for option in BY_ID["00-q15"]["options"]]
    assert all(re.match(r"(A )?\w+: \w", text) for text in options)
    assert max(map(len, options)) - min(map(len, options)) <= 4


def test_the_hundreds_that_are_compared_do_differ() -> None:
    first, second = re.findall(r"`(\d+)`", LESSON.cells[2].source.split("Section 4")[0])[1:]
    shown = [hundred_visits(int(hundred)).kinds.count("order") for hundred in (first, second)]
    assert shown == [6, 0]
    model = " ".join(BY_ID["00-q13"]["model"].split())
    assert "in another hundred there are none, in another six" in model


def test_the_first_rate_is_asked_in_plain_words() -> None:
    words = r"(?i)numerator|denominator|scope|window|exclusion"
    assert not re.search(words, " ".join(prose()))
    assert not re.search(words, yaml.safe_dump(BANK))
