"""Korea 2002-2004: its inputs are the published table, its market has the published shape, ablations switch."""

import csv

import numpy as np
import pytest
from scenes import CARD, CASH, PAY_LATER, Scene, yuan

from scenarios.loader import MARKETS, gallery, load, load_pair
from sim import tally as row
from sim.founding import wage_edges
from sim.lender import FAILED, LENDING
from sim.limit import take_limit
from sim.line import CHARGED_OFF, FROZEN, IN_PLAN, NONE, OPEN, cash_headroom
from sim.model import CreditModel
from sim.policy import month_number
from sim.rules.approve import approve
from sim.rules.borrow import take_loan
from sim.rules.collect import is_cleared_out
from sim.rules.fund import fund
from sim.rules.invest import invest
from sim.rules.measure import measure
from sim.rules.negotiate import negotiate
from sim.rules.restrict import restrict
from sim.score import sees_debts, sees_record

WITH_INPUTS = list(csv.DictReader((MARKETS / "korea-cards.csv").read_text().splitlines()))
SEEN_DEFAULTS = load("korea-2002").platforms["samsung"].sees_defaults  # the same at all lenders, before any registry
AS_CASH = load("korea-2002").market_arguments()["products"][0]["lends_cash"]
ABLATIONS = [name for name in gallery() if name.startswith("korea-2002-")]
#: Limits of cash advances at the end of June 2003 against December 2002 (docs/evidence.md KR-limits).
CUTS = {"samsung": 13 / 31, "lg": 13.2 / 28.5, "hyundai": 3 / 4, "keb": 8 / 9}


def in_force(model, date):
    """The rules and terms that the dated changes put in force in a calendar month."""
    model.month = month_number(date) - month_number(model.start)
    rules, _ = model.rules_in_force()
    return rules, model.market.products.copy(), model.market.platforms.copy()


@pytest.fixture(scope="module")
def small():
    return CreditModel(**load("korea-2002").market_arguments(), borrowers=20, merchants=4)


@pytest.fixture(scope="module")
def crisis():
    """The market at the end of June 2002, half a year before the cuts."""
    months = month_number("2002-06") - month_number("2000-07") + 1
    return CreditModel(**load("korea-2002").market_arguments(), borrowers=4000, seed=3).run(months)


# --- the inputs ---
@pytest.mark.parametrize("line", WITH_INPUTS, ids=lambda line: line["month"])
def test_the_scenario_is_driven_by_the_dated_table(small, line):
    rules, products, platforms = in_force(small, line["month"])
    calm = load("korea-2002").platforms
    assert products["cash_squeeze"] == pytest.approx(1 - float(line["lim"]))
    assert rules.multi_lender_limit == pytest.approx(float(line["multi"]))
    assert platforms["sees"] == pytest.approx(float(line["reg"]))
    assert platforms["plan_acceptance"] == pytest.approx(float(line["rewrite"]))
    normal = np.array([platform.funding_apr for platform in calm.values()])
    assert 100 * (platforms["funding_apr"] - normal) == pytest.approx(float(line["spread"]) - 1)
    quarter = 1 - (1 - rules.cut_speed_limit) ** 3 if rules.cut_speed_limit < 1 else 1.0
    assert quarter == pytest.approx(float(line["speedcap"] or 1), abs=1e-3)
    trigger = load("korea-2002").changes["delinquency trigger"]
    assert (trigger.start <= line["month"] < trigger.until) == (line["pca"] == "1")
    assert (trigger.when.indicator, trigger.when.above) == ("delinquency", 0.10)


def test_job_losses_move_unemployment_as_in_the_table(small):
    for line in WITH_INPUTS:
        rules, *_ = in_force(small, line["month"])
        found, lost = rules.reemployment_hazard, rules.job_loss_hazard * rules.job_loss_multiple
        lost *= 0.84 + 0.16 * rules.young_job_loss_multiple  # 16 % are under 25
        assert 100 * lost / (lost + found) == pytest.approx(float(line["u_rate"]), abs=0.1)


@pytest.mark.parametrize(("platform", "left"), CUTS.items())
def test_each_lender_cuts_as_far_as_was_published(small, platform, left):
    power = load("korea-2002").platforms[platform].products["card"].cash_limit_power
    assert 0.627**power == pytest.approx(left, abs=0.005)


def test_all_lenders_together_cut_as_the_index_says(crisis):
    share = crisis.market.lines["limit"].sum(0) * crisis.market.products["lends_cash"]
    left = (share * 0.627 ** crisis.market.products["cash_limit_power"]).sum() / share.sum()
    assert left == pytest.approx(0.627, abs=0.06)


@pytest.mark.parametrize(("platform", "month", "stopped"), [
    ("lg", "2003-10", 0), ("lg", "2003-11", 0.95), ("lg", "2004-01", 0.95), ("lg", "2004-02", 0),
    ("keb", "2003-11", 0), ("keb", "2003-12", 1), ("keb", "2004-01", 0), ("samsung", "2003-11", 0),
])  # fmt: skip
def test_a_lender_that_stopped_cash_advances_lends_little_or_none(small, platform, month, stopped):
    _, products, _ = in_force(small, month)
    lent = load("korea-2002").platforms[platform].products["card"].lends_cash
    assert products["lends_cash"][small.platform_names.index(platform)] == pytest.approx((1 - stopped) * lent)


@pytest.mark.parametrize(("platform", "month"), [
    ("kookmin", "2003-09"), ("lg", "2003-11"), ("keb", "2004-02"), ("woori", "2004-03"),
])  # fmt: skip
def test_the_four_that_were_absorbed_or_rescued_are_kept_up_from_then_on(small, platform, month):
    before = f"{month[:4]}-{int(month[5:]) - 1:02d}" if month[5:] != "01" else f"{int(month[:4]) - 1}-12"
    rescue = [in_force(small, date)[2]["rescue"][small.platform_names.index(platform)] for date in (before, month)]
    assert rescue[0] < rescue[1] == 1


def test_owners_put_capital_in_from_april_2003_until_the_first_is_absorbed(small):
    put_in = [in_force(small, month)[2]["rescue"].tolist() for month in ("2003-03", "2003-04", "2003-08")]
    assert put_in == [[0.0] * 10, [0.2] * 10, [0.2] * 10]


# --- the market ---
def test_nine_card_companies_and_the_banks_offer_one_card_each_at_20_to_23_percent(small):
    assert len(small.platform_names) == len(small.product_names) == 10
    yearly = 12 * small.market.products["instalment_rate"]
    assert yearly.min() >= 0.199
    assert yearly.max() <= 0.231


def test_cards_a_head_and_holders_of_four_are_as_published_in_june_2002(crisis):
    held = np.isin(crisis.market.lines["state"], (OPEN, FROZEN, IN_PLAN)).sum(1)
    assert held.mean() == pytest.approx(4.7, abs=0.5)
    assert (held >= 4).mean() == pytest.approx(0.46, abs=0.08)


def test_about_one_in_twenty_rolls_cash_from_four_cards_or_more_in_june_2002(crisis):
    rolling = crisis.history.last("economy", row.CASH_FOUR) / len(crisis.market.borrowers)
    assert rolling == pytest.approx(0.048, abs=0.02)


# --- the ablations ---
def test_every_ablation_is_compared_with_the_crisis_as_it_happened():
    assert len(ABLATIONS) == 6
    assert all(load_pair(name)[0].name == "korea-2002" for name in ABLATIONS)
    assert load_pair("korea-2002")[0].name == "korea-2002-no-cuts"


def switched(name):
    """The levers of an ablation's changes that differ from those of the crisis, and the first month of each."""
    world, own = load("korea-2002").changes, load(name).changes
    found = {}
    for key, change in own.items():
        if world.get(key) != change:
            found[change.lever] = min(change.start, found.get(change.lever, "9999-12"))
    return found


@pytest.mark.parametrize(("name", "levers"), [
    ("no-cuts", {"cash_limit": "2003-01", "multi_lender_limit": "2002-10", "purchases_only": "2003-11"}),
    ("slow-cuts", {"cash_limit": "2003-01", "cut_speed_limit": "2002-10"}),
    ("no-rewriting", {"restructuring": "2002-06"}),
    ("no-registry", {"visibility": "2002-09"}),
    ("no-run", {"base_rate": "2003-03", "news_shock": "2003-03"}),
    ("one-lender", {}),
])  # fmt: skip
def test_an_ablation_switches_what_it_says_and_nothing_else(name, levers):
    assert switched(f"korea-2002-{name}") == levers
    ours, theirs = (load(world).market_arguments() for world in (f"korea-2002-{name}", "korea-2002"))
    assert (ours["platforms"], ours["products"]) == (theirs["platforms"], theirs["products"])
    differs = {key for key, value in ours["parameters"].items() if value != theirs["parameters"][key]}
    assert differs == ({"lender_cap"} if name == "one-lender" else set())


@pytest.mark.parametrize(("name", "neutral"), [
    ("no-cuts", lambda r, k, p: (r.multi_lender_limit, max(k["cash_squeeze"]), min(k["lends_cash"]))
     == (0.9, 0, AS_CASH)),
    ("slow-cuts", lambda r, k, p: r.cut_speed_limit == 0.0345 and (k["cash_squeeze"] < 0.4).all()),
    ("no-rewriting", lambda r, k, p: (p["plan_acceptance"] == 0).all()),
    ("no-registry", lambda r, k, p: (p["sees"] == 0).all() and (p["sees_defaults"] == SEEN_DEFAULTS).all()),
    ("no-run", lambda r, k, p: len(set(p["funding_apr"])) == 1 and r.news_shock == 0),
])  # fmt: skip
def test_what_an_ablation_switches_is_off_in_november_2003(name, neutral):
    model = CreditModel(**load(f"korea-2002-{name}").market_arguments(), borrowers=20, merchants=4)
    assert neutral(*in_force(model, "2003-11"))


def test_where_a_person_may_have_one_lender_nobody_has_two():
    model = CreditModel(**load("korea-2002-one-lender").market_arguments(), borrowers=2000, seed=3).run(24)
    assert np.isin(model.market.lines["state"], (OPEN, FROZEN, IN_PLAN)).sum(1).max() == 1
    waiting, delinquent = (model.history.last("economy", m) for m in (row.REGISTRATIONS, row.DELINQUENT))
    assert 0 < delinquent <= waiting < 1.1 * delinquent  # a second lender may come after a first was lost


# --- the rules that Korea needs, by hand ---
def two_cards(**more):
    """A person with cards of two lenders, of which only the first looks at what others lent."""
    lenders = [{"sees": 1.0}, {"sees": 0.0}]
    return Scene(CARD, CARD | {"platform": 1}, platforms=lenders, **more)


@pytest.mark.parametrize(("drawn_at", "limits"), [(3, [10_000, 10_000]), (4, [0, 10_000]), (9, [0, 10_000])])
def test_who_draws_cash_at_four_lenders_loses_the_limit_where_that_is_seen(drawn_at, limits):
    s = two_cards(parameters={"multi_lender_limit": 0.0}, cash_lenders=drawn_at)
    s.play(restrict)
    assert [line.limit / 100 for line in s.lines] == limits


def test_a_share_of_the_lenders_leaves_the_limit_as_it_is_and_fewer_do_so_the_lower_the_share():
    def kept(share):
        people = []
        for person in range(400):
            s = two_cards(parameters={"multi_lender_limit": share}, cash_lenders=4, id=person)
            s.play(restrict)
            people.append(s.lines[0].limit > 0)
        return np.array(people)

    most, few = kept(0.6), kept(0.3)
    assert most.mean() == pytest.approx(0.6, abs=0.06)
    assert few.mean() == pytest.approx(0.3, abs=0.06)
    assert not (few & ~most).any()


def test_a_limit_that_is_lost_goes_no_faster_than_the_speed_limit():
    s = two_cards(parameters={"multi_lender_limit": 0.0, "cut_speed_limit": 0.2}, cash_lenders=4)
    steps = []
    for month in range(2, 5):
        s.rules.month = month
        s.play(restrict)
        steps.append(s.lines[0].limit / 100)
    assert steps == [8000, 6400, 5120]


def test_a_speed_limit_for_people_who_draw_at_many_lenders_leaves_the_cuts_of_others_as_they_are():
    protected = {"cut_speed_limit": 0.1, "speed_limit_from": 4}

    def left(cash_lenders, parameters):
        s = two_cards(parameters=parameters, cash_lenders=cash_lenders)
        s.play(take_limit, new_limit=0, blow=1.0)
        return s.lines[0].limit / 100

    assert [left(3, protected), left(4, protected), left(5, protected)] == [0, 9000, 9000]
    assert left(0, {"cut_speed_limit": 0.1}) == 9000  # unless it says whom, it protects everybody


def test_the_accord_of_2003_protects_people_who_draw_on_four_cards_and_no_others():
    accord = load("korea-2002").market_arguments()["parameters"]
    assert accord["speed_limit_from"] == accord.get("multi_lender_from", 4) == 4


def test_lines_in_default_are_written_off_before_their_time_at_the_share_that_is_given():
    def written_off(late, share):
        people = []
        for person in range(300):
            s = Scene(CARD | {"early_write_off": share}, id=person, lines=[{"revolving": 1, "months_past_due": late}])
            people.append(s.play(is_cleared_out))
        return np.mean(people)

    assert written_off(4, 0.4) == pytest.approx(0.4, abs=0.08)
    assert (written_off(3, 1.0), written_off(4, 0.0), written_off(5, 1.0)) == (0, 0, 1)


def test_the_index_of_cash_limits_reaches_each_product_with_its_own_power():
    def lends(squeeze):
        people = []
        for person in range(500):
            s = Scene(CARD | {"cash_limit_power": 2.0}, CARD, id=person)
            s.products["cash_squeeze"] = squeeze
            s.play(restrict)
            people.append([cash_headroom(s.lines[k], s.products[k]) > 0 for k in (0, 1)])
        return np.array(people)

    some, more = lends(0.2), lends(0.5)
    assert some.mean(0) == pytest.approx([0.64, 0.8], abs=0.06)
    assert more.mean(0) == pytest.approx([0.25, 0.5], abs=0.06)
    assert not (more & ~some).any()  # who lost it stays without


def test_a_line_that_stopped_lending_cash_begins_again_with_the_index_and_the_loss_is_remembered():
    s = Scene(CARD)
    s.products["cash_squeeze"] = 1.0
    s.play(restrict)
    assert (cash_headroom(s.lines[0], s.products[0]), s.borrower.lost_headroom) == (0, yuan(5000))
    s.products["cash_squeeze"] = 0.0
    s.play(restrict)
    assert cash_headroom(s.lines[0], s.products[0]) == yuan(5000)


@pytest.mark.parametrize(("late", "state"), [(1, FROZEN), (2, IN_PLAN), (3, IN_PLAN)])
def test_arrears_are_rewritten_from_the_month_from_which_plans_are_given(late, state):
    line = {"state": FROZEN, "months_past_due": late, "revolving": yuan(900), "due": yuan(900)}
    s = Scene(CARD, lines=[line], platforms=[{"plan_acceptance": 1.0}],
              parameters={"plan_request_hazard": 1.0, "plan_from": 2})  # fmt: skip
    s.play(negotiate)
    assert s.lines[0].state == state


def measured(*lines, products=None):
    s = Scene(*(products or [CARD | {"platform": k} for k in range(len(lines))]), lines=lines)
    s.play(measure, defaulted=0)
    return s


def test_rewritten_debt_is_measured_until_it_is_thirty_days_late():
    plan = {"state": IN_PLAN, "instalment": yuan(500)}
    s = measured(plan, plan | {"months_past_due": 1}, plan | {"months_past_due": 2}, {"revolving": yuan(70)})
    assert s.tally.books[:, row.PLAN_BALANCE].tolist() == [yuan(500), yuan(500), 0, 0]


def test_a_person_is_registered_once_by_each_lender_that_waits_for_money_longer_than_three_months():
    late = {"state": FROZEN, "months_past_due": 4, "revolving": yuan(100)}
    gone = {"state": CHARGED_OFF, "limit": 0, "revolving": yuan(100), "months_past_due": 9}
    products = [CARD | {"platform": p} for p in (0, 0, 1, 2, 3)]
    s = measured(late, late, gone, late | {"months_past_due": 3}, gone | {"revolving": 0}, products=products)
    economy = s.tally.economy
    assert [economy[m] for m in (row.DELINQUENT, row.DELINQUENT_TWO, row.REGISTRATIONS)] == [1, 1, 2]


@pytest.mark.parametrize(("lenders", "stacked"), [(3, 0), (4, 1)])
def test_who_drew_cash_at_four_lenders_this_month_is_counted_and_published_for_the_next(lenders, stacked):
    drawn = [{"drawn": yuan(10), "instalment": yuan(10)}] * lenders
    s = measured(*drawn, *[{}] * (5 - lenders))
    economy = s.tally.economy
    assert (economy[row.CASH_FOUR], s.borrower.cash_lenders) == (stacked, lenders)
    assert economy[row.HOLDERS_FOUR_DRAWN] == yuan(10) * lenders
    assert s.tally.books[:, row.CASH_DRAWN].sum() == yuan(10) * lenders
    assert not s.lines["drawn"].any()


@pytest.mark.parametrize(("held", "drawn_on", "seen"), [(4, 1, 1), (4, 2, 0), (3, 1, 0)])
def test_cash_and_purchases_are_told_of_who_holds_four_cards_and_draws_on_one(held, drawn_on, seen):
    cards = [{"drawn": yuan(30) if k < drawn_on else 0, "purchases": yuan(10)} for k in range(held)]
    economy = measured(*cards, *[{"state": NONE, "limit": 0}] * (5 - held)).tally.economy
    assert economy[row.ONE_DRAWN] == yuan(30) * seen
    assert economy[row.ONE_BOUGHT] == yuan(10) * held * seen


@pytest.mark.parametrize(("cap", "opened"), [(1, 0), (2, 1)])
def test_who_has_as_many_lenders_as_allowed_gets_no_further_line(cap, opened):
    s = Scene(CASH, PAY_LATER | {"platform": 1}, lines=[{"state": NONE}, {}], parameters={"lender_cap": cap},
              platforms=[{"approval": -1.0}, {}])  # fmt: skip
    assert s.play(approve) == opened


@pytest.mark.parametrize(("rescue", "state"), [(0.0, FAILED), (1.0, LENDING)])
def test_a_lender_that_failed_lends_again_if_a_rescuer_puts_in_what_is_missing(rescue, state):
    s = Scene(CARD, platforms=[{"own_share": 1.0, "capital_share": 0.1, "rescue": rescue}])
    s.platforms[0].state, s.platforms[0].capital = FAILED, -yuan(500)
    s.result.book = yuan(10_000)
    s.play(fund)
    assert s.platforms[0].state == state


@pytest.mark.parametrize(("fear", "left"), [(0.5, 0.95), (1.0, 0.9), (5.0, 0.9)])
def test_no_more_money_leaves_a_lender_than_falls_due(fear, left):
    s = Scene(CARD, parameters={"fear_memory": 1.0},
              platforms=[{"investors": 1.0, "run_sensitivity": 0.1, "maturing": 0.1}])  # fmt: skip
    s.platforms[0].fear, s.platforms[0].book, s.platforms[0].funds = fear, yuan(1000), yuan(1000)
    s.play(invest, news=0.0)
    assert s.platforms[0].funds == pytest.approx(left * yuan(1000))


def test_a_rescuer_stands_in_for_the_money_that_left():
    s = Scene(CARD, platforms=[{"investors": 1.0, "run_sensitivity": 0.1, "rescue": 1.0}])
    s.platforms[0].fear, s.platforms[0].book, s.platforms[0].funds = 5.0, yuan(1000), yuan(100)
    s.play(invest, news=0.0)
    assert (s.platforms[0].funds, s.platforms[0].fear, s.platforms[0].state) == (yuan(1000), 0, LENDING)


@pytest.mark.parametrize(("sees_defaults", "seen"), [(0.0, 0), (1.0, 1)])
def test_a_lender_that_looks_only_at_defaults_sees_these_and_no_debts(sees_defaults, seen):
    s = Scene(CARD | {"reporting": 1.0}, platforms=[{"sees": 0.0, "sees_defaults": sees_defaults}],
              bad_record=12, record_sight=1.0)  # fmt: skip
    assert s.play(sees_record, platform=0) == seen
    assert not s.play(sees_debts, platform=0)


@pytest.mark.parametrize(("cash_wishes", "drawn"), [(0, 0), (1, 1)])
def test_cash_to_spend_is_drawn_on_a_card_only_where_that_is_usual(cash_wishes, drawn):
    s = Scene(CARD | {"cash_wishes": cash_wishes}, appetite=1.0,
              parameters={"loan_hazard": 0.5, "loan_size": 0.5})  # fmt: skip
    s.plan.room = yuan(10_000)
    s.play(take_loan)
    assert (s.lines[0].drawn > 0) == bool(drawn)
    assert s.plan.room == yuan(10_000) - s.lines[0].drawn


def test_wages_keep_their_shape_and_have_the_mean_that_a_market_gives():
    calm, korea = wage_edges(2017, 0.07), wage_edges(2000, 0.07, 20_000.0)
    assert korea / korea[0, 0] == pytest.approx(calm / calm[0, 0])
    means = (korea[:, 1] - korea[:, 0]) / np.log(korea[:, 1] / korea[:, 0])
    assert means.mean() == pytest.approx(yuan(20_000))
