"""Channels: the ways in which a policy's effect spreads, each of which can be frozen on the path of a baseline world.

Frozen means held on the path that the baseline took, not switched to zero: at the end of each month what the channel
passes on is copied from the baseline, which plays the same months beside. What is held so is given from outside, so the
accounts of a frozen world close before it and are opened anew after.
"""

from sim.compiled import loop, rule
from sim.line import ASKED, IN_PLAN, NONE, balance, is_on_book
from sim.rules.follow import cutters

#: name: what is held. Fields of platforms, merchants, borrowers or lines that are published for the next month.
PUBLISHED = {
    "information": {
        "lines": ("reported", "reported_late", "reported_clean", "reported_cut"),
        "borrowers": ("record_shown", "record_sight", "inquiries"),
        "platforms": ("evasion",),
    },
    "funding": {"platforms": ("tightening", "spread", "state", "control", "alarm", "funds", "fear", "call_reach",
                              "plan_reach")},
    "jobs": {"merchants": ("layoff_share", "vacancies")},
    "peers": {"borrowers": ("friends_in_default",)},
    "trust": {"platforms": ("reputation", "service")},  # and trust on the lines that the baseline has too
}
#: ``direct`` is the policy's own reach, on the lines of the lenders that it makes cut: frozen, its changes do not
#: happen. ``rollover`` is what people whom it cuts do at other lenders: frozen, they borrow, buy and pay there what
#: they do in the baseline, month by month.
CHANNELS = ("direct", "rollover", *PUBLISHED)


def check(frozen, model, baseline) -> None:
    """Raise ValueError for a channel that does not exist, or a baseline that is not of the same market."""
    for channel in frozen:
        if channel not in CHANNELS:
            raise ValueError(f"no channel {channel!r}; channels are {', '.join(CHANNELS)}")
    if frozen and baseline is None:
        raise ValueError("a channel is frozen on the path of a baseline: give the model that plays beside")
    if baseline is not None:
        for what in ("seed", "start", "month", "platform_names", "product_names"):
            if getattr(model, what) != getattr(baseline, what):
                ours, theirs = getattr(model, what), getattr(baseline, what)
                raise ValueError(f"the baseline differs in {what}: {theirs}, not {ours}")
        if len(model.market.borrowers) != len(baseline.market.borrowers):
            raise ValueError("the baseline has another number of borrowers")


def hold(market, baseline, frozen) -> None:
    """Hold the frozen channels of a market where the baseline's stand; both have played the same month.

    market, baseline: ``month.Market``; frozen: names in CHANNELS.
    """
    if "rollover" in frozen:
        _hold_other_lines(market.lines, baseline.lines, market.products)
    for channel in frozen:
        for table, fields in PUBLISHED.get(channel, {}).items():
            for field in fields:
                getattr(market, table)[field] = getattr(baseline, table)[field]
    if "trust" in frozen:
        _hold_trust(market.lines, baseline.lines)


@rule
def _was_opened(line):
    return line.state != NONE and line.state != ASKED


@loop
def _hold_trust(lines, held):
    """Hold trust on every line that both worlds have; one opened here alone has no path to be held on."""
    for i in range(len(lines)):
        for k in range(lines.shape[1]):
            if _was_opened(lines[i, k]) and _was_opened(held[i, k]):
                lines[i, k].trust = held[i, k].trust


@loop
def _hold_other_lines(lines, held, products):
    """Of everybody whom a policy cut, set the debts to other lenders to where the baseline has them.

    People have kept to the baseline's course all month; what is left are fen from rounding, and what was agreed about
    debts in trouble. Limits are the lenders' affair: who is lent less than in the baseline has left the course. A line
    opened here alone has no path, nor has one refused here, nor one on which something else (a cap on new lines, a
    lender grown tighter) has moved the debt before the policy cuts: nobody is made to owe what was never lent.
    """
    for i in range(len(lines)):
        cut_at = cutters(lines[i], products)
        for k in range(len(products)):
            line, path = lines[i, k], held[i, k]
            if not cut_at:
                if is_on_book(line) and is_on_book(path) and balance(line) != balance(path):
                    line.off_course = 1
                continue
            refused = line.state == NONE and is_on_book(path)
            if cut_at & (1 << int(products[k].platform)) or not _was_opened(path) or refused or line.off_course > 0:
                continue
            if is_on_book(line) and is_on_book(path):
                _stand(line, path)
            else:
                lines[i, k] = path


@rule
def _stand(line, path):
    """Owe on a line what is owed on it in the baseline, as late as there."""
    line.revolving, line.purchases, line.instalment = path.revolving, path.purchases, path.instalment
    line.due, line.instalments_left, line.months_past_due = path.due, path.instalments_left, path.months_past_due
    line.months_clean, line.cause, line.relief = path.months_clean, path.cause, path.relief
    if line.state == IN_PLAN or path.state == IN_PLAN:
        line.state, line.wait = path.state, path.wait
