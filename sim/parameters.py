"""Every parameter once: default, unit, range, meaning, source.

A source is a row of ``docs/evidence.md`` (for example H7), or "judgement" where no published figure was found.
Three groups: ``BEHAVIOUR`` (one value for the market, the fields of the ``rules`` record), ``PLATFORM`` (one value
per platform) and ``PRODUCT`` (one value per product), each by family. Shares are 0-1, rates say per what.
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
MOST_KINDS = 62  #: platforms, products: each is one bit of a word
NO_CAP = 1e9  #: stands for no cap at all, in the unit of whatever is not capped

BEHAVIOUR = _group(
    # --- earn ---
    ("job_loss_hazard", 0.0058, "share per month", 0.0, 0.1, "employed people aged 25 and over who lose their job; with the young, 5.2 % are without work", "H7, H9"),
    ("job_loss_multiple", 1.0, "multiple", 0.0, 10.0, "macro path: what the job-loss hazard is multiplied by", "H7, X2"),
    ("young_job_loss_multiple", 2.85, "multiple", 1.0, 5.0, "job-loss hazard under 25 against 25 and over", "H8, H9"),
    ("job_loss_scar", 0.222, "share of wage", 0.0, 0.8, "wage lost for good when a lost job is replaced by another", "judgement, calibrated"),
    ("reemployment_hazard", 0.176, "share per month", 0.0, 1.0, "jobless people who find work", "H7: 6-month spells"),
    ("benefit_share", 0.15, "share of wage", 0.0, 1.0, "income of the jobless", "judgement, calibrated"),
    ("mean_wage", 0.0, "yuan per month", 0.0, 1e6, "mean wage at founding, to which all are scaled; 0 leaves the published Chinese one", "H2"),
    ("wage_growth", 0.07, "per year", -0.2, 0.3, "growth of the permanent wage", "H6"),
    ("wage_shock", 0.0871, "standard deviation of log, per year", 0.0, 0.5, "permanent wage shock, once a year", "H21 (sign), calibrated"),
    ("income_shock", 0.234, "standard deviation, share of wage", 0.0, 0.5, "transitory monthly income shock", "H21 (sign), calibrated"),
    # --- plan and shop ---
    ("necessity_share", 0.45, "share of wage", 0.0, 1.0, "rent, food, transport: committed spending", J),
    ("saver_spending_share", 0.45, "share of wage", 0.1, 1.0, "normal spending of people who hold a buffer", "judgement (H4 is the mean of all)"),
    ("hand_to_mouth_spending_share", 0.97, "share of wage", 0.1, 1.2, "normal spending of people who hold none", "H10, judgement"),
    ("hand_to_mouth_share", 0.448, "share of borrowers", 0.0, 1.0, "borrowers whose target buffer is under half a month of wage", "H10, H11, calibrated"),
    ("jobless_spending", 0.5, "share of normal wants", 0.0, 1.0, "normal wants of people without work", J),
    ("saver_buffer_median", 6.0, "months of wage", 0.5, 24.0, "median target buffer of the others", J),
    ("spending_adjustment", 0.30, "share of gap per month", 0.0, 1.0, "how fast wants react to a buffer above or below target", J),
    ("saving_sweep", 0.20, "share of excess per month", 0.0, 1.0, "liquid wealth above the buffer moved to assets that are not modelled", J),
    ("belt_tightening", 0.153, "share of necessities", 0.0, 0.5, "necessities that can be cut before a bill is missed", "Gerardi et al. 2018, calibrated"),
    ("expense_hazard", 0.022, "share per month", 0.0, 0.5, "borrowers hit by an unplanned expense", "judgement, calibrated"),
    ("expense_size", 0.30, "months of wage", 0.0, 6.0, "smallest unplanned expense; the size is Pareto with tail exponent 2, at most 20 times this", J),
    ("impulse", 0.25, "share of normal wants", 0.0, 1.0, "mean wants that are bought even when the budget says no", J),
    ("planning_error", 0.0, "standard deviation, months of wage", 0.0, 2.0, "error, new each month, of people's own idea of what they can spend", J),
    # --- use of credit ---
    ("credit_share", 0.567, "share of spending", 0.0, 1.0, "mean share of spending put on purchase lines where they are accepted", "K10, calibrated"),
    ("credit_share_need", 1.0, "multiple", 0.1, 5.0, "the same of people who live from hand to mouth, against that of others; the mean is kept", J),
    ("minimum_habit_share", 0.267, "share of borrowers", 0.0, 1.0, "borrowers who pay the minimum and let the rest revolve", "Keys and Wang 2019 (0.25-0.33), calibrated"),
    ("use_adjustment", 0.0596, "share of gap per month", 0.0, 1.0, "how fast the use of credit moves to its target", "E13"),
    ("rate_elasticity", 1.9, "share per share", 0.0, 5.0, "fall of the debt that people aim at, of instalments and of loans to spend, per rise of a line's price against what its product cost at the founding", "Gross and Souleles 2002: calibrated so that debt answers by 1.3 (1.0-1.6)"),
    ("demand_uplift", 0.0, "yuan per yuan", 0.0, 1.0, "new demand for each yuan that is put on a line", "M87, judgement"),
    ("self_cap_share", 0.0, "share of borrowers", 0.0, 1.0, "borrowers who keep to a limit of their own", J),
    ("self_cap", 0.3, "share of limit", 0.0, 1.0, "most of a limit that these use for wants and loans to spend; needs may break it", J),
    ("deleveraging", 0.0, "share of target use", 0.0, 1.0, "fall of the use of all their lines that people aim at, and of loans to spend, in the year after one was cut, and while one lends no cash any more", J),
    ("education_effect", 0.3, "share", 0.0, 1.0, "forgetting, target use and loan wishes that a fresh lesson takes away", "judgement (sign: M78)"),
    ("education_decay", 0.08, "share per month", 0.0, 1.0, "what is forgotten of a lesson each month", J),
    # --- apply and borrow ---
    ("openness_spread", 0.972, "share", 0.0, 1.0, "part of people's readiness to take up credit in which they differ, exponentially; 1 makes the number of lenders of a person geometric", "F8 (K26: Korea, December 2003)"),
    ("openness_need", 5.569, "multiple", 0.2, 10.0, "readiness to take up credit of people who live from hand to mouth, against that of others", "judgement, calibrated (F9)"),
    ("adoption_hazard", 0.0174, "share per month", 0.0, 0.5, "borrowers who apply for one more line without need", "calibrated"),
    ("applications", 1, "applications per month", 0, 8, "most applications that a borrower in need files in a month", "M2"),
    ("loan_hazard", 0.09, "share per month", 0.0, 1.0, "cash-line holders who pay their bills in full and take a loan to spend; twice as many revolvers do", "calibrated"),
    ("loan_size", 1.1, "months of wage", 0.0, 6.0, "mean size that is wished for; the line's unused credit limits it", "calibrated (P20: 8,200 yuan)"),
    ("loan_lines", 20, "lines", 1, 20, "most lines among which a person shares out a loan to spend that one line cannot give", J),
    ("draw_ahead", 0.0, "share of unused credit", 0.0, 1.0, "unused cash credit that people draw when a cut is announced to them", J),
    ("family_help_hazard", 0.0662, "share per month", 0.0, 1.0, "borrowers in need whom family helps", "judgement, calibrated"),
    ("family_help_size", 0.5, "months of wage", 0.0, 3.0, "most that family gives in a month", J),
    ("asset_sale_hazard", 0.0, "share per month", 0.0, 1.0, "people in arrears who sell something, if it clears all of them", J),
    ("asset_sale_size", 1.0, "months of wage", 0.0, 12.0, "most that such a sale can bring: who is missing more sells nothing", J),
    # --- pay, or not ---
    ("attention", 0.0, "share", 0.0, 1.0, "forgotten bills that reading one's bills avoids", "judgement (sign: M79)"),
    ("relend_weight", 0.5, "yuan per yuan", 0.0, 3.0, "worth of a yuan of credit kept open, against a yuan owed, when choosing whom to pay", "judgement (hypothesis, after KR-stop)"),
    ("triage_share", 0.0, "share of borrowers", 0.0, 1.0, "borrowers who raise no cash for a lender that stopped lending any and, when they cannot pay everybody, for one that cut them", "judgement (hypothesis, after KR-stop)"),
    ("reminder_effect", 0.9, "share", 0.0, 1.0, "forgetting that a reminder removes once a bill is late", J),
    ("reminder_appeal", 0.0, "share", -1.0, 1.0, "people who would choose to stop paying whom a reminder wins back; below 0 it turns more away", "Du, Li, Lu and Lu 2020 (sign depends on framing)"),
    ("reminder_relationship", 0.0, "share", 0.0, 1.0, "part of this effect that only clients of a year's standing feel", "Karlan, Morten and Zinman (sign)"),
    ("strategic_share", 0.02, "share of borrowers", 0.0, 0.3, "borrowers who would stop paying when debts exceed so much that it seems worth while and nothing deters them", "judgement (Ganong and Noel 2023)"),
    ("strategic_debt", 6.0, "months of wage", 0.0, 120.0, "debt above which stopping to pay seems worth while to these", J),
    ("peer_effect", 0.8, "share per friend", -0.5, 1.0, "rise of willingness to stop paying for each friend in default; below 0 their trouble is a warning", "Guiso, Sapienza and Zingales 2013: 1.82 times as willing; Kalda (the other sign)"),
    ("penalty_deterrence", 0.0, "per unit of yearly penalty", 0.0, 20.0, "fall of the willingness to stop paying per unit of yearly fees on late debt", J),
    ("bureau_deterrence", 0.0, "share", 0.0, 10.0, "rise of the weight of staying current on a line that is reported in full", J),
    # --- collect and negotiate ---
    ("call_effect", 0.5, "share", 0.0, 5.0, "rise of belt-tightening, family help and weight of a lender when its calls reach a person", J),
    ("humane_loss", 0.3, "share", 0.0, 1.0, "effect of calls that a wholly humane tone gives up", J),
    ("claim_half_life", 12.0, "months", 1.0, 120.0, "months over which a bad debt loses half of its price", J),
    ("plan_request_hazard", 0.0, "share per month", 0.0, 1.0, "late lines for which people ask for a hardship plan", J),
    ("plan_from", 1, "months past due", 1, 12, "how late a line is when people begin to ask for a hardship plan", J),
    ("workout_hazard", 0.0, "share per month", 0.0, 1.0, "people in default all of whose bad debts are settled together", J),
    ("adviser_share", 0.0, "share of borrowers", 0.0, 1.0, "borrowers who have an adviser when they are in trouble", J),
    ("adviser_effect", 0.5, "share", 0.0, 2.0, "rise of the chance that a plan is accepted, and share of wrongful fees returned, with an adviser", J),
    # --- fraud, theft and leaks ---
    ("malicious_share", 0.0122, "share of borrowers", 0.0, 0.2, "people who apply in order to draw and never pay", "judgement, calibrated (F4)"),
    ("fraud_hazard", 0.35, "share per month", 0.0, 1.0, "how often these apply for one more line, once they hold one", J),
    ("fraud_pace", 1.0, "share of limit per month", 0.0, 1.0, "how fast they draw", J),
    ("income_inflation", 0.0, "share of income", 0.0, 5.0, "how far they overstate their income", J),
    ("ring_adaptation", 0.0, "share", 0.0, 1.0, "how fast rings learn to evade a lender that catches them, and turn to others", J),
    ("check_miss", 0.4, "share", 0.0, 1.0, "fraudulent applications that one check misses", J),
    ("check_false_alarm", 0.01, "share", 0.0, 1.0, "honest applications that one check refuses", J),
    ("forged_share", 0.0, "share of bad records", 0.0, 1.0, "bad records that are forged clean", J),
    ("takeover_hazard", 0.0, "share per month", 0.0, 0.1, "borrowers whose account a thief tries to take over", J),
    ("abandonment", 0.1, "share of purchases", 0.0, 1.0, "purchases on a line that a login of full friction loses", J),
    ("leak_misuse", 5.0, "multiple", 1.0, 100.0, "takeover hazard of people whose data leaked", J),
    ("opt_out", 0.0, "share", 0.0, 1.0, "people hit by a leak who withdraw consent to the use of their data", J),
    # --- trust and complaints ---
    ("trust_gain", 0.0, "share per month", 0.0, 0.2, "trust that a smooth month brings back", J),
    ("trust_loss", 0.0, "share", 0.0, 1.0, "trust that a cut, a false suspension, a harsh call, a leak or an ignored complaint costs", J),
    ("churn_hazard", 0.0, "share per month", 0.0, 1.0, "lines that are paid off and closed by people who have lost all trust in the lender and have the cash", J),
    ("complaint_hazard", 0.0, "share", 0.0, 1.0, "bad experiences about which people complain", J),
    ("channel_visibility", 0.7, "share", 0.0, 1.0, "people with a complaint who find the lender's channel", J),
    ("escalation", 0.2, "share", 0.0, 1.0, "complaints that go to the authorities if the channel is not found or does not answer", J),
    # --- score ---
    ("income_noise", 0.39, "standard deviation of log", 0.0, 2.0, "error of a lender's income estimate", "judgement, calibrated"),
    ("score_income", 0.296, "score points", 0.0, 1.0, "weight of estimated income in a score", "judgement, calibrated"),
    ("score_history", 0.20, "score points", 0.0, 1.0, "weight of twelve clean months", J),
    ("score_use", 0.15, "score points", 0.0, 1.0, "weight of utilisation of the own line", J),
    ("score_burden", 0.949, "score points", 0.0, 2.0, "weight of visible debt of half a year of estimated income", "judgement, calibrated"),
    ("score_late", 0.615, "score points", 0.0, 2.0, "weight of a visible late payment", "judgement, calibrated"),
    ("score_young", 0.06, "score points", 0.0, 1.0, "deduction for applicants under 25", J),
    ("score_behaviour", 0.0, "score points", 0.0, 1.0, "weight of impulsive spending", J),
    ("score_spending", 0.0, "score points", 0.0, 1.0, "weight of consumption: who spends more looks better", "judgement (sign: M20)"),
    ("score_inquiries", 0.0, "score points", 0.0, 1.0, "weight of three applications in recent months", J),
    ("score_cut", 0.0, "score points", 0.0, 1.0, "weight of a cut at another lender in the last six months", J),
    ("model_drift", 0.0, "score points", 0.0, 1.0, "standard deviation of the error that a scorecard gathers in a year without re-estimation", J),
    ("manual_error", 0.0, "score points", 0.0, 1.0, "standard deviation of the error of people who decide on an application", J),
    ("common_score", 0.0, "share", 0.0, 1.0, "part of the score's error that all lenders share, since they use the same data", J),
    ("data_limit", 0.0, "share", 0.0, 1.0, "part of personal data (spending, behaviour, friends) that lenders may not use", J),
    ("record_sharing", 0.0, "share of borrowers", 0.0, 1.0, "applicants who show a lender their bills with others, if it reads them", J),
    # --- the bureau's record ---
    ("bureau_memory", 24, "months", 1, 60, "how long a default stays visible", J),
    ("bureau_lag", 0.0, "months", 0.0, 24.0, "mean months until a default is shown by the bureau", J),
    ("retention_response", 0.0, "score points", 0.0, 1.0, "rise of thresholds if records were not kept at all, in proportion for shorter than two years", "Bos and Nakamura (sign)"),
    # --- limits ---
    ("restoration_months", 6, "months", 1, 24, "clean months after which a cut limit is restored step by step", J),
    ("clean_for_raise", 3, "months", 1, 24, "months without a late payment before a limit is raised", J),
    # --- merchants ---
    ("merchant_layoff_response", 0.622, "share per share", 0.0, 2.0, "fall of staff per fall of smoothed sales, beyond the slack", "judgement (sign: KR-jobs)"),
    ("merchant_slack", 0.08, "share of sales", 0.0, 0.5, "fall of sales that a merchant rides out without layoffs", J),
    ("merchant_smoothing", 0.25, "share per month", 0.01, 1.0, "weight of this month in a merchant's smoothed sales", J),
    ("merchant_margin", 0.05, "share of sales", -0.1, 0.5, "mean net margin at founding", J),
    ("merchant_margin_spread", 0.085, "share of sales", 0.0, 0.5, "standard deviation of net margins", "K4"),
    ("merchant_labour_share", 0.30, "share of sales", 0.05, 0.8, "wages in a merchant's normal sales", J),
    ("merchant_cash_months", 2.6, "months of sales", 0.1, 12.0, "mean cash buffer", "K1"),
    ("merchant_entry_hazard", 0.15, "share per month", 0.0, 1.0, "closed shops that are taken over by a newcomer", J),
    ("merchant_employment_share", 0.40, "share of employed", 0.0, 1.0, "employed borrowers who work for a merchant in the model", J),
    ("merchant_acceptance", 1.0, "share of merchants", 0.0, 1.0, "merchants that would accept purchase lines if that cost them nothing beyond the fee", J),
    ("settlement_lag", 0.0, "months", 0.0, 3.0, "mean time until a merchant is paid for a sale on a line", "M88: judgement"),
    ("stock_need", 0.0, "share of goods", 0.0, 1.0, "goods that must be paid before they are sold; who cannot loses sales to customers that are not modelled", J),
    ("compliance_cost", 0.0, "share of sales on lines", 0.0, 0.1, "cost of keeping data and privacy rules; each half percent halves violations, and fewer merchants accept lines", J),
    ("violation_share", 0.0, "share of merchants per month", 0.0, 1.0, "accepting merchants that break them, if nothing is spent on compliance", J),
    ("violation_fine", 0.0, "months of sales", 0.0, 6.0, "fine for it", J),
    # --- platforms: thresholds and warning ---
    ("tighten_delinquency", 0.10, "score points per unit", 0.0, 1.0, "rise of thresholds when 30+ days delinquency is twice its target", J),
    ("tighten_capital", 0.15, "score points per unit", 0.0, 1.0, "rise of thresholds when all capital above the required is gone", J),
    ("tighten_spread", 1.0, "score points per unit", 0.0, 5.0, "rise of thresholds per unit of funding spread", J),
    ("tighten_most", 0.30, "score points", 0.0, 1.0, "largest rise of thresholds", J),
    ("pooled_warning", 0.0, "share", 0.0, 1.0, "weight of the industry's indicator in a platform's early warning", J),
    ("warning_rise", 0.5, "share", 0.0, 10.0, "rise of new arrears against normal at which an early warning is given", J),
    # --- platforms: funding, reputation and investors ---
    ("funding_spread", 0.5, "per year per unit", 0.0, 5.0, "rise of the funding rate per unit of delinquency above target", "KR-funding"),
    ("reputation_loss", 0.0, "share per unit", 0.0, 20.0, "fall of applications per unit of 90+ days delinquency above the target, as people see it", J),
    ("reputation_price", 0.0, "per year", 0.0, 1.0, "rise of the funding rate of a platform without any reputation left", J),
    ("news_weight", 0.0, "share", 0.0, 5.0, "fear among investors when all platforms that have investors fail or stop", J),
    ("fear_memory", 0.8, "share per month", 0.0, 1.0, "fear that is left after a month", J),
    # --- platforms: launches and campaigns ---
    ("price_elasticity", 2.0, "share per share", 0.0, 10.0, "rise of a product's taste for a fall of its price, when a product is launched", J),
    ("imitation_months", 0, "months", 0, 60, "months after which rivals copy a launched product; 0 is never", J),
    ("campaign_dip", 0.0, "share of lift", 0.0, 1.0, "part of a campaign's lift that is missing afterwards, over as many months", J),
    # --- channels between people ---
    ("jobs_channel", 1.0, "share", 0.0, 1.0, "how much of merchants' layoffs reach their staff; 0 switches the channel off, hiring too", "design"),
    ("peers_channel", 1.0, "share", 0.0, 1.0, "how much of friends' defaults is felt (0 switches the channel off)", "design"),
    ("funding_channel", 1.0, "share", 0.0, 1.0, "how much of a platform's own trouble changes its thresholds (0 switches the channel off)", "design"),
    # --- levers in force (policy.py changes these) ---
    ("income_cap", NO_CAP, "share of annual income", 0.0, NO_CAP, "most platform credit a person may be given, as a share of annual income", "R10"),
    ("credit_cap", NO_CAP, "yuan", 0.0, NO_CAP, "most platform credit a person may be given", "R9, R10"),
    ("income_cap_ahead", NO_CAP, "share of annual income", 0.0, NO_CAP, "the same, announced but not yet in force: nothing new is given beyond it", "R10"),
    ("credit_cap_ahead", NO_CAP, "yuan", 0.0, NO_CAP, "the same, announced but not yet in force", "R9, R10"),
    ("lender_cap", MOST_KINDS, "lenders", 1, MOST_KINDS, "most lenders at which a person may hold lines", J),
    ("multi_lender_limit", 1.0, "share of lenders", 0.0, 1.0, "lenders, of those that see it, which leave the limit to people who draw cash at many lenders; the others take all of it", "KR-multi"),
    ("multi_lender_from", 4, "lenders", 2, 60, "how many lenders are many here", "KR-multi"),
    ("debt_service_cap", NO_CAP, "share of monthly income", 0.0, NO_CAP, "new lines are refused to people whose bills at all lenders are above this", J),
    ("cooling_off", 0, "months", 0, 60, "months that must pass between two new lines of a person", J),
    ("cut_speed_limit", 1.0, "share of limit", 0.0, 1.0, "most that a lender may take off a limit at once", J),
    ("speed_limit_from", 0, "lenders", 0, 60, "people whom the speed limit protects drew cash at so many lenders last month; 0: all", "KR-accord"),
    ("contact_cap", NO_CAP, "calls", 0.0, NO_CAP, "most calls that a late borrower may get in a month", J),
    ("moratorium", 0.0, "share of borrowers", 0.0, 1.0, "borrowers whose payments are suspended", J),
    ("sandbox", 0.0, "share of borrowers", 0.0, 1.0, "people admitted to the sandbox", J),
    ("sandbox_relief", 0.2, "score points", 0.0, 1.0, "how much lower the threshold is inside the sandbox", J),
    ("sandbox_limit", 2000, "yuan", 0, 100_000, "largest limit inside the sandbox", J),
    ("news_shock", 0.0, "share", 0.0, 5.0, "fear put into investors from outside", J),
    ("wants_lift", 0.0, "share", -1.0, 2.0, "campaign: how much more is wanted than normal", J),
)

PLATFORM = _group(
    # --- what it is ---
    ("online", 1, "yes or no", 0, 1, "an online lender (a bank is not)", "definition"),
    ("own_share", 0.10, "share of balance", 0.0, 1.0, "share of each loan, and of its losses and interest, that it bears itself", "A6"),
    ("operating_cost", 0.02, "share of balance per year", 0.0, 1.0, "cost of running the book", J),
    # --- how it decides ---
    ("approval", 0.30, "score", -1.0, 2.0, "score at which an application is approved", "calibrated to the lender tiers"),
    ("strictness", 0.0, "score points", -1.0, 1.0, "how much stricter than normal it approves and reviews", J),
    ("signal_noise", 0.08, "score points", 0.0, 1.0, "standard deviation of the error of its score", J),
    ("sees", 0.3, "share", 0.0, 1.0, "share of the debt reported by others that it looks at", J),
    ("sees_defaults", 0.0, "share", 0.0, 1.0, "share of defaults on the bureau's record that it looks at, even where it sees no debts", J),
    ("income_check", 0.0, "share", 0.0, 1.0, "error and overstatement of income that its verification removes", J),
    ("deep_review", NO_CAP, "share of monthly income", 0.0, NO_CAP, "true bills at all lenders above which it refuses; a review of real ability to repay", J),
    ("reads_records", 0.0, "share", 0.0, 1.0, "how far it reads bills of others that applicants show", J),
    ("uses_social", 0.0, "share", 0.0, 1.0, "how far friends' conduct stands in for a missing history", J),
    ("reestimate_every", 12, "months", 1, 120, "months between two estimations of its scorecard", J),
    ("manual_share", 0.0, "share of decisions", 0.0, 1.0, "decisions taken by people: a month later, without the scorecard's drift", J),
    ("manual_cost", 30.0, "yuan per decision", 0.0, 1000.0, "cost of a decision taken by people", J),
    ("acquisition_cost", 0.0, "yuan per account", 0.0, 5000.0, "cost of a booked account, which a year's interest must bring in", J),
    ("account_cost", 0.0, "yuan per account a month", 0.0, 100.0, "cost of keeping an account", J),
    ("explains", 0.0, "share", 0.0, 1.0, "forgetting avoided by people who are told what the next step of their limit needs, and trust that a cut does not cost because it is explained", J),
    # --- checks and security ---
    ("checks", 0, "checks", 0, 10, "independent checks of identity and data", J),
    ("check_months", 0.0, "months", 0.0, 2.0, "time that one check takes", J),
    ("check_cost", 0.0, "yuan per check", 0.0, 100.0, "cost of one check of one application", J),
    ("login_friction", 0.0, "share", 0.0, 1.0, "takeovers that its login stops", J),
    ("monitor", 0.0, "share", 0.0, 1.0, "takeovers stopped, and fraudulent lines found a month, by watching transactions", J),
    ("monitor_false_alarm", 0.02, "share per month", 0.0, 1.0, "honest lines suspended by a monitor of full power", J),
    ("monitor_cost", 0.0, "yuan per account a month", 0.0, 10.0, "cost of a monitor of full power that tells fraud at once; a slower one costs less", J),
    ("suspension_months", 1, "months", 1, 12, "how long a suspension lasts", J),
    ("detection_delay", 0, "months", 0, 12, "months on book before the monitor can tell fraud", J),
    # --- accidents and service ---
    ("outage_hazard", 0.0, "share of months", 0.0, 1.0, "months in which its system fails, for spending and for repaying", J),
    ("outage_reach", 0.5, "share of borrowers", 0.0, 1.0, "borrowers locked out by a failure", J),
    ("outage_grace", 0, "yes or no", 0, 1, "a payment that a failure made impossible is not counted as late", J),
    ("leak_hazard", 0.0, "share of months", 0.0, 1.0, "months in which its data leak", J),
    ("leak_reach", 0.3, "share of clients", 0.0, 1.0, "clients whose data a leak exposes", J),
    ("complaint_capacity", 5.0, "complaints per 1000 accounts a month", 0.0, 1000.0, "complaints it can answer", J),
    ("complaint_cost", 0.0, "yuan per complaint", 0.0, 1000.0, "cost of answering one", J),
    ("service_error", 0.0, "share", 0.0, 1.0, "answers that are wrong and must be given again", J),
    ("wrongful_fee_hazard", 0.0, "share per month", 0.0, 0.1, "bills paid in time on which a late fee is charged in error", J),
    # --- collection ---
    ("calls", 0.0, "calls per late borrower a month", 0.0, 20.0, "calls it wants to make", J),
    ("call_capacity", 1e6, "calls per 1000 accounts a month", 0.0, 1e6, "calls it can make", J),
    ("call_cost", 0.0, "yuan per call", 0.0, 100.0, "cost of a call", J),
    ("tone", 0.0, "share", 0.0, 1.0, "how humane its collection is", J),
    ("plan_acceptance", 0.0, "share", 0.0, 1.0, "requests for a hardship plan that it accepts", J),
    ("plan_capacity", 1e6, "requests per 1000 accounts a month", 0.0, 1e6, "requests it can handle", J),
    ("plan_extension", 12, "months", 1, 120, "months over which a plan spreads the debt", J),
    ("plan_relief", 0.0, "share of interest", 0.0, 1.0, "interest that a plan writes down", J),
    # --- delinquency, warning and provisions ---
    ("target_delinquency", 0.02, "share of balance", 0.0, 1.0, "30+ days delinquency that it accepts", J),
    ("band_control", 0.0, "score points per month", 0.0, 0.2, "how fast thresholds rise above, and fall below, a band of a fifth around the target; calls go along", J),
    ("early_warning", 0.0, "score points", 0.0, 1.0, "rise of thresholds in a month with an early warning", J),
    ("provision_late", 0.0, "share of balance", 0.0, 1.0, "provision for balances 30 to 90 days late", J),
    ("provision_default", 0.0, "share of balance", 0.0, 1.0, "provision for balances more than 90 days late", J),
    # --- funding and capital ---
    ("funding_apr", 0.05, "per year", 0.0, 1.0, "price of its funding without a spread", "LPR, judgement"),
    ("capital_share", 0.10, "share of balance", 0.0, 1.0, "capital at founding", J),
    ("capital_required", 0.04, "share of balance", 0.0, 1.0, "capital below which it stops lending", J),
    ("recapitalisation", 0.0, "share of gap per month", 0.0, 1.0, "part of missing capital that owners put in", J),
    ("rescue", 0.0, "share of gap per month", 0.0, 1.0, "part of missing capital that a rescuer puts in, after a failure too", "KR-exits"),
    ("investors", 0.0, "share of book", 0.0, 1.0, "book funded by investors who can leave", "R4: judgement"),
    ("run_sensitivity", 0.0, "share of funds per unit of fear", 0.0, 10.0, "funds withdrawn in a month", J),
    ("maturing", 1.0, "share of funds per month", 0.0, 1.0, "funds that fall due in a month: no more can leave", "KR-run"),
    # --- merchants' credit ---
    ("advance_months", 0.0, "months of sales", 0.0, 6.0, "working-capital line of a merchant, against its rolling sales", J),
    ("advance_rate", 0.01, "per month", 0.0, 0.1, "interest on it", J),
)

PRODUCT = _group(
    # --- who gets it ---
    ("reach", 0.5, "share of borrowers", 0.0, 1.0, "borrowers who had asked for it before the first month", "H17, A18, C11"),
    ("taste", 1.0, "multiple", 0.0, 5.0, "how likely it is to be the next line asked for", J),
    ("approval_months", 0, "months", 0, 12, "time from application to decision", "P10: minutes"),
    # --- what it may pay for ---
    ("buys", 0, "yes or no", 0, 1, "may pay for purchases", "P1, P15"),
    ("lends_cash", 0.0, "share of limit", 0.0, 1.0, "share of the limit that may be drawn as cash", "P15, P23"),
    ("cash_limit_power", 1.0, "power", 0.0, 5.0, "how strongly the share of its lines that lend cash follows the market's index of cash limits", "KR-limits"),
    ("cash_wishes", 0, "yes or no", 0, 1, "cash is drawn on it to be spent, as on lines that only lend cash, and not just when short", J),
    ("acceptance", 0.0, "share of spending", 0.0, 1.0, "share of merchants' sales where it is accepted", "K10, judgement"),
    ("scenes", 1.0, "share", 0.0, 1.0, "where wants can be paid with it, share of places where necessities can too", "M9: judgement"),
    ("abroad", 0.0, "share of spending", 0.0, 1.0, "further spending on the line at sellers abroad", "M95: judgement"),
    ("target_use", 0.35, "share of limit", 0.0, 1.0, "share of the limit that an average revolver wants to owe", "A4, C2-C20, calibrated"),
    # --- price ---
    ("monthly_rate", 0.015, "per month", 0.0, 0.1, "interest on a billed balance that is carried over", "P5, P16, P19, P23"),
    ("instalment_rate", 0.0127, "per month", 0.0, 0.1, "interest on instalment principal outstanding", "P9, P21"),
    ("free_period", 1, "0, 1 or 2", 0, 2, "0: interest from posting; 1: none until due; 2: none if the last bill was paid in full", "P1, P19, P23"),
    ("risk_pricing", 0.0, "per year per score point", 0.0, 1.0, "how much dearer a line is for a score one point lower; cheaper for a higher one", J),
    ("draw_fee", 0.0, "share of draw", 0.0, 0.1, "fee for a cash draw", "judgement (card cash advance)"),
    ("merchant_fee", 0.0, "share of sale", 0.0, 0.1, "what the merchant pays for a sale on the line", "P14"),
    # --- repayment ---
    ("minimum_share", 0.10, "share of bill", 0.01, 1.0, "least share of the bill that must be paid", "P4, P19, P23"),
    ("bill_cycle", 30, "days", 30, 90, "days between two statements, the first so long after the line is opened", "P1: 30 days"),
    ("term", 12, "months", 1, 36, "months over which a draw or an instalment purchase is repaid", "P15, P20"),
    ("instalment_share", 0.10, "share of purchases", 0.0, 1.0, "purchases converted to instalments at once", "H20, judgement"),
    ("converts", 0.0, "share of bill", 0.0, 1.0, "part of a bill that people who cannot pay it may turn into instalments", "P7: judgement"),
    ("conversion_fee", 0.02, "share of amount", 0.0, 0.2, "fee for it", "P7"),
    ("forget_hazard", 0.012, "share per month", 0.0, 0.10, "bills that are forgotten, or whose debit fails, though they could be paid", "L2-L8, calibrated"),
    # --- limits ---
    ("limit_income", 1.0, "months of income", 0.0, 12.0, "first limit, in months of estimated income at a score of one half", "P10, C7"),
    ("limit_low", 500, "yuan", 0, 500_000, "smallest limit", "P10"),
    ("limit_high", 50000, "yuan", 0, 500_000, "largest limit", "P10"),
    ("review_interval", 3, "months", 1, 24, "months between two reviews", J),
    ("raise_share", 0.101, "share of limit", 0.0, 2.0, "largest raise after a good review", "judgement, calibrated"),
    ("raise_margin", 0.0627, "score points", -1.0, 1.0, "how far above the approval score a score must be for a limit to be raised", "judgement, calibrated"),
    ("cut_share", 0.30, "share of limit", 0.0, 1.0, "cut after a bad review", J),
    ("cut_margin", 0.149, "score points", 0.0, 2.0, "how far below the approval score a score must be for a limit to be cut", "judgement, calibrated"),
    ("late_cut", 0.0, "share of limit", 0.0, 1.0, "cut when a line is frozen for lateness", J),
    ("permissions", 0, "yes or no", 0, 1, "cash and instalments are withdrawn from lines with a bad review, before the limit is cut", J),
    ("event_review", 0, "yes or no", 0, 1, "a line used by half and paid in time is reviewed at once", J),
    ("tracking", 0.0, "share per month", 0.0, 1.0, "lines with a warning sign that are reviewed at once: nearly used up, or three applications lately", J),
    # --- lateness and collection ---
    ("late_fee", 0.015, "share of overdue per month", 0.0, 0.1, "late fee on the amount past due", "P6, P23"),
    ("penalty_rate", 0.0, "share of overdue per month", 0.0, 0.1, "penalty interest on the amount past due", "P17, P22"),
    ("freeze_after", 1, "months past due", 1, 12, "months past due at which the line is frozen", "P19: over 30 days stops other credit"),
    ("call_in_after", 4, "months past due", 1, 24, "months past due from which the whole balance is called in", "judgement: once the line is in default (L4, L10)"),
    ("early_write_off", 0.0, "share of lines in default", 0.0, 1.0, "lines more than 90 days late that are written off this month, before their time", "KR-dips"),
    ("charge_off_after", 6, "months past due", 4, 12, "a line is charged off once it is more months past due than this", "A14, L20"),
    ("reporting", 0.5, "share", 0.0, 1.0, "share of its accounts that other lenders can see", "R5, R15"),
    ("consequence", 1.0, "yuan per yuan", 0.0, 10.0, "weight that borrowers give to staying current on it", "M11: bank first"),
    ("recovery_hazard", 0.021, "share per month", 0.0, 1.0, "charged-off claims on which something is recovered", "L14, L15"),
    ("recovery_share", 1.0, "share of claim", 0.0, 1.0, "what such a recovery brings, as far as the borrower has cash", "L14, L15"),
    ("placement_after", 120, "months past due", 1, 120, "months past due from which a third party collects", J),
    ("agency_effect", 1.0, "share", 0.0, 10.0, "rise of recoveries and of the pressure of calls under a third party", J),
    ("agency_commission", 0.3, "share of collected", 0.0, 1.0, "what it keeps", J),
    ("sell_after", 250, "months past due", 5, 250, "months past due at which a charged-off claim is sold", J),
    ("sale_price", 0.05, "share of claim", 0.0, 1.0, "what a fresh bad debt sells for", J),
    ("recourse", 0.0, "share of charge-off", 0.0, 1.0, "part that the merchants where the person shops must bear", "M89: 0 on platforms"),
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
