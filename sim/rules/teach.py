"""Teach: an education programme reaches people, who forget it again."""

from sim import tally as row
from sim.chance import TEACH, uniform
from sim.compiled import rule
from sim.person import is_aimed_at
from sim.records import LESSON


@rule
def teach(borrower, aims, rules, chance, tally):
    """Lessons of this month reach a share of those they are meant for; old ones fade.

    taught = 1 when reached, then times (1 - decay) each month.
    """
    if borrower.taught > 0.0:
        borrower.taught = float(borrower.taught) * (1.0 - rules.education_decay)
    for a in range(len(aims)):
        aim = aims[a]
        if aim.kind == LESSON and is_aimed_at(borrower, aim) and uniform(chance, TEACH, borrower.id) < aim.share:
            borrower.taught = 1.0
            tally.economy[row.TAUGHT] += 1
