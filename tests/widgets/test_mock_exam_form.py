"""The mock exam without a browser: messages in, traits and the record out."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from exam_hall import lessons_with

from workbook import progress
from workbook.questions import bank
from workbook.questions.drawing import drawn
from workbook.questions.marking import mark
from workbook.study.places import place_of
from workbook.widgets import mock_exam as module
from workbook.widgets._markdown import to_html
from workbook.widgets._review import review
from workbook.widgets.mock_exam import MockExam, diagnostic, mock_exam

RIGHT: dict[str, Any] = {
    "02-q01": 1,
    "02-q02": [0, 2],
    "02-q04": [0, 1, 2, 3],
    "02-q05": [0, 1, 2],
    "02-q07": [
        ["macro", "primary"], ["micro", "step"], ["neither", "passive"], ["neither", "step"],
    ],
}  # fmt: skip
SEQ = (f"1-{number}" for number in itertools.count(1))
Clock = Callable[[float], None]


@pytest.fixture(autouse=True)
def lessons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = lessons_with(tmp_path / "lessons")
    lessons_with(folder, "diagnostic", title="Diagnostic", minutes=None, pass_mark=None)
    monkeypatch.setenv("WORKBOOK_LESSONS", str(folder))
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    return folder


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock of widget and record forward by so many seconds."""

    def move(seconds: float) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + timedelta(seconds=seconds)

        monkeypatch.setattr(module, "_now", lambda: Clock.now(UTC))
        monkeypatch.setattr(progress, "datetime", Clock)

    return move


def ask(exam: MockExam, kind: str, **fields: Any) -> dict[str, Any]:
    seq = next(SEQ)
    sitting = {} if kind == "start" else {"sitting": exam.scene.get("id")}
    exam.handle({"type": kind, "seq": seq, **sitting, **fields})
    assert exam.reply["seq"] == seq
    return dict(exam.reply)


def started(extra: float = 0) -> MockExam:
    exam = mock_exam("small")
    assert exam.scene["page"] == "start"
    ask(exam, "start", blueprint="small", extra=extra)
    assert exam.scene["page"] == "exam"
    return exam


def answer_all(exam: MockExam) -> None:
    for item in exam.scene["items"]:
        if item["id"] in RIGHT:
            ask(exam, "answer", question=item["id"], answer=RIGHT[item["id"]], spent=4)


def exam_events(what: str | None = None) -> list[dict[str, Any]]:
    found = [event for event in progress.events() if event["kind"] == "exam"]
    return [event for event in found if what in (None, event["what"])]


def verdicts(exam: MockExam) -> dict[str, str]:
    return {item["id"]: item["verdict"] for item in exam.scene["items"]}


# --- the start page -----------------------------------------------------------------------------


def test_the_start_page_says_what_each_exam_is() -> None:
    exam = mock_exam()
    [one] = exam.scene["exams"]  # the diagnostic has a call of its own
    assert one["facts"] == ["6 questions", "10 minutes", "pass mark 50 %"]
    assert one["about"] == "<p>All that the tests' bank has.</p>"  # the real ones are judged
    assert "topics" in one["covered"]
    assert one["advice"] == ""
    assert diagnostic().scene["exams"][0]["facts"] == ["6 questions", "no clock"]


def test_the_text_form_tells_the_exams_and_nothing_of_the_record() -> None:
    before = mock_exam().plain
    exam = started()
    answer_all(exam)
    ask(exam, "end", why="handed in")
    assert mock_exam().plain == before
    assert "Small exam: 6 questions, 10 minutes, pass mark 50 %" in before


def test_an_unknown_name_is_a_line_of_advice() -> None:
    exam = mock_exam("smal")
    assert "Did you mean small?" in exam.scene["notices"][0]
    assert exam.scene["exams"] == []


def test_a_broken_blueprint_is_said_and_harms_no_other(lessons: Path) -> None:
    (lessons / "exams/blueprints/bad.yml").write_text("title: [", encoding="utf-8")
    assert "bad.yml" in mock_exam("bad").scene["notices"][0]
    assert [one["name"] for one in mock_exam().scene["exams"]] == ["small"]


# --- the sitting --------------------------------------------------------------------------------


def test_nothing_that_tells_an_answer_or_a_topic_reaches_the_browser_before_the_end() -> None:
    exam = started()
    answer_all(exam)
    seen = json.dumps([exam.scene, exam.state, exam.reply])
    for question in map(bank.get, RIGHT):
        assert question.objective not in seen
        if question.hint:
            assert question.hint not in seen
        for why in (part.why for name in ("options", "pairs", "rows")
                    for part in getattr(question, name, [])):  # fmt: skip
            assert why not in seen
    assert not exam_events("end")
    assert all(set(event) & {"verdict", "verdicts"} == set() for event in exam_events())


def test_every_answer_is_an_event_and_comes_back_with_a_new_kernel() -> None:
    exam = started(extra=0.5)
    answer_all(exam)
    ask(exam, "flag", question="02-q04", on=True)
    assert [event["question"] for event in exam_events("answer")] == list(
        item["id"] for item in exam.scene["items"] if item["id"] in RIGHT
    )
    again = mock_exam("small")
    assert again.scene == exam.scene
    assert again.state == exam.state
    assert again.state["answers"] == RIGHT
    assert again.state["flags"] == ["02-q04"]


def test_the_deadline_is_that_of_the_recorded_start_to_the_millisecond() -> None:
    exam = started(extra=0.25)
    [start] = exam_events("start")
    begun = datetime.fromisoformat(start["t"]).timestamp()
    assert exam.scene["deadline"] == round((begun + 600 * 1.25) * 1000)
    assert mock_exam("small").scene["deadline"] == exam.scene["deadline"]


def test_only_the_offered_extra_times_are_granted() -> None:
    exam = mock_exam("small")
    ask(exam, "start", blueprint="small", extra=9)
    assert exam_events("start")[0]["extra"] == 0


def test_options_are_shown_in_the_drawn_order_and_answered_by_the_banks_index() -> None:
    exam = started()
    item = next(item for item in exam.scene["items"] if item["id"] == "02-q02")
    assert sorted(item["places"]) == [0, 1, 2, 3]
    ask(exam, "answer", question="02-q02", answer=RIGHT["02-q02"], spent=1)
    ask(exam, "end", why="handed in")
    entry = next(item for item in exam.scene["items"] if item["id"] == "02-q02")
    assert entry["verdict"] == "right"
    names = [part["name"] for part in entry["parts"]]
    texts = [option.text for option in bank.get("02-q02").options]  # type: ignore[union-attr]
    assert names == [texts[place] for place in item["places"]]
    letters = [chr(65 + item["places"].index(index)) for index in RIGHT["02-q02"]]
    assert all(f"<strong>{letter}.</strong>" in entry["right"] for letter in letters)


def test_an_answer_taken_back_is_a_blank() -> None:
    exam = started()
    ask(exam, "answer", question="02-q01", answer=1, spent=2)
    ask(exam, "answer", question="02-q01", answer=None, spent=3)
    assert exam.state["answers"] == {}
    ask(exam, "end", why="handed in")
    assert verdicts(exam)["02-q01"] == "blank"


def test_what_cannot_be_read_is_said_at_once_without_a_mark() -> None:
    exam = started()
    reply = ask(exam, "answer", question="02-q03", answer="many", spent=2)
    assert "is not a number" in reply["note"]
    assert "02-q03" in exam.state["incomplete"]
    assert ask(exam, "answer", question="02-q03", answer="3", spent=2)["note"] == ""
    assert exam.state["incomplete"] == {}


def test_what_cannot_be_read_is_not_counted_as_answered(lessons: Path) -> None:
    lessons_with(lessons, "other", title="Other exam")
    exam = started()
    ask(exam, "answer", question="02-q03", answer="many", spent=2)
    ask(exam, "answer", question="02-q01", answer=1, spent=2)
    [offer] = mock_exam("other").scene["running"]
    assert offer["answered"] == 1


def test_a_blank_is_fine_in_the_diagnostic_and_costs_in_an_exam() -> None:
    assert started().scene["blank"] == "A blank counts as not right; a guess costs nothing."
    exam = diagnostic()
    assert exam.scene["exams"][0]["advice"] == "Leave blank what you would only guess."
    ask(exam, "start", blueprint="diagnostic", extra=0)
    assert exam.scene["blank"] == "Blank is fine here: it shows a gap."


def test_the_share_that_the_bank_covers_says_of_what(lessons: Path) -> None:
    lessons_with(lessons, "part", topics=[
        {"name": "Forms", "weight": 3, "objectives": ["L2.1"]},
        {"name": "Not written yet", "weight": 1, "objectives": ["L9.1"]},
    ])  # fmt: skip
    [one] = mock_exam("part").scene["exams"]
    assert "planned on 2 topics" in one["covered"]
    assert "on 1 of them so far" in one["covered"]
    assert re.search(r"\d+ % of the plan by weight", one["covered"])


def test_a_message_that_comes_again_is_recorded_once_and_so_are_its_seconds() -> None:
    exam = started()
    message = {"type": "answer", "seq": "same", "sitting": exam.scene["id"], "question": "02-q01",
               "answer": 2, "spent": 30.0}  # fmt: skip
    exam.handle(message)
    exam.handle(message)
    exam.handle({**message, "seq": "anew"})  # the browser gave the first one up
    assert len(exam_events("answer")) == 1
    ask(exam, "seen", question="02-q01", spent=42.5)
    assert mock_exam("small").state["seconds"] == {"02-q01": 42.5}


def test_an_exam_begun_twice_goes_on_instead() -> None:
    exam = started()
    other = mock_exam("small")
    assert other.scene["id"] == exam.scene["id"]
    ask(exam, "start", blueprint="small", extra=0)
    assert len(exam_events("start")) == 1
    assert exam.scene["id"] == other.scene["id"]


def test_what_another_window_does_is_taken_in_and_its_end_holds() -> None:
    one = started()
    first, second, third = list(RIGHT)[:3]
    other = mock_exam("small")
    assert other.scene["id"] == one.scene["id"]
    ask(other, "answer", question=first, answer=RIGHT[first], spent=4)
    ask(one, "flag", question=second, on=True)
    assert one.state["answers"] == {first: RIGHT[first]}
    ask(other, "end", why="handed in")
    ask(one, "answer", question=third, answer=RIGHT[third], spent=4)
    assert "another window" in " ".join(one.scene["notices"])
    assert exam_events()[-1]["what"] == "end"
    assert verdicts(one)[third] == "blank"


def test_what_another_window_writes_at_the_same_moment_is_not_overlooked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = started()
    first, second, third = list(RIGHT)[:3]
    other = mock_exam("small")
    write = progress.append

    def beside(events: Any) -> bool:
        """The other window hands in while this one waits for the record."""
        monkeypatch.setattr(progress, "append", write)
        ask(other, "end", why="handed in")
        return write(events)

    monkeypatch.setattr(progress, "append", beside)
    ask(one, "answer", question=first, answer=RIGHT[first], spent=4)
    ask(one, "answer", question=second, answer=RIGHT[second], spent=4)
    assert one.scene["page"] == "report"
    assert "another window" in " ".join(one.scene["notices"])
    assert third in verdicts(one)


def test_what_the_record_refused_is_written_when_it_takes_events_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exam = started()
    first, second = list(RIGHT)[:2]
    write = progress.append
    monkeypatch.setattr(progress, "append", lambda _: False)
    assert "cannot be written" in ask(exam, "answer", question=first, answer=RIGHT[first])["note"]
    assert "cannot be written" in ask(exam, "flag", question=first, on=False)["note"]
    monkeypatch.setattr(progress, "append", write)
    assert ask(exam, "flag", question=second, on=True)["note"] == ""
    assert mock_exam("small").state["answers"] == {first: RIGHT[first]}
    assert [event["n"] for event in exam_events()] == [0, 1, 2]


def test_another_exams_start_page_offers_the_running_one(lessons: Path) -> None:
    lessons_with(lessons, "other", title="Other exam")
    exam = started()
    ask(exam, "answer", question="02-q01", answer=1, spent=1)
    other = mock_exam("other")
    [offer] = other.scene["running"]
    assert (offer["title"], offer["answered"], offer["of"]) == ("Small exam", 1, 6)
    assert offer["deadline"] == exam.scene["deadline"]
    other.handle({"type": "go on", "seq": "g", "sitting": offer["id"]})
    assert other.scene["id"] == exam.scene["id"]


# --- time ---------------------------------------------------------------------------------------


def test_time_that_ran_out_meanwhile_closes_the_exam_when_it_is_opened_next(later: Clock) -> None:
    exam = started()
    answer_all(exam)
    later(3600)
    opened = mock_exam("small")
    assert opened.scene["page"] == "report"
    assert "5 of 6 answers" in opened.scene["notices"][0]
    [end] = exam_events("end")
    assert end["why"] == "time"
    assert set(verdicts(opened).values()) == {"right", "blank"}


def test_an_answer_after_the_deadline_does_not_count(later: Clock) -> None:
    exam = started()
    later(600 + 6)
    ask(exam, "answer", question="02-q01", answer=1, spent=1)
    assert "does not count" in " ".join(exam.scene["notices"])
    assert exam.scene["page"] == "report"
    assert verdicts(exam)["02-q01"] == "blank"


def test_the_last_answer_rides_on_the_end_when_time_is_up(later: Clock) -> None:
    exam = started()
    later(600)
    last = [{"type": "answer", "question": "02-q01", "answer": 1, "spent": 5}]
    assert ask(exam, "end", why="time", last=last)["ended"]
    assert verdicts(exam)["02-q01"] == "right"
    later(600 + 6)
    exam = mock_exam("small")
    ask(exam, "start", blueprint="small", extra=0)
    later(1206 + 6)
    ask(exam, "end", why="time", last=last)
    assert verdicts(exam)["02-q01"] == "blank"


def test_a_browser_whose_clock_is_ahead_cannot_end_the_exam_early() -> None:
    exam = started()
    reply = ask(exam, "end", why="time")
    assert 590 < reply["wait"] <= 600
    assert exam.scene["page"] == "exam"


def test_the_diagnostic_has_no_clock_and_waits_for_ever(later: Clock) -> None:
    exam = diagnostic()
    ask(exam, "start", blueprint="diagnostic", extra=1)
    assert exam.scene["deadline"] is None
    later(40 * 86400)
    assert diagnostic().scene["id"] == exam.scene["id"]


# --- the report ---------------------------------------------------------------------------------


def test_the_report_marks_explains_and_links_every_item() -> None:
    exam = started()
    answer_all(exam)
    ask(exam, "answer", question="02-q01", answer=0, spent=61)
    ask(exam, "flag", question="02-q04", on=True)
    ask(exam, "end", why="handed in")
    scene = exam.scene
    assert scene["page"] == "report"
    assert "4 of 6" in scene["score"]
    [topic] = scene["topics"]
    assert (topic["name"], topic["right"], topic["of"]) == ("Forms", 4, 6)
    assert topic["against"] == "too close to say"
    assert sum(row["of"] for row in scene["objectives"]) == 6
    entries = {item["id"]: item for item in scene["items"]}
    wrong = entries["02-q01"]
    assert (wrong["verdict"], wrong["seconds"]) == ("wrong", 61)
    assert [part["chosen"] for part in wrong["parts"]].count(True) == 1
    assert all(part["text"] for part in wrong["parts"])
    assert "Invented for the tests" in wrong["source"]
    assert entries["02-q03"]["verdict"] == "blank"
    assert entries["02-q03"]["right"]
    assert entries["02-q04"]["flagged"]
    assert (
        "The question that you answered wrong, or looked at and left blank, is a due flashcard"
        in scene["cards"]
    )
    assert wrong["contested"]["keyed"] == "<em>Micro</em>, in most lists."
    assert exam_events("end")[0]["verdicts"] == verdicts(exam)


@pytest.mark.parametrize("given", ["right", "wrong", "blank", "torn"])
def test_every_type_is_explained_whatever_was_answered(given: str) -> None:
    wrong = {"02-q01": 0, "02-q02": [1], "02-q03": "5", "02-q04": [3, 2, 1, 0],
             "02-q05": [1, 0, 2], "02-q07": [["micro", "step"]] * 4}  # fmt: skip
    exam = started()
    for item in exam.scene["items"]:
        key = item["id"]
        answers = {"right": RIGHT.get(key), "wrong": wrong[key], "blank": None,
                   "torn": {"no": ["such"]}}  # fmt: skip
        ask(exam, "answer", question=key, answer=answers[given], spent=1)
    ask(exam, "end", why="handed in")
    for entry in exam.scene["items"]:
        if given == "wrong":
            assert entry["verdict"] == "wrong"
        lines = [part["label"].lower() for part in entry["parts"]]
        assert entry["right"] or all("right" in line for line in lines)
        assert entry["solution"] or all(part["text"] for part in entry["parts"])
        assert entry["parts"] or entry["solution"]


def test_the_right_label_and_partner_are_named_where_they_were_missed() -> None:
    exam = started()
    ask(exam, "answer", question="02-q05", answer=[1, 0, None], spent=1)
    rows = [["micro", "step"], ["micro", "step"], [None, None], ["neither", "step"]]
    ask(exam, "answer", question="02-q07", answer=rows, spent=1)
    ask(exam, "end", why="handed in")
    entries = {item["id"]: item for item in exam.scene["items"]}
    match = [part["label"] for part in entries["02-q05"]["parts"]]
    assert match[0].startswith("You: Users who began a checkout. Right is: Users with a cart")
    assert match[2] == "Blank; right is: All visitors"
    rated = [(part["sign"], part["label"]) for part in entries["02-q07"]["parts"]]
    assert rated[0][0] == "wrong" and "Right is: Macro: Completes the primary" in rated[0][1]
    assert rated[1] == ("right", "Right: Micro: A wanted step toward it")
    assert rated[2][0] == "missed"
    assert rated[3] == ("right", "Right: Neither: A wanted step toward it")


def test_earlier_sittings_are_listed_and_can_be_looked_at_again() -> None:
    exam = started()
    answer_all(exam)
    ask(exam, "end", why="handed in")
    report = exam.scene
    page = mock_exam("small")
    [earlier] = page.scene["earlier"]
    assert earlier["score"] == "5 of 6"
    page.handle({"type": "report", "seq": "r", "sitting": earlier["id"]})
    assert page.scene == report
    ask(page, "start page")
    assert page.scene["page"] == "start"


def test_a_question_changed_meanwhile_does_not_count_and_is_said(lessons: Path) -> None:
    exam = started()
    answer_all(exam)
    path = lessons / "02-forms.yml"
    text = path.read_text("utf-8").replace("Which kind of conversion is", "What is")
    path.write_text(text + "# changed\n", encoding="utf-8")
    again = mock_exam("small")
    item = next(item for item in again.scene["items"] if item["id"] == "02-q01")
    assert item["missing"] and "does not count" in item["stem"]
    ask(again, "end", why="handed in")
    assert verdicts(again)["02-q01"] == "none"
    assert "4 of 5" in again.scene["score"]


def test_the_report_begins_with_the_lessons_of_the_topics_with_most_to_gain() -> None:
    exam = started()
    answer_all(exam)
    ask(exam, "end", why="handed in")
    [begin] = exam.scene["begin"]
    lesson = place_of("L2.1")
    assert lesson is not None
    assert begin["link"] == lesson.notebook == exam.scene["topics"][0]["link"]
    assert (begin["text"], begin["of"]) == ("Forms (lesson 02)", "5 of 6 right")


def test_at_most_three_topics_are_named_and_none_that_no_lesson_teaches(lessons: Path) -> None:
    folder = lessons_with(lessons, "many", items=6, topics=[
        {"name": "Of no lesson", "weight": 1, "objectives": ["G9.1"]},
        *({"name": f"02 Part {n}", "weight": 2, "objectives": [f"L2.{n}"]} for n in (1, 2, 3)),
    ])  # fmt: skip
    bank_ = (folder / "02-forms.yml").read_text("utf-8")
    assert all(f"L2.{n}" in bank_ for n in (1, 2, 3))
    exam = mock_exam("many")
    ask(exam, "start", blueprint="many", extra=0)
    ask(exam, "end", why="handed in")
    names = [topic["text"] for topic in exam.scene["begin"]]
    assert sorted(names) == ["02 Part 1", "02 Part 2", "02 Part 3"]
    assert all(topic["link"].startswith("02-") for topic in exam.scene["begin"])


def test_wrong_answers_link_to_the_flashcards() -> None:
    exam = started()
    ask(exam, "answer", question="02-q01", answer=0, spent=1)
    ask(exam, "end", why="handed in")
    assert exam.scene["cards_at"]["link"] == "91-flashcards.ipynb"
    other = started()
    ask(other, "end", why="handed in")
    assert other.scene["cards_at"] is None


def test_the_report_gives_no_hint_for_another_try_at_a_number() -> None:
    exam = started()
    ask(exam, "answer", question="02-q03", answer="123456", spent=1)
    item = next(item for item in exam_events("start")[0]["items"] if item["id"] == "02-q03")
    question = bank.get("02-q03")
    hint = mark(question, "123456", item["seed"]).feedback[0].text
    assert "Your number is too large" in hint
    ask(exam, "end", why="handed in")
    entry = next(one for one in exam.scene["items"] if one["id"] == "02-q03")
    assert entry["verdict"] == "wrong"
    assert "Your number is" not in json.dumps(entry)
    why = drawn(question, item["seed"]).why  # type: ignore[attr-defined]
    assert entry["solution"] == to_html(why)


@pytest.mark.parametrize(
    ("answer", "unit", "tolerance", "right"),
    [("2.5 * 3", "dollars", 0.01, "7.50 dollars"), ("1200", "dollars", 0, "1,200.00 dollars"),
     ("2.5 * 3", "%", 0.01, "7.5 %"), ("12", "orders", 0, "12 orders")],
)  # fmt: skip
def test_the_right_number_has_its_unit_and_money_its_cents(
    answer: str, unit: str, tolerance: float, right: str
) -> None:
    question = bank.build(
        {"id": "02-q99", "objective": "L2.1", "bloom": "apply", "stem": "How much?",
         "type": "numeric", "answer": answer, "unit": unit, "tolerance": tolerance,
         "why": "Price times number.", "wrong": [{"value": "999", "why": "You added."}]}
    )  # fmt: skip
    shown = review(question, "5")
    assert shown["right"] == f"<strong>{right}</strong>"
    assert "Price times number." in shown["solution"]
    assert shown["parts"] == []
    [slip] = review(question, "999")["parts"]
    assert "You added." in slip["text"]  # the author knows where this one comes from


# --- what goes wrong ----------------------------------------------------------------------------


def test_a_record_that_cannot_be_written_is_said_and_the_exam_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "nowhere" / "progress.jsonl"))
    exam = mock_exam("small")
    ask(exam, "start", blueprint="small", extra=0)
    assert "cannot be written" in exam.scene["notices"][0]
    answer_all(exam)
    assert exam.state["answers"] == RIGHT
    ask(exam, "end", why="handed in")
    assert list(verdicts(exam).values()).count("right") == 5


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": None},
        {"type": "start"},
        {"type": "start", "blueprint": ["small"], "extra": {}},
        {"type": "answer"},
        {"type": "answer", "sitting": "gone", "question": "02-q01"},
        {"type": "end", "sitting": {"a": 1}},
        {"type": "report", "sitting": "gone"},
        {"type": "go on", "sitting": None},
    ],
)
def test_no_message_raises(message: dict[str, Any]) -> None:
    exam = started()
    shown = exam.scene
    exam.handle({"seq": "odd", **message})
    assert exam.reply["seq"] == "odd"
    assert exam.scene == shown


@pytest.mark.parametrize(
    ("field", "value"),
    [("question", ["02-q01"]), ("question", "99-q99"), ("spent", "long"), ("spent", float("nan")),
     ("spent", -5), ("answer", {"deep": [[[{}]]]}), ("answer", "x" * 100_000)],
)  # fmt: skip
def test_odd_fields_of_an_answer_harm_nothing(field: str, value: Any) -> None:
    exam = started()
    ask(exam, "answer", question="02-q04", answer=[0, 1, 2, 3], spent=1)
    ask(exam, "answer", **{"question": "02-q01", "answer": 1, "spent": 1, field: value})
    again = mock_exam("small")
    assert again.state["answers"]["02-q04"] == [0, 1, 2, 3]
    ask(again, "end", why="handed in")
    assert verdicts(again)["02-q04"] == "right"


def test_odd_lines_of_the_record_stop_nothing() -> None:
    for fields in ({"what": "start", "items": "none"}, {"what": 3}, {"what": "end"}, {}):
        progress.record("exam", "small-x", **fields)
    assert started().scene["page"] == "exam"


def test_answers_from_two_threads_are_all_kept() -> None:
    exam = started()
    keys = [item["id"] for item in exam.scene["items"]]

    def flood(part: int) -> None:
        for number in range(20):
            key = keys[(number * 2 + part) % len(keys)]
            exam.handle({"type": "flag", "seq": f"{part}-{number}", "sitting": exam.scene["id"],
                         "question": key, "on": True})  # fmt: skip

    threads = [threading.Thread(target=flood, args=(part,)) for part in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exam.state["flags"] == sorted(keys)
    assert mock_exam("small").state["flags"] == sorted(keys)


def test_a_class_draws_the_same_exam_whatever_each_has_met(
    lessons: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lessons_with(lessons, "few", items=3)  # of six, so that a drawing can leave out what was met

    def items(name: str, draw: int | None) -> list[dict[str, Any]]:
        monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / name))
        exam = mock_exam("few", draw=draw)
        ask(exam, "start", blueprint="few")
        [start] = [one for one in progress.events() if one.get("what") == "start"]
        assert start.get("alike", False) is (draw is not None)
        found: list[dict[str, Any]] = start["items"]
        return found

    fresh = items("ann.jsonl", 7)
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "ben.jsonl"))
    for item in fresh[:2]:
        progress.record("answer", item["id"], verdict="right", answer=0)
    assert items("ben.jsonl", 7) == fresh
    assert len({json.dumps(items(f"{n}.jsonl", n)) for n in range(5)}) > 1
    assert len({json.dumps(items(f"own-{n}.jsonl", None)) for n in range(5)}) > 1


def test_the_number_of_a_drawing_is_told_and_a_wrong_one_is_advice() -> None:
    assert "Drawing 7: " in mock_exam("small", draw=7).scene["notices"][0]
    assert mock_exam("small").scene["notices"] == []
    wrong: Any = "seven"
    exam = mock_exam("small", draw=wrong)
    assert exam.scene["notices"] == ["`draw` is a whole number, such as draw=7, and not 'seven'."]
    assert exam.scene["exams"]
