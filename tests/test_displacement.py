"""Displacement: for each yuan of credit removed, where it reappears; an identity, exact to the fen."""

import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import BEHAVIOUR_ON, CHANGES_ON, default_market, everything_on
from paired import worlds
from tiny_folder import BASELINE, LINES, MONTHS, REFORM, build

from analysis.compare import compare
from analysis.displacement import displacement
from analysis.estimate import estimate, ratio
from analysis.folder import open_run
from scenarios.store import Unfinished
from sim.ledger import FLOWS
from sim.policy import Change

PAY_LATER, CASH = LINES


# --- worked by hand ---


def _accounts(world, seed, month, credit, cash_loan, family, cash_purchases, payments, saved, wages=1000):
    """The month's flows of the borrowers, and the change in their cash that follows from them."""
    flows = [
        (PAY_LATER, "purchases on credit", "platforms", "merchants", credit),
        (CASH, "cash draws", "platforms", "borrowers", cash_loan),
        (("", ""), "wages from outside", "outside", "borrowers", wages),
        (("", ""), "family help", "outside", "borrowers", family),
        (("", ""), "purchases in cash", "borrowers", "merchants", cash_purchases),
        (PAY_LATER, "payments", "borrowers", "platforms", payments),
        (CASH, "recoveries", "borrowers", "platforms", 7),
        (("", ""), "savings moved away", "borrowers", "outside", saved),
    ]
    change = cash_loan + wages + family - cash_purchases - payments - 7 - saved
    return [(world, seed, month, *flow) for flow in flows], change


def _with_accounts(folder, reform):
    flows, cash = [], {}
    for world, numbers in ((BASELINE, (900, 50, 10, 200, 800, 40)), (REFORM, reform)):
        for seed in (1, 2):
            held = 5000
            for month in MONTHS:
                played, change = _accounts(
                    world, seed, month, *((900, 50, 10, 200, 800, 40) if month == MONTHS[0] else numbers)
                )
                held += change + seed * 0
                flows += played
                cash[world, seed, month] = held
    return compare(build(folder, {}, flows=flows, cash=cash)).displacement


def test_displacement_adds_up_to_the_fen(tmp_path):
    found = _with_accounts(tmp_path, (600, 120, 33, 261, 701, 39))
    assert found.removed.tolist() == [600, 600]
    assert (sum(row.fen for row in found.rows) - found.removed).tolist() == [0, 0]
    assert (sum(row.fen for row in found.destinations) - found.net).tolist() == [0, 0]


def test_displacement_puts_each_yuan_where_it_went(tmp_path):
    found = _with_accounts(tmp_path, (600, 120, 33, 261, 701, 39))
    rows = {row.name: int(row.fen[0]) for row in found.rows}
    assert rows == {
        "more borrowed at p2p cash": 140,
        "less repaid on the lines that were cut": 198,
        "less repaid on all other lines": 0,
        "more income": 0,
        "more help from family": 46,
        "bought less": 478,
        "moved less into savings": 2,
        "cash built up": -264,
    }
    assert found.share(found.find("family").fen).mean == pytest.approx(92 / 1200)


def test_displacement_with_the_opposite_sign_is_said_the_other_way_round(tmp_path):
    found = _with_accounts(tmp_path, (1000, 20, 0, 300, 850, 45))
    assert found.removed.tolist() == [-200, -200]
    assert (sum(row.fen for row in found.rows) - found.removed).tolist() == [0, 0]
    assert {row.name for row in found.rows} >= {"less borrowed at p2p cash", "less help from family", "bought more"}
    assert np.isnan(found.share(found.removed).mean)


def test_a_flow_without_a_row_of_its_own_still_closes_the_accounts(tmp_path):
    flows = [(REFORM, seed, MONTHS[1], ("", ""), "tax refund", "outside", "borrowers", 90) for seed in (1, 2)]
    flows += [(REFORM, 1, MONTHS[1], ("", ""), "court costs", "borrowers", "outside", 20)]
    cash = {(REFORM, 1, MONTHS[2]): 70, (REFORM, 2, MONTHS[2]): 90}
    found = compare(build(tmp_path, {}, flows=flows, cash=cash)).displacement
    assert found.find("other").fen.tolist() == [70, 90]
    assert sum(row.fen for row in found.rows).tolist() == found.removed.tolist()


def test_by_lender_the_rows_add_up_to_the_net_credit_removed(tmp_path):
    found = _with_accounts(tmp_path, (600, 120, 33, 261, 701, 39))
    assert [(row.kind, row.line, row.fen.tolist()) for row in found.lenders] == [("lender", "p2p", [140, 140])]
    assert found.displaced.tolist() == [140, 140]
    assert found.kept.tolist() == [0, 0]
    assert sum(row.fen for row in found.destinations).tolist() == found.net.tolist()
    assert found.net_share(found.displaced).mean == pytest.approx(140 / (600 - 198))


def test_where_every_line_was_cut_there_is_no_lender_left_to_turn_to(tmp_path):
    folder = build(tmp_path, {}, flows=_drawn({("p2p", "cash"): 300, ("incumbent", "pay-later"): -500}))
    assert displacement(open_run(folder), [PAY_LATER]).displaced.tolist() == [300, 300]
    both = displacement(open_run(folder), [PAY_LATER, CASH])
    assert not both.lenders
    assert both.displaced.tolist() == [0, 0]
    assert both.removed.tolist() == [200, 200]


def test_a_lender_that_cut_one_of_its_lines_keeps_what_moves_to_the_other(tmp_path, monkeypatch):
    other = ("incumbent", "cash")
    monkeypatch.setattr("tiny_folder.LINES", (PAY_LATER, CASH, other))
    folder = build(tmp_path, {}, flows=_drawn({PAY_LATER: -500, CASH: 200, other: 50}))
    found = displacement(open_run(folder), [PAY_LATER])
    assert {(row.kind, row.line, int(row.fen[0])) for row in found.lenders} == {
        ("cutter", "incumbent", 50), ("lender", "p2p", 200)}  # fmt: skip
    assert (found.displaced.tolist(), found.kept.tolist()) == ([200, 200], [50, 50])


def _drawn(more):
    """Purchases on credit that differ by so much in the reform, month after the policy began."""
    return [(world, seed, MONTHS[2], line, "purchases on credit", "platforms", "merchants", 1000 + change)
            for line, by in more.items() for seed in (1, 2)
            for world, change in ((BASELINE, 0), (REFORM, by))]  # fmt: skip


def test_spending_abroad_is_credit_and_a_purchase_and_a_sold_claim_is_still_repaid(tmp_path):
    flows = [(REFORM, seed, MONTHS[2], PAY_LATER, "purchases abroad", "platforms", "outside", 70) for seed in (1, 2)]
    bought = "recoveries by buyers of claims"
    flows += [(REFORM, seed, MONTHS[2], CASH, bought, "borrowers", "outside", 20) for seed in (1, 2)]
    cash = {(REFORM, seed, MONTHS[2]): -20 for seed in (1, 2)}
    found = compare(build(tmp_path, {}, flows=flows, cash=cash)).displacement
    assert found.removed.tolist() == [-70, -70]
    assert found.find("purchases").fen.tolist() == [-70, -70]
    assert found.displaced.tolist() == [-20, -20]
    assert sum(row.fen for row in found.rows).tolist() == found.removed.tolist()


# --- shares and their interval ---
def test_a_share_of_sums_holds_every_share_that_the_seeds_cannot_rule_out():
    part, whole = np.array([3.0, 5.0, 2.0, 6.0]), np.array([10.0, 13.0, 8.0, 12.0])
    made = ratio(part, whole)
    assert made.mean == pytest.approx(16 / 43)
    for end in (made.low, made.high):
        left = estimate(part - end * whole)
        assert min(abs(left.low), abs(left.high)) < 1e-12
    assert estimate(part - made.mean * whole).includes_zero


def test_a_part_that_is_the_whole_or_nothing_is_known_without_error():
    whole = [7, 9, 4]
    assert ratio(whole, whole).low == ratio(whole, whole).high == 1.0
    assert ratio([0, 0, 0], whole).low == ratio([0, 0, 0], whole).high == 0.0


def test_where_the_whole_cannot_be_told_from_zero_no_share_can_be_ruled_out():
    made = ratio([1, 2], [-5, 8])
    assert made.mean == 1.0
    assert not made.has_interval
    assert np.isnan(ratio([1, 2], [-5, 4]).mean)


# --- the identity, whatever happens ---
PAID_BY_PEOPLE = [(flow, payer, payee) for flow, payer, payee in FLOWS
                  if "borrowers" in (payer, payee) or flow in ("purchases on credit", "purchases abroad")]  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(
    posted=st.lists(
        st.tuples(
            st.sampled_from([BASELINE, REFORM]), st.sampled_from((1, 2)), st.sampled_from(MONTHS[1:]),
            st.sampled_from([*LINES, ("", "")]), st.sampled_from(PAID_BY_PEOPLE), st.integers(0, 10**9),
        ), min_size=15, max_size=40,
    ),
    cut=st.sampled_from([[PAY_LATER], [CASH], [PAY_LATER, CASH], []]),
)  # fmt: skip
def test_whatever_flows_the_identity_holds_to_the_fen(posted, cut):
    rows = [(world, seed, month, *_of_a_line(line, flow), fen) for world, seed, month, line, flow, fen in posted]
    cash = {}
    for world in (BASELINE, REFORM):
        for seed in (1, 2):
            held = 0
            for month in MONTHS:
                for *key, _, _, payer, payee, fen in rows:
                    if key == [world, seed, month]:
                        held += fen * ((payee == "borrowers") - (payer == "borrowers"))
                cash[world, seed, month] = held
    with tempfile.TemporaryDirectory() as folder:
        found = displacement(open_run(build(folder, {}, flows=rows, cash=cash)), cut)
    _adds_up(found)


def _of_a_line(line, flow):
    """A flow of credit belongs to a line, any other to none."""
    lent = flow[0] in ("cash draws", "payments", "recoveries", "recoveries by buyers of claims", "purchases on credit",
                       "purchases abroad")  # fmt: skip
    return (line if line[0] else PAY_LATER) if lent else ("", ""), *flow


def _adds_up(found):
    assert sum(row.fen for row in found.rows).tolist() == found.removed.tolist()
    assert sum(row.fen for row in found.destinations).tolist() == found.net.tolist()


# --- the whole market ---
def _played(folder, on, off, market, months, borrowers, seeds=(1, 2), reference="2017-06"):
    """The comparison of worlds that were played, by way of a run folder."""
    models = worlds(on, off, borrowers=borrowers, months=months, seeds=seeds, market=market)
    store = Unfinished(folder, "test")
    for name, played in zip((REFORM, BASELINE), models, strict=True):
        for seed, model in zip(seeds, played, strict=True):
            store.add(name, seed, model.tables())
    manifest = {"baseline": BASELINE, "world": REFORM, "reference": reference, "seeds": list(seeds),
                "scenarios": {}, "start": "2017-01", "months": months}  # fmt: skip
    return compare(store.finish([BASELINE, REFORM], seeds, manifest).folder)


def test_in_a_market_with_everything_on_not_a_fen_is_lost(tmp_path):
    market = everything_on()
    given = {"parameters": BEHAVIOUR_ON, "changes": CHANGES_ON}
    without = given | {"changes": tuple(change for change in CHANGES_ON if change.name != "cut")}
    offers = (market["platforms"], market["products"])
    compared = _played(tmp_path / "run", given, without, lambda: offers, 18, 1500, reference="2017-03")
    found = compared.displacement
    assert found.removed.all()
    assert found.find("other").fen.any()  # belongings sold
    for part in (found, *compared.horizons.values()):
        _adds_up(part)


def test_beside_the_identity_stand_unmet_need_and_late_balances_at_lenders_that_did_not_cut(tmp_path):
    compared = _played(tmp_path / "run", {"changes": CUT}, {}, default_market, 20, 2000)
    run = compared.run
    economy, monthly = (run.ask(f"SELECT * FROM {table}") for table in ("economy", "monthly"))
    for i, seed in enumerate(run.seeds):
        unmet = [economy["unmet_fen"][(economy["world"] == world) & (economy["seed"] == seed)].sum()
                 for world in (REFORM, BASELINE)]  # fmt: skip
        assert compared.displacement.unmet[i] == unmet[0] - unmet[1]  # before the policy nothing differs
        late = []
        for world in (REFORM, BASELINE):
            chosen = (monthly["world"] == world) & (monthly["seed"] == seed) & (monthly["platform"] != "incumbent")
            chosen &= monthly["month"] == np.datetime64("2018-08-01")
            late.append(sum(monthly[f"m{n}_fen"][chosen].sum() for n in (1, 2, 3, 4)))
        assert compared.displacement.late[i] == late[0] - late[1] != 0


CUT = tuple(Change(f"cut {name}", "limit_cut", 0.6, "2017-07", platform="incumbent", product=name)
            for name in ("pay-later", "cash"))  # fmt: skip


def test_where_rivals_are_closed_nothing_is_displaced(tmp_path):
    rivals = [p["name"] for p in default_market()[0] if p["name"] != "incumbent"]
    closed = {
        "terms": {(p["platform"], p["name"]): {"reach": 0.0} for p in default_market()[1] if p["platform"] in rivals},
        "changes": tuple(Change(f"close {name}", "platform_stop", 1, "2017-01", platform=name) for name in rivals),
    }
    on = closed | {"changes": closed["changes"] + CUT}
    compared = _played(tmp_path / "run", on, closed, default_market, 20, 2000)
    for found in (compared.displacement, *compared.horizons.values()):
        assert (found.net > 0).all()
        assert [row.line for row in found.lenders] == rivals
        assert all(row.fen.tolist() == [0, 0] for row in found.lenders)
        assert found.displaced.tolist() == [0, 0]
        _adds_up(found)
    assert compared.displacement.unmet.sum() > 0
    # and where they are open, some of it is
    opened = _played(tmp_path / "open", {"changes": CUT}, {}, default_market, 20, 2000)
    assert opened.displacement.displaced.all()


def two_lenders(other_limit=12.0, reach=1.0, term=1):
    """Two lenders with one and the same cash loan, repaid in a month; all hold both, with limits far above their needs.

    Repaid at once, a draw leaves nothing behind, so at any time all of a person's debt is with one lender and no
    rounding depends on which. Nobody forgets, no limit is reviewed, cash is drawn by those who are short only, and the
    lenders bear no losses, so that neither stops lending.
    """
    loan = {
        "name": "cash", "lends_cash": 1.0, "term": term, "minimum_share": 1.0, "instalment_rate": 0.01,
        "limit_income": 12.0, "limit_low": 0, "limit_high": 500_000, "forget_hazard": 0.0, "review_interval": 24,
        "raise_share": 0.0, "cut_share": 0.0, "reach": reach,
    }  # fmt: skip
    lenders = [{"name": name, "approval": -1.0, "own_share": 0.0} for name in ("cutter", "other")]
    return lenders, [loan | {"platform": "cutter", "reach": 1.0},
                     loan | {"platform": "other", "limit_income": other_limit}]  # fmt: skip


NEEDS_ONLY = {"adoption_hazard": 0.0, "loan_hazard": 0.0, "applications": 0, "strategic_share": 0.0,
              "loan_size": 0.0, "job_loss_hazard": 0.0, "expense_size": 0.15, "expense_hazard": 0.3,
              "income_noise": 0.0}  # fmt: skip
ALL_CUT = (Change("cut", "limit_cut", 1.0, "2017-07", platform="cutter"),)


def _substituted(folder, **market):
    off = {"parameters": NEEDS_ONLY}
    return _played(folder, off | {"changes": ALL_CUT}, off, lambda: two_lenders(**market), 12, 1500)


def test_a_perfect_substitute_with_spare_limits_takes_over_every_fen(tmp_path):
    compared = _substituted(tmp_path / "run")
    for found in (compared.displacement, *compared.horizons.values()):
        assert (found.net > 0).all()
        assert found.displaced.tolist() == found.net.tolist()
        assert found.net_share(found.displaced).mean == 1.0
        assert not any(row.fen.any() for row in found.destinations if row.kind != "lender")
        assert not found.unmet.any()


def test_with_instalments_only_rounding_and_the_time_left_to_repay_depend_on_the_lender(tmp_path):
    # Draws on one line are one loan over the average time left; a new line starts over. So people repay a little sooner
    # or later, and spend it: 0.2 % of the net credit removed, measured.
    found = _substituted(tmp_path / "run", term=12).displacement
    assert found.net_share(found.displaced).mean == pytest.approx(1.0, abs=0.01)
    assert not found.unmet.any()
    _adds_up(found)


def test_a_substitute_with_little_to_spare_takes_over_a_part_and_a_closed_one_nothing(tmp_path):
    little = _substituted(tmp_path / "little", other_limit=0.3).displacement
    assert 0.0 < little.net_share(little.displaced).mean < 1.0
    closed = _substituted(tmp_path / "closed", reach=0.0).displacement
    assert closed.displaced.tolist() == [0, 0]
    for found in (little, closed):
        _adds_up(found)
        assert (found.unmet > 0).all()
