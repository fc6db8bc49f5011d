"""A design is read and checked before anything runs: one clear message for each mistake."""

import pytest

from scenarios.batch.design import read_design, settings
from scenarios.batch.samples import count
from scenarios.batch.worlds import called
from scenarios.loader import DESIGNS, load
from scenarios.messages import BadInput
from sim.record import TABLES

HEAD = 'title = "Mine"\npolicies = ["limit-cut-deep"]\n'


def axis(path="changes.cut.value", method="lhs", **keys):
    """A swept number as it is written in a file."""
    lines = [f'path = "{path}"', f'method = "{method}"', *(f"{key} = {value}" for key, value in keys.items())]
    return "\n".join(["[[sweep]]", *lines, ""])


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Write a design and read it."""
    monkeypatch.chdir(tmp_path)

    def make(text):
        (tmp_path / "mine.toml").write_text(text)
        return read_design("mine.toml")

    return make


@pytest.fixture
def complaint(made):
    """Write a design and return what is said about it."""

    def said(text):
        with pytest.raises(BadInput) as error:
            made(text)
        return str(error.value)

    return said


@pytest.mark.parametrize("name", sorted(path.stem for path in DESIGNS.glob("*.toml")))
def test_every_design_that_is_shipped_can_be_played(name):
    design = read_design(name)
    assert design.question
    assert 5 <= count(design) <= 200


def test_what_a_design_does_not_say_is_taken_from_its_policy(made):
    design = made(HEAD + axis(range=[0.1, 0.8], n=4))
    policy = load("limit-cut-deep")
    assert (design.name, design.worlds, design.policies) == ("mine", ("baseline",), ("limit-cut-deep",))
    assert (design.seeds, design.borrowers, design.months) == (policy.seeds, policy.borrowers, policy.months)
    assert design.tables == tuple(TABLES)


def test_an_axis_knows_its_ends_its_unit_and_whether_it_is_whole(made):
    depth, applications = made(HEAD + axis(n=4) + axis("parameters.applications")).sweep
    assert (depth.low, depth.high, depth.whole, depth.unit) == (0.0, 1.0, False, "share of limit")
    assert (applications.low, applications.high, applications.whole, applications.n) == (0, 8, True, 4)


def test_terms_of_platforms_and_people_aimed_at_can_be_swept(made):
    text = axis("platforms.incumbent.products.pay-later.reach", n=4) + axis("platforms.bank.approval")
    terms = made(HEAD + text + axis("changes.cut.who.age_below", range=[20, 60])).sweep
    assert [term.whole for term in terms] == [False, False, True]


def test_a_grid_over_a_range_has_its_values_at_equal_distances(made):
    text = axis(method="grid", range=[0.1, 0.9], n=3) + axis("parameters.applications", "grid", range=[0, 5], n=3)
    depth, applications = made(HEAD + text).sweep
    assert depth.values == pytest.approx((0.1, 0.5, 0.9))
    assert applications.values == (0, 3, 5)


def test_a_point_is_written_as_settings_that_load_understands():
    point = {"changes.cut.value": 0.1 + 0.2, "parameters.applications": 3}
    scenario = load("limit-cut-deep", settings(point))
    assert scenario.changes["cut"].value == 0.1 + 0.2
    assert scenario.parameters.applications == 3


def test_a_scenario_beside_the_design_is_found(made, tmp_path):
    (tmp_path / "own.toml").write_text('title = "Own"\nextends = "limit-cut"\n')
    design = made('title = "Mine"\npolicies = ["own"]\n' + axis(n=4))
    assert load(design.policies[0]).title == "Own"


MISTAKES = {
    "a misspelt key": (HEAD + "seed = 3\n", 'mine.toml:3: seed: there is no key "seed"; did you mean "seeds"?'),
    "no title": ("seeds = 3\n", 'mine.toml: title: "title" is missing; add title = ...'),
    "a count in quotes": (HEAD + 'seeds = "3"\n', 'mine.toml:3: seeds: "3" is text; write 3 without quotes'),
    "no seeds": (HEAD + "seeds = 0\n", "mine.toml:3: seeds: 0 is out of range; write a number from 1 to 100000"),
    "one name": ('title = "Mine"\nworlds = "baseline"\n', 'mine.toml:2: worlds: write names in a list: worlds = ['),
    "no world": ('title = "Mine"\nworlds = []\n', "mine.toml:2: worlds: a design needs at least one world"),
    "an unknown policy": ('title = "Mine"\npolicies = ["limit-cutt"]\n', 'did you mean "limit-cut" (or'),
    "a policy twice": ('title = "Mine"\npolicies = ["limit-cut", "limit-cut"]\n', "named twice"),
    "an unknown table": (HEAD + 'tables = ["month"]\n', 'mine.toml:3: tables: there is no table "month"; did you mean'),
    "no method": (HEAD + '[[sweep]]\npath = "changes.cut.value"\n', 'mine.toml:3: sweep.method: "method" is missing'),
    "an unknown method": (HEAD + axis(method="sobel", n=4), 'mine.toml:5: sweep.method: there is no method "sobel"'),
    "an unknown change": (HEAD + axis("changes.cutt.value", n=4), 'there is no change "cutt"; did you mean "cut"?'),
    "an unknown parameter": (HEAD + axis("parameters.impuls", n=4), 'did you mean "impulse"?'),
    "an unknown platform": (HEAD + axis("platforms.alpha.approval", n=4), 'there is no platform "alpha"; choose'),
    "a text": (HEAD + axis("changes.cut.from", n=4), "mine.toml:4: sweep.path: changes.cut.from: only numbers can be"),
    "a table": (HEAD + axis("changes.cut", n=4), "only numbers can be swept; name a number"),
    "too deep an address": (HEAD + axis("changes.cut.value.x", n=4), "there is nothing inside changes.cut.value"),
    "a size": (HEAD + axis("borrowers", n=4), "borrowers is the same for the whole design; write borrowers = ... at"),
    "a number beyond its range": (HEAD + axis(range=[0.1, 80], n=4), "mine.toml:6: sweep.range: 80 looks like a perc"),
    "a broken whole number": (
        HEAD + axis("parameters.applications", range=[0, 2.5], n=4), "2.5 is not a whole number; write 2"
    ),
    "ends the wrong way round": (HEAD + axis(range=[0.8, 0.1], n=4), "write the lower end and then the upper one"),
    "no sensible range": (
        HEAD + axis("parameters.credit_cap", n=4), "range is missing; what is admissible, 0 to 1000000000 (yuan), is"
    ),
    "range and values": (HEAD + axis(method="grid", range=[0.1, 0.2], values=[0.1]), "write range or values, not both"),
    "values for a sample": (HEAD + axis(values=[0.1]), "lhs samples a range"),
    "a list without values": (HEAD + axis(method="list", range=[0.1, 0.2]), "a list needs its values"),
    "a grid without a size": (HEAD + axis(method="grid", range=[0.1, 0.2]), "a grid over a range needs how many"),
    "a grid of a thousand million values": (HEAD + axis(method="grid", n=10**9), "more than 10000, the most"),
    "a grid with a value twice": (HEAD + axis(method="grid", values=[0.1, 0.1]), "each once"),
    "values and n": (HEAD + axis(method="grid", values=[0.1], n=3), "n is how many values there are; remove it"),
    "more whole numbers than there are": (
        HEAD + axis("parameters.applications", "grid", range=[0, 2], n=5), "there are only 3 whole numbers from 0 to 2"
    ),
    "a sample without a size": (HEAD + axis(), "a sample needs its size, two or more: n = 64"),
    "an uneven Sobol sample": (HEAD + axis(method="sobol", n=50), "write 32 or 64, not 50"),
    "two samples": (HEAD + axis(n=4) + axis("parameters.impulse", "sobol", n=4), "a design has one sample"),
    "two sizes of one sample": (HEAD + axis(n=4) + axis("parameters.impulse", n=8), "the sample has n = 4 already"),
    "lists of two lengths": (
        HEAD + axis(method="list", values=[0.1, 0.2]) + axis("changes.cash-cut.value", "list", values=[0.1]),
        "changes.cut.value has 2 of them, this one 1",
    ),
    "a number swept twice": (HEAD + axis(n=4) + axis(n=4), "changes.cut.value is swept twice"),
    "infinity": (HEAD + axis(range="[0.1, inf]", n=4), "write numbers in a list: range = [0.1, 0.8]"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_to_write(complaint, mistake):
    text, expected = MISTAKES[mistake]
    assert expected in complaint(text)


def test_numbers_that_contradict_each_other_at_an_end_are_found_before_the_run(complaint):
    low, high = (f"platforms.incumbent.products.pay-later.limit_{end}" for end in ("low", "high"))
    said = complaint(HEAD + axis(low, range=[500, 3000], n=4) + axis(high, range=[2000, 9000]))
    assert said.startswith("mine.toml:3: sweep: baseline cannot be played there: ")
    assert "3000 is above limit_high, 2000" in said


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines(complaint):
    said = complaint(HEAD + axis("parameters.impuls", n=4) + axis(range=[0.1, 80], n=4)).splitlines()
    assert [line.split(": ")[0] for line in said] == ["mine.toml:4", "mine.toml:10"]


def test_a_policy_is_compared_with_its_own_world_unless_the_design_names_others(made):
    assert made('title = "Mine"\npolicies = ["caps-2025"]\n').worlds == ("caps-2020",)
    assert made('title = "Mine"\nworlds = ["baseline"]\npolicies = ["caps-2025"]\n').worlds == ("baseline",)
    with pytest.raises(BadInput, match=r"caps-2025 with caps-2020, limit-cut with baseline; write worlds = \[\.\.\.\]"):
        made('title = "Mine"\npolicies = ["caps-2025", "limit-cut"]\n')


def test_policies_may_be_composed_and_files_are_known_by_their_name_alone(made, tmp_path):
    (tmp_path / "own.toml").write_text('title = "Own"\nextends = "limit-cut"\n')
    design = made('title = "Mine"\npolicies = ["own.toml", "own+cooling-off"]\n')
    assert [called(policy) for policy in design.policies] == ["own", "own+cooling-off"]
    with pytest.raises(BadInput, match="named twice"):
        made(f'title = "Mine"\npolicies = ["own.toml", "{tmp_path}/own.toml"]\n')


def test_a_policy_that_its_world_has_already_is_refused(made):
    with pytest.raises(BadInput, match="caps-2020 is in the world caps-2025 already"):
        made('title = "Mine"\nworlds = ["caps-2025"]\npolicies = ["caps-2020"]\n')
