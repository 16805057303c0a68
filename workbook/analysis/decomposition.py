"""Why a total rate changed: the segments' own rates, or the mix of the segments.

All functions take the counts of two periods (or groups), one row per segment: how many converted
(`part_0`, `part_1`) of how many (`whole_0`, `whole_1`). With weights w = whole / sum of wholes and
rates r = part / whole, the total rate is R = sum w r. Rates and effects are in 0..1; times 100
they are percentage points. Segments are matched by the Series' index.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from workbook.analysis.inputs import one_of
from workbook.analysis.kinds import Floats

Weights = Literal["base", "midpoint"]
WEIGHTS = ("base", "midpoint")


def mix_and_rate_effects(
    part_0: pd.Series[Any],
    whole_0: pd.Series[Any],
    part_1: pd.Series[Any],
    whole_1: pd.Series[Any],
    *,
    weights: Weights = "base",
) -> pd.DataFrame:
    """R1 - R0 split into effects: one row per segment, columns rate, mix, (interaction,) total.

    "base": rate = w0 (r1 - r0), mix = (w1 - w0) r0, interaction = (w1 - w0)(r1 - r0), each
    against period 0. "midpoint": rate = mean w (r1 - r0), mix = (w1 - w0) mean r, the means being
    of both periods, so that no interaction is left and both periods count alike. The columns'
    sums are the effects, and `total` adds up to R1 - R0. Read the mix as a sum only: weights add
    up to 1, so one segment's gain is another's loss.

    Source: Kitagawa (1955) for midpoint weights; base weights give the threefold form of what
    Oaxaca (1973) and Blinder (1973) proposed. Raises ValueError for a segment that is missing in
    a period or empty there (it has no rate), or for counts that are no parts of their wholes.
    """
    one_of("weights", weights, WEIGHTS)
    segments, (w0, r0), (w1, r1) = _periods(part_0, whole_0, part_1, whole_1)
    moved, changed = w1 - w0, r1 - r0
    if weights == "base":
        effects = {"rate": w0 * changed, "mix": moved * r0, "interaction": moved * changed}
    else:
        effects = {"rate": (w0 + w1) / 2 * changed, "mix": moved * (r0 + r1) / 2}
    return pd.DataFrame({**effects, "total": w1 * r1 - w0 * r0}, index=segments)


def standardized_rate(
    part: pd.Series[Any], whole: pd.Series[Any], standard: pd.Series[Any]
) -> float:
    """The total rate that these segments' rates would give at another mix: sum w r, in 0..1.

    r = part / whole; w = standard / sum of standard, for example the visits of period 0: "what
    would period 1 have converted, had the mix stayed?" (direct standardization;
    Kitagawa 1955). A segment that
    the standard holds must have a rate. Raises ValueError as `mix_and_rate_effects` does.
    """
    names = ("standard", "standard", "part", "whole")
    _, (weight, _), (_, rates) = _periods(standard, standard, part, whole, names)
    return float(weight @ rates)


def simpson_reversal(
    part_0: pd.Series[Any],
    whole_0: pd.Series[Any],
    part_1: pd.Series[Any],
    whole_1: pd.Series[Any],
) -> bool:
    """Whether every segment's rate moves one way and the total the other (Simpson 1951).

    Strictly: a segment or total that stands still is no reversal. Says nothing about chance: a
    small segment moves easily. Raises ValueError as `mix_and_rate_effects` does.
    """
    segments, _, _ = _periods(part_0, whole_0, part_1, whole_1)
    p0, n0, p1, n1 = (
        column.reindex(segments).to_numpy(dtype=np.float64)
        for column in (part_0, whole_0, part_1, whole_1)
    )
    # Crosswise products of counts are exact, so that 1/3 and 2/6 stand still for certain.
    within = np.sign(p1 * n0 - p0 * n1)
    total = np.sign(p1.sum() * n0.sum() - p0.sum() * n1.sum())
    return bool(total != 0 and (within == -total).all())


# --- what can go wrong ----------------------------------------------------------------------


def _periods(
    part_0: pd.Series[Any],
    whole_0: pd.Series[Any],
    part_1: pd.Series[Any],
    whole_1: pd.Series[Any],
    names: tuple[str, str, str, str] = ("part_0", "whole_0", "part_1", "whole_1"),
) -> tuple[pd.Index[Any], tuple[Floats, Floats], tuple[Floats, Floats]]:
    """The segments, and for each period their weights and rates, in one order."""
    columns = list(zip(names, (part_0, whole_0, part_1, whole_1), strict=True))
    for name, column in columns:
        if not isinstance(column, pd.Series):
            raise ValueError(f"{name} is a Series with the segments as index.")
        if column.index.has_duplicates:
            twice = column.index[column.index.duplicated()][0]
            raise ValueError(f"The segment {twice!r} stands twice in {name}: sum its rows first.")
    segments = whole_0.index
    if segments.empty:
        raise ValueError("There are no segments to compare.")
    for name, column in columns:
        for segment in column.index.symmetric_difference(segments):
            where = name if segment in segments else names[1]
            raise ValueError(
                f"The segment {segment!r} is missing in {where}: where nobody was, there is no "
                "rate. Merge it with another segment, or leave it out of all counts."
            )
    (p0, n0), (p1, n1) = _counts(columns[:2], segments), _counts(columns[2:], segments)
    return segments, (n0 / n0.sum(), p0 / n0), (n1 / n1.sum(), p1 / n1)


def _counts(
    columns: list[tuple[str, pd.Series[Any]]], segments: pd.Index[Any]
) -> tuple[Floats, Floats]:
    """Parts and wholes in the segments' order; ValueError where they give no rate."""
    (part_name, part), (whole_name, whole) = columns
    try:
        parts = part.reindex(segments).to_numpy(dtype=np.float64, na_value=np.nan)
        wholes = whole.reindex(segments).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(f"{part_name} and {whole_name} are not all numbers.") from None
    for segment, one, all_ in zip(segments, parts, wholes, strict=True):
        if not 0 < all_ < np.inf:
            raise ValueError(
                f"The segment {segment!r} has nobody in {whole_name}, so it has no rate there: "
                "merge it with another segment."
            )
        if not 0 <= one <= all_:
            raise ValueError(
                f"For the segment {segment!r}, {one:g} in {part_name} is not a part of {all_:g} "
                f"in {whole_name}: which rows does each count?"
            )
    return parts, wholes
