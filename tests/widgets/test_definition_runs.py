"""The definition form without a browser: what a run shows, records and brings back."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbook import progress
from workbook.definitions import (
    COUNTED,
    MEASURES,
    PAGES,
    SCOPES,
    Definition,
    against_witness,
    count,
)
from workbook.widgets import fields
from workbook.widgets.definition_form import DefinitionForm, definition_form, question, verdict

TABLES = Path(__file__).parents[2] / "lessons" / "tables"
VISITS = pd.read_csv(TABLES / "recorded_visits.csv")
WITNESS = pd.read_csv(TABLES / "recorded_witness.csv")
VIEWS = {"trigger": "page_view", "page": "product", "counted": "every"}
SUMMED = {
    "trigger": "time",
    "page": "product",
    "measure": "active_seconds",
    "threshold": "30",
    "scope": "product",
    "counted": "product",
}


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    fields._DRAFTS.clear()
    yield tmp_path / "progress.jsonl"
    fields._DRAFTS.clear()


def run(form: DefinitionForm, values: dict[str, Any]) -> dict[str, Any]:
    form.handle({"type": "act", "action": "run", "seq": str(time.monotonic_ns()), "values": values})
    shown: dict[str, Any] = form.result
    return shown


def rows(html: str) -> list[str]:
    """The rows of the table of visits as text."""
    body = re.findall(r"<tr>(<th scope=\"row\">v.*?)</tr>", html)
    return [re.sub(r"<[^>]+>", " ", row) for row in body]


def test_a_run_shows_the_sentence_twelve_verdicts_and_the_sum() -> None:
    shown = run(definition_form(), SUMMED)
    assert shown["text"] == "Counted 10 times: 7 of 8 interests caught, 1 missed, 3 false alarms."
    assert "for at least 30 seconds, added up over all views" in shown["html"]
    table = rows(shown["html"])
    assert len(table) == 12
    assert "Tide clock" in table[0] and "✔ caught" in " ".join(table[0].split())
    assert "nothing" in table[1] and "✔ rightly not counted" in " ".join(table[1].split())
    assert "✘ false alarm" in " ".join(table[3].split())
    assert "✔ caught 2 of 2" in " ".join(table[4].split())
    assert "✘ missed" in " ".join(table[9].split())
    assert "✘ 1 too many" in " ".join(table[10].split())


def test_a_run_is_recorded_with_its_parts_and_comes_back() -> None:
    shown = run(definition_form(), SUMMED)
    (event,) = progress.events()
    assert (event["kind"], event["item"]) == ("definition", "02-definition")
    assert event["answer"] == {**SUMMED, "threshold": 30.0}
    fields._DRAFTS.clear()  # another kernel
    again = definition_form()
    assert again.values == {**SUMMED, "threshold": 30.0}
    assert again.result["text"] == shown["text"]
    assert rows(again.result["html"]) == rows(shown["html"])
    assert len(progress.events()) == 1


def test_runs_are_numbered_and_the_fewest_errors_kept_over_kernels() -> None:
    run(definition_form(), SUMMED)
    shown = run(definition_form(), VIEWS)
    assert (
        "Run 2. Fewest errors so far (missed, false, product not known): 4, in run 1."
        in (shown["html"])
    )
    assert "a definition fitted to them is not thereby good" in shown["html"]


def test_a_visit_counted_as_a_whole_is_not_called_caught_and_is_an_error() -> None:
    shown = run(definition_form(), {**SUMMED, "page": "any", "counted": "visit"})
    assert "0 of 8 interests caught, 7 met with the product not known, 1 missed" in shown["text"]
    assert "✘ visit counted, product not known" in " ".join(rows(shown["html"])[9].split())
    assert "product not known): 10, in run 1" in shown["html"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "every time or once per visit and product."),
        ({"counted": "every"}, "every time or once per visit and product."),
        ({"scope": "visit", "counted": "every"}, "every time or once per visit."),
        ({"scope": "visit", "counted": "visit"}, ""),
        ({"counted": "visit"}, ""),
        ({"scope": "page_view"}, ""),
        (VIEWS, ""),
    ],
)
def test_a_rule_for_repeats_that_changes_nothing_is_called_so(
    parts: dict[str, str], words: str
) -> None:
    shown = run(definition_form(), {**SUMMED, **parts})
    said = re.findall(r"Adding up .*? no difference whether it counts (.*?)</p>", shown["html"])
    assert said == ([words] if words else [])


def test_where_two_rules_for_repeats_are_called_the_same_they_count_the_same() -> None:
    for scope, others in (("product", ("every", "product")), ("visit", ("every", "visit"))):
        for page in PAGES:
            for threshold in (5, 20, 40, 90):
                one, other = (
                    count(
                        Definition("time", page, rule, "active_seconds", threshold, scope), VISITS
                    )
                    for rule in others
                )
                assert one.equals(other)


def test_faults_are_shown_at_their_parts_and_not_recorded() -> None:
    form = definition_form()
    assert set(run(form, {})["errors"]) == {"trigger", "page", "counted"}
    assert set(run(form, {"trigger": "time"})["errors"]) == {
        "page", "measure", "threshold", "scope", "counted",
    }  # fmt: skip
    assert set(run(form, {**SUMMED, "threshold": "0"})["errors"]) == {"threshold"}
    assert set(run(form, {**SUMMED, "scope": "visit"})["errors"]) == {"counted"}
    assert set(run(form, {**SUMMED, "threshold": "4000"})["errors"]) == {"threshold"}
    assert progress.events() == []


def test_seconds_left_over_from_another_trigger_do_not_count() -> None:
    shown = run(definition_form(), {**SUMMED, **VIEWS, "threshold": "soon"})
    assert shown["errors"] == {}
    assert "Counted 38 times" in shown["text"]
    assert progress.events()[0]["answer"]["threshold"] is None


def test_odd_lines_in_the_record_are_passed_over() -> None:
    for answer in ("x", {}, {"trigger": "time"}, {"color": "red"}, {**SUMMED, "threshold": "30"}):
        progress.record("definition", "02-definition", answer=answer)
    progress.record("definition", "03-definition", answer={**SUMMED, "threshold": 30})
    assert definition_form().result == {}


def test_an_unwritable_record_is_said_once_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path))  # a folder
    form = definition_form()
    assert "could not be saved" in run(form, SUMMED)["html"]
    second = run(form, VIEWS)["html"]
    assert "could not be saved" not in second
    assert "Run 2." in second


def test_plain_text_shows_the_visits_and_the_parts_whatever_was_run() -> None:
    before = repr(definition_form())
    assert "v02  Gull kettle 3660 (6)" in before
    assert "Threshold: from how many on? (seconds)" in before
    for visit in VISITS["visit"].unique():
        assert f"  {visit}  " in before
    run(definition_form(), SUMMED)
    assert repr(definition_form()) == before


def test_what_the_visitors_said_is_not_shown_before_a_run() -> None:
    sent = json.dumps(definition_form().get_state(), default=str) + repr(definition_form())
    for said in WITNESS["said"]:
        assert said not in sent


def verdict_of(**row: int) -> str:
    shown = verdict({"caught": 0, "unnamed": 0, "missed": 0, "false": 0, "interests": 1, **row})
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"interests": 0}, "✔ rightly not counted"),
        ({"caught": 1}, "✔ caught"),
        ({"missed": 1}, "✘ missed"),
        ({"unnamed": 1}, "✘ visit counted, product not known"),
        ({"unnamed": 1, "false": 1}, "✘ visit counted, product not known ✘ 1 too many"),
        ({"false": 1, "interests": 0}, "✘ false alarm"),
        ({"false": 6, "interests": 0}, "✘ 6 false alarms"),
        ({"caught": 1, "false": 2}, "✔ caught ✘ 2 too many"),
        ({"caught": 1, "missed": 1, "interests": 2}, "✔ caught 1 of 2 ✘ missed 1 of 2"),
    ],
)
def test_a_verdict_is_a_sign_and_words(row: dict[str, int], words: str) -> None:
    assert verdict_of(**row) == words


@pytest.mark.parametrize(
    ("definition", "about"),
    [
        (Definition("page_view", "any", "every"), "show no product"),
        (Definition("page_view", "product", "every"), "v03 wanted one chest and was counted 3"),
        (Definition("page_view", "product", "product"), "a program (v09)"),
        (Definition("time", "product", "every", "active_seconds", 30, "page_view"), "v01 came"),
        (Definition("time", "product", "product", "open_seconds", 60, "page_view"), "v02 forgot"),
        (Definition("time", "product", "product", "active_seconds", 5, "product"), "v02 looked"),
        (
            Definition("time", "product", "product", "active_seconds", 30, "page_view"),
            "v03 and v08, who read in pieces",
        ),
        (Definition("time", "product", "visit", "active_seconds", 30, "visit"), "v06 never"),
        (Definition("time", "product", "visit", "active_seconds", 45, "product"), "two lamps"),
        (Definition("time", "product", "product", "active_seconds", 35, "product"), "v07 looked"),
        (Definition("time", "product", "product", "active_seconds", 50, "product"), "v04 kept"),
        (Definition("time", "product", "product", "active_seconds", 90, "product"), "this high"),
    ],
)
def test_the_question_goes_to_the_error_that_was_made(definition: Definition, about: str) -> None:
    found = against_witness(count(definition, VISITS), WITNESS)
    assert about in question(definition, found)


def test_no_question_accuses_a_definition_of_an_error_it_did_not_make() -> None:
    """Each visit that a question calls counted, missed or given up is one."""
    for page in PAGES:
        for counted in COUNTED:
            for measure in MEASURES:
                for scope in SCOPES:
                    for threshold in (5, 20, 32, 45, 60, 90):
                        parts = {
                            "trigger": "time", "page": page, "counted": counted,
                            "measure": measure, "threshold": threshold, "scope": scope,
                        }  # fmt: skip
                        if (scope, counted) == ("visit", "product"):
                            continue
                        definition = Definition(**parts)
                        found = against_witness(count(definition, VISITS), WITNESS)
                        row = found.set_index("visit")
                        asked = question(definition, found)
                        if "v02 forgot" in asked:
                            assert row.loc["v02", "false"], parts
                            assert measure == "open_seconds", parts
                        if "v02 looked" in asked:
                            assert row.loc["v02", "false"], parts
                            assert measure == "active_seconds", parts
                        if "You missed" in asked:
                            named = re.search(r"missed (.*?), who", asked)
                            assert named
                            for visit in named[1].split(" and "):
                                assert row.loc[visit, "missed"], parts
                        if "v06 never" in asked:
                            assert row.loc["v06", "false"], parts
                        if "this high" in asked:
                            assert not row.loc["v04", "false"], parts
                            assert row["missed"].sum() >= 2, parts
                        if "v04 kept" in asked:
                            assert row.loc["v04", "false"], parts


def test_the_form_asks_for_the_parts_of_a_definition() -> None:
    names = [field["name"] for field in definition_form().fields]
    assert set(names) == set(asdict(Definition("page_view", "any", "every")))
