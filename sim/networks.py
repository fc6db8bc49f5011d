"""Who works where, who shops where, who are friends.

Friends are kept as one list after another: those of person i are ``neighbours[offsets[i]:offsets[i + 1]]``.
Any of the three networks may be given as a networkx graph, and ``*_graph`` turns arrays into one for study.
In a graph borrowers are the nodes 0..n-1, merchant j is ``("merchant", j)`` and platform p is ``("platform", p)``.
"""

import networkx
import numpy as np

from sim.chance import EMPLOYER, FRIEND, FRIEND_END, SHOP, month_key, uniform
from sim.compiled import loop, rule
from sim.line import CHARGED_OFF, NONE

CLASSROOM = 2000  #: borrowers up to which networkx builds the friendships


# --- friends: a small world ---
def friends(n, seed, *, graph=None, degree=4, rewired=0.1):
    """Who are friends: a small world (Watts and Strogatz 1998), or the graph given.

    Everybody stands in a ring and knows the ``degree / 2`` nearest on each side; then each friendship, with probability
    ``rewired``, is exchanged for one with somebody anywhere, never oneself and never the same person twice. Up to
    CLASSROOM people networkx builds it; above, the same rule is compiled and draws addressed numbers.

    n: people; seed: integer; graph: any networkx graph on the nodes 0..n-1, of which direction, repetition and loops
    are ignored; degree: mean number of friends, an odd one counts as the even number below; rewired: share.
    Returns (offsets int64[n+1], neighbours int32), each person's friends in rising order.
    """
    if graph is None and not (0 <= degree <= CLASSROOM // 2 and 0.0 <= rewired <= 1.0):
        raise ValueError(f"degree must be 0 to {CLASSROOM // 2} and rewired 0 to 1, not {degree} and {rewired}")
    if graph is None and n <= CLASSROOM:
        number = int(uniform(month_key(seed, 0), FRIEND, 0) * 2**32)
        graph = networkx.watts_strogatz_graph(n, min(degree, n), rewired, seed=number) if n > 0 else networkx.Graph()
    if graph is not None:
        return _lists(n, *_edges(graph, n))
    ends = _small_world(n, degree // 2, rewired, month_key(seed, 0))
    return _lists(n, np.repeat(np.arange(n, dtype=np.int32), degree // 2), ends.reshape(-1))


@loop
def _small_world(n, half, rewired, chance):
    """The far ends of everybody's own friendships, int32[n, half]: the loop of Watts and Strogatz as networkx has it.

    Each friendship belongs to one of the two, so looking through two short rows tells whether it exists. A new friend
    is drawn below the next power of two until it is a person: one more borrower moves hardly anybody's friends.
    """
    ends = np.empty((n, half), np.int32)
    for person in range(n):
        for which in range(half):
            ends[person, which] = (person + which + 1) % n
    room = 1
    while room < n:
        room *= 2
    for which in range(half):
        for person in range(n):
            if uniform(chance, FRIEND, person, which) < rewired:
                draw = which
                friend = int(uniform(chance, FRIEND_END, person, draw) * room)
                while friend >= n or friend == person or _know(ends, person, friend):
                    draw += half
                    friend = int(uniform(chance, FRIEND_END, person, draw) * room)
                ends[person, which] = friend
    return ends


@rule
def _know(ends, one, other):
    """Whether two people are friends already."""
    for which in range(ends.shape[1]):  # noqa: SIM110 - compiled code has no generators
        if ends[one, which] == other or ends[other, which] == one:
            return True
    return False


@loop
def _lists(n, first, second):
    """Pairs of friends as lists: count, add up, fill in, and put each short list in order."""
    offsets = np.zeros(n + 1, np.int64)
    for edge in range(len(first)):
        offsets[first[edge] + 1] += 1
        offsets[second[edge] + 1] += 1
    for person in range(n):
        offsets[person + 1] += offsets[person]
    place = offsets[:-1].copy()
    neighbours = np.empty(2 * len(first), np.int32)
    for edge in range(len(first)):
        for one, other in ((first[edge], second[edge]), (second[edge], first[edge])):
            at = place[one]
            while at > offsets[one] and neighbours[at - 1] > other:
                neighbours[at] = neighbours[at - 1]
                at -= 1
            neighbours[at] = other
            place[one] += 1
    return offsets, neighbours


# --- merchants: who works and who shops there ---
def employers(n, size, share, seed, *, graph=None):
    """Who works where: with probability ``share`` at a merchant, chosen in proportion to size, else outside.

    n: people; size: weight of each merchant, at least 0; share: 0-1; seed: integer; graph: a networkx graph with at
    most one merchant beside each borrower, used instead. Returns int32[n]: merchant index, -1 for the outside economy.
    """
    size = _checked_size(size)
    if graph is not None:
        return _table(graph, n, len(size), 1)[:, 0]
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"the share of borrowers who work for a merchant must be between 0 and 1, not {share}")
    return _employers(n, np.cumsum(size), float(share), month_key(seed, 0))


def shops(n, size, seed, *, graph=None, count=4):
    """Who shops where: ``count`` different merchants each, drawn one after the other in proportion to size.

    If fewer merchants than that have any size, their list is repeated. n: people; size: weight of each merchant, at
    least 0; seed: integer; graph: a networkx graph with 1 to ``count`` merchants beside each borrower, used instead.
    Returns int32[n, count]: merchant indices.
    """
    size = _checked_size(size)
    if graph is not None:
        table = _table(graph, n, len(size), count)
        if (table < 0).any():
            raise ValueError(f"borrower {np.argmin(table[:, 0])} has no merchant in the graph, but must shop somewhere")
        return table
    return _shops(n, size, np.cumsum(size), count, month_key(seed, 0))


@loop
def _employers(n, cumulative, share, chance):
    chosen = np.full(n, -1, np.int32)
    last = len(cumulative) - 1
    for person in range(n):
        if uniform(chance, EMPLOYER, person, 0) < share:
            target = uniform(chance, EMPLOYER, person, 1) * cumulative[last]
            chosen[person] = min(np.searchsorted(cumulative, target, "right"), last)
    return chosen


@loop
def _shops(n, size, cumulative, count, chance):
    """Draw without replacement: one number a shop, stretched over the sizes not chosen yet."""
    chosen = np.empty((n, count), np.int32)
    different = 0
    for merchant in range(len(size)):
        different += size[merchant] > 0.0
    different = min(different, count)
    order = np.empty(count, np.int32)
    for person in range(n):
        left = cumulative[-1]
        for which in range(different):
            target = uniform(chance, SHOP, person, which) * left
            for k in range(which):  # step over what is chosen, from the left
                if target >= cumulative[order[k]] - size[order[k]]:
                    target += size[order[k]]
            shop = min(np.searchsorted(cumulative, target, "right"), len(size) - 1)
            while size[shop] == 0.0 or _among(order, which, shop):  # a rounding at an edge
                shop = (shop + 1) % len(size)
            chosen[person, which] = shop
            left -= size[shop]
            at = which
            while at > 0 and order[at - 1] > shop:
                order[at] = order[at - 1]
                at -= 1
            order[at] = shop
        for which in range(different, count):
            chosen[person, which] = chosen[person, which - different]
    return chosen


@rule
def _among(chosen, count, shop):
    for k in range(count):  # noqa: SIM110
        if chosen[k] == shop:
            return True
    return False


def _checked_size(size):
    size = np.ascontiguousarray(size, np.float64)
    if size.ndim != 1 or not np.isfinite(size).all() or (size < 0).any() or not size.sum() > 0:
        raise ValueError("merchants' sizes must be finite, none below 0, and at least one above 0")
    return size


# --- graphs that the user gives ---
def _edges(graph, n):
    """The different pairs of a graph on 0..n-1 as two int32 arrays; a ValueError names the node that is wrong."""
    _check_people(graph, n)
    for node in graph:
        if not _is_index(node, n):
            raise ValueError(f"friends: node {node!r} is not a borrower; the nodes must be 0 to {n - 1}")
    pairs = [(one, other) for one, other in networkx.Graph(graph).edges if one != other]
    both = np.array(pairs, np.int32).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def _table(graph, n, merchants, count):
    """Each borrower's merchants in a graph, repeated to int32[n, count], -1 for none; an error names the wrong node."""
    _check_people(graph, n)
    table = np.full((n, count), -1, np.int32)
    for person in range(n):
        found = sorted({_merchant(node, merchants, person) for node in networkx.all_neighbors(graph, person)})
        if len(found) > count:
            raise ValueError(f"borrower {person} has {len(found)} merchants in the graph, but may have at most {count}")
        if found:
            table[person] = np.resize(found, count)
    return table


def _merchant(node, merchants, person):
    if isinstance(node, tuple) and len(node) == 2 and node[0] == "merchant" and _is_index(node[1], merchants):
        return int(node[1])
    raise ValueError(
        f"borrower {person} has the neighbour {node!r}, which is no merchant; "
        f'merchants are the nodes ("merchant", 0) to ("merchant", {merchants - 1})'
    )


def _check_people(graph, n):
    missing = next((person for person in range(n) if person not in graph), None)
    if missing is not None:
        raise ValueError(f"node {missing} is missing from the graph: every borrower, 0 to {n - 1}, must be a node")


def _is_index(node, count):
    return isinstance(node, (int, np.integer)) and 0 <= node < count


# --- arrays as graphs, for the study of small markets ---
def friends_graph(offsets, neighbours):
    """The friendships as a networkx graph on 0..n-1."""
    graph = networkx.empty_graph(len(offsets) - 1)
    people = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    graph.add_edges_from(zip(people.tolist(), neighbours.tolist(), strict=True))
    return graph


def merchants_graph(table, merchants):
    """Employers or shops as a bipartite networkx graph, in the form that ``employers`` and ``shops`` accept.

    table: merchant indices, [borrower] or [borrower, shop], -1 for none; merchants: how many there are.
    """
    graph = _bipartite(len(table), [("merchant", j) for j in range(merchants)])
    rows = np.reshape(table, (len(table), -1)).tolist()
    graph.add_edges_from((i, ("merchant", j)) for i, row in enumerate(rows) for j in row if j >= 0)
    return graph


def lending_graph(lines, platform):
    """Who owes whom: a bipartite networkx graph with an edge wherever a borrower owes a platform anything.

    lines: line records [borrower, product]; platform: index of the platform of each product. Edges carry
    ``balance_fen`` (on lines on the book), ``claim_fen`` (charged off, still owed) and ``months_past_due`` (the worst).
    """
    graph = _bipartite(len(lines), [("platform", p) for p in range(int(max(platform)) + 1)])
    owed = lines["revolving"].astype(np.int64) + lines["purchases"] + lines["instalment"]
    owed[lines["state"] == NONE] = 0
    for i, k in np.argwhere(owed).tolist():
        at = (i, ("platform", int(platform[k])))
        if not graph.has_edge(*at):
            graph.add_edge(*at, balance_fen=0, claim_fen=0, months_past_due=0)
        edge = graph.edges[at]
        edge["claim_fen" if lines["state"][i, k] == CHARGED_OFF else "balance_fen"] += int(owed[i, k])
        edge["months_past_due"] = max(edge["months_past_due"], int(lines["months_past_due"][i, k]))
    return graph


def _bipartite(n, others):
    graph = networkx.Graph()
    graph.add_nodes_from(range(n), bipartite=0)
    graph.add_nodes_from(others, bipartite=1)
    return graph
