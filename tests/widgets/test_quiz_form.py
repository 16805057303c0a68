"""The quiz without a browser: messages in, traits and the record out."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from workbook import progress
from workbook.widgets import base
from workbook.widgets import quiz as module
from workbook.widgets._markdown import to_html
from workbook.widgets.quiz import QuizForm, quiz

SAMPLE = Path(__file__).parents[1] / "questions/lessons"
RIGHT: dict[str, Any] = {
    "02-q01": 1,
    "02-q02": [0, 2],
    "02-q03": "74.2857",
    "02-q04": [0, 1, 2, 3],
    "02-q05": [0, 1, 2],
    "02-q06": {"text": "Sign-ups are not orders."},
    "02-q07": [
        ["macro", "primary"], ["micro", "step"], ["neither", "passive"], ["neither", "step"],
    ],
    "02-q08": "30 %",
    "02-q09": {"choice": 1, "confidence": 80, "change": "40 %"},
    "02-q10": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("WORKBOOK_LESSONS", str(SAMPLE))
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.jsonl"))
    module._DRAFTS.clear()
    return tmp_path / "progress.jsonl"


SEQ = (f"1-{number}" for number in itertools.count(1))


def send(form: QuizForm, key: str, answer: Any = None, kind: str = "answer") -> dict[str, Any]:
    seq = next(SEQ)
    form.handle({"type": kind, "id": key, "seq": seq, "answer": answer})
    assert form.reply["seq"] == seq
    shown: dict[str, Any] = form.forms[key]
    return shown


def events(kind: str | None = None) -> list[dict[str, Any]]:
    return [event for event in progress.events() if kind in (None, event["kind"])]


def test_an_answer_is_marked_and_recorded_in_one_event() -> None:
    form = quiz("02-q01")
    shown = send(form, "02-q01", 2)
    assert shown["state"] == "wrong"
    assert len(shown["parts"]) == 3
    (event,) = events()
    assert event["kind"] == "answer"
    assert event["item"] == "02-q01"
    assert (event["verdict"], event["answer"], event["attempt"]) == ("wrong", 2, 1)
    assert (event["pool"], event["objective"], len(event["hash"])) == ("lesson", "L2.1", 8)


def test_a_message_that_comes_again_is_done_once_and_answered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = quiz("02-q01", "02-q03")
    first = {"type": "answer", "id": "02-q01", "seq": "1-1", "answer": 2}
    form.handle(first)
    form.handle({"type": "answer", "id": "02-q03", "seq": "1-2", "answer": ""})
    shown, note = dict(form.forms), form.reply["note"]
    assert note
    sent: list[set[str]] = []
    monkeypatch.setattr(
        form, "send_state", lambda key: sent.append({key} if key in form.keys else {*key})
    )
    form.handle(first)
    assert form.reply == {"seq": "1-1", "id": "02-q01", "note": ""}
    form.handle({"type": "answer", "id": "02-q03", "seq": "1-2", "answer": "5"})
    assert form.reply["note"] == note
    assert form.forms == shown
    assert len(events("answer")) == 1
    whole = [names for names in sent if names != {"reply"}]
    assert len(whole) == 2
    for names in whole:
        assert {"reply", "forms"} <= names
        assert "drafts" not in names, "what is being filled in must not be overwritten"


def test_the_browser_sets_drafts_and_nothing_else() -> None:
    form = quiz("02-q01")
    send(form, "02-q01", 1)
    shown = dict(form.forms)
    outdated = {"forms": {"02-q01": {"attempts": 0}}, "reply": {}, "drafts": {"02-q01": 2}}
    content = {"data": {"method": "update", "state": outdated, "buffer_paths": []}}
    form._handle_msg({"content": content, "buffers": []})
    assert (form.forms, form.drafts) == (shown, {"02-q01": 2})
    assert form.reply


def test_replies_kept_are_few() -> None:
    form = quiz("02-q03")
    for _ in range(2 * base._REMEMBERED):
        send(form, "02-q03", "")
        form.handle({"type": "ping", "seq": next(SEQ)})
    assert len(form._replies) == base._REMEMBERED


def test_attempts_are_counted_over_cells_and_kernels() -> None:
    send(quiz("02-q01"), "02-q01", 2)
    send(quiz("02-q01"), "02-q01", 1)
    assert [(e["attempt"], e["verdict"]) for e in events()] == [(1, "wrong"), (2, "right")]


@pytest.mark.parametrize("key", RIGHT)
def test_every_type_takes_its_answer_and_a_new_cell_shows_it_again(key: str) -> None:
    shown = send(quiz(key), key, RIGHT[key])
    assert shown["state"] in ("right", "plain"), shown
    again = quiz(key).forms[key]
    assert again == shown


@pytest.mark.parametrize("key", RIGHT)
def test_what_is_sent_before_the_answer_does_not_tell_it(key: str) -> None:
    form = quiz(key)
    sent = json.dumps([form.questions, form.forms])
    assert '"why"' not in sent
    assert '"right"' not in sent
    for secret in (
        "The step is wanted",
        "12 %",
        "rewards sign-ups",
        "Sign-ups double",
        "Each step",
    ):
        assert secret not in sent


@pytest.mark.parametrize("key", RIGHT)
def test_an_incomplete_answer_is_asked_for_again_and_not_recorded(key: str) -> None:
    form = quiz(key)
    shown = send(form, key, None)
    assert "state" not in shown
    assert form.reply["note"]
    assert events() == []


def test_a_commitment_holds() -> None:
    form = quiz("02-q08", "02-q09")
    send(form, "02-q08", "30")
    send(form, "02-q09", RIGHT["02-q09"])
    assert send(form, "02-q08", "12")["answer"] == "30"
    assert "locked" in form.reply["note"]
    assert quiz("02-q08").forms["02-q08"]["locked"] is True
    assert [event["kind"] for event in events()] == ["commit", "decision"]
    assert [event["verdict"] for event in events()] == ["committed", "decided"]


def test_prose_is_recorded_as_written_then_as_self_rated() -> None:
    form = quiz("02-q06")
    assert send(form, "02-q06", {"text": "No."})["stage"] == "rate"
    shown = send(form, "02-q06", {"text": "No.", "ratings": [True, False]})
    assert shown["stage"] == "done"
    assert [(e["verdict"], e["attempt"]) for e in events()] == [("written", 1), ("self-rated", 1)]
    assert events()[-1]["score"] == [1, 2]


def test_a_hint_is_recorded_once_and_counted_with_the_answer() -> None:
    form = quiz("02-q01")
    assert form.forms["02-q01"].get("hint") is None
    assert "<em>for</em>" in send(form, "02-q01", kind="hint")["hint"]
    send(form, "02-q01", kind="hint")
    send(form, "02-q01", 1)
    assert [event["kind"] for event in events()] == ["hint", "answer"]
    assert events("answer")[0]["hints"] == 1
    assert "hint" in quiz("02-q01").forms["02-q01"]


def test_a_wrong_number_keeps_the_answer_back_until_asked() -> None:
    form = quiz("02-q03")
    shown = send(form, "02-q03", "3")
    assert "74.3" not in json.dumps(form.get_state(), default=str)
    assert shown["held"]
    assert "74.3" in send(form, "02-q03", kind="reveal")["solution"]
    assert len(events("solution")) == 1
    assert "74.3" in quiz("02-q03").forms["02-q03"]["solution"]


def test_what_is_contested_is_told_after_the_answer_and_not_before() -> None:
    form = quiz("02-q01", "02-q03", "02-q05")
    sent = json.dumps([form.questions, form.forms]) + form.plain
    assert "most lists" not in sent and "contested" not in sent
    shown = send(form, "02-q01", 2)
    assert shown["contested"] == {
        "keyed": "<em>Micro</em>, in most lists.",
        "defensible": "Micro, since this shop exists to sell.",
    }
    assert "most lists" not in form.plain
    assert send(form, "02-q05", [0, 1, 2])["contested"] is None


def test_what_is_contested_waits_for_an_answer_that_is_held_back() -> None:
    form = quiz("02-q03")
    assert send(form, "02-q03", "12")["contested"] is None, "it would tell the number's kind"
    assert send(form, "02-q03", kind="reveal")["contested"]["keyed"] == "The share of carts."
    assert quiz("02-q03").forms["02-q03"] == form.forms["02-q03"], "and is there tomorrow"


def test_a_reveal_before_an_answer_shows_nothing() -> None:
    assert send(quiz("02-q03"), "02-q03", kind="reveal") == {"attempts": 0}
    assert events() == []


def test_an_answer_to_another_version_of_the_question_is_not_restored() -> None:
    progress.record("answer", "02-q01", verdict="right", answer=1, attempt=1, hash="00000000")
    assert quiz("02-q01").forms["02-q01"] == {"attempts": 0}


def test_odd_events_in_the_record_are_passed_over(record: Path) -> None:
    mark = quiz("02-q01")._bank["02-q01"].hash
    progress.record("answer", "02-q01", verdict="right", answer={"odd": 1}, hash=mark)
    record.write_bytes(record.read_bytes() + b'{"torn": ')
    assert "state" not in quiz("02-q01").forms["02-q01"]


def test_an_unwritable_record_is_said_once_and_the_answer_marked_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path))  # a folder
    form = quiz("02-q01", "02-q02")
    assert send(form, "02-q01", 2)["state"] == "wrong"
    assert "could not be saved" in form.reply["note"]
    assert send(form, "02-q01", 1)["attempts"] == 2
    assert form.reply["note"] == ""


def test_an_unknown_question_is_one_line_that_names_the_nearest() -> None:
    form = quiz("02-q099", "02-q01")
    assert form.notices == ["There is no question 02-q099. Did you mean 02-q09?"]
    assert [question["id"] for question in form.questions] == ["02-q01"]
    assert "Did you mean 02-q09?" in repr(form)


def test_a_broken_bank_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "02-x.yml").write_text("questions: [")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    for form in (quiz("02-q01", "02-q02"), quiz.recall("03")):
        assert len(form.notices) == 1
        assert "02-x.yml cannot be read" in form.notices[0]


@pytest.mark.parametrize(
    "message", [{}, {"type": "answer"}, {"type": "x", "id": "02-q01"}, {"id": ["a"], "seq": {}}]
)
def test_odd_messages_change_nothing(message: dict[str, Any]) -> None:
    form = quiz("02-q01")
    before = dict(form.forms)
    form.handle(message)
    assert form.forms == before
    assert events() == []


def test_plain_text_shows_question_and_options_whatever_the_record_says() -> None:
    before = quiz("02-q01")._repr_mimebundle_()[0]["text/plain"]
    assert "B. A micro conversion, a completed step toward an order" in before
    assert "0x" not in before
    send(quiz("02-q01"), "02-q01", 1)
    data, _ = quiz("02-q01")._repr_mimebundle_()
    assert data["text/plain"] == before == repr(quiz("02-q01"))
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_plain_text_exists_for_every_type() -> None:
    for key in RIGHT:
        text = repr(quiz(key))
        assert text.startswith(f"Question {key}\n")
        assert len(text.splitlines()) >= 3


def test_recall_draws_mistakes_first_and_stays_put_today() -> None:
    send(quiz("01-q04"), "01-q04", "3")
    form = quiz.recall("02")
    ids = [question["id"] for question in form.questions]
    assert ids == ["01-q04", "01-q01", "01-q02"]
    assert form.forms["01-q04"] == {"attempts": 0}, "afresh, not the old wrong answer"
    send(form, "01-q04", "0.25")
    again = quiz.recall("02")
    assert [question["id"] for question in again.questions] == ids
    assert again.forms["01-q04"]["state"] == "right"
    assert repr(again) == repr(form)
    assert events()[-1]["asked"] == "recall-02"


def test_recall_in_the_first_lesson_says_there_is_nothing() -> None:
    form = quiz.recall("01")
    assert form.questions == []
    assert "nothing to recall" in form.notices[0]
    assert "nothing to recall" in repr(form)


def test_another_seed_is_another_question_with_its_own_answer() -> None:
    send(quiz("02-q03"), "02-q03", "3")
    other = quiz("02-q03", seed=1)
    assert "state" not in other.forms["02-q03"]
    assert other.questions[0]["stem"] != quiz("02-q03").questions[0]["stem"]


def test_what_is_filled_in_survives_a_cell_run_again() -> None:
    form = quiz("02-q01")
    form.drafts = {"02-q01": 2}  # as the browser sets it
    assert quiz("02-q01").drafts == {"02-q01": 2}
    send(form, "02-q01", 2)
    assert quiz("02-q01").drafts == {}


def test_a_cell_run_again_closes_its_old_forms_and_only_those(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "_SHOWN_IN", {})
    run = "first"
    monkeypatch.setattr(base, "_place", lambda: ("cell", run))
    first, second = quiz("02-q01"), quiz("02-q02")
    assert (first.comm, second.comm) != (None, None), "two forms of one run stand side by side"
    run = "again"
    third = quiz("02-q01")
    assert (first.comm, second.comm) == (None, None)
    assert third.comm is not None


def test_markdown_stays_readable_and_safe_without_its_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workbook.widgets._markdown._renderer", lambda: None)
    assert to_html("A **b** `<i>`\n\n2 * 3 * 4") == (
        "<p>A <strong>b</strong> <code>&lt;i&gt;</code></p><p>2 * 3 * 4</p>"
    )


def test_markdown_is_rendered_and_html_is_not_let_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (SAMPLE / "02-forms.yml").read_text()
    attack = "Put <script>alert(1)</script> [x](javascript:alert(1)) the **steps**"
    (tmp_path / "02-x.yml").write_text(text.replace("Put the steps", attack))
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    stem = quiz("02-q04").questions[0]["stem"]
    assert "<script" not in stem
    assert "javascript:alert" not in stem
    assert "<strong>steps</strong>" in stem


def test_two_answers_at_once_are_both_recorded() -> None:
    form = quiz("02-q01", "02-q02")
    threads = [
        threading.Thread(
            target=form.handle, args=({"type": "answer", "id": key, "answer": answer},)
        )
        for key, answer in [("02-q01", 1), ("02-q02", [0])] * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for key in ("02-q01", "02-q02"):
        mine = [event["attempt"] for event in events() if event["item"] == key]
        assert sorted(mine) == list(range(1, 9))
        assert form.forms[key]["attempts"] == 8


@pytest.mark.slow
def test_an_executed_quiz_passes_strict_nbval_after_the_learner_answered(
    tmp_path: Path, record: Path
) -> None:
    cells = [
        "from workbook.widgets.quiz import quiz",
        *[f'quiz("{key}")' for key in RIGHT],
        'quiz.recall("02")',
        'quiz("02-q99")',
    ]
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    path = tmp_path / "a.ipynb"
    NotebookClient(book, store_widget_state=False).execute()
    nbformat.write(book, path)
    assert "A micro conversion, a completed step" in path.read_text("utf-8")
    for key, answer in RIGHT.items():
        send(quiz(key), key, answer)
    send(quiz("01-q06"), "01-q06", [1, 0, 2])
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert checked.returncode == 0, checked.stdout[-3000:]
    assert f"{len(cells)} passed" in checked.stdout
