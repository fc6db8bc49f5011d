"""The words of the report, for a reader in the first year of economics."""

GLOSSARY = (
    (
        "Baseline and reform",
        (
            "Two simulated worlds with the same people and the same luck, month by month. The only difference is the"
            " policy."
        ),
    ),
    (
        "Seed",
        (
            "The number that fixes everybody's luck. Each seed is one pair of worlds; the interval says how much the"
            " answer depends on luck."
        ),
    ),
    (
        "Paired difference",
        (
            "The reform minus the baseline within one seed. Luck that both worlds share cancels, so small effects can"
            " be seen."
        ),
    ),
    (
        "95 % interval",
        (
            "Student-t interval over paired seeds. If many such sets of seeds were drawn, 95 % of the intervals would"
            " cover the model's own answer. It says nothing about whether the model is right."
        ),
    ),
    (
        "Default",
        "A line more than 90 days past due. A person is counted at the first such line after a time without any.",
    ),
    (
        "Caused, avoided, excess",
        "Caused: default only in the reform. Avoided: default only in the baseline. Excess: caused minus avoided.",
    ),
    ("Line", "One product of one lender held by one person: a pay-later limit, a cash-loan limit, a card."),
    ("M1, M2, M3, M4", "How late a line is: 1-30 days, 31-60, 61-90, more than 90 days (M4 and later)."),
    (
        "30+ and 90+ delinquency",
        "Balance of lines more than 30 (90) days late, as a share of all balance, charged-off debt excluded.",
    ),
    (
        "Roll rate",
        "Of the balance that stood at one stage of lateness last month, the share that stands at the next stage now.",
    ),
    ("Charge-off", "The lender takes the debt off its books as lost; the claim against the person stays."),
    ("Claim", "Charged-off debt that is still owed. It may be recovered, in part, or sold."),
    ("Provision", "Capital that a lender sets aside for losses it expects on late debt."),
    (
        "Hardship plan",
        (
            "New terms for a line that is late: the debt is spread over more months (extension), and interest may be"
            " written down. A plan with two missed payments is broken."
        ),
    ),
    ("Suspension", "A line that may not be used for some months, because its transactions look wrong or a plan broke."),
    (
        "Pay-later",
        "A line that pays for purchases and asks for the money the month after, without interest until then.",
    ),
    (
        "Lever",
        "One thing that a rule can change, such as a cap on rates. A policy is a list of dated changes of levers.",
    ),
    (
        "Announced",
        (
            "Known before it holds. People draw on credit that will be cut, and lenders stop giving what a coming cap"
            " will forbid; other levers move nothing before their month."
        ),
    ),
    ("Reaction rule", "A change that holds only after a month in which an indicator was above, or below, a mark."),
    ("Early warning", "A lender's alarm: more of its balance than normal has just become late."),
    (
        "Sandbox",
        "A small group of people for whom thresholds are lower and limits small, so that losses are bounded.",
    ),
    ("Rollover", "Paying one lender with credit from another."),
    (
        "Channel",
        (
            "A way in which an effect spreads: the rule itself (direct), other debts of the same person (rollover),"
            " what lenders see (information), their funding, jobs, friends (peers), trust."
        ),
    ),
    (
        "Channel held",
        (
            "In a world that is played again, what the channel passes on is what it passed on in the baseline. What"
            " is then missing from the effect went through that channel."
        ),
    ),
    (
        "Shapley value",
        (
            "A fair part of an effect that several causes have together: what a cause adds, averaged over all orders in"
            " which the causes could be switched on. Parts add up to the whole."
        ),
    ),
    (
        "Chain",
        "What happened to one person in the reform and not in the baseline, in order, up to a default.",
    ),
    (
        "Reproduction number",
        "How many further defaults one default hands on, on average, through lenders, jobs and friends.",
    ),
    (
        "DebtRank",
        (
            "How much distress one lender's closing brings to all others through borrowers they share, as a share of"
            " all books."
        ),
    ),
    ("Credit removed", "Purchases on credit and cash draws that no longer happen on the lines that were cut."),
    ("Net credit removed", "Credit removed less what therefore no longer has to be repaid on the same lines."),
    (
        "Displacement",
        (
            "Where the removed credit reappears: other lenders, family, lower spending, run-down cash. It is an"
            " identity of accounts, not an estimate."
        ),
    ),
    (
        "Displaced share",
        (
            "Net credit that reappears at lenders that did not cut, as a share of the net credit removed: 0 if nobody"
            " else lends, 1 if others stand in for every yuan. A payment missed at such a lender counts like credit."
        ),
    ),
    (
        "Proximate cause",
        (
            "Why the first payment of a spell of lateness was missed, for example a job loss or lost credit that would"
            " have covered the gap."
        ),
    ),
    ("Hand to mouth", "Month-end cash under half a month of wage."),
    ("Trust", "What a person thinks of one lender, in percent: 100 at the start, less after bad experiences."),
    ("Reputation", "What everybody thinks of a lender, as a share: below 1, fewer people apply."),
    ("Fen", "A hundredth of a yuan. All money in the model is whole fen, so that accounts close exactly."),
)
