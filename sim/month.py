"""The order of play: read it top to bottom and you know the model.

Steps 2 to 7 touch one person and last month's published state of everybody else, so they are one pass in which
people can be visited in any order, by any number of threads.
"""

from collections import namedtuple

from sim import chance as luck
from sim import tally as row
from sim.budget import accept, count_again, count_on
from sim.compiled import loop, rule, unowned
from sim.diary import open_page, write_page
from sim.lender import harshness, takes_business
from sim.line import (
    ASKED,
    CHARGED_OFF,
    CLOSED,
    DEFAULT_MONTHS,
    FROZEN,
    NONE,
    OPEN,
    SOLD,
    balance,
    bucket,
    count_bits,
    headroom,
    is_on_book,
)
from sim.month_end import merchants_trade, platforms_fund
from sim.person import is_malicious, on_holiday
from sim.records import RESULT_DTYPE, blank
from sim.rules.apply import adopt, seek
from sim.rules.approve import approve, is_manual
from sim.rules.bill import bill
from sim.rules.borrow import (
    ask_family,
    draw_ahead,
    leave_unpaid,
    loan_wish,
    roll,
    sell_belongings,
    spend_loan,
    take_loan,
)
from sim.rules.collect import DEFAULTED, WRITTEN_OFF, age, charge_off, charge_wrongly, is_cleared_out, recover, sell
from sim.rules.complain import complain
from sim.rules.convert import convert
from sim.rules.defraud import overdraw, steal
from sim.rules.earn import earn
from sim.rules.follow import draw_on_course, leave_room, pay_on_course, set_apart
from sim.rules.leave import come_back, leave
from sim.rules.measure import measure, note_default
from sim.rules.negotiate import is_worked_out, keep_plan, negotiate, settle_claim
from sim.rules.operate import expose, is_locked_out, operate
from sim.rules.pay import pay_bills
from sim.rules.plan import plan_month
from sim.rules.report import keep_record, publish
from sim.rules.restrict import restrict
from sim.rules.review import review
from sim.rules.shop import shop
from sim.rules.talk import talk
from sim.rules.teach import teach
from sim.rules.verify import can_repay, decision_months, verify
from sim.rules.watch import watch
from sim.score import uses_personal_data
from sim.tally import add_up, clear

FADING = 6  # months over which people get used to credit that was taken away
FORGOTTEN = 3  # one in so many recent applications is forgotten each month, rounded up

#: The arrays of a market: who there is and what they hold; the diary of the month played last (pages of people, uses
#: of lines) if one is kept; and the course to which people are held if the rollover channel is frozen.
Market = namedtuple("Market", "borrowers lines shops merchants platforms products contracts friend_offsets friends "
                              "pages uses course")  # fmt: skip


def play(model) -> dict:
    """Play one month of a model and return what was added up.

    model: a CreditModel, whose ``rules_in_force`` gives the month's rules, terms, and what is aimed at people.
    """
    market = model.market
    # 1. rules in force; systems fail and data leak
    rules, aims = model.rules_in_force()
    chance = luck.month_key(model.seed, model.month + 1)
    operate(market.platforms, rules, chance)
    # 2-7. everybody's month, in slices
    for tally in model.tallies:
        clear(tally)
    jobs = [
        (low, high, market, rules, aims, chance, tally)
        for (low, high), tally in zip(model.slices, model.tallies, strict=True)
    ]
    model.share_out(people, jobs)
    total = add_up(model.tallies)
    # 8-9. merchants and platforms, on what people did
    sold = (total[name] for name in ("sales", "on_lines", "fees", "payroll", "staff"))
    merchants_trade(market.merchants, market.platforms, market.products, *sold, rules, chance, total["flows"])
    results = blank(len(market.platforms), RESULT_DTYPE)
    platforms_fund(market.platforms, market.products, total["books"], results, rules, total["flows"])
    # 10. friends hear of defaults
    talk(market.borrowers, market.friend_offsets, market.friends, total["changed"])
    # 11. the model records the month, checks the accounts and calls the hooks of agents (``CreditModel.step``)
    return total


@loop
def people(low, high, market, rules, aims, chance, tally):
    """Play the month of the people from ``low`` up to but without ``high``; the lock is released meanwhile."""
    market, tally = unowned(market), unowned(tally)
    for i in range(low, high):
        live(market.borrowers[i], market.lines[i], market.shops[i], market, rules, aims, chance, tally)


@rule
def live(borrower, lines, shops, market, rules, aims, chance, tally):
    """One person's month: earn, bill, plan, borrow, shop, pay, age, review."""
    products, contracts, platforms, merchants = market.products, market.contracts, market.platforms, market.merchants
    plan, buy, pay = tally.plan[0], tally.buy, tally.pay
    if len(market.pages) > 0:
        open_page(lines, market.uses[borrower.id], tally)

    # 2. a policy may reach the person; then wages
    restrict(borrower, lines, products, platforms, aims, rules, chance, tally)
    teach(borrower, aims, rules, chance, tally)
    earn(borrower, merchants, shops, rules, chance, tally)
    # 3. applications are answered, bills come
    held = list_held(lines, tally)
    open_accounts(borrower, lines, held, products, contracts, platforms, rules, chance, plan, tally)
    draw_ahead(borrower, lines, products, aims, rules, tally)
    # 4. a plan, and cash if it falls short
    plan_month(borrower, lines, held, products, contracts, platforms, rules, chance, plan, buy, pay)
    if len(market.course) > 0:
        set_course(borrower, lines, market, rules, chance, plan, tally)
    convert(borrower, lines, list_own(held, plan, tally), products, plan, pay, tally)
    raise_cash(borrower, lines, held, products, contracts, platforms, rules, chance, plan, tally)
    # 5. purchases, then payments, with the lines just opened too
    held = list_held(lines, tally)
    if plan.apart:
        leave_room(lines, held, market.course[borrower.id], plan, buy, tally)
    tally.economy[row.CUT_WANTS] += shop(
        borrower, lines, held, products, contracts, shops, merchants, rules, plan, buy, tally
    )
    if plan.apart:
        pay_on_course(borrower, lines, held, products, market.course[borrower.id], plan, pay, tally)
    own = list_own(held, plan, tally)
    pay_bills(borrower, lines, own, products, platforms, rules, chance, plan, pay, tally)
    # 6. lines age and are collected
    defaulted = follow_up(borrower, lines, held, shops, products, contracts, platforms, rules, chance, plan, tally)
    # 7. limits are reviewed, what others may see is published, the month is measured
    for k in held:
        review(borrower, lines, k, products, platforms, rules, chance, tally)
    for k in held:
        publish(lines[k])
    keep_record(borrower, plan, rules, chance, tally)
    measure(borrower, lines, held, products, platforms, pay, defaulted, rules, tally)
    fade(borrower, plan)
    if len(market.pages) > 0:
        write_page(market.pages[borrower.id], market.uses[borrower.id], plan, tally)


@rule
def fade(borrower, plan):
    """What a month makes people used to, and lenders forget: credit lost to cuts, and applications of months before.

    Those of this month are published for the next: an application does not count against itself.
    """
    borrower.lost_headroom -= borrower.lost_headroom // FADING
    kept = int(borrower.inquiries) - (int(borrower.inquiries) + FORGOTTEN - 1) // FORGOTTEN
    borrower.inquiries = min(250, kept + count_bits(plan.asked))


@rule
def list_held(lines, tally):
    """The products of which the person has ever asked for a line, in order: most people hold few of them."""
    count = 0
    for k in range(len(lines)):
        tally.held[count] = k  # the next overwrites it unless it counts
        count += lines[k].state != NONE
    return tally.held[:count]


@rule
def list_own(held, plan, tally):
    """Of these, the products on which the person decides: all but those that are kept to the course of a baseline."""
    count = 0
    for k in held:
        tally.own[count] = k
        count += not plan.apart & (1 << k)
    return tally.own[:count]


@rule
def set_course(borrower, lines, market, rules, chance, plan, tally):
    """With the rollover channel frozen, whoever a policy has cut deals with other lenders as the baseline has it."""
    course = market.course[borrower.id]
    plan.apart = set_apart(lines, market.products, course)
    if plan.apart:
        for k in range(len(lines)):
            if plan.apart & (1 << k):
                counted_on = headroom(lines[k])
                if course[k].applied > 0 and lines[k].state == NONE:
                    opened = ask_for(borrower, lines, k, market.products, market.platforms, rules, chance, tally)
                    if opened and plan.short > 0 and market.products[k].buys > 0.0:
                        accept(plan, market.products[k])
                draw_on_course(borrower, lines[k], market.products[k], k, course[k], counted_on, plan, tally)
        count_again(plan)


@rule
def open_accounts(borrower, lines, held, products, contracts, platforms, rules, chance, plan, tally):
    """Answer what is still asked for, note where each line stands, then bill it; thieves may strike."""
    plan.locked = 0
    plan.excused = 0
    holiday = on_holiday(borrower, rules)
    for k in range(len(lines)):
        tally.balance_was[k] = 0
        tally.arrears[k] = 0
    for k in held:
        line = lines[k]
        if line.state == ASKED and line.wait == 0:
            line.state = NONE
            if takes_business(platforms[products[k].platform], rules):  # still, after the wait
                tally.books[k, row.APPROVALS] += approve(borrower, lines, k, products, platforms, rules, chance)
        tally.bucket_was[k] = bucket(line)
        if is_on_book(line):
            state_account(borrower, line, k, products, contracts, platforms, holiday, rules, chance, plan, tally)
    if rules.takeover_hazard > 0.0:
        steal(borrower, lines, held, products, platforms, rules, chance, tally)


@rule
def state_account(borrower, line, k, products, contracts, platforms, holiday, rules, chance, plan, tally):
    """Bill one line under the contract it signed.

    A lender that takes no business lets nobody draw; one whose system fails lets some neither draw nor pay, and may
    excuse them for it.
    """
    platform = int(products[k].platform)
    lender = platforms[platform]
    tally.balance_was[k] = balance(line)
    tally.arrears[k] = int(line.due)
    if line.state == OPEN and not takes_business(lender, rules):
        line.state = FROZEN
    locked = is_locked_out(borrower, platform, lender, chance)
    if locked:
        plan.locked |= 1 << k
        line.wait = max(1, int(line.wait))
    excused = holiday or (locked and lender.outage_grace > 0.0)
    plan.excused |= excused << k
    expose(borrower, line, platform, lender, rules, chance, tally)
    bill(line, contracts[line.contract, k], k, excused, tally)
    if excused and not holiday:
        line.due = tally.arrears[k]  # a failure of the system is no amnesty for what was past due before
    tally.books[k, row.DUE] += int(line.due)
    tally.books[k, row.LATE_ACCOUNTS] += line.months_past_due > 0
    tally.books[k, row.LOCKED_OUT] += tally.balance_was[k] > 0 and locked


@rule
def raise_cash(borrower, lines, held, products, contracts, platforms, rules, chance, plan, tally):
    """Who is short draws open cash lines, asks for new ones and draws these, then asks family; others may take a loan.

    What is still short after this is missed: a payment is missed for want of money if and only if needs exceed cash
    and everything within reach.
    """
    sell_belongings(borrower, lines, held, products, rules, chance, plan, tally)
    malicious = is_malicious(borrower, rules)
    if plan.short <= 0 or malicious:
        wish_for_credit(borrower, lines, products, contracts, platforms, rules, chance, plan, tally)
        if malicious:
            overdraw(borrower, lines, held, products, rules, tally)
        return
    tally.economy[row.SHORT] += 1
    tally.economy[row.SHORT_AMOUNT] += plan.short
    unpaid = leave_unpaid(borrower, lines, held, products, rules, plan)
    raised = roll(borrower, lines, products, chance, plan, tally)
    for _ in range(int(rules.applications)):
        if plan.short <= 0:
            break
        k = seek(borrower, lines, products, platforms, rules, chance, plan)
        if k < 0:
            break
        if ask_for(borrower, lines, k, products, platforms, rules, chance, tally):
            count_on(plan, lines[k], products[k])
            raised += roll(borrower, lines, products, chance, plan, tally)
    tally.economy[row.ROLLED] += raised
    plan.short += unpaid
    if plan.short > 0:
        ask_family(borrower, rules, chance, plan, tally)
    if plan.short > 0:
        tally.economy[row.UNMET] += plan.short
        tally.economy[row.MISSED_FOR_WANT] += plan.minimum > 0


@rule
def wish_for_credit(borrower, lines, products, contracts, platforms, rules, chance, plan, tally):
    """Who is not short may draw a loan to spend, or ask for one more line; a new cash line is drawn at once."""
    take_loan(borrower, lines, products, contracts, rules, chance, plan, tally)
    k = adopt(borrower, lines, products, platforms, rules, chance, plan)
    if k >= 0 and ask_for(borrower, lines, k, products, platforms, rules, chance, tally) and products[k].buys == 0.0:
        spend_loan(borrower, lines[k], products[k], k, loan_wish(borrower, rules, chance), rules, plan, tally)


@rule
def ask_for(borrower, lines, k, products, platforms, rules, chance, tally):
    """Apply for product k: checks, then a decision, at once or after some months. Returns 1 if the line was opened."""
    lender = platforms[products[k].platform]
    tally.books[k, row.APPLICATIONS] += 1
    if uses_personal_data(borrower, lender, rules):
        tally.economy[row.PRIVACY_HARM] += 1
        complain(borrower, lines[k], k, lender, 1.0 - rules.data_limit, 0, rules, chance, tally)
    if not verify(borrower, k, lender, rules, chance, tally) or not can_repay(borrower, lines, products, lender, rules):
        return 0
    manual = is_manual(borrower, k, lender, rules)
    tally.books[k, row.MANUAL_DECISIONS] += manual
    months = decision_months(borrower, k, products[k], lender, manual, chance)
    if months > 0:
        lines[k].state = ASKED
        lines[k].wait = months
        return 0
    opened = approve(borrower, lines, k, products, platforms, rules, chance)
    tally.books[k, row.APPROVALS] += opened
    return opened


@rule
def follow_up(borrower, lines, held, shops, products, contracts, platforms, rules, chance, plan, tally):
    """Age every line, count its move between buckets, and note defaults.

    Returns 1 if the person went into default this month for the first time.
    """
    was_new = borrower.ever_in_default == 0
    plan.sight = -1.0
    for k in held:
        line, product = lines[k], products[k]
        if line.wait > 0:
            line.wait -= 1
        if line.state == CHARGED_OFF or line.state == SOLD:
            recover(borrower, line, product, k, chance, tally)
            sell(line, product, k, rules, tally)
            relieve(borrower, line, contracts[line.contract, k], k, shops, rules, chance, tally)
        elif line.state == CLOSED:
            come_back(line, rules)
        elif is_on_book(line):
            lender = platforms[product.platform]
            if not plan.excused & (1 << k):
                collect(borrower, line, product, contracts[line.contract, k], k, shops, rules, chance, tally)
            relieve(borrower, line, contracts[line.contract, k], k, shops, rules, chance, tally)
            if line.months_past_due >= DEFAULT_MONTHS:
                plan.sight = max(plan.sight, product.reporting)
            if tally.balance_was[k] > 0:
                move = tally.transitions[k, tally.bucket_was[k], bucket(line)]
                move[0] += 1
                move[1] += tally.balance_was[k]
            if lender.attends and is_on_book(line) and not plan.apart & (1 << k):  # not charged off this month
                be_served(borrower, line, product, k, lender, rules, chance, plan, tally)
    return 1 if was_new and borrower.ever_in_default else 0


@rule
def collect(borrower, line, product, contract, k, shops, rules, chance, tally):
    """Age one line; note a default, or take it off the book, now and then before its time."""
    paid = tally.pay[k]
    if paid > 0 or line.due > 0:
        tally.books[k, row.BILLS] += 1
        tally.books[k, row.BILLS_IN_TIME] += line.due <= 0
    moved = age(borrower, line, contract, k, paid, tally.arrears[k], rules, tally)
    if moved == DEFAULTED:
        note_default(borrower, line, k, rules, tally)
    if moved == WRITTEN_OFF or is_cleared_out(borrower, line, product, k, chance):
        charge_off(borrower, line, contract, k, shops, rules, tally)
    keep_plan(line, k, tally)


@rule
def relieve(borrower, line, contract, k, shops, rules, chance, tally):
    """Settle one debt if its holder has a workout; what a lender still has on the book is written off first."""
    if is_worked_out(borrower, line, rules, chance):
        if is_on_book(line):
            charge_off(borrower, line, contract, k, shops, rules, tally)
        settle_claim(line, k, tally)


@rule
def be_served(borrower, line, product, k, lender, rules, chance, plan, tally):
    """What a lender's monitor, service, callers and negotiators do to one line, and what its holder makes of it."""
    harm = harshness(line, product, lender, rules)
    if watch(borrower, line, k, lender, rules, chance, tally) or plan.locked & (1 << k):
        harm = 1.0
    fee = charge_wrongly(borrower, line, product, k, lender, tally.pay[k], chance, tally)
    complain(borrower, line, k, lender, 1.0 if fee > 0 else harm, fee, rules, chance, tally)
    negotiate(borrower, line, k, lender, rules, chance, tally)
    leave(borrower, line, k, harm == 0.0 and fee == 0, rules, chance, tally)
