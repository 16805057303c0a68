"""When cards come again: good and again, exams, midnight, wrong clocks, two machines."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbook import progress
from workbook.study import schedule
from workbook.study.schedule import Rated, Standing, standing

HASH = "0a1b2c3d"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago",
         "Europe/Berlin", "Australia/Lord_Howe"]  # fmt: skip

exams = st.none() | st.dates(date(2026, 1, 1), date(2028, 6, 1))
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
histories = st.lists(
    st.builds(Rated, when=moments, rating=st.sampled_from([0, 1, 2, 3, 4]), hash=st.just(HASH)),
    max_size=25,
)


def rated(
    *ratings: int, start: datetime = NOON, every: timedelta = timedelta(days=1)
) -> list[Rated]:
    return [Rated(start + n * every, rating, HASH) for n, rating in enumerate(ratings)]


def at(history: Sequence[Rated], now: datetime, **more: Any) -> Standing:
    return standing(history, HASH, now, **{"zone": UTC, **more})


def event(when: datetime, rating: Any = 3, item: str = "term:a", **more: Any) -> dict[str, Any]:
    fields = {"v": 1, "t": when.isoformat(), "kind": "card", "item": item, "rating": rating}
    return {**fields, "seconds": 4.0, "hash": HASH, **more}


# --- one card -------------------------------------------------------------------------------------


def test_a_card_never_rated_is_new() -> None:
    assert at([], NOON) == Standing()


def test_again_brings_a_card_back_today_and_good_does_not() -> None:
    for history in ([], rated(3), rated(3, 3)):
        now = NOON + timedelta(days=30)
        again = at([*history, Rated(now, 1, HASH)], now)
        assert again.learning and again.due and now < again.due <= now + timedelta(minutes=20)
        good = at([*history, Rated(now, 3, HASH)], now)
        assert good.due and schedule.day(good.due, UTC) > schedule.day(now, UTC)


def test_intervals_grow_while_a_card_is_known() -> None:
    history = [Rated(NOON, 3, HASH)]
    gaps = []
    for _ in range(5):
        due = at(history, history[-1].when).due
        assert due
        gaps.append((due - history[-1].when).days)
        history.append(Rated(due + timedelta(hours=5), 3, HASH))
    assert gaps == sorted(set(gaps))


def test_a_better_rating_never_brings_a_card_back_earlier() -> None:
    for history in ([], rated(3, 3), rated(1, 3, 1, 4)):
        looks = schedule.outlook(history, HASH, NOON + timedelta(days=9), zone=UTC)
        dues = [looks[rating].due or NOON for rating in (1, 2, 3, 4)]
        assert dues == sorted(dues)


def test_it_is_due_from_the_morning_of_its_day() -> None:
    evening = datetime(2026, 11, 2, 22, tzinfo=UTC)
    due = at([Rated(evening, 3, HASH)], evening).due
    assert due and due.hour == 4


def test_next_morning_counts_as_a_day_even_if_it_is_not_24_hours() -> None:
    evening, morning = NOON + timedelta(hours=9), NOON + timedelta(hours=20)
    same = at([Rated(NOON, 3, HASH), Rated(NOON + timedelta(hours=9), 3, HASH)], evening)
    later = at([Rated(evening, 3, HASH), Rated(morning, 3, HASH)], morning)
    assert later.due and same.due
    assert later.due - morning > same.due - evening


def test_a_card_that_asks_something_else_is_new_and_the_old_text_has_its_history() -> None:
    old = [Rated(NOON, 4, "ffffffff")]
    assert at(old, NOON + timedelta(days=1)) == Standing()
    assert standing(old, "ffffffff", NOON + timedelta(days=1)).ratings == 1


def test_a_rating_is_taken_back() -> None:
    later = NOON + timedelta(days=3)
    before = at(rated(3), later)
    slip = [*rated(3), Rated(NOON + timedelta(days=2), 1, HASH)]
    assert at(slip, later) != before
    assert at([*slip, Rated(later, 0, HASH)], later) == before
    assert at([Rated(NOON, 0, HASH)], later) == Standing()


def undo(of: datetime, when: datetime) -> Rated:
    return Rated(when, 0, HASH, of)


def test_a_rating_is_taken_back_by_its_time_whatever_the_clock_says_by_then() -> None:
    easy = Rated(NOON, 4, HASH)
    for back in (timedelta(0), timedelta(hours=1), timedelta(days=400)):
        for history in ([], rated(3, start=NOON - timedelta(days=500))):
            taken = [*history, easy, undo(easy.when, NOON - back)]
            for now in (NOON - timedelta(hours=1), NOON + timedelta(days=1)):
                assert at(taken, now) == at(history, now)


def test_a_rating_of_another_machine_stays_when_an_older_one_is_taken_back() -> None:
    here, there = Rated(NOON, 1, HASH), Rated(NOON + timedelta(minutes=2), 4, HASH)
    taken = [here, there, undo(NOON, NOON + timedelta(minutes=5))]
    for order in itertools.permutations(taken):
        assert schedule.kept(order, HASH, NOON + timedelta(days=1)) == [there]


def test_what_is_taken_back_by_its_time_leaves_nothing_for_an_undo_that_names_none() -> None:
    one, two = rated(3, 1)
    now = NOON + timedelta(days=9)
    named, nameless = undo(two.when, now - timedelta(days=2)), Rated(now, 0, HASH)
    assert schedule.kept([one, two, named], HASH, now) == [one]
    assert schedule.kept([one, two, named, nameless], HASH, now) == []


def test_a_rating_written_twice_is_taken_back_once_and_then_given_again() -> None:
    now = NOON + timedelta(days=1)
    moments = [NOON + timedelta(milliseconds=100 * n) for n in range(5)]
    twice = [Rated(when, 3, HASH) for when in moments[:2]]
    for named in moments[:2]:
        taken = [*twice, undo(named, moments[2])]
        assert schedule.kept(taken, HASH, now) == []
        again = Rated(moments[3], 3, HASH)
        assert schedule.kept([*taken, again], HASH, now) == [again]


@given(
    history=histories,
    when=moments,
    rating=st.sampled_from([1, 2, 3, 4]),
    undone=moments,
    now=moments,
    seed=st.randoms(use_true_random=False),
)
def test_what_was_taken_back_by_its_time_was_never_said(
    history: list[Rated],
    when: datetime,
    rating: int,
    undone: datetime,
    now: datetime,
    seed: random.Random,
) -> None:
    near = [abs(one.when - moment) for one in history for moment in (when, undone)]
    assume(all(gap > schedule.SAME for gap in near))
    merged = [*history, Rated(when, rating, HASH), undo(when, undone)]
    seed.shuffle(merged)
    assert at(merged, now) == at(history, now)


def test_the_same_rating_of_two_kernels_is_one() -> None:
    twice = [*rated(3), Rated(NOON + timedelta(milliseconds=400), 3, HASH)]
    assert at(twice, NOON + timedelta(days=1)) == at(rated(3), NOON + timedelta(days=1))
    two = at([*rated(3), Rated(NOON + timedelta(minutes=2), 3, HASH)], NOON + timedelta(days=1))
    assert two.ratings == 2


def test_odd_events_are_passed_over() -> None:
    odd = [
        event(NOON, rating=5), event(NOON, rating="3"), event(NOON, rating=True),
        event(NOON, rating=None), event(NOON, hash=None), event(NOON, item=7),
        {"kind": "card"}, {**event(NOON), "t": "soon"}, {**event(NOON), "t": "2026-11-02T12:00:00"},
        {**event(NOON), "kind": "answer"}, {**event(NOON), "t": "0001-01-01T00:00:00+14:00"},
    ]  # fmt: skip
    assert schedule.ratings(odd) == {}
    assert schedule.ratings([*odd, event(NOON)]) == {"term:a": [Rated(NOON, 3, HASH)]}


def test_an_undo_names_a_rating_or_the_last_one_and_an_odd_name_is_passed_over() -> None:
    there = NOON.astimezone(ZoneInfo("Asia/Kolkata")).isoformat()
    events = [event(NOON, kind="card-undo", of=of) for of in (there, None, "soon", 3, [])]
    events += [event(NOON, kind="card-undo"), event(NOON, of=there)]
    nameless = Rated(NOON, 0, HASH)
    wanted = [undo(NOON, NOON), nameless, nameless, Rated(NOON, 3, HASH)]
    assert schedule.ratings(events)["term:a"] == wanted


def test_six_times_again_make_a_leech_until_it_stays() -> None:
    history = rated(3, *[1] * 5)
    assert not at(history, NOON + timedelta(days=9)).leech
    history = rated(3, *[1] * 6)
    assert at(history, NOON + timedelta(days=9)).leech
    assert not at(rated(3, *[1] * 6, 3, 2, 3), NOON + timedelta(days=20)).leech


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "wanted"), [(3, date(2026, 11, 1)), (4, date(2026, 11, 2)), (23, date(2026, 11, 2))]
)
def test_the_day_turns_at_four_in_the_morning(hour: int, wanted: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert schedule.day(datetime(2026, 11, 2, hour, 59, tzinfo=berlin), berlin) == wanted


@given(moment=moments, zone=zones)
def test_a_moment_lies_in_its_day(moment: datetime, zone: tzinfo) -> None:
    on = schedule.day(moment, zone)
    assert schedule.morning(on, zone) <= moment < schedule.morning(on + timedelta(days=1), zone)


# --- wrong clocks, two machines -------------------------------------------------------------------


@given(
    history=histories,
    now=moments,
    zone=zones,
    exam=st.none() | st.dates(date(2026, 1, 1), date(2028, 6, 1)),
)
def test_whatever_the_record_says_a_card_comes_again(
    history: list[Rated], now: datetime, zone: tzinfo, exam: date | None
) -> None:
    one = standing(history, HASH, now, zone=zone, exam=exam, card_id="term:a")
    if one.due is None:
        assert one == Standing()
        return
    assert one.due <= now + timedelta(days=schedule.LONGEST + 1)
    work = schedule.todays({"term:a": one}, one.due + timedelta(hours=1), zone=zone, exam=exam)
    assert work.queue == ["term:a"] or work.resting == ["term:a"]


@given(history=histories, now=moments, zone=zones)
def test_the_order_of_a_merge_does_not_matter(
    history: list[Rated], now: datetime, zone: tzinfo
) -> None:
    here, there = history[::2], history[1::2]
    one = standing([*here, *there], HASH, now, zone=zone)
    assert standing([*there, *here], HASH, now, zone=zone) == one
    assert standing(reversed(history), HASH, now, zone=zone) == one


@given(history=histories, now=moments)
def test_what_is_stamped_in_the_future_never_keeps_a_card_away(
    history: list[Rated], now: datetime
) -> None:
    made = [one for one in history if one.when <= now]
    due = at(history, now).due
    if any(one.rating for one in made):
        assert at(history, now) == at(made, now)
    elif due is not None:
        assert due <= now


def test_a_session_under_a_clock_ahead_is_asked_again_and_then_all_is_well() -> None:
    ahead = [Rated(NOON + timedelta(days=400), 3, HASH)]
    now = NOON + timedelta(hours=1)
    assert at(ahead, now).due == now
    mended = at([*ahead, Rated(now, 3, HASH)], now)
    assert mended == at([Rated(now, 3, HASH)], now)
    assert mended.due and mended.due > now + timedelta(hours=12)


@settings(deadline=None, max_examples=30)
@given(
    names=st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 4), moments), max_size=30),
    cut=st.integers(0, 30),
)
def test_two_machines_that_exchange_their_records_agree(
    tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, int, datetime]], cut: int
) -> None:
    lines = [event(when, rating, f"term:{name}") for name, rating, when in names]
    own = [lines[:cut], lines[cut:]]
    texts = ["".join(f"{json.dumps(one)}\n" for one in part) for part in own]
    folder = tmp_path_factory.mktemp("two")
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for here, there in ((0, 1), (1, 0)):
            file = folder / f"{here}.jsonl"
            file.write_text(texts[here], "utf-8")
            patch.setenv("WORKBOOK_PROGRESS", str(file))
            progress.merge(texts[there])
            progress.merge(texts[there])  # a ZIP restored twice
            now = datetime(2027, 6, 1, tzinfo=UTC)
            found.append(
                {
                    name: at(ratings, now)
                    for name, ratings in sorted(schedule.ratings(progress.events()).items())
                }
            )
    assert found[0] == found[1]


# --- the exam -------------------------------------------------------------------------------------


@given(
    history=histories.filter(lambda found: any(one.rating for one in found)),
    left=st.integers(1, 120),
    zone=zones,
    name=st.text("abc", max_size=4),
)
def test_before_an_exam_every_card_comes_once_more(
    history: list[Rated], left: int, zone: tzinfo, name: str
) -> None:
    now = datetime(2028, 1, 1, 12, tzinfo=UTC)
    last = Rated(now, 4, HASH)
    exam = schedule.day(now, zone) + timedelta(days=left)
    one = standing([*history, last], HASH, now, zone=zone, exam=exam, card_id=name)
    free = standing([*history, last], HASH, now, zone=zone)
    assert one.due and free.due
    assert one.due <= free.due
    on = schedule.day(one.due, zone)
    assert on < exam or (left == 1 and on == exam)
    assert on > schedule.day(now, zone)


def test_an_exam_that_is_over_or_taken_back_cuts_nothing() -> None:
    history, now = rated(4), NOON + timedelta(hours=1)
    free = at(history, now)
    assert at(history, now, exam=NOON.date()) == free
    assert at(history, now, exam=NOON.date() - timedelta(days=3)) == free
    assert at(history, now, exam=NOON.date() + timedelta(days=4)) != free


def test_what_an_exam_cut_is_whole_again_when_it_is_over() -> None:
    first = Rated(NOON, 4, HASH)
    exam = NOON.date() + timedelta(days=4)
    turn = datetime.combine(exam + timedelta(days=1), schedule.DAY_TURNS, UTC)
    night = turn - timedelta(minutes=1)  # still the day of the exam
    assert at([first], night, exam=exam).due == at([first], NOON, exam=exam).due
    assert at([first], night, exam=exam).due != at([first], night).due
    assert at([first], turn, exam=exam) == at([first], turn)
    assert at([first], turn, exam=exam).due == at([first], NOON).due
    looks = schedule.outlook([first], HASH, turn, exam=exam, zone=UTC)
    assert looks == schedule.outlook([first], HASH, turn, zone=UTC)


def test_what_an_exam_cuts_does_not_all_come_on_one_day() -> None:
    now = NOON + timedelta(days=8)
    exam = now.date() + timedelta(days=20)
    known = rated(4, 4, every=timedelta(days=8))
    standings = [at(known, now, exam=exam, card_id=f"term:{number}") for number in range(60)]
    days = {schedule.day(one.due, UTC) for one in standings if one.due}
    assert len(days) >= 4 and max(days) < exam


def test_new_cards_are_spread_over_the_days_left_within_bounds() -> None:
    today = date(2026, 11, 2)

    def count(unseen: int, left: int | None) -> int:
        exam = None if left is None else today + timedelta(days=left)
        return schedule.new_a_day(unseen, today, exam)

    assert count(200, None) == count(200, 0) == count(200, -5) == schedule.NEW_A_DAY
    assert count(200, 21) == schedule.NEW_A_DAY
    assert count(200, 11) == 20
    assert count(200, 2) == count(200, 1) == schedule.MOST_NEW
    assert count(20, 100) == schedule.FEWEST_NEW


@given(unseen=st.integers(0, 250), left=st.integers(2, 60))
def test_all_cards_are_seen_before_the_eve_unless_the_bound_forbids(unseen: int, left: int) -> None:
    today = date(2026, 11, 2)
    exam = today + timedelta(days=left)
    rest = unseen
    for passed in range(left - 1):
        rest -= min(rest, schedule.new_a_day(rest, today + timedelta(days=passed), exam))
    assert rest == max(0, unseen - schedule.MOST_NEW * (left - 1))


def test_the_exam_date_said_last_holds() -> None:
    def said(when: datetime, day: Any) -> dict[str, Any]:
        return {"t": when.isoformat(), "kind": "exam-date", "item": "exam-date", "date": day}

    one, two = said(NOON, "2026-12-05"), said(NOON + timedelta(hours=1), "2026-12-12")
    now = NOON + timedelta(days=1)
    assert schedule.exam_date([], now) is None
    assert schedule.exam_date([two, one], now) == date(2026, 12, 12)
    odd = [said(now, "soon"), said(now, 20261205), {"kind": "exam-date"}]
    assert schedule.exam_date([one, *odd], now) == date(2026, 12, 5)
    assert schedule.exam_date([one, two, said(now, None)], now) is None
    ahead = said(now + timedelta(days=90), "2027-05-05")
    assert schedule.exam_date([ahead, one], now) == date(2026, 12, 5)
    assert schedule.exam_date([ahead], now) == date(2027, 5, 5)


def test_a_question_wrong_in_an_exam_is_due_until_it_is_rated() -> None:
    now = NOON + timedelta(hours=3)
    assert at([], now, wrong=NOON).due == NOON
    known = rated(4, start=NOON - timedelta(days=1))
    assert at(known, now, wrong=NOON).due == NOON
    rated_since = [*known, Rated(now, 3, HASH)]
    assert at(rated_since, now, wrong=NOON) == at(rated_since, now)
    assert at([], now, wrong=now + timedelta(days=50)).due == now


# --- the day's work -------------------------------------------------------------------------------


def test_due_cards_come_first_the_most_forgotten_first_then_new_ones() -> None:
    now = NOON + timedelta(days=40)
    found = {
        "new": Standing(),
        "weak": at(rated(1, 3, start=NOON), now),
        "strong": at(rated(3, 3, 3, start=NOON), now),
        "far": at([Rated(now - timedelta(days=1), 4, HASH)], now),
        "minutes": at([Rated(now - timedelta(minutes=30), 1, HASH)], now),
        "soon": at([Rated(now - timedelta(minutes=1), 1, HASH)], now),
    }
    work = schedule.todays(found, now, zone=UTC)
    assert work.due == ["minutes", "weak", "strong"]
    assert work.queue == ["minutes", "weak", "strong", "new", "soon"]


def test_no_more_new_cards_than_the_day_allows_however_often_it_is_asked() -> None:
    found = {f"{n}": Standing() for n in range(40)}
    for n in range(schedule.NEW_A_DAY):
        work = schedule.todays(found, NOON, zone=UTC)
        assert len(work.new) == schedule.NEW_A_DAY - n
        found[work.new[0]] = at([Rated(NOON, 3, HASH)], NOON)
    assert schedule.todays(found, NOON, zone=UTC).new == []
    assert len(schedule.todays(found, NOON, zone=UTC, more=5).new) == 5
    tomorrow = NOON + timedelta(days=1)
    assert len(schedule.todays(found, tomorrow, zone=UTC).new) == schedule.NEW_A_DAY


def test_a_leech_forgotten_today_rests_until_tomorrow_unless_it_is_wanted() -> None:
    history = rated(*[1] * 6, every=timedelta(minutes=30))
    now = history[-1].when + timedelta(hours=1)
    found = {"a": at(history, now)}
    work = schedule.todays(found, now, zone=UTC)
    assert (work.queue, work.leeches, work.resting) == ([], ["a"], ["a"])
    assert schedule.todays(found, now, zone=UTC, wanted={"a"}).queue == ["a"]
    tomorrow = now + timedelta(days=1)
    work = schedule.todays({"a": at(history, tomorrow)}, tomorrow, zone=UTC)
    assert (work.queue, work.leeches, work.resting) == (["a"], ["a"], [])


def test_again_just_before_the_day_turns_is_still_asked_in_this_run() -> None:
    late = datetime(2026, 11, 3, 3, 55, tzinfo=UTC)
    found = {"a": at([Rated(late, 1, HASH)], late)}
    assert schedule.todays(found, late, zone=UTC).queue == ["a"]


def test_what_comes_on_the_next_days_is_counted() -> None:
    one = at(rated(3), NOON)
    assert one.due
    on = schedule.day(one.due, UTC)
    found = {"a": one, "b": one, "c": Standing(), "d": at(rated(1), NOON)}
    assert schedule.upcoming(found, NOON, UTC) == {on: 2}


def test_a_zone_given_as_an_offset_works_too() -> None:
    zone = timezone(timedelta(hours=-9, minutes=-30))
    assert standing(rated(3), HASH, NOON, zone=zone).due
