"""Complain: what people complain of, who answers, and what is put right."""

from sim import tally as row
from sim.chance import ANSWER, CHANNEL, COMPLAIN, ESCALATE, uniform
from sim.compiled import rule
from sim.ledger import FEES_REFUNDED, post
from sim.lender import complaints_answered
from sim.line import balance
from sim.person import has_adviser
from sim.trust import lose_trust

ADVICE = 1000  # added to the number of a line


@rule
def complain(borrower, line, k, lender, harm, fee, rules, chance, tally):
    """A bad experience costs trust, and some people complain of it.

    They find the lender's channel with its visibility and are answered as its service allows: then trust is kept and a
    wrongful fee is returned. Who finds no channel or gets no answer loses trust, and goes to the authorities with the
    escalation probability. An adviser has a wrongful fee returned with the adviser's effect in any case.

    harm: 0-1, how bad the month was on this line; fee: charged in error, fen.
    """
    if harm <= 0.0:
        return
    answered = False
    if uniform(chance, COMPLAIN, borrower.id, k) < rules.complaint_hazard * harm:
        if uniform(chance, CHANNEL, borrower.id, k) < rules.channel_visibility:
            tally.books[k, row.COMPLAINTS] += 1
            answered = uniform(chance, ANSWER, borrower.id, k) < lender.service
        if not answered and uniform(chance, ESCALATE, borrower.id, k) < rules.escalation:
            tally.books[k, row.ESCALATIONS] += 1
    if fee > 0 and (answered or _is_advised(borrower, k, rules, chance)):
        back = min(fee, balance(line), int(line.revolving))
        line.revolving -= back
        post(tally.flows, FEES_REFUNDED, k, back)
    if not answered:
        lose_trust(line, rules, harm)


@rule
def _is_advised(borrower, k, rules, chance):
    """Whether an adviser has a wrongful fee returned: an own draw, since advice matters where the lender fails."""
    return has_adviser(borrower, rules) and uniform(chance, ANSWER, borrower.id, ADVICE + int(k)) < rules.adviser_effect


@rule
def answer(platform, accounts, complaints):
    """A platform's month of complaints: what capacity allows is answered, a part wrongly, the rest waits.

    answered = min(capacity, waiting + new); wrong answers come back. Who has waited for a month already gives up, so
    that no more wait than came in last. Published for next month: the share answered rightly.
    accounts, complaints: this month's counts.
    """
    waiting = platform.complaints_open + complaints
    answered = complaints_answered(platform, waiting, accounts)
    platform.complaints_open = min(waiting - answered * (1.0 - platform.service_error), float(complaints))
    platform.service = (answered / waiting if waiting > 0.0 else 1.0) * (1.0 - platform.service_error)
