"""Association: do those who do the micro buy more often, and is that still so among alike?

A 2x2 table counts sessions or users by micro (yes, no) and macro (yes, no). Nothing here shows
a cause: adjustment for what was recorded helps, and does not cure what was not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Any

import pandas as pd

from workbook.analysis import intervals
from workbook.analysis.inputs import flags, need_columns, number, one_of, same_rows
from workbook.analysis.intervals import Ratio, around, log_interval
from workbook.analysis.kinds import Interval
from workbook.analysis.rates import rate, rate_variance


@dataclass(frozen=True)
class TwoByTwo:
    """Counts of sessions or users, all of one scope: say which. ValueError if one is below 0.

    both        micro and macro
    micro_only  micro, no macro
    macro_only  macro, no micro
    neither
    """

    both: float
    micro_only: float
    macro_only: float
    neither: float

    def __post_init__(self) -> None:
        for name in ("both", "micro_only", "macro_only", "neither"):
            # As plain numbers: products of a table's int32 would overflow.
            count = number(name, getattr(self, name), least=0)
            object.__setattr__(self, name, int(count) if count.is_integer() else count)
        if not self.total:
            raise ValueError("The table counts nobody: all four cells are 0.")

    @property
    def with_micro(self) -> float:
        """How many did the micro."""
        return self.both + self.micro_only

    @property
    def without_micro(self) -> float:
        """How many did not."""
        return self.macro_only + self.neither

    @property
    def with_macro(self) -> float:
        """How many did the macro."""
        return self.both + self.macro_only

    @property
    def total(self) -> float:
        """How many there are."""
        return self.with_micro + self.without_micro

    @property
    def rate_with(self) -> float:
        """P(macro | micro), in 0..1; ValueError if nobody did the micro."""
        if not self.with_micro:
            raise ValueError("Nobody did the micro, so there is no rate among those who did.")
        return rate(self.both, self.with_micro)

    @property
    def rate_without(self) -> float:
        """P(macro | no micro), in 0..1; ValueError if everybody did the micro."""
        if not self.without_micro:
            raise ValueError("Everybody did the micro, so there is nobody to compare with.")
        return rate(self.macro_only, self.without_micro)

    @property
    def base_rate(self) -> float:
        """P(macro), in 0..1."""
        return rate(self.with_macro, self.total)

    @property
    def excess_rate(self) -> float:
        """P(macro | micro) - P(macro | no micro), in -1..1: the risk difference."""
        return self.rate_with - self.rate_without

    @property
    def excess_variance(self) -> float:
        """Squared standard error of the excess rate, unpooled: p1 q1 / n1 + p0 q0 / n0."""
        return rate_variance(self.both, self.with_micro) + rate_variance(
            self.macro_only, self.without_micro
        )

    @property
    def lift(self) -> float:
        """P(macro | micro) / P(macro); ValueError without any macro."""
        return self.rate_with / self._some(self.base_rate, "Nobody did the macro")

    @property
    def risk_ratio(self) -> float:
        """P(macro | micro) / P(macro | no micro); ValueError if the latter is 0."""
        return self.rate_with / self._some(self.rate_without, "Nobody without the micro did it")

    @property
    def odds_ratio(self) -> float:
        """(both x neither) / (micro_only x macro_only); ValueError if one of the latter is 0."""
        below = self.micro_only * self.macro_only
        return self.both * self.neither / self._some(below, "A cell below the line is 0")

    @property
    def phi(self) -> float:
        """Correlation of the two yes-or-no columns, in -1..1 (Yule, 1912).

        (both x neither - micro_only x macro_only) / sqrt(product of the four sums).
        ValueError if everybody or nobody did one of the two.
        """
        sums = (self.with_micro, self.without_micro, self.with_macro, self.total - self.with_macro)
        below = 1.0
        for one in sums:
            below *= sqrt(one)
        crossed = self.both * self.neither - self.micro_only * self.macro_only
        return crossed / self._some(below, "Everybody or nobody did one of the two")

    @property
    def recall(self) -> float:
        """P(micro | macro): the share of the buyers that the micro finds; ValueError as `lift`."""
        return rate(self.both, self._some(self.with_macro, "Nobody did the macro"))

    @property
    def precision(self) -> float:
        """P(macro | micro), another name of `rate_with`."""
        return self.rate_with

    def risk_ratio_interval(self, level: float = 0.95) -> Interval:
        """Log interval of the risk ratio (`intervals.rate_ratio`); ValueError if a rate is 0."""
        return intervals.rate_ratio(*self._arms(), level).interval

    def odds_ratio_interval(self, level: float = 0.95) -> Interval:
        """Log interval of the odds ratio (`intervals.odds_ratio`); ValueError if a cell is 0."""
        return intervals.odds_ratio(*self._arms(), level).interval

    def excess_interval(self, level: float = 0.95) -> Interval:
        """Newcombe's interval of the excess rate (`intervals.newcombe`)."""
        return intervals.newcombe(*self._arms(), level)

    def _arms(self) -> tuple[float, float, float, float]:
        return self.macro_only, self.without_micro, self.both, self.with_micro

    @staticmethod
    def _some(below: float, why: str) -> float:
        if not below:
            raise ValueError(f"{why}, so there is nothing to divide by: compare the two rates.")
        return below


def two_by_two(micro: Iterable[Any], macro: Iterable[Any]) -> TwoByTwo:
    """The table from two columns of True and False (or 1 and 0), one row per session or user."""
    did, bought = flags("micro", micro), flags("macro", macro)
    same_rows(micro=did, macro=bought)
    cells = (did & bought, did & ~bought, ~did & bought, ~did & ~bought)
    return TwoByTwo(*(int(cell.sum()) for cell in cells))


# --- among alike ----------------------------------------------------------------------------


def strata(
    table: pd.DataFrame, micro: str, macro: str, by: str | Sequence[str]
) -> dict[Hashable, TwoByTwo]:
    """A 2x2 table for each stratum: the rows alike in the column or columns `by`.

    Keys are the values of `by` (a tuple for several). Rows with a blank there are a stratum of
    their own. Raises ValueError for a missing column or no rows.
    """
    columns = [by] if isinstance(by, str) else list(by)
    need_columns(table, [micro, macro, *columns], "The table")
    if not len(table) or not columns:
        raise ValueError("Strata need rows, and at least one column to tell them apart.")
    grouped = table.groupby(columns[0] if len(columns) == 1 else columns, dropna=False)
    return {key: two_by_two(rows[micro], rows[macro]) for key, rows in grouped}


@dataclass(frozen=True)
class Adjusted:
    """An excess rate among alike, with what it was made of.

    rate_with      macro rate of those with the micro, weighted, in 0..1
    rate_expected  macro rate of those without it, with the same weights: "similar visitors"
    difference     rate_with - rate_expected, with `interval`
    left_out       how many in strata where everybody or nobody did the micro: no comparison there
    """

    rate_with: float
    rate_expected: float
    interval: Interval
    left_out: float

    @property
    def difference(self) -> float:
        """Excess rate after adjustment, in -1..1."""
        return self.rate_with - self.rate_expected

    @property
    def ratio(self) -> float:
        """Standardized risk ratio; ValueError if similar visitors never did the macro."""
        if not self.rate_expected:
            raise ValueError("Similar visitors never did the macro, so there is no ratio.")
        return self.rate_with / self.rate_expected


def standardized(
    tables: Mapping[Hashable, TwoByTwo] | Iterable[TwoByTwo],
    *,
    to: str = "micro",
    level: float = 0.95,
) -> Adjusted:
    """Direct standardization: both rates of each stratum, averaged with one set of weights.

    to   "micro": weights are those who did the micro, so the difference compares them with
         similar visitors who did not (average difference among the treated, ATT).
         "all": weights are everybody in the stratum.

    Difference = sum w_i (p1_i - p0_i), standard error sqrt(sum w_i^2 (p1 q1 / n1 + p0 q0 / n0)),
    weights taken as fixed; where all rates are 0 or 1 it is 0, and the interval says nothing.
    Strata without either kind are left out and counted. Source: Rothman,
    Greenland and Lash, Modern Epidemiology (2008), chapter 15. ValueError if no stratum is left.
    """
    one_of("to", to, ("micro", "all"))
    kept, left_out = _comparable(tables)
    sizes = [one.with_micro if to == "micro" else one.total for one in kept]
    weights = [size / fsum(sizes) for size in sizes]
    pairs = list(zip(weights, kept, strict=True))
    done = fsum(w * one.rate_with for w, one in pairs)
    expected = fsum(w * one.rate_without for w, one in pairs)
    error = sqrt(fsum(w * w * one.excess_variance for w, one in pairs))
    interval = around(done - expected, error, level, least=-1.0, most=1.0)
    return Adjusted(done, expected, interval, left_out)


def mantel_haenszel_risk_ratio(
    tables: Mapping[Hashable, TwoByTwo] | Iterable[TwoByTwo], *, level: float = 0.95
) -> Ratio:
    """One risk ratio for all strata, with its log interval.

    With a, c the macros with and without the micro, n1, n0 how many did and did not, N = n1 + n0:
    R / S, R = sum a n0 / N, S = sum c n1 / N (Mantel and Haenszel 1959, Rothman 1986). Variance
    of the log: sum [(a + c) n1 n0 - a c N] / N^2 / (R S) (Greenland and Robins 1985). Assumes
    that the ratio is alike in all strata; look at them. ValueError if R or S is 0.
    """
    kept, _ = _comparable(tables)
    above = fsum(t.both * t.without_micro / t.total for t in kept)
    below = fsum(t.macro_only * t.with_micro / t.total for t in kept)
    if not above or not below:
        raise ValueError(
            "Nobody with the micro, or nobody without it, did the macro in the strata that can "
            "be compared: use mantel_haenszel_risk_difference instead."
        )
    spread = fsum(
        (t.with_macro * t.with_micro * t.without_micro - t.both * t.macro_only * t.total)
        / t.total**2
        for t in kept
    )
    return log_interval(above / below, sqrt(spread / (above * below)), level)


def mantel_haenszel_risk_difference(
    tables: Mapping[Hashable, TwoByTwo] | Iterable[TwoByTwo], *, level: float = 0.95
) -> tuple[float, Interval]:
    """One risk difference (excess rate) for all strata, in -1..1, with its interval.

    sum w (p1 - p0) / sum w with w = n1 n0 / N: large and balanced strata count most. Variance
    sum w^2 (p1 q1 / n1 + p0 q0 / n0) / (sum w)^2 (Greenland and Robins 1985).
    """
    kept, _ = _comparable(tables)
    pairs = [(t.with_micro * t.without_micro / t.total, t) for t in kept]
    whole = fsum(w for w, _ in pairs)
    difference = fsum(w * t.excess_rate for w, t in pairs) / whole
    error = sqrt(fsum(w * w * t.excess_variance for w, t in pairs)) / whole
    return difference, around(difference, error, level, least=-1.0, most=1.0)


def _comparable(
    tables: Mapping[Hashable, TwoByTwo] | Iterable[TwoByTwo],
) -> tuple[list[TwoByTwo], float]:
    if isinstance(tables, TwoByTwo):
        raise ValueError("One table is no strata: give a list of tables, or what `strata` gives.")
    every = list(tables.values() if isinstance(tables, Mapping) else tables)
    kept = [one for one in every if one.with_micro and one.without_micro]
    if not kept:
        raise ValueError("No stratum has both kinds, with and without the micro, to compare.")
    return kept, fsum(one.total for one in every) - fsum(one.total for one in kept)
