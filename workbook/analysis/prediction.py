"""Prediction: what a surrogate foretells, how well a score sorts buyers, whether it is calibrated.

Prediction, cause and surrogate are three claims with three tests. A score that sorts buyers well
says nothing about what would happen if more people did the micro.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from workbook.analysis.association import TwoByTwo
from workbook.analysis.inputs import flags, number, numbers, same_rows, share, whole_number
from workbook.analysis.intervals import around
from workbook.analysis.kinds import Bools, Floats, Interval
from workbook.analysis.rates import rate, rate_variance, wilson, z_value

# --- surrogates -----------------------------------------------------------------------------


def predicted_effect(micro_change: float, rate_with: float, rate_without: float) -> float:
    """Change of the macro rate that a change of the micro rate foretells, in -1..1.

    change x [P(macro | micro) - P(macro | no micro)]. Holds under surrogacy: the change reaches
    the macro through the micro only, and the extra micros are like the others (Prentice 1989;
    Athey, Chetty, Imbens and Kang 2019).
    """
    if not -1 <= number("micro_change", micro_change) <= 1:
        raise ValueError("micro_change is a difference of two rates: 2 points are 0.02.")
    return micro_change * (share("rate_with", rate_with) - share("rate_without", rate_without))


@dataclass(frozen=True)
class Prediction:
    """A predicted effect on the macro rate (0.01 = one point), with its interval."""

    effect: float
    standard_error: float
    interval: Interval


def surrogate_prediction(
    micro_a: float, n_a: float, micro_b: float, n_b: float, past: TwoByTwo, *, level: float = 0.95
) -> Prediction:
    """The effect of B against A on the macro that their micros foretell, with its interval.

    micro_a, n_a, ...   how many of how many did the micro, in a randomized test
    past                micro against macro, from other people than those of the test

    effect = d x e, with d = micro rate of B - of A, e = excess rate of `past`. Delta method, d
    and e independent: variance = e^2 var(d) + d^2 var(e), each the unpooled variance of a
    difference of rates. Conditions as for `predicted_effect`.
    """
    change = rate(micro_b, n_b) - rate(micro_a, n_a)
    change_variance = rate_variance(micro_a, n_a) + rate_variance(micro_b, n_b)
    effect = predicted_effect(change, past.rate_with, past.rate_without)
    error = sqrt(past.excess_rate**2 * change_variance + change**2 * past.excess_variance)
    return Prediction(effect, error, around(effect, error, level))


def surrogate_verdict(predicted: float | Prediction, observed: tuple[float, float]) -> str:
    """Where the test's interval of the macro effect lies: "holds", "below" or "above".

    "holds": the interval contains the prediction (the ends included), so the test does not
    contradict the surrogate; that is no proof of it. "below": all of it is less than predicted,
    the surrogate promised too much. Of a `Prediction` its point is taken; give its
    `interval.low` as the number to ask more cautiously for "below".
    """
    effect = predicted.effect if isinstance(predicted, Prediction) else predicted
    number("predicted", effect)
    if isinstance(observed, str) or not hasattr(observed, "__len__") or len(observed) != 2:
        raise ValueError("observed is an interval of the macro's effect: give (low, high).")
    low, high = number("The lower end", observed[0]), number("The upper end", observed[1])
    if low > high:
        raise ValueError("The interval's lower end is above its upper end: give (low, high).")
    return "below" if high < effect else "above" if low > effect else "holds"


# --- how well a score sorts -----------------------------------------------------------------


def auc(score: Iterable[float], bought: Iterable[Any]) -> float:
    """Area under the ROC curve, in 0..1: P(score of a buyer > of a non-buyer) + P(equal) / 2.

    Mann-Whitney's U by average ranks, over buyers x non-buyers (Hanley and McNeil 1982). 0.5 is
    what a coin does. ValueError unless there are both buyers and non-buyers.
    """
    values, outcome = _scored(score, bought)
    buyers, others = _both_kinds(outcome)
    ranks = pd.Series(values).rank(method="average").to_numpy()
    return float((ranks[outcome].sum() - buyers * (buyers + 1) / 2) / (buyers * others))


def roc_points(score: Iterable[float], bought: Iterable[Any]) -> pd.DataFrame:
    """The ROC curve: threshold, false_positive_rate, true_positive_rate, from (0, 0) to (1, 1).

    Each row flags everybody with a score of at least `threshold`; equal scores are one point
    (Fawcett 2006).
    ValueError unless there are both buyers and non-buyers.
    """
    values, outcome = _scored(score, bought)
    buyers, others = _both_kinds(outcome)
    counts = pd.DataFrame({"hit": outcome.astype(float), "miss": (~outcome).astype(float)})
    steps = counts.groupby(values).sum().sort_index(ascending=False).cumsum()
    points = pd.DataFrame(
        {
            "threshold": steps.index.to_numpy(dtype=np.float64),
            "false_positive_rate": steps["miss"].to_numpy() / others,
            "true_positive_rate": steps["hit"].to_numpy() / buyers,
        }
    )
    nobody = pd.DataFrame([[np.inf, 0.0, 0.0]], columns=points.columns)
    return pd.concat([nobody, points], ignore_index=True)


def lift_by_tenth(
    score: Iterable[float], bought: Iterable[Any], *, groups: int = 10
) -> pd.DataFrame:
    """Buyers by tenths of the score, the best tenth first.

    Columns: `tenth` (1..groups), `people`, `buyers`, `rate`, `lift` = rate / rate of all,
    `captured` = share of all buyers in this and better tenths. Where equal scores lie across a
    border, each of these people counts as the average buyer among them: what any order of them
    gives on average. So `buyers` may be no whole number, and the row order never matters.
    ValueError for fewer people than groups, or no buyers.
    """
    values, outcome = _scored(score, bought)
    _both_kinds(outcome)
    edges = _edges(len(values), groups)
    shared = pd.Series(outcome.astype(float)).groupby(values).transform("mean").to_numpy()
    buyers = np.add.reduceat(shared[np.argsort(-values, kind="stable")], edges[:-1])
    people = np.diff(edges)
    return pd.DataFrame(
        {
            "tenth": np.arange(1, groups + 1),
            "people": people,
            "buyers": buyers,
            "rate": buyers / people,
            "lift": buyers / people / outcome.mean(),
            "captured": buyers.cumsum() / outcome.sum(),
        }
    )


# --- whether the probabilities are right ----------------------------------------------------


def calibration_table(
    predicted: Iterable[float],
    bought: Iterable[Any],
    *,
    groups: int = 10,
    level: float = 0.95,
) -> pd.DataFrame:
    """Predicted probability against what happened, by tenths of the prediction, lowest first.

    Columns: `people`, `predicted` (mean, 0..1), `buyers`, `observed` (rate, 0..1), `low` and
    `high` (Wilson). Equal predictions stay together, in the tenth where the first of them falls,
    so there may be fewer groups (Hosmer and Lemeshow 1980). ValueError for fewer people than
    groups.
    """
    values, outcome = _forecast(predicted, bought)
    edges = _edges(len(values), groups)
    place = pd.Series(values).rank(method="min").to_numpy() - 1
    tenth = np.searchsorted(edges[1:-1], place, side="right")
    table = (
        pd.DataFrame({"predicted": values, "bought": outcome.astype(float), "tenth": tenth})
        .groupby("tenth")
        .agg(people=("bought", "size"), predicted=("predicted", "mean"), buyers=("bought", "sum"))
        .reset_index(drop=True)
    )
    z = z_value(level)
    counts = list(zip(table["buyers"].tolist(), table["people"].tolist(), strict=True))
    ends = [wilson(buyers, people, z) for buyers, people in counts]
    return table.assign(
        buyers=table["buyers"].astype(int),
        observed=table["buyers"] / table["people"],
        low=[end.low for end in ends],
        high=[end.high for end in ends],
    )


def calibration_ratio(predicted: Iterable[float], bought: Iterable[Any]) -> float:
    """Buyers observed / buyers expected (the sum of the predictions).

    1: right on the whole. Above 1: more bought than foretold. ValueError if none were expected.
    """
    values, outcome = _forecast(predicted, bought)
    if not values.sum():
        raise ValueError("The predictions are all 0, so no buyers were expected to compare with.")
    return float(outcome.sum() / values.sum())


def brier(predicted: Iterable[float], bought: Iterable[Any]) -> float:
    """Mean of (prediction - outcome)^2, in 0..1, 0 the best (Brier 1950).

    Compare it with p (1 - p), what the base rate p alone gets.
    """
    values, outcome = _forecast(predicted, bought)
    return float(((values - outcome) ** 2).mean())


# --- a small model --------------------------------------------------------------------------

INTERCEPT = "(intercept)"


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression.

    coefficients     log odds per unit of each column; "(intercept)" first
    standard_errors  of the coefficients, from the observed information
    log_likelihood   of the data it was fitted on
    """

    coefficients: pd.Series[float]
    standard_errors: pd.Series[float]
    log_likelihood: float

    def predict(self, features: pd.DataFrame) -> pd.Series[float]:
        """Probability for each row, in 0..1, with the index of `features`.

        The columns are taken by name; ValueError if one is missing.
        """
        names = self.coefficients.index[1:].tolist()
        design = _design(features, names)
        chance = _chance(design @ self.coefficients.to_numpy())
        return pd.Series(chance, index=features.index, name="predicted")


def fit_logistic(features: pd.DataFrame, bought: Iterable[Any]) -> Logistic:
    """Logistic regression by maximum likelihood: P(macro) = 1 / (1 + exp(-(b0 + sum b_j x_j))).

    Newton's method, here the same as iteratively reweighted least squares (McCullagh and Nelder
    1989): b <- b + (X' W X)^-1 X' (y - p), W = p (1 - p). Features are columns of numbers, or of
    True and False, known *before* the macro they predict.

    Raises ValueError for blanks or text, a constant column, columns that follow from one
    another, only buyers or only others, or a column that tells buyers apart without error: then
    no finite coefficient is the best, and a leak from after the order is likely.
    """
    names = list(getattr(features, "columns", []))
    design = _design(features, names)
    outcome = flags("bought", bought)
    same_rows(features=design, bought=outcome)
    _both_kinds(outcome)
    center, scale = _scale(design, names)
    scaled = (design - center) / scale
    if np.linalg.matrix_rank(scaled) < scaled.shape[1]:
        raise ValueError(
            "Some features follow from others (such as all columns of a set of groups): leave "
            "one of them out."
        )
    weights = _newton(scaled, outcome.astype(float))
    chance = _chance(scaled @ weights)
    information = scaled.T @ (scaled * (chance * (1 - chance))[:, None])
    back = np.diag(1 / scale)  # from the scaled columns to the columns as they were given
    back[0, 1:] = -center[1:] / scale[1:]
    covariance = back @ np.linalg.inv(information) @ back.T
    index = pd.Index([INTERCEPT, *names], name="feature", dtype=object)
    return Logistic(
        pd.Series(back @ weights, index=index, name="coefficient"),
        pd.Series(np.sqrt(np.diag(covariance)), index=index, name="standard error"),
        _log_likelihood(scaled @ weights, outcome.astype(float)),
    )


def _newton(design: Floats, outcome: Floats) -> Floats:
    """The maximum-likelihood weights of scaled columns; ValueError where there are none."""
    weights = np.zeros(design.shape[1])
    best = _log_likelihood(design @ weights, outcome)
    for _ in range(50):
        chance = _chance(design @ weights)
        slope = design.T @ (outcome - chance)
        bend = design.T @ (design * (chance * (1 - chance))[:, None])
        if np.linalg.cond(bend) > 1e12:
            break
        step = np.linalg.solve(bend, slope)
        # Far from the top a full step may go past it: half as far always finds higher ground.
        for _ in range(30):
            if (now := _log_likelihood(design @ (weights + step), outcome)) >= best:
                break
            step = step / 2
        weights, best = weights + step, max(best, now)
        if np.abs(step).max() < 1e-10 * (1 + np.abs(weights).max()):
            return weights
    raise ValueError(
        "The features tell buyers from others without error, at least in one group, so no "
        "finite coefficient is the best. Does one of them happen after the order, as a "
        "thank-you page does? Leave it out, or join small groups."
    )


def _design(features: object, names: list[Any]) -> Floats:
    if not isinstance(features, pd.DataFrame) or not names:
        raise ValueError("The features are a table with at least one column.")
    missing = [name for name in names if name not in features.columns]
    if missing:
        raise ValueError(f"The features have no column {missing[0]!r}: use those of the fit.")
    columns = [numbers(f"The feature {name!r}", features[name]) for name in names]
    return np.column_stack([np.ones(len(features)), *columns])


def _scale(design: Floats, names: list[Any]) -> tuple[Floats, Floats]:
    """Center and spread of each column, so that units (cents, days) cannot spoil the algebra."""
    center, scale = design.mean(axis=0), design.std(axis=0)
    for name, here, size in zip(names, scale[1:], np.abs(design[:, 1:]).max(axis=0), strict=True):
        if here <= 1e-12 * size:
            raise ValueError(f"The feature {name!r} has one value only: it cannot tell anything.")
    center[0], scale[0] = 0.0, 1.0
    return center, scale


def _chance(score: Floats) -> Floats:
    # Split by sign, so that exp never overflows.
    small = np.exp(-np.abs(score))
    return np.where(score >= 0, 1 / (1 + small), small / (1 + small))


def _log_likelihood(score: Floats, outcome: Floats) -> float:
    return float((outcome * score - np.logaddexp(0, score)).sum())


def _scored(score: Iterable[float], bought: Iterable[Any]) -> tuple[Floats, Bools]:
    values, outcome = numbers("score", score), flags("bought", bought)
    same_rows(score=values, bought=outcome)
    return values, outcome


def _forecast(predicted: Iterable[float], bought: Iterable[Any]) -> tuple[Floats, Bools]:
    values, outcome = _scored(predicted, bought)
    if values.min() < 0 or values.max() > 1:
        raise ValueError("Predictions are probabilities between 0 and 1: 4 % is 0.04.")
    return values, outcome


def _both_kinds(outcome: Bools) -> tuple[int, int]:
    buyers = int(outcome.sum())
    if not 0 < buyers < len(outcome):
        kind = "nobody bought" if not buyers else "everybody bought"
        raise ValueError(f"Among these {len(outcome)} {kind}: it takes buyers and others to sort.")
    return buyers, len(outcome) - buyers


def _edges(people: int, groups: int) -> Any:
    groups = whole_number("groups", groups)
    if people < groups:
        raise ValueError(f"{people} people cannot be put into {groups} groups: take fewer groups.")
    return np.arange(groups + 1) * people // groups
