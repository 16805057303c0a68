"""When each flashcard comes again: FSRS, replayed over the ratings in the record.

Nothing is stored besides the ratings, so two machines whose records are merged agree. The rules:

* A day is the learner's own, and it turns at 4 a.m.: who studies past midnight is still in
  yesterday. FSRS counts in these days, and a card is due from the morning of its day on.
* A rating belongs to the card it was given to (its hash). If the card asks something else today,
  it is new again; if the old text comes back, so does its history.
* A rating stamped later than now (the clock was ahead, or has been set back) waits until its time
  comes. A card that has no other rating is due now, and keeps what those say about it otherwise.
  So a wrong clock can bring a card early, never put it out of reach.
* What is taken back was never said, whichever clock stamped it, and whatever another machine said
  meanwhile: it is named by its time. (Older records name none; there the rating before it goes.)
* Before an exam every interval is cut so that the card comes at least once more, on the day before
  at the latest (what is rated on that day: on the morning of the exam); what was cut is spread over
  the last days, lest all come on one. From the day after the exam on nothing is cut any more.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

Event = Mapping[str, Any]

RATINGS = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}
KIND, UNDO, EXAM_DATE = "card", "card-undo", "exam-date"
DAY_TURNS = time(4)
LONGEST = 180
"""Days after which a card comes again at the latest, without an exam."""
STEP = timedelta(minutes=10)
AHEAD = timedelta(minutes=20)
"""A card that waits no longer than this is asked at the end of a run, whatever day begins then."""
SAME = timedelta(seconds=1)
"""Two equal ratings of a card so close together are one, which two kernels wrote."""

NEW_A_DAY = 10
FEWEST_NEW, MOST_NEW = 5, 50
"""The bounds of new cards a day before an exam."""

LAPSES = 6
"""So many times "again" make a leech."""
STEADY = 3
"""So often remembered in a row, a leech is one no more."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating (1 to 4) of a card, or that one is taken back (0): that made at `of`, the last one
    if None."""

    when: datetime
    rating: int
    hash: str
    of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a card stands.

    `due` is None for a new card; `learning` if it comes again within minutes. `steady` is how often
    it was remembered in a row, `recall` the chance that it is remembered now (0 to 1). `called`: it
    was never a new card, since an exam had found it wrong before its first rating.
    """

    due: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None
    learning: bool = False
    ratings: int = 0
    lapses: int = 0
    steady: int = 0
    recall: float = 0.0
    called: bool = False
    today: int = 0
    again_today: int = 0

    @property
    def leech(self) -> bool:
        """Whether the card is forgotten again and again: asking once more does not help."""
        return self.lapses >= LAPSES and self.steady < STEADY


@dataclass(frozen=True, slots=True)
class Today:
    """What is to be done today: the ids of the cards, in the order in which they are asked.

    `waiting` were asked today and come again at the end of the run; `resting` are leeches that were
    forgotten today. `unseen` cards are new, of which `new` are for today.
    """

    due: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    leeches: list[str] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)
    unseen: int = 0

    @property
    def queue(self) -> list[str]:
        """All that is asked today."""
        return [*self.due, *self.new, *self.waiting]


# --- the record -----------------------------------------------------------------------------------


def ratings(
    events: Iterable[Event], into: dict[str, list[Rated]] | None = None
) -> dict[str, list[Rated]]:
    """The ratings of each card id, added to `into` if given; odd events are passed over."""
    found = {} if into is None else into
    for event in events:
        kind, item, text = event.get("kind"), event.get("item"), event.get("hash")
        if kind not in (KIND, UNDO) or not isinstance(item, str) or not isinstance(text, str):
            continue
        rating = event.get("rating") if kind == KIND else 0
        if type(rating) is not int or (kind == KIND and rating not in RATINGS):
            continue
        when, said = _when(event.get("t")), event.get("of") if kind == UNDO else None
        of = _when(said)
        if when is not None and (said is None or of is not None):
            found.setdefault(item, []).append(Rated(when, rating, text, of))
    return found


def exam_date(events: Iterable[Event], now: datetime | None = None) -> date | None:
    """The day of the exam as the learner gave it last, or None (none given, or taken back).

    What was said by a clock ahead of `now` counts only if nothing else was said.
    """
    now = now or datetime.now(UTC)
    said: list[tuple[bool, datetime, str]] = []
    for event in events:
        if event.get("kind") != EXAM_DATE or (when := _when(event.get("t"))) is None:
            continue
        given = event.get("date")
        if given is None or (isinstance(given, str) and _day(given)):
            said.append((when <= now, when, given or ""))
    return _day(max(said)[2]) if said else None


def _when(text: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(str(text))
        return when.astimezone(UTC) if when.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- days -----------------------------------------------------------------------------------------


def day(moment: datetime, zone: tzinfo | None = None) -> date:
    """The learner's day of a moment; `zone` is this computer's if not given."""
    here = moment.astimezone(zone)
    begun = here.hour >= DAY_TURNS.hour
    return here.date() if begun else here.date() - timedelta(days=1)


def morning(of: date, zone: tzinfo | None = None) -> datetime:
    """When a day of the learner begins, in UTC."""
    return datetime.combine(of, DAY_TURNS, zone).astimezone(UTC)


# --- one card -------------------------------------------------------------------------------------


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler  # a tenth of a second, which only who studies cards has to wait

    return Scheduler(
        learning_steps=[STEP],
        relearning_steps=[STEP],
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )


def kept(rated: Iterable[Rated], card_hash: str, now: datetime) -> list[Rated]:
    """The ratings that count for a card of this hash, oldest first: without those taken back,
    written twice, or stamped later than `now` (but for a card that has only such)."""
    own = _once(one for one in rated if one.hash == card_hash)
    made = [one for one in own if one.when <= now]
    if not any(one.rating for one in made):
        made = own
    found: list[Rated] = []
    for one in made:
        if one.rating:
            found.append(one)
        else:
            del found[-1:]
    return found


def _once(rated: Iterable[Rated]) -> list[Rated]:
    """A card's ratings by time, one of each that was written twice, without those that are taken
    back by name; what takes back the last one, whichever that is, stays in its place."""
    said = sorted(rated, key=lambda one: (one.when, one.rating))
    back = {one.of for one in said}
    groups: list[list[Rated]] = []  # each a rating and its doubles, which go together
    for one in said:
        first = groups[-1][0] if groups else None
        if first and 0 < first.rating == one.rating and one.when - first.when < SAME:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [
        group[0]
        for group in groups
        if group[0].of is None and not any(one.rating and one.when in back for one in group)
    ]


def standing(
    rated: Iterable[Rated],
    card_hash: str,
    now: datetime,
    *,
    exam: date | None = None,
    zone: tzinfo | None = None,
    card_id: str = "",
    wrong: datetime | None = None,
) -> Standing:
    """Where a card stands after its ratings, in whatever order they come.

    `exam` is the day of the exam (one that is over cuts nothing), `wrong` when a mock exam found
    its question wrong or blank: it is due from then on until it is rated. `card_id` spreads what an
    exam cuts short.
    """
    from fsrs import Rating, State

    found = kept(rated, card_hash, now)
    wrong = None if wrong is None else min(wrong, now)
    if not found:
        return Standing(due=wrong)
    today = day(now, zone)
    times = [min(one.when, now) for one in found]
    days = [day(at, zone) for at in times]
    forgotten = [one.rating == Rating.Again for one in found]
    first, last = times[0], times[-1]
    card = _replayed(found, days)
    learning = card.state != State.Review
    if learning:
        due = last + (card.due - _noon(days[-1]))
    else:
        ahead = exam if exam and exam >= today else None
        due = morning(_cut(card.due.date(), days[-1], ahead, card_id), zone)
    if found[-1].when > now or (wrong is not None and wrong >= last):
        due, learning = min(due, now if wrong is None else wrong), False
    return Standing(
        due=due,
        first=first,
        last=last,
        learning=learning,
        ratings=len(found),
        lapses=sum(forgotten),
        steady=next((n for n, again in enumerate(reversed(forgotten)) if again), len(found)),
        called=wrong is not None and wrong <= first,
        recall=_scheduler().get_card_retrievability(card, _noon(today)),
        today=days.count(today),
        again_today=sum(again for on, again in zip(days, forgotten, strict=True) if on == today),
    )


def _replayed(found: Sequence[Rated], days: Sequence[date]) -> Card:
    """What FSRS knows of a card after its ratings, given on these days."""
    from fsrs import Card, Rating

    card = Card(card_id=0)
    for one, on in zip(found, days, strict=True):
        # FSRS counts hours; at noon of each day it counts the days between.
        card, _ = _scheduler().review_card(card, Rating(one.rating), _noon(on))
    return card


def _noon(of: date) -> datetime:
    return datetime(of.year, of.month, of.day, 12, tzinfo=UTC)


def _cut(due: date, rated: date, exam: date | None, card_id: str) -> date:
    """The day a card is due, cut by the exam."""
    left = (exam - rated).days if exam else 0
    if exam is None or left < 1:
        return due
    if left == 1:
        return min(due, exam)  # once more on the morning of the exam
    digest = hashlib.blake2b(card_id.encode(), digest_size=2).digest()
    early = int.from_bytes(digest, "big") % (1 + min(6, (left - 1) // 3))
    return min(due, exam - timedelta(days=1 + early))


def outlook(
    rated: Sequence[Rated],
    card_hash: str,
    now: datetime,
    *,
    exam: date | None = None,
    zone: tzinfo | None = None,
    card_id: str = "",
) -> dict[int, Standing]:
    """Where the card would stand after each rating given now."""
    return {
        rating: standing(
            [*rated, Rated(now, rating, card_hash)],
            card_hash,
            now,
            exam=exam,
            zone=zone,
            card_id=card_id,
        )
        for rating in RATINGS
    }


# --- the day's work -------------------------------------------------------------------------------


def new_a_day(unseen: int, today: date, exam: date | None) -> int:
    """How many new cards a day brings, with so many unseen in the morning.

    Without an exam ahead `NEW_A_DAY`; before one, so many that all are seen when its eve begins,
    within bounds. The eve itself is for what was learned, but for cards that are still unseen.
    """
    left = (exam - today).days if exam else 0
    if left < 1:
        return NEW_A_DAY
    return min(max(math.ceil(unseen / max(1, left - 1)), FEWEST_NEW), MOST_NEW)


def todays(
    standings: Mapping[str, Standing],
    now: datetime,
    *,
    exam: date | None = None,
    zone: tzinfo | None = None,
    more: int = 0,
    wanted: Collection[str] = (),
) -> Today:
    """The day's work among these cards (in the order in which new ones are learned).

    `more` raises the number of new cards, `wanted` are leeches that are asked all the same.
    """
    today = day(now, zone)
    soon = max(morning(today + timedelta(days=1), zone) - timedelta(microseconds=1), now + AHEAD)
    found = Today()
    minutes: list[str] = []
    days: list[str] = []
    unseen: list[str] = []
    begun = 0
    for name, one in standings.items():
        if one.first and not one.called and day(one.first, zone) == today:
            begun += 1
        if one.leech:
            found.leeches.append(name)
            if one.again_today and name not in wanted:
                found.resting.append(name)
                continue
        if name in wanted:
            found.due.append(name)
        elif one.due is None:
            unseen.append(name)
        elif one.due <= now:
            (minutes if one.learning else days).append(name)
        elif one.due <= soon:
            found.waiting.append(name)
    found.due.extend(sorted(minutes, key=lambda name: _due(standings[name])))
    found.due.extend(sorted(days, key=lambda name: (standings[name].recall, _due(standings[name]))))
    found.waiting.sort(key=lambda name: _due(standings[name]))
    quota = new_a_day(len(unseen) + begun, today, exam) + more - begun
    found.new.extend(unseen[: max(0, quota)])
    return Today(
        found.due, found.new, found.waiting, found.leeches, found.resting, unseen=len(unseen)
    )


def _due(one: Standing) -> datetime:
    return one.due or datetime.max.replace(tzinfo=UTC)


def upcoming(
    standings: Mapping[str, Standing], now: datetime, zone: tzinfo | None = None
) -> dict[date, int]:
    """How many cards come due on each day after today, soonest first."""
    today = day(now, zone)
    found: dict[date, int] = {}
    for one in standings.values():
        if one.due is not None and (on := max(day(one.due, zone), today)) > today:
            found[on] = found.get(on, 0) + 1
    return dict(sorted(found.items()))
