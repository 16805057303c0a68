"""The flashcards: think, turn the card, say how well you knew it; Python says when it comes again.

`flashcards()` shows today's cards. All state is the record's ("card", "card-undo", "exam-date" and
"card-lessons" events), so a re-run cell goes on where the last run stopped. The traits hold all
there is to see; the browser sends `{"type", "seq", ...}` and hears of it by them and by `reply`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import traitlets

from workbook import paths, progress
from workbook.questions import bank
from workbook.study import schedule
from workbook.study.blueprint import blueprints
from workbook.study.deck import Card, Deck, Missed, deck, wrong_in_exams
from workbook.study.schedule import Rated, Standing, Today
from workbook.widgets._markdown import linked, to_html, to_inline
from workbook.widgets.base import Asked, joined, placed

LESSONS = "card-lessons"
_ITEM = "flashcards"
_NOTEBOOKS = "00"  # the lesson about notebooks
_LONGEST_THOUGHT = 3600.0  # seconds; more is a card that was left open
_MORE = 10
_OURS = (b'"card', b'"exam')  # what a line of the record must hold to concern us
_UNSAVED = (
    "Your rating counts in this notebook, but it could not be saved: the record (progress.jsonl) "
    "is not writable."
)
_PLAIN = (
    "Flashcards: today's cards, one after the other.\n"
    "Think of the answer, turn the card (Space or Enter), then say how well you knew it: "
    "1 Again, 2 Hard, 3 Good, 4 Easy."
)


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Flashcards(Asked):
    """Today's cards in one output; made by `flashcards()`, drivable through `handle`."""

    _esm = joined("forms_base.js", "flashcards.js")
    _css = joined("forms_base.css", "flashcards.css")

    head = traitlets.Dict().tag(sync=True)  # what is due today, and the days to the exam
    lessons = traitlets.List(traitlets.Dict()).tag(sync=True)
    card = traitlets.Dict().tag(sync=True)  # empty if there is none to ask
    summary = traitlets.Dict().tag(sync=True)  # in place of a card
    leeches = traitlets.List(traitlets.Dict()).tag(sync=True)
    notices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    turned = traitlets.Int(0).tag(sync=True)  # set by the browser: the turn whose back is seen

    _from_browser = ("turned",)

    def __init__(self, lessons: Sequence[str] = ()) -> None:
        """`lessons` chooses lessons ("07"); without them the learner's last choice holds."""
        self._record = progress.Reader(_OURS)
        self._events: list[Mapping[str, Any]] = []
        self._rated: dict[str, list[Rated]] = {}
        self._wrong: dict[str, Missed] = {}
        self._deck = Deck(())
        self._cards: dict[str, Card] = {}
        self._standings: dict[str, Standing] = {}
        self._exam: date | None = None
        self._as_of: date | None = None
        self._chosen: set[str] | None = set(lessons) or None
        self._given = bool(lessons)
        self._more = 0
        self._wanted: set[str] = set()
        self._next: str | None = None
        self._done: list[tuple[str, Rated]] = []  # what was rated here, for taking back
        self._stopped = False
        self._warned = False
        self._turn = 0
        self._look()
        self._show()
        super().__init__()  # last: see `Asked`

    @property
    def plain(self) -> str:
        """What the cards are; nothing of the record, since nbval compares it."""
        return _PLAIN

    # --- the record ---

    def _look(self, said: Mapping[str, Any] | None = None) -> None:
        """Take in what is new in the record, and `said` if the record could not keep it."""
        afresh, events = self._record.news()
        if afresh:
            self._events.clear()
            self._rated.clear()
        if said is not None:
            events = [*events, dict(said)]
        touched = set(schedule.ratings(events, into=self._rated)) if afresh else set()
        if not afresh:
            new = schedule.ratings(events)
            for name, ratings in new.items():
                self._rated.setdefault(name, []).extend(ratings)
            touched = set(new)
        others = [e for e in events if e.get("kind") not in (schedule.KIND, schedule.UNDO)]
        self._events += others
        moment = now()
        if afresh or others or not self._cards:
            self._wrong = wrong_in_exams(self._events)
            self._deck = deck(self._wrong)
            self._cards = {card.id: card for card in self._deck.cards}
            if not self._given:
                self._chosen = _last_choice(self._events)
        exam = schedule.exam_date(self._events, moment)
        today = schedule.day(moment)
        if afresh or others or exam != self._exam or today != self._as_of:
            touched = set(self._cards)
        self._exam, self._as_of = exam, today
        for name in touched & self._cards.keys():
            self._standings[name] = self._standing(name, moment)
        # In the deck's order, which is that of new cards.
        if len(touched) > 1 or self._standings.keys() != self._cards.keys():
            self._standings = {
                name: self._standings.get(name) or self._standing(name, moment)
                for name in self._cards
            }

    def _standing(self, name: str, moment: datetime) -> Standing:
        card = self._cards[name]
        question = name.removeprefix("question:") if card.kind == "question" else ""
        return schedule.standing(
            self._rated.get(name, ()),
            card.hash,
            moment,
            exam=self._exam,
            card_id=name,
            wrong=missed.when if (missed := self._wrong.get(question)) else None,
        )

    def _write(self, kind: str, item: str, **fields: Any) -> str:
        """Record something and take it in; what is to be said if it could not be kept."""
        saved = progress.record(kind, item, **fields)
        self._look(None if saved else {"t": now().isoformat(), "kind": kind, "item": item} | fields)
        if saved or self._warned:
            return ""
        self._warned = True
        return _UNSAVED

    # --- what the browser asks ---

    def _act_on(self, message: Mapping[str, Any]) -> dict[str, Any]:
        kind = message.get("type")
        said, note = "", ""
        if kind == "rate":
            said, note = self._rate(message)
        elif kind == "undo":
            said, note = self._undo()
        elif kind == "lessons":
            said, note = self._choose(message.get("lessons"))
        elif kind == "exam":
            said, note = self._set_exam(message.get("date"))
        elif kind == "more":
            self._more, self._stopped = self._more + _MORE, False
        elif kind == "leech":
            self._want(str(message.get("card")))
        elif kind in ("stop", "go on"):
            self._stopped = kind == "stop"
        if kind != "ping":
            if kind not in ("rate", "undo", "lessons", "exam"):
                self._look()  # another kernel may have gone on, or a new day has begun
            self._show(said)
        return {"note": note, "said": said}

    def _rate(self, message: Mapping[str, Any]) -> tuple[str, str]:
        name, rating = message.get("card"), message.get("rating")
        if name != self.card.get("id") or message.get("turn") != self._turn:
            return "", "This card has been rated already; here is the next one."
        if type(rating) is not int or rating not in schedule.RATINGS:
            return "", "Rate the card with 1, 2, 3 or 4."
        card = self._cards[str(name)]
        self._next = None
        self._wanted.discard(card.id)
        known = set(self._rated.get(card.id, ()))
        note = self._write(
            schedule.KIND,
            card.id,
            rating=rating,
            seconds=_seconds(message.get("seconds")),
            hash=card.hash,
        )
        # As the record has it, since its time names it; other kernels wrote before this one did.
        own = [one for one in self._rated.get(card.id, ()) if one.rating == rating]
        self._done += [(card.id, one) for one in own if one not in known][-1:]
        due = self._standings[card.id].due if card.id in self._standings else None
        return f"{schedule.RATINGS[rating]}: {_when(due, now())}.", note

    def _undo(self) -> tuple[str, str]:
        if not self._done:
            return "", "There is nothing to take back."
        name, rated = self._done.pop()
        of = rated.when.isoformat(timespec="microseconds")  # as the record writes it
        note = self._write(schedule.UNDO, name, hash=rated.hash, of=of)
        self._next, self._stopped = name, False
        return "Taken back.", note

    def _choose(self, given: Any) -> tuple[str, str]:
        known = {card.lesson for card in self._deck.cards}
        wanted = known & {str(one) for one in given} if isinstance(given, list) else set()
        if not wanted:
            return "", "Choose at least one lesson."
        self._given, self._chosen, self._next = False, wanted, None
        saved = sorted(wanted) if wanted != known else []  # all: lessons to come as well
        note = self._write(LESSONS, _ITEM, lessons=saved)
        return "", note.replace("Your rating counts", "Your choice holds")

    def _set_exam(self, given: Any) -> tuple[str, str]:
        if given in (None, ""):
            note = self._write(schedule.EXAM_DATE, schedule.EXAM_DATE, date=None)
            return "No exam date.", note.replace("Your rating counts", "This holds")
        try:
            exam = date.fromisoformat(str(given))
        except ValueError:
            return "", "That is no date."
        today = schedule.day(now())
        if exam < today:
            return "", "That day is over. Give the day of your exam, or remove the date."
        if exam > today + timedelta(days=3660):
            return "", "That is more than ten years away. Is the year right?"
        note = self._write(schedule.EXAM_DATE, schedule.EXAM_DATE, date=exam.isoformat())
        return f"{_left(exam, today)}.", note.replace("Your rating counts", "The date holds")

    def _want(self, name: str) -> None:
        if name in self._cards:
            self._wanted.add(name)
            self._next, self._stopped = name, False

    # --- what is seen ---

    def _is_chosen(self, name: str) -> bool:
        return self._chosen is None or self._cards[name].lesson in self._chosen

    def _chosen_standings(self) -> dict[str, Standing]:
        """The cards to choose from, in the order in which new ones are learned."""
        names = [name for name in self._standings if self._is_chosen(name)]
        if self._exam and self._exam >= schedule.day(now()):
            # No exam asks about notebooks.
            names.sort(key=lambda name: self._cards[name].lesson == _NOTEBOOKS)
        return {name: self._standings[name] for name in names}

    def _switched_off(self, moment: datetime) -> int:
        """How many cards are due in lessons that are not chosen."""
        rest = {name: one for name, one in self._standings.items() if not self._is_chosen(name)}
        work = schedule.todays(rest, moment, exam=self._exam)
        return len(work.due) + len(work.waiting)

    def _show(self, said: str = "") -> None:
        moment = now()
        standings = self._chosen_standings()
        work = schedule.todays(
            standings, moment, exam=self._exam, more=self._more, wanted=self._wanted
        )
        with self.hold_sync():
            self.head = self._head(standings, work, moment)
            self.lessons = self._lessons(moment)
            self.leeches = [self._leech(name, work) for name in work.leeches]
            self.notices = [to_inline(text) for text in self._deck.notices]
            # A rating may have made it a leech that rests, or a lesson was taken out.
            if self._next not in standings:
                self._next = None
            name = self._next or next(iter(work.queue), None)
            if name is None or self._stopped:
                self.card = {}
                self.summary = self._summary(standings, work, moment, said)
            else:
                self.summary = {}
                self.card = self._face(name, work, moment, said)

    def _head(
        self, standings: Mapping[str, Standing], work: Today, moment: datetime
    ) -> dict[str, Any]:
        # What was rated counts, whatever lessons are chosen by now.
        done = sum(one.today for one in self._standings.values())
        again = sum(one.again_today for one in self._standings.values())
        due = len(work.due) + len(work.waiting)
        off = self._switched_off(moment)
        more = f" ({off} more in lessons that you have switched off)" if off else ""
        parts = [f"{due} due{more}", f"{len(work.new)} new"]
        if done:
            parts.append(f"{done} rated")
        today = schedule.day(moment)
        return {
            "today": f"Today: {', '.join(parts)}",
            "whole": _whole(due, len(work.new), len(standings), self._chosen is not None),
            "exam": _left(self._exam, today) if self._exam and self._exam >= today else "",
            "date": self._exam.isoformat() if self._exam else "",
            "least": today.isoformat(),
            "due": due,
            "new": len(work.new),
            "done": done,
            "again": again,
        }

    def _lessons(self, moment: datetime) -> list[dict[str, Any]]:
        titles = _titles()
        found: dict[str, dict[str, Any]] = {}
        for name, card in self._cards.items():
            one = found.setdefault(
                card.lesson,
                {
                    "id": card.lesson,
                    "label": titles.get(card.lesson, _place(card.lesson)),
                    "chosen": self._chosen is None or card.lesson in self._chosen,
                    "cards": 0,
                    "seen": 0,
                },
            )
            one["cards"] += 1
            one["seen"] += self._standings[name].ratings > 0
        return [found[number] for number in sorted(found)]

    def _face(self, name: str, work: Today, moment: datetime, said: str) -> dict[str, Any]:
        card, one = self._cards[name], self._standings[name]
        self._turn += 1
        looks = schedule.outlook(
            self._rated.get(name, []), card.hash, moment, exam=self._exam, card_id=name
        )
        state = "new" if not one.ratings else "again" if one.learning else "due"
        missed = self._wrong.get(name.removeprefix("question:"))
        if one.ratings == 0 and missed:
            state = missed.said
        elif name in work.leeches:
            state = f"forgotten {one.lapses} times"
        return {
            "id": name,
            "kind": card.kind,
            "turn": self._turn,
            "kicker": f"{card.kind.capitalize()} · {_place(card.lesson)} · {state}",
            "front": to_html(card.front),
            "back": linked(to_html(card.back)),
            "choices": [
                {"rating": rating, "name": label, "when": _when(looks[rating].due, moment)}
                for rating, label in schedule.RATINGS.items()
            ],
            "left": max(0, len({*work.queue, name}) - 1),
            "undo": bool(self._done),
            "said": said,
        }

    def _leech(self, name: str, work: Today) -> dict[str, Any]:
        card = self._cards[name]
        front = card.front.partition("\n\n")[0]
        return {
            "id": name,
            "name": to_inline(front if len(front) < 160 else f"{front[:150].rstrip()} ..."),
            "text": f"forgotten {self._standings[name].lapses} times; reread "
            f"{_titles().get(card.lesson, _place(card.lesson))}",
            "rests": name in work.resting,
        }

    def _summary(
        self, standings: Mapping[str, Standing], work: Today, moment: datetime, said: str
    ) -> dict[str, Any]:
        head = self._head(standings, work, moment)
        left = len(work.queue)
        if left:
            title = f"Stopped; {_count(left, 'card')} left for today."
        elif not standings:
            named, known = self._chosen or (), sorted({one.lesson for one in self._cards.values()})
            title = f"There are no cards of {' and '.join(sorted(named)) or 'any lesson'}."
            if known:
                title += f" Lessons with cards: {', '.join(known)}."
        elif head["done"]:
            title = "Done for today."
        else:
            title = "Nothing is due today."
        lines = []
        if head["done"]:
            lines.append(
                f"{_count(head['done'], 'rating')} today, {head['again']} of them Again."
                if head["again"]
                else f"{_count(head['done'], 'rating')} today, none of them Again."
            )
        today = schedule.day(moment)
        coming = list(schedule.upcoming(standings, moment).items())[:3]
        if coming:
            days = [f"{_count(count, 'card')} {_on(on, today)}" for on, count in coming]
            lines.append(f"Next: {', '.join(days)}.")
        if standings and (off := self._switched_off(moment)):
            lines.append(f"{_count(off, 'card')} due in lessons that you have switched off.")
        unseen = work.unseen - (len(work.new) if left else 0)
        if unseen > 0 and not left:
            lines.append(f"{_count(unseen, 'card')} still new.")
        return {
            "title": title,
            "lines": lines,
            "more": min(_MORE, unseen) if not left else 0,
            "left": left,
            "undo": bool(self._done),
            "said": said,
        }


def flashcards(*lessons: object) -> Flashcards:
    """Today's flashcards: those that are due, then new ones.

    `flashcards()` asks the lessons that you chose last, at first all of them;
    `flashcards("06", "07")` only these.
    """
    return placed(Flashcards([f"{one:02d}" if type(one) is int else str(one) for one in lessons]))


# --- in words ------------------------------------------------------------------------------------


def _seconds(given: Any) -> float | None:
    """The thinking time as it is recorded."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 0:
        return None
    return round(min(float(given), _LONGEST_THOUGHT), 1)


def _last_choice(events: Sequence[Mapping[str, Any]]) -> set[str] | None:
    """The lessons that the learner chose last; None for all."""
    said = [e for e in events if e.get("kind") == LESSONS and isinstance(e.get("lessons"), list)]
    if not said:
        return None
    last = max(said, key=lambda event: datetime.fromisoformat(event["t"]))
    return {str(one) for one in last["lessons"]} or None


def _titles() -> dict[str, str]:
    """The lessons as a learner knows them, from the names of their files: "07 Funnels"."""
    found = {}
    for path in paths.lessons_dir().glob("[0-9][0-9]-*.yml"):
        number, _, words = path.stem.partition("-")
        found[number] = f"{number} {words.replace('-', ' ').capitalize()}"
    return found | _pack_titles(paths.lessons_dir())


@cache
def _pack_titles(_folder: Path) -> dict[str, str]:
    """The exam packs by what their ids begin with, called as the exams call that topic."""
    topics = [topic for one in blueprints() for topic in one.topics]
    found = {}
    for path in sorted((_folder / bank.EXAMS).glob("*.yml")):
        try:
            asked = {question.objective for question in bank.read(path)}
        except bank.BankError:
            continue
        names = [topic.name for topic in topics if asked and asked <= set(topic.objectives)]
        found[bank.prefix(path.stem)] = names[0] if names else f"Exam pack {path.stem}"
    return found


def _place(lesson: str) -> str:
    if lesson.isdigit():
        return f"lesson {lesson}"
    return _pack_titles(paths.lessons_dir()).get(lesson, f"exam pack {lesson}")


def _whole(due: int, new: int, of: int, chosen: bool) -> str:
    """How the day's numbers add up to all cards, each with what it means."""
    where = " in the lessons that you chose" if chosen else ""
    return (
        f"{_count(of, 'card')}{where}: {due} due (asked before, or missed in an exam), {new} new "
        f"(for the first time today), {of - due - new} later."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _left(exam: date, today: date) -> str:
    days = (exam - today).days
    if days == 0:
        return "Your exam is today"
    return "Your exam is tomorrow" if days == 1 else f"{days} days to your exam"


def _when(due: datetime | None, moment: datetime) -> str:
    """When a card comes again, from a rating's point of view."""
    if due is None:
        return "new again"
    if due - moment < timedelta(hours=1):
        return "in this run"
    days = (schedule.day(due) - schedule.day(moment)).days
    return "later today" if days < 1 else "tomorrow" if days == 1 else f"in {days} days"


def _on(on: date, today: date) -> str:
    days = (on - today).days
    if days == 1:
        return "tomorrow"
    return f"on {on:%A}" if days < 7 else f"on {on:%B} {on.day}"
