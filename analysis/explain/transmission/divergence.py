"""Divergence: what happened to each person in the reform and not in the baseline, and in which month it first did.

Both worlds have the same luck, person by person, so whatever differs between them is the policy's doing, at first or
at some remove. An observer looks at both after every month and keeps the first month of each kind of difference, and
what is needed to say afterwards who handed it on: who spent less, and who was late with whom.
"""

import numpy as np

from analysis.explain.lines import on_book, owed
from sim.line import ASKED, FROZEN, NONE, OPEN
from sim.parameters import BEHAVIOUR
from sim.record import CAUSES

NEVER = -1
#: Differences on a line. The first six are done to the person, the others by the person.
ON_LINES = {
    "cut": "the policy cut this line",
    "rules": "the lender gives less, or its terms differ, though it is no tighter and sees the same: the policy",
    "refused": "credit that the baseline grants at once is refused, since the lender is tighter or has stopped",
    "tighter": "the limit is lower, or the line frozen in good standing, since the lender is tighter",
    "looser": "the lender gives more because it is looser than in the baseline",
    "reports": "the lender gives less because of what it sees of the person",
    "opened": "a line opened in the reform only",
    "drew": "more cash drawn than in the baseline",
    "missed": "further behind with payments than in the baseline",
}
#: Differences of a person.
ON_PEOPLE = {
    "job": "without work in the reform only",
    "friends": "more friends in default than in the baseline",
    "trust": "chose another lender or trusts one less, nothing else being different yet",
    "moved": "anything differs",
}
SERIOUS = 2  # months past due from which a balance counts as delinquent: 30 days
MUCH = 0.01  # score points of tightening: an eighth of the usual error of a score
SMOOTHING = BEHAVIOUR["merchant_smoothing"].default  # weight of a month in the sales that decide on staff


class Divergence:
    """The log of one pair of worlds. Call ``note(baseline, reform)`` after every month, then read the fields.

    first: kind -> first month, NEVER if it did not happen, [borrower, line] for ON_LINES and [borrower] for ON_PEOPLE;
    employer: for those whose job was lost here only, the merchant they worked for, -1 if none; defaulted, product,
    cause: first default in the reform [borrower]; spell: month in which the spell of lateness behind it began;
    defaulted_there: first default in the baseline [borrower]; months: those noted; less_spent: per month [borrower],
    smoothed fen per month bought less than in the baseline; late: per month (borrower, platform, fen) of balances 30
    or more days late in the reform only; delinquency: per month [2, platform], how much of the rise in each platform's
    delinquency comes from more late balances, and from a smaller book. Months count from the start of the run.
    """

    def __init__(self, people: int, products: int):
        """An empty log. Arguments: how many people and how many products there are."""
        blank = lambda *shape: np.full(shape, NEVER, np.int16)  # noqa: E731
        self.first = {kind: blank(people, products) for kind in ON_LINES} | {kind: blank(people) for kind in ON_PEOPLE}
        self.employer = np.full(people, NEVER, np.int32)
        self.defaulted, self.product, self.spell, self.defaulted_there = (blank(people) for _ in range(4))
        self.cause = np.zeros(people, np.uint8)
        self.months, self.less_spent, self.late, self.delinquency = [], [], [], []
        self._behind_since = blank(people, products)
        self._smooth = np.zeros(people, np.float32)
        self._was = None  # what the last month published

    def note(self, baseline, reform) -> None:
        """Compare two models that have just played the same month."""
        here, there = reform.market, baseline.market
        month = reform.month - 1
        if self._was is None:  # before the worlds part nothing differs
            self._was = _published(there, there)
            self._was["employer"] = np.full(len(here.borrowers), NEVER, np.int32)
        self.months.append(month)
        self._note_people(month, here.borrowers, there.borrowers)
        self._note_lines(month, here, there)
        self._note_defaults(month, reform, baseline)
        self._note_sources(here, there)
        self._was = _published(here, there)

    def _mark(self, kind, month, where) -> np.ndarray:
        """Write the month where something happens for the first time; returns where it did."""
        new = where & (self.first[kind] == NEVER)
        self.first[kind][new] = month
        return new

    def _note_people(self, month, mine, theirs) -> None:
        lost = self._mark("job", month, (mine["jobless"] > 0) & (theirs["jobless"] == 0))
        self.employer[lost] = self._was["employer"][lost]
        self._mark("friends", month, mine["friends_in_default"] > theirs["friends_in_default"])

    def _note_lines(self, month, here, there) -> None:
        mine, theirs, lender = here.lines, there.lines, here.products["platform"]
        held, held_there = on_book(mine), on_book(theirs)
        both = held & held_there
        applied, applied_there = here.uses["applied"] > 0, there.uses["applied"] > 0
        self._mark("cut", month, (mine["aimed"] > 0) & (theirs["aimed"] == 0))
        less_used = here.uses["drawn"] + here.uses["bought"] < there.uses["drawn"] + there.uses["bought"]
        self._note_reactions(month, mine, theirs, lender, applied, applied_there, less_used)
        behind = held & (mine["months_past_due"] > np.where(held_there, theirs["months_past_due"], 0))
        self._mark("missed", month, behind)
        self._behind_since[~behind] = NEVER
        self._behind_since[behind & (self._behind_since == NEVER)] = month
        self._mark("opened", month, held & ~held_there)
        self._mark("drew", month, here.uses["drawn"] > there.uses["drawn"])

        untouched = self.first["moved"] == NEVER
        pushed = self.first["job"] == month
        for kind in ("cut", "rules", "refused", "tighter", "looser"):
            pushed |= (self.first[kind] == month).any(axis=1)
        chose = (applied != applied_there) | (both & (mine["trust"] != theirs["trust"]))
        self._mark("trust", month, untouched & ~pushed & chose.any(axis=1))
        differs = (held != held_there) | (mine["limit"] != theirs["limit"]) | (owed(mine) != owed(theirs)) | behind
        cash = here.borrowers["cash"] != there.borrowers["cash"]
        moved = self._mark("moved", month, differs.any(axis=1) | cash | pushed)
        if not np.array_equal(here.products, there.products):  # nothing but the terms of lenders can have moved these
            by_terms = moved & ~pushed & (self.first["trust"] != month)
            self._mark("rules", month, held & by_terms[:, None])

    def _note_reactions(self, month, mine, theirs, lender, applied, applied_there, less_used) -> None:
        """Lenders that no policy made cut this line give less, or more: because of their own state, or of the person's.

        Less: the limit is lower, fewer uses are permitted, the line is frozen in good standing, or an application that
        the baseline grants is refused; or the lender has stopped lending, and is not asked, or its line is used less. A
        lender that was published as tighter last month does it for its funding. If it also saw the person in a worse
        light than in the baseline, what it saw counts, unless it was tighter by MUCH.
        """
        held, held_there = on_book(mine), on_book(theirs)
        both = held & held_there & (self.first["cut"] == NEVER)
        shut = both & (mine["state"] == FROZEN) & (mine["months_past_due"] == 0) & (theirs["state"] == OPEN)
        stopped = self._was["stopped"][lender]
        refused = held_there & ~held & (mine["state"] != ASKED) & (applied | (stopped & applied_there))
        refused |= both & stopped & less_used
        barred = (theirs["permissions"] & ~mine["permissions"]) > 0
        lower = shut | (both & ((mine["limit"] < theirs["limit"]) | barred))
        less = lower | refused
        more = (both & (mine["limit"] > theirs["limit"])) | (held & (theirs["state"] == NONE) & applied & applied_there)
        tighter, looser = self._was["tighter"][lender], self._was["looser"][lender]
        tight = self._was["much_tighter"][lender] | (tighter & ~self._was["worse"][:, None])
        moved = ((self.first["moved"] != NEVER) | (self.first["job"] != NEVER) | self.cut)[:, None]
        new = np.ones(mine.shape, bool)
        for kind in ("rules", "refused", "tighter", "looser", "reports"):
            new &= self.first[kind] == NEVER
        self._mark("refused", month, new & refused & tight)
        self._mark("tighter", month, new & lower & tight)
        self._mark("looser", month, new & more & looser & ~moved)
        self._mark("rules", month, new & less & ~tighter & ~moved)
        self._mark("reports", month, new & less & moved & ~tight)

    def _note_defaults(self, month, reform, baseline) -> None:
        for model, defaulted in ((reform, self.defaulted), (baseline, self.defaulted_there)):
            events = model.history.months[-1]["events"]
            events = events[events["first"] == 1]
            defaulted[events["borrower"]] = month
            if model is reform:
                who, line = events["borrower"], events["product"]
                self.product[who], self.cause[who] = line, events["cause"]
                self.spell[who] = self._behind_since[who, line]

    def _note_sources(self, here, there) -> None:
        """Who spent less, and who was late: what merchants and platforms have from each person."""
        gap = there.pages["spent"].astype(np.float32) - here.pages["spent"]
        self._smooth = self._smooth + np.float32(SMOOTHING) * (gap - self._smooth)
        self.less_spent.append(self._smooth)
        late, late_there = (on_book(m.lines) & (m.lines["months_past_due"] >= SERIOUS) for m in (here, there))
        who, line = np.nonzero(late & ~late_there)
        self.late.append((who, here.products["platform"][line].astype(int), owed(here.lines)[who, line]))
        self.delinquency.append(_split_of_delinquency(here.platforms, there.platforms))

    @property
    def cut(self) -> np.ndarray:
        """Whom the policy cut, at one lender at least: [borrower]."""
        return (self.first["cut"] != NEVER).any(axis=1)

    @property
    def caused(self) -> np.ndarray:
        """Who goes into default for the first time in the reform only: ids."""
        return np.flatnonzero((self.defaulted != NEVER) & (self.defaulted_there == NEVER))

    @property
    def avoided(self) -> np.ndarray:
        """Who does so in the baseline only: ids."""
        return np.flatnonzero((self.defaulted == NEVER) & (self.defaulted_there != NEVER))

    def cause_of(self, person: int) -> str:
        """The recorded cause of a person's first default in the reform, a name in ``record.CAUSES``."""
        return CAUSES[self.cause[person]]


def _split_of_delinquency(mine, theirs) -> np.ndarray:
    """Rise of late / book = (late here - late there) / book here + late there * (1 / book here - 1 / book there)."""
    book, book_there = np.maximum(1, mine["book"]), np.maximum(1, theirs["book"])
    late, late_there = mine["delinquency"] * book, theirs["delinquency"] * book_there
    return np.array([(late - late_there) / book, late_there / book - late_there / book_there])


def _published(here, there) -> dict[str, np.ndarray]:
    """What this month leaves for the next: who works where, which lenders are tighter, who looks worse to lenders."""
    mine, theirs = here.lines, there.lines
    people, people_there = here.borrowers, there.borrowers
    shuts, shuts_there = here.platforms["state"], there.platforms["state"]
    tightness, tightness_there = here.platforms["tightening"], there.platforms["tightening"]
    worse = (mine["reported"] > theirs["reported"]) | (mine["reported_late"] > theirs["reported_late"])
    worse |= (mine["reported_clean"] < theirs["reported_clean"]) | (mine["reported_cut"] > theirs["reported_cut"])
    known = (people["record_shown"] > people_there["record_shown"]) | (people["inquiries"] > people_there["inquiries"])
    return {
        "employer": people["employer"].copy(),
        "tighter": (tightness > tightness_there) | (shuts > shuts_there),
        "stopped": shuts > shuts_there,
        "much_tighter": (tightness > tightness_there + MUCH) | (shuts > shuts_there),
        "looser": (tightness < tightness_there) | (shuts < shuts_there),
        "worse": worse.any(axis=1) | known | (people["wage"] < people_there["wage"]),
    }
