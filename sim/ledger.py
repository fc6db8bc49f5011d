"""Who paid whom, sector by sector, and the identities that must close to the fen.

Every flow is posted once, where it happens, under one name that fixes payer and payee. Accruals (interest, fees,
charge-offs) change what is owed without moving money; they are postings against debt.
"""

from sim.compiled import rule

#: name, payer, payee. The order is the row in the tally.
FLOWS = (
    ("wages from merchants", "merchants", "borrowers"),
    ("wages from outside", "outside", "borrowers"),
    ("benefits", "outside", "borrowers"),
    ("family help", "outside", "borrowers"),
    ("savings moved away", "borrowers", "outside"),
    ("purchases in cash", "borrowers", "merchants"),
    ("purchases on credit", "platforms", "merchants"),
    ("merchant fees", "merchants", "platforms"),
    ("cash draws", "platforms", "borrowers"),
    ("payments", "borrowers", "platforms"),
    ("recoveries", "borrowers", "platforms"),
    ("sales to outside", "outside", "merchants"),
    ("merchant costs", "merchants", "outside"),
    ("merchant owners' income", "merchants", "outside"),
    ("merchant owners' funds", "outside", "merchants"),
    ("funding cost", "platforms", "outside"),
    ("operating cost", "platforms", "outside"),
    ("dividends", "platforms", "outside"),
    ("interest charged", "debt", "debt"),
    ("late fees charged", "debt", "debt"),
    ("draw fees charged", "debt", "debt"),
    ("charge-offs", "debt", "debt"),
)
(WAGES_MERCHANT, WAGES_OUTSIDE, BENEFITS, FAMILY_HELP, SAVINGS, PURCHASES_CASH, PURCHASES_CREDIT, MERCHANT_FEES,
 DRAWS, PAYMENTS, RECOVERIES, OUTSIDE_SALES, MERCHANT_COSTS, OWNERS_INCOME, OWNERS_FUNDS, FUNDING_COST,
 OPERATING_COST, DIVIDENDS, INTEREST, LATE_FEES, DRAW_FEES, CHARGE_OFFS) = range(len(FLOWS))
SECTORS = ("borrowers", "merchants", "platforms", "outside")


@rule
def fen(amount):
    """Round a positive amount of money to the fen, half up, as on a real bill."""
    return int(amount + 0.5)


@rule
def post(flows, flow, product, amount):
    """Post one flow once.

    flows: tally [flow, product], last column for flows of no product; amount: fen, never negative.
    """
    flows[flow, product] += amount
