"""A user's own table founds the market: what it says is taken as it is, what it does not say is told and imputed."""

import csv
import tomllib

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from markets import (
    ROOT,
    STILL,
    UNCOUPLED,
    arrays,
    default_market,
    differences,
    everything,
    fingerprint,
    in_another_process,
    model_of,
    results,
)

from analysis.commands import main
from scenarios.batch.plan import run_of, work_of
from scenarios.borrowers.columns import ID, LINE, PERSON
from scenarios.borrowers.layouts import CARD_CLIENTS
from scenarios.borrowers.table import read, write
from scenarios.loader import load, load_in, load_pair
from scenarios.messages import BadInput
from scenarios.runner import plan
from scenarios.schema import placeless
from sim import chance as luck
from sim.given import rows_of
from sim.line import FROZEN, NONE, OPEN
from sim.model import CreditModel

LINES = load("baseline").lines()
CARD, CASH = "bank/card", "p2p/cash"
HEADER = (
    "id,age,income,employed,cash,payment_habit,limit:bank/card,balance:bank/card,months_past_due:bank/card,"
    "limit:p2p/cash,balance:p2p/cash,months_past_due:p2p/cash"
)
PEOPLE = f"""{HEADER}
revolver,30,5000,1,2500,minimum,10000,4000,0,0,,
late,22,4000,0,0,full,20000,3000.50,1,,,
full,45,8000,1,16000,full,5000,1000,0,,0,
borrower,50,6000,1,3000,full,0,0,,6000,6000,1
in default,61,3000,1,100,minimum,9000,9900,5,0,,
"""
UNKNOWN = np.nan


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Write a table into a folder of its own and read it."""
    monkeypatch.chdir(tmp_path)

    def reading(text, name="mine.csv", **options):
        (tmp_path / name).write_text(text)
        return read(name, LINES, **options)

    return reading


@pytest.fixture
def complaint(table):
    """What is said about a table that cannot be used."""

    def said(text, **options):
        with pytest.raises(BadInput) as error:
            table(text, **options)
        return str(error.value)

    return said


def founded(columns, borrowers, **keywords):
    """The baseline's market founded on columns."""
    arguments = load("baseline").market_arguments() | {"table": columns}
    return CreditModel(**arguments, borrowers=borrowers, **keywords)


def line(model, person, name):
    """The record of one line of one person."""
    return model.market.lines[person, model.product_names.index(tuple(name.split("/")))]


def told(output):
    """What a command printed, without the breaks of a narrow screen."""
    return " ".join(output.split())


# --- what the table says is what the records hold ---
def test_the_records_hold_what_the_rows_say(table):
    model = founded(table(PEOPLE).columns, 5)
    people = model.market.borrowers
    assert people["age"].tolist() == [30, 22, 45, 50, 61]
    assert people["wage"].tolist() == [500_000, 400_000, 800_000, 600_000, 300_000]
    assert people["cash"].tolist() == [250_000, 0, 1_600_000, 300_000, 10_000]
    assert people["buffer_target"].tolist() == pytest.approx([0.5, 0, 2, 0.5, 1 / 30])
    assert (people["jobless"] > 0).tolist() == [False, True, False, False, False]
    assert people["employer"][1] == -1
    assert (people["appetite"] > 0).tolist() == [True, False, False, False, True]
    assert people["ever_in_default"].tolist() == [0, 0, 0, 0, 1]
    cards = [line(model, i, CARD) for i in range(5)]
    assert [card.limit for card in cards] == [1_000_000, 2_000_000, 500_000, 0, 900_000]
    assert [card.revolving for card in cards] == [400_000, 300_050, 0, 0, 990_000]
    assert [card.purchases for card in cards] == [0, 0, 100_000, 0, 0]
    assert [card.months_past_due for card in cards] == [0, 1, 0, 0, 5]
    # a tenth of the bill is the minimum; from the second month past due the card is called in
    assert [card.due for card in cards] == [0, 30_005, 0, 0, 990_000]
    assert [card.state for card in cards] == [OPEN, FROZEN, OPEN, NONE, FROZEN]
    assert line(model, 0, CASH).state == NONE


def test_a_loan_that_is_late_owes_one_instalment_for_each_month(table):
    loan = line(founded(table(PEOPLE).columns, 5, seed=4), 3, CASH)
    months = 1 + int(6 * luck.uniform(luck.month_key(4, 0), luck.FIRST_TERM, 3, LINES.index(CASH)))
    assert months > 1
    assert loan.due == loan.revolving == round(600_000 / months)
    assert loan.instalment == 600_000 - loan.due
    assert (loan.instalments_left, loan.months_past_due, loan.months_clean) == (months - 1, 1, 0)


def test_who_owes_more_of_a_limit_than_the_draw_would_has_the_appetite_for_it():
    use = 0.9
    market = founded({f"limit:{CARD}": [10_000.0], f"balance:{CARD}": [10_000 * use], "payment_habit": [1.0]}, 1).market
    card = market.products[LINES.index(CARD)]
    assert market.borrowers["appetite"][0] >= np.float32(use / card.target_use)


def test_the_accounts_close_on_a_market_with_late_lines_and_defaults_last(table):
    model = founded(table(PEOPLE).columns, 300).run(3)  # every month checks the accounts to the fen
    late = model.market.lines["months_past_due"][:, LINES.index(CARD)]
    assert late[4::5].max() > 5
    assert model.in_default_share > 0.1


# --- what it does not say is as in the default market ---
def test_a_table_in_which_nothing_is_known_changes_nothing():
    empty = {"age": [UNKNOWN] * 200, f"limit:{CARD}": [UNKNOWN] * 200, f"balance:{CARD}": [UNKNOWN] * 200}
    one = CreditModel(**load("baseline").market_arguments(), borrowers=200).run(4)
    assert not differences(everything(one), everything(founded(empty, 200).run(4)))


def test_what_is_known_moves_nothing_else_of_the_person():
    default = CreditModel(**load("baseline").market_arguments(), borrowers=200)
    people = default.market.borrowers
    same = founded({"age": people["age"].astype(float)}, 200)  # ages that would have been drawn
    assert not differences(arrays(default), arrays(same))
    older = founded({"age": np.full(200, 45.0)}, 200)
    ratio = older.market.borrowers["wage"] / people["wage"]
    thirties = (people["age"] >= 30) & (people["age"] < 40)
    assert ratio[thirties] == pytest.approx(1.06 / 1.08, rel=1e-4)
    same_draw = (people["jobless"] == older.market.borrowers["jobless"]) | (people["age"] < 25)
    assert same_draw.all()


def test_an_income_that_is_not_known_follows_the_limit_as_closely_as_in_the_default_market():
    def correlation(model, held):
        limit = model.market.lines["limit"][held, LINES.index(CARD)]
        return np.corrcoef(np.log(model.market.borrowers["wage"][held]), np.log(limit))[0, 1]

    default = CreditModel(**load("baseline").market_arguments(), borrowers=4000)
    limits = default.market.lines["limit"][:, LINES.index(CARD)] / 100
    again = founded({f"limit:{CARD}": limits}, 4000, seed=2)
    assert (again.market.lines["limit"][:, LINES.index(CARD)] == 100 * limits).all()
    assert correlation(again, limits > 0) == pytest.approx(correlation(default, limits > 0), abs=0.05)


# --- promises ---
def test_one_more_row_does_not_change_the_luck_of_those_before():
    columns = {"age": np.arange(18.0, 98.0), f"limit:{CARD}": np.arange(80.0) * 500}
    worlds = []
    for rows in (79, 80):
        some = {name: values[:rows] for name, values in columns.items()}
        model = CreditModel(*default_market(), parameters=STILL | UNCOUPLED, table=some, borrowers=rows, merchants=5)
        worlds.append([model.market.borrowers[:79].copy(), model.market.lines[:79].copy()])
        model.run(6)
        worlds[-1] += [model.market.borrowers["cash"][:79].copy(), model.market.lines[:79].copy()]
    assert all((few == more).all() for few, more in zip(*worlds, strict=True))


def test_people_beyond_the_last_row_are_rows_again_and_fewer_people_are_a_sample():
    assert rows_of(5, 5, seed=1).tolist() == [0, 1, 2, 3, 4]
    more, yet_more = rows_of(1000, 5, seed=1), rows_of(1001, 5, seed=1)
    assert more[:5].tolist() == [0, 1, 2, 3, 4]
    assert (more == yet_more[:1000]).all()
    assert np.bincount(more).tolist() == [pytest.approx(200, abs=60)] * 5
    fewer = rows_of(100, 1000, seed=1)
    assert len(set(fewer)) == 100
    assert fewer.mean() == pytest.approx(500, abs=120)
    assert (fewer == rows_of(101, 1000, seed=1)[:100]).all()
    assert set(fewer) != set(rows_of(100, 1000, seed=2))


def test_a_compiled_market_and_a_plain_python_market_are_founded_alike():
    columns = {"age": [30.0, 70.0, UNKNOWN], "cash": [UNKNOWN, 100.0, 0.0], "limit:bank/card": [9000.0, 0.0, UNKNOWN],
               "balance:bank/card": [12000.0, 0.0, 300.0], "months_past_due:bank/card": [3.0, UNKNOWN, 0.0],
               "months_past_due:p2p/cash": [UNKNOWN, 1.0, UNKNOWN]}  # fmt: skip
    model = model_of(default_market(), table=columns, borrowers=12).run(3)
    words = f"(nan := np.nan, model_of(default_market(), table={columns}, borrowers=12).run(3))[1]"
    assert in_another_process(words, NUMBA_DISABLE_JIT="1") == fingerprint(model)


# --- reading ---
def test_a_parquet_file_says_what_the_csv_says_and_the_bytes_are_the_same_twice(table, tmp_path):
    borrowers = table(PEOPLE)
    for name in ("one.parquet", "two.parquet"):
        write(borrowers, tmp_path / name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    again = read("one.parquet", LINES)
    assert list(again.columns) == list(borrowers.columns)
    assert all(np.array_equal(again.columns[name], borrowers.columns[name], equal_nan=True) for name in again.columns)
    duckdb.sql("SELECT * FROM 'mine.csv'").write_parquet("theirs.parquet")
    theirs = read("theirs.parquet", LINES)
    assert all(np.array_equal(theirs.columns[name], borrowers.columns[name], equal_nan=True) for name in again.columns)


def test_the_line_may_be_named_once_and_money_may_be_another(table):
    borrowers = table("age;limit;balance\n30;1000;500\n31;;7\n", line=CARD, per_yuan=10)
    assert list(borrowers.columns) == ["age", f"limit:{CARD}", f"balance:{CARD}"]
    assert borrowers.columns[f"limit:{CARD}"].tolist() == pytest.approx([100, UNKNOWN], nan_ok=True)
    assert borrowers.columns[f"balance:{CARD}"].tolist() == [50, 0.7]
    assert borrowers.missing(f"limit:{CARD}") == 1
    assert borrowers.missing("income") == 2


@pytest.mark.parametrize(("cell", "said"), [
    ("17,5000", "row 2: age: 17 is out of range; write a whole number from 18 to 100 (years)"),
    ("30.5,5000", "row 2: age: 30.5 is not a whole number"),
    ("thirty,5000", 'row 2: age: "thirty" is not a number'),
    ("NaN,5000", 'row 2: age: "NaN" is not a number'),
    ("30,-1", "row 2: limit:bank/card: -1 is negative; write a number from 0 to 10000000 (yuan)"),
    ("30,inf", 'row 2: limit:bank/card: "inf" is not a number'),
    ("30,5000,1", "row 2: 3 cells, where the header has 2"),
])  # fmt: skip
def test_a_wrong_cell_is_named_by_row_and_column_with_what_to_write(complaint, cell, said):
    assert complaint(f"age,limit:bank/card\n40,1000\n{cell}\n").startswith(f"mine.csv: {said}")


def test_ten_errors_are_told_and_the_others_counted(complaint):
    said = complaint("age\n" + "12\n" * 25).splitlines()
    assert len(said) == 11
    assert [text.split(":")[1] for text in said[:10]] == [f" row {row}" for row in range(1, 11)]
    assert said[-1] == "mine.csv: and 15 more cells like these"


@pytest.mark.parametrize(("header", "said"), [
    ("aeg", 'column aeg: there is no such column; did you mean "age"?'),
    ("limit:bank/cart", 'column limit:bank/cart: there is no line "bank/cart"; did you mean "bank/card"?'),
    ("limit", "column limit: of which line? name it with --line"),
    ("colour", "no column says anything about a borrower"),
])  # fmt: skip
def test_an_unknown_column_is_told_what_was_meant(complaint, header, said):
    assert said in complaint(f"{header}\n1\n")


def test_a_habit_is_one_of_two_words_and_a_borrower_has_one_row(complaint):
    assert 'row 1: payment_habit: "sometimes" is neither of full and minimum' in complaint("payment_habit\nsometimes\n")
    assert "row 3: id: 7 stands in row 1 already" in complaint("id,age\n7,30\n8,30\n7,31\n")
    assert 'two columns are called "age"' in complaint("age,age\n30,30\n")


def test_a_file_that_is_no_table_is_refused(complaint, tmp_path):
    assert "the table is empty" in complaint("")
    assert "the table is empty" in complaint("age,limit:bank/card\n")
    for name, content, said in (
        ("mine.xls", b"\xd0\xcf\x11\xe0", "mine.xls is a spreadsheet; save it as CSV"),
        ("mine.bin", b"\xff\xfe\x00", "mine.bin is neither CSV in UTF-8 nor Parquet"),
        ("mine.parquet", b"PAR1 and nothing else", "mine.parquet: cannot be read as Parquet"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=said):
            read(name, LINES)
    with pytest.raises(BadInput, match="there is no such file"):
        read("gone.csv", LINES)
    with pytest.raises(BadInput, match='there is no line "bank/crad"; did you mean "bank/card"'):
        read("mine.csv", LINES, line="bank/crad")


def test_what_looks_odd_is_told_and_kept(table):
    text = "limit:bank/card,balance:bank/card,months_past_due:bank/card,colour\n100,500,0,red\n100,0,2,blue\n"
    notes = table(text).notes
    assert notes == (
        "not used: colour",
        "more is owed on bank/card than twice its limit (1 row, the first is row 1)",
        "bank/card is late though nothing is owed: founded on time (1 row, the first is row 2)",
    )


# --- the layout of the card clients ---
def card_clients(rows=60, names=None):
    """A small table in the layout, made up: rows of text, the header first."""
    random = np.random.default_rng(5)
    months = range(1, 7)
    header = ["ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", *["PAY_0", *(f"PAY_{m}" for m in range(2, 7))],
              *(f"BILL_AMT{m}" for m in months), *(f"PAY_AMT{m}" for m in months),
              names or "default payment next month"]  # fmt: skip
    lines = [header]
    for i in range(rows):
        status = (-2, -1, 0, 1, 2, 8)[i % 6]
        limit = int(random.integers(2, 60)) * 10_000
        bills = [0] * 6 if status == -2 else [int(limit * use) for use in random.uniform(0.2, 0.7, 6)]
        paid = [*(bill if status == -1 else bill // 20 for bill in bills[1:]), 0]
        if i == 0:
            bills[0] = -393  # a credit
        lines.append([i + 1, limit, 1, 2, 1, 21 + i, *[status] * 6, *bills, *paid, 0])
    return [list(map(str, each)) for each in lines]


def as_text(lines):
    """Rows as CSV."""
    return "\n".join(",".join(each) for each in lines) + "\n"


def test_the_layout_of_the_card_clients_becomes_a_card(table):
    lines = card_clients()
    borrowers = table(as_text(lines), layout="card-clients")
    columns = borrowers.columns
    assert list(columns) == ["age", "payment_habit", f"limit:{CARD}", f"balance:{CARD}", f"months_past_due:{CARD}"]
    assert columns[f"months_past_due:{CARD}"].tolist() == [0, 0, 0, 1, 2, 8] * 10
    habits = columns["payment_habit"].reshape(-1, 6)
    assert np.isnan(habits[:, 0]).all()  # nothing was billed
    assert (habits[:, 1] == 0).all()  # paid in full
    assert (habits[:, 2:] == 1).all()
    limits = np.array([int(each[1]) for each in lines[1:]])
    assert columns[f"limit:{CARD}"] == pytest.approx(limits / CARD_CLIENTS.per_yuan, abs=0.006)
    assert columns[f"balance:{CARD}"][0] == 0
    assert columns[f"balance:{CARD}"][2] == pytest.approx(int(lines[3][12]) / 3.93, abs=0.006)
    assert columns["age"].tolist() == list(range(21, 81))
    as_they_are = table(as_text(lines), layout="card-clients", per_yuan=1.0)
    assert (as_they_are.columns[f"limit:{CARD}"] == limits).all()


def test_other_copies_of_the_layout_are_read_alike(table):
    lines = card_clients(names="default.payment.next.month")
    first = table(as_text(lines), layout="card-clients").columns
    numbered = ["ID", *(f"X{number}" for number in range(1, 24)), "Y"]
    for other in (
        [numbered, *lines[1:]],
        [["", *numbered[1:]], *lines],  # a line of numbers above the line of names
        [[name.lower().replace("pay_0", "pay_1") for name in lines[0]], *lines[1:]],
    ):
        again = table(as_text(other), layout="card-clients").columns
        assert list(again) == list(first)
        assert all(np.array_equal(again[name], first[name], equal_nan=True) for name in first)


def test_a_status_or_a_limit_that_cannot_be_is_refused_in_the_layouts_own_words(complaint):
    lines = card_clients(3)
    lines[2][6], lines[3][1] = "10", "-5"
    said = complaint(as_text(lines), layout="card-clients").splitlines()
    assert said[0].startswith("mine.csv: row 2: PAY_0: 10 is out of range; write a whole number from -2 to 9 (status)")
    assert said[1].startswith("mine.csv: row 3: LIMIT_BAL: -5 is negative")
    assert 'no column "LIMIT_BAL"' in complaint("AGE\n30\n", layout="card-clients")
    assert 'did you mean "card-clients"?' in complaint("age\n30\n", layout="card-client")


# --- the command ---
@pytest.fixture
def market(tmp_path, monkeypatch):
    """A market founded by the command from the layout, in a folder of its own, and what was printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards.csv").write_text(as_text(card_clients()))
    done = CliRunner().invoke(main, ["found", "--from", "cards.csv", "--layout", "card-clients"])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_tells_what_was_read_and_what_was_imputed(market):
    said = told(market)
    assert "cards.csv: 60 borrowers" in said
    assert "3.93 NT dollars" in said
    for row in ("age 60 0 ", "income 0 60 ", "payment_habit 50 10 minimum as often", f"limit:{CARD} 60 0 "):
        assert row in said
    assert "not used: SEX, EDUCATION, MARRIAGE, default payment next month" in said
    assert "lines late 50.00 % 0.00 %" in said
    assert "lines in default (more than 90 days late) 16.67 % 0.00 %" in said


def test_the_command_writes_a_scenario_a_table_and_a_picture_the_same_bytes_twice(market, tmp_path):
    files = [tmp_path / f"my-market.{ending}" for ending in ("toml", "parquet", "png")]
    before = [file.read_bytes() for file in files]
    assert tomllib.loads(before[0].decode())["founded_from"] == "my-market.parquet"
    again = CliRunner().invoke(main, ["found", "--from", "cards.csv", "--layout", "card-clients"])
    assert again.exit_code == 0
    assert [file.read_bytes() for file in files] == before
    assert again.output == market


def test_the_founded_market_is_played_three_months_by_its_name(market):
    world = load("my-market.toml")
    model = CreditModel(**world.market_arguments(), borrowers=world.borrowers).run(3)
    assert world.borrowers == 60
    assert model.market.borrowers["age"].tolist() == list(range(21, 81))
    assert results(model)["monthly.month"].shape[0] > 0


def test_a_rule_in_the_founded_market_is_compared_with_the_same_people(market, tmp_path):
    assert load_pair("my-market.toml")[0] is None
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "my-market.toml"\nmonths = 60\n')
    pairs = [load_pair("limit-cut+my-market.toml"), load_in("my-market.toml", "limit-cut"), load_pair("mine.toml")]
    for baseline, world in pairs:
        assert baseline.name == "my-market"
        assert baseline.founded_from == world.founded_from
        first, second = (
            CreditModel(**each.market_arguments(), borrowers=50, merchants=5) for each in (baseline, world)
        )
        assert not differences(arrays(first), arrays(second))


def test_a_run_is_known_by_what_is_in_the_table_not_by_where_it_lies(market, tmp_path, monkeypatch):
    def keys():
        world = load("my-market.toml")
        return plan("my-market.toml").key(), run_of(work_of("code", world, None, ["monthly"]), "none", "mine", 1).name

    first = keys()
    other = tmp_path / "other"
    other.mkdir()
    for name in ("my-market.toml", "my-market.parquet"):
        (other / name).write_bytes((tmp_path / name).read_bytes())
    monkeypatch.chdir(other)
    assert keys() == first
    borrowers = read("my-market.parquet", LINES)
    borrowers.columns["age"][0] += 1
    write(borrowers, other / "my-market.parquet")
    assert not set(keys()) & set(first)
    assert plan("baseline").key() not in keys()
    assert placeless(load("baseline").resolved()) == load("baseline").resolved()


def test_a_table_that_is_gone_or_has_changed_is_told(market, tmp_path):
    world = load("my-market.toml")
    (tmp_path / "my-market.parquet").write_bytes(b"age\n30\n")
    with pytest.raises(BadInput, match=r"my-market\.parquet: it has changed since the scenario was read"):
        load("limit-cut").model_copy(update={"founded_from": world.founded_from.model_copy(
            update={"content": "other"})}).market_arguments()  # fmt: skip
    (tmp_path / "my-market.parquet").unlink()
    with pytest.raises(BadInput, match=r"my-market\.toml:8: founded_from: there is no such file as my-market\.parquet"):
        load("my-market.toml")
    with pytest.raises(BadInput, match="founded_from cannot be set here"):
        load("baseline", ["founded_from=my-market.parquet"])


def test_a_file_of_another_layout_is_told_so_and_columns_that_a_layout_lacks_are_named(table, complaint):
    other = "age,limit:bank/card\n30,5000\n"
    assert "is this the layout card-clients" in complaint(other, layout="card-clients")
    short = "LIMIT_BAL,AGE,PAY_0,BILL_AMT1\n20000,24,2,3913\n"
    (note,) = [note for note in table(short, layout="card-clients").notes if "not in" in note]
    assert note.startswith("not in the table: BILL_AMT2, ")
    assert note.endswith("PAY_AMT5")


def test_a_decimal_comma_is_named_and_two_columns_of_one_line_are_told_by_both_names(complaint):
    assert "decimals are written with a point" in complaint("age;income\n30;12905,71\n")
    twice = complaint("age,limit,limit:bank/card\n30,5000,5000\n", line="bank/card")
    assert 'mine.csv: columns "limit" and "limit:bank/card" are the same line' in twice


def test_a_scenario_with_a_rule_is_not_founded_from_since_the_rule_would_be_on_both_sides(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("age,income\n30,5000\n")
    answer = CliRunner().invoke(main, ["found", "--from", str(table), "--scenario", "limit-cut", "--out",
                                       str(tmp_path / "my.toml")])  # fmt: skip
    assert answer.exit_code == 1
    assert "rollover run limit-cut+" in answer.output
    assert not (tmp_path / "my.toml").exists()


def test_a_hand_written_scenario_may_name_a_csv_and_its_errors_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = 'title = "Mine"\nextends = "baseline"\nfounded_from = "mine.csv"\nborrowers = 5\n'
    (tmp_path / "mine.toml").write_text(words)
    (tmp_path / "mine.csv").write_text(PEOPLE)
    assert load("mine.toml").market_arguments()["table"]["income"].tolist() == [5000, 4000, 8000, 6000, 3000]
    (tmp_path / "mine.csv").write_text("age\n7\n")
    with pytest.raises(BadInput, match=r"mine\.csv: row 1: age: 7 is out of range"):
        load("mine.toml")


def test_the_command_never_writes_over_anything_that_it_has_not_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text(PEOPLE)
    (tmp_path / "taken.toml").write_text('title = "Taken"\n')
    (tmp_path / "own.parquet").write_bytes(b"")
    for out, file, said in (
        ("taken.toml", "mine.csv", "taken.toml: there is such a file already"),
        ("own.toml", "mine.csv", "own.parquet: there is such a file already"),
        ("own.toml", "own.parquet", "own.parquet is the table itself"),
        ("mine.csv", "mine.csv", "name a file that ends in .toml"),
    ):
        done = CliRunner().invoke(main, ["found", "--from", file, "--out", out])
        assert done.exit_code == 1
        assert said in told(done.output)


def test_every_documented_column_is_in_the_page():
    page = (ROOT / "docs/your-data.md").read_text()
    for column in (ID, *PERSON, *LINE):
        row = next(text for text in page.splitlines() if text.startswith(f"| `{column.name}` |"))
        assert column.unit in row
        assert column.meaning in row
        assert column.imputed in row
    with (ROOT / "docs/your-data.md").open() as lines:
        header = next(csv.reader(text for text in lines if text.startswith("id,")))
    assert set(header) <= {"id", *(c.name for c in PERSON), *(f"{c.name}:{CARD}" for c in LINE)}
