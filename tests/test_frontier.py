"""Rules against each other: which lower risk at the least harm, and which runs may be compared at all."""

import json
import shutil

import duckdb
import numpy as np
import pytest
import tiny_folder
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from analysis.commands import main
from analysis.estimate import estimate
from analysis.folder import open_run
from analysis.frontier.figure import draw_frontier
from analysis.frontier.frontier import BEST, DOMINATED, UNTOLD, Frontier, dominance
from analysis.frontier.ground import same_ground
from analysis.frontier.measures import HARMS, MEASURES, RISKS
from analysis.frontier.rules import NOTHING, Rule, rules
from analysis.frontier.table import write
from scenarios.runner import run

DEBT, DEFAULTS = MEASURES["debt"], MEASURES["defaults"]
SIZE = {"borrowers": 200, "months": 49, "seeds": 2, "threads": 1}


def rule(name, fall, harm):
    """A rule with a fall in debt and defaults caused, one number per seed."""
    nothing = {measure: np.zeros(len(fall)) for measure in MEASURES}
    given = {"debt": np.array(fall, dtype=float), "defaults": np.array(harm, dtype=float)}
    return Rule(name, np.datetime64("2020-12"), tuple(range(1, len(fall) + 1)), nothing | given)


def frontier(*own):
    """The frontier of doing nothing and these rules, by debt and defaults."""
    seeds = len(own[0].seeds)
    return Frontier([rule(NOTHING, [0] * seeds, [0] * seeds), *own], DEBT, DEFAULTS)


# --- dominance ---
def test_a_rule_with_less_fall_and_more_harm_is_dominated_by_the_better_one():
    good, bad = rule("good", [10, 11, 12], [1, 2, 3]), rule("bad", [5, 6, 7], [4, 5, 6])
    one = frontier(good, bad)
    assert [r.name for r in one.best] == [NOTHING, "good"]
    assert one.better(bad) is good
    assert [one.standing(r) for r in one.rules] == [BEST, BEST, DOMINATED]


def test_more_fall_for_more_harm_is_a_choice_and_not_dominated():
    one = frontier(rule("mild", [10, 11], [1, 2]), rule("strong", [20, 21], [5, 6]))
    assert [r.name for r in one.best] == [NOTHING, "mild", "strong"]


def test_a_rule_that_raises_risk_and_does_harm_is_worse_than_doing_nothing():
    one = frontier(rule("bad", [-5, -6, -7], [1, 2, 3]), rule("worse", [-8, -9, -10], [4, 5, 6]))
    assert [one.better(r).name for r in one.rules[1:]] == [NOTHING, NOTHING]
    assert one.finding == "no rule is seen to lower debt at the end, 2 of 2 raise it"


def test_what_the_seeds_cannot_tell_apart_is_not_called_dominated():
    good, unclear = rule("good", [10, 10, 10], [1, 5, 9]), rule("unclear", [9, 12, 8], [9, 2, 5])
    assert frontier(good, unclear).standing(unclear) == UNTOLD
    assert frontier(good, unclear).words(unclear) == "not told from good"
    paired = rule("paired", [9, 9, 9], [1.5, 5.4, 9.6])  # as noisy, but always a little worse
    assert frontier(good, paired).standing(paired) == DOMINATED


def test_with_one_seed_nothing_is_ruled_out():
    one = frontier(rule("good", [10], [1]), rule("bad", [5], [4]))
    assert DOMINATED not in map(one.standing, one.rules)
    assert "one seed" in one.finding


def test_the_price_of_a_fall_is_the_harm_for_each_100_yuan():
    cheap, dear = rule("cheap", [199, 200, 201], [0.9, 1.0, 1.1]), rule("dear", [99, 100, 101], [1.9, 2.0, 2.1])
    one = frontier(cheap, dear)
    assert [one.price(cheap), one.price(dear)] == pytest.approx([0.5, 2.0])
    assert np.isnan(one.price(one.rules[0]))
    assert one.finding == "each 100 yuan off debt at the end costs 0.50 to 2.00 people in default per 1,000"
    free = rule("free", [49, 50, 51], [-1, 1, 0])
    assert frontier(free).finding == "free takes 50 yuan off debt at the end, with no harm that is seen"
    kind = rule("kind", [49, 50, 51], [-2.1, -2, -1.9])
    assert frontier(kind).finding == "kind takes 50 yuan off debt at the end, with less harm than doing nothing"
    assert frontier(kind, cheap).finding.endswith("; under kind (50 yuan) harm falls")
    assert frontier(free, cheap).finding.endswith("; under free (50 yuan) no harm is seen")


few = st.integers(-3, 3)  # ties are common


@given(
    st.integers(1, 3).flatmap(
        lambda seeds: st.lists(st.tuples(*[st.lists(few, min_size=seeds, max_size=seeds)] * 2), min_size=1, max_size=6)
    )
)
@settings(max_examples=150, deadline=None)
def test_no_rule_of_the_frontier_is_dominated_and_the_least_harm_is_on_it(numbers):
    one = frontier(*(rule(str(i), fall, harm) for i, (fall, harm) in enumerate(numbers)))
    on_average, certain = dominance([r.values["debt"] for r in one.rules], [r.values["defaults"] for r in one.rules])
    assert not (certain & ~on_average).any()
    assert not (on_average & on_average.T).any()
    means = [(r.values["defaults"].mean(), -r.values["debt"].mean()) for r in one.rules]
    for place, r in enumerate(one.rules):
        on_frontier = not any(  # as in a textbook, from the means
            a != place
            and means[a][0] <= means[place][0]
            and means[a][1] <= means[place][1]
            and means[a] != means[place]
            for a in range(len(means))
        )
        assert (r in one.best) == on_frontier
        if r in one.best:
            assert one.standing(r) == BEST
        for a in np.flatnonzero(certain[:, place]):
            fall, harm = (estimate(one.rules[a].values[m] - r.values[m]) for m in ("debt", "defaults"))
            assert fall.low > 0 or harm.high < 0
    assert one.rules[means.index(min(means))] in one.best
    falls = [r.values["debt"].mean() for r in one.best]
    assert falls == sorted(falls)


# --- measures ---
def tiny(folder, mark, **given):
    """A run folder worked out by hand, with a mark of its own."""
    tiny_folder.build(folder, given.pop("defaults", {}), **given)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"hash": mark}))
    return open_run(folder)


def test_risks_and_harms_are_those_worked_out_by_hand(tmp_path):
    before, during, line = tiny_folder.MONTHS[0], tiny_folder.MONTHS[1], tiny_folder.LINES[0]

    def flow(world, name, fen, month=during):
        return (world, 1, month, line, name, "", "", fen)

    flows = [
        flow("limit-cut", "charge-offs", 70_000), flow("limit-cut", "recoveries", 10_000),
        flow("baseline", "charge-offs", 30_000), flow("limit-cut", "charge-offs", 999, before),
        flow("limit-cut", "purchases in cash", 50_000), flow("baseline", "purchases in cash", 60_000),
        flow("baseline", "purchases on credit", 40_000), flow("limit-cut", "purchases abroad", 5_000),
    ]  # fmt: skip
    defaults = {"limit-cut": [tiny_folder.default(1, 7), tiny_folder.default(1, 8)], "baseline": []}
    _, one, two = rules([tiny(tmp_path / "a", "a", flows=flows, defaults=defaults), tiny(tmp_path / "b", "b")])
    assert (one.name, two.name) == ("a", "b")
    assert one.values["losses"].tolist() == [-3.0, 0.0]  # 700 - 100 - 300 yuan more, over 100 borrowers
    assert one.values["consumption"].tolist() == [4.5, 0.0]  # 1,000 - 550 yuan less
    assert one.values["defaults"].tolist() == [20.0, 0.0]  # two people of a hundred
    assert not any(values.any() for values in two.values.values())


def test_folders_of_the_same_name_are_told_apart_by_their_paths(tmp_path):
    found = rules([tiny(tmp_path / "a" / "run", "a"), tiny(tmp_path / "b" / "run", "b")])
    assert [r.name for r in found[1:]] == [str(tmp_path / "a" / "run"), str(tmp_path / "b" / "run")]


def test_baselines_that_were_not_played_alike_are_refused(tmp_path):
    cash = {("baseline", 2, tiny_folder.MONTHS[1]): 1}
    with pytest.raises(ValueError, match=r"b: its baseline was not played like .*a: .* seed 2 from 2020-12"):
        same_ground([tiny(tmp_path / "a", "a"), tiny(tmp_path / "b", "b", cash=cash)])


# --- the figure ---
@pytest.mark.parametrize("scale", [0.0, 1e-3, 1.0, 1e7, -1.0])
def test_no_name_in_the_figure_covers_another_at_any_scale(scale):
    falls = [17, 206, 785, 1242, 343, 749, 2692, 54, 596, 36]  # ten rules as they came out of a first experiment
    harms = [0.2, 1.0, 6.3, 9.6, 2.3, 3.5, 25.1, 0.3, 9.9, 0.5]
    own = [
        rule(f"multi-cut-{i}", scale * np.array([x - 9, x, x + 9]), scale * np.array([y - 0.1, y, y + 0.2]))
        for i, (x, y) in enumerate(zip(falls, harms, strict=True))
    ]
    figure, alt, caption = draw_frontier([frontier(*own)])
    (axes,) = figure.axes
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without the line that leads to it
    assert {text.get_text() for text in axes.texts} == {NOTHING, *(r.name for r in own)}
    if scale:  # rules that change nothing lie on one another
        assert not [(a, b) for a in boxes for b in boxes if a is not b and a.shrunk(0.9, 0.9).overlaps(b)]
    assert all(r.name in alt for r in own)
    assert caption


def test_a_figure_of_one_seed_has_no_crosses():
    figure, alt, _ = draw_frontier([frontier(rule("one", [10], [1]), rule("two", [20], [3]))])
    assert alt.startswith("One seed cannot tell which rule lowers risk. ")
    assert len(figure.axes[0].lines) == 3 + 3  # the frontier and two axes; then dots


# --- the command ---
@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two small finished runs of different rules, and one of other people."""
    folder = tmp_path_factory.mktemp("runs")
    run("limit-cut-deep", **SIZE, out=folder / "deep")
    run("income-cap", **SIZE, out=folder / "cap")
    run("income-cap", **SIZE | {"borrowers": 150}, out=folder / "fewer")
    return folder


def rollover(*words):
    """Run the command in this process: its exit code and what it said."""
    done = CliRunner().invoke(main, list(map(str, words)), env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_two_runs_give_a_table_and_nothing_is_written(runs):
    before = sorted(runs.rglob("*"))
    code, said = rollover("compare", runs / "deep", runs / "cap")
    assert code == 0
    for word in ("deep", "cap", NOTHING, "paired difference against deep", "standing", "2020-11: cap; 2020-12: deep"):
        assert word in said
    assert sorted(runs.rglob("*")) == before


def test_tables_and_figure_are_written_and_agree(runs, tmp_path):
    out = tmp_path / "new" / "frontier"
    code, _ = rollover("compare", runs / "deep", runs / "cap", "--harm", "consumption", "--out", out)
    assert code == 0
    assert {p.name for p in (out / "figures").iterdir()} == {"frontier.png", "frontier.svg"}
    for name, count in (("measures", 3 * 5 * 2), ("frontier", 3 * len(RISKS) * len(HARMS))):
        parquet, csv = (duckdb.sql(f"FROM '{out / name}.{kind}'").fetchall() for kind in ("parquet", "csv"))
        assert len(parquet) == len(csv) == count
    query = f"SELECT value FROM '{out}/measures.parquet' WHERE rule = 'cap' AND measure = 'defaults' ORDER BY seed"
    written = [value for (value,) in duckdb.sql(query).fetchall()]
    found = rules([open_run(runs / "deep"), open_run(runs / "cap")])
    assert written == found[2].values["defaults"].tolist()


def test_the_same_runs_give_the_same_bytes(runs, tmp_path):
    found = rules([open_run(runs / "deep"), open_run(runs / "cap")])
    one, other = (write(found, DEFAULTS, tmp_path / name) for name in ("one", "other"))
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in other]


def change(runs, tmp_path, *address, value):
    """A copy of the second run whose manifest says something else."""
    folder = shutil.copytree(runs / "cap", tmp_path / "other")
    manifest = json.loads((folder / "manifest.json").read_text())
    place = manifest
    for key in address[:-1]:
        place = place[key]
    place[address[-1]] = value
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("address", "value", "words"),
    [
        (("borrowers",), 300, "borrowers: 300, but 200 in"),
        (("merchants",), 11, "merchants: 11, but 10 in"),
        (("seeds",), [1, 3], "seeds: [1, 3], but [1, 2] in"),
        (("start",), "2018-01", "the first month: 2018-01, but 2017-01 in"),
        (("months",), 60, "months: 60, but 49 in"),
        (("market_hash",), "0123", "the market's code: 0123, but "),
        (("rollover",), "0.0.1", "the version of Rollover: 0.0.1, but "),
        (("scenarios", "baseline", "parameters", "job_loss_hazard"), 0.5, "parameters.job_loss_hazard is 0.5, but 0.0"),
        (("scenarios", "baseline", "changes", "new"), {"value": 1}, "changes.new is there, but not there in"),
        (("world",), None, "one world only"),
    ],
)
def test_runs_on_other_ground_are_refused_with_the_reason(address, value, words, runs, tmp_path):
    code, said = rollover("compare", runs / "deep", change(runs, tmp_path, *address, value=value))
    assert code == 1
    assert said.startswith(str(tmp_path / "other")), said
    assert words in said
    assert "; " in said  # what to do instead
    assert len(said.splitlines()) == 1


def test_other_people_are_refused_whichever_comes_first(runs):
    for names in (("cap", "deep", "fewer"), ("fewer", "cap", "deep")):
        code, said = rollover("compare", *(runs / name for name in names))
        assert (code, len(said.splitlines())) == (1, 1)
        assert ": borrowers: " in said


def test_a_run_is_not_compared_with_itself_nor_alone(runs, tmp_path):
    copy = shutil.copytree(runs / "cap", tmp_path / "copy")
    for again in (runs / "cap", runs / "deep" / ".." / "cap", copy):
        code, said = rollover("compare", runs / "cap", again)
        assert (code, len(said.splitlines())) == (1, 1)
        assert f"the same run as {runs / 'cap'}; name every run once" in said
    code, said = rollover("compare", runs / "cap")
    assert (code, len(said.splitlines())) == (1, 1)
    assert "name two or more" in said


def test_a_folder_that_is_no_run_is_refused(runs, tmp_path):
    code, said = rollover("compare", runs / "cap", tmp_path)
    assert (code, len(said.splitlines())) == (1, 1)
    assert "manifest.json is missing" in said


def test_words_of_a_baseline_may_differ(runs, tmp_path):
    folder = change(runs, tmp_path, "scenarios", "baseline", "title", value="Another title")
    same_ground([open_run(runs / "deep"), open_run(folder)])


def test_the_command_explains_itself_with_an_example():
    code, said = rollover("compare", "--help")
    assert code == 0
    assert "rollover compare runs/" in said.partition("Example:")[2]
