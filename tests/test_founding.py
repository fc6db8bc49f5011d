"""The market at the first month has the published shares, within what so many people allow."""

import itertools

import numpy as np
import pytest
from markets import STILL, default_market, model_of

from sim import chance as luck
from sim.first_lines import OLDEST_LINE
from sim.founding import LARGEST_MERCHANT, MERCHANT_SIZE_SPREAD, merchant_sizes
from sim.line import FROZEN, NONE, OPEN, headroom
from sim.parameters import AGE_GROUPS, AGE_SHARES, AGE_WAGE, BEHAVIOUR, EARNER_MULTIPLE, QUINTILE_INCOME, QUINTILE_YEAR

PEOPLE = 20_000
START = 2017


def share(name):
    """A parameter of the market that is founded here."""
    return STILL.get(name, BEHAVIOUR[name].default)


def near(expected, people=PEOPLE, deviations=4.0):
    """A share that so many people may show."""
    return pytest.approx(expected, abs=deviations * np.sqrt(expected * (1 - expected) / people))


@pytest.fixture(scope="module")
def market():
    """The default market before its first month."""
    return model_of(default_market(), borrowers=PEOPLE, start=f"{START}-01").market


@pytest.fixture(scope="module")
def group(market):
    """Everybody's age group."""
    return np.digitize(market.borrowers["age"], [low for low, _ in AGE_GROUPS[1:]])


def test_ages_have_the_published_shares(market, group):
    assert (market.borrowers["age"].min(), market.borrowers["age"].max()) == (AGE_GROUPS[0][0], AGE_GROUPS[-1][1] - 1)
    assert [float((group == g).mean()) for g in range(len(AGE_SHARES))] == [near(expected) for expected in AGE_SHARES]


def test_each_fifth_has_a_fifth_of_the_people_and_its_published_mean_income(market, group):
    people = market.borrowers
    to_start = (1 + share("wage_growth")) ** (START - QUINTILE_YEAR)
    for fifth, income in enumerate(QUINTILE_INCOME):
        there = people["quintile"] == fifth
        assert float(there.mean()) == near(0.2)
        yuan_a_year = (people["wage"][there] / np.array(AGE_WAGE)[group[there]]).mean() * 12 / 100
        assert yuan_a_year == pytest.approx(income * EARNER_MULTIPLE * to_start, rel=0.02)


def test_every_wage_of_a_fifth_is_above_those_of_the_fifth_below_but_for_age(market, group):
    wages = market.borrowers["wage"] / np.array(AGE_WAGE)[group]
    fifths = [wages[market.borrowers["quintile"] == fifth] for fifth in range(5)]
    # each fifth is scaled to its own published mean, which may move an edge by some per cent
    assert all(lower.max() < 1.1 * higher.min() for lower, higher in itertools.pairwise(fifths))


def test_the_hand_to_mouth_have_their_share_and_hold_less_than_half_a_month(market):
    people = market.borrowers
    poor = people["buffer_target"] < 0.5
    assert float(poor.mean()) == near(share("hand_to_mouth_share"))
    assert (people["cash"] == np.floor(people["buffer_target"].astype(float) * people["wage"] + 0.5)).all()
    savers = people["buffer_target"][~poor]
    assert np.median(savers) == pytest.approx(share("saver_buffer_median"), rel=0.05)


def test_unemployment_is_where_losses_and_finds_balance_and_higher_for_the_young(market):
    people = market.borrowers
    for young, multiple in ((True, share("young_job_loss_multiple")), (False, 1.0)):
        those = (people["age"] < 25) == young
        lost = share("job_loss_hazard") * multiple
        expected = lost / (lost + share("reemployment_hazard"))
        assert float((people["jobless"][those] > 0).mean()) == near(expected, those.sum())
    assert (people["employer"][people["jobless"] > 0] == -1).all()


def test_a_share_of_the_employed_work_for_a_merchant(market):
    people = market.borrowers
    employed = people["jobless"] == 0
    assert float((people["employer"][employed] >= 0).mean()) == near(share("merchant_employment_share"), employed.sum())
    staff = np.bincount(people["employer"][people["employer"] >= 0], minlength=len(market.merchants))
    assert (market.merchants["norm_staff"] == staff).all()


def test_revolvers_have_their_share_and_are_three_times_as_frequent_among_the_hand_to_mouth(market):
    revolves = market.borrowers["appetite"] > 0
    poor = market.borrowers["buffer_target"] < 0.5
    assert float(revolves.mean()) == near(share("minimum_habit_share"))
    assert revolves[poor].mean() / revolves[~poor].mean() == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(("field", "low", "high", "mean"), [
    ("stigma", 0, 1, 0.5), ("impulse", 0, 2 * BEHAVIOUR["impulse"].default, BEHAVIOUR["impulse"].default),
    ("credit_share", 0, 1, STILL["credit_share"]),
])  # fmt: skip
def test_characters_lie_in_their_range_around_their_mean(market, field, low, high, mean):
    values = market.borrowers[field].astype(float)
    assert low <= values.min() <= values.max() <= high
    assert values.mean() == pytest.approx(mean, rel=0.02)


def test_character_is_independent_of_income_and_age(market):
    people = market.borrowers
    for one in ("stigma", "impulse", "credit_share", "appetite"):
        for other in ("quintile", "age", "stigma", "impulse"):
            if one != other:
                assert abs(np.corrcoef(people[one], people[other])[0, 1]) < 4 / np.sqrt(PEOPLE)


def test_every_line_that_is_held_is_open_within_its_limit_and_the_products_bounds(market):
    lines = market.lines
    held = lines["state"] == OPEN
    assert (held | (lines["state"] == NONE)).all()
    assert not (lines["state"] == FROZEN).any()
    limits = lines["limit"]
    assert (limits[~held] == 0).all()
    low, high = market.products["limit_low"] * 100, market.products["limit_high"] * 100
    assert ((limits >= low) & (limits <= high))[held].all()
    owed = sum(lines[name].astype(np.int64) for name in ("revolving", "purchases", "instalment"))
    assert (owed <= limits).all()
    assert headroom(lines[0, 0]) >= 0
    clean = lines["months_clean"][held]
    assert (clean.min(), clean.max()) == (1, OLDEST_LINE)


def test_platforms_hold_the_book_of_their_lines_and_capital_for_their_own_part(market):
    platforms, platform_of = market.platforms, market.products["platform"]
    owed = sum(market.lines[name].astype(np.int64) for name in ("revolving", "purchases", "instalment")).sum(0)
    books = [owed[platform_of == p].sum() for p in range(len(platforms))]
    assert platforms["book"].tolist() == books
    for platform, book in zip(platforms, books, strict=True):
        base = max(book, sum(books) // 20)  # one without business has the capital of an entrant
        assert platform.capital == int(platform.capital_share * platform.own_share * base)


def test_merchants_sell_what_their_customers_normally_spend_and_can_pay_their_staff():
    market = model_of(default_market(), borrowers=3000, merchants=30).market
    people, merchants = market.borrowers, market.merchants
    poor = people["buffer_target"] < 0.5
    spending = np.where(poor, share("hand_to_mouth_spending_share"), share("saver_spending_share")) * people["wage"]
    inside = np.zeros(30)
    np.add.at(inside, market.shops.ravel(), np.repeat(spending / market.shops.shape[1], market.shops.shape[1]))
    assert merchants["smooth_sales"] - merchants["outside_sales"] == pytest.approx(inside)
    staffed = people["employer"] >= 0
    payroll = np.bincount(people["employer"][staffed], people["wage"][staffed], 30)
    assert (payroll <= share("merchant_labour_share") * merchants["smooth_sales"] + 1).all()


def test_merchants_are_of_lognormal_size_and_none_is_more_than_ten_times_the_mean():
    sizes = merchant_sizes(3000, 1)
    key = luck.month_key(1, 0)
    free = np.exp([MERCHANT_SIZE_SPREAD * luck.normal(luck.uniform(key, luck.MERCHANT_SIZE, m)) for m in range(3000)])
    assert sizes.max() == pytest.approx(LARGEST_MERCHANT * free.mean())
    assert sizes.max() < free.max()
    assert (sizes[free < sizes.max()] == free[free < sizes.max()]).all()


def test_a_lender_makes_the_same_error_on_the_first_day_and_ever_after():
    model = model_of(default_market(), borrowers=20)
    rules, _ = model.run(3).rules_in_force()
    assert rules.founding == luck.month_key(model.seed, 0)


def test_wages_in_general_grow_by_the_year():
    model = model_of(default_market(), borrowers=20, parameters={"wage_growth": 0.10})
    assert model.rules_in_force()[0].wage_level == 1.0
    model.month = 24
    assert model.rules_in_force()[0].wage_level == pytest.approx(1.21)
