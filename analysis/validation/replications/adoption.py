"""B20, and pay-later at the till: random people are given a pay-later line in a world that is otherwise the same."""

import numpy as np

from analysis.validation.experiment import Experiment, Size
from analysis.validation.replications.worlds import ABOVE, arms, calm_market, each_seed, flow, product_of, ratio, world
from analysis.validation.row import Row
from sim.line import ALL_PERMISSIONS, NONE, OPEN
from sim.trust import START

USERS = "deHaan, Kim, Lourie and Zhu 2024"
TILL = "Berg, Burg, Keil and Puri 2025"
BEFORE, AFTER = 24, 12
ALONE = {"jobs_channel": 0.0, "peers_channel": 0.0, "funding_channel": 0.0, "merchant_acceptance": 0.5}
PAID = ("interest charged", "late fees charged", "draw fees charged")


def give(model, product, people):
    """Open a line for people who have none, with the median limit that people of their fifth of income hold."""
    lines, borrowers = model.market.lines, model.market.borrowers
    for fifth in range(5):
        alike = borrowers["quintile"] == fifth
        held = alike & (lines["state"][:, product] == OPEN)
        new = np.flatnonzero(alike & people)
        if not held.any():
            continue
        limit = np.median(lines["limit"][held, product])
        for name, value in {"state": OPEN, "limit": limit, "cut_month": -1, "reported_cut": -1, "trust": START, "permissions": ALL_PERMISSIONS}.items():
            lines[name][new, product] = value
    borrowers["last_opened"][people] = model.month - 1


def at_accepting(spent, on_lines, share):
    """What people spend at shops that take lines, in fen [person]: what is on lines, and their share of the rest.

    spent, on_lines: fen [person]; share: of each person's open shops, those that take lines [person].
    """
    return on_lines + share * (spent - on_lines)


def _year(model):
    out = 0
    for _ in range(AFTER):
        model.step()
        m = model.market
        shops = m.merchants[m.shops.view("i4")]
        open_ = shops["alive"] > 0
        acc = open_ & (shops["accepts"] > 0)
        share = acc.sum(1) / np.maximum(1, open_.sum(1))
        out = out + at_accepting(m.pages["spent"].astype(float), m.uses["bought"].sum(1).astype(float), share)
    return out


def _seed(size, seed):
    model = world(calm_market(ALONE), size, seed, BEFORE)
    k = product_of(model, "incumbent", "pay-later")
    people = (model.market.lines["state"][:, k] == NONE) & (arms(size.borrowers, 2, seed) == 1)
    treated, plain = model.branch(diary=True), model.branch(diary=True)
    give(treated, k, people)
    a, b = _year(treated), _year(plain)
    res = []
    q = model.market.borrowers["quintile"]; rev = model.market.borrowers["appetite"] > 0
    card = product_of(model, "bank", "card")
    for prod in (card, [j for j in range(8) if j not in (k, card)], [j for j in range(8) if j not in (k,)]):
        p = [sum(flow(m, n, BEFORE, product=prod) for n in PAID) for m in (treated, plain)]
        res += [ (p[0] - p[1]) / people.sum(), p[1] / size.borrowers]
    htm = model.market.borrowers["buffer_target"] < .5
    g = lambda w: ratio(a[people & w].sum(), b[people & w].sum()) - 1
    return *res, g(q >= 0), g(q == 0), g(q == 4), g(htm), g(~htm), g(rev), g(~rev), people.mean()


def _play(size, room, progress):
    print(np.round(each_seed(size, progress, lambda seed: _seed(size, seed)), 4).tolist())
    return []


EXPERIMENTS = (Experiment("adoption", "replications", "?", _play, quick=Size(20_000, 3), full=Size(50_000, 10)),)
