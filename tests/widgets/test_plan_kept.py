"""The plan form without a browser: what its buttons say, keep and bring back."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import helpers
import pytest

from workbook import progress
from workbook.data import load
from workbook.plans import FIELDS
from workbook.widgets import fields, record
from workbook.widgets.plan_form import FORM, ITEM, START, my_plan, plan_form

GOOD: dict[str, Any] = {
    "objective": "Sell home goods at a profit",
    "goal": "Mails bring people back",
    "event": "newsletter_signup",
    "denominator": "sessions",
    "scope": "session",
    "first": "2025-09-22",
    "last": "2025-11-02",
    "exclusion": "none",
    "target": "2.4",
    "by": "2026-01-31",
    "diagnostics": ["carts among viewers"],
    "guardrails": ["orders"],
    "limit": "5",
    "segment": "everybody",
    "owner": "Mara",
    "review": "2026-02-02",
}


@pytest.fixture(autouse=True)
def _own_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.delenv("WORKBOOK_NO_RECORD", raising=False)
    monkeypatch.setattr(fields, "_DRAFTS", {})


def press(form: fields.FieldForm, action: str, **changes: Any) -> dict[str, Any]:
    values = {**GOOD, **changes}
    form.handle(
        {"type": "act", "action": action, "seq": str(time.monotonic_ns()), "values": values}
    )
    return dict(form.result)


def recorded() -> list[dict[str, Any]]:
    return [event for event in progress.events() if event["kind"] == "plan"]


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_the_form_asks_for_everything_that_the_compiler_wants() -> None:
    assert tuple(one["name"] for one in FORM) == FIELDS


def test_a_blank_plan_is_told_at_every_field_and_not_kept() -> None:
    result = press(plan_form(), "check", **dict.fromkeys(FIELDS))
    assert set(result["errors"]) == set(FIELDS)
    assert "does not compile" in result["text"]
    assert recorded() == []


def test_what_takes_typing_and_no_thought_is_filled_in() -> None:
    filled = {name: value for name, value in plan_form().values.items() if value}
    assert filled == START
    result = press(plan_form(), "check", **START)
    assert result["errors"] == {}, "what is filled in beforehand has no fault"


def test_a_button_sets_both_dates_as_far_ahead_as_the_window_is_long() -> None:
    form = plan_form()
    result = press(form, "dates", first="2025-10-06", last="2025-11-02", goal="", by="", target="x")
    assert result["errors"] == {} and "28 days" in result["text"]
    assert form.put["values"] == {"by": "2025-11-30", "review": "2025-12-01"}
    assert form.values["by"] == "2025-11-30" and form.values["target"] == "x"
    assert press(form, "check", **form.put["values"], last="2025-11-02", first="2025-10-06")[
        "errors"
    ] == {}  # fmt: skip
    assert recorded()[0]["answer"]["by"] == "2025-11-30"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"first": ""}, "first"), ({"last": "soon"}, "last"), ({"last": "2025-09-01"}, "last")],
)
def test_dates_cannot_be_set_from_a_window_that_is_none(
    changes: dict[str, str], field: str
) -> None:
    form = plan_form()
    result = press(form, "dates", **changes)
    assert set(result["errors"]) == {field}
    assert form.put == {}


def test_remarks_on_a_plan_stand_above_its_tables() -> None:
    result = press(plan_form(), "check", target="1.4", limit="60")
    assert result["errors"] == {} and "Read the remarks below" in result["text"]
    first, *_ = result["html"].split("<table")
    assert "you aim to lower the rate" in first and "may lose 60 %" in first


def test_a_faulty_plan_is_not_handed_over() -> None:
    result = press(plan_form(), "hand over", guardrails=["visits"])
    assert set(result["errors"]) == {"guardrails"}
    assert "Northlight gets no plan" in result["text"]
    assert recorded() == []


def test_the_base_is_shown_before_there_is_a_target() -> None:
    result = press(plan_form(), "check", target="")
    assert set(result["errors"]) == {"target"}
    [base] = re.findall(r"The base is (\d\.\d\d %)", result["errors"]["target"])
    assert f"Base: {base} =" in result["html"]


def test_a_clean_plan_is_put_into_words_counted_and_kept_once() -> None:
    form = plan_form()
    result = press(form, "check")
    assert result["errors"] == {} and "The plan compiles. Its base is" in result["text"]
    said = words(result["html"])
    for part in ("Objective", "Mails bring people back", "42 days", "2.40 % by 2026-01-31",
                 "number of orders: by more than 5 %", "Mara, 2026-02-02"):  # fmt: skip
        assert part in said
    assert re.search(r"number of orders\s+guardrail\s+\d{3}\s", said)
    press(form, "check")
    assert len(recorded()) == 1
    press(form, "check", owner="Theo")
    assert [event["answer"]["owner"] for event in recorded()] == ["Mara", "Theo"]


def test_northlight_plays_and_silent_guardrails_are_told_what_would_have_noticed() -> None:
    result = press(plan_form(), "hand over")
    assert "Northlight's trick: a prize draw." in result["text"]
    assert "No guardrail fired: nothing in the plan stops it." in result["text"]
    said = words(result["html"])
    more = int((load("events")["event"] == "newsletter_signup").sum())
    assert f"pays for {more:,} more addresses: ${2 * more:,} for nothing" in said
    assert "look at the interval of the change" in said
    assert "not the shop's model" in said.replace("&#x27;", "'")
    assert "Look for a rate among those who sign up" in said
    assert re.search(r"orders\s+guardrail.*○\ssilent", said)


def test_one_try_does_not_tell_the_answer() -> None:
    """The guardrail that would have noticed stands in a fold, and nowhere else."""
    page = press(plan_form(), "hand over")["html"]
    fold = page[page.index("<details>") : page.index("</details>")]
    assert "Guess first: which number fell?" in fold
    assert re.search(
        r"users who order, of users who sign up\s+\d+\.\d\d\s%.*-\d\d\.\d", words(fold)
    )
    shown = page.replace(fold, "")
    assert "of users who sign up" not in shown and "halves" not in shown


def test_the_right_guardrail_with_too_wide_a_limit_is_told_apart_from_a_wrong_one() -> None:
    result = press(
        plan_form(), "hand over", guardrails=["orders", "buyers among subscribers"], limit="60"
    )
    assert "No guardrail fired. But users who order, of users who sign up fell by 50 %; your " \
        "limit is 60 %: right, but too wide." in result["text"]  # fmt: skip
    assert "halves by itself" in result["html"]


def test_after_a_micro_is_guarded_the_macro_is_suggested_as_the_next_primary() -> None:
    rails = ["buyers among subscribers", "orders"]
    fired = press(plan_form(), "hand over", guardrails=rails)
    assert "would a bonus on purchase be safe?" in fired["html"]
    assert "does not say that money is lost" in fired["html"]
    assert "would a bonus on purchase" not in press(plan_form(), "hand over")["html"]
    macro = press(
        plan_form(), "hand over", event="purchase", target="2.5", last="2025-12-21",
        by="2026-03-22", review="2026-03-23",
    )  # fmt: skip
    assert "fired: number of orders" in macro["text"]
    assert "would a bonus on purchase" not in macro["html"]


def test_a_guardrail_that_fires_is_named() -> None:
    rails = ["buyers among subscribers", "orders"]
    result = press(plan_form(), "hand over", guardrails=rails)
    assert "1 of 2 guardrails fired: users who order, of users who sign up." in result["text"]
    assert re.search(r"users who sign up\s+guardrail.*▲\sfired", words(result["html"]))


def test_only_a_bonus_on_sign_ups_pays_for_prize_hunters() -> None:
    result = press(
        plan_form(), "hand over", event="purchase", denominator="newsletter_signup", scope="user",
        last="2025-12-21", target="8", by="2026-04-30", review="2026-05-02",
    )  # fmt: skip
    assert "prize draw" in result["text"] and "for nothing" not in result["html"]


def test_where_no_trick_works_the_form_says_so() -> None:
    result = press(plan_form(), "hand over", segment="returning visitors")
    assert "Northlight finds no trick" in result["text"]
    assert "were not put to the test" in result["html"]
    assert "tricks that are not in this drawer" in result["html"]


def test_a_rerun_cell_brings_the_plan_back_and_its_text_does_not_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = plan_form()
    press(first, "check")
    monkeypatch.setattr(fields, "_DRAFTS", {})  # a new kernel
    again = plan_form()
    assert again.values["goal"] == GOOD["goal"]
    assert again.values["target"] == 2.4
    assert again.plain == first.plain
    assert "Mara" not in again.plain


def test_what_is_typed_into_the_form_is_no_markup() -> None:
    result = press(plan_form(), "check", goal="<b>more</b> of <i>it all</i>")
    assert "<b>" not in result["html"] and "&lt;b&gt;more" in result["html"]


def test_my_plan_is_the_plan_in_words_or_says_where_to_write_it() -> None:
    assert "There is no plan yet" in repr(my_plan())
    press(plan_form(), "check")
    said = repr(my_plan())
    assert "sessions with newsletter_signup / sessions" in said
    assert "Mara, 2026-02-02" in said


def test_a_plan_kept_before_the_form_grew_stricter_still_loads() -> None:
    old = {**GOOD, "owner": "everyone", "objective": "More sign-ups: 3 %", "target": 2.4}
    progress.record("plan", ITEM, answer=old)
    assert "everyone" in repr(my_plan())
    assert plan_form().values["objective"] == "More sign-ups: 3 %"
    assert set(press(plan_form(), "check", **old)["errors"]) == {"objective", "owner"}


@pytest.mark.parametrize("answer", [None, "text", {}, {**GOOD, "scope": "visit"}])
def test_a_plan_of_another_version_is_no_plan(answer: object) -> None:
    progress.record("plan", ITEM, answer=answer)
    assert "There is no plan yet" in repr(my_plan())
    assert {name: value for name, value in plan_form().values.items() if value} == START


def test_the_plan_travels_with_the_saved_work(
    mini: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("WORKBOOK_PROGRESS")
    here, there = tmp_path / "here", tmp_path / "there"
    shutil.copytree(mini, here)
    shutil.copytree(mini, there)
    with helpers.at_home(here):
        progress.record("plan", ITEM, answer=GOOD)
        record.save_my_work()
        mine = repr(my_plan())
    [bundle] = here.glob("my-work*.zip")
    shutil.copy(bundle, there)
    with helpers.at_home(there):
        assert "There is no plan yet" in repr(my_plan())
        record.restore()
        assert repr(my_plan()) == mine
    assert "Mara" in mine
    capsys.readouterr()
