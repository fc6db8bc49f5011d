"""Apply: which lender a borrower asks for a new line."""

from sim.chance import ADOPT, ADOPTED_PRODUCT, SEEK, uniform
from sim.compiled import rule
from sim.lender import takes_business
from sim.line import NONE


@rule
def seek(borrower, lines, products, platforms, rules, chance, plan):
    """The next lender that a person in need asks: the cheapest as it appears to the person.

    Apparent cost = instalment rate * (1/2 + uniform); lenders that give cash, take business, hold no line of the
    person yet and were not asked this month. Returns the product's index, or -1 if nobody is left.
    """
    best = -1
    best_cost = 0.0
    for k in range(len(lines)):
        open_door = lines[k].state == NONE and products[k].lends_cash > 0.0 and not plan.asked & (1 << k)
        if open_door and takes_business(platforms[products[k].platform], rules):
            cost = products[k].instalment_rate * (0.5 + uniform(chance, SEEK, borrower.id, k))
            if best < 0 or cost < best_cost:
                best = k
                best_cost = cost
    if best >= 0:
        plan.asked |= 1 << best
    return best


@rule
def adopt(borrower, lines, products, platforms, rules, chance, plan):
    """A product that a person without need asks for, now and then; the young and the well served ask alike.

    Which one is chosen in proportion to its taste among those not held. Returns its index, or -1 in most months.
    """
    if uniform(chance, ADOPT, borrower.id) >= rules.adoption_hazard:
        return -1
    total = 0.0
    for k in range(len(lines)):
        if lines[k].state == NONE and takes_business(platforms[products[k].platform], rules):
            total += products[k].taste
    pick = uniform(chance, ADOPTED_PRODUCT, borrower.id) * total
    for k in range(len(lines)):
        if lines[k].state == NONE and takes_business(platforms[products[k].platform], rules):
            pick -= products[k].taste
            if pick < 0.0:
                plan.asked |= 1 << k
                return k
    return -1
