"""Invest: people whose money a platform lends take it out when they are afraid."""

from sim.compiled import rule
from sim.lender import FAILED, LENDING, STOPPED

LIQUID = 0.1  # share of the investors' part of the book that repayments and own cash can stand in for
CANNOT_PAY = 0.5  # share of it that is missing: the platform fails


@rule
def invest(platform, news, rules):
    """Investors' month: fear, withdrawals, and what the platform can still fund.

    fear = memory * fear + excess of delinquency over target, relative + news weight * share of other such platforms
    that stopped or failed, by what investors have in their books, so that a failure is forgotten as its book is run
    off + shock. New investors make up what is missing as far as fear is below 1; then
    funds = (1 - min(maturing, sensitivity * fear)) * funds, never more than the investors' part of the book. If more of
    that part is missing than is liquid, the platform cannot lend; if half of it is missing, it fails. A rescuer stands
    in for all.

    news: 0-1, share of other platforms with investors that did not lend last month.
    """
    if platform.investors == 0.0 or platform.state == FAILED:
        return
    part = investors_part(platform)
    if platform.rescue > 0.0:
        platform.fear, platform.funds = 0.0, int(part)
        return
    excess = platform.delinquency / max(1e-6, platform.target_delinquency) - 1.0
    platform.fear = rules.fear_memory * platform.fear + max(0.0, excess) + rules.news_weight * news + rules.news_shock
    left = min(float(platform.funds), part)
    left += max(0.0, 1.0 - platform.fear) * (part - left)
    platform.funds = int((1.0 - min(platform.maturing, platform.run_sensitivity * platform.fear)) * left)
    if platform.funds < (1.0 - CANNOT_PAY) * int(part):
        platform.state = FAILED
    elif platform.funds < (1.0 - LIQUID) * int(part) and platform.state == LENDING:
        platform.state = STOPPED


@rule
def investors_part(platform):
    """What a platform's investors have in its book, in fen."""
    return platform.investors * platform.book
