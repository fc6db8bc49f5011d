"""What outcomes depend on, where the answer is known: Ishigami, straight lines, planted boxes and boundaries."""

from itertools import pairwise

import numpy as np
import pytest

from analysis.drawing import drawn, png
from analysis.sensitivity.discovery import discovery, inside
from analysis.sensitivity.figures import makers
from analysis.sensitivity.indices import indices
from analysis.sensitivity.phase import BEYOND, DIES_OUT, OPEN, crossing, generations_within, phase
from analysis.sensitivity.screening import elementary_effects, screening
from analysis.sensitivity.study import sensitivity
from analysis.sensitivity.values import OUTCOMES, label, values
from scenarios.batch.design import Axis, Design
from scenarios.batch.samples import points
from scenarios.messages import BadInput


def axis(path, low=0.0, high=1.0, method="morris", n=16, values=()):
    return Axis(path, low, high, tuple(values), method, n, False, "share")


def design(*axes):
    return Design("d", "Mine", "", ("baseline",), ("limit-cut-deep",), 3, 100, 60, (), tuple(axes))


def table(made):
    """The points of a design as a table of columns."""
    found = points(made)
    columns = {path: np.array([point[path] for point in found]) for path in found[0]}
    return {"point": np.arange(len(found)), **columns}


def effects(columns, seeds=3, **outcomes):
    """A table of effects: each outcome an array [point], the same for every seed up to a luck that all points share."""
    ids = np.repeat(columns["point"], seeds)
    seed = np.tile(np.arange(1, seeds + 1), len(columns["point"]))
    return {"point": ids, "seed": seed, **{name: np.repeat(y, seeds) + 0.01 * seed for name, y in outcomes.items()}}


# --- Sobol ---
def test_the_indices_of_the_ishigami_function_are_found():
    """y = sin a + 7 sin^2 b + 0.1 c^4 sin a on (-pi, pi): S1 = 0.314, 0.442, 0; ST = 0.558, 0.442, 0.244."""
    made = design(*(axis(name, -np.pi, np.pi, "sobol", 1024) for name in "abc"))
    a, b, c = (table(made)[name] for name in "abc")
    found = indices("abc", np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))
    first, total = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
    assert found.first == pytest.approx(first, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)
    assert (np.abs(found.first - first) < 1.5 * found.first_half).all()
    assert (np.abs(found.total - total) < 1.5 * found.total_half).all()
    assert found.order.tolist() == [0, 1, 2]
    assert found.together == pytest.approx(0.244, abs=0.03)


def test_an_outcome_that_does_not_vary_has_no_indices():
    assert np.isnan(indices("ab", np.ones(4 * 8)).total).all()


# --- Morris ---
def test_a_straight_line_has_its_slopes_as_effects_and_no_bend():
    made = design(axis("a", 0, 10), axis("b", -1, 1), axis("c"))
    columns = table(made)
    found = screening(
        "abc", np.column_stack([columns[n] for n in "abc"]), (3 * columns["a"] - 2 * columns["b"])[:, None]
    )
    assert found.mu == pytest.approx([30, -4, 0])  # slope times range
    assert found.mu_star == pytest.approx([30, 4, 0])
    assert found.sigma == pytest.approx([0, 0, 0], abs=1e-9)
    assert not found.bent.any()
    assert found.order.tolist() == [0, 1, 2]


def test_an_input_that_acts_through_another_one_is_uneven_and_its_signs_do_not_cancel():
    made = design(*(axis(name, n=40) for name in "abc"))
    columns = table(made)
    y = (columns["a"] - 0.5) * (columns["b"] - 0.5) + columns["c"]
    found = screening("abc", np.column_stack([columns[n] for n in "abc"]), y[:, None])
    assert found.mu[0] == pytest.approx(0.0, abs=0.1)
    assert found.mu_star[0] > 0.2
    assert found.mu_low[0] < 0 < found.mu_high[0]
    assert found.bent.tolist() == [True, True, False]


def test_luck_alone_gives_an_input_that_moves_nothing_its_size():
    made = design(*(axis(name, n=100) for name in "abc"))
    columns = table(made)
    scatter = np.random.default_rng(3).normal(0.0, 2.0, (len(columns["point"]), 4))
    found = screening("abc", np.column_stack([columns[n] for n in "abc"]), scatter)
    assert found.mu_star == pytest.approx(found.by_luck, rel=0.15)
    assert not found.told.any()
    assert not found.bent.any()


def test_luck_that_both_ends_of_a_step_share_is_no_luck_of_the_effect():
    made = design(*(axis(name, n=20) for name in "abc"))
    columns = table(made)
    outcome = 3.0 * columns["a"][:, None] + [10.0, 20.0, 50.0]
    found = screening("abc", np.column_stack([columns[n] for n in "abc"]), outcome)
    assert found.luck == pytest.approx([0.0] * 3, abs=1e-9)
    assert found.told.tolist() == [True, False, False]


def test_elementary_effects_are_those_of_salib():
    made = design(*(axis(name, n=8) for name in "abc"))
    columns = table(made)
    inputs = np.column_stack([columns[n] for n in "abc"])
    outcome = np.exp(inputs @ [1.0, -2.0, 0.5])[:, None]
    effects, found = elementary_effects(inputs, outcome)[:, :, 0], screening("abc", inputs, outcome)
    assert effects.mean(axis=0) == pytest.approx(found.mu)
    assert np.abs(effects).mean(axis=0) == pytest.approx(found.mu_star)
    assert np.isnan(found.luck).all()


# --- PRIM ---
@pytest.fixture(scope="module")
def planted():
    """Four hundred points of a Latin hypercube; of interest: a above 0.6 and b below 0.5."""
    made = design(*(axis(name, method="lhs", n=400) for name in "abcd"))
    columns = table(made)
    inputs = np.column_stack([columns[n] for n in "abcd"])
    return inputs, (inputs[:, 0] > 0.6) & (inputs[:, 1] < 0.5)


def test_a_planted_box_is_found(planted):
    inputs, interest = planted
    found = discovery("abcd", inputs, interest)
    assert found.box.restricted.tolist() == [True, True, False, False]
    assert found.box.low[0] == pytest.approx(0.6, abs=0.03)
    assert found.box.high[1] == pytest.approx(0.5, abs=0.03)
    assert found.box.coverage > 0.9
    assert found.box.density > 0.9
    assert found.chance[:2].max() < 1e-6


def test_a_box_tells_what_lies_inside_it(planted):
    inputs, interest = planted
    for box in discovery("abcd", inputs, interest).peeled:
        held = inside(inputs, box.low, box.high)
        assert box.mass == pytest.approx(held.mean())
        assert box.density == pytest.approx(interest[held].mean())
        assert box.coverage == pytest.approx((held & interest).sum() / interest.sum())


def test_peeling_gives_up_coverage_for_density(planted):
    peeled = discovery("abcd", *planted).peeled
    assert peeled[0].coverage == peeled[0].mass == 1.0
    assert all(one.coverage >= two.coverage and one.mass > two.mass for one, two in pairwise(peeled))
    assert peeled[-1].density == 1.0


def test_where_interest_is_blind_to_the_inputs_hardly_any_restriction_is_kept(planted):
    inputs, _ = planted
    blind = [discovery("abcd", inputs, np.roll(np.arange(400) % 4 == 0, k)).box for k in range(4)]
    assert np.mean([box.restricted.sum() for box in blind]) <= 1.5
    assert max(box.density for box in blind) < 0.5


def test_a_number_of_few_values_is_peeled_value_by_value():
    inputs = np.repeat([[0.0], [1.0], [2.0], [3.0]], 25, axis=0)
    box = discovery("a", inputs, inputs[:, 0] == 3.0).box
    assert (box.low[0], box.high[0], box.density, box.coverage) == (3.0, np.inf, 1.0, 1.0)


def test_with_few_points_or_nothing_of_interest_nothing_is_looked_for():
    inputs = np.linspace(0, 1, 100)[:, None]
    assert discovery("a", inputs, np.zeros(100, bool)) is None
    assert discovery("a", inputs[:30], inputs[:30, 0] > 0.1) is None


# --- phase diagrams ---
X, Y = np.linspace(0.1, 0.9, 9), np.linspace(0.0, 2.0, 11)


def planted_spread(seeds=1, luck=0.0):
    """Direct 10 x; indirect 10 x (x + y / 2): as many as direct where x + y / 2 = 1."""
    x, y = np.meshgrid(X, Y, indexing="ij")
    shift = luck * np.linspace(-1, 1, seeds)
    direct = np.repeat((10 * x)[:, :, None], seeds, axis=2)
    return direct, (10 * x * (x + y / 2))[:, :, None] + shift


def test_a_planted_boundary_is_found():
    direct, indirect = planted_spread()
    found = phase(X, Y, direct + indirect, direct, indirect, generations=3)
    (line,) = found.boundary
    assert line[:, 0] + line[:, 1] / 2 == pytest.approx(np.ones(len(line)), abs=0.005)
    assert (line[:, 0].min(), line[:, 0].max()) == pytest.approx((0.1, 0.9), abs=0.01)
    assert found.sustained == ()  # the ratio is nowhere three
    assert found.ratio[4, 2] == pytest.approx(X[4] + Y[2] / 2)
    assert (found.told == OPEN).all()  # one seed tells nothing


def test_the_seeds_tell_where_the_spread_dies_out_and_where_it_outweighs_the_push():
    found = phase(X, Y, planted_spread(9)[1], *planted_spread(9, luck=0.5), generations=1)
    gap = X[:, None] + Y / 2 - 1
    assert (found.told[gap * 10 * X[:, None] > 0.5] == BEYOND).all()
    assert (found.told[gap * 10 * X[:, None] < -0.5] == DIES_OUT).all()
    middle, early, late = (np.vstack(lines) for lines in (found.boundary, found.earliest, found.latest))
    near = [line[np.argmin(np.abs(line[:, 0] - 0.5)), 1] for line in (early, middle, late)]
    assert near == sorted(near)
    assert near[0] < near[2]
    assert np.allclose(found.sustained[0], middle)  # one generation: where it may, it does


def test_no_push_has_no_ratio_and_divides_by_nothing():
    nothing = np.zeros((2, 2, 3))
    found = phase([0, 1], [0, 1], nothing, nothing, nothing + 1.0, generations=2)
    assert np.isnan(found.ratio).all()
    assert found.boundary == ()


def test_a_push_that_the_seeds_cannot_tell_from_nothing_has_no_ratio():
    direct = np.array([[[-1.0, 1.5], [2.0, 2.1]]] * 2)
    found = phase([0, 1], [0, 1], direct, direct, np.ones((2, 2, 2)), generations=2)
    assert np.isnan(found.ratio[:, 0]).all()
    assert found.ratio[:, 1] == pytest.approx([1 / 2.05] * 2)


def test_a_place_that_is_just_on_the_boundary_makes_no_line():
    surface = np.ones((3, 3))
    surface[1, 1] = 0.0
    assert crossing([0, 1, 2], [0, 1, 2], surface) == ()


def test_a_boundary_leaves_out_what_is_not_known():
    surface = X[:, None] - 0.5 + 0 * Y
    surface[:, 5] = np.nan
    lines = crossing(X, Y, surface)
    assert len(lines) == 2
    assert np.vstack(lines)[:, 0] == pytest.approx(np.full(len(np.vstack(lines)), 0.5))


def test_generations_take_at_least_the_months_to_a_default():
    assert [generations_within(months) for months in (1, 4, 7, 13, 60)] == [1, 1, 1, 3, 15]


# --- the tables of a batch ---
def test_points_keep_only_the_seeds_that_all_of_them_have():
    columns = {"point": np.array([7, 3])}
    some = {"point": np.array([3, 7, 7, 3]), "seed": np.array([1, 1, 2, 3]), "excess": np.array([5.0, 6.0, 7.0, 8.0])}
    found = values(columns, some, OUTCOMES["excess"])
    assert found.seeds == (1,)
    assert found.table.tolist() == [[6.0], [5.0]]


def test_missing_results_are_told():
    columns, some = {"point": np.arange(3)}, {"point": np.array([0]), "seed": np.array([1]), "excess": np.array([1.0])}
    with pytest.raises(BadInput, match=r"2 of 3 points have no result for excess defaults; run rollover batch again"):
        values(columns, some, OUTCOMES["excess"])


def test_an_outcome_that_nobody_has_described_is_refused():
    some = {"point": np.array([0]), "seed": np.array([1]), "exces": np.array([1.0])}
    with pytest.raises(BadInput, match='did you mean "excess"'):
        sensitivity({"point": np.array([0])}, some, design())


def test_luck_that_all_points_share_is_no_noise_and_luck_of_each_is():
    columns = {"point": np.arange(200)}
    shared = values(columns, effects(columns, 4, excess=np.arange(200.0)), OUTCOMES["excess"])
    assert shared.noise == pytest.approx(0.0, abs=1e-12)
    own = effects(columns, 4, excess=np.zeros(200))
    own["excess"] = np.sin(np.arange(800) ** 2)  # nothing but scatter
    assert values(columns, own, OUTCOMES["excess"]).noise == pytest.approx(1.0, abs=0.2)


def test_one_given_dimension_makes_a_curve_whose_bend_is_told():
    depths = (0.9, 0.1, 0.5)
    made = design(axis("changes.cut.value", 0.1, 0.9, "list", 3, depths))
    columns = table(made)
    (study,) = sensitivity(columns, effects(columns, excess=columns["changes.cut.value"] ** 2), made)
    found = study.curve
    assert found.x.tolist() == [0.1, 0.5, 0.9]
    assert [one.mean for one in found.at] == pytest.approx([0.03, 0.27, 0.83])
    assert found.rise.mean == pytest.approx(0.8)
    assert found.bend.mean == pytest.approx((0.03 + 0.83) / 2 - 0.27)
    assert found.bend.low > 0


def test_a_sample_is_studied_once_for_each_given_value_and_policy():
    made = design(axis("parameters.impulse", method="lhs", n=60), axis("g", method="grid", n=2, values=(1.0, 2.0)))
    columns = table(made)
    one = effects(columns, excess=columns["parameters.impulse"] * columns["g"])
    both = {name: np.concatenate([column, column]) for name, column in one.items()}
    both["policy"] = np.repeat(["near", "far"], len(one["seed"]))
    studies = sensitivity(columns, both, made)
    assert [(s.policy, s.at) for s in studies] == [(p, {"g": g}) for p in ("near", "far") for g in (1.0, 2.0)]
    assert studies[0].discovery.box.low[0] == pytest.approx(0.75, abs=0.03)
    assert studies[0].name == "near-excess-1"
    assert studies[0].pair == "near"


def test_worlds_are_told_apart_and_named_with_their_policy():
    made = design(axis("a", method="grid", n=2, values=(0.5, 1.0)))
    columns = table(made)
    two = {name: np.concatenate([column, column]) for name, column in effects(columns, excess=columns["a"]).items()}
    two["excess"][len(two["seed"]) // 2 :] += 5.0
    two |= {"world": np.repeat(["calm", "rough"], len(two["seed"]) // 2), "policy": np.full(len(two["seed"]), "cut")}
    calm, rough = sensitivity(columns, two, made)
    assert (calm.pair, rough.name) == ("cut against calm", "rough-cut-excess")
    assert rough.curve.at[0].mean == pytest.approx(calm.curve.at[0].mean + 5.0)


def test_two_given_dimensions_make_a_map_in_which_lists_are_one():
    depths = (0.2, 0.4, 0.6)
    made = design(
        axis("changes.cut.value", method="list", n=3, values=depths),
        axis("changes.cash-cut.value", method="list", n=3, values=depths),
        axis("parameters.adoption_hazard", 0.0, 0.1, "grid", 2, (0.0, 0.1)),
    )
    columns = table(made)
    depth, overlap = columns["changes.cut.value"], columns["parameters.adoption_hazard"]
    direct, indirect = 10 * depth, 100 * depth * overlap
    found = sensitivity(columns, effects(columns, excess=direct + indirect, direct=direct, indirect=indirect), made)
    assert [study.outcome.name for study in found] == ["excess", "direct", "indirect"]
    map_of = found[0].phase
    assert map_of.x.tolist() == list(depths)
    assert map_of.y.tolist() == [0.0, 0.1]
    assert map_of.outcome[:, 1] == pytest.approx([20 * d + 0.02 for d in depths])  # 0.02: the mean luck of the seeds
    assert map_of.ratio[:, 0] == pytest.approx([0.0] * 3, abs=0.02)
    assert map_of.generations == 3  # from December 2020 to December 2021


# --- figures ---
def studies():
    """One study of each kind, on outcomes of different size and sign."""
    names = ("parameters.impulse", "changes.cut.value", "platforms.incumbent.products.pay-later.reach")
    for method, n in (("morris", 8), ("sobol", 32), ("lhs", 60)):
        made = design(*(axis(name, method=method, n=n) for name in names))
        columns = table(made)
        a, b, c = (columns[name] for name in names)
        yield from sensitivity(
            columns, effects(columns, losses=1e5 * a * (b > 0.5), excess=-1e-3 * a * b + 1e-4 * c), made
        )
    made = design(axis("a", method="grid", n=2, values=(0.5, 1.0)))
    columns = table(made)
    yield from sensitivity(columns, effects(columns, excess=-columns["a"]), made)
    made = design(axis("a", method="grid", n=9, values=X), axis("b", method="grid", n=11, values=Y))
    columns = table(made)
    direct, indirect = (block[:, :, 0].ravel() for block in planted_spread())
    yield from sensitivity(columns, effects(columns, excess=direct - 4, direct=direct, indirect=indirect), made)


def test_every_study_is_drawn_with_a_title_units_and_words_for_those_who_cannot_see():
    kinds = set()
    for study in studies():
        for name, drawing in drawn(makers(study)).items():
            kinds.add(name.rsplit("-", 1)[1])
            assert drawing.figure.get_suptitle()
            assert any(axes.get_xlabel() for axes in drawing.figure.axes)
            assert study.outcome.words in drawing.alt
            assert drawing.caption.endswith(".")
            assert png(drawing).startswith(b"\x89PNG")
    assert kinds == {"screening", "indices", "discovery", "phase", "curve"}


def test_an_address_is_said_as_a_person_would():
    assert label("parameters.job_loss_hazard") == "job loss hazard"
    assert label("changes.cut.value") == "cut value"
    assert label("platforms.incumbent.products.pay-later.reach") == "incumbent pay-later reach"
