"""The order of play: read it top to bottom and you know the model.

Steps 2 to 7 touch one person and last month's published state of everybody else, so they are one pass in which
people can be visited in any order, by any number of threads.
"""

from collections import namedtuple

from sim import chance as luck
from sim import ledger
from sim import tally as row
from sim.budget import count_on
from sim.compiled import rule, unowned
from sim.lender import takes_business
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, FROZEN, NONE, balance, bucket, is_on_book
from sim.parameters import YEAR
from sim.rules.advance import advance, advancing_product
from sim.rules.apply import adopt, seek
from sim.rules.approve import approve
from sim.rules.bill import bill
from sim.rules.borrow import ask_family, roll, spend_loan, take_loan
from sim.rules.collect import age, recover
from sim.rules.earn import earn
from sim.rules.fund import fund
from sim.rules.measure import measure
from sim.rules.pay import pay_bills
from sim.rules.plan import plan_month
from sim.rules.restrict import restrict
from sim.rules.review import review
from sim.rules.settle import settle, share_settlements
from sim.rules.shop import shop
from sim.rules.talk import talk
from sim.rules.trade import close_month, trade
from sim.tally import add_up, clear

FADING = 6  # months over which people get used to credit that was taken away

#: The arrays of a market: who there is and what they hold.
Market = namedtuple("Market", "borrowers lines shops merchants platforms products friend_offsets friends")


def play(model) -> dict:
    """Play one month of a model and return what was added up.

    model: a CreditModel, whose ``rules_in_force`` gives the month's rules, product terms and limit cuts.
    """
    market = model.market
    # 1. rules in force
    rules, cuts = model.rules_in_force()
    chance = luck.month_key(model.seed, model.month + 1)
    # 2-7. everybody's month, in slices
    for tally in model.tallies:
        clear(tally)
    jobs = [
        (low, high, market, rules, cuts, chance, tally)
        for (low, high), tally in zip(model.slices, model.tallies, strict=True)
    ]
    model.share_out(people, jobs)
    total = add_up(model.tallies)
    # 8-9. merchants and platforms, on what people did
    merchants_trade(
        market.merchants,
        market.platforms,
        market.products,
        total["sales"],
        total["on_lines"],
        total["fees"],
        total["payroll"],
        total["staff"],
        rules,
        chance,
        total["flows"],
    )
    platforms_fund(market.platforms, market.products, total["books"], rules, total["flows"])
    # 10. friends hear of defaults
    talk(market.borrowers, market.friend_offsets, market.friends, total["changed"])
    # 11. the model records the month, checks the accounts and calls the hooks of agents (``CreditModel.step``)
    return total


@rule
def people(low, high, market, rules, cuts, chance, tally):
    """Play the month of the people from ``low`` up to but without ``high``; the lock is released meanwhile."""
    market, tally = unowned(market), unowned(tally)
    for i in range(low, high):
        live(market.borrowers[i], market.lines[i], market.shops[i], market, rules, cuts, chance, tally)


@rule
def live(borrower, lines, shops, market, rules, cuts, chance, tally):
    """One person's month: earn, bill, plan, borrow, shop, pay, age, review."""
    products, platforms, merchants = market.products, market.platforms, market.merchants
    plan, buy, pay = tally.plan[0], tally.buy, tally.pay

    # 1-2. a policy may reach the person's limits; then wages
    restrict(borrower, lines, products, platforms, cuts, rules, chance, tally)
    earn(borrower, merchants, shops, rules, chance, tally)
    # 3. bills
    held = list_held(lines, tally)
    open_accounts(lines, held, products, platforms, rules, tally)
    # 4-5. a plan, cash if it falls short, purchases, payments
    plan_month(borrower, lines, held, products, rules, chance, plan, buy, pay)
    raise_cash(borrower, lines, products, platforms, rules, chance, plan, tally)
    held = list_held(lines, tally)  # with the lines just opened
    tally.economy[row.CUT_WANTS] += shop(borrower, lines, held, products, shops, merchants, plan, buy, tally)
    pay_bills(borrower, lines, held, products, rules, chance, plan, pay, tally)
    # 6-7. lines age and are collected, limits are reviewed
    defaulted = follow_up(borrower, lines, held, products, rules, chance, tally)
    for k in held:
        review(borrower, lines, k, products, platforms, rules, chance, tally)
    measure(borrower, lines, held, products, platforms, pay, defaulted, tally)
    borrower.lost_headroom -= borrower.lost_headroom // FADING


@rule
def list_held(lines, tally):
    """The products of which the person has ever opened a line, in order: most people hold few of them."""
    count = 0
    for k in range(len(lines)):
        tally.held[count] = k  # the next overwrites it unless it counts
        count += lines[k].state != NONE
    return tally.held[:count]


@rule
def open_accounts(lines, held, products, platforms, rules, tally):
    """Note where each line stands, then bill it; a lender that takes no business lets nobody draw."""
    for k in range(len(lines)):
        tally.balance_was[k] = 0
        tally.arrears[k] = 0
    for k in held:
        line = lines[k]
        tally.bucket_was[k] = bucket(line)
        if is_on_book(line):
            tally.balance_was[k] = balance(line)
            tally.arrears[k] = int(line.due)
            if not takes_business(platforms[products[k].platform], rules):
                line.state = FROZEN
            bill(line, products[k], k, tally)
            tally.books[k, row.DUE] += int(line.due)


@rule
def raise_cash(borrower, lines, products, platforms, rules, chance, plan, tally):
    """Who is short draws open cash lines, asks for new ones and draws these, then asks family; others may take a loan.

    What is still short after this is missed: a payment is missed for want of money if and only if needs exceed cash
    and everything within reach.
    """
    if plan.short <= 0:
        wish_for_credit(borrower, lines, products, platforms, rules, chance, plan, tally)
        return
    tally.economy[row.SHORT] += 1
    tally.economy[row.SHORT_AMOUNT] += plan.short
    raised = roll(borrower, lines, products, plan, tally)
    for _ in range(int(rules.applications)):
        if plan.short <= 0:
            break
        k = seek(borrower, lines, products, platforms, rules, chance, plan)
        if k < 0:
            break
        if ask_for(borrower, lines, k, products, platforms, rules, chance, tally):
            count_on(plan, lines[k], products[k])
            raised += roll(borrower, lines, products, plan, tally)
    tally.economy[row.ROLLED] += raised
    if plan.short > 0:
        ask_family(borrower, rules, chance, plan, tally)
    if plan.short > 0 and plan.minimum > 0:
        tally.economy[row.MISSED_FOR_WANT] += 1


@rule
def wish_for_credit(borrower, lines, products, platforms, rules, chance, plan, tally):
    """Who is not short may draw a loan to spend, or ask for one more line; a new cash line is drawn at once."""
    take_loan(borrower, lines, products, rules, chance, plan, tally)
    k = adopt(borrower, lines, products, platforms, rules, chance, plan)
    if k >= 0 and ask_for(borrower, lines, k, products, platforms, rules, chance, tally) and products[k].buys == 0.0:
        spend_loan(borrower, lines[k], products[k], k, rules, chance, plan, tally)


@rule
def ask_for(borrower, lines, k, products, platforms, rules, chance, tally):
    """Apply for product k: the lender decides at once. Returns 1 if the line was opened."""
    opened = approve(borrower, lines, k, products, platforms, rules, chance)
    tally.books[k, row.APPLICATIONS] += 1
    tally.books[k, row.APPROVALS] += opened
    return opened


@rule
def follow_up(borrower, lines, held, products, rules, chance, tally):
    """Age every line, count its move between buckets, note defaults and keep the bureau's record.

    Returns 1 if the person went into default this month for the first time.
    """
    was_new = borrower.ever_in_default == 0
    sight = -1.0  # the best reporting among the lenders to whom the person is in default, if any
    for k in held:
        line = lines[k]
        if line.state == CHARGED_OFF:
            recover(borrower, line, products[k], k, chance, tally)
        elif is_on_book(line):
            if age(line, products[k], k, tally.pay[k], tally.arrears[k], tally):
                note_default(borrower, line, k, rules, tally)
            if line.months_past_due >= DEFAULT_MONTHS:
                sight = max(sight, products[k].reporting)
            if tally.balance_was[k] > 0:
                move = tally.transitions[k, tally.bucket_was[k], bucket(line)]
                move[0] += 1
                move[1] += tally.balance_was[k]
    keep_record(borrower, sight, rules, tally)
    return 1 if was_new and borrower.ever_in_default else 0


@rule
def keep_record(borrower, sight, rules, tally):
    """The bureau's record: it lasts from the last month in default; friends will hear when it begins and ends."""
    was_clean = borrower.bad_record == 0
    if sight >= 0.0:
        borrower.bad_record = int(rules.bureau_memory)
        borrower.record_sight = sight
    elif borrower.bad_record > 0:
        borrower.bad_record -= 1
    if was_clean != (borrower.bad_record == 0):
        tally.changed[tally.counts[1]] = borrower.id + 1 if was_clean else -borrower.id - 1
        tally.counts[1] += 1


@rule
def note_default(borrower, line, k, rules, tally):
    """Count one default and write it into the slice's list."""
    tally.books[k, row.DEFAULTS] += 1
    tally.books[k, row.DEFAULT_BALANCE] += balance(line)
    event = tally.events[tally.counts[0]]
    event.borrower = borrower.id
    event.product = k
    event.balance = balance(line)
    event.limit = line.limit
    event.lenders = borrower.lenders
    event.cause = line.cause
    event.first = 1 - borrower.ever_in_default
    event.policy_cut = 1 if rules.month - borrower.policy_cut_month < YEAR else 0
    borrower.ever_in_default = 1
    tally.counts[0] += 1


@rule
def merchants_trade(merchants, platforms, products, sales, on_lines, fees, payroll, staff, rules, chance, flows):
    """Every merchant's month, in order: be paid for sales on lines, trade, borrow or repay, close the month."""
    k = advancing_product(products, platforms)
    all_held = all_paid = 0
    for m in range(len(merchants)):
        merchant = merchants[m]
        held, paid = settle(merchant, on_lines[m], rules)
        all_held += held
        all_paid += paid
        if trade(merchant, sales[m], on_lines[m], paid - held, fees[m], payroll[m], staff[m], rules, chance, flows):
            if k >= 0:
                advance(merchant, platforms[products[k].platform], k, rules, flows)
            close_month(merchant, rules, flows)
    share_settlements(platforms, products, all_held, all_paid, flows)


@rule
def platforms_fund(platforms, products, books, rules, flows):
    """Every platform's month-end, in order, from the flows of its products."""
    for p in range(len(platforms)):
        book, late, earned, lost, cash_flow = 0, 0, 0, 0, 0
        first = -1
        for k in range(len(products)):
            if products[k].platform != p:
                continue
            first = k if first < 0 else first
            book += books[k, row.BALANCE]
            late += books[k, row.M2] + books[k, row.M3] + books[k, row.M4]
            fees = flows[ledger.MERCHANT_FEES, k]
            back = flows[ledger.RECOVERIES, k]
            settled = flows[ledger.SETTLEMENTS_HELD, k] - flows[ledger.SETTLEMENTS_PAID, k]
            advanced = flows[ledger.ADVANCES, k] - flows[ledger.ADVANCES_REPAID, k]
            charged = flows[ledger.INTEREST, k] + flows[ledger.LATE_FEES, k] + flows[ledger.DRAW_FEES, k]
            earned += charged + fees + back + flows[ledger.ADVANCE_INTEREST, k]
            lost += flows[ledger.CHARGE_OFFS, k] + flows[ledger.ADVANCES_LOST, k]
            lent = flows[ledger.DRAWS, k] + flows[ledger.PURCHASES_CREDIT, k]
            cash_flow += flows[ledger.PAYMENTS, k] + back + fees - lent
            cash_flow += settled + flows[ledger.ADVANCE_INTEREST, k] - advanced
        if first >= 0:
            fund(platforms[p], first, book, late, earned, lost, cash_flow, rules, flows)
