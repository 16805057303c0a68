"""The faults, one function each: which rows they strike and what they do to them.

Sizes follow Google's public GA4 sample where it has the fault (duplicates, purchases without
revenue, unusable ids, missing session starts: 2020-21, as counted in public audits); the others
are assumptions (A), large enough to be found and small enough to be missed at first glance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.data import patched
from workbook.shop import catalog, draws
from workbook.shop.calendar import DAY, DAYS
from workbook.shop.draws import Bools, Ints, Keys
from workbook.shop.faults.plan import (
    BAD_ID,
    BOT,
    CART_OUTAGE,
    CONTROL_DAYS,
    DUPLICATE,
    LATE,
    NO_REVENUE,
    NO_START,
    NO_UTM,
    NULL_IDS,
    SELF_REFERRAL,
    TAX,
    TEST_ORDER,
    TYPED,
    Plan,
    root,
)
from workbook.shop.faults.sheet import Sheet, log_lines, texts
from workbook.shop.people import DESKTOP, MOBILE
from workbook.shop.visits import MAIL
from workbook.shop.world import World

REFUSED = 0.12
"""Browsers whose visits come without ids on the two days after the banner (A: 10 to 16 %)."""
BY_PROVIDER = 0.35
"""Orders paid by the new provider (A)."""
LATE_VISITS = 0.010
"""Visits by mobile of which the later part is sent when the device is on line again (A)."""
WITHOUT_REVENUE = 0.098
"""Per purchase that no other fault struck: about 8 % of all (7.9 % in the GA4 sample)."""
UNUSABLE_ID = 0.062
"""Per purchase that no other fault struck: between 4 and 5 % of all (16 % in the GA4 sample)."""
REPEATED = 0.085
"""Per purchase that no other fault struck: with the burst about 8 % (9.9 % in the sample)."""
REPEATED_IN_BURST = 0.80
"""The same on the day of the burst (A)."""
STARTLESS = 0.015
"""Sessions without a session_start (1.46 % in the GA4 sample)."""
BOTS, BOT_SESSIONS = 4, 340
"""User ids and sessions of the bots (A)."""
STAFF, TEST_ORDERS = 3, 7
"""Staff who test, and their orders on each of the two mornings (A)."""
TEST_ITEM = "TEST"
NOT_SET = "(not set)"


@dataclass(frozen=True)
class Clean:
    """The clean log as arrays: one value per event, but `key` and `started` per visit.

    visit: place of the visit; time: seconds since midnight of day 0; event, page: names
    """

    world: World
    visit: Ints
    time: Ints
    event: NDArray[np.object_]
    page: NDArray[np.object_]
    key: Keys
    started: Ints

    @property
    def day(self) -> Ints:
        return self.time // DAY

    def chance(self, visits: Ints, what: str, p: float | NDArray[np.float64]) -> Bools:
        """Whether it strikes each of these visits."""
        return draws.uniform(self.key[visits], what) < p

    def stamps(self, seconds: Ints) -> pd.Series[pd.Timestamp]:
        """Times as the tables have them."""
        start = np.datetime64(self.world.autumn.first_day, "s")
        return pd.Series((start + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))

    def rows(self, event: str) -> Ints:
        """Places of the events of that name."""
        return np.flatnonzero(self.event == event)


def clean_log(world: World) -> Clean:
    """The arrays of a world."""
    table = world.events
    first = np.datetime64(world.autumn.first_day, "us")
    return Clean(
        world=world,
        visit=pd.Index(world.sessions["session"]).get_indexer(pd.Index(table["session"])),
        time=((table["time"].to_numpy() - first) // np.timedelta64(1, "s")).astype(np.int64),
        event=table["event"].to_numpy(dtype=object),
        page=table["page"].to_numpy(dtype=object),
        key=draws.child(world.visits.key, "faults"),
        started=world.visits.start,
    )


def sheets(world: World) -> tuple[Sheet, Sheet]:
    """The sheets of the events and of the sessions."""
    events = Sheet("raw_events", world.events, "time")
    return events, Sheet("raw_sessions", world.sessions, "start")


def cart_outage(clean: Clean, when: Plan, events: Sheet) -> None:
    """The add_to_cart tag is silent for days; orders go on."""
    rows = clean.rows("add_to_cart")
    silent = np.isin(clean.day[rows], [day for outage in when.outages for day in outage])
    events.remove(CART_OUTAGE, rows[silent])


def null_ids(clean: Clean, when: Plan, events: Sheet, sessions: Sheet) -> None:
    """After refused consent all events of a visit arrive without user and session.

    Purchases are among them. A session without its id is no row of the sessions.
    """
    browser = draws.child(clean.world.visits.browser, "faults")
    refused = draws.uniform(browser, "refuses consent") < REFUSED
    refused &= np.isin(clean.started // DAY, list(when.consent))
    sessions.remove(NULL_IDS, np.flatnonzero(refused))
    rows = np.flatnonzero(refused[clean.visit] & events.free)
    events.change(NULL_IDS, rows, user=np.nan, session=np.nan)


def self_referrals(clean: Clean, when: Plan, events: Sheet, sessions: Sheet) -> None:
    """The way back from the payment provider begins a new session, by referral.

    The visit is split at the thank-you page: what follows gets a session of its own, with its
    session_start; the first session keeps its channel and loses the order, that page, and the
    seconds up to the last event.
    """
    thanks = np.flatnonzero(clean.page == "thank_you")
    visit = clean.visit[thanks]
    split = np.isin(clean.day[thanks], list(when.provider)) & sessions.free[visit]
    split &= clean.chance(visit, "pays by provider", BY_PROVIDER)
    thanks, visit = thanks[split], visit[split]
    session = draws.shown_ids(draws.child(clean.key[visit], "payment return"), "s_")

    from_row = np.full(len(clean.started), len(clean.visit))
    from_row[visit] = thanks
    later = np.flatnonzero(np.arange(len(clean.visit)) >= from_row[clean.visit])
    place = np.full(len(clean.started), -1)
    place[visit] = np.arange(len(visit))
    events.change(SELF_REFERRAL, later, session=session[place[clean.visit[later]]])
    start = clean.stamps(clean.time[thanks])
    user = clean.world.sessions["user"].to_numpy(dtype=object)[visit]
    opened = _events(start, user, session, "session_start")
    events.add(SELF_REFERRAL, opened, after=thanks - 1)

    last = np.zeros(len(clean.started), np.int64)
    np.maximum.at(last, clean.visit[later], clean.time[later])
    seconds = last[visit] - clean.time[thanks]
    kept = clean.world.sessions.iloc[visit]
    sessions.change(
        SELF_REFERRAL,
        visit,
        pages=kept["pages"].to_numpy() - 1,
        engaged_seconds=kept["engaged_seconds"].to_numpy() - seconds,
    )
    device = kept["device"].to_numpy(dtype=object)
    sessions.add(
        SELF_REFERRAL,
        _sessions(start, user, session, "referral", device, "returning", "thank_you", 1, seconds),
    )


def late_events(clean: Clean, events: Sheet, sessions: Sheet) -> None:
    """The later part of a visit is sent in one batch, minutes to hours after its end.

    It bears the time of receipt. What would be received after the log's end is left as it was.
    """
    v = clean.world.visits
    everybody = np.arange(len(v))
    strikes = (v.device == MOBILE) & (clean.started >= CONTROL_DAYS * DAY) & sessions.free
    strikes &= clean.chance(everybody, "is off line", LATE_VISITS)
    rows = np.flatnonzero(strikes[clean.visit])
    rows = rows[np.argsort(clean.visit[rows], kind="stable")]
    visit, first, count = np.unique(clean.visit[rows], return_index=True, return_counts=True)
    key = clean.key[visit]
    share = 0.4 + 0.5 * draws.uniform(key, "off line from")
    cut = np.ceil(share * count).astype(np.int64).clip(1)
    end = clean.time[rows[first + count - 1]]
    wait = np.exp(np.log(2_700.0) + 1.1 * draws.normal(key, "off line for"))
    received = end + 300 + wait.clip(max=28_800).astype(np.int64)
    place = np.repeat(np.arange(len(visit)), count)
    late = np.arange(len(rows)) - first[place] >= cut[place]
    late &= (received < DAYS * DAY)[place] & events.free[rows]
    order = np.argsort(rows[late])
    rows, received = rows[late][order], received[place[late]][order]
    events.change(LATE, rows, time=clean.stamps(received).to_numpy())


def spoiled_purchases(clean: Clean, when: Plan, events: Sheet) -> None:
    """Purchases with tax inside value, without a value, without a usable transaction id."""
    rows = clean.rows("purchase")
    cents, tax = (np.rint(clean.world.orders[name].to_numpy() * 100.0) for name in ("value", "tax"))
    small = clean.world.visits.device[clean.visit[rows]] != DESKTOP
    taxed = np.isin(clean.day[rows], list(when.template)) & small & events.free[rows]
    events.change(TAX, rows[taxed], value=(cents + tax)[taxed] / 100.0)

    rows = rows[clean.day[rows] >= CONTROL_DAYS]
    rows = rows[events.free[rows]]
    empty = clean.chance(clean.visit[rows], NO_REVENUE, WITHOUT_REVENUE)
    events.change(NO_REVENUE, rows[empty], value=np.nan)
    rows = rows[~empty]
    unusable = clean.chance(clean.visit[rows], BAD_ID, UNUSABLE_ID)
    rows = rows[unusable]
    null = clean.chance(clean.visit[rows], "id is empty", 0.45)
    ids = np.where(null, np.nan, np.array(NOT_SET, dtype=object))
    events.change(BAD_ID, rows, transaction_id=ids)


def duplicates(clean: Clean, when: Plan, events: Sheet) -> None:
    """A reload of the thank-you page sends the purchase again: same id, same value.

    Half come within 20 seconds, all within half an hour. Only the purchase is repeated (A).
    """
    rows = clean.rows("purchase")
    rows = rows[(clean.day[rows] >= CONTROL_DAYS) & events.free[rows]]
    share = np.where(clean.day[rows] == when.burst, REPEATED_IN_BURST, REPEATED)
    rows = rows[clean.chance(clean.visit[rows], DUPLICATE, share)]
    events.free[rows] = False
    key = clean.key[clean.visit[rows]]
    u = draws.uniform(key, "reload after")
    soon = draws.uniform(key, "reload soon") < 0.5
    wait = np.where(soon, 2 + 18 * u, 20.0 * 90.0**u).astype(np.int64)
    again = clean.world.events.iloc[rows].reset_index(drop=True)
    again["time"] = clean.stamps(clean.time[rows] + wait)
    events.add(DUPLICATE, again)


def missing_session_starts(clean: Clean, events: Sheet) -> None:
    """Some sessions have no session_start: counting those events undercounts the sessions."""
    rows = clean.rows("session_start")
    rows = rows[(clean.day[rows] >= CONTROL_DAYS) & events.free[rows]]
    events.remove(NO_START, rows[clean.chance(clean.visit[rows], NO_START, STARTLESS)])


def untagged_mail(clean: Clean, when: Plan, sessions: Sheet) -> None:
    """One Thursday's mail has no UTM tags: its sessions read direct."""
    v = clean.world.visits
    rows = np.flatnonzero((v.process == MAIL) & (v.start // DAY == when.mail) & sessions.free)
    sessions.change(NO_UTM, rows, channel="direct")


# One entry per event of a test order: the event, the page (for page_view), and what it carries.
_TEST_VISIT = (
    ("session_start", "", ""), ("first_visit", "", ""), ("page_view", "home", ""),
    ("page_view", "product", "item"), ("view_item", "", "price"), ("add_to_cart", "", "price"),
    ("user_engagement", "", ""), ("page_view", "cart", ""), ("page_view", "checkout", ""),
    ("begin_checkout", "", "total"), ("page_view", "checkout", ""),
    ("add_shipping_info", "", "total"), ("page_view", "checkout", ""),
    ("add_payment_info", "", "total"), ("page_view", "thank_you", ""), ("purchase", "", "order"),
)  # fmt: skip


def staff_orders(clean: Clean, when: Plan, events: Sheet, sessions: Sheet) -> None:
    """Staff try out the two releases on the live shop, before eight in the morning.

    Every other order is for the product TEST, which is not in the catalog; the others are for
    real goods. All of them are charged a round sum, each in a session of its own, however soon
    it follows. The shop's own system does not keep them.
    """
    seed = clean.world.seed
    n = 2 * TEST_ORDERS
    key = draws.child(np.repeat(root(seed, TEST_ORDER), n), "order", np.arange(n))
    morning = np.repeat([when.template.start, when.provider.start], TEST_ORDERS)
    number = np.tile(np.arange(TEST_ORDERS), 2)
    wait = (draws.uniform(key, "start") * 200).astype(np.int64)
    start = morning * DAY + 7 * 3_600 + number * 480 + wait
    staff = np.where(np.arange(n) < STAFF, np.arange(n), draws.choice(key, "who", [1] * STAFF))
    user = _users(seed, TEST_ORDER, STAFF)[staff]
    session = draws.shown_ids(key, "s_")
    new = ~pd.Series(user).duplicated().to_numpy()
    real = catalog.popular(key, "item")
    is_test = number % 2 == 0
    item = np.where(is_test, TEST_ITEM, np.array(catalog.CATALOG.item_id, dtype=object)[real])
    total = np.array([1.0, 10.0, 100.0])[draws.choice(key, "sum", [2, 1, 1])]
    price = np.where(is_test, total, catalog.CATALOG.price[real] / 100.0)
    order = draws.shown_ids(draws.child(key, "order"), "o_")

    parts = []
    seconds = np.zeros(n, np.int64)
    for place, (event, page, carries) in enumerate(_TEST_VISIT):
        if event == "page_view" and page != "home":
            seconds += 4 + (draws.uniform(key, f"page {place}") * 14).astype(np.int64)
        moment = seconds + 2 * (event in ("add_to_cart", "user_engagement"))
        shown = {"price": price, "total": total, "order": total}.get(carries, np.nan)
        has_item = carries in ("item", "price")
        part = _events(
            clean.stamps(start + moment),
            user,
            session,
            event,
            item_id=item if has_item else np.nan,
            page=page or np.nan,
            value=shown,
            transaction_id=order if carries == "order" else np.nan,
        )
        parts.append(part[new] if event == "first_visit" else part)
    table = pd.concat(parts, ignore_index=True).sort_values("time", kind="stable")
    events.add(TEST_ORDER, table.reset_index(drop=True))
    pages = sum(event == "page_view" for event, _, _ in _TEST_VISIT)
    visitor = np.where(new, "new", "returning")
    sessions.add(
        TEST_ORDER,
        _sessions(
            clean.stamps(start), user, session, "direct", "desktop", visitor, "home", pages, seconds
        ),
    )


def bots(clean: Clean, when: Plan, events: Sheet, sessions: Sheet) -> None:
    """For one hour of a night a few user ids walk through the catalog, a product a second.

    They come direct by desktop, and engage with nothing.
    """
    seed, n = clean.world.seed, BOT_SESSIONS
    key = draws.child(np.repeat(root(seed, BOT), n), "session", np.arange(n))
    start = np.sort(when.bots + (draws.uniform(key, "start") * 3_590).astype(np.int64))
    user = _users(seed, BOT, BOTS)[draws.choice(key, "who", [1] * BOTS)]
    session = draws.shown_ids(key, "s_")
    new = ~pd.Series(user).duplicated().to_numpy()
    pages = 3 + draws.geometric(key, "pages", 2.0).clip(max=6)

    of = np.repeat(np.arange(n), pages)
    step = np.arange(len(of)) - np.repeat(np.cumsum(pages) - pages, pages)
    item = np.arange(len(of)) % len(catalog.CATALOG)
    shown = np.array(catalog.CATALOG.item_id, dtype=object)[item]
    price = catalog.CATALOG.price[item] / 100.0
    moment = clean.stamps(start[of] + step)
    first = clean.stamps(start)
    parts = [
        _events(first, user, session, "session_start"),
        _events(first, user, session, "first_visit")[new],
        _events(moment, user[of], session[of], "page_view", item_id=shown, page="product"),
        _events(moment, user[of], session[of], "view_item", item_id=shown, value=price),
    ]
    table = pd.concat(parts, ignore_index=True)
    # Within a second: session by session, and in each the start before the page before the view.
    place = np.concatenate([np.arange(n), np.flatnonzero(new), of, of])
    events.add(BOT, table.iloc[np.lexsort((place, table["time"]))].reset_index(drop=True))
    visitor = np.where(new, "new", "returning")
    sessions.add(
        BOT,
        _sessions(first, user, session, "direct", "desktop", visitor, "product", pages, 0),
    )


def whole_values(clean: Clean, when: Plan, events: Sheet, patch: pd.DataFrame) -> pd.DataFrame:
    """Lines of the log for the raw events whose whole value the new tag sends as an integer."""
    raw = patched(clean.world.events[["time", "value"]], patch)
    first, end = clean.stamps(DAY * np.array([when.typed.start, when.typed.stop]))
    week = (raw["time"] >= first) & (raw["time"] < end)
    raw_row = np.flatnonzero(week & (raw["value"] % 1.0 == 0.0))
    was = texts(raw["value"].iloc[raw_row])
    return log_lines(
        TYPED,
        "ga4_export",
        "change",
        events.origin[raw_row],
        raw_row,
        "value",
        was,
        was.str.removesuffix(".00"),
    )


def _users(seed: int, who: str, count: int) -> NDArray[np.object_]:
    """Ids of users that are no customers; they look like all others."""
    key = draws.child(np.repeat(root(seed, who), count), "user", np.arange(count))
    return draws.shown_ids(key, "u_")


def _events(
    time: pd.Series[pd.Timestamp],
    user: Any,
    session: Any,
    event: str,
    item_id: Any = np.nan,
    page: Any = np.nan,
    value: Any = np.nan,
    transaction_id: Any = np.nan,
) -> pd.DataFrame:
    """Rows for the events, with the columns and types of that table."""
    return pd.DataFrame(
        {
            "time": time,
            "user": pd.Series(user, dtype="str"),
            "session": pd.Series(session, dtype="str"),
            "event": pd.Series(event, index=time.index, dtype="str"),
            "item_id": pd.Series(item_id, index=time.index, dtype="str"),
            "page": pd.Series(page, index=time.index, dtype="str"),
            "value": pd.Series(value, index=time.index, dtype="float64"),
            "transaction_id": pd.Series(transaction_id, index=time.index, dtype="str"),
        }
    )


def _sessions(
    start: pd.Series[pd.Timestamp],
    user: Any,
    session: Any,
    channel: str,
    device: Any,
    visitor: Any,
    landing_page: str,
    pages: Any,
    engaged_seconds: Any,
) -> pd.DataFrame:
    """Rows for the sessions, with the columns and types of that table."""
    index = start.index
    return pd.DataFrame(
        {
            "session": pd.Series(session, dtype="str"),
            "user": pd.Series(user, dtype="str"),
            "start": start,
            "channel": pd.Series(channel, index=index, dtype="str"),
            "device": pd.Series(device, index=index, dtype="str"),
            "visitor": pd.Series(visitor, index=index, dtype="str"),
            "landing_page": pd.Series(landing_page, index=index, dtype="str"),
            "pages": pd.Series(pages, index=index, dtype="int64"),
            "engaged_seconds": pd.Series(engaged_seconds, index=index, dtype="int64"),
        }
    )
