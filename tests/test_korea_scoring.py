"""Scoring the Korean replay: published months, outputs worked by hand, benchmarks that find what was planted."""

from dataclasses import replace

import numpy as np
import pytest
from markets import ROOT

from analysis.validation import korea
from analysis.validation.experiment import Size
from analysis.validation.korea import ablations, benchmarks, observed, outputs, picture, world
from analysis.validation.korea.replay import Replay, ratio, rmse, span
from analysis.validation.row import UNITS
from scenarios.loader import load_pair
from scenarios.schema import ChangeTable

#: What the ablations read.
NEEDED = (outputs.REAL, outputs.HEADLINE, outputs.PERSONS, "claims", "capital ratio", "lenders failed or absorbed",
          "limits taken by policies", "users of cash advances on four cards or more")  # fmt: skip
PLAYED = span("2001-12", "2004-12")
EVIDENCE = (ROOT / "docs/evidence.md").read_text(encoding="utf-8")


def replay(series, seeds=1):
    """A replay in which every seed is the same; series: name -> {month: value}, level between and around."""
    return Replay(
        PLAYED,
        seeds,
        {
            name: np.tile(
                np.interp(PLAYED.astype(int), np.array([*at], dtype="datetime64[M]").astype(int), list(at.values())),
                (seeds, 1),
            )
            for name, at in series.items()
        },
    )


def published(off=0.0):
    """A replay of the published delinquencies, persons and registrations, off by so much."""
    names = (outputs.REAL, outputs.HEADLINE, outputs.PERSONS, outputs.REGISTRATIONS)
    series = {name: np.tile(observed.interpolated(name, PLAYED) + off, (3, 1)) for name in names}
    return Replay(PLAYED, 3, series | {outputs.REGISTRATIONS_ANY: series[outputs.REGISTRATIONS]})


def row(rows, code, word):
    (found,) = [one for one in rows if one.code == code and word in one.name]
    return found


# --- what was published ---
def test_months_of_every_published_series_are_in_order_and_each_figure_has_a_source():
    for series in {point.series for point in observed.table()}:
        months, _ = observed.points(series)
        assert (np.diff(months.astype(int)) > 0).all(), series
    for point in observed.table():
        assert point.sources
        assert point.mark in ("S", "D")
        assert point.mark == "S" or point.note, f"{point.series} {point.month}: how was it derived?"


def test_every_source_is_a_row_of_the_evidence():
    keys = {key for point in observed.table() for key in point.sources}
    keys |= {
        key
        for one in outputs.beginnings(replay({})) + outputs.table(replay({}))
        for key in one.source.replace(";", ",").split(", ")
    }
    assert not [key for key in sorted(keys) if f"| {key} |" not in EVIDENCE]


def test_real_delinquency_has_six_months_to_calibrate_on_and_eight_held_out():
    assert len(observed.points(outputs.REAL, *observed.CALIBRATION)[0]) == 6
    assert len(observed.points(outputs.REAL, *observed.HOLD_OUT)[0]) == 8
    assert observed.value(outputs.REAL, "2003-12") == pytest.approx(0.2828)


def test_an_unknown_series_is_refused():
    with pytest.raises(KeyError):
        observed.points("unheard of")


def test_published_months_are_joined_by_straight_lines():
    october = observed.interpolated(outputs.REAL, span("2003-10", "2003-10"))
    assert october == pytest.approx([(2 * 0.269 + 0.2828) / 3])


def test_a_series_goes_on_over_a_new_definition_by_the_month_that_was_published_in_both():
    months, values = observed.linked("delinquent persons", "delinquent persons after the break")
    april, may = (values[months == np.datetime64(month)] for month in ("2004-04", "2004-05"))
    assert (april.tolist(), may.tolist()) == ([3973541], [3988507])
    assert values[-1] == pytest.approx(3988507 * 3615367 / 3737319)


# --- the outputs ---
def test_a_market_that_gives_the_published_months_fits_them():
    for one in outputs.table(published())[:12]:
        assert one.mark == "fits", one.name


def test_errors_are_taken_on_calibration_and_hold_out_apart():
    off = published()
    late = np.datetime64("2003-06") < PLAYED
    off.series[outputs.REAL][:, late] += 0.10
    rows = outputs.table(off)
    assert row(rows, "O1", "error (to 2003-06)").simulated == pytest.approx(0.0)
    held = row(rows, "O1", "error (hold-out)")
    assert held.simulated == pytest.approx(0.10)
    assert held.mark == "misses"


def test_an_error_is_the_root_of_the_mean_square():
    assert rmse([[0.1, 0.5]], [0.1, 0.1]) == pytest.approx([0.4 / np.sqrt(2)])


def test_a_month_that_was_not_played_gives_no_value():
    short = Replay(PLAYED[:-1], 1, {outputs.REAL: np.full((1, len(PLAYED) - 1), 0.2)})
    assert np.isnan(short.at(outputs.REAL, "2004-12")).all()
    assert row(outputs.table(short), "O1", "error (hold-out)").mark == "not simulated"


def test_what_a_market_cannot_give_is_not_simulated():
    assert {one.mark for one in outputs.table(replay({}))} == {"not simulated"}


def test_growth_peaks_and_falls_by_hand():
    rows = outputs.table(
        replay(
            {
                outputs.REAL: {"2003-01": 0.10, "2003-10": 0.30, "2004-12": 0.2},
                outputs.HEADLINE: {"2003-01": 0.05, "2003-10": 0.10, "2004-12": 0.1},
                outputs.PERSONS: {"2002-12": 100.0, "2003-03": 103.0, "2003-04": 113.0, "2003-12": 140.0},
                outputs.REGISTRATIONS: {"2001-12": 2.0, "2002-12": 3.0, "2003-03": 2.9, "2003-06": 3.2},
                outputs.MULTI: {"2001-12": 0.40, "2003-12": 0.60},
                outputs.REGISTRATIONS_ANY: {"2001-12": 2.5, "2003-06": 4.0},
                outputs.MULTI_ANY: {"2001-12": 0.50, "2003-12": 0.65},
            }
        )
    )
    assert row(rows, "O1", "peak (hold-out)").simulated == pytest.approx(0.30)
    assert row(rows, "O1", "month of the peak").simulated == 10
    assert row(rows, "O3", "highest").simulated == pytest.approx(3.0)
    assert row(rows, "O4", "December 2002 to 2003").simulated == pytest.approx(0.40)
    assert row(rows, "O4", "month of the largest rise").simulated == 4
    assert row(rows, "O5", "falls").simulated == 1
    assert row(rows, "O5", "per delinquent, December 2001 to June 2003").simulated == pytest.approx(0.60)
    assert row(rows, "O5", "on any debt").simulated == pytest.approx(0.60)
    assert row(rows, "O6", "delinquents with two").simulated == pytest.approx(0.20)
    assert row(rows, "O6", "on any debt").simulated == pytest.approx(0.15)


def test_volumes_and_elasticity_by_hand():
    flat = {"2002-12": 20.0, "2003-01": 15.0, "2003-12": 15.0, "2004-01": 6.0}
    rows = outputs.table(
        replay(
            {
                "cash advances": flat,
                "purchases": {"2002-12": 10.0, "2003-01": 9.0},
                "card delinquents": {"2002-12": 100.0, "2003-07": 200.0},
                "cash-advance limits": {"2002-12": 1.0, "2003-06": 0.25},
            }
        )
    )
    assert row(rows, "O7", "2003 against 2002").simulated == pytest.approx(-0.25)
    assert row(rows, "O7", "first half").simulated == pytest.approx(-0.60)
    assert row(rows, "O8", "").simulated == pytest.approx(-0.10)
    assert row(rows, "O10", "").simulated == pytest.approx(-0.5)
    assert row(rows, "O10", "").published == pytest.approx(-0.76, abs=0.01)


def test_lenders_capital_and_sales_by_hand():
    stops, rest = "headline delinquency, lender that stops", "headline delinquency, other lenders"
    crisis = replay(
        {
            stops: {"2003-10": 0.10, "2003-12": 0.16},
            rest: {"2003-10": 0.10, "2003-12": 0.11},
            "loss": {"2003-01": 1.0},
            "claims": {"2003-01": 80.0},
            "capital ratio": {"2003-03": 0.10, "2003-12": -0.02},
            "sales": {"2003-01": 98.0},
        }
    )
    rows = outputs.table(crisis, replay({"sales": {"2003-01": 100.0}}))
    assert row(rows, "O11", "lender that stops").simulated == pytest.approx(0.06)
    assert row(rows, "O11", "other lenders").simulated == pytest.approx(0.01)
    assert row(rows, "O12", "").simulated == pytest.approx(12 / 80)
    assert row(rows, "O13", "").simulated == pytest.approx(-0.12)
    assert row(rows, "O15", "sales").simulated == pytest.approx(-0.02)


def test_holders_jobs_rewritten_loans_and_the_young_by_hand():
    four, drawing = "cash advances of holders of four cards or more", outputs.DRAWING
    jobs = {str(month): 50.0 if month < np.datetime64("2003-01") else 49.0 for month in span("2002-01", "2003-12")}
    crisis = replay(
        {
            four: {"2002-12": 100.0, "2003-01": 90.0, "2003-08": 60.0, "2003-12": 30.0},
            drawing: {"2002-12": 100.0, "2003-06": 90.0, "2003-12": 40.0},
            "staff": jobs | {"2004-01": 20.0, "2004-12": 20.0},
            "rewritten loans agreed": {"2001-12": 10.0, "2003-03": 10.0, "2003-04": 99.0},
            "rewritten loans broken": {"2001-12": 2.0, "2003-03": 2.0, "2003-04": 99.0},
        }
    )
    twenties, forties = "limits of people in their 20s", "limits of people in their 40s"
    ages = replay({twenties: {"2003-09": 100.0, "2003-12": 70.0}, forties: {"2003-09": 100.0, "2003-12": 80.0}})
    rows = outputs.table(crisis, None, ages)
    assert row(rows, "O9", "").simulated == pytest.approx(-0.40)
    assert row(rows, "O15", "jobs").simulated == pytest.approx(-0.02)
    assert row(rows, "O17", "").simulated == pytest.approx(0.2)
    assert row(rows, "O18", "").simulated == pytest.approx(1.5)
    assert row(rows, "O19", "").simulated == pytest.approx(-0.60)


def test_every_output_from_1_to_19_is_scored_and_says_what_is_held_out():
    rows = outputs.table(replay({}))
    assert [*dict.fromkeys(one.code for one in rows)] == [f"O{number}" for number in range(1, 20)]
    assert all(one.name.endswith(("(hold-out)", "(to 2003-06)", "(aimed at)")) for one in rows)


def test_the_crisis_begins_with_shares_of_people_by_hand():
    four = "users of cash advances on four cards or more"
    drawn, limits = "cash advances of card companies", "cash-advance limits"
    year = {str(month): 30.0 for month in span("2002-01", "2002-12")}
    levels = {"people": {"2002-12": 1000.0}, "cards": {"2002-06": 4000.0}, four: {"2002-12": 50.0}}
    known = levels | {drawn: year, limits: {"2002-12": 100.0}, outputs.ARREARS: {"2002-11": 0.04}}
    known |= {"purchases": year, "cash advances": {month: 40.0 for month in year}}
    found = {one.name.removesuffix(" (to 2003-06)"): one for one in outputs.beginnings(replay(known))}
    use, bought, late = list(found.values())[:3]
    cards, before = found["cards per person, June 2002"], found["cards per person, December 2000"]
    holders, drawing = (found[f"people {what}, December 2002"] for what in (
        "with four cards or more", "who draw cash on four cards or more"))  # fmt: skip
    assert (bought.simulated, bought.published) == (pytest.approx(0.75), pytest.approx(0.74, abs=0.01))
    assert before.published == pytest.approx(2.6, abs=0.01)
    assert (late.simulated, late.published, late.mark) == (pytest.approx(0.04), pytest.approx(0.025), "misses")
    assert use.simulated == pytest.approx(0.30)
    assert (use.published, use.mark) == (pytest.approx(0.292, abs=1e-3), "fits")
    assert (cards.simulated, cards.mark) == (4.0, "fits")
    assert holders.mark == before.mark == "not simulated"
    assert (drawing.simulated, drawing.mark) == (pytest.approx(0.05), "fits")
    assert drawing.published == pytest.approx(0.048, abs=1e-3)


def test_those_delinquent_on_other_debts_than_cards_are_added_by_hand():
    months = np.array(["2001-12", "2002-12", "2003-06"], dtype="datetime64[M]")
    people = world.ACTIVE  # as many as in Korea, so that counts are those published
    others = world.not_on_cards(months) * people
    assert others == pytest.approx([2.45e6 - 0.596e6, 2635723 - 1494329, 3086018 - 1869433])  # the last as in April
    on_cards = np.array([596e3, 1494329.0, 0.0]), np.array([2e6, 6e6, 0.0]), np.array([3e5, 1e6, 0.0])
    persons, each, multi = world.with_others(on_cards, people, months)
    assert persons[:2] == pytest.approx([2.45e6, 2635723])
    assert each == pytest.approx([(2e6 + 2.6 * others[0]) / 2.45e6, (6e6 + 2.6 * others[1]) / 2635723, 2.6])
    assert multi == pytest.approx([(3e5 + 0.407 * others[0]) / 2.45e6, (1e6 + 0.407 * others[1]) / 2635723, 0.407])


def test_a_ratio_to_nothing_is_unknown():
    assert np.isnan(ratio([1.0], [0.0])).all()


# --- the benchmarks ---
def test_an_autoregression_finds_the_coefficients_that_were_planted():
    series = [1.0]
    for _ in range(12):
        series.append(0.5 + 0.8 * series[-1])
    ahead = benchmarks.vector_autoregression(np.array(series[:8])[:, None], 5)
    assert ahead[:, 0] == pytest.approx(series[8:13])


def test_a_vector_autoregression_finds_them_too():
    step = np.array([[0.7, 0.2], [-0.1, 0.9]])
    path = [np.array([1.0, 2.0])]
    for _ in range(14):
        path.append(np.array([0.3, -0.1]) + path[-1] @ step)
    assert benchmarks.vector_autoregression(np.array(path[:10]), 5) == pytest.approx(np.array(path[10:15]))


def test_an_autoregression_of_changes_carries_a_straight_line_on():
    found = benchmarks.autoregressions(np.arange(2.0, 9.0), np.arange(1.0, 8.0) ** 2, 3)
    assert found["AR(1) of changes"] == pytest.approx([9.0, 10.0, 11.0])


def test_a_person_with_few_late_lines_has_one_of_them():
    persons, each = benchmarks.independent_lines(np.array([1e-6, 0.2]))
    assert persons[0] == pytest.approx(benchmarks.CARDS * 1e-6, rel=1e-3)
    assert each[0] == pytest.approx(1.0, abs=1e-4)
    assert 1.0 < each[1] < 0.2 * benchmarks.CARDS / 0.5


def test_limits_follow_the_seven_firms_after_june_2003():
    found = benchmarks.limits(span("2003-06", "2003-12"))
    assert found[0] == pytest.approx(64 / 102)
    assert found[-1] == pytest.approx(64 / 102 * 30.82 / 39.04)


def test_independent_lines_do_not_fail_less_often_for_tighter_limits_or_dearer_funding(monkeypatch):
    fits, fit = [], benchmarks.least_squares

    def kept(*arguments, **options):
        fits.append(fit(*arguments, **options))
        return fits[-1]

    monkeypatch.setattr(benchmarks, "least_squares", kept)
    for spread_of in (benchmarks.spread_as_published, benchmarks.spread_as_in_the_market):
        benchmarks.independent(spread_of)
    assert len(fits) == 2
    assert min(fits[0].x[1:3]) >= 0
    assert min(fits[1].x[1:3]) >= 0


def test_the_spread_of_the_market_falls_after_what_was_published_and_lines_are_judged_by_the_better_of_both():
    months = span("2003-03", "2004-12")
    seen, dated = benchmarks.spread_as_published(months), benchmarks.spread_as_in_the_market(months)
    assert (seen[0], dated[0]) == pytest.approx((0.025, 0.025))
    assert (seen[-1], dated[-1]) == pytest.approx((0.0448, 0.02))
    for contest in benchmarks.CONTESTS:
        found = benchmarks.errors(contest)
        assert found[benchmarks.LINES] != found[benchmarks.LINES_DATED]  # who sees another spread says something else
        assert benchmarks.rivals(contest)[2] == min(found[benchmarks.LINES], found[benchmarks.LINES_DATED])


def test_benchmarks_see_nothing_that_they_are_judged_on(monkeypatch):
    inputs = (benchmarks.LIMITS, benchmarks.SPREAD)
    before = {contest: benchmarks.forecasts(contest) for contest in benchmarks.CONTESTS}
    for contest, found in before.items():
        shown = np.datetime64(contest.ends)
        spoilt = tuple(
            replace(point, value=9.9 * point.value)
            if point.month > shown and not point.series.startswith(inputs)
            else point
            for point in observed.table()
        )
        with monkeypatch.context() as patch:
            patch.setattr(observed, "table", lambda spoilt=spoilt: spoilt)
            after = benchmarks.forecasts(contest)
        for name, path in found.items():
            # the lines are fitted up to June 2003 throughout
            if not name.startswith(benchmarks.LINES) or contest.code != "O5":
                assert after[name] == pytest.approx(path), (contest.code, name)


def test_a_market_that_gives_the_published_months_beats_every_benchmark():
    rows = benchmarks.table(published())
    assert [one.code for one in rows] == ["O1", "O1", "O4", "O4", "O5", "O5", "O5", "O5"]
    assert all(one.mark == "fits" for one in rows)
    assert {one.mark for one in benchmarks.table(published(0.5))[:2]} == {"misses"}


def test_the_market_says_the_mean_of_its_seeds():
    """Half of the worlds are 5 points too high and half 5 too low: their mean is right."""
    apart = published()
    apart.series[outputs.REAL][:2] += np.array([[0.05], [-0.05]])
    assert benchmarks.market_error(benchmarks.CONTESTS[0], apart) == pytest.approx(0.0, abs=1e-12)


# --- the picture ---
def test_the_picture_shows_three_series_with_units_and_the_hold_out():
    drawing = picture.picture(published())
    axes = drawing.figure.axes
    assert [one.get_title(loc="left") for one in axes] == [panel.title for panel in picture.panels(published())]
    assert all(one.get_ylabel() and one.get_xlabel() for one in axes)
    assert "hold-out" in [text.get_text() for text in drawing.figure.legends[0].get_texts()]
    assert "published" in drawing.alt


# --- the worlds ---
@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A small crisis played and scored: the rows, the room, the replay."""
    room = tmp_path_factory.mktemp("korea")
    (one,) = korea.EXPERIMENTS
    size = Size(500, 2)
    rows = one.play(size, room, None)
    folder = next(path.parent for path in room.glob("korea-2002-????????/manifest.json"))
    return rows, room, world.replay(folder, korea.scenario("korea-2002", size))


def test_a_small_crisis_is_scored_on_every_output_benchmark_and_ablation(played):
    rows, room, _ = played
    codes = {one.code for one in rows} - {""}
    assert codes == {f"O{number}" for number in range(1, 20)} | {f"S{number}" for number in range(1, 7)}
    assert {one.unit for one in rows} <= set(UNITS)
    assert (room / "korea-2002.png").stat().st_size > 10_000


def test_series_of_a_world_agree_with_each_other(played):
    replay = played[2]
    assert str(replay.months[-1]) == "2004-12"
    assert (replay["real delinquency"] >= replay["headline delinquency"]).all()
    assert (replay["cash-advance limits"] > 0).all()
    late = replay["card delinquents"] > 0
    assert (replay["delinquent persons"] > replay["card delinquents"]).all()  # other debts than cards
    assert (replay["registrations per delinquent"][late] >= 1).all()
    assert (replay["cash advances"] >= replay["cash advances of holders of four cards or more"]).all()
    assert (np.diff(replay["lenders failed or absorbed"], axis=1) >= 0).all()


def test_cash_limits_follow_the_published_index_downwards(played):
    fall = played[2].change("cash-advance limits", "2002-12", "2003-12")
    assert (fall < -0.3).all()


def test_each_ablation_is_a_scenario_against_the_crisis():
    for one in ablations.ABLATIONS:
        assert load_pair(one.scenario)[0].name == "korea-2002"


def test_where_everybody_has_one_lender_hardly_anybody_is_registered_by_two(played):
    registered, shared = [one for one in played[0] if one.code == "S1"][:2]
    assert abs(registered.simulated) < 0.1
    assert abs(shared.simulated) < 0.1


def test_a_lever_in_force_is_the_value_of_its_change_until_it_ends():
    change = ChangeTable.model_validate({"lever": "cash_limit", "value": 0.5, "from": "2003-02", "until": "2003-04"})
    found = world.in_force([change], "cash_limit", 1.0, span("2003-01", "2003-04"))
    assert list(found) == [1.0, 0.5, 0.5, 1.0]


def test_an_ablation_that_changes_nothing_shows_no_sign_of_it():
    same = replay({name: {"2001-12": 1.0, "2003-12": 2.0} for name in NEEDED})
    for one in ablations.ABLATIONS[2:]:
        for found in ablations.table(one, same, same):
            assert found.simulated == pytest.approx(1.0 if found.unit == "times" else 0.0)
            assert found.mark == "misses", found.name


def test_without_rewriting_headline_delinquency_is_higher_and_earlier_by_hand():
    crisis = replay(
        {outputs.HEADLINE: {"2003-01": 0.1, "2003-10": 0.2, "2004-12": 0.1}, outputs.REAL: {"2003-01": 0.4}}
    )
    without = replay(
        {outputs.HEADLINE: {"2003-01": 0.1, "2003-04": 0.3, "2004-12": 0.1}, outputs.REAL: {"2003-01": 0.2}}
    )
    higher, earlier, lower = ablations.table(ablations.ABLATIONS[3], without, crisis)
    assert (higher.simulated, earlier.simulated, lower.simulated) == pytest.approx((1.5, -6, 0.5))
    assert {higher.mark, earlier.mark, lower.mark} == {"fits"}


CALM = {"2001-12": 1.0, "2003-01": 1.0, "2003-10": 3.0, "2004-12": 1.0}  # peaks three times as high in October 2003


def signs(code, world, crisis):
    """The marks of an ablation, in the order of its rows."""
    (one,) = [one for one in ablations.ABLATIONS if one.code == code]
    found = ablations.table(one, replay(world), replay(crisis))
    return [row.simulated for row in found], [row.mark == "fits" for row in found]


def test_with_one_lender_the_crisis_loses_half_of_its_peak_and_of_its_rise_by_hand():
    crisis = {outputs.REAL: CALM, outputs.REGISTRATIONS: CALM, outputs.MULTI: CALM}
    level = {"2001-12": 1.0}
    small = {"2001-12": 1.0, "2003-01": 1.0, "2003-10": 1.4, "2004-12": 1.0}
    found, fits = signs("S1", {outputs.REAL: small, outputs.REGISTRATIONS: level, outputs.MULTI: level}, crisis)
    assert found == pytest.approx([0.0, 0.0, 1.4 / 3, 0.2 * 1.0], abs=0.02)
    assert fits == [True] * 4
    assert signs("S1", crisis, crisis)[1] == [False] * 4


def test_without_cuts_claims_are_higher_and_the_peak_is_later_and_half_as_high_at_least_by_hand():
    late = {"2001-12": 1.0, "2003-01": 1.0, "2004-04": 2.0, "2004-12": 1.0}
    world, crisis = {outputs.REAL: late, "claims": {"2003-12": 12.0}}, {outputs.REAL: CALM, "claims": {"2003-12": 10.0}}
    found, fits = signs("S2", world, crisis)
    assert found == pytest.approx([1.2, 6, 2 / 3])
    assert fits == [True] * 3
    assert signs("S2", crisis, world)[1] == [False, False, True]


def test_slower_cuts_make_fewer_delinquents_and_a_smaller_largest_rise_by_hand():
    steep, slow = ({"2002-09": 100.0, "2003-03": 100.0, "2003-06": high, "2003-12": high} for high in (160.0, 130.0))
    found, fits = signs("S3", {outputs.PERSONS: slow}, {outputs.PERSONS: steep})
    assert found == pytest.approx([0.5, -0.3])
    assert fits == [True, True]
    assert signs("S3", {outputs.PERSONS: steep}, {outputs.PERSONS: slow})[1] == [False, False]


def test_without_a_registry_less_is_taken_and_fewer_stop_drawing_on_four_cards_by_hand():
    taken = "limits taken by policies"
    crisis = {taken: {"2002-10": 10.0}, outputs.DRAWING: {"2002-09": 100.0, "2003-06": 40.0}}
    world = {taken: {"2002-10": 5.0}, outputs.DRAWING: {"2002-09": 100.0, "2003-06": 90.0}}
    found, fits = signs("S5", world, crisis)
    assert found == pytest.approx([0.5, 0.5])
    assert fits == [True, True]
    assert signs("S5", crisis, world)[1] == [False, False]


def test_without_a_run_fewer_lenders_fail_and_more_capital_is_left_by_hand():
    failed, capital = "lenders failed or absorbed", "capital ratio"
    crisis = {failed: {"2004-03": 4.0}, capital: {"2003-12": 0.02}}
    world = {failed: {"2004-03": 1.0}, capital: {"2003-12": 0.05}}
    found, fits = signs("S6", world, crisis)
    assert found == pytest.approx([-3, 0.03])
    assert fits == [True, True]
    assert signs("S6", crisis, world)[1] == [False, False]
