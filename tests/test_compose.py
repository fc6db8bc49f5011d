"""Scenarios composed: A+B has what both change, in any order, and conflicts are told."""

import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import CASH, PAY_LATER, Scene

from analysis.commands import main
from analysis.gallery.outcomes import RULES
from scenarios.compose import ADD, HIGHER, IN_TURN, LATER, LOWER, TOGETHER, notes
from scenarios.loader import MARKETS, load, load_pair
from scenarios.messages import BadInput
from scenarios.runner import plan, run
from sim.levers import LEVERS
from sim.policy import Change, Timetable

BOTH = "guidance-24+rate-cap-lpr"


def file(folder, name, text, extends="baseline"):
    """Write a scenario file and return its path as text."""
    path = folder / f"{name}.toml"
    path.write_text(f'title = "{name}"\nextends = "{extends}"\n{text}')
    return str(path)


def change(name, lever, value, start="2020-12", more=""):
    """The lines of one change."""
    return f'[[changes]]\nname = "{name}"\nlever = "{lever}"\nvalue = {value}\nfrom = "{start}"\n{more}\n'


# --- what a composition is ---
def test_a_composition_has_the_changes_of_both_against_their_baseline():
    baseline, world = load_pair("limit-cut+income-cap")
    assert baseline == load("baseline")
    assert world.name == "income-cap+limit-cut"
    assert set(world.changes) == {*baseline.changes, "cut", "cap", "ceiling"}
    for name in ("limit-cut", "income-cap"):
        assert load(name).title in world.title
        assert load(name).question in world.question
        assert load(name).expected.strip() in world.expected
    assert plan("limit-cut+income-cap").reference == "2020-10"


@given(st.lists(st.sampled_from(RULES), min_size=2, max_size=3, unique=True))
@settings(max_examples=12, deadline=None)
def test_the_order_of_a_composition_does_not_matter(names):
    forward, backward = (plan("+".join(order), borrowers=100, seeds=1) for order in (names, names[::-1]))
    assert forward == backward
    assert forward.key() == backward.key()


def test_two_orders_give_the_same_bytes(tmp_path):
    folders = [tmp_path / str(number) for number in range(2)]
    for folder, name in zip(folders, ("limit-cut+income-cap", "income-cap+limit-cut"), strict=True):
        run(name, borrowers=200, months=49, seeds=1, threads=1, out=folder)
    files = sorted(path.name for path in folders[0].glob("*.parquet"))
    assert files
    for name in files:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


@pytest.mark.parametrize("name", RULES)
def test_a_scenario_composed_with_what_it_extends_is_itself(name):
    for composed in (f"baseline+{name}", f"{name}+baseline", f"{name}+{name}"):
        assert load_pair(composed) == load_pair(name)
    other = load(name).against
    if other:
        assert load_pair(f"{name}+{other}") == load_pair(name)


def test_worlds_compared_with_are_composed_too():
    baseline, world = load_pair("p2p-runs+cash-loan-notice")
    assert baseline.name == "cash-loans-2017+p2p-investors"
    p2p = baseline.platforms["p2p"]
    assert (p2p.investors, p2p.calls) == (0.9, 5.0)
    assert world.platforms == baseline.platforms
    assert load_pair("limit-cut+p2p-runs")[0].name == "p2p-investors"


def test_the_longest_run_and_the_most_people_count(tmp_path):
    few = file(tmp_path, "few", "borrowers = 500\nseeds = 3\n" + change("c", "credit_cap", 5000))
    many = file(tmp_path, "many", "borrowers = 700\nseeds = 2\n")
    world = load(f"{few}+credit-repair+{many}")
    assert (world.months, world.borrowers, world.seeds) == (132, 700, 3)


def test_a_composition_can_be_set_and_compared_with_another_world():
    world = load("limit-cut+income-cap", ["changes.cut.value=0.4"])
    assert world.changes["cut"].value == 0.4
    assert load_pair("limit-cut+income-cap", "limit-cut")[0].name == "limit-cut"
    assert plan("limit-cut+income-cap", "income-cap").reference == "2020-11"


# --- names ---
def test_changes_whose_names_clash_are_told_apart_by_their_scenario(tmp_path):
    one = file(tmp_path, "one", change("cut", "credit_cap", 5000) + change("own", "cooling_off", 2))
    world = load(f"limit-cut+{one}")
    assert set(world.changes) - set(load("baseline").changes) == {"limit-cut:cut", "one:cut", "own"}
    assert world.changes["limit-cut:cut"] == load("limit-cut").changes["cut"]
    assert load(f"limit-cut+{one}", ["changes.one:cut.value=7000"]).changes["one:cut"].value == 7000


def test_the_same_change_of_two_scenarios_is_made_once():
    world = load("draft-2020+income-cap")
    assert [name for name in world.changes if "cap" in name or "ceiling" in name] == ["cap", "ceiling"]
    assert not list(notes(world))


def test_a_change_of_the_world_compared_with_is_no_policy_even_if_it_is_renamed(tmp_path):
    rule = file(tmp_path, "rule", 'against = "above"\n' + change("late", "cooling_off", 3, "2021-06"), "above")
    file(tmp_path, "above", change("cut", "credit_cap", 9000, "2018-01"))
    other = file(tmp_path, "other", change("cut", "minimum_payment", 0.2, "2021-03"))
    assert plan(f"{rule}+{other}").reference == "2021-02"


# --- conflicts ---
def test_values_that_contradict_each_other_are_refused_with_both(tmp_path):
    one = file(tmp_path, "one", "[parameters]\nimpulse = 0.3\n")
    two = file(tmp_path, "two", "[parameters]\nimpulse = 0.4\n")
    with pytest.raises(BadInput) as error:
        load(f"{one}+{two}")
    assert "two.toml:4: parameters.impulse: two sets 0.4, one 0.3; a world has one value" in str(error.value)


def test_a_parameter_that_one_sets_or_both_set_alike_is_no_conflict(tmp_path):
    one = file(tmp_path, "one", "[parameters]\nimpulse = 0.3\n")
    two = file(tmp_path, "two", "[parameters]\nimpulse = 0.3\nattention = 0.1\n")
    parameters = load(f"{one}+{two}").parameters
    assert (parameters.impulse, parameters.attention) == (0.3, 0.1)


def test_scenarios_of_different_roots_markets_or_starts_are_refused(tmp_path):
    alone = tmp_path / "alone.toml"
    alone.write_text('title = "Alone"\nmarket = "china-2019"\nstart = "2017-01"\nmonths = 60\n')
    with pytest.raises(BadInput, match="alone goes back to alone, limit-cut to baseline"):
        load(f"{alone}+limit-cut")
    one, two = (file(tmp_path, name, f'start = "2017-{month}"\n') for name, month in (("one", "02"), ("two", "03")))
    with pytest.raises(BadInput, match='start: two sets "2017-03", one "2017-02"'):
        load(f"{one}+{two}")
    (tmp_path / "here").mkdir()
    shutil.copy(MARKETS / "china-2019.toml", tmp_path / "here")
    here = file(tmp_path / "here", "here", "")
    with pytest.raises(BadInput, match="two markets"):
        load(f"{here}+limit-cut")


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    theirs = file(tmp_path / "a", "limit-cut", change("cut", "credit_cap", 5000))
    with pytest.raises(BadInput, match='two of the scenarios are called "limit-cut"'):
        load(f"{theirs}+limit-cut")


def test_a_plus_without_a_scenario_on_both_sides_and_a_misspelt_part_are_refused():
    with pytest.raises(BadInput, match="both sides of each plus"):
        load("limit-cut+")
    with pytest.raises(BadInput, match='did you mean "income-cap"'):
        load("limit-cut+incom-cap")


def test_a_part_must_be_correct_by_itself(tmp_path):
    twice = change("a", "credit_cap", 5000) + change("b", "credit_cap", 6000)
    with pytest.raises(BadInput, match='overlaps the change "a"'):
        load(f"limit-cut+{file(tmp_path, 'twice', twice)}")


def test_new_terms_of_one_month_have_no_rule_and_are_refused(tmp_path):
    one = file(tmp_path, "one", change("rate", "new_rate", 0.2))
    two = file(tmp_path, "two", change("rate", "new_rate", 0.1))
    with pytest.raises(BadInput, match="no rule for which counts"):
        load(f"{one}+{two}")
    later = file(tmp_path, "later", change("rate", "new_rate", 0.1, "2021-02"))
    assert "the later one counts, later:rate at 0.1" in next(notes(load(f"{one}+{later}")))


def test_a_world_compared_with_itself_and_one_that_is_not_there_are_refused(tmp_path):
    itself = file(tmp_path, "itself", 'against = "itself"\n')
    with pytest.raises(BadInput, match="cannot be compared with itself"):
        load_pair(itself)
    lost = file(tmp_path, "lost", 'against = "baselin"\n')
    with pytest.raises(BadInput, match=r'lost.toml:3: against: .*did you mean "baseline"'):
        load_pair(lost)


# --- how changes of one lever count together ---
@pytest.mark.parametrize("command", ["check", "show"])
def test_changes_of_one_lever_are_told_with_the_one_that_counts(command):
    output = CliRunner().invoke(main, [command, BOTH]).output
    assert output.count("note: ") == 4
    said = "guidance-24:p2p-cap and rate-cap-lpr:p2p-cap move rate_cap [per year] at the same time from 2021-07 on"
    assert f"note: {said}: the lower one counts, rate-cap-lpr:p2p-cap at 0.154" in output


def test_a_run_tells_them_too(tmp_path):
    sizes = ["--borrowers", "60", "--months", "56", "--seeds", "1", "--threads", "1"]
    result = CliRunner().invoke(main, ["run", BOTH, *sizes, "--out", str(tmp_path / "run")])
    assert result.exit_code == 0
    assert result.output.count("note: ") == 4


def test_cuts_of_one_line_act_on_what_the_other_leaves(tmp_path):
    aim = 'platform = "incumbent"\nproduct = "pay-later"\nwho = { age_below = 30 }\n'
    again = file(tmp_path, "again", change("more", "limit_cut", 0.5, more=aim))
    assert list(notes(load(f"limit-cut+{again}"))) == [
        "more and cut move limit_cut [share of limit] at the same time from 2020-12 on: "
        "each acts on what the other leaves: 0.5 and 0.3"
    ]


def test_cuts_for_groups_that_may_overlap_are_told_and_those_of_other_ages_are_not(tmp_path):
    (said,) = notes(load("limit-cut+multi-lender-cut"))
    assert "cut and incumbent-cut move limit_cut" in said
    assert "for people whom both are aimed at each acts on what the other leaves: 0.3 and 0.5" in said
    aim = 'platform = "incumbent"\nproduct = "pay-later"\nwho = { age_from = 30 }\n'
    old = file(tmp_path, "old", change("old", "limit_cut", 0.5, more=aim))
    assert not list(notes(load(f"limit-cut+{old}")))


def test_changes_that_do_not_meet_say_nothing():
    assert not list(notes(load("limit-cut+cooling-off")))


def together(lever, one, other):
    """Every field that a lever moves, after two changes of one month at a single product."""

    def after(*changes):
        s = Scene(PAY_LATER | {"late_fee": 0.02, "placement_after": 1}, CASH | {"platform": 1})
        time = Timetable(changes, "2017-01", ["one", "two"], [("one", "pay-later"), ("two", "cash")])
        time.apply(2, s.rules, s.products, s.platforms)
        terms = time.contracts(s.products)[-1] if lever.moves == "contracts" else s.products
        return np.concatenate([np.array(r.tolist(), dtype=float).ravel() for r in (s.rules, terms, s.platforms)])

    until = "2017-09" if lever.name == "campaign" else None
    first = Change("a", lever.name, one, "2017-01", until=until)
    second = Change("b", lever.name, other, "2017-02", until=until)
    return after(first), after(second), after(first, second)


VALUES = {
    "record_retention": (6, 12), "longest_term": (2, 4), "leverage_cap": (5.0, 10.0), "cooling_off": (3, 6),
    "lender_cap": (3, 6),
    "age_ban": (20, 25), "no_third_party_before": (3, 5), "restructuring_months": (6, 24), "rate_cap": (0.05, 0.1),
    "limit_ceiling": (1000.0, 2000.0), "late_fee_cap": (0.001, 0.002), "new_late_fee": (0.01, 0.03),
    "benefit": (0.3, 0.4),
    "platform_stop": (0, 1), "complaint_channel": (0.8, 0.9), "reporting_duty": (0.8, 0.9), "visibility": (0.8, 0.9),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, lever in LEVERS.items() if not lever.once])
def test_a_lever_counts_as_is_said_of_it(name):
    low, high = VALUES.get(name, (0.1, 0.2))
    rule = TOGETHER[name]
    for one, other in ((low, high), (high, low)):
        first, second, both = together(LEVERS[name], one, other)
        if rule in (ADD, IN_TURN):
            assert not np.array_equal(both, first)
            assert not np.array_equal(both, second)
            continue
        counts = {LOWER: min(one, other), HIGHER: max(one, other), LATER: other}[rule]
        assert np.array_equal(both, first if counts == one else second)
        assert not np.array_equal(first, second)


def test_every_lever_says_how_two_changes_of_it_count():
    assert set(TOGETHER) == set(LEVERS)
