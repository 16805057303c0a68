"""The mock exam: a timed sitting drawn by a blueprint, and its report.

`mock_exam("short")` shows one exam, `mock_exam()` all there are, `diagnostic()` the untimed one.
`mock_exam("short", draw=7)` asks the same of everybody, as a class needs it.

The record decides: every answer is an event before it counts as saved, and a sitting is replayed
from its events, so a new kernel, page or machine goes on where the last one was, with the same
deadline. The widget's traits hold all there is to see: `scene` (start page, sitting or report)
and `state` (what is answered and flagged). Nothing that tells an answer reaches the browser
before the end. The browser sends `{"type", "seq", ...}`; every reply carries the kernel's time.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import traitlets

from workbook import progress
from workbook.questions import bank
from workbook.questions.bank import BankError, Question
from workbook.questions.marking import NotAnAnswerError, mark
from workbook.study import blueprint as blueprints
from workbook.study import readiness, score
from workbook.study import sitting as sittings
from workbook.study.blueprint import Blueprint
from workbook.study.observations import is_missed
from workbook.study.places import place_of
from workbook.study.sitting import EXTRAS, GRACE, Sitting, Step, Why
from workbook.widgets._markdown import to_html, to_inline, to_plain
from workbook.widgets._review import review
from workbook.widgets.base import Asked, joined, placed
from workbook.widgets.quiz import payload, shown_contested

KIND = "exam"
DIAGNOSTIC = "diagnostic"
_UNSAVED = (
    "Your record (progress.jsonl) cannot be written, so this exam lasts only until Python is "
    "restarted. Is the folder read-only or the disk full?"
)
_GONE = "This sitting is not open here any more. Run this cell again."
_OVER = "This exam is handed in already; that does not count any more."
_ELSEWHERE = (
    "This exam was handed in in another window. What you did in this one since then does not count."
)
_ALIKE = (
    "Drawing {}: whoever starts an exam with this number gets the same questions, as long as the "
    "workbook's version is the same."
)
_LATE = "Time was up before your last answer reached Python, so it does not count."
_BLANK = "A blank counts as not right; a guess costs nothing."
_BLANK_IS_FINE = "Blank is fine here: it shows a gap."
_ADVICE = "Leave blank what you would only guess."
_FLASHCARDS = {"link": "91-flashcards.ipynb", "text": "91 Flashcards"}
_BEGIN = 3  # topics that the report says to begin with
_OURS = (b'"exam"',)  # what a line of the record must hold to concern an exam
_LISTED = 50  # earlier sittings on the start page
_EARLY = 0.5  # seconds before the deadline at which a browser's clock may say that time is up
_SHOWN = ("type", "stem", "table", "options", "unit", "items", "start", "lefts", "rights", "rows",
          "labels", "reasons", "words")  # fmt: skip


class MockExam(Asked):
    """Start page, exam and report in one output; made by `mock_exam(...)`, drivable by `handle`."""

    _esm = joined("forms_base.js", "bodies.js", "mock_exam.js")
    _css = joined("forms_base.css", "form.css", "mock_exam.css")

    scene = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    drafts = traitlets.Dict().tag(sync=True)  # set by the browser: filled in, not confirmed yet
    wishes = traitlets.Dict().tag(sync=True)  # set by the browser: the choices of the start page

    _from_browser = ("drafts", "wishes")

    def __init__(
        self,
        exams: Sequence[Blueprint],
        *,
        title: str = "Mock exam",
        notices: Sequence[str] = (),
        draw: int | None = None,
    ) -> None:
        """A running sitting of one of `exams` comes up by itself; one whose time ran out while
        nobody watched is closed, and its report shown. `draw` is the number of a drawing that is
        the same for everybody; None: each sitting draws its own."""
        self._exams = {exam.name: exam for exam in exams}
        self._draw = draw
        self._title = title
        self._notices = list(notices)
        self._sitting: Sitting | None = None
        self._unsaved: list[dict[str, Any]] = []  # events that the record did not take
        self._incomplete: dict[str, str] = {}  # answers that cannot be read, and what is wrong
        self._reader = progress.Reader(_OURS)
        self._own: set[str] = set()  # times of the events that this widget has recorded
        try:
            self._open(_now())
        except Exception as fault:  # a learner never sees a traceback of ours
            self.scene = self._bare([*self._notices, _failed(fault)])
        super().__init__()  # last: see `Asked`

    @property
    def plain(self) -> str:
        """The exams in words; nothing of the record, since nbval compares it."""
        lines = [self._title]
        for exam in self._exams.values():
            lines.append(f"• {to_plain(exam.title)}: {', '.join(_facts(exam))}")
        return "\n".join([*lines, *self._notices])

    # --- messages

    def _act_on(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """`type` is start, answer, flag, seen, end, "go on", report or "start page"."""
        now = _now()
        reply: dict[str, Any] = {"note": "", "now": _millis(now)}
        steps = {
            "start": self._begin,
            "answer": self._step,
            "flag": self._step,
            "seen": self._step,
            "end": self._end,
            "go on": self._go_on,
            "report": self._look_back,
            "start page": self._back,
        }
        step = steps.get(str(message.get("type")))
        if step is not None:
            try:
                reply |= step(message, now)
            except BankError as error:
                reply["note"] = str(error)
            except Exception as fault:
                reply["note"] = _failed(fault)
        return reply

    def _begin(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Draw an exam and begin it; one of its kind that is running goes on instead."""
        exam = self._exams.get(str(message.get("blueprint")))
        if exam is None:
            return {"note": "There is no such exam here. Run this cell again."}
        events = self._events()
        running = sittings.running(events, now, exam.name)
        if running is None:
            wished = message.get("extra")
            extra = wished if exam.minutes and wished in EXTRAS else 0.0
            asked = blueprints.questions(exam)
            seed = secrets.randbelow(2**31) if self._draw is None else self._draw
            step = sittings.start(
                exam, asked, events, seed, now, extra, alike=self._draw is not None
            )
            saved = self._record(step)
            # As recorded: the record's own time of the start decides the deadline.
            begun = self._find({"sitting": step[0]})
            if begun is None:
                return {"note": "This exam could not be begun. Run this cell again."}
            self._sit(begun, [] if saved else [_UNSAVED])
            return {}
        self._sit(running)
        return {"note": "This exam was running already: here it goes on."}

    def _go_on(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        sitting = self._find(message)
        if sitting is None:
            return {"note": _GONE}
        if sitting.ended is None and not sitting.is_over(now):
            self._sit(sitting)
        else:
            self._finish(sitting, "time", now)
        return {}

    def _step(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Record an answer, a flag, or the time that was spent on a question."""
        sitting = self._sitting
        if sitting is None or sitting.id != message.get("sitting"):
            return {"note": _GONE}
        if sitting.deadline is not None and now > sitting.deadline + GRACE:
            late = [_LATE] if message.get("type") == "answer" else []
            self._finish(sitting, "time", now, late)
            return {}
        if self._others_wrote(sitting):
            latest = self._find(message) or sitting
            if latest.ended is not None:
                self._finish(latest, "handed in", now, [_ELSEWHERE])
                return {}
            self._sitting = latest
            self._tell()
        self._note(message)
        self._tell(str(message.get("question")))
        incomplete: str = self.state["incomplete"].get(message.get("question"), "")
        return {"note": _UNSAVED if self._unsaved else incomplete}

    def _note(self, message: Mapping[str, Any]) -> None:
        """Put one step of the browser's into the record, if it says anything new."""
        sitting, name = self._sitting, str(message.get("question"))
        if sitting is None or sitting.item(name) is None:
            return
        kind = message.get("type")
        if kind == "flag":
            on = message.get("on") is True
            if on != (name in sitting.flags):
                self._record(sittings.flag(sitting, name, on))
            return
        # The browser counts up, so that a message that comes twice does not count twice.
        spent = message.get("spent")
        known = sitting.seconds.get(name, 0.0)
        more = max(0.0, spent - known) if isinstance(spent, int | float) else 0.0
        if kind == "answer" and message.get("answer") != sitting.answers.get(name):
            self._record(sittings.answer(sitting, name, message.get("answer"), more))
        elif more >= 1:
            self._record(sittings.seen(sitting, name, more))

    def _end(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Hand in: first what the browser has not sent yet, then the end."""
        sitting = self._find(message)
        if sitting is None:
            return {"note": _GONE, "ended": True}
        if sitting.ended is not None:
            self._finish(sitting, "time", now)
            return {"note": _OVER, "ended": True}
        why: Why = "time" if message.get("why") == "time" else "handed in"
        left = sitting.remaining(now)
        if why == "time" and (left is None or left > _EARLY):
            return {"wait": left} if left else {"note": "This exam has no clock."}
        late = sitting.deadline is not None and now > sitting.deadline + GRACE
        self._sitting = sitting
        last = message.get("last")
        if isinstance(last, list) and not late:
            for step in last:
                if isinstance(step, Mapping) and step.get("type") in ("answer", "flag"):
                    self._note(step)
        self._finish(self._sitting, "time" if late else why, now)
        return {"ended": True}

    def _look_back(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        sitting = self._find(message)
        if sitting is None or sitting.ended is None:
            return {"note": _GONE}
        self.scene = self._report(sitting)
        return {}

    def _back(self, _: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        self._sitting = None
        self.scene = self._start_page(self._events(), now, self._notices)
        return {}

    # --- the record

    def _events(self) -> list[dict[str, Any]]:
        return [*progress.events(), *self._unsaved]

    def _record(self, step: Step) -> bool:
        """Write a step, after those that could not be written before, and take it into the sitting;
        False if only this Python session knows it."""
        item, fields = step
        event = progress.event(KIND, item, **fields)
        self._own.add(event["t"])
        self._unsaved.append(event)
        if saved := progress.append(self._unsaved):
            self._unsaved = []
        if self._sitting is not None:
            self._sitting = sittings.after(self._sitting, event)
        return saved

    def _others_wrote(self, sitting: Sitting) -> bool:
        """Whether another window has added to this sitting since the last look."""
        _, news = self._reader.news()
        return any(one["item"] == sitting.id and one["t"] not in self._own for one in news)

    def _find(self, message: Mapping[str, Any]) -> Sitting | None:
        """The sitting that a message names, replayed from the record."""
        wanted = message.get("sitting")
        return next((one for one in sittings.sittings(self._events()) if one.id == wanted), None)

    # --- scenes

    def _open(self, now: datetime) -> None:
        """The first scene: what runs, what ran out of time just now, or the start page."""
        events = self._events()
        over = sittings.expired(events, now)
        for one in over:
            self._close(one, "time", now)
        mine = [one for one in over if one.blueprint in self._exams]
        if over:
            events = self._events()
        running = [
            one
            for one in sittings.sittings(events)
            if one.blueprint in self._exams and not one.is_over(now)
        ]
        if running:
            self._sit(running[-1])
        elif mine and (closed := self._find({"sitting": mine[-1].id})):
            count = self._answered(closed)
            notice = (
                "Time ran out while this exam was closed. It was handed in with what was saved: "
                f"{count} of {len(closed.items)} answers."
            )
            self.scene = self._report(closed, [notice])
        else:
            self.scene = self._start_page(events, now, self._notices)

    def _sit(self, sitting: Sitting, notices: Sequence[str] = ()) -> None:
        """Show a running sitting."""
        # In this order: what another window writes in between is read twice, not overlooked.
        self._reader.news()
        sitting = self._find({"sitting": sitting.id}) or sitting
        self._sitting = sitting
        known = self._known(sitting)
        items = [_asked(known.get(item.id), item) for item in sitting.items]
        notices = list(notices)
        exam = self._exams.get(sitting.blueprint)
        if sitting.met and not score.shows_gaps(sitting.minutes, exam):
            notices.append(
                f"You have met {len(sitting.met)} of the {len(sitting.items)} questions before: "
                "what is remembered raises a score."
            )
        if exam is not None and len(sitting.items) < exam.items:
            notices.append(
                f"The bank of this copy has {len(sitting.items)} of the {exam.items} questions "
                "that this exam asks for."
            )
        with self.hold_sync():
            self._incomplete = {
                item.id: note
                for item in sitting.items
                if (note := _unreadable(sitting, known.get(item.id), item.id))
            }
            self._tell()
            self.scene = {
                "page": "exam",
                "id": sitting.id,
                "title": to_plain(sitting.title),
                "items": items,
                "started": _millis(sitting.started),
                "deadline": None if sitting.deadline is None else _millis(sitting.deadline),
                "blank": _BLANK_IS_FINE if score.shows_gaps(sitting.minutes, exam) else _BLANK,
                "notices": notices,
            }

    def _tell(self, changed: str | None = None) -> None:
        """Bring `state` up to date; `changed` is the question that was just answered."""
        sitting = self._sitting
        if sitting is None:
            return
        if changed is not None:
            self._incomplete.pop(changed, None)
            if note := _unreadable(sitting, self._known(sitting).get(changed), changed):
                self._incomplete[changed] = note
        self.state = {
            "answers": dict(sitting.answers),
            "flags": sorted(sitting.flags),
            "seconds": dict(sitting.seconds),
            "incomplete": dict(self._incomplete),
        }

    def _close(self, sitting: Sitting, why: Why, now: datetime) -> Sitting:
        """Mark a sitting as the record has it, and record its end."""
        step = sittings.end(sitting, self._known(sitting).values(), why)
        self._sitting = sitting
        self._record(step)
        ended = self._sitting
        self._sitting = None
        return ended

    def _finish(
        self, sitting: Sitting, why: Why, now: datetime, notices: Sequence[str] = ()
    ) -> None:
        """End a sitting if it runs, and show its report."""
        # Another tab may have answered or ended it: the record decides.
        latest = self._find({"sitting": sitting.id}) or sitting
        if latest.ended is None:
            latest = self._close(latest, why, now)
        self._sitting = None
        self.scene = self._report(latest, notices)

    def _known(self, sitting: Sitting) -> dict[str, Question]:
        """The questions of a sitting's exam, as the bank has them now."""
        exam = self._exams.get(sitting.blueprint) or _found(sitting.blueprint)
        if exam is not None:
            return {question.id: question for question in blueprints.questions(exam)}
        known = {}
        for item in sitting.items:  # the exam's blueprint is gone, its questions may not be
            try:
                known[item.id] = bank.get(item.id)
            except BankError:
                continue
        return known

    def _answered(self, sitting: Sitting) -> int:
        """How many questions have an answer that can be read."""
        known = self._known(sitting)
        return sum(not _unreadable(sitting, known.get(name), name) for name in sitting.answers)

    def _bare(self, notices: Iterable[str]) -> dict[str, Any]:
        return {
            "page": "start",
            "title": self._title,
            "exams": [],
            "running": [],
            "earlier": [],
            "notices": list(notices),
        }

    def _start_page(
        self, events: Sequence[Mapping[str, Any]], now: datetime, notices: Iterable[str]
    ) -> dict[str, Any]:
        every = sittings.sittings(events)
        mine = [one for one in every if one.blueprint in self._exams]
        running = [one for one in every if not one.is_over(now)]
        ended = [one for one in mine if one.ended is not None]
        return {
            **self._bare(notices),
            "exams": [_offered(exam) for exam in self._exams.values()],
            "running": [
                {
                    "id": one.id,
                    "title": to_plain(one.title),
                    "answered": self._answered(one),
                    "of": len(one.items),
                    "deadline": None if one.deadline is None else _millis(one.deadline),
                }
                for one in running
            ],
            "earlier": [
                {
                    "id": one.id,
                    "title": to_plain(one.title),
                    "when": one.started.isoformat(),
                    "score": _right_of(one),
                }
                for one in reversed(ended[-_LISTED:])
            ],
        }

    def _report(self, sitting: Sitting, notices: Sequence[str] = ()) -> dict[str, Any]:
        exam = self._exams.get(sitting.blueprint) or _found(sitting.blueprint)
        known = self._known(sitting)
        told = score.report(sitting, exam, known.values())
        texts = readiness.texts()
        headline, *meaning = told.sentences
        missed = sum(
            is_missed(verdict, told.seconds.get(name, 0.0))
            for name, verdict in told.verdicts.items()
        )
        return {
            "page": "report",
            "id": sitting.id,
            "heading": f"Report: {to_plain(sitting.title)}",
            "when": sitting.started.isoformat(),
            "facts": _conditions(sitting),
            "score": to_inline(headline),
            "judged": told.pass_mark is not None,
            "meaning": [to_inline(text) for text in meaning],
            "begin": _begin(told, exam),
            "topics": [
                {**_rate(part, part.name), "link": _lesson(_objectives(exam, part.name))}
                for part in told.topics
            ],
            "objectives": [
                {
                    **_rate(part, part.name, texts.get(part.name, "")),
                    "place": _place(part.name) or _page(part.name, known.values()),
                }
                for part in told.objectives
            ],
            "cards": _cards(missed),
            "cards_at": _FLASHCARDS if missed else None,
            "items": [
                _reviewed(known.get(item.id), item, sitting, told.verdicts.get(item.id))
                for item in sitting.items
            ],
            "notices": list(notices),
        }


def mock_exam(name: str | None = None, draw: int | None = None) -> MockExam:
    """The mock exam `name` ("short"), or all exams to choose from.

    A running sitting goes on. `draw` is any whole number: who gives the same one gets the same
    questions, in the same order and with the same numbers, whatever was met before. What cannot
    be used becomes a line of advice.
    """
    notices = []
    if draw is not None:
        if type(draw) is int:
            notices.append(_ALIKE.format(draw))
        else:
            notices.append(f"`draw` is a whole number, such as draw=7, and not {draw!r}.")
            draw = None
    try:
        if name is None:
            found = [one for one in blueprints.blueprints() if one.name != DIAGNOSTIC]
            exams = sorted(found, key=lambda exam: (exam.items, exam.name))
        else:
            exams = [blueprints.find(str(name))]
    except BankError as error:
        return placed(MockExam([], notices=[str(error)]))
    title = "Mock exam" if name is None else to_plain(exams[0].title)
    return placed(MockExam(exams, title=title, notices=notices, draw=draw))


def diagnostic() -> MockExam:
    """The diagnostic: questions from all lessons, without a clock, to see where to begin."""
    return mock_exam(DIAGNOSTIC)


# --- small parts of the scenes -----------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


def _millis(time: datetime) -> int:
    """What JavaScript's Date counts in."""
    return round(time.timestamp() * 1000)


def _failed(fault: Exception) -> str:
    return (
        f"This did not work ({type(fault).__name__}: {fault}). What you answered is in your "
        "record. Run this cell again."
    )


def _found(name: str) -> Blueprint | None:
    try:
        return blueprints.find(name)
    except BankError:
        return None


def _facts(exam: Blueprint) -> list[str]:
    minutes = "no clock" if exam.minutes is None else f"{exam.minutes:g} minutes"
    mark = [] if exam.pass_mark is None else [f"pass mark {blueprints.percent(exam.pass_mark)}"]
    return [f"{exam.items} question{'s' * (exam.items != 1)}", minutes, *mark]


def _offered(exam: Blueprint) -> dict[str, Any]:
    """An exam for the start page."""
    covered = blueprints.coverage(exam, blueprints.questions(exam))
    more = covered.sentences[1:]
    there = sum(min(one.there, one.wanted) for one in covered.topics)
    return {
        "name": exam.name,
        "title": to_plain(exam.title),
        "about": to_html(exam.about),
        "facts": _facts(exam),
        "minutes": exam.minutes,
        "advice": _ADVICE if score.shows_gaps(exam.minutes, exam) else "",
        "covered": to_html(_covered(covered)),
        "missing": [to_html(sentence) for sentence in more],
        "able": there > 0,
    }


def _covered(covered: blueprints.Coverage) -> str:
    """How much of the exam's plan the bank can ask, and what the share is of."""
    all_, there = len(covered.topics), sum(bool(one.there) for one in covered.topics)
    share = blueprints.percent(covered.share)
    if all(one.covered == 1 for one in covered.topics):
        return covered.sentences[0]
    plan = f"This exam is planned on {blueprints.plural(all_, 'topic')}"
    if there == all_:
        return (
            f"{plan}. The bank has questions on each, and by weight on {share} of what they list."
        )
    rest = "the other" if all_ - there == 1 else f"the other {all_ - there}"
    return (
        f"{plan}. The bank has questions on {there} of them so far, {share} of the plan by weight. "
        f"While {rest} cannot be asked, the items go to those."
    )


def _asked(question: Question | None, item: Any) -> dict[str, Any]:
    """One item for the browser: its question, nothing of the answer and nothing of the topic."""
    if question is None or question.hash != item.hash:
        text = (
            "This question is not in the bank any more, or was changed since your exam began. "
            "It does not count."
        )
        return {"id": item.id, "type": "none", "missing": True, "stem": to_html(text)}
    shown = payload(question, item.seed)
    asked = {"id": item.id, **{name: shown[name] for name in _SHOWN if name in shown}}
    if item.places is not None and "options" in asked:
        asked["places"] = list(item.places)
    return asked


def _reviewed(
    question: Question | None, item: Any, sitting: Sitting, verdict: str | None
) -> dict[str, Any]:
    """One item for the report."""
    told: dict[str, Any] = {"yours": "", "right": "", "parts": [], "solution": ""}
    shown = _asked(question, item)
    extra: dict[str, Any] = {}
    if question is not None and "missing" not in shown:
        told = review(question, sitting.answers.get(item.id), item.seed, item.places)
        whole = payload(question, item.seed)
        place = _place(question) or _page(question.objective, [question])
        extra = {"source": whole.get("source", ""), "place": place}
        if contested := shown_contested(question):
            extra["contested"] = contested
    return {
        "id": item.id,
        "type": shown["type"],
        "stem": shown["stem"],
        **({"table": shown["table"]} if "table" in shown else {}),
        "verdict": verdict or "none",
        "flagged": item.id in sitting.flags,
        "seconds": round(sitting.seconds.get(item.id, 0.0)),
        **told,
        **extra,
    }


def _place(what: Question | str) -> dict[str, str] | None:
    """Where the course teaches it, as a link."""
    place = place_of(what)
    if place is None:
        return None
    text = place.heading or f"lesson {place.lesson}"
    if not text.startswith((place.lesson, "lesson")):
        text = f"{place.lesson}: {text}"
    return {"link": place.link, "text": text, "heading": place.heading}


def _page(objective: str, questions: Iterable[Question]) -> dict[str, str] | None:
    """The page outside the course that explains what no lesson teaches, as a link."""
    page = readiness.page_of(objective, questions)
    return {"link": page.link, "text": page.title, "heading": ""} if page else None


def _objectives(exam: Blueprint | None, topic: str) -> list[str]:
    """The objectives of a topic, in the exam's order."""
    topics = exam.topics if exam else ()
    return [code for one in topics if one.name == topic for code in one.objectives]


def _lesson(objectives: Iterable[str]) -> str | None:
    """The notebook that teaches all of these objectives, if it is one."""
    found = {place.notebook if (place := place_of(code)) else None for code in objectives}
    return found.pop() if len(found) == 1 else None


def _begin(told: score.Report, exam: Blueprint | None) -> list[dict[str, Any]]:
    """With which topics to begin, those with most to gain first, each with a lesson to open: the
    one that teaches it, or of a topic of several lessons the one of what went worst."""
    missed = {part.name: part.right - part.of for part in told.objectives}
    begin = []
    for part in told.to_gain:
        codes = _objectives(exam, part.name)
        worst = min(codes, key=lambda code: missed.get(code, 0))
        place = place_of(worst)
        link = _lesson(codes) or (place.notebook if place else None)
        if link is None:  # no lesson of this copy teaches it
            continue
        text = part.name if part.name.startswith(link[:2]) else f"{part.name} (lesson {link[:2]})"
        begin.append({"link": link, "text": text, "of": f"{part.right} of {part.of} right"})
    return begin[:_BEGIN]


def _rate(part: score.Part, name: str, text: str = "") -> dict[str, Any]:
    return {"name": name, "text": text, "right": part.right, "of": part.of,
            "against": part.against or ""}  # fmt: skip


def _right_of(sitting: Sitting) -> str:
    right = sum(verdict == "right" for verdict in sitting.verdicts.values())
    return f"{right} of {len(sitting.verdicts)}"


def _unreadable(sitting: Sitting, question: Question | None, name: str) -> str:
    """What keeps an answer from being one (a row left open, "abc" for a number), or ""."""
    if question is None or name not in sitting.answers:
        return ""
    item = sitting.item(name)
    try:
        mark(question, sitting.answers[name], item.seed if item else 0)
    except NotAnAnswerError as error:
        return str(error)
    except (TypeError, ValueError, LookupError, AttributeError):
        return "This cannot be read as an answer."
    return ""


def _conditions(sitting: Sitting) -> list[str]:
    """How the exam was sat: time, extra time, how it ended."""
    if sitting.minutes is None:
        time = ["no clock"]
    else:
        extra = f", and {100 * sitting.extra:.0f} % extra time" if sitting.extra else ""
        time = [f"{sitting.minutes:g} minutes{extra}"]
    return [*time, "time ran out" if sitting.why == "time" else "handed in"]


def _cards(missed: int) -> str:
    if not missed:
        return "Nothing was answered wrong, so no flashcard is due because of this exam."
    one = missed == 1
    return (
        f"The {'question' if one else f'{missed} questions'} that you answered wrong, or looked at "
        f"and left blank, {'is a due flashcard' if one else 'are due flashcards'} now, in "
    )
