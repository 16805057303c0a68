"""What `glossary(...)` shows: folded HTML, text that is stable, no error ever."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbook import glossary
from workbook.questions import glossary as book
from workbook.widgets.cards import Card
from workbook.widgets.glossary import Glossary

LESSONS = Path(__file__).parents[2] / "lessons"
VOID = {"br", "hr", "img", "input"}


@pytest.fixture(autouse=True)
def course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_LESSONS", str(LESSONS))


class Outline(HTMLParser):
    """Which elements lie in which, with their words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.inside: list[tuple[str, str]] = []  # element, the one around it
        self.terms: list[str] = []
        self.summaries: list[str] = []
        self.feed(html)
        assert not self.open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append((tag, self.open[-1] if self.open else ""))
        assert tag not in {"script", "style", "iframe"}
        if tag not in VOID:
            self.open.append(tag)
        for texts in {"dt": [self.terms], "summary": [self.summaries]}.get(tag, []):
            texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "dt" in self.open:
            self.terms[-1] += data
        if "summary" in self.open:
            self.summaries[-1] += data


def html_of(shown: Glossary | Card) -> str:
    assert isinstance(shown, Glossary)
    return shown._repr_mimebundle_()["text/html"]


def test_a_lesson_shows_its_new_terms_and_then_those_met_again() -> None:
    shown = glossary("07")
    assert isinstance(shown, Glossary)
    assert {term.first for term in shown.full} == {"07"} and shown.full
    assert all(term.first != "07" and "07" in term.lessons for term in shown.brief) and shown.brief
    text = repr(shown)
    assert text.startswith("Terms of lesson 07\n")
    assert text.index("\nfunnel\n") < text.index("Met before: ") < text.index(", log, ")


@pytest.mark.parametrize("number", ["7", 7, "07", "lesson 07", " Lesson 7 "])
def test_a_lesson_is_found_however_it_is_written(number: object) -> None:
    assert repr(glossary(number)) == repr(glossary("07"))


def test_every_term_is_listed_once_in_a_definition_list() -> None:
    for about in ("01", "07", None):
        shown = glossary(about)
        outline = Outline(html_of(shown))
        assert isinstance(shown, Glossary)
        names = [term.term for term in [*shown.full, *shown.brief]]
        assert [text.partition(" (also: ")[0] for text in outline.terms] == names
        around = {
            tag: {outer for inner, outer in outline.inside if inner == tag} for tag in ("dt", "dd")
        }
        assert around == {"dt": {"div"}, "dd": {"div"}}, "a dl holds groups of dt and dd"
        assert {outer for inner, outer in outline.inside if inner == "summary"} == {"details"}


def test_each_fold_says_which_term_it_belongs_to() -> None:
    outline = Outline(html_of(glossary("07")))
    assert len(outline.summaries) == len(set(outline.summaries)) == len(outline.terms) + 1
    assert sum(" terms met before" in text for text in outline.summaries) == 1


def test_a_new_term_s_definition_is_in_sight_and_an_old_one_s_is_folded() -> None:
    html = html_of(glossary("07"))
    new, _, old = html.partition("terms met before")
    term = book.find("closed funnel")
    assert term is not None and term.definition in new
    assert new.index(term.definition) < new.index("<details>", new.index(">closed funnel"))
    assert "Definition</span>" in old and "Definition</span>" not in new


def test_one_term_is_shown_whole_and_unfolded() -> None:
    html = html_of(glossary("cart abandonment"))
    assert "<details" not in html
    for label in ("Numerator", "Window", "Exclusions", "Example", "Contested", "Source"):
        assert f"<strong>{label}:</strong>" in html
    assert "<strong>Not: checkout abandonment:</strong>" in html


def test_all_terms_stand_in_alphabetical_order() -> None:
    shown = glossary()
    assert isinstance(shown, Glossary) and not shown.full
    names = [term.term.lower() for term in shown.brief]
    assert names == sorted(names) and len(names) == len(book.terms())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("micro conversions", "micro conversion"),
        ("Visits", "session"),
        ("retun on ad spend", "ROAS"),
    ],
)
def test_aliases_and_near_spellings_are_found(said: str, meant: str) -> None:
    shown = glossary(said)
    assert isinstance(shown, Glossary)
    assert [term.term for term in shown.full] == [meant]


def test_a_near_spelling_says_what_it_was_taken_for() -> None:
    assert repr(glossary("engagd session")).startswith('Glossary, nearest to "engagd session"')
    assert repr(glossary("engaged sessions")).startswith("Glossary\n")


def test_an_unknown_term_gets_the_nearest_three() -> None:
    shown = glossary("funnel for phones")
    assert isinstance(shown, Card)
    said = shown.text()
    assert 'there is no term "funnel for phones"' in said
    assert said.count('glossary("') == 3 and 'glossary("funnel")' in said


def test_an_unknown_lesson_says_which_there_are() -> None:
    said = glossary("14")
    assert (
        isinstance(said, Card) and "07" in said.text() and "no terms for lesson 14" in said.text()
    )


class Unspeakable:
    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    "odd",
    ["", "   ", 3.5, [], {"a": 1}, "²", "9" * 5000, "<b>x</b>", "*" * 300, True, Unspeakable()],
)
def test_nothing_that_is_asked_raises(odd: object) -> None:
    shown = glossary(odd)
    assert repr(shown)
    assert "<b>x" not in shown._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("text", [None, "terms: [", "terms: [{}]", "[]"])
def test_a_damaged_glossary_is_a_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "glossary.yml").write_text(text, "utf-8")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    for about in ("07", "funnel", None, "nothing"):
        shown = glossary(about)
        assert isinstance(shown, Card) and "cannot be read" in shown.text()


def test_the_text_is_the_same_every_time_and_without_marks() -> None:
    text = repr(glossary())
    assert text == repr(glossary()) == glossary()._repr_mimebundle_()["text/plain"]
    assert "0x" not in text and "**" not in text and "`" not in text and "<" not in text


def test_markup_in_the_file_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "glossary.yml").write_text(
        "terms:\n- term: a <b> term\n  aliases: ['<i>']\n"
        "  definition: One <script>x</script> `y`.\n  example: e\n"
        "  not_to_be_confused_with: [{word: '<u>', how: h}]\n"
        "  lessons: ['01']\n  source: this workbook\n",
        "utf-8",
    )
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    html = html_of(glossary("01"))
    assert "<code>y</code>" in html
    assert not any(tag in html for tag in ("<script", "<i>", "<u>", "<b>"))
