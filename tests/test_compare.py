"""The comparison of two worlds: who defaults in one only, with intervals, and where removed credit went."""

import numpy as np
import pytest
from tiny_folder import BASELINE, LINES, MONTHS, REFORM, build, default

from analysis.compare import compare, roll_rates, spread_defaults
from analysis.estimate import Estimate, estimate
from analysis.folder import open_run
from analysis.wording import interval

PAY_LATER, CASH = LINES


def _named(groups, name):
    return next(group for group in groups if group.name == name)


@pytest.fixture
def hand_worked(tmp_path):
    """Seed 1: 1 in both worlds, 2 and 3 only in the reform, 4 only in the baseline. Seed 2: 2 only in the reform."""
    baseline = [
        default(1, 1),
        default(1, 4, lenders_before=1, age=40, income="highest fifth"),
        default(1, 9, month=MONTHS[0]),
    ]
    reform = [
        default(1, 1, line=CASH),
        default(1, 2, cause="limit cut", policy_cut=True),
        default(1, 3, line=CASH, lenders_before=5),
        default(1, 9, month=MONTHS[0]),
        default(2, 2, line=CASH),
        default(2, 2),
    ]
    return compare(build(tmp_path / "run", {BASELINE: baseline, REFORM: reform}))


def test_the_oldest_of_a_founded_market_are_in_the_last_age_group(tmp_path):
    folder = build(tmp_path / "run", {REFORM: [default(1, n, age=age) for n, age in enumerate((49, 50, 64, 65, 99))]})
    groups = compare(folder).segments["age"]
    assert _named(groups, "50+").caused.tolist() == [4, 0]
    assert sum(group.caused[0] for group in groups) == 5


def test_defaults_are_matched_person_by_person_within_a_seed(hand_worked):
    assert hand_worked.people.caused.tolist() == [2, 1]
    assert hand_worked.people.avoided.tolist() == [1, 0]
    assert hand_worked.people.excess.tolist() == [1, 1]


def test_excess_is_the_difference_of_the_two_levels(hand_worked):
    levels = hand_worked.people_levels
    assert (levels[REFORM] - levels[BASELINE]).tolist() == hand_worked.people.excess.tolist()


def test_defaults_before_the_policy_do_not_count(hand_worked):
    assert hand_worked.people_levels[BASELINE].tolist() == [2, 0]


def test_a_line_is_a_product_of_a_person_so_one_person_may_change_lender(hand_worked):
    pay_later, cash = _named(hand_worked.products, "incumbent pay-later"), _named(hand_worked.products, "p2p cash")
    assert pay_later.caused.tolist() == [1, 1]
    assert pay_later.avoided.tolist() == [2, 0]
    assert cash.caused.tolist() == [2, 1]
    assert cash.avoided.tolist() == [0, 0]
    assert hand_worked.lines.excess.tolist() == [1, 2]


def test_lenders_add_up_to_all_lines_and_the_one_that_cut_is_marked(hand_worked):
    assert [group.cut for group in hand_worked.platforms] == [True, False]
    together = hand_worked.at_cutters.excess + hand_worked.elsewhere.excess
    assert together.tolist() == hand_worked.lines.excess.tolist()


def test_every_way_of_dividing_people_adds_up_to_everybody(hand_worked):
    for groups in (*hand_worked.segments.values(), hand_worked.causes, hand_worked.touched):
        assert sum(group.caused for group in groups).tolist() == hand_worked.people.caused.tolist()
        assert sum(group.avoided for group in groups).tolist() == hand_worked.people.avoided.tolist()


def test_segments_are_rates_per_thousand_people_of_the_segment(hand_worked):
    four = _named(hand_worked.segments["lenders"], "4+")
    assert four.caused.tolist() == [1, 0]
    assert four.size.tolist() == [20, 20]
    assert four.per_thousand["caused"].mean == pytest.approx(25.0)
    assert _named(hand_worked.segments["age"], "40-49").avoided.tolist() == [1, 0]
    assert _named(hand_worked.segments["income"], "highest fifth").avoided.tolist() == [1, 0]


def test_causes_are_those_of_the_world_in_which_the_person_defaults(hand_worked):
    assert _named(hand_worked.causes, "limit cut").caused.tolist() == [1, 0]
    assert _named(hand_worked.causes, "job loss").avoided.tolist() == [1, 0]


def test_the_interval_is_students_over_paired_seeds():
    made = estimate([1.0, 2.0, 3.0, 4.0])
    half = 3.182446305284263 * np.std([1, 2, 3, 4], ddof=1) / 2
    assert (made.mean, made.low, made.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))
    assert not made.includes_zero
    assert estimate([-1.0, 1.0]).includes_zero


def test_an_interval_is_put_into_words_with_sign_and_unit():
    change, one = Estimate(1.2, -0.001, 1600.0, 3), estimate([0.034])
    assert interval(change) == "+1.20 (95 % interval 0.00 to +1,600.00)"
    assert interval(change, 1, signed=False, unit="years") == "1.2 years (95 % interval 0.0 to 1,600.0)"
    assert interval(one.times(100), 1, signed=False, unit="%") == "3.4 % (one seed, no interval)"


def test_one_seed_gives_a_mean_and_no_interval():
    made = estimate([2.0])
    assert made.mean == 2.0
    assert not made.has_interval
    assert made.includes_zero


def test_a_reform_that_only_avoids_defaults_has_a_negative_excess(tmp_path):
    compared = compare(build(tmp_path, {BASELINE: [default(1, 1), default(2, 1), default(2, 2)], REFORM: []}))
    assert compared.people.excess.tolist() == [-1, -2]
    assert compared.people.per_thousand["excess"].mean == pytest.approx(-15.0)


def test_two_equal_worlds_differ_in_nothing(tmp_path):
    same = [default(1, 1), default(2, 5, line=CASH)]
    compared = compare(build(tmp_path, {BASELINE: same, REFORM: same}, cut=False))
    assert not compared.people.caused.any()
    assert not compared.lines.avoided.any()
    assert not compared.displacement.removed.any()
    assert not any(row.fen.any() for row in compared.displacement.rows)
    assert all(not path.mean.any() for path in compared.events.values())


def test_roll_rates_are_shares_of_last_months_balance(tmp_path):
    rates = roll_rates(open_run(build(tmp_path, {})))
    assert rates[0][BASELINE, "M1"] == pytest.approx(0.25)
    assert np.isnan(rates[0][REFORM, "M3"])


def test_the_event_study_is_zero_until_the_policy_month(hand_worked):
    assert hand_worked.event_months.tolist() == [-1, 0, 1]
    assert hand_worked.events["new defaults"].mean.tolist() == [0.0, 0.0, 10.0]


def test_a_default_that_spread_began_at_a_lender_that_did_not_cut(hand_worked):
    found = spread_defaults(hand_worked.run)
    assert [(case["seed"], case["borrower"], case["platform"]) for case in found] == [(1, 3, "p2p")]


@pytest.mark.parametrize(
    ("wreck", "words"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "no manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "not readable as JSON"),
        (lambda folder: (folder / "flows.parquet").unlink(), "flows.parquet: missing"),
        (lambda folder: (folder / "economy.parquet").write_bytes(b"no"), "not a readable Parquet file"),
    ],
)
def test_a_damaged_folder_is_refused_in_one_sentence_that_names_the_file(tmp_path, wreck, words):
    folder = build(tmp_path / "run", {})
    wreck(folder)
    with pytest.raises(ValueError, match=words) as caught:
        open_run(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
