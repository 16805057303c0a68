"""A question as plain text: what front ends without widgets, screen dumps and nbval see.

It depends on the question and the seed only, never on the learner's record.
"""

from __future__ import annotations

from workbook.questions.bank import (
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
    Table,
)
from workbook.questions.drawing import drawn, shuffled
from workbook.questions.marking import letter
from workbook.widgets._markdown import to_plain


def question_text(question: Question, seed: int = 0) -> str:
    """The question with its options, without a hint of the answer."""
    seen = drawn(question, seed)
    lines = [f"Question {seen.id}", to_plain(seen.stem)]
    if seen.table:
        lines += table_lines(seen.table)
    match seen:
        case Single() | Decide():
            lines += _options([o.text for o in seen.options])
        case Multiple():
            lines += [*_options([o.text for o in seen.options]), "(Any number can be right.)"]
        case Predict() if seen.options:
            lines += _options([o.text for o in seen.options])
        case Predict() | Numeric():
            lines.append(f"Answer: a number{f' in {seen.unit}' if seen.unit else ''}")
        case Order():
            order = shuffled(question, len(seen.items), seed)
            lines += ["Put in order:", *(f"  - {to_plain(seen.items[i])}" for i in order)]
        case Match():
            order = shuffled(question, len(seen.pairs), seed)
            lines += ["Match:", *(f"  - {to_plain(pair.left)}" for pair in seen.pairs)]
            lines += ["with:", *_options([seen.pairs[i].right for i in order])]
        case Classify():
            lines += [f"  {n}. {to_plain(row.text)}" for n, row in enumerate(seen.rows, 1)]
            one, other = (word.capitalize() for word in seen.words)
            lines.append(f"{one}s: {', '.join(seen.labels.values())}")
            if seen.reasons:
                lines.append(f"{other}s: {'; '.join(seen.reasons.values())}")
        case Short():
            lines.append("Answer in a sentence or two.")
    return "\n".join(lines)


def table_lines(table: Table) -> list[str]:
    """The table with its columns padded to one width."""
    rows = [list(map(str, table.columns)), *([str(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _options(texts: list[str]) -> list[str]:
    return [f"  {letter(index)}. {to_plain(text)}" for index, text in enumerate(texts)]
