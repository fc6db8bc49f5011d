"""Micro experiments: their arithmetic by hand, and signs that hold in small markets."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.validation.book import in_default, owed
from analysis.validation.experiment import Size
from analysis.validation.micro import EXPERIMENTS, limits, minimum, payments, peers, rates, sequence, work, worlds
from analysis.validation.micro.payments import Statements
from analysis.validation.seeds import each_seed
from sim.line import CHARGED_OFF, OPEN, SOLD
from sim.records import LINE_DTYPE, blank

SMALL = Size(6_000, 1)


@cache
def _settled():
    return worlds.calm_market(SMALL, 1).run(worlds.SETTLED)


def settled():
    """A settled market that a test may play on: branched off the same one each time."""
    return _settled().branch()


# --- arithmetic ---
@given(st.floats(-2, 2), st.floats(-100, 100), st.integers(3, 40))
def test_a_regression_recovers_a_planted_coefficient(coefficient, constant, people):
    raised = np.arange(people, dtype=float)
    assert worlds.slope(constant + coefficient * raised, raised) == pytest.approx(coefficient, abs=1e-9)


def test_what_does_not_follow_the_treatment_does_not_move_the_slope():
    raised = np.array([0.0, 0.0, 100.0, 100.0])
    noise = np.array([5.0, -5.0, 5.0, -5.0])  # the same with and without
    assert worlds.slope(0.11 * raised + noise, raised) == pytest.approx(0.11)


def test_without_a_treatment_there_is_no_slope():
    assert np.isnan(worlds.slope([1.0, 2.0], [3.0, 3.0]))
    assert np.isnan(worlds.slope([], []))


def test_r2_by_hand():
    # y = x + (1, -2, 1): the second part is uncorrelated with x; variances 2/3 and 2, so R2 = (2/3) / (8/3)
    assert worlds.explained(np.array([1.0, -1.0, 3.0]), np.array([0.0, 1.0, 2.0])) == pytest.approx(0.25)
    assert np.isnan(worlds.explained(np.ones(3), np.arange(3.0)))


def test_a_ratio_of_sums():
    assert worlds.ratio([1, 2], [4, 8]) == 0.25
    assert np.isnan(worlds.ratio([1], [0]))


def test_quarters_are_taken_among_those_meant():
    values, among = np.arange(10.0), np.arange(10) >= 2
    low, high = worlds.quarters(values, among)  # of 2..9: up to 3.75, from 7.25
    assert np.flatnonzero(low).tolist() == [2, 3]
    assert np.flatnonzero(high).tolist() == [8, 9]


def test_what_is_owed_and_in_default_by_state():
    lines = blank((1, 4), LINE_DTYPE)
    lines["state"][0] = [OPEN, OPEN, CHARGED_OFF, SOLD]
    lines["months_past_due"][0] = [3, 4, 7, 0]
    lines["revolving"], lines["purchases"], lines["instalment"] = 100, 20, 3
    assert owed(lines)[0].tolist() == [123, 123, 0, 0]
    assert in_default(lines)[0].tolist() == [False, True, True, True]


def test_shares_of_payments_and_balances_by_hand():
    """Only the first chooses; the others pay minima, everything, the one bill they have, and too little."""
    billed = np.array([[300, 100], [300, 100], [300, 100], [300, 0], [300, 100]])
    paid = np.array([[90, 30], [30, 10], [300, 100], [90, 0], [90, 5]])
    owed_share, paid_share = payments.balance_matching(Statements(billed, 0.1 * billed, paid))
    assert owed_share.tolist() == [0.75, 0.25]
    assert paid_share.tolist() == [0.75, 0.25]


def test_a_bill_is_near_the_minimum_up_to_a_tenth_above_it():
    paid = np.array([[0, 99, 110, 111, 50]])
    bills = Statements(np.array([[1000, 1000, 1000, 1000, 50]]), np.array([[100.0, 100, 100, 100, 50]]), paid)
    assert bills.near[0].tolist() == [False, True, True, False, False]  # the last paid all there was


# --- paired worlds ---
def test_two_worlds_in_which_nothing_is_done_stay_the_same():
    for _, one, other in worlds.side_by_side(settled(), lambda world: None, 4):
        assert (one.market.lines == other.market.lines).all()


def test_a_calm_market_has_no_dated_change():
    assert _settled().changes == ()


def test_threads_change_no_number_and_seeds_keep_their_order():
    seen = []
    size = Size(100, 5, threads=3)
    assert each_seed(size, lambda *at: seen.append(at), lambda seed: seed * seed) == [1, 4, 9, 16, 25]
    assert seen[-1] == (5, 5)


def test_bills_are_the_markets_own():
    """Whoever stays current has paid what is due; a fee for cash, billed later, may only make it look a little more."""
    market = settled()
    market.keep_diary()
    bills = payments.statements(market)
    billed = bills.billed > 0
    assert billed.sum() > 1000
    assert (bills.paid[billed] >= 0.98 * bills.due[billed] - 2).mean() > 0.99
    assert (bills.due <= bills.billed).all()
    assert 0.1 < bills.near.sum() / billed.sum() < 0.5


def test_default_counts_on_earlier_lines_only():
    market = settled()
    k = worlds.product(market)
    nobody_there = market.market.lines["state"][:, k] == 0

    def ruin(world):
        world.market.lines["state"][nobody_there, k] = SOLD

    with_ruin, without = worlds.who_defaults(market, ruin, 1)
    assert with_ruin[nobody_there].sum() == without[nobody_there].sum()


# --- each experiment: signs that hold in a small market ---
def test_weak_scores_and_lines_near_the_limit_borrow_more_of_a_raise():
    found = limits.responses(settled(), worlds.CARD)
    assert 0 < found["3"] < found["12"] < 0.5
    assert found["strong"] < found["weak"] < 1
    assert found["far"] < found["near"]


def test_dearer_cards_are_used_less_and_not_at_all_if_price_does_not_matter():
    assert -2.5 < rates.elasticity(settled(), months=12) < -0.5
    still = worlds.calm_market(SMALL, 1, parameters={"rate_elasticity": 0.0}).run(6)
    assert abs(rates.elasticity(still, months=12)) < 0.4


def test_payments_follow_balances():
    found = payments.habits(settled())
    assert found["match"] > 0.5
    assert 0.1 < found["anchored"] <= 1
    assert 0.1 < found["near"] < 0.5


def test_a_higher_minimum_moves_few_accounts():
    found = minimum.effects(minimum.market_with_low_minimum(SMALL, 1).run(6))
    assert abs(found["entry"]) < 0.03
    assert abs(found["cure"]) < 0.5


def test_a_loan_that_is_spent_leads_to_more_defaults_than_a_reserve():
    market = worlds.calm_market(Size(12_000, 1), 2).run(worlds.SETTLED)
    reserve, spent = (sequence.effects(market.branch(), sequence.LOAN, spent) for spent in (False, True))
    assert sum(reserve.values()) < sum(spent.values())


def test_a_lost_job_leads_to_default():
    assert work.rise_of_default(settled()) > 0


def test_friends_matter_as_far_as_the_rule_says():
    market = settled()
    known = market.market.borrowers["friends_in_default"]
    known[:] = 0
    known[:10] = 2
    effect = float(market.rules_in_force()[0].peer_effect)
    assert peers.willingness(market) == pytest.approx(1 + 2 * effect)
    assert peers.rise_of_repayment(market, months=3) >= 0


@pytest.mark.parametrize("one", EXPERIMENTS, ids=lambda one: one.name)
def test_every_experiment_gives_rows_with_windows_and_sources(one, tmp_path):
    steps = SimpleNamespace(last=None)
    rows = one.play(Size(2_500, 1), tmp_path, lambda done, total: setattr(steps, "last", (done, total)))
    assert steps.last == (1, 1)
    assert len({row.name for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.source
        assert row.low < row.high
        assert row.window
        assert row.published_text != "-"
