"""A person: lasting traits, which are addressed in chance instead of kept."""

from sim.chance import ADVISER, FORGED, MALICIOUS, MORATORIUM, OPT_OUT, SELF_CAP, SHARES_RECORD, uniform
from sim.compiled import rule


@rule
def is_malicious(borrower, rules):
    """Whether the person applies for credit in order to draw it and never pay: a fixed share of people."""
    return rules.malicious_share > 0.0 and uniform(rules.founding, MALICIOUS, borrower.id) < rules.malicious_share


@rule
def withholds_data(borrower, rules):
    """Whether the person has withdrawn consent to the use of personal data: a share of those hit by a leak."""
    return borrower.exposed > 0 and uniform(rules.founding, OPT_OUT, borrower.id) < rules.opt_out


@rule
def shows_bills(borrower, rules):
    """Whether the person shows a lender the bills of others."""
    return rules.record_sharing > 0.0 and uniform(rules.founding, SHARES_RECORD, borrower.id) < rules.record_sharing


@rule
def is_forged(borrower, rules):
    """Whether the person's records are forged clean, at the bureau and wherever others report: a share of people."""
    return rules.forged_share > 0.0 and uniform(rules.founding, FORGED, borrower.id) < rules.forged_share


@rule
def has_adviser(borrower, rules):
    """Whether somebody advises the person in trouble."""
    return rules.adviser_share > 0.0 and uniform(rules.founding, ADVISER, borrower.id) < rules.adviser_share


@rule
def own_cap(borrower, rules):
    """Most of a limit that the person lets itself use, as a share: 1 for those without a rule of their own."""
    if rules.self_cap_share > 0.0 and uniform(rules.founding, SELF_CAP, borrower.id) < rules.self_cap_share:
        return rules.self_cap
    return 1.0


@rule
def on_holiday(borrower, rules):
    """Whether a moratorium suspends the person's payments this month."""
    return rules.moratorium > 0.0 and uniform(rules.founding, MORATORIUM, borrower.id) < rules.moratorium


@rule
def is_cooling_off(borrower, rules):
    """Whether the rules make the person wait: so many months after the last new line."""
    return rules.cooling_off > 0.0 and rules.month - borrower.last_opened < rules.cooling_off


@rule
def is_aimed_at(borrower, aim):
    """Whether an order of the regulator is meant for people like this one; its score, if asked for, is seen later."""
    return aim.age_from <= borrower.age < aim.age_below and borrower.lenders >= aim.lenders_at_least
