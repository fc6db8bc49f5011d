"""Measure: a person's month is added to the slice's sums, and defaults to its list."""

from sim import tally as row
from sim.compiled import rule
from sim.line import CHARGED_OFF, DEFAULT_MONTHS, IN_PLAN, OLDEST, balance, count_bits, is_on_book, is_registered
from sim.parameters import AGE_GROUPS, YEAR
from sim.person import withholds_data

LATE_MONTHS = 2  # months past due from which a line is 30 or more days late
MANY = 4  # platforms


@rule
def measure(borrower, lines, held, products, platforms, pay, defaulted, rules, tally):
    """Add one person's month-end to the books, the economy and the segments.

    pay: fen paid per line; defaulted: 1 if the person went into default this month. The number of platforms owed to
    is published here for next month; segments use the one published last month.
    """
    books = tally.books
    owed = 0
    owed_to = 0  # bits: platforms
    online_to = 0
    for k in held:
        line = lines[k]
        books[k, row.PAID] += pay[k]
        if line.state == CHARGED_OFF:
            books[k, row.CLAIMS] += int(line.revolving)
        if not is_on_book(line):
            continue
        books[k, row.CASH_DRAWN] += int(line.drawn)
        if line.months_on_book < OLDEST:
            line.months_on_book += 1
        amount = balance(line)
        books[k, row.TRUST] += int(line.trust)
        books[k, row.ACCOUNTS] += 1
        books[k, row.LIMIT] += int(line.limit)
        if amount > 0:
            books[k, row.ACCOUNTS_WITH_BALANCE] += 1
            books[k, row.BALANCE] += amount
            books[k, row.CURRENT + min(row.M4 - row.CURRENT, int(line.months_past_due))] += amount
            books[k, row.PLAN_BALANCE] += amount if line.state == IN_PLAN and line.months_past_due < LATE_MONTHS else 0
            owed += amount
            owed_to |= 1 << int(products[k].platform)
            if platforms[products[k].platform].online > 0.0:
                online_to |= 1 << int(products[k].platform)
    _segments(borrower, owed, defaulted, tally.segments)
    borrower.lenders = count_bits(owed_to)
    _economy(borrower, count_bits(online_to), tally.economy)
    _stacked(borrower, lines, held, products, tally.economy)
    tally.economy[row.OPTED_OUT] += withholds_data(borrower, rules)


@rule
def _stacked(borrower, lines, held, products, economy):
    """Count the person by how many lenders there are: that gave a line, that lent cash this month, that wait for money.

    At how many cash was drawn is published here for next month.
    """
    held_at = cash_at = late_at = 0  # bits: platforms
    drawn = bought = 0
    for k in held:
        line, bit = lines[k], 1 << int(products[k].platform)
        if is_on_book(line):
            held_at |= bit
        if is_registered(line):
            late_at |= bit
        bought += int(line.purchases)
        if line.drawn > 0:
            cash_at |= bit
            drawn += int(line.drawn)
            line.drawn = 0
    borrower.cash_lenders = count_bits(cash_at)
    registrations = count_bits(late_at)
    many = count_bits(held_at) >= MANY
    economy[row.DELINQUENT] += registrations > 0
    economy[row.DELINQUENT_TWO] += registrations > 1
    economy[row.REGISTRATIONS] += registrations
    economy[row.HOLDERS_FOUR] += many
    economy[row.HOLDERS_FOUR_DRAWN] += drawn if many else 0
    economy[row.CASH_FOUR] += borrower.cash_lenders >= MANY
    if many and borrower.cash_lenders == 1:
        economy[row.ONE_DRAWN] += drawn
        economy[row.ONE_BOUGHT] += bought


@rule
def note_default(borrower, line, k, rules, tally):
    """Count one default and write it into the slice's list."""
    tally.books[k, row.DEFAULTS] += 1
    tally.books[k, row.DEFAULT_BALANCE] += balance(line)
    tally.books[k, row.FIRST_PAYMENT_DEFAULTS] += line.months_on_book <= DEFAULT_MONTHS + 1
    event = tally.events[tally.counts[0]]
    event.borrower = borrower.id
    event.product = k
    event.balance = balance(line)
    event.limit = line.limit
    event.lenders = borrower.lenders
    event.cause = line.cause
    event.first = 1 - borrower.ever_in_default
    event.months_on_book = line.months_on_book
    event.policy_cut = 1 if rules.month - borrower.policy_cut_month < YEAR else 0
    borrower.ever_in_default = 1
    tally.counts[0] += 1


@rule
def _segments(borrower, owed, defaulted, segments):
    """Count the person in the segments of age, of income (as at the first month) and of lenders."""
    age = int(borrower.age)
    group = 0
    while age >= AGE_GROUPS[group][1] and group < len(AGE_GROUPS) - 1:
        group += 1
    for kind in range(3):
        segment = group if kind == 0 else int(borrower.quintile) if kind == 1 else min(4, int(borrower.lenders))
        cell = segments[kind, segment]
        cell[row.PEOPLE] += 1
        if owed > 0:
            cell[row.PEOPLE_WITH_DEBT] += 1
        cell[row.SEGMENT_BALANCE] += owed
        if borrower.bad_record > 0:
            cell[row.SEGMENT_IN_DEFAULT] += 1
        cell[row.SEGMENT_DEFAULTS] += defaulted


@rule
def _economy(borrower, online_lenders, economy):
    """Count the person in the sums for the whole market."""
    economy[row.BORROWERS] += 1
    economy[row.EMPLOYED] += 1 if borrower.jobless == 0 else 0
    economy[row.CASH] += borrower.cash
    economy[row.INCOME] += int(borrower.income)
    economy[row.HAND_TO_MOUTH] += 1 if 2 * borrower.cash < int(borrower.wage) else 0
    economy[row.ONLINE] += 1 if online_lenders >= 1 else 0
    economy[row.ONLINE_TWO] += 1 if online_lenders >= 2 else 0
    economy[row.LENDERS_TOTAL] += int(borrower.lenders)
    economy[row.IN_DEFAULT] += 1 if borrower.bad_record > 0 else 0
