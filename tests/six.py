"""Six borrowers and three platforms without luck, interest or fees: who defaults when can be worked out by hand.

Everybody earns 10,000 yuan and needs 9,000, which leaves 1,000 a month for bills. A loan still to be repaid in ten
instalments of 2,000 asks for more; the other 1,000 is drawn on an open cash line, whose draws are due the month after
and rolled over. Months count from the start, 0 is 2017-01; the policy takes away all limits at platform one in month 1.

              lines                                    without the policy       with it
0 ROLLS       loan at two, cash line at one            rolls at one             default at two in month 4
1 CUSHIONED   the same, and 3,000 yuan of cash         rolls from month 3       default at two in month 6
2 MOVES       the same as 0, and 3,000 of line at three  rolls at one           default at three in month 5
3 IDLE        cash line at one, never used             nothing                  nothing
4 DOOMED      loan at three, nothing to roll on        default at three in month 3, in both worlds
5 BYSTANDER   loan at three, cash line at two          rolls at two             default at three in month 7
"""

import networkx as nx
from scenes import CALM, CALM_PRODUCT, yuan

from sim.line import ALL_PERMISSIONS, NONE, OPEN
from sim.model import CreditModel
from sim.policy import Change
from sim.rules.report import publish
from sim.trust import START

ROLLS, CUSHIONED, MOVES, IDLE, DOOMED, BYSTANDER = range(6)
ONE, TWO, THREE = range(3)
MONTHS = 10
CUT = (Change("cut", "limit_cut", 1.0, "2017-02", platform="one"),)
NO_SCORE = dict.fromkeys(("score_income", "score_history", "score_burden", "score_late", "score_use", "score_young"), 0)
PARAMETERS = CALM | NO_SCORE | {
    "necessity_share": 0.9, "saver_spending_share": 0.9, "hand_to_mouth_spending_share": 0.9, "belt_tightening": 0,
    "saving_sweep": 0, "spending_adjustment": 0, "relend_weight": 0, "jobs_channel": 0, "merchant_employment_share": 0,
    "tighten_delinquency": 1, "tighten_most": 0.3,
}  # fmt: skip
LENDER = {"signal_noise": 0, "own_share": 0, "approval": 0, "sees": 0}
LOAN = CALM_PRODUCT | {
    "lends_cash": 1, "minimum_share": 1, "term": 1, "late_fee": 0, "penalty_rate": 0, "monthly_rate": 0,
    "instalment_rate": 0, "reach": 0, "call_in_after": 24, "charge_off_after": 12, "reporting": 0, "limit_low": 0,
    "raise_margin": 0.04,
}  # fmt: skip
#: One is paid before two, two before three. Two looks at its lines every month, and takes away every limit once it is
#: tighter than normal by more than the margin: the first balance 30 days late is enough.
PRODUCTS = [
    LOAN | {"name": "cash", "platform": "one", "consequence": 3.0, "review_interval": 24},
    LOAN | {"name": "cash", "platform": "two", "consequence": 0.3, "review_interval": 1, "cut_share": 1,
            "cut_margin": 0.1},
    LOAN | {"name": "cash", "platform": "three", "consequence": 0.04, "review_interval": 24},
]  # fmt: skip
OPEN_LINE = {"limit": yuan(20_000)}
INSTALMENTS = {"limit": 100, "instalment": yuan(20_000), "instalments_left": 10}
HELD = {
    ROLLS: {ONE: OPEN_LINE, TWO: INSTALMENTS},
    CUSHIONED: {ONE: OPEN_LINE, TWO: INSTALMENTS},
    MOVES: {ONE: OPEN_LINE, TWO: INSTALMENTS, THREE: {"limit": yuan(3_000)}},
    IDLE: {ONE: OPEN_LINE},
    DOOMED: {THREE: INSTALMENTS},
    BYSTANDER: {TWO: OPEN_LINE, THREE: INSTALMENTS},
}


def six(changes=(), held=HELD, friends=(), parameters=None) -> CreditModel:
    """The market of six, with a diary.

    held: person -> line -> fields; friends: pairs of people; parameters: behaviour that differs.
    """
    circle = nx.empty_graph(len(HELD))
    circle.add_edges_from(friends)
    model = CreditModel(
        [LENDER | {"name": name} for name in ("one", "two", "three")],
        PRODUCTS,
        parameters=PARAMETERS | (parameters or {}),
        changes=changes,
        borrowers=len(HELD),
        merchants=4,
        friends=circle,
        diary=True,
    )
    people, lines = model.market.borrowers, model.market.lines
    people["wage"], people["cash"], people["employer"], people["jobless"] = yuan(10_000), 0, -1, 0
    people["cash"][CUSHIONED] = yuan(3_000)
    people["age"], people["stigma"] = 30, 0.25
    for name in ("bad_record", "ever_in_default", "record_shown", "lenders", "lost_headroom", "appetite"):
        people[name] = 0
    for name in lines.dtype.names:
        lines[name] = 0
    lines["cut_month"] = lines["reported_cut"] = -1
    lines["state"], lines["permissions"], lines["trust"] = NONE, ALL_PERMISSIONS, START
    for person, own in held.items():
        for k, fields in own.items():
            lines["state"][person, k] = OPEN
            for name, value in fields.items():
                lines[name][person, k] = value
            publish(lines[person, k])
    model.touched = True  # written to from outside: the accounts open with what is there now
    return model
