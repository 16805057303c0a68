"""The readiness report: evidence with its uncertainty, calibration, and what to study next."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from test_observations import ODD

from workbook.questions.bank import Decide, Option, Pool, Question, Single
from workbook.questions.pages import Page
from workbook.study import readiness as study
from workbook.study.blueprint import Blueprint, Topic
from workbook.study.readiness import Calibration, Readiness, Tally, calibration, urgency
from workbook.widgets import readiness as widget
from workbook.widgets.readiness import ReadinessCard

ROOT = Path(__file__).parents[2]
HELP = "https://support.google.com/analytics/answer/"
SOURCES = ("Google Analytics Help 9305587, Access (read 2026)",
           "Google Analytics Help 9355666, Property (read 2026)")  # fmt: skip
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXTS = {"L7.1": "compute a funnel", "L7.2": "tell <b>open</b> & closed apart", "L8.1": "compare"}


def single(name: str, objective: str, pool: Pool = "lesson") -> Single:
    options = [Option("this", "yes", right=True), Option("that", "no")]
    return Single(
        id=name, objective=objective, bloom="apply", stem=f"{name}?", options=options, pool=pool
    )


def decision(name: str, right: int | None = 0) -> Decide:
    options = [Option(f"choice {place}", "why", best=place == right) for place in range(3)]
    return Decide(
        id=name, objective="L7.5", bloom="evaluate", stem=f"{name}?", options=options,
        change_mind="What would?",
    )  # fmt: skip


FIRST = [single(f"07-q{n:02d}", "L7.1") for n in range(1, 8)]
SECOND = [single(f"07-q{n:02d}", "L7.2", "exam" if n > 14 else "lesson") for n in range(11, 18)]
OTHER = [single(f"08-q{n:02d}", "L8.1") for n in range(1, 8)]
BANK: list[Question] = [*FIRST, *SECOND, *OTHER]
EXAM = Blueprint(
    "e", "An exam", "", 10, None, 0.8,
    (Topic("Funnels", 3, ("L7.1", "L7.9")), Topic("Segments", 1, ("L8.1",)),
     Topic("Charts", 4, ("L14.3",))),
    ("single",), "exam", (), {},
)  # fmt: skip


def answers(
    questions: Sequence[Question], right: int, days: float = 1, hints: int = 0
) -> list[dict[str, Any]]:
    """First answers to questions, the first `right` of them right, so many days ago."""
    return [
        {
            "t": (NOW - timedelta(days=days, minutes=-place)).isoformat(), "kind": "answer",
            "item": one.id, "hash": one.hash, "objective": one.objective, "hints": hints,
            "verdict": "right" if place < right else "wrong",
        }
        for place, one in enumerate(questions)
    ]  # fmt: skip


def checks(keys: Sequence[str], right: int, objective: str = "L7.1") -> list[dict[str, Any]]:
    return [
        {
            "t": (NOW - timedelta(hours=1, minutes=-place)).isoformat(), "kind": "check",
            "item": key, "hash": "x", "objective": objective, "hints": 0,
            "verdict": "right" if place < right else "wrong",
        }
        for place, key in enumerate(keys)
    ]  # fmt: skip


def report(events: list[dict[str, Any]], exam: Blueprint | None = None) -> Readiness:
    return study.readiness(
        events, BANK, now=NOW, exam=exam, objectives=TEXTS, lessons={"07": "07 Funnels"}
    )


# --- evidence ------------------------------------------------------------------------------------


def test_below_five_observations_there_is_no_share() -> None:
    found = report(answers(FIRST[:4], 3)).objectives[0].knowledge
    assert (found.n, found.right, found.share, found.interval) == (4, 3, None, None)
    found = report(answers(FIRST[:5], 3)).objectives[0].knowledge
    assert found.share == pytest.approx(3 / 5)
    assert found.interval is not None


@given(st.integers(5, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    right, n = counts
    found = Tally(n, right).interval
    wanted = proportion_confint(right, n, method="wilson")
    assert found == pytest.approx(wanted, abs=1e-9)


def test_what_was_right_with_a_hint_is_not_right_unaided() -> None:
    found = report(answers(FIRST[:5], 4, hints=1) + answers(SECOND[:5], 4))
    helped, alone = found.objectives
    assert (helped.knowledge.right, helped.knowledge.helped) == (0, 5)
    assert (alone.knowledge.right, alone.knowledge.helped) == (4, 0)
    assert (found.hints, found.solutions) == (5, 0)


def test_exam_knowledge_and_pandas_skill_are_apart() -> None:
    found = report(answers(FIRST[:6], 6) + checks(["07-a", "07-b", "07-c"], 1))
    [row] = found.objectives
    assert (row.knowledge.right, row.knowledge.n) == (6, 6)
    assert (row.skill.right, row.skill.n) == (1, 3)
    assert found.total.knowledge.n == 6 and found.total.skill.n == 3
    [lesson] = found.lessons
    assert (lesson.name, lesson.text, lesson.skill.n) == ("07", "07 Funnels", 3)


def test_old_observations_count_and_are_said_to_be_old() -> None:
    old = answers(FIRST[:3], 3, days=45)
    tally = report(old + answers(FIRST[3:6], 1)).objectives[0].knowledge
    assert (tally.n, tally.right, tally.old) == (6, 4, 3)
    assert tally.last_old == datetime.fromisoformat(old[2]["t"])
    assert report(answers(FIRST[:3], 3, days=29)).total.knowledge.old == 0
    assert report(answers(FIRST[:3], 3, days=-3)).total.knowledge.old == 0  # a clock set back


def test_an_exams_topics_have_their_weight_and_what_can_be_asked() -> None:
    found = report(answers(FIRST[:6], 3) + checks(["07-a"], 1), EXAM)
    assert [row.weight for row in found.topics] == pytest.approx([3 / 8, 1 / 8, 4 / 8])
    assert [row.knowledge.n for row in found.topics] == [6, 0, 0]
    assert [row.there for row in found.topics] == [7, 7, 0]
    assert report([]).topics == ()


# --- what to study next --------------------------------------------------------------------------


def named(found: Readiness) -> list[str]:
    return [one.objective for one in found.next]


def test_the_objective_with_the_lower_share_comes_first() -> None:
    assert named(report(answers(FIRST[:6], 2) + answers(SECOND[:6], 5))) == ["L7.1", "L7.2"]
    assert named(report(answers(FIRST[:6], 5) + answers(SECOND[:6], 2))) == ["L7.2", "L7.1"]


def test_what_is_uncertain_comes_before_what_is_known_to_be_middling() -> None:
    half = answers(FIRST[:6], 3)
    assert named(report(half + answers(SECOND[:2], 1))) == ["L7.2", "L7.1"]


@given(st.integers(0, 60), st.integers(0, 60))
def test_urgency_falls_with_each_right_answer_and_rises_with_each_wrong_one(
    right: int, wrong: int
) -> None:
    here = urgency(Tally(right + wrong, right))
    assert urgency(Tally(right + wrong + 1, right)) > here
    assert urgency(Tally(right + wrong + 1, right + 1)) < here
    assert 0 < here < 1.1


def test_with_nothing_seen_it_is_as_urgent_as_four_of_six_wrong() -> None:
    assert urgency(Tally()) == pytest.approx(urgency(Tally(6, 2)), abs=0.01)


def test_without_an_exam_advice_keeps_to_lessons_that_were_begun() -> None:
    assert "L8.1" not in named(report(answers(FIRST[:6], 2)))
    assert "L8.1" in named(report(answers(OTHER[:1], 0)))
    assert named(report([])) == []


def test_with_an_exam_its_weights_decide() -> None:
    same = answers(FIRST[:6], 3) + answers(OTHER[:6], 3)
    assert named(report(same, EXAM)) == ["L7.1", "L8.1"]
    heavy = answers(FIRST[:6], 3) + answers(OTHER[:6], 1)
    assert named(report(heavy)) == ["L8.1", "L7.2", "L7.1"]
    assert named(report(heavy, EXAM)) == ["L7.1", "L8.1"]  # three times the weight


def test_with_an_exam_only_exam_knowledge_decides() -> None:
    events = answers(FIRST[:6], 6) + checks(["07-a", "07-b"], 0)
    [one] = [advice for advice in report(events).next if advice.objective == "L7.1"]
    assert (one.counted.n, one.counted.right) == (8, 6)
    assert "L7.1" not in named(report(events, EXAM))


def test_what_was_always_right_is_left_out_once_there_is_enough() -> None:
    assert "L7.1" not in named(report(answers(FIRST[:5], 5)))
    assert "L7.1" in named(report(answers(FIRST[:4], 4)))


def test_advice_names_the_questions_never_answered_and_counts_those_kept_back() -> None:
    found = {one.objective: one for one in report(answers(SECOND[:2], 1)).next}["L7.2"]
    assert found.ask == ("07-q13", "07-q14")
    assert found.reserved == 3
    card = {"kind": "card", "item": "question:07-q13", "hash": SECOND[2].hash, "rating": 3}
    carded = [{"t": NOW.isoformat(), **card}]
    found = {one.objective: one for one in report(answers(SECOND[:2], 1) + carded).next}["L7.2"]
    assert found.ask == ("07-q14",)


def test_no_more_than_three_things_are_named_each_with_a_place() -> None:
    bank = [single(f"07-q{n:02d}", f"L7.{1 + n % 6}") for n in range(1, 30)]
    found = study.readiness(answers(bank, 0), bank, now=NOW, objectives=TEXTS)
    assert len(found.next) == 3
    for one in found.next:
        assert one.place is not None and one.place.link.startswith("07-funnels.ipynb")


def test_what_no_lesson_teaches_is_sent_to_the_page_that_its_questions_rest_on() -> None:
    asked = [replace(single(f"ga4-q0{n}", "GA.1"), source=SOURCES[n % 2]) for n in range(1, 4)]
    exam = replace(EXAM, topics=(Topic("Set-up", 1, ("GA.1",)),))
    found = study.readiness([], asked, now=NOW, exam=exam)
    [advice] = found.next
    assert advice.place is None
    assert advice.page == Page("Google Analytics Help: Property", HELP + "9355666")
    shown = ReadinessCard(replace(found, total=report(answers(FIRST, 2)).total))
    assert f'href="{HELP}9355666" target="_blank"' in shown._repr_mimebundle_()["text/html"]
    assert "Property (no lesson teaches this)" in repr(shown)
    assert "Read the page, then answer 3 questions more" in repr(shown)
    [without] = study.readiness([], [single("ga4-q01", "GA.1")], now=NOW, exam=exam).next
    assert without.page is None


# --- confidence ----------------------------------------------------------------------------------


def locked(question: Decide, choice: Any, sure: Any, minute: int = 0) -> dict[str, Any]:
    return {
        "t": (NOW + timedelta(minutes=minute)).isoformat(), "kind": "decision",
        "item": question.id, "hash": question.hash, "verdict": "decided",
        "answer": {"choice": choice, "confidence": sure, "change": "x"},
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([50, 70, 95, 100])), min_size=5))
def test_the_brier_score_is_the_mean_squared_distance(given_: list[tuple[int, int]]) -> None:
    bank = [decision(f"07-d{place}") for place in range(len(given_))]
    events = [locked(q, *said) for q, said in zip(bank, given_, strict=True)]
    found = calibration(events, bank)
    held = np.array([choice == 0 for choice, _ in given_], dtype=float)
    sure = np.array([percent for _, percent in given_]) / 100
    assert (found.decided, found.n, found.held) == (len(bank), len(bank), held.sum())
    assert found.said == pytest.approx(sure.mean())
    assert found.brier == pytest.approx(np.mean((sure - held) ** 2))
    assert found.base == pytest.approx(np.mean((held.mean() - held) ** 2))
    assert found.interval == pytest.approx(
        proportion_confint(held.sum(), len(bank), method="wilson"), abs=1e-9
    )


def test_below_five_decisions_that_can_be_scored_nothing_is_said() -> None:
    bank = [decision(f"07-d{place}") for place in range(4)]
    bank += [decision(f"07-n{place}", right=None) for place in range(6)]
    found = calibration([locked(one, 0, 80) for one in bank], bank)
    assert found == Calibration(decided=10, n=4, held=4, there=4)
    assert not found.enough and found.interval is None


def test_only_what_was_locked_first_counts_and_only_for_the_question_that_was_asked() -> None:
    bank = [decision(f"07-d{place}") for place in range(5)]
    events = [locked(one, 0, 90) for one in bank]
    again = [locked(one, 2, 50, minute=1) for one in bank]
    assert calibration(again + events, bank).held == 5
    changed = [{**event, "hash": "0000"} for event in events]
    assert calibration(changed, bank) == Calibration(decided=5, there=5)


@pytest.mark.parametrize("sure", [None, True, "80", -1, 101, math.nan, [80]])
def test_odd_confidences_are_passed_over(sure: Any) -> None:
    assert calibration([locked(decision("07-d"), 0, sure)], [decision("07-d")]).decided == 0
    assert calibration([locked(decision("07-d"), sure, 80)], [decision("07-d")]).n == 0


# --- the card ------------------------------------------------------------------------------------


class Tables(HTMLParser):
    """The tables of a page: their captions, their head cells without a scope, all ends closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.captions: list[str] = []
        self.tables = self.bare = 0
        self.links: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.open.append(tag)
        self.tables += tag == "table"
        self.bare += tag == "th" and dict(attrs).get("scope") not in ("row", "col")
        self.links += [str(value) for name, value in attrs if name == "href"]
        if tag == "caption":
            self.captions.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "caption" in self.open:
            self.captions[-1] += data


RICH = answers(FIRST[:6], 4, days=45) + answers(SECOND[:3], 1) + checks(["07-a", "07-b"], 1)


def page(found: Readiness) -> str:
    return ReadinessCard(found)._repr_mimebundle_()["text/html"]


def test_an_empty_record_says_what_to_do_first() -> None:
    card = ReadinessCard(report([]))
    assert "no first answer yet" in repr(card)
    assert Tables(page(report([]))).links == ["90-study.ipynb", "00-start-here.ipynb"]
    assert "%" not in repr(card) and "2026" not in repr(card)


def test_every_table_has_a_caption_and_every_head_cell_a_scope() -> None:
    seen = Tables(page(report(RICH, EXAM)))
    assert seen.tables == 3 == len([caption for caption in seen.captions if caption])
    assert seen.bare == 0


def test_the_card_says_shares_intervals_and_what_is_too_little() -> None:
    for said in (repr(ReadinessCard(report(RICH))), page(report(RICH))):
        plain = said.replace("\N{NO-BREAK SPACE}", " ")
        assert "4 of 6 = 67 %" in plain and "95 %: 30 to 90 %" in plain
        assert "too little evidence" in plain
        assert "all old (Oct 8, 2026)" in plain
        assert "no prediction" in plain


def test_a_column_without_any_answer_is_folded_into_the_caption() -> None:
    shown = page(report(answers(FIRST[:6], 4)))
    assert "Pandas skill: none answered yet" in " ".join(Tables(shown).captions)
    assert "none yet" not in shown
    both = page(report(RICH))
    assert "none answered yet" not in both and both.count(">Pandas skill</th>") == 2


def test_the_brier_score_is_folded_below_what_it_means() -> None:
    bank: list[Question] = [decision(f"07-d{n}") for n in range(6)]
    events = [locked(one, 0, 70) for one in bank]  # type: ignore[arg-type]
    card = ReadinessCard(study.readiness(events, bank, now=NOW))
    shown = card._html()
    assert "Brier score (0 is perfect)" in repr(card)
    outside = re.sub(r"<details>.*?</details>", "", shown, flags=re.DOTALL)
    assert "Brier" in shown and "Brier" not in outside
    assert "Brier" not in page(report(RICH))


def test_topics_that_nothing_asks_about_say_so() -> None:
    said = repr(ReadinessCard(report(RICH, EXAM)))
    assert re.search(r"Charts; Share of exam: 50.%; .*asks nothing on it yet", said)
    assert "What you know, for An exam" in said


def test_advice_with_too_little_evidence_asks_for_more_answers() -> None:
    said = repr(ReadinessCard(report(answers(SECOND[:2], 1))))
    assert "Too little evidence: 1 of 2 questions right unaided" in said
    assert 'answer 2 questions more on it: quiz("07-q13", "07-q14") in the cell below' in said
    said = repr(ReadinessCard(report(answers(SECOND[:4], 1))))
    assert "The 3 questions that are left are kept for mock exams" in said


def test_texts_of_the_course_are_escaped() -> None:
    shown = page(report(RICH))
    assert "<b>open</b>" not in shown and "&lt;b&gt;open&lt;/b&gt; &amp; closed" in shown


def test_nobody_is_called_ready_and_no_chance_is_given() -> None:
    events = [*RICH, *(locked(decision(f"07-d{n}"), 0, 90) for n in range(6))]
    for exam in (None, EXAM):
        said = repr(ReadinessCard(report(events, exam))).lower()
        assert not re.search(r"\bready\b|probab|chance|likely to pass|will pass", said)


@pytest.mark.parametrize(
    ("sure", "held", "verdict"),
    [(95, 2, "surer than"), (50, 6, "less sure than"), (60, 4, "no further apart")],
)
def test_confidence_is_compared_in_plain_words(sure: int, held: int, verdict: str) -> None:
    bank: list[Question] = [decision(f"07-d{n}") for n in range(6)]
    events = [locked(one, 0 if n < held else 1, sure) for n, one in enumerate(bank)]  # type: ignore[arg-type]
    found = study.readiness(events, bank, now=NOW)
    said = repr(ReadinessCard(found)).replace("\N{NO-BREAK SPACE}", " ")
    assert verdict in said
    assert f"you were {sure} % sure on average, and {held} of 6 were the best choice" in said


@given(st.lists(ODD, max_size=12), st.booleans())
def test_no_record_breaks_the_card(events: list[dict[str, Any]], exam: bool) -> None:
    found = report(events, EXAM if exam else None)
    Tables(page(found))
    assert repr(ReadinessCard(found)).startswith("What you know")


# --- called in a notebook ------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
    monkeypatch.setenv("WORKBOOK_LESSONS", str(ROOT / "lessons"))
    return path


def test_a_record_on_disk_is_shown(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    widget.readiness()
    assert "no first answer yet" in capsys.readouterr().out
    with record.open("w") as file:
        file.writelines(json.dumps(event) + "\n" for event in checks(["07-by-hand"], 1))
        file.write('{"torn')
    widget.readiness()
    said = capsys.readouterr().out
    assert "07 Funnels; Exam knowledge: none yet; Pandas skill: 1 of 1" in said


def test_an_unknown_exam_gets_a_card(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    widget.readiness("ga5")
    assert "There is no exam ga5. Did you mean ga4?" in capsys.readouterr().out
    widget.readiness(4)  # type: ignore[arg-type]
    assert "There is no exam 4" in capsys.readouterr().out


def test_a_broken_bank_costs_its_own_questions_only(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "07-funnels.yml").write_text("questions: [")
    (folder / "objectives.yml").write_text("- 3")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(folder))
    record.write_text("".join(json.dumps(event) + "\n" for event in answers(FIRST[:6], 3)))
    widget.readiness()
    assert "3 of 6 =" in capsys.readouterr().out


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from workbook.widgets.readiness import readiness; readiness(); "
        "print(sorted({'scipy', 'pydantic', 'fsrs', 'statsmodels', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
