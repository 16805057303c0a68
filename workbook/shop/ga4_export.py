"""The shop's events as Google Analytics 4 exports them to BigQuery, one JSON object per event.

`files` makes the three days of datasets/ga4_export out of the faulty raw tables; `write` puts out
a clean log of any size. An event has the same line in both, but for its faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

import numpy as np
import pandas as pd

from workbook.data import patched
from workbook.shop import draws, events, ga4_lines
from workbook.shop.calendar import DAY
from workbook.shop.catalog import CATALOG
from workbook.shop.draws import Ints
from workbook.shop.faults import Faults, plan, typed_as_int
from workbook.shop.faults.plan import LATE, NULL_IDS
from workbook.shop.ga4_lines import ORIGINS, ZONE, Log, Rows
from workbook.shop.people import CHANNELS
from workbook.shop.world import World

FOLDER = "ga4_export"
SHARE = 0.65
"""Share of the browsers that the three days show, so that they load within a second. Browsers with
a visit over midnight, of which there are few, are all in it."""


def origins() -> pd.DataFrame:
    """channel, source, medium, campaign: which three names stand for which channel.

    No three names stand for two channels, so a merge by them gives the channel back.
    """
    rows = [(o.channel, o.source, o.medium, o.campaign) for o in ORIGINS]
    return pd.DataFrame(rows, columns=["channel", "source", "medium", "campaign"], dtype="str")


def files(world: World, faults: Faults) -> dict[str, bytes]:
    """The three files by their names below datasets/, not yet compressed."""
    first = world.autumn.first_day
    days = [first + timedelta(days=day) for day in plan(world.seed).export_days]
    found: dict[str, list[str]] = {f"{day:%Y%m%d}": [] for day in days}
    for day, line in lines(world, faults):
        found[day].append(line)
    return {f"{FOLDER}/events_{day}.json.gz": "".join(some).encode() for day, some in found.items()}


def lines(world: World, faults: Faults) -> Iterator[tuple[str, str]]:
    """event_date and line, its end included, of each event of the three days, by time.

    The days are `faults.plan(seed).export_days`; the events are those of raw_events of SHARE of
    the browsers. Same world and faults, same lines.
    """
    for days, texts in ga4_lines.blocks(_raw(world, faults)):
        yield from zip(days, texts, strict=True)


def write(world: World, file: BinaryIO) -> int:
    """Put the lines of a world's whole clean log into a file, by time; return their number."""
    count = 0
    for _, texts in ga4_lines.blocks(_clean(world)):
        file.write("".join(texts).encode())
        count += len(texts)
    return count


def _clean(world: World) -> Log:
    e = world._recorded[1]
    every = np.ones(len(e.code), bool)
    order = np.full(len(e.code), None, dtype=object)
    order[e.code == events.EVENTS.index("purchase")] = world._order_ids
    rows = Rows(e.visit, e.time, e.time, e.code, e.page, e.item, e.value, order, ~every)
    return Log(world, rows, every, world.visits.channel, np.ones(len(world.visits), bool))


def _raw(world: World, faults: Faults) -> Log:
    raw = patched(world.events, faults.raw_events_patch)
    sessions = pd.Index(world.sessions["session"])
    struck = faults.fault_log[faults.fault_log["raw_row"] >= 0]
    visit = sessions.get_indexer(pd.Index(raw["session"]))
    lost = struck[struck["fault"] == NULL_IDS]
    ids = world.events["session"].iloc[lost["row"]]
    visit[lost["raw_row"]] = sessions.get_indexer(pd.Index(ids))
    named = np.ones(len(sessions), bool)
    named[visit[lost["raw_row"]]] = False

    time = _seconds(world, raw["time"])
    happened = time.copy()
    late = struck[struck["fault"] == LATE]
    happened[late["raw_row"]] = _seconds(world, world.events["time"].iloc[late["row"]])

    days = plan(world.seed).export_days
    shown = (time >= days.start * DAY) & (time < days.stop * DAY)
    # Bots and staff, who are no visits of the world, come on other days.
    assert (visit[shown] >= 0).all()
    browser = world.visits.browser
    chosen = draws.uniform(browser, "in the export") < SHARE
    chosen |= np.isin(browser, browser[_on_two_days(visit[shown], time[shown] // DAY)])
    shown &= chosen[visit]
    # A visit's pages are counted from its beginning, even if that was the day before.
    needed = np.isin(visit, visit[shown])
    typed = typed_as_int(faults.fault_log, len(raw))
    raw = raw[needed]
    order = raw["transaction_id"].astype(object)
    rows = Rows(
        visit=visit[needed],
        time=time[needed],
        happened=happened[needed],
        code=_codes(raw["event"], events.EVENTS),
        page=_codes(raw["page"], events.PAGES),
        item=_codes(raw["item_id"], CATALOG.item_id),
        cents=np.rint(raw["value"].fillna(-0.01).to_numpy() * 100.0).astype(np.int64),
        order=order.where(order.notna(), None).to_numpy(),
        typed=typed[needed],
    )
    recorded = patched(world.sessions, faults.raw_sessions_patch)
    place = sessions.get_indexer(pd.Index(recorded["session"]))
    channel = world.visits.channel.copy()
    channel[place[place >= 0]] = _codes(recorded["channel"][place >= 0], CHANNELS)
    return Log(world, rows, shown[needed], channel, named)


def _on_two_days(visit: Ints, day: Ints) -> Ints:
    """The visits with events on more than one of these days."""
    pairs = np.unique(np.stack([visit, day]), axis=1)
    visits, days = np.unique(pairs[0], return_counts=True)
    return visits[days > 1]


def _seconds(world: World, times: pd.Series[pd.Timestamp]) -> Ints:
    """Times of a table as seconds since midnight of day 0."""
    first = np.datetime64(world.autumn.first_day, "us")
    return ((times.to_numpy() - first) // np.timedelta64(1, "s")).astype(np.int64)


def _codes(names: pd.Series[str], known: tuple[str, ...]) -> Ints:
    """The place of each name among those known, -1 for missing."""
    return pd.Index(known).get_indexer(pd.Index(names)).astype(np.int64)


def _about() -> str:
    table = "\n".join(
        f"| {o.channel} | {o.source} | {o.medium} | {o.campaign} | {'yes' if o.tagged else 'no'} |"
        for o in ORIGINS
    )
    return f"""\
## {FOLDER}

Files `{FOLDER}/events_YYYYMMDD.json.gz`, one a day. Three days of `raw_events` as Google Analytics
4 exports them to BigQuery: one event a line, as JSON. Read them with
`read_ga4_export("{FOLDER}", tz="{ZONE}")`. They hold {SHARE * 100:.0f} % of the browsers, chosen by
chance, and those with a visit over midnight; of each of them every event of the three days.

* **Time.** `event_date` is the day in New York. `event_timestamp` is UTC in microseconds; its
  fraction of a second is drawn (A). The events of a visit in one second share one timestamp:
  `batch_page_id`, `batch_ordering_id` and `batch_event_index` put them in order. Whole numbers of
  64 bits are text, as in BigQuery's own JSON.
* **Ids.** `user` is `user_pseudo_id`, which ends in the second of the browser's first visit.
  `session` is the parameter `ga_session_id`, the second in which the visit began; it is unique
  only together with `user_pseudo_id`.
* **Columns.** `page` is the first part of the path in `page_location` (none for home). `item_id`
  is in `items`, or a parameter of events that list no items. `value` is a parameter, and
  `purchase_revenue` of a purchase, whose goods, tax, shipping, coupon and kind of customer are
  there too.
* **Channel.** By the table below, in `session_traffic_source_last_click`, and in
  `collected_traffic_source` of the landing page unless the visit was direct. It is the channel of
  the visit itself, where Google would give a direct visit the last other channel before it.
  `traffic_source` is the channel of the browser's first visit.
* **Engagement.** `session_engaged` is "1" from the second page, the eleventh second or a purchase
  on. `engagement_time_msec` is on `user_engagement` only and lacks the pages that were left
  without that event, so its sum is at most `engaged_seconds`.
* **Not in it.** Margins, refunds, customers and persons, and the clean state. A visit that began
  before the first day or went on after the last is cut there.
* **Faults.** On the first day most purchases come twice. On the two days after it the visits of
  some browsers have neither `user_pseudo_id` nor `ga_session_id`, purchases among them. On all
  three days whole values are `int_value`, others `double_value`. There are late events, purchases
  without revenue or without a usable `transaction_id`, and sessions without `session_start`.
* **Assumed (A).** In `device` everything but the category; the country; addresses and titles of
  pages; names of sources and campaigns; first visits before the warm-up.

| Channel | source | medium | campaign | UTM tags |
|---|---|---|---|---|
{table}
"""


ABOUT = _about()
"""The section of the data dictionary, Markdown."""
