"""Calibration on toys whose truth is known: what is found, what is said of what cannot be, and that nothing is lost."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from analysis.calibration import report, robust, study, window
from analysis.calibration.commands import SHIPPED
from analysis.calibration.market import Market, free_numbers, present, units_of, values_of
from analysis.calibration.regression import Bank, identification, posterior
from analysis.calibration.search import search
from analysis.calibration.targets import MISSING, Target, distances, misses, targets_of
from analysis.commands import main
from analysis.report.provenance import provenance
from analysis.validation.row import Row
from scenarios.batch.design import Axis
from scenarios.batch.work import play
from scenarios.loader import load
from scenarios.messages import BadInput

TRUTH = np.array([0.3, 0.7, 0.5, 0.5])


def axis(name, low=0.0, high=1.0):
    return Axis(f"parameters.{name}", low, high, (), "lhs", 0, False, "share")


class Toy:
    """A market in closed form: four numbers, five targets, luck by seed; the last number moves nothing."""

    free = tuple(axis(name) for name in ("one", "two", "three", "idle"))

    def __init__(self, noise=0.02):
        self.noise, self.played = noise, []
        self.published = self.simulated(TRUTH[None])[0]

    @staticmethod
    def simulated(units):
        one, two, three, _ = units.T
        return np.column_stack([one + two, one - two, np.exp(one), two * three + three, 2.0 * three + one])

    def play(self, units, name, seeds):
        self.played.append(name)
        targets = [Target(f"t{i}", p, p - 0.15, p + 0.15, "share") for i, p in enumerate(self.published)]
        luck = [np.random.default_rng([7, seed]).normal(0.0, self.noise, 5) for seed in seeds]
        return targets, self.simulated(units)[:, None, :] + np.array(luck)[None]


@pytest.fixture(scope="module")
def toy():
    return Toy()


@pytest.fixture(scope="module")
def found(toy):
    return study.calibrate(toy, np.full(4, 0.9), 1024)


# --- targets ---
def test_misses_are_counted_in_half_windows_and_a_missing_number_misses_by_ten():
    target = Target("late", 0.02, 0.016, 0.024, "percent")
    np.testing.assert_allclose(misses(np.array([[0.024], [0.018], [np.nan]]), [target]), [[1.0], [-0.5], [MISSING]])


def test_a_distance_is_of_the_mean_over_seeds_and_sums_over_targets():
    missed = np.array([[[1.0, 0.0], [3.0, -2.0]]])  # one point, two seeds, two targets: means 2 and -1
    np.testing.assert_allclose(distances(missed), [5.0])


def test_an_order_and_a_bound_without_an_end_are_no_targets():
    level = Row.over_seeds("g", "level", [1.0, 2.0], 1.5, 1.0, 2.0, "share", "X1")
    order = Row.over_seeds("g", "order", [0.0], 0.0, 0.0, 0.0, "order", "X1")
    sign = Row.over_seeds("g", "sign", [0.3, 0.1], 0.0, 0.0, np.inf, "share", "X1")
    targets, values = targets_of([level, order, sign])
    assert [target.name for target in targets] == ["g: level"]
    np.testing.assert_array_equal(values, [[1.0], [2.0]])


# --- the regression ---
def test_intervals_cover_85_to_95_percent_of_synthetic_truths():
    _, bank = study.bank_of(Toy(), 1600)
    checked = identification(bank, 400)
    assert checked.truths == 400
    assert np.all((checked.covered >= 0.85) & (checked.covered <= 0.95)), checked.covered


def test_the_check_tells_what_such_data_cannot_show(toy):
    checked = study.identify(toy, 1024)
    assert np.all(checked.width[:3] < 0.6)
    assert checked.width[3] > 0.9
    assert abs(checked.found[3]) < 0.2
    said = {row[0]: row[-1] for row in report.identified(checked, toy.free)}
    assert "would not pin" in said["idle"]
    assert "would not pin" not in said["one"]


def test_a_line_without_luck_is_found_exactly():
    units = np.random.default_rng(3).random((300, 2))
    odds = np.log(units / (1 - units))
    left = posterior(Bank(units, odds @ [[1.0, 0.5], [-1.0, 2.0]]), np.zeros(2))
    np.testing.assert_allclose(left.draws, 0.5, atol=1e-2)  # log odds of zero; the edges are cut off


# --- the whole ---
def test_the_truth_is_found_and_an_idle_number_is_said_to_be_unpinned(found):
    fits, left = found.intervals()
    for interval in (fits, left):
        assert np.all((interval[0, :3] <= TRUTH[:3]) & (TRUTH[:3] <= interval[2, :3]))
    np.testing.assert_allclose(fits[1, :3], TRUTH[:3], atol=0.1)
    assert found.pinned().tolist() == [True, True, True, False]
    assert "Not pinned by the data: 1 of 4 parameters: idle." in report.words(found)


def test_every_accepted_fit_is_within_the_bound_best_first_and_many_are_kept(found):
    assert len(found.units) >= 20
    assert np.all(np.diff(found.distances) >= 0)
    assert found.distances[-1] <= found.bound
    assert found.start > found.bound  # where it began is no good fit
    np.testing.assert_allclose(found.bound, found.distances[0] + study.margin(4, 5), atol=0.5)


def test_the_margin_is_a_quarter_of_the_90_percent_point_of_chi_squared():
    assert study.margin(4, 5) == pytest.approx(7.779 / 4, abs=1e-3)
    assert study.margin(9, 4) == study.margin(4, 9) == study.margin(4, 4)  # no more can be told apart than targets


def test_the_luck_of_a_distance_is_its_jackknife_error():
    # one target with misses 1 and 3: without one seed the distance is 9 or 1; sqrt(1/2 * (16 + 16)) = 4
    assert study.luck(np.array([[1.0], [3.0]])) == pytest.approx(4.0)


def test_the_same_calibration_gives_the_same_fits_twice(found):
    again = study.calibrate(Toy(), np.full(4, 0.9), 1024)
    np.testing.assert_array_equal(found.units, again.units)
    np.testing.assert_array_equal(found.distances, again.distances)


def test_candidates_are_judged_by_seeds_that_no_search_has_seen():
    seen = {}

    class Watched(Toy):
        def play(self, units, name, seeds):
            seen.setdefault(name.partition("/")[0], set()).update(seeds)
            return super().play(units, name, seeds)

    study.calibrate(Watched(), np.full(4, 0.5), 512)
    assert seen["bank"] == seen["search"]
    assert not seen["check"] & seen["search"]


def test_a_search_improves_and_never_leaves_the_ranges():
    start = np.random.default_rng(1).random((32, 4))
    tried = search(lambda units, generation: ((units - TRUTH) ** 2).sum(axis=1), start, 10)
    assert tried.units.shape == (32 * 11, 4)
    np.testing.assert_array_equal(tried.units[:32], start)
    assert tried.distances.min() < 0.1 * tried.distances[:32].min()
    assert tried.units.min() >= 0.0
    assert tried.units.max() <= 1.0


def test_fits_are_written_and_read_back(found, tmp_path):
    path = tmp_path / "fits.csv"
    report.write_fits(found, path)
    values = report.read_fits(path, found.free)
    np.testing.assert_allclose(values, values_of(found.free, found.units), rtol=1e-5)
    with path.open() as file:
        first = next(csv.DictReader(file))
    assert float(first["distance"]) == pytest.approx(found.distances[0], rel=1e-5)
    assert {"t0", "t4", "parameters.idle"} <= set(first)
    with pytest.raises(BadInput, match="has no number"):
        report.read_fits(path, [axis("unheard")])
    with pytest.raises(BadInput, match="no good fits here"):
        report.read_fits(tmp_path / "other.csv", found.free)


def test_the_page_tells_targets_parameters_and_the_check(found, toy):
    checked = study.identify(toy, 1024)
    page = report.page(found, checked, np.full(4, 0.9), "Toy")
    assert "| not pinned |" in page
    assert all(f"| t{i} |" in page for i in range(5))
    assert "400 synthetic truths" in page


# --- robust ---
@pytest.mark.parametrize(("agreeing", "robust_at"), [(40, True), (38, True), (37, False), (20, False)])
def test_a_sign_is_robust_only_if_95_percent_of_fits_give_it(agreeing, robust_at):
    excess = np.where(np.arange(40) < agreeing, 0.4, -0.1)
    table = {
        "point": np.repeat(np.arange(40), 2),
        "policy": np.full(80, "cut"),
        "seed": np.tile([1, 2], 40),
        "excess": np.repeat(excess, 2) + np.tile([0.05, -0.05], 40),  # luck of seeds, gone in the mean
    }
    (verdict,) = robust.verdicts(table, ["cut"])
    np.testing.assert_allclose(verdict.excess, excess)
    assert verdict.robust is robust_at
    assert verdict.words.startswith("robust" if robust_at else "not robust")


def test_a_policy_without_any_effect_has_no_robust_sign():
    verdict = robust.Verdict("nothing", np.zeros(40))
    assert not verdict.robust
    assert verdict.agreeing == 0.0


# --- the market itself ---
def test_what_is_declared_free_holds_the_world_as_it_is():
    design = free_numbers()
    units = units_of(design.sweep, present(design))
    assert np.all((units > 0.0) & (units < 1.0)), dict(zip([a.path for a in design.sweep], units, strict=True))
    np.testing.assert_allclose(values_of(design.sweep, units), present(design))


def test_free_numbers_of_another_scenario_and_what_is_no_calibration():
    assert free_numbers(scenario="p2p-runs").worlds == ("p2p-runs",)
    with pytest.raises(BadInput, match="sampled numbers only"):
        free_numbers("cut-depth")


class Engine:
    """Plays runs one after another here, counts them, and is stopped after so many."""

    def __init__(self, stop_after=10**9):
        self.stop_after, self.played = stop_after, []

    def play(self, runs):
        for run in runs:
            if len(self.played) == self.stop_after:
                raise KeyboardInterrupt
            self.played.append(run.name)
            yield play(run.name, run.work)


def test_a_calibration_that_was_stopped_goes_on_and_plays_nothing_twice(tmp_path):
    design = replace(free_numbers(), borrowers=300)
    units = np.random.default_rng(5).random((3, len(design.sweep)))
    seeds = range(1, 3)
    stopped = Engine(stop_after=4)
    with pytest.raises(KeyboardInterrupt):
        Market(design, tmp_path / "one", stopped).play(units, "bank", seeds)
    on = Engine()
    targets, values = Market(design, tmp_path / "one", on).play(units, "bank", seeds)
    assert len(stopped.played) + len(on.played) == 6
    assert not set(stopped.played) & set(on.played)
    whole = Engine()
    _, straight = Market(design, tmp_path / "two", whole).play(units, "bank", seeds)
    np.testing.assert_array_equal(values, straight)
    assert values.shape == (3, 2, len(targets))
    again = Engine()
    Market(design, tmp_path / "two", again).play(units, "bank", seeds)
    assert not again.played
    _, fresh = Market(design, tmp_path / "one", again).play(units[:1], "check", range(2, 4))
    assert len(again.played) == 2
    np.testing.assert_array_equal(fresh[0, 0], values[0, 1])  # seed 2, whatever batch it is in


def test_the_good_fits_that_come_with_it_are_many_and_lie_in_the_declared_ranges():
    design = free_numbers()
    fits = report.read_fits(SHIPPED, design.sweep)
    units = units_of(design.sweep, fits)
    assert len(fits) >= 20
    assert units.min() >= 0.0
    assert units.max() <= 1.0
    for fit in (fits[0], fits[-1]):
        load("baseline", [f"{axis.path}={value!r}" for axis, value in zip(design.sweep, fit.tolist(), strict=True)])


def test_policies_are_played_at_the_good_fits(tmp_path):
    design = replace(free_numbers(), borrowers=300)
    engine = Engine()
    fits = np.vstack([present(design), present(design)])
    fits[1, 0] *= 1.1
    (verdict,) = robust.headline(Market(design, tmp_path, engine), fits, ["limit-cut-deep"])
    assert verdict.policy == "limit-cut-deep"
    assert verdict.excess.shape == (2,)
    assert len(engine.played) == 2 * 2 * robust.SEEDS  # fits, worlds, seeds


def test_the_command_says_what_is_wrong_before_it_plays(tmp_path):
    def said(*given):
        answer = CliRunner().invoke(main, ["calibrate", "--out", str(tmp_path / "out"), *given])
        assert answer.exit_code == 1
        assert not (tmp_path / "out").exists()
        return answer.output

    assert "sampled numbers only" in said("--free", "cut-depth")
    assert "nobody" in said("nobody")
    assert "no good fits here" in said("p2p-runs", "--headline")


# --- where inputs come from ---
def test_inputs_are_sorted_by_where_they_come_from():
    settings = ["parameters.impulse=0.31", "platforms.incumbent.approval=0.2"]
    origins = {one.kind: one for one in provenance(load("limit-cut", settings).resolved())}
    usual = load("limit-cut")
    impulse, approval = usual.parameters.impulse, usual.platforms["incumbent"].approval
    said = f"impulse = 0.31 (usually {impulse:g}), incumbent approval = 0.2 (usually {approval:g})"
    assert origins["changed"].listed == said
    assert origins["changed"].count == 2
    assert sum(one.count for one in origins.values()) == origins["changed"].total
    assert "p2p cash forget hazard" in origins["calibrated"].listed
    assert "wage growth (H6)" in origins["published"].listed
    assert "necessity share" in origins["judgement"].listed


def test_inputs_of_the_korean_market_follow_its_own_calibration_and_sources_and_so_do_dated_changes():
    origins = {one.kind: one for one in provenance(load("korea-2002").resolved())}
    for free in window.FREE:
        *_, name = free.address.split(" ")[0].split(".")
        assert name.replace("_", " ") in origins["calibrated"].listed, name
    assert "lg card reach" in origins["calibrated"].listed
    assert "wage growth" in origins["judgement"].listed
    assert "job loss hazard (KR-jobless)" in origins["published"].listed
    assert "capital share (KR-capital)" in origins["published"].listed
    assert "registry 2003-01 (KR-registry)" in origins["published"].listed
    assert "multi-lender cut 2002-10" in origins["judgement"].listed
    named = load("korea-2002", ["changes.run.source="]).resolved()
    assert "run" in {one.kind: one for one in provenance(named)}["changed"].listed


def test_a_world_that_nobody_changed_says_nothing_of_changes_and_an_old_folder_nothing_at_all():
    assert "changed" not in {one.kind for one in provenance(load("baseline").resolved())}
    assert provenance({}) == []
