"""Defraud: credit drawn never to be repaid, and accounts taken over by thieves."""

from sim.chance import TAKEOVER, uniform
from sim.compiled import rule
from sim.ledger import PURCHASES_ABROAD, STOLEN, fen, post
from sim.line import cash_headroom, draw, headroom


@rule
def overdraw(borrower, lines, held, products, rules, tally):
    """A malicious person draws every line at a fixed pace: cash, and goods bought abroad to be sold.

    amount = pace * limit, as far as unused credit goes.
    """
    for k in held:
        line, product = lines[k], products[k]
        pace = fen(rules.fraud_pace * int(line.limit))
        cash = min(pace, cash_headroom(line, product)) if product.lends_cash > 0.0 else 0
        if cash > 0:
            draw(borrower, line, product, k, cash, tally)
        goods = min(pace - cash, headroom(line)) if product.buys > 0.0 else 0
        if goods > 0:
            line.purchases += goods
            post(tally.flows, PURCHASES_ABROAD, k, goods)


@rule
def steal(borrower, lines, held, products, platforms, rules, chance, tally):
    """A thief tries to take over the person's fullest purse; the platform bears what is stolen.

    Probability = takeover hazard, times its multiple for people whose data leaked, then what the lender's login and
    monitor let through. The unused credit is stolen; the person owes nothing for it.
    """
    hazard = rules.takeover_hazard * (rules.leak_misuse if borrower.exposed > 0 else 1.0)
    u = uniform(chance, TAKEOVER, borrower.id)
    if u >= hazard:
        return
    fullest, most = -1, 0
    for k in held:
        if headroom(lines[k]) > most:
            fullest, most = k, headroom(lines[k])
    if fullest < 0:
        return
    lender = platforms[products[fullest].platform]
    if u < hazard * (1.0 - lender.login_friction) * (1.0 - lender.monitor):
        post(tally.flows, STOLEN, fullest, most)


@rule
def learn(platform, frauds, caught, rules):
    """Rings learn to evade a lender that catches them, and forget a tenth a month.

    evasion moves by adaptation * share caught * (1 - evasion). frauds, caught: applications of this month.
    """
    share = caught / frauds if frauds > 0 else 0.0
    platform.evasion += rules.ring_adaptation * share * (1.0 - platform.evasion) - 0.1 * platform.evasion
