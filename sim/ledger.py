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
    ("purchases abroad", "platforms", "outside"),
    ("fees of sellers abroad", "outside", "platforms"),
    ("stolen by thieves", "platforms", "outside"),
    ("belongings sold", "outside", "borrowers"),
    ("collection commissions", "platforms", "outside"),
    ("sales of claims", "outside", "platforms"),
    ("recoveries by buyers of claims", "borrowers", "outside"),
    ("cost of control", "platforms", "outside"),
    ("capital put in", "outside", "platforms"),
    ("chargebacks", "merchants", "platforms"),
    ("settlements held back", "merchants", "platforms"),
    ("settlements paid", "platforms", "merchants"),
    ("advances to merchants", "platforms", "merchants"),
    ("advances repaid", "merchants", "platforms"),
    ("advance interest", "merchants", "platforms"),
    ("compliance and fines", "merchants", "outside"),
    ("conversion fees charged", "debt", "debt"),
    ("fees refunded", "debt", "debt"),
    ("claims sold", "debt", "debt"),
    ("advances lost", "debt", "debt"),
)
(WAGES_MERCHANT, WAGES_OUTSIDE, BENEFITS, FAMILY_HELP, SAVINGS, PURCHASES_CASH, PURCHASES_CREDIT, MERCHANT_FEES,
 DRAWS, PAYMENTS, RECOVERIES, OUTSIDE_SALES, MERCHANT_COSTS, OWNERS_INCOME, OWNERS_FUNDS, FUNDING_COST,
 OPERATING_COST, DIVIDENDS, INTEREST, LATE_FEES, DRAW_FEES, CHARGE_OFFS, PURCHASES_ABROAD, FEES_ABROAD, STOLEN,
 BELONGINGS_SOLD, COMMISSIONS, CLAIM_SALES, BUYERS_RECOVERIES, CONTROL_COST, CAPITAL_IN, CHARGEBACKS,
 SETTLEMENTS_HELD, SETTLEMENTS_PAID, ADVANCES, ADVANCES_REPAID, ADVANCE_INTEREST, COMPLIANCE, CONVERSION_FEES,
 FEES_REFUNDED, CLAIMS_SOLD, ADVANCES_LOST) = range(len(FLOWS))
#: What people owe rises by these and falls by those; the same for claims on charged-off lines.
DEBT_UP = (PURCHASES_CREDIT, PURCHASES_ABROAD, DRAWS, INTEREST, LATE_FEES, DRAW_FEES, CONVERSION_FEES)
DEBT_DOWN = (PAYMENTS, CHARGE_OFFS, FEES_REFUNDED)
CLAIMS_UP, CLAIMS_DOWN = (CHARGE_OFFS,), (RECOVERIES, CLAIMS_SOLD)
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
