"""Seeded numbers, filled texts, shuffled items."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbook.questions.bank import Numeric, Order
from workbook.questions.drawing import ExpressionError, draw, drawn, evaluate, fill, shown, shuffled

ASKED = Numeric(
    id="02-q03", objective="L2.2", bloom="apply", stem="{orders} of {carts}: {orders / carts:.1%}",
    numbers={"carts": (200, 800, 50), "orders": (40, 90, 10)}, answer="orders / carts", why=".",
)  # fmt: skip


def test_numbers_lie_on_their_grid_and_reach_both_ends() -> None:
    seen = {draw(ASKED, seed)["carts"] for seed in range(400)}
    assert seen == set(range(200, 801, 50))


def test_the_same_seed_draws_the_same_and_another_draws_anew() -> None:
    assert draw(ASKED, 3) == draw(ASKED, 3)
    assert len({str(draw(ASKED, seed)) for seed in range(20)}) > 10


def test_a_new_number_leaves_the_others_as_they_were() -> None:
    more = replace(ASKED, numbers={"first": (1, 9, 1), **ASKED.numbers})
    assert draw(more, 5).items() > draw(ASKED, 5).items()


def test_fractional_steps_do_not_pick_up_noise() -> None:
    steps = replace(ASKED, numbers={"rate": (0.1, 0.9, 0.1)})
    assert {draw(steps, seed)["rate"] for seed in range(200)} == {n / 10 for n in range(1, 10)}


def test_texts_are_filled_with_numbers_and_formatted_expressions() -> None:
    numbers = {"carts": 1200, "orders": 90}
    assert fill("{orders} of {carts}: {orders / carts:.1%}", numbers) == "90 of 1,200: 7.5%"


def test_braces_of_a_question_without_numbers_are_left_alone() -> None:
    plain = replace(ASKED, numbers={}, stem='{"event": "purchase"}')
    assert drawn(plain).stem == '{"event": "purchase"}'


@pytest.mark.parametrize(
    "expression",
    ["carts / 0", "nobody", "carts +", "().__class__", "__import__('os')", "10 ** 10 ** 10", "'a'"],
)
def test_what_is_not_arithmetic_is_refused_by_name(expression: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(expression, {"carts": 3})
    assert expression in str(caught.value)


@pytest.mark.parametrize(
    "plain", [float("nan"), float("inf"), -float("inf"), 10**400], ids=range(4)
)
def test_a_plain_number_must_be_finite_too(plain: float) -> None:
    with pytest.raises(ExpressionError):
        evaluate(plain, {})


def test_a_shuffle_is_fixed_and_never_gives_the_answer_away() -> None:
    for count in (2, 3, 5):
        for seed in range(50):
            order = shuffled(ASKED, count, seed)
            assert order == shuffled(ASKED, count, seed)
            assert sorted(order) == list(range(count)) != order


def test_filling_reaches_every_text_of_a_question() -> None:
    items = Order(
        id="02-q04", objective="L", bloom="apply", stem="{n}", items=["{n} a"], why="{n}",
        numbers={"n": (7, 7, 1)},
    )  # fmt: skip
    seen = drawn(items)
    assert isinstance(seen, Order)
    assert (seen.stem, seen.items, seen.why) == ("7", ["7 a"], "7")


@pytest.mark.parametrize(
    ("number", "text"), [(1200, "1,200"), (70.5, "70.5"), (0.1 + 0.2, "0.3"), (2.0, "2")]
)
def test_numbers_are_shown_as_people_write_them(number: float, text: str) -> None:
    assert shown(number) == text
