"""How risk spreads: each mechanism in two worlds of the same seeds, or in one where it is counted."""

import numpy as np
import pytest
from markets import UNCOUPLED, default_market, model_of
from paired import flows, on_book, owed, worlds
from scenes import yuan
from test_mechanisms_limits import SEEDS, SHOCK, at_the_end, of

from sim.score import score


def without(*kept):
    """Terms with which only these platforms have clients."""
    return {(p["platform"], p["name"]): {"reach": 0.0} for p in default_market()[1] if p["platform"] not in kept}


# --- G. several platforms and the spread of risk ---
NO_MORE = {"adoption_hazard": 0.0, "applications": 0}  # what people hold at the founding is all they get
EAGER = {"loan_hazard": 0.15}  # people who take what they are offered
LENDERS_SEE = [{"platforms": {"sees": sight}, "products": {"reporting": sight}} for sight in (0.0, 1.0)]


def default_rates(models):
    """Yearly first defaults per person, by how many platforms were owed to the month before: one, and three."""
    rates = []
    for lenders in ("1", "3"):
        people = defaults = 0
        for model in models:
            cells = model.tables()["segments"]
            here = (cells["kind"] == "lenders") & (cells["segment"] == lenders)
            people += cells["people"][here].sum()
            defaults += cells["defaults"][here].sum()
        rates.append(12 * defaults / people)
    return rates


def brought_by_a_shock(kept, terms):
    """What a shock to incomes makes more than 90 days late, and limits, if only these platforms have clients."""
    given = terms | {"terms": without(*kept), "parameters": NO_MORE | EAGER}
    hit, calm = worlds(given | {"changes": SHOCK}, given, borrowers=8000, months=18)
    return of(hit, "m4_fen") - of(calm, "m4_fen"), of(calm, "limit_fen")


@pytest.mark.mechanism("M81")
@pytest.mark.parametrize("terms", LENDERS_SEE, ids=["blind", "seeing"])
def test_lines_at_several_platforms_raise_total_limits_and_what_an_income_shock_makes_late(terms):
    """Balances in default rise; the share of people who default need not, since a second line is also a buffer."""
    everybody = [platform["name"] for platform in default_market()[0]]
    (one, limits_one), (many, limits_many) = (brought_by_a_shock(kept, terms) for kept in (["bank"], everybody))
    assert limits_many > 1.5 * limits_one
    assert many > 1.2 * one


@pytest.mark.mechanism("M81")
def test_whether_people_with_more_lenders_default_more_turns_while_the_effect_of_more_lenders_does_not():
    """Lenders that see debts cut those who owe many, so many lenders go with default; blind ones lend to all, and many
    lenders go with a good income. More platforms make a shock worse in both (the test above)."""
    blind, seeing = worlds(*(terms | {"parameters": EAGER} for terms in LENDERS_SEE), seeds=(1, 2))
    few, many = default_rates(blind)
    assert many < 0.7 * few
    few, many = default_rates(seeing)
    assert many > 1.3 * few


@pytest.mark.mechanism("M82")
def test_a_score_overstates_quality_by_the_debt_that_it_cannot_see_more_with_each_lender():
    model = model_of(default_market(), borrowers=2000).run(12)
    rules, _ = model.rules_in_force()
    market, chance = model.market, np.uint64(1)
    card = model.product_names.index(("bank", "card"))
    holders = np.flatnonzero(on_book(model)[:, card] & (market.borrowers["bad_record"] == 0))
    market.products["reporting"] = 1.0
    points = []
    for sees in (0.0, 1.0):
        market.platforms["sees"] = sees
        points.append([score(market.borrowers[i], market.lines[i], card, market.products, market.platforms, rules,
                             chance)[0] for i in holders])  # fmt: skip
    hidden = np.where(np.arange(market.lines.shape[1]) == card, 0, owed(model))[holders].sum(1)
    gap = np.subtract(*points)
    lenders = np.minimum(3, market.borrowers["lenders"][holders])
    by_lenders = [gap[(lenders == n) & (hidden > 0)].mean() for n in (2, 3)]
    assert 0 < by_lenders[0] < 0.7 * by_lenders[1]
    assert abs(gap[hidden == 0]).mean() < 0.2 * by_lenders[0]


def who_defaults(channels, shock, borrowers=3000, seed=1):
    """Who went into default within two years; the shock takes cash and most of the wage from every tenth person."""
    model = model_of(default_market(), borrowers=borrowers, seed=seed, parameters=channels | {"job_loss_hazard": 0.015})
    if shock:
        hit = model.borrowers.select(np.arange(borrowers) % 10 == 0)
        hit.set("cash", 0)
        hit.set("wage", yuan(10))
    return model.run(24).market.borrowers["ever_in_default"] > 0


def amplification(channels, seed):
    """Defaults that a shock brings altogether, per default that it brings among those whom it hit."""
    brought = who_defaults(channels, True, seed=seed).astype(int) - who_defaults(channels, False, seed=seed)
    return brought.sum() / brought[::10].sum(), brought


@pytest.mark.mechanism("M83")
@pytest.mark.parametrize("seed", [1, 2])
def test_defaults_amplify_a_shock_and_with_rules_frozen_the_factor_is_exactly_one(seed):
    factor, brought = amplification(UNCOUPLED, seed)
    assert factor == 1.0
    assert not np.delete(brought, np.s_[::10]).any()  # not one of the others, either way
    assert amplification({}, seed)[0] > 1.2


@pytest.mark.mechanism("M83")
def test_through_the_funding_channel_alone_losses_tighten_rules_and_these_bring_losses():
    tightening_only = UNCOUPLED | {"funding_channel": 1}
    assert amplification(tightening_only, 1)[0] > 1.2
    assert amplification(tightening_only | {"tighten_delinquency": 0.0, "tighten_capital": 0.0, "tighten_spread": 0.0,
                                            "funding_spread": 0.0, "reputation_price": 0.0}, 1)[0] < 1.1  # fmt: skip


@pytest.mark.mechanism("M83")
def test_a_friends_default_may_spread_or_damp_the_choice_to_default():
    """Evidence disagrees: shame fades with company, or a friend's ruin is a warning. The sign is a parameter."""

    def chose(effect):
        generous = {"limit_income": 12.0, "limit_high": 500_000, "target_use": 0.9}
        hard = {"strategic_share": 0.1, "peer_effect": effect, "job_loss_hazard": 0.05}
        (model,), _ = worlds({"parameters": hard, "products": generous}, borrowers=3000, months=24)
        return (model.tables()["defaults"]["cause"] == "chose").sum()

    spreading, neither, damping = (chose(effect) for effect in (0.5, 0.0, -0.5))
    assert spreading > neither > damping > 0


def loss_rates(borrowers, multiples):
    """The share of people who default within a year, in one uncoupled world per multiple of job losses."""
    return [(model_of(default_market(), borrowers=borrowers, seed=seed, merchants=10,
                      parameters=UNCOUPLED | {"job_loss_hazard": 0.01 * multiple}).run(12)
             .market.borrowers["ever_in_default"] > 0).mean() for seed, multiple in enumerate(multiples)]  # fmt: skip


@pytest.mark.mechanism("M84")
def test_the_idiosyncratic_variance_of_losses_falls_as_one_over_their_number():
    hard = UNCOUPLED | {"job_loss_hazard": 0.03}
    bad = model_of(default_market(), borrowers=32_000, parameters=hard).run(12).market.borrowers["ever_in_default"] > 0
    for size in (20, 80, 320):
        variance = bad.reshape(-1, size).mean(1).var()
        assert variance * size == pytest.approx(bad.mean() * (1 - bad.mean()), rel=0.3)


@pytest.mark.mechanism("M84")
def test_however_many_accounts_a_common_shock_is_not_diversified():
    alone, between = [], []
    for borrowers in (500, 4000):
        calm, hit = (loss_rates(borrowers, [multiple] * 8) for multiple in (1, 8))
        alone.append(np.var(calm))  # between worlds in the same state
        between.append(np.var([np.mean(calm), np.mean(hit)]))  # between the two states
    assert alone[1] < 0.5 * alone[0]
    assert between[1] == pytest.approx(between[0], rel=0.4)
    assert between[1] > 10 * alone[1]


@pytest.mark.mechanism("M84")
def test_many_small_accounts_cost_more_per_yuan_lent():
    def cost(size):
        (model,), _ = worlds({"platforms": {"account_cost": 5.0}, "products": {"limit_income": size}}, months=12)
        assert flows(model, "cost of control") == 5.0 * of([model], "accounts")
        return flows(model, "cost of control") / of([model], "balance_fen")

    assert cost(0.5) > 2.0 * cost(2.0)


@pytest.mark.mechanism("M85")
def test_mass_arrears_cost_a_platform_its_name_new_clients_and_cheap_funding():
    hated = {"lenders": {"p2p": {"target_delinquency": 0.005}}}
    on, off = worlds(hated | {"parameters": {"reputation_loss": 10.0, "reputation_price": 0.1}}, hated, months=30,
                     seeds=SEEDS)  # fmt: skip
    index = on[0].platform_names.index("p2p")
    assert all(model.market.platforms["reputation"][index] < 0.8 for model in on)
    assert all(model.market.platforms["reputation"][index] == 1.0 for model in off)
    assert of(on, "applications", "p2p") < 0.95 * of(off, "applications", "p2p")
    price = [of(w, "funding cost", "p2p", table="flows") / of(w, "balance_fen", "p2p") for w in (on, off)]
    assert price[0] > 1.05 * price[1]


# --- I. strictness, platforms beside banks ---
@pytest.mark.mechanism("M98")
def test_strictness_is_a_frontier_each_step_loses_less_money_and_more_clients():
    losses, clients, churn = [], [], []
    for strictness in (-0.1, 0.05, 0.2):
        given = {"lenders": {"incumbent": {"strictness": strictness}},
                 "parameters": {"trust_loss": 0.2, "churn_hazard": 0.1}}  # fmt: skip
        on, _ = worlds(given, months=30, seeds=(1, 2))
        losses.append(of(on, "charge-offs", "incumbent", table="flows"))
        clients.append(at_the_end(on, "accounts", "incumbent"))
        churn.append(of(on, "lines_left", "incumbent") / of(on, "accounts", "incumbent"))
    assert losses == sorted(losses, reverse=True)
    assert clients == sorted(clients, reverse=True)
    assert churn == sorted(churn)
    assert churn[-1] > 1.5 * churn[0]


@pytest.mark.mechanism("M100")
def test_platforms_take_a_share_of_the_bank_among_people_with_a_thin_file():
    """A thin file: under 25, who score lower and have little history."""
    refusing = {p["name"]: {"approval": 2.0} for p in default_market()[0] if p["name"] != "bank"}
    with_platforms, bank_alone = worlds({"platforms": {"uses_social": 0.5}}, {"lenders": refusing}, seeds=SEEDS)
    card = with_platforms[0].product_names.index(("bank", "card"))
    thin = [model.market.borrowers["age"] < 25 for model in with_platforms]

    def owed_to(models, products):
        return sum(owed(model)[young][:, products].sum() for model, young in zip(models, thin, strict=True))

    every = slice(None)
    assert owed_to(bank_alone, card) == owed_to(bank_alone, every)
    assert owed_to(with_platforms, card) < 0.7 * owed_to(with_platforms, every)
    assert owed_to(with_platforms, every) > owed_to(bank_alone, every)
