"""The levers: what a dated change can move, each once, with unit, range, meaning, neutral value and source.

A lever is data: whose terms it moves, which field, and how it combines with what holds already (the least counts, the
most counts, they add up, ...), so that several changes can hold at once and their order does not matter.
"""

from dataclasses import dataclass

import numpy as np

from sim.parameters import MOST_KINDS, NO_CAP, YEAR

ANY_RATE = 10.0  # per year: a cap on rates as high as this is none


def _combined(combine):
    """A maker of effects: ``least("term", monthly)`` moves a field of the records aimed at to min(field, value / 12)."""

    def maker(field, of=lambda value: value):
        def effect(records, where, value, rules):
            put(records, field, where, combine(at(records, field, where), of(value)))

        effect.field = field
        return effect

    return maker


def at(records, field, where):
    """A field of the records aimed at; of the rules, which are one record, if ``where`` is None."""
    return records[field] if where is None else records[field][..., where]


def put(records, field, where, new):
    """Write a field of the records aimed at."""
    if where is None:
        records[field] = new
    else:
        records[field][..., where] = new


least, most, plus = _combined(np.minimum), _combined(np.maximum), _combined(np.add)
times, becomes = _combined(np.multiply), _combined(lambda old, new: new)


def monthly(value):
    """A yearly rate, by the month."""
    return value / YEAR


def price_cap(value):
    """A cap on yearly rates, by the month, for prices that are yet to be set."""
    return NO_CAP if value >= ANY_RATE else value / YEAR


def rest(value):
    """What a share leaves."""
    return 1.0 - value


def one_in(value):
    """The share that is one in so many."""
    return 1.0 / value


def double(value):
    """Twice a share, at most everything."""
    return min(1.0, 2.0 * value)


def _fees_within(terms, where, most_fees):
    """Late fee and penalty together stay within so much a month; the late fee is charged first."""
    fee = np.minimum(at(terms, "late_fee", where), np.maximum(0.0, most_fees))
    put(terms, "late_fee", where, fee)
    put(terms, "penalty_rate", where, np.minimum(at(terms, "penalty_rate", where), np.maximum(0.0, most_fees - fee)))


def cap_charges(terms, where, value, rules):
    """Interest, late fee and penalty of a month together stay within the yearly cap."""
    _fees_within(terms, where, value / YEAR - at(terms, "monthly_rate", where))


def cap_late_fees(terms, where, value, rules):
    """Late fee and penalty of a month together stay within the cap."""
    _fees_within(terms, where, value)


def lift_wants(rules, where, value, _):
    """Campaigns add up; nobody wants less than nothing, or more than three times the normal."""
    rules.wants_lift = min(2.0, max(-1.0, rules.wants_lift + value))


def win_taste(terms, where, value, rules):
    """A product that costs a share less is asked for more: taste / (1 - share) ^ elasticity."""
    put(terms, "taste", where, at(terms, "taste", where) * (1.0 - value) ** -float(rules.price_elasticity))


@dataclass(frozen=True)
class Lever:
    """One thing that a change can move: unit, range, neutral value, what it does, whom it can be aimed at, source."""

    name: str
    unit: str
    low: float
    high: float
    neutral: float | None  # the value at which it does nothing; None: it replaces a term by another
    effects: tuple  # functions of (records, where, value, rules), applied in this order
    meaning: str
    source: str
    moves: str  # "rules", "products", "contracts" (terms of new contracts only), "platforms" or "people"
    aims_at: tuple[str, ...]  # which of "platform", "product", "who" it understands

    @property
    def once(self) -> bool:
        """It happens in a month, or over its phase-in; the others hold until they end."""
        return self.moves == "people"

    @property
    def whole(self) -> bool:
        """Only whole numbers make sense."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def grows(self) -> bool:
        """It can be phased in: from nothing, 0 or 1, in small steps."""
        return self.neutral in (0, 1) and not self.whole

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that its simple effects move."""
        return tuple(effect.field for effect in self.effects if hasattr(effect, "field"))


_AIMS = {"rules": (), "products": ("platform", "product"), "contracts": ("platform", "product"),
         "platforms": ("platform",), "people": ("platform", "product", "who")}  # fmt: skip


def _levers(moves: str, *rows) -> dict[str, Lever]:
    return {row[0]: Lever(*row, moves=moves, aims_at=_AIMS[moves]) for row in rows}


J, X = "judgement", "hypothetical"

#: Levers act in this order; of one lever, the changes that began earlier act first.
LEVERS = _levers(
    "people",
    ("limit_cut", "share of limit", 0.0, 1.0, 0.0, (), "take this share off the limits of the lines aimed at, once or in equal steps; good conduct restores it", "R11"),
) | {
    "education": Lever("education", "share of people", 0.0, 1.0, 0.0, (), "teach credit to this share of the people aimed at, once or in equal steps; lessons fade", X, "people", ("who",)),
} | _levers(
    "rules",
    # --- what a person may owe, and how fast ---
    ("income_cap", "share of annual income", 0.0, 10.0, NO_CAP, (least("income_cap"),), "a person's online limits together may not grow past this share of annual income; unused credit above it goes; once announced, nothing new beyond it is given", "R10"),
    ("credit_cap", "yuan", 0.0, 1e7, NO_CAP, (least("credit_cap"),), "a person's online limits together may not grow past this many yuan; unused credit above it goes; once announced, nothing new beyond it is given", "R9, R10"),
    ("debt_service_cap", "share of monthly income", 0.0, 10.0, NO_CAP, (least("debt_service_cap"),), "no new line for people whose bills at all lenders are above this share of income", X),
    ("lender_cap", "lenders", 1, MOST_KINDS, MOST_KINDS, (least("lender_cap"),), "no new line for people who hold lines at so many lenders already", X),
    ("multi_lender_limit", "share of lenders", 0.0, 1.0, 1.0, (least("multi_lender_limit"),), "of the lenders that see it this share leaves the limit to people who draw cash at many lenders; the others take all of it", "KR-multi"),
    ("cooling_off", "months", 0, 60, 0, (most("cooling_off"),), "months that must pass between two new lines of a person", X),
    ("cut_speed_limit", "share of limit", 0.0, 1.0, 1.0, (least("cut_speed_limit"),), "most that a lender may take off a limit at once", X),
    # --- conduct ---
    ("contact_cap", "calls", 0.0, 100.0, NO_CAP, (least("contact_cap"),), "most collection calls that a late borrower may get in a month", "R3 (sign), hypothetical"),
    ("moratorium", "share of borrowers", 0.0, 1.0, 0.0, (most("moratorium"),), "payments of this share of borrowers are suspended", X),
    ("complaint_channel", "share", 0.0, 1.0, 0.0, (most("channel_visibility"),), "at least this share of people with a complaint find the lender's channel", X),
    ("workouts", "share of people per month", 0.0, 1.0, 0.0, (most("workout_hazard"),), "this share of those in default has all bad debts settled together, and leaves the register", "KR-workouts"),
    # --- data ---
    ("data_limit", "share", 0.0, 1.0, 0.0, (most("data_limit"),), "part of personal data (spending, behaviour, friends) that lenders may not use", X),
    ("record_retention", "months", 1, 60, NO_CAP, (least("bureau_memory"),), "no default stays on record longer than this", "Bos and Nakamura (another country)"),
    ("common_data", "share", 0.0, 1.0, 0.0, (most("common_score"),), "at least this part of the score's error is shared, since lenders must use the same data", X),
    ("industry_warning", "share", 0.0, 1.0, 0.0, (most("pooled_warning"),), "at least this weight of the industry's indicator in a platform's early warning", X),
    # --- room for innovation, news, demand, the macro path ---
    ("sandbox", "share of borrowers", 0.0, 1.0, 0.0, (most("sandbox"),), "people admitted to the sandbox, where thresholds are lower and limits small", X),
    ("news_shock", "share", 0.0, 5.0, 0.0, (most("news_shock"),), "fear put into platforms' investors from outside", X),
    ("campaign", "share of wants", 0.0, 1.0, 0.0, (lift_wants,), "people want this much more than normal; afterwards part of it is missing for as long", X),
    ("job_loss_multiple", "multiple", 0.0, 10.0, 1.0, (times("job_loss_multiple"),), "macro path: job losses against normal times", "H7, X2"),
    ("benefit", "share of wage", 0.0, 1.0, 0.0, (most("benefit_share"),), "people without work receive at least this share of their wage", X),
) | _levers(
    "contracts",
    ("new_rate", "per year", 0.0, 1.2, None, (becomes("instalment_rate", monthly), becomes("monthly_rate", monthly)), "interest in contracts signed from then on; old ones keep theirs", X),
    ("new_late_fee", "share of overdue per month", 0.0, 0.1, None, (becomes("late_fee"),), "late fee in contracts signed from then on; old ones keep theirs", X),
) | _levers(
    "products",
    ("launch", "share of price", 0.0, 0.95, 0.0, (times("monthly_rate", rest), times("instalment_rate", rest), win_taste), "a cheaper variant: this share off its rates, and more people ask for it; rivals may copy it", X),
    ("rate_cap", "per year", 0.0, ANY_RATE, ANY_RATE, (least("monthly_rate", monthly), least("instalment_rate", monthly), least("most_rate", price_cap), cap_charges), "no product may charge more than this in interest and late fees", "R3, R8, R17"),
    ("late_fee_cap", "share of overdue per month", 0.0, 0.2, NO_CAP, (cap_late_fees,), "late fee and penalty interest together may not exceed this", "R3 (sign), hypothetical"),
    ("minimum_payment", "share of bill", 0.0, 1.0, 0.0, (most("minimum_share"),), "no product may ask for less than this as minimum payment", "d'Astous and Shore 2017"),
    ("longest_term", "months", 1, 36, NO_CAP, (least("term"),), "no draw or instalment purchase may run longer", X),
    ("limit_ceiling", "yuan", 0.0, 1e6, NO_CAP, (least("limit_high"),), "no limit is set above this", "R9, R11"),
    ("purchases_only", "share", 0.0, 1.0, 0.0, (times("lends_cash", rest),), "take this share off what may be drawn as cash; 1 leaves purchases only", X),
    ("cash_limit", "index", 0.0, 1.0, 1.0, (most("cash_squeeze", rest),), "index of what may be drawn as cash: the lines that still lend any; each product follows it with its own power", "KR-limits"),
    ("age_ban", "years", 0, 100, 0, (most("age_from"),), "no new line for people younger than this", X),
    ("reporting_duty", "share", 0.0, 1.0, 0.0, (most("reporting"),), "at least this share of accounts is reported to the bureau", "R5, R15"),
    ("early_write_off", "share of lines in default", 0.0, 1.0, 0.0, (most("early_write_off"),), "this share of lines more than 90 days late is written off whatever its age, as at the end of a quarter", "KR-dips"),
    ("no_third_party_before", "months past due", 1, 120, 1, (most("placement_after"),), "no third party collects before a debt is so late", "R3 (sign), hypothetical"),
) | _levers(
    "platforms",
    # --- how they lend ---
    ("approval_shift", "score points", -1.0, 1.0, 0.0, (plus("approval"),), "added to the score at which an application is approved; above 0 is stricter", X),
    ("visibility", "share", 0.0, 1.0, 0.0, (most("sees"),), "lenders look at least at this share of the debt that others report", "R5 (sign), hypothetical"),
    ("platform_stop", "yes or no", 0, 1, 0, (most("banned"),), "no new lines and no draws; debts are run off", "R3 (sign), hypothetical"),
    # --- capital and funding ---
    ("co_funding", "share of loan", 0.0, 1.0, 0.0, (most("own_share"),), "platforms fund at least this share of each loan themselves", "R10, R12"),
    ("leverage_cap", "multiple of capital", 1.0, 1000.0, NO_CAP, (most("capital_required", one_in),), "the own part of the book may be at most so many times the capital", X),
    ("capital_trigger", "share of balance", 0.0, 1.0, 0.0, (most("capital_required"),), "platforms with less capital than this stop lending", X),
    ("provisioning", "share of late balance", 0.0, 1.0, 0.0, (most("provision_late"), most("provision_default", double)), "least provision for balances 30 to 90 days late; twice as much for later ones", X),
    ("rescue", "share of gap per month", 0.0, 1.0, 0.0, (most("rescue"),), "this part of a platform's missing capital is put in by a rescuer, after a failure too", "KR-exits"),
    ("base_rate", "per year", -0.2, 0.5, 0.0, (plus("funding_apr"),), "macro path: added to the price of platforms' funding", "LPR"),
    # --- those in trouble ---
    ("restructuring", "share of requests", 0.0, 1.0, 0.0, (most("plan_acceptance"),), "lenders accept at least this share of requests for a hardship plan", X),
    ("restructuring_months", "months", 1, 120, None, (becomes("plan_extension"),), "extension: months over which a hardship plan spreads the debt", "Dobbie and Song 2020 (another country)"),
    ("restructuring_relief", "share of interest", 0.0, 1.0, 0.0, (most("plan_relief"),), "write-down: least share of interest that a hardship plan takes off", "Dobbie and Song 2020 (another country)"),
    ("humane_collection", "share", 0.0, 1.0, 0.0, (most("tone"),), "collection is at least so humane", "R3 (sign), hypothetical"),
    # --- accidents ---
    ("data_leak", "share of months", 0.0, 1.0, 0.0, (most("leak_hazard"),), "months in which a platform's data leak; 1 is certain", X),
    ("outage", "share of months", 0.0, 1.0, 0.0, (most("outage_hazard"),), "months in which a platform's system fails; 1 is certain", X),
)  # fmt: skip

#: Levers that act on what the default market does not have: they change nothing while all of these are at their default.
NEEDS = {
    "contact_cap": ("calls",),
    "humane_collection": ("calls",),
    "no_third_party_before": ("placement_after",),
    "restructuring": ("plan_request_hazard",),
    "restructuring_months": ("plan_request_hazard",),
    "restructuring_relief": ("plan_request_hazard",),
    "complaint_channel": ("complaint_hazard",),
    "data_limit": ("score_behaviour", "score_spending", "uses_social"),
    "industry_warning": ("early_warning",),
    "news_shock": ("investors",),
}

#: What a reaction rule can follow, as published at the end of last month: unit and meaning.
INDICATORS = {
    "delinquency": ("share of balance", "balance 30 or more days past due, all lenders"),
    "in_default": ("share of people", "people with a default on the bureau's record"),
    "short": ("share of people", "people whose needs exceeded cash and usable purchase credit last month"),
    "spread": ("per year", "mean of platforms' funding rates above normal, weighted by balance"),
    "credit_growth": ("share", "balance against that of twelve months before; known from the thirteenth month"),
}
