"""Planted tracking faults: what the shop's analytics recorded, where it differs from the truth.

Raw is the clean world with a patch laid over it. `make` gives the patches and the log of every
difference; `workbook.data.patched` (and so `load("raw_events")`) puts the raw tables together.
The clean world is never changed, and every fault hangs on the key of the visit or browser it
strikes, so it is the same in every world in which that visit happens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.shop.draws import Bools, Ints
from workbook.shop.faults import plant
from workbook.shop.faults.declared import TABLES
from workbook.shop.faults.plan import FAULTS, TYPED, Plan, plan
from workbook.shop.world import World

__all__ = ["FAULTS", "TABLES", "Faults", "Plan", "audit_key", "make", "plan", "typed_as_int"]


@dataclass(frozen=True)
class Faults:
    """The patches that make raw tables of the clean ones, and what is in them; see `TABLES`."""

    raw_events_patch: pd.DataFrame
    raw_sessions_patch: pd.DataFrame
    fault_log: pd.DataFrame


def make(world: World) -> Faults:
    """The faults of this world. Same seed, same faults; the world stays as it is.

    A row has at most one fault: of two that could strike it, the one that stands first in
    `FAULTS` does. Only "value typed as int", which the tables cannot show, comes on top.
    """
    when = plan(world.seed)
    clean = plant.clean_log(world)
    events, sessions = plant.sheets(world)
    plant.cart_outage(clean, when, events)
    plant.null_ids(clean, when, events, sessions)
    plant.self_referrals(clean, when, events, sessions)
    plant.late_events(clean, events, sessions)
    plant.spoiled_purchases(clean, when, events)
    plant.duplicates(clean, when, events)
    plant.missing_session_starts(clean, events)
    plant.staff_orders(clean, when, events, sessions)
    plant.bots(clean, when, events, sessions)
    plant.untagged_mail(clean, when, sessions)
    raw_events_patch, log_of_events = events.finish()
    raw_sessions_patch, log_of_sessions = sessions.finish()
    typed = plant.whole_values(clean, when, events, raw_events_patch)
    log = pd.concat([log_of_events, log_of_sessions, typed], ignore_index=True)
    by_fault = log["fault"].map({name: place for place, name in enumerate(FAULTS)})
    log = log.iloc[by_fault.argsort(kind="stable")].reset_index(drop=True)
    return Faults(raw_events_patch, raw_sessions_patch, log)


def typed_as_int(fault_log: pd.DataFrame, rows: int) -> Bools:
    """For each of the `rows` rows of raw_events: the export types its value as an integer."""
    answer = np.zeros(rows, bool)
    answer[fault_log.loc[fault_log["fault"] == TYPED, "raw_row"]] = True
    return answer


def audit_key(fault_log: pd.DataFrame, table: str = "raw_events") -> dict[str, Ints]:
    """The faulty rows of a raw table by fault, each an array of positions in ascending order.

    Rows that are missing from the raw table cannot be pointed at: the cart outage and the
    missing session starts are not in it, and are to be found by their days or sessions.
    """
    here = fault_log[(fault_log["table"] == table) & (fault_log["raw_row"] >= 0)]
    groups = here.groupby("fault", sort=False)["raw_row"]
    return {str(name): rows.drop_duplicates().sort_values().to_numpy() for name, rows in groups}
