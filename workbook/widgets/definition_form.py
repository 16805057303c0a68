"""The definition form: what is interest? Five parts, run at once on twelve recorded visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbook import progress
from workbook.definitions import Definition, against_witness, count, faults, in_words
from workbook.widgets.base import joined, placed
from workbook.widgets.fields import FieldForm, Html, Outcome, safe, table_html

if TYPE_CHECKING:
    import pandas as pd

KIND, ITEM = "definition", "02-definition"
TITLE = "When does a visit show interest in a product?"
_INTRO = (
    "Put a definition together and run it on twelve recorded visits. Then see what it counted, "
    "and what the visitors said."
)
_UNSAVED = (
    "Your definition was run, but it could not be saved: the record (progress.jsonl) is not "
    "writable."
)
_MISSING = {**faults({}), **faults({"trigger": "time"})}
_TIME = {"trigger": ["time"]}
FIELDS: list[dict[str, Any]] = [
    {
        "name": "trigger",
        "label": "Trigger: what sets it off?",
        "options": [["page_view", "A page is viewed"], ["time", "Enough time on a page"]],
    },
    {
        "name": "page",
        "label": "Object: which pages?",
        "options": [["product", "Product pages"], ["any", "All pages"]],
    },
    {
        "name": "measure",
        "label": "Which seconds?",
        "help": "In view: the tab is in front. Open: it is somewhere in the browser.",
        "options": [["open_seconds", "The tab is open"], ["active_seconds", "The page is in view"]],
        "only_if": _TIME,
    },
    {
        "name": "threshold",
        "label": "Threshold: from how many on?",
        "kind": "number",
        "unit": "seconds",
        "max": 3600,
        "only_if": _TIME,
    },
    {
        "name": "scope",
        "label": "Scope: over what are the seconds added up?",
        "options": [
            ["page_view", "Nothing: each page view by itself"],
            ["product", "All views of the same product (or page) in the visit"],
            ["visit", "The whole visit"],
        ],
        "only_if": _TIME,
    },
    {
        "name": "counted",
        "label": "Repeats: how often may it count?",
        "options": [
            ["every", "Every time"],
            ["product", "Once per visit and product (or page)"],
            ["visit", "Once per visit"],
        ],
    },
]
for _field in FIELDS:
    _field.setdefault("kind", "choice")
    _field["required"] = _MISSING[_field["name"]]


class DefinitionForm(FieldForm):
    """The form as a widget; made by `definition_form()`."""

    _css = joined("forms_base.css", "fields.css", "definition_form.css")


def definition_form() -> DefinitionForm:
    """A form for an operational definition of interest, run on the table `recorded_visits`.

    Every run is recorded; the last one is there again when the cell is run again.
    """
    from workbook.data import load

    products = load("products")
    names = dict(zip(products["item_id"], products["name"], strict=True))
    trial = _Trial(load("recorded_visits"), load("recorded_witness"), names)
    last = trial.runs[-1] if trial.runs else None
    return placed(
        DefinitionForm(
            TITLE,
            FIELDS,
            [{"name": "run", "label": "Run it on the twelve visits"}],
            trial.act,
            asdict(last) if last else None,
            trial.plain(),
            intro=trial.intro(),
            key=ITEM,
            result=trial.outcome(last) if last else None,
        )
    )


class _Trial:
    """The visits, what the visitors said, and the definitions run on them so far."""

    def __init__(self, visits: pd.DataFrame, witness: pd.DataFrame, names: dict[str, str]) -> None:
        self._visits, self._witness, self._names = visits, witness, names
        self.runs = _recorded(progress.events())
        self._errors = [self._errors_of(run) for run in self.runs]
        self._warned = False

    def act(self, _action: str, values: dict[str, Any]) -> Outcome:
        """Run what is filled in; faults are shown at their fields, and nothing is recorded."""
        if found := faults(values):
            return Outcome(errors=found)
        definition = Definition(**values)
        saved = progress.record(KIND, ITEM, answer=asdict(definition))
        self.runs.append(definition)
        self._errors.append(self._errors_of(definition))
        unsaved = not saved and not self._warned
        self._warned |= unsaved
        return self.outcome(definition, _UNSAVED if unsaved else "")

    def outcome(self, definition: Definition, note: str = "") -> Outcome:
        """What a definition counts in the twelve visits, and how that stands to what was said."""
        counted = count(definition, self._visits)
        found = against_witness(counted, self._witness)
        total = found[["counted", "interests", "caught", "unnamed", "missed", "false"]].sum()
        text = (
            f"Counted {_times(total['counted'])}: {total['caught']} of {total['interests']} "
            f"interests caught, {_unnamed(int(total['unnamed']))}{total['missed']} missed, "
            f"{_alarms(int(total['false']))}."
        )
        # The table is long: what to look for in it stands above it.
        parts = [
            f'<p class="ss-sentence"><strong>Your definition.</strong> '
            f"{safe(in_words(definition))}</p>",
            f'<p class="ss-think"><strong>To think about.</strong> '
            f"{safe(question(definition, found))}</p>",
            *([f"<p>{safe(same)}</p>"] if (same := _same(definition)) else []),
            f"<p>{safe(self._standing())}</p>",
            f'<div class="ss-visits">{self._table(counted, found)}</div>',
        ]
        if note:
            parts.insert(0, f"<p>{safe(note)}</p>")
        return Outcome(text, "".join(parts))

    def _errors_of(self, definition: Definition) -> int:
        found = against_witness(count(definition, self._visits), self._witness)
        return int(found[["unnamed", "missed", "false"]].to_numpy().sum())

    def _standing(self) -> str:
        least = min(self._errors)
        return (
            f"Run {len(self.runs)}. Fewest errors so far (missed, false, product not known): "
            f"{least}, in run {self._errors.index(least) + 1}. Twelve made-up visits: a definition "
            "fitted to them is not thereby good."
        )

    def _table(self, counted: pd.DataFrame, found: pd.DataFrame) -> Html:
        rows = []
        for told, row in zip(
            self._witness.to_dict("records"), found.to_dict("records"), strict=True
        ):
            wants = told["interested"] if isinstance(told["interested"], str) else ""
            wanted = ", ".join(self._names[item] for item in wants.split()) or "nothing here"
            rows.append(
                [
                    Html(f"{safe(told['visit'])}<br>{safe(told['name'])}"),
                    told["what_happened"],
                    self._what(counted[counted["visit"] == told["visit"]]),
                    Html(f"“{safe(told['said'])}”<br><small>Wants: {safe(wanted)}</small>"),
                    verdict(row),
                ]
            )
        heads = ["Visit", "What a replay shows", "It counted", "The visitor said", "Verdict"]
        return table_html(heads, rows, "The twelve visits under your definition")

    def _what(self, counted: pd.DataFrame) -> str:
        """What was counted of one visit: "Tide clock, 2 times"."""
        listed: dict[str, int] = {}
        for item, page in zip(counted["item_id"], counted["page"], strict=True):
            name = self._names.get(item) if isinstance(item, str) else None
            name = name or (f"{page} page" if isinstance(page, str) else "the visit")
            listed[name] = listed.get(name, 0) + 1
        shown = (f"{name}, {_times(n)}" if n > 1 else name for name, n in listed.items())
        return "; ".join(shown) or "nothing"

    def _log(self) -> list[list[str]]:
        """One row per visit: its id and its pages in order, with seconds open and in view."""
        rows = []
        for visit, views in self._visits.groupby("visit", sort=False):
            pages = [
                f"{self._names.get(item, f'{page} page')} {opened} ({active})"
                for item, page, opened, active in views[
                    ["item_id", "page", "open_seconds", "active_seconds"]
                ].itertuples(index=False)
            ]
            rows.append([str(visit), ", ".join(pages)])
        return rows

    _HEADS = ("Visit", "Pages in their order: seconds open (of these in view)")

    def intro(self) -> Html:
        """What to do, and the log to open."""
        table = table_html(self._HEADS, self._log(), "What the log holds")
        return Html(
            f"<p>{safe(_INTRO)}</p><details><summary>The twelve visits as they were logged"
            f"</summary>{table}</details>"
        )

    def plain(self) -> str:
        """The visits and the parts to fill in, for front ends without widgets."""
        lines = [TITLE, _INTRO, "", " | ".join(self._HEADS)]
        lines += [f"  {visit}  {pages}" for visit, pages in self._log()]
        lines += ["", "The parts of a definition"]
        for field in FIELDS:
            asked = "; ".join(label for _, label in field.get("options", [])) or field["unit"]
            lines.append(f"  {field['label']} ({asked})")
        return "\n".join(lines)


def _recorded(events: Sequence[dict[str, Any]]) -> list[Definition]:
    """The definitions in the record, oldest first; lines that are none any more are passed over."""
    found = []
    for event in events:
        answer = event.get("answer")
        if event["kind"] != KIND or event["item"] != ITEM or not isinstance(answer, dict):
            continue
        try:
            found.append(Definition(**answer))
        except (TypeError, ValueError):
            continue
    return found


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _alarms(number: int) -> str:
    return f"{number or 'no'} false alarm{'' if number == 1 else 's'}"


def _unnamed(number: int) -> str:
    return f"{number} met with the product not known, " if number else ""


def _same(definition: Definition) -> str:
    """What to know of a rule for repeats that the scope leaves nothing to do; "" if it has."""
    if definition.trigger == "time" and definition.counted != "visit":
        if definition.scope == "product":
            return (
                "Adding up per product has already made one heap of the repeats. So here it makes "
                "no difference whether it counts every time or once per visit and product."
            )
        if definition.scope == "visit":
            return (
                "Adding up over the visit has already made one heap of the repeats. So here it "
                "makes no difference whether it counts every time or once per visit."
            )
    return ""


def verdict(row: Mapping[Any, Any]) -> Html:
    """The verdict on one visit: a sign and words for what was caught, met, missed and false."""
    of = f" of {row['interests']}" if row["interests"] > 1 else ""
    said: list[tuple[str, str]] = []
    if row["caught"]:
        said.append(("right", f"caught {row['caught']}{of}" if of else "caught"))
    if row["unnamed"]:
        said.append(("wrong", "visit counted, product not known"))
    if row["missed"]:
        said.append(("wrong", f"missed {row['missed']}{of}" if of else "missed"))
    if row["false"]:
        met = row["caught"] or row["unnamed"]
        more = f"{row['false']} too many" if met else _alarms(row["false"])
        said.append(("wrong", "false alarm" if more == "1 false alarm" else more))
    if not said:
        said.append(("right", "rightly not counted"))
    signs = {"right": "✔", "wrong": "✘"}
    return Html(
        "<br>".join(
            f'<span class="ss-verdict" data-sign="{sign}">'
            f'<span aria-hidden="true">{signs[sign]}</span> {safe(words)}</span>'
            for sign, words in said
        )
    )


def question(definition: Definition, found: pd.DataFrame) -> str:
    """What to think about next: it depends on the errors, the plainest first."""
    rows = found.set_index("visit")
    false, missed, counted = (rows[name].to_dict() for name in ("false", "missed", "counted"))
    by_view = definition.trigger == "page_view"
    whole = "visit" in (definition.counted, None if by_view else definition.scope)
    if definition.page == "any" and not whole:
        return (
            "You counted pages that show no product: a list, the delivery page, the cart. Which "
            "part of your definition says what a visitor is interested in?"
        )
    if counted["v03"] > 1:
        return (
            f"v03 wanted one chest and was counted {_times(counted['v03'])}, because the page was "
            "loaded again. Which part of a definition says how often the same interest may count?"
        )
    if counted["v01"] > 1:
        return (
            f"v01 came back to the clock and was counted {_times(counted['v01'])}. Is that one "
            "interest or more? Which part of your definition decides that?"
        )
    if false["v09"] or (by_view and false["v06"]):
        return (
            "A visitor who found nothing (v06) and a program (v09) open pages too. What would they "
            "have to do before you call it interest, and does the log hold it?"
        )
    if false["v02"]:
        if definition.measure == "open_seconds":
            return (
                "v02 forgot the tab, and you counted it. Which of the two clocks goes on when "
                "nobody looks?"
            )
        return (
            "v02 looked at a price for six seconds, and you counted it. Is your threshold long "
            "enough to tell a glance from interest?"
        )
    if definition.scope == "page_view" and (missed["v03"] or missed["v08"]):
        who = "v03 and v08" if missed["v03"] and missed["v08"] else "v08"
        return (
            f"You missed {who}, who read in pieces, and no piece was long enough. Which part of "
            "your definition keeps the pieces apart?"
        )
    if false["v06"]:
        return (
            "v06 never stayed ten seconds on a product, and you counted the visit. What did your "
            "definition add up?"
        )
    if whole and missed["v05"] == 1:
        return (
            "v05 wanted two lamps, and you can catch one. What must a definition know about a "
            "visit to find both?"
        )
    if false["v07"]:
        return (
            "v07 looked at a page that had not come yet. What do seconds in view not tell, and "
            "what else would the shop have to record?"
        )
    if false["v04"]:
        return (
            "v04 kept a product in view for longer than most of those who wanted theirs, because "
            "the shipping cost was hard to find. No threshold separates confusion from interest. "
            "What else in the log does?"
        )
    return (
        "A threshold this high no longer counts v04, who was confused. Whom did you give up for "
        "that, and what does a missed interest cost the shop compared with a false alarm?"
    )
