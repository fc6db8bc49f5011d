"""The early-warning bench: the scores by hand and by their properties, the indicators, and crises of known cause."""

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from markets import ROOT, default_market, model_of
from scipy.stats import rankdata

from analysis.early_warning.__main__ import main
from analysis.early_warning.crises import (
    CALM,
    CONTROL,
    MONTHS,
    ONSETS,
    Bench,
    Crisis,
    bench,
    best_before,
    crises,
    fewest,
    onset,
    play,
    window,
    wrong_before,
)
from analysis.early_warning.indicators import INDICATORS, courses, totals
from analysis.early_warning.scores import alarms_in_calm, auc, false_alarms, score, shuffled, standing, thresholds, wins
from analysis.estimate import Estimate
from scenarios.loader import load
from sim.chance import month_key
from sim.policy import Timetable, month_number

SEEDS = 8

#: Months of a few worlds: whole numbers, so that ties happen.
worlds = arrays(np.int64, (4, 5), elements=st.integers(0, 9))


# --- the area under the ROC curve ---
def test_a_signal_month_wins_against_a_lower_calm_month_and_half_against_an_equal_one():
    # 3 beats 2 and 1; 1 loses to 2 and ties with 1: 2.5 of 4
    assert wins([[3, 1]], [[2, 1]]) == [[0.625]]
    assert wins([[3], [0]], [[1], [3]]).tolist() == [[1.0, 0.5], [0.0, 0.0]]


@given(worlds, worlds)
def test_the_area_is_that_of_the_rank_sum(signal, calm):
    ranks = rankdata(np.concatenate([signal.ravel(), calm.ravel()]))[: signal.size].sum()
    by_ranks = (ranks - signal.size * (signal.size + 1) / 2) / (signal.size * calm.size)
    assert auc(signal, calm).mean == pytest.approx(by_ranks, abs=1e-12)


@given(worlds, worlds)
def test_turned_round_an_indicator_scores_what_is_missing_to_one(signal, calm):
    assert auc(-signal, -calm).mean == pytest.approx(1.0 - auc(signal, calm).mean, abs=1e-12)


@given(worlds, worlds)
def test_only_the_order_of_values_counts(signal, calm):
    assert auc(np.exp(signal / 3.0), np.exp(calm / 3.0)) == auc(signal, calm)


@given(worlds)
def test_an_indicator_that_looks_the_same_before_a_crisis_as_in_calm_scores_one_half(months):
    assert auc(months, months).mean == pytest.approx(0.5, abs=1e-12)


def test_a_constant_indicator_scores_exactly_one_half_and_gives_no_alarm():
    found = score(np.full((4, 18), 7.0), np.full((4, 30), 7.0), 12, 6)
    assert found.auc == Estimate(0.5, 0.5, 0.5, 4)
    assert (found.hits, found.lead.mean) == (0.0, 0.0)
    assert false_alarms(alarms_in_calm(np.full((4, 30), 7.0))) == (0.0, 0.0)


def test_a_perfect_indicator_scores_one_and_warns_for_as_long_as_the_cause_is_old():
    found = score(np.full((4, 18), 8.0), np.full((4, 30), 7.0), 12, 6)
    assert found.auc == found.near == Estimate(1.0, 1.0, 1.0, 4)
    assert (found.hits, found.lead.mean) == (1.0, 18.0)


def test_the_interval_is_that_of_leaving_out_one_seed_at_a_time():
    # each seed beats its own calm month and that of the first: areas 3/4 of all, and 1, 1/2 without one of the seeds
    signal, calm = [[2.0], [1.5]], [[1.0], [1.7]]
    assert wins(signal, calm).tolist() == [[1.0, 1.0], [1.0, 0.0]]
    found = auc(signal, calm)  # without seed 1: 0; without seed 2: 1; pseudo-values 1.5 and 0.5
    half = 12.706 * np.std([1.5, 0.5], ddof=1) / np.sqrt(2)
    assert found.mean == 0.75
    assert (found.low, found.high) == (max(0.0, 0.75 - half), min(1.0, 0.75 + half))


def test_one_seed_has_an_area_and_no_interval():
    assert not auc([[1.0, 2.0]], [[0.0]]).has_interval


def test_months_that_are_not_known_are_refused_and_not_scored():
    with pytest.raises(ValueError, match="score later months"):
        auc([[np.nan]], [[1.0]])


# --- a shuffled indicator ---
def test_shuffled_values_are_the_same_values_and_the_same_for_the_same_key():
    before, calm = np.arange(12.0).reshape(3, 4), np.arange(12.0, 27.0).reshape(3, 5)
    one, other = shuffled(before, calm, month_key(1, 0)), shuffled(before, calm, month_key(2, 0))
    assert sorted(np.concatenate([one[0].ravel(), one[1].ravel()])) == list(range(27))
    assert (one[0].shape, one[1].shape) == (before.shape, calm.shape)
    assert not np.array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[0], shuffled(before, calm, month_key(1, 0))[0])


def test_shuffled_a_perfect_indicator_scores_one_half():
    before, calm = np.full((4, 6), 1.0) + np.arange(24).reshape(4, 6), -np.arange(40.0).reshape(4, 10)
    assert auc(before, calm).mean == 1.0
    times = 200
    mean = np.mean([auc(*shuffled(before, calm, month_key(1, time))).mean for time in range(times)])
    error = np.sqrt((24 + 40 + 1) / (12 * 24 * 40) / times)  # of a rank sum when both samples are from one
    assert abs(mean - 0.5) < 4 * error


# --- alarms ---
def test_no_world_is_judged_by_a_threshold_that_has_seen_it():
    calm = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    assert thresholds(calm, share=0.5).tolist() == [20.0, 2.0]
    calm[0] = 99.0
    assert thresholds(calm, share=0.5).tolist() == [20.0, 99.0]


def test_an_alarm_stands_as_long_as_it_has_not_been_broken_off():
    values = np.array([[9, 9, 0, 9, 9], [9, 9, 9, 9, 0], [9, 9, 9, 9, 9], [0, 0, 0, 0, 5]])
    assert standing(values, np.full(4, 5)).tolist() == [2, 0, 5, 0]


def test_an_alarm_that_goes_on_is_given_once():
    alarm = np.zeros((2, 24), bool)
    alarm[0, 3:6] = alarm[0, 9] = alarm[1, 0] = True
    assert false_alarms(alarm) == (5 / 48, 3 / 4)  # three begin in four years


@given(st.integers(1, 10_000))
def test_about_a_twentieth_of_calm_months_is_in_alarm(seed):
    calm = np.random.default_rng(seed).normal(size=(20, 48))
    assert false_alarms(alarms_in_calm(calm))[0] == pytest.approx(0.05, abs=0.035)


# --- the indicators ---
@pytest.fixture(scope="module")
def market():
    """A default market after a year and a half."""
    return model_of(default_market(), borrowers=1500).run(18)


def test_the_indicators_are_those_that_the_market_itself_publishes(market):
    last = {name: course[-1] * INDICATORS[name].worse for name, course in courses(market.tables()).items()}
    published = market.indicators()
    assert last["delinquency"] == pytest.approx(published["delinquency"], rel=1e-9)
    assert last["people short of cash"] == pytest.approx(published["short"])
    assert np.exp(last["credit growth"]) - 1 == pytest.approx(published["credit_growth"], rel=1e-6)
    assert last["funding spread"] == pytest.approx(published["spread"], rel=1e-6)


def test_capital_is_counted_once_for_each_platform_and_less_of_it_is_worse(market):
    total = totals(market.tables())
    assert total["capital_fen"][-1] == market.market.platforms.capital.sum()
    np.testing.assert_allclose(courses(market.tables())["capital"], -total["capital_fen"] / total["balance_fen"])


def test_every_indicator_is_known_from_the_second_year_on_and_says_what_it_is(market):
    seen = courses(market.tables())
    assert all(np.isfinite(course[12:]).all() and len(course) == 18 for course in seen.values())
    assert all(i.unit and i.formula and i.why and i.worse in (1, -1) for i in INDICATORS.values())
    assert len(INDICATORS) <= 15


def test_without_lending_there_is_nothing_to_divide_by_and_no_indicator_is_lost():
    empty = model_of(([{"name": "shop"}], [{"name": "line", "platform": "shop", "reach": 0.0}]), borrowers=100).run(14)
    assert all(np.isfinite(course[12:]).all() for course in courses(empty.tables()).values())


# --- the crises ---
@pytest.mark.parametrize("crisis", crises(), ids=lambda crisis: crisis.name)
def test_every_crisis_is_a_valid_policy_that_begins_when_calm_is_scored_and_breaks_at_its_onset(crisis):
    baseline = load("baseline").market_arguments()
    names = [platform["name"] for platform in baseline["platforms"]]
    products = [(product["platform"], product["name"]) for product in baseline["products"]]
    for month in (ONSETS[0], ONSETS[-1]):
        timetable = Timetable(crisis.dated(baseline["start"], month), baseline["start"], names, products)
        starts = [month_number(change.start) - month_number(baseline["start"]) for change in timetable.changes]
        assert min(starts) == month + crisis.begins >= CALM
        assert max(starts) == month < MONTHS
    assert (crisis.cause is None) == (crisis.begins == 0)


def test_crises_break_in_every_month_of_the_year_in_turn():
    assert [onset(seed) for seed in range(1, 13)] == list(ONSETS)
    assert sorted(month % 12 for month in ONSETS) == list(range(12))
    assert window(np.arange(MONTHS)[None], -2, 1).tolist() == [[ONSETS[0] - 2, ONSETS[0] - 1, ONSETS[0]]]


def test_until_the_cause_begins_a_world_is_the_calm_one():
    calm = courses(play(None, 1, 400))
    for crisis in (crises()[0], crises()[-1]):
        seen, begins = courses(play(crisis, 1, 400)), onset(1) + crisis.begins
        assert all(np.array_equal(seen[name][12:begins], calm[name][12:begins]) for name in INDICATORS)
        assert any(not np.array_equal(seen[name][begins:], calm[name][begins:]) for name in INDICATORS)


@pytest.fixture(scope="module")
def made() -> Bench:
    """A small bench."""
    return bench(borrowers=6000, seeds=SEEDS, threads=2)


def test_every_crisis_is_one_defaults_are_half_as_many_again_or_more_and_break_out_after_the_onset(made):
    """But for dear funding: weak lenders stop before the others must, and a part of the harm is done by then."""
    for crisis in made.crises:
        if crisis.name == "dear funding":
            assert made.size[crisis.name].mean > 1.2
            assert made.before[crisis.name].mean > 1.1
            continue
        assert made.size[crisis.name].mean > 1.5, crisis.name
        assert made.size[crisis.name].low > 1.25, crisis.name
        assert made.before[crisis.name].mean - 1 < 0.5 * (made.size[crisis.name].mean - 1), crisis.name


def test_what_has_built_up_makes_the_break_worse_but_for_shorter_loans(made):
    """Loans that run for a shorter time tie people to their lenders, but leave less debt when it breaks."""
    for crisis in made.announced:
        if crisis.name == "shorter loans":
            assert made.size[crisis.name].mean < made.alone[crisis.name].mean
        else:
            assert made.size[crisis.name].mean > made.alone[crisis.name].mean, crisis.name
    funding = next(crisis for crisis in made.announced if crisis.cause == "capital")
    assert made.alone[funding.name].mean < 1.3  # lenders with capital enough need not stop
    assert {crisis.name for crisis in made.crises if crisis.break_alone == crisis} == {
        crisis.name for crisis in made.crises if not crisis.cause
    }


def test_the_indicator_built_on_the_true_cause_of_a_planted_crisis_scores_above_nine_tenths(made):
    assert len(made.announced) >= 5
    for crisis in made.announced:
        own = made.scores[crisis.cause, crisis.name]
        assert own.auc.mean > 0.9, crisis.name
        assert own.lead.mean > 6, crisis.name


def test_nothing_warns_of_a_crisis_without_a_build_up_nor_does_a_shuffled_indicator_of_any(made):
    blue = next(crisis for crisis in made.crises if not crisis.cause)
    scores = [made.scores[name, blue.name] for name in INDICATORS]
    assert np.mean([score.auc.mean for score in scores]) == pytest.approx(0.5, abs=0.05)
    assert np.mean([score.hits for score in scores]) < 0.15
    assert made.before[blue.name] == Estimate(1.0, 1.0, 1.0, SEEDS)
    control = [made.scores[CONTROL, crisis.name].auc.mean for crisis in made.crises]
    assert np.mean(control) == pytest.approx(0.5, abs=0.05)


def test_easy_credit_hides_the_trouble_to_come(made):
    """In a boom everybody pays in time: what looks at arrears says that all is well until it breaks."""
    boom = next(crisis for crisis in made.crises if crisis.cause == "approvals")
    assert "delinquency" in wrong_before(made, boom)
    assert best_before(made, boom)[0] == "approvals"
    assert made.before[boom.name].high < 1.0


# --- reading the bench ---
def bench_of(**areas) -> Bench:
    """A bench with areas by hand: one for each crisis of one indicator; all other indicators score one half."""
    found = {name: areas.get(name.replace(" ", "_"), (0.5, 0.5)) for name in INDICATORS}
    kinds = tuple(Crisis(name, "", "", ({"from": -1},), "capital") for name in ("first", "second"))

    class Scored:
        def __init__(self, mean):
            self.auc = Estimate(mean, mean - 0.1, mean + 0.1, 2)

    scores = {(name, kind.name): Scored(area) for name in found for kind, area in zip(kinds, found[name], strict=True)}
    return Bench(kinds, scores, {}, {}, {}, {}, 100, 2)


def test_the_fewest_indicators_are_those_that_leave_no_crisis_without_a_warning():
    assert fewest(bench_of(capital=(0.95, 0.2), approvals=(0.3, 0.92), delinquency=(0.8, 0.8))) == (
        "approvals",
        "capital",
    )
    assert fewest(bench_of(capital=(0.95, 0.2), approvals=(0.91, 0.92))) == ("approvals",)
    assert fewest(bench_of(capital=(0.95, 0.2))) == ()


def test_what_leads_and_what_points_the_wrong_way_is_told_only_where_it_is_sure():
    made = bench_of(capital=(0.95, 0.2), approvals=(0.75, 0.55), delinquency=(0.1, 0.45))
    first, second = made.crises
    assert (best_before(made, first), best_before(made, second)) == (["capital", "approvals"], [])
    assert (wrong_before(made, first), wrong_before(made, second)) == (["delinquency"], ["capital"])
    assert made.ranking[0] == "approvals"


def test_the_command_writes_the_page_and_its_figure_also_of_very_few_people_and_the_same_again(tmp_path):
    pages = []
    for name in ("one", "two"):
        out = tmp_path / name / "early-warning.md"
        threads = str(len(pages) + 1)
        command = ["--borrowers", "100", "--seeds", "2", "--threads", threads, "--out", str(out)]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        pages.append(out.read_text() + out.with_suffix(".png").read_bytes().hex())
    assert pages[0] == pages[1]
    assert "nan" not in pages[0].split("## The indicators")[0]


def test_a_page_that_is_not_markdown_is_refused_before_anything_is_played(tmp_path):
    done = CliRunner().invoke(main, ["--out", str(tmp_path / "page.png")])
    assert done.exit_code == 2
    assert "page.md" in done.output.replace("\n", "")
    assert not list(tmp_path.iterdir())


def test_the_page_in_docs_is_of_the_crises_and_indicators_that_there_are():
    text = (ROOT / "docs/early-warning.md").read_text()
    assert (ROOT / "docs/early-warning.png").is_file()
    for crisis in crises():
        assert f"| **{crisis.name}**: {crisis.story} |" in text
        assert f"**{crisis.name}.** Expected: {crisis.expected} Measured:" in text
    for name, indicator in INDICATORS.items():
        assert f"| {name} | {indicator.formula} | {indicator.unit} |" in text
