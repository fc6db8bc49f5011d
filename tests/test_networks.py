"""Who works where, who shops where, who are friends."""

import subprocess
import sys
import zlib

import networkx
import numpy as np
import pytest

from sim import networks
from sim.line import CHARGED_OFF, OPEN
from sim.records import LINE_DTYPE, blank

SIZES = np.exp(np.random.default_rng(5).normal(0.0, 1.0, 40))


def compiled_friends(n, seed, **how):
    """Friends as a large market has them, in a market small enough for networkx."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "CLASSROOM", 1000)
        return networks.friends_graph(*networks.friends(n, seed, **how))


def degree_shares(graph, most=12):
    degrees = np.bincount([degree for _, degree in graph.degree], minlength=most + 1)[:most + 1]
    return degrees / len(graph)


@pytest.mark.parametrize("rewired", [0.0, 0.1, 0.5, 1.0])
def test_compiled_friendships_have_the_degrees_and_clustering_of_networkx(rewired):
    ours = [compiled_friends(2000, seed, rewired=rewired) for seed in range(4)]
    theirs = [networkx.watts_strogatz_graph(2000, 4, rewired, seed=seed) for seed in range(4)]
    assert all(graph.number_of_edges() == 4000 for graph in ours)
    for measure, tolerance in ((degree_shares, 0.02), (networkx.average_clustering, 0.015)):
        means = [np.mean([measure(graph) for graph in graphs], axis=0) for graphs in (ours, theirs)]
        assert means[0] == pytest.approx(means[1], abs=tolerance)


def test_compiled_friendships_make_a_world_as_small_as_those_of_networkx():
    ours = networkx.average_shortest_path_length(compiled_friends(1001, 1))
    theirs = networkx.average_shortest_path_length(networkx.connected_watts_strogatz_graph(1001, 4, 0.1, seed=1))
    assert ours == pytest.approx(theirs, rel=0.1)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 50, 2000, 2001, 30_000])
def test_friendship_is_mutual_and_nobody_is_their_own_friend_or_a_friend_twice(n):
    offsets, neighbours = networks.friends(n, 3)
    assert (offsets.dtype, neighbours.dtype, len(offsets)) == (np.int64, np.int32, n + 1)
    one = np.repeat(np.arange(n), np.diff(offsets))
    pairs = set(zip(one.tolist(), neighbours.tolist(), strict=True))
    assert len(pairs) == len(neighbours) == offsets[-1]
    assert all(a != b and (b, a) in pairs for a, b in pairs)
    assert all((np.diff(neighbours[offsets[i]:offsets[i + 1]]) > 0).all() for i in range(n))


def test_friends_follow_the_seed_and_nothing_else():
    for n in (500, 5000):
        first, again, other = networks.friends(n, 1), networks.friends(n, 1), networks.friends(n, 2)
        assert all((a == b).all() for a, b in zip(first, again, strict=True))
        assert not np.array_equal(first[1], other[1])


def test_networks_are_the_same_in_another_process():
    program = ("import zlib, numpy; from sim import networks; size = numpy.arange(1.0, 9.0);"
               "print([zlib.crc32(a.tobytes()) for a in (*networks.friends(300, 4), *networks.friends(3000, 4),"
               "networks.employers(300, size, .5, 4), networks.shops(300, size, 4))])")
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    size = np.arange(1.0, 9.0)
    here = [zlib.crc32(a.tobytes()) for a in (*networks.friends(300, 4), *networks.friends(3000, 4),
                                               networks.employers(300, size, 0.5, 4), networks.shops(300, size, 4))]
    assert there == f"{here}\n"


def test_one_more_borrower_moves_hardly_any_friendship_and_no_job_or_shop():
    few, more = (compiled_friends(n, 7) for n in (1500, 1501))
    lost = set(few.edges) - set(more.edges)
    assert len(lost) < 10
    assert (networks.employers(1500, SIZES, 0.4, 7) == networks.employers(1501, SIZES, 0.4, 7)[:-1]).all()
    assert (networks.shops(1500, SIZES, 7) == networks.shops(1501, SIZES, 7)[:-1]).all()


def test_any_networkx_graph_can_say_who_are_friends():
    star = networkx.star_graph(4)
    offsets, neighbours = networks.friends(5, 1, graph=star)
    assert offsets.tolist() == [0, 4, 5, 6, 7, 8]
    assert neighbours.tolist() == [1, 2, 3, 4, 0, 0, 0, 0]
    untidy = networkx.MultiDiGraph([(0, 1), (1, 0), (1, 0), (2, 2), (4, 3)])
    assert networks.friends(5, 1, graph=untidy)[1].tolist() == [1, 0, 4, 3]
    assert networkx.utils.graphs_equal(networks.friends_graph(*networks.friends(5, 1, graph=star)), star)


@pytest.mark.parametrize(("graph", "words"), [
    (networkx.path_graph([0, 1, 3, 4]), "node 2 is missing"),
    (networkx.path_graph(6), "node 5 is not a borrower"),
    (networkx.path_graph([0, 1, 2, 3, 4, "eve"]), "node 'eve' is not a borrower"),
])
def test_a_graph_of_friends_that_does_not_fit_is_refused_by_naming_the_node(graph, words):
    with pytest.raises(ValueError, match=words):
        networks.friends(5, 1, graph=graph)


def test_wild_degrees_and_shares_are_refused():
    for how in ({"degree": -2}, {"degree": 5000}, {"rewired": 1.5}):
        with pytest.raises(ValueError, match="degree must be"):
            networks.friends(100, 1, **how)
    with pytest.raises(ValueError, match="between 0 and 1"):
        networks.employers(100, SIZES, 1.2, 1)
    for size in ([], [0.0, 0.0], [1.0, -1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="sizes must be"):
            networks.shops(100, size, 1)


def test_employers_have_the_degrees_of_a_networkx_configuration_model():
    n, share = 20_000, 0.4
    employer = networks.employers(n, SIZES, share, 3)
    assert (employer >= 0).mean() == pytest.approx(share, abs=0.01)
    staff = np.bincount(employer[employer >= 0], minlength=40)
    expected = np.rint(share * n * SIZES / SIZES.sum()).astype(int)
    theirs = networkx.bipartite.configuration_model([1] * expected.sum(), expected.tolist(), networkx.Graph(), seed=3)
    degrees = np.array([theirs.degree(expected.sum() + j) for j in range(40)])
    assert (np.abs(staff - degrees) < 5 * np.sqrt(degrees) + 5).all()


def test_a_larger_share_of_merchant_jobs_moves_nobody_who_had_one():
    few, more = networks.employers(5000, SIZES, 0.3, 3), networks.employers(5000, SIZES, 0.6, 3)
    assert (more[few >= 0] == few[few >= 0]).all()


def test_shops_are_different_and_visited_in_proportion_to_size():
    chosen = networks.shops(50_000, SIZES, 3)
    ordered = np.sort(chosen, axis=1)
    assert (np.diff(ordered, axis=1) > 0).all()
    first = np.bincount(chosen[:, 0], minlength=40) / 50_000
    assert first == pytest.approx(SIZES / SIZES.sum(), abs=0.006)
    # drawn one after the other without replacement: numpy's own choice is the yardstick
    yardstick = np.random.default_rng(1)
    theirs = np.concatenate([yardstick.choice(40, 4, replace=False, p=SIZES / SIZES.sum()) for _ in range(20_000)])
    ours = np.bincount(chosen.ravel(), minlength=40) / chosen.size
    assert ours == pytest.approx(np.bincount(theirs, minlength=40) / theirs.size, abs=0.006)


def test_shops_repeat_only_when_there_are_too_few_and_never_include_one_without_size():
    assert networks.shops(3, [1.0], 1).tolist() == [[0, 0, 0, 0]] * 3
    chosen = networks.shops(500, [1.0, 0.0, 2.0, 1e-300], 1)
    assert (chosen != 1).all()
    assert all(len(set(row)) == 3 and row[3] == row[0] for row in chosen.tolist())


def test_employers_and_shops_come_back_from_the_graph_made_of_them():
    employer, visited = networks.employers(200, SIZES, 0.4, 3), networks.shops(200, SIZES, 3)
    jobs, purchases = networks.merchants_graph(employer, 40), networks.merchants_graph(visited, 40)
    assert networkx.is_bipartite(jobs)
    assert networkx.is_bipartite(purchases)
    assert (networks.employers(200, SIZES, 0.9, 99, graph=jobs) == employer).all()
    assert (networks.shops(200, SIZES, 99, graph=purchases) == np.sort(visited, axis=1)).all()


def test_a_graph_of_merchants_that_does_not_fit_is_refused_by_naming_the_node():
    graph = networkx.Graph([(0, ("merchant", 0)), (0, ("merchant", 1)), (1, ("merchant", 7))])
    with pytest.raises(ValueError, match="node 2 is missing"):
        networks.employers(3, [1.0, 1.0], 0.5, 1, graph=graph)
    with pytest.raises(ValueError, match="borrower 0 has 2 merchants"):
        networks.employers(2, [1.0, 1.0], 0.5, 1, graph=graph)
    with pytest.raises(ValueError, match="no merchant; merchants are"):
        networks.shops(2, [1.0, 1.0], 1, graph=graph)
    graph.remove_node(("merchant", 7))
    with pytest.raises(ValueError, match="borrower 1 has no merchant"):
        networks.shops(2, [1.0, 1.0], 1, graph=graph)


def test_the_lending_graph_has_an_edge_for_every_debt():
    lines = blank((3, 3), LINE_DTYPE)
    lines["state"] = [[OPEN, OPEN, 0], [0, 0, CHARGED_OFF], [OPEN, 0, 0]]
    lines["revolving"] = [[100, 0, 0], [0, 0, 70], [0, 0, 0]]
    lines["instalment"] = [[0, 30, 0], [0, 0, 0], [0, 0, 0]]
    lines["months_past_due"] = [[1, 2, 0], [0, 0, 7], [0, 0, 0]]
    graph = networks.lending_graph(lines, np.array([0, 0, 1]))
    assert networkx.is_bipartite(graph)
    assert set(graph.edges) == {(0, ("platform", 0)), (1, ("platform", 1))}
    assert graph.edges[0, ("platform", 0)] == {"balance_fen": 130, "claim_fen": 0, "months_past_due": 2}
    assert graph.edges[1, ("platform", 1)] == {"balance_fen": 0, "claim_fen": 70, "months_past_due": 7}
    assert graph.degree(2) == 0


def test_compiled_and_plain_python_networks_are_identical():
    size = np.ascontiguousarray(SIZES)
    key = np.uint64(networks.month_key(3, 0))
    for function, arguments in ((networks._small_world, (60, 2, 0.3, key)),
                                (networks._employers, (60, size.cumsum(), 0.4, key)),
                                (networks._shops, (60, size, size.cumsum(), 4, key))):
        plain = getattr(function, "py_func", function)
        with np.errstate(over="ignore"):
            assert (function(*arguments) == plain(*arguments)).all()
