"""The first picture: it counts what the log holds, says so in words, and comes at once."""

from __future__ import annotations

import base64
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import hundred_visits, load, paths
from workbook.widgets.cards import Card
from workbook.widgets.hundred_visits import KINDS, LONGEST, HundredVisits, Kind, kinds_of


def of_log(number: int) -> list[str]:
    """The same hundred visits, counted with pandas from the whole tables."""
    visits = load("sessions")["session"][100 * (number - 1) : 100 * number]
    events, ordered = load("events"), set(load("orders")["session"])
    events = events[events["session"].isin(visits)]
    carts = set(events["session"][events["event"].isin(["add_to_cart", "begin_checkout"])])
    products = set(events["session"][events["event"] == "view_item"])
    kinds = {"order": ordered, "cart": carts, "product": products, "none": set(visits)}
    return [next(kind for kind, held in kinds.items() if visit in held) for visit in visits]


@pytest.mark.parametrize("number", [1, 5, 300, 610])
def test_every_mark_is_what_became_of_its_visit(number: int) -> None:
    assert hundred_visits(number).kinds == of_log(number)


def test_no_visit_of_the_log_lasts_longer_than_is_looked_at() -> None:
    time = load("events").groupby("session")["time"]
    assert (time.max() - time.min()).max() < LONGEST


def test_the_first_hundred_hold_the_first_sale_and_say_which_visits_they_are() -> None:
    picture = hundred_visits()
    assert picture.which == hundred_visits(1).which
    assert "Visits 1 to 100," in picture.which
    assert "from Monday, September 22, 0:00 to Monday, September 22, 5:33" in picture.which
    first = load("orders")["session"][0]
    place = list(load("sessions")["session"][:100]).index(first)
    assert picture.kinds[place] == "order"
    assert f"Places of the orders: {place + 1}." in picture.alt


def test_a_visit_is_shown_at_the_farthest_it_got() -> None:
    events = [
        ("express", "begin_checkout"),
        ("full", "view_item"), ("full", "add_to_cart"), ("full", "purchase"),
        ("left", "view_item"), ("left", "add_to_cart"),
        ("old cart", "begin_checkout"),
        ("looked", "view_item"), ("looked", "page_view"),
        ("read", "page_view"),
        ("of another hundred", "add_to_cart"),
    ]  # fmt: skip
    visits = ["express", "full", "left", "old cart", "looked", "read"]
    found = kinds_of(visits, events, {"express", "full", "of another hundred"})
    assert found == ["order", "order", "cart", "cart", "product", "none"]


@pytest.mark.parametrize(
    ("orders", "title"),
    [
        (0, "None of these 100 visits had an order"),
        (1, "1 of these 100 visits had an order"),
        (7, "7 of these 100 visits had an order"),
    ],
)
def test_the_title_is_counted_whatever_the_shop(orders: int, title: str) -> None:
    kinds = ["none"] * (100 - orders) + ["order"] * orders
    picture = HundredVisits(kinds, ("then", "now"), 3)
    assert picture.title == title
    assert title in repr(picture)
    assert ("Places of the orders" in picture.alt) is (orders > 0)
    assert "Visits 201 to 300" in picture.which


def test_the_words_and_the_picture_hold_the_same_counts() -> None:
    picture = hundred_visits(8)
    bundle = picture._repr_mimebundle_()
    [alt] = re.findall(r'<img alt="([^"]+)"', bundle["text/html"])
    assert alt == picture.alt
    for kind, count in picture.legend():
        said = f"{count} {kind.words}"
        assert said in alt
        assert said in bundle["text/html"].replace(alt, "").replace("</span>", "")
        assert f"{kind.sign} {said}" in bundle["text/plain"]
    assert sum(count for _, count in picture.legend()) == 100
    signs = "".join(kind.sign for kind in KINDS.values())
    rows = [row for row in bundle["text/plain"].splitlines() if not row.strip(signs)]
    assert [len(row) for row in rows] == [20] * 5


def test_each_kind_has_a_form_of_its_own_so_color_is_not_needed() -> None:
    kinds = ["order"] + ["cart"] * 2 + ["product"] * 3 + ["none"] * 94
    [data] = re.findall(r"svg\+xml;base64,([^\"]+)", HundredVisits(kinds, ("", ""), 1)._html())
    drawn = base64.b64decode(data).decode()
    corners = [len(points.split()) for points in re.findall(r'points="([^"]+)"', drawn)]
    assert corners == [10, 3, 3]
    hollow = drawn.count('fill="#fff" stroke=')
    assert (hollow, drawn.count("<circle") - hollow) == (94, 3)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_colors_can_be_read_on_white(kind: Kind) -> None:
    parts = [int(kind.color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    assert 1.05 / (light + 0.05) >= 4.5


def test_the_whole_is_left_to_be_counted() -> None:
    bundle = hundred_visits(1)._repr_mimebundle_()
    orders, visits = len(load("orders")), len(load("sessions"))
    for text in bundle.values():
        said = re.sub(r"base64,[^\"]+", "", text)
        assert not {f"{orders:,}", f"{visits:,}"} & set(re.findall(r"\d[\d,]*", said))
        assert "log" not in said  # the lesson explains the word after this picture


def test_its_text_form_is_the_same_each_time_and_names_no_address() -> None:
    assert repr(hundred_visits(2)) == repr(hundred_visits(2))
    assert "0x" not in repr(hundred_visits(2))


@pytest.mark.parametrize("number", [0, -1, 611, 2.0, True, "2", None])
def test_a_number_beyond_the_log_is_refused_in_plain_words(number: object) -> None:
    card = hundred_visits(number)  # type: ignore[arg-type]
    assert isinstance(card, Card)
    assert "a whole number from 1 to 610 into the parentheses" in repr(card)


def test_the_first_cell_waits_for_no_heavy_library() -> None:
    code = (
        "import sys; from workbook import hundred_visits; hundred_visits(1)._repr_mimebundle_();"
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'ipywidgets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("harm", ["missing", "empty", "cut off"])
def test_a_damaged_table_is_named_with_what_to_do(
    harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sessions.csv.gz", "orders.csv"):
        (tmp_path / name).write_bytes((paths.data_dir() / name).read_bytes())
    log = (paths.data_dir() / "events.csv.gz").read_bytes()
    if harm != "missing":
        cut = gzip.compress(b"") if harm == "empty" else log[:2_000]
        (tmp_path / "events.csv.gz").write_bytes(cut)
    else:
        # A folder without any descriptor does not promise the table, so let it be promised.
        descriptor = "datapackage.json"
        (tmp_path / descriptor).write_bytes((paths.data_dir() / descriptor).read_bytes())
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    card = hundred_visits(1)
    assert isinstance(card, Card)
    assert re.search(r"events.*python -m workbook data", repr(card), re.DOTALL)
