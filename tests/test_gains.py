"""Who gains and who loses: effects on people sum to the total, in groups fixed before the policy."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import TWO_LENDERS, differences, everything, model_of

from analysis.compare import compare
from analysis.estimate import estimate
from analysis.explain.gains.lives import (
    CELLS,
    DECILES,
    DIVISIONS,
    EVERYONE,
    OUTCOMES,
    Gains,
    Lives,
    divide,
    mean_scores,
    sum_up,
)
from analysis.explain.gains.map import draw_deciles, draw_map
from analysis.explain.gains.table import cell_table, extremes, is_told, level, rate, relative, sentences, size, table
from analysis.explain.twins import REFORM, Twins, World, case_of, first_defaults
from analysis.folder import open_run
from scenarios.runner import run
from sim.chance import month_key
from sim.ledger import CHARGE_OFFS, FAMILY_HELP, PURCHASES_ABROAD, PURCHASES_CASH, PURCHASES_CREDIT, RECOVERIES
from sim.line import CHARGED_OFF, IN_PLAN, NONE, OPEN
from sim.score import score

NAMES = list(OUTCOMES)
SEEDS = (1, 2)


def column(values, outcome):
    return np.asarray(values)[..., NAMES.index(outcome)]


# --- sums ---
@given(st.integers(0, 200), st.integers(0, 2**32))
def test_the_groups_of_every_division_sum_to_the_total_to_the_fen(people, salt):
    person = np.arange(people)[:, None]
    effects = (person * 7919 + salt) * (np.arange(len(OUTCOMES)) * 104729 + 1) % 2_000_003 - 10**6
    divisions = {kind: (person[:, 0] * 31 + salt) % len(names) for kind, names in DIVISIONS.items()}
    for sums in sum_up(effects, divisions).values():
        assert np.array_equal(sums.sum(axis=0), effects.sum(axis=0))


# --- groups ---
@pytest.fixture
def market():
    return model_of(TWO_LENDERS, borrowers=60, merchants=3).run(14)


def test_people_are_divided_by_how_they_stand_and_nothing_is_changed_by_looking(market):
    before = everything(market)
    groups = divide(market)
    assert not differences(before, everything(market))
    people = market.market.borrowers
    assert np.bincount(groups["income decile"]).tolist() == [6] * 10
    assert np.bincount(groups["score"]).tolist() == [12] * 5
    richest = [people["wage"][groups["income decile"] == decile].max() for decile in range(9)]
    poorest = [people["wage"][groups["income decile"] == decile].min() for decile in range(1, 10)]
    assert all(high <= low for high, low in zip(richest, poorest, strict=True))
    assert np.array_equal(groups["lenders"], np.minimum(people["lenders"], 4))
    for age, group in zip(people["age"], groups["age"], strict=True):
        low, _, high = DIVISIONS["age"][group].rstrip("+").partition("-")
        assert int(low) <= age <= int(high or age)
    assert np.array_equal(groups[CELLS], 5 * groups["income decile"] + groups["lenders"])


def test_the_score_is_the_mean_over_the_lines_a_person_holds_or_over_all_products(market):
    lines = market.market.lines
    held = (lines["state"] >= OPEN) & (lines["state"] <= IN_PLAN)
    next_month = market.branch()
    rules, _ = next_month.rules_in_force()
    there = next_month.market
    chance = month_key(market.seed, market.month + 1)
    found = mean_scores(market)
    assert {0, 1, 2} == set(held.sum(axis=1))
    for i, own in enumerate(held):
        chosen = np.flatnonzero(own) if own.any() else range(2)
        each = [
            score(there.borrowers[i], there.lines[i], k, there.products, there.platforms, rules, chance)[0]
            for k in chosen
        ]
        assert found[i] == pytest.approx(np.mean(each), rel=1e-12)


def test_a_file_is_thick_with_a_year_on_a_reported_line_or_a_charge_off(market):
    lines, products = market.market.lines, market.market.products
    products["reporting"] = 0.0, 0.3
    lines["state"], lines["months_on_book"] = NONE, 0
    lines["state"][0], lines["months_on_book"][0] = (OPEN, NONE), (60, 0)  # long, but nobody hears of it
    lines["state"][1, 1], lines["months_on_book"][1, 1] = OPEN, 11
    lines["state"][2, 1], lines["months_on_book"][2, 1] = OPEN, 12
    lines["state"][3, 1], lines["months_on_book"][3, 1] = CHARGED_OFF, 8
    lines["state"][4, 1], lines["months_on_book"][4, 1] = NONE, 30
    names = [DIVISIONS["file"][group] for group in divide(market)["file"][:5]]
    assert names == ["thin", "thin", "thick", "thick", "thin"]


# --- effects, worked by hand ---
def world(trunk, months=1, **people):
    """A world some months on: fields of pages and borrowers by name, {person: value}; the rest is still."""
    pages = np.zeros(len(trunk.market.borrowers), trunk.branch(diary=True).market.pages.dtype)
    borrowers, lines = trunk.market.borrowers.copy(), trunk.market.lines.copy()
    borrowers["ever_in_default"], borrowers["policy_cut_month"], borrowers["income"] = 0, -1000, 0
    for field, values in people.items():
        for person, value in values.items():
            table = pages if field in pages.dtype.names else lines if field in lines.dtype.names else borrowers
            table[field][person] = value
    market = SimpleNamespace(pages=pages, borrowers=borrowers, lines=lines)
    return SimpleNamespace(market=market, month=trunk.month + months)


def effects_of(trunk, baseline, reform):
    lives = Lives(trunk)
    lives.each_month(world(trunk, **baseline), [world(trunk, **reform), world(trunk)])
    return lives.effects()


def test_a_default_in_one_world_only_is_caused_or_avoided(market):
    market.market.borrowers["ever_in_default"] = 0
    made = effects_of(market, {"ever_in_default": {1: 1, 2: 1}}, {"ever_in_default": {0: 1, 2: 1}})
    assert column(made, "caused")[:4].tolist() == [1, 0, 0, 0]
    assert column(made, "avoided")[:4].tolist() == [0, 1, 0, 0]
    assert column(made, "excess")[:4].tolist() == [1, -1, 0, 0]


def test_a_good_borrower_is_refused_more_and_in_default_in_neither_world(market):
    market.market.borrowers["ever_in_default"] = 0
    baseline = {"refused": {0: 1, 3: 2, 4: 1}, "ever_in_default": {2: 1}}
    reform = {"refused": {0: 3, 1: 1, 2: 1, 3: 1, 4: 1}, "ever_in_default": {1: 1}}
    made = effects_of(market, baseline, reform)
    assert column(made, "refused")[:5].tolist() == [2, 1, 1, -1, 0]
    assert column(made, "good_refused")[:5].tolist() == [1, 0, 0, 0, 0]
    assert column(made, "good_accepted")[:5].tolist() == [0, 0, 0, 1, 0]
    assert column(made, "good_excess")[:5].tolist() == [1, 0, 0, -1, 0]


def test_a_limit_cut_counts_if_a_policy_cut_it_since_the_worlds_parted(market):
    market.market.borrowers["ever_in_default"] = 0
    since = market.month
    cuts = {0: since, 1: since, 2: since - 1, 3: since + 1}
    made = effects_of(market, {"policy_cut_month": {3: since}}, {"policy_cut_month": cuts, "ever_in_default": {1: 1}})
    assert column(made, "cut")[:4].tolist() == [1, 1, 0, 0]
    assert column(made, "good_cut")[:4].tolist() == [1, 0, 0, 0]


def test_money_is_the_reform_less_the_baseline_and_stocks_are_those_of_the_last_month(market):
    lives = Lives(market)
    for months, spent, cash in ((1, 500, 70), (2, 300, 90)):
        baseline = world(market, months, spent={0: 450}, charged={0: 20}, income={0: 5}, cash={0: 100})
        reform = world(market, months, spent={0: spent}, charged={0: 30}, income={0: 1}, cash={0: cash})
        lives.each_month(baseline, [reform])
    made, before = lives.effects()[0], lives.levels()[0]
    assert [column(made, name) for name in ("spent", "charged", "income", "cash")] == [-100, 20, -8, -10]
    assert [column(before, name) for name in ("spent", "charged", "income", "cash")] == [900, 40, 10, 100]


def test_what_is_owed_counts_lines_on_the_book(market):
    held = {(0, 0): OPEN, (0, 1): CHARGED_OFF}
    owed = {"revolving": {(0, 0): 5, (0, 1): 1000}, "purchases": {(0, 0): 7, (0, 1): 0}}
    rest = {"instalment": {(0, 0): 9, (0, 1): 0}, "state": held}
    made = effects_of(market, {"state": {(0, 0): NONE, (0, 1): NONE}}, owed | rest)
    assert column(made, "owed")[0] == 21


def test_worlds_played_in_turns_are_counted_once(market):
    lives = Lives(market)
    for _ in range(2):  # the second time the first world beside the baseline is another one
        lives.each_month(world(market), [world(market, spent={0: 10})])
    assert column(lives.effects(), "spent")[0] == 10
    assert lives.gains().months == 1


# --- real worlds ---
def play(case, seed, beside=REFORM):
    """The gains of one seed, the ids that first default in either world, and flows since the policy [world, flow]."""
    with Twins(case, seed) as twins:
        lives = Lives(twins.trunk)

        def measure(baseline, model):
            since, both = twins.case.parting, (baseline, model)
            flows = [sum(month["flows"] for month in each.history.months[since:]) for each in both]
            return [first_defaults(each, since) for each in both], np.array(flows).sum(axis=2)

        found = twins.play([beside], measure, lives.each_month)
        return lives.gains(), *found[0]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A run folder compared, and the same worlds played again."""
    written = run(
        "multi-lender-cut", borrowers=2000, months=60, seeds=len(SEEDS), out=tmp_path_factory.mktemp("g") / "r"
    )
    opened = open_run(written.folder)
    case = case_of(opened)
    return compare(opened), case, [play(case, seed) for seed in SEEDS]


def test_real_effects_sum_to_the_total_in_every_division(played):
    _, case, worlds = played
    for gains, *_ in worlds:
        for kind in DIVISIONS:
            assert gains.people[kind].sum() == case.borrowers
            assert np.array_equal(gains.effects[kind].sum(axis=0), gains.effects[EVERYONE][0])
            assert np.array_equal(gains.levels[kind].sum(axis=0), gains.levels[EVERYONE][0])


def test_caused_and_avoided_are_those_of_the_comparison_in_all_and_by_age_and_lenders(played):
    compared, _, worlds = played
    assert compared.people.caused.sum() > 0
    for i, (gains, *_) in enumerate(worlds):
        groups = {EVERYONE: [compared.people], "age": compared.segments["age"], "lenders": compared.segments["lenders"]}
        for kind, expected in groups.items():
            assert gains.people[kind].tolist() == [group.size[i] for group in expected]
            assert column(gains.effects[kind], "caused").tolist() == [group.caused[i] for group in expected]
            assert column(gains.effects[kind], "avoided").tolist() == [group.avoided[i] for group in expected]


def test_people_sum_to_what_the_ledger_of_the_market_says(played):
    spending = [PURCHASES_CASH, PURCHASES_CREDIT, PURCHASES_ABROAD]
    for gains, defaulted, flows in played[2]:
        total = gains.effects[EVERYONE][0]
        change = flows[1] - flows[0]
        assert column(total, "spent") == change[spending].sum()
        assert column(total, "family") == change[FAMILY_HELP]
        assert column(total, "written_off") == change[CHARGE_OFFS] - change[RECOVERIES]
        assert column(gains.levels[EVERYONE][0], "spent") == flows[0, spending].sum()
        assert column(total, "excess") == len(defaulted[1]) - len(defaulted[0])
        assert column(gains.levels[EVERYONE][0], "excess") == len(defaulted[0])


def test_a_policy_that_changes_nothing_does_nothing_to_anybody(played):
    _, case, _ = played
    gains, *_ = play(case, 1, World(changes=case.given[0]["changes"]))
    assert not any(effects.any() for effects in gains.effects.values())


def test_whoever_is_cut_spends_less_owes_less_and_pays_less_for_credit(played):
    gains = [one for one, *_ in played[2]]
    cut, uncut = (DIVISIONS["lenders"].index(name) for name in ("3", "0"))
    assert rate(gains, "lenders", cut, "cut").mean > 900 > 1 > rate(gains, "lenders", uncut, "cut").mean
    for outcome in ("spent", "charged", "owed"):
        for one in gains:
            of_cut, of_uncut = (rate([one], "lenders", group, outcome).mean for group in (cut, uncut))
            assert of_cut < min(0.0, of_uncut)


# --- over seeds ---
def made_up(counts, people, kind="lenders", months=2, **effects):
    """One seed in which the first group of a kind has these effects; everyone has them too."""
    sums = {name: np.zeros((len(names), len(OUTCOMES)), np.int64) for name, names in DIVISIONS.items()}
    sizes = {name: np.full(len(names), 100) for name, names in DIVISIONS.items()}
    sizes[kind][0] = people
    caused, avoided = counts
    for outcome, value in {"caused": caused, "avoided": avoided, "excess": caused - avoided, **effects}.items():
        sums[kind][0, NAMES.index(outcome)] = value
        sums[EVERYONE][0, NAMES.index(outcome)] = value
    levels = {name: 3 * values for name, values in sums.items()}
    return Gains(1, months, sizes, sums, levels)


def test_a_rate_over_seeds_with_groups_of_one_size_is_the_mean_of_their_rates():
    gains = [made_up((count, 0), 40, spent=100 * count) for count in (1, 2, 6)]
    found, expected = rate(gains, "lenders", 0, "excess"), estimate([25.0, 50.0, 150.0])
    assert (found.mean, found.low, found.high) == pytest.approx((expected.mean, expected.low, expected.high))
    assert rate(gains, "lenders", 0, "spent").mean == pytest.approx(3.0 / 40 / 2)  # yuan per person and month
    assert level(gains, "lenders", 0, "spent") == pytest.approx(9.0 / 40 / 2)
    assert relative(gains, "lenders", 0, "spent") == pytest.approx(1 / 3)


def test_a_rate_weighs_seeds_by_people_so_that_rate_times_people_is_the_effect():
    gains = [made_up((1, 0), 10), made_up((1, 0), 90)]
    assert rate(gains, "lenders", 0, "excess").mean == pytest.approx(20.0)
    assert size(gains, "lenders", 0) == 50
    assert np.isnan(rate([made_up((0, 0), 0)], "lenders", 0, "excess").mean)
    assert np.isnan(level(gains, "lenders", 0, "caused"))


def test_a_change_is_told_by_the_seeds_and_by_the_people_who_switch():
    assert not is_told([made_up((1, 0), 40), made_up((2, 0), 80), made_up((2, 0), 80)], "lenders", 0)  # 2 / 2**5
    assert is_told([made_up((2, 0), 80)] * 3, "lenders", 0)  # 2 / 2**6 = 0.031
    assert not is_told([made_up((2, 0), 80)] * 3, "lenders", 0, looked_at=2)
    assert not is_told([made_up((3, 1), 80)] * 3, "lenders", 0)  # 9 against 3: 0.146
    assert not is_told([made_up((30, 0), 80), made_up((0, 8), 80)], "lenders", 0)  # seeds do not agree


def test_the_extremes_are_of_groups_that_can_be_told_from_zero_and_are_not_tiny():
    harm, relief = ([made_up(counts, 80)] * 3 for counts in ((4, 0), (0, 4)))
    assert extremes(harm, ["lenders"]) == (("lenders", 0), None)
    assert extremes(relief, ["lenders"]) == (None, ("lenders", 0))
    assert extremes([made_up((4, 0), 29)] * 3, ["lenders"]) == (None, None)
    assert extremes([made_up((2, 0), 80)] * 3, ["lenders"]) == (None, None)  # one of five groups may be so by luck


def test_the_rows_of_a_kind_add_up_to_everyone(played):
    gains = [one for one, *_ in played[2]]
    rows = {name: np.array(values) for name, values in table(gains).items()}
    cells = {name: np.array(values) for name, values in cell_table(gains).items()}
    assert len(rows["kind"]) == len(OUTCOMES) * sum(len(names) for kind, names in DIVISIONS.items() if kind != CELLS)
    for outcome in OUTCOMES:
        total = rows["total"][(rows["kind"] == EVERYONE) & (rows["outcome"] == outcome)][0]
        for kind in set(DIVISIONS) - {CELLS}:
            chosen = (rows["kind"] == kind) & (rows["outcome"] == outcome)
            assert rows["total"][chosen].sum() == pytest.approx(total, abs=1e-6)
        chosen = cells["outcome"] == outcome
        assert cells["total"][chosen].sum() == pytest.approx(total, abs=1e-6)
        assert set(cells["decile"][chosen]) == set(range(1, 11))


# --- words and figures ---
def test_sentences_say_who_bears_it_and_do_not_when_nothing_can_be_told():
    harm = [made_up((4, 0), 80, spent=-700, charged=-10, owed=-90, cut=8, good_cut=6) for _ in range(3)]
    burden, money, good = sentences(harm, "cut", "calm")
    assert "people who owed no lender: +50.0" in burden
    assert "none in which clearly fewer" in burden
    assert "spends 0.0 yuan less" in money
    assert "debt not taken up" in money
    assert "75 % never default in either world; that is 2 such people for each default caused" in good
    nothing = sentences([made_up((0, 0), 80)] * 2, "cut", "calm")
    assert nothing[0].startswith("In none of 27 groups")
    assert nothing[2].startswith("cut cuts no more limits than calm")


def test_the_map_names_the_group_hatches_small_cells_and_says_when_nothing_can_be_told(played):
    gains = [one for one, *_ in played[2]]
    figure, alt, caption = draw_map(gains, "reform against baseline")
    axes = figure.axes[0]
    small = [cell for cell in range(len(DIVISIONS[CELLS])) if size(gains, CELLS, cell) < 30]
    assert small
    assert sum(patch.get_hatch() is not None for patch in axes.patches) == len(small)
    assert len(axes.texts) == 2 * (len(DIVISIONS[CELLS]) - len(small) + 16)
    assert "reform against baseline" in figure.get_suptitle()
    assert alt
    assert caption
    still, alt, _ = draw_map([made_up((0, 0), 80)], "a against b")
    assert "in no row or column" in still.get_suptitle().replace("\n", " ")
    assert "No cell can be told" in alt


def test_bars_by_decile_point_the_way_of_the_effect(played):
    gains = [one for one, *_ in played[2]]
    figure, alt, caption = draw_deciles(gains, "reform against baseline")
    spending = [patch.get_width() for patch in figure.axes[0].patches]
    expected = [rate(gains, "income decile", decile, "spent").mean for decile in range(len(DECILES))]
    assert spending == pytest.approx(expected)
    assert "Decile 10" in alt
    assert caption
