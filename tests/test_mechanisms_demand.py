"""What a line adds to sales, who bears the default behind one, campaigns, and sellers abroad."""

import numpy as np
import pytest
from paired import falls, flows, gmv, rises, utilisation, worlds
from scenes import CASH, PAY_LATER, Scene, household, yuan
from test_mechanisms_products import BUYING, GOOD, HOLIDAYS, SEEDS, monthly

from sim import ledger
from sim.policy import Change
from sim.rules.collect import charge_off
from sim.rules.plan import plan_month
from sim.rules.shop import shop


def sales(model):
    """Sales to modelled people, by month."""
    table = model.tables()["flows"]
    bought = np.isin(table["flow"], ["purchases in cash", "purchases on credit"])
    months = np.unique(table["month"])
    return months, np.array([table["amount_fen"][bought & (table["month"] == month)].sum() for month in months])


# --- M87: what a line adds to sales, and what it takes from others ---
def planned(campaign=0.0, **parameters):
    """What somebody with wants of 3,000 yuan and a habit of putting 1,140 on a line plans to want and to put on it."""
    s = household(PAY_LATER, lines=[GOOD], parameters=parameters, credit_share=0.5, cash=yuan(5700))
    s.rules.wants_lift = campaign
    s.play(plan_month)
    return s.plan.wants / 100, s.buy[0] / 100


@pytest.mark.mechanism("M87")
def test_what_is_put_on_a_line_makes_new_demand_which_is_put_on_it_too():
    assert planned() == (3000, 1140)
    assert planned(demand_uplift=0.5) == (3570, 1710)


@pytest.mark.mechanism("M87")
def test_shops_that_accept_gain_what_is_new_and_what_others_lose():
    nobody_buys = {product: {"reach": 0, "taste": 0} for product in BUYING}
    half = {"merchant_acceptance": 0.5}
    lift = half | {"demand_uplift": 0.5}
    on, off = worlds({"parameters": lift}, {"parameters": half, "terms": nobody_buys}, months=12, seeds=SEEDS)
    for with_lines, without in zip(on, off, strict=True):
        accepts = with_lines.market.merchants["accepts"] == 1
        gain = with_lines.market.merchants["sales"] - without.market.merchants["sales"]
        new, taken = gain.sum(), -gain[~accepts].sum()
        assert gain[accepts].sum() == new + taken
        assert new > 0
        assert taken > 0


# --- M89: who bears the buyer's default ---
@pytest.mark.mechanism("M89")
@pytest.mark.parametrize(("recourse", "charged"), [(0.0, 0), (0.5, 500), (1.0, 1000)])
def test_with_recourse_the_merchants_bear_their_share_of_a_bad_debt(recourse, charged):
    s = Scene(PAY_LATER | {"recourse": recourse}, lines=[{"revolving": yuan(1000)}])
    s.play(charge_off)
    assert s.flow(ledger.CHARGEBACKS) == yuan(charged) == s.tally.fees.sum()
    assert s.flow(ledger.CHARGE_OFFS) == yuan(1000)


@pytest.mark.mechanism("M89")
def test_a_platform_that_bears_defaults_frees_merchants_of_bad_debt_for_a_fee():
    loss = lambda m: flows(m, "charge-offs") - flows(m, "chargebacks")  # noqa: E731
    on, off = worlds({}, {"products": {"recourse": 1.0, "merchant_fee": 0.0}}, seeds=SEEDS)
    assert not any(flows(model, "chargebacks") for model in on)
    assert all(flows(model, "chargebacks") > 0 for model in off)
    assert all(flows(model, "merchant fees") > 0 for model in on)
    assert rises(on, off, loss, by=1.0)


# --- M90: a campaign ---
CAMPAIGN = Change("sale", "campaign", 0.3, "2018-01", until="2018-04")


@pytest.mark.mechanism("M90")
def test_a_campaign_reaches_people_with_a_purchase_line_and_is_bought_on_it():
    assert planned(campaign=0.2) == (3600, 1740)
    assert planned(campaign=-0.1) == (2700, 840)
    s = household(CASH, lines=[GOOD], cash=yuan(5700))
    s.rules.wants_lift = 0.2
    s.play(plan_month)
    assert s.plan.wants == yuan(3000)


@pytest.mark.mechanism("M90")
def test_sales_rise_in_the_campaign_and_dip_afterwards_and_people_owe_more():
    on, off = worlds({"changes": [CAMPAIGN], "parameters": {"campaign_dip": 0.5}}, months=20, seeds=SEEDS)
    first, end, over = HOLIDAYS
    for sale, none in zip(on, off, strict=True):
        months, lifted = sales(sale)
        ratio = lifted / sales(none)[1]
        during, after = (months >= first) & (months < end), (months >= end) & (months < over)
        assert (ratio[months < first] == 1.0).all()
        assert (ratio[during] > 1.03).all()
        assert (ratio[after] < 0.97).all()
        owed = monthly(sale, "balance_fen") / monthly(none, "balance_fen")
        assert (owed[during] > 1.02).all()


# --- M95: sellers abroad ---
@pytest.mark.mechanism("M95")
def test_sellers_abroad_add_to_use_and_make_the_platforms_fees_less_concentrated():
    """Part of what is spent abroad is later missing at home."""
    on, off = worlds({"terms": {BUYING[0]: {"abroad": 0.2}}}, seeds=SEEDS)
    concentration = lambda m: sum(  # noqa: E731
        (flows(m, fees) / (flows(m, "merchant fees") + flows(m, "fees of sellers abroad"))) ** 2
        for fees in ("merchant fees", "fees of sellers abroad")
    )
    assert falls(on, off, concentration, by=0.1)
    assert rises(on, off, utilisation, by=0.02)
    assert falls(on, off, gmv)


@pytest.mark.mechanism("M95")
def test_only_a_purchase_line_with_room_pays_abroad():
    s = household(PAY_LATER | {"abroad": 0.1}, CASH | {"abroad": 0.1}, cash=yuan(6000))
    s.play(plan_month)
    s.play(shop)
    assert s.flow(ledger.PURCHASES_ABROAD, 0) == round(0.1 * s.plan.wants)
    assert s.flow(ledger.PURCHASES_ABROAD, 1) == 0
