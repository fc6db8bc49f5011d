"""From the tables of a run folder to the series that are scored: six months and three lenders worked by hand."""

from tempfile import TemporaryDirectory
from types import SimpleNamespace

import duckdb
import numpy as np
import polars as pl
import pytest

from analysis.folder import Run
from analysis.validation.korea import world
from analysis.validation.korea.replay import span

MONTHS = span("2002-12", "2003-05")
LENDERS = ("samsung", world.STOPS, world.BANKS)
BOOK = {
    **dict.fromkeys(
        ("balance_fen", "m1_fen", "m2_fen", "m3_fen", "m4_fen", "plan_fen", "limit_fen", "policy_cut_fen", "accounts",
         "plans_extended", "plans_relieved", "extended_broken", "relieved_broken", "cash_drawn_fen"), 0),
    "capital_fen": 100, "spread": 0.0, "lending": True,
}  # fmt: skip
PEOPLE = {"borrowers": 10, "delinquent": 4, "registrations": 12, "delinquent_two_or_more": 3, "holders_four_or_more": 5,
          "cash_four_or_more": 2, "holders_four_drawn_fen": 30, "one_drawn_fen": 60, "one_bought_fen": 40,
          "merchant_sales_fen": 900, "merchant_staff": 7}  # fmt: skip


def series(book=lambda lender, t: {}, flows=()):
    """The series of a run of one seed, each [month].

    book: what the row of a lender in month t has besides BOOK; flows: (month, lender, flow, fen).
    """
    dated = [{"world": "crisis", "seed": 1, "month": month.astype("datetime64[D]").astype(object)} for month in MONTHS]
    lines = [(lender, "card") for lender in LENDERS]
    monthly = [
        {**one, "platform": lender, "product": "card", **BOOK, **book(lender, t)}
        for t, one in enumerate(dated)
        for lender in LENDERS
    ]
    flown = [(0, "nobody", "none", 0), *flows]
    tables = {
        "monthly": monthly,
        "economy": [one | PEOPLE for one in dated],
        "flows": [dated[t] | {"platform": who, "flow": flow, "amount_fen": fen} for t, who, flow, fen in flown],
    }
    data = duckdb.connect()
    with TemporaryDirectory() as folder:
        for name, rows in tables.items():
            pl.DataFrame(rows).write_parquet(f"{folder}/{name}.parquet")
            data.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder}/{name}.parquet'")
    terms = SimpleNamespace(lends_cash=0.5, cash_limit_power=2.0)
    cut = SimpleNamespace(lever="cash_limit", value=0.8, start="2003-01", until=None)
    platforms = {lender: SimpleNamespace(products={"card": terms}) for lender in LENDERS}
    run = Run(None, {}, data, "crisis", None, (1,), MONTHS, tuple(lines), 10, None)
    found = world.replay(run, SimpleNamespace(changes={"cut": cut}, platforms=platforms))
    return {name: of[0] for name, of in found.series.items()}


def test_delinquency_is_of_card_companies_from_30_days_on_and_real_has_rewritten_loans_too():
    books = {
        "samsung": {"balance_fen": 600, "m1_fen": 60, "m2_fen": 10, "m3_fen": 20, "m4_fen": 30, "plan_fen": 100},
        "lg": {"balance_fen": 400, "m1_fen": 40, "m2_fen": 40, "plan_fen": 20},
        "banks": {"balance_fen": 9000, "m1_fen": 9000, "m2_fen": 9000, "plan_fen": 9000},
    }
    found = series(lambda lender, t: books[lender])
    assert found["headline delinquency"] == pytest.approx(0.100)
    assert found["real delinquency"] == pytest.approx(0.220)
    assert found["arrears of less than 30 days"] == pytest.approx(0.100)
    assert found["headline delinquency, lender that stops"] == pytest.approx(0.10)
    assert found["headline delinquency, other lenders"] == pytest.approx(0.10)
    assert found["claims"] == pytest.approx(1000)


def test_persons_and_what_they_use_by_hand():
    found = series()
    assert found["card delinquents"] == pytest.approx(4)
    assert found["registrations per delinquent"] == pytest.approx(3.0)
    assert found["delinquents with two or more lenders"] == pytest.approx(0.75)
    assert found["cash in use of cards, drawn on one"] == pytest.approx(0.6)
    assert found["delinquent persons"] == pytest.approx(4 + 10 * world.not_on_cards(MONTHS))


def test_the_loss_of_a_year_is_the_fall_of_capital_that_nobody_put_in_or_took_out():
    """Capital of 100, 90, 95: 10 are lost, then 5 more than the 10 put in bring; 2 were paid out."""
    capital = {0: 100, 1: 90}
    flows = [(2, "samsung", "capital put in", 10), (2, "samsung", "dividends", 2)]
    found = series(lambda lender, t: {"capital_fen": capital.get(t, 95)} if lender == "samsung" else {}, flows)
    assert found["loss"].tolist() == [0, 10, 10 - 5 - 2, 0, 0, 0]


def test_a_lender_has_failed_once_its_capital_is_gone_but_for_what_was_put_in_or_after_three_months_without_business():
    def book(lender, t):
        return {"lending": t < 2} if lender == "lg" else {"capital_fen": 5} if lender == "samsung" else {}

    found = series(book, [(5, "samsung", "capital put in", 10)])
    assert found["lenders failed or absorbed"].tolist() == [0, 0, 0, 0, 1, 2]


def test_the_banks_own_cards_count_as_cards_but_not_as_card_companies():
    found = series(lambda lender, t: {"cash_drawn_fen": 7, "accounts": 3, "balance_fen": 10, "limit_fen": 100})
    assert found["cash advances"] == pytest.approx(21)
    assert found["cash advances of card companies"] == pytest.approx(14)
    assert found["cards"] == pytest.approx(9)
    assert found["cash-advance limits"].tolist() == pytest.approx([100, *[64] * 5])  # half of 200, times 0.8 squared


def test_rewritten_loans_and_the_spread_by_hand():
    books = {"samsung": {"balance_fen": 300, "spread": 0.02, "plans_extended": 5, "plans_relieved": 1,
                         "extended_broken": 2, "relieved_broken": 1},
             "lg": {"balance_fen": 100, "spread": 0.06}, "banks": {"balance_fen": 50, "plans_extended": 9}}  # fmt: skip
    found = series(lambda lender, t: books[lender])
    assert found["rewritten loans agreed"] == pytest.approx(6)
    assert found["rewritten loans broken"] == pytest.approx(3)
    assert found["spread of card bonds"] == pytest.approx(0.03)


def test_every_series_is_of_the_months_that_were_played():
    assert {of.shape for of in series().values()} == {np.shape(MONTHS)}
