"""Published results replicated: each an experiment in this market."""

EXPERIMENTS = ()
