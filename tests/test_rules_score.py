"""What a lender believes about a borrower, by hand."""

import math

import numpy as np
import pytest
from scenes import CASH, PAY_LATER, Scene, yuan
from test_rules_lenders import scene

from sim.line import CHARGED_OFF, FROZEN
from sim.rules.report import publish
from sim.score import score, sees_record


def points(s, k=0):
    """A score, rounded against the noise of adding."""
    return round(s.play(score, k=k)[0], 9)


# --- score ---
def test_a_score_adds_up():
    assert points(scene(PAY_LATER, lines=[{"months_clean": 12}])) == 0.5  # 6 / (6 + 4) of one half, and a clean year
    assert points(scene(PAY_LATER, lines=[{"months_clean": 6}])) == 0.4
    half_used = {"months_clean": 12, "revolving": yuan(3000), "instalment": yuan(2000)}
    # own use: 0.15 of one half; burden: 5,000 of half a year of income, 36,000
    assert points(scene(PAY_LATER, lines=[half_used])) == 0.3625
    assert points(scene(PAY_LATER, lines=[half_used], age=24)) == 0.3025
    assert points(scene(PAY_LATER, lines=[{"months_past_due": 1, "state": FROZEN}])) == -0.05
    assert points(scene(PAY_LATER, lines=[{"state": CHARGED_OFF, "limit": 0}])) == -0.05
    assert points(scene(PAY_LATER, lines=[{"months_clean": 12}], bad_record=5)) == 0.15


@pytest.mark.parametrize(
    ("reporting", "sees", "fall"), [(1, 1, 0.1), (0.5, 1, 0.05), (1, 0.5, 0.05), (0, 1, 0.0), (1, 0, 0.0)]
)
def test_a_score_falls_with_the_debt_it_can_see_and_not_with_what_is_hidden(reporting, sees, fall):
    def with_debt(amount):
        other = CASH | {"platform": 1, "reporting": reporting}
        return points(scene(PAY_LATER, other, platforms=[{"sees": sees}, {}], lines=[{"months_clean": 12}, {
            "revolving": yuan(amount)}]))  # fmt: skip

    assert with_debt(0) - with_debt(8000) == pytest.approx(fall)  # 0.45 * 8,000 / 36,000


def test_a_platform_sees_its_own_products_in_full():
    hidden = CASH | {"platform": 0, "reporting": 0.0}
    own, none = (
        points(scene(PAY_LATER, hidden, platforms=[{"sees": 0.0}], lines=[{}, {"revolving": yuan(owed)}]))
        for owed in (8000, 0)
    )
    assert none - own == pytest.approx(0.1)


HALF_REPORTED = CASH | {"platform": 1, "reporting": 0.5}


def test_a_late_payment_and_a_good_history_elsewhere_count_as_far_as_they_are_seen():
    def seen(record=0, **other):
        lenders = [{"sees": 0.5}, {}]
        return points(
            scene(PAY_LATER, HALF_REPORTED, platforms=lenders, lines=[{}, other], bad_record=record, record_sight=0.0)
        )

    assert seen() == 0.3
    assert seen(months_past_due=1, state=FROZEN) == pytest.approx(0.3 - 0.35 * 0.25)
    assert seen(state=CHARGED_OFF, limit=0, record=1) == pytest.approx(0.3 - 0.35 * 0.25)
    assert seen(state=CHARGED_OFF, limit=0) == 0.3  # long ago
    assert seen(months_clean=12) == pytest.approx(0.3 + 0.20 * 0.25)
    assert seen(months_clean=6) == pytest.approx(0.3 + 0.10 * 0.25)


def test_other_lenders_lines_are_seen_as_they_stood_at_the_end_of_last_month():
    def seen(reported, now):
        lines = [{}, now | {f"reported{name}": value for name, value in reported.items()}]
        s = scene(PAY_LATER, CASH | {"platform": 1}, lines=lines)
        return points(s), s

    calm = {"": 0, "_late": 0, "_clean": 0}
    this_month = {"revolving": yuan(8000), "months_past_due": 1, "state": FROZEN, "months_clean": 12}
    before, s = seen(calm, this_month)
    assert before == 0.3  # what happens this month is not known yet
    publish(s.lines[1])
    assert points(s) == pytest.approx(0.3 + 0.20 - 0.35 - 0.1)
    assert seen({"": yuan(8000), "_late": 1, "_clean": 6}, {})[0] == pytest.approx(0.3 + 0.10 - 0.35 - 0.1)


@pytest.mark.parametrize(("fields", "shown"), [
    ({"revolving": 7, "purchases": 20, "instalment": 300, "months_clean": 9}, (327, 0, 9)),
    ({"revolving": 7, "months_past_due": 2, "state": FROZEN}, (7, 1, 0)), ({"months_clean": 40}, (0, 0, 12)),
    ({"revolving": 7, "months_past_due": 8, "state": CHARGED_OFF, "limit": 0}, (0, 2, 0)),
])  # fmt: skip
def test_what_is_reported_is_the_balance_whether_it_is_late_and_up_to_a_year_of_clean_months(fields, shown):
    line = Scene(CASH, lines=[fields | {"reported": 1, "reported_late": 1, "reported_clean": 1}]).lines[0]
    publish(line)
    assert (line.reported, line.reported_late, line.reported_clean) == shown


@pytest.mark.parametrize(("sees", "reported", "late"), [(1, 1, 0.35), (0, 1, 0), (1, 0, 0)])
def test_a_default_on_record_counts_in_full_for_who_sees_it_and_not_at_all_for_others(sees, reported, late):
    s = scene(PAY_LATER, platforms=[{"sees": sees}], bad_record=1, record_sight=reported)
    assert points(s) == round(0.3 - late, 9)
    s.borrower.record_shown = 0  # the record has run out, or has not been published yet
    assert points(s) == 0.3


def test_whether_a_lender_sees_a_record_is_settled_for_good_and_as_likely_as_what_it_looks_at_times_what_is_reported():
    def seers(platform=0, sees=0.5, reported=0.8, month=1):
        """Who of two thousand people is seen by a lender."""
        s = scene({"platform": 0}, {"platform": 1}, platforms=[{"sees": sees}] * 2, record_sight=reported, bad_record=1,
                  month=month)  # fmt: skip
        seen = set()
        for person in range(2000):
            s.borrower.id = person
            if s.play(sees_record, lender=s.platforms[platform], platform=platform):
                seen.add(person)
        return seen

    assert len(seers()) == pytest.approx(800, abs=4 * math.sqrt(2000 * 0.4 * 0.6))
    assert seers(month=30) == seers() != seers(platform=1)
    assert seers(reported=0.4) < seers() < seers(sees=1.0)  # who sees more, sees all that was seen
    assert (len(seers(sees=0)), len(seers(reported=0)), len(seers(sees=1, reported=1))) == (0, 0, 2000)


def test_points_for_income_are_against_wages_in_general():
    assert points(scene(PAY_LATER, wage_level=1.5)) == 0.25  # 6 / (6 + 6) of one half
    assert points(scene(PAY_LATER, wage_level=1.5, wage=yuan(9000))) == 0.3


def test_an_income_estimate_is_wrong_once_for_all_products_of_a_platform_and_right_on_average():
    def estimate(k, seed, month=1):
        s = scene({"platform": 0}, {"platform": 0}, {"platform": 1}, parameters={"income_noise": 0.5}, seed=seed,
                  month=month)  # fmt: skip
        return s.play(score, k=k)[1]

    assert estimate(0, 1) == estimate(1, 1) != estimate(2, 1)
    assert estimate(0, 1, month=30) == estimate(0, 1)  # the error lasts
    errors = [math.log(estimate(0, seed) / yuan(6000)) for seed in range(500)]
    assert np.mean(errors) == pytest.approx(0, abs=0.08)
    assert np.std(errors) == pytest.approx(0.5, abs=0.06)
