"""Rules of the game: launches and imitation, announced and sudden policy, conduct, reaction, data, the sandbox."""

import numpy as np
import pytest
from assessment import SOCIAL, applicants, approval_share, aucs, books
from hypothesis import given
from hypothesis import strategies as st
from markets import default_market, model_of
from paired import LATE_90, flows, worlds
from scenes import CASH, PAY_LATER, Scene, yuan

from sim.lender import calls_made, harshness
from sim.limit import take_limit
from sim.line import ASKED, NONE, balance
from sim.policy import Change, Timetable, When
from sim.records import AIM_DTYPE, NOTICE
from sim.rules.approve import approve
from sim.rules.borrow import draw_ahead
from sim.rules.restrict import restrict
from sim.rules.review import review
from sim.score import score

INCUMBENT_CASH, FACILITATOR = 1, 6  # products of the default market


def by_month(model, column, product=slice(None)):
    """A column of the monthly table as one number per month, of one product or all."""
    rows = np.asarray(model.tables()["monthly"][column]).reshape(len(model.history), -1)
    return rows[:, product].reshape(len(rows), -1).sum(1)


def one(*changes, months=24, **parameters):
    """One world with changes."""
    return model_of(default_market(), borrowers=6000, changes=changes, parameters=parameters).run(months)


# --- M101: launch and imitation ---
LAUNCH = Change("cheaper", "launch", 0.3, "2017-07", platform="facilitator", product="cash")


@pytest.fixture(scope="module")
def shops():
    """A market, the same after a launch, and the same after a launch that rivals copy half a year later."""
    return one(), one(LAUNCH), one(LAUNCH, imitation_months=6)


def share(model, product=FACILITATOR):
    """A product's part of all balances in the last six months."""
    return by_month(model, "balance_fen", product)[-6:].sum() / by_month(model, "balance_fen")[-6:].sum()


def margin(model):
    """Interest a month, over the balance, from the month in which the launch is copied."""
    table = model.tables()["flows"]
    late = (table["flow"] == "interest charged") & (table["month"] >= np.datetime64("2018-01"))
    return table["amount_fen"][late].sum() / by_month(model, "balance_fen")[12:].sum()


@pytest.mark.mechanism("M101")
def test_who_launches_a_cheaper_product_wins_share_and_keeps_less_of_it_once_rivals_copy(shops):
    calm, launched, copied = map(share, shops)
    assert launched > 1.2 * calm
    assert calm < copied < launched


@pytest.mark.mechanism("M101")
def test_imitation_presses_the_margins_of_all(shops):
    calm, launched, copied = map(margin, shops)
    assert copied < 0.95 * launched
    assert launched < calm


@pytest.mark.mechanism("M101")
def test_the_more_people_look_at_prices_the_more_ask_for_the_cheaper_product():
    asked = [by_month(one(LAUNCH, months=12, price_elasticity=e), "applications", FACILITATOR).sum()
             for e in (0, 2, 5)]  # fmt: skip
    assert asked[0] < asked[1] < asked[2]


# --- M103: dated policy, announced or not ---
CAP = {"name": "cap", "lever": "income_cap", "value": 0.33, "start": "2018-07"}
TOLD, BEGINS = 12, 18  # months of the announcement and of the start


@pytest.fixture(scope="module")
def capped():
    """The market without a cap on persons, with a sudden one, and with one announced half a year before."""
    return one(), one(Change(**CAP)), one(Change(**CAP, announced="2018-01"))


@pytest.mark.mechanism("M103")
def test_a_dated_rule_breaks_the_path_in_its_month_and_not_before(capped):
    calm, sudden, _ = (by_month(model, "limit_fen") for model in capped)
    assert (sudden[:BEGINS] == calm[:BEGINS]).all()
    steps = np.abs(np.diff(np.log(sudden)))
    assert steps.argmax() == BEGINS - 1
    assert steps.max() > 5 * np.sort(steps)[-2]


@pytest.mark.mechanism("M103")
def test_an_announced_rule_slows_new_credit_ahead_and_takes_less_on_its_day(capped):
    calm, sudden, told = ({column: by_month(model, column) for column in ("limit_fen", "added_limit_fen", "approvals",
                                                                        "policy_cut_fen")} for model in capped)
    ahead = slice(TOLD, BEGINS)
    assert (told["limit_fen"][:TOLD] == calm["limit_fen"][:TOLD]).all()
    assert told["added_limit_fen"][ahead].sum() < 0.8 * calm["added_limit_fen"][ahead].sum()
    assert told["approvals"][ahead].sum() < calm["approvals"][ahead].sum()
    assert not told["policy_cut_fen"][:BEGINS].any(), "nothing is taken before the rule holds"
    assert 0 < told["policy_cut_fen"][BEGINS] < 0.9 * sudden["policy_cut_fen"][BEGINS]


@pytest.mark.mechanism("M103")
def test_people_who_hear_of_a_cut_draw_cash_while_it_is_there():
    cut = {"name": "cut", "lever": "limit_cut", "value": 0.4, "start": "2017-08", "platform": "incumbent"}
    drawn = {}
    for habit in (0.0, 0.5):
        for announced in (None, "2017-06"):
            model = one(Change(**cut, announced=announced), months=9, draw_ahead=habit)
            drawn[habit, announced] = by_month(model, "balance_fen", INCUMBENT_CASH)
    assert (drawn[0.0, None] == drawn[0.5, None]).all(), "what is not announced cannot be drawn ahead of"
    assert (drawn[0.5, "2017-06"][:5] == drawn[0.5, None][:5]).all()
    assert drawn[0.5, "2017-06"][5] > 1.5 * drawn[0.0, "2017-06"][5]


def notice(product, **who):
    """The announcement of a cut of one product to people of some ages."""
    return np.array([(NOTICE, 0.4, product, who.get("age_from", 0), who.get("age_below", 99), 0, 1e9)],
                    AIM_DTYPE).view(np.recarray)  # fmt: skip


@pytest.mark.mechanism("M103")
def test_half_of_the_unused_cash_of_a_line_to_be_cut_is_drawn_and_nothing_on_other_lines():
    s = Scene(PAY_LATER, CASH, CASH, parameters={"draw_ahead": 0.5}, lines=[{}, {"instalment": yuan(4000)}])
    s.lines[1].instalments_left = 6
    s.play(draw_ahead, aims=notice(1))
    assert [balance(line) for line in s.lines] == [0, yuan(7000), 0]
    assert s.borrower.cash == yuan(3000)
    s.play(draw_ahead, aims=notice(0))  # a purchase line gives no cash
    s.play(draw_ahead, aims=notice(2, age_from=40))  # others are meant
    s.play(draw_ahead, aims=notice(2), rules=Scene(CASH).rules)  # nobody has the habit by default
    assert s.borrower.cash == yuan(3000)


@pytest.mark.mechanism("M103")
@given(cuts=st.lists(st.floats(0.01, 1), min_size=1, max_size=4), speed=st.floats(0.01, 1), late=st.floats(0, 1))
def test_cuts_of_one_month_together_keep_to_the_speed_limit(cuts, speed, late):
    s = Scene(CASH, parameters={"cut_speed_limit": speed, "credit_cap": 3000})
    changes = [Change(str(i), "limit_cut", share, "2017-02") for i, share in enumerate(cuts)]
    s.play(restrict, aims=Timetable(changes, "2017-01", ["one"], [("one", "cash")]).aims(1))
    line = s.lines[0]
    s.play(take_limit, new_limit=int(line.limit * late), blow=1.0)  # for lateness, say
    assert line.limit >= yuan(10000) * (1 - speed) - 1 or speed == 1
    assert s.tally.books[0].sum() > 0


# --- M104: conduct ---
CONDUCT = [Change("fees", "late_fee_cap", 0.005, "2017-07"), Change("calls", "contact_cap", 1, "2017-07"),
           Change("pause", "cooling_off", 6, "2017-07")]  # fmt: skip


@pytest.mark.mechanism("M104")
def test_rules_of_conduct_lower_fees_complaints_and_the_supply_of_credit():
    """They also weaken collection: whether fewer or more people default is left open."""
    lenders = {"platforms": {"calls": 6}, "parameters": {"complaint_hazard": 0.3}}
    (ruled,), (free,) = worlds(lenders | {"changes": CONDUCT}, lenders)
    assert flows(ruled, "late fees charged") < 0.5 * flows(free, "late fees charged")
    for column in ("complaints", "approvals", "limit_fen"):
        assert by_month(ruled, column).sum() < by_month(free, column).sum()
    assert (by_month(ruled, "complaints")[:6] == by_month(free, "complaints")[:6]).all()


@pytest.mark.mechanism("M104")
def test_a_cap_on_calls_makes_collection_less_harsh_until_nobody_calls():
    s = Scene(CASH, platforms=[{"calls": 6}], lines=[{"months_past_due": 2}])
    s.platforms["call_reach"] = 1.0
    felt = []
    for cap in (1e9, 3, 1, 0):
        s.rules.contact_cap = cap
        felt.append((s.play(calls_made, lender=s.platforms[0]), s.play(harshness, lender=s.platforms[0])))
    assert felt == [(6, pytest.approx(6 / 7)), (3, 0.75), (1, 0.5), (0, 0)]


@pytest.mark.mechanism("M104")
def test_an_application_that_waited_is_refused_if_another_line_was_opened_meanwhile():
    asked = {"state": ASKED}
    s = Scene(CASH, CASH, parameters={"cooling_off": 3, "score_income": 0.6}, lines=[asked, asked], last_opened=-1000)
    assert [s.play(approve, k=k) for k in (0, 1)] == [1, 0]
    s.rules.month += 3
    assert s.play(approve, k=1) == 1


@pytest.mark.mechanism("M104")
def test_nobody_is_given_two_lines_within_the_pause_even_if_decisions_take_months():
    slow = [product | {"approval_months": 2} for product in default_market()[1]]
    eager = {"adoption_hazard": 0.3}
    pause = Change("pause", "cooling_off", 6, "2017-01")
    model = model_of((default_market()[0], slow), borrowers=1500, parameters=eager, changes=[pause])
    opened = np.full(1500, -1000)
    was = model.market.lines["state"] != NONE
    for month in range(15):
        model.step()
        state = model.market.lines["state"]
        new = (~was & (state != ASKED) & (state != NONE)).sum(1)
        was = (state != NONE) & (state != ASKED)
        assert new.max() <= 1
        assert not (new.astype(bool) & (month - opened < 6)).any()
        opened[new > 0] = month
    assert (opened > 0).sum() > 300


# --- M105: a macroprudential reaction ---
SEVERITY = (1, 1.5, 2, 2.5, 3, 3)  # job losses in the crisis that comes, one world of each
BRAKE = Change("brake", "income_cap", 0.2, "2018-01", when=When("credit_growth", above=0.03))


def in_crises(*changes, **parameters):
    """The three worst worlds' lines 90 days late from the crisis on, together, and mean credit of all worlds."""
    late, credit = [], []
    for seed, times in enumerate(SEVERITY, 1):
        crisis = Change("crisis", "job_loss_multiple", times, "2020-01", until="2021-01")
        model = model_of(default_market(), borrowers=2500, seed=seed, changes=[crisis, *changes], parameters=parameters)
        moves = model.run(60).tables()["transitions"]
        crisis_on = moves["month"] >= np.datetime64("2020-01")
        late.append(moves["accounts"][crisis_on & np.isin(moves["to_bucket"], LATE_90)].sum())
        credit.append(by_month(model, "balance_fen").mean())
    return sum(sorted(late)[-3:]), np.mean(credit)


@pytest.mark.mechanism("M105")
def test_a_brake_on_credit_growth_makes_the_worst_crises_milder_where_credit_is_spent():
    """People borrow for what they want, and nobody in need finds a second lender."""
    boom = {"loan_hazard": 0.3, "applications": 0}
    (free, much), (braked, less) = in_crises(**boom), in_crises(BRAKE, **boom)
    assert less < 0.95 * much
    assert braked < 0.96 * free


@pytest.mark.mechanism("M105")
def test_the_same_brake_makes_the_worst_crises_worse_where_debts_are_rolled_over():
    """The default market: unused credit is the buffer of many, so that less credit is no safety by itself."""
    (free, much), (braked, less) = in_crises(), in_crises(BRAKE)
    assert less < 0.95 * much
    assert braked > 1.05 * free


# --- M106: one standard for data ---
def two_scores(shared):
    """What two lenders with the same view think of the same 1,500 people, as far as they use the same data."""
    s = Scene(CASH | {"reporting": 1}, CASH | {"platform": 1, "reporting": 1}, platforms=[{"signal_noise": 0.1}] * 2,
              lines=[{"state": NONE}] * 2, parameters={"income_noise": 0.4, "common_score": shared})  # fmt: skip
    points = np.empty((1500, 2))
    for person, row in enumerate(points):
        s.borrower.id = person
        row[:] = [s.play(score, k=k)[0] for k in (0, 1)]
    return points.T


@pytest.mark.mechanism("M106")
def test_lenders_that_use_the_same_data_agree_and_are_no_more_exact_for_it():
    none, half, full = (two_scores(shared) for shared in (0.0, 0.5, 1.0))
    assert (full[0] == full[1]).all()
    assert np.corrcoef(none)[0, 1] == pytest.approx(0.0, abs=0.08)
    assert np.corrcoef(half)[0, 1] == pytest.approx(0.5, abs=0.08)
    assert half.std() == pytest.approx(none.std(), rel=0.05)
    assert full.std() == pytest.approx(none.std(), rel=0.05)


@pytest.mark.mechanism("M106")
def test_a_common_standard_lets_lenders_of_a_market_disagree_less():
    gaps = []
    for shared in (0.0, 0.5, 1.0):
        own, other = (applicants().points(k, {"common_score": shared}) for k in (INCUMBENT_CASH, SOCIAL))
        gaps.append((own - other).std())
    assert gaps[0] > 1.1 * gaps[1] > 1.1 * gaps[2]


# --- M107, M47: privacy ---
@pytest.mark.mechanism("M47", "M107")
def test_a_ban_on_personal_data_costs_foresight_where_overspending_is_seen_in_it():
    """Everybody keeps the job, so that who defaults has spent too much."""
    people = applicants(job_loss_hazard=0, expense_hazard=0, income_shock=0.1, impulse=1, hand_to_mouth_share=0.9)
    data, less, none = (people.auc(people.points(INCUMBENT_CASH, {"score_behaviour": 0.1, "data_limit": ban}))
                        for ban in (0, 0.5, 1))  # fmt: skip
    assert data > less > none + 0.01


@pytest.mark.mechanism("M47", "M107")
def test_the_same_ban_wins_foresight_where_lenders_take_spending_for_wealth():
    data, none = aucs(SOCIAL, *({"parameters": {"score_spending": 0.3, "data_limit": ban}} for ban in (0, 1)))
    assert none > data + 0.01


def watched(*changes):
    """A market in which lenders look at conduct and friends, a leak comes, and people complain of it all."""
    return worlds({"changes": [Change("leak", "data_leak", 1.0, "2017-10", until="2017-11"), *changes],
                   "platforms": {"uses_social": 0.6}, "parameters": {"score_behaviour": 0.02, "complaint_hazard": 0.2,
                   "opt_out": 0.5}}, {}, months=18, seeds=(1, 2))[0]  # fmt: skip


def harm(models, months=slice(None)):
    """Cases of privacy harm in some months."""
    return sum(model.tables()["economy"]["privacy_harm"][months].sum() for model in models)


@pytest.mark.mechanism("M47", "M107")
def test_less_data_and_shorter_records_mean_less_harm_fewer_complaints_and_fewer_lines():
    """People without a history are judged by their friends, so it is they who are refused when that is forbidden."""
    free, banned, forgetful = (watched(*changes) for changes in (
        [], [Change("ban", "data_limit", 1.0, "2017-01")], [Change("short", "record_retention", 6, "2017-01")]))
    assert harm(banned) < 0.9 * harm(free)
    assert harm(banned, slice(9)) == 0 < harm(free, slice(9))
    assert harm(forgetful, slice(9, 10)) < 0.6 * harm(free, slice(9, 10))
    assert books(banned, "complaints") < books(free, "complaints")
    assert approval_share(banned) < approval_share(free)


# --- M37: supervision moves cut-offs ---
@pytest.mark.mechanism("M37")
def test_stricter_cut_offs_and_ceilings_take_limits_from_people_whose_conduct_has_not_changed():
    order = [Change("cut-off", "approval_shift", 0.15, "2017-07"), Change("ceiling", "limit_ceiling", 8000, "2017-07")]
    (ruled,), (free,) = worlds({"changes": order}, {}, months=12)
    assert by_month(ruled, "limit_fen")[-1] < 0.97 * by_month(free, "limit_fen")[-1]
    assert by_month(ruled, "approvals")[6:].sum() < 0.8 * by_month(free, "approvals")[6:].sum()
    for column in ("income_fen", "employed", "borrowers"):
        same = [model.tables()["economy"][column][6] for model in (ruled, free)]
        assert same[0] == same[1], column
    assert by_month(ruled, "due_fen")[6] == by_month(free, "due_fen")[6]


# --- M108: a sandbox ---
def tried(cap, reach=0.2):
    """A market with a sandbox of three years, and the lines in it."""
    model = one(Change("trial", "sandbox", reach, "2017-03"), months=36, sandbox_limit=cap)
    return model, model.market.lines["on_trial"] > 0


@pytest.mark.mechanism("M108")
def test_a_sandbox_lets_more_people_in_and_loses_no_more_than_its_cap():
    model, trial = tried(2000)
    calm = one(months=36)
    lines, people = model.market.lines, len(model.market.borrowers)
    assert by_month(model, "approvals").sum() > by_month(calm, "approvals").sum()
    assert 100 < trial.any(1).sum() < 0.2 * 1.1 * people
    assert trial.sum(1).max() == 1, "one line each"
    assert lines["limit"][trial].max() <= yuan(2000)
    owed = sum(lines[part].astype(int) for part in ("revolving", "purchases", "instalment"))[trial]
    assert 0 < owed.sum() < trial.sum() * yuan(2000)


@pytest.mark.mechanism("M108")
def test_what_a_sandbox_can_lose_grows_with_the_limit_it_allows():
    claims = []
    for cap in (500, 2000, 20000):
        model, trial = tried(cap)
        lines = model.market.lines
        claims.append(lines["revolving"][trial & (lines["months_past_due"] > 3)].sum())
    assert 0 < claims[0] < claims[1] < claims[2]


def applicant(missing, **more):
    """Somebody whose score is so far below the thresholds of two lenders, in a market with a sandbox for all."""
    product = CASH | {"limit_income": 3, "review_interval": 1, "raise_share": 1}
    s = Scene(product, product, platforms=[{"signal_noise": 0, "approval": 0}], lines=[{"state": NONE}] * 2,
              parameters={"sandbox": 1, "sandbox_relief": 0.2, "sandbox_limit": 2000} | more)  # fmt: skip
    points, _ = s.play(score)
    s.platforms[0].approval = points + missing
    return s


@pytest.mark.mechanism("M108")
@pytest.mark.parametrize(("missing", "more", "limit"), [
    (0.1, {}, 2000), (0.19, {}, 2000), (0.21, {}, 0), (0.1, {"sandbox": 0}, 0), (0.1, {"sandbox_limit": 600}, 600),
    (0.1, {"credit_cap": 900}, 900)])  # fmt: skip
def test_the_sandbox_takes_who_just_misses_the_threshold_with_a_small_limit(missing, more, limit):
    s = applicant(missing, **more)
    assert s.play(approve) == (limit > 0)
    assert s.lines[0].limit == yuan(limit)
    assert s.lines[0].on_trial == (limit > 0)
    assert s.play(approve, k=1) == 0, "one line each"


@pytest.mark.mechanism("M108")
def test_who_reaches_the_threshold_needs_no_sandbox():
    s = applicant(-0.01)
    assert [s.play(approve, k=k) for k in (0, 1)] == [1, 1]
    assert s.lines["on_trial"].tolist() == [0, 0]
    assert s.lines[0].limit > yuan(2000)


@pytest.mark.mechanism("M108")
def test_a_line_on_trial_is_raised_only_after_the_sandbox_has_ended():
    s = applicant(0.1)
    s.play(approve)
    s.lines[0].months_clean = 24
    s.platforms[0].approval = -1.0  # by now the person is a good risk
    s.play(review)
    assert s.lines[0].limit == yuan(2000)
    s.rules.sandbox = 0
    s.play(review)
    assert s.lines[0].limit > yuan(2000)
