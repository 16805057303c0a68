"""Sequential tests: what looking again and again does to an error, and boundaries that allow it.

A test is looked at K times, each time with as many new users as the time before. Without an
effect the z-values at the looks are normal, and those of looks i < k correlate by sqrt(i/k). The
chance to cross a boundary at look k is computed from look to look: the density of what has not
crossed so far is passed on by numerical integration (Armitage, McPherson and Rowe, 1969).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import erfc, pi, sqrt
from statistics import NormalDist

import numpy as np

from workbook.analysis.inputs import inside, number, numbers, whole_number
from workbook.analysis.kinds import Floats
from workbook.analysis.rates import z_value

_FAR = 40.0  # standard errors: beyond, a normal chance is 0 to the last digit


@dataclass(frozen=True)
class Boundaries:
    """Boundaries for K looks: at look k stop, and call it significant, if |z| >= z[k - 1].

    name    "Pocock" or "O'Brien-Fleming"
    alpha   chance of a false alarm over all looks, two-sided
    z, p    the boundary at each look, as |z| and as the p-value to fall below
    spent   chance of a false alarm up to and including each look; the last is alpha
    """

    name: str
    alpha: float
    z: tuple[float, ...]
    p: tuple[float, ...]
    spent: tuple[float, ...]


def crossing(boundaries: Iterable[float], drift: float = 0.0) -> list[float]:
    """Chance that |z| first reaches its boundary at each of K equally spaced looks, in 0..1.

    boundaries   |z| at look 1, 2, ... K, each above 0.
    drift        mean of z at the last look: 0 without an effect; with one, the effect divided by
                 the standard error of its estimate then.
    The sum is the error of the whole test (drift 0), or its power in either direction. After
    Armitage, McPherson and Rowe (1969), with Gauss-Legendre points; exact to about 1e-10.
    ValueError for no boundary, one that is not above 0, or a drift beyond 100 either way.
    """
    bounds = numbers("boundaries", boundaries, rows=1)
    if not (bounds > 0).all():
        raise ValueError("Every boundary is a |z| above 0, such as 1.96.")
    if abs(number("drift", drift)) > 100:
        raise ValueError(f"drift is an effect divided by its standard error, and not {drift:g}.")
    # Nothing comes farther, and the points to integrate over grow with the boundary.
    bounds = np.minimum(bounds, _FAR + abs(drift))
    return [above + below for above, below in _crossing(bounds, drift)]


def _crossing(bounds: Floats, drift: float) -> list[tuple[float, float]]:
    """Chances of first crossing at each look, above and below."""
    from scipy.special import ndtr  # type: ignore[import-untyped]

    looks = len(bounds)
    step = drift / sqrt(looks)
    # On the scale of summed data each look adds a normal number of mean `step` and variance 1.
    reaches = bounds * np.sqrt(np.arange(1, looks + 1))
    points, sizes = _points(int(reaches.max()))
    at, weight = np.zeros(1), np.ones(1)
    chances = []
    for reach in reaches:
        mean = at + step
        above, below = ndtr(mean - reach), ndtr(-reach - mean)
        chances.append((float(weight @ above), float(weight @ below)))
        at = points * reach
        density = np.exp(-((at[:, None] - mean) ** 2) / 2) @ weight / sqrt(2 * pi)
        weight = sizes * reach * density
    return chances


@lru_cache
def _points(reach: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre points and weights on -1..1, dense enough for a boundary so far out."""
    points, sizes = np.polynomial.legendre.leggauss(48 + 6 * reach)
    return points, sizes


def peeking_error(looks: int, alpha: float = 0.05) -> float:
    """Chance of a false alarm if a test at level alpha is looked at so many times, in 0..1.

    Equally spaced looks, the first significant one counts (Armitage, McPherson and Rowe, 1969):
    at alpha 0.05 five looks make 0.142, ten 0.193. ValueError unless looks is 1 or more.
    """
    z = z_value(1 - inside("alpha", alpha))
    return sum(crossing([z] * whole_number("looks", looks)))


def pocock(looks: int, alpha: float = 0.05) -> Boundaries:
    """Pocock's boundaries (1977): the same |z| at every look.

    It is easier to stop early, at the price of a hard last look. ValueError for looks below 1.
    """
    return _boundaries("Pocock", [1.0] * whole_number("looks", looks), alpha)


def obrien_fleming(looks: int, alpha: float = 0.05) -> Boundaries:
    """O'Brien and Fleming's boundaries (1979): |z| = C · sqrt(K/k) at look k.

    Very hard at first; the last look is almost a test without peeking. ValueError for looks
    below 1.
    """
    last = whole_number("looks", looks)
    shape = [sqrt(last / look) for look in range(1, last + 1)]
    return _boundaries("O'Brien-Fleming", shape, alpha)


def inflation(boundaries: Boundaries, power: float = 0.80) -> float:
    """Largest sample with these boundaries / sample of a test with one look, at equal power.

    (drift that gives the power / (z_alpha/2 + z_power))²; the drift grows with the root of the
    users (Jennison and Turnbull, 2000). Power counts wins in the true direction only. Times
    `sample_size(...).per_arm` it plans the test. ValueError unless alpha < power < 1.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    if inside("power", power) <= boundaries.alpha:
        raise ValueError(f"A power of {power:g} is no more than alpha: take 0.80 or so.")
    single = z_value(1 - boundaries.alpha) + NormalDist().inv_cdf(power)
    bounds = np.array(boundaries.z)

    def excess(drift: float) -> float:
        return sum(above for above, _ in _crossing(bounds, drift)) - power

    return float(brentq(excess, 0, 10 + 2 * single, xtol=1e-9) / single) ** 2


def _boundaries(name: str, shape: list[float], alpha: float) -> Boundaries:
    from scipy.optimize import brentq

    single = z_value(1 - inside("alpha", alpha))

    def excess(constant: float) -> float:
        return sum(crossing([constant * part for part in shape])) - alpha

    # With no chance to escape, K looks err at most K times as often as one: Bonferroni's bound.
    most = z_value(1 - alpha / len(shape)) + 1e-9
    constant = brentq(excess, single - 1e-9, most, xtol=1e-10) if len(shape) > 1 else single
    z = [float(constant * part) for part in shape]
    spent = np.cumsum(crossing(z)).tolist()
    p = tuple(erfc(bound / sqrt(2)) for bound in z)
    return Boundaries(name, alpha, tuple(z), p, tuple(spent))
