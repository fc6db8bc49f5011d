"""Attribution: worlds in which the answer is known, and what must hold for every policy."""

import math
from functools import partial

import numpy as np
import pytest
from cases import HARD, UNCOUPLED, attributed, case_with, outcome

from analysis.explain.attribution.games import GAMES, LENDERS, OUTCOMES, attribute, measure
from analysis.explain.attribution.shapley import Coalition
from analysis.explain.study import _games
from analysis.explain.twins import REFORM, Twins, World
from sim.channels import CHANNELS

PAY_LATER = {"buys": 1, "acceptance": 0.4, "reach": 1.0, "call_in_after": 2}
CASH = {"lends_cash": 1, "minimum_share": 1, "reach": 1.0, "call_in_after": 2}
SHOP = {"sees": 0, "products": {"pay-later": PAY_LATER, "cash": CASH}}
ONE = {"shop": SHOP}
TWO = {"shop": SHOP, "lender": {"sees": 0, "products": {"cash": CASH}}}
CUT = {"cut": {"lever": "limit_cut", "value": 0.9, "platform": "shop"}}
CALM = HARD | UNCOUPLED

#: A lender looks at the cut of a line that nobody uses, and takes its own line away.
SEEN = {
    "shop": {"sees": 0, "products": {"pay-later": PAY_LATER | {"acceptance": 0.0, "reporting": 1.0}}},
    "lender": {"sees": 1, "signal_noise": 0, "products": {"cash": CASH | {
        "review_interval": 1, "cut_share": 1.0, "cut_margin": 0.0, "raise_share": 0, "limit_low": 0}}},
}  # fmt: skip
WATCHFUL = CALM | {"minimum_habit_share": 0, "score_cut": 1.0, "score_income": 1.0}
#: People who owe a lot on a shop's line must spend less once it is gone, and shops lay off.
SPENDERS = UNCOUPLED | {
    "jobs_channel": 1, "job_loss_hazard": 0.01, "family_help_hazard": 0, "reemployment_hazard": 0.1,
    "minimum_habit_share": 1.0, "merchant_layoff_response": 2.0, "merchant_slack": 0.0, "merchant_smoothing": 1.0,
    "merchant_employment_share": 0.6, "merchant_labour_share": 0.3}  # fmt: skip
BOUGHT_ON_CREDIT = {
    "shop": {"sees": 0, "products": {"pay-later": PAY_LATER | {"target_use": 0.9, "minimum_share": 0.05}}}
}
TRIGGER = {"trigger": {"lever": "capital_trigger", "value": 0.5}}
#: Debts of more than a year of wage, so that friends in default tempt people to stop paying.
DEEP = {"shop": {"sees": 0, "products": {"pay-later": PAY_LATER, "cash": CASH | {
    "limit_income": 12, "limit_high": 500_000, "term": 36}}}}  # fmt: skip
TEMPTED = CALM | {"peers_channel": 1, "peer_effect": 0.5, "strategic_share": 0.3, "loan_hazard": 0.3, "loan_size": 6.0}
HURT = CALM | {"trust_loss": 0.9, "churn_hazard": 0.5, "trust_gain": 0.01, "reputation_loss": 0}

#: channel: (platforms, changes, parameters, further terms of the case, outcome, whether the first round has a part).
KNOWN = {
    "direct": (ONE, CUT, CALM, {}, "defaults", True),
    "rollover": (TWO, CUT, CALM, {}, "lines elsewhere", False),
    "information": (SEEN, CUT, WATCHFUL, {}, "lines elsewhere", False),
    "funding": (ONE, TRIGGER, CALM | {"funding_channel": 1}, {}, "defaults", False),
    "jobs": (BOUGHT_ON_CREDIT, CUT, SPENDERS, {"policy": 14, "months": 30}, "defaults", True),
    "peers": (DEEP, CUT, TEMPTED, {}, "loss", True),
    "trust": (ONE, {"cut": CUT["cut"] | {"product": "pay-later"}}, HURT, {}, "lines at cutters", True),
}  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS)
def test_in_a_world_with_one_channel_that_channel_gets_the_effect_and_every_other_exactly_nothing(channel):
    """What is left of the total after the first round is due to the one channel open; where there is no first round,
    because the lines that are cut do not matter or no line is cut, it is due to all of it."""
    platforms, changes, parameters, more, name, first_round = KNOWN[channel]
    a = attributed(case_with(platforms, changes, parameters, **more))
    place = outcome(name)
    spread = a.total[:, place] - (a.parts["direct"][:, place] if channel != "direct" else 0)
    assert np.abs(spread).sum() > 0
    assert np.abs(a.parts[channel][:, place]).sum() >= 0.99 * np.abs(spread).sum()
    others = [other for other in CHANNELS if other not in (channel, "direct")]
    assert not any(a.parts[other][:, place].any() for other in others)
    assert a.parts["direct"][:, place].any() == first_round


@pytest.fixture(scope="module")
def spreading():
    """A policy that spreads through several channels at once."""
    both = {
        "cut": {"lever": "limit_cut", "value": 0.8, "platform": "shop"},
        "cap": {"lever": "income_cap", "value": 0.2},
    }
    platforms = {
        "shop": SHOP | {"sees": 0.5},
        "lender": {"sees": 0.5, "products": {"cash": CASH | {"review_interval": 1}}},
    }
    parameters = HARD | {"score_cut": 0.1, "strategic_share": 0.2, "peer_effect": 0.3}
    return case_with(platforms, both, parameters)


@pytest.fixture(scope="module")
def divided(spreading):
    return attributed(spreading)


def test_parts_add_up_to_the_total_to_the_last_borrower_and_the_last_fen(divided):
    total = divided.total * math.factorial(6)
    assert np.array_equal(sum(divided.numerators().values()), total)
    assert divided.total[:, outcome("defaults")].any()
    several = [name for name, part in divided.parts.items() if part.any()]
    assert len(several) >= 4


def test_the_total_is_the_reform_and_the_first_round_is_the_world_with_every_other_channel_frozen(spreading, divided):
    with Twins(spreading, 1) as twins:
        count = partial(measure, since=6, cutters=("shop",))
        free, first = twins.play(
            [REFORM, World(frozen=CHANNELS[1:])], lambda baseline, world: count(world) - count(baseline)
        )
    assert np.array_equal(divided.total[0], free)
    assert np.array_equal(divided.parts["direct"][0], first)


def test_what_lenders_reactions_add_is_found_by_freezing_them_and_leaving_everything_else_free(spreading, divided):
    place = outcome("defaults")
    with Twins(spreading, 1) as twins:
        count = partial(measure, since=6, cutters=("shop",))
        [calm] = twins.play([World(frozen=LENDERS)], lambda baseline, world: count(world) - count(baseline))
    open_ones = Coalition(CHANNELS) - set(LENDERS)
    assert np.array_equal(divided.values[open_ones][0], calm)
    assert divided.without(LENDERS, place) == divided.shown(place, divided.values[open_ones][:, place])
    both = divided.without(LENDERS, place).mean + divided.added_last(LENDERS, place).mean
    assert both == pytest.approx(divided.shown(place, divided.total[:, place]).mean)


def test_attribution_is_the_same_however_many_threads_play_and_however_many_worlds_fit_the_memory(
    spreading, divided, monkeypatch
):
    monkeypatch.setattr("analysis.explain.twins.MOST_BYTES", 0)
    again = attribute(spreading, (1, 2), GAMES["channels"](spreading), ("shop",), threads=2)
    assert all(np.array_equal(again.values[some], divided.values[some]) for some in divided.values)


def test_a_sequential_split_depends_on_the_order_and_lies_between_the_least_and_the_most_shown(divided):
    ranges = divided.by_order(outcome("defaults"))
    parts = {name: divided.part(name, outcome("defaults")).mean for name in ranges}
    assert all(low - 1e-9 <= parts[name] <= high + 1e-9 for name, (low, high) in ranges.items())
    assert any(high - low > 0.1 for low, high in ranges.values())


def test_with_one_platform_or_with_nobody_on_two_contagion_across_platforms_is_exactly_zero():
    one = attributed(case_with(ONE, CUT, HARD | {"jobs_channel": 0, "peers_channel": 0}))
    place = outcome("lines elsewhere")
    assert not one.total[:, place].any()
    assert not any(one.parts[name].any() for name in ("rollover", "information"))
    apart = {
        "shop": {"sees": 1, "products": {"pay-later": PAY_LATER}},
        "lender": {"sees": 1, "products": {"cash": CASH | {"reach": 0.0, "taste": 0.0}}},
    }
    nobody = attributed(case_with(apart, CUT, HARD | {"jobs_channel": 0, "peers_channel": 0, "applications": 0}))
    assert not nobody.total[:, place].any()
    assert nobody.total[:, outcome("lines at cutters")].any()
    assert not nobody.parts["rollover"].any()


# --- provisions and platforms ---
def test_a_policy_is_divided_among_its_provisions(spreading):
    a = attributed(spreading, "provisions")
    assert a.game.players == ("cut", "cap")
    assert set(a.values) == {Coalition(some) for some in ((), ("cut",), ("cap",), ("cut", "cap"))}
    assert np.array_equal(sum(a.numerators().values()), 2 * a.total)
    assert a.parts["cut"].any()
    assert a.parts["cap"].any()


def test_a_policy_is_divided_among_the_platforms_that_it_makes_act():
    everywhere = {"cut": {"lever": "limit_cut", "value": 0.8}}
    case = case_with(TWO, everywhere, CALM)
    a = attributed(case, "platforms", cutters=("shop", "lender"))
    assert a.game.players == ("shop", "lender")
    with Twins(case, 1) as twins:
        count = partial(measure, since=6, cutters=("shop", "lender"))
        [whole] = twins.play([REFORM], lambda baseline, world: count(world) - count(baseline))
    assert np.array_equal(a.total[0], whole)  # cutting at every platform one by one is the policy itself
    assert all(part.any() for part in a.parts.values())


def test_a_policy_is_divided_among_platforms_too_unless_every_provision_has_one_of_its_own():
    own = {"one": CUT["cut"], "other": CUT["cut"] | {"platform": "lender"}}
    mixed = own | {"third": CUT["cut"] | {"platform": "lender", "value": 0.1}}
    assert [game.name for game in _games(case_with(TWO, own, CALM))] == ["channels", "provisions"]
    assert [game.name for game in _games(case_with(TWO, mixed, CALM))] == ["channels", "provisions", "platforms"]


def test_what_falls_on_people_at_all_lenders_cannot_be_divided_among_platforms(spreading):
    with pytest.raises(ValueError, match=r"'cap' \(income_cap\) falls on people at all lenders together"):
        GAMES["platforms"](spreading)


def test_without_a_provision_of_its_own_there_is_nothing_to_divide():
    case = case_with(ONE, {}, CALM)
    with pytest.raises(ValueError, match="no dated change of its own"):
        GAMES["provisions"](case)


def test_many_provisions_are_divided_by_drawing_orders_with_a_stated_error():
    changes = {f"cut-{age}": {"lever": "limit_cut", "value": 0.5, "who": {"age_from": age}} for age in range(18, 50, 4)}
    case = case_with(ONE, changes, CALM, borrowers=600, months=14)
    a = attributed(case, "provisions", seeds=(1,), pairs=2)
    assert len(a.game.players) == 8
    assert a.sample.orders == 4
    assert np.allclose(sum(a.parts.values()), a.total)
    place = outcome("unmet")
    assert any(a.sampling_error(name, place) > 0.0 for name in a.game.players)


@pytest.mark.parametrize("it", OUTCOMES, ids=lambda it: it.name)
def test_every_outcome_has_a_meaning_and_a_unit(it):
    assert it.meaning
    assert it.unit
