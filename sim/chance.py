"""The only randomness: a number addressed by (seed, decision, month, borrower), never consumed.

There is no generator state. A policy cannot change anybody's luck, because nobody's number depends on
how many others were asked before. The generator is splitmix64: its finaliser applied to a counter that is
the sum of the four coordinates, each times its own odd constant.
"""

import math

import numpy as np

from sim.compiled import loop, rule

# --- decisions: one name for each thing that is left to chance ---
DECISIONS = (
    "AGE", "QUINTILE", "WAGE", "JOBLESS_AT_START", "BUFFER_KIND", "BUFFER", "HABIT", "APPETITE", "IMPULSE",
    "STIGMA", "CREDIT_SHARE", "EMPLOYER", "SHOP", "FRIEND", "HOLDS_LINE", "FIRST_TERM", "FIRST_BALANCE", "FIRST_AGE",
    "JOB_LOSS", "REEMPLOYMENT", "NEW_EMPLOYER", "INCOME_SHOCK", "WAGE_REVIEW", "EXPENSE",
    "LOAN_WISH", "LOAN_CHOICE", "LOAN_SIZE", "ADOPT", "SEEK", "FAMILY", "FORGET", "RECOVERY", "SIGNAL",
    "ADOPTED_PRODUCT", "MERCHANT_SIZE", "MERCHANT_MARGIN", "MERCHANT_CASH", "MERCHANT_ENTRY", "NEW_MARGIN",
    "INCOME_ERROR", "BUREAU_SIGHT", "FRIEND_END",
    "MALICIOUS", "CHECK", "MANUAL", "DECISION_TIME", "DRIFT", "FORGED", "SHARES_RECORD", "OPT_OUT", "REPORT",
    "TAKEOVER", "MONITOR", "OUTAGE", "LOCKED_OUT", "LEAK", "EXPOSED", "CHURN", "COMPLAIN", "CHANNEL", "ESCALATE",
    "ANSWER", "WRONGFUL_FEE", "PLAN_REQUEST", "PLAN_ANSWER", "ADVISER", "BELONGINGS", "SELF_CAP", "PLANNING",
    "TRACK", "TEACH", "SANDBOX", "MORATORIUM", "ACCEPTS", "VIOLATION", "JUDGEMENT", "ROW", "OPENNESS",
    "FIRST_LENDER", "CLEAR_OUT", "MULTI_CUT", "CASH_CUT", "WORKOUT", "TRIAGE",
)
(AGE, QUINTILE, WAGE, JOBLESS_AT_START, BUFFER_KIND, BUFFER, HABIT, APPETITE, IMPULSE,
 STIGMA, CREDIT_SHARE, EMPLOYER, SHOP, FRIEND, HOLDS_LINE, FIRST_TERM, FIRST_BALANCE, FIRST_AGE,
 JOB_LOSS, REEMPLOYMENT, NEW_EMPLOYER, INCOME_SHOCK, WAGE_REVIEW, EXPENSE,
 LOAN_WISH, LOAN_CHOICE, LOAN_SIZE, ADOPT, SEEK, FAMILY, FORGET, RECOVERY, SIGNAL,
 ADOPTED_PRODUCT, MERCHANT_SIZE, MERCHANT_MARGIN, MERCHANT_CASH, MERCHANT_ENTRY, NEW_MARGIN,
 INCOME_ERROR, BUREAU_SIGHT, FRIEND_END,
 MALICIOUS, CHECK, MANUAL, DECISION_TIME, DRIFT, FORGED, SHARES_RECORD, OPT_OUT, REPORT, TAKEOVER,
 MONITOR, OUTAGE, LOCKED_OUT, LEAK, EXPOSED, CHURN, COMPLAIN, CHANNEL, ESCALATE, ANSWER,
 WRONGFUL_FEE, PLAN_REQUEST, PLAN_ANSWER, ADVISER, BELONGINGS, SELF_CAP, PLANNING, TRACK, TEACH,
 SANDBOX, MORATORIUM, ACCEPTS, VIOLATION, JUDGEMENT, ROW, OPENNESS, FIRST_LENDER,
 CLEAR_OUT, MULTI_CUT, CASH_CUT, WORKOUT, TRIAGE) = range(len(DECISIONS))

_PERSON = np.uint64(0x9E3779B97F4A7C15)
_DECISION = np.uint64(0xD1342543DE82EF95)
_WHICH = np.uint64(0xAF251AF3B0F025B5)
_MONTH = np.uint64(0x2545F4914F6CDD1D)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


@loop
def mix(word):
    """Scramble a 64-bit word (the finaliser of splitmix64: Steele, Lea and Flood 2014)."""
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return word ^ (word >> _31)


def month_key(seed, month):
    """The key of one month of one world: what ``chance`` stands for in every rule.

    seed: integer; month: months since the founding (0 is the founding itself). Returns an unsigned 64-bit key.
    """
    return np.uint64(_key(np.uint64(seed), np.uint64(month + 1)))


@loop
def _key(seed, month):
    return mix(mix(seed) + _MONTH * month)


@rule
def uniform(chance, decision, person, which=0):
    """A uniform number in [0, 1) with 53 bits, a function of its address alone.

    chance: the month's key; decision: one of the names above; person: id of a borrower or merchant;
    which: index of a line, shop or friend when one decision is taken for several.
    """
    return _addressed(np.uint64(chance), np.uint64(decision + 1), np.uint64(person), np.uint64(which))


@loop
def _addressed(chance, decision, person, which):
    """The same, of words: one type for all, or it would be compiled once for each decision."""
    return float(mix(chance + _PERSON * person + _DECISION * decision + _WHICH * which) >> _11) * _UNIT


@loop
def normal(u):
    """The standard normal number at probability u in (0, 1): the inverse CDF of one uniform.

    Rational approximations of Wichura (1988), algorithm AS 241, seven digits; u is kept inside
    [1e-12, 1 - 1e-12]. One uniform, one number: a changed parameter never shifts anybody's draw.
    """
    u = min(max(u, 1e-12), 1.0 - 1e-12)
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
                / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0))
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        tail = ((((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777)
                / ((0.12021132975 * r + 0.73700164250) * r + 1.0))
    else:
        r -= 5.0
        tail = ((((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150)
                / ((0.012258202635 * r + 0.24197894225) * r + 1.0))
    return -tail if q < 0.0 else tail
