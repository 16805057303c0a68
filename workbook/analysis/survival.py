"""Time to conversion while some are still undecided: what share has converted by when.

Whoever has not converted yet is **censored**: watched up to a time, and nothing known after it.
Kaplan and Meier (1958) let everybody count for as long as they were watched. Durations have any
unit (days, say); shares are in 0..1. Where an event and a censoring carry the same time, the
event comes first. An interval that its formula does not give (before the first conversion, after
the last one at risk converted) is NaN, and not of width zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.analysis.as_of import watch
from workbook.analysis.inputs import DAY, flags, known_events, number, numbers, rows_of, same_rows
from workbook.analysis.kinds import Bools, Floats, Ints
from workbook.analysis.rates import Z_95

_NOISE = 1e-12  # of a variance's terms: what is left by rounding where they cancel
_EDGE = 1e-9  # nearer to 0 or 1 than one user of a billion is 0 or 1


def time_to_event(
    log: pd.DataFrame,
    start: str | None,
    end: str,
    *,
    competing: str | None = None,
    as_of: object = None,
) -> pd.DataFrame:
    """How long each user took from `start` to `end`: columns user, days, outcome, converted.

    Counts from the user's first `start` (None: the first event of any name) to the first `end`
    after it, or to the first `competing` event if that came before; `outcome` is the name of
    whichever it was. Who had neither by `as_of` (None: the last event of the log) is censored
    there: outcome missing, converted False. `start` and `end` may be the same event: from the
    first to the second. Users without `start` are not in the table. Raises ValueError for an
    event that the log does not hold, or `competing` = `end`.
    """
    named = [name for name in (start, end, competing) if name is not None]
    known_events(log, named)
    if competing == end:
        raise ValueError(f"{end!r} cannot compete with itself: name another event, or none.")
    watched = watch(log, as_of)
    event, row, users = watched.rows["event"], np.arange(len(watched.rows)), len(watched.users)
    begins = np.full(users, len(row))
    opening = row if start is None else row[rows_of(watched.rows, start)]
    np.minimum.at(begins, watched.user[opening], opening)
    ending = rows_of(watched.rows, end)
    if competing is not None:
        ending = ending | rows_of(watched.rows, competing)
    closing = row[ending]
    closing = closing[closing > begins[watched.user[closing]]]
    ends = np.full(users, len(row))
    np.minimum.at(ends, watched.user[closing], closing)
    who = np.flatnonzero(begins < len(row))
    begins, ends = begins[who], ends[who]
    decided = ends < len(row)
    until = np.full(len(who), watched.end)
    until[decided] = watched.time[ends[decided]]
    outcome = np.full(len(who), None, dtype=object)
    outcome[decided] = event.to_numpy(dtype=object)[ends[decided]]
    return pd.DataFrame(
        {
            "user": watched.users[who],
            "days": (until - watched.time[begins]) / DAY,
            "outcome": pd.Series(outcome, dtype="str"),
            "converted": outcome == end,
        }
    )


def kaplan_meier(
    durations: pd.Series[Any], events: pd.Series[Any], z: float = Z_95
) -> pd.DataFrame:
    """The share not yet converted: a row per time, columns below; the index is the time.

    at_risk    n: watched and unconverted just before this time
    events     d: conversions at it
    censored   last watched at it, unconverted
    survival   S = product of (1 - d / n) over the times so far (Kaplan and Meier 1958)
    se         S sqrt(sum d / (n (n - d))) (Greenwood 1926)
    low, high  S^exp(+-z se / (S |log S|)): the log-log interval, which stays inside 0..1
               (Kalbfleisch and Prentice 1980)

    `durations` are the times until conversion or until last watched, 0 or more; `events` say
    which it was: True (converted) or False. The first row is time 0. Raises ValueError for an
    empty table, unequal lengths, gaps, or durations below 0.
    """
    times, at_risk, (conversions,), lost = _counts(durations, flags("events", events)[None, :])
    survival, spread = _product_limit(at_risk, conversions)
    with np.errstate(invalid="ignore"):
        se = survival * np.sqrt(spread)
    low, high = _log_log(survival, se, z)
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "events": conversions,
            "censored": lost,
            "survival": survival,
            "se": se,
            "low": low,
            "high": high,
        },
        index=pd.Index(times, name="time"),
    )


def cumulative_incidence(
    durations: pd.Series[Any], events: pd.Series[Any], z: float = Z_95
) -> pd.DataFrame:
    """The share converted by each time: 1 - Kaplan-Meier, with its standard error and interval.

    Columns at_risk, events, censored, incidence = 1 - S, se (Greenwood), low and high (1 minus
    the ends of the log-log interval of S). Arguments and errors as `kaplan_meier`.
    """
    curve = kaplan_meier(durations, events, z)
    counted = curve[["at_risk", "events", "censored"]]
    return counted.assign(
        incidence=1 - curve["survival"],
        se=curve["se"],
        low=1 - curve["high"],
        high=1 - curve["low"],
    )


def aalen_johansen(
    durations: pd.Series[Any], outcomes: pd.Series[Any], outcome: object, z: float = Z_95
) -> pd.DataFrame:
    """The share with `outcome` by each time, where another outcome can come first and end it.

    Somebody who unsubscribes will never buy from a newsletter. 1 - Kaplan-Meier with the
    unsubscribed as censored answers "if nobody could unsubscribe"; this answers what happens.

    `outcomes` names what ended each duration (such as "purchase", "unsubscribe"); missing:
    nothing yet, censored. Columns: at_risk, events (of `outcome`), competing (any other),
    censored, incidence, se, low, high; the index is the time, from 0.

    F(t) = sum over times up to t of S(before) d_outcome / n, S being the Kaplan-Meier curve of all
    outcomes together (Aalen and Johansen 1978). se: the delta method (Marubini and Valsecchi
    1995, as in statsmodels). low, high: F^exp(+-z se / (F log F)), the log-log interval.
    Raises ValueError as `kaplan_meier` does, and for an outcome that never occurs.
    """
    named = pd.Series(outcomes)
    known = named.notna().to_numpy()
    this = known & (named == outcome).to_numpy(dtype=bool, na_value=False)
    if len(named) and not this.any():
        seen = ", ".join(repr(value) for value in named[known].unique()[:5].tolist())
        raise ValueError(f"No duration ends with {outcome!r}. The outcomes are: {seen or 'none'}.")
    times, n, (d, other), lost = _counts(durations, np.stack([this, known & ~this]))
    survival, _ = _product_limit(n, d + other)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * d / n)
    se = _delta_se(n, d, d + other, before, incidence)
    low, high = _log_log(incidence, se, z)
    return pd.DataFrame(
        {
            "at_risk": n,
            "events": d,
            "competing": other,
            "censored": lost,
            "incidence": incidence,
            "se": se,
            "low": low,
            "high": high,
        },
        index=pd.Index(times, name="time"),
    )


def naive_rates(durations: pd.Series[Any], events: pd.Series[Any], by: float) -> pd.Series[float]:
    """Two wrong shares converted by a time, for contrast: "as if never" and "dropped", in 0..1.

    "as if never": conversions by then / everybody; who was lost before counts as unconverted, so
    it is too low. "dropped": conversions by then / everybody but those lost before; it throws
    away that they stayed unconverted while watched, so it is too high. Without anybody lost
    before, both equal the Kaplan-Meier share. NaN where everybody was dropped. Errors as
    `kaplan_meier`.
    """
    by = number("by", by)
    converted, time = flags("events", events), _durations(durations)
    same_rows(durations=time, events=converted)
    by_then = int((converted & (time <= by)).sum())
    kept = len(time) - int((~converted & (time < by)).sum())
    dropped = by_then / kept if kept else np.nan
    return pd.Series({"as if never": by_then / len(time), "dropped": dropped})


def at_time(curve: pd.DataFrame, time: float) -> pd.Series[Any]:
    """The row of a curve that holds at a time: the last one at or before it.

    Raises ValueError for a time before 0, or after the last one that anybody was watched.
    """
    last, time = curve.index[-1], number("time", time)
    if not 0 <= time <= last:
        raise ValueError(f"Nobody was watched at time {time:g}: the curve runs from 0 to {last:g}.")
    return curve.iloc[int(curve.index.searchsorted(time, side="right")) - 1]


# --- the sums -------------------------------------------------------------------------------


def _counts(durations: pd.Series[Any], kinds: Bools) -> tuple[Floats, Ints, list[Ints], Ints]:
    """Times from 0; at each: at risk just before, events of each kind, censored."""
    time = _durations(durations)
    same_rows(durations=time, events=kinds[0])
    times, place = np.unique(np.concatenate([[0.0], time]), return_inverse=True)
    place = place[1:]
    leaving = np.bincount(place, minlength=len(times))
    at_risk = leaving[::-1].cumsum()[::-1]
    events = [np.bincount(place[kind], minlength=len(times)) for kind in kinds]
    return times, at_risk, events, leaving - np.sum(events, axis=0)


def _product_limit(n: Ints, d: Ints) -> tuple[Floats, Floats]:
    """Kaplan-Meier's S, and Greenwood's sum d / (n (n - d)); infinite once all converted."""
    survival: npt.NDArray[Any] = np.cumprod((n - d) / n)
    with np.errstate(divide="ignore"):
        spread: npt.NDArray[Any] = np.cumsum(d / (n * (n - d).astype(np.float64)))
    return survival, spread


def _delta_se(
    n: Ints,
    d: Ints,
    all_events: Ints,
    before: Floats,
    incidence: Floats,
) -> Floats:
    """Standard error of the incidence F at each time t, sums over the times j up to t.

    Var = sum (F_t - F_j)^2 D / (n (n - D)) + sum S^2 d (n - d) / n^3
          - 2 sum (F_t - F_j) S d / n^2, with D all events, S survival before; squares are
    multiplied out, so that running sums do.
    """
    left = (n - all_events).astype(np.float64)
    # Where nobody is left, no later time has an event, and F_t - F_j stays 0 ever after.
    hazard = np.divide(all_events, n * left, out=np.zeros_like(left), where=left > 0)
    share = before * d / n.astype(np.float64) ** 2
    terms = np.array(
        [
            incidence**2 * np.cumsum(hazard),
            -2 * incidence * np.cumsum(incidence * hazard),
            np.cumsum(incidence**2 * hazard),
            np.cumsum(before**2 * d * (n - d) / n.astype(np.float64) ** 3),
            -2 * incidence * np.cumsum(share),
            2 * np.cumsum(incidence * share),
        ]
    )
    variance = terms.sum(axis=0)
    known = variance > _NOISE * np.abs(terms).sum(axis=0)
    return np.sqrt(np.where(known, variance, 0.0))


def _log_log(share: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    """share^exp(+-z se / (share |log share|)); NaN where the share is 0 or 1."""
    number("z", z, above=0)
    inside = (share > _EDGE) & (share < 1 - _EDGE) & np.isfinite(se)
    low, high = np.full_like(share, np.nan), np.full_like(share, np.nan)
    p = share[inside]
    half = z * se[inside] / (p * np.abs(np.log(p)))
    low[inside], high[inside] = p ** np.exp(half), p ** np.exp(-half)
    return low, high


# --- what can go wrong ----------------------------------------------------------------------


def _durations(durations: pd.Series[Any]) -> Floats:
    kind = pd.Series(durations).dtype
    if pd.api.types.is_timedelta64_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind):
        raise ValueError(
            "Durations are numbers, such as days: divide a time span by pd.Timedelta(days=1)."
        )
    return numbers("durations", durations, least=0)
