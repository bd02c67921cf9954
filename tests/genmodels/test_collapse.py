"""Mode collapse: chance levels against scipy and simulation; verdicts on sets that are known to be ill or well."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from genmodels.collapse import (
    Counts,
    counted,
    dealt,
    expected_coverage,
    expected_missing,
    expected_variation,
    fewer,
    missing_law,
    repeats_chance,
    unreadable_chance,
    variation,
    verdict,
)
from genmodels.metrics import duplicates, manifolds, reach

SMALL = Counts(np.array([3, 0, 5, 0, 2]), np.array([6, 2, 8, 1, 3]))


def hands(counts: Counts, times: int, seed: int = 0) -> np.ndarray:
    """(times, K): generated counts when all pictures are dealt out anew."""
    dice = np.random.default_rng(seed)
    return dice.multivariate_hypergeometric(counts.made + counts.real, counts.made.sum(), size=times)


@pytest.mark.parametrize("total, marked, taken", [(30, 7, 10), (30, 25, 20), (1500, 42, 500), (5, 0, 3), (5, 5, 5)])
def test_a_hand_that_is_dealt_follows_the_hypergeometric_law(total: int, marked: int, taken: int):
    assert dealt(total, marked, taken) == pytest.approx(stats.hypergeom.pmf(range(marked + 1), total, marked, taken))


def test_the_law_of_what_is_missing_is_that_of_dealing_often():
    law, times = missing_law(SMALL), 200_000
    seen = np.bincount((hands(SMALL, times) == 0).sum(1), minlength=6) / times
    assert law.sum() == pytest.approx(1)
    assert law == pytest.approx(seen, abs=4 * (0.25 / times) ** 0.5)
    assert expected_missing(SMALL) == pytest.approx(law @ np.arange(6))


def test_what_nobody_shows_is_not_missing():
    padded = Counts(np.append(SMALL.made, 0), np.append(SMALL.real, 0))
    assert missing_law(padded) == pytest.approx(missing_law(SMALL))
    assert expected_missing(padded) == pytest.approx(expected_missing(SMALL))


def test_for_endless_data_the_law_is_that_of_throwing_at_boxes():
    """With very many real pictures of equally likely values: the classical occupancy problem."""
    boxes, throws = 6, 10
    law = missing_law(Counts(np.array([10, 0, 0, 0, 0, 0]), np.array([2990, *[3000] * 5])))
    expected = boxes * (1 - 1 / boxes) ** throws
    none = sum(
        (-1) ** j * float(stats.binom.pmf(j, boxes, 0.5) * 2**boxes) * (1 - j / boxes) ** throws for j in range(6)
    )
    assert law @ np.arange(len(law)) == pytest.approx(expected, rel=2e-3)
    assert law[0] == pytest.approx(none, rel=1e-2)


def test_so_few_or_fewer_is_the_tail_of_each_value():
    total, taken = 30, 10
    tails = stats.hypergeom.cdf(SMALL.made, total, SMALL.made + SMALL.real, taken)
    assert fewer(SMALL) == pytest.approx(tails)


def test_total_variation_and_what_chance_makes_of_it():
    assert variation(SMALL) == pytest.approx(np.abs(SMALL.made / 10 - SMALL.real / 20).sum() / 2)
    drawn = hands(SMALL, 100_000)
    whole = SMALL.made + SMALL.real
    by_lot = np.abs(drawn / 10 - (whole - drawn) / 20).sum(1) / 2
    assert expected_variation(SMALL) == pytest.approx(by_lot.mean(), abs=1e-3)


def test_the_coverage_of_a_perfect_model_depends_on_the_numbers_only():
    found = []
    for seed in range(30):
        dice = torch.Generator().manual_seed(seed)
        rows = torch.randn(300, 3, generator=dice, dtype=torch.float64)
        found.append(manifolds(rows[:100], rows[100:], 5, rounds=2).coverage.value)
    assert np.mean(found) == pytest.approx(expected_coverage(100, 200, 5), abs=4 * np.std(found) / 30**0.5)


def test_pairs_alike_race_as_negative_binomial():
    pairs, others = 500 * 499 / 2, 1000 * 999 / 2
    for alike in (0, 1, 3, 12):
        tail = stats.nbinom.sf(alike - 1, 5, others / (pairs + others))
        assert repeats_chance(alike, 500, 5, 1000) == pytest.approx(tail, abs=1e-12)


def test_pairs_alike_of_the_same_law_are_called_repeats_as_seldom_as_said():
    chances = []
    for seed in range(300):
        rows = torch.randn(180, 6, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        within = reach(rows[:120], odds=5 / 7140)
        chances.append(repeats_chance(duplicates(rows[120:], within), 60, duplicates(rows[:120], within), 120))
    for level in (0.05, 0.2):  # a chance that takes steps may be rarer than its level, never more frequent
        assert np.mean(np.array(chances) <= level) <= level + 3 * (level / 300) ** 0.5


def test_a_reader_that_is_less_sure_than_of_real_pictures():
    table = [[30, 20], [90, 10]]
    assert unreadable_chance(30, 50, 90, 100) == pytest.approx(stats.fisher_exact(table, alternative="less").pvalue)
    assert unreadable_chance(50, 50, 100, 100) == 1


def of_law(odds: np.ndarray, n: int, dice: np.random.Generator) -> np.ndarray:
    return counted(dice.choice(len(odds), size=n, p=odds), len(odds))


def test_the_well_are_called_ill_no_more_often_than_said():
    dice, odds, alarms, rounds = np.random.default_rng(0), np.arange(1, 13) / 78, 0, 300
    for _ in range(rounds):
        fields = {name: Counts(of_law(odds, 100, dice), of_law(odds, 200, dice)) for name in ("a", "b")}
        repeated, unread = dice.uniform(size=2)  # what such chances are when all is well
        found = verdict(fields, repeated, unread, seldom=0.2)
        alarms += bool(found.missing or found.rare or found.repeats or found.unreadable)
    assert alarms / rounds <= 0.2 + 2 * (0.2 / rounds) ** 0.5  # all four searches together


def test_what_is_missing_is_found_and_named():
    dice, odds = np.random.default_rng(1), np.full(36, 1 / 36)
    ill = odds.copy()
    ill[[4, 9, 30]] = 0
    counts = Counts(of_law(ill / ill.sum(), 500, dice), of_law(odds, 1000, dice))
    found = verdict({"character": counts}, 1.0, 1.0)
    assert [missing.values for missing in found.missing] == [[4, 9, 30]]
    assert found.missing[0].expected < 0.01 and not found.repeats and not found.unreadable


def test_what_is_rare_is_found_and_what_chance_leaves_out_is_not():
    dice, odds = np.random.default_rng(2), np.full(20, 0.05)
    ill = odds.copy()
    ill[7] = 0.004
    found = verdict({"class": Counts(of_law(ill / ill.sum(), 500, dice), of_law(odds, 1000, dice))}, 1.0, 1.0)
    assert found.missing == [] and found.rare == [("class", 7)]
    seldom = Counts(np.array([499, 1, 0]), np.array([996, 2, 2]))
    assert verdict({"class": seldom}, 1.0, 1.0) == verdict({}, 1.0, 1.0)


def test_repeats_and_doubt_are_taken_over():
    found = verdict({}, 1e-6, 1e-6)
    assert found.repeats and found.unreadable
