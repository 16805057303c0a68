"""The explorer of lesson 04: assemble a purchase event, press Send, and see which reports fill.

All that a report can show lies in synced traits before the widget does, worked out by
`analysis.payload`. A report reads only some of the fields, so each card is a small table over
these, behind a gate that says whether reports see the event at all: some 150 cases instead of
5,760 events. So a click needs no kernel, also in a reopened notebook. What Google documents and
what is our own model is said on the cards and below them.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import traitlets

from workbook.analysis.payload import (
    BLANK,
    CONSENT,
    HIGH,
    LOW,
    REPORTS,
    RIGHT,
    Finding,
    Reading,
    reports_of,
    validate_payload,
    without_clearing,
)
from workbook.widgets.base import Widget, joined, placed

Choice = dict[str, str]

# --- the order and the ways to send it ------------------------------------------------------

# Products of the shop at its list prices, the vase reduced from 11.00 (see products.csv).
ITEMS: list[dict[str, Any]] = [
    {"item_id": "mat", "item_name": "Cove bath mat", "price": 24.00, "quantity": 2},
    {"item_id": "garland", "item_name": "Shell garland", "price": 15.50, "quantity": 1},
    {"item_id": "vase", "item_name": "Bud vase", "price": 8.25, "quantity": 4},
]
BEAKER = {"item_id": "beaker", "item_name": "Toothbrush beaker", "price": 12.00, "quantity": 1}
LAST = {"event": "remove_from_cart", "ecommerce": {"items": [BEAKER]}}
"""The push before this one on the page: a beaker that the buyer took out of the cart again."""
YESTERDAY = "O-10466"
"""What the same buyer ordered the day before, in the same browser."""
ORDER: dict[str, Any] = {
    "event": "purchase",
    "ecommerce": {
        "transaction_id": "O-10467",
        "value": 96.50,
        "currency": "USD",
        "shipping": 6.00,
        "tax": 7.00,
        "items": ITEMS,
    },
}

# By field: its legend, and by option what the learner reads: a text in code, words beside it.
FIELDS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "event": (
        "event",
        {
            "right": ('"purchase"', ""),
            "capital": ('"Purchase"', ""),
            "own": ('"buy_complete"', ""),
        },
    ),
    "id": (
        "transaction_id",
        {
            "right": ('"O-10467"', "this order"),
            "yesterday": (f'"{YESTERDAY}"', "yesterday's order of this buyer"),
            "empty": ('""', "empty"),
            "placeholder": ('"(not set)"', ""),
            "none": ("", "left out"),
        },
    ),
    "value": (
        "value",
        {
            "right": ("96.50", "items"),
            "all": ("109.50", "items, shipping and tax"),
            "text": ('"96.50"', "as text"),
            "none": ("", "left out"),
        },
    ),
    "currency": ("currency", {"right": ('"USD"', ""), "none": ("", "left out")}),
    "extras": (
        "shipping and tax",
        {"right": ("6.00, 7.00", "in their own fields"), "none": ("", "left out")},
    ),
    "items": (
        "items",
        {
            "right": ("", "id, name, price, quantity"),
            "names": ("", "names only"),
            "text": ("", "prices as text"),
            "empty": ("[ ]", "empty list"),
        },
    ),
    "cleared": (
        "Last push",
        {"right": ("", "ecommerce object cleared first"), "none": ("", "not cleared")},
    ),
    "consent": (
        "Consent",
        {
            "right": ("", "given"),
            "basic": ("", "refused, basic mode: the tag is blocked"),
            "advanced": ("", "refused, advanced mode: the tag sends a bare ping"),
        },
    ),
}
ALL_RIGHT: Choice = dict.fromkeys(FIELDS, "right")
DRAFT: Choice = {
    **ALL_RIGHT,
    "value": "all",
    "currency": "none",
    "extras": "none",
    "items": "names",
}
"""Theo's early draft for the new page: four fields to mend."""

_NAMES = {"right": "purchase", "capital": "Purchase", "own": "buy_complete"}
_IDS = {"right": "O-10467", "yesterday": YESTERDAY, "empty": "", "placeholder": "(not set)"}
_VALUES = {"right": 96.50, "all": 109.50, "text": "96.50"}
_CONSENT = dict(zip(("right", "basic", "advanced"), CONSENT, strict=True))


def pushed(choice: Choice) -> dict[str, Any]:
    """The event that the page pushes under a choice of `FIELDS`."""
    items: list[dict[str, Any]] = {
        "right": ITEMS,
        "names": [{"item_name": item["item_name"]} for item in ITEMS],
        "text": [{**item, "price": f"{item['price']:.2f}"} for item in ITEMS],
        "empty": [],
    }[choice["items"]]
    body = {
        "transaction_id": _IDS.get(choice["id"]),
        "value": _VALUES.get(choice["value"]),
        "currency": "USD" if choice["currency"] == "right" else None,
        **({"shipping": 6.00, "tax": 7.00} if choice["extras"] == "right" else {}),
        "items": items,
    }
    given = {name: found for name, found in body.items() if found is not None}
    return {"event": _NAMES[choice["event"]], "ecommerce": given}


def sent(choice: Choice) -> dict[str, Any]:
    """The event as the tag reads it: with the last push's item, if nothing was cleared."""
    event = pushed(choice)
    return event if choice["cleared"] == "right" else without_clearing(event, LAST)


def readings(choice: Choice) -> dict[str, Reading]:
    """What the nine reports show under a choice."""
    consent = _CONSENT[choice["consent"]]
    return reports_of(sent(choice), ORDER, consent=consent, seen={YESTERDAY})


def findings(choice: Choice) -> list[Finding]:
    """What a check before Send says under a choice."""
    return validate_payload(sent(choice))


# --- tables for the browser -----------------------------------------------------------------

GATE = ("event", "id", "consent")
"""The fields that decide whether reports for shops see the event at all."""
# By report: name, what it shows, the fields it reads once it sees the event.
CARDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "purchases": ("Purchases", "events named purchase", ()),
    "journey": ("Purchase journey", "users at its last step", ()),
    "items": (
        "E-commerce purchases by item",
        "item revenue: price × quantity",
        ("currency", "items", "cleared"),
    ),
    "revenue": ("Revenue", "purchase revenue: the sum of value", ("value", "currency")),
    "average": (
        "Average purchase value",
        "revenue ÷ purchases with revenue",
        ("value", "currency"),
    ),
    "key events": ("Key events", "purchase is one by default", ()),
    "shipping and tax": ("Shipping and tax", "the sum of the two fields", ("currency", "extras")),
    "orders": (
        "De-duplication",
        "orders kept of three sendings: this one, a reload of its page, the buyer's next order",
        ("id",),
    ),
    "google ads": (
        "Google Ads value",
        "conversion value handed on for bidding",
        ("value", "currency"),
    ),
}
# By field as findings name it: the choices that a check of this field looks at.
CHECKED: dict[str, tuple[str, ...]] = {
    "event": ("event",),
    "transaction_id": ("id",),
    "value": ("value", "extras", "items", "cleared"),
    "currency": ("value", "currency"),
    "items": ("items", "cleared"),
}


def cases(reads: Iterable[str]) -> Iterable[Choice]:
    """Every choice of these fields, the others right."""
    names = list(reads)
    for options in product(*(FIELDS[name][1] for name in names)):
        yield {**ALL_RIGHT, **dict(zip(names, options, strict=True))}


def table(reads: tuple[str, ...], work_out: Callable[[Choice], Any]) -> dict[str, Any]:
    """`reads`: fields; `cases`: options joined by | -> place in `results`."""
    found: dict[str, int] = {}
    results: list[Any] = []
    for choice in cases(reads):
        result = work_out(choice)
        if result not in results:
            results.append(result)
        found["|".join(choice[name] for name in reads)] = results.index(result)
    return {"reads": list(reads), "cases": found, "results": results}


def gate() -> dict[str, Any]:
    """In every case of `GATE` what all reports say, or None if they see the event."""

    def refused(choice: Choice) -> dict[str, Any] | None:
        reading = readings(choice)["purchases"]
        return None if reading.state == RIGHT else _result("purchases", reading)

    return table(GATE, refused)


def card(report: str) -> dict[str, Any]:
    """One report's card: what it is, and what it shows in every case once it sees the event."""
    name, what, reads = CARDS[report]
    return {
        "key": report,
        "name": name,
        "what": what,
        "truth": _shown(report, readings(ALL_RIGHT)[report]),
        **table(reads, lambda choice: _result(report, readings(choice)[report])),
    }


def _result(report: str, reading: Reading) -> dict[str, Any]:
    basis = "documented" if reading.documented else "our model"
    return {
        "shows": _shown(report, reading),
        "state": reading.state,
        "why": reading.why,
        "basis": basis if reading.why else "",
    }


def _shown(report: str, reading: Reading) -> str:
    if reading.shows is None:
        return "nothing"
    if report in COUNTS:
        return f"{reading.shows:.0f}"
    shown = f"${reading.shows:.2f}"
    if reading.pieces is None:
        return shown
    return f"{shown}, {reading.pieces} {'piece' if reading.pieces == 1 else 'pieces'}"


COUNTS = ("purchases", "journey", "key events", "orders")


def _checks() -> list[dict[str, Any]]:
    """The findings, by the field they are about."""

    def of(field: str) -> Callable[[Choice], list[dict[str, str]]]:
        return lambda choice: [
            {"field": one.field, "what": one.what, "rule": one.rule, "source": one.source}
            for one in findings(choice)
            if one.field.split(".")[0] == field
        ]

    return [table(reads, of(field)) for field, reads in CHECKED.items()]


# --- the push as code -----------------------------------------------------------------------


def code(choice: Choice) -> dict[str, list[str]]:
    """The lines of JavaScript that each field adds to the page, by field."""
    event = pushed(choice)
    body = event["ecommerce"]
    clear = (
        "dataLayer.push({ ecommerce: null });"
        if choice["cleared"] == "right"
        else "// still there from the last push: the Toothbrush beaker"
    )
    lines = {
        name: [f"    {name}: {_js(body[name])},"] if name in body else []
        for name in ("transaction_id", "value", "currency")
    }
    extras = ", ".join(f"{name}: {_js(body[name])}" for name in ("shipping", "tax") if name in body)
    rows = [f"      {_js(item)}," for item in body["items"]]
    items = ["    items: [", *rows, "    ]"] if rows else ["    items: []"]
    return {
        "event": [f"  event: {_js(event['event'])},"],
        "id": lines["transaction_id"],
        "value": lines["value"],
        "currency": lines["currency"],
        "extras": [f"    {extras},"] if extras else [],
        "items": items,
        "cleared": [clear],
    }


def _js(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name}: {_js(one)}" for name, one in value.items()) + " }"
    return f"{value:.2f}" if isinstance(value, float) else json.dumps(value)


# --- tasks ----------------------------------------------------------------------------------

# wants: by report the states asked for, "others" for the rest; changes: how many fields may
# differ from the right event, None for any number; next: what to think about when it is done.
TASKS: dict[str, dict[str, Any]] = {
    "repair": {
        "words": "Mend Theo's draft, until every report shows the shop's number.",
        "wants": {"others": [RIGHT]},
        "changes": None,
        "next": "One fault hid behind another: without a currency Revenue showed nothing, so "
        "nobody could see there that the value was too high.",
    },
    "blank": {
        "words": "Change one field of the right event so that Revenue goes blank.",
        "wants": {"revenue": [BLANK], "others": [RIGHT, BLANK, HIGH, LOW]},
        "changes": 1,
        "next": "Find a second way: one takes all reports with it, another only the money.",
    },
    "high": {
        "words": "Make Revenue too high and leave no report blank.",
        "wants": {"revenue": [HIGH], "others": [RIGHT, HIGH, LOW]},
        "changes": None,
        "next": "No report looks broken. Which comparison would have found it?",
    },
    "next": {
        "words": "Change one field of the right event so that this order stays right everywhere, "
        "but the buyer's next order is lost.",
        "wants": {"orders": [LOW], "others": [RIGHT]},
        "changes": 1,
        "next": "On the day of the first order nothing shows. What would you look at a week later?",
    },
    "unsold": {
        "words": "Let a product appear as sold that nobody bought, with Revenue right.",
        "wants": {"items": [HIGH], "revenue": [RIGHT], "others": [RIGHT, BLANK, HIGH, LOW]},
        "changes": None,
        "next": "Two reports on the same order now disagree. What does each of them add up?",
    },
}


def meets(task: str, choice: Choice) -> bool:
    """Whether an event sent under this choice does what the task asks; the browser judges alike."""
    wants, allowed = TASKS[task]["wants"], TASKS[task]["changes"]
    changed = sum(choice[name] != "right" for name in FIELDS)
    return (allowed is None or changed <= allowed) and all(
        reading.state in wants.get(report, wants["others"])
        for report, reading in readings(choice).items()
    )


# --- the widget -----------------------------------------------------------------------------

INTRO = (
    "One order of today, as the shop system has it: number O-10467, three products in 7 pieces for "
    "$96.50. Shipping of $6.00 and tax of $7.00 come on top, so the buyer paid $109.50. Theo is "
    "rebuilding the order page; below is an early draft of the event. Choose how each field is "
    "sent, then press Send."
)
MODEL = (
    "Google documents what each report counts and what each field has to be, but hardly what "
    "happens to a broken field. There we had to choose (“our model” on a card): text is not read "
    "as a number; without a currency no money is counted; “(not set)” is an id like any other; an "
    "event without an id is never dropped; an item that was not cleared stays in the list; an "
    "order whose consent was refused is in no report (Google may add modeled orders, never this "
    "one); Google Ads takes US dollars for a missing currency and nothing for a missing value. "
    "All cards are about one order, and the steps before it were measured."
)
START: dict[str, Any] = {
    "choice": dict(DRAFT),
    "sent": None,  # the choice last sent
    "count": 0,
    "task": "repair",
    "done": [],
    "verdict": "",  # on the task, in words
}


class PurchaseExplorer(Widget):
    """A form, a Send button and nine report cards; made by `purchase_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_purchase.js")
    _css = joined("explorer_base.css", "explorer_purchase.css")

    fields = traitlets.List().tag(sync=True)  # key, legend, options: key, code, words, lines
    gate = traitlets.Dict().tag(sync=True)  # see `gate`
    cards = traitlets.List().tag(sync=True)  # see `card`
    checks = traitlets.List().tag(sync=True)  # see `table`; results are lists of findings
    tasks = traitlets.List().tag(sync=True)  # key, words, wants, changes, next
    draft = traitlets.Dict().tag(sync=True)
    intro = traitlets.Unicode(INTRO).tag(sync=True)
    note = traitlets.Unicode(MODEL).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)  # set by the browser

    @property
    def plain(self) -> str:
        """What the reports show when one field is changed, as a table."""
        heads = ("Purch.", "Journey", "Items", "Revenue", "Average", "Key ev.", "Sh.+tax", "Orders")
        lines = [
            "Purchase explorer: what nine reports show of one order when one field is changed",
            "  (- nothing; Items: item revenue; Orders: kept of this one, a reload, the next one)",
            f"  {'changed field':<{WIDE}}" + "".join(f"{head:>8}" for head in (*heads, "Ads")),
        ]
        changes = {"nothing: all right": ALL_RIGHT}
        for name, (_, options) in FIELDS.items():
            for option, said in options.items():
                if option != "right":
                    changes[f"{SHORT.get(name, name)}: {_named(*said)}"] = {
                        **ALL_RIGHT,
                        name: option,
                    }
        for words, choice in changes.items():
            found = readings(choice)
            cells = "".join(f"{_cell(report, found[report]):>8}" for report in REPORTS)
            lines.append(f"  {words:<{WIDE}}{cells}")
        return "\n".join(
            [*lines, *textwrap.wrap(MODEL, 96, initial_indent="  ", subsequent_indent="  ")]
        )


SHORT = {"extras": "shipping, tax", "cleared": "last push"}
WIDE = 26


def _named(code_text: str, words: str) -> str:
    return code_text if code_text not in ("", "[ ]") else words.split(" mode:")[0]


def _cell(report: str, reading: Reading) -> str:
    if reading.shows is None:
        return "-"
    return f"{reading.shows:.0f}" if report in COUNTS else f"{reading.shows:.2f}"


def purchase_explorer() -> PurchaseExplorer:
    """One order of the shop as a purchase event, field by field, and what the reports make of it.

    What is documented of GA4 and what is our model: see `workbook.analysis.payload.reports_of`.
    """
    explorer = PurchaseExplorer(
        fields=[
            {
                "key": name,
                "legend": legend,
                "options": [
                    {
                        "key": option,
                        "code": said,
                        "words": words,
                        "lines": code({**ALL_RIGHT, name: option}).get(name, []),
                    }
                    for option, (said, words) in options.items()
                ],
            }
            for name, (legend, options) in FIELDS.items()
        ],
        gate=gate(),
        cards=[card(report) for report in REPORTS],
        checks=_checks(),
        tasks=[{"key": name, **task} for name, task in TASKS.items()],
        draft=dict(DRAFT),
        state=json.loads(json.dumps(START)),
    )
    return placed(explorer)
