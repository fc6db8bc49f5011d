"""Invest: people whose money a platform lends take it out when they are afraid."""

from sim.compiled import rule
from sim.lender import FAILED, LENDING, STOPPED

CANNOT_PAY = 0.5  # share of the investors' part of the book that is missing: the platform fails


@rule
def invest(platform, news, rules):
    """Investors' month: fear, withdrawals, and what the platform can still fund.

    fear = memory * fear + excess of delinquency over target, relative + news weight * share of such platforms that
    stopped or failed + shock. Withdrawals = sensitivity * fear * funds, at most all. A platform whose funds are below
    the investors' part of its book cannot lend; if half of that part is missing, it fails. While nobody is afraid,
    funds follow the book.

    news: 0-1, share of platforms with investors that did not lend last month.
    """
    if platform.investors == 0.0 or platform.state == FAILED:
        return
    part = platform.investors * platform.book
    excess = platform.delinquency / max(1e-6, platform.target_delinquency) - 1.0
    platform.fear = rules.fear_memory * platform.fear + max(0.0, excess) + rules.news_weight * news + rules.news_shock
    withdrawn = min(1.0, platform.run_sensitivity * platform.fear)
    if withdrawn == 0.0:
        platform.funds = int(part)
        return
    platform.funds = int((1.0 - withdrawn) * max(float(platform.funds), part))
    if platform.funds < (1.0 - CANNOT_PAY) * part:
        platform.state = FAILED
    elif platform.funds < part and platform.state == LENDING:
        platform.state = STOPPED
