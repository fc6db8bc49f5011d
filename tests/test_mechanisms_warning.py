"""What a lender notices and does in time: early warnings, complaints, lines that are followed, investors who run."""

from functools import cache

import numpy as np
import pytest
from markets import default_market
from paired import falls, flows, mean_trust, rises, total, worlds
from scenes import PAY_LATER, Scene, set_fields, yuan
from test_mechanisms_security import by_platform

from sim import ledger
from sim import tally as row
from sim.lender import FAILED, LENDING, STOPPED
from sim.policy import Change
from sim.rules.complain import answer
from sim.rules.fund import fund
from sim.rules.invest import invest
from sim.rules.review import review
from sim.rules.warn import indicate, warn

SHOCK = "2018-06"
JOBS_LOST = Change("jobs are lost", "job_loss_multiple", 6, SHOCK)


# --- M48, M49: early warning ---
@pytest.mark.mechanism("M48")
def test_new_arrears_above_normal_give_the_alarm():
    s = Scene(PAY_LATER, platforms=[{"early_warning": 0.1}], parameters={"warning_rise": 0.5})
    platform = s.platforms[0]
    for arrears, indicator, alarm in ((20, 1.0, 0), (24, 1.2, 0), (40, 40 / 20.4, 1)):
        s.play(indicate, book=yuan(1000), new_arrears=yuan(arrears))
        assert platform.indicator == pytest.approx(indicator)
        s.play(warn, industry=1.0)
        assert platform.alarm == alarm
    assert platform.new_arrears == pytest.approx(0.0204 + 0.1 * (0.04 - 0.0204))
    platform.early_warning = 0.0
    s.play(warn, industry=1.0)
    assert platform.alarm == 0


@cache
def warned():
    """Worlds in which many jobs are lost: one lender has an early warning, in their pairs it has none."""
    on = {"lenders": {"facilitator": {"early_warning": 0.3}}, "parameters": {"warning_rise": 0.3}}
    return worlds(on | {"changes": [JOBS_LOST]}, {"changes": [JOBS_LOST]}, borrowers=12000, months=36, seeds=(1, 2))


def months_until_tight(model, name="facilitator"):
    """Months from the shock until a lender first tightens as far as it will."""
    tightening = by_platform(model, "tightening")[model.platform_names.index(name)]
    return int(np.argmax(np.append(tightening[17:] > 0.29, True)))


@pytest.mark.mechanism("M48")
def test_an_early_warning_acts_sooner_and_saves_a_lender_losses_at_the_price_of_false_alarms():
    on, off = warned()
    assert falls(on, off, months_until_tight)
    assert falls(on, off, lambda model: flows(model, "charge-offs", "facilitator"))
    f = on[0].platform_names.index("facilitator")
    assert sum(by_platform(model, "alarm")[f, :17].sum() for model in on) > 0, "false alarms before the shock"
    assert not any(by_platform(model, "alarm").any() for model in off)


@pytest.mark.mechanism("M48")
def test_if_every_lender_acts_on_early_warnings_losses_rise():
    """What saves one lender does not save all: limits that everybody cuts at once are missing when bills are due."""
    shock = {"parameters": {"warning_rise": 0.3}, "changes": [JOBS_LOST]}
    on, off = worlds(shock | {"platforms": {"early_warning": 0.3}}, shock, months=36, seeds=(1, 2))
    assert rises(on, off, lambda model: flows(model, "charge-offs"))


@pytest.mark.mechanism("M49")
def test_one_warning_for_all_makes_lenders_react_alike_and_cut_together():
    own = {"parameters": {"warning_rise": 0.3}, "platforms": {"early_warning": 0.3}}
    duty = Change("pooled", "industry_warning", 1.0, "2017-01")
    on, off = worlds(
        own | {"changes": [JOBS_LOST, duty]}, own | {"changes": [JOBS_LOST]}, borrowers=12000, months=36, seeds=(1, 2)
    )

    def spread(model):
        return by_platform(model, "alarm").std(0).mean()

    def together(model):
        """Mean correlation between platforms of the monthly growth of cuts, after the first year."""
        cuts = np.diff(np.log1p(by_platform(model, "removed_limit_fen", add=True)[:, 12:]))
        return np.corrcoef(cuts)[np.triu_indices(len(cuts), 1)].mean()

    assert all(spread(model) == 0 for model in on)
    assert all(spread(model) > 0.1 for model in off)
    assert all(together(one) > together(other) + 0.2 for one, other in zip(on, off, strict=True))


# --- M50: complaints are handled ---
@pytest.mark.mechanism("M50")
def test_a_desk_answers_what_it_can_and_wrong_answers_come_back():
    s = Scene(PAY_LATER, platforms=[{"complaint_capacity": 5, "service_error": 0.2}])
    platform = s.platforms[0]
    platform.complaints_open = 10
    s.play(answer, accounts=1000, complaints=10)
    assert platform.service == pytest.approx(0.2)  # five answered of twenty, one of them wrongly
    assert platform.complaints_open == 10, "who has waited for a month gives up"
    s.play(answer, accounts=10_000, complaints=10)
    assert platform.complaints_open == pytest.approx(4)  # all twenty answered, four of them wrongly


@pytest.mark.mechanism("M50")
def test_a_desk_that_is_too_small_answers_a_lasting_share_and_is_paid_for_what_it_answers():
    s = Scene(PAY_LATER, platforms=[{"complaint_capacity": 5, "complaint_cost": 20}])
    for _ in range(60):
        costs = s.flow(ledger.CONTROL_COST)
        set_fields(s.result, {"accounts": 1000, "complaints": 10})
        s.play(fund)
        s.play(answer, accounts=1000, complaints=10)
    assert s.platforms[0].complaints_open == 10
    assert s.platforms[0].service == pytest.approx(5 / 20)
    assert s.flow(ledger.CONTROL_COST) - costs == yuan(5 * 20)


@pytest.mark.mechanism("M50")
def test_more_staff_shorten_the_queue_and_training_spares_repeats():
    anger = {"complaint_hazard": 1.0, "trust_loss": 0.2}
    nuisance = {"monitor": 1.0, "monitor_false_alarm": 0.03}

    def compare(good, bad):
        on, off = worlds(
            {"parameters": anger, "platforms": nuisance | good}, {"parameters": anger, "platforms": nuisance | bad},
            months=12,
        )  # fmt: skip
        assert total(on[0], "complaints_open") < 0.2 * total(off[0], "complaints_open")
        assert total(on[0], "escalations") < 0.7 * total(off[0], "escalations")
        assert mean_trust(on[0]) > mean_trust(off[0])

    compare({"complaint_capacity": 50}, {"complaint_capacity": 5})
    compare({"complaint_capacity": 20, "service_error": 0.0}, {"complaint_capacity": 20, "service_error": 0.5})


# --- M52: lines are followed ---
@pytest.mark.mechanism("M52")
def test_a_warning_sign_brings_a_cut_at_once_and_never_a_raise():
    def limit_after(tracking, month, used, wage):
        s = Scene(PAY_LATER | {"tracking": tracking, "review_interval": 12}, month=month, wage=wage,
                  lines=[{"revolving": yuan(used), "months_clean": 12}])  # fmt: skip
        s.play(review)
        return int(s.lines[0].limit), s.tally.books[0, row.WARNINGS]

    poor, rich = yuan(1500), yuan(60000)
    assert limit_after(0.0, month=5, used=9500, wage=poor) == (yuan(10000), 0), "until its turn nothing happens"
    assert limit_after(0.0, month=12, used=9500, wage=poor) == (yuan(7000), 0)
    assert limit_after(1.0, month=5, used=9500, wage=poor) == (yuan(7000), 1)
    assert limit_after(1.0, month=5, used=5000, wage=poor) == (yuan(10000), 0), "no warning sign"
    assert limit_after(1.0, month=5, used=9500, wage=rich) == (yuan(10000), 1)
    assert limit_after(1.0, month=12, used=9500, wage=rich)[0] > yuan(10000)


@pytest.mark.mechanism("M52")
def test_following_its_lines_saves_a_lender_losses_and_costs_the_others_more():
    """People whose limit is cut at a warning sign can roll over less: who cuts loses less, all together more."""
    lines = [("incumbent", "pay-later"), ("incumbent", "cash")]
    on, off = worlds(
        {"terms": {line: {"review_interval": 12, "tracking": 1.0} for line in lines}},
        {"terms": {line: {"review_interval": 12} for line in lines}},
        borrowers=12000,
        months=36,
        seeds=(1, 2, 3, 4),
    )
    assert all(total(model, "warnings") > 0 for model in on)
    own = [sum(flows(model, "charge-offs", "incumbent") for model in models) for models in (on, off)]
    assert own[0] < own[1]  # together: in one world of four it is the other way round
    assert rises(on, off, lambda model: flows(model, "charge-offs"))


# --- M86: investors who run ---
@pytest.mark.mechanism("M86")
def test_fear_takes_funds_out_until_the_platform_stops_and_then_fails():
    s = Scene(PAY_LATER, platforms=[{"investors": 0.8, "run_sensitivity": 0.2}], parameters={"fear_memory": 0.8})
    platform = s.platforms[0]
    platform.book, platform.funds = yuan(1000), yuan(800)

    def month(shock, state):
        s.rules.news_shock = shock
        s.play(invest, news=0.0)
        assert platform.state == state
        return platform.funds

    assert month(0.0, LENDING) == yuan(800)
    assert month(0.2, LENDING) == yuan(768), "a little fear is paid out of repayments"
    platform.fear, platform.funds = 0.0, yuan(800)
    assert month(1.0, STOPPED) == yuan(640)
    assert month(1.0, STOPPED) == pytest.approx(yuan(409.6), abs=1)
    assert month(1.0, FAILED) == pytest.approx(yuan(409.6) * (1 - 0.2 * 2.44), abs=1)
    platform.fear, platform.funds, platform.state = 0.0, yuan(500), LENDING
    assert month(0.0, LENDING) == yuan(800), "when nobody is afraid, investors come back"


def many_p2p(count=6):
    """The default market with so many equal peer-to-peer lenders instead of one."""
    platforms, products = default_market()
    lender = next(terms for terms in platforms if terms["name"] == "p2p")
    product = next(terms for terms in products if terms["platform"] == "p2p")
    platforms = [terms for terms in platforms if terms is not lender]
    products = [terms for terms in products if terms is not product]
    terms = {"investors": 0.9, "run_sensitivity": 0.2}
    platforms += [lender | terms | {"name": f"p2p {i}"} for i in range(count)]
    return platforms, products + [product | {"platform": f"p2p {i}"} for i in range(count)]


def stops(model):
    """The months in which peer-to-peer lenders first stopped to lend, of those that did."""
    lending = by_platform(model, "lending")[[name.startswith("p2p") for name in model.platform_names]]
    return np.array([np.argmin(months) for months in lending if not months.all()])


@pytest.mark.mechanism("M86")
def test_after_a_news_shock_lenders_funded_by_investors_fail_together():
    news = {"changes": [Change("news", "news_shock", 1.0, "2018-01", "2018-03")]}
    on, off = worlds(news, months=36, market=many_p2p, seeds=(1, 2))
    for shocked, calm in zip(on, off, strict=True):
        assert (shocked.market.platforms["state"][-6:] == FAILED).all()
        assert stops(shocked).max() - stops(shocked).min() <= 1
        assert stops(calm).max() - stops(calm).min() >= 6
    run, _ = worlds({"parameters": {"news_weight": 1.0}}, months=36, market=many_p2p, seeds=(1, 2))
    for heard, calm in zip(run, off, strict=True):  # without any shock, the first to stop is news
        assert np.ptp(stops(heard)) < np.ptp(stops(calm))
