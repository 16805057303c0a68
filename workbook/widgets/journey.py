"""The one-page picture of lesson 01: the shop's journey with its macro and micro conversions."""

from __future__ import annotations

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
            ("When is it known?", "last", "earlier, and more often"),
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
    fig, (journey, share) = plt.subplots(2, 1, figsize=(11, 6), height_ratios=[3, 1.5])
    fig.subplots_adjust(left=0.02, right=0.98, top=0.9, bottom=0.1, hspace=0.1)
    _boxes(journey, events, visits)
    found = parts(events, visits)
    _bar(share, found, visits)
    micro = 1000 * (found["path"] + found["beside"]) / visits
    fig.suptitle(
        f"Orders speak for {1000 * found['order'] / visits:.0f} of 1,000 visits, "
        f"micro conversions for {micro:.0f} more"
    )
    return fig, _in_words(events, found, visits)


def _boxes(ax: Any, events: pd.DataFrame, visits: int) -> None:
    def box(x: float, y: float, words: str, count: int, color: str) -> None:
        text = f"{words}\n{count:,}\n{100 * count / visits:.1f} % of visits"
        style = {"boxstyle": "round,pad=0.5", "facecolor": color, "edgecolor": "black"}
        ax.text(x, y, text, ha="center", va="center", bbox=style)

    def arrow(start: tuple[float, float], end: tuple[float, float], line: str) -> None:
        ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "linestyle": line})

    ax.set_axis_off()
    ax.set_xlim(-0.5, 5.5)
    ax.set_ylim(-0.5, 1.5)
    box(0, 0, "All visits", visits, _TRAFFIC)
    box(1, 0, "Product view", visits_with(events, "view_item"), _TRAFFIC)
    for place, (name, words) in enumerate(ON_PATH.items(), start=2):
        box(place, 0, f"◆ {words}", visits_with(events, name), _PATH)
    box(5, 0, "★ Order", visits_with(events, MACRO), _MACRO)
    for place in range(5):
        arrow((place + 0.36, 0), (place + 0.66, 0), "solid")
    starts = (0.0, 1.0, 1.2)  # the newsletter from any visit, the other two from a product
    for place, (start, (name, words)) in enumerate(zip(starts, BESIDE.items(), strict=True)):
        box(place, 1.1, f"◇ {words}", visits_with(events, name), _BESIDE)
        arrow((start, 0.35), (max(start, place - 0.2), 0.76), "dotted")
    legend = (
        "★ macro: completes the objective\n◆ micro, on the path to it\n"
        "◇ micro, beside the path\ngray: traffic, not on Mara's list"
    )
    ax.text(3, 1.1, legend, va="center")


def _bar(ax: Any, found: dict[str, int], visits: int) -> None:
    shown = {
        "order": ("★ order", _MACRO),
        "path": ("◆ on the path, no order", _PATH),
        "beside": ("◇ only beside the path", _BESIDE),
        "none": ("none of these", _TRAFFIC),
    }
    left = 0.0
    for place, (key, (words, color)) in enumerate(shown.items()):
        width = 1000 * found[key] / visits
        ax.barh([0], [width], left=left, color=color, edgecolor="black")
        ax.text(left + 2, 1.68 - 0.38 * place, f"{words}: {width:.0f}")
        ax.plot([left, left], [-0.4, 1.95 - 0.38 * place], color="black", linewidth=0.8)
        left += width
    ax.set_xlim(0, 1000)
    ax.set_ylim(-0.5, 2.2)
    ax.set_yticks([])
    ax.set_xlabel("visits, of every 1,000 (rounded)")
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
