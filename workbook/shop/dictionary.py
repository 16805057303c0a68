"""What the tables mean: one declaration, from which the data dictionary and the Frictionless
descriptor (`datapackage.json`) are built.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.shop import events
from workbook.shop.calendar import DAY_0, DAYS, SEED, WARM_UP_DAYS
from workbook.shop.catalog import CATALOG
from workbook.shop.people import CHANNELS, DEVICES
from workbook.shop.world import PERSONS

SEEDS_LOOKED_AT = 25
"""Seeds looked at while the simulator was written, the committed one included."""
MODELS_LOOKED_AT = 50
"""Seeds looked at for the tables with a model of their own."""
CLAIMS_FILE = Path(__file__).with_name("claims.csv")
"""On what share of other seeds each claim about the data holds; written by `workbook.claims`."""
_SIZES = {"log": "the log", "shop": "everybody", "tests": "the experiments"}


@dataclass(frozen=True)
class Column:
    """One column; `type` is Frictionless's (string, integer, number, boolean, date, datetime).

    places: decimals of a number as written.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    required: bool = True
    unique: bool = False
    assumed: bool = False
    places: int = 2


@dataclass(frozen=True)
class Table:
    """One table: the file is `name` plus `.csv` or `.csv.gz`; `scope` says what one row is."""

    name: str
    file: str
    scope: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # own column, "table.column"


_USER = (
    "The browser (GA4: user_pseudo_id). Not a person: another device or a deleted cookie is "
    "another user."
)
_CATEGORIES = tuple(sorted(set(CATALOG.category)))

TABLES = (
    Table(
        "events",
        "events.csv.gz",
        "one event",
        "All that the shop's analytics recorded, in the order in which it happened. The order of "
        "the rows is the true order; events of one second are in it too. A checkout may go on "
        "from a cart of an earlier visit, also one before the log or in another browser, and an "
        "express checkout has no cart at all. New buyers must make an account at checkout, so "
        "create_account stands there and nowhere else.",
        (
            Column("time", "datetime", "When it happened, local shop time, to the second."),
            Column("user", "string", _USER),
            Column("session", "string", "The visit. A visit may cross midnight."),
            Column(
                "event",
                "string",
                "Name of the event, GA4's where there is one; view_size_guide, "
                "newsletter_signup, create_account and chat_question are the shop's own (custom "
                "events). How often they, add_to_wishlist, share and video_start happen is an "
                "assumption.",
                allowed=events.EVENTS,
                assumed=True,
            ),
            Column(
                "item_id",
                "string",
                "The product that was shown, played, shared, asked about, saved or put into the "
                "cart. Empty for other events; the goods of a purchase are in order_items.",
                required=False,
            ),
            Column(
                "page",
                "string",
                "Kind of page, for page_view only; empty for other events. The steps of the "
                "checkout are several pages of the kind checkout.",
                allowed=events.PAGES,
                required=False,
                assumed=True,
            ),
            Column(
                "value",
                "number",
                "For view_item and add_to_wishlist the price; for add_to_cart price x quantity; "
                "from begin_checkout to purchase the value of the basket without shipping and "
                "tax. Empty for other events. Only the value of purchase is revenue.",
                unit="US dollars",
                minimum=0,
                required=False,
            ),
            Column(
                "transaction_id",
                "string",
                "The order, for purchase only; empty for other events.",
                required=False,
            ),
        ),
        links=(
            ("session", "sessions.session"),
            ("item_id", "products.item_id"),
            ("transaction_id", "orders.order_id"),
        ),
    ),
    Table(
        "sessions",
        "sessions.csv.gz",
        "one visit (session)",
        "Visits by start. Two visits of one user are at least half an hour of silence apart. A "
        "reminder ad (remarketing) follows the person, so now and then it brings a browser that "
        "the shop never saw.",
        (
            Column("session", "string", "The visit.", unique=True),
            Column("user", "string", _USER),
            Column("start", "datetime", "First event, local shop time."),
            Column(
                "channel",
                "string",
                "How the analytics says the visit came. The shares of display and of the visits "
                "that carry the label of a reminder ad (remarketing) are assumptions.",
                allowed=CHANNELS,
                assumed=True,
            ),
            Column("device", "string", "Kind of device.", allowed=DEVICES),
            Column(
                "visitor",
                "string",
                "new if the shop never saw this user before, also before the log; else returning.",
                allowed=("new", "returning"),
            ),
            Column(
                "landing_page",
                "string",
                "Kind of the first page.",
                allowed=("home", "category", "product", "article"),
                assumed=True,
            ),
            Column("pages", "integer", "Page views.", minimum=1, assumed=True),
            Column(
                "engaged_seconds",
                "integer",
                "Time the pages were in view, summed, that of the last page included, so it may "
                "go on after the visit's last event. No one-page visit has exactly 10.",
                unit="seconds",
                minimum=1,
                assumed=True,
            ),
        ),
        key=("session",),
    ),
    Table(
        "orders",
        "orders.csv",
        "one order",
        "Orders as the shop's own system knows them. At most one per visit.",
        (
            Column("order_id", "string", "The order.", unique=True),
            Column("session", "string", "The visit in which it was placed.", unique=True),
            Column("user", "string", _USER),
            Column(
                "customer_id", "string", "Who ordered, known by their address: one person, one id."
            ),
            Column("time", "datetime", "When it was placed, local shop time."),
            Column(
                "value",
                "number",
                "Sum of price x quantity, without shipping and tax.",
                unit="US dollars",
                minimum=0,
            ),
            Column(
                "shipping",
                "number",
                "What was paid for shipping: 6.00 below 50.00, nothing from there on or with a "
                "coupon, which each mail brings for 7 days.",
                unit="US dollars",
                minimum=0,
                assumed=True,
            ),
            Column(
                "tax",
                "number",
                "Sales tax, 8 % of value.",
                unit="US dollars",
                minimum=0,
                assumed=True,
            ),
            Column("items", "integer", "Units ordered.", minimum=1),
            Column(
                "new_customer",
                "boolean",
                "True for the first order of this person, whatever browser it came by: the shop "
                "knows its customers by their address.",
            ),
            Column(
                "refund_time",
                "datetime",
                "When money went back, if it did by the last day of the log. Refunds come three "
                "days to ten weeks after the order, so those of late orders are not here yet.",
                required=False,
                assumed=True,
            ),
            Column(
                "refund_value",
                "number",
                "How much of value went back: all of it, or that of one product.",
                unit="US dollars",
                minimum=0,
                required=False,
                assumed=True,
            ),
        ),
        key=("order_id",),
        links=(("session", "sessions.session"), ("customer_id", "customers.customer_id")),
    ),
    Table(
        "order_items",
        "order_items.csv",
        "one product in one order",
        "What was ordered. The lines of an order add up to its value.",
        (
            Column("order_id", "string", "The order."),
            Column("item_id", "string", "The product."),
            Column("quantity", "integer", "Units ordered.", minimum=1),
            Column("price", "number", "Price of one unit.", unit="US dollars", minimum=0),
        ),
        key=("order_id", "item_id"),
        links=(("order_id", "orders.order_id"), ("item_id", "products.item_id")),
    ),
    Table(
        "products",
        "products.csv",
        "one product",
        "The catalog. It is the same on every seed.",
        (
            Column("item_id", "string", "The product.", unique=True),
            Column("name", "string", "Name on the shelf.", unique=True),
            Column("category", "string", "Shelf.", allowed=_CATEGORIES),
            Column("price", "number", "Price of one unit.", unit="US dollars", minimum=0),
            Column(
                "margin",
                "number",
                "What is left of the price after buying and packing one unit.",
                unit="US dollars",
                minimum=0,
                assumed=True,
            ),
        ),
        key=("item_id",),
    ),
    Table(
        "customers",
        "customers.csv",
        "one person with an order in the log",
        "The shop's own list of customers, by their first order in the log.",
        (
            Column("customer_id", "string", "The person.", unique=True),
            Column("first_order_time", "datetime", "Their first order in the log."),
            Column("earlier_customer", "boolean", "True if they had ordered before the log began."),
            Column(
                "first_channel",
                "string",
                "Channel of their first visit in the 13 weeks before the log or in it, whatever "
                "browser it came by. Empty for customers of earlier years.",
                allowed=CHANNELS[:7],
                required=False,
            ),
            Column("newsletter", "boolean", "On the mailing list at the end of the log."),
            Column("orders", "integer", "Orders in the log.", minimum=1),
            Column(
                "value",
                "number",
                "Value of those orders, refunds not taken off.",
                unit="US dollars",
                minimum=0,
            ),
        ),
        key=("customer_id",),
    ),
    Table(
        "touches",
        "touches.csv.gz",
        "one visit, as a touch",
        "All visits of the log and of the 13 weeks before it, so that a look-back of 90 days is "
        "full on the first day. What attribution looks at. Ads that were seen and not clicked are "
        "not here, since no tag records them.",
        (
            Column("time", "datetime", "When the visit began, local shop time."),
            Column("user", "string", _USER),
            Column("channel", "string", "As in sessions.", allowed=CHANNELS, assumed=True),
            Column(
                "session",
                "string",
                "The visit. Empty before the log began.",
                required=False,
            ),
        ),
        links=(("session", "sessions.session"),),
    ),
)


def teaching_tables(folder: Path) -> list[Table]:
    """The small tables that people wrote, described by `tables.yml` beside them where it does.

    Its form is `name: {title, source, columns: {column: meaning}}`. A column it does not
    describe is listed without a meaning; the tests refuse that.
    """
    about: dict[str, Any] = {}
    if (folder / "tables.yml").exists():
        import yaml

        about = yaml.safe_load((folder / "tables.yml").read_text(encoding="utf-8")) or {}
    found = []
    for path in sorted(folder.glob("*.csv")):
        said = about.get(path.stem) or {}
        meanings = said.get("columns") or {}
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
        columns = tuple(
            Column(
                name,
                _guess([row[place] for row in rows[1:]]),
                _sentence(meanings.get(name)),
                required=all(row[place] for row in rows[1:]),
            )
            for place, name in enumerate(rows[0] if rows else [])
        )
        source = f"Source: {said['source']}" if said.get("source") else None
        text = " ".join(filter(None, (_sentence(said.get("title")), _sentence(source))))
        found.append(Table(path.stem, path.name, "as its columns say", text, columns))
    return found


def _sentence(text: object) -> str:
    """The text with a full stop; nothing for nothing."""
    return f"{str(text).rstrip('.')}." if text else ""


def _guess(values: list[str]) -> str:
    """The narrowest Frictionless type that fits all values of a hand-written column."""
    full = [value for value in values if value]
    for kind, parse in (("integer", int), ("number", float)):
        try:
            for value in full:
                parse(value)
        except ValueError:
            continue
        return kind if full else "string"
    return "string"


def readme(
    built: list[Table],
    taught: list[Table],
    seed: int,
    rows: dict[str, int],
    more: Sequence[str] = (),
) -> str:
    """The data dictionary, Markdown; `rows` are the numbers of rows of all tables.

    `more` are sections on what is no table.
    """
    lines = [
        "# The data of Pebble Street",
        "",
        "Built by `python -m workbook data`; do not edit. Pebble Street is an online shop for "
        f"home goods that does not exist. Its log covers {DAYS} days from {DAY_0:%A, %B} "
        f"{DAY_0.day}, {DAY_0.year}, all of it simulated. Read a table with "
        '`from workbook import load` and `load("events")`.',
        "",
        "| Table | One row is | Rows |",
        "|---|---|---|",
        *(f"| [{t.name}](#{t.name}) | {t.scope} | {rows[t.name]:,} |" for t in built),
        "",
        "**A** marks an assumption: no published figure supports the way this column is "
        "distributed. The other rates follow published figures.",
        "",
    ]
    for table in built:
        lines += [f"## {table.name}", "", f"File `{table.file}`. {table.about}", ""]
        lines += ["| Column | Type | Meaning |", "|---|---|---|"]
        lines += [f"| {c.name} | {c.type}{_marks(c)} | {_meaning(c)} |" for c in table.columns]
        if table.key:
            lines += ["", f"Key: {', '.join(table.key)}."]
        for own, other in table.links:
            lines += ["", f"`{own}` points to `{other}`."]
        lines += [""]
    for section in more:
        lines += [section.strip(), ""]
    if taught:
        lines += ["## Small tables for teaching", ""]
        lines += ["Written by hand; the same on every seed.", ""]
        for table in taught:
            lines += [f"### {table.name}", ""]
            about = f"File `{table.file}`, {rows[table.name]:,} rows. {table.about}"
            lines += [about.rstrip(), ""]
            lines += ["| Column | Type | Meaning |", "|---|---|---|"]
            lines += [f"| {c.name} | {c.type} | {_meaning(c)} |" for c in table.columns]
            lines += [""]
    lines += _honesty(seed)
    return "\n".join(lines) + "\n"


def _marks(column: Column) -> str:
    return " (A)" if column.assumed else ""


def _meaning(column: Column) -> str:
    parts = [column.meaning]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.allowed:
        parts.append("Values: " + ", ".join(f"`{value}`" for value in column.allowed) + ".")
    if not column.required and not column.meaning.count("mpty"):
        parts.append("May be empty.")
    return " ".join(part for part in parts if part)


def _honesty(seed: int) -> list[str]:
    chosen = (
        f"This is the committed seed, {SEED}: day 0 of the log written as a number. It was fixed "
        "before the first run and not searched."
        if seed == SEED
        else f"The committed log has seed {SEED}; this one is a variant."
    )
    return [
        "## How the data were made",
        "",
        f"* **Seed {seed}.** {chosen} While the simulator was written, the rates of "
        f"{SEEDS_LOOKED_AT} seeds were compared with their targets (the committed one and 1 to "
        f"{SEEDS_LOOKED_AT - 1}), and the tables with a model of their own (order_history, the "
        f"archives, three of the experiments) on {MODELS_LOOKED_AT} more. Figures that the model "
        "leaves open were set by the average of several seeds, never by the committed one alone. "
        "Once a rule was changed after a look at the committed seed: that for the day on which "
        "purchases are sent twice, which had too few orders. Same seed, same tables, byte for "
        "byte (uncompressed).",
        f"* **Size.** {PERSONS:,} simulated persons. The {WARM_UP_DAYS // 7} weeks before the log "
        "are simulated too and cut off, and 2.5 % of the persons are customers of earlier years; "
        "so returning visitors are there from the first day.",
        "* **The shop is ten times its log.** Every tenth person, drawn by number, is in the log; "
        "daily counts everybody. The tests have visitors of their own, from the same shop.",
        "* **A person is not a user.** One later visit in ten comes by another device, and 4 % "
        "of the persons keep no cookies (A). Only an order names its customer; no other table "
        "names the person.",
        "* **Clean and raw.** Tables are clean unless their name begins with raw. The raw ones "
        "are what a real shop would have got, faults and all; fault_log says which cells differ.",
        "* **Left out.** Persons do not touch one another: no stock, no budget, no word of "
        "mouth, no ad fatigue. Prices do not move demand, except that baskets below 50 dollars "
        "pay for shipping. Intent is one number. How often a reminder ad takes the label of a "
        "visit that would have come anyway, who would have come without a channel, and how many "
        "carts are idle are assumptions, and they decide what attribution gets wrong.",
        "* **License.** The data are ours and free to use under the license of this project.",
        "",
        *_claims(),
    ]


def _claims() -> list[str]:
    """On what share of other seeds each claim holds."""
    if not CLAIMS_FILE.exists():
        return []
    with CLAIMS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        "## What holds on other seeds",
        "",
        "What lessons say about the data was tried on seeds that played no part in writing the "
        "simulator or the lessons. An identity must hold on all; a comparison has room to spare, "
        "and may fail on a few; an interval of 95 % should cover on about 95 of 100.",
        "",
        "| Claim | Looks at | Kind | Held on |",
        "|---|---|---|---|",
        *(
            f"| {row['text']} | {_SIZES[row['size']]} | {row['kind']} | "
            f"{int(row['held']) / int(row['seeds']):.1%} of {row['seeds']} |"
            for row in rows
        ),
        "",
    ]


def datapackage(tables: list[Table], seed: int) -> str:
    """The Frictionless descriptor of the folder, JSON."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "pebble-street",
        "title": "Pebble Street, a simulated home-goods shop",
        "description": f"Built by `python -m workbook data` from seed {seed}. See README.md.",
        "resources": [_resource(table) for table in tables],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.links:
        schema["foreignKeys"] = [
            {
                "fields": [own],
                "reference": {"resource": other.split(".")[0], "fields": [other.split(".")[1]]},
            }
            for own, other in table.links
        ]
    resource = {
        "name": table.name,
        "path": table.file,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
    if table.file.endswith(".gz"):
        resource["compression"] = "gz"
    return resource


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.type == "datetime":
        field["format"] = "%Y-%m-%d %H:%M:%S"
    if column.type == "boolean":
        field |= {"trueValues": ["True"], "falseValues": ["False"]}
    if column.meaning:
        field["description"] = column.meaning
    if column.unit:
        field["unit"] = column.unit
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if constraints:
        field["constraints"] = constraints
    return field
