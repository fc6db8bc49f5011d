"""What is measured: the tables of a run, each column with its unit and meaning.

Shares are 0-1, money columns end in ``_fen``, ``month`` is the first day of a calendar month. Every table has one
row per key and carries no totals beside its parts.
"""

from dataclasses import dataclass

#: How far behind a line is. M1 is 1-30 days past due, M2 31-60, M3 61-90, M4 and later are more than 90 days.
BUCKETS = ("current", "M1", "M2", "M3", "M4", "M5", "M6", "M7+", "charged off")

#: Why the first payment of a spell of lateness was missed, the one that names a default.
CAUSES = (
    "none",
    "forgot",          # could pay, did not think of it
    "chose",           # could pay, stopped paying on purpose
    "job loss",        # no work this month
    "unplanned expense",
    "limit cut",       # the credit lost to cuts would have covered the shortfall
    "income dip",      # earned less than the permanent wage, and that was the difference
    "debt service",    # bills are more than the budget carries, nothing else happened
    "locked out",      # could pay, the lender's system was down
)
SEGMENTS = {
    "age": ("18-24", "25-29", "30-39", "40-49", "50+"),
    "income": ("lowest fifth", "second fifth", "third fifth", "fourth fifth", "highest fifth"),
    "lenders": ("0", "1", "2", "3", "4+"),
}


@dataclass(frozen=True)
class Column:
    """One column of a result table: name, DuckDB type, unit and meaning."""

    name: str
    type: str
    unit: str
    meaning: str


def _columns(*rows) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_KEYS = _columns(("month", "DATE", "first of month", "calendar month"))
_LINE_KEYS = _KEYS + _columns(
    ("platform", "VARCHAR", "name", "platform"),
    ("product", "VARCHAR", "name", "product of that platform"),
)

#: Stocks and flows per product, summed over borrowers inside the pass; order is the order in the tally.
BOOK = _columns(
    ("accounts", "BIGINT", "lines", "lines open or frozen at month end"),
    ("accounts_with_balance", "BIGINT", "lines", "of these, with a balance"),
    ("limit_fen", "BIGINT", "fen", "sum of limits"),
    ("balance_fen", "BIGINT", "fen", "balance, charged-off debt excluded"),
    ("current_fen", "BIGINT", "fen", "balance of lines that are not past due"),
    ("m1_fen", "BIGINT", "fen", "balance of lines 1-30 days past due"),
    ("m2_fen", "BIGINT", "fen", "balance of lines 31-60 days past due"),
    ("m3_fen", "BIGINT", "fen", "balance of lines 61-90 days past due"),
    ("m4_fen", "BIGINT", "fen", "balance of lines more than 90 days past due"),
    ("due_fen", "BIGINT", "fen", "minimum payments due this month, arrears included"),
    ("paid_fen", "BIGINT", "fen", "payments received"),
    ("claims_fen", "BIGINT", "fen", "charged-off claims still owed"),
    ("removed_limit_fen", "BIGINT", "fen", "limit taken away by cuts this month"),
    ("added_limit_fen", "BIGINT", "fen", "limit given by raises and restorations this month"),
    ("policy_cut_fen", "BIGINT", "fen", "part of the limit taken away that a policy asked for"),
    ("policy_cut_accounts", "BIGINT", "lines", "lines that a policy cut this month"),
    ("applications", "BIGINT", "applications", "applications received"),
    ("approvals", "BIGINT", "applications", "applications approved"),
    ("defaults", "BIGINT", "lines", "lines that became more than 90 days past due this month"),
    ("default_fen", "BIGINT", "fen", "their balance: exposure at default"),
    ("charge_offs", "BIGINT", "lines", "lines charged off"),
    ("bills", "BIGINT", "lines", "lines with something to pay this month"),
    ("bills_in_time", "BIGINT", "lines", "of these, paid at least the minimum in time"),
    ("necessities_fen", "BIGINT", "fen", "necessities bought on the line"),
    ("converted_fen", "BIGINT", "fen", "bills turned into instalments by people who could not pay them"),
    ("manual", "BIGINT", "applications", "applications decided by people"),
    ("frauds", "BIGINT", "applications", "applications by people who mean never to pay"),
    ("frauds_caught", "BIGINT", "applications", "of these, stopped by checks"),
    ("false_rejects", "BIGINT", "applications", "honest applications refused by checks of identity"),
    ("fraud_loss_fen", "BIGINT", "fen", "charged off on lines of people who meant never to pay"),
    ("first_payment_defaults", "BIGINT", "lines", "defaults of lines opened at most five months before"),
    ("suspensions", "BIGINT", "lines", "lines suspended by the monitor"),
    ("false_suspensions", "BIGINT", "lines", "of these, lines of honest people"),
    ("locked_out", "BIGINT", "lines", "lines with a balance that a system failure made impossible to pay"),
    ("warnings", "BIGINT", "lines", "lines reviewed out of turn for a warning sign"),
    ("late_accounts", "BIGINT", "lines", "lines late at the start of the month"),
    ("plan_requests", "BIGINT", "lines", "requests for a hardship plan"),
    ("plans_extended", "BIGINT", "lines", "plans agreed that only extend"),
    ("plans_relieved", "BIGINT", "lines", "plans agreed that write interest down"),
    ("worked_out", "BIGINT", "lines", "bad debts settled in a workout"),
    ("extended_broken", "BIGINT", "lines", "plans that only extend and were broken: re-default"),
    ("relieved_broken", "BIGINT", "lines", "plans with a write-down that were broken: re-default"),
    ("lines_left", "BIGINT", "lines", "lines closed by people who lost trust"),
    ("trust", "BIGINT", "percent", "sum of trust over accounts"),
    ("complaints", "BIGINT", "complaints", "complaints that reached the platform"),
    ("escalations", "BIGINT", "complaints", "complaints that went to the authorities"),
    ("wrongful_fees_fen", "BIGINT", "fen", "late fees charged in error"),
    ("cash_drawn_fen", "BIGINT", "fen", "cash drawn this month"),
    ("plan_fen", "BIGINT", "fen", "balance of lines in a hardship plan, less than 30 days past due: late debt rewritten"),
)
PLATFORM_COLUMNS = _columns(
    ("delinquency", "DOUBLE", "share of balance", "platform's 30+ days delinquency (all its products)"),
    ("tightening", "DOUBLE", "score points", "how much the platform's thresholds stand above normal"),
    ("spread", "DOUBLE", "per year", "platform's funding rate above normal"),
    ("capital_fen", "BIGINT", "fen", "platform's capital"),
    ("lending", "BOOLEAN", "yes or no", "platform takes new business"),
    ("provisions_fen", "BIGINT", "fen", "platform's own part of expected losses set aside"),
    ("reputation", "DOUBLE", "share", "platform's reputation, 1 is unblemished"),
    ("fear", "DOUBLE", "share", "fear among the platform's investors"),
    ("funds_fen", "BIGINT", "fen", "what investors have left with the platform"),
    ("alarm", "BOOLEAN", "yes or no", "platform's early warning was given"),
    ("complaints_open", "DOUBLE", "complaints", "platform's complaints not answered yet"),
)

#: One number each for the whole market, summed inside the pass; order is the order in the tally.
ECONOMY = _columns(
    ("borrowers", "BIGINT", "people", "population"),
    ("employed", "BIGINT", "people", "with work this month"),
    ("cash_fen", "BIGINT", "fen", "money that borrowers hold"),
    ("income_fen", "BIGINT", "fen", "income received"),
    ("hand_to_mouth", "BIGINT", "people", "month-end cash under half a month of wage"),
    ("online_borrowers", "BIGINT", "people", "owe money to at least one online platform"),
    ("online_two_or_more", "BIGINT", "people", "owe money to two or more online platforms"),
    ("lenders_total", "BIGINT", "count", "sum over people of platforms owed to"),
    ("in_default", "BIGINT", "people", "have a default on the bureau's record"),
    ("short", "BIGINT", "people", "needs exceed cash and usable purchase credit this month"),
    ("short_fen", "BIGINT", "fen", "by how much, before other help is sought"),
    ("missed_for_want", "BIGINT", "people", "still short after cash lines, new lines and family: a payment is missed"),
    ("unmet_fen", "BIGINT", "fen", "what they are still short of: unmet need for credit"),
    ("rolled_fen", "BIGINT", "fen", "cash drawn from open and new lines by people who were short"),
    ("cut_wants_fen", "BIGINT", "fen", "wants given up against normal"),
    ("policy_cut_people", "BIGINT", "people", "people whose limit a policy cut this month"),
    ("privacy_harm", "BIGINT", "cases", "decisions taken on friends' or spending data, and people whose data leaked"),
    ("opted_out", "BIGINT", "people", "people who withdrew consent to the use of their data"),
    ("taught", "BIGINT", "people", "people reached by lessons on credit this month"),
    ("delinquent", "BIGINT", "people", "have a line more than 90 days past due, or charged off and still owed"),
    ("delinquent_two_or_more", "BIGINT", "people", "of these, at two or more platforms"),
    ("registrations", "BIGINT", "count", "sum over these people of the platforms at which they have one"),
    ("holders_four_or_more", "BIGINT", "people", "hold lines of four or more platforms"),
    ("holders_four_drawn_fen", "BIGINT", "fen", "cash that these drew this month"),
    ("cash_four_or_more", "BIGINT", "people", "drew cash at four or more platforms this month"),
    ("one_drawn_fen", "BIGINT", "fen", "cash that holders of four or more drew who drew at one platform alone"),
    ("one_bought_fen", "BIGINT", "fen", "what these bought on lines this month and have not been billed for"),
)
MERCHANT_COLUMNS = _columns(
    ("merchants_open", "BIGINT", "merchants", "open for business"),
    ("merchant_staff", "BIGINT", "people", "modelled people on merchants' payrolls"),
    ("layoffs_planned", "DOUBLE", "people", "staff that merchants will lay off next month"),
    ("merchants_closed", "BIGINT", "merchants", "closed this month for want of cash"),
    ("merchants_accepting", "BIGINT", "merchants", "open, and take purchase lines next month"),
    ("merchant_sales_fen", "BIGINT", "fen", "sales of all merchants"),
    ("accepting_sales_fen", "BIGINT", "fen", "sales of those that take purchase lines"),
    ("receivable_fen", "BIGINT", "fen", "sales on lines for which merchants have not been paid yet"),
    ("stock_outs", "BIGINT", "merchants", "lost sales because they could not pay for stock"),
    ("lost_sales_fen", "BIGINT", "fen", "sales lost so"),
    ("merchant_limit_fen", "BIGINT", "fen", "limits of merchants' working-capital lines"),
    ("merchant_advances_fen", "BIGINT", "fen", "owed on these lines"),
    ("violations", "BIGINT", "merchants", "fined this month for a breach of data and privacy rules"),
)

SEGMENT = _columns(
    ("people", "BIGINT", "people", "people in the segment"),
    ("people_with_debt", "BIGINT", "people", "with a balance on any line"),
    ("balance_fen", "BIGINT", "fen", "what they owe, charged-off debt excluded"),
    ("in_default", "BIGINT", "people", "in default"),
    ("defaults", "BIGINT", "people", "who went into default this month for the first time"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "monthly": _LINE_KEYS + BOOK + PLATFORM_COLUMNS,
    "economy": _KEYS + ECONOMY + MERCHANT_COLUMNS,
    "segments": _KEYS + _columns(
        ("kind", "VARCHAR", "age, income or lenders", "how people are divided: age (which stands still), income at the first month, platforms owed to last month"),
        ("segment", "VARCHAR", "name", "the segment"),
    ) + SEGMENT,
    "transitions": _LINE_KEYS + _columns(
        ("from_bucket", "VARCHAR", "bucket", "months past due at the end of last month"),
        ("to_bucket", "VARCHAR", "bucket", "months past due at the end of this month"),
        ("accounts", "BIGINT", "lines", "lines that had a balance at the end of last month and moved so"),
        ("balance_fen", "BIGINT", "fen", "their balance at the end of last month"),
    ),
    "defaults": _LINE_KEYS + _columns(
        ("borrower", "INTEGER", "id", "the person, the same in every world of one seed"),
        ("balance_fen", "BIGINT", "fen", "exposure at default"),
        ("limit_fen", "BIGINT", "fen", "limit at default"),
        ("cause", "VARCHAR", "cause", "why the first payment of this spell was missed"),
        ("first", "BOOLEAN", "yes or no", "the person had never been in default before"),
        ("policy_cut", "BOOLEAN", "yes or no", "a policy had cut one of this person's lines in the twelve months before"),
        ("months_on_book", "TINYINT", "months", "age of the line, at most 120"),
        ("age", "TINYINT", "years", "age, which stands still"),
        ("income", "VARCHAR", "fifth", "fifth of income at the first month"),
        ("lenders", "TINYINT", "count", "platforms owed to at the end of last month"),
        ("lenders_before", "TINYINT", "count", "platforms owed to at the end of the month before the policy began"),
    ),
    "flows": _LINE_KEYS + _columns(
        ("flow", "VARCHAR", "name", "what was paid for"),
        ("payer", "VARCHAR", "sector", "who paid"),
        ("payee", "VARCHAR", "sector", "who was paid"),
        ("amount_fen", "BIGINT", "fen", "how much in the month"),
    ),
}
