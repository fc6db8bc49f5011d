"""Fund: a platform's income, costs, losses and capital, the price of its funding, and how much it tightens."""

from sim.compiled import rule
from sim.ledger import CAPITAL_IN, CONTROL_COST, DIVIDENDS, FUNDING_COST, OPERATING_COST, fen, post
from sim.lender import FAILED, LENDING, STOPPED, calls_made, complaints_answered
from sim.parameters import YEAR, YUAN

REPUTATION_SPEED = 0.2  # per month


@rule
def fund(platform, result, rules, flows):
    """One platform's month-end.

    Own result = own share * (interest, fees and recoveries - charge-offs - funding, operating and control cost), less
    the rise of provisions; partners take the rest. What is funded is the book and what merchants owe, less what is owed
    to them. delinquency = balance 30 or more days late / balance. After the
    first year, half of the capital above the founding share of the own book is paid out; owners put in a share of what
    is missing.

    result: record of the platform's month, in fen and counts. Costs are posted under its first product.
    """
    k = result.product
    book = result.book
    funded = max(0, book + platform.advanced - platform.payable)
    cost = fen(funded * max(0.0, platform.funding_apr + platform.spread) / YEAR)
    operating = fen(book * platform.operating_cost / YEAR)
    control = cost_of_control(platform, result, rules)
    post(flows, FUNDING_COST, k, cost)
    post(flows, OPERATING_COST, k, operating)
    post(flows, CONTROL_COST, k, control)
    platform.cash += result.cash_flow - cost - operating - control
    platform.capital += int(platform.own_share * (result.earned - result.lost - cost - operating - control))
    _provide(platform, result)
    _settle_capital(platform, k, book, rules, flows)
    platform.book = book
    platform.delinquency = result.late / book if book > 0 else 0.0
    _be_judged(platform, result, rules)
    _tighten(platform, book, rules)


@rule
def cost_of_control(platform, result, rules):
    """What deciding, watching and collecting cost, in fen: each act at its price.

    Watching costs the less, the longer the monitor may take to tell fraud: price * power / (1 + delay in months).
    """
    yuan = result.applications * platform.checks * platform.check_cost
    yuan += result.manual * platform.manual_cost
    yuan += result.approvals * platform.acquisition_cost
    watching = platform.monitor * platform.monitor_cost / (1.0 + platform.detection_delay)
    yuan += result.accounts * (platform.account_cost + watching)
    yuan += result.late_accounts * calls_made(platform, rules) * platform.call_cost
    waiting = platform.complaints_open + result.complaints
    yuan += complaints_answered(platform, waiting, result.accounts) * platform.complaint_cost
    return fen(yuan * YUAN)


@rule
def _provide(platform, result):
    """Set aside the own part of expected losses: a share of balances 30-90 days late and of those later."""
    expected = platform.provision_late * (result.late - result.in_default)
    expected += platform.provision_default * result.in_default
    provisions = fen(platform.own_share * expected)
    platform.capital -= provisions - platform.provisions
    platform.provisions = provisions


@rule
def _settle_capital(platform, k, book, rules, flows):
    """Owners take half of what is spare after the first year, and put in a share of what is missing; so may a rescuer,
    and a platform that failed lends again once it has the capital."""
    gap = int(platform.capital_share * platform.own_share * book) - platform.capital
    spare = -gap // 2
    if spare > 0 and rules.month >= YEAR:
        post(flows, DIVIDENDS, k, spare)
        platform.capital -= spare
        platform.cash -= spare
    share = platform.rescue if platform.state == FAILED else max(platform.recapitalisation, platform.rescue)
    if gap > 0 and share > 0.0:
        put_in = fen(share * gap)
        post(flows, CAPITAL_IN, k, put_in)
        platform.capital += put_in
        platform.cash += put_in


@rule
def _be_judged(platform, result, rules):
    """Reputation moves towards what people see: 1 - loss * (excess of 90+ delinquency + complaints per account that
    reached the authorities + commissions paid to third parties, against the book)."""
    if rules.reputation_loss == 0.0:
        return
    visible = 0.0
    if result.book > 0:
        visible += max(0.0, result.in_default / result.book - platform.target_delinquency)
        visible += result.placed / result.book
    if result.accounts > 0:
        visible += result.escalations / result.accounts
    deserved = max(0.0, 1.0 - rules.reputation_loss * visible)
    platform.reputation += REPUTATION_SPEED * (deserved - platform.reputation)


@rule
def _tighten(platform, book, rules):
    """Price of funding, thresholds and state.

    spread = response * delinquency above target + price of lost reputation; tightening = delinquency term + capital
    term + spread term + early warning + control, within its largest value. Capital below the required share stops
    lending, below zero the platform fails.
    """
    above = max(0.0, platform.delinquency - platform.target_delinquency)
    platform.spread = rules.funding_spread * above + rules.reputation_price * (1.0 - platform.reputation)
    ratio = platform.capital_share  # a platform that bears nothing itself cannot run out of capital
    if platform.own_share * book >= 1.0:
        ratio = platform.capital / (platform.own_share * book)
    gap = 0.0
    if platform.capital_share > platform.capital_required:
        gap = max(0.0, 1.0 - (ratio - platform.capital_required) / (platform.capital_share - platform.capital_required))
    tightening = rules.tighten_delinquency * above / max(1e-6, platform.target_delinquency)
    tightening += rules.tighten_capital * min(1.0, gap) + rules.tighten_spread * platform.spread
    tightening += platform.early_warning * platform.alarm + platform.control
    platform.tightening = max(-rules.tighten_most, min(rules.tighten_most, tightening))
    if platform.state != FAILED or platform.rescue > 0.0:
        platform.state = FAILED if ratio < 0.0 else STOPPED if ratio < platform.capital_required else LENDING
