"""Significance: what a test of two (or more) arms says, and how much of it is chance.

Two arms are given as `part_a, whole_a, part_b, whole_b`; effects are B minus A. A p-value is the
chance of a result at least as far from "no effect" as this one, were there none. It is not the
chance that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.analysis.inputs import inside, number, numbers, share, whole_number
from workbook.analysis.intervals import around, wald
from workbook.analysis.kinds import Floats, Interval
from workbook.analysis.rates import part_whole, rate, rate_variance


@dataclass(frozen=True)
class ZTest:
    """An effect (in 0..1 for rates), its standard error under "no effect", z, p, and interval."""

    effect: float
    standard_error: float
    z: float
    p: float
    interval: Interval


@dataclass(frozen=True)
class TTest:
    """A difference of two means in their unit, its standard error, t, degrees of freedom, p."""

    effect: float
    standard_error: float
    t: float
    degrees: float
    p: float
    interval: Interval


@dataclass(frozen=True)
class ChiSquare:
    """The statistic, its degrees of freedom and p."""

    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True)
class SampleRatio:
    """Users counted and planned per arm, chi-square, p, and the alarm at the stated threshold."""

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees: int
    p: float
    threshold: float

    @property
    def alarm(self) -> bool:
        """True: something assigns or counts users wrongly. Do not read the metrics."""
        return self.p < self.threshold


@dataclass(frozen=True)
class Posterior:
    """What two beta posteriors say of B against A, given the prior.

    chance_b_better   P(rate B > rate A)
    interval          credible interval of rate B - rate A, equal tails
    loss_a, loss_b    expected loss, in rate, of choosing A (or B): mean of what the other one
                      would bring more, counted as 0 where it brings less
    interval_a, interval_b   credible interval of each rate
    """

    chance_b_better: float
    interval: Interval
    loss_a: float
    loss_b: float
    interval_a: Interval
    interval_b: Interval


# --- two rates ---------------------------------------------------------------------------------


def two_proportions(
    part_a: float, whole_a: float, part_b: float, whole_b: float, level: float = 0.95
) -> ZTest:
    """Two-proportion z-test, two-sided (Pearson, 1900, as a z): is p_b - p_a more than chance?

    z = (p_b - p_a) / sqrt(p̄(1-p̄)(1/n_a + 1/n_b)), where p̄ pools both arms, since the test
    supposes one common rate. The interval does not, so it is Wald's, with the unpooled error;
    in rare cases the two disagree at the edge. ValueError if nobody or everybody converted.
    """
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    effect = part_b / whole_b - part_a / whole_a
    pooled = rate(part_a + part_b, whole_a + whole_b)
    error = sqrt(_varying(pooled) * (1 / whole_a + 1 / whole_b))
    interval = wald(part_a, whole_a, part_b, whole_b, level)
    return ZTest(effect, error, effect / error, _two_sided(effect / error), interval)


def chi_square(
    part_a: float, whole_a: float, part_b: float, whole_b: float, yates: bool = False
) -> ChiSquare:
    """Chi-square test of two rates (Pearson, 1900); without correction it is z², with the same p.

    `yates=True` takes 1/2 off each cell's distance (Yates, 1934): a larger p, nearer to Fisher's.
    ValueError if nobody or everybody converted.
    """
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    _varying(rate(part_a + part_b, whole_a + whole_b))
    table = [[part_a, whole_a - part_a], [part_b, whole_b - part_b]]
    return independence(table, yates=yates)


def independence(table: pd.DataFrame | Sequence[Sequence[float]], yates: bool = False) -> ChiSquare:
    """Chi-square test that rows and columns of a table of counts are unrelated (Pearson, 1900).

    Sum over cells of (count - expected)² / expected, expected = row total · column total / total;
    (rows - 1)(columns - 1) degrees of freedom. `yates` is for two by two. ValueError for fewer
    than two rows or columns, an unequal number of columns, or a row or column of zeros.
    """
    counted = table.to_numpy().tolist() if isinstance(table, pd.DataFrame) else table
    if isinstance(counted, str) or not hasattr(counted, "__len__"):
        raise ValueError("The table is a list of rows of counts, or a DataFrame of counts.")
    rows = [numbers("A row of counts", row, rows=2) for row in counted]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        raise ValueError("The table needs two rows or more, each with as many counts as the first.")
    counts = np.array(rows)
    if (counts < 0).any() or (counts.sum(0) == 0).any() or (counts.sum(1) == 0).any():
        raise ValueError("A row or column has no counts (or negative ones): leave it out.")
    if yates and counts.shape != (2, 2):
        raise ValueError("Yates's correction is for a table of two rows and two columns.")
    expected = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    distance = np.abs(counts - expected)
    if yates:
        distance -= np.minimum(0.5, distance)
    statistic = float((distance**2 / expected).sum())
    degrees = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return ChiSquare(statistic, degrees, _chi_square_p(statistic, degrees))


def fisher(part_a: int, whole_a: int, part_b: int, whole_b: int) -> float:
    """p of Fisher's exact test of two rates (1935), two-sided, for small counts.

    Given all totals, sums the chances of the tables that are no likelier than the one seen.
    Counts are whole numbers; ValueError if they are not.
    """
    from scipy.stats import fisher_exact  # type: ignore[import-untyped]

    rate(part_a, whole_a), rate(part_b, whole_b)
    a, b = whole_number("Part A", part_a, 0), whole_number("Part B", part_b, 0)
    not_a = whole_number("Whole A", whole_a) - a
    not_b = whole_number("Whole B", whole_b) - b
    return min(1.0, float(fisher_exact([[a, not_a], [b, not_b]])[1]))


# --- two means ---------------------------------------------------------------------------------


def welch(values_a: Iterable[float], values_b: Iterable[float], level: float = 0.95) -> TTest:
    """Welch's t-test (1947) of mean B - mean A, such as revenue per visitor, two-sided.

    One value per user, zeros for those who bought nothing included. Both arms may vary
    differently. ValueError for fewer than two values in an arm, or if nothing varies.
    """
    a, b = numbers("Arm A", values_a, rows=2), numbers("Arm B", values_b, rows=2)
    # Of equal values rounding leaves a spread, and a huge t with it.
    spreads = [float(x.std(ddof=1)) if x.min() < x.max() else 0.0 for x in (a, b)]
    summary = [(float(x.mean()), sd, len(x)) for x, sd in zip((a, b), spreads, strict=True)]
    return welch_from_summary(*summary[0], *summary[1], level=level)


def welch_from_summary(
    mean_a: float, sd_a: float, size_a: int, mean_b: float, sd_b: float, size_b: int,
    *, level: float = 0.95,
) -> TTest:  # fmt: skip
    """Welch's t-test (1947) from each arm's mean, standard deviation (n - 1) and users.

    t = (mean_b - mean_a) / sqrt(s_a²/n_a + s_b²/n_b), degrees of freedom after Welch and
    Satterthwaite: (v_a + v_b)² / (v_a²/(n_a - 1) + v_b²/(n_b - 1)) with v = s²/n.
    """
    from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]

    effect = number("mean_b", mean_b) - number("mean_a", mean_a)
    sizes = whole_number("size_a", size_a, 2), whole_number("size_b", size_b, 2)
    spreads = number("sd_a", sd_a, least=0), number("sd_b", sd_b, least=0)
    v_a, v_b = (spread**2 / size for spread, size in zip(spreads, sizes, strict=True))
    if not v_a + v_b > 0:
        raise ValueError("All values are the same within each arm: there is no chance to test.")
    error = sqrt(v_a + v_b)
    of_a = v_a / (v_a + v_b)
    degrees = 1 / (of_a**2 / (sizes[0] - 1) + (1 - of_a) ** 2 / (sizes[1] - 1))
    t = effect / error
    half = float(stdtrit(degrees, (1 + inside("level", level)) / 2)) * error
    p = min(1.0, 2 * float(stdtr(degrees, -abs(t))))
    return TTest(effect, error, t, degrees, p, Interval(effect - half, effect + half))


# --- effects against effects -------------------------------------------------------------------


def compare_effects(
    effect_1: float, error_1: float, effect_2: float, error_2: float, level: float = 0.95
) -> ZTest:
    """Is effect 2 larger than effect 1? Difference of two independent effects, as a z-test.

    z = (effect_2 - effect_1) / sqrt(error_1² + error_2²). That one effect is significant and the
    other is not does not make them different (Gelman and Stern, 2006). Take unpooled standard
    errors; the same users must not be in both. ValueError for errors that are not above 0.
    """
    squares = number("error_1", error_1, above=0) ** 2 + number("error_2", error_2, above=0) ** 2
    effect = number("effect_2", effect_2) - number("effect_1", effect_1)
    return _z_test(effect, sqrt(squares), level)


def difference_in_differences(
    control_before: tuple[float, float],
    control_after: tuple[float, float],
    treated_before: tuple[float, float],
    treated_after: tuple[float, float],
    level: float = 0.95,
) -> ZTest:
    """The treated group's change of rate minus the control group's, each rate as (part, whole).

    (p after - p before) treated - (p after - p before) control, error sqrt(sum of p(1-p)/n): four
    groups of different users. It is an effect only if both would have changed alike without the
    treatment (Card and Krueger, 1994). ValueError if nothing varies.
    """
    groups = (control_before, control_after, treated_before, treated_after)
    if any(isinstance(group, str) or not hasattr(group, "__len__") for group in groups) or any(
        len(group) != 2 for group in groups
    ):
        raise ValueError("Each of the four groups is a pair (part, whole), such as (120, 4_000).")
    rates = [rate(part, whole) for part, whole in groups]
    variance = sum(rate_variance(part, whole) for part, whole in groups)
    if not variance:
        raise ValueError("All four rates are 0 or 1, so chance cannot be told from effect.")
    return _z_test((rates[3] - rates[2]) - (rates[1] - rates[0]), sqrt(variance), level)


def _z_test(effect: float, error: float, level: float) -> ZTest:
    z = effect / error
    return ZTest(effect, error, z, _two_sided(z), around(effect, error, level))


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _varying(p: float) -> float:
    if p in (0, 1):
        who = "Nobody" if p == 0 else "Everybody"
        raise ValueError(f"{who} converted in both arms, so there is no difference to test.")
    return p * (1 - p)


def _chi_square_p(statistic: float, degrees: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


# --- the plumbing ------------------------------------------------------------------------------


def sample_ratio(
    counts: Iterable[int], planned: Iterable[float] | None = None, *, threshold: float = 0.001
) -> SampleRatio:
    """Is there a sample ratio mismatch: do users per arm not fit the plan? (Fabijan et al., 2019)

    counts      users in each arm, as assigned.
    planned     the planned split in any unit: (50, 50), (0.9, 0.1). None: equal arms.
    threshold   p below it is an alarm; strict, for the check is made often and users are many.
                Some teams take 0.01 or 0.0005: state yours.
    Chi-square with arms - 1 degrees of freedom. ValueError if there are fewer than two arms, no
    users, or a planned share that is not above 0.
    """
    observed = [
        whole_number("An arm's count", count, 0) for count in numbers("counts", counts, rows=1)
    ]
    shares = numbers("planned", [1] * len(observed) if planned is None else planned)
    if len(observed) < 2 or len(shares) != len(observed):
        raise ValueError(
            f"There are {len(observed)} counts and {len(shares)} planned shares: give one of each "
            "for every arm, and two arms or more."
        )
    if not (shares > 0).all() or not sum(observed):
        raise ValueError("Every planned share is above 0, and somebody must be in the test.")
    expected = sum(observed) * shares / shares.sum()
    statistic = float(((np.array(observed) - expected) ** 2 / expected).sum())
    degrees = len(observed) - 1
    return SampleRatio(
        tuple(observed),
        tuple(expected.tolist()),
        statistic,
        degrees,
        _chi_square_p(statistic, degrees),
        inside("threshold", threshold),
    )


# --- many tests --------------------------------------------------------------------------------


def bonferroni(p_values: Iterable[float]) -> list[float]:
    """Adjusted p-values p · m, at most 1, in the order given (Bonferroni, 1936; Dunn, 1961).

    Those at or below alpha count; the chance of even one false alarm is then at most alpha.
    ValueError for an empty list or a p outside 0..1; so for the next two.
    """
    p = _p_values(p_values)
    return [float(value) for value in np.minimum(1, p * len(p))]


def holm(p_values: Iterable[float]) -> list[float]:
    """Adjusted p-values after Holm (1979), in the order given: promises what Bonferroni does.

    The smallest is multiplied by m, the next by m - 1 and so on; none falls below one before it.
    """
    p = _p_values(p_values)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _back(np.minimum(1, adjusted), order)


def benjamini_hochberg(p_values: Iterable[float]) -> list[float]:
    """Adjusted p-values after Benjamini and Hochberg (1995), in the order given.

    Those at or below alpha count; of the findings so kept, at most a share alpha is false on
    average (if tests are independent or positively related). The r-th smallest is multiplied by
    m / r; none rises above one after it.
    """
    p = _p_values(p_values)
    order = np.argsort(p, kind="stable")
    adjusted = p[order] * len(p) / np.arange(1, len(p) + 1)
    return _back(np.minimum.accumulate(adjusted[::-1])[::-1], order)


def family_wise_error(tests: int, alpha: float = 0.05) -> float:
    """Chance of at least one false alarm in so many independent tests: 1 - (1 - alpha)^m."""
    return 1.0 - (1.0 - inside("alpha", alpha)) ** whole_number("tests", tests)


def false_positive_risk(true_share: float, *, power: float = 0.80, alpha: float = 0.05) -> float:
    """Share of significant wins that are none (Kohavi, Deng and Vermeer, 2022), in 0..1.

    (alpha/2)(1 - share) / [(alpha/2)(1 - share) + power · share], where `true_share` is the share
    of ideas that work; alpha/2, as a win is only one of the two directions. ValueError unless
    power and alpha lie between 0 and 1 and the share in 0..1.
    """
    works = share("true_share", true_share)
    wrong = inside("alpha", alpha) / 2 * (1 - works)
    return wrong / (wrong + inside("power", power) * works)


def _p_values(p_values: Iterable[float]) -> Floats:
    found = numbers("The list of p-values", p_values, rows=1)
    if (found < 0).any() or (found > 1).any():
        raise ValueError("A p-value lies in 0..1: one of these does not.")
    return found


def _back(adjusted: Floats, order: npt.NDArray[np.intp]) -> list[float]:
    found = np.empty(len(order))
    found[order] = adjusted
    return [float(value) for value in found]


# --- Bayes -------------------------------------------------------------------------------------


def posterior(
    part_a: float, whole_a: float, part_b: float, whole_b: float,
    *, prior: tuple[float, float] = (1, 1), level: float = 0.95,
) -> Posterior:  # fmt: skip
    """Two rates with beta priors: the chance that B is better, and what a wrong choice costs.

    Each rate's posterior is Beta(prior[0] + part, prior[1] + whole - part); (1, 1) is flat, (2,
    98) says "about 2 %, worth 100 users". Chances are integrals over both posteriors, computed
    numerically to about 1e-10 (the interval's ends to 1e-5 if users are few). Expected loss is
    E[max(other - chosen, 0)] (Stucchio, 2015).
    ValueError for a prior below 0.5 (Jeffreys) or counts as for `rate`.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped]
    from scipy.special import betaincinv

    if isinstance(prior, str) or not hasattr(prior, "__len__") or len(prior) != 2:
        raise ValueError("prior is two numbers of at least 0.5, such as (1, 1).")
    won, lost = (number("A prior count", count, least=0.5) for count in prior)
    (part_a, whole_a), (part_b, whole_b) = part_whole(part_a, whole_a), part_whole(part_b, whole_b)
    a = won + part_a, lost + whole_a - part_a
    b = won + part_b, lost + whole_b - part_b
    tail = (1 - inside("level", level)) / 2

    def difference(chance: float) -> float:
        return float(brentq(lambda d: _at_most(a, b, d) - chance, -1, 1, xtol=1e-12))

    def of_rate(shape: tuple[float, float]) -> Interval:
        return Interval(float(betaincinv(*shape, tail)), float(betaincinv(*shape, 1 - tail)))

    mean_a, mean_b = a[0] / sum(a), b[0] / sum(b)
    # x times a beta density is its mean times the density with one success more.
    more_a, more_b = (a[0] + 1, a[1]), (b[0] + 1, b[1])
    a_loses = mean_b * (1 - _at_most(a, more_b, 0)) - mean_a * (1 - _at_most(more_a, b, 0))
    b_loses = mean_a * _at_most(more_a, b, 0) - mean_b * _at_most(a, more_b, 0)
    return Posterior(
        1 - _at_most(a, b, 0),
        Interval(difference(tail), difference(1 - tail)),
        max(0.0, a_loses),
        max(0.0, b_loses),
        of_rate(a),
        of_rate(b),
    )


def _at_most(a: tuple[float, float], b: tuple[float, float], difference: float) -> float:
    """P(rate B - rate A <= difference) for two betas, by the trapezoid rule over log-odds.

    On that scale a beta density is a smooth bell, for which the rule is exact almost to the last
    digit. The narrower one is integrated, so that the steps are fine enough for both.
    """
    from scipy.special import betainc

    if _variance(a) < _variance(b):
        x, weight = _bell(*a)
        return float(weight @ betainc(*b, np.clip(x + difference, 0, 1)))
    x, weight = _bell(*b)
    return float(weight @ (1 - betainc(*a, np.clip(x - difference, 0, 1))))


def _variance(shape: tuple[float, float]) -> float:
    total = sum(shape)
    return shape[0] * shape[1] / (total**2 * (total + 1))


def _bell(won: float, lost: float) -> tuple[Floats, Floats]:
    """Rates along the whole of a beta density, and the weight of each."""
    top = np.log(won / lost)
    width = sqrt(1 / won + 1 / lost)

    def height(odds: Floats) -> Floats:
        log_density: Floats = -won * np.logaddexp(0, -odds) - lost * np.logaddexp(0, odds)
        return log_density

    def end(step: float) -> float:
        while height(np.array(top)) - height(np.array(top + step)) < 42:  # e^-42 is nothing
            step *= 1.3
        return float(top + step)

    odds = np.linspace(end(-6 * width), end(6 * width), 3001)
    weight = np.exp(height(odds) - height(np.array(top)))
    return 1 / (1 + np.exp(-odds)), weight / weight.sum()
