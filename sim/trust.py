"""Trust of a person in one lender, in percent on the line: 100 is what people start with."""

from sim.compiled import rule

START, MOST = 100, 200


@rule
def lose_trust(line, rules, weight):
    """A bad experience costs trust: loss * weight. weight: share of a full bad experience."""
    if rules.trust_loss > 0.0:
        line.trust = max(0, int(line.trust) - int(100.0 * rules.trust_loss * weight + 0.5))


@rule
def gain_trust(line, rules):
    """A smooth month brings some back."""
    if rules.trust_gain > 0.0:
        line.trust = min(MOST, int(line.trust) + int(100.0 * rules.trust_gain + 0.5))


@rule
def willingness(line):
    """How much of what a person would put on a line it does put there: trust, at most 1."""
    return min(1.0, 0.01 * int(line.trust))
