"""What has to end does end: records, news of failures, applications that wait, distrust, limits above a cap."""

import pytest
from paired import worlds
from scenes import CASH, PAY_LATER, Scene, yuan

from sim import tally as row
from sim.lender import FAILED, LENDING, STOPPED
from sim.line import ASKED, CHARGED_OFF, CLOSED, NONE, OPEN
from sim.month import open_accounts
from sim.month_end import platforms_fund
from sim.policy import Change
from sim.rules.apply import adopt
from sim.rules.earn import earn
from sim.rules.leave import come_back
from sim.rules.report import keep_record
from sim.rules.review import review
from sim.score import score

CALM_LENDER = {"signal_noise": 0, "approval": 0.1}
EARLY = Change("early", "record_retention", 6, "2018-07")


@pytest.mark.mechanism("M10", "M102")
@pytest.mark.parametrize(("state", "opened"), [(LENDING, 1), (STOPPED, 0), (FAILED, 0)])
def test_an_answer_that_comes_after_the_lender_has_stopped_opens_no_line(state, opened):
    s = Scene(CASH, platforms=[CALM_LENDER], lines=[{"state": ASKED}])
    s.platforms[0].state = state
    s.play(open_accounts)
    assert s.lines[0].state == (OPEN if opened else NONE)
    assert s.tally.books[0, row.APPROVALS] == opened


@pytest.mark.mechanism("M72", "M107")
@pytest.mark.parametrize(("months_left", "kept", "left"), [(20, 24, 19), (20, 12, 11), (5, 12, 4), (1, 12, 0)])
def test_a_shorter_time_of_keeping_records_ends_old_ones_sooner_too(months_left, kept, left):
    s = Scene(CASH, bad_record=months_left, parameters={"bureau_memory": kept})
    s.plan.sight = -1.0
    s.play(keep_record)
    assert s.borrower.bad_record == left
    assert s.borrower.record_shown == (left > 0)


@pytest.mark.mechanism("M72", "M107")
def test_from_its_month_on_nobodys_record_is_older_than_the_rule_allows():
    (on,), (off,) = worlds({"changes": [EARLY]}, borrowers=3000, months=19)
    assert on.market.borrowers["bad_record"].max() <= 6 < off.market.borrowers["bad_record"].max()


@pytest.mark.mechanism("M07", "M40")
@pytest.mark.parametrize(("ceiling", "restored"), [(50_000, 1000), (5200, 200), (4000, 0)])
def test_a_limit_that_was_cut_is_not_restored_above_a_ceiling_set_since(ceiling, restored):
    line = {"limit": yuan(5000), "limit_before": yuan(6000), "cut_month": 0, "months_clean": 12}
    s = Scene(PAY_LATER | {"limit_high": ceiling}, platforms=[CALM_LENDER | {"approval": -1}], lines=[line], month=12,
              cash=yuan(5000))  # fmt: skip
    s.play(review)
    assert s.lines[0].limit == yuan(5000 + restored)


@pytest.mark.mechanism("M86")
def test_investors_hear_of_other_platforms_and_forget_a_failure_as_its_book_is_run_off():
    def fear(states, books):
        s = Scene(*({"platform": p} for p in range(3)), parameters={"news_weight": 1.0, "fear_memory": 0.0},
                  platforms=[{"investors": 0.5, "capital_required": 0, "capital_share": 0}] * 3)  # fmt: skip
        s.platforms["state"] = states
        for held in ("book", "funds", "capital"):
            s.platforms[held] = [yuan(book) for book in books]
        s.tally.books[:, row.BALANCE] = s.platforms["book"]
        s.play(platforms_fund, books=s.tally.books)
        return s.platforms["fear"]

    assert fear((LENDING, LENDING, STOPPED), (100, 100, 100)) == pytest.approx([0.5, 0.5, 0.0])
    assert fear((LENDING, LENDING, FAILED), (100, 100, 25)) == pytest.approx([0.2, 0.2, 0.0])
    assert fear((LENDING, LENDING, FAILED), (100, 100, 0)) == pytest.approx([0.0, 0.0, 0.0])


@pytest.mark.mechanism("M74", "M75")
@pytest.mark.parametrize(("gain", "months"), [(0.1, 4), (0.0, None)])
def test_who_has_left_may_ask_again_once_trust_is_back(gain, months):
    s = Scene(PAY_LATER, lines=[{"state": CLOSED, "trust": 60, "limit": 0}], parameters={"trust_gain": gain})
    back = None
    for month in range(1, 25):
        if s.lines[0].state == CLOSED:
            s.play(come_back)
            back = month if s.lines[0].state == NONE else None
    assert back == months


def test_who_finds_work_goes_to_a_shop_that_hires_by_what_it_published():
    """What the jobs channel passes on is vacancies; a shop that is shut has none."""
    s = Scene(CASH, jobless=3, parameters={"reemployment_hazard": 1.0})
    s.merchants["vacancies"] = 2.0
    s.merchants["alive"] = 0
    s.play(earn)
    assert s.borrower.employer >= 0


@pytest.mark.mechanism("M58", "M72", "M107")
def test_a_charge_off_elsewhere_is_seen_as_long_as_the_bureau_keeps_the_default_and_one_of_its_own_for_ever():
    def points(own, **person):
        lines = [{}, {"state": CHARGED_OFF, "revolving": yuan(100)}]
        products = [PAY_LATER | {"reporting": 1.0}, CASH | {"reporting": 1.0, "platform": 0 if own else 1}]
        lenders = [{"sees": 1.0, "signal_noise": 0}] * 2
        return Scene(*products, lines=lines, platforms=lenders, record_sight=1.0, **person).play(score)[0]

    late = Scene(CASH).rules.score_late
    assert points(own=False, bad_record=0) - points(own=False, bad_record=1) == pytest.approx(late)
    assert points(own=True, bad_record=0) == pytest.approx(points(own=True, bad_record=1))


@pytest.mark.mechanism("M45")
@pytest.mark.parametrize(("arrears", "late"), [(0, 0), (300, 2)])
def test_grace_for_a_failure_forgives_the_month_and_nothing_that_was_past_due_before(arrears, late):
    s = Scene(PAY_LATER | {"call_in_after": 12}, platforms=[{"outage_reach": 1.0, "outage_grace": 1}],
              lines=[{"revolving": yuan(1000), "due": yuan(arrears), "months_past_due": late}])  # fmt: skip
    s.platforms[0].outage = 1
    s.play(open_accounts)
    assert s.plan.excused == s.plan.locked == 1
    assert s.lines[0].due == yuan(arrears)
    assert s.lines[0].months_past_due == late


@pytest.mark.mechanism("M02")
def test_nobody_asks_for_a_cash_line_that_may_lend_no_cash():
    for cash_share, asked in ((1.0, 0), (0.0, -1)):
        s = Scene(CASH | {"lends_cash": cash_share}, lines=[{"state": NONE}])
        s.rules.adoption_hazard = 1.0
        assert s.play(adopt) == asked
