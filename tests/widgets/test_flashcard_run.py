"""The flashcards without a browser: messages in, traits and the record out."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workbook import paths, progress
from workbook.questions import bank
from workbook.study import blueprint, deck, schedule
from workbook.widgets import flashcards as module
from workbook.widgets.flashcards import Flashcards, flashcards
from workbook.widgets.record import restore, save_my_work

SEQ = (f"1-{number}" for number in itertools.count(1))
START = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Clock:
    """The time for cards and record alike, moved by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        monkeypatch.setattr(module, "now", lambda: self.now)
        clock = self

        class Stopped(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                clock.now += timedelta(seconds=2)  # no two events at one moment
                return clock.now

        monkeypatch.setattr(progress, "datetime", Stopped)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def clock(tmp_path: Path) -> Iterator[Clock]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
        _zone_changed()
        yield Clock(patch)
    _zone_changed()


def _zone_changed() -> None:
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()


@pytest.fixture
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lessons, for a test to change."""
    copy = tmp_path / "lessons"
    shutil.copytree(paths.lessons_dir(), copy, ignore=shutil.ignore_patterns("*.py"))
    monkeypatch.setenv("WORKBOOK_LESSONS", str(copy))
    return copy


def _reword_first_card(lessons: Path) -> None:
    book = (lessons / "glossary.yml").read_text("utf-8")
    reworded = book.replace("A document made of cells", "A page made of cells", 1)
    assert reworded != book
    (lessons / "glossary.yml").write_text(reworded, "utf-8")


def send(form: Flashcards, kind: str, **fields: Any) -> dict[str, Any]:
    seq = next(SEQ)
    form.handle({"type": kind, "seq": seq, **fields})
    assert form.reply["seq"] == seq
    return dict(form.reply)


def rate(form: Flashcards, rating: Any = 3, **fields: Any) -> dict[str, Any]:
    card = form.card
    message = {"card": card["id"], "turn": card["turn"], "rating": rating, "seconds": 4.25}
    return send(form, "rate", **{**message, **fields})


def events(kind: str = "card") -> list[dict[str, Any]]:
    return [event for event in progress.events() if event["kind"] == kind]


def test_the_first_card_is_there_at_once() -> None:
    form = flashcards()
    assert form.card["id"] == deck.deck().cards[0].id
    assert form.head["today"] == "Today: 0 due, 10 new"
    assert form.card["left"] == 9
    assert [one["name"] for one in form.card["choices"]] == ["Again", "Hard", "Good", "Easy"]
    assert events() == []


def test_a_rating_is_one_event_and_brings_the_next_card() -> None:
    form = flashcards()
    first = form.card
    said = next(one["when"] for one in first["choices"] if one["rating"] == 3)
    reply = rate(form, 3)
    assert reply["said"] == f"Good: {said}."
    assert form.card["id"] != first["id"] and form.card["turn"] > first["turn"]
    (event,) = events()
    assert (event["item"], event["rating"], event["seconds"]) == (first["id"], 3, 4.2)
    assert event["hash"] == deck.deck().cards[0].hash


def test_each_button_says_when_the_card_really_comes(clock: Clock) -> None:
    words = {"in this run": 0, "tomorrow": 1}
    for rating in schedule.RATINGS:
        form = flashcards()
        card = form.card
        said = next(one["when"] for one in card["choices"] if one["rating"] == rating)
        rate(form, rating)
        due = form._standings[card["id"]].due
        assert due
        days = (schedule.day(due) - schedule.day(clock.now)).days
        assert days == words.get(said) or said == f"in {days} days"
        send(form, "undo")


def test_again_comes_back_at_the_end_of_the_run() -> None:
    form = flashcards()
    first = form.card["id"]
    rate(form, 1)
    asked = []
    while form.card:
        asked.append(form.card["id"])
        rate(form, 4)
    assert asked[-1] == first and asked.count(first) == 1 and len(asked) == 10
    assert form.summary["title"] == "Done for today."
    assert form.summary["lines"][0] == "11 ratings today, 1 of them Again."
    assert form.summary["lines"][1].startswith("Next: ")


def test_the_run_goes_on_after_a_restart_and_in_another_kernel() -> None:
    form = flashcards()
    for _ in range(3):
        rate(form, 4)
    again = flashcards()
    assert (again.card["id"], again.head) == (form.card["id"], form.head)
    third = again.card["id"]
    rate(again, 4)
    rate(form, 4)  # the same card, still open in the first
    send(form, "ping")
    assert [event["item"] for event in events()].count(third) == 2
    assert form.head["new"] == 6 and form.card["id"] == again.card["id"]


def test_a_card_rated_twice_by_a_message_that_came_late_is_rated_once() -> None:
    form = flashcards()
    card = form.card
    rate(form, 3)
    reply = rate(form, 1, card=card["id"], turn=card["turn"])
    assert "rated already" in reply["note"]
    message = {"type": "rate", "seq": next(SEQ), "card": form.card["id"], "rating": 3}
    message["turn"] = form.card["turn"]
    form.handle(message)
    form.handle(message)  # the browser heard no reply
    assert [event["rating"] for event in events()] == [3, 3]


@pytest.mark.parametrize("rating", [0, 5, None, "3", True, 2.5, [3]])
def test_a_rating_that_is_none_changes_nothing(rating: Any) -> None:
    form = flashcards()
    card = form.card["id"]
    assert "1, 2, 3 or 4" in rate(form, rating)["note"]
    assert form.card["id"] == card and events() == []


@pytest.mark.parametrize("seconds", [-1, "long", None, float("nan"), True])
def test_an_odd_thinking_time_is_not_recorded(seconds: Any) -> None:
    rate(flashcards(), 3, seconds=seconds)
    assert events()[0]["seconds"] is None


def test_the_last_ratings_are_taken_back_one_by_one() -> None:
    form = flashcards()
    first = form.card["id"]
    rate(form, 4)
    second = form.card["id"]
    rate(form, 1)
    assert form.card["undo"]
    send(form, "undo")
    assert form.card["id"] == second
    send(form, "undo")
    assert form.card["id"] == first and not form.card["undo"]
    assert form.head["today"] == "Today: 0 due, 10 new"
    assert "nothing to take back" in send(form, "undo")["note"]
    assert flashcards().card["id"] == first


def test_a_rating_is_taken_back_although_the_clock_was_set_back(clock: Clock) -> None:
    form = flashcards()
    first = form.card["id"]
    rate(form, 4)
    clock.forward(hours=-1)
    assert send(form, "undo")["said"] == "Taken back."
    assert events("card-undo")[0]["of"] == events()[0]["t"]
    assert form.card["id"] == first and form.card["kicker"].endswith("· new")
    clock.forward(hours=2)
    assert flashcards().card["id"] == first


def test_undo_takes_back_the_own_rating_and_leaves_that_of_another_machine(clock: Clock) -> None:
    form = flashcards()
    name = form.card["id"]
    rate(form, 1)
    (mine,) = events()
    theirs = mine | {"t": (clock.now + timedelta(minutes=2)).isoformat(), "rating": 4}
    progress.merge(json.dumps(theirs))
    clock.forward(minutes=5)
    send(form, "undo")
    later = flashcards()
    assert later._standings[name] == form._standings[name]
    assert (later._standings[name].ratings, later._standings[name].lapses) == (1, 0)


def test_undo_names_the_own_rating_among_those_that_were_written_meanwhile() -> None:
    form, other = flashcards(), flashcards()
    rate(other, 3)
    rate(form, 3)  # the first look of this kernel at the other's rating of the same card
    send(form, "undo")
    assert [one["of"] for one in events("card-undo")] == [events()[1]["t"]]


def test_undo_leaves_an_old_rating_if_the_new_one_cannot_be_read_back(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate(flashcards(), 4)
    clock.forward(days=60)
    form = flashcards()
    assert form.card["id"] == events()[0]["item"]
    monkeypatch.setattr(form._record, "news", lambda: (False, []))
    rate(form, 4)
    assert "nothing to take back" in send(form, "undo")["note"]
    assert events("card-undo") == []


def test_a_rating_of_a_text_that_changed_is_taken_back_all_the_same(lessons: Path) -> None:
    form = flashcards()
    rate(form, 4)
    _reword_first_card(lessons)
    send(form, "exam", date="2026-12-04")  # the cards are read again
    assert send(form, "undo")["said"] == "Taken back."
    (mine,) = events()
    (taken,) = events("card-undo")
    assert (taken["of"], taken["hash"]) == (mine["t"], mine["hash"])


def test_lessons_are_chosen_and_the_choice_is_remembered() -> None:
    form = flashcards()
    assert all(one["chosen"] for one in form.lessons)
    send(form, "lessons", lessons=["06", "07", "99"])
    assert form.card["kicker"].startswith("Term · lesson 06")
    later = flashcards()
    assert [one["id"] for one in later.lessons if one["chosen"]] == ["06", "07"]
    assert later.card["id"] == form.card["id"]
    for odd in ([], "07", None, [["07"]], ["99"]):
        assert "at least one" in send(later, "lessons", lessons=odd)["note"]
    assert [one["id"] for one in later.lessons if one["chosen"]] == ["06", "07"]
    send(later, "lessons", lessons=[one["id"] for one in later.lessons])
    assert all(one["chosen"] for one in flashcards().lessons)


def test_lessons_named_in_the_call_hold_for_this_output_only() -> None:
    assert [one["id"] for one in flashcards(7).lessons if one["chosen"]] == ["07"]
    assert flashcards("07").card["kicker"].startswith("Term · lesson 07")
    assert all(one["chosen"] for one in flashcards().lessons)
    nothing = flashcards("42")
    assert nothing.card == {}
    assert nothing.summary["title"].startswith("There are no cards of 42. Lessons with cards: 00, ")


def test_the_exam_date_brings_more_new_cards_and_cuts_intervals() -> None:
    form = flashcards()
    assert send(form, "exam", date="2026-11-04")["said"] == "2 days to your exam."
    assert form.head["new"] == schedule.MOST_NEW
    assert {one["when"] for one in form.card["choices"]} == {"in this run", "tomorrow"}
    assert flashcards().head["exam"] == "2 days to your exam"
    for odd, said in (("2026-11-01", "over"), ("soon", "no date"), ("3026-11-04", "ten years")):
        assert said in send(form, "exam", date=odd)["note"]
    assert schedule.exam_date(progress.events(), START + timedelta(days=1)) is not None
    send(form, "exam", date=None)
    assert flashcards().head["date"] == "" and form.head["new"] == schedule.NEW_A_DAY


def test_the_next_day_brings_what_is_due_even_in_a_notebook_left_open(clock: Clock) -> None:
    form = flashcards()
    while form.card:
        rate(form, 3)
    send(form, "more")
    assert form.head["new"] == 10
    send(form, "stop")
    clock.forward(days=2)
    send(form, "go on")
    assert form.head["due"] == 10 and form.card["kicker"].endswith("· due")


def test_the_day_after_the_exam_is_a_day_as_any_other(clock: Clock) -> None:
    form = flashcards()
    send(form, "exam", date="2026-11-05")
    for _ in range(10):
        rate(form, 4)
    clock.forward(days=3)  # the day of the exam
    send(form, "stop")
    assert form.head["due"] == 10
    clock.forward(days=1)
    send(form, "go on")
    assert (form.head["due"], form.head["new"]) == (0, schedule.NEW_A_DAY)


def test_stopping_says_what_is_left_and_goes_on() -> None:
    form = flashcards()
    rate(form, 4)
    send(form, "stop")
    assert form.card == {} and form.summary["title"] == "Stopped; 9 cards left for today."
    send(form, "go on")
    assert form.card and form.summary == {}


def test_a_leech_is_named_with_its_lesson_and_asked_only_if_chosen(clock: Clock) -> None:
    form = flashcards("07")
    name = form.card["id"]
    for _ in range(schedule.LAPSES):
        send(form, "lessons", lessons=["07"])
        while form.card["id"] != name:
            rate(form, 4)
        rate(form, 1)
        clock.forward(minutes=11)
    (leech,) = form.leeches
    assert (leech["id"], leech["rests"]) == (name, True)
    assert leech["text"] == "forgotten 6 times; reread 07 Funnels"
    while form.card:
        assert form.card["id"] != name
        rate(form, 4)
    send(form, "leech", card=name)
    assert form.card["id"] == name and form.card["kicker"].endswith("forgotten 6 times")
    rate(form, 1)
    assert form.card == {}
    send(form, "leech", card="term:unknown")
    assert form.card == {}


def test_what_a_mock_exam_found_wrong_is_asked_first_also_while_the_cards_are_open() -> None:
    reserved = next(one for one in bank.lesson("07") if one.pool == "exam")
    form = flashcards()
    progress.record("exam", "x", what="end", why="handed in", verdicts={reserved.id: "wrong"})
    rate(form, 3)
    assert form.card["id"] == f"question:{reserved.id}"
    assert form.card["kicker"].endswith("wrong in a mock exam")
    rate(form, 3)
    assert form.card["id"] != f"question:{reserved.id}"


def test_a_card_whose_text_changed_is_new_again(lessons: Path) -> None:
    form = flashcards()
    first = form.card["id"]
    rate(form, 4)
    _reword_first_card(lessons)
    later = flashcards()
    assert later.card["id"] == first and later.card["kicker"].endswith("· new")


def test_a_record_that_cannot_be_written_is_said_once_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "nowhere" / "progress.jsonl"))
    form = flashcards()
    first = form.card["id"]
    assert "could not be saved" in rate(form, 4)["note"]
    assert form.card["id"] != first
    assert rate(form, 4)["note"] == ""
    send(form, "undo")
    assert form.head["done"] == 1


def test_a_torn_or_foreign_line_stops_nothing(tmp_path: Path) -> None:
    form = flashcards()
    rate(form, 4)
    with paths.progress_file().open("ab") as file:
        file.write(b'{"kind":"card","item":"term:\xff\n[1]\n{"kind":"card"}\n{"v":1,"t":"2026')
    rate(form, 4)
    assert form.head["done"] == 2
    assert flashcards().head == form.head


def test_two_machines_that_exchange_their_work_show_the_same_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    lessons = paths.lessons_dir()
    monkeypatch.delenv("WORKBOOK_PROGRESS")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(lessons))
    homes = [tmp_path / "desk", tmp_path / "train"]
    for number, home in enumerate(homes):
        (home / "notebooks").mkdir(parents=True)
        monkeypatch.setenv("WORKBOOK_HOME", str(home))
        form = flashcards("06", "07")
        for turn in range(6):
            rate(form, 1 + (turn + number) % 4)
        clock.forward(hours=7)
        monkeypatch.chdir(home)
        save_my_work(f"machine-{number}")
    zips = [next(home.glob("*.zip")) for home in homes]
    found = []
    for home, other in zip(homes, reversed(zips), strict=True):
        monkeypatch.setenv("WORKBOOK_HOME", str(home))
        restore(other)
        form = flashcards("06", "07")
        found.append((form.head, form.card["id"], form.leeches, form._standings))
    assert found[0] == found[1]
    assert found[0][0]["done"] == 12


def test_the_plain_form_knows_no_learner() -> None:
    before = flashcards().plain
    form = flashcards()
    rate(form, 1)
    send(form, "exam", date="2026-12-04")
    assert flashcards("07").plain == form.plain == before
    bundle, _ = form._repr_mimebundle_()
    assert bundle["text/plain"] == before


def test_the_traits_hold_json_and_nothing_from_a_card_is_raw_html() -> None:
    form = flashcards()
    json.dumps({name: getattr(form, name) for name in ("head", "lessons", "card", "leeches")})
    form._deck = deck.Deck(
        (deck.Card("term:x", "term", "00", "<img src=x onerror=a()>", "<b>x</b>", "00000000"),)
    )
    form._cards = {card.id: card for card in form._deck.cards}
    form._standings = {"term:x": schedule.Standing()}
    form._show()
    assert "<img" not in form.card["front"] and "<b>" not in form.card["back"]


def test_lessons_do_not_load_the_scheduler() -> None:
    code = (
        "import sys; from workbook import quiz; import workbook.study.schedule; "
        "print([name for name in sys.modules if name.split('.')[0] in ('fsrs', 'pydantic')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def _numbers(form: Flashcards) -> tuple[int, int, int, int]:
    """All cards, due, new and later, as the sentence says them."""
    numbers = re.findall(r"(\d+) (?:cards?|due|new|later)", form.head["whole"])
    assert len(numbers) == 4
    total, due, new, later = map(int, numbers)
    return total, due, new, later


def test_the_numbers_add_up_and_a_due_card_takes_no_new_one_away() -> None:
    form = flashcards()
    total, *parts = _numbers(form)
    assert total == sum(parts) == len(deck.deck().cards)
    send(form, "exam", date="2026-11-04")
    reserved = [one.id for one in bank.lesson("07") if one.pool == "exam"][:2]
    verdicts = dict.fromkeys(reserved, "wrong")
    progress.record("exam", "x", what="end", why="handed in", verdicts=verdicts)
    form = flashcards()
    assert (form.head["due"], form.head["new"]) == (2, schedule.MOST_NEW)
    rate(form, 3)
    assert (form.head["due"], form.head["new"]) == (1, schedule.MOST_NEW)
    total, *parts = _numbers(form)
    assert total == sum(parts) == len(deck.deck().cards) + 2


def test_due_cards_in_lessons_that_are_switched_off_are_said() -> None:
    reserved = next(one for one in bank.lesson("07") if one.pool == "exam")
    progress.record("exam", "x", what="end", why="handed in", verdicts={reserved.id: "wrong"})
    form = flashcards()
    assert form.head["today"].startswith("Today: 1 due, ")
    send(form, "lessons", lessons=["06"])
    said = "Today: 0 due (1 more in lessons that you have switched off), "
    assert form.head["today"].startswith(said)
    send(form, "stop")
    assert "1 card due in lessons that you have switched off." in form.summary["lines"]


def test_what_was_rated_today_counts_whatever_lessons_are_chosen() -> None:
    form = flashcards("06")
    rate(form, 3)
    rate(form, 1)
    send(form, "lessons", lessons=["07"])
    rate(form, 3)
    send(form, "stop")
    assert form.summary["lines"][0] == "3 ratings today, 1 of them Again."


def test_before_an_exam_new_cards_of_lesson_00_come_last() -> None:
    form = flashcards()
    assert form._cards[form.card["id"]].lesson == "00"
    send(form, "exam", date="2026-12-04")
    order = [form._cards[name].lesson for name in form._chosen_standings()]
    first = order.index("00")
    assert first > 0 and set(order[first:]) == {"00"}
    assert form._cards[form.card["id"]].lesson == "01"


def test_a_pack_is_called_as_the_exams_call_it() -> None:
    asked = next(one for one in bank.pack("ga4-setup") if one.pool == "exam")
    progress.record("exam", "x", what="end", why="handed in", verdicts={asked.id: "wrong"})
    form = flashcards()
    name = next(one["label"] for one in form.lessons if one["id"] == "ga4")
    topics = [topic.name for one in blueprint.blueprints() for topic in one.topics]
    assert name in topics
    assert f" · {name} · " in form.card["kicker"]
