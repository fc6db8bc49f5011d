"""Settle: what a merchant has sold on lines is paid later, and until then the platforms owe it."""

from sim.compiled import rule
from sim.ledger import PURCHASES_CREDIT, SETTLEMENTS_HELD, SETTLEMENTS_PAID, fen, post


@rule
def settle(merchant, on_lines, rules):
    """Of what is owed to a merchant for sales on lines, the same share is paid each month.

    share = 1 / (1 + mean months until payment); so what is owed settles at lag * monthly sales on lines.
    on_lines: fen. Returns (held back of this month's sales, paid for earlier ones), in fen; both are nothing for the
    cash of a merchant that is paid at once.
    """
    share = 1.0 / (1.0 + rules.settlement_lag)
    held = on_lines - fen(share * on_lines)
    paid = fen(share * merchant.receivable)
    merchant.receivable += held - paid
    return held, paid


@rule
def share_settlements(platforms, products, held, paid, flows):
    """Say which platform holds and pays: each pays as it owes, and holds back as its products sold this month.

    held, paid: fen, summed over merchants. What is owed to merchants stays what platforms owe, to the fen.
    """
    owed = 0
    for p in range(len(platforms)):
        owed += platforms[p].payable
    sold = 0
    for k in range(len(products)):
        sold += flows[PURCHASES_CREDIT, k]
    for k in range(len(products)):
        platform = platforms[products[k].platform]
        if k == first_product(products, products[k].platform) and platform.payable > 0:
            part = fen(paid * (platform.payable / owed))  # what is left, of those left: the last pays the rest
            paid -= part
            owed -= platform.payable
            platform.payable -= part
            post(flows, SETTLEMENTS_PAID, k, part)
    for k in range(len(products)):
        if flows[PURCHASES_CREDIT, k] > 0:
            part = fen(held * (flows[PURCHASES_CREDIT, k] / sold))
            held -= part
            sold -= flows[PURCHASES_CREDIT, k]
            platforms[products[k].platform].payable += part
            post(flows, SETTLEMENTS_HELD, k, part)


@rule
def first_product(products, p):
    """The first product of a platform, under which its own business is posted; -1 if it has none."""
    for k in range(len(products)):
        if products[k].platform == p:
            return k
    return -1
