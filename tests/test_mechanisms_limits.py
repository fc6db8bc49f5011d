"""Limits: each mechanism by hand on one line, or in two worlds of the same seeds."""

import numpy as np
import pytest
from markets import UNCOUPLED, default_market, differences, model_of
from paired import default_count, on_book, utilisation, worlds
from scenes import CASH, PAY_LATER, Scene, yuan

from sim import tally as row
from sim.line import ALL_PERMISSIONS, FROZEN, INSTAL, SPEND, balance, cash_headroom, headroom
from sim.month import fade
from sim.policy import Change, Who
from sim.rules.collect import age
from sim.rules.review import review
from sim.score import score

SEEDS = (1, 2, 3)
#: Six times as many people as usual lose their jobs for half a year.
SHOCK = (Change("shock", "job_loss_multiple", 6, "2017-07", until="2018-01"),)


# --- what is measured ---
def of(models, column, platform=None, since="2017-01", until="2100-01", table="monthly"):
    """A column added up over worlds, months and, if named, one platform's products."""
    total = 0.0
    for model in models:
        rows = model.tables()[table]
        chosen = (rows["month"] >= np.datetime64(since)) & (rows["month"] < np.datetime64(until))
        if platform is not None:
            chosen &= rows["platform"] == platform
        if table == "flows":
            chosen &= rows["flow"] == column
        total += float(rows["amount_fen" if table == "flows" else column][chosen].sum())
    return total


def at_the_end(models, column, platform=None):
    """The same in the month played last."""
    return of(models, column, platform, since=models[0].tables()["economy"]["month"][-1])


# --- C. limits ---
def reviewed(above, **more):
    """A line of 10,000 yuan after the review of a month, where the score is so far above the threshold."""
    terms, line = more.pop("terms", {}), more.pop("line", {})
    scene = Scene(CASH | {"review_interval": 1, "cut_margin": 0.16, "cut_share": 0.3, "raise_margin": 0.04} | terms,
                  platforms=[{"signal_noise": 0}], lines=[{"months_clean": 12} | line], **more)  # fmt: skip
    points, _ = scene.play(score)
    scene.platforms[0].approval = points - above
    scene.play(review)
    return scene


@pytest.mark.mechanism("M31")
@pytest.mark.parametrize(("above", "permissions", "limit"), [
    (0.01, ALL_PERMISSIONS, 10_000), (-0.07, SPEND | INSTAL, 10_000), (-0.09, SPEND, 10_000), (-0.17, SPEND, 7000),
])  # fmt: skip
def test_below_the_threshold_cash_is_withdrawn_first_then_instalments_then_part_of_the_limit(above, permissions, limit):
    scene = reviewed(above, terms={"permissions": 1})
    line = scene.lines[0]
    assert (line.permissions, line.limit) == (permissions, yuan(limit))
    assert (cash_headroom(line, scene.products[0]) > 0) == (above > 0)
    assert reviewed(above).lines[0].permissions == ALL_PERMISSIONS  # unless the product has permissions


@pytest.mark.mechanism("M31")
def test_where_permissions_follow_the_score_less_cash_is_drawn():
    on, off = worlds({"products": {"permissions": 1}}, seeds=(1, 2))
    assert of(on, "cash draws", table="flows") < 0.97 * of(off, "cash draws", table="flows")


@pytest.mark.mechanism("M31", "M33")
def test_with_reviews_the_limits_of_people_move_apart():
    frozen = {"raise_share": 0.0, "cut_share": 0.0}
    spread = []
    for months in (0, 12, 30):
        worlds_now = worlds({}, {"products": frozen}, months=months)
        spread.append([[np.var(m.market.lines["limit"][on_book(m)[:, k], k] / 1e6) for k in range(8)]
                       for m, in worlds_now])  # fmt: skip
    (start, _), (year, _), (later, stood_still) = (np.array(variances) for variances in spread)
    assert (later > year).all()
    assert (year[[0, 1, 4, 5]] > start[[0, 1, 4, 5]]).all()  # on the large books also within a year
    assert (later > 1.1 * stood_still).all()


@pytest.mark.mechanism("M32")
@pytest.mark.parametrize("interval", [1, 3, 6])
def test_a_fallen_score_reaches_the_limit_at_the_next_review(interval):
    waits = []
    for person in range(12):
        for month in range(6, 12):
            scene = reviewed(-0.5, terms={"review_interval": interval}, id=person, month=month)
            if scene.lines[0].limit < yuan(10_000):
                waits.append(month - 6)
                break
    assert len(waits) == 12
    assert (max(waits), np.mean(waits)) == (interval - 1, (interval - 1) / 2)


@pytest.mark.mechanism("M32")
def test_a_lender_that_reviews_more_often_loses_less_to_a_shock_and_takes_more_limits_but_defaults_rise():
    """The gain is the lender's alone: people whom it cuts roll over less, and the market sees more defaults."""
    often, seldom = worlds(*({"terms": {("bank", "card"): {"review_interval": every}}, "changes": SHOCK}
                             for every in (3, 12)), borrowers=8000, months=30, seeds=SEEDS)  # fmt: skip
    assert of(often, "charge-offs", "bank", table="flows") < of(seldom, "charge-offs", "bank", table="flows")
    assert of(often, "removed_limit_fen", "bank") > 1.5 * of(seldom, "removed_limit_fen", "bank")
    assert sum(map(default_count, often)) > sum(map(default_count, seldom))


@pytest.mark.mechanism("M33")
@pytest.mark.parametrize(("owed", "clean", "raised"), [(5000, 3, True), (4999, 3, False), (5000, 2, False)])
def test_a_line_used_by_half_and_paid_in_time_is_raised_before_its_turn(owed, clean, raised):
    line = {"revolving": yuan(owed), "months_clean": clean}
    terms = {"review_interval": 24, "event_review": 1, "limit_income": 6}
    limit = reviewed(0.2, terms=terms, line=line).lines[0].limit
    assert (limit > yuan(10_000)) == raised
    assert reviewed(0.2, terms=terms | {"event_review": 0}, line=line).lines[0].limit == yuan(10_000)


@pytest.mark.mechanism("M33")
def test_good_use_calls_for_no_cut():
    used = {"terms": {"review_interval": 24, "event_review": 1}, "line": {"revolving": yuan(9000)}}
    assert reviewed(-0.5, **used).lines[0].limit == yuan(10_000)


@pytest.mark.mechanism("M33")
def test_raises_for_good_use_make_room_at_first_and_debt_within_half_a_year():
    played = {months: worlds({"products": {"event_review": 1}}, seeds=SEEDS, months=months) for months in (3, 9)}
    on, off = played[3]
    assert np.mean([*map(utilisation, on)]) < np.mean([*map(utilisation, off)])
    on, off = played[9]
    assert at_the_end(on, "balance_fen") > at_the_end(off, "balance_fen")
    assert at_the_end(on, "limit_fen") > at_the_end(off, "limit_fen")


@pytest.mark.mechanism("M34")
@pytest.mark.parametrize(("above", "limit", "line"), [
    (-0.15, 10_000, {}), (-0.17, 7000, {}), (-0.17, 7000, {"revolving": yuan(9000)}),
    (-0.17, 600, {"limit": yuan(600)}),
])  # fmt: skip
def test_a_score_below_the_cut_margin_takes_a_share_of_the_limit_but_not_below_the_floor(above, limit, line):
    scene = reviewed(above, terms={"limit_low": 1000, "acceptance": 1.0}, line=line)
    assert scene.lines[0].limit == yuan(limit)
    assert balance(scene.lines[0]) == line.get("revolving", 0)  # nobody is asked to repay at once


@pytest.mark.mechanism("M34")
def test_a_cut_lowers_exposure_raises_the_need_and_moves_part_of_the_borrowing_to_rivals():
    cut = Change("cut", "limit_cut", 0.5, "2017-07", platform="incumbent")
    on, off = worlds({"changes": (cut,)}, months=18, seeds=SEEDS)
    since = {"since": "2017-07"}
    less = of(off, "balance_fen", "incumbent", **since) - of(on, "balance_fen", "incumbent", **since)
    assert less > 0.2 * of(off, "balance_fen", "incumbent", **since)
    assert of(on, "missed_for_want", table="economy") > 1.05 * of(off, "missed_for_want", table="economy")
    elsewhere = sum(of(world, "balance_fen", p["name"], **since) * sign for sign, world in ((1, on), (-1, off))
                    for p in default_market()[0] if p["name"] != "incumbent")  # fmt: skip
    assert 0 < elsewhere / less < 1  # displacement, beside the loss


@pytest.mark.mechanism("M34")
def test_where_no_review_cuts_there_is_more_exposure_and_less_need():
    on, off = worlds({"products": {"cut_share": 0.5}}, {"products": {"cut_share": 0.0}}, seeds=(1, 2))
    assert at_the_end(on, "balance_fen") < 0.95 * at_the_end(off, "balance_fen")
    assert of(on, "short", table="economy") > of(off, "short", table="economy")


def late_line(freeze_after, months):
    """A pay-later line of 10,000 yuan on which 2,000 are owed, after so many months without a payment."""
    scene = Scene(PAY_LATER | {"freeze_after": freeze_after, "call_in_after": 3}, lines=[{"revolving": yuan(2000)}])
    for _ in range(months):
        scene.lines[0].due += yuan(200)
        scene.play(age, paid=0, unpaid_before=int(scene.lines[0].due) - yuan(200))
    return scene.lines[0]


@pytest.mark.mechanism("M35", "M60")
@pytest.mark.parametrize(("freeze_after", "months", "frozen"), [
    (1, 1, True), (2, 1, False), (2, 2, True), (12, 2, False), (12, 3, True),
])  # fmt: skip
def test_a_late_line_is_frozen_from_its_month_or_once_called_in_and_is_still_owed(freeze_after, months, frozen):
    line = late_line(freeze_after, months)
    assert (line.state == FROZEN, headroom(line) == 0) == (frozen, frozen)
    assert balance(line) >= yuan(2000)
    assert line.due >= months * yuan(200)


@pytest.mark.mechanism("M35")
def test_fewer_late_lines_are_cured_where_they_are_frozen_at_once_since_debts_cannot_be_rolled():
    at_once, later = worlds(*({"products": {"freeze_after": after}} for after in (1, 3)), seeds=SEEDS)

    def cured(models):
        late = now_current = 0
        for moves in (model.tables()["transitions"] for model in models):
            was_late = moves["from_bucket"] == "M1"
            late += moves["accounts"][was_late].sum()
            now_current += moves["accounts"][was_late & (moves["to_bucket"] == "current")].sum()
        return now_current / late

    assert cured(at_once) < cured(later) - 0.005
    assert sum(map(default_count, at_once)) > sum(map(default_count, later))


def two_lenders(**line):
    """The score of somebody with a line elsewhere, in points, where a cut there costs a tenth."""
    scene = Scene(CASH, CASH | {"platform": 1, "reporting": 0.8}, parameters={"score_cut": 0.1}, month=10,
                  platforms=[{"signal_noise": 0, "sees": 0.5}] * 2, lines=[{}, line])  # fmt: skip
    return scene.play(score)[0]


@pytest.mark.mechanism("M36")
def test_a_recent_cut_elsewhere_lowers_the_score_as_far_as_it_is_seen_and_for_half_a_year():
    clean = two_lenders()
    losses = [clean - two_lenders(cut_month=month, reported_cut=month) for month in (9, 4, 3)]
    assert losses == pytest.approx([0.1 * 0.8 * 0.5, 0.1 * 0.8 * 0.5, 0.0])


@pytest.mark.mechanism("M36")
def test_a_cut_makes_the_bank_refuse_those_who_were_cut_and_nobody_else():
    cut = Change("cut", "limit_cut", 0.5, "2017-07", platform="incumbent", who=Who(age_below=30))
    seen = {"platforms": {"sees": 1}, "products": {"reporting": 1, "cut_share": 0.0}, "changes": (cut,)}
    spilling, apart = (seen | {"parameters": UNCOUPLED | {"score_cut": weight}} for weight in (0.5, 0.0))
    (on,), (off,) = worlds(spilling, apart, months=12)
    young = on.market.borrowers["age"] < 30
    people = [{f"{t}.{f}": np.array(getattr(m.market, t)[f][~young]) for t in ("borrowers", "lines")
               for f in getattr(m.market, t).dtype.names} for m in (on, off)]  # fmt: skip
    assert set(differences(*people)) <= {"borrowers.friends_in_default"}
    card = on.product_names.index(("bank", "card"))
    opened = [(on_book(m)[young, card] & (m.market.lines["months_on_book"][young, card] <= 6)).sum() for m in (on, off)]
    assert opened[0] < 0.6 * opened[1]
    assert of([on], "approvals", "bank", since="2017-07") < of([off], "approvals", "bank", since="2017-07")


@pytest.mark.mechanism("M37")
@pytest.mark.parametrize(("lever", "value"), [("approval_shift", 0.1), ("limit_ceiling", 8000)])
def test_an_order_to_lenders_lowers_limits_while_people_behave_as_before(lever, value):
    nobody_asks = {"parameters": {"applications": 0, "adoption_hazard": 0}}
    order = Change("order", lever, value, "2017-07")
    on, off = worlds(nobody_asks | {"changes": (order,)}, nobody_asks, months=7)  # the first month of the order
    people = [{f: np.array(m.market.borrowers[f]) for f in ("cash", "wage", "income")} for m in (on[0], off[0])]
    assert not differences(*people)
    assert at_the_end(on, "paid_fen") == at_the_end(off, "paid_fen")
    assert at_the_end(on, "limit_fen") < at_the_end(off, "limit_fen")
    on, off = worlds({"changes": (order,)})
    assert at_the_end(on, "limit_fen") < 0.95 * at_the_end(off, "limit_fen")


TRACKED = {"review_interval": 24, "tracking": 1.0}


@pytest.mark.mechanism("M38")
@pytest.mark.parametrize(("inquiries", "owed", "above", "warned", "limit"), [
    (3, 0, -0.2, 1, 7000),     # many applications, and a score that shows them
    (2, 0, -0.2, 0, 10_000),
    (0, 9000, -0.2, 1, 7000),  # nearly used up
    (0, 8000, -0.2, 0, 10_000),
    (3, 0, 0.3, 1, 10_000),    # a false alarm: looked at, found good, and not raised for it either
])  # fmt: skip
def test_overspending_and_many_applications_trip_the_warning(inquiries, owed, above, warned, limit):
    scene = reviewed(above, terms=TRACKED | {"limit_income": 6}, line={"revolving": yuan(owed)}, inquiries=inquiries)
    assert scene.tally.books[0, row.WARNINGS] == warned
    assert scene.lines[0].limit == yuan(limit)


@pytest.mark.mechanism("M38")
def test_applications_lower_the_score_at_lenders_that_look():
    def points(inquiries):
        lender = {"signal_noise": 0, "sees": 0.5}
        return Scene(CASH, parameters={"score_inquiries": 0.3}, platforms=[lender], inquiries=inquiries).play(score)[0]

    assert [points(0) - points(n) for n in (1, 3, 9)] == pytest.approx([0.05, 0.15, 0.15])


@pytest.mark.mechanism("M38")
def test_warnings_bring_cuts_and_most_of_them_are_false_alarms():
    on, off = worlds({"products": {"tracking": 0.5}, "parameters": {"score_inquiries": 0.2}},
                     {"parameters": {"score_inquiries": 0.2}})  # fmt: skip
    assert of(on, "removed_limit_fen") > 1.2 * of(off, "removed_limit_fen")
    assert of(on, "warnings") > default_count(on[0]) > 0 == of(off, "warnings")


@pytest.mark.mechanism("M39")
def test_a_tighter_target_slows_a_lenders_growth_and_lowers_its_delinquency_but_not_the_markets_defaults():
    """What is right for one lender need not be for all: if everybody's target is tighter, defaults rise."""
    own = [{"lenders": {"facilitator": {"target_delinquency": target}}} for target in (0.009, 0.035)]
    tight, loose = worlds(*own, borrowers=8000, months=36, seeds=SEEDS)
    assert at_the_end(tight, "limit_fen", "facilitator") < 0.9 * at_the_end(loose, "limit_fen", "facilitator")
    late = [of(w, "m4_fen", "facilitator") / of(w, "balance_fen", "facilitator") for w in (tight, loose)]
    assert late[0] < late[1]
    tight, loose = worlds(*({"platforms": {"target_delinquency": target}} for target in (0.01, 0.04)), seeds=(1, 2))
    assert at_the_end(tight, "limit_fen") < at_the_end(loose, "limit_fen")
    assert sum(map(default_count, tight)) > sum(map(default_count, loose))


def months_until_restored(payments, months=6):
    """After how many months a cut line is first given something back; 0 if never. payments: "1" paid, "0" missed."""
    scene = Scene(PAY_LATER | {"review_interval": 1, "limit_income": 6}, parameters={"restoration_months": months},
                  platforms=[{"signal_noise": 0, "approval": -1.0}],
                  lines=[{"limit": yuan(6000), "limit_before": yuan(10_000), "cut_month": 0, "months_clean": 0,
                          "revolving": yuan(2000)}])  # fmt: skip
    line = scene.lines[0]
    for month, paid in enumerate(payments, 1):
        scene.rules.month = month
        line.due = 0 if paid == "1" else yuan(200)
        scene.play(age, paid=yuan(200) if paid == "1" else 0, unpaid_before=0)
        scene.play(review)
        if line.limit > yuan(6000):
            assert line.limit - yuan(6000) == yuan(10_000) // 6 + 1  # a sixth of what it was, to the fen
            return month
    return 0


@pytest.mark.mechanism("M40", "M72")
@pytest.mark.parametrize(("payments", "restored"), [
    ("11111", 0), ("111111", 6), ("1111011111", 0), ("11110111111", 11),
])  # fmt: skip
def test_five_clean_months_do_not_restore_a_limit_six_do_and_one_missed_month_resets_the_count(payments, restored):
    assert months_until_restored(payments) == restored
    assert months_until_restored("111", months=3) == 3


@pytest.mark.mechanism("M40", "M72")
@pytest.mark.parametrize("months", [3, 6, 12])
def test_half_of_a_cut_is_given_back_about_the_set_number_of_months_later(months):
    cut = Change("cut", "limit_cut", 0.3, "2017-07")
    model = model_of(default_market(), borrowers=3000, changes=(cut,), parameters={"restoration_months": months}).run(7)
    lines = model.market.lines
    start, before = lines["limit"].astype(float), lines["limit_before"].astype(float)
    hit = (lines["cut_month"] == 6) & (before > start)
    waits = np.full(hit.shape, 99)
    for wait in range(1, months + 13):
        model.run(1)
        half = hit & (lines["limit"] - start >= 0.5 * (before - start))
        waits[half & (waits == 99)] = wait
    restored = waits[hit & (waits < 99)]
    assert restored.min() >= months - 1  # the month of the cut may have been clean already
    assert months <= np.median(restored) <= months + 3  # lines wait for a review after it
    assert len(restored) > 0.6 * hit.sum()


@pytest.mark.mechanism("M38")
def test_an_application_counts_from_the_next_month_on_and_is_forgotten_by_thirds():
    s = Scene(CASH)
    counts = []
    for asked in (0b111, 0, 0, 0b1):
        s.plan.asked = asked
        s.play(fade)
        counts.append(int(s.borrower.inquiries))
    assert counts == [3, 2, 1, 1]
