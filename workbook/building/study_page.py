"""All study sheets as one static page for a phone or for paper: `notebooks/study-sheets.html`.

No scripts, no requests, nothing that depends on the day or the machine: the same lessons give the
same bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from workbook.questions import bank
from workbook.questions.bank import Multiple, Numeric, Option, Question, Single, Table
from workbook.questions.drawing import draw, drawn, evaluate, shown
from workbook.questions.marking import letter, mark
from workbook.reference import source
from workbook.study.sheets import Sheet, sheets
from workbook.widgets._markdown import to_html, to_inline

NAME = "study-sheets.html"
"""The file's name, in the folder of the notebooks."""
TITLE = "Stepping Stones: study sheets"

_STYLE = """
:root { color-scheme: light dark; --text: #1b1b1f; --soft: #4a4a55; --page: #ffffff;
  --box: #f3f4f7; --line: #8a8d99; --link: #0b57a4; --right: #1d6b2f; }
@media (prefers-color-scheme: dark) { :root { --text: #ececf1; --soft: #c3c5d0; --page: #16171b;
  --box: #23252c; --line: #7d8090; --link: #9cc7ff; --right: #8fd69f; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; padding: 1rem; max-width: 42rem; background: var(--page);
  color: var(--text); font: 1.0625rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .5rem; }
h3 { font-size: 1.0625rem; margin: 1.25rem 0 .25rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul, ol { margin: .4rem 0; }
ul, ol { padding-left: 1.4rem; }
li { margin: .35rem 0; }
a { color: var(--link); }
nav ul { list-style: none; padding: 0; }
nav li { margin: 0; }
nav a { display: inline-block; padding: .45rem 0; }
section { border-top: 2px solid var(--line); margin-top: 2rem; padding-top: 1.25rem; }
.answer { background: var(--box); border-left: 4px solid var(--link); padding: .6rem .8rem; }
.options { list-style: upper-alpha; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; margin: .5rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; }
tbody th { font-weight: normal; }
code { font: .9em ui-monospace, monospace; background: var(--box); padding: 0 .15em; }
details { background: var(--box); border-radius: .3rem; padding: 0 .8rem; margin: .6rem 0; }
details[open] { padding-bottom: .4rem; }
summary { padding: .6rem 0; cursor: pointer; color: var(--link); font-weight: 600; }
summary:focus-visible, a:focus-visible, .table:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
.right { color: var(--right); font-weight: 700; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media print {
  @page { margin: 10mm 12mm; }
  :root { color-scheme: light; --text: #000; --soft: #333; --page: #fff; --box: #fff;
    --line: #777; --link: #000; --right: #000; }
  body { max-width: none; padding: 0; font-size: 9pt; line-height: 1.3; }
  h1 { font-size: 15pt; } h2 { font-size: 13pt; }
  h3, h4 { font-size: 9.5pt; margin: .45rem 0 .1rem; }
  table { font-size: 8pt; line-height: 1.2; margin: .2rem 0; }
  th, td { padding: 0 .4rem; }
  p, ul, ol { margin: .2rem 0; }
  li { margin: .1rem 0; }
  section { border: 0; margin: 0; padding: 0; break-before: page; }
  .question { break-inside: avoid; }
  .up, details:not([open]) { display: none; }
}
"""


def page(folder: Path) -> str:
    """The page of the lessons in `folder`, as the text of an HTML file.

    A lesson without a sheet has no place on it. Raises `BankError` for sheets or questions that
    cannot be read, and `SourceError` for a lesson that cannot.
    """
    found = sheets(folder)
    titles = {
        path.stem[:2]: str(source.read(path).header.get("title", path.stem))
        for path in source.sources(folder)
    }
    there = [sheet for number, sheet in sorted(found.items()) if number in titles]
    links = "\n".join(
        f'<li><a href="#lesson-{one.lesson}">{_asked(one, titles)}</a></li>' for one in there
    )
    parts = "\n".join(_section(one, titles, _questions(folder, one)) for one in there)
    parts = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", parts)  # a line must not begin with it
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(TITLE)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{html.escape(TITLE)}</h1>
<p>One page per lesson: the answer first, then what an exam asks, then three questions.
Say your answer before you open theirs. An opened answer is printed, too.</p>
<nav aria-labelledby="contents">
<h2 id="contents">Contents</h2>
<ul>
{links}
</ul>
</nav>
</header>
<main>
{parts}
</main>
<footer>
<p>Pebble Street is a simulated shop. This workbook is unaffiliated with Google and with WGU.</p>
</footer>
</body>
</html>
"""


def _named(sheet: Sheet, titles: dict[str, str]) -> str:
    return f"{sheet.lesson} {html.escape(titles[sheet.lesson])}"


def _asked(sheet: Sheet, titles: dict[str, str]) -> str:
    """The lesson and its question: "05 Data quality: Who broke the data?"."""
    return f"{_named(sheet, titles)}: {to_inline(sheet.question)}"


def _questions(folder: Path, sheet: Sheet) -> list[Question]:
    known = {q.id: q for path in folder.glob(f"{sheet.lesson}-*.yml") for q in bank.read(path)}
    missing = [name for name in sheet.review if name not in known]
    if missing:
        raise bank.UnknownQuestionError(missing[0], None)
    return [known[name] for name in sheet.review]


def _section(sheet: Sheet, titles: dict[str, str], questions: Sequence[Question]) -> str:
    facts = "\n".join(f"<li>{to_inline(fact)}</li>" for fact in sheet.facts)
    asked = "\n".join(
        _question(question, place, sheet.lesson) for place, question in enumerate(questions, 1)
    )
    name = f"lesson-{sheet.lesson}"
    return f"""<section id="{name}" aria-labelledby="{name}-title">
<h2 id="{name}-title">{_asked(sheet, titles)}</h2>
<div class="answer">{to_html(sheet.answer)}</div>
<h3>Must know</h3>
<ul>
{facts}
</ul>
<h3>Three questions</h3>
{asked}
<p class="up"><a href="#contents">Contents<span class="unseen">, from {sheet.lesson}</span></a></p>
</section>"""


def _question(question: Question, place: int, lesson: str) -> str:
    """A question as it stands in the lesson, and its answer to unfold."""
    seen = drawn(question)
    parts = [to_html(seen.stem)]
    if seen.table:
        parts.append(_table(seen.table, f"Table of question {place}, lesson {lesson}"))
    match seen:
        case Single() | Multiple():
            options = "\n".join(f"<li>{to_inline(option.text)}</li>" for option in seen.options)
            if isinstance(seen, Multiple):
                parts.append("<p>Any number of these can be right.</p>")
            parts.append(f'<ol class="options">\n{options}\n</ol>')
            answer = _options(seen.options)
        case Numeric():
            parts.append(f"<p>A number{_unit(seen.unit)}.</p>")
            answer = _number(question, seen)
        case _:
            raise ValueError(f"{question.id}: a question of type {question.type} has no page form")
    whose = f'<span class="unseen"> to question {place} of lesson {lesson}</span>'
    return f"""<div class="question" id="q-{question.id}">
<h4>Question {place}</h4>
{"".join(parts)}
<details>
<summary>Answer{whose}</summary>
{answer}{_contested(question)}
</details>
</div>"""


def _contested(question: Question) -> str:
    """Where sources disagree: what exams key, and what can be defended."""
    if question.contested is None:
        return ""
    both = {
        "Exams key": question.contested.keyed,
        "What can be defended": question.contested.defensible,
    }
    said = (f"\n<p><strong>{who}:</strong> {to_inline(text)}</p>" for who, text in both.items())
    return "".join(said)


def _unit(unit: str | None) -> str:
    return f" in {'percent' if unit == '%' else html.escape(unit)}" if unit else ""


def _options(options: Sequence[Option]) -> str:
    """Every option with its verdict and its reason."""
    lines = []
    for place, option in enumerate(options):
        verdict = '<span class="right">Right</span>' if option.right else "Not right"
        shown = f"{letter(place)}. {to_inline(option.text)}<br>"
        lines.append(f"<p>{shown}{verdict}. {to_inline(option.why)}</p>")
    return "\n".join(lines)


def _number(question: Question, seen: Numeric) -> str:
    """The number, why it is that one, and what other numbers come from."""
    numbers = draw(question)
    solution = mark(question, shown(evaluate(seen.answer, numbers))).solution
    slips = "\n".join(
        f"<li>{shown(round(evaluate(slip.value, numbers), 2))}: {to_inline(slip.why)}</li>"
        for slip in seen.wrong
    )
    return to_html(solution) + (f"<p>Not right:</p>\n<ul>\n{slips}\n</ul>" if slips else "")


def _table(table: Table, name: str) -> str:
    """A table that scrolls sideways by itself, so that the page does not."""
    head = "".join(f'<th scope="col">{to_inline(column)}</th>' for column in table.columns)
    first = ('<th scope="row">', "</th>") if table.has_row_names else ("<td>", "</td>")
    body = "\n".join(
        f"<tr>{first[0]}{to_inline(str(name))}{first[1]}"
        + "".join(f"<td>{to_inline(str(cell))}</td>" for cell in row)
        + "</tr>"
        for name, *row in table.rows
    )
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{html.escape(name)}">'
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )
