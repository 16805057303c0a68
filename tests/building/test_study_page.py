"""The page of all study sheets: well-formed, complete, by itself, the same each time."""

from __future__ import annotations

import html
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbook.building.study_page import page
from workbook.questions import bank
from workbook.questions.drawing import draw, drawn, evaluate
from workbook.study.sheets import SheetsError, sheets

LESSONS = Path(__file__).parents[2] / "lessons"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Parsed(HTMLParser):
    """The page's elements; raises where tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def all(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [
            value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name
        ]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def text() -> str:
    return page(LESSONS)


@pytest.fixture(scope="module")
def parsed(text: str) -> Parsed:
    return Parsed(text)


def _plain(markdown: str) -> str:
    return " ".join(re.sub(r"\*\*|\*|`", "", markdown).split())


def test_it_is_made_for_a_phone_and_for_both_themes(text: str, parsed: Parsed) -> None:
    assert text.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": "en"}) in parsed.tags
    assert "width=device-width, initial-scale=1" in parsed.all("content")
    assert "prefers-color-scheme: dark" in text
    assert "break-before: page" in text


def test_tables_name_their_columns_and_rows(parsed: Parsed) -> None:
    heads = [attributes.get("scope") for tag, attributes in parsed.tags if tag == "th"]
    assert set(heads) == {"col", "row"}


def test_it_stands_alone(text: str, parsed: Parsed) -> None:
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert all(link.startswith("#") for link in parsed.all("href"))
    assert not parsed.all("src") and not any(
        key.startswith("on") for _, a in parsed.tags for key in a
    )
    assert not re.search(r"url\(|@import|https?:", text)


def test_ids_are_unique_and_links_lead_to_them(parsed: Parsed) -> None:
    ids = parsed.all("id")
    assert len(ids) == len(set(ids))
    aims = [link[1:] for link in parsed.all("href")]
    aims += [one for names in parsed.all("aria-labelledby") for one in names.split()]
    assert set(aims) <= set(ids)


def test_headings_go_down_one_level_at_a_time(parsed: Parsed) -> None:
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_sheet_is_there_with_all_it_says(parsed: Parsed) -> None:
    found = sheets(LESSONS)
    links = parsed.all("href")
    for sheet in found.values():
        assert f"lesson-{sheet.lesson}" in parsed.all("id")
        assert f"#lesson-{sheet.lesson}" in links
        for said in (sheet.question, sheet.answer, *sheet.facts):
            assert _plain(said) in parsed.text


def test_every_review_question_is_there_with_the_why_of_each_option(parsed: Parsed) -> None:
    count = 0
    for sheet in sheets(LESSONS).values():
        known = {
            one.id: one for path in LESSONS.glob(f"{sheet.lesson}-*.yml") for one in bank.read(path)
        }
        for name in sheet.review:
            question = known[name]
            seen = drawn(question)
            count += 1
            assert f"q-{name}" in parsed.all("id")
            whys = [one.why for one in getattr(seen, "options", getattr(seen, "wrong", []))]
            for why in whys:
                assert _plain(why) in parsed.text
            if isinstance(question, bank.Numeric) and isinstance(seen, bank.Numeric):
                assert _plain(seen.why) in parsed.text
                number = evaluate(question.answer, draw(question))
                assert f"{number:,.0f}" in parsed.text or f"{number:.1f}" in parsed.text
    assert sum(tag == "details" for tag, _ in parsed.tags) == count


def test_answers_are_folded_and_nothing_before_them_tells_which_is_right(text: str) -> None:
    assert "<details open" not in text
    outside = re.sub(r"<style>.*?</style>|<details>.*?</details>", "", text, flags=re.DOTALL)
    assert "Right" not in outside and 'class="right"' not in outside


def test_contents_and_headings_name_lesson_title_and_question(text: str) -> None:
    for sheet in sheets(LESSONS).values():
        head = next(LESSONS.glob(f"{sheet.lesson}-*.py")).read_text("utf-8")
        title = re.search(r"^# title: (.+)$", head, re.MULTILINE)
        assert title
        said = html.escape(f"{sheet.lesson} {title[1]}: {sheet.question}", quote=False)
        assert text.count(f">{said}</") == 2


def test_it_is_the_same_each_time(text: str) -> None:
    bank._CACHE.clear()
    assert page(LESSONS) == text


def test_what_people_write_is_escaped(tmp_path: Path) -> None:
    _one_lesson(tmp_path, "A fact with <script>alert(1)</script> & <b>bold</b>.")
    made = page(tmp_path)
    assert "<script" not in made and "<b>" not in made
    Parsed(made)


def test_a_lesson_without_a_sheet_is_passed_over(tmp_path: Path) -> None:
    _one_lesson(tmp_path, "A fact.")
    (tmp_path / "02-other.py").write_text("# ---\n# title: Other\n# ---\n\n# %%\n1\n", "utf-8")
    assert "02 Other" not in page(tmp_path)


def test_sheets_that_cannot_be_read_and_questions_that_are_missing_are_said(tmp_path: Path) -> None:
    _one_lesson(tmp_path, "A fact.")
    (tmp_path / "01-one.yml").write_text("questions: []\n", "utf-8")
    with pytest.raises(bank.UnknownQuestionError, match="01-q01"):
        page(tmp_path)
    (tmp_path / "sheets.yml").unlink()
    with pytest.raises(SheetsError):
        page(tmp_path)


def _one_lesson(folder: Path, fact: str) -> None:
    (folder / "01-one.py").write_text(
        "# ---\n# title: A <lesson> & more\n# ---\n\n# %%\n1\n", "utf-8"
    )
    (folder / "sheets.yml").write_text(
        "sheets:\n- lesson: '01'\n  question: Which?\n  answer: This. Or that.\n"
        f"  facts: ['{fact}']\n  review: [01-q01]\n",
        "utf-8",
    )
    (folder / "01-one.yml").write_text(
        "questions:\n- id: 01-q01\n  objective: L1.1\n  bloom: apply\n  type: numeric\n"
        "  stem: How many <i>?\n  answer: a + 1\n  unit: '%'\n  numbers: {a: [2, 8, 2]}\n"
        "  why: '{a} and one.'\n  wrong:\n  - value: a\n    why: You left one out.\n",
        "utf-8",
    )
