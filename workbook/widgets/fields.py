"""A form of labeled fields whose buttons ask Python: definitions, plans, whatever is put together.

`FieldForm(title, fields, actions, act, values, plain)`. The traits hold all there is to see: the
fields, what is filled in (`values`, set by the browser) and the last `result`. They are saved with
the notebook; a re-run cell gets its draft back from this module.
The browser sends `{"type": "act", "action", "seq", "values"}`; the reply is a change of `result`
and `reply`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import traitlets

from workbook.questions.marking import NotAnAnswerError, read_number
from workbook.widgets._markdown import to_html, to_inline
from workbook.widgets.base import Asked, joined

_EMPTY = "Fill this in."
_FAILED = (
    "The form could not do this; nothing is lost. Run this cell again, or tell your teacher: {}"
)
_LONGEST = 400
_RADIOS = 4  # up to so many choices are shown at once


class Html(str):
    """Text that is HTML already, with every foreign part escaped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a button.

    `text` is said first and announced, `html` stands below it (of escaped parts only), `errors`
    are shown at the fields of these names, `values` are put into the fields of these names.
    """

    text: str = ""
    html: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


Act = Callable[[str, dict[str, Any]], Outcome]


class FieldForm(Asked):
    """Labeled fields, buttons, a result; drivable through `handle` without a browser."""

    _esm = joined("forms_base.js", "fields.js")
    _css = joined("forms_base.css", "fields.css")

    title = traitlets.Unicode("").tag(sync=True)
    intro = traitlets.Unicode("").tag(sync=True)
    fields = traitlets.List(traitlets.Dict()).tag(sync=True)
    actions = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)  # set by the browser: what is filled in, as typed
    put = traitlets.Dict().tag(sync=True)  # set by Python: what an action fills in
    result = traitlets.Dict().tag(sync=True)

    _from_browser = ("values",)

    def __init__(
        self,
        title: str,
        fields: Sequence[Mapping[str, Any]],
        actions: Sequence[Mapping[str, Any]],
        act: Act,
        values: Mapping[str, Any] | None,
        plain: str,
        *,
        intro: str = "",
        key: str | None = None,
        result: Outcome | None = None,
    ) -> None:
        """`key` is what the draft is kept under (default: the title); `result` shows at first.

        `intro`, light Markdown or `Html`, stands above the fields.

        The keys of a field and of an action are checked here: a ValueError is the author's.
        """
        for place, one in enumerate(fields):
            _check_field(one, {str(other.get("name")) for other in fields[:place]})
        self._fields = [dict(one) for one in fields]
        self._checked = {str(one["name"]): one.get("checks", True) for one in actions}
        self._act, self._plain = act, plain
        self._draft = key or title
        names = {one["name"] for one in self._fields}
        start = {**(values or {}), **_DRAFTS.get(self._draft, {})}
        super().__init__(
            title=title,
            intro=_intro(intro),
            fields=[_shown(one) for one in self._fields],
            actions=[dict(one) for one in actions],
            values={name: value for name, value in start.items() if name in names},
            result=_told(result, "") if result else {},
        )
        self.observe(lambda change: self._keep(change["new"]), "values")

    @property
    def plain(self) -> str:
        """The form in words; nothing of the record, since nbval compares it."""
        return self._plain

    def _act_on(self, message: Mapping[str, Any]) -> dict[str, Any]:
        action = message.get("action")
        if message.get("type") == "act" and isinstance(action, str) and action in self._checked:
            given = message.get("values")
            self._do(action, given if isinstance(given, Mapping) else {})
        return {"note": ""}

    def _do(self, action: str, given: Mapping[str, Any]) -> None:
        self.values = {one["name"]: given.get(one["name"]) for one in self._fields}
        values, errors = read(self._fields, given)
        if errors and self._checked[action]:
            outcome = Outcome(_wrong(errors), errors=errors)
        else:
            try:
                outcome = self._act(action, values)
            except Exception as fault:  # a learner's form must not end in a traceback nobody sees
                outcome = Outcome(_FAILED.format(f"{type(fault).__name__}: {fault}"))
            if outcome.errors and not outcome.text:
                outcome = Outcome(_wrong(outcome.errors), outcome.html, outcome.errors)
        if outcome.values:
            self.values = {**self.values, **outcome.values}
            self.put = {"count": self.put.get("count", 0) + 1, "values": dict(outcome.values)}
        self.result = _told(outcome, action, self.result.get("count", 0) + 1)

    def _keep(self, values: Mapping[str, Any]) -> None:
        _DRAFTS[self._draft] = dict(values)


_DRAFTS: dict[str, dict[str, Any]] = {}  # a cell run again by mistake does not lose what is there


def _told(outcome: Outcome, action: str, count: int = 0) -> dict[str, Any]:
    return {
        "text": outcome.text,
        "html": outcome.html,
        "errors": {str(name): str(text) for name, text in outcome.errors.items()},
        "action": action,
        "count": count,
    }


def _intro(text: str) -> str:
    return text if isinstance(text, Html) or not text else to_html(text)


def _wrong(errors: Mapping[str, str]) -> str:
    count = len(errors)
    return f"{count} field{'s need' if count > 1 else ' needs'} another look; nothing was done yet."


def _check_field(one: Mapping[str, Any], names: set[str]) -> None:
    kind = one.get("kind")
    if kind not in ("choice", "many", "number", "text"):
        raise ValueError(f"a field's kind is choice, many, number or text, not {kind!r}")
    for needed in ("name", "label", *(("options",) if kind in ("choice", "many") else ())):
        if not one.get(needed):
            raise ValueError(f"a field needs {needed!r}: {dict(one)!r}")
    for other in one.get("only_if", {}):
        if other not in names:
            raise ValueError(f"{one['name']!r} hangs on {other!r}, which is no field before it")


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    """A field for the browser."""
    data = {**one, "help": to_inline(one["help"]) if one.get("help") else ""}
    if one["kind"] == "choice":
        data.setdefault("as", "radios" if len(one["options"]) <= _RADIOS else "select")
    return data


# --- what was filled in --------------------------------------------------------------------------


def read(
    fields: Iterable[Mapping[str, Any]], given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The clean values of all fields, and by field what is wrong with what was filled in.

    A choice is one of its keys or None, many are a list of keys, a number is an int (step 1), a
    float or None, a text is stripped. A field that `only_if` hides is empty and has no error.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    listed = list(fields)
    for one in listed:
        name = one["name"]
        values[name] = _blank(one)
        if not applies(one, values):
            continue
        try:
            values[name] = _READERS[one["kind"]](one, given.get(name))
        except NotAnAnswerError as fault:
            errors[name] = str(fault)
            continue
        if one.get("required") and values[name] in (None, "", []):
            errors[name] = one["required"] if isinstance(one["required"], str) else _EMPTY
    return values, errors


def applies(one: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a field is shown, given the fields before it."""
    return all(values.get(name) in allowed for name, allowed in one.get("only_if", {}).items())


def _blank(one: Mapping[str, Any]) -> Any:
    return {"many": [], "text": ""}.get(one["kind"])


def _read_choice(one: Mapping[str, Any], given: Any) -> str | None:
    keys = [key for key, _ in one["options"]]
    return given if isinstance(given, str) and given in keys else None


def _read_many(one: Mapping[str, Any], given: Any) -> list[str]:
    chosen = given if isinstance(given, list | tuple) else []
    return [key for key, _ in one["options"] if key in chosen]


def _read_number(one: Mapping[str, Any], given: Any) -> float | int | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    value = read_number(given, one.get("unit")).value
    low, high = one.get("min"), one.get("max")
    if low is not None and value < low:
        raise NotAnAnswerError(f"{low:,g} is the least.")
    if high is not None and value > high:
        raise NotAnAnswerError(f"{high:,g} is the most.")
    if one.get("step") == 1:
        if value != int(value):
            raise NotAnAnswerError("Give a whole number.")
        return int(value)
    return value


def _read_text(one: Mapping[str, Any], given: Any) -> str:
    text = given.strip() if isinstance(given, str) else ""
    most = one.get("most", _LONGEST)
    if len(text) > most:
        raise NotAnAnswerError(f"That is {len(text)} characters; {most} fit.")
    return text


_READERS: dict[str, Callable[[Mapping[str, Any], Any], Any]] = {
    "choice": _read_choice,
    "many": _read_many,
    "number": _read_number,
    "text": _read_text,
}


# --- results -------------------------------------------------------------------------------------


def safe(text: Any) -> str:
    """A part of HTML: escaped, unless it is `Html`."""
    return str(text) if isinstance(text, Html) else html.escape(str(text))


def table_html(
    heads: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    caption: str,
    foot: Sequence[Any] | None = None,
    numbers: Iterable[int] = (),
) -> Html:
    """A table that scrolls inside itself; the first column heads its row.

    Cells are escaped unless they are `Html`; the columns `numbers` (counted from 0) are set right.
    """
    right = set(numbers)

    def cell(tag: str, place: int, text: Any, scope: str = "") -> str:
        figure = ' class="ss-figure"' if place in right else ""
        scoped = f' scope="{scope}"' if scope else ""
        return f"<{tag}{scoped}{figure}>{safe(text)}</{tag}>"

    def row(cells: Sequence[Any]) -> str:
        first = cell("th", 0, cells[0], "row")
        rest = (cell("td", place, text) for place, text in enumerate(cells[1:], 1))
        return f"<tr>{first}{''.join(rest)}</tr>"

    head = "".join(cell("th", place, text, "col") for place, text in enumerate(heads))
    body = "".join(row(cells) for cells in rows)
    last = f"<tfoot>{row(foot)}</tfoot>" if foot else ""
    return Html(
        f'<div class="ss-scroll"><table><caption>{safe(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{last}</table></div>"
    )
