"""Default: what the bureau keeps, what is written down about it, and for how long."""

import numpy as np
import pytest
from markets import TWO_LENDERS, default_market, model_of
from scenes import CASH, PAY_LATER, Scene, yuan

from sim import tally as row
from sim.line import CHARGED_OFF, FROZEN
from sim.month import follow_up
from sim.policy import Change
from sim.record import BUCKETS
from sim.rules.report import keep_record

LATE = {"state": FROZEN, "months_past_due": 3, "revolving": yuan(1000), "due": yuan(200), "cause": 5}
TERMS = {"minimum_share": 0.10, "freeze_after": 1, "call_in_after": 2, "charge_off_after": 6, "recovery_hazard": 0}


def followed(*lines, paid=(), before=150, month=20, **person):
    """A person at the month's end, with so much past due before this month's bill on each line."""
    first = PAY_LATER | TERMS | {"late_fee": 0.015, "reporting": 0.5}
    second = CASH | TERMS | {"platform": 1, "reporting": 0.25}
    terms = [first, second][: len(lines)]
    s = Scene(*terms, lines=lines, month=month, parameters={"bureau_memory": 24}, **person)
    s.tally.arrears[:] = yuan(before)
    s.tally.pay[: len(paid)] = [yuan(amount) for amount in paid]
    s.tally.balance_was[:] = yuan(900)
    s.tally.bucket_was[:] = [line.get("months_past_due", 0) for line in lines]
    s.first = s.play(follow_up)
    s.play(keep_record)
    s.events = s.tally.events[: s.tally.counts[0]]
    s.changed = s.tally.changed[: s.tally.counts[1]].tolist()
    return s


def test_a_default_is_written_down_with_what_is_owed_and_why():
    s = followed(LATE | {"limit": yuan(3000)}, id=7, lenders=3)
    event = s.events[0]
    assert (event.borrower, event.product, event.limit, event.lenders) == (7, 0, yuan(3000), 3)
    assert (event.cause, event.first, event.policy_cut) == (5, 1, 0)
    assert event.balance == s.lines[0].revolving == yuan(1001.50)  # with the late fee: 1.5 % of a tenth, as called in
    assert s.tally.books[0, row.DEFAULTS] == 1
    assert s.tally.books[0, row.DEFAULT_BALANCE] == yuan(1001.50)
    assert (s.first, s.borrower.bad_record, s.borrower.ever_in_default, s.changed) == (1, 24, 1, [8])


@pytest.mark.parametrize(("since", "counts"), [(0, 1), (11, 1), (12, 0)])
def test_a_default_belongs_to_a_policy_that_cut_the_person_in_the_twelve_months_before(since, counts):
    assert followed(LATE, month=20, policy_cut_month=20 - since).events[0].policy_cut == counts


def test_only_the_first_default_of_a_person_is_a_first_whatever_the_bureau_remembers():
    assert followed(LATE, LATE).events["first"].tolist() == [1, 0]
    again = followed(LATE, bad_record=3, ever_in_default=1)
    assert again.events["first"].tolist() == [0]
    assert (again.first, again.changed, again.borrower.bad_record) == (0, [], 24)
    forgotten = followed(LATE, bad_record=0, ever_in_default=1, id=7)
    assert forgotten.events["first"].tolist() == [0]
    assert (forgotten.first, forgotten.changed, forgotten.borrower.bad_record) == (0, [8], 24)


def test_a_default_is_on_record_as_far_as_the_lender_that_reports_most_of_those_defaulted_on():
    assert followed(LATE, LATE).borrower.record_sight == 0.5
    assert followed(LATE | {"months_past_due": 2}, LATE).borrower.record_sight == 0.25
    cured = followed(LATE | {"due": 0}, LATE | {"due": 0}, paid=(200, 200), bad_record=24, record_sight=0.5)
    assert (cured.borrower.record_sight, cured.borrower.bad_record) == (0.5, 23)  # it fades, seen by as many as before


def test_the_record_is_kept_while_the_default_lasts_and_fades_by_the_month_afterwards():
    assert followed(LATE | {"months_past_due": 5}, bad_record=24).borrower.bad_record == 24
    cured = LATE | {"due": 0}
    assert followed(cured, paid=(200,), bad_record=24).borrower.bad_record == 23
    out = followed(cured, paid=(200,), bad_record=1, id=7)
    assert (out.borrower.bad_record, out.changed, out.first) == (0, [-8], 0)
    assert (
        followed(
            {"state": CHARGED_OFF, "limit": 0, "revolving": 5, "months_past_due": 7}, bad_record=9
        ).borrower.bad_record
        == 8
    )


def test_a_late_payment_short_of_ninety_days_is_no_default():
    s = followed(LATE | {"months_past_due": 2})
    assert (s.first, s.borrower.bad_record, len(s.events), s.changed) == (0, 0, 0, [])


def test_a_move_between_buckets_is_counted_with_the_balance_it_began_with():
    moves = followed(LATE).tally.transitions
    assert moves[0, BUCKETS.index("M3"), BUCKETS.index("M4")].tolist() == [1, yuan(900)]
    assert moves.sum() == 1 + yuan(900)


def test_the_memory_of_lost_credit_fades_by_a_sixth_a_month():
    model = model_of(TWO_LENDERS, borrowers=20, parameters={"adoption_hazard": 0, "applications": 0})
    model.market.lines["state"] = 0
    for name in ("limit", "revolving", "purchases", "instalment"):
        model.market.lines[name] = 0
    model.borrowers.set("lost_headroom", 6000)  # a write, so that the accounts open with what is there now
    assert set(model.run(1).borrowers.get("lost_headroom")) == {5000}
    assert set(model.run(1).borrowers.get("lost_headroom")) == {5000 - 833}


@pytest.mark.parametrize("memory", [1, 24])
def test_the_table_of_defaults_says_whom_a_policy_had_cut_and_counts_each_person_once(memory):
    cut = Change("cut", "limit_cut", 0.5, "2017-07", platform="incumbent")
    hard = {"job_loss_hazard": 0.06, "bureau_memory": memory}
    model = model_of(default_market(), borrowers=3000, changes=[cut], parameters=hard).run(24)
    table = model.tables()["defaults"]
    months = (table["month"].astype("datetime64[M]") - np.datetime64("2017-01", "M")).astype(int)
    since = months - model.market.borrowers["policy_cut_month"][table["borrower"]]
    assert (table["policy_cut"] == ((since >= 0) & (since < 12))).all()
    assert 0 < table["policy_cut"].sum() < len(since)
    firsts = table["borrower"][table["first"]]
    assert len(set(firsts)) == len(firsts) == len(set(table["borrower"])) < len(table["borrower"])
    by_age = model.tables()["segments"]["kind"] == "age"
    assert model.tables()["segments"]["defaults"][by_age].sum() == len(firsts)
