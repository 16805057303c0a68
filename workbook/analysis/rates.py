"""Rates and how sure they are."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054  # two-sided 95 %


def rate(part: float, whole: float) -> float:
    """part / whole in 0..1; ValueError if there is no whole or the part is not inside it."""
    if whole <= 0:
        raise ValueError("A rate needs a denominator above 0.")
    if not 0 <= part <= whole:
        raise ValueError(f"{part:g} is not a part of {whole:g}: which rows does each count?")
    return part / whole


def wilson(part: int, whole: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's interval (1927) of a rate: lower and upper end, in 0..1.

    Centre (p + z²/2n) / (1 + z²/n), half-width z / (1 + z²/n) · sqrt(p(1-p)/n + z²/4n²). Unlike
    the normal interval it stays inside 0..1 and says something for 0 of n.
    """
    p = rate(part, whole)
    spread = z * z / whole
    centre = (p + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(p * (1 - p) / whole + spread / (4 * whole))
    return max(0.0, centre - half), min(1.0, centre + half)
