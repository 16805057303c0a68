"""Sources that name pages by number get links to them."""

from __future__ import annotations

import re

import pytest

from workbook import paths
from workbook.questions import bank, pages
from workbook.questions.pages import Page
from workbook.widgets._markdown import linked, to_inline

ANALYTICS = "https://support.google.com/analytics/answer/"


@pytest.mark.parametrize(
    ("source", "titles"),
    [
        ("Google Analytics Help 9355666, Property (read 2026)", ["Property"]),
        ("Google Analytics Help 10104470, Filter, and 13296761, Data (2026)", ["Filter", "Data"]),
        ("Google Analytics Help 9267572, Create, edit, and archive (2026)",
         ["Create, edit, and archive"]),
        ("Google Analytics Help 12798876 on engaged sessions (2024)", ["12798876"]),
        ("Google Analytics Help 7667196 and 9940393 (read 2026)", ["7667196", "9940393"]),
        ("Google, BigQuery export schema (2025)", []),
        ("A report of 2024 with 1235000 rows", []),
    ],
)  # fmt: skip
def test_the_pages_of_a_source_are_found_with_their_titles(source: str, titles: list[str]) -> None:
    assert [page.title for page in pages.pages(source)] == [
        f"Google Analytics Help: {title}" for title in titles
    ]


def test_a_number_belongs_to_the_center_named_last() -> None:
    said = (
        "Google Analytics Help 11479699, Google Merchant Center Help 15191080; Google Ads Help 63"
    )
    assert [page.link for page in pages.pages(said)] == [
        f"{ANALYTICS}11479699",
        "https://support.google.com/merchants/answer/15191080",
    ]


def test_the_main_page_is_the_one_that_is_named_most() -> None:
    sources = ["Google Analytics Help 111111", "", "Google Analytics Help 222222"]
    assert pages.main_page(sources) == Page("Google Analytics Help: 111111", f"{ANALYTICS}111111")
    more = [*sources, "Google Analytics Help 222222, Second (read 2026)"]
    assert pages.main_page(more) == Page("Google Analytics Help: Second", f"{ANALYTICS}222222")
    assert pages.main_page(["Google, *A book*"]) is None


def test_linked_changes_nothing_but_the_numbers() -> None:
    source = "Google Analytics Help 9355666, *Property* & 9305587 (read 2026)"
    shown = to_inline(source)
    assert re.sub(r"</?a\b[^>]*>", "", linked(shown)) == shown
    assert linked(shown).count('target="_blank" rel="noopener"') == 2
    assert linked("<p>1235000 visits</p>") == "<p>1235000 visits</p>"


def test_each_objective_of_a_pack_has_a_page_to_read() -> None:
    for path in (paths.lessons_dir() / bank.EXAMS).glob("*.yml"):
        by_objective: dict[str, list[str]] = {}
        for question in bank.read(path):
            by_objective.setdefault(question.objective, []).append(question.source or "")
        for objective, sources in by_objective.items():
            assert pages.main_page(sources), objective
