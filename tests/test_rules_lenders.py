"""What lenders see and do, in yuan: score, approve, review, cut, restore, obey caps, tighten, stop and fail."""

import math

import numpy as np
import pytest
from scenes import CASH, PAY_LATER, Scene, set_fields, yuan

from sim import ledger
from sim import tally as row
from sim.lender import FAILED, LENDING, STOPPED
from sim.line import CHARGED_OFF, FROZEN, NONE, OPEN
from sim.month import open_accounts, raise_cash
from sim.policy import Change, Timetable, Who
from sim.rules.approve import approve
from sim.rules.collect import age
from sim.rules.fund import fund
from sim.rules.plan import plan_month
from sim.rules.report import publish
from sim.rules.restrict import restrict
from sim.rules.review import review
from sim.rules.shop import shop
from sim.score import score, sees_record

#: Round weights, so that a score can be added up by hand: an income of 4,000 yuan is worth half of its weight.
WEIGHTS = {"score_income": 0.50, "score_history": 0.20, "score_use": 0.15, "score_burden": 0.45, "score_late": 0.35,
           "score_young": 0.06, "restoration_months": 6, "bureau_memory": 24}  # fmt: skip
SEES_ALL = {"signal_noise": 0, "sees": 1.0, "approval": 0.3, "online": 1}


def scene(*products, parameters=None, platforms=None, **rest):
    """A scene of lenders without error that see everything, and everything is reported."""
    count = 1 + max(terms.get("platform", 0) for terms in products)
    platforms = [SEES_ALL | terms for terms in platforms or [{}] * count]
    return Scene(*({"reporting": 1.0} | terms for terms in products), parameters=WEIGHTS | (parameters or {}),
                 platforms=platforms, **{"record_sight": 1.0} | rest)  # fmt: skip


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


# --- approve ---
OFFER = {"limit_income": 2.0, "limit_low": 500, "limit_high": 50_000}


def applied(product=None, platform=None, others=(), lines=(), **rest):
    """The scene after an application for the first product, whose score is 0.3 for an adult with no other line."""
    s = scene(PAY_LATER | OFFER | (product or {}), *others, platforms=[platform or {}] + [{}] * len(others),
              lines=[{"state": NONE, "limit_before": 7, "months_clean": 9}, *lines], **rest)  # fmt: skip
    s.opened = s.play(approve)
    return s


def test_an_application_is_approved_at_the_threshold_and_the_limit_follows_the_score():
    s = applied()
    line = s.lines[0]
    assert (s.opened, line.state, line.limit) == (1, OPEN, yuan(9600))  # 2 * 6,000 * (0.5 + 0.3)
    assert (line.limit_before, line.cut_month, line.months_clean) == (0, -1, 0)
    refused = applied(platform={"approval": 0.31})
    assert (refused.opened, refused.lines[0].state) == (0, NONE)


@pytest.mark.parametrize(("channel", "opened"), [(1, 0), (0, 1)])
def test_a_platform_that_has_tightened_asks_for_more_through_the_funding_channel(channel, opened):
    s = scene(PAY_LATER, lines=[{"state": NONE}], parameters={"funding_channel": channel})
    s.platforms[0].tightening = 0.01
    assert s.play(approve) == opened


def test_no_line_is_opened_below_the_floor():
    assert applied({"limit_low": 9600}).opened == 1
    assert applied({"limit_low": 9601}).opened == 0


@pytest.mark.parametrize(("online", "limit"), [(1, 4000), (0, 9600)])
def test_a_first_limit_stays_within_the_cap_on_a_persons_online_credit(online, limit):
    other = CASH | {"platform": 1, "reporting": 0.0}
    s = applied(platform={"online": online}, others=[other], parameters={"credit_cap": 14_000})
    assert s.lines[0].limit == yuan(limit)


def test_a_cap_that_leaves_no_room_for_a_line_refuses_it():
    assert applied(parameters={"income_cap": 0.005}).opened == 0  # 360 yuan a year


# --- review ---
def reviewed(product=None, line=None, platform=None, parameters=None, state=LENDING, month=5, **person):
    """The line of 6,000 yuan after a review every month; its score is 0.3 and a sixtieth for each clean month.

    Approval stands at 0.3: limits are raised from 0.4 on and cut below 0.1.
    """
    terms = PAY_LATER | {
        "review_interval": 1,
        "raise_margin": 0.1,
        "raise_share": 0.10,
        "cut_share": 0.30,
        "cut_margin": 0.2,
        "limit_income": 6.0,
        "limit_low": 500,
        "limit_high": 50_000,
    }
    clean = {"limit": yuan(6000), "months_clean": 12}
    s = scene(terms | (product or {}), platforms=[platform or {}], parameters=parameters, month=month,
              lines=[clean | (line or {})], **person)  # fmt: skip
    s.platforms[0].state = state
    s.play(review)
    return s


def limit(*args, **keywords):
    """The limit after a review, in yuan."""
    return reviewed(*args, **keywords).lines[0].limit / 100


def test_a_good_review_raises_a_limit_by_a_tenth_and_not_past_what_the_score_deserves():
    assert limit() == 6600
    assert limit({"limit_income": 1.05}) == 6300  # 6,000 * 1.05 * (0.5 + 0.5)
    assert limit({"limit_income": 0.5}) == 6000  # never down
    assert reviewed().tally.books[0, row.ADDED_LIMIT] == yuan(600)


def test_a_limit_is_raised_after_three_clean_months_and_not_two():
    assert limit({"raise_margin": 0.0}, {"months_clean": 3}) == 6600
    assert limit({"raise_margin": 0.0}, {"months_clean": 2}) == 6000


STRICT = {"approval": 0.8}  # the score of one half is further below than the cut margin


def test_a_bad_review_cuts_a_limit_but_not_below_the_floor():
    s = reviewed(platform=STRICT)
    assert s.lines[0].limit == yuan(4200)
    assert s.tally.books[0, row.REMOVED_LIMIT] == yuan(1800)
    assert s.borrower.lost_headroom == yuan(720)  # four tenths of sales take the line
    assert limit({"limit_low": 5000}, platform=STRICT) == 5000
    assert limit({"limit_low": 9000}, platform=STRICT) == 6000


@pytest.mark.parametrize(("approval", "after"), [
    (0.29, 6600), (0.39, 6600), (0.41, 6000), (0.69, 6000), (0.71, 4200), (1.5, 4200),
])  # fmt: skip
def test_the_thresholds_of_a_review_lie_around_the_score_at_which_the_lender_approves(approval, after):
    assert limit(platform={"approval": approval}) == after


def test_between_the_thresholds_nothing_happens():
    assert limit({"raise_margin": 0.21, "cut_margin": 0.0}) == 6000
    assert limit({"raise_margin": 0.0, "cut_margin": 0.01}, platform={"approval": 0.505}) == 6000


@pytest.mark.parametrize(("month", "after"), [(5, 6000), (6, 6600), (7, 6000), (9, 6600)])
def test_reviews_come_every_few_months(month, after):
    assert limit({"review_interval": 3}, month=month) == after


def test_while_the_bureau_shows_a_default_a_line_is_reviewed_out_of_turn():
    quarterly = {"review_interval": 3, "cut_margin": 0.1}
    assert limit(quarterly, bad_record=24) == 4200  # 0.5 - 0.35, and 0.3 asked for
    assert limit(quarterly, bad_record=23) == 6000
    assert limit(quarterly, bad_record=23, month=6) == 4200


@pytest.mark.parametrize("unseen", [{"platform": {"sees": 0.0}}, {"record_sight": 0.0}])
def test_a_lender_that_does_not_see_a_default_reviews_in_turn_and_as_if_there_were_none(unseen):
    quarterly = {"review_interval": 3, "cut_margin": 0.1}
    assert limit(quarterly, bad_record=24, **unseen) == 6000
    assert limit(quarterly, bad_record=24, month=6, **unseen) == 6600


def test_a_late_or_frozen_line_is_not_reviewed():
    assert limit(line={"months_past_due": 1}, platform=STRICT) == 6000
    assert limit(line={"state": FROZEN}, platform=STRICT) == 6000


CUT = {"limit": yuan(4200), "limit_before": yuan(6000)}


def test_a_cut_limit_comes_back_by_a_sixth_after_six_clean_months_and_not_five():
    assert limit(line=CUT | {"months_clean": 12, "cut_month": 4}, month=10) == 5200
    assert limit(line=CUT | {"months_clean": 12, "cut_month": 5}, month=10) == 4200
    assert limit({"raise_margin": 0.0}, CUT | {"months_clean": 6, "cut_month": 1}, month=10) == 5200
    assert limit({"raise_margin": 0.0}, CUT | {"months_clean": 5, "cut_month": 1}, month=10) == 4200


def test_restoration_ends_at_the_limit_before_the_cut():
    assert limit(line=CUT | {"limit": yuan(5900), "cut_month": 1}, month=10) == 6000


def test_credit_that_comes_back_is_missed_no_longer():
    s = reviewed(line=CUT | {"cut_month": 1}, month=10, lost_headroom=yuan(700))
    assert s.lines[0].limit == yuan(5200)
    assert s.borrower.lost_headroom == yuan(700 - 400)  # of 1,000 given back four tenths could have helped


@pytest.mark.parametrize(
    ("state", "channel", "after"), [(LENDING, 1, 6600), (STOPPED, 1, 6000), (FAILED, 1, 6000), (STOPPED, 0, 6600)]
)
def test_a_platform_that_stopped_raises_nothing(state, channel, after):
    assert limit(state=state, parameters={"funding_channel": channel}) == after


def test_tightening_moves_both_thresholds():
    s = scene(PAY_LATER | {"review_interval": 1, "raise_margin": 0.1, "cut_margin": 0.2, "limit_income": 6.0}, month=5,
              lines=[{"limit": yuan(6000), "months_clean": 12}])  # fmt: skip
    for tightening, compared in ((0.11, 0), (0.39, 0), (0.41, -1), (0.0, +1)):
        s.lines[0].limit, s.lines[0].limit_before = yuan(6000), 0
        s.platforms[0].tightening = tightening
        s.play(review)
        assert np.sign(s.lines[0].limit - yuan(6000)) == compared, tightening


@pytest.mark.parametrize(("online", "after"), [(1, 6200), (0, 6600)])
def test_a_raise_stays_within_the_cap_on_online_credit(online, after):
    assert limit(platform={"online": online}, parameters={"credit_cap": 6200}) == after


# --- restrict ---
def restricted(*changes, lines=({}, {}), month=0, parameters=None, online=(1, 1), **person):
    """The limits of two lines of two platforms, in yuan, after the cuts and caps of a month. Also the scene."""
    s = scene(PAY_LATER, CASH | {"platform": 1}, lines=lines, month=month, platforms=[{"online": o} for o in online],
              parameters=parameters, **person)  # fmt: skip
    timetable = Timetable(changes, "2017-01", ["one", "two"], [("one", "pay-later"), ("two", "cash")])
    s.play(restrict, aims=timetable.aims(month))
    s.hit = int(s.tally.economy[row.POLICY_CUT_PEOPLE])
    assert s.borrower.policy_cut_month == (month if s.hit else -1000)
    return (s.lines["limit"] / 100).tolist(), s


def cut(value=0.4, **more):
    """A cut of all lines in the first month, unless more is said."""
    return Change("cut", "limit_cut", value, "2017-01", **more)


def test_a_cut_takes_its_share_of_the_limit_where_it_is_aimed():
    assert restricted(cut())[0] == [6000, 6000]
    limits, s = restricted(cut(platform="one"))
    assert (limits, s.hit) == ([6000, 10_000], 1)
    assert s.tally.books[0, row.POLICY_CUT] == s.tally.books[0, row.REMOVED_LIMIT] == yuan(4000)
    assert s.tally.books[:, row.POLICY_CUT_ACCOUNTS].tolist() == [1, 0]
    assert restricted(cut())[1].hit == 1  # one person, however many lines


@pytest.mark.parametrize(("who", "person", "limit"), [
    (Who(age_below=30), {"age": 29}, 6000), (Who(age_below=30), {"age": 30}, 10_000),
    (Who(age_from=30), {"age": 30}, 6000), (Who(age_from=30), {"age": 29}, 10_000),
    (Who(lenders_at_least=3), {"lenders": 3}, 6000), (Who(lenders_at_least=3), {"lenders": 2}, 10_000),
    (Who(score_below=0.31), {}, 6000), (Who(score_below=0.3), {}, 10_000),
    (Who(age_below=30, lenders_at_least=3), {"age": 29, "lenders": 2}, 10_000),
])  # fmt: skip
def test_a_cut_reaches_those_of_whom_every_condition_holds(who, person, limit):
    assert restricted(cut(who=who), **person)[0] == [limit, limit]


def test_frozen_and_charged_off_lines_are_not_cut():
    lines = ({"state": FROZEN, "months_past_due": 1}, {"state": CHARGED_OFF, "limit": 0})
    limits, s = restricted(cut(), lines=lines)
    assert (limits, s.hit) == ([10_000, 0], 0)


def test_nobody_is_asked_to_repay_at_once_what_is_above_a_cut_limit():
    _, s = restricted(cut(0.8), lines=({"revolving": yuan(7000)}, {}))
    assert (s.lines[0].limit, s.lines[0].revolving, s.lines[0].due) == (yuan(2000), yuan(7000), 0)
    assert s.borrower.lost_headroom == yuan(0.4 * 3000 + 8000)  # a purchase line helps where it is accepted


def test_a_cut_phased_in_takes_equal_parts_of_the_first_limit():
    phased = cut(0.6, phase_in=3)
    limits = [10_000]
    for month in range(4):
        limits.append(restricted(phased, lines=({"limit": yuan(limits[-1])}, {}), month=month)[0][0])
    assert limits == [10_000, 8000, 6000, 4000, 4000]


def test_a_cap_takes_unused_online_credit_in_proportion_and_nothing_that_is_used():
    lines = ({"limit": yuan(20_000), "revolving": yuan(15_000)}, {"limit": yuan(20_000), "revolving": yuan(5000)})
    cap = {"income_cap": 1 / 3}  # 24,000 of 72,000 a year: 16,000 of the 20,000 unused must go
    assert restricted(lines=lines, parameters=cap)[0] == [16_000, 8000]
    used = tuple(line | {"revolving": yuan(18_000)} for line in lines)
    limits, s = restricted(lines=used, parameters=cap)
    assert limits == [18_000, 18_000]
    assert s.borrower.lost_headroom == yuan(0.4 * 2000 + 2000)
    assert restricted(lines=used, parameters={"credit_cap": 36_000})[0] == [20_000 - 2000, 20_000 - 2000]


def test_a_bank_is_outside_the_cap_on_online_credit():
    assert restricted(parameters={"credit_cap": 4000}, online=(1, 0))[0] == [4000, 10_000]


# --- fund ---
def funded(
    parameters=None,
    capital=1000,
    late=0,
    earned=300,
    lost=0,
    cash_flow=0,
    book=100_000,
    state=LENDING,
    month=12,
    **terms,
):
    """A platform of 100,000 yuan after a month: 10 % of it its own, costs of 1 % a month for money and 1 % for work."""
    own = {
        "own_share": 0.10,
        "capital_share": 0.10,
        "capital_required": 0.04,
        "funding_apr": 0.12,
        "operating_cost": 0.12,
        "target_delinquency": 0.02,
    }
    rules = {"tighten_delinquency": 0.1, "tighten_capital": 0.15, "tighten_spread": 1.0, "tighten_most": 0.30,
             "funding_spread": 0.5}  # fmt: skip
    s = Scene(PAY_LATER, platforms=[own | terms], parameters=rules | (parameters or {}), month=month)
    platform = s.platforms[0]
    platform.capital, platform.state = yuan(capital), state
    month = {"book": book, "late": late, "earned": earned, "lost": lost, "cash_flow": cash_flow}
    set_fields(s.result, {name: yuan(amount) for name, amount in month.items()})
    s.play(fund)
    return s


def test_a_platforms_month_adds_up():
    s = funded(earned=3000, lost=500, cash_flow=700)
    platform = s.platforms[0]
    assert s.flow(ledger.FUNDING_COST) == s.flow(ledger.OPERATING_COST) == yuan(1000)
    assert s.flow(ledger.DIVIDENDS) == yuan(25)  # half of the 50 earned above the founding share
    assert platform.cash == yuan(700 - 2000 - 25)
    assert platform.capital == yuan(1000 + 0.1 * (3000 - 500 - 2000) - 25)
    assert platform.book == yuan(100_000)


@pytest.mark.parametrize(("capital", "paid"), [(1000, 0), (999, 0), (1000.02, 0.01), (1500, 250), (-500, 0)])
def test_half_of_the_capital_above_the_founding_share_of_the_book_is_paid_out(capital, paid):
    s = funded(earned=2000, capital=capital)  # a month without profit
    assert s.flow(ledger.DIVIDENDS) == yuan(paid)
    assert s.platforms[0].capital == yuan(capital - paid)
    assert s.platforms[0].cash == -yuan(2000 + paid)


def test_nothing_is_paid_out_in_the_first_year():
    assert funded(earned=2000, capital=1500, month=11).flow(ledger.DIVIDENDS) == 0


@pytest.mark.parametrize(("state", "channel", "drawable"), [
    (LENDING, 1, True), (STOPPED, 1, False), (FAILED, 1, False), (FAILED, 0, True),
])  # fmt: skip
def test_nobody_draws_or_buys_on_the_lines_of_a_lender_that_takes_no_business(state, channel, drawable):
    needs = {"necessity_share": 0.45, "belt_tightening": 0.0, "funding_channel": channel}
    s = scene(CASH, PAY_LATER, parameters=needs, cash=yuan(100))
    s.platforms[0].state = state
    for rule in (open_accounts, plan_month, raise_cash, shop):
        s.play(rule)
    assert (s.lines["state"] == (OPEN if drawable else FROZEN)).all()
    # of 2,700 that are needed four tenths are bought on the purchase line, and what cash lacks is drawn
    expected = (yuan(1520), yuan(1080)) if drawable else (0, 0)
    assert (s.flow(ledger.DRAWS), s.flow(ledger.PURCHASES_CREDIT)) == expected


def test_a_line_that_is_paid_opens_again_each_month_and_stays_shut_while_its_lender_is():
    s = scene(CASH, lines=[{"revolving": yuan(1000)}])
    line = s.lines[0]
    for state, drawable in ((FAILED, False), (STOPPED, False), (LENDING, True)):
        s.platforms[0].state = state
        s.play(open_accounts)
        assert line.state == (OPEN if drawable else FROZEN)
        line.due = 0
        s.play(age, paid=1, unpaid_before=0)
        assert (line.state, line.months_past_due) == (OPEN, 0)


def test_delinquency_above_target_raises_the_price_of_funding_and_the_thresholds():
    calm = funded(earned=2000).platforms[0]
    assert (calm.delinquency, calm.spread, calm.tightening) == (0, 0, 0)
    at_target = funded(earned=2000, late=2000).platforms[0]
    assert (at_target.delinquency, at_target.spread, at_target.tightening) == (0.02, 0, 0)
    twice = funded(earned=2000, late=4000).platforms[0]
    assert twice.spread == pytest.approx(0.01)
    assert twice.tightening == pytest.approx(0.1 + 0.01)
    assert funded(earned=2000, late=50_000).platforms[0].tightening == 0.30


def test_lost_capital_raises_the_thresholds_before_it_stops_lending():
    half = funded(earned=2000, capital=700).platforms[0]  # 7 % of its own part, where 10 % is full and 4 % the least
    assert half.tightening == pytest.approx(0.075)
    assert half.state == LENDING


@pytest.mark.parametrize(("capital", "before", "after"), [
    (400, LENDING, LENDING), (399, LENDING, STOPPED), (0, LENDING, STOPPED), (-1, LENDING, FAILED),
    (500, STOPPED, LENDING), (5000, FAILED, FAILED),
])  # fmt: skip
def test_a_platform_stops_below_the_required_capital_fails_below_none_and_a_failure_is_final(capital, before, after):
    assert funded(earned=2000, capital=capital, state=before).platforms[0].state == after


def test_a_platform_that_bears_nothing_itself_cannot_run_out_of_capital():
    bearer = funded(own_share=0.0, capital=0, lost=90_000)
    assert (bearer.platforms[0].state, bearer.platforms[0].capital) == (LENDING, 0)
