"""The stylised facts: what each is, its window, where it was seen, and the name of its measure in ``worlds.one_seed``.

Windows are those of the checklist in ``docs/evidence.md``, "Stylised facts"; they were set before anything was
measured. One fact may need several rows, and holds if all of them fit.
"""

from dataclasses import dataclass

import numpy as np

from analysis.validation.row import Row

FACTS, CORE, ENOUGH = 23, ("F7", "F8", "F9", "F10", "F11", "F12", "F17", "F18"), 18
INF = np.inf


@dataclass(frozen=True)
class Target:
    """One row to be filled: ``measure`` is None where the market has no such thing."""

    code: str
    name: str
    measure: str | None
    published: float | None
    low: float
    high: float
    unit: str
    source: str
    note: str
    said: str = ""

    def row(self, values: list[dict[str, float]]) -> Row:
        """The row over seeds; values: what ``worlds.one_seed`` returned for each."""
        found = [one[self.measure] for one in values] if self.measure else []
        about = (self.published, self.low, self.high, self.unit, self.source, self.note, self.said, self.code)
        return Row.over_seeds("", self.name, found, *about)


def _targets(*rows) -> tuple[Target, ...]:
    return tuple(Target(*row) for row in rows)


CALM = _targets(
    ("F1", "30+ days late, bank cards, calm", "calm 30+", 0.044, 0.02, 0.06, "percent",
     "Q08: cards, United States 1991-2004", "mean of 2018-2019; China's cards are calibrated to C7 and C9, below this window",
     "3.3 to 5.5 %"),
    ("F2", "net charge-offs a year, calm", "calm charge-offs", 0.0375, 0.02, 0.06, "percent",
     "Q08: cards, United States", "all lenders, 2018-2019, of mean balance", "2 to 5.5 %"),
    ("F4", "losses of a vintage by month 6, of month 16", "vintage 6/16", 0.62, 0.50, 0.75, "share",
     "Q04: rating agency, consumer loans 2001-2003",
     "defaults of 90+ days, by balance, of online cash lines opened in 2017; no default comes before month 4, and a line can be drawn again",
     ),
    ("F4", "by month 12, of month 16", "vintage 12/16", 0.92, 0.85, 0.97, "share", "Q04", "as above", "0.90 to 0.95"),
    ("F5", "default hazard peaks", "peak hazard", 10, 3, 12, "months", "Q04, Q05: months 3 to 5; Prosper, month 10",
     "month on book, of the same lines over two years, three-month mean", "month 3 to 10"),
    ("F6", "roll from 30 to 60 days", "roll 30-60", 0.20, 0.15, 0.45, "share", "Q03: glossary example",
     "M1 to M2 by balance; from the next bucket, M2 to M3, the Chinese rows L4 and L6 say 0.85-0.95"),
    ("F6", "roll from 60 to 90 days", "roll 60-90", None, 0.50, 0.80, "share", "from memory",
     "M2 to M3 by balance; calibrated to L4 and L6, which contradict this window", "0.5 to 0.8"),
    ("F6", "from 90 days to charge-off", "roll 90-off", None, 0.70, 0.95, "share", "from memory",
     "of the balance that becomes more than 90 days late, charged off before it is current again", "0.7 to 0.95"),
    ("F6", "rolls that do not increase", "rolls fall", 0, 0, 0, "order", "Q03", "", "increasing"),
    ("F7", "borrowers with two or more lenders", "multi-lender share", 0.44, 0.20, 0.63, "percent",
     "M1; cash loans 2018; BNPL, United States 2025", "online lenders owed to, 2017-2019", "20 to 63 %"),
    *(("F8", f"people with {n} lenders per person with {n - 1}", f"lenders {n}/{n - 1}", ratio, 0.4, 0.6, "share",
       "KR-cards: cash from 1 to 6 cards, December 2003", "online lenders owed to, 2019")
      for n, ratio in ((2, 0.49), (3, 0.57), (4, 0.54))),
    ("F9", "default risk for each further lender", "PD per lender", 1.2, 1.1, 1.4, "times", "M6: no primary source",
     "90+ within a year of people with a clean record; online lenders, fitted over 1, 2, 3, 4+"),
    ("F9", "default risk, several lenders against one", "PD multi over single", 3.5, 2.0, 5.0, "times",
     "M6: no primary source", "as above", "3 to 4 times"),
    ("F10", "cash in use of credit, at one lender", "cash share at one", 0.56, 0.55, 0.85, "share",
     "KR-cards: December 2003", "cash owed of all owed, by lenders to which cash is owed, 2019; loans run for months here, so balances stand for monthly volumes"),
    ("F10", "at four lenders or more", "cash share at four", 0.85, 0.55, 0.85, "share", "KR-cards", "as above"),
    ("F10", "steps at which it does not rise", "cash shares fall", 0, 0, 0, "order", "KR-cards", "one to four lenders", "rises"),
    ("F13", "insolvent at a jump", "jumped", None, 0.25, 0.50, "share", "Hong Kong, bankrupts of 2001",
     "there is no bankruptcy petition; nearest: people with several lenders of whose debts more than half became 90+ in the first month in which any did", "25 to 50 %"),
    ("F13", "loans of these, against the others", "loans of the jumped", 2.0, 1.5, 2.5, "times",
     "Hong Kong, bankrupts of 2001", "about twice, read as what rounds to 2", "about 2 times"),
    ("F15", "defaults for want of cash", "cash-flow defaults", 0.94, 0.85, 1.0, "share", "Ganong and Noel 2023; Gerardi et al. 2018",
     "cause of the first missed payment, 2017-2019; sources on mortgages"),
    ("F15", "purely strategic defaults", "strategic defaults", 0.06, 0.03, 0.30, "share",
     "Ganong and Noel 2023; Guiso et al. 2013", "as above", "6 to 26 %"),
)  # fmt: skip

STRESS = _targets(
    ("F2", "net charge-offs a year, stress", "stress charge-offs", None, 0.07, 0.15, "percent",
     "Hong Kong, cards 2002; Q08: 9.55 % in 2009", "highest twelve months, of mean balance", "7 to 15 %"),
    ("F3", "charge-offs lag delinquency by", "charge-off lag", 4, 3, 9, "months", "Q01: charge-off at 120 to 180 days",
     "lag of the highest correlation, stress less calm", "1 to 3 quarters"),
    ("F11", "delinquents with two or more lenders, rise", "multi share rise", 0.178, 0.10, 0.25, "points",
     "KR-persons: 45.3 % at the end of 2001, 63.1 % at the end of 2003",
     "people on the bureau's record with a debt still in default, by lenders where it is; 24 months of stress"),
    ("F12", "registrations per delinquent, rise", "registrations rise", 1.55, 1.3, 1.7, "times",
     "KR-persons: 2.72 to 4.22, December 2001 to June 2003", "as above, 18 months of stress"),
    ("F17", "lender that cuts is paid last: its own 30+", "own rise", 0.0665, 0.04, 0.10, "points", "KR-stop",
     "the incumbent alone stops lending cash in the eleventh month of the stress; two months"),
    ("F17", "all others' 30+", "others rise", 0.0, -0.02, 0.02, "points", "KR-stop", "as above", "-1.8 to 0"),
    ("F18", "delinquents against limits on cash", "elasticity", -0.76, -1.2, -0.4, "elasticity",
     "KR-limits, KR-persons: December 2002 to July 2003", "logs; people as in F11 after 7 months, limits after 6"),
    ("F20", "late and rewritten per late debt", "r over c", 2.1, 1.5, 3.0, "times", "KR-rewrite",
     "30+ days; median of months 3 to 24 of the stress", "1.6 to 2.6"),
    ("F20", "rewritten debts that fail again", "re-default", 0.26, 0.18, 0.45, "share", "KR-rewrite",
     "two payments missed within six months"),
    ("F21", "dip of 30+ at quarter ends", None, 1.3, 0.005, 0.025, "points", "KR-dips: June 2003",
     "lenders here charge off by the age of a debt; none writes off or sells for the date of a report", "0.5 to 2.5 points"),
    ("F23", "whole groups in default, against independent", "collective default", 5.8, 3.0, 8.0, "times",
     "collective default: 21.6 % of centres against 3.7 %", "three people who are friends of each other, at the end of the stress; lending here is not to groups"),
    ("F24", "spending", "spending", -0.01, -0.02, -0.005, "percent", "KR-demand",
     "first year against calm; borrowers only, where the source counts all consumers"),
    ("F24", "jobs at merchants", "jobs", -0.024, -0.04, -0.01, "percent", "KR-jobs", "first year against calm"),
    ("F24", "spending of those cut off fully", "spending cut off", -0.15, -INF, 0.0, "percent",
     "microfinance ban, Andhra Pradesh", "debtors of all lenders when all stop, first year against calm; sign only, no window was set"),
    ("F27", "cash lent", "cash volume", -0.335, -0.55, -0.30, "percent", "KR-volume: 2003; Taiwan -49 %",
     "first year of the stress against the year before", "-34, -51 %"),
)  # fmt: skip
TARGETS = tuple(sorted((*CALM, *STRESS), key=lambda target: int(target.code[1:])))


def bar(rows) -> str:
    """Whether enough facts hold, in words; a fact holds if all of its rows fit.

    rows: of the whole validation, of which those coded F1 to F27 count.
    """
    marks = {}
    for row in rows:
        if row.code.startswith("F") and row.code[1:].isdigit():
            marks.setdefault(row.code, []).append(row.mark == "fits")
    held = [code for code, fits in marks.items() if all(fits)]
    core = [code for code in CORE if code not in held]
    missing = f"; of the multi-lender core {', '.join(core)} do not" if core else "; the multi-lender core all does"
    return f"{len(held)} of {FACTS} facts hold, {ENOUGH} are asked for{missing}"
