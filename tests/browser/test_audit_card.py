"""The audit's card in JupyterLab and Chromium: seen, read by axe, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_lab import Notebook, axe
from playwright.sync_api import Locator, expect

Open = Callable[..., Notebook]
FINDINGS = """
from workbook import audit, finding, load
raw = load("raw_events")
bought = raw[raw["event"] == "purchase"]
again = bought[bought.duplicated(["user", "transaction_id"])]
autumn = ("2025-10-06", "2025-12-21")
audit([
    finding("carts gone", ("2025-10-14", "2025-10-17"), None, "add_to_cart events", -240,
            "leave the days out"),
    finding("orders twice", autumn, again.index, "purchase events", 60, "leave the days out"),
    finding("all purchases", autumn, bought.index, "purchase events"),
    finding("a" * 200, ("2025-09-22", "2025-09-28"), None, "add_to_cart events"),
    finding("which rows", ("soon", 3), "all of them", "happiness", float("nan"), "pray"),
])
"""
CARD = ".jp-OutputArea-output [role=status]"
SHOTS = os.environ.get("WORKBOOK_SHOTS")


@pytest.fixture
def opened(kept_notebook: Open) -> Notebook:
    book = kept_notebook("audit.ipynb", [FINDINGS, "audit([])"])
    book.run_all()
    book.page.locator(CARD).nth(1).wait_for()
    return book


def card(book: Notebook) -> Locator:
    return book.page.locator(CARD).first


def test_the_card_shows_each_finding_with_its_verdict(opened: Notebook) -> None:
    heads = card(opened).locator("ol > li")
    expect(heads).to_have_count(5)
    signs = [head.strip()[0] for head in heads.all_inner_texts()]
    assert signs == ["✔", "✔", "✘", "✘", "▲"]
    expect(heads.nth(4)).to_contain_text("5. which rows: not read.")
    expect(card(opened)).to_contain_text("Recall 2 of 12 (17 %)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_card(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    assert axe(opened.page, CARD) == []
    if SHOTS:
        opened.page.set_viewport_size({"width": 1280, "height": 1900})
        opened.shot(Path(SHOTS) / f"audit-{theme}.png", CARD)


def test_the_card_fits_a_phone(opened: Notebook) -> None:
    card(opened).evaluate("node => { node.style.width = '320px'; }")
    assert card(opened).evaluate("node => node.scrollWidth - node.clientWidth") <= 0
