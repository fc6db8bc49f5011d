"""Apply: which lender a borrower asks for a new line."""

from sim.chance import ADOPT, ADOPTED_PRODUCT, SEEK, uniform
from sim.compiled import rule
from sim.lender import catches, takes_business
from sim.line import ASKED, NONE
from sim.person import is_cooling_off, is_malicious


@rule
def seek(borrower, lines, products, platforms, rules, chance, plan):
    """The next lender that a person in need asks: the cheapest as it appears to the person.

    Apparent cost = instalment rate * (1/2 + uniform) * (2 - reputation); lenders that give cash, take business, hold no
    line of the person yet and were not asked this month. Returns the product's index, or -1 if nobody is left, if
    the rules ask for a pause after the last new line, or while another lender's answer is awaited.
    """
    if is_cooling_off(borrower, rules):
        return -1
    best = -1
    best_cost = 0.0
    for k in range(len(lines)):
        if lines[k].state == ASKED:
            return -1
        asked = (plan.asked | plan.apart) & (1 << k)
        open_door = lines[k].state == NONE and products[k].lends_cash > 0.0 and not asked
        lender = platforms[products[k].platform]
        if open_door and takes_business(lender, rules):
            cost = products[k].instalment_rate * (0.5 + uniform(chance, SEEK, borrower.id, k))
            cost *= 2.0 - lender.reputation
            if best < 0 or cost < best_cost:
                best = k
                best_cost = cost
    if best >= 0:
        plan.asked |= 1 << best
    return best


@rule
def adopt(borrower, lines, products, platforms, rules, chance, plan):
    """A product that a person without need asks for, now and then; the young and the well served ask alike, people
    who are open to credit more often.

    Which one is chosen in proportion to its appeal among those not held. The malicious come as often as the average
    person, and once they have, ask at a hazard of their own.
    Returns its index, or -1 in most months.
    """
    malicious = is_malicious(borrower, rules)
    hazard = rules.adoption_hazard * borrower.openness
    if malicious:
        hazard = rules.fraud_hazard if _has_asked(lines) else rules.adoption_hazard
    if uniform(chance, ADOPT, borrower.id) >= hazard or is_cooling_off(borrower, rules):
        return -1
    total = 0.0
    for k in range(len(lines)):
        total += _appeal(lines[k], products[k], platforms[products[k].platform], malicious, rules)
    pick = uniform(chance, ADOPTED_PRODUCT, borrower.id) * total
    for k in range(len(lines)):
        appeal = _appeal(lines[k], products[k], platforms[products[k].platform], malicious, rules)
        pick -= appeal
        if appeal > 0.0 and pick < 0.0:
            plan.asked |= 1 << k
            return -1 if plan.apart & (1 << k) else k
    return -1


@rule
def _has_asked(lines):
    """Whether the person has ever asked for a line."""
    for k in range(len(lines)):  # noqa: SIM110 - compiled code has no generators
        if lines[k].state != NONE:
            return True
    return False


@rule
def _appeal(line, product, lender, malicious, rules):
    """How likely a product is to be asked for: taste * reputation; rings turn from lenders whose checks catch them."""
    useless = product.buys == 0.0 and product.lends_cash == 0.0  # under a rule for purchases only
    if line.state != NONE or useless or not takes_business(lender, rules):
        return 0.0
    appeal = product.taste * lender.reputation
    return appeal * (1.0 - rules.ring_adaptation * catches(lender, rules)) if malicious else appeal
