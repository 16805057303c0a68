"""The study sheets, one page per lesson, read from `lessons/sheets.yml`.

This is the learner's side: it trusts that the file was judged when the workbook was built
(`workbook.building.sheets`) and reads it again only when it changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from workbook.questions import bank
from workbook.questions.bank import BankError

FILE = "sheets.yml"
"""The file's name, in the folder of the lessons."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One lesson's page. Its texts are Markdown.

    `question` is the shop's question of the day and `answer` what the lesson answers; `facts` are
    what an exam asks; `review` has the ids of the questions that stand for the sheet.
    """

    lesson: str
    question: str
    answer: str
    facts: tuple[str, ...]
    review: tuple[str, ...]

    @property
    def words(self) -> int:
        """How many words a reader has before the questions."""
        return len(" ".join([self.question, self.answer, *self.facts]).split())


class SheetsError(BankError):
    """Sheets that cannot be used; the message says what to do."""


_CACHE: dict[Path, tuple[tuple[int, int], dict[str, Sheet]]] = {}


def sheets(folder: Path) -> dict[str, Sheet]:
    """The sheets of the lessons in `folder`, by lesson ("07"), in the file's order.

    Raises `SheetsError`.
    """
    file = folder / FILE
    try:
        stat = file.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        if file not in _CACHE or _CACHE[file][0] != stamp:
            data = yaml.load(file.read_text("utf-8"), Loader=bank.LOADER)
            read = [_sheet(entry) for entry in data["sheets"]]
            _CACHE[file] = (stamp, {sheet.lesson: sheet for sheet in read})
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SheetsError(
            f"The study sheets ({FILE}) cannot be read ({type(error).__name__}). "
            "Run `python -m workbook build` to see what is wrong in the file."
        ) from error
    return dict(_CACHE[file][1])


def _sheet(entry: dict[str, str | list[str]]) -> Sheet:
    one = {name: str(entry[name]).strip() for name in ("lesson", "question", "answer")}
    many = {name: tuple(str(part).strip() for part in entry[name]) for name in ("facts", "review")}
    return Sheet(**one, **many)  # type: ignore[arg-type]
