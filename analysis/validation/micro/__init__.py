"""Micro experiments: each rule of behaviour against its published coefficient.

One file per rule; every number comes from a regression or from pairs of worlds in which something is done to a few
people chosen at random.
"""

from analysis.validation.micro import limits, peers, rates, sequence, work

EXPERIMENTS = limits.EXPERIMENTS + rates.EXPERIMENTS + sequence.EXPERIMENTS + peers.EXPERIMENTS + work.EXPERIMENTS
