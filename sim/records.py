"""What a borrower, a line, a merchant, a platform and a product is: each field once, with unit and meaning.

A record is one element of a numpy structured array. Money is whole fen; small shares of a person's character are
single precision. Rules read them by name: ``borrower.cash += borrower.income``.
"""

from dataclasses import dataclass

import numpy as np

from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT


@dataclass(frozen=True)
class Field:
    """One field of a record: its name, numpy type, unit and meaning."""

    name: str
    type: str
    unit: str
    meaning: str


def _fields(*rows) -> tuple[Field, ...]:
    return tuple(Field(*row) for row in rows)


def _from_parameters(group) -> tuple[Field, ...]:
    return tuple(Field(p.name, "f8", p.unit, p.meaning) for p in group.values())


BORROWER = _fields(
    ("cash", "i8", "fen", "money at hand"),
    ("id", "i4", "index", "position in the population, the person's address in chance"),
    ("wage", "i4", "fen per month", "permanent part of earnings"),
    ("income", "i4", "fen", "income of this month"),
    ("employer", "i4", "merchant", "who employs the person; -1 is the outside economy"),
    ("lost_headroom", "i4", "fen", "unused credit that limit cuts took away, fading by a sixth a month"),
    ("policy_cut_month", "i2", "month", "when a policy last cut one of the person's limits, -1000 if never"),
    ("last_opened", "i2", "month", "when the person's last new line was opened, -1000 if never"),
    ("taught", "f4", "share", "how much of a lesson on credit is still remembered"),
    ("record_sight", "f4", "share", "share of lenders to whom the default on record was reported"),
    ("buffer_target", "f4", "months of wage", "cash that the person likes to hold"),
    ("appetite", "f4", "multiple", "a revolver's target use of credit against the product's; 0 for those who pay in full"),
    ("openness", "f4", "multiple", "how readily the person takes up credit, 1 on average"),
    ("impulse", "f4", "share of normal wants", "wants bought even when the budget says no"),
    ("stigma", "f4", "share", "how much shame and fear hold the person back from choosing to default"),
    ("credit_share", "f4", "share of spending", "spending put on purchase lines"),
    ("age", "u1", "years", "age; it stands still, since the population is kept stationary"),
    ("quintile", "u1", "0-4", "quintile of income at the first month"),
    ("jobless", "u1", "months", "months without work, 0 for the employed"),
    ("lenders", "u1", "count", "platforms to which the person owed money at the end of last month"),
    ("lenders_before", "u1", "count", "the same, at the end of the month before the policy studied begins"),
    ("cash_lenders", "u1", "count", "platforms at which the person drew cash last month"),
    ("bad_record", "u1", "months", "months that a default stays on the bureau's record; above 0 is being in default"),
    ("friends_in_default", "u2", "count", "friends in default, published last month"),
    ("ever_in_default", "u1", "0 or 1", "has ever had a line more than 90 days past due"),
    ("record_shown", "u1", "0 or 1", "the bureau shows the default, published last month"),
    ("inquiries", "u1", "count", "applications of recent months; a third is forgotten each month"),
    ("exposed", "u1", "0 or 1", "a leak has exposed the person's data"),
)

LINE = _fields(
    ("limit", "i4", "fen", "most that may be owed"),
    ("revolving", "i4", "fen", "billed and unpaid; on a charged-off line the claim that is left"),
    ("purchases", "i4", "fen", "bought this month, not yet billed"),
    ("instalment", "i4", "fen", "principal still to be billed in instalments"),
    ("due", "i4", "fen", "what must be paid this month; after payment, what is past due"),
    ("drawn", "i4", "fen", "cash drawn this month"),
    ("limit_before", "i4", "fen", "limit before it was cut, 0 if it has not been"),
    ("reported", "i4", "fen", "balance at the end of last month, which the bureau shows as far as it is reported"),
    ("cut_month", "i2", "month", "month of the last cut, -1 if none"),
    ("reported_cut", "i2", "month", "month of the last cut, as the bureau shows it; -1 if none"),
    ("markup", "i2", "basis points per year", "price of this line above the product's, set when it was opened"),
    ("state", "u1", "state", "0 none, 1 open, 2 frozen, 3 in a hardship plan, 4 charged off, 5 sold, 6 asked for, 7 closed"),
    ("months_past_due", "u1", "months", "how many monthly payments behind; on a charged-off line the age of the claim"),
    ("months_on_book", "u1", "months", "months since it was opened, at most 120"),
    ("instalments_left", "u1", "months", "months over which the instalment principal is still to be billed"),
    ("months_clean", "u1", "months", "months in a row without a late payment, at most 250"),
    ("cause", "u1", "cause", "why the first payment of the present spell of lateness was missed"),
    ("reported_late", "u1", "0, 1 or 2", "end of last month: 1 a payment was late, 2 charged off"),
    ("reported_clean", "u1", "months", "months without a late payment, at the end of last month"),
    ("aimed", "u1", "0 or 1", "a policy has cut this line"),
    ("contract", "u1", "version", "version of the fee schedule that was signed"),
    ("permissions", "u1", "bits", "1 spend, 2 pay by instalments, 4 draw cash"),
    ("trust", "u1", "percent", "trust in the lender; 100 is what people start with"),
    ("wait", "u1", "months", "months until an application is decided or a suspension ends"),
    ("relief", "u1", "percent", "interest that a hardship plan writes down"),
    ("on_trial", "u1", "0 or 1", "opened in the sandbox: its limit is not raised while that lasts"),
    ("settled", "u1", "0 or 1", "a workout has settled the claim: it is no longer on the register of those in default"),
    ("off_course", "u1", "0 or 1", "the lender no longer lends here what a baseline, on whose course people are held, has it lend"),
)

MERCHANT = _fields(
    # --- the shop ---
    ("id", "i4", "index", "position, the merchant's address in chance"),
    ("alive", "u1", "0 or 1", "open for business"),
    ("accepts", "u1", "0 or 1", "takes purchase lines next month"),
    # --- sales ---
    ("sales", "i8", "fen", "sales of last month, modelled customers and others"),
    ("smooth_sales", "f8", "fen per month", "smoothed sales, in wages of the first month"),
    ("norm_sales", "f8", "fen per month", "what smoothed sales were in the calm year after the founding"),
    ("outside_sales", "i8", "fen per month", "normal sales to customers that are not modelled"),
    ("lost_sales", "i8", "fen", "sales lost this month for want of stock"),
    ("receivable", "i8", "fen", "sales on lines for which platforms have not paid yet"),
    # --- cost and money ---
    ("cash", "i8", "fen", "money at hand"),
    ("margin", "f8", "share of sales", "net margin that the owner works with"),
    ("goods_share", "f8", "share of sales", "cost of goods"),
    ("fixed_cost", "i8", "fen per month", "rent and other costs that do not follow sales"),
    ("buffer", "i8", "fen", "cash that the owner likes to have at hand"),
    ("advance", "i8", "fen", "owed to a platform on the working-capital line"),
    ("credit_limit", "i8", "fen", "most that may be owed on it"),
    # --- staff ---
    ("staff", "i4", "count", "modelled people who worked here last month"),
    ("norm_staff", "i4", "count", "modelled staff at founding"),
    ("layoff_share", "f8", "share of staff", "staff to be laid off next month"),
    ("vacancies", "f8", "people", "staff it would hire next month"),
    # --- what happened this month ---
    ("closed", "u1", "0 or 1", "closed this month"),
    ("violated", "u1", "0 or 1", "was fined this month for a breach of data and privacy rules"),
)

PLAN = _fields(
    # --- needs and wants ---
    ("essentials", "i8", "fen", "necessities and unplanned expense of this month, after belts are tightened"),
    ("expense", "i8", "fen", "unplanned expense"),
    ("wants", "i8", "fen", "what else the person would like to buy"),
    ("normal_wants", "i8", "fen", "wants in a month without pressure"),
    ("saved", "i8", "fen", "cash to be moved to assets that are not modelled"),
    # --- bills ---
    ("minimum", "i8", "fen", "minimum payments due on all lines"),
    ("pressure", "f8", "share", "how hard late bills are being collected from the person"),
    ("locked", "i8", "bits", "products whose system fails for this person this month"),
    ("excused", "i8", "bits", "products on which a payment missed this month does not count as late"),
    # --- means ---
    ("room", "i8", "fen", "unused credit on open purchase lines"),
    ("reserved", "i8", "fen", "unused purchase credit that necessities count on"),
    ("acceptance", "f8", "share of spending", "spending that open purchase lines can pay for"),
    ("scenes", "f8", "share of necessities", "necessities that open purchase lines can pay for"),
    ("short", "i8", "fen", "needs less means; negative is slack"),
    ("asked", "i8", "bits", "products applied for this month"),
    ("sight", "f8", "share", "best reporting among the lenders to whom the person is in default; -1 if there is none"),
    ("left", "i8", "bits", "products for whose bills no cash is raised, and which are paid last"),
    ("apart", "i8", "bits", "products on which the person keeps to the course of a baseline world"),
)

PLATFORM_STATE = _fields(
    # --- business ---
    ("state", "i8", "state", "0 lending, 1 stopped lending, 2 failed"),
    ("banned", "i8", "0 or 1", "a rule forbids new business"),
    ("book", "i8", "fen", "balance of all its lines, without charged-off ones"),
    ("cash", "i8", "fen", "cash position against funders: negative is funding drawn"),
    ("capital", "i8", "fen", "own capital"),
    ("provisions", "i8", "fen", "own part of expected losses set aside"),
    ("payable", "i8", "fen", "owed to merchants for sales on its lines"),
    ("advanced", "i8", "fen", "working capital that merchants owe to it"),
    # --- thresholds and warning ---
    ("delinquency", "f8", "share of balance", "balance 30 or more days past due, at the end of last month"),
    ("tightening", "f8", "score points", "how much its thresholds stand above normal"),
    ("control", "f8", "score points", "part of the thresholds that steers delinquency into its band"),
    ("new_arrears", "f8", "share of balance", "normal share of the balance that falls 1-30 days late in a month"),
    ("indicator", "f8", "multiple", "new arrears against normal, at the end of last month"),
    ("alarm", "i8", "0 or 1", "an early warning was given last month"),
    # --- funding, reputation and investors ---
    ("spread", "f8", "per year", "funding rate above its normal price"),
    ("reputation", "f8", "share", "1 is unblemished"),
    ("funds", "i8", "fen", "what investors have left with it"),
    ("fear", "f8", "share", "fear among its investors"),
    # --- security, service and collection ---
    ("outage", "i8", "0 or 1", "its system fails this month"),
    ("leak", "f8", "share", "clients whose data leak this month"),
    ("attends", "i8", "0 or 1", "something happens to its lines this month beside billing and review"),
    ("evasion", "f8", "share", "how well rings have learned to evade its checks"),
    ("complaints_open", "f8", "complaints", "complaints not answered yet"),
    ("service", "f8", "share", "complaints answered rightly in the month they come, published last month"),
    ("call_reach", "f8", "share", "calls wanted that capacity allows, published last month"),
    ("plan_reach", "f8", "share", "requests for plans that capacity allows, published last month"),
)

PRODUCT_STATE = _fields(
    ("platform", "u1", "platform", "index of the platform that offers it"),
    ("usual_rate", "f8", "per month", "interest on a carried balance at the founding"),
    ("usual_instalment_rate", "f8", "per month", "interest on instalment principal at the founding"),
    ("most_rate", "f8", "per month", "cap in force on the price of a line, risk included"),
    ("cash_squeeze", "f8", "share", "how far the market's index of cash limits stands below 1"),
    ("age_from", "f8", "years", "youngest age to which it may be offered under the rules in force"),
)

RULES = _from_parameters(BEHAVIOUR) + _fields(
    ("month", "i8", "months", "months since the first month of the run, 0 for the first"),
    ("wage_level", "f8", "multiple", "wages in general against those of the first month"),
    ("founding", "u8", "key", "chance of the founding, which addresses lasting traits"),
    ("contract", "i8", "version", "version of the fee schedules that new lines sign"),
)

RESULT = _fields(
    ("product", "i8", "product", "the platform's first product, under which its costs are posted"),
    ("book", "i8", "fen", "balance at month end"),
    ("new_arrears", "i8", "fen", "balance 1-30 days late"),
    ("late", "i8", "fen", "balance 30 or more days late"),
    ("in_default", "i8", "fen", "balance more than 90 days late"),
    ("placed", "i8", "fen", "commissions paid to third parties that collect"),
    ("earned", "i8", "fen", "interest, fees, recoveries and what claims sold for"),
    ("lost", "i8", "fen", "charge-offs, thefts, refunds and commissions"),
    ("cash_flow", "i8", "fen", "net cash from borrowers, merchants and others"),
    ("accounts", "i8", "lines", "lines on the book"),
    ("late_accounts", "i8", "lines", "lines late at the start of the month"),
    ("applications", "i8", "applications", "received"),
    ("approvals", "i8", "applications", "approved"),
    ("manual", "i8", "applications", "decided by people"),
    ("complaints", "i8", "complaints", "that reached the platform"),
    ("escalations", "i8", "complaints", "that went to the authorities"),
    ("plan_requests", "i8", "lines", "requests for a hardship plan"),
    ("frauds", "i8", "applications", "by people who mean never to pay"),
    ("frauds_caught", "i8", "applications", "of these, stopped by checks"),
)

GIVEN = _fields(
    ("age", "i2", "years", "age; here and below -1 is not known"),
    ("wage", "i4", "fen per month", "permanent part of earnings"),
    ("employed", "i1", "0 or 1", "has work"),
    ("cash", "i8", "fen", "money at hand"),
    ("revolves", "i1", "0 or 1", "pays the minimum and lets the rest revolve"),
)

GIVEN_LINE = _fields(
    ("limit", "i4", "fen", "most that may be owed; 0 without a balance is a line that is not held; -1 is not known"),
    ("balance", "i4", "fen", "what is owed; -1 is not known"),
    ("months_past_due", "i2", "months", "how many monthly payments behind; -1 is not known, and counts as none"),
)

CUT, NOTICE, LESSON = range(3)  # what the regulator aims at people: a cut, the announcement of one, a lesson
AIM = _fields(
    ("kind", "i8", "kind", "what happens: 0 a limit is cut, 1 a cut is announced, 2 people are taught"),
    ("share", "f8", "share", "of the limit that is taken off this month, or of the people who are reached"),
    ("product", "i8", "product", "aimed at; -1 for none"),
    ("age_from", "i8", "years", "youngest age aimed at"),
    ("age_below", "i8", "years", "aimed at people younger than this"),
    ("lenders_at_least", "i8", "count", "aimed at people who owe this many platforms or more"),
    ("score_below", "f8", "score", "aimed at people whose score is below this"),
)

PAGE = _fields(
    ("spent", "i4", "fen", "bought this month, in cash and on lines"),
    ("charged", "i4", "fen", "cost of credit: interest and fees charged this month"),
    ("written_off", "i4", "fen", "what lenders lost on the person this month: charge-offs less recoveries"),
    ("family", "i4", "fen", "help from family"),
    ("unmet", "i4", "fen", "what was still missing after cash lines, new lines and family"),
    ("refused", "u1", "count", "applications made this month that were not approved"),
)

USE = _fields(
    ("held", "u1", "0 or 1", "the line was on the book when the month began"),
    ("applied", "u1", "0 or 1", "the person applied for it this month"),
    ("drawn", "i4", "fen", "cash drawn"),
    ("bought", "i4", "fen", "put on the line at merchants"),
    ("abroad", "i4", "fen", "put on the line abroad"),
    ("paid", "i4", "fen", "paid"),
)

EVENT = _fields(
    ("borrower", "i4", "id", "who defaulted"),
    ("product", "i4", "product", "on which line"),
    ("balance", "i4", "fen", "exposure at default"),
    ("limit", "i4", "fen", "limit at default"),
    ("lenders", "u1", "count", "platforms owed to at the end of last month"),
    ("cause", "u1", "cause", "why the first payment of the spell was missed"),
    ("first", "u1", "0 or 1", "had never been in default before"),
    ("policy_cut", "u1", "0 or 1", "a policy cut a line of this person in the twelve months before"),
    ("months_on_book", "u1", "months", "age of the line"),
)


def dtype(*groups) -> np.dtype:
    """The numpy type of a record made of one or more groups of fields, aligned for speed."""
    fields = [field for group in groups for field in group]
    return np.dtype([(field.name, field.type) for field in fields], align=True)


BORROWER_DTYPE = dtype(BORROWER)
LINE_DTYPE = dtype(LINE)
MERCHANT_DTYPE = dtype(MERCHANT)
PLATFORM_DTYPE = dtype(PLATFORM_STATE, _from_parameters(PLATFORM))
PRODUCT_DTYPE = dtype(PRODUCT_STATE, _from_parameters(PRODUCT))
RULES_DTYPE = dtype(RULES)
PLAN_DTYPE = dtype(PLAN)
AIM_DTYPE = dtype(AIM)
RESULT_DTYPE = dtype(RESULT)
EVENT_DTYPE = dtype(EVENT)
PAGE_DTYPE = dtype(PAGE)
USE_DTYPE = dtype(USE)
GIVEN_DTYPE = dtype(GIVEN)
GIVEN_LINE_DTYPE = dtype(GIVEN_LINE)


def blank(size, record_type: np.dtype) -> np.recarray:
    """Records of zeros, as a record array: ``blank(n, LINE_DTYPE)`` or ``blank((n, lines), LINE_DTYPE)``."""
    return np.zeros(size, record_type).view(np.recarray)
