"""The seven cases of the fault explorer: which days, what is said about them, what was behind it.

In six a planted fault did it; in one the number is right. Every number in the words is counted, so
that they are true on any seed of the shop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbook.audits.queries import (
    QUERIES,
    STEPS,
    Answer,
    Asked,
    Counted,
    Log,
    busy_days,
    struck,
    weekdays_before,
)
from workbook.audits.truth import Planted, Truth
from workbook.shop.faults.plan import (
    BAD_ID,
    BOT,
    CART_OUTAGE,
    DUPLICATE,
    LATE,
    NO_REVENUE,
    NO_START,
    NO_UTM,
    NULL_IDS,
    SELF_REFERRAL,
    TAX,
)

CULPRITS = {
    "lost": "events got lost: a tag was silent",
    "twice": "events arrived twice",
    "bots": "a program visited, not people",
    "ids": "events lost their user and visit",
    "untagged": "links carried no campaign tags",
    "split": "visits were cut in two",
    "people": "people did something else than before",
    "calendar": "the calendar: season, weekday, holiday",
}
"""Who or what may have done it; the last two are no fault of the tracking."""
NO_FAULT = ("people", "calendar")
NEAR = 0.03
"""Up to this share (or up to one) off, a recorded number is called right: small faults are always
there."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERYDAY = frozenset({NO_REVENUE, BAD_ID, NO_START, LATE, TAX})
"""Faults that strike all the time, and one that moves no number of these cases."""
_SHOWN_BEFORE, _SHOWN_AFTER = 21, 10  # days of the chart around the days in question
_SEASON = 42  # from this day on the season week is looked for, and before it what it is held to
_WEEK = 7


class Words(NamedTuple):
    """What is said: the claim, what was behind it, what was at stake, and what the three queries
    that tell most tell."""

    says: str
    why: str
    stake: str
    best: dict[str, str]


@dataclass(frozen=True, eq=False)
class Facts:
    """A case in numbers, as its words use them.

    value, before   the metric on the average day in question, and before
    when            the days in question in words
    answers         of the queries
    funnel          step -> (recorded, true), over the days in question
    orders, revenue of the shop system on these days
    """

    value: float
    before: float
    when: str
    answers: dict[str, Answer]
    funnel: dict[str, tuple[int, int]]
    orders: int
    revenue: float

    @cached_property
    def rise(self) -> str:
        """By how many percent the metric is above what it was before."""
        return f"{100 * (self.value / self.before - 1):.0f} %"

    def pair(self, query: str, row: int | str, measure: int = 0) -> tuple[str, str]:
        """A row of an answer, by place or label, as text: in question, before."""
        rows = self.answers[query].rows
        cells = rows[row][1] if isinstance(row, int) else dict(rows)[row]
        before, now = cells[measure]
        return figure(now), figure(before)

    def then(self, query: str, row: int | str, measure: int = 0) -> str:
        """The same in words."""
        now, before = self.pair(query, row, measure)
        return f"{now} a day, {before} before"

    def recorded(self, step: str) -> str:
        """How many the log has."""
        return f"{self.funnel[step][0]:,}"

    def true(self, step: str) -> str:
        """How many there were."""
        return f"{self.funnel[step][1]:,}"

    def off(self, step: str) -> str:
        """By how many the log is off."""
        recorded, true = self.funnel[step]
        return f"{abs(recorded - true):,}"


def figure(value: float) -> str:
    """A number of a table as text: whole from 100 on and where it is whole, else one decimal."""
    whole = value >= 100 or value == int(value)
    return f"{value:,.0f}" if whole else f"{value:.1f}"


# --- what is said --------------------------------------------------------------------------------


def _lost(f: Facts) -> Words:
    return Words(
        says=f"{figure(f.value)} carts a day on {f.when}, {figure(f.before)} before. Did we scare "
        "our visitors away? Let us take the new pictures back.",
        why=f"The tag for add_to_cart was silent on {f.when}. Of {f.true('add_to_cart')} visits "
        f"with a cart the log shows {f.recorded('add_to_cart')}; checkouts and purchases went on.",
        stake="Pictures that nobody minded would have gone, and the tag would still be silent.",
        best={
            "steps": f"Carts: {f.then('steps', 'carts')}. Checkouts: "
            f"{f.then('steps', 'checkouts')}. Nobody checks out without a cart.",
            "shop": f"Orders: {f.then('shop', 0)}. The shop sold on.",
            "hour": "The carts are gone at every hour. People differ by the hour; a silent tag "
            "does not.",
        },
    )


def _twice(f: Facts) -> Words:
    return Words(
        says=f"{figure(f.value)} purchases on {f.when}, {figure(f.before)} on such a day before. "
        "Whatever we did that day, we do it again.",
        why=f"With a new tag, a reload of the thank-you page on {f.when} sent the purchase again. "
        f"{f.recorded('purchase')} purchase events stand for {f.true('purchase')} orders.",
        stake=f"A day of {f.true('purchase')} orders would have been repeated as one of "
        f"{f.recorded('purchase')}. The rest of the revenue reaches no bank.",
        best={
            "twice": f"Order ids that were there before, from the same user: {f.then('twice', 1)}.",
            "shop": f"The shop system knows {f.pair('shop', 0)[0]} orders, the log "
            f"{f.pair('shop', 1)[0]} purchase events.",
            "steps": f"Purchases: {f.then('steps', 'purchases')}. Checkouts, which come before "
            f"them: {f.then('steps', 'checkouts')}.",
        },
    )


def _calendar(f: Facts) -> Words:
    return Words(
        says=f"Checkouts are up by {f.rise} in the week of {f.when}. Nothing rises like that by "
        "itself. Something is counted twice, so leave the week out.",
        why="Nothing is wrong here. The weeks around the end of November are the shop's season, "
        f"this year and the year before. Of {f.true('begin_checkout')} visits with a checkout the "
        f"log has {f.recorded('begin_checkout')}.",
        stake=f"Left out, the week takes {f.orders:,} orders with it, ${f.revenue:,.0f} in the "
        "shop system: one of the best weeks the shop had.",
        best={
            "shop": f"Orders: {f.then('shop', 0)}. The shop system rose too, and it needs no tags.",
            "year": "The year before, visits with a checkout rose on the same days: "
            f"{f.then('year', 'with a checkout')}.",
            "channel": "Nearly all channels rose together. A faulty link would show in one.",
        },
    )


def _bots(f: Facts) -> Words:
    return Words(
        says=f"{f.rise} more visits on {f.when}. Our campaign begins to work: please raise the "
        "budget.",
        why=f"For one hour in the night of {f.when} a program walked through the catalog: "
        f"{f.off('visits')} visits by a handful of user ids. Nobody was there to buy, so "
        "purchases per visit fell.",
        stake="The agency would have been paid for a program.",
        best={
            "hour": "Nearly all of the rise lies within two hours of the night. A campaign brings "
            "people by day.",
            "device": f"Visits by desktop: {f.then('device', 'desktop')}. By mobile, which most "
            f"visitors use: {f.then('device', 'mobile')}.",
            "channel": f"Direct carries the rise: {f.then('channel', 'direct')}. Visitors of a "
            "campaign do not arrive as direct, if its links are tagged.",
        },
    )


def _untagged(f: Facts) -> Words:
    return Words(
        says=f"The mail of {f.when} brought {figure(f.value)} visits, those before about "
        f"{figure(f.before)}. People are tired of it. Shall we stop the mails?",
        why=f"The links in the mail of {f.when} had no UTM tags. Visitors came as always, but "
        f"{f.off('visits')} of their visits read direct.",
        stake=f"Mails that brought {f.true('visits')} visits that day, {f.true('purchase')} of "
        f"them with a purchase, would have been stopped. The log shows {f.recorded('visits')} and "
        f"{f.recorded('purchase')}.",
        best={
            "channel": f"What email lost, direct won. Email: {f.then('channel', 'email')}. Direct: "
            f"{f.then('channel', 'direct')}.",
            "year": f"The year before, visits by mail: {f.then('year', 'visits')}. So it is not "
            "the season.",
            "shop": f"Orders: {f.then('shop', 0)}. The shop system needs no tags.",
        },
    )


def _ids(f: Facts) -> Words:
    return Words(
        says=f"{f.value:.1f} pages per user on {f.when}, {f.before:.1f} before. We bring you "
        "better visitors.",
        why=f"A consent banner went wrong. Whoever refused on {f.when} left events without user "
        f"and session: their pages count, they do not. Of {f.true('visits')} visits the log knows "
        f"{f.recorded('visits')}.",
        stake="The agency would have been praised for a division: all the pages by fewer users.",
        best={
            "nobody": f"Rows without a user: {f.then('nobody', 'all rows', 1)}. Every number per "
            "user stands on fewer users.",
            "device": f"Page views of no known visit: {f.then('device', 'no visit', 1)}. They are "
            "counted above the line, and nobody for them below it.",
            "shop": f"The purchases are in the log, {f.pair('shop', 1)[0]} a day against "
            f"{f.pair('shop', 0)[0]} orders. Lost is only whose they are.",
        },
    )


def _split(f: Facts) -> Words:
    return Words(
        says=f"{figure(f.value)} orders a day by referral on {f.when}, {figure(f.before)} before. "
        "Links on other sites sell: pay for more of them.",
        why="A new payment provider is missing from the list of own referrers. The way back from "
        "it begins a new visit on the thank-you page, by referral. The log has "
        f"{f.recorded('purchase')} visits by referral with a purchase; {f.true('purchase')} came "
        "by referral.",
        stake="Money would have gone to links that sold nothing more, away from the channels that "
        "had brought these buyers.",
        best={
            "landing": "Visits that begin on the thank-you page: "
            f"{f.then('landing', 'thank_you')}. Nobody comes to a shop that way.",
            "shop": f"Orders in all: {f.then('shop', 0)}. What changed is who is credited.",
            "channel": f"Purchases by referral: {f.then('channel', 'referral', 1)}. Visits by "
            f"referral: {f.then('channel', 'referral')}. The buyers came, and hardly a visitor "
            "with them.",
        },
    )


# --- the cases -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """What a case consists of.

    fault: the planted fault behind it, "" for none; metric: what the chart shows
    micro: the step that stands for the micro conversion; its macro is the purchase
    events: the funnel counts events, not visits with the step
    per_user: the chart divides by the users of the day
    exact: a difference of any size counts, since the numbers are small
    apart: faults whose days the chart leaves out, since they move the metric too
    """

    culprit: str
    fault: str
    who: str
    metric: str
    counted: Counted
    words: Callable[[Facts], Words]
    micro: str = "add_to_cart"
    events: bool = False
    per_user: bool = False
    exact: bool = False
    apart: tuple[str, ...] = field(default=())


SCENES = (
    Scene(
        "lost", CART_OUTAGE, "Mara", "carts a day (add_to_cart events)",
        Counted("Carts", "add_to_cart"), _lost,
    ),
    Scene(
        "twice", DUPLICATE, "Mara", "purchases a day (purchase events)",
        Counted("Purchases", "purchase"), _twice, events=True,
    ),
    Scene(
        "calendar", "", "Theo", "checkouts a day (begin_checkout events)",
        Counted("Checkouts", "begin_checkout"), _calendar, micro="begin_checkout",
    ),
    Scene(
        "bots", BOT, "Northlight", "visits a day (sessions)",
        Counted("Visits"), _bots, micro="view_item", apart=(NULL_IDS,),
    ),
    Scene(
        "untagged", NO_UTM, "Mara", "visits by mail a day (channel email)",
        Counted("Visits by mail", channel="email"), _untagged, exact=True,
    ),
    Scene(
        "ids", NULL_IDS, "Northlight", "pages per user, by day (page views / users)",
        Counted("Page views", "page_view"), _ids, per_user=True, exact=True, apart=(BOT,),
    ),
    Scene(
        "split", SELF_REFERRAL, "Northlight", "purchases in visits by referral a day",
        Counted("Purchases by referral", "purchase", "referral"), _split, micro="begin_checkout",
    ),
)  # fmt: skip


def cases(log: Log, truth: Truth, sessions: pd.DataFrame) -> list[dict[str, Any]]:
    """All cases as the browser draws them. `sessions` are the clean ones.

    Keys: who, says, metric, decimals, chart (days), when, before, answers (query -> measures,
    rows, note, by_row), truth (culprit, why, stake, micro, macro, funnel, best).
    """
    busy = busy_days(truth, _EVERYDAY)
    return [_case(scene, log, truth, sessions, busy) for scene in SCENES]


def _case(
    scene: Scene, log: Log, truth: Truth, sessions: pd.DataFrame, busy: frozenset[int]
) -> dict[str, Any]:
    days = in_question(scene, log, truth, busy)
    before = weekdays_before(days, busy, None if scene.fault else _SEASON)
    shown = chart_days(scene, days, truth)
    metric = per_day(scene, log, sorted({*shown, *days, *before}))
    asked = Asked(log, days, before, scene.counted)
    answers = {key: query.answer(asked) for key, query in QUERIES.items()}
    low, high = np.searchsorted(truth.clean_day, [days[0], days[-1] + 1])
    recorded = funnel_of(scene, log.events(days, columns=["session", "event"]), log.sessions)
    true = funnel_of(scene, truth.clean.iloc[low:high], sessions)
    on_days = np.isin(log.order_day, days)
    facts = Facts(
        value=float(np.mean([metric[day] for day in days])),
        before=float(np.mean([metric[day] for day in before])),
        when=spoken(days, truth),
        answers=answers,
        funnel={step: (recorded[step], true[step]) for step in recorded},
        orders=int(on_days.sum()),
        revenue=float(log.orders.loc[on_days, "value"].sum()),
    )
    words = scene.words(facts)
    return {
        "who": scene.who,
        "says": words.says,
        "metric": scene.metric,
        "decimals": 1 if scene.per_user else 0,
        "chart": [
            {
                "day": truth.spoken(day),
                "weekday": WEEKDAYS[(truth.first_day.weekday() + day) % 7],
                "value": metric[day],
                "asked": day in days,
            }
            for day in shown
        ],
        "when": facts.when,
        "before": spoken(before, truth),
        "answers": {key: asdict(answer) for key, answer in answers.items()},
        "truth": _truth(scene, facts, words),
    }


def in_question(scene: Scene, log: Log, truth: Truth, busy: frozenset[int]) -> tuple[int, ...]:
    """The days of a case.

    Of a fault: the first run of days without a gap, but of the duplicates the day with most, of
    the null ids the two days with most, of the self-referrals a week from the second day on (on
    the first, staff test). Without a fault: the week of the season with most checkouts, among
    those in which no fault strikes.
    """
    if not scene.fault:
        return _best_week(scene, log, busy)
    days = struck(_fault(scene.fault, truth))
    numbers = [int(day) for day in days.index.to_numpy()]
    most = [int(day) for day in days.nlargest(2).index.to_numpy()]
    if scene.culprit == "twice":
        return (most[0],)
    if scene.culprit == "ids":
        return tuple(sorted(most))
    if scene.culprit == "split":
        return tuple(range(numbers[0] + 1, numbers[0] + 1 + _WEEK))
    run = [numbers[0]]
    while run[-1] + 1 in numbers:
        run.append(run[-1] + 1)
    return tuple(run)


def _best_week(scene: Scene, log: Log, busy: frozenset[int]) -> tuple[int, ...]:
    rows = log.events(range(log.days), scene.counted.event, columns=["time"])
    per = np.bincount(rows["day"].to_numpy(), minlength=log.days)
    firsts = [
        first
        for first in range(_SEASON, log.days - _WEEK + 1)
        if not busy & set(range(first, first + _WEEK))
    ]
    best = max(firsts, key=lambda first: int(per[first : first + _WEEK].sum()))
    return tuple(range(best, best + _WEEK))


def _fault(name: str, truth: Truth) -> Planted:
    [found] = [fault for fault in truth.faults if fault.name == name]
    return found


def chart_days(scene: Scene, days: tuple[int, ...], truth: Truth) -> list[int]:
    """The days around those in question, cut where another fault would move the metric too."""
    first = max(days[0] - _SHOWN_BEFORE, 0)
    last = min(days[-1] + _SHOWN_AFTER, truth.days - 1)
    for name in scene.apart:
        for day in map(int, struck(_fault(name, truth)).index.to_numpy()):
            if day < days[0]:
                first = max(first, day + 1)
            elif day > days[-1]:
                last = min(last, day - 1)
    return list(range(first, last + 1))


def per_day(scene: Scene, log: Log, days: list[int]) -> dict[int, float]:
    """The metric of the chart, day by day."""
    things = np.bincount(scene.counted.rows(log, days)["day"].to_numpy(), minlength=log.days)
    if not scene.per_user:
        return {day: float(things[day]) for day in days}
    known = log.events(days, columns=["user"]).drop_duplicates(["day", "user"]).dropna()
    users = np.bincount(known["day"].to_numpy(), minlength=log.days)
    return {day: round(float(things[day] / max(users[day], 1)), 2) for day in days}


def funnel_of(scene: Scene, events: pd.DataFrame, sessions: pd.DataFrame) -> dict[str, int]:
    """Visits, and visits with each step (or events), among these events.

    With a channel in `scene` only visits by it count.
    """
    if channel := scene.counted.channel:
        by = sessions.loc[sessions["channel"] == channel, "session"]
        events = events[events["session"].isin(by)]
    found = {"visits": int(events["session"].nunique())}
    for step in STEPS:
        rows = events[events["event"] == step]
        found[step] = len(rows) if scene.events else int(rows["session"].nunique())
    return found


def verdict(recorded: int, true: int, exact: bool = False) -> str:
    """Whether a recorded number is "low", "right" or "high"."""
    near = 0.0 if exact else max(1.0, NEAR * true)
    if abs(recorded - true) <= near:
        return "right"
    return "low" if recorded < true else "high"


def spoken(days: tuple[int, ...], truth: Truth) -> str:
    """Days in words: "Oct 14 to Oct 17", several runs joined by "and"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    ends = [(truth.spoken(run[0]), truth.spoken(run[-1])) for run in runs]
    return " and ".join(first if first == last else f"{first} to {last}" for first, last in ends)


def _truth(scene: Scene, facts: Facts, words: Words) -> dict[str, Any]:
    by = {"email": " by mail", "": ""}.get(scene.counted.channel, f" by {scene.counted.channel}")
    names = {
        step: f"{word}s" if scene.events else f"visits{by} with a {word}"
        for step, word in STEPS.items()
    }
    names["visits"] = f"visits{by}"

    def judged(step: str) -> dict[str, Any]:
        recorded, true = facts.funnel[step]
        key = verdict(recorded, true, scene.exact)
        return {"words": names[step], "recorded": recorded, "true": true, "key": key}

    return {
        "culprit": scene.culprit,
        "why": words.why,
        "stake": words.stake,
        "micro": judged(scene.micro),
        "macro": judged("purchase"),
        "funnel": [
            {"step": names[step], "recorded": recorded, "true": true}
            for step, (recorded, true) in facts.funnel.items()
        ],
        "best": [[key, tells] for key, tells in words.best.items()],
    }
