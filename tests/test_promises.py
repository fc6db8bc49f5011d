"""The promises of the laboratory that concern the market, each a sentence."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from markets import (
    TWO_LENDERS,
    UNCOUPLED,
    arrays,
    default_market,
    differences,
    everything,
    everything_on,
    fingerprint,
    in_another_process,
    model_of,
)
from wild_markets import playing, wild_markets

from sim.ledger import FLOWS, SECTORS
from sim.line import CHARGED_OFF, FROZEN, IN_PLAN, OPEN, SOLD
from sim.model import CreditModel
from sim.policy import Change, Who
from sim.records import LINE_DTYPE

#: A hard time, so that debts are missed, charged off and recovered within a few months.
HARD = {"job_loss_hazard": 0.08, "family_help_hazard": 0.05, "reemployment_hazard": 0.1}


# --- 1: the same inputs, the same bytes ---
def test_the_same_market_and_seed_give_the_same_bytes_with_one_two_and_four_threads_and_in_another_process():
    cut = (Change("cut", "limit_cut", 0.4, "2017-03", platform="incumbent"),)
    people = 17_000  # enough for four slices
    one, two, four = (
        fingerprint(model_of(default_market(), borrowers=people, changes=cut, threads=threads).run(5))
        for threads in (1, 2, 4)
    )
    assert one == two == four
    words = f"model_of(default_market(), borrowers={people}, changes={cut}, threads=2).run(5)"
    assert in_another_process(words, PYTHONHASHSEED="7") == one


def test_another_seed_is_another_world():
    first, second = (model_of(TWO_LENDERS, borrowers=200, seed=seed).run(3) for seed in (1, 2))
    assert {"borrowers.cash", "borrowers.wage", "lines.limit"} <= set(differences(arrays(first), arrays(second)))


# --- 2: a policy that changes nothing ---
NOTHING = {
    "a cut of nothing": Change("c", "limit_cut", 0.0, "2017-03"),
    "a cut of nobody": Change("c", "limit_cut", 0.5, "2017-03", who=Who(age_below=18)),
    "a cut for a score that nobody is below": Change("c", "limit_cut", 0.5, "2017-03", who=Who(score_below=-5.0)),
    "a cut after the end": Change("c", "limit_cut", 0.5, "2019-01"),
    "a cap above everybody's credit": Change("c", "credit_cap", 1e7, "2017-03"),
    "a cap of ten years of income": Change("c", "income_cap", 10.0, "2017-03"),
    "a rate cap above all rates": Change("c", "rate_cap", 10.0, "2017-03"),
    "a minimum payment below all others": Change("c", "minimum_payment", 0.0, "2017-03"),
    "job losses as in normal times": Change("c", "job_loss_multiple", 1.0, "2017-03"),
}


@pytest.fixture(scope="module")
def calm():
    """A year of the default market without any policy."""
    return everything(model_of(default_market(), borrowers=1500).run(12))


@pytest.mark.parametrize("change", NOTHING.values(), ids=NOTHING)
def test_a_policy_that_changes_nothing_changes_nothing(calm, change):
    world = model_of(default_market(), borrowers=1500, changes=[change]).run(12)
    assert not differences(calm, everything(world))


# --- 3: nothing before its month ---
POLICIES = {
    "limit_cut": Change("c", "limit_cut", 0.4, "2017-05", platform="incumbent", product="pay-later"),
    "limit_cut phased in": Change("c", "limit_cut", 0.4, "2017-05", phase_in=3),
    "income_cap": Change("c", "income_cap", 1 / 3, "2017-05"),
    "credit_cap": Change("c", "credit_cap", 10_000, "2017-05"),
    "rate_cap": Change("c", "rate_cap", 0.10, "2017-05"),
    "minimum_payment": Change("c", "minimum_payment", 0.5, "2017-05"),
    "job_loss_multiple": Change("c", "job_loss_multiple", 3.0, "2017-05"),
}


@pytest.mark.parametrize("change", POLICIES.values(), ids=POLICIES)
def test_nothing_differs_before_the_month_of_a_change_and_something_in_it(change):
    calm, reform = (model_of(default_market(), borrowers=1500, changes=changes) for changes in ((), [change]))
    assert not differences(everything(calm.run(4)), everything(reform.run(4)))
    assert differences(everything(calm.run(1)), everything(reform.run(1)))


# --- 4 and 5: people and luck ---
def of_people(model, people):
    """The records of some people and of their lines."""
    return {name: values[people] for name, values in arrays(model).items() if name.startswith(("borrowers", "lines"))}


def test_with_all_coupling_off_changing_one_borrower_changes_no_other():
    worlds = [model_of(default_market(), borrowers=1000, parameters=UNCOUPLED | HARD) for _ in range(2)]
    debts = worlds[0].market.lines["revolving"].sum(1)
    victim = int(np.argmax(debts))
    ruined = worlds[1].borrower(victim)
    ruined.cash, ruined.wage, ruined.age = 0, 1000, 22
    for world in worlds:
        world.run(24)
    assert ruined.bad_record > 0
    assert worlds[0].borrower(victim).bad_record == 0
    others = np.arange(1000) != victim
    # friends may count a default; with the peers channel shut they do not heed it
    changed = differences(of_people(worlds[0], others), of_people(worlds[1], others))
    assert set(changed) <= {"borrowers.friends_in_default"}


def test_with_coupling_on_one_borrower_does_change_others():
    """The control of the promise above: it would hold of a market in which nothing ever passes on."""
    worlds = [model_of(default_market(), borrowers=1000, parameters=HARD) for _ in range(2)]
    worlds[1].borrowers.select(np.arange(1000) < 100).set("cash", 0)
    others = np.arange(1000) >= 100
    first, second = (of_people(world.run(24), others) for world in worlds)
    assert "lines.limit" in differences(first, second)


def test_one_more_borrower_does_not_change_the_luck_of_those_before():
    few, more = (
        model_of(default_market(), borrowers=borrowers, merchants=10, parameters=UNCOUPLED | HARD)
        for borrowers in (700, 701)
    )
    people = np.arange(700)
    assert not differences(of_people(few, people), of_people(more, people))
    # one more person in the ring of friends rewires some of it; nobody heeds friends here
    changed = differences(of_people(few.run(24), people), of_people(more.run(24), people))
    assert set(changed) <= {"borrowers.friends_in_default"}


def test_what_was_worked_out_for_the_person_before_is_forgotten():
    """The slot in which a month is planned is used by everybody in turn, so it must not remember anybody."""
    clean, littered = (model_of(default_market(), borrowers=200, parameters=HARD) for _ in range(2))
    clean.run(3)
    for _ in range(3):
        for tally in littered.tallies:
            for slot in (tally.plan, tally.buy, tally.pay, tally.arrears, tally.bucket_was, tally.balance_was):
                slot.view(np.uint8)[...] = 1
        littered.run(1)
    assert not differences(everything(clean), everything(littered))


# --- 6: the accounts, added up again from the records ---
def on_book(lines):
    """Which lines platforms carry as assets."""
    return np.isin(lines["state"], (OPEN, FROZEN, IN_PLAN))


def stocks(model):
    """Money by sector, debt and claims by product, and platforms' books, from the records alone."""
    market = model.market
    lines = market.lines
    owed = sum(lines[name].astype(np.int64) for name in ("revolving", "purchases", "instalment"))
    debts = np.where(on_book(lines), owed, 0).sum(0)
    claims = np.where(lines["state"] == CHARGED_OFF, lines["revolving"].astype(np.int64), 0).sum(0)
    held = on_book(lines) | np.isin(lines["state"], (CHARGED_OFF, SOLD))
    assert not owed[~held].any(), "a line that is not held has a balance"
    assert market.merchants["receivable"].sum() == market.platforms["payable"].sum()
    assert market.merchants["advance"].sum() == market.platforms["advanced"].sum()
    money = {sector: int(getattr(market, sector)["cash"].sum()) for sector in ("borrowers", "merchants", "platforms")}
    return {"money": money, "debts": debts, "claims": claims, "books": market.platforms["book"].copy()}


UP = ("purchases on credit", "purchases abroad", "cash draws", "interest charged", "late fees charged",
      "draw fees charged", "conversion fees charged")  # fmt: skip
DOWN = ("payments", "charge-offs", "fees refunded")
CLAIMS_DOWN = ("recoveries", "claims sold")


def nothing_below_zero(model):
    """Nobody owes less than nothing, has less than no cash, or must pay more than is billed."""
    market = model.market
    for field in ("limit", "revolving", "purchases", "instalment", "due", "limit_before"):
        assert (market.lines[field] >= 0).all(), field
    assert (market.lines["due"] <= market.lines["revolving"]).all()
    assert (market.borrowers["cash"] >= 0).all()
    for field in ("cash", "receivable", "advance"):
        assert (market.merchants[field] >= 0).all(), field


def check_accounts(model, months):
    """Play so many months from the founding; add everything up again from records and the tables of flows."""
    seen = [stocks(model)]
    for _ in range(months):
        model.step()
        nothing_below_zero(model)
        seen.append(stocks(model))
    flows, monthly = model.tables()["flows"], model.tables()["monthly"]
    dates = np.unique(monthly["month"])
    assert (flows["amount_fen"] > 0).all()
    products = np.array([" ".join(names) for names in model.product_names])
    of_line = np.array([f"{a} {b}" for a, b in zip(flows["platform"], flows["product"], strict=True)])
    for date, before, after in zip(dates, seen[:-1], seen[1:], strict=True):
        now = flows["month"] == date

        def total(chosen, now=now):
            return int(flows["amount_fen"][now & chosen].sum())

        net = {s: total(flows["payee"] == s) - total(flows["payer"] == s) for s in SECTORS}
        assert sum(net.values()) == 0
        for sector, held in after["money"].items():
            assert held - before["money"][sector] == net[sector], (date, sector)
        rows = monthly["month"] == date
        for k, name in enumerate(products):
            here = of_line == name
            lent = total(here & np.isin(flows["flow"], UP)) - total(here & np.isin(flows["flow"], DOWN))
            assert after["debts"][k] - before["debts"][k] == lent, (date, name)
            lost = total(here & (flows["flow"] == "charge-offs")) - total(here & np.isin(flows["flow"], CLAIMS_DOWN))
            assert after["claims"][k] - before["claims"][k] == lost, (date, name)
        assert (monthly["balance_fen"][rows] == after["debts"]).all()
        assert (monthly["claims_fen"][rows] == after["claims"]).all()
        by_age = sum(monthly[f"{part}_fen"][rows] for part in ("current", "m1", "m2", "m3", "m4"))
        assert (by_age == after["debts"]).all()
        books = [after["debts"][model.market.products["platform"] == p].sum() for p in range(len(model.platform_names))]
        assert (after["books"] == books).all()
    return seen


def test_flows_name_every_sector_once_as_payer_and_payee():
    kinds = {(payer, payee) for _, payer, payee in FLOWS}
    assert all({payer, payee} <= set(SECTORS) or (payer, payee) == ("debt", "debt") for payer, payee in kinds)
    assert all(payer != payee for payer, payee in kinds - {("debt", "debt")})
    assert len({name for name, _, _ in FLOWS}) == len(FLOWS)


def test_every_month_flows_sum_to_zero_by_sector_and_debts_equal_books_line_by_line():
    cuts = [Change("cut", "limit_cut", 0.5, "2017-06"), Change("cap", "income_cap", 1 / 3, "2017-09")]
    model = model_of(default_market(), borrowers=1500, parameters=HARD, changes=cuts)
    seen = check_accounts(model, 24)
    assert seen[-1]["claims"].any(), "nothing was charged off, so nothing was tested"


@pytest.mark.parametrize("seed", [3, 11])
def test_with_every_mechanism_on_the_accounts_close_to_the_fen(seed):
    model = CreditModel(**everything_on(), borrowers=1500, seed=seed)
    check_accounts(model, 24)


@given(wild_markets())
@settings(max_examples=80)
def test_the_accounts_of_any_market_close_to_the_fen(keywords):
    with playing(keywords) as model:
        check_accounts(model, 12)


@given(wild_markets())
@settings(max_examples=60)
def test_in_any_market_the_counts_of_a_month_are_those_of_its_records(keywords):
    with playing(keywords) as model:
        standing = model.market.borrowers["lenders"].copy()
        for _ in range(6):
            before = standing.copy()
            model.step()
            market, tables = model.market, model.tables()
            people, lines = market.borrowers, market.lines
            held = on_book(lines)
            last = {name: values[-len(model.product_names) :] for name, values in tables["monthly"].items()}
            assert (last["accounts"] == held.sum(0)).all()
            assert (last["limit_fen"] == np.where(held, lines["limit"].astype(np.int64), 0).sum(0)).all()
            economy = {name: values[-1] for name, values in tables["economy"].items()}
            assert economy["employed"] == (people["jobless"] == 0).sum()
            assert economy["in_default"] == (people["bad_record"] > 0).sum()
            assert economy["merchant_staff"] == (people["employer"] >= 0).sum()
            owed = np.where(held, sum(lines[n].astype(np.int64) for n in ("revolving", "purchases", "instalment")), 0)
            platform_of = market.products["platform"]
            owing = [(owed[:, platform_of == p] > 0).any(1) for p in range(len(model.platform_names))]
            standing = np.sum(owing, axis=0)
            assert (people["lenders"] == standing).all()
            friends = [
                (people["bad_record"][market.friends[low:high]] > 0).sum()
                for low, high in zip(market.friend_offsets[:-1], market.friend_offsets[1:], strict=True)
            ]
            assert (people["friends_in_default"] == friends).all()
            defaults = tables["defaults"]
            now = defaults["month"] == tables["economy"]["month"][-1]
            assert now.sum() == last["defaults"].sum()
            assert (defaults["lenders"][now] == before[defaults["borrower"][now]]).all()


# --- 7: compiled and plain ---
def test_a_compiled_market_and_a_plain_python_market_are_identical():
    keywords = {
        "borrowers": 120, "merchants": 4, "seed": 3, "changes": [Change("cut", "limit_cut", 0.5, "2017-04")],
        "parameters": HARD | {"benefit_share": 0, "loan_hazard": 0.4},
    }  # fmt: skip
    model = model_of(default_market(), **keywords).run(12)
    words = f"model_of(default_market(), **{keywords}).run(12)"
    assert in_another_process(words, NUMBA_DISABLE_JIT="1") == fingerprint(model)
    assert model.tables()["defaults"]["month"].size > 2, "nobody defaulted, so little was compared"


def test_with_every_mechanism_on_a_compiled_market_and_a_plain_python_market_are_identical():
    model = CreditModel(**everything_on(), borrowers=60, merchants=4, seed=3).run(12)
    words = "CreditModel(**everything_on(), borrowers=60, merchants=4, seed=3).run(12)"
    assert in_another_process(words, NUMBA_DISABLE_JIT="1") == fingerprint(model)


# --- 9: contagion across platforms needs somebody on both ---
def cut_world(cut, *, shared):
    """Two lenders, of which the first cuts; nobody is on both unless they share borrowers."""
    frozen = {"jobs_channel": 0, "peers_channel": 0, "adoption_hazard": 0, "applications": 0, "job_loss_hazard": 0.03}
    change = Change("cut", "limit_cut", cut, "2017-04", platform="shop")
    model = model_of(TWO_LENDERS, borrowers=1000, parameters=frozen, changes=[change])
    if not shared:
        people = np.arange(1000)
        model.market.lines[people, people % 2] = np.zeros((), LINE_DTYPE)
        model.touched = True  # the accounts open with what is there now
    return model.run(24)


def of_second_lender(model):
    """All that the second lender can see: its lines, its state and its books."""
    monthly = model.tables()["monthly"]
    here = monthly["platform"] == "lender"
    defaults = model.tables()["defaults"]
    there = defaults["platform"] == "lender"
    return (
        {name: model.market.lines[name][:, 1].copy() for name in LINE_DTYPE.names}
        | {name: model.market.platforms[name][1:].copy() for name in model.market.platforms.dtype.names}
        | {f"monthly.{name}": values[here] for name, values in monthly.items()}
        | {f"defaults.{name}": np.asarray(values)[there] for name, values in defaults.items()}
    )


def test_with_no_borrower_on_two_platforms_a_cut_at_one_reaches_nobody_at_the_other():
    calm, cut = (cut_world(share, shared=False) for share in (0.0, 0.8))
    assert differences(arrays(calm), arrays(cut))
    assert not differences(of_second_lender(calm), of_second_lender(cut))


def test_with_borrowers_on_both_a_cut_at_one_reaches_the_other():
    calm, cut = (of_second_lender(cut_world(share, shared=True)) for share in (0.0, 0.8))
    assert {"revolving", "limit", "monthly.balance_fen"} <= set(differences(calm, cut))


# --- 10: a lender that failed lends to nobody ---
def lent(model, platform):
    """What a platform paid out to borrowers and shops in each month, in fen."""
    flows = model.tables()["flows"]
    paid = (flows["platform"] == platform) & np.isin(flows["flow"], ("cash draws", "purchases on credit"))
    months = model.tables()["economy"]["month"]
    return [int(flows["amount_fen"][paid & (flows["month"] == month)].sum()) for month in months]


@pytest.mark.parametrize(("state", "channel"), [(2, 1), (1, 1), (2, 0)])
def test_on_the_lines_of_a_lender_that_failed_nobody_draws_or_buys(state, channel):
    model = model_of(default_market(), borrowers=500, parameters={"funding_channel": channel})
    failed = model.platform_names.index("incumbent")
    for _ in range(4):
        model.market.platforms["state"][failed] = state
        model.step()
    assert all(lent(model, "incumbent")) if channel == 0 else not any(lent(model, "incumbent"))
    assert all(lent(model, "marketplace"))


# --- channels, switched on and off in pairs of worlds ---
def open_and_shut(channel, months=24, market=None, friends=None, **parameters):
    """Two worlds of one seed: in the second a channel is frozen."""
    market = market or default_market()
    return [
        model_of(market, borrowers=3000, friends=friends, parameters=parameters | {channel: share}).run(months)
        for share in (1, 0)
    ]


def test_through_the_jobs_channel_merchants_that_fail_put_people_out_of_work():
    poor = {"merchant_cash_months": 0.2, "merchant_margin": -0.02, "merchant_employment_share": 0.8}
    on, off = open_and_shut("jobs_channel", months=30, **poor)
    assert on.tables()["economy"]["employed"].sum() < off.tables()["economy"]["employed"].sum()
    settled = slice(0, 12)  # nobody closes in the first year
    assert (on.tables()["economy"]["employed"][settled] == off.tables()["economy"]["employed"][settled]).all()


def test_without_cash_lines_to_roll_over_more_payments_are_missed_at_first():
    platforms, products = default_market()
    none = [product | {"lends_cash": 0.0} for product in products]
    with_cash, without = (model_of((platforms, offer), borrowers=3000).run(6) for offer in (products, none))
    missed = [world.tables()["economy"]["missed_for_want"].sum() for world in (with_cash, without)]
    assert missed[1] > 3 * missed[0]


def test_lenders_that_look_at_other_debts_open_fewer_lines():
    platforms, products = default_market()
    blind, seeing = (
        model_of(([terms | {"sees": sees} for terms in platforms], [p | {"reporting": 1.0} for p in products]),
                 borrowers=2000, parameters={"score_history": 0.0})
        for sees in (0.0, 1.0)
    )  # fmt: skip
    assert (seeing.market.lines["state"] == OPEN).sum() < (blind.market.lines["state"] == OPEN).sum()


def test_a_platform_tightens_on_everybody_only_through_the_funding_channel():
    on, off = open_and_shut("funding_channel", job_loss_hazard=0.05)
    assert max(on.tables()["monthly"]["tightening"]) > 0
    assert on.tables()["monthly"]["limit_fen"][-8:].sum() < off.tables()["monthly"]["limit_fen"][-8:].sum()


def test_through_the_peers_channel_friends_defaults_make_more_people_stop_paying():
    platforms, products = default_market()
    generous = [terms | {"limit_income": 12.0, "limit_high": 500_000, "target_use": 0.9} for terms in products]
    friends = networkx.random_regular_graph(20, 3000, seed=1)
    willing = {"strategic_share": 0.1, "peer_effect": 0.5, "job_loss_hazard": 0.05}
    on, off = open_and_shut("peers_channel", market=(platforms, generous), friends=friends, **willing)
    chose_on, chose_off = ((world.tables()["defaults"]["cause"] == "chose").sum() for world in (on, off))
    assert chose_on > chose_off > 0
