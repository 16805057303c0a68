"""The replay explorer: one visitor's moments, a bet on the order, and all who did the same.

Visitors, moments and groups are counted before the widget shows and lie in synced traits, the
learner's bets too: it works in a notebook reopened without a kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd
import traitlets

from workbook.analysis.lookalikes import Alike, lookalikes
from workbook.analysis.rates import wilson
from workbook.widgets.base import Widget, joined, placed

ORDER = "purchase"
BACK = "came back"
VISIT = "visit"
ACTIONS = {
    "article": "read an article",
    "view_item": "viewed a product",
    "view_size_guide": "opened the size guide",
    "add_to_wishlist": "saved a product to the wish list",
    "newsletter_signup": "signed up for the newsletter",
    "add_to_cart": "put a product into the cart",
    "begin_checkout": "began the checkout",
    "create_account": "made an account",
    "add_shipping_info": "entered the address",
    "add_payment_info": "entered the payment",
    BACK: "came back for another visit",
}
"""The kinds of action, in words. All other events of the log are left out."""

# One of a kind, and what several in a row are called; kinds without a plural are said once.
_ONE = {
    "view_item": "viewed {}",
    "add_to_wishlist": "saved {} to the wish list",
    "add_to_cart": "put {} into the cart",
}
_MORE = {
    "article": ("read another article", "read {} more articles"),
    "view_item": ("viewed another product page", "viewed {} more product pages"),
    "add_to_wishlist": ("saved another product", "saved {} more products"),
    "add_to_cart": ("put another product into the cart", "put {} more products into the cart"),
}

MOST_MOMENTS = 14
FEWEST_ALIKE = 30
"""In a smaller group the visitor's own end would show in the share."""
FEW = 300
"""Below so many the share is shown with its interval."""
WELL_BEFORE_THE_END = 0.7
"""The share of the log's days by which a replay should stop, so that there is time to order."""
_TRIED = 60  # candidates per profile that are looked at closely


class Profile(NamedTuple):
    """A way through the shop: who goes it, and before which row of theirs the replay stops.

    `fits` gets one row per user with the columns of `_people`. `stop` is an event before which
    it stops, `VISIT` stops right after the start of the visit with the order; None never stops
    before the end.
    """

    name: str
    fits: Callable[[pd.DataFrame], pd.Series[bool]]
    stop: str | None


_CHECKOUT = {"view_item", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info"}
PROFILES = (
    Profile(
        "buys at once",
        lambda p: p["ordered"] & _only(p, _CHECKOUT | {"add_payment_info"}),
        "add_payment_info",
    ),
    Profile(
        "reads first, orders after several visits",
        lambda p: p["ordered"] & (p["visits"] >= 3) & (p["first"] == "article"),
        "begin_checkout",
    ),
    Profile(
        "takes the newsletter, never orders",
        lambda p: ~p["ordered"] & (p["visits"] >= 2) & (p["newsletter_signup"] > 0),
        None,
    ),
    Profile(
        "saves to the wish list, orders in a later visit",
        lambda p: p["ordered"] & (p["wished_in"] < p["visits"]) & (p["wished_in"] > 0),
        VISIT,
    ),
    Profile(
        "saves to the wish list, never orders",
        lambda p: ~p["ordered"] & (p["visits"] >= 2) & (p["add_to_wishlist"] > 0),
        None,
    ),
    Profile(
        "full cart, checkout begun, gone",
        lambda p: ~p["ordered"] & (p["add_to_cart"] >= 2) & _only(p, _CHECKOUT),
        None,
    ),
    Profile(
        "opens the size guide, orders",
        lambda p: p["ordered"] & (p["visits"] <= 2) & (p["view_size_guide"] > 0),
        "begin_checkout",
    ),
    Profile(
        "looks at many products, leaves",
        lambda p: ~p["ordered"] & (p["view_item"] >= 8) & _only(p, {"view_item", BACK}),
        None,
    ),
)


def _only(people: pd.DataFrame, kinds: set[str]) -> pd.Series[bool]:
    """Whether they did these kinds of action and no other; coming back may be among them."""
    done = (people[[kind for kind in ACTIONS if kind in kinds - {BACK}]] > 0).all(axis=1)
    others = (people[[kind for kind in ACTIONS if kind not in kinds]] > 0).any(axis=1)
    return done & ~others


def actions_of(events: pd.DataFrame) -> pd.DataFrame:
    """The log's visits, actions and orders: `user`, `session`, `time`, `event`, `item_id`, `value`.

    `event` is a key of `ACTIONS`, `VISIT` for a user's first visit in the log (a later one is
    `BACK`), or `ORDER`. `visit` counts the user's visits from 1. All in the order of the log.
    """
    names = {name: name for name in [*ACTIONS, ORDER, "page_view"]} | {"session_start": VISIT}
    kind = events["event"].map(names)
    pages = (kind == "page_view").to_numpy()
    rows = events.loc[kind.notna() & (~pages | (events["page"] == "article").to_numpy())]
    kind = kind[rows.index].where(kind[rows.index] != "page_view", "article")
    columns = ["user", "session", "time", "item_id", "value"]
    found = rows[columns].assign(event=kind).reset_index(drop=True)
    starts = found["event"] == VISIT
    found["visit"] = starts.groupby(found["user"], sort=False).cumsum()
    found.loc[starts & (found["visit"] > 1), "event"] = BACK
    return found


def _people(before: pd.DataFrame, ordered: set[str], new: set[str]) -> pd.DataFrame:
    """One row per user: what they did before their first order (all they did, without one).

    A count per kind of action; `visits`; `first`, their first action; `wished_in`, the visit of
    their first wish (0: none); `ordered`; `new`; `start`, their first visit's time.
    """
    doing = before[before["event"] != VISIT]
    people = doing.groupby(["user", "event"]).size().unstack("event", fill_value=0)
    people = people.reindex(columns=list(ACTIONS), fill_value=0)
    by_user = before.groupby("user")
    people["visits"] = by_user["visit"].max()
    people["start"] = by_user["time"].min()
    people["end"] = by_user["time"].max()
    people["first"] = doing.groupby("user")["event"].first()
    wishes = before[before["event"] == "add_to_wishlist"]
    people["wished_in"] = wishes.groupby("user")["visit"].min()
    people["wished_in"] = people["wished_in"].fillna(0)
    people["ordered"] = people.index.isin(ordered)
    people["new"] = people.index.isin(new)
    return people


class Replays(NamedTuple):
    """What `replays` makes: the visitors, the groups that their moments point to, all users."""

    visitors: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    days: int


def replays(events: pd.DataFrame, sessions: pd.DataFrame, products: pd.DataFrame) -> Replays:
    """The visitors to replay, chosen by rule from the shop's tables, by the time they came.

    A visitor has a `name`, `moments` (`text`, `visit` as a heading where one begins, and the
    number of a `group`), whether it `ordered`, and `outcome` in words. A group has `done` (the
    kinds of action in words), `users`, `later`, and `share`, `low`, `high` in percent (`low` and
    `high`: 95 % interval by Wilson). Group 0 is all users. A profile that nobody fits is left
    out. Raises KeyError for a table without one of the columns it needs.
    """
    log = actions_of(events)
    alike = lookalikes(log, list(ACTIONS), ORDER)
    first_day = events["time"].iloc[0].normalize()
    # By the starts of visits: the last one may cross midnight into a day beyond the log.
    days = _day(sessions["start"].max(), first_day)

    orders = log[log["event"] == ORDER].drop_duplicates("user").set_index("user")
    position = pd.Series(log.index, index=log.index)
    order_at = position[log["event"] == ORDER].groupby(log["user"]).min()
    before = log[position < log["user"].map(order_at).fillna(len(log))]
    new = set(sessions.drop_duplicates("user").query("visitor == 'new'")["user"])
    people = _people(before, set(order_at.index), new)

    latest = first_day + pd.Timedelta(days=WELL_BEFORE_THE_END * days)
    early = people["new"] & (people["start"] < latest)
    rows_by_user = before.groupby("user").indices
    visit_of = sessions.set_index("session")[["channel", "device"]]
    name_of = dict(zip(products["item_id"], products["name"], strict=True))
    chosen: dict[str, _Shown] = {}
    for profile in PROFILES:
        fits = people[profile.fits(people) & ~people.index.isin(list(chosen))]
        fits = fits.assign(early=early).sort_values(["early", "start"], ascending=[False, True])
        best: tuple[tuple[float, ...], str, _Shown] | None = None
        for user in fits.index[:_TRIED]:
            rows = _until(before.iloc[rows_by_user[user]], profile.stop)
            steps = _folded(rows)
            rank = (
                max(0, FEWEST_ALIKE - min(alike[step.done].users for step in steps)),
                max(0, len(steps) - MOST_MOMENTS),
                float(rows["time"].iloc[-1] >= latest),
                max(0, 6 - len(steps)),
            )
            if best is None or rank < best[0]:
                best = rank, user, _cut(rows, steps)
            if not any(rank):
                break
        if best is not None:
            chosen[best[1]] = best[2]

    groups = _Groups(alike)
    came_at = people["start"].to_dict()
    visitors = []
    for place, user in enumerate(sorted(chosen, key=came_at.__getitem__)):
        rows, steps = chosen[user]
        moments = []
        for step in steps:
            row = _row(rows, step.row)
            moment = {"text": _said(row, step.more, name_of), "group": groups.number(step.done)}
            if row["event"] in (VISIT, BACK):
                moment["visit"] = _visit(row, _row(visit_of, row["session"]), first_day, days)
            moments.append(moment)
        order = _row(orders, user) if user in orders.index else None
        visitors.append(
            {
                "name": f"Visitor {chr(ord('A') + place)}",
                "moments": moments,
                "ordered": order is not None,
                "outcome": _outcome(_row(rows, rows.index[-1]), order, first_day, days),
            }
        )
    return Replays(visitors, groups.shown, days)


def _row(table: pd.DataFrame, label: Any) -> dict[str, Any]:
    found: dict[str, Any] = table.loc[label].to_dict()
    return found


class _Step(NamedTuple):
    row: int  # the first row of the log that it stands for
    more: int  # how many more of the kind it stands for; 0: for this row alone
    done: frozenset[str]  # all kinds of action so far


_Shown = tuple[pd.DataFrame, list[_Step]]


def _until(rows: pd.DataFrame, stop: str | None) -> pd.DataFrame:
    """A user's rows up to where a profile's replay stops; looks only at the last visit."""
    if stop is None:
        return rows
    last = rows["visit"] == rows["visit"].iloc[-1]
    stops = rows.index[last][1:] if stop == VISIT else rows.index[last & (rows["event"] == stop)]
    return rows.loc[: stops[0] - 1] if len(stops) else rows


def _folded(rows: pd.DataFrame) -> list[_Step]:
    """A user's rows as moments. Of several alike in a row the first stands alone, one moment
    stands for all the others (or none, where to say it again would tell nothing new)."""
    steps: list[_Step] = []
    done: frozenset[str] = frozenset()
    last = ""
    for row, event in zip(rows.index, rows["event"], strict=True):
        done |= {event} & set(ACTIONS)
        if event != last or event == BACK:
            steps.append(_Step(row, 0, done))
        elif steps[-1].more:
            steps[-1] = steps[-1]._replace(more=steps[-1].more + 1)
        elif event in _MORE:
            steps.append(_Step(row, 1, done))
        last = event
    return steps


def _cut(rows: pd.DataFrame, steps: list[_Step]) -> _Shown:
    if len(steps) > MOST_MOMENTS:
        rows = rows[rows.index < steps[MOST_MOMENTS].row]
    return rows, steps[:MOST_MOMENTS]


class _Groups:
    """The groups that are shown, each once, by number; all users come first."""

    def __init__(self, alike: dict[frozenset[str], Alike]) -> None:
        self.shown: list[dict[str, Any]] = []
        self._alike = alike
        self._numbers: dict[frozenset[str], int] = {}
        self.number(frozenset())

    def number(self, done: frozenset[str]) -> int:
        if done not in self._numbers:
            self._numbers[done] = len(self.shown)
            users, later = self._alike[done]
            low, high = wilson(later, users)
            self.shown.append(
                {
                    "done": [words for kind, words in ACTIONS.items() if kind in done],
                    "users": users,
                    "later": later,
                    "share": round(100 * later / users, 4),
                    "low": round(100 * low, 4),
                    "high": round(100 * high, 4),
                }
            )
        return self._numbers[done]


def _said(row: dict[str, Any], more: int, name_of: dict[str, str]) -> str:
    """A moment in words; `more` is how many further actions of the kind it stands for."""
    kind = row["event"]
    if kind in (VISIT, BACK):
        words = "came to the shop" if kind == VISIT else BACK
    elif more:
        one, several = _MORE[kind]
        words = one if more == 1 else several.format(more)
    elif kind in _ONE:
        words = _ONE[kind].format(name_of.get(row["item_id"], "a product"))
    else:
        words = ACTIONS[kind]
    return words[0].upper() + words[1:]


def _day(time: pd.Timestamp, first_day: pd.Timestamp) -> int:
    return int((time.normalize() - first_day).days) + 1


def _visit(row: dict[str, Any], visit: dict[str, Any], first_day: pd.Timestamp, days: int) -> str:
    day = _day(row["time"], first_day)
    return f"Visit {row['visit']}: day {day} of {days}, {visit['channel']}, {visit['device']}"


def _outcome(
    last: dict[str, Any], order: dict[str, Any] | None, first_day: pd.Timestamp, days: int
) -> str:
    """What came after the last row shown."""
    if order is None:
        left = days - _day(last["time"], first_day)
        return (
            f"No order followed in this browser. After the last moment shown, {left} of the "
            f"log's {days} days were left."
        )
    value = f"{order['value']:,.2f} dollars"
    day = _day(order["time"], first_day)
    if order["session"] == last["session"]:
        return f"An order followed in the same visit, day {day}: {value}."
    return f"An order followed in a later visit, day {day}: {value}."


class ReplayExplorer(Widget):
    """The explorer as a widget; made by `replay_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_replay.js")
    _css = joined("explorer_base.css", "explorer_replay.css")

    visitors = traitlets.List(traitlets.Dict()).tag(sync=True)
    groups = traitlets.List(traitlets.Dict()).tag(sync=True)
    days = traitlets.Int().tag(sync=True)
    few = traitlets.Int(FEW).tag(sync=True)
    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    # Set by the browser: the visitor in view, how many moments of each are open, who is shown
    # to the end, and the bets in the order in which they were placed.
    state = traitlets.Dict().tag(sync=True)

    @property
    def plain(self) -> str:
        """The visitors and their moments; what came of it stands at the very end."""
        if not self.visitors:
            return NO_LOG
        lines = [
            "Replay explorer: visitors of the shop's log, moment by moment. Bets need widgets.",
            "Without them: read a visitor's moments, stop anywhere, write down how likely an order",
            "is later in the log. The shares and what happened stand at the end.",
        ]
        for visitor in self.visitors:
            lines += ["", visitor["name"]]
            for number, moment in enumerate(visitor["moments"], 1):
                where = f" ({moment['visit']})" if "visit" in moment else ""
                lines.append(f"  {number:>2}. {moment['text']}{where}")
        lines += ["", "Of all visitors with the same kinds of action so far, ordered later:"]
        for visitor in self.visitors:
            lines.append(f"  {visitor['name']}")
            last = None
            for number, moment in enumerate(visitor["moments"], 1):
                if moment["group"] != last:
                    last = moment["group"]
                    group = self.groups[last]
                    lines.append(
                        f"    from moment {number}: {group['share']:.1f} % "
                        f"({group['later']:,} of {group['users']:,})"
                    )
            lines.append(f"    {visitor['outcome']}")
        return "\n".join(lines)


NO_LOG = (
    "The replay explorer needs the shop's tables, and they are not here. "
    "Run `python -m workbook data` in a terminal, then this cell again."
)


def replay_explorer() -> ReplayExplorer:
    """Replay one visitor at a time and bet on an order; then see all who did the same."""
    from workbook.data import load

    try:
        tables = load("events"), load("sessions"), load("products")
    except (LookupError, OSError):  # no such table here, or a broken one
        found = Replays([], [], 0)
    else:
        found = replays(*tables)
    explorer = ReplayExplorer(
        visitors=found.visitors,
        groups=found.groups,
        days=found.days,
        kinds=list(ACTIONS.values()),
        state={
            "visitor": 0,
            "open": [1] * len(found.visitors),
            "shown": [False] * len(found.visitors),
            "bets": [],
        },
    )
    return placed(explorer)
