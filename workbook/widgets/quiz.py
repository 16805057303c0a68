"""The quiz: questions as forms that a learner clicks or types, marked in Python.

`quiz("07-q01", "07-q02")` shows questions, `quiz.recall("07")` three from earlier lessons.

The widget's traits hold all there is to see: `questions` (what is asked, without the key) and
`forms` (per question: the answer, its feedback, attempts, hints). They are saved with the notebook,
so it shows them tomorrow without a kernel; a re-run cell rebuilds them from the learner's record.
The browser sends `{"type", "id", "seq", "answer"}`; the reply is a change of `forms` and `reply`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import traitlets

from workbook import progress
from workbook.questions import bank, selection
from workbook.questions.bank import (
    BankError,
    Classify,
    Decide,
    Match,
    Multiple,
    Numeric,
    Order,
    Predict,
    Question,
    Short,
    Single,
    UnknownQuestionError,
)
from workbook.questions.drawing import ExpressionError, drawn, shuffled
from workbook.questions.marking import CONFIDENCES, Marked, NotAnAnswerError, Part, mark
from workbook.widgets._markdown import linked, to_html, to_inline
from workbook.widgets._plain import question_text
from workbook.widgets.base import Asked, joined, placed

_KINDS = {"predict": "commit", "decide": "decision"}  # all others are recorded as "answer"
_HELD_BACK = ("numeric", "order")  # a wrong answer does not give the right one away at once
_UNSAVED = (
    "Your answer is marked, but it could not be saved: the record (progress.jsonl) is not writable."
)
_RECALL = "Recall: questions from earlier lessons"


class QuizForm(Asked):
    """One or more questions in one output; made by `quiz(...)`, drivable through `handle`."""

    _esm = joined("forms_base.js", "bodies.js", "form.js")
    _css = joined("forms_base.css", "form.css")

    title = traitlets.Unicode("").tag(sync=True)
    notices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    forms = traitlets.Dict().tag(sync=True)
    drafts = traitlets.Dict().tag(sync=True)  # set by the browser: what is filled in, not sent

    _from_browser = ("drafts",)

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        seed: int = 0,
        title: str = "",
        notices: Sequence[str] = (),
        asked: str | None = None,
        text: str | None = None,
    ) -> None:
        """`asked` marks answers in the record ("recall-07"); `text` replaces the plain form."""
        self._bank = {question.id: question for question in questions}
        self._seed = seed
        self._asked = asked
        self._text = text if text is not None else _text(title, questions, notices, seed)
        self._warned = False
        events = progress.events()
        if asked:  # a recall is asked afresh; what was said in the lesson stays away
            events = [event for event in events if _is_todays(event, asked)]
        super().__init__(
            title=title,
            notices=list(notices),
            questions=[payload(question, seed) for question in self._bank.values()],
            forms={q.id: restored(q, events, seed) for q in self._bank.values()},
            drafts={key: _DRAFTS[key] for key in self._bank if key in _DRAFTS},
        )
        self.observe(lambda change: _DRAFTS.update(change["new"]), "drafts")

    @property
    def plain(self) -> str:
        """The questions with their options; nothing of the record, since nbval compares it."""
        return self._text

    def _act_on(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """`type` is answer, hint or reveal; whatever goes wrong is said in the form."""
        key, kind = str(message.get("id")), message.get("type")
        question = self._bank.get(key)
        note = ""
        if question is not None:
            form = dict(self.forms[key])
            try:
                if kind == "answer":
                    note = self._answer(question, form, message.get("answer"))
                elif kind == "hint" and question.hint:
                    self._hint(question, form)
                elif kind == "reveal" and form.get("held"):
                    self._reveal(question, form)
            except NotAnAnswerError as error:
                note = str(error)
            except ExpressionError as error:
                note = f"This question has a mistake of its own: {error}."
            self.forms = {**self.forms, key: form}
        return {"id": key, "note": note}

    def _answer(self, question: Question, form: dict[str, Any], answer: Any) -> str:
        kind = _KINDS.get(question.type, "answer")
        if form.get("locked"):
            return "This is locked in: the record keeps what you said first."
        marked = mark(question, answer, self._seed)
        finished = not isinstance(question, Short) or _rated(answer)
        again = isinstance(question, Short) and form.get("stage") == "rate"
        attempts = max(form["attempts"], _attempts(question, progress.events()))
        form["attempts"] = attempts if again else attempts + 1
        saved = progress.record(
            kind=kind,
            item=question.id,
            verdict=_verdict(question, marked, finished),
            answer=answer,
            attempt=form["attempts"],
            hints=int("hint" in form),
            hash=question.hash,
            pool=question.pool,
            objective=question.objective,
            **({"score": list(marked.score)} if marked.score else {}),
            **({"asked": self._asked} if self._asked else {}),
            **({"seed": self._seed} if self._seed else {}),
        )
        form.pop("held", None)
        form.update(_shown(question, marked, answer))
        self.drafts = {key: draft for key, draft in self.drafts.items() if key != question.id}
        _DRAFTS.pop(question.id, None)
        if saved or self._warned:
            return ""
        self._warned = True
        return _UNSAVED

    def _hint(self, question: Question, form: dict[str, Any]) -> None:
        if "hint" not in form:
            progress.record(
                kind="hint", item=question.id, hash=question.hash, objective=question.objective
            )
        seen = drawn(question, self._seed)
        form["hint"] = to_html(seen.hint or "")

    def _reveal(self, question: Question, form: dict[str, Any]) -> None:
        progress.record(
            kind="solution", item=question.id, hash=question.hash, objective=question.objective
        )
        del form["held"]
        form["solution"] = _solution(question, form["answer"], self._seed)
        form["contested"] = shown_contested(question)


_DRAFTS: dict[str, Any] = {}  # a cell run again by mistake does not lose what was filled in


class Quiz:
    """`quiz("07-q01", ...)` shows questions; `quiz.recall("07")` draws from earlier lessons."""

    def __call__(self, *ids: str, seed: int = 0) -> QuizForm:
        """The questions with these ids as one output; an unknown id becomes a line of advice.

        `seed` draws other numbers for questions that have them.
        """
        questions, notices = [], []
        for question_id in ids:
            try:
                questions.append(bank.get(str(question_id)))
            except UnknownQuestionError as error:
                notices.append(str(error))
            except BankError as error:
                if str(error) not in notices:
                    notices.append(str(error))
        if not ids:
            notices.append('Name a question, such as quiz("01-q01").')
        return placed(QuizForm(questions, seed=seed, notices=notices))

    def recall(self, lesson: str, n: int = 3) -> QuizForm:
        """`n` questions from the lessons before `lesson`: what was wrong, or longest unseen."""
        asked = f"recall-{lesson}"
        try:
            # Today's answers given here are left out, so that a re-run shows the same questions.
            questions = selection.recall(lesson, _before(progress.events(), asked), n)
            # The plain text must not depend on the record: nbval compares it.
            listed = selection.recall(lesson, [], n)
            notices = [] if questions else ["There is nothing to recall yet."]
        except BankError as error:
            questions, listed, notices = [], [], [str(error)]
        text = _text(_RECALL, listed, notices, 0)
        form = QuizForm(questions, title=_RECALL, notices=notices, asked=asked, text=text)
        return placed(form)

    def __repr__(self) -> str:
        return 'quiz("01-q01") shows a question; quiz.recall("07") asks about earlier lessons.'


quiz = Quiz()


def _before(events: Iterable[Mapping[str, Any]], asked: str) -> list[Mapping[str, Any]]:
    return [event for event in events if not _is_todays(event, asked)]


def _is_todays(event: Mapping[str, Any], asked: str) -> bool:
    """Whether an event belongs to this recall and to the last twelve hours."""
    recent = (datetime.now(UTC) - timedelta(hours=12)).isoformat()
    return event.get("asked") == asked and str(event.get("t")) >= recent


def _text(title: str, questions: Sequence[Question], notices: Sequence[str], seed: int) -> str:
    blocks = [title] if title else []
    blocks += [question_text(question, seed) for question in questions]
    return "\n\n".join([*blocks, *notices])


# --- what the browser gets -------------------------------------------------------------------


def payload(question: Question, seed: int = 0) -> dict[str, Any]:
    """The question for the browser: safe HTML and choices, nothing that tells the answer."""
    seen = drawn(question, seed)
    data: dict[str, Any] = {
        "id": seen.id,
        "type": seen.type,
        "lesson": seen.lesson,
        "stem": to_html(seen.stem),
        "hasHint": bool(seen.hint),
    }
    if seen.source:
        data["source"] = linked(to_inline(seen.source))
    if seen.table:
        data["table"] = {
            "columns": [to_inline(column) for column in seen.table.columns],
            "rowNames": seen.table.has_row_names,
            "rows": [[to_inline(str(cell)) for cell in row] for row in seen.table.rows],
        }
    match seen:
        case Single() | Multiple() | Predict() | Decide():
            data["options"] = [to_inline(option.text) for option in seen.options]
    match seen:
        case Numeric() | Predict():
            data["unit"] = seen.unit or ""
        case Decide():
            data["changeMind"] = to_inline(seen.change_mind)
            data["confidences"] = list(CONFIDENCES)
        case Order():
            data["items"] = [to_inline(item) for item in seen.items]
            data["start"] = shuffled(question, len(seen.items), seed)
        case Match():
            order = shuffled(question, len(seen.pairs), seed)
            data["lefts"] = [to_inline(pair.left) for pair in seen.pairs]
            rights: dict[str, int] = {}  # equal right sides are one choice
            for index in order:
                rights.setdefault(seen.pairs[index].right, index)
            data["rights"] = [[index, text] for text, index in rights.items()]
        case Classify():
            data["rows"] = [to_inline(row.text) for row in seen.rows]
            data["labels"] = [[code, text] for code, text in seen.labels.items()]
            data["reasons"] = [[code, text] for code, text in seen.reasons.items()]
            data["words"] = list(seen.words)
    return data


def restored(question: Question, events: Sequence[Mapping[str, Any]], seed: int) -> dict[str, Any]:
    """The question's form as the record left it: the last answer with its feedback, or blank."""
    form: dict[str, Any] = {"attempts": 0}
    kind = _KINDS.get(question.type, "answer")
    mine = [e for e in events if e.get("item") == question.id and e.get("hash") == question.hash]
    # A commitment counts once: should two kernels have written one, the first holds.
    given = [e for e in mine if e.get("kind") == kind and e.get("seed", 0) == seed]
    last = given[:1] if kind != "answer" else given[-1:]
    form["attempts"] = _attempts(question, mine)
    if any(event.get("kind") == "hint" for event in mine):
        form["hint"] = to_html(drawn(question, seed).hint or "")
    if not last:
        return form
    try:
        marked = mark(question, last[0].get("answer"), seed)
    except (NotAnAnswerError, ExpressionError):
        return form  # a line of another version of this program
    form.update(_shown(question, marked, last[0].get("answer")))
    if form.get("held") and any(e.get("kind") == "solution" for e in mine):
        del form["held"]
        form["solution"] = to_html(marked.solution)
        form["contested"] = shown_contested(question)
    return form


def _solution(question: Question, answer: Any, seed: int) -> str:
    return to_html(mark(question, answer, seed).solution)


def _shown(question: Question, marked: Marked, answer: Any) -> dict[str, Any]:
    """The part of a form that shows an answer and its feedback."""
    form: dict[str, Any] = {
        "answer": answer,
        "state": _state(marked),
        "summary": marked.summary,
        "parts": [shown_part(part) for part in marked.feedback],
        "solution": to_html(marked.solution) if marked.solution else "",
    }
    if question.type in _HELD_BACK and not marked.correct:
        form["held"], form["solution"] = True, ""
    if question.type in _KINDS:
        form["locked"] = True
    if isinstance(question, Numeric) and marked.correct:
        form["solution"] = ""  # the feedback says it already
    if isinstance(question, Short):
        form["stage"] = "done" if _rated(answer) else "rate"
    form["contested"] = None if form.get("held") else shown_contested(question)
    return form


def shown_contested(question: Question) -> dict[str, str] | None:
    """Where sources disagree, what exams key and what can be defended, as safe HTML; else None."""
    if question.contested is None:
        return None
    return {
        "keyed": to_inline(question.contested.keyed),
        "defensible": to_inline(question.contested.defensible),
    }


def shown_part(part: Part) -> dict[str, Any]:
    """Feedback on one option, row or item for the browser: safe HTML."""
    return {
        "sign": part.sign,
        "label": part.label,
        "name": to_inline(part.name),
        "text": to_html(part.text) if part.text else "",
        "chosen": part.chosen,
    }


def _state(marked: Marked) -> str:
    if marked.correct is None:
        return "plain"
    return "right" if marked.correct else "wrong"


def _rated(answer: Any) -> bool:
    return isinstance(answer, dict) and answer.get("ratings") is not None


def _verdict(question: Question, marked: Marked, finished: bool) -> str:
    if isinstance(question, Short):
        return "self-rated" if finished else "written"
    if marked.correct is None:
        return "committed" if isinstance(question, Predict) else "decided"
    return "right" if marked.correct else "wrong"


def _attempts(question: Question, events: Iterable[Mapping[str, Any]]) -> int:
    kind = _KINDS.get(question.type, "answer")
    return sum(
        e.get("kind") == kind
        and e.get("item") == question.id
        and e.get("hash") == question.hash
        and e.get("verdict") != "self-rated"  # the second half of one attempt
        for e in events
    )
