"""Micro experiments: each rule of behaviour against its published coefficient.

One file per rule; every number comes from a regression or from pairs of worlds in which something is done to a few
people chosen at random.
"""

from analysis.validation.micro import limits, minimum, payments, peers, rates, sequence, work

EXPERIMENTS = tuple(
    one for rule in (limits, rates, payments, minimum, sequence, work, peers) for one in rule.EXPERIMENTS
)
