"""The report on a mock exam: the score, how sure it is, and what it does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint
from study_bank import exam, single

from workbook.questions.bank import Question
from workbook.study import sitting as s
from workbook.study.blueprint import Blueprint
from workbook.study.score import Report, report, spell

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sat(
    right: int,
    of: int,
    *,
    blank: int = 0,
    bank: list[Question] | None = None,
    seconds: dict[str, float] | None = None,
    met: int = 0,
    why: s.Why = "handed in",
    **more: Any,
) -> tuple[s.Sitting, Blueprint, list[Question]]:
    """A sitting of `of` items on L1.1 with the first `right` right and the last `blank` blank."""
    questions = bank or [single(f"01-q{n:02}") for n in range(of)]
    plan = exam(of, **{"minutes": float(of), **more})
    known = [{"t": NOON.isoformat(), "kind": "answer", "item": q.id} for q in questions[:met]]
    step = s.start(plan, questions, known, 1, NOON)
    sitting = s.begun(*step, NOON)
    for n, question in enumerate(questions[: of - blank]):
        took = (seconds or {}).get(question.id, 30)
        step = s.answer(sitting, question.id, 2 if n < right else 0, took)
        sitting = s.after(sitting, s.event(*step, NOON + timedelta(seconds=n)))
    step = s.end(sitting, questions, why)
    sitting = s.after(sitting, s.event(*step, NOON + timedelta(seconds=50)))
    return sitting, plan, questions


def told(found: Report) -> str:
    return " ".join(found.sentences)


@pytest.mark.parametrize(("right", "of"), [(0, 7), (3, 20), (12, 15), (41, 50), (50, 50)])
def test_the_interval_is_wilsons(right: int, of: int) -> None:
    total = report(*sat(right, of)).total
    low, high = proportion_confint(right, of, alpha=0.05, method="wilson")
    assert (total.right, total.of) == (right, of)
    assert total.low == pytest.approx(low, abs=1e-12)
    assert total.high == pytest.approx(high, abs=1e-12)


def against(right: int, of: int, mark: float) -> str | None:
    """Where statsmodels' interval lies."""
    low, high = proportion_confint(right, of, alpha=0.05, method="wilson")
    return "above" if low > mark else "below" if high < mark else "too close to say"


@pytest.mark.parametrize("right", range(0, 51, 2))
def test_the_verdict_is_too_close_whenever_the_interval_holds_the_mark(right: int) -> None:
    found = report(*sat(right, 50, pass_mark=0.8))
    assert found.total.against == against(right, 50, 0.8)
    assert found.reached == (right >= 40)


def test_forty_two_of_fifty_reach_the_mark_and_are_yet_too_close_to_say() -> None:
    found = report(*sat(42, 50, pass_mark=0.8))
    assert found.reached
    assert found.total.against == "too close to say"
    assert "The pass mark is 80 %, here 40 of 50: this score reaches it." in found.sentences
    assert "Too close to say whether you know enough" in told(found)


def test_a_score_below_says_how_much_is_missing() -> None:
    found = report(*sat(20, 50, pass_mark=0.8))
    assert found.total.against == "below"
    assert "20 items short" in told(found)
    assert "The whole interval lies below the mark." in found.sentences
    assert "The whole interval lies above the mark." in report(*sat(49, 50)).sentences


@pytest.mark.parametrize(("right", "of", "mark"), [(7, 10, 0.7), (14, 25, 0.56), (29, 50, 0.58)])
def test_the_mark_itself_is_reached_whatever_floats_make_of_it(
    right: int, of: int, mark: float
) -> None:
    assert report(*sat(right, of, pass_mark=mark)).reached
    assert not report(*sat(right - 1, of, pass_mark=mark)).reached


def test_rounding_does_not_lift_a_score_to_the_mark_that_it_misses() -> None:
    assert report(*sat(39, 49, pass_mark=0.8)).sentences[0] == "39 of 49 items right, 79.5 %."
    assert report(*sat(38, 49, pass_mark=0.8)).sentences[0] == "38 of 49 items right, 78 %."


def test_without_a_pass_mark_nothing_is_passed_or_failed() -> None:
    found = report(*sat(5, 10, pass_mark=None))
    assert (found.reached, found.total.against) == (None, None)
    assert {part.against for part in (*found.topics, *found.objectives)} == {None}
    assert "mark" not in told(found)


def test_every_report_says_what_it_does_not_cover_and_predicts_nothing() -> None:
    for mark in (None, 0.8):
        said = told(report(*sat(5, 10, pass_mark=mark)))
        assert "It does not cover that a real exam asks others" in said
        assert "no prediction of the result of a real exam" in said


def test_a_diagnostic_says_where_to_begin_and_nothing_of_mock_exams() -> None:
    bank = [single(f"01-q{n:02}", pool="lesson") for n in range(5)]
    sitting = sat(2, 5, bank=bank, minutes=None, pool="lesson", pass_mark=None)
    said = report(*sitting).sentences
    assert said[-1] == "5 questions say where to begin, not how an exam will go."
    assert "mock" not in " ".join(said).lower()
    timed = sat(2, 5, bank=bank, pool="lesson", pass_mark=None)
    assert "A mock exam is practice." in told(report(*timed))


def test_topics_with_the_most_to_gain_come_first_and_those_without_a_fault_not_at_all() -> None:
    bank = [single(f"01-q{n}", "L1.1") for n in range(5)]
    bank += [single(f"02-q{n}", "L2.1") for n in range(1)]
    found = report(*sat(3, 6, bank=bank))
    gains = [(part.name, part.right, part.of) for part in found.to_gain]
    assert gains == [("One", 3, 5), ("Two", 0, 1)]  # two items count more than the worse share
    found = report(*sat(4, 6, bank=bank))
    assert [part.name for part in found.to_gain] == ["Two", "One"]  # of one item each, the worse
    assert [part.name for part in report(*sat(5, 6, bank=bank)).to_gain] == ["Two"]
    assert report(*sat(6, 6, bank=bank)).to_gain == ()


# --- blanks, and what is left out ---------------------------------------------------------------


def test_blanks_count_as_wrong_and_are_told() -> None:
    found = report(*sat(6, 10, blank=3))
    assert (found.total.right, found.total.of) == (6, 10)
    assert set(found.blanks) == {"01-q07", "01-q08", "01-q09"}
    assert "3 items were blank and counted as wrong." in found.sentences
    assert "1 item was blank and counted as wrong." in report(*sat(6, 10, blank=1)).sentences
    assert "blank" not in told(report(*sat(6, 10)))


def test_a_question_that_changed_counts_neither_way_and_is_told() -> None:
    sitting, plan, questions = sat(6, 10)
    now = [*questions[1:9], single("01-q09", stem="Asks something else by now?")]
    found = report(sitting, plan, now)
    assert (found.total.right, found.total.of) == (5, 8)
    assert set(found.left_out) == {"01-q00", "01-q09"}
    assert "Left out of the score: 2 items" in told(found)
    assert sum(part.of for part in found.objectives) == 8


def test_with_an_empty_bank_or_no_blueprint_there_is_still_a_report() -> None:
    sitting, plan, questions = sat(6, 10)
    nothing = report(sitting, plan, [])
    assert (nothing.total.of, nothing.total.share, nothing.total.low) == (0, None, None)
    assert (nothing.reached, nothing.topics, nothing.objectives) == (None, (), ())
    assert "Nothing can be scored" in told(nothing)
    gone = report(sitting, None, questions)
    assert (gone.total.right, gone.reached, gone.topics) == (6, None, ())
    assert [part.name for part in gone.objectives] == ["L1.1"]


# --- topics and objectives ----------------------------------------------------------------------


def test_topics_and_objectives_have_their_counts_and_too_few_items_are_not_judged() -> None:
    bank = [single(f"01-q{n}", "L1.1") for n in range(9)]
    bank += [single("01-r0", "L1.2"), *(single(f"02-q{n}", "L2.1") for n in range(5))]
    # One asks for 10 of 15 items and Two for 5, so that all of the bank is asked.
    found = report(*sat(9, 15, bank=bank, pass_mark=0.5))
    parts = {part.name: part for part in (*found.topics, *found.objectives)}
    counts = {name: (part.right, part.of) for name, part in parts.items()}
    assert counts == {"One": (9, 10), "Two": (0, 5), "L1.1": (9, 9), "L1.2": (0, 1), "L2.1": (0, 5)}
    assert parts["L1.2"].against == "too few items to say"
    for name in ("One", "Two", "L1.1", "L2.1"):
        assert parts[name].against == against(*counts[name], 0.5)
    assert parts["One"].against == "above"
    assert parts["Two"].against == "below"


@pytest.mark.parametrize("of", range(1, 8))
def test_nothing_is_said_of_fewer_than_five_items(of: int) -> None:
    said = report(*sat(0, of, pass_mark=0.9)).total.against
    assert (said == "too few items to say") == (of < 5)


# --- what was met before ------------------------------------------------------------------------


def test_items_that_the_learner_had_met_are_told_apart() -> None:
    found = report(*sat(6, 10, met=4))
    assert (found.fresh.right, found.fresh.of) == (2, 6)
    assert "You had met 4 of the 10 items before; of the 6 new to you, 2 right." in found.sentences
    assert report(*sat(6, 10)).fresh.of == 10
    assert "none was new" in told(report(*sat(6, 10, met=10)))


# --- time ---------------------------------------------------------------------------------------


def test_the_longest_items_and_those_over_twice_the_even_share() -> None:
    slow = {"01-q03": 120.0, "01-q05": 121.0, "01-q07": 300.0}
    found = report(*sat(6, 10, seconds=slow))  # ten minutes, ten items
    assert found.even_share == 60
    assert found.slow == ("01-q07", "01-q05")
    assert "2 items took more than twice the even share of 1 min an item." in found.sentences


def test_extra_time_makes_the_even_share_longer() -> None:
    sitting, plan, questions = sat(6, 10)
    longer = s.start(plan, questions, [], 1, NOON, extra=0.5)
    assert report(s.begun(*longer, NOON), plan, questions).even_share == 90
    assert report(sitting, plan, questions).even_share == 60


def test_without_a_clock_the_even_share_is_that_of_the_time_used() -> None:
    found = report(*sat(4, 4, minutes=None, seconds={"01-q00": 110.0, "01-q01": 30.0}))
    assert found.even_share == 50
    assert found.slow == ("01-q00",)
    assert "even share" not in told(found)  # nothing was to be shared out
    assert report(*sat(0, 4, blank=4, minutes=None)).even_share is None


def test_a_report_on_time_that_ran_out_says_so() -> None:
    assert "Time ran out" in told(report(*sat(5, 5, why="time")))
    assert "Time ran out" not in told(report(*sat(5, 5)))


@pytest.mark.parametrize(
    ("seconds", "said"), [(44.6, "45 s"), (60, "1 min"), (90, "1 min 30 s"), (119.7, "2 min")]
)
def test_times_are_spelled_for_people(seconds: float, said: str) -> None:
    assert spell(seconds) == said
