"""The one-page picture of lesson 01: the shop's journey with its macro and micro conversions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MACRO = "purchase"
ON_PATH = {"add_to_cart": "Cart", "begin_checkout": "Checkout", "create_account": "Account"}
# They follow the checkout in the same visit, so they add no visit; the picture leaves them out.
FURTHER_ON_PATH = ("add_shipping_info", "add_payment_info")
BESIDE = {
    "newsletter_signup": "Newsletter",
    "view_size_guide": "Size guide",
    "add_to_wishlist": "Wish list",
}
# From a palette that color-blind readers can tell apart (Okabe and Ito), lightened for black text;
# the signs say the same without color.
_TRAFFIC, _PATH, _BESIDE, _MACRO = "#e6e6e6", "#9ccbe8", "#f7d08a", "#8fd3b6"


def visits_with(events: pd.DataFrame, *names: str) -> int:
    """How many visits hold at least one event of these names (scope visit, nothing excluded)."""
    return int(events.loc[events["event"].isin(names), "session"].nunique())


def parts(events: pd.DataFrame, visits: int) -> dict[str, int]:
    """All visits in four parts that do not overlap, each visit at the highest it reached.

    Keys: "order", "path" (a step on the path and no order), "beside" (only something beside the
    path), "none". The values add up to `visits`.
    """
    order = visits_with(events, MACRO)
    path = visits_with(events, MACRO, *ON_PATH, *FURTHER_ON_PATH)
    spoken = visits_with(events, MACRO, *ON_PATH, *FURTHER_ON_PATH, *BESIDE)
    return {"order": order, "path": path - order, "beside": spoken - path, "none": visits - spoken}


def comparison(macro: int, micro: int, visits: int) -> pd.DataFrame:
    """Macro and micro conversions side by side, one question a row.

    `macro`, `micro`: visits with at least one of them; `visits`: all visits.
    """
    import pandas as pd

    def of_all(count: int) -> str:
        return f"{count:,} ({100 * count / visits:.1f} % of {visits:,})"

    return pd.DataFrame(
        [
            (
                "What is it?",
                "completed; the site's declared objective",
                "completed and wanted; short of the objective",
            ),
            (
                "Which at Pebble Street?",
                "a paid order",
                "cart, checkout, account on the path; newsletter, wish list, size guide beside it",
            ),
            ("Visits with at least one?", of_all(macro), of_all(micro)),
            (
                "What does it answer?",
                "Did it work?",
                "Where do visits get stuck, and what else do they want?",
            ),
            ("When is it known?", "last", "mostly earlier, and more often"),
            (
                "The risk of watching it alone?",
                "silence about nearly every visit",
                "improving what is easy to move; more of it may bring no order",
            ),
        ],
        columns=["Question", "Macro conversion", "Micro conversion"],
    )


def draw_journey(events: pd.DataFrame, sessions: pd.DataFrame) -> tuple[Any, str]:
    """The picture as a matplotlib figure, and what it shows in words.

    `events` has the columns `event` and `session`; `sessions` has one row per visit. Counts are
    visits with at least one such event, in any order: not a closed funnel.
    """
    import matplotlib.pyplot as plt

    visits = len(sessions)
    shown = ["view_item", MACRO, *ON_PATH, *FURTHER_ON_PATH, *BESIDE]
    events = events[events["event"].isin(shown)]  # a tenth of the log: each count below is quick
    # Lessons are about 750 pixels wide: at this size 11 points are shown as 11 points.
    with plt.rc_context({"font.size": 11, "axes.titlesize": 11}):
        fig, (journey, share) = plt.subplots(2, 1, figsize=(7.6, 6.4), height_ratios=[3, 1.9])
        fig.subplots_adjust(left=0.03, right=0.97, top=0.9, bottom=0.1, hspace=0.08)
        _boxes(journey, events, visits)
        found = parts(events, visits)
        _bar(share, found, visits)
        micro = 1000 * (found["path"] + found["beside"]) / visits
        fig.suptitle(
            f"Orders speak for {1000 * found['order'] / visits:.0f} of 1,000 visits, "
            f"micro conversions for {micro:.0f} more",
            fontsize=13,
        )
    return fig, _in_words(events, found, visits)


def _boxes(ax: Any, events: pd.DataFrame, visits: int) -> None:
    def box(x: float, y: float, words: str, count: int, color: str) -> Any:
        text = f"{words}\n{count:,}\n{100 * count / visits:.1f} %"
        style = {"boxstyle": "round,pad=0.4", "facecolor": color, "edgecolor": "black"}
        return ax.text(x, y, text, ha="center", va="center", bbox=style)

    def arrow(start: Any, end: Any, line: str) -> None:
        # From the edge of one box to the edge of the other, however wide their words are.
        style = {"arrowstyle": "->", "linestyle": line, "shrinkA": 1, "shrinkB": 1}
        ends = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch()}
        places = end.get_position(), start.get_position()
        ax.annotate("", *places, arrowprops={**style, **ends})

    ax.set_axis_off()
    ax.set_xlim(-0.5, 5.5)
    ax.set_ylim(-0.5, 1.6)
    line = [
        box(0, 0, "Visits", visits, _TRAFFIC),
        box(1, 0, "Product", visits_with(events, "view_item"), _TRAFFIC),
    ]
    for place, (name, words) in enumerate(ON_PATH.items(), start=2):
        line.append(box(place, 0, f"◆ {words}", visits_with(events, name), _PATH))
    line.append(box(5, 0, "★ Order", visits_with(events, MACRO), _MACRO))
    beside = [
        box(1.25 * place, 1.15, f"◇ {words}", visits_with(events, name), _BESIDE)
        for place, (name, words) in enumerate(BESIDE.items())
    ]
    ax.figure.canvas.draw()  # the boxes get their size when they are drawn
    for start, end in itertools.pairwise(line):
        arrow(start, end, "solid")
    # The newsletter can be ordered in any visit, the other two from a product.
    for start, end in zip((line[0], line[1], line[1]), beside, strict=True):
        arrow(start, end, "dotted")
    legend = (
        "★ macro: the objective\n◆ micro, on the path\n◇ micro, beside the path\n"
        "gray: not on Mara's list\n%: of all visits"
    )
    ax.text(3.35, 1.15, legend, va="center")


def _bar(ax: Any, found: dict[str, int], visits: int) -> None:
    shown = {
        "order": ("★ with an order", _MACRO),
        "path": ("◆ on the path, no order", _PATH),
        "beside": ("◇ only beside the path", _BESIDE),
        "none": ("none of these", _TRAFFIC),
    }
    left = 0.0
    for place, (key, (words, color)) in enumerate(shown.items()):
        width = 100 * found[key] / visits
        ax.barh([0], [width], left=left, color=color, edgecolor="black")
        said = f"{words}: {found[key]:,} visits, {width:.1f} %"
        ax.text(left + 0.4, 2.15 - 0.5 * place, said, va="center")
        ax.plot([left, left], [-0.4, 2.35 - 0.5 * place], color="black", linewidth=0.8)
        left += width
    ax.set_xlim(0, 100)
    ax.set_ylim(-0.5, 2.7)
    ax.set_yticks([])
    ax.set_xlabel("share of all visits, in %; each visit is in one part only")
    ax.spines[["top", "left", "right"]].set_visible(False)


def _in_words(events: pd.DataFrame, found: dict[str, int], visits: int) -> str:
    path = ", ".join(f"{w.lower()} {visits_with(events, n):,}" for n, w in ON_PATH.items())
    beside = ", ".join(f"{w.lower()} {visits_with(events, n):,}" for n, w in BESIDE.items())
    return (
        f"The journey as boxes joined by arrows. {visits:,} visits; product view "
        f"{visits_with(events, 'view_item'):,}. On the path: {path}. At its end the macro "
        f"conversion, an order: {found['order']:,}. Beside the path: {beside}. Below, a bar of all "
        f"visits: {found['order']:,} with an order, {found['path']:,} on the path without one, "
        f"{found['beside']:,} with something beside the path only, {found['none']:,} with none of "
        "these."
    )
