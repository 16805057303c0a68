"""A form of fields without a browser: messages in, clean values to Python, a result out."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from workbook.widgets import fields as module
from workbook.widgets.fields import FieldForm, Html, Outcome, read, table_html

FIELDS: list[dict[str, Any]] = [
    {
        "name": "kind",
        "kind": "choice",
        "label": "Kind",
        "options": [["a", "An A"], ["b", "A B"]],
        "required": "Say which kind.",
    },
    {
        "name": "days",
        "kind": "number",
        "label": "Days",
        "unit": "days",
        "min": 1,
        "max": 90,
        "step": 1,
        "only_if": {"kind": ["b"]},
        "required": True,
    },
    {"name": "why", "kind": "text", "label": "Why", "most": 20, "help": "In **short**"},
    {"name": "events", "kind": "many", "label": "Events", "options": [["x", "X"], ["y", "Y"]]},
]
ACTIONS = [{"name": "run", "label": "Run"}, {"name": "clear", "label": "Clear", "checks": False}]


@pytest.fixture(autouse=True)
def no_drafts() -> Iterator[None]:
    module._DRAFTS.clear()
    yield
    module._DRAFTS.clear()


def make(act: Any = None, **more: Any) -> FieldForm:
    values = more.pop("values", None)
    acting = act or (lambda action, values: Outcome(f"{action}: {values}"))
    return FieldForm("A form", FIELDS, ACTIONS, acting, values, "plain", **more)


SEQ = (f"1-{number}" for number in itertools.count(1))


def press(form: FieldForm, action: str = "run", /, **values: Any) -> dict[str, Any]:
    seq = next(SEQ)
    form.handle({"type": "act", "action": action, "seq": seq, "values": values})
    assert form.reply["seq"] == seq
    shown: dict[str, Any] = form.result
    return shown


def test_an_action_gets_clean_values() -> None:
    got: list[Any] = []
    form = make(lambda action, values: got.append((action, values)) or Outcome("Done."))
    shown = press(form, kind="b", days=" 12 days ", why=" so ", events="y")
    assert got == [("run", {"kind": "b", "days": 12, "why": "so", "events": []})]
    assert (shown["text"], shown["errors"]) == ("Done.", {})
    press(form, kind="b", days=3, events=["y", "x", "z"])
    assert got[1][1] == {"kind": "b", "days": 3, "why": "", "events": ["x", "y"]}


@pytest.mark.parametrize(
    ("values", "name", "message"),
    [
        ({}, "kind", "Say which kind."),
        ({"kind": "c"}, "kind", "Say which kind."),
        ({"kind": ["a"]}, "kind", "Say which kind."),
        ({"kind": "b"}, "days", "Fill this in."),
        ({"kind": "b", "days": "soon"}, "days", "is not a number"),
        ({"kind": "b", "days": "0"}, "days", "1 is the least."),
        ({"kind": "b", "days": "91"}, "days", "90 is the most."),
        ({"kind": "b", "days": "2.5"}, "days", "Give a whole number."),
        ({"kind": "b", "days": [3]}, "days", "Type a number"),
        ({"kind": "b", "days": 1e400}, "days", "Type a number"),
        ({"kind": "a", "why": "x" * 21}, "why", "That is 21 characters; 20 fit."),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_done(
    values: dict[str, Any], name: str, message: str
) -> None:
    done: list[Any] = []
    form = make(lambda *given: done.append(given) or Outcome())
    shown = press(form, **values)
    assert list(shown["errors"]) == [name]
    assert message in shown["errors"][name]
    assert "1 field needs another look" in shown["text"]
    assert done == []
    assert form.values == {**dict.fromkeys(("kind", "days", "why", "events")), **values}, "typed"


def test_all_faults_are_said_at_once() -> None:
    shown = press(make(), kind=None, why="x" * 30)
    assert list(shown["errors"]) == ["kind", "why"]
    assert "2 fields need another look" in shown["text"]


def test_a_field_that_hangs_on_another_is_empty_while_that_one_says_so() -> None:
    values, errors = read(FIELDS, {"kind": "a", "days": "soon"})
    assert values["days"] is None
    assert errors == {}


def test_an_action_without_checks_is_done_whatever_is_filled_in() -> None:
    assert press(make(), "clear", kind="b", days="soon")["text"] == (
        "clear: {'kind': 'b', 'days': None, 'why': '', 'events': []}"
    )


def test_errors_of_the_action_itself_are_shown_and_summed_up() -> None:
    form = make(lambda *_: Outcome(errors={"why": "Too vague."}))
    shown = press(form, kind="a")
    assert shown["errors"] == {"why": "Too vague."}
    assert "1 field needs another look" in shown["text"]


def test_an_action_can_fill_in_fields() -> None:
    form = make(lambda *_: Outcome("Filled.", values={"days": 7}))
    press(form, kind="b", days="3")
    assert form.values["days"] == 7
    assert form.values["kind"] == "b"
    assert form.put == {"count": 1, "values": {"days": 7}}
    press(form, kind="b", days="3")
    assert form.put["count"] == 2, "the same values again are put in again"


def test_an_action_that_raises_is_told_in_words() -> None:
    def broken(*_: Any) -> Outcome:
        raise RuntimeError("no such table")

    shown = press(make(broken), kind="a")
    assert "could not do this" in shown["text"]
    assert "RuntimeError: no such table" in shown["text"]


@pytest.mark.parametrize(
    "message",
    [{}, {"type": "act"}, {"type": "act", "action": "x"}, {"type": "act", "action": ["run"]},
     {"type": "ping", "seq": 1}],
)  # fmt: skip
def test_odd_messages_change_nothing(message: dict[str, Any]) -> None:
    form = make()
    form.handle(message)
    assert form.result == {}
    assert form.reply["seq"] == message.get("seq")


@pytest.mark.parametrize("values", [None, 3, ["kind"], "kind"])
def test_values_that_are_none_count_as_empty(values: Any) -> None:
    form = make()
    form.handle({"type": "act", "action": "run", "values": values})
    assert form.result["errors"] == {"kind": "Say which kind."}


def test_what_is_filled_in_survives_a_cell_run_again() -> None:
    form = make(values={"kind": "a", "gone": 1})
    assert form.values == {"kind": "a"}
    form.values = {"kind": "b", "days": "3"}  # as the browser sets it
    assert make(values={"kind": "a"}).values == {"kind": "b", "days": "3"}
    assert make(values={"kind": "a"}, key="another").values == {"kind": "a"}


def test_a_result_can_be_there_from_the_start() -> None:
    shown = make(result=Outcome("As you left it.", html="<p>x</p>")).result
    assert (shown["text"], shown["html"], shown["errors"]) == ("As you left it.", "<p>x</p>", {})


def test_the_text_form_is_the_plain_text() -> None:
    data, _ = make()._repr_mimebundle_()
    assert data["text/plain"] == repr(make()) == "plain"
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_foreign_text_is_escaped() -> None:
    table = table_html(["<a>", "b"], [["<i>", Html("<b>kept</b>")]], "x & y", ["1", "<2>"], [1])
    assert "<i>" not in table
    assert "&lt;a&gt;" in table
    assert "<b>kept</b>" in table
    assert "<caption>x &amp; y</caption>" in table
    assert '<td class="ss-figure">&lt;2&gt;</td>' in table
    assert make(intro="<script>").intro == "<p>&lt;script&gt;</p>"
    assert make(intro=Html("<b>x</b>")).intro == "<b>x</b>"
    assert make().fields[2]["help"] == "In <strong>short</strong>"


def test_four_choices_are_radios_and_five_a_select() -> None:
    def shown(count: int, **more: Any) -> str:
        options = [[str(n), str(n)] for n in range(count)]
        field = {"name": "n", "kind": "choice", "label": "N", "options": options, **more}
        form = FieldForm("", [field], ACTIONS, lambda *_: Outcome(), None, "")
        return str(form.fields[0]["as"])

    assert (shown(4), shown(5)) == ("radios", "select")
    assert (shown(4, **{"as": "select"}), shown(5, **{"as": "radios"})) == ("select", "radios")


@pytest.mark.parametrize(
    "field",
    [
        {"name": "a", "kind": "date", "label": "A"},
        {"name": "a", "kind": "text"},
        {"kind": "text", "label": "A"},
        {"name": "a", "kind": "choice", "label": "A"},
        {"name": "a", "kind": "text", "label": "A", "only_if": {"b": ["x"]}},
    ],
)
def test_a_field_that_cannot_be_shown_is_refused(field: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="field"):
        FieldForm("", [field], ACTIONS, lambda *_: Outcome(), None, "")


def test_actions_pressed_at_once_are_done_one_after_the_other() -> None:
    inside: list[int] = []
    most: list[int] = []

    def act(*_: Any) -> Outcome:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.01)
        inside.pop()
        return Outcome("Done.")

    form = make(act)
    threads = [threading.Thread(target=press, args=(form,), kwargs={"kind": "a"}) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
    assert form.result["count"] == 6
