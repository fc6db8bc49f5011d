"""Fund: a platform's income, losses and capital, the price of its funding, and how much it tightens."""

from sim.compiled import rule
from sim.ledger import DIVIDENDS, FUNDING_COST, OPERATING_COST, fen, post
from sim.lender import FAILED, LENDING, STOPPED
from sim.parameters import YEAR


@rule
def fund(platform, k, book, late, earned, lost, cash_flow, rules, flows):
    """One platform's month-end.

    Own result = own share * (interest, fees and recoveries - charge-offs - funding cost) - operating cost borne alone
    in the same share; partners take the rest. delinquency = balance 30 or more days late / balance.
    spread = response * delinquency above target;
    tightening = delinquency term + capital term + spread term, between 0 and its largest value.
    After the first year, half of the capital above the founding share of the own book is paid out. Capital below the
    required share stops lending, below zero the platform fails.

    k: a product of the platform, under which its costs are posted; book, late: fen at month end; earned: interest, fees
    and recoveries, lost: charge-offs, cash_flow: net cash from borrowers and merchants, all fen of this month.
    """
    cost = fen(book * (platform.funding_apr + platform.spread) / YEAR)
    operating = fen(book * platform.operating_cost / YEAR)
    post(flows, FUNDING_COST, k, cost)
    post(flows, OPERATING_COST, k, operating)
    platform.cash += cash_flow - cost - operating
    platform.capital += int(platform.own_share * (earned - lost - cost - operating))
    spare = (platform.capital - int(platform.capital_share * platform.own_share * book)) // 2
    if spare > 0 and rules.month >= YEAR:
        post(flows, DIVIDENDS, k, spare)
        platform.capital -= spare
        platform.cash -= spare
    platform.book = book
    platform.delinquency = late / book if book > 0 else 0.0

    above = max(0.0, platform.delinquency - platform.target_delinquency)
    platform.spread = rules.funding_spread * above
    ratio = platform.capital_share  # a platform that bears nothing itself cannot run out of capital
    if platform.own_share * book >= 1.0:
        ratio = platform.capital / (platform.own_share * book)
    gap = 0.0
    if platform.capital_share > platform.capital_required:
        gap = max(0.0, 1.0 - (ratio - platform.capital_required) / (platform.capital_share - platform.capital_required))
    tightening = rules.tighten_delinquency * above / max(1e-6, platform.target_delinquency)
    tightening += rules.tighten_capital * min(1.0, gap) + rules.tighten_spread * platform.spread
    platform.tightening = min(rules.tighten_most, tightening)
    if platform.state != FAILED:
        platform.state = FAILED if ratio < 0.0 else STOPPED if ratio < platform.capital_required else LENDING
