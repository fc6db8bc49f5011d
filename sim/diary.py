"""A diary: what each person did in the month played last, kept only if somebody asks for it.

The market adds up people's flows at once and forgets who they were. Where a world is compared person by person, or
played beside another, the difference that a person's month makes to the sums is written down.
"""

from sim import ledger
from sim import tally as row
from sim.compiled import rule
from sim.ledger import (
    CHARGE_OFFS,
    CONVERSION_FEES,
    DRAW_FEES,
    DRAWS,
    FAMILY_HELP,
    FEES_REFUNDED,
    INTEREST,
    LATE_FEES,
    PAYMENTS,
    PURCHASES_ABROAD,
    PURCHASES_CASH,
    PURCHASES_CREDIT,
    RECOVERIES,
)
from sim.line import is_on_book

#: Flows that a diary is made of.
NOTED = (PURCHASES_CASH, FAMILY_HELP, PURCHASES_CREDIT, PURCHASES_ABROAD, DRAWS, PAYMENTS, INTEREST, LATE_FEES,
         DRAW_FEES, CONVERSION_FEES, FEES_REFUNDED, CHARGE_OFFS, RECOVERIES)  # fmt: skip
APPLIED, APPROVED = len(ledger.FLOWS), len(ledger.FLOWS) + 1  # rows after those of the flows


@rule
def open_page(lines, uses, tally):
    """Note the sums before a person's month, and which lines are there."""
    for k in range(len(lines)):
        uses[k].held = is_on_book(lines[k])
        tally.noted[APPLIED, k] = tally.books[k, row.APPLICATIONS]
        tally.noted[APPROVED, k] = tally.books[k, row.APPROVALS]
    for flow in NOTED:
        for k in range(len(lines) + 1):
            tally.noted[flow, k] = tally.flows[flow, k]


@rule
def write_page(page, uses, plan, tally):
    """Write down what the month just played came to: the sums now less the sums before.

    page: the person's PAGE; uses: the person's USE of each line.
    """
    page.spent = _moved(tally, PURCHASES_CASH) + _moved(tally, PURCHASES_CREDIT) + _moved(tally, PURCHASES_ABROAD)
    charged = _moved(tally, INTEREST) + _moved(tally, LATE_FEES) + _moved(tally, DRAW_FEES)
    page.charged = charged + _moved(tally, CONVERSION_FEES) - _moved(tally, FEES_REFUNDED)
    page.written_off = _moved(tally, CHARGE_OFFS) - _moved(tally, RECOVERIES)
    page.family = _moved(tally, FAMILY_HELP)
    page.unmet = max(0, int(plan.short))
    applied = approved = 0
    for k in range(len(uses)):
        use = uses[k]
        asked = tally.books[k, row.APPLICATIONS] - tally.noted[APPLIED, k]
        applied += asked
        approved += tally.books[k, row.APPROVALS] - tally.noted[APPROVED, k]
        use.applied = asked > 0
        use.drawn = _on_line(tally, DRAWS, k)
        use.bought = _on_line(tally, PURCHASES_CREDIT, k)
        use.abroad = _on_line(tally, PURCHASES_ABROAD, k)
        use.paid = _on_line(tally, PAYMENTS, k)
    page.refused = max(0, applied - approved)


@rule
def _on_line(tally, flow, k):
    """How much a flow has grown on one product since the page was opened, in fen."""
    return tally.flows[flow, k] - tally.noted[flow, k]


@rule
def _moved(tally, flow):
    """The same over all products."""
    moved = 0
    for k in range(tally.flows.shape[1]):
        moved += _on_line(tally, flow, k)
    return moved
