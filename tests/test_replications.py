"""Replications of published results: each measure worked out by hand on a few people, and some played small."""

import numpy as np
import pytest
from markets import ROOT

from analysis.validation import replications
from analysis.validation.book import owed
from analysis.validation.experiment import Size
from analysis.validation.replications import (
    activity,
    adoption,
    bureau,
    caps,
    minimum,
    plans,
    promotion,
    reminders,
    retention,
    runs,
)
from analysis.validation.replications.worlds import (
    ABOVE,
    BELOW,
    NOT_ABOVE,
    NOT_BELOW,
    arms,
    calm_market,
    failed_lines,
    flow,
    product_of,
    sign,
    world,
)
from sim.line import NONE, OPEN

TINY = Size(1500, 2)
EVIDENCE = (ROOT / "docs/evidence.md").read_text()


def played(name, tmp_path, size=TINY):
    """The rows of one experiment, played small, by name."""
    one = next(e for e in replications.EXPERIMENTS if e.name == name)
    return {row.name: row for row in one.play(size, tmp_path, lambda done, total: None)}


# --- what they have in common ---
def test_a_sign_says_in_how_many_worlds_it_is_right():
    row = sign("group", "name", [0.1, -0.1, 0.2], ABOVE, "points", "S", "a note", "more")
    assert (row.mark, row.note, row.said) == ("fits", "a note; so in 2 of 3 worlds", "more")
    assert sign("group", "name", [-0.1, -0.1, 0.2], ABOVE, "points", "S").mark == "misses"


@pytest.mark.parametrize(("window", "fits"), [(ABOVE, False), (BELOW, False), (NOT_ABOVE, True), (NOT_BELOW, True)])
def test_nothing_at_all_is_neither_a_rise_nor_a_fall(window, fits):
    assert (sign("group", "name", [0.0, 0.0], window, "points", "S").mark == "fits") == fits


def test_arms_are_drawn_by_person_and_are_about_as_large():
    drawn = arms(3000, 3, seed=1)
    assert (arms(3000, 3, seed=1) == drawn).all()
    assert np.abs(np.bincount(drawn) - 1000).max() < 120


def test_defaults_and_debts_are_those_of_the_market():
    model = world(calm_market(), Size(1500, 1), 1, 18)
    tables = model.tables()
    lines = set(zip(*np.nonzero(failed_lines(model, since=6)), strict=True))
    late = tables["defaults"]["month"] >= np.datetime64("2017-07")
    table = {name: column[late] for name, column in tables["defaults"].items()}
    keys = zip(table["platform"], table["product"], strict=True)
    products = [model.product_names.index(key) for key in keys]
    assert lines == set(zip(table["borrower"], products, strict=True)) != set()
    monthly = tables["monthly"]
    assert owed(model.market.lines).sum() == monthly["balance_fen"][monthly["month"] == monthly["month"].max()].sum()
    flows = tables["flows"]
    posted = flows["amount_fen"][(flows["flow"] == "payments") & (flows["product"] == "card")].sum()
    assert flow(model, "payments", product=product_of(model, "bank", "card")) == pytest.approx(posted / 100)


# --- B5, B10, B11 ---
def test_of_those_who_asked_some_asked_two_lenders():
    # lender 0 has two products; one person asks it twice, one asks both lenders, one asks one, one nobody
    asked = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]], bool)
    assert bureau.several(asked, np.array([0, 0, 1])) == pytest.approx(1 / 3)


def test_default_is_counted_apart_on_old_lines_and_on_new_ones():
    held = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    failed = np.array([1, 0, 0, 0, 1, 0, 0, 0], bool)
    there = np.array([0, 1, 1, 0, 0, 1, 1, 0], bool)  # the last was never opened; the fifth failed and is gone
    assert bureau.default_shares(failed, held, there) == (0.25, pytest.approx(1 / 3))


# --- B6 ---
def test_the_minimum_is_the_instalment_and_a_share_of_the_rest():
    assert minimum.minimum(np.array([100_000]), np.array([20_000]), 0.10)[0] == 28_000


def test_who_follows_the_formula_paid_near_it_before_and_after_and_had_the_cash_for_more():
    due, new = np.full(6, 1000), np.full(6, 1500)
    #               follows, paid full, above it after, short of cash, missed the first, just at 110 %
    paid = np.array([1000, 9000, 1050, 1000, 900, 1100])
    new_paid = np.array([1500, 9000, 2000, 1500, 1500, 1650])
    cash = np.array([1500, 9000, 9000, 1499, 9000, 1500])
    near, follow = minimum.anchored(due, paid, new, new_paid, cash)
    assert near.tolist() == [True, False, True, True, False, True]
    assert follow.tolist() == [True, False, False, False, False, True]


# --- B7 ---
def test_effects_of_plans_are_differences_of_shares():
    longer, relieved = plans.effects(failed=[20, 33, 10], entered=[100, 110, 100])
    assert (longer, relieved) == (pytest.approx(0.10), pytest.approx(-0.10))


# --- B8 ---
def test_who_is_forgotten_counts_if_a_new_default_comes_within_two_years():
    months = 30
    freed = np.array([0, 0, 3, 5, 6, -1])  # the fifth is watched for less than two years, the sixth never freed
    failed = np.zeros((months, 6), bool)
    failed[24, 0] = True  # the last month that counts
    failed[25, 1] = True  # one too late
    failed[3, 2] = True  # in the very month: the old default, not a new one
    failed[10, 3] = failed[10, 4] = failed[10, 5] = True
    assert retention.again(freed, failed) == pytest.approx(2 / 4)


# --- B9 ---
def test_a_bill_is_cured_if_it_is_current_a_month_later():
    moves = np.zeros((9, 9), int)
    moves[0] = [90, 10, 0, 0, 0, 0, 0, 0, 0]
    moves[1] = [6, 1, 3, 0, 0, 0, 0, 0, 0]
    assert reminders.cured(moves) == pytest.approx(0.6)


# --- B12 ---
def test_a_third_of_the_horizon_without_interest_is_a_price_lower_by_a_third():
    assert promotion.taste(12, 2.0) / promotion.taste(0, 2.0) == pytest.approx(1.5**2)


def test_the_best_period_earns_most_and_shares_should_rise_with_each_step():
    assert promotion.best([3, 5, 5, 1], periods=(0, 6, 12, 18)) == 6
    assert promotion.disorder([0.50, 0.52, 0.52, 0.55, 0.51]) == 2


def test_an_answer_is_late_by_so_many_months():
    offers = promotion._offers(12, 9, late=3)
    assert offers[:4] == [(0, 9)] * 3 + [(12, 9)]
    assert offers[11:13] == [(12, 9), (0, 0)]
    assert len(offers) == promotion.HORIZON


def test_new_accounts_bear_no_interest_for_their_period_and_old_ones_do():
    market = promotion.two_lenders()
    start = world(market, Size(20_000, 1), 1, 6)
    old = start.market.lines["state"][:, 0] != NONE
    model = promotion.play_offers(start, market, [(12, 0)] * 4)
    free = model.market.lines["relief"][:, 0] == 100
    assert free.any()
    assert not (free & old).any()
    assert not model.market.lines["relief"][:, 1].any()
    later = promotion.play_offers(start, market, [(2, 0)] * 4 + [(0, 0)] * 4)
    assert not later.market.lines["relief"].any()


# --- B14 ---
def test_a_platform_is_in_trouble_once_and_for_good():
    lending = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]], bool)
    cases, fine = runs.trouble(lending)
    assert cases.tolist() == [1, 1, 1, 0]
    assert fine.tolist() == [4, 3, 2, 1]


def test_a_wave_has_a_jump_a_peak_and_an_end():
    cases = np.array([1, 2, 8, 24, 12, 6, 3, 0, 0])
    fine = np.array([200, 199, 197, 189, 165, 153, 147, 144, 144])
    assert runs.shape(cases, fine, start=2) == (3.0, pytest.approx(24 / 189), pytest.approx((3 / 147) / (24 / 189)))
    assert np.isnan(runs.shape(np.array([1, 9, 1, 0, 0]), np.array([11, 10, 1, 0, 0]), start=1)[2])


def test_many_platforms_share_the_clients_of_one():
    market = runs.many_platforms(5)
    loans = [p for p in market["products"] if p["platform"].startswith("p2p")]
    one = next(p for p in calm_market()["products"] if p["platform"] == "p2p")
    assert len(loans) == 5
    assert sum(p["reach"] for p in loans) == pytest.approx(one["reach"])
    assert not any(p["name"] == "p2p" for p in market["platforms"])


# --- B16, Chile ---
def test_what_moves_elsewhere_is_a_share_of_what_falls():
    assert caps.displaced(online=-200.0, elsewhere=30.0) == pytest.approx(0.15)
    assert np.isnan(caps.displaced(online=0.0, elsewhere=30.0))


# --- B17 ---
def test_credit_is_good_at_first_and_makes_the_fall_deeper():
    boom, crisis = activity.BOOM, activity.CRISIS
    months = np.repeat([1.0, 2.0], (boom, crisis))
    sales = np.where(months == 1, 110.0, 77.0)
    without = np.where(months == 1, 100.0, 80.0)
    jobless, jobless_without = np.where(months == 1, 0.04, 0.09), np.where(months == 1, 0.05, 0.08)
    found = activity.compare(sales, without, jobless, jobless_without)
    assert found == pytest.approx((0.10, -0.01, 0.30 - 0.20, 0.01))


# --- B20, pay-later at the till ---
def test_what_is_on_lines_is_spent_where_they_are_taken_and_a_share_of_the_rest():
    spent, on_lines, share = np.array([100.0, 100.0]), np.array([0.0, 40.0]), np.array([0.5, 0.5])
    assert adoption.at_accepting(spent, on_lines, share).tolist() == [50.0, 70.0]


def test_a_line_is_given_to_those_drawn_with_the_limit_of_their_kind():
    model = world(calm_market(), Size(1500, 1), 1, 3)
    k = product_of(model, "incumbent", "pay-later")
    people = model.market.lines["state"][:, k] == NONE
    before = model.market.lines["limit"][:, k].copy()
    fifth = model.market.borrowers["quintile"]
    open_lines = model.market.lines["state"][:, k] == OPEN
    served = np.isin(fifth, fifth[open_lines])  # where nobody of a kind has a line, nobody gets one
    people &= served
    usual = [np.median(before[(fifth == q) & open_lines]) if served[fifth == q].any() else 0 for q in range(5)]
    adoption.give(model, k, people)
    lines = model.market.lines[:, k]
    assert (lines["state"][people] == OPEN).all()
    assert (lines["limit"][~people] == before[~people]).all()
    assert (lines["limit"][people] == np.array(usual).astype(int)[fifth[people]]).all()
    model.step()  # the accounts still close


# --- played small ---
def test_a_market_without_a_bureau_has_many_who_owe_several(tmp_path):
    rows = played("no-bureau", tmp_path)
    assert all(0.2 < row.simulated < 0.8 for row in rows.values())
    assert {row.code for row in rows.values()} == {"B5"}


def test_shops_gain_from_new_users_of_pay_later(tmp_path):
    rows = played("pay-later-adoption", tmp_path)
    assert rows["their purchases at shops that take it"].simulated > 0


def test_threads_change_no_number(tmp_path):
    one = played("minimum-formula", tmp_path)
    assert played("minimum-formula", tmp_path, Size(1500, 2, threads=2)) == one
    assert one["near-minimum payers who follow the formula"].simulated > 0


@pytest.mark.parametrize(
    "source",
    [bureau.OVERLAP, bureau.SCREENING, bureau.BOTH_SIDES, minimum.SOURCE, plans.SOURCE, retention.TIGHTER,
     retention.FORGOTTEN, reminders.FRAMES, reminders.CONTACTS, promotion.SOURCE, runs.SOURCE, caps.SPILL, caps.CHILE,
     activity.SOURCE, adoption.USERS, adoption.TILL],
)  # fmt: skip
def test_a_source_is_a_row_of_the_evidence_page(source):
    assert f"| {source} |" in EVIDENCE
