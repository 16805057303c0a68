"""Sample size: how many users a test of two rates needs, what it can see, how long it runs.

Textbooks and calculators differ in the formula, so every answer here names its own. All are for
two arms of equal size and a two-sided test, p1 = base, p2 = target, q = 1 - p, d = p2 - p1, and
z_a, z_b the normal quantiles of 1 - alpha/2 and of the power:

arcsine        (z_a + z_b)² / h² · 2 with h = 2 asin √p2 - 2 asin √p1 (Cohen, 1988; statsmodels)
unpooled       (z_a + z_b)² (p1 q1 + p2 q2) / d²
pooled         (z_a √(2 p̄ q̄) + z_b √(p1 q1 + p2 q2))² / d², p̄ the mean (Fleiss, 1981)
continuity     pooled n, times (1 + √(1 + 4/(n |d|)))² / 4 (Fleiss, Tytun and Ury, 1980)
evan miller    (z_a √(2 p1 q1) + z_b √(p1 q1 + p2 q2))² / d² (his web calculator, 2010)
rule of thumb  16 p1 q1 / d²: alpha 0.05 and power 0.80 only (Lehr, 1992; van Belle, 2008)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, ceil, sqrt
from statistics import NormalDist
from typing import Any

from workbook.analysis.inputs import inside, number, one_of, whole_number
from workbook.analysis.rates import Change, change, z_value

FORMULAS = ("arcsine", "unpooled", "pooled", "continuity", "evan miller", "rule of thumb")
_NORMAL = NormalDist()


@dataclass(frozen=True)
class SampleSize:
    """Users for each arm, with all that the figure depends on; `exact` is not yet rounded."""

    per_arm: int
    exact: float
    formula: str
    base: float
    target: float
    power: float
    alpha: float


@dataclass(frozen=True)
class Duration:
    """Days that the users need to come, and the full weeks to run."""

    days: float
    weeks: int

    @property
    def run_days(self) -> int:
        """The days to run: full weeks, so that each weekday counts as often as another."""
        return 7 * self.weeks


def sample_size(
    base: float, target: float, *, formula: str, power: float = 0.80, alpha: float = 0.05
) -> SampleSize:
    """Users per arm that find a change from rate `base` to rate `target` with this power.

    `formula` is one of FORMULAS, see the module. Rounded up; "evan miller" to the nearest, as
    his calculator does. All but "arcsine" neglect the tiny chance to win in the wrong direction.
    ValueError for rates not between 0 and 1 or equal, an unknown formula, a power not between
    alpha and 1, or the rule of thumb with other than alpha 0.05 and power 0.80.
    """
    _check(formula, base, alpha)
    target = inside("target", target)
    if target == base:
        raise ValueError("base and target are equal: no number of users finds a change of 0.")
    z_b = _z_power(formula, power, alpha)
    exact = _needed(formula, base, target, z_value(1 - alpha), z_b)
    users = round(exact) if formula == "evan miller" else ceil(round(exact, 6))
    return SampleSize(max(1, users), exact, formula, base, target, power, alpha)


def power(
    base: float, target: float, per_arm: float, *, formula: str = "arcsine", alpha: float = 0.05
) -> float:
    """Chance that a test with so many users per arm is significant, in 0..1, before it is run.

    The formula solved for the power, plus the (mostly tiny) chance of the wrong direction, so
    that target = base gives alpha. It answers a question about a plan: computed from
    an observed effect it only repeats the p-value (Hoenig and Heisey, 2001). ValueError as for
    `sample_size`; the rule of thumb has one power only, so it is refused.
    """
    _check(formula, base, alpha)
    target, users = inside("target", target), number("per_arm", per_arm, least=2)
    if formula == "rule of thumb":
        raise ValueError("The rule of thumb knows one power, 0.80: choose another formula.")
    z_a = z_value(1 - alpha)
    if formula == "arcsine":
        away, scale = abs(_h(base, target)) * sqrt(users / 2), 1.0
    else:
        distance = abs(target - base)
        if formula == "continuity":
            users = max(0.0, users - 1 / distance) ** 2 / users if distance else 0.0
        null, both = _spreads(formula, base, target)
        away, scale, z_a = distance * sqrt(users), both, z_a * null
    right = _NORMAL.cdf((away - z_a) / scale)
    return right + _NORMAL.cdf((-away - z_a) / scale)


def minimum_detectable_effect(
    base: float,
    per_arm: float,
    *,
    formula: str = "arcsine",
    power: float = 0.80,
    alpha: float = 0.05,
    direction: str = "up",
) -> Change:
    """The smallest change that so many users per arm find with this power: before and after.

    The target at which `sample_size` asks for exactly `per_arm`; `direction` "up" or "down", as
    the two differ. The Change gives it in points and relative. ValueError as for `sample_size`,
    and if no target in that direction is far enough away.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    _check(formula, base, alpha)
    one_of("direction", direction, ("up", "down"))
    users = number("per_arm", per_arm, least=2)
    z_a, z_b = z_value(1 - alpha), _z_power(formula, power, alpha)
    side = 1 if direction == "up" else -1
    room = 1 - base if side == 1 else base
    near, far = 1e-9 * room, (1 - 1e-12) * room

    def missing(step: float) -> float:
        # The root keeps the function almost straight, so that few steps find its zero.
        return sqrt(users / _needed(formula, base, base + side * step, z_a, z_b)) - 1

    if missing(near) > 0 or missing(far) < 0:
        raise ValueError(
            f"{users:,.0f} users per arm find no change {direction} from {base:g} with this power: "
            "more users are needed."
        )
    return change(base, base + side * brentq(missing, near, far, xtol=1e-15))


def duration(per_arm: float, users_per_day: float, *, arms: int = 2) -> Duration:
    """How long a test runs: arms · per_arm / users_per_day days, rounded up to full weeks.

    `users_per_day` are the new users who enter the test, all arms together; a user who comes
    back is no new one, so long tests need longer than this. ValueError for no users.
    """
    users = number("per_arm", per_arm, above=0) * whole_number("arms", arms, 2)
    days = users / number("users_per_day", users_per_day, above=0)
    return Duration(days, ceil(days / 7))


def _needed(formula: str, base: float, target: float, z_a: float, z_b: float) -> float:
    """Users per arm, not rounded."""
    distance = abs(target - base)
    if formula == "arcsine":
        return 2 * ((z_a + z_b) / _h(base, target)) ** 2
    if formula == "rule of thumb":
        return 16 * base * (1 - base) / distance**2
    null, both = _spreads(formula, base, target)
    users = ((z_a * null + z_b * both) / distance) ** 2
    if formula == "continuity":
        users *= (1 + sqrt(1 + 4 / (users * distance))) ** 2 / 4
    return users


def _spreads(formula: str, base: float, target: float) -> tuple[float, float]:
    """Root of the two arms' summed variance if there is no effect, and if there is one."""
    both = sqrt(base * (1 - base) + target * (1 - target))
    if formula == "unpooled":
        return both, both
    null = base if formula == "evan miller" else (base + target) / 2
    return sqrt(2 * null * (1 - null)), both


def _h(base: float, target: float) -> float:
    return 2 * (asin(sqrt(target)) - asin(sqrt(base)))


def _check(formula: Any, base: float, alpha: float) -> None:
    one_of("formula", formula, FORMULAS)
    inside("base", base)
    if inside("alpha", alpha) != 0.05 and formula == "rule of thumb":
        raise ValueError("The rule of thumb is for alpha 0.05: choose another formula.")


def _z_power(formula: str, power: float, alpha: float) -> float:
    """Normal quantile of the power; for "arcsine" of both directions, as statsmodels has it."""
    if inside("power", power) <= alpha:
        raise ValueError(f"A power of {power:g} is no more than alpha, {alpha:g}: take 0.80 or so.")
    if formula == "rule of thumb" and power != 0.80:
        raise ValueError("The rule of thumb is for a power of 0.80: choose another formula.")
    if formula != "arcsine":
        return _NORMAL.inv_cdf(power)
    from scipy.optimize import brentq

    z_a = z_value(1 - alpha)

    def excess(z_b: float) -> float:
        return _NORMAL.cdf(z_b) + _NORMAL.cdf(-z_b - 2 * z_a) - power

    return float(brentq(excess, -z_a, _NORMAL.inv_cdf(power) + 1e-9, xtol=1e-14))
