"""Published results replicated: each an experiment in this market."""

from analysis.validation.replications import (
    activity,
    adoption,
    bureau,
    caps,
    minimum,
    plans,
    promotion,
    reminders,
    retention,
    runs,
)

EXPERIMENTS = tuple(
    experiment
    for part in (bureau, minimum, plans, retention, reminders, promotion, runs, caps, activity, adoption)
    for experiment in part.EXPERIMENTS
)
