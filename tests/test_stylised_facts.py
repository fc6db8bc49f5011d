"""The stylised facts: each measure on a case worked by hand, and the whole experiment on a small market."""

from types import SimpleNamespace

import numpy as np
import pytest

from analysis.validation import facts
from analysis.validation.experiment import Size
from analysis.validation.facts import korean, worlds
from analysis.validation.facts import measures as m
from analysis.validation.facts.targets import CORE, FACTS, TARGETS, bar
from analysis.validation.row import Row
from scenarios.loader import load, load_pair
from sim import tally as row
from sim.line import CHARGED_OFF, FROZEN, IN_PLAN, OPEN
from sim.model import CreditModel
from sim.record import BUCKETS
from sim.records import LINE_DTYPE, USE_DTYPE, blank


def lines(*people):
    """Records of lines from (state, owed, months past due) per line of each person."""
    made = blank((len(people), len(people[0])), LINE_DTYPE)
    for i, person in enumerate(people):
        for k, (state, owed, late) in enumerate(person):
            made[i, k].state, made[i, k].revolving, made[i, k].months_past_due = state, owed, late
    return made


NOTHING = (0, 0, 0)


# --- how many lenders ---
def test_a_person_is_registered_once_by_each_lender_where_a_debt_is_in_default_or_charged_off_and_unpaid():
    people = lines(
        [(OPEN, 100, 0), (FROZEN, 100, 3), NOTHING],  # late, but not more than 90 days
        [(FROZEN, 100, 4), (FROZEN, 100, 5), NOTHING],  # two lines of one platform
        [(FROZEN, 100, 4), NOTHING, (CHARGED_OFF, 50, 9)],
        [(FROZEN, 100, 4), NOTHING, (CHARGED_OFF, 0, 9)],  # the claim was recovered in full
    )
    assert m.registrations(people, [0, 0, 1]).tolist() == [0, 1, 2, 1]


def test_registrations_per_delinquent_and_the_share_with_several_lenders():
    share, mean = m.multiplicity(np.array([1, 1, 2, 4]))
    assert (share, mean) == (0.5, 2.0)
    assert np.isnan(m.multiplicity(np.array([]))).all()


def test_a_geometric_count_of_lenders_has_the_same_ratio_at_every_step():
    assert m.mean_step([800, 400, 200, 100]) == pytest.approx(0.5)
    assert m.mean_step([800, 200, 200]) == pytest.approx(0.5)
    assert np.isnan(m.mean_step([0, 0, 0]))


def test_the_default_rate_by_lenders_and_what_one_more_lender_multiplies_it_by():
    lenders = np.array([0, 1, 1, 1, 1, 2, 2, 5, 4])
    people, defaults = m.default_counts(lenders, np.array([1, 0, 0, 0, 1, 1, 0, 1, 1], bool))
    assert (people.tolist(), defaults.tolist()) == ([4, 2, 0, 2], [1, 1, 0, 2])
    assert m.per_extra([1000, 1000, 1000], [100, 120, 144]) == pytest.approx(1.2)
    assert np.isnan(m.per_extra([1000, 1000], [100, 0]))


def test_few_defaults_count_for_little_in_the_slope():
    steep_where_few = m.per_extra([100_000, 100_000, 10], [10_000, 12_000, 10])
    assert 1.15 < steep_where_few < 1.35  # the last step alone is 8.3 times


def test_risk_by_lenders_follows_people_for_a_year_from_each_start_and_leaves_out_those_in_default():
    def events(*ids):
        return {"borrower": np.array(ids, int)}

    months = [events() for _ in range(26)]
    months[3], months[15], months[25] = events(0), events(1), events(2)
    start = np.array([1, 2, 2, 1])
    clean = np.array([True, True, True, False])
    found = worlds.lenders_and_default([(12, start, clean)], SimpleNamespace(events=months))
    # of those with one lender only person 0 was clean and defaulted before the start; of two, one of two defaults
    assert np.isnan(found["PD multi over single"])  # nobody with one lender defaults
    months[14] = events(0)
    found = worlds.lenders_and_default([(12, start, clean)], SimpleNamespace(events=months))
    assert found["PD multi over single"] == 0.5
    assert np.isnan(found["PD per lender"])  # nobody has more than two


def test_risk_per_further_lender_is_what_each_adds_to_two():
    start, hit = np.repeat([1, 2, 3], [1000, 1000, 1000]), [*range(50), *range(1000, 1100), *range(2000, 2120)]
    months = [{"borrower": np.array(hit if month == 20 else [], int)} for month in range(26)]
    found = worlds.lenders_and_default([(12, start, np.ones(3000, bool))], SimpleNamespace(events=months))
    assert found["PD per lender"] == pytest.approx(1.2)
    assert found["PD multi over single"] == pytest.approx(2.2)


def test_who_owes_anything_past_due_is_late():
    assert m.is_late(lines([(OPEN, 100, 1)], [(OPEN, 100, 0)], [(OPEN, 0, 1)], [(CHARGED_OFF, 9, 9)])).tolist() == [
        True, False, False, False]  # fmt: skip


# --- age, time ---
def test_a_vintage_adds_up_losses_by_age_and_its_hazard_is_of_lines_not_in_default_yet():
    ages, losses = [4, 4, 6, 10, 16, 20], [10.0, 10, 30, 30, 20, 99]
    curve = m.vintage(ages, losses, 16)
    assert (curve[3], curve[6], curve[12], curve[16]) == (0, 50, 80, 100)
    counted = m.vintage(ages, np.ones(6), 16)
    hazard = m.hazard(counted, 10)
    assert (hazard[4], hazard[6], hazard[10]) == (0.2, 1 / 8, 1 / 7)


def test_the_peak_is_that_of_a_smoothed_hazard():
    assert m.peak([0, 0, 5, 0, 0, 3, 4, 3, 0]) == 6  # one high month is no peak
    assert np.isnan(m.peak(np.zeros(5)))


def test_what_follows_three_months_later_has_a_lag_of_three():
    leader = np.sin(np.arange(24.0))
    follower = np.concatenate([np.zeros(3), leader[:-3]])
    assert m.lag(leader, follower) == 3
    assert np.isnan(m.lag(leader, np.zeros(24)))


def test_an_elasticity_of_logs():
    assert m.log_elasticity(1.427, 0.627) == pytest.approx(-0.76, abs=0.005)  # the published figure
    assert np.isnan(m.log_elasticity(1.2, 1.0))


def test_the_part_of_a_balance_that_is_lost_in_the_end():
    moves = np.zeros((len(BUCKETS), len(BUCKETS)))
    moves[1, [0, 2]] = 80, 20
    moves[2, [0, 2, -1]] = 25, 50, 25  # half of it stays where it is
    lost = m.lost_in_the_end(moves)
    assert lost[:3] == pytest.approx([0.0, 0.1, 0.5])


# --- groups ---
def test_groups_of_three_friends_are_found_once():
    friends = [[1, 2], [0, 2, 3], [0, 1, 3], [1, 2]]
    offsets = np.cumsum([0] + [len(f) for f in friends])
    found = m.triangles(offsets, np.concatenate(friends))
    assert sorted(map(tuple, found)) == [(0, 1, 2), (1, 2, 3)]


def test_collective_default_compares_whole_groups_with_independent_people():
    bad = np.array([1, 1, 1, 0, 0, 0], bool)
    assert m.collective(bad, np.array([[0, 1, 2], [3, 4, 5]])) == 4.0  # half of groups against 1/8
    assert np.isnan(m.collective(~bad & bad, np.array([[0, 1, 2]])))


# --- insolvency, plans, cash ---
def test_an_insolvency_jumps_if_nothing_was_so_late_before():
    watch = m.Insolvencies(3, [0, 1, 2])
    watch.look(lines([(OPEN, 60, 1), (OPEN, 30, 0), (OPEN, 10, 0)],
                     [(OPEN, 50, 3), (FROZEN, 30, 4), (OPEN, 20, 0)],
                     [(OPEN, 50, 3), NOTHING, NOTHING]))  # fmt: skip
    assert np.isnan(watch.shares()).all()
    watch.look(lines([(FROZEN, 60, 4), (OPEN, 30, 0), (OPEN, 10, 0)],
                     [(FROZEN, 50, 4), (CHARGED_OFF, 30, 5), NOTHING],
                     [(FROZEN, 50, 4), NOTHING, NOTHING]))  # fmt: skip  # one lender only: not counted
    jumped, loans = watch.shares()
    assert (jumped, loans) == (0.5, 1.5)
    watch.look(lines(*[[(FROZEN, 60, 5), (OPEN, 1, 0), NOTHING]] * 3))  # nobody becomes insolvent twice
    assert watch.shares() == (0.5, 1.5)


def test_a_plan_counts_as_broken_within_half_a_year_only():
    watch = m.Rewritten(lines([(OPEN, 9, 0)], [(OPEN, 9, 0)], [(OPEN, 9, 0)]))
    watch.look(lines([(IN_PLAN, 9, 0)], [(IN_PLAN, 9, 0)], [(OPEN, 9, 0)]))
    for month in range(1, 8):
        first = FROZEN if month >= 6 else IN_PLAN  # broken in the sixth month
        second = FROZEN if month >= 7 else IN_PLAN  # broken too late to count
        third = IN_PLAN if month == 7 else OPEN
        watch.look(lines([(first, 9, 2)], [(second, 9, 2)], [(third, 9, 0)]), follow=month < 7)
    assert (watch.agreed, watch.broken) == (2, 1)


def test_plans_that_ran_before_the_count_began_are_not_counted_as_agreed():
    running = lines([(IN_PLAN, 9, 0)], [(OPEN, 9, 0)])
    watch = m.Rewritten(running)
    watch.look(running)
    watch.look(lines([(FROZEN, 9, 2)], [(IN_PLAN, 9, 0)]))
    assert (watch.agreed, watch.broken) == (1, 0)
    watch.look(lines([(IN_PLAN, 9, 0)], [(IN_PLAN, 9, 0)]))  # rewritten once more: a new one
    assert (watch.agreed, watch.broken) == (2, 0)


def test_late_and_rewritten_debt_against_late_debt():
    people = lines([(FROZEN, 100, 2), (IN_PLAN, 150, 0)], [(IN_PLAN, 50, 1), (FROZEN, 70, 1)])
    assert m.rewritten_over_late(people) == 3.0
    assert np.isnan(m.rewritten_over_late(lines([(IN_PLAN, 50, 0)])))


def test_cash_owed_on_a_card_shrinks_with_its_instalments_and_all_of_a_loan_is_cash():
    card, loan = (OPEN, 0, 0), (OPEN, 500, 0)
    start = lines([card, loan])
    watch = m.CashOwed(start, [True, False])
    later = start.copy()
    later[0, 0].instalment, later[0, 0].instalments_left = 1200, 10  # 1000 drawn, 200 for goods
    assert watch.look(later, np.array([[1000, 0]])).tolist() == [[1000.0, 500.0]]
    after = later.copy()
    after[0, 0].instalment, after[0, 0].instalments_left = 1080, 9
    assert watch.look(after, np.zeros((1, 2))).tolist() == [[900.0, 500.0]]


def test_cash_shares_are_sums_over_people_with_so_many_lenders():
    shares = worlds.CashShares([0, 1, 2, 3])
    cash = np.array([[10, 0, 0, 0], [20, 20, 0, 0], [10, 10, 10, 0], [10, 10, 10, 10], [0, 0, 0, 0]])
    shares.look(cash, cash + np.array([[10], [10], [5], [0], [99]]) * [1, 0, 0, 0])
    found = shares.values()
    assert (found["cash share at one"], found["cash share at four"], found["cash shares fall"]) == (0.5, 1.0, 0)


def test_steps_that_do_not_rise_are_counted():
    assert m.falls([1, 2, 2, 1, 5]) == 2
    assert np.isnan(m.falls([1, np.nan]))


# --- the stress ---
def test_the_stress_takes_all_lenders_and_nothing_of_it_holds_before_2021():
    own = [c for c in load(str(worlds.STRESS)).changes.values() if c not in load("baseline").changes.values()]
    assert min(change.start for change in own) == "2021-01"
    assert not [change for change in own if change.platform or not change.source]
    assert {change.lever for change in own} >= {"limit_cut", "reporting_duty", "base_rate", "restructuring"}


def test_limits_on_cash_follow_the_published_path():
    baseline, stress = load_pair(str(worlds.STRESS))
    model = CreditModel(
        **{**stress.market_arguments(), "changes": baseline.market_arguments()["changes"]}, borrowers=8000
    ).run(worlds.BEFORE)
    history = worlds.History(model.branch(stress.market_arguments()["changes"]).run(worlds.AFTER))
    limits = history.books[..., row.LIMIT] @ model.market.products["lends_cash"]
    path = limits[worlds.BEFORE :] / limits[worlds.BEFORE - 1]
    for month, published in ((3, 0.765), (6, 0.627), (12, 0.495), (18, 0.45), (24, 0.42)):
        assert path[month - 1] == pytest.approx(published, abs=0.04)


def test_the_possibility_of_plans_changes_nothing_in_the_calm_market():
    baseline, stress = load_pair(str(worlds.STRESS))
    changes = baseline.market_arguments()["changes"]
    one = CreditModel(**{**stress.market_arguments(), "changes": changes}, borrowers=500).run(24)
    other = CreditModel(**baseline.market_arguments(), borrowers=500).run(24)
    assert one.market.lines.tobytes() == other.market.lines.tobytes()


# --- the table ---
def test_every_fact_but_those_of_single_rules_has_a_row_and_is_named_in_the_evidence():
    from markets import ROOT

    codes = {target.code for target in TARGETS if not target.code.endswith("*")}
    assert all(t.code.removesuffix("*") in codes for t in TARGETS)
    starred = {(target.code.removesuffix("*"), target.name) for target in TARGETS if target.code.endswith("*")}
    in_korea = {(target.code, target.name) for target in TARGETS if (target.measure or "").startswith("Korea: ")}
    assert starred == in_korea - {("F21", "dip of 30+ at quarter ends")}
    checklist = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 18, 20, 21, 23, 24, 27}
    assert codes == {f"F{number}" for number in checklist}
    assert len(codes) + 2 == FACTS  # F14 and F16 are micro coefficients
    assert codes.issuperset(CORE)
    evidence = (ROOT / "docs/evidence.md").read_text()
    assert all(f"| {code} |" in evidence for code in codes)


def test_a_fact_holds_if_all_of_its_rows_fit():
    def found(code, value):
        return Row.over_seeds("", "", [value], 1, 0, 2, "share", "", code=code)

    rows = [found("F7", 1), found("F8", 1), found("F8", 3), found("O1", 1)]
    assert bar(rows).startswith("1 of 23 stylised facts fit")
    assert bar(rows).endswith("of the multi-lender core F8, F9, F10, F11, F12, F17, F18 do not")
    assert bar([found(code, 1) for code in CORE]).endswith("all of the multi-lender core do")
    assert bar([found("F14", 1), found("E1, F14", 3)]).startswith("0 of 23 stylised facts fit")


def test_the_experiment_gives_every_row_and_threads_change_no_number(tmp_path):
    play = facts.EXPERIMENTS[0].play
    done = []
    rows = play(Size(2500, 2, 2), tmp_path, lambda *count: done.append(count))
    assert done == [(1, 2), (2, 2)]
    assert [r.name for r in rows] == [target.name for target in TARGETS]
    simulated = {r.name: r for r in rows if not r.code.endswith("*")}
    assert all(r.simulated is not None for r in rows if r.code != "F10")
    assert 0.2 < simulated["borrowers with two or more lenders"].simulated < 0.63
    assert simulated["cash lent"].simulated < 0
    assert simulated["spending of those cut off fully"].simulated < 0
    assert play(Size(2500, 2, 1), tmp_path, lambda *count: None) == rows


# --- Korea ---
def test_holders_of_four_cards_by_the_cards_they_draw_on():
    limits = lines(*[[(OPEN, 0, 0)] * 4] * 5)
    limits["limit"] = 1000
    limits[4, 3].limit = 0  # holds three cards only
    uses = blank((5, 4), USE_DTYPE)
    for person, (drawn, bought) in enumerate((([50, 0, 0, 0], 50), ([50, 0, 0, 0], 50), ([50, 40, 0, 0], 30),
                                              ([60, 10, 10, 10], 10), ([900, 900, 900, 0], 0))):  # fmt: skip
        uses[person].drawn, uses[person, 0].bought = drawn, bought
    found = korean.cards(SimpleNamespace(lines=limits, uses=uses, products={"platform": np.arange(4)}))
    assert found["lenders step"] == pytest.approx(0.5 ** (1 / 3))  # two draw on one card, one on four
    assert (found["cash share at one"], found["cash share at four"]) == (0.5, 0.9)


def test_korean_persons_by_calendar_month():
    registered = {"2001-12": np.array([1, 2]), "2002-12": np.array([1] * 10), "2003-06": np.array([3, 1]),
                  "2003-07": np.array([1] * 14), "2003-12": np.array([2, 2, 2, 1])}  # fmt: skip
    found = korean.persons(registered, {"2002-12": 100.0, "2003-06": 64.0})
    assert found["multi share rise"] == 0.25
    assert found["registrations rise"] == pytest.approx(2 / 1.5)
    assert found["elasticity"] == pytest.approx(np.log(1.4) / np.log(0.64))


def test_korean_months_by_hand(monkeypatch):
    """Fifteen calendar months of two worlds; the lender that stops is the second of three, banks are the third."""
    months = [f"{year}-{month:02}" for year in (2002, 2003) for month in range(1, 13)]

    class Told:
        def __init__(self, world):
            year = np.array([name.startswith("2003") for name in months])
            self.merchants = np.zeros((len(months), 64), np.int64)
            self.merchants[:, worlds.STAFF] = np.where(year, 49, 50)
            self.merchants[:, korean.SALES] = np.where(year, 97 if world.cut else 100, 80)
            self._drawn = np.where(year, 6, 10)

        def late(self, which):
            path = dict.fromkeys(months, 0.10)
            if which.tolist() == [True, True, False]:  # all card companies: write-offs at quarter ends
                path |= {"2003-03": 0.08, "2003-06": 0.06}
            elif which.tolist() == [False, True, False]:
                path |= {"2003-10": 0.05, "2003-12": 0.12}
            else:
                path |= {"2003-10": 0.05, "2003-12": 0.04}
            return np.array(list(path.values()))

        def flow(self, *names):
            return self._drawn

    monkeypatch.setattr(korean, "History", Told)
    names = [("samsung", "card"), (korean.STOPS, "card"), (korean.BANKS, "card")]
    crisis, uncut = (SimpleNamespace(cut=cut, start="2002-01", product_names=names) for cut in (True, False))
    found = korean.months(crisis, uncut)
    assert found["own rise"] == pytest.approx(0.07)
    assert found["others rise"] == pytest.approx(-0.01)
    assert found["dip"] == pytest.approx((0.02 + 0.04) / 2)
    assert found["cash volume"] == pytest.approx(-0.4)
    assert found["jobs"] == pytest.approx(-0.02)
    assert found["spending"] == pytest.approx(-0.03)
