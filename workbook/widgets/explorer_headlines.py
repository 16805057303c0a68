"""The explorer of lesson 06: three pairs of opposite headlines from one log; the learner sets the
five parts of a rate until both headlines of a pair come out.

Every setting lies in a synced trait before it is shown, and the browser does the rest: it needs no
Python handler, so it also works in a reopened notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import traitlets

from workbook.analysis.intervals import around
from workbook.analysis.kinds import Floats, Ints
from workbook.analysis.rates import wilson
from workbook.widgets.base import Widget, joined, placed

ADS = ("brand search", "non-brand search", "social", "display", "remarketing")
SCOPES = {
    "event": "event: each time it happened",
    "visit": "visit: visits in which it happened",
    "user": "user: users who did it",
}
DENOMINATORS = {"none": "nothing: a plain count", "visits": "visits", "users": "users"}
FITTING = (
    ("event", "none"),
    ("visit", "none"),
    ("user", "none"),
    ("event", "visits"),
    ("visit", "visits"),
    ("event", "users"),
    ("user", "users"),
)
"""Scope and denominator that make a count, a mean or a share; others are a share of nothing."""
NUMERATORS = {
    "orders": {"label": "orders", "one": "an order"},
    "carts": {"label": "products put into a cart", "one": "a product put into the cart"},
    "checkouts": {"label": "checkouts begun", "one": "a checkout begun"},
}
START: dict[str, Any] = {"pair": "ads", "chosen": {}, "tried": {}}
"""The pair shown; by pair the parts chosen, and all settings looked at, the first one first."""

Groups = Callable[[pd.DataFrame, bool], Ints]


@dataclass(frozen=True)
class Window:
    """Weeks of the log, counted from 1, the last included: of both groups, or of each its own."""

    label: str
    weeks: tuple[int, int] = (1, 13)
    against: tuple[int, int] | None = None
    """Weeks of the second group, if the groups are two times."""
    asks: str = ""
    """What this comparison of times asks."""


@dataclass(frozen=True)
class Pair:
    """Two headlines that say the opposite; A says that the first group is ahead of the second.

    groups   from visits to 0, 1 or -1 (in no group) for each; True asks for whole users.
    names    of both groups, if visits are sorted into them; by_user: if whole users are.
    """

    key: str
    title: str
    headlines: tuple[str, str]
    names: tuple[str, str]
    by_user: tuple[str, str]
    numerators: tuple[str, str]
    groups: Groups
    windows: dict[str, Window]
    exclusions: dict[str, str]
    moral: str
    honest: str


def _by_ads(visits: pd.DataFrame, users: bool) -> Ints:
    """0 for ads. As a user one is reached by ads after a single visit from one."""
    met = visits["channel"].isin(ADS)
    if users:
        met = visits["user"].isin(visits.loc[met, "user"])
    return np.where(met, 0, 1)


def _by_device(visits: pd.DataFrame, users: bool) -> Ints:
    """0 for phones, 1 for computers. A user is a browser, so each has one device."""
    return np.select([visits["device"] == "mobile", visits["device"] == "desktop"], [0, 1], -1)


def _by_time(visits: pd.DataFrame, users: bool) -> Ints:
    """0 for December, 1 for the weeks before it that the window keeps."""
    return np.where(visits["week"] >= DECEMBER[0], 0, 1)


DECEMBER = (11, 13)
PAIRS = (
    Pair(
        key="ads",
        title="The ads",
        headlines=("Ads beat the rest of the shop", "Ads trail the rest of the shop"),
        names=("From ads", "Not from ads"),
        by_user=("Reached by an ad", "Never reached by an ad"),
        numerators=("orders", "carts"),
        groups=_by_ads,
        windows={
            "all": Window("weeks 1 to 13 (Sep 22 to Dec 21)"),
            "early": Window("weeks 1 to 3 (Sep 22 to Oct 12)", (1, 3)),
        },
        exclusions={"none": "none", "reminded": "users with a visit from a reminder ad"},
        moral=(
            "By visit, an order counts for the ads only if an ad brought that very visit. By user, "
            "one visit from an ad is enough, and orders of all other visits count too, even those "
            "from before the ad. Whoever comes more often has more chances to meet an ad, and to "
            "order. Reminder ads go to people who were in the shop before: leave their users out, "
            "and see what becomes of the lead."
        ),
        honest=(
            "Mara asks about people, so give her the share of users, with its five parts, and add "
            "that no setting says what the ads bring. That takes an experiment."
        ),
    ),
    Pair(
        key="phones",
        title="The phones",
        headlines=("Phones beat computers", "Phones trail computers"),
        names=("By phone", "By computer"),
        by_user=("By phone", "By computer"),
        numerators=("orders", "checkouts"),
        groups=_by_device,
        windows={
            "all": Window("weeks 1 to 13 (Sep 22 to Dec 21)"),
            "friday": Window("weeks 9 and 10 (Nov 17 to 30)", (9, 10)),
        },
        exclusions={"none": "none", "single": "visits of one page"},
        moral=(
            "A plain count says where the work is: more visits come by phone, so more of almost "
            "everything happens there. A rate says how a visit or a user fares. The plain count of "
            "checkouts begun is no sales figure either: between it and the order many leave."
        ),
        honest=(
            "Give Mara both: the count, if she asks where to look first; the rate, if she asks "
            "which of the two works better. That phones cause the gap is not shown: other people "
            "come by phone, and who orders later on a computer is another user there."
        ),
    ),
    Pair(
        key="december",
        title="December",
        headlines=("December is up", "December is down"),
        names=("December", "The earlier weeks"),
        by_user=("December", "The earlier weeks"),
        numerators=("orders", "carts"),
        groups=_by_time,
        windows={
            "autumn": Window(
                "weeks 11 to 13 against 1 to 3 (Dec 1 to 21; Sep 22 to Oct 12)",
                DECEMBER,
                (1, 3),
                "Is December above the quiet weeks of early autumn?",
            ),
            "october": Window(
                "weeks 11 to 13 against 4 to 6 (Dec 1 to 21; Oct 13 to Nov 2)",
                DECEMBER,
                (4, 6),
                "Is December above the quiet weeks of October?",
            ),
            "november": Window(
                "weeks 11 to 13 against 8 to 10 (Dec 1 to 21; Nov 10 to 30)",
                DECEMBER,
                (8, 10),
                "Is December above the weeks of Black Friday?",
            ),
        },
        exclusions={"none": "none", "mails": "visits from mails"},
        moral=(
            "The weeks of comparison make the headline: early autumn is quiet, and late November "
            "has Black Friday. All windows are three weeks long. With windows of unequal length "
            "plain counts and shares of users could not be compared."
        ),
        honest=(
            "Name the weeks of comparison in the sentence, or show Mara all 13 weeks as a line. "
            "Whether this December is a good one takes the December of last year, which this log "
            "does not hold."
        ),
    ),
)


# --- the numbers ---------------------------------------------------------------------------------


def prepared(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per visit: user, week (from 1), channel, device, pages, and per numerator how often.

    `tables` has events, sessions and orders.
    """
    visits = tables["sessions"][["session", "user", "start", "channel", "device", "pages"]].copy()
    first = visits["start"].min().normalize()
    visits["week"] = (visits["start"] - first).dt.days // 7 + 1
    events = tables["events"]
    happened = {
        "orders": tables["orders"]["session"],
        "carts": events.loc[events["event"] == "add_to_cart", "session"],
        "checkouts": events.loc[events["event"] == "begin_checkout", "session"],
    }
    for name, rows in happened.items():
        often = visits["session"].map(rows.value_counts())
        visits[name] = often.fillna(0).astype(int)
    return visits


def kept(visits: pd.DataFrame, pair: Pair, window: str, exclusion: str) -> pd.DataFrame:
    """The visits that the window and the exclusions of a setting leave."""
    weeks = pair.windows[window]
    inside = visits["week"].between(*weeks.weeks)
    if weeks.against:
        inside |= visits["week"].between(*weeks.against)
    visits = visits[inside]
    match exclusion:
        case "reminded":
            met = visits.loc[visits["channel"] == "remarketing", "user"]
            return visits[~visits["user"].isin(met)]
        case "single":
            return visits[visits["pages"] > 1]
        case "mails":
            return visits[visits["channel"] != "email"]
    return visits


def compared(
    visits: pd.DataFrame, groups: Groups, numerator: str, scope: str, denominator: str
) -> list[float]:
    """Both groups and their difference: part, whole, low, high of each group, then first minus
    second with low and high; in percent or per 100, for plain counts as they are (whole 0).

    Users are independent of one another, their visits are not: each share of users has Wilson's
    interval, everything else a normal one whose error is summed over users (a count as a sum of
    independent users). The error of the difference sums over users too, so somebody in both groups
    counts once.
    """
    group = groups(visits, scope == "user" or denominator == "users")
    user = pd.factorize(visits["user"])[0]
    often = visits[numerator].to_numpy()
    found: list[float] = []
    values, rests = [], []
    for index in (0, 1):
        here = group == index
        parts, wholes = _by_user(user[here], often[here], user.max() + 1, scope, denominator)
        part, whole = float(parts.sum()), float(wholes.sum())
        if denominator == "none":
            value, rest = part, parts
        else:
            value, rest = 100 * part / whole, 100 * (parts - part / whole * wholes) / whole
        if (scope, denominator) == ("user", "users"):
            low, high = (100 * end for end in wilson(part, whole))
        else:
            low, high = around(value, sqrt(float(rest @ rest)), least=0.0)
        found += [part, whole, round(low, 3), round(high, 3)]
        values.append(value)
        rests.append(rest)
    apart = rests[0] - rests[1]
    difference = values[0] - values[1]
    low, high = around(difference, sqrt(float(apart @ apart)))
    return [*found, round(difference, 3), round(low, 3), round(high, 3)]


def _by_user(
    user: Ints, often: Ints, users: int, scope: str, denominator: str
) -> tuple[Floats, Floats]:
    """What each user adds above the line and below it."""
    visits: Floats = np.bincount(user, minlength=users).astype(float)
    weights = often if scope == "event" else (often > 0)
    parts: Floats = np.bincount(user, weights=weights, minlength=users).astype(float)
    if scope == "user":
        parts = (parts > 0).astype(float)
    if denominator == "none":
        return parts, np.zeros(users)
    return parts, visits if denominator == "visits" else (visits > 0).astype(float)


def verdict(row: list[float]) -> str:
    """Which headline a setting gives: "A", "B", or "" if luck alone could make the difference."""
    low, high = row[-2:]
    return "A" if low > 0 else "B" if high < 0 else ""


def settings(visits: pd.DataFrame, pair: Pair) -> dict[str, list[float]]:
    """All settings of a pair that make sense, by their five parts joined with "|"."""
    rows = {}
    for window in pair.windows:
        for exclusion in pair.exclusions:
            part = kept(visits, pair, window, exclusion)
            for numerator in pair.numerators:
                for scope, denominator in FITTING:
                    key = "|".join((numerator, denominator, scope, window, exclusion))
                    rows[key] = compared(part, pair.groups, numerator, scope, denominator)
    return rows


def described(pair: Pair, rows: dict[str, list[float]]) -> dict[str, Any]:
    """A pair as the browser reads it: words, options of each part, and the rows of `settings`."""
    return {
        "key": pair.key,
        "title": pair.title,
        "headlines": dict(zip("AB", pair.headlines, strict=True)),
        "names": list(pair.names),
        "by_user": list(pair.by_user),
        "options": {
            "numerator": {name: NUMERATORS[name]["label"] for name in pair.numerators},
            "denominator": DENOMINATORS,
            "scope": SCOPES,
            "window": {key: window.label for key, window in pair.windows.items()},
            "exclusions": pair.exclusions,
        },
        "one": {name: NUMERATORS[name]["one"] for name in pair.numerators},
        "asks": {key: window.asks for key, window in pair.windows.items()},
        "moral": pair.moral,
        "honest": pair.honest,
        "rows": rows,
    }


# --- the widget ----------------------------------------------------------------------------------


class HeadlineExplorer(Widget):
    """Five parts of a rate above two bars and two headlines; made by `headline_explorer()`."""

    _esm = joined("explorer_base.js", "explorer_headlines.js")
    _css = joined("explorer_base.css", "explorer_headlines.css")

    pairs = traitlets.List(traitlets.Dict()).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)  # set by the browser

    @property
    def plain(self) -> str:
        """Per pair its headlines and, by numerator and window, which one some settings give."""
        lines = ["Headline explorer: two opposite headlines from one log, three times over."]
        for pair in self.pairs:
            lines += ["", pair["title"], *(f"  {k}: {v}" for k, v in pair["headlines"].items())]
            lines.append("  (first group | second group | headline; nothing left out)")
            windows = pair["options"]["window"]
            shown = windows if pair["key"] == "december" else list(windows)[:1]
            for window in shown:
                lines.append(f"  {windows[window]}")
                for numerator, label in pair["options"]["numerator"].items():
                    for scope, below in (
                        ("event", "none"),
                        ("visit", "visits"),
                        ("user", "users"),
                    ):
                        row = pair["rows"][f"{numerator}|{below}|{scope}|{window}|none"]
                        one, two = (_said(row, start, below) for start in (0, 4))
                        counted = f"{label}, {'count' if below == 'none' else f'% of {below}'}"
                        found = verdict(row) or "neither"
                        lines.append(f"    {counted:<38} {one:>8} | {two:>8} | {found}")
        return "\n".join(lines)


def _said(row: list[float], start: int, below: str) -> str:
    part, whole = row[start], row[start + 1]
    return f"{part:,.0f}" if below == "none" else f"{100 * part / whole:.2f} %"


def headline_explorer() -> HeadlineExplorer:
    """The explorer on the shop's log."""
    from workbook.data import load

    visits = prepared({name: load(name) for name in ("events", "sessions", "orders")})
    pairs = [described(pair, settings(visits, pair)) for pair in PAIRS]
    return placed(HeadlineExplorer(pairs=pairs, state=dict(START)))
