"""The seven channels of contagion: each works, and each can be frozen on the path of a baseline world."""

from types import SimpleNamespace

import numpy as np
import pytest
from markets import default_market, differences, everything, model_of
from scenes import CASH, PAY_LATER, household, set_fields, yuan

from sim.channels import CHANNELS, PUBLISHED, hold
from sim.ledger import (
    DRAW_FEES,
    DRAWS,
    FAMILY_HELP,
    INTEREST,
    LATE_FEES,
    PAYMENTS,
    PURCHASES_CASH,
    PURCHASES_CREDIT,
)
from sim.line import ASKED, NONE, balance, headroom
from sim.policy import Change, When, Who
from sim.records import USE_DTYPE, blank
from sim.rules.follow import draw_on_course, leave_room, pay_on_course, set_apart

#: Hard times and everything through which trouble spreads, so that every channel has something to pass on.
SPREADS = {"job_loss_hazard": 0.02, "trust_loss": 0.3, "trust_gain": 0.01, "churn_hazard": 0.2, "reputation_loss": 5.0,
           "score_cut": 0.1, "score_inquiries": 0.1, "peer_effect": 0.5, "strategic_share": 0.2}  # fmt: skip
CUT = (Change("cut", "limit_cut", 0.7, "2017-06"),)


def pair(frozen, changes=CUT, borrowers=3000, months=18, seed=1):
    """A policy world with some channels frozen, and the baseline that played beside it."""
    arguments = {"borrowers": borrowers, "seed": seed, "parameters": SPREADS}
    baseline = model_of(default_market(), **arguments)
    world = model_of(default_market(), **arguments, changes=changes, beside=baseline, frozen=frozen)
    return world.run(months), baseline.run(months - baseline.month)


@pytest.mark.parametrize("frozen", [(), *[(channel,) for channel in CHANNELS], CHANNELS])
def test_without_a_policy_a_frozen_world_is_the_baseline_to_the_bit(frozen):
    world, baseline = pair(frozen, changes=())
    assert not differences(everything(world), everything(baseline))


def test_a_policy_whose_direct_reach_is_frozen_changes_nothing():
    world, baseline = pair(("direct",))
    assert not differences(everything(world), everything(baseline))


@pytest.mark.parametrize("channel", PUBLISHED)
def test_what_a_frozen_channel_passes_on_stays_on_the_path_of_the_baseline(channel):
    free, _ = pair(())
    frozen, baseline = pair((channel,))
    moved = 0
    for table, fields in PUBLISHED[channel].items():
        for field in fields:
            column = getattr(baseline.market, table)[field]
            assert np.array_equal(getattr(frozen.market, table)[field], column)
            moved += not np.array_equal(getattr(free.market, table)[field], column)
    assert moved, "the policy moves nothing through this channel, so holding it proves nothing"


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_carries_a_part_of_what_a_cut_does(channel):
    free, _ = pair(())
    frozen, _ = pair((channel,))
    assert differences(everything(free), everything(frozen))


def test_freezing_trust_where_nobody_loses_any_changes_nothing():
    """A line that is opened only in the world with the policy has no path in the baseline on which to be held."""
    arguments = {"borrowers": 3000}
    free = model_of(default_market(), **arguments, changes=CUT).run(18)
    frozen = model_of(
        default_market(), **arguments, changes=CUT, beside=model_of(default_market(), **arguments), frozen=("trust",)
    ).run(18)
    assert not differences(everything(free), everything(frozen))


def test_with_trust_frozen_it_stays_on_the_path_of_the_baseline_on_every_line_that_both_have():
    frozen, baseline = pair(("trust",))
    lines, held = frozen.market.lines, baseline.market.lines
    both = ~np.isin(held["state"], (NONE, ASKED)) & ~np.isin(lines["state"], (NONE, ASKED))
    assert np.array_equal(lines["trust"][both], held["trust"][both])
    free, _ = pair(())
    assert not np.array_equal(free.market.lines["trust"][both], held["trust"][both])


def test_with_the_jobs_channel_frozen_everybody_works_where_the_baseline_has_them():
    """Also where a shop nearby closes only in the world with the policy."""
    poor = SPREADS | {"merchant_cash_months": 0.3}
    baseline = model_of(default_market(), borrowers=3000, parameters=poor)
    worlds = {"changes": CUT, "parameters": poor, "borrowers": 3000}
    frozen = model_of(default_market(), **worlds, beside=baseline, frozen=("jobs",)).run(30)
    people, held = frozen.market.borrowers, baseline.market.borrowers
    assert not np.array_equal(frozen.market.merchants["alive"], baseline.market.merchants["alive"])
    assert all(np.array_equal(people[field], held[field]) for field in ("employer", "jobless", "income"))


def test_with_all_but_the_direct_channel_frozen_nobody_whom_a_policy_does_not_reach_is_moved_by_it():
    """Also not because callers, negotiators and those who answer complaints have more to do."""
    few = {"calls": 3, "call_capacity": 10, "plan_acceptance": 0.5, "plan_capacity": 0.5, "complaint_capacity": 0.5}
    parameters = SPREADS | {"plan_request_hazard": 0.5, "complaint_hazard": 0.8}
    platforms, products = default_market()
    market = [terms | few for terms in platforms], products
    cut = (Change("cut", "limit_cut", 0.9, "2017-06", who=Who(age_below=30)),)
    baseline = model_of(market, borrowers=3000, parameters=parameters)
    others = tuple(channel for channel in CHANNELS if channel not in ("direct", "rollover"))
    world = model_of(
        market, borrowers=3000, parameters=parameters, changes=cut, beside=baseline, frozen=others
    ).run(18)  # fmt: skip
    apart = world.market.borrowers["age"] >= 30
    people, held = world.market.borrowers[apart], baseline.market.borrowers[apart]
    assert all(np.array_equal(people[field], held[field]) for field in people.dtype.names)


def test_with_its_direct_reach_frozen_a_policy_leaves_the_timetable_of_the_baseline_alone():
    """Each world observes its own indicators: what reacts to them, and new contracts, are the baseline's own."""
    reacting = (Change("cap", "income_cap", 0.2, "2017-03", when=When("delinquency", above=0.002)),)
    dated = (*reacting, Change("cheaper", "new_rate", 0.1, "2017-09"))
    earlier = (*dated, Change("dearer", "new_late_fee", 0.05, "2017-04"))
    baseline = model_of(default_market(), borrowers=1500, changes=dated)
    world = model_of(default_market(), borrowers=1500, changes=earlier, beside=baseline, frozen=("direct",)).run(14)
    alone = model_of(default_market(), borrowers=1500, changes=dated).run(14)
    assert world.timetable is not baseline.timetable
    assert np.array_equal(world.market.contracts, alone.market.contracts)
    assert not differences(everything(baseline), everything(alone))
    assert not differences(everything(world), everything(alone))


DEBT = ("revolving", "purchases", "instalment", "instalments_left", "due", "months_past_due", "months_clean", "cause")
YOUNG_CUT = (Change("cut", "limit_cut", 0.9, "2017-06", platform="incumbent", who=Who(age_below=30)),)


def elsewhere(world):
    """Lines at lenders that have not cut the person, of people whom one has cut [borrower, product]."""
    cut_at = world.market.lines["aimed"] > 0
    lender = world.market.products["platform"]
    return cut_at.any(1)[:, None] & ~np.array([(cut_at & (lender == lender[k])).any(1) for k in range(len(lender))]).T


def test_with_the_rollover_channel_frozen_people_who_are_cut_owe_other_lenders_what_they_owe_them_in_the_baseline():
    world, baseline = pair(("rollover",), YOUNG_CUT)
    free, _ = pair((), YOUNG_CUT)
    lines, held = world.market.lines, baseline.market.lines
    decided_alike = (lines["state"] == NONE) == (held["state"] == NONE)  # lenders who see the cut decide otherwise
    assert (elsewhere(world) & ~decided_alike).mean() < 0.01
    others = elsewhere(world) & decided_alike & (lines["off_course"] == 0)
    assert (others & (held["revolving"] > 0)).sum() > 300
    assert all(np.array_equal(lines[field][others], held[field][others]) for field in DEBT)
    assert not np.array_equal(free.market.lines["instalment"][others], held["instalment"][others])


def test_with_the_rollover_channel_frozen_other_lenders_receive_and_lend_what_they_do_in_the_baseline():
    """Month by month, but for fen from rounding: money is not given to them or taken from them at month ends."""
    others = tuple(channel for channel in CHANNELS if channel != "direct")
    world, baseline = pair(others, YOUNG_CUT)
    free, _ = pair(("information", "funding", "jobs", "peers", "trust"), YOUNG_CUT)
    here, held, moved = (model.tables()["monthly"] for model in (world, baseline, free))
    apart = here["platform"] != "incumbent"
    for column in ("balance_fen", "paid_fen", "m4_fen"):
        assert np.abs(here[column] - held[column])[apart].max() <= 0.001 * held[column][apart].max()
        assert np.abs(moved[column] - held[column])[apart].max() > 0.001 * held[column][apart].max()


def on_course(use, cash=0, paid=0, **line):
    """A person cut at one lender, with a line at another that is kept to a course: before bills are paid."""
    lines = [{"aimed": 1}, {"revolving": yuan(600), "due": yuan(600)} | line]
    s = household(CASH | {"platform": 0}, PAY_LATER | CASH | {"platform": 1}, lines=lines, cash=yuan(cash))
    s.course = blank(2, USE_DTYPE)
    s.course["held"] = 1
    set_fields(s.course[1], use | {"paid": yuan(paid)})
    s.use = s.course[1]
    s.apart = s.plan.apart = s.play(set_apart)
    return s


def test_who_is_kept_to_the_course_draws_buys_and_pays_elsewhere_what_the_baseline_does_and_nothing_else():
    """By hand: 1,000 drawn there, room for 300 of purchases, 500 of the 600 due paid."""
    s = on_course({"drawn": yuan(1000), "bought": yuan(300)}, cash=200, paid=500)
    assert s.apart == 0b10
    s.plan.short, s.plan.room, s.plan.minimum = yuan(400), yuan(9400), yuan(600)
    s.play(draw_on_course, k=1, counted_on=yuan(9400))
    assert s.borrower.cash == yuan(1200)
    assert (s.plan.short, s.plan.room) == (yuan(400 - 1000), yuan(300))
    assert headroom(s.lines[1]) == 0  # nobody else may draw on it
    s.play(leave_room)
    assert headroom(s.lines[1]) == s.buy[1] == yuan(300)
    s.play(pay_on_course)
    assert s.borrower.cash == yuan(700)
    assert s.lines[1].due == yuan(100)
    assert balance(s.lines[1]) == yuan(600 + 1000 - 500)
    assert s.lines[1].limit == yuan(10000)
    assert s.plan.minimum == 0


def test_what_the_course_pays_beyond_the_means_comes_from_family():
    s = on_course({}, cash=100, paid=350)
    s.play(draw_on_course, k=1, counted_on=headroom(s.lines[1]))
    s.play(leave_room)
    s.play(pay_on_course)
    assert s.borrower.cash == 0
    assert s.flow(FAMILY_HELP) == yuan(250)


@pytest.mark.parametrize(("cash", "left", "family"), [(1000, 400, 200), (300, 200, 700), (2000, 1200, 0)])
def test_what_the_course_pays_beyond_the_bill_leaves_the_minimum_payments_to_the_lenders_that_cut(cash, left, family):
    """By hand: the course pays 800 where 100 is due, and 400 is due to the lender that cut."""
    s = on_course({}, cash=cash, paid=800, revolving=yuan(800), due=yuan(100))
    s.play(draw_on_course, k=1, counted_on=headroom(s.lines[1]))
    s.play(leave_room)
    s.plan.minimum = yuan(500)
    s.play(pay_on_course)
    assert s.borrower.cash == yuan(left)
    assert s.flow(FAMILY_HELP) == yuan(family)
    assert balance(s.lines[1]) == 0


def test_nobody_pays_more_than_is_owed_because_the_baseline_owes_more():
    s = on_course({}, cash=1000, paid=700)
    s.play(draw_on_course, k=1, counted_on=headroom(s.lines[1]))
    s.play(leave_room)
    s.play(pay_on_course)
    assert balance(s.lines[1]) == 0
    assert s.borrower.cash == yuan(400)


def test_what_moved_a_debt_before_the_policy_cuts_takes_the_line_off_the_course_and_no_debt_is_made():
    """Two lenders; in the baseline the second has lent 900, here a cap on new lines has left it at 300."""
    s = household(CASH | {"platform": 0}, CASH | {"platform": 1}, lines=[{}, {"revolving": yuan(300)}])
    here = SimpleNamespace(lines=s.lines.reshape(1, -1), products=s.products)
    there = SimpleNamespace(lines=here.lines.copy())
    there.lines[0, 1].revolving = yuan(900)
    hold(here, there, ("rollover",))
    here.lines[0, 0].aimed = 1
    hold(here, there, ("rollover",))
    assert balance(here.lines[0, 1]) == yuan(300)


def test_a_loan_that_is_not_needed_is_drawn_to_be_spent():
    s = on_course({"drawn": yuan(1000)})
    s.plan.short, s.plan.wants = -yuan(50), yuan(20)
    s.play(draw_on_course, k=1, counted_on=headroom(s.lines[1]))
    assert (s.plan.short, s.plan.wants) == (-yuan(1050), yuan(1020))


@pytest.mark.parametrize(("limit", "apart"), [(1600, 0b10), (1599, 0)])
def test_a_line_leaves_the_course_for_good_once_its_lender_lends_less_than_the_baseline_has_it_lend(limit, apart):
    s = on_course({"drawn": yuan(700), "bought": yuan(300)}, limit=yuan(limit))
    assert s.apart == apart
    s.course[1].drawn = 0
    assert s.play(set_apart) == apart


def test_a_line_just_opened_smaller_than_in_the_baseline_leaves_the_course_and_nothing_is_drawn_or_owed_on_it():
    """By hand: 1,000 drawn there at once, where the line opened here reaches to 400."""
    s = on_course({"drawn": yuan(1000)}, revolving=0, due=0)
    s.lines[1].limit = yuan(400)  # it is opened after people have been set apart
    s.play(draw_on_course, k=1, counted_on=0)
    here = SimpleNamespace(lines=s.lines.reshape(1, -1), products=s.products)
    there = SimpleNamespace(lines=here.lines.copy())
    there.lines[0, 1].instalment = yuan(1000)
    hold(here, there, ("rollover",))
    assert s.borrower.cash == balance(here.lines[0, 1]) == 0


def test_a_cut_of_credit_that_nobody_uses_changes_nothing_but_odd_fen_with_every_other_channel_frozen():
    """A payment that the baseline splits over all lines is split over fewer here, and the last fen falls elsewhere."""
    platforms, products = default_market()
    useless = {"acceptance": 0.0, "buys": 0.0, "lends_cash": 0.0}
    unused = [p | (useless if p["platform"] == "incumbent" else {}) for p in products]
    people = {"borrowers": 1500, "parameters": SPREADS | {"minimum_habit_share": 0.0}}
    baseline = model_of((platforms, unused), **people).run(5)
    others = tuple(channel for channel in CHANNELS if channel != "direct")
    cut = (Change("cut", "limit_cut", 0.9, "2017-06", platform="incumbent"),)
    world = baseline.branch(cut, frozen=others).run(13)
    assert world.tables()["monthly"]["policy_cut_accounts"].sum() > 500
    people, held = world.market.borrowers, baseline.market.borrowers
    assert held["ever_in_default"].sum() > 30
    assert (people["ever_in_default"] != held["ever_in_default"]).sum() <= 3  # over a residue of some yuan
    assert (np.abs(people["cash"] - held["cash"]) < 100).mean() > 0.99


def test_a_frozen_world_still_closes_its_accounts_and_reacts_to_its_own_indicators():
    late = (Change("cap", "income_cap", 0.2, "2017-03", when=When("delinquency", above=0.01)),)
    world, _ = pair(("funding", "jobs"), (*CUT, *late))
    assert world.month == 18  # every month's accounts were closed on the way


def test_a_world_that_branches_off_is_the_world_that_was_founded_with_the_same_changes():
    late = (Change("brake", "approval_shift", 0.1, "2017-02", when=When("delinquency", above=0.001)),)
    baseline = model_of(default_market(), borrowers=1500, changes=late).run(5)
    branch = baseline.branch((*late, *CUT)).run(9)
    alone = model_of(default_market(), borrowers=1500, changes=(*late, *CUT)).run(14)
    assert not differences(everything(branch), everything(alone))
    undisturbed = model_of(default_market(), borrowers=1500, changes=late).run(14)
    assert not differences(everything(baseline.run(9)), everything(undisturbed))


def test_keeping_a_diary_changes_nothing_and_it_adds_up_to_the_flows():
    plain = model_of(default_market(), borrowers=1500).run(6)
    noted = model_of(default_market(), borrowers=1500, diary=True).run(6)
    assert not differences(everything(plain), everything(noted))
    flows = noted.history.months[-1]["flows"].sum(1)
    pages, uses = noted.market.pages, noted.market.uses
    assert pages["spent"].sum() == flows[[PURCHASES_CASH, PURCHASES_CREDIT]].sum()
    assert pages["charged"].sum() == flows[[INTEREST, LATE_FEES, DRAW_FEES]].sum()
    assert uses["drawn"].sum() == flows[DRAWS]
    assert uses["bought"].sum() == flows[PURCHASES_CREDIT]
    assert uses["paid"].sum() == flows[PAYMENTS]
    assert pages["family"].sum() == flows[FAMILY_HELP]
    economy = noted.tables()["economy"]
    assert pages["unmet"].sum() == economy["unmet_fen"][-1] > 0


def test_a_baseline_that_is_ahead_is_refused():
    baseline = model_of(default_market(), borrowers=100)
    world = model_of(default_market(), borrowers=100, beside=baseline, frozen=("jobs",))
    baseline.run(2)
    with pytest.raises(ValueError, match="the baseline beside is ahead: it has played 2017-02, not 2017-01"):
        world.step()


def test_a_channel_that_does_not_exist_or_a_baseline_of_another_market_is_refused():
    baseline = model_of(default_market(), borrowers=100)
    for arguments, reason in (
        ({"frozen": ("rumours",), "beside": baseline}, "channels are direct, rollover"),
        ({"frozen": ("jobs",)}, "give the model that plays beside"),
        ({"frozen": ("jobs",), "beside": baseline, "seed": 2}, "differs in seed"),
        ({"frozen": ("jobs",), "beside": baseline, "borrowers": 90}, "another number of borrowers"),
    ):
        with pytest.raises(ValueError, match=reason):
            model_of(default_market(), **{"borrowers": 100, **arguments})
