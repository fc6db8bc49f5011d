"""Small pairs of worlds to be explained: one change in a market made by hand."""

from analysis.explain.attribution.games import GAMES, OUTCOMES, attribute
from analysis.explain.twins import Case
from scenarios.schema import Scenario
from sim.policy import month_date, month_number

START = "2017-01"
UNCOUPLED = {"jobs_channel": 0, "peers_channel": 0, "funding_channel": 0}
#: People of the calibration for which these worlds were made: a new one changes no test of attribution.
STEADY = {"hand_to_mouth_share": 0.485, "belt_tightening": 0.0716, "expense_hazard": 0.0687, "credit_share": 0.653,
          "minimum_habit_share": 0.307, "adoption_hazard": 0.0232, "loan_hazard": 0.0629, "loan_size": 3.93,
          "income_noise": 0.36, "score_income": 0.468, "score_burden": 0.752, "score_late": 0.664,
          "openness_spread": 0, "strategic_debt": 12, "loan_lines": 1,
          "malicious_share": 0, "openness_need": 1, "benefit_share": 0.19, "saver_spending_share": 0.6,
          "saver_buffer_median": 3, "job_loss_hazard": 0.0072, "reemployment_hazard": 0.17,
          "use_adjustment": 0.15, "applications": 2, "income_shock": 0.236, "family_help_hazard": 0.0691}  # fmt: skip
#: Hard times, so that a small market has defaults within a year.
HARD = {"job_loss_hazard": 0.04, "reemployment_hazard": 0.2, "family_help_hazard": 0.05}


def scenario(name, platforms, parameters=None, changes=None):
    """A scenario of a market written as {platform: {terms, "products": {product: terms}}}; changes: {name: table}."""
    return Scenario.model_validate(
        {"name": name, "title": name, "market": "by hand", "start": START, "months": 24, "platforms": platforms,
         "parameters": STEADY | (parameters or {}), "changes": changes or {}}
    )  # fmt: skip


def case_with(platforms, changes, parameters=None, borrowers=2000, merchants=20, policy=6, months=24):
    """A case: the market without and with the changes, which begin after ``policy`` months unless they say when."""
    dated = {name: {"from": month_date(month_number(START) + policy)} | change for name, change in changes.items()}
    baseline, reform = (
        scenario("baseline", platforms, parameters),
        scenario("reform", platforms, parameters, dated),
    )
    reference = month_date(month_number(START) + policy - 1)
    return Case(baseline, reform, borrowers, merchants, months, reference, policy)


def attributed(case, game="channels", seeds=(1, 2), cutters=("shop",), **more):
    """A game played on a case."""
    return attribute(case, seeds, GAMES[game](case), cutters, **more)


def outcome(name):
    """The place of an outcome."""
    return [one.name for one in OUTCOMES].index(name)
