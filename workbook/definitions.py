"""What counts as interest: an operational definition in five parts, run on recorded visits.

A definition says what sets it off (trigger), on which pages (object), from how many of which
seconds on (threshold), over what they are added up (scope), and how often the same thing may
count (repeats). Visits have one row per page view: `visit`, `item_id` (missing for pages that are
no product's), `page`, `open_seconds`, `active_seconds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

TRIGGERS = ("page_view", "time")
PAGES = ("product", "any")
MEASURES = ("open_seconds", "active_seconds")
SCOPES = ("page_view", "product", "visit")
COUNTED = ("every", "product", "visit")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a micro conversion counts.

    `page` is the object: product pages or any. For the trigger "time", `measure` says which
    seconds, `threshold` from how many on, and `scope` over what they are added up: one page view,
    all views of one product in a visit (of one kind of page, where there is no product), or all
    of a visit. `counted` is how often it may count: every time, once per visit and product, once
    per visit. Raises ValueError with what `faults` finds.
    """

    trigger: str
    page: str
    counted: str
    measure: str | None = None
    threshold: float | None = None
    scope: str | None = None

    def __post_init__(self) -> None:
        if found := faults({name: getattr(self, name) for name in self.__slots__}):
            raise ValueError(" ".join(found.values()))


def faults(values: Mapping[str, Any]) -> dict[str, str]:
    """Which parts of a definition are missing or contradict each other: part -> what to do.

    `values` has the names of `Definition`; a part that is missing is None or not there. The
    measure, the threshold and the scope of a page view are not looked at: it has none.
    """
    found = {}
    if values.get("trigger") not in TRIGGERS:
        found["trigger"] = "The trigger is missing. Say what sets it off: a page view, or time."
    if values.get("page") not in PAGES:
        found["page"] = "The object is missing. Say which pages it looks at."
    if values.get("trigger") == "time":
        found |= _faults_of_time(values)
    if values.get("counted") not in COUNTED:
        found["counted"] = "The rule for repeats is missing. Say how often the same may count."
    elif (
        values.get("trigger") == "time"
        and values.get("scope") == "visit"
        and values["counted"] == "product"
    ):
        found["counted"] = (
            "The seconds are added up over the whole visit, so no product stands for them. "
            "Count once per visit, or add up per product."
        )
    return found


def _faults_of_time(values: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    if values.get("measure") not in MEASURES:
        found["measure"] = "Say which seconds. A tab can be open and nobody looks at it."
    threshold = values.get("threshold")
    if not isinstance(threshold, int | float) or isinstance(threshold, bool):
        found["threshold"] = "The threshold is missing. Say from how many seconds on it counts."
    elif not threshold > 0:
        found["threshold"] = (
            "From 0 seconds on, every page view counts. Give more, or choose the page view as "
            "trigger."
        )
    if values.get("scope") not in SCOPES:
        found["scope"] = "The scope is missing. Say over what the seconds are added up."
    return found


# --- in words ------------------------------------------------------------------------------------

_REPEATS = {
    "every": "every time that this happens",
    "product": "at most once per visit and {one}",
    "visit": "at most once per visit",
}
_OVER = {
    "page_view": "in a single page view",
    "product": "added up over all views of the same {one} in a visit",
    "visit": "added up over the whole visit",
}
_CLOCKS = {"open_seconds": "open in a tab", "active_seconds": "in view"}


def in_words(definition: Definition) -> str:
    """The definition as one sentence: trigger, object, threshold, scope, repeats."""
    product = definition.page == "product"
    one = "product" if product else "page"
    page = "product page" if product else "page"
    repeats = _REPEATS[definition.counted].format(one=one)
    if definition.trigger == "page_view" or definition.measure is None or definition.scope is None:
        return f"It counts when a {page} is viewed, {repeats}."
    pages = f"{page}s have" if definition.scope == "visit" else f"a {page} has"
    over = _OVER[definition.scope].format(one=one)
    return (
        f"It counts when {pages} been {_CLOCKS[definition.measure]} for at least "
        f"{definition.threshold:g} seconds, {over}, {repeats}."
    )


# --- run -----------------------------------------------------------------------------------------


def count(definition: Definition, visits: pd.DataFrame) -> pd.DataFrame:
    """Everything that the definition counts in these visits, one row each, in their order.

    Columns `visit`, `item_id`, `page`, `seconds`. `item_id` is missing for a page that is no
    product's; `page` too if what is counted is the visit as a whole (scope or repeats "visit").
    `seconds` are those that met the threshold, missing for the trigger "page_view"; where only the
    first of several counts, they are its seconds.
    """
    import pandas as pd

    rows = visits[visits["item_id"].notna()] if definition.page == "product" else visits
    rows = rows.assign(item_id=rows["item_id"].astype(object))
    if definition.trigger == "page_view":
        met = rows.assign(seconds=float("nan"))
    else:
        keys = {"page_view": None, "product": ["visit", "item_id", "page"], "visit": ["visit"]}
        seconds = rows[definition.measure].astype(float)
        if by := keys[str(definition.scope)]:
            groups = rows[by]
            seconds = seconds.groupby([groups[name] for name in by], dropna=False).transform("sum")
            rows = rows.assign(seconds=seconds).drop_duplicates(by)
        else:
            rows = rows.assign(seconds=seconds)
        met = rows[rows["seconds"] >= definition.threshold]
    if definition.counted == "product":
        met = met.drop_duplicates(["visit", "item_id", "page"])
    elif definition.counted == "visit":
        met = met.drop_duplicates("visit")
    found: pd.DataFrame = met[["visit", "item_id", "page", "seconds"]].reset_index(drop=True)
    if definition.counted == "visit" or (
        definition.trigger == "time" and definition.scope == "visit"
    ):
        nothing = pd.Series([None] * len(found), dtype=object)
        found = found.assign(item_id=nothing, page=nothing)
    return found


def against_witness(counted: pd.DataFrame, witness: pd.DataFrame) -> pd.DataFrame:
    """What `count` found against what the visitors said, one row per row of `witness`.

    `witness` has `visit` and `interested`: item ids parted by spaces, missing for none. Columns
    `visit`, `counted`, `interests`, `caught`, `unnamed`, `missed`, `false`. Each interest is met
    at most once: caught by the first count of its product; or met, but `unnamed`, by a count of
    the visit as a whole, which does not say for which product. All other counts are false.
    """
    import pandas as pd

    found: dict[str, list[tuple[object, object]]] = {}
    for visit, item, page in zip(
        counted["visit"], counted["item_id"], counted["page"], strict=True
    ):
        found.setdefault(visit, []).append((item, page))
    rows = []
    for visit, said in zip(witness["visit"], witness["interested"], strict=True):
        interests = set(said.split()) if isinstance(said, str) else set()
        here = found.get(visit, [])
        caught = len(interests & {item for item, _ in here if isinstance(item, str)})
        whole = sum(not isinstance(page, str) for _, page in here)
        unnamed = min(whole, len(interests) - caught)
        met = caught + unnamed
        rows.append(
            {
                "visit": visit,
                "counted": len(here),
                "interests": len(interests),
                "caught": caught,
                "unnamed": unnamed,
                "missed": len(interests) - met,
                "false": len(here) - met,
            }
        )
    return pd.DataFrame(rows)
