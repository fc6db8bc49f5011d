"""Bad input gets one clear message: file, line, key, what is wrong, what to type instead."""

import json
import os

import pytest

from scenarios.loader import load, load_pair
from scenarios.messages import BadInput
from scenarios.runner import plan
from scenarios.store import Unfinished, open_run
from sim.model import CreditModel

HEAD = 'title = "Mine"\nextends = "baseline"\n'
CUT = """
[[changes]]
name     = "cut"
lever    = "limit_cut"
value    = 0.5
from     = "2020-12"
platform = "incumbent"
"""


@pytest.fixture
def complaint(tmp_path, monkeypatch):
    """Write a scenario file, load it, and return what is said about it."""
    monkeypatch.chdir(tmp_path)

    def said(text, name="mine.toml"):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput) as error:
            load(name)
        return str(error.value)

    return said


def test_an_unknown_key_is_named_with_its_line_and_the_key_that_was_meant(complaint):
    said = complaint(HEAD + "[parameters]\njob_loss_hazrd = 0.01\n")
    assert said.startswith("mine.toml:4: parameters.job_loss_hazrd: ")
    assert 'did you mean "job_loss_hazard"?' in said


def test_a_key_under_the_wrong_heading_is_told_where_it_belongs(complaint):
    said = complaint(HEAD + "[parameters]\napproval = 0.2\nmonths = 60\n")
    assert "mine.toml:4: parameters.approval: " in said
    assert "[platforms.NAME]" in said
    assert "mine.toml:5: parameters.months: " in said
    assert "top of the file" in said


def test_a_misspelt_lever_is_corrected(complaint):
    said = complaint(HEAD + CUT.replace("limit_cut", "limit_cutt"))
    assert said == 'mine.toml:6: changes.cut.lever: there is no lever "limit_cutt"; did you mean "limit_cut"?'


def test_an_impossible_month_is_refused(complaint):
    said = complaint(HEAD + CUT.replace("2020-12", "2020-13"))
    assert said.startswith('mine.toml:8: changes.cut.from: there is no month "2020-13"')


@pytest.mark.parametrize("spelling", ["2020-12", "2020-12-01"])
def test_a_month_without_quotes_is_told_to_be_quoted(complaint, spelling):
    said = complaint(HEAD + CUT.replace('"2020-12"', spelling))
    assert said.startswith("mine.toml:8: ")
    assert 'write the month in quotes: "2020-12"' in said


def test_a_change_must_end_after_it_begins(complaint):
    said = complaint(HEAD + CUT + 'until = "2020-12"\n')
    assert said.startswith("mine.toml:10: changes.cut.until: 2020-12 is not after from")


def test_a_change_outside_the_run_is_refused(complaint):
    said = complaint(HEAD + CUT.replace("2020-12", "2031-01"))
    assert said.startswith("mine.toml:8: changes.cut.from: 2031-01 is outside the run, ")
    assert "2017-01 to 2022-12" in said


def test_two_changes_of_one_lever_on_one_target_must_not_overlap(complaint):
    said = complaint(HEAD + CUT + CUT.replace('"cut"', '"again"'))
    assert said.startswith('mine.toml:15: changes.again.from: overlaps the change "cut"')


def test_a_lasting_lever_that_overlaps_is_told_how_to_end_the_earlier_change(complaint):
    cap = '[[changes]]\nname = "{}"\nlever = "income_cap"\nvalue = {}\nfrom = "{}"\n'
    said = complaint(HEAD + cap.format("first", 0.5, "2019-01") + cap.format("second", 0.3, "2020-11"))
    assert said.startswith("mine.toml:12: changes.second.from: overlaps")
    assert 'until = "2020-11"' in said


def test_cuts_of_different_people_or_later_cuts_do_not_overlap(tmp_path):
    path = tmp_path / "mine.toml"
    young = CUT.replace('"cut"', '"young"') + "who = { age_below = 30 }\n"
    later = CUT.replace('"cut"', '"later"').replace("2020-12", "2021-06")
    path.write_text(HEAD + CUT + young + later)
    assert {"cut", "young", "later"} <= set(load(path).changes)


def test_a_share_above_one_is_recognised_as_a_percentage(complaint):
    said = complaint(HEAD + "[parameters]\nnecessity_share = 45\n")
    assert said.startswith("mine.toml:4: parameters.necessity_share: 45 looks like a percentage; write 0.45")


def test_a_negative_amount_of_money_is_refused(complaint):
    said = complaint(HEAD + "[platforms.p2p.products.cash]\nlimit_low = -500\n")
    assert said.startswith("mine.toml:4: platforms.p2p.products.cash.limit_low: -500 is negative")
    assert "(yuan)" in said


@pytest.mark.parametrize(("value", "instead"), [("1.5", "from 0 to 1"), ("150", "from 0 to 1"), ("30", "write 0.3")])
def test_a_cut_of_more_than_everything_is_refused(complaint, value, instead):
    said = complaint(HEAD + CUT.replace("0.5", value))
    assert said.startswith("mine.toml:7: changes.cut.value: ")
    assert instead in said


def test_a_platform_that_does_not_exist_is_refused_wherever_it_is_named(complaint):
    said = complaint(HEAD + "[platforms.incumbant]\napproval = 0.2\n")
    assert said == 'mine.toml:3: platforms.incumbant: there is no platform "incumbant"; did you mean "incumbent"?'
    said = complaint(HEAD + CUT.replace('"incumbent"', '"incumbant"'))
    assert said.startswith('mine.toml:9: changes.cut.platform: there is no platform "incumbant"')


def test_a_product_that_its_platform_does_not_offer_is_refused(complaint):
    said = complaint(HEAD + CUT + 'product = "card"\n')
    assert said.startswith('mine.toml:10: changes.cut.product: there is no product of incumbent "card"')
    assert "pay-later, cash" in said


def test_a_scenario_must_not_extend_itself(complaint):
    said = complaint('title = "Mine"\nextends = "mine"\n')
    assert said.startswith("mine.toml:2: extends: it extends itself")


def test_a_circle_of_scenarios_is_drawn(complaint, tmp_path):
    (tmp_path / "other.toml").write_text('title = "Other"\nextends = "mine"\n')
    said = complaint('title = "Mine"\nextends = "other"\n')
    assert said.startswith("other.toml:2: extends: it extends itself by way of others (mine -> other -> mine)")


def test_an_unknown_scenario_to_extend_is_refused_with_its_line(complaint):
    said = complaint('title = "Mine"\nextends = "baselin"\n')
    assert said.startswith('mine.toml:2: extends: there is no scenario "baselin"; did you mean "baseline"')


def test_an_unknown_market_is_refused_with_its_line(complaint):
    said = complaint(HEAD + 'market = "china-2091"\n')
    assert said.startswith('mine.toml:3: market: there is no market "china-2091"; did you mean "china-2019"')


def test_a_file_that_is_not_toml_by_name_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("title: Mine\n")
    with pytest.raises(BadInput, match=r"mine.yaml is not a TOML file; .*ends in .toml"):
        load(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("months = 60%", "not a percentage"),
        ("market = china", 'write text in quotes: "china"'),
        ("months: 60", "key = value"),
        ('title = "Mine', "not TOML"),
    ],
)
def test_a_slip_in_toml_is_shown_with_its_line_and_the_remedy(complaint, line, remedy):
    said = complaint('question = "?"\n' + line + "\n")
    assert said.startswith("mine.toml:2: this is not TOML: ") or remedy == "not TOML"
    assert remedy in said


def test_a_lever_cannot_be_aimed_where_it_does_not_reach(complaint):
    said = complaint(HEAD + CUT.replace("limit_cut", "income_cap") + "who = { age_below = 30 }\n")
    assert "mine.toml:9: changes.cut.platform: the lever income_cap applies to everybody alike" in said
    assert "mine.toml:10: changes.cut.who: " in said


def test_a_lever_that_cannot_grow_is_not_phased_in(complaint):
    cap = '[[changes]]\nname = "cap"\nlever = "income_cap"\nvalue = 0.5\nfrom = "2020-11"\nphase_in = 6\n'
    assert complaint(HEAD + cap).startswith("mine.toml:8: changes.cap.phase_in: ")


def lever(name, value, *more):
    """A change of a lever from line 3 on: its value is on line 6, its month on line 7, more from line 8 on."""
    lines = ["[[changes]]", 'name = "rule"', f'lever = "{name}"', f"value = {value}", 'from = "2020-11"', *more]
    return HEAD + "\n".join(lines) + "\n"


@pytest.mark.parametrize(("text", "words"), [
    (lever("limit_cut", 0.3, 'announced = "2020-11"'), "8: changes.rule.announced: 2020-11 is not before from"),
    (lever("limit_cut", 0.3, 'announced = "2016-11"'), "8: changes.rule.announced: 2016-11 is before the run, "),
    (lever("limit_cut", 0.3, 'announced = "2020-13"'), '8: changes.rule.announced: there is no month "2020-13"'),
    (lever("limit_cut", 0.3, 'when = { indicator = "delinquancy", above = 0.03 }'),
     '8: changes.rule.when.indicator: there is no indicator "delinquancy"; did you mean "delinquency"?'),
    (lever("limit_cut", 0.3, 'when = { indicator = "short" }'), "8: changes.rule.when: say when it acts"),
    (lever("limit_cut", 0.3, "when = { above = 0.03 }"), '8: changes.rule.when.indicator: "indicator" is missing'),
    (lever("limit_cut", 0.3, 'when = "short"'), "8: changes.rule.when: this is a table"),
    (lever("limit_cut", 0.3, 'when = { indicator = "short", over = 0.1 }'), "8: changes.rule.when.over: "),
    (lever("limit_cut", 0.3, 'when = { indicator = "short", above = 0.3, below = 0.2 }'),
     "8: changes.rule.when: nothing is above 0.3 and below 0.2"),
    (lever("limit_cut", 0.3, "above = 0.1"), '8: changes.rule.above: "above" does not belong here'),
    (lever("new_rate", 0.1, 'when = { indicator = "short", above = 0.3 }'),
     "8: changes.rule.when: a new_rate has dates"),
    (lever("sandbox", 0.1, 'announced = "2020-01"', 'when = { indicator = "short", above = 0.3 }'),
     "8: changes.rule.announced: nobody knows when"),
    (lever("co_funding", 0.3, 'product = "cash"'), "8: changes.rule.product: the lever co_funding is aimed by"),
    (lever("rate_cap", 0.3, "who = { age_below = 30 }"), "8: changes.rule.who: the lever rate_cap is aimed by"),
    (lever("education", 0.3, "who = { score_below = 0.3 }"), "8: changes.rule.who: a lesson is not given by a lender"),
    (lever("campaign", 0.3), "3: changes.rule.until: a campaign has an end"),
    (lever("co_funding", 30), "6: changes.rule.value: 30 looks like a percentage; write 0.3 (share of loan)"),
    (lever("cooling_off", 2.5), "6: changes.rule.value: 2.5 is not a whole number (months)"),
    (lever("platform_stop", 2), "6: changes.rule.value: 2 is out of range; write a number from 0 to 1 (yes or no)"),
    (lever("longest_term", 6, "phase_in = 3"), "8: changes.rule.phase_in: longest_term has no small first step"),
])  # fmt: skip
def test_a_change_without_sense_is_told_what_to_write_instead(complaint, text, words):
    assert complaint(text).startswith(f"mine.toml:{words}")


def test_a_key_inside_an_inline_table_is_found_on_its_line(complaint):
    said = complaint(HEAD + CUT + "who = { age_bellow = 30 }\n")
    assert said.startswith("mine.toml:10: changes.cut.who.age_bellow: ")
    assert 'did you mean "age_below"?' in said


def test_text_where_a_number_belongs_is_told_to_lose_its_quotes(complaint):
    said = complaint('months = "60"\n' + HEAD)
    assert said == 'mine.toml:1: months: "60" is text; write 60 without quotes'


def test_a_change_without_a_name_or_with_a_name_twice_is_refused(complaint):
    assert complaint(HEAD + CUT.replace('name     = "cut"\n', "")).startswith("mine.toml:4: changes: it needs a name")
    assert complaint(HEAD + CUT + CUT).startswith('mine.toml:11: changes.cut: the name "cut" is used twice')


def test_a_missing_key_is_asked_for(complaint):
    said = complaint(HEAD + CUT.replace("value    = 0.5\n", ""))
    assert said.startswith('mine.toml:4: changes.cut.value: "value" is missing')


def test_several_problems_are_listed_by_line(complaint):
    text = HEAD + "[parameters]\nnecessity_share = 45\ncredit_shar = 1\n" + CUT.replace("limit_cut", "limit_cutt")
    lines = complaint(text).splitlines()
    assert [line.split(":")[1] for line in lines] == ["4", "5", "9"]


def test_limits_that_contradict_each_other_are_refused(complaint):
    said = complaint(HEAD + "[platforms.p2p.products.cash]\nlimit_low = 60000\n")
    assert said.startswith("mine.toml:4: platforms.p2p.products.cash.limit_low: 60000 is above limit_high, 50000")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("changes.cutt.value=0.5", 'did you mean "cut"?'),
        ("changes.cut.value=30", "write 0.3"),
        ("parameters.job_loss_hazrd=0.01", 'did you mean "job_loss_hazard"?'),
        ("platforms.p2pp.approval=0.2", 'did you mean "p2p"?'),
        ("platforms.p2p.products.cash.term=9.5", "not a whole number"),
        ("changes.cut.from=2020-13", 'there is no month "2020-13"'),
        ("months=sixty", "write a whole number"),
        ("months", "write key=value"),
        ("extends=baseline", "cannot be set here"),
    ],
)
def test_a_wrong_setting_is_named_as_it_was_typed(setting, words):
    with pytest.raises(BadInput) as error:
        load("limit-cut", [setting])
    assert str(error.value).startswith(f"--set {setting}: ")
    assert words in str(error.value)


def test_a_scenario_cannot_be_compared_with_itself():
    with pytest.raises(BadInput, match="cannot be compared with itself"):
        load_pair("limit-cut", "limit-cut")


def test_a_run_that_ends_before_its_policy_begins_is_refused():
    with pytest.raises(BadInput, match="play at least --months 48"):
        plan("limit-cut", months=47)
    assert plan("limit-cut", months=48).reference == "2020-11"


@pytest.mark.parametrize(("platforms", "products"), [(63, 1), (1, 63)])
def test_a_market_of_more_than_62_platforms_or_products_is_refused(platforms, products):
    lenders = [{"name": str(p)} for p in range(platforms)]
    offers = [{"name": str(k), "platform": "0", "lends_cash": 1} for k in range(products)]
    with pytest.raises(ValueError, match="62"):
        CreditModel(lenders, offers, borrowers=10)


def test_a_market_of_62_platforms_keeps_them_apart():
    lenders = [{"name": str(p), "approval": -1.0, "sees": 0.0} for p in range(62)]
    offers = [{"name": "cash", "platform": str(p), "lends_cash": 1, "reach": 1.0} for p in range(62)]
    model = CreditModel(lenders, offers, borrowers=30)
    lines = model.market.lines
    owing = sum(lines[name] for name in ("revolving", "purchases", "instalment")) > 0
    assert model.market.borrowers["lenders"].tolist() == owing.sum(1).tolist()
    assert owing[:, -1].any()
    model.run(2)


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"not empty.*--out"):
        Unfinished(tmp_path, "key")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"file/run: cannot write there .*--out"):
        Unfinished(tmp_path / "file" / "run", "key")
    with pytest.raises(BadInput, match=r"file: is a file"):
        Unfinished(tmp_path / "file", "key")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="cannot write there"):
        Unfinished(tmp_path / "run", "key")


def test_a_folder_of_somebody_else_is_not_a_run(tmp_path):
    with pytest.raises(BadInput, match=r"there is no such folder"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"not a run folder, manifest.json is missing"):
        open_run(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"name": "another program"}))
    with pytest.raises(BadInput, match=r"manifest.json: damaged, or written by another version"):
        open_run(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(BadInput, match=r"manifest.json: damaged"):
        open_run(tmp_path)
