"""The measures by which rules are judged: risks that a regulator wants to fall, and harms that borrowers bear."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One number by which rules are judged, as reform minus baseline or, for a risk, baseline minus reform."""

    name: str
    words: str  # what changes, as a column is headed
    unit: str
    amount: str  # so much of it, in a sentence
    digits: int  # worth printing
    meaning: str
    fen: str | None = None  # SQL that gives rows (world, seed, fen); None: counted in people, by ``compare``
    fall: bool = False  # whether a fall is what is wanted: the sign is turned round
    pronoun: str = "it"


_FLOW = "SELECT world, seed, {} AS fen FROM flows WHERE month >= $policy AND flow IN ({})"
_END = "SELECT world, seed, {} AS fen FROM monthly WHERE month = (SELECT max(month) FROM monthly)"
_LOST = "CASE WHEN flow = 'charge-offs' THEN amount_fen ELSE -amount_fen END"

#: What a regulator wants to fall. What people with three or more lenders owe is not among them: whoever defaults is
#: taken out of it by the charge-off, so that harm would pass for a fall in risk.
RISKS = (
    Measure(
        "losses",
        "lenders' credit losses",
        "yuan per borrower",
        "{} yuan of credit losses",
        0,
        "charge-offs less recoveries and sales of claims from the policy month on, plus balances more than 90 days late"
        " at the end, which are losses under way",
        _FLOW.format(_LOST, "'charge-offs', 'recoveries', 'sales of claims'") + " UNION ALL " + _END.format("m4_fen"),
        fall=True,
        pronoun="them",
    ),
    Measure(
        "debt",
        "debt at the end",
        "yuan per borrower",
        "{} yuan of debt",
        0,
        "what people owe at the end of the run, charged-off claims included, so that a charge-off lowers nothing",
        _END.format("balance_fen + claims_fen"),
        fall=True,
    ),
)

#: What a rule costs the people it is meant for; what it costs the state or the lenders is not harm here.
HARMS = (
    Measure(
        "defaults",
        "people in default",
        "per 1,000 borrowers",
        "{} people in default per 1,000",
        2,
        "people who default for the first time from the policy month on: caused less avoided",
    ),
    Measure(
        "consumption",
        "purchases given up",
        "yuan per borrower",
        "{} yuan of purchases given up",
        0,
        "what people no longer buy, in cash and on credit, here and abroad, from the policy month on",
        _FLOW.format("-amount_fen", "'purchases in cash', 'purchases on credit', 'purchases abroad'"),
    ),
    Measure(
        "unmet",
        "unmet need for credit",
        "yuan per borrower",
        "{} yuan of unmet need",
        0,
        "what people are short of for bills and necessities after every other help, month by month added up",
        "SELECT world, seed, unmet_fen AS fen FROM economy WHERE month >= $policy",
    ),
)
MEASURES = {measure.name: measure for measure in (*RISKS, *HARMS)}
