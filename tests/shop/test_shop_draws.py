"""A draw is a function of a name: even, uncorrelated, and the same for any subset."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from workbook.shop import draws

N = 200_000
PEOPLE = np.arange(N)
KEYS = draws.person_keys(1, PEOPLE)


def too_far(correlations: list[float], n: int = N) -> bool:
    """Whether the largest is beyond what chance explains once in about 10,000 tries."""
    worst = max(abs(c) for c in correlations) * math.sqrt(n)
    return worst > 4 + math.sqrt(2 * math.log(len(correlations)))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def chi_square_is_usual(counts: np.ndarray) -> bool:
    """Whether evenly expected counts spread as chance makes them, within 4.5 sd."""
    expected = counts.sum() / counts.size
    chi2 = ((counts - expected) ** 2 / expected).sum()
    df = counts.size - 1
    return abs(chi2 - df) < 4.5 * math.sqrt(2 * df)


def test_mix_is_the_finaliser_of_splitmix64() -> None:
    # The published generator, seeded with 0, gives these first three numbers.
    golden = 0x9E3779B97F4A7C15
    states = np.array([golden * k % 2**64 for k in (1, 2, 3)], dtype=np.uint64)
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert draws.mix(states).tolist() == expected


def test_a_draw_depends_on_nothing_but_its_name() -> None:
    some = np.array([17, 3, 99_999])
    alone = draws.uniform(draws.child(draws.person_keys(1, some), "own", 2), "cart")
    among_all = draws.uniform(draws.child(KEYS, "own", 2), "cart")[some]
    assert alone.tolist() == among_all.tolist()


def test_draws_are_even_and_strictly_between_0_and_1() -> None:
    u = draws.uniform(KEYS, "cart")
    assert u.min() > 0
    assert u.max() < 1
    assert chi_square_is_usual(np.bincount((u * 1000).astype(int), minlength=1000))


def test_pairs_of_draws_fill_the_square_evenly() -> None:
    for first, second in ((KEYS, KEYS), (KEYS[:-1], KEYS[1:])):
        x = (draws.uniform(first, "cart") * 64).astype(int)
        y = (draws.uniform(second, "checkout") * 64).astype(int)
        assert chi_square_is_usual(np.bincount(x * 64 + y, minlength=4096))


def test_decisions_of_one_person_are_uncorrelated() -> None:
    columns = np.array([draws.uniform(KEYS, f"decision {k}") for k in range(45)])
    matrix = np.corrcoef(columns)
    pairs = [matrix[i, j] for i, j in itertools.combinations(range(45), 2)]
    assert len(pairs) == 990
    assert not too_far(pairs)
    spread = math.sqrt(np.mean(np.square(pairs)) * N)
    assert 0.9 < spread < 1.1


def test_neighbouring_persons_visits_and_seeds_are_uncorrelated() -> None:
    u = draws.uniform(KEYS, "cart")
    by_seed = [draws.uniform(draws.person_keys(seed, PEOPLE), "cart") for seed in (0, 2, 11)]
    by_visit = [draws.uniform(draws.child(KEYS, "own", k), "cart") for k in (-1, 0, 1, 2)]
    found = [correlation(u[:-d], u[d:]) for d in (1, 2, 7, 64)]
    found += [correlation(u, other) for other in by_seed + by_visit]
    found += [correlation(a, b) for a, b in itertools.pairwise(by_visit)]
    assert not too_far(found)


def test_normal_choice_and_geometric_have_their_laws() -> None:
    z = draws.normal(KEYS, "moment")
    assert abs(z.mean()) < 4.5 / math.sqrt(N)
    assert abs(z.std() - 1) < 4.5 / math.sqrt(2 * N)
    assert np.mean(np.abs(z) > 1.959964) == pytest.approx(0.05, abs=0.0025)
    picked = np.bincount(draws.choice(KEYS, "channel", [1, 2, 7]), minlength=3) / N
    assert picked.tolist() == pytest.approx([0.1, 0.2, 0.7], abs=0.005)
    views = draws.geometric(KEYS, "views", 1.5)
    assert views.min() == 0
    assert views.mean() == pytest.approx(1.5, abs=4.5 * math.sqrt(1.5 * 2.5 / N))


def test_shown_ids_are_unique_and_tell_no_order() -> None:
    ids = draws.shown_ids(KEYS, "u_")
    assert len(set(ids)) == N
    assert all(len(one) == 12 and one.startswith("u_") for one in ids[:100])
    assert abs(correlation(np.argsort(ids).astype(float), np.arange(N))) < 4.5 / math.sqrt(N)
