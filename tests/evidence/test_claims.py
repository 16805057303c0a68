"""Every claim about the data holds on the committed seed, and was tried on others."""

from __future__ import annotations

import csv

import pytest

from workbook import claims
from workbook.claims import CLAIMS, COVERAGES, SEEDS, Claim, Ground
from workbook.shop.calendar import SEED
from workbook.shop.dictionary import CLAIMS_FILE
from workbook.shop.policy import Policy
from workbook.shop.what_if import world

BY_NAME = {claim.name: claim for claim in CLAIMS}


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(SEED)


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.size == "log"], ids=lambda c: c.name)
def test_it_holds_on_the_committed_log(claim: Claim, ground: Ground) -> None:
    assert claim.holds(ground)


@pytest.mark.parametrize("name", ["guest checkout", "mails"])
def test_a_claim_can_fail(name: str, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "under", lambda **changes: world(Policy(), SEED).summary())
    assert not BY_NAME[name].holds(ground)


def measured() -> dict[str, dict[str, str]]:
    with CLAIMS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["claim"]: row for row in csv.DictReader(file)}


def test_every_claim_was_tried_on_other_seeds() -> None:
    found = measured()
    assert list(found) == [claim.name for claim in (*CLAIMS, *COVERAGES)]
    for claim in CLAIMS:
        row = found[claim.name]
        assert (row["text"], row["size"], row["kind"]) == (claim.text, claim.size, claim.kind)
        assert int(row["seeds"]) == SEEDS[claim.size]
    assert SEED - claims.FIRST_SEED not in range(max(SEEDS.values()))


def test_claims_hold_on_nearly_all_seeds_and_identities_on_all() -> None:
    for name, row in measured().items():
        share = int(row["held"]) / int(row["seeds"])
        if row["kind"] == "identity":
            assert share == 1, name
        elif row["kind"] == "comparison":
            assert share >= 0.95, name


def test_intervals_cover_as_often_as_they_say_if_they_know_their_unit() -> None:
    share = {name: int(r["held"]) / int(r["seeds"]) for name, r in measured().items()}
    assert 0.93 <= share["users' order rate, Wilson"] <= 0.975
    assert 0.93 <= share["visits' checkout rate, clustered"] <= 0.975
    assert share["visits' checkout rate, Wilson"] < share["visits' checkout rate, clustered"]


def test_a_fresh_seed_gives_the_same_verdicts() -> None:
    held = claims.tried(claims.FIRST_SEED, "log")
    assert set(held) == {claim.name for claim in CLAIMS if claim.size == "log"}
    assert sum(held.values()) >= len(held) - 1
