"""What if: the shop run again with one thing changed, in a learner's words."""

from __future__ import annotations

import pytest

from workbook import what_if
from workbook.shop.policy import Policy
from workbook.shop.what_if import compare


def test_the_changed_shop_stands_beside_the_shop_as_it_was() -> None:
    table = what_if(forced_account=False)
    assert list(table.columns) == ["as it was", "with the change", "difference"]
    assert table.loc["orders", "difference"] > 50
    assert (table["with the change"] - table["as it was"] == table["difference"]).all()
    assert table.equals(compare(Policy(forced_account=False)).table)


def test_no_change_makes_no_difference() -> None:
    assert (what_if()["difference"] == 0).all()


def test_a_later_change_does_less() -> None:
    early = what_if(delta_cart=0.25).loc["carts", "difference"]
    late = what_if(delta_cart=0.25, since=60).loc["carts", "difference"]
    assert 0 < late < early / 2


def test_changing_the_answer_spoils_nothing() -> None:
    mine = what_if(popup=False)
    before = mine.loc["orders", "difference"]
    mine.loc["orders", "difference"] = 0
    assert what_if(popup=False).loc["orders", "difference"] == before


def test_a_misspelled_setting_is_named_with_the_near_one() -> None:
    with pytest.raises(ValueError, match="no setting 'force_account'; did you mean 'forced_acc"):
        what_if(force_account=False)
    with pytest.raises(ValueError, match="'TV' cannot be switched off"):
        what_if(off=["TV"])
