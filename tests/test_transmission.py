"""How default is handed on: chains worked out by hand, weights that add up, and nothing where nothing can spread."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import ONE_LENDER, TWO_LENDERS, default_market, model_of
from scenes import yuan
from six import BYSTANDER, CUSHIONED, CUT, DOOMED, HELD, IDLE, MONTHS, MOVES, ROLLS, THREE, six
from test_channels import SPREADS

from analysis.explain.transmission.cascade import beginnings, cascade
from analysis.explain.transmission.chains import ENTRIES
from analysis.explain.transmission.forest import Watch, sentences, summary, tables
from analysis.explain.transmission.parents import POLICY, UNKNOWN
from analysis.explain.twins import first_defaults
from sim.policy import Change, Who

DEEP = (Change("cut", "limit_cut", 0.7, "2017-06"),)
LATER = (Change("cut", "limit_cut", 0.95, "2018-02", who=Who(age_below=35)),)  # shops have a normal year behind them


def watched(baseline, reform, months):
    """Both worlds month by month, and what was handed on."""
    watch = Watch()
    for _ in range(months):
        baseline.step()
        reform.step()
        watch.each_month(baseline, [reform])
    return watch.finish(baseline, reform)


@pytest.fixture(scope="module")
def by_hand():
    """The market of six under a policy that takes away every limit at platform one."""
    return watched(six(), six(CUT), MONTHS)


@pytest.fixture(scope="module")
def parted():
    """Hard times in which trouble spreads through everything, up to a deep cut that reaches the young."""
    harsh = SPREADS | {"merchant_cash_months": 0.3, "merchant_layoff_response": 2.0, "merchant_slack": 0.0}
    return model_of(default_market(), borrowers=3000, parameters=harsh).run(13)


@pytest.fixture(scope="module")
def spreading(parted):
    """What was handed on from then on."""
    return watched(parted.branch(diary=True), parted.branch(LATER, diary=True), 20)


# --- six people, by hand ---
def test_six_people_default_in_the_months_worked_out_by_hand(by_hand):
    """With the loan at two, 1,000 yuan are missing each month once platform one lends nothing: three further misses.

    ROLLS still owes platform one 1,000 and pays that first: nothing for two in months 1, 1,000 of 2,000 from then on,
    so four behind in month 4. CUSHIONED has 2,000 of cash left, uses half of it in months 1 and 2 each and misses in
    3. MOVES draws 2,000 at three in month 1; in month 2 that is due, 1,000 more can be drawn, and cash pays two: three
    is missed in 2, 3, 4, 5. BYSTANDER is refused nothing until platform two sees the first balance 30 days late (ROLLS,
    end of month 2) and takes the limit away at the end of month 3; 4,000 are then due there, three is missed from 4.
    """
    when = dict(zip(by_hand.who.tolist(), by_hand.month.tolist(), strict=True))
    assert when == {ROLLS: 4, MOVES: 5, CUSHIONED: 6, BYSTANDER: 7}
    where = {person: by_hand.names[line][0] for person, line in zip(by_hand.who, by_hand.product, strict=True)}
    assert where == {ROLLS: "two", MOVES: "three", CUSHIONED: "two", BYSTANDER: "three"}
    assert len(by_hand.avoided) == 0


def test_their_chains_read_as_what_happened(by_hand):
    told = {int(p): by_hand.words(chain) for p, chain in zip(by_hand.who, by_hand.chains, strict=True)}
    assert told == {
        ROLLS: "cut at one cash (2017-02) -> missed at two cash (2017-02) -> default at two cash (2017-05)",
        MOVES: "cut at one cash (2017-02) -> borrowed more at three cash (2017-02) -> missed at three cash (2017-03)"
        " -> missed at two cash (2017-04) -> default at three cash (2017-06)",
        CUSHIONED: "cut at one cash (2017-02) -> missed at two cash (2017-04) -> default at two cash (2017-07)",
        BYSTANDER: "given less by two cash, now tighter (2017-04) -> missed at two cash, three cash (2017-05)"
        " -> default at three cash (2017-08)",
    }


def test_the_one_whom_no_policy_touched_has_it_from_the_first_who_was_late(by_hand):
    """Until the end of month 2 only ROLLS was 30 days late with platform two, and its whole delinquency is new."""
    mine = by_hand.edges.child == BYSTANDER
    assert by_hand.edges.parent[mine].tolist() == [ROLLS]
    assert by_hand.edges.weight[mine] == pytest.approx([1.0])
    assert by_hand.generation.tolist() == [1, 1, 1, 2]
    assert by_hand.parent.tolist() == [-1, -1, -1, ROLLS]
    assert by_hand.reproduction == pytest.approx(1 / 4)
    assert by_hand.per_cut_default == pytest.approx(1 / 3)
    assert (by_hand.cut[0], by_hand.descent.tolist()) == (ROLLS, [1.0, 0.0, 0.0, 0.0])
    assert [tree.tolist() for tree in by_hand.trees()] == [[0, 3], [1], [2]]


def test_who_defaults_in_both_worlds_is_no_excess_default(by_hand):
    assert DOOMED not in by_hand.who


def test_all_four_default_with_a_lender_that_had_not_touched_them(by_hand):
    """Platform one cut three of them, platform two the fourth; all default elsewhere."""
    assert by_hand.crossed.all()


def test_a_friend_of_the_first_to_default_stops_paying_by_choice_and_has_it_from_that_friend():
    """IDLE owes three 150,000, above a year's wage, and can pay the 1,000 a month that are due. The bar for choosing
    not to is 0.2, and 0.2 * (1 + 0.5) = 0.3 with a friend in default: above a stigma of 0.25. ROLLS defaults in month
    4, so nothing is paid in 5, 6, 7 and 8.
    """
    debt = {THREE: {"limit": 100, "instalment": yuan(150_000), "instalments_left": 150}}
    given = {
        "held": HELD | {IDLE: debt},
        "friends": [(ROLLS, IDLE)],
        "parameters": {"strategic_share": 0.2, "peer_effect": 0.5, "bureau_deterrence": 0, "penalty_deterrence": 0},
    }
    found = watched(six(**given), six(CUT, **given), MONTHS)
    place = found.who.tolist().index(IDLE)
    assert found.words(found.chains[place]) == (
        "more friends in default (2017-05) -> missed at three cash (2017-06) -> default at three cash (2017-09)"
    )
    assert (found.parent[place], found.share[place], found.generation[place]) == (ROLLS, 1.0, 2)
    assert found.cause[place] == "chose"


@given(st.floats(0.05, 1.0), st.sampled_from(["one", "two", "three"]), st.integers(2, 6))
@settings(max_examples=20, deadline=None)
def test_whatever_is_cut_the_blame_for_each_default_adds_up_to_one(share, platform, month):
    changes = (Change("cut", "limit_cut", share, f"2017-0{month}", platform=platform),)
    found = watched(six(), six(changes), MONTHS)
    for person in found.who:
        assert found.edges.weight[found.edges.child == person].sum() == pytest.approx(1.0)
    assert (found.onset >= month - 1).all()
    assert not len(found.who) or 0.0 <= found.reproduction < 1.0


# --- nothing where nothing can spread ---
def test_the_reproduction_number_is_zero_where_only_those_cut_default():
    without = {person: lines for person, lines in HELD.items() if person != BYSTANDER}
    found = watched(six(held=without), six(CUT, held=without), MONTHS)
    assert sorted(found.who) == [ROLLS, CUSHIONED, MOVES]
    assert found.reproduction == 0.0
    assert found.depth == 1
    assert found.weight_on("policy") == 1.0


def test_without_a_policy_nothing_is_handed_on():
    found = watched(six(), six(), MONTHS)
    assert len(found.who) == len(found.edges.child) == found.depth == 0
    assert np.isnan(found.reproduction)
    assert sentences([found]) == ["No person defaults only in the reform, so nothing was handed on."]


def test_with_one_platform_nothing_crosses_platforms():
    worlds = [model_of(ONE_LENDER, borrowers=2000, parameters=SPREADS, changes=c, diary=True) for c in ((), DEEP)]
    found = watched(*worlds, 20)
    assert len(found.who)
    assert not found.crossed.any()


def test_without_a_borrower_on_two_platforms_nothing_crosses_platforms():
    """Jobs, friends and reputation are off; each person keeps the lines of one of two lenders and seeks no other."""
    apart = {"applications": 0, "adoption_hazard": 0, "jobs_channel": 0, "peers_channel": 0, "job_loss_hazard": 0.03}
    cut = (Change("cut", "limit_cut", 0.9, "2017-03", platform="shop"),)
    worlds = [model_of(TWO_LENDERS, borrowers=2000, parameters=apart, changes=c, diary=True) for c in ((), cut)]
    for world in worlds:
        lines = world.market.lines
        for person in range(len(lines)):
            lines[person, person % 2] = np.zeros((), lines.dtype)
        world.touched = True
    found = watched(*worlds, 24)
    assert len(found.who)
    assert {found.names[line][0] for line in found.product} == {"shop"}
    assert not found.crossed.any()


def test_only_the_reform_seen_first_is_watched():
    """Worlds with channels frozen may be played in later turns by the same twins."""
    baseline, reform, other = six(), six(CUT), six()
    watch = Watch()
    for models in ([reform, other], [other]):
        for world in (baseline, *models):
            world.step()
        watch.each_month(baseline, models)
    assert watch.log.months == [0]


def test_a_watch_that_has_seen_nothing_says_so():
    with pytest.raises(ValueError, match="no month has been watched"):
        Watch().finish(six(), six(CUT))


# --- where everything spreads ---
def test_the_weights_of_every_default_add_up_to_one(spreading):
    edges = spreading.edges
    sums = np.bincount(edges.child, edges.weight)[spreading.who]
    assert len(spreading.who) > 50
    assert sums == pytest.approx(np.ones(len(spreading.who)), abs=1e-9)
    assert (edges.weight > 0.0).all()
    blame = [spreading.weight_on(giver) for giver in ("policy", "defaulters", "others", "unknown")]
    assert sum(blame) == pytest.approx(1.0)
    assert sum(spreading.part(entry) for entry in ENTRIES) == pytest.approx(1.0)


def test_where_shops_lay_off_and_lenders_tighten_people_hand_default_on(spreading):
    edges, through = spreading.edges, list(ENTRIES)
    people = edges.parent >= 0
    for channel in ("job", "lender"):
        assert (people & (edges.through == through.index(channel))).any(), channel
    assert 0.0 < spreading.reproduction < 1.0
    assert spreading.depth >= 2


@pytest.mark.parametrize(("channel", "entry"), [("funding", "lender"), ("jobs", "job")])
def test_most_defaults_handed_on_through_a_channel_vanish_when_it_is_frozen(parted, spreading, channel, entry):
    """The experiment bears the bookkeeping out; those who were cut mostly default all the same."""
    frozen = parted.branch().branch(LATER, frozen=(channel,)).run(20)
    still = np.isin(spreading.who, first_defaults(frozen, 13))
    kinds = np.array(list(ENTRIES))
    pushed = [set(kinds[spreading.edges.through[spreading.edges.child == person]]) for person in spreading.who]
    through = np.array([entry in some and "cut" not in some for some in pushed])
    cut = np.array([some == {"cut"} for some in pushed])
    assert through.sum() >= 5
    assert still[through].mean() <= 0.3
    assert still[cut].mean() >= 0.7


def test_a_giver_was_in_trouble_before_the_receiver(spreading):
    onset = dict(zip(spreading.who.tolist(), spreading.onset.tolist(), strict=True))
    edges = spreading.edges
    for child, parent, month in zip(
        *(x[edges.infectious] for x in (edges.child, edges.parent, edges.month)), strict=True
    ):
        assert onset[parent] < month <= onset[child]
    assert not (edges.child == edges.parent).any()
    assert sum(len(tree) for tree in spreading.trees()) == len(spreading.who)


def test_every_chain_is_in_order_of_time_and_ends_in_the_default(spreading):
    for chain, month, line in zip(spreading.chains, spreading.month, spreading.product, strict=True):
        months = [step.month for step in chain]
        assert months == sorted(months)
        assert (chain[-1].kind, chain[-1].month, chain[-1].line) == ("default", month, line)
        assert "missed" in {step.kind for step in chain}


def test_those_cut_answer_for_all_that_descends_from_them_and_no_more(spreading):
    """Weights on people who were cut, each with what descends from the child, is what they are ranked by."""
    assert (np.diff(spreading.descent) <= 0).all()
    edges = spreading.edges
    least = np.bincount(edges.parent[edges.parent >= 0], edges.weight[edges.parent >= 0], minlength=3000)
    assert (spreading.descent >= least[spreading.cut] - 1e-9).all()


def test_tables_have_a_row_for_every_default_edge_and_seed(by_hand, spreading):
    made = tables([by_hand, spreading])
    assert len(made["chains"]["borrower"]) == len(by_hand.who) + len(spreading.who)
    assert len(made["handed"]["weight"]) == len(by_hand.edges.child) + len(spreading.edges.child)
    assert len(made["tree"]["seed"]) == 2 * len(set(made["tree"]["measure"]))
    assert {by_hand.seed, spreading.seed} == set(made["tree"]["seed"].tolist())
    assert made["chains"]["month"][0] == np.datetime64("2017-05")
    assert set(made["handed"]["giver"][made["handed"]["giver"] < 0]) <= {POLICY, UNKNOWN}


def test_the_reproduction_number_has_its_interval_over_seeds(by_hand, spreading):
    total = summary([by_hand, spreading])
    assert total["R"].mean == pytest.approx((by_hand.reproduction + spreading.reproduction) / 2)
    assert total["R"].has_interval
    assert len(sentences([by_hand, spreading])) == 4


# --- figures ---
def test_the_cascade_draws_what_was_handed_on_and_says_so(by_hand):
    figure, alt, caption = cascade([by_hand])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["borrower 0", "two", "borrower 5"]
    assert "stand behind 1.0 of the 1 default that followed" in alt
    assert by_hand.words(by_hand.chains[0]) in alt
    assert "bookkeeping" in caption


def test_figures_can_be_drawn_of_much_of_little_and_of_nothing(by_hand, spreading):
    alone = {person: lines for person, lines in HELD.items() if person != BYSTANDER}
    chains = watched(six(held=alone), six(CUT, held=alone), MONTHS)
    nothing = watched(six(), six(), MONTHS)
    for found in ([by_hand], [spreading, spreading], [chains], [nothing], [chains, by_hand]):
        for draw in (cascade, beginnings):
            figure, alt, _ = draw(found)
            figure.canvas.draw()
            assert figure.get_suptitle().replace("\n", " ") in alt.replace("\N{NO-BREAK SPACE}", " ") or "%" in alt


def test_beginnings_add_up_to_the_defaults_caused(by_hand):
    figure, alt, _ = beginnings([by_hand])
    above = sum(bar.get_height() for bars in figure.axes[0].containers for bar in bars if bar.get_height() > 0)
    assert above == len(by_hand.who)
    assert "75 % of the chains of default begin with: own limit cut by the policy" in alt
