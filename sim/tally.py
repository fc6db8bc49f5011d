"""What one slice of borrowers adds up during a month, and the one sum of all slices.

Everything is a whole number, so the order of adding does not matter and the totals are the same for any number
of threads.
"""

from collections import namedtuple

import numpy as np

from sim.ledger import FLOWS
from sim.record import BOOK, BUCKETS, ECONOMY, SEGMENT, SEGMENTS
from sim.records import EVENT_DTYPE, PLAN_DTYPE, blank

(ACCOUNTS, ACCOUNTS_WITH_BALANCE, LIMIT, BALANCE, CURRENT, M1, M2, M3, M4, DUE, PAID, CLAIMS, REMOVED_LIMIT,
 ADDED_LIMIT, POLICY_CUT, POLICY_CUT_ACCOUNTS, APPLICATIONS, APPROVALS, DEFAULTS, DEFAULT_BALANCE, CHARGE_OFF_LINES,
 BILLS, BILLS_IN_TIME, NECESSITIES, CONVERTED, MANUAL_DECISIONS, FRAUDS, FRAUDS_CAUGHT, FALSE_REJECTS, FRAUD_LOSS,
 FIRST_PAYMENT_DEFAULTS, SUSPENSIONS, FALSE_SUSPENSIONS, LOCKED_OUT, WARNINGS, LATE_ACCOUNTS, PLAN_REQUESTS,
 PLANS_EXTENDED, PLANS_RELIEVED, WORKED_OUT, EXTENDED_BROKEN, RELIEVED_BROKEN, LEFT, TRUST, COMPLAINTS, ESCALATIONS,
 WRONGFUL_FEES, CASH_DRAWN, PLAN_BALANCE) = range(len(BOOK))
(BORROWERS, EMPLOYED, CASH, INCOME, HAND_TO_MOUTH, ONLINE, ONLINE_TWO, LENDERS_TOTAL, IN_DEFAULT, SHORT, SHORT_AMOUNT,
 MISSED_FOR_WANT, UNMET, ROLLED, CUT_WANTS, POLICY_CUT_PEOPLE, PRIVACY_HARM, OPTED_OUT,
 TAUGHT, DELINQUENT, DELINQUENT_TWO, REGISTRATIONS, HOLDERS_FOUR, HOLDERS_FOUR_DRAWN,
 CASH_FOUR, ONE_DRAWN, ONE_BOUGHT) = range(len(ECONOMY))
PEOPLE, PEOPLE_WITH_DEBT, SEGMENT_BALANCE, SEGMENT_IN_DEFAULT, SEGMENT_DEFAULTS = range(len(SEGMENT))

Tally = namedtuple("Tally", (
    "flows",        # fen [flow, product], last column for flows of no product
    "books",        # [product, measure of record.BOOK]
    "transitions",  # [product, from bucket, to bucket, (lines, fen)]
    "economy",      # [measure of record.ECONOMY]
    "segments",     # [kind, segment, measure of record.SEGMENT]
    "sales",        # fen [merchant]
    "on_lines",     # fen [merchant], the part of sales that was put on lines
    "fees",         # fen [merchant]
    "payroll",      # fen [merchant]
    "staff",        # people [merchant]
    "events",       # defaults, in order of borrower and line
    "changed",      # ids of people who went into or came out of default, +id + 1 or -id - 1
    "counts",       # how many events and changes
    # what is worked out for the person at hand, and forgotten:
    "plan",         # needs, wants and means
    "held",         # products of which the person has ever opened a line, in order
    "own",          # of these, the ones on which the person decides: all, unless some are kept to a course
    "buy",          # fen to be put on each line
    "pay",          # fen to be paid on each line, then fen paid
    "arrears",      # fen past due on each line before this month's bill
    "bucket_was",   # bucket of each line at the end of last month
    "balance_was",  # fen owed on each line at the end of last month
    "limit_was",    # fen, limits of lines that are kept to a course, while purchases are made
    "noted",        # what a diary needs of the slice's sums as they stood before the person's month
))


def new_tally(people: int, products: int, merchants: int) -> Tally:
    """A blank tally for a slice of ``people`` borrowers.

    The lists of events are as long as they could ever get; memory that is never written is never taken.
    """
    zeros = lambda *shape: np.zeros(shape, np.int64)  # noqa: E731
    return Tally(
        zeros(len(FLOWS), products + 1), zeros(products, len(BOOK)), zeros(products, len(BUCKETS), len(BUCKETS), 2),
        zeros(len(ECONOMY)), zeros(len(SEGMENTS), 5, len(SEGMENT)), zeros(merchants), zeros(merchants),
        zeros(merchants), zeros(merchants), zeros(merchants),
        np.empty(people * products, EVENT_DTYPE).view(np.recarray), np.empty(people, np.int32),
        zeros(2), blank(1, PLAN_DTYPE),
        np.zeros(products, np.uint8), np.zeros(products, np.uint8), *(zeros(products) for _ in range(6)),
        zeros(len(FLOWS) + 2, products + 1))


SUMS = ("flows", "books", "transitions", "economy", "segments", "sales", "on_lines", "fees", "payroll", "staff")


def clear(tally: Tally) -> None:
    """Set every sum back to zero before a month."""
    for name in (*SUMS, "counts"):
        getattr(tally, name)[...] = 0


def add_up(tallies: list[Tally]) -> dict[str, np.ndarray]:
    """The sums of all slices, by name, with the events and changes laid end to end in order of borrower."""
    total = {name: sum(getattr(tally, name) for tally in tallies) for name in SUMS}
    total["events"] = np.concatenate([tally.events[: tally.counts[0]] for tally in tallies])
    total["changed"] = np.concatenate([tally.changed[: tally.counts[1]] for tally in tallies])
    return total
