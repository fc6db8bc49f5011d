"""Collect: lines age by months past due, are charged fees, frozen, charged off, placed with third parties and sold."""

from sim import tally as row
from sim.chance import CLEAR_OUT, RECOVERY, WRONGFUL_FEE, uniform
from sim.compiled import rule
from sim.ledger import (
    BUYERS_RECOVERIES,
    CHARGE_OFFS,
    CHARGEBACKS,
    CLAIM_SALES,
    CLAIMS_SOLD,
    COMMISSIONS,
    LATE_FEES,
    RECOVERIES,
    fen,
    post,
)
from sim.lender import calls_wanted, share_handled
from sim.limit import take_limit
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, FROZEN, IN_PLAN, OLDEST, OPEN, SOLD, balance, is_called_in, is_on_book
from sim.person import is_malicious

DEFAULTED, WRITTEN_OFF = 1, 2  # what ``age`` returns when that happens


@rule
def age(borrower, line, product, k, paid, unpaid_before, rules, tally):
    """Move one line along the months-past-due ladder after the payment.

    All due paid: current, and a frozen line opens again. Less than one month's payment: one month further behind, a
    late fee and penalty interest on the minimum past due, frozen from the product's month on and once it is called in,
    with a cut of the limit if the product says so; until it is frozen it may be drawn. In between: where it was, unless
    the line is called in, which only payment in full cures. Past the charge-off month the balance leaves the book and
    stays as a claim. A third party that collects has its commission on every payment, also on the one that cures.

    product: terms that the line signed; paid: fen paid this month; unpaid_before: fen past due before this month's bill
    was added. Returns DEFAULTED if the line becomes more than 90 days late now, WRITTEN_OFF, or 0.
    """
    if paid > 0 and line.months_past_due >= product.placement_after:
        post(tally.flows, COMMISSIONS, k, fen(product.agency_commission * paid))
    if line.due <= 0:
        line.months_past_due = 0
        line.cause = 0
        if line.state != IN_PLAN:
            line.state = OPEN
        if line.months_clean < 250:
            line.months_clean += 1
        return 0
    added = int(line.due) + paid - unpaid_before  # what this month alone added to the bill
    behind = paid < max(1, added) or line.months_past_due == 0 or is_called_in(line, product)
    line.months_clean = 0
    if behind:
        line.months_past_due += 1
        if line.state == OPEN and (line.months_past_due >= product.freeze_after or is_called_in(line, product)):
            line.state = FROZEN
            if product.late_cut > 0.0:
                lower = fen(line.limit * (1.0 - product.late_cut))
                tally.books[k, row.REMOVED_LIMIT] += take_limit(line, lower, product, borrower, rules)
    overdue = product.minimum_share * balance(line) if is_called_in(line, product) else float(line.due)
    charge = fen((product.late_fee + product.penalty_rate) * overdue)
    line.revolving += charge
    line.due += charge
    post(tally.flows, LATE_FEES, k, charge)
    if line.months_past_due > product.charge_off_after:
        return WRITTEN_OFF
    return DEFAULTED if line.months_past_due == DEFAULT_MONTHS and behind else 0


@rule
def is_cleared_out(borrower, line, product, k, chance):
    """Whether a line in default is written off before its time, as lenders do to look better at a quarter's end.

    Probability = early write-off, for lines more than 90 days late.
    """
    if product.early_write_off == 0.0 or line.months_past_due < DEFAULT_MONTHS:
        return False
    return uniform(chance, CLEAR_OUT, borrower.id, k) < product.early_write_off


@rule
def charge_wrongly(borrower, line, product, k, lender, paid, chance, tally):
    """A late fee is charged in error on a bill that was paid in time, now and then: late fee * what was paid.

    paid: fen paid this month. Returns the fee, in fen.
    """
    if lender.wrongful_fee_hazard == 0.0 or paid <= 0 or line.due > 0 or not is_on_book(line):
        return 0
    if uniform(chance, WRONGFUL_FEE, borrower.id, k) >= lender.wrongful_fee_hazard:
        return 0
    fee = fen(product.late_fee * paid)
    line.revolving += fee
    post(tally.flows, LATE_FEES, k, fee)
    tally.books[k, row.WRONGFUL_FEES] += fee
    return fee


@rule
def charge_off(borrower, line, product, k, shops, rules, tally):
    """Take a line off the book: a loss for the platform, a claim on the person.

    With recourse, the merchants where the person shops bear a share of it, in equal parts.
    """
    claim = balance(line)
    post(tally.flows, CHARGE_OFFS, k, claim)
    tally.books[k, row.CHARGE_OFF_LINES] += 1
    if is_malicious(borrower, rules):
        tally.books[k, row.FRAUD_LOSS] += claim
    if product.recourse > 0.0:
        part = fen(product.recourse * claim) // len(shops)
        for s in range(len(shops)):
            tally.fees[shops[s]] += part
            post(tally.flows, CHARGEBACKS, k, part)
    line.revolving = claim
    line.purchases = 0
    line.instalment = 0
    line.instalments_left = 0
    line.due = 0
    line.limit = 0
    line.relief = 0
    line.state = CHARGED_OFF


@rule
def recover(borrower, line, product, k, chance, tally):
    """Something is recovered on a charged-off claim, now and then, as far as the person has cash.

    A third party recovers more often and keeps its commission. A claim that has been sold is its buyer's to recover.
    """
    if line.months_past_due < OLDEST:
        line.months_past_due += 1
    placed = line.state == CHARGED_OFF and line.months_past_due >= product.placement_after
    hazard = product.recovery_hazard * (1.0 + product.agency_effect if placed else 1.0)
    if line.revolving <= 0 or uniform(chance, RECOVERY, borrower.id, k) >= hazard:
        return
    amount = min(int(borrower.cash), fen(product.recovery_share * line.revolving))
    if amount > 0:
        borrower.cash -= amount
        line.revolving -= amount
        post(tally.flows, RECOVERIES if line.state == CHARGED_OFF else BUYERS_RECOVERIES, k, amount)
        if placed:
            post(tally.flows, COMMISSIONS, k, fen(product.agency_commission * amount))


@rule
def sell(line, product, k, rules, tally):
    """Sell a claim once it is old enough: price = price of a fresh bad debt * (1/2) ^ (age / half-life) * claim."""
    if line.state != CHARGED_OFF or line.months_past_due < product.sell_after or line.revolving <= 0:
        return
    price = product.sale_price * 0.5 ** (int(line.months_past_due) / rules.claim_half_life)
    post(tally.flows, CLAIM_SALES, k, fen(price * line.revolving))
    post(tally.flows, CLAIMS_SOLD, k, int(line.revolving))
    line.state = SOLD


@rule
def ration_calls(platform, accounts, late_accounts, rules):
    """How far a platform's callers can reach the late: capacity / calls wanted, at most 1, published for next month."""
    wanted = calls_wanted(platform, rules) * late_accounts
    platform.call_reach = share_handled(platform.call_capacity, accounts, wanted)
