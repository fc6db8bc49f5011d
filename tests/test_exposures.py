"""How lenders hang together through shared borrowers: worked by hand, and against networkx and addressed chance."""

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from markets import ONE_LENDER, TWO_LENDERS, model_of
from paired import owed as owed_on_lines

from analysis.explain.network import measures as exposures
from analysis.explain.network.closings import (
    Closings,
    Network,
    Observed,
    close_each,
    extra_default,
    network_measures,
    read_network,
)
from analysis.explain.network.map import exposure_map
from analysis.explain.network.table import MEASURES, rows, sentences
from analysis.explain.twins import REFORM, Case, Twins
from scenarios.runner import plan
from scenarios.schema import Behaviour
from sim.chance import SHOP, month_key, uniform

#: Four people, three platforms, fen: one owes A alone, one A and B, one all, one nobody.
OWED = np.array([[100, 0, 0], [200, 50, 0], [300, 60, 7], [0, 0, 0]])
NOBODY_SHARED = np.array([[100, 0], [300, 0], [0, 70]])


def weights_of(size):
    """Strategy: weights of so many platforms, none on the diagonal."""
    return arrays(float, (size, size), elements=some.floats(0, 1.5)).map(lambda w: w * (1 - np.eye(size)))


def by_chance(rates, people):
    """Who is in default where if every platform's rate falls by addressed chance, yes or no [person, platform]."""
    key = month_key(5, 0)
    return np.array([[uniform(key, SHOP, i, p) < rate for p, rate in enumerate(rates)] for i in range(people)])


# --- who is shared ---
def test_shared_borrowers_and_what_they_owe_are_those_counted_by_hand():
    assert exposures.shared_borrowers(OWED).tolist() == [[3, 2, 1], [2, 2, 1], [1, 1, 1]]
    assert exposures.shared_balance(OWED).tolist() == [[600, 500, 300], [110, 110, 60], [7, 7, 7]]


@given(arrays(np.int64, (6, 4), elements=some.integers(0, 2)))
def test_shared_borrowers_are_the_projection_of_the_borrower_platform_graph_as_networkx_has_it(owed):
    graph = nx.Graph()
    graph.add_nodes_from((("platform", p) for p in range(4)), bipartite=1)
    graph.add_nodes_from((("person", i) for i in range(6)), bipartite=0)
    graph.add_edges_from((("person", i), ("platform", p)) for i, p in np.argwhere(owed > 0))
    tied = nx.bipartite.weighted_projected_graph(graph, [("platform", p) for p in range(4)])
    people = exposures.shared_borrowers(owed)
    for p, q in itertools.combinations(range(4), 2):
        assert (
            people[p, q]
            == people[q, p]
            == (tied.edges.get((("platform", p), ("platform", q))) or {"weight": 0})["weight"]
        )
    assert np.diag(people).tolist() == [graph.degree(("platform", p)) for p in range(4)]


# --- what one loses if another closes ---
def test_an_exposure_is_the_loss_on_the_shared_balance_against_capital():
    weights = exposures.exposure(OWED, [0.1, 0.2, 0.5], capital=[100, 10, 1], own_share=[1.0, 0.5, 0.1], loss=0.5)
    by_hand = [
        [0, 0.5 * 1.0 * 0.2 * 500 / 100, 0.5 * 1.0 * 0.5 * 300 / 100],
        [0.5 * 0.5 * 0.1 * 110 / 10, 0, 0.5 * 0.5 * 0.5 * 60 / 10],
        [0.5 * 0.1 * 0.1 * 7 / 1, 0.5 * 0.1 * 0.2 * 7 / 1, 0],
    ]
    by_hand[1][2] = min(1.0, by_hand[1][2])
    np.testing.assert_allclose(weights, by_hand)


def test_without_capital_everything_is_lost_and_closing_that_saves_people_costs_nobody():
    weights = exposures.exposure(OWED, [0.1, -0.2, np.nan], capital=[0, 10, -5], own_share=np.ones(3))
    assert weights[0].tolist() == [0, 0, 0]
    assert weights[2].tolist() == [1, 0, 0]


def test_a_market_without_overlap_has_no_exposure_and_one_registration_for_each_default():
    assert not exposures.exposure(NOBODY_SHARED, [0.5, 0.5], [1, 1], [1, 1]).any()
    bad = np.array([[True, False], [False, False], [False, True]])
    assert exposures.registrations_per_person(bad) == 1.0
    assert exposures.clustering_within_people(NOBODY_SHARED > 0, bad) == 1.0
    assert exposures.cross_default_share(NOBODY_SHARED, bad) == 0.0


# --- how distress passes on ---
def test_two_lenders_pass_distress_to_and_fro_as_worked_by_hand():
    """h1 = 0.1 + 0.5 h2 and h2 = 0.2 h1 give h1 = 1/9."""
    distress = exposures.debt_rank(np.array([[0, 0.5], [0.2, 0]]), [0.1, 0.0])
    np.testing.assert_allclose(distress, [1 / 9, 0.2 / 9])


def test_along_a_chain_of_three_distress_is_the_product_of_the_weights():
    weights = np.array([[0, 0, 0], [0.5, 0, 0], [0, 0.4, 0]])
    np.testing.assert_allclose(exposures.debt_rank(weights, [1, 0, 0]), [1, 0.5, 0.2])


def test_nobody_loses_more_than_everything_however_strong_the_ties():
    assert exposures.debt_rank(np.array([[0, 3.0], [3.0, 0]]), [0.01, 0.0]).tolist() == [1, 1]


@given(arrays(float, 4, elements=some.floats(0, 1)))
def test_without_ties_what_is_lost_is_exactly_the_shock(shock):
    assert exposures.debt_rank(np.zeros((4, 4)), shock).tolist() == shock.tolist()


@given(weights_of(3), weights_of(3), arrays(float, 3, elements=some.floats(0, 1)))
def test_stronger_ties_never_mean_less_distress_and_it_stays_between_the_shock_and_everything(weights, more, shock):
    less, most = exposures.debt_rank(weights, shock), exposures.debt_rank(weights + more, shock)
    assert (most >= less - 1e-9).all()
    assert (less >= shock).all()
    assert (most <= 1).all()


@given(weights_of(3), arrays(float, 3, elements=some.floats(0, 1)))
def test_it_is_the_recursion_of_the_source(weights, shock):
    was, now = np.zeros(3), shock
    for _ in range(300):
        was, now = now, np.minimum(1.0, now + weights @ (now - was))
    distress = exposures.debt_rank(weights, shock)
    assert (distress >= now - 1e-9).all()
    if (weights.sum(axis=1) < 0.9).all():
        np.testing.assert_allclose(distress, now, atol=1e-9)


def test_losses_are_shares_of_capital_and_never_more_than_all_of_it():
    lost = np.array([[0, 5, -5], [30, 0, 0], [1, 0, 0]])
    assert exposures.of_capital(lost, [10, 20, 0]).tolist() == [[0, 0.5, -0.5], [1, 0, 0], [1, 0, 0]]
    np.testing.assert_allclose(exposures.weighed([[9, 0.5], [0.2, 9]], [30, 70]), [0.2 * 0.7, 0.5 * 0.3])


def test_debtrank_counts_the_distress_of_the_others_by_their_books():
    weights = np.array([[0, 0.5], [0.2, 0]])
    np.testing.assert_allclose(exposures.impact(weights, [30, 70]), [0.2 * 0.7, 0.5 * 0.3])
    assert np.isnan(exposures.impact(weights, [0, 0])).all()


def test_a_loss_shared_by_all_grows_by_what_is_passed_on():
    """Of two alike with weight w, h = s + w h: the loss grows 1 / (1 - w) times."""
    weights = np.array([[0, 0.5], [0.5, 0]])
    assert exposures.amplification(weights, [1, 1]) == pytest.approx(2.0)
    assert exposures.amplification(np.zeros((2, 2)), [1, 3]) == 1.0


# --- the centre ---
def test_of_a_star_the_hub_is_the_centre():
    people = np.zeros((4, 4))
    people[2, :] = people[:, 2] = 8
    centre = exposures.find_centre(people)
    assert centre.platforms == (2,)
    assert centre.fit == pytest.approx(1.0)


def test_a_weaker_tie_to_the_centre_makes_the_fit_worse_as_worked_by_hand():
    """Of three with ties 4, 2 and 0 the pattern 1, 1, 0 correlates with sqrt(3) / 2."""
    centre = exposures.find_centre([[9, 4, 2], [4, 9, 0], [2, 0, 9]])
    assert centre.platforms == (0,)
    assert centre.fit == pytest.approx(np.sqrt(3) / 2)


def test_where_all_ties_are_alike_there_is_no_centre():
    for people in (np.ones((4, 4)), np.eye(2)):
        centre = exposures.find_centre(people)
        assert centre.platforms == ()
        assert np.isnan(centre.fit)


# --- how defaults cluster ---
def test_registrations_against_independence_as_worked_by_hand():
    """Both platforms have four clients and two defaults: independent, 4 (1 - 1/4) = 3 people would be hit, not 2."""
    exposed = np.ones((4, 2), dtype=bool)
    together = np.array([[True, True], [True, True], [False, False], [False, False]])
    assert exposures.registrations_per_person(together) == 2.0
    assert exposures.clustering_within_people(exposed, together) == 1.5
    apart = np.array([[True, False], [True, False], [False, True], [False, True]])
    assert exposures.clustering_within_people(exposed, apart) == 0.75


def test_defaults_that_fall_by_chance_cluster_neither_within_people_nor_among_friends():
    bad = by_chance((0.2, 0.1, 0.3), 4000)
    assert exposures.clustering_within_people(np.ones_like(bad), bad) == pytest.approx(1.0, abs=0.03)
    offsets, friends = ring(4000)
    one = exposures.clustering_among_friends(offsets, friends, bad.any(axis=1), np.arange(4000) % 5)
    assert one == pytest.approx(1.0, abs=0.06)


def ring(people):
    """Everybody knows the two neighbours in a ring."""
    pairs = np.array([sorted([(i - 1) % people, (i + 1) % people]) for i in range(people)])
    return 2 * np.arange(people + 1), pairs.ravel()


def test_friends_in_default_against_chance_as_worked_by_hand():
    """A line of four: of its three pairs, two defaults would hit one with chance 3 * (2/4 * 1/3) = 1/2."""
    offsets, friends = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2])
    bad, one_group = np.array([True, True, False, False]), np.zeros(4, dtype=int)
    assert exposures.clustering_among_friends(offsets, friends, bad, one_group) == pytest.approx(2.0)
    # In groups {0, 2} and {1, 3} with one default each, every pair is hit with chance 1/4: 3/4 in all.
    assert exposures.clustering_among_friends(offsets, friends, bad, np.array([7, 3, 7, 3])) == pytest.approx(4 / 3)


def test_dealt_out_in_every_possible_way_defaults_among_friends_are_as_expected_on_average():
    offsets, friends = ring(6)
    ratios = []
    for hit in itertools.combinations(range(6), 3):
        bad = np.isin(np.arange(6), hit)
        ratios.append(exposures.clustering_among_friends(offsets, friends, bad, np.zeros(6, dtype=int)))
    assert np.mean(ratios) == pytest.approx(1.0)


def test_the_debt_of_those_in_default_at_two_lenders_is_a_share_of_that_of_all_in_default():
    bad = np.array([[True, False, False], [False, False, False], [True, False, True], [False, False, False]])
    assert exposures.cross_default_share(OWED, bad) == 367 / 467


def test_where_nobody_is_in_default_nothing_is_said():
    nobody = np.zeros((4, 3), dtype=bool)
    offsets, friends = ring(4)
    for value in (
        exposures.registrations_per_person(nobody),
        exposures.clustering_within_people(OWED > 0, nobody),
        exposures.clustering_among_friends(offsets, friends, nobody.any(axis=1), np.zeros(4, dtype=int)),
        exposures.cross_default_share(OWED, nobody),
    ):
        assert np.isnan(value)


# --- closing a lender ---
def test_the_extra_default_counts_only_shared_borrowers_and_only_defaults_elsewhere():
    baseline = np.zeros((4, 3), dtype=bool)
    closed = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=bool)
    assert extra_default(OWED, 0, baseline, closed) == 0.5  # of the two shared, one at B; the other at A alone
    assert extra_default(OWED, 0, closed, baseline) == -0.5
    assert np.isnan(extra_default(NOBODY_SHARED, 0, baseline[:3, :2], closed[:3, :2]))


def observed_of(case, seed):
    with Twins(case, seed) as twins:
        [ends] = twins.play([REFORM], lambda *worlds: [read_network(world) for world in worlds])
        before, closings = close_each(twins)
    return Observed(before, *ends, closings)


@pytest.fixture(scope="module")
def small():
    """A small default market with a deep cut, and what was observed of two seeds."""
    planned = plan("limit-cut-deep", borrowers=3000, seeds=2, months=51)
    case = Case(*planned.worlds, 3000, planned.size.shop_count(), 51, planned.reference, 47)
    return case, [observed_of(case, seed) for seed in (1, 2)]


def test_a_lender_that_closes_pushes_people_whom_it_shares_into_default_elsewhere(small):
    _, observed = small
    assert sum(np.nansum(one.closings.extra_default) for one in observed) > 0
    assert sum(np.sum(one.closings.loss[0]) for one in observed) > 0
    assert all((one.before.weights(one.closings.extra_default) >= 0).all() for one in observed)


@pytest.mark.parametrize("more", [{}, {"parameters": Behaviour(job_loss_hazard=0.02)}], ids=["none", "from the start"])
def test_what_closings_do_does_not_depend_on_the_reform(small, more):
    case, observed = small
    other = replace(case, reform=case.baseline.model_copy(update=more))
    assert other.branches == (not more)
    with Twins(other, 1) as twins:
        before, closings = close_each(twins)
    np.testing.assert_array_equal(closings.extra_default, observed[0].closings.extra_default)
    np.testing.assert_array_equal(closings.loss, observed[0].closings.loss)
    np.testing.assert_array_equal(before.owed, observed[0].before.owed)


# --- read from a world ---
def test_what_is_read_is_what_the_market_says_of_itself():
    model = model_of(TWO_LENDERS, borrowers=600, seed=3).run(30)
    network = read_network(model)
    assert network.book.tolist() == model.market.platforms["book"].tolist()
    assert (network.owed == owed_on_lines(model)).all()
    assert ((network.owed > 0).sum(axis=1) == model.market.borrowers["lenders"]).all()
    assert network.in_default.any()
    assert (model.market.borrowers["bad_record"][network.in_default.any(axis=1)] > 0).all()
    assert (network.debt >= network.owed).all()


ALONE = Closings(np.array([np.nan]), np.zeros((1, 1)))


def test_with_one_lender_there_is_nothing_to_share():
    network = read_network(model_of(ONE_LENDER, borrowers=600, seed=3).run(30))
    found = network_measures(network, ALONE)
    assert found["registrations per person in default", "", ""] == 1.0
    assert found["registrations against independence", "", ""] == pytest.approx(1.0)
    assert found["borrowers with two lenders", "", ""] == 0.0
    assert found["DebtRank", "shop", ""] == 0.0
    assert found["amplification", "", ""] == pytest.approx(1.0)
    only = Observed(network, network, network, ALONE)
    assert len(sentences([only], ("one", "two"))) == 1
    figure, _, _ = exposure_map([only], "2020-11")
    assert figure.get_suptitle() == "2020-11: no lender shares a borrower with another"


# --- put into rows, words and a figure ---
CLOSINGS = Closings(np.array([0.01, 0.002, 0.001]), np.array([[0, 0.1, 0.0], [0.5, 0, -0.2], [1.0, 0, 0]]))


def tiny(bad=((1, 0, 0), (0, 0, 0), (1, 0, 1), (0, 0, 0))):
    """The network of four people and three platforms above; the first two platforms are online."""
    capital, online = np.array([100, 10, 1]), np.array([True, True, False])
    bad, lowest = np.array(bad, dtype=bool), np.zeros(4, dtype=int)
    return Network(("A", "B", "C"), OWED, OWED, bad, capital, np.ones(3), online, lowest, *ring(4))


def test_every_measure_is_in_the_table_with_its_unit_for_both_worlds(small):
    _, observed = small
    table = rows(observed, ("baseline", "limit-cut-deep"), ("2020-11", "2021-03"))
    assert {row["measure"] for row in table} == set(MEASURES)
    assert {(row["world"], row["month"]) for row in table} == {
        ("baseline", "2020-11"), ("baseline", "2021-03"), ("limit-cut-deep", "2021-03")}  # fmt: skip
    assert all(row["unit"] and row["meaning"] and row["source"] for row in table)
    assert len({tuple(row[key] for key in ("measure", "platform", "other", "world", "month")) for row in table}) == len(
        table
    )


def test_a_measure_is_averaged_over_the_seeds_in_which_it_is_defined():
    nobody = tiny(np.zeros((4, 3)))
    seeds = [Observed(tiny(), tiny(), nobody, CLOSINGS), Observed(nobody, tiny(), nobody, CLOSINGS)]
    table = {(row["measure"], row["world"], row["month"]): row for row in rows(seeds, ("one", "two"), ("1", "2"))
             if not row["platform"]}  # fmt: skip
    first = table["registrations per person in default", "one", "1"]
    assert (first["mean"], first["seeds"]) == (1.5, 1)
    assert np.isnan(table["registrations per person in default", "two", "2"]["mean"])
    assert table["borrowers with two online lenders", "one", "1"]["mean"] == 2 / 3


def test_the_sentences_name_the_closest_tie_and_the_weightiest_lender():
    seen = Observed(tiny(), tiny(), tiny(), CLOSINGS)
    tie, weight, level = sentences([seen], ("calm", "cut"))
    assert "Of each yuan owed to B before the policy, 100 fen were owed by people who also owed A" in tie
    assert "The largest DebtRank is that of A" in weight
    assert "10 per 1,000" in weight
    assert "its closing comes to 8.6 % on the same scale" in weight  # (0.5 * 110 + 1 * 7) / 717
    assert "1.50 under calm and 1.50 under cut" in level


def test_the_figure_shows_every_pair_and_puts_the_largest_book_first():
    figure, alt, caption = exposure_map([Observed(tiny(), tiny(), tiny(), CLOSINGS)], "2020-11")
    heat, bars = figure.axes
    assert [label.get_text() for label in heat.get_yticklabels()] == ["A", "B", "C"]
    assert len(heat.texts) == 6
    assert len(bars.patches) == 3
    assert "if A closed, B would lose 8.8 % of its capital" in figure.get_suptitle().replace("\n", " ").replace(
        "\xa0", " "
    )
    assert "A closes: B 8.8 %" in alt
    assert "B 0.7, as played 8.4" in alt  # 0.1 * 600 / 717
    assert caption
