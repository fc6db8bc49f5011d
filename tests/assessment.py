"""Credit assessment: one set of applicants scored in several ways, and what is measured in pairs of worlds."""

from functools import cache

import numpy as np
from markets import default_market, model_of
from scenes import CASH, PAY_LATER, Scene

from sim import chance as luck
from sim.compiled import loop
from sim.line import ASKED, CHARGED_OFF, NONE, OPEN
from sim.score import score

HARD = {"job_loss_hazard": 0.02, "impulse": 0.5, "saver_spending_share": 0.7}
SOCIAL, P2P = 4, 7  # products of the default market: of a lender that looks well, and of one that hardly looks


# --- the same applicants, scored in several ways ---
@loop
def score_all(borrowers, lines, k, products, platforms, rules, chance, points):
    """Everybody's score for one product."""
    for i in range(len(borrowers)):
        points[i], _ = score(borrowers[i], lines[i], k, products, platforms, rules, chance)


class Applicants:
    """People without a blemish after a year, by default a hard one, and who of them defaults in the next."""

    def __init__(self, people=12_000, parameters=HARD):
        model = model_of(default_market(), borrowers=people, parameters=parameters).run(12)
        market = model.market
        late = (market.lines["months_past_due"] > 0) | (market.lines["state"] == CHARGED_OFF)
        clean = (market.borrowers["bad_record"] == 0) & ~late.any(1)
        self.rules = model.rules_in_force()[0]
        self.borrowers = market.borrowers[clean].copy()
        self.lines = market.lines[clean].copy()
        self.terms = market.products.copy(), market.platforms.copy()
        owed = sum(self.lines[part].astype(float) for part in ("revolving", "purchases", "instalment"))
        self.months_owed = owed.sum(1) / self.borrowers["wage"]
        self.history = np.where(self.lines["state"] == OPEN, self.lines["months_clean"], 0).max(1)
        defaults = model.run(12).tables()["defaults"]
        later = defaults["borrower"][defaults["month"] >= np.datetime64("2018-01")]
        self.bad = np.isin(self.borrowers["id"], later)

    def points(self, k, parameters=None, platforms=None, products=None):
        """Scores for product k, with some parameters, and terms of all platforms and products, changed."""
        offers, lenders = (terms.copy().view(np.recarray) for terms in self.terms)
        rules = self.rules.copy()
        for record, changes in ((rules, parameters), (lenders, platforms), (offers, products)):
            for name, value in (changes or {}).items():
                record[name] = value
        points = np.empty(len(self.borrowers))
        people, lines = self.borrowers.view(np.recarray), self.lines.view(np.recarray)
        score_all(people, lines, k, offers, lenders, rules, luck.month_key(1, int(rules.month) + 1), points)
        return points

    def auc(self, points):
        """The chance that somebody who will pay scores above somebody who will default."""
        rank = points.argsort().argsort()[~self.bad] + 1.0
        good, bad = len(rank), self.bad.sum()
        return float((rank.sum() - good * (good + 1) / 2) / (good * bad))

    def bad_share(self, points):
        """Who default, as a share of the better half: the quality of loans at equal approval."""
        return float(self.bad[points >= np.median(points)].mean())


@cache
def applicants(**parameters):
    """The applicants, founded once for all tests of a process; of a hard year, or of a year with some parameters."""
    return Applicants(parameters=parameters or HARD)


def aucs(k, *ways):
    """How well a score tells who will pay, in each way of scoring: keywords of ``Applicants.points``."""
    return [applicants().auc(applicants().points(k, **way)) for way in ways]


# --- pairs of worlds in which one lender, or all, decide differently ---
ONE = "facilitator"  # a lender with many applications and a middling book
SEEDS = {"borrowers": 12_000, "months": 30, "seeds": (1, 2, 3)}
HARDER = {"job_loss_hazard": 0.015}


def alone(parameters=None, changes=(), products=None, **terms):
    """One lender's own terms, in a market in which jobs are lost more often."""
    return {"parameters": HARDER | (parameters or {}), "lenders": {ONE: terms}, "changes": changes,
            "products": products or {}}  # fmt: skip


def everybody(parameters=None, products=None, **terms):
    """Terms of all lenders."""
    return {"parameters": parameters or {}, "platforms": terms, "products": products or {}}


def books(models, column, platform=None):
    """The sum of a column of the monthly table over worlds and months, of one lender or all."""
    total = 0
    for model in models:
        monthly = model.tables()["monthly"]
        total += monthly[column][(monthly["platform"] == platform) | (platform is None)].sum()
    return total


def approval_share(models, platform=None):
    """Approved applications as a share of all."""
    return books(models, "approvals", platform) / books(models, "applications", platform)


def default_share(models, platform=ONE):
    """Of the lines that a lender opened since the founding, the share that has defaulted."""
    bad = 0
    for model in models:
        defaults = model.tables()["defaults"]
        age = defaults["month"].astype("datetime64[M]") - np.datetime64("2017-01")
        new = defaults["months_on_book"] <= age.astype(int)  # lines of the founding are older than the run
        bad += (new & (defaults["platform"] == platform)).sum()
    return bad / books(models, "approvals", platform)


def waiting(models):
    """Applications that are not decided yet at the end."""
    return sum((model.market.lines["state"] == ASKED).sum() for model in models)


def new_lines(models, measure):
    """The mean, over worlds, of a measure on (borrowers, lines) of the lines opened since the founding, per wage."""
    means = []
    for model in models:
        lines, wage = model.market.lines, model.market.borrowers["wage"][:, None]
        new = (lines["state"] == OPEN) & (lines["months_on_book"] < model.month)
        means.append(float((measure(lines) / wage)[new].mean()))
    return np.mean(means)


def balances(lines):
    """What is owed on each line, in fen."""
    return sum(lines[part].astype(float) for part in ("revolving", "purchases", "instalment"))


# --- one application, worked by hand ---
def offer(product=None, parameters=None, platform=None, lines=(), elsewhere=0, **person):
    """Somebody asks for a line, with cash lines there or elsewhere; an income of 6,000 yuan alone scores 0.3."""
    weights = {"score_income": 0.5, "score_history": 0.2, "score_burden": 0.45, "score_late": 0.35}
    cash = [CASH | {"platform": elsewhere}] * len(lines)
    lender = {"signal_noise": 0, "sees": 0.0, "approval": 0.25} | (platform or {})
    return Scene(PAY_LATER | {"limit_income": 2.0} | (product or {}), *cash, platforms=[lender] * 2,
                 parameters=weights | (parameters or {}), lines=[{"state": NONE}, *lines], **person)  # fmt: skip
