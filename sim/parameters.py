"""Every parameter once: default, unit, range, meaning, source.

A source is a row of ``docs/evidence.md`` (for example H7), or "judgement" where no published figure was found.
Three groups: ``BEHAVIOUR`` (one value for the market, the fields of the ``rules`` record), ``PLATFORM`` (one value
per platform) and ``PRODUCT`` (one value per product). Shares are 0-1, rates say per what.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One number of the market: its default, unit, admissible range, meaning in words and source."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str


def _group(*rows) -> dict[str, Parameter]:
    return {row[0]: Parameter(*row) for row in rows}


J = "judgement"

BEHAVIOUR = _group(
    # --- earn ---
    ("job_loss_hazard", 0.0072, "share per month", 0.0, 0.1, "employed people aged 25 and over who lose their job; with the young, 5.2 % are without work", "H7, H9"),
    ("job_loss_multiple", 1.0, "multiple", 0.0, 10.0, "macro path: what the job-loss hazard is multiplied by", "H7, X2"),
    ("young_job_loss_multiple", 2.85, "multiple", 1.0, 5.0, "job-loss hazard under 25 against 25 and over", "H8, H9"),
    ("job_loss_scar", 0.19, "share of wage", 0.0, 0.8, "wage lost for good when a lost job is replaced by another", "judgement, calibrated"),
    ("reemployment_hazard", 0.17, "share per month", 0.0, 1.0, "jobless people who find work", "H7: 6-month spells"),
    ("benefit_share", 0.15, "share of wage", 0.0, 1.0, "income of the jobless", "judgement, calibrated"),
    ("wage_growth", 0.07, "per year", -0.2, 0.3, "growth of the permanent wage", "H6"),
    ("wage_shock", 0.08, "standard deviation of log, per year", 0.0, 0.5, "permanent wage shock, once a year", "H21 (sign), calibrated"),
    ("income_shock", 0.26, "standard deviation, share of wage", 0.0, 0.5, "transitory monthly income shock", "H21 (sign), calibrated"),
    # --- plan and shop ---
    ("necessity_share", 0.45, "share of wage", 0.0, 1.0, "rent, food, transport: committed spending", J),
    ("saver_spending_share", 0.60, "share of wage", 0.1, 1.0, "normal spending of people who hold a buffer", "judgement (H4 is the mean of all)"),
    ("hand_to_mouth_spending_share", 0.97, "share of wage", 0.1, 1.2, "normal spending of people who hold none", "H10, judgement"),
    ("hand_to_mouth_share", 0.501, "share of borrowers", 0.0, 1.0, "borrowers whose target buffer is under half a month of wage", "H10, H11, calibrated"),
    ("jobless_spending", 0.5, "share of normal wants", 0.0, 1.0, "normal wants of people without work", J),
    ("saver_buffer_median", 3.0, "months of wage", 0.5, 24.0, "median target buffer of the others", J),
    ("spending_adjustment", 0.30, "share of gap per month", 0.0, 1.0, "how fast wants react to a buffer above or below target", J),
    ("saving_sweep", 0.20, "share of excess per month", 0.0, 1.0, "liquid wealth above the buffer moved to assets that are not modelled", J),
    ("belt_tightening", 0.11, "share of necessities", 0.0, 0.5, "necessities that can be cut before a bill is missed", "Gerardi et al. 2018, calibrated"),
    ("expense_hazard", 0.075, "share per month", 0.0, 0.5, "borrowers hit by an unplanned expense", "judgement, calibrated"),
    ("expense_size", 0.30, "months of wage", 0.0, 6.0, "smallest unplanned expense; the size is Pareto with tail exponent 2, at most 20 times this", J),
    ("credit_share", 0.68, "share of spending", 0.0, 1.0, "mean share of spending put on purchase lines where they are accepted", "K10, calibrated"),
    ("minimum_habit_share", 0.32, "share of borrowers", 0.0, 1.0, "borrowers who pay the minimum and let the rest revolve", "Keys and Wang 2019 (0.25-0.33), calibrated"),
    ("use_adjustment", 0.15, "share of gap per month", 0.0, 1.0, "how fast the use of credit moves to its target", "E13"),
    ("impulse", 0.25, "share of normal wants", 0.0, 1.0, "mean wants that are bought even when the budget says no", J),
    ("loan_hazard", 0.059, "share per month", 0.0, 0.5, "cash-line holders who pay their bills in full and take a loan to spend; twice as many revolvers do", "calibrated"),
    ("loan_size", 3.85, "months of wage", 0.0, 6.0, "mean size that is wished for; the line's unused credit limits it", "calibrated (P20: 8,200 yuan)"),
    ("adoption_hazard", 0.025, "share per month", 0.0, 0.5, "borrowers who apply for one more line without need", "calibrated"),
    ("applications", 2, "applications per month", 0, 8, "most applications that a borrower in need files in a month", "M2"),
    # --- raise and pay ---
    ("family_help_hazard", 0.1, "share per month", 0.0, 1.0, "borrowers in need whom family helps", "judgement, calibrated"),
    ("family_help_size", 0.5, "months of wage", 0.0, 3.0, "most that family gives in a month", J),
    ("relend_weight", 0.5, "yuan per yuan", 0.0, 3.0, "worth of a yuan of credit kept open, against a yuan owed, when choosing whom to pay", "judgement (hypothesis, after KR-stop)"),
    ("reminder_effect", 0.9, "share", 0.0, 1.0, "forgetting that a reminder removes once a bill is late", J),
    ("strategic_share", 0.02, "share of borrowers", 0.0, 0.3, "borrowers who would stop paying when debts exceed a year of wage and nothing deters them", "judgement (Ganong and Noel 2023)"),
    ("peer_effect", 0.08, "share per friend", 0.0, 0.5, "rise of willingness to stop paying for each friend in default", "E9, judgement"),
    # --- what lenders see and do ---
    ("score_income", 0.51, "score points", 0.0, 1.0, "weight of estimated income in a score", "judgement, calibrated"),
    ("score_history", 0.20, "score points", 0.0, 1.0, "weight of twelve clean months", J),
    ("score_use", 0.15, "score points", 0.0, 1.0, "weight of utilisation of the own line", J),
    ("score_burden", 0.8, "score points", 0.0, 2.0, "weight of visible debt of half a year of estimated income", "judgement, calibrated"),
    ("score_late", 0.67, "score points", 0.0, 2.0, "weight of a visible late payment", "judgement, calibrated"),
    ("score_young", 0.06, "score points", 0.0, 1.0, "deduction for applicants under 25", J),
    ("income_noise", 0.41, "standard deviation of log", 0.0, 2.0, "error of a lender's income estimate", "judgement, calibrated"),
    ("bureau_memory", 24, "months", 1, 60, "how long a default stays visible", J),
    ("restoration_months", 6, "months", 1, 24, "clean months after which a cut limit is restored step by step", J),
    # --- merchants ---
    ("merchant_layoff_response", 0.7, "share per share", 0.0, 2.0, "fall of staff per fall of smoothed sales, beyond the slack", "judgement (sign: KR-jobs)"),
    ("merchant_slack", 0.08, "share of sales", 0.0, 0.5, "fall of sales that a merchant rides out without layoffs", J),
    ("merchant_smoothing", 0.25, "share per month", 0.01, 1.0, "weight of this month in a merchant's smoothed sales", J),
    ("merchant_margin", 0.05, "share of sales", -0.1, 0.5, "mean net margin at founding", J),
    ("merchant_margin_spread", 0.085, "share of sales", 0.0, 0.5, "standard deviation of net margins", "K4"),
    ("merchant_labour_share", 0.30, "share of sales", 0.05, 0.8, "wages in a merchant's normal sales", J),
    ("merchant_cash_months", 2.6, "months of sales", 0.1, 12.0, "mean cash buffer", "K1"),
    ("merchant_entry_hazard", 0.15, "share per month", 0.0, 1.0, "closed shops that are taken over by a newcomer", J),
    ("merchant_employment_share", 0.40, "share of employed", 0.0, 1.0, "employed borrowers who work for a merchant in the model", J),
    # --- platforms ---
    ("tighten_delinquency", 0.10, "score points per unit", 0.0, 1.0, "rise of thresholds when 30+ days delinquency is twice its target", J),
    ("tighten_capital", 0.15, "score points per unit", 0.0, 1.0, "rise of thresholds when all capital above the required is gone", J),
    ("tighten_spread", 1.0, "score points per unit", 0.0, 5.0, "rise of thresholds per unit of funding spread", J),
    ("tighten_most", 0.30, "score points", 0.0, 1.0, "largest rise of thresholds", J),
    ("funding_spread", 0.5, "per year per unit", 0.0, 5.0, "rise of the funding rate per unit of delinquency above target", "KR-funding"),
    # --- channels between people ---
    ("jobs_channel", 1.0, "share", 0.0, 1.0, "how much of merchants' layoffs reach their staff; 0 switches the channel off, hiring too", "design"),
    ("peers_channel", 1.0, "share", 0.0, 1.0, "how much of friends' defaults is felt (0 switches the channel off)", "design"),
    ("funding_channel", 1.0, "share", 0.0, 1.0, "how much of a platform's own trouble changes its thresholds (0 switches the channel off)", "design"),
    # --- levers in force (policy.py changes these) ---
    ("income_cap", 1e9, "share of annual income", 0.0, 1e9, "most platform credit a person may be given, as a share of annual income", "R10"),
    ("credit_cap", 1e9, "yuan", 0.0, 1e9, "most platform credit a person may be given", "R9, R10"),
)

PLATFORM = _group(
    ("online", 1, "yes or no", 0, 1, "an online lender (a bank is not)", "definition"),
    ("signal_noise", 0.08, "score points", 0.0, 1.0, "standard deviation of the error of its score", J),
    ("sees", 0.3, "share", 0.0, 1.0, "share of the debt reported by others that it looks at", J),
    ("approval", 0.30, "score", -1.0, 2.0, "score at which an application is approved", "calibrated to the lender tiers"),
    ("target_delinquency", 0.02, "share of balance", 0.0, 1.0, "30+ days delinquency that it accepts", J),
    ("capital_share", 0.10, "share of balance", 0.0, 1.0, "capital at founding", J),
    ("capital_required", 0.04, "share of balance", 0.0, 1.0, "capital below which it stops lending", J),
    ("own_share", 0.10, "share of balance", 0.0, 1.0, "share of each loan, and of its losses and interest, that it bears itself", "A6"),
    ("funding_apr", 0.05, "per year", 0.0, 1.0, "price of its funding without a spread", "LPR, judgement"),
    ("operating_cost", 0.02, "share of balance per year", 0.0, 1.0, "cost of running the book", J),
)

PRODUCT = _group(
    # --- what it may pay for ---
    ("buys", 0, "yes or no", 0, 1, "may pay for purchases", "P1, P15"),
    ("lends_cash", 0.0, "share of limit", 0.0, 1.0, "share of the limit that may be drawn as cash", "P15, P23"),
    ("acceptance", 0.0, "share of spending", 0.0, 1.0, "share of merchants' sales where it is accepted", "K10, judgement"),
    ("target_use", 0.35, "share of limit", 0.0, 1.0, "share of the limit that an average revolver wants to owe", "A4, C2-C20, calibrated"),
    ("instalment_share", 0.10, "share of purchases", 0.0, 1.0, "purchases converted to instalments at once", "H20, judgement"),
    # --- price and repayment ---
    ("monthly_rate", 0.015, "per month", 0.0, 0.1, "interest on a billed balance that is carried over", "P5, P16, P19, P23"),
    ("instalment_rate", 0.0127, "per month", 0.0, 0.1, "interest on instalment principal outstanding", "P9, P21"),
    ("free_period", 1, "0, 1 or 2", 0, 2, "0: interest from posting; 1: none until due; 2: none if the last bill was paid in full", "P1, P19, P23"),
    ("minimum_share", 0.10, "share of bill", 0.01, 1.0, "least share of the bill that must be paid", "P4, P19, P23"),
    ("term", 12, "months", 1, 36, "months over which a draw or an instalment purchase is repaid", "P15, P20"),
    ("forget_hazard", 0.012, "share per month", 0.0, 0.10, "bills that are forgotten, or whose debit fails, though they could be paid", "L2-L8, calibrated"),
    ("late_fee", 0.015, "share of overdue per month", 0.0, 0.1, "late fee on the amount past due", "P6, P23"),
    ("draw_fee", 0.0, "share of draw", 0.0, 0.1, "fee for a cash draw", "judgement (card cash advance)"),
    ("merchant_fee", 0.0, "share of sale", 0.0, 0.1, "what the merchant pays for a sale on the line", "P14"),
    # --- limits ---
    ("limit_income", 1.0, "months of income", 0.0, 12.0, "first limit, in months of estimated income at a score of one half", "P10, C7"),
    ("limit_low", 500, "yuan", 0, 500_000, "smallest limit", "P10"),
    ("limit_high", 50000, "yuan", 0, 500_000, "largest limit", "P10"),
    ("review_interval", 3, "months", 1, 24, "months between two reviews", J),
    ("raise_share", 0.109, "share of limit", 0.0, 2.0, "largest raise after a good review", "judgement, calibrated"),
    ("raise_margin", 0.041, "score points", -1.0, 1.0, "how far above the approval score a score must be for a limit to be raised", "judgement, calibrated"),
    ("cut_share", 0.30, "share of limit", 0.0, 1.0, "cut after a bad review", J),
    ("cut_margin", 0.162, "score points", 0.0, 2.0, "how far below the approval score a score must be for a limit to be cut", "judgement, calibrated"),
    # --- collection ---
    ("freeze_after", 1, "months past due", 1, 12, "months past due at which the line is frozen", "P19: over 30 days stops other credit"),
    ("call_in_after", 2, "months past due", 1, 24, "months past due from which the whole balance is called in", J),
    ("charge_off_after", 6, "months past due", 4, 12, "a line is charged off once it is more months past due than this", "A14, L20"),
    ("reporting", 0.5, "share", 0.0, 1.0, "share of its accounts that other lenders can see", "R5, R15"),
    ("consequence", 1.0, "yuan per yuan", 0.0, 10.0, "weight that borrowers give to staying current on it", "M11: bank first"),
    ("recovery_hazard", 0.021, "share per month", 0.0, 1.0, "charged-off claims on which something is recovered", "L14, L15"),
    ("recovery_share", 1.0, "share of claim", 0.0, 1.0, "what such a recovery brings, as far as the borrower has cash", "L14, L15"),
    # --- founding ---
    ("reach", 0.5, "share of borrowers", 0.0, 1.0, "borrowers who had asked for it before the first month", "H17, A18, C11"),
    ("taste", 1.0, "multiple", 0.0, 5.0, "how likely it is to be the next line asked for", J),
)

YUAN = 100  #: fen in a yuan
YEAR = 12  #: months
YOUNG = 25  #: years: who is younger loses jobs more often and scores lower
AGE_GROUPS = ((18, 25), (25, 30), (30, 40), (40, 50), (50, 65))  #: years: from, and up to but without
#: Shares of borrowers by age group: 38 % are under 30, between the published shares of post-90s, 33 % and 47 % (H17, H19).
AGE_SHARES = (0.16, 0.22, 0.34, 0.18, 0.10)
#: Wage of an age group against the mean of its quintile: judgement; younger workers earn less.
AGE_WAGE = (0.75, 0.95, 1.08, 1.06, 1.00)
#: Disposable income per head by quintile, 2021, yuan a year (H2), and per earner against per head (judgement).
QUINTILE_INCOME = (8333, 18445, 29053, 44949, 85836)
QUINTILE_YEAR = 2021
EARNER_MULTIPLE = 1.9

PEOPLE_PER_MERCHANT = 100
FEWEST_MERCHANTS = 10


def merchants_for(borrowers: int) -> int:
    """How many merchants serve so many borrowers when nobody says otherwise."""
    return max(FEWEST_MERCHANTS, borrowers // PEOPLE_PER_MERCHANT)
