"""The shop's calendar: day 0, the warm-up, the season, the weights of weekdays and hours.

Times are whole seconds since midnight of day 0, local shop time; earlier times are negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from workbook.shop.draws import Floats, Ints

DAY_0 = date(2025, 9, 22)
"""First day of the log, a Monday."""
SEED = 20250922
"""The seed of the committed data: day 0 written as a number. It was fixed, not searched."""
DAYS = 91
WARM_UP_DAYS = 91
"""Days simulated before day 0 and cut off, so that the log does not begin with an empty shop."""
POLICY_DAY = -56
"""A change of policy acts from this day on, unless it says otherwise."""
PEAK_DAY = 64
DAY = 86_400


@dataclass(frozen=True)
class Autumn:
    """One run of 13 weeks, with what differs between the years.

    first_day: a Monday; persons: names the persons, who are others in every autumn
    mobile_share: added to the log odds that a person's device is a mobile, in every origin
    mobile_steps: added to the log odds of checkout and of payment on a mobile
    """

    first_day: date
    persons: str = ""
    mobile_share: float = 0.0
    mobile_steps: float = 0.0


THIS_AUTUMN = Autumn(DAY_0)
LAST_AUTUMN = Autumn(date(2024, 9, 23), " last autumn", mobile_share=-2.4, mobile_steps=-0.45)
"""A year ago fewer came by mobile, and the mobile checkout was worse."""

# Arrivals, Monday to Sunday, as an index with mean 1 (calibration: Google's GA4 sample, 2020-21).
WEEKDAY_ARRIVALS = np.array([1.01, 1.18, 1.17, 1.08, 0.99, 0.78, 0.79])
# What the weekday adds to momentary intent.
WEEKDAY_INTENT = np.array([0.08, 0.04, 0.04, 0.0, 0.15, 0.0, -0.22])
# Share of visits by hour 0 to 23 (calibration: Merchandise Store 2017).
HOURS = np.array(
    [30, 29, 24, 25, 27, 30, 39, 45, 53, 57, 63, 59, 55, 59, 55, 49, 46, 41, 40, 39, 38, 35, 35, 29]
) / 1000.0  # fmt: skip


def day_of(time: Ints) -> Ints:
    """The day a time falls on; day 0 is the first of the log."""
    return time // DAY


def weekday_of(day: Ints) -> Ints:
    """0 for Monday to 6 for Sunday."""
    return day % 7


def season(day: Ints | Floats) -> Floats:
    """The November peak: 1 on day 64, falling like a bell with a spread of 11 days."""
    bell: Floats = np.exp(-(((np.asarray(day) - PEAK_DAY) / 11.0) ** 2) / 2.0)
    return bell
