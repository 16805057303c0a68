"""The readiness card in JupyterLab and Chromium: its links open the section, axe, a phone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser_lab import Lab, Notebook, axe
from playwright.sync_api import Locator, expect

from workbook.questions import bank
from workbook.study.places import place_of

ROOT = Path(__file__).parents[2]
CARD = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output div[lang=en]"
SHOTS = os.environ.get("WORKBOOK_SHOTS")
CELLS = [
    "from workbook.widgets.readiness import readiness",
    "readiness()",
    'readiness("ga4")',
    'readiness("d38")',
]
HEADINGS = """() => [...document.querySelectorAll(
    '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-MarkdownCell [data-jupyter-id]')]
    .map(heading => heading.getAttribute('data-jupyter-id'))"""


def events() -> list[dict[str, Any]]:
    """Lessons 01 to 04 answered, two of three right, some with a hint; old and recent ones."""
    now, found = datetime.now(UTC), []
    chosen = [q for n in ("01", "02", "04") for q in bank.lesson(n) if q.pool == "lesson"]
    for place, question in enumerate(chosen):
        days = 60 if question.lesson == "01" else 3
        when = now - timedelta(days=days, minutes=len(chosen) - place)
        if question.type == "decide":
            given = {"choice": 0, "confidence": 80, "change": "a test"}
            fields = {"kind": "decision", "verdict": "decided", "answer": given}
        elif question.type in ("predict", "short"):
            continue
        else:
            fields = {"kind": "answer", "verdict": "right" if place % 3 else "wrong"}
            fields["hints"] = int(place % 7 == 0)
        found.append(
            {"v": 1, "t": when.isoformat(), "item": question.id, "hash": question.hash,
             "objective": question.objective, "pool": question.pool, **fields}
        )  # fmt: skip
    for place in range(6):
        verdict = "right" if place % 2 else "wrong"
        when = now - timedelta(days=2, minutes=-place)
        found.append(
            {"v": 1, "t": when.isoformat(), "kind": "check", "item": f"02-e{place}", "hash": "a",
             "objective": "L2.1", "verdict": verdict, "hints": 0}
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def study(start_lab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A JupyterLab with the lessons' notebooks and somebody's record."""
    base = tmp_path_factory.mktemp("study")
    shutil.copytree(ROOT / "notebooks", base / "notebooks")
    (base / "progress.jsonl").write_text("\n".join(map(json.dumps, events())) + "\n")
    record = {"WORKBOOK_PROGRESS": str(base / "progress.jsonl")}
    return start_lab(base / "notebooks", {**record, "WORKBOOK_LESSONS": str(ROOT / "lessons")})


@pytest.fixture(autouse=True)
def no_kernel_stays(study: Lab) -> Iterator[None]:
    """Each notebook that a link opens has a kernel of its own."""
    yield
    study.stop_kernels()


@pytest.fixture
def opened(open_notebook: Callable[..., Notebook], study: Lab) -> Notebook:
    book = open_notebook("93-mine.ipynb", CELLS, study)
    book.run_all()
    book.page.locator(CARD).nth(1).wait_for()
    return book


def in_sight(book: Notebook, target: Locator, within: float = 400) -> None:
    """The target stands in the upper part of the notebook that is shown now."""
    expect(target).to_be_visible()
    for _ in range(50):
        book.page.wait_for_timeout(100)
        box, frame = target.bounding_box(), book.body.bounding_box()
        assert box and frame
        if -5 <= box["y"] - frame["y"] <= within:
            return
    raise AssertionError(f"the target is {box['y'] - frame['y']:.0f} pixels below the top")


def test_each_link_of_the_advice_opens_the_section(opened: Notebook) -> None:
    links = opened.page.locator(CARD).first.locator("ol a")
    expect(links).to_have_count(3)
    for place in range(3):
        name = links.nth(place).inner_text()
        title, heading = name.removesuffix("”").split(", section “")
        links.nth(place).click()
        target = opened.body.locator("h1, h2, h3").filter(has_text=heading).first
        in_sight(opened, target)
        expect(opened.body.locator("h1").first).to_contain_text(title)
        opened.page.locator(".lm-TabBar-tab:has-text('93-mine.ipynb')").first.click()


@pytest.mark.parametrize(
    ("item", "target"),
    [
        ("07-q07", "h2:has-text('3 Abandoned what?')"),
        ("03-q12", 'h2:has-text("5 Theo\'s dashboard")'),
        ("00-came-again", "h3:has-text('Exercise 4 (stretch). Who came again')"),
        ("02-q07", "h2:has-text('3 From \"interested\" to a definition')"),
    ],
)
def test_a_plain_link_opens_the_notebook_and_scrolls_where_it_is_open(
    open_notebook: Callable[..., Notebook], study: Lab, item: str, target: str
) -> None:
    place = place_of(item)
    assert place is not None
    book = open_notebook("links.ipynb", [f"# Links\n\n[open]({place.link})"], study)
    link = book.page.locator("a:has-text('open')").first
    link.click()
    cell = book.body.locator(".jp-MarkdownCell").filter(has=book.page.locator(target))
    shown = cell if "cell-id" in place.link else book.body.locator(target)
    expect(shown.first).to_be_visible()
    # JupyterLab scrolls only in a notebook that is open: `section_link` waits for the heading.
    book.page.locator(".lm-TabBar-tab:has-text('links.ipynb')").first.click()
    link.click()
    in_sight(book, shown.first)


@pytest.mark.parametrize("slug", ["02-kinds-and-journey", "04-event-model", "05-data-quality"])
def test_jupyterlab_knows_every_anchor(
    open_notebook: Callable[..., Notebook], study: Lab, slug: str
) -> None:
    path = ROOT / f"notebooks/{slug}.ipynb"  # with quotes, code and emphasis in headings
    found = [place_of(question) for question in bank.lesson(path.name[:2])]
    anchors = {p.link.partition("#")[2] for p in found if p and p.notebook == path.name} - {""}
    assert anchors
    book = open_notebook(path.name, None, study)
    headings = book.page.evaluate(HEADINGS)
    cells = {cell.get("id") for cell in json.loads(path.read_text("utf-8"))["cells"]}
    for anchor in anchors:
        if anchor.startswith("cell-id="):
            assert anchor.removeprefix("cell-id=") in cells
        else:
            assert headings.count(anchor) == 1, anchor


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_card(opened: Notebook, theme: str) -> None:
    opened.set_theme(theme)
    for fold in opened.page.locator(f"{CARD} summary").all():
        fold.click()
    assert axe(opened.page, CARD) == []
    if SHOTS:
        opened.page.set_viewport_size({"width": 1280, "height": 2600})
        opened.shot(Path(SHOTS) / f"readiness-{theme}.png", CARD)
        opened.page.locator(CARD).nth(1).screenshot(path=Path(SHOTS) / f"ga4-{theme}.png")


def test_the_card_fits_a_phone(opened: Notebook) -> None:
    card = opened.page.locator(CARD).nth(1)
    card.evaluate("node => { node.style.width = '320px'; }")
    card.locator("summary").click()
    assert card.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    if SHOTS:
        card.screenshot(path=Path(SHOTS) / "readiness-phone.png")


def test_the_card_opens_its_table_of_objectives_by_keyboard(opened: Notebook) -> None:
    card = opened.page.locator(CARD).first
    card.locator("summary").focus()
    table = card.locator("details table")
    expect(table).to_be_hidden()
    opened.page.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.locator("caption")).to_contain_text("By objective")


def test_an_unknown_exam_gets_a_card_with_the_nearest(opened: Notebook) -> None:
    said = opened.page.locator(".jp-OutputArea-output [role=status]").last
    expect(said).to_contain_text("There is no exam d38. Did you mean d381?")
