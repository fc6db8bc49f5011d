"""The Korean card crisis of 2002-2004 replayed: outputs, ablations, benchmarks."""

EXPERIMENTS = ()
