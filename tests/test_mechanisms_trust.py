"""What borrowers learn, feel and make of it: trust, complaints, lessons, attention, a cap of their own."""

import pytest
from markets import UNCOUPLED, default_market, model_of
from paired import default_count, flows, n_plat, on_book, owed, summed, utilisation, worlds
from scenes import CARD, CASH, PAY_LATER, household, yuan
from test_mechanisms_behaviour import SEEDS, column, cut

from sim import ledger
from sim import tally as row
from sim.line import CLOSED, balance
from sim.policy import Change, Who
from sim.rules.borrow import loan_wish, spend_loan
from sim.rules.complain import complain
from sim.rules.leave import leave
from sim.rules.plan import plan_month
from sim.rules.shop import shop
from sim.rules.teach import teach

# --- M74, M75: trust ---
DISTRUST = {"trust_loss": 0.8, "churn_hazard": 0.3}
INCUMBENT_CUT = cut(0.5, platform="incumbent", product="pay-later")


@pytest.mark.mechanism("M74")
@pytest.mark.parametrize(("trust", "cash", "leaves"), [(0, 950, True), (100, 950, False), (0, 900, False)])
def test_who_has_lost_all_trust_pays_what_he_owes_and_leaves_if_the_buffer_allows(trust, cash, leaves):
    s = household(PAY_LATER, cash=yuan(cash), buffer_target=0.125, parameters={"churn_hazard": 1.0},
                  lines=[{"trust": trust, "purchases": yuan(150), "instalment": yuan(50)}])  # fmt: skip
    s.play(leave, smooth=False)
    assert (s.lines[0].state == CLOSED) == leaves
    assert s.borrower.cash == yuan(cash - 200 * leaves)
    assert balance(s.lines[0]) == yuan(0 if leaves else 200)
    assert s.flow(ledger.PAYMENTS) == s.tally.pay[0] == yuan(200 * leaves)


@pytest.mark.mechanism("M74")
def test_a_cut_drives_people_away_and_those_who_stay_are_the_worse_risks():
    """A good risk is somebody who never defaults, or who pays in full, in the world without distrust."""
    on, off = worlds({"parameters": DISTRUST, "changes": INCUMBENT_CUT}, {"parameters": DISTRUST}, seeds=SEEDS)
    assert column(on, "lines_left") > 1.3 * column(off, "lines_left")

    on, off = worlds({"parameters": DISTRUST, "changes": INCUMBENT_CUT}, {"changes": INCUMBENT_CUT}, seeds=SEEDS)
    for with_distrust, without in zip(on, off, strict=True):
        people = without.market.borrowers
        stay, all_there = (on_book(m)[:, 0] for m in (with_distrust, without))
        assert stay.sum() < 0.7 * all_there.sum()
        for good in (people["appetite"] == 0, people["ever_in_default"] == 0):
            assert good[stay].mean() < good[all_there].mean()


@pytest.mark.mechanism("M75")
def test_smooth_months_bring_trust_back_and_keep_people():
    worse = {"changes": INCUMBENT_CUT}
    on, off = worlds(worse | {"parameters": DISTRUST | {"trust_gain": 0.05}}, worse | {"parameters": DISTRUST})
    assert column(on, "lines_left") < 0.6 * column(off, "lines_left")
    assert column(on, "accounts") > column(off, "accounts")
    assert column(on, "trust") / column(on, "accounts") > column(off, "trust") / column(off, "accounts")


# --- M76, M77: complaints ---
ERRORS = {"platforms": {"wrongful_fee_hazard": 0.05, "complaint_cost": 30, "complaint_capacity": 50}}
COMPLAINERS = {"complaint_hazard": 0.5, "trust_loss": 0.3, "channel_visibility": 0.0, "escalation": 0.2}


@pytest.mark.mechanism("M76", "M77")
@pytest.mark.parametrize(
    ("visible", "service", "refunded", "trust", "escalated"),
    [(1.0, 1.0, 10, 100, 0), (1.0, 0.0, 0, 70, 1), (0.0, 1.0, 0, 70, 1)],
)
def test_a_complaint_is_put_right_if_the_channel_is_found_and_answers_and_goes_to_the_authorities_if_not(
    visible, service, refunded, trust, escalated
):
    s = household(PAY_LATER, lines=[{"revolving": yuan(10)}], parameters={
        "complaint_hazard": 1.0, "trust_loss": 0.3, "channel_visibility": visible, "escalation": 1.0})  # fmt: skip
    s.platforms["service"] = service
    s.play(complain, lender=s.platforms[0], harm=1.0, fee=yuan(10))
    assert s.flow(ledger.FEES_REFUNDED) == yuan(refunded)
    assert (s.lines[0].trust, s.lines[0].revolving) == (trust, yuan(10 - refunded))
    assert s.tally.books[0, row.ESCALATIONS] == escalated


@pytest.mark.mechanism("M76")
def test_a_channel_that_answers_returns_wrongful_fees_and_costs_the_platform_money():
    on, off = worlds(ERRORS | {"parameters": COMPLAINERS | {"channel_visibility": 0.9}},
                     ERRORS | {"parameters": COMPLAINERS})  # fmt: skip

    def unresolved(models):
        return column(models, "wrongful_fees_fen") / 100 - summed(models, lambda m: flows(m, "fees refunded"))

    assert unresolved(on) < 0.7 * unresolved(off)
    assert column(on, "trust") / column(on, "accounts") > column(off, "trust") / column(off, "accounts")
    assert summed(on, lambda m: flows(m, "cost of control")) > summed(off, lambda m: flows(m, "cost of control")) == 0


@pytest.mark.mechanism("M77")
def test_reports_to_the_authorities_fall_once_a_rule_makes_the_channel_visible():
    rule = {"changes": [Change("channel", "complaint_channel", 0.9, "2017-07")]}
    people = ERRORS | {"parameters": COMPLAINERS}
    on, off = worlds(people | rule, people)
    before, after = slice(0, 6), slice(6, None)
    assert column(on, "escalations", months=before) == column(off, "escalations", months=before) > 0
    assert column(on, "escalations", months=after) < 0.3 * column(off, "escalations", months=after)


# --- M78: lessons ---
@pytest.mark.mechanism("M78")
def test_a_lesson_reaches_a_share_of_those_it_is_meant_for_and_fades():
    s = household(PAY_LATER, parameters={"education_decay": 0.25}, taught=1.0)
    s.play(teach, aims=[])
    assert s.borrower.taught == 0.75
    lesson = [Change("lesson", "education", 0.4, "2017-03", who=Who(age_below=30))]
    model = model_of(default_market(), borrowers=4000, changes=lesson).run(3)
    people = model.market.borrowers
    young = people["age"] < 30
    assert (people["taught"][young] == 1.0).mean() == pytest.approx(0.4, abs=0.03)
    assert not people["taught"][~young].any()
    assert column([model], "taught", "economy") == (people["taught"] > 0).sum()


@pytest.mark.mechanism("M78")
@pytest.mark.parametrize(("taught", "paid"), [(0.0, 500), (1.0, 725)])
def test_after_a_lesson_people_pay_more_than_the_minimum(taught, paid):
    # owes 5,000 and aims at that; a lesson takes three tenths off the aim, and 15 % of the gap is paid a month
    s = household(CARD, appetite=1.0, cash=yuan(6000), taught=taught, parameters={"education_effect": 0.3},
                  lines=[{"revolving": yuan(5000), "due": yuan(500)}])  # fmt: skip
    s.play(plan_month)
    assert s.pay[0] == yuan(paid)


def taught_world(decay):
    """Worlds with and without lessons to everybody under 30; nothing passes from one person to another."""
    people = {"parameters": UNCOUPLED | {"education_decay": decay, "education_effect": 0.6}}
    lesson = {"changes": [Change("lesson", "education", 1.0, "2017-03", who=Who(age_below=30))]}
    return worlds(people | lesson, people, months=18)


@pytest.mark.mechanism("M78")
def test_the_taught_pay_in_time_and_owe_less_and_nothing_changes_for_those_who_are_not_taught():
    (on,), (off,) = taught_world(decay=0.0)
    bills = column([on], "bills_in_time") / column([on], "bills")
    assert bills > column([off], "bills_in_time") / column([off], "bills")
    young = on.market.borrowers["age"] < 30
    assert owed(on)[young].sum() < 0.9 * owed(off)[young].sum()
    assert (owed(on)[young] > 0).sum() <= (owed(off)[young] > 0).sum()
    for table in ("borrowers", "lines"):
        one, other = (getattr(model.market, table)[~young] for model in (on, off))
        heard_of = {"friends_in_default"}  # told, but not felt
        assert all((one[field] == other[field]).all() for field in set(one.dtype.names) - heard_of)


@pytest.mark.mechanism("M78")
def test_a_lesson_that_is_forgotten_at_once_does_less_than_one_that_is_kept():
    def saved(decay):
        (on,), (off,) = taught_world(decay)
        return column([off], "balance_fen") - column([on], "balance_fen")

    assert 0 < saved(0.9) < 0.5 * saved(0.0)


# --- M79: attention and errors of planning ---
@pytest.mark.mechanism("M79")
def test_people_who_read_their_bills_forget_fewer():
    late = []
    for attention in (0.8, 0.0):
        models, _ = worlds({"parameters": {"attention": attention}}, seeds=SEEDS)
        late.append(1 - column(models, "bills_in_time") / column(models, "bills"))
    assert late[0] < 0.6 * late[1]


@pytest.mark.mechanism("M79")
def test_errors_of_planning_leave_more_people_short():
    on, off = worlds({"parameters": {"planning_error": 1.5}}, seeds=SEEDS)
    for measure in ("short", "missed_for_want"):
        assert column(on, measure, "economy") > 1.01 * column(off, measure, "economy")


@pytest.mark.mechanism("M79")
def test_an_error_of_planning_moves_what_is_wanted_and_not_what_is_saved():
    plans = []
    for error in (0.0, 1.0):
        s = household(PAY_LATER, cash=yuan(11000), buffer_target=1.0, parameters={"planning_error": error})
        s.play(plan_month)
        plans.append((int(s.plan.wants), int(s.plan.saved)))
    assert plans[0][0] != plans[1][0]
    assert plans[0][1] == plans[1][1] > 0


# --- M80: an own cap ---
CAPPED = {"self_cap_share": 1.0, "self_cap": 0.2}


@pytest.mark.mechanism("M80")
@pytest.mark.parametrize(("cap", "credit"), [({}, 2350), (CAPPED, 2000)])
def test_nobody_buys_wants_on_credit_beyond_a_cap_of_his_own(cap, credit):
    # 3,000 of cash, 2,700 of necessities, 2,650 of wants by impulse: 2,350 are missing; a fifth of 10,000 is allowed
    s = household(PAY_LATER | {"acceptance": 0.95}, cash=yuan(3000), buffer_target=0.3, impulse=2650 / 3000,
                  parameters=cap)  # fmt: skip
    s.play(plan_month)
    s.play(shop)
    assert s.flow(ledger.PURCHASES_CREDIT) == pytest.approx(yuan(credit), abs=1)


@pytest.mark.mechanism("M80")
@pytest.mark.parametrize(("cap", "drawn"), [({}, 10000), (CAPPED, 1500)])
def test_a_loan_to_spend_stays_within_a_cap_of_his_own(cap, drawn):
    s = household(CASH, parameters=cap | {"loan_size": 6.0}, lines=[{"revolving": yuan(500 if cap else 0)}])
    s.play(spend_loan, wish=s.play(loan_wish))
    assert s.flow(ledger.DRAWS) == yuan(drawn)


@pytest.mark.mechanism("M80")
def test_people_with_a_cap_of_their_own_use_less_and_default_less():
    on, off = worlds({"parameters": {"self_cap_share": 0.8, "self_cap": 0.2}}, seeds=SEEDS)
    assert summed(on, utilisation) < 0.8 * summed(off, utilisation)
    assert summed(on, default_count) < 0.85 * summed(off, default_count)
    assert summed(on, n_plat) < 1.01 * summed(off, n_plat)
