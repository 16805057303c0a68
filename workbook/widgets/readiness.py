"""What you know: the evidence in the record as a card, and the three things to study next."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbook import paths, progress
from workbook.questions import bank
from workbook.questions.bank import Question
from workbook.study import blueprint
from workbook.study import readiness as study
from workbook.study.places import Place, place_of
from workbook.study.readiness import ENOUGH, OLD, Advice, Calibration, Readiness, Row, Tally
from workbook.widgets import record
from workbook.widgets._markdown import LINK, anchor, to_inline, to_plain
from workbook.widgets.cards import Card, present

TITLE = "What you know"
START, STUDY, MOCK = "00-start-here.ipynb", "90-study.ipynb", "92-mock-exam.ipynb"
NOTE = (
    "Evidence, and no prediction of an exam's result. Not affiliated with Google or WGU. "
    "Only the first answer to each question and exercise counts."
)
NEXT_QUESTIONS = 3
"""How many unanswered questions are named where there is evidence already."""
SCORES = 20
"""Decisions from which on one Brier score is called better than another."""
UNASKED = "this course asks nothing on it yet"
KNOWLEDGE, SKILL = "Exam knowledge", "Pandas skill"

_BOX = (
    "max-width:52em;color:var(--jp-content-font-color1,#1f1f1f);"
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);"
    "font-size:var(--jp-content-font-size1,14px);line-height:1.5"
)
_CELL = (
    "text-align:left;vertical-align:top;white-space:normal;font-size:inherit;line-height:1.4;"
    "overflow-wrap:break-word;hyphens:auto;padding:.4em .6em .4em 0;max-width:none"
)
_HEAD = "margin:1.2em 0 .3em;font-weight:bold"
_SMALL = "display:block;font-size:.9em"
_LINE = "1px solid var(--jp-border-color2,#bdbdbd)"


def readiness(exam: str | None = None) -> None:
    """Show what you know by lesson and objective, and what to study next.

    With an exam, as in `readiness("ga4")`, also by its topics, and their weight decides what
    comes next. An unknown exam gets a card that says so; nothing is raised.
    """
    try:
        present(_made(None if exam is None else str(exam)))
    except bank.BankError as fault:
        present(Card("info", str(fault)))
    except Exception as fault:
        present(
            Card(
                "error",
                f"This copy of the workbook is damaged ({type(fault).__name__}: {fault}). "
                "Download it again, or run `python -m workbook doctor`.",
            )
        )


def _made(exam: str | None) -> ReadinessCard:
    chosen = None if exam is None else blueprint.find(exam)
    titles = {one.slug[:2]: f"{one.slug[:2]} {one.title}" for one in record.contents()}
    titles |= {bank.prefix(path.stem): f"Exam pack {path.stem}" for path in _packs()}
    return ReadinessCard(
        study.readiness(
            progress.events(),
            _questions(),
            now=datetime.now(UTC),
            exam=chosen,
            objectives=study.texts(),
            lessons=titles,
        )
    )


def _packs() -> list[Path]:
    return sorted((paths.lessons_dir() / bank.EXAMS).glob("*.yml"))


def _questions() -> list[Question]:
    """All questions; a file that cannot be read costs its own only."""
    found: list[Question] = []
    for path in (*sorted(paths.lessons_dir().glob("[0-9][0-9]-*.yml")), *_packs()):
        try:
            found += bank.read(path)
        except bank.BankError:
            continue
    return found


_Row = tuple[str, Place | None, list[Tally | str]]


@dataclass(frozen=True)
class _Table:
    """A table of the card. A row is its name, what the name links to, and its cells."""

    caption: str
    head: tuple[str, ...]
    rows: list[_Row]
    widths: tuple[int, ...] = (37, 35, 28)

    def folded(self) -> _Table:
        """The table without columns in which nothing was answered yet; its caption names them.

        One column of evidence stays, and so does a table without any.
        """
        columns = list(zip(*(cells for *_, cells in self.rows), strict=True))
        empty = [
            place
            for place, column in enumerate(columns)
            if all(isinstance(cell, Tally) and not cell.n for cell in column)
        ]
        if not empty or len(empty) == len(columns):
            return self
        keep = [place for place in range(len(columns)) if place not in empty]
        names = " and ".join(self.head[1 + place] for place in empty)
        return _Table(
            f"{self.caption} ({names}: none answered yet)",
            (self.head[0], *(self.head[1 + place] for place in keep)),
            [(name, at, [cells[place] for place in keep]) for name, at, cells in self.rows],
            (self.widths[0], *(self.widths[1 + place] for place in keep)),
        )


class ReadinessCard:
    """The report as HTML (tables with captions, nothing said by color alone) and as text."""

    def __init__(self, found: Readiness) -> None:
        self.found = found
        self.title = f"{TITLE}, for {found.exam.title}" if found.exam else TITLE

    @property
    def empty(self) -> bool:
        """Whether the record tells nothing yet."""
        total = self.found.total
        return not (total.knowledge.n or total.skill.n or self.found.calibration.decided)

    def __repr__(self) -> str:
        if self.empty:
            return f"{self.title}\n{to_plain(_first(linked=False))}"
        lines = [self.title, NOTE, _summary(self.found), "", "Study next"]
        lines += [
            f"{place}. {_where(one)}. {to_plain(_objective(one))} {to_plain(_evidence(one))} "
            f"{to_plain(_todo(one))}"
            for place, one in enumerate(self.found.next, 1)
        ]
        lines += [] if self.found.next else [to_plain(_nothing_left())]
        for table in (*self._tables(), self._objectives()):
            lines += ["", table.caption]
            for name, _, cells in table.rows:
                said = [
                    f"{head}: {_said(cell) if isinstance(cell, Tally) else cell}"
                    for head, cell in zip(table.head[1:], cells, strict=True)
                ]
                lines.append("; ".join([to_plain(name), *said]))
        told = [_confidence(self.found.calibration), _scores(self.found.calibration)]
        return "\n".join([*lines, "", "Confidence", *filter(None, told)])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _tables(self) -> list[_Table]:
        found, tables = self.found, []
        if found.exam is not None:
            rows: list[_Row] = [
                (
                    row.name,
                    None,
                    [
                        _percent(row.weight or 0.0),
                        row.knowledge if row.there or row.knowledge.n else UNASKED,
                    ],
                )
                for row in found.topics
            ]
            head = ("Topic", "Share of exam", KNOWLEDGE)
            tables.append(_Table("By topic of the exam, right unaided", head, rows, (45, 20, 35)))
        tables.append(
            _Table(
                "By lesson, right unaided",
                ("Lesson", KNOWLEDGE, SKILL),
                [(row.text or row.name, None, [row.knowledge, row.skill]) for row in found.lessons],
            )
        )
        return tables

    def _objectives(self) -> _Table:
        def row(one: Row) -> _Row:
            name = f"{one.name}: {one.text}" if one.text else one.name
            return name, place_of(one.name), [one.knowledge, one.skill]

        rows = [row(one) for one in self.found.objectives]
        head = ("Objective", KNOWLEDGE, SKILL)
        return _Table("By objective, right unaided", head, rows)

    # --- HTML ---

    def _html(self) -> str:
        head = f'<p style="margin:.3em 0"><strong>{html.escape(self.title)}</strong></p>'
        if self.empty:
            body = f'<p style="margin:.3em 0">{_first(linked=True)}</p>'
            return f'<div lang="en" style="{_BOX}">{head}{body}</div>'
        found = self.found
        body = f'<p style="margin:.3em 0">{html.escape(NOTE)}</p>'
        body += f'<p style="margin:.3em 0">{html.escape(_summary(found))}</p>'
        body += f'<p style="{_HEAD}">Study next</p>{self._next()}'
        body += "".join(_table(table.folded()) for table in self._tables())
        objectives = self._objectives()
        if objectives.rows:
            fold = "cursor:pointer;position:relative;font-weight:bold"
            body += (
                f'<details style="margin:1em 0"><summary style="{fold}">'
                f"Show the {_many(len(objectives.rows), 'objective')} met so far</summary>"
                f"{_table(objectives.folded())}</details>"
            )
        body += f'<p style="{_HEAD}">Confidence</p>'
        body += f'<p style="margin:.3em 0">{html.escape(_confidence(found.calibration))}</p>'
        if scores := _scores(found.calibration):
            body += (
                f'<details><summary style="cursor:pointer">The Brier score</summary>'
                f'<p style="margin:.3em 0">{html.escape(scores)}</p></details>'
            )
        return f'<div lang="en" style="{_BOX}">{head}{body}</div>'

    def _next(self) -> str:
        if not self.found.next:
            return f'<p style="margin:.3em 0">{_nothing_left(linked=True)}</p>'
        items = []
        for one in self.found.next:
            said = " ".join((_evidence(one), _todo(one)))
            items.append(
                f'<li style="margin:0 0 .6em">{_link(one)}<br>'
                f"{to_inline(_objective(one))}<br>{to_inline(said)}</li>"
            )
        return f'<ol style="margin:.3em 0;padding-left:1.6em">{"".join(items)}</ol>'


def _table(table: _Table) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL};font-weight:bold;width:{width}%">{html.escape(name)}</th>'
        for name, width in zip(table.head, table.widths, strict=True)
    )
    rows = []
    for name, place, cells in table.rows:
        shown = section_link(to_plain(name), place) if place else to_inline(name)
        inside = "".join(
            f'<td style="{_CELL}">'
            f"{_bar(cell) if isinstance(cell, Tally) else html.escape(cell)}</td>"
            for cell in cells
        )
        rows.append(
            f'<tr style="background:none;border-top:{_LINE}">'
            f'<th scope="row" style="{_CELL};font-weight:normal">{shown}</th>{inside}</tr>'
        )
    caption = "text-align:left;caption-side:top;font-weight:bold;color:inherit;font-size:inherit"
    return (
        '<table style="border-collapse:collapse;margin:1em 0;width:100%;font-size:inherit;'
        'table-layout:fixed;color:inherit">'
        f'<caption style="{caption};padding:0 0 .3em">{html.escape(table.caption)}</caption>'
        f'<thead><tr style="background:none">{head}</tr></thead><tbody>{"".join(rows)}</tbody>'
        "</table>"
    )


def _bar(tally: Tally) -> str:
    """A tally in a cell: the words, and for eyes a bar from 0 to 100 % with the interval."""
    first, *more = _parts(tally)
    drawn = ""
    if tally.interval is not None and tally.share is not None:
        low, high = (100 * end for end in tally.interval)
        ink = "var(--jp-brand-color1,#1976d2)"
        drawn = (
            '<span aria-hidden="true" style="display:block;position:relative;height:.5em;'
            f'max-width:9em;margin:.25em 0;border:{_LINE};border-radius:.25em">'
            f'<span style="position:absolute;top:0;bottom:0;left:{low:.1f}%;'
            f'width:{high - low:.1f}%;background:{ink};opacity:.35"></span>'
            f'<span style="position:absolute;top:-.15em;bottom:-.15em;width:.25em;'
            f'left:calc({100 * tally.share:.1f}% - .125em);background:{ink}"></span></span>'
        )
    rest = "".join(f'<span style="{_SMALL}">{html.escape(part)}</span>' for part in more)
    return f"{html.escape(first)}{drawn}{rest}"


# A click on a link opens its notebook, but JupyterLab looks for the section before the cells are
# rendered, so that a notebook that was closed stays at its top. This waits for the heading. In a
# notebook that is not trusted the script is gone, and the link still opens the notebook.
_SCROLL = """(link => {
  let turns = 0;
  const wait = setInterval(() => {
    const open = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
    const found = open && !open.contains(link) && [...open.querySelectorAll(
      '.jp-MarkdownCell :is(h1, h2, h3, h4, h5, h6)')].find(
      heading => heading.textContent.replace('¶', '') === link.dataset.heading);
    if (found) found.scrollIntoView();
    if (found || ++turns > 60) clearInterval(wait);
  }, 250);
})(this)"""


def section_link(text: str, place: Place) -> str:
    """A link, as HTML for a notebook's output, that opens a lesson and scrolls to the section."""
    script = html.escape(re.sub(r"\s+", " ", _SCROLL))
    return (
        f'<a href="{html.escape(place.link)}" style="{LINK}" '
        f'data-heading="{html.escape(place.heading)}" onclick="{script}">{html.escape(text)}</a>'
    )


def _room(text: str, notebook: str) -> str:
    return f'<a href="{notebook}" style="{LINK}">{html.escape(text)}</a>'


# --- words -----------------------------------------------------------------------------------


def _parts(tally: Tally) -> list[str]:
    """What a cell says, in lines."""
    if not tally.n:
        return ["none yet"]
    said = [f"{tally.right} of {tally.n}"]
    if tally.share is None or tally.interval is None:
        said.append("too little evidence")
    else:
        low, high = tally.interval
        said[0] += f" = {_percent(tally.share)}"
        said.append(f"95\u00a0%: {100 * low:.0f} to {_percent(high)}")
    if tally.helped:
        said.append(f"{tally.helped} with help")
    if tally.old:
        said.append(f"{_which(tally)} old ({_day(tally)})")
    return said


def _said(tally: Tally) -> str:
    return ", ".join(_parts(tally))


def _which(tally: Tally) -> str:
    return "all" if tally.old == tally.n else str(tally.old)


def _day(tally: Tally) -> str:
    """When the last of the old ones was, in the learner's time."""
    day = tally.last_old.astimezone() if tally.last_old else None
    return f"{day:%b} {day.day}, {day.year}" if day else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _summary(found: Readiness) -> str:
    """What the evidence consists of, and how much help was taken before it."""
    total = found.total
    mocks = f" ({found.exams} of them in mock exams or the diagnostic)" if found.exams else ""
    said = [
        f"First answers so far: {_many(total.knowledge.n, 'question')}{mocks} and "
        f"{_many(total.skill.n, 'exercise')}."
    ]
    if found.hints or found.solutions:
        said.append(
            f"Before {found.hints} of them a hint was opened and before {found.solutions} the "
            "worked answer: these count as answered with help, not as right unaided."
        )
    said.append(f"A share has its 95\u00a0% interval from {ENOUGH} answers on.")
    if total.knowledge.old or total.skill.old:
        said.append(f"Old: more than {OLD.days} days ago, with the date of the last.")
    return " ".join(said)


def _first(linked: bool) -> str:
    """What to do while the record is empty."""
    study_, start = ("90 Study", STUDY), ("lesson 00", START)
    one, other = (_room(*it) if linked else it[0] for it in (study_, start))
    return (
        "Your record has no first answer yet, so there is nothing to tell. First answer the "
        f"fifteen questions of the diagnostic in {one}, or begin with {other}. Then run this cell "
        f"again. A share is shown from {ENOUGH} first answers on."
    )


def _nothing_left(linked: bool = False) -> str:
    mock = _room("mock exam", MOCK) if linked else "mock exam"
    return f"Nothing that was asked so far calls for it. Sit a {mock}, or begin the next lesson."


def _where(one: Advice) -> str:
    """How what to open is called: a lesson's section, else the page that explains it."""
    if one.place is None:
        return f"{one.page.title if one.page else '92 Mock exam'} (no lesson teaches this)"
    if one.place.heading in ("", one.place.title):
        return one.place.title or one.place.notebook
    return f"{one.place.title}, section “{one.place.heading}”"


def _link(one: Advice) -> str:
    """A link to it."""
    if one.place is None and one.page is not None:
        return anchor(_where(one), one.page.link)
    return section_link(_where(one), one.place or Place(MOCK, "", MOCK))


def _objective(one: Advice) -> str:
    return f"{one.objective}: {one.text}." if one.text else f"{one.objective}."


def _evidence(one: Advice) -> str:
    """What was seen, in one sentence."""
    shown = [("question", one.knowledge)]
    if one.counted.n > one.knowledge.n:
        shown.append(("exercise", one.skill))
    said = [
        f"{tally.right} of {_many(tally.n, noun)} right unaided" for noun, tally in shown if tally.n
    ]
    if not said:
        return "Too little evidence: nothing was asked yet."
    begin = "" if one.counted.enough else "Too little evidence: "
    tally = one.counted
    range_ = ""
    if tally.interval is not None and len(said) == 1:
        low, high = tally.interval
        range_ = f" (95\u00a0% interval: {100 * low:.0f} to {_percent(high)})"
    old = f"; {_which(tally)} older than {OLD.days} days" if tally.old else ""
    old += f" (last on {_day(tally)})" if tally.old else ""
    return f"{begin}{', '.join(said)}{range_}{old}."


def _todo(one: Advice) -> str:
    """What to do about it, in one or two sentences."""
    ask = one.ask[: ENOUGH - one.counted.n if not one.counted.enough else NEXT_QUESTIONS]
    call = ", ".join(f'"{name}"' for name in ask)
    what = "the section" if one.place else "the page" if one.page else ""
    if ask:
        more = f"answer {_many(len(ask), 'question')} more on it: `quiz({call})` in the cell below."
        return f"Read {what}, then {more}" if what else f"{more[0].upper()}{more[1:]}"
    read = f"Read {what} again. " if one.place else f"Read {what}. " if what else ""
    if one.reserved:
        left = "question that is left is" if one.reserved == 1 else "questions that are left are"
        return f"{read}The {one.reserved} {left} kept for mock exams."
    return f"{read}All questions on it are answered."


def _confidence(found: Calibration) -> str:
    """How the confidence in decisions went with what came of them, in plain words."""
    if not found.decided:
        return "No decision was locked with a confidence yet."
    judged = f"{_many(found.decided, 'decision')} locked with a confidence. "
    if not found.n:
        return (
            f"{judged}The shop's truth names the best choice in none of them: they weigh one "
            "thing against another. So there is nothing to compare your confidence with yet."
        )
    judged += f"In {found.n} of them the shop's truth names the best choice."
    if found.interval is None or found.said is None or found.brier is None or found.base is None:
        few = f" The lessons so far have {found.there}." if found.there < ENOUGH else ""
        return f"{judged} Too little evidence: it takes {ENOUGH} to compare.{few}"
    low, high = found.interval
    if low <= found.said <= high:
        verdict = "That is no further apart than luck alone may bring it."
    elif found.said > high:
        verdict = "You were surer than the outcomes bear out."
    else:
        verdict = "You were less sure than you could have been."
    return (
        f"{judged} On these you were {_percent(found.said)} sure on average, and {found.held} of "
        f"{found.n} were the best choice: {_percent(found.held / found.n)} (95\u00a0% interval: "
        f"{100 * low:.0f} to {_percent(high)}). {verdict}"
    )


def _scores(found: Calibration) -> str:
    """The Brier score and what to hold it against; nothing where there is too little evidence."""
    if found.interval is None or found.said is None or found.brier is None or found.base is None:
        return ""
    return (
        f"Brier score (0 is perfect): {found.brier:.2f}. Whoever says "
        f"{_percent(found.held / found.n)} each time, which nobody knows beforehand, has "
        f"{found.base:.2f}. {_brier(found)}"
    )


def _brier(found: Calibration) -> str:
    if found.n < SCORES or found.brier is None or found.base is None:
        return f"With fewer than {SCORES} decisions, do not read much into the two."
    better = "better" if found.brier < found.base else "no better"
    return f"Your confidence told {better} than that which decisions were the best."
