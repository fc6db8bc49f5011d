"""The same market the way Mesa is usually written: one Python object for everything, stepped through AgentSets.

It exists to be compared with ``sim.model.CreditModel``: the same rules, read by Python instead of compiled, must give
the same numbers, and the time they take is what the records and the compiler save. Whatever would slow Python down
without being asked for by the rules is avoided: plain ints and floats, slots, lists, sums in dicts.

The rules are plain functions only if nothing is compiled, so this module runs in a process of its own with
``NUMBA_DISABLE_JIT=1``. A market is founded by ``CreditModel`` and handed over: ``ObjectModel(founded)``.
"""

import sys
from collections import defaultdict
from types import SimpleNamespace

import mesa
import numba
import numpy as np

from sim import chance as luck

if not numba.config.DISABLE_JIT:
    raise ImportError("the market of Python objects needs rules that are not compiled; set NUMBA_DISABLE_JIT=1")
if any(name.startswith("sim.rules.") for name in sys.modules):
    raise ImportError("import analysis.mesa_objects before the rules of the market")

_WORD = 2**64 - 1
_PERSON, _DECISION, _WHICH = int(luck._PERSON), int(luck._DECISION), int(luck._WHICH)
_MIX_1, _MIX_2 = int(luck._MIX_1), int(luck._MIX_2)


def uniform(chance, decision, person, which=0):
    """``sim.chance.uniform`` with Python's own integers: the same bits, twenty times faster than numpy's scalars."""
    word = (chance + _PERSON * person + _DECISION * (decision + 1) + _WHICH * which) & _WORD
    word = (word ^ (word >> 30)) * _MIX_1 & _WORD
    word = (word ^ (word >> 27)) * _MIX_2 & _WORD
    return ((word ^ (word >> 31)) >> 11) * 2.0**-53


luck.uniform = uniform  # for every rule imported from here on
from sim import month as play  # noqa: E402
from sim.ledger import FLOWS  # noqa: E402
from sim.record import BOOK, BUCKETS, ECONOMY, SEGMENT, SEGMENTS  # noqa: E402
from sim.records import EVENT, LINE, PLAN  # noqa: E402
from sim.rules.talk import talk  # noqa: E402
from sim.tally import Tally  # noqa: E402


def _slotted(name, fields):
    """A small class with one slot for each field of a record, made from the record's values."""
    names = tuple(field.name for field in fields)

    def __init__(self, values):
        for name, value in zip(names, values, strict=True):
            setattr(self, name, value)

    return type(name, (), {"__slots__": names, "__init__": __init__})


Line, Plan, Event = _slotted("Line", LINE), _slotted("Plan", PLAN), _slotted("Event", EVENT)


class Party(mesa.Agent):
    """An agent with the fields of a record as ordinary attributes."""

    def __init__(self, model, record):
        super().__init__(model)
        for name, value in zip(record.dtype.names, record.tolist(), strict=True):
            setattr(self, name, value)


class Borrower(Party):
    """One person, with lines and the shops nearby."""

    def __init__(self, model, record, lines, shops):
        super().__init__(model, record)
        self.lines = [Line(line) for line in lines.tolist()]
        self.shops = shops.tolist()

    @property
    def record_sight(self):
        """The one single-precision field that rules write after the founding: rounded as the record rounds it."""
        return self._record_sight

    @record_sight.setter
    def record_sight(self, share):
        self._record_sight = float(np.float32(share))

    def step(self):
        """Live a month: earn, bill, plan, borrow, shop, pay, age, review."""
        model = self.model
        play.live(self, self.lines, self.shops, model.market, model.rules, model.cuts, model.chance, model.tally)


class Merchant(Party):
    """One merchant."""


class Platform(Party):
    """One lender."""


class ObjectModel(mesa.Model):
    """A market of Python objects.

    founded: a CreditModel that is not stepped again; its market is taken over, its timetable says which rules hold.
    ``months`` keeps what each month added up to, as arrays by name in the shape of ``sim.tally.Tally``.
    """

    def __init__(self, founded):
        super().__init__(rng=founded.seed)
        self.founded = founded
        self.month = founded.month
        self.months = []
        market = founded.market
        for record, lines, shops in zip(market.borrowers, market.lines, market.shops, strict=True):
            Borrower(self, record, lines, shops)
        for kind, records in ((Merchant, market.merchants), (Platform, market.platforms)):
            for record in records:
                kind(self, record)
        people, merchants, platforms = (list(self.agents_by_type[kind]) for kind in (Borrower, Merchant, Platform))
        self.market = market._replace(
            borrowers=people,
            lines=None,
            shops=None,
            merchants=merchants,
            platforms=platforms,
            products=None,
            friend_offsets=market.friend_offsets.tolist(),
            friends=market.friends.tolist(),
        )
        founded.market = market._replace(borrowers=None, lines=None, shops=None)  # these lives go on here

    def step(self):
        """Play one month, in the order of ``sim.month.play``."""
        self._read_rules()
        self.tally = _blank_tally(len(self.market.products), len(self.market.merchants))
        self.agents_by_type[Borrower].do("step")
        market, tally = self.market, self.tally
        lenders = market.platforms, market.products
        sums = tally.sales, tally.on_lines, tally.fees, tally.payroll, tally.staff
        play.merchants_trade(market.merchants, *lenders, *sums, self.rules, self.chance, tally.flows)
        play.platforms_fund(*lenders, tally.books, self.rules, tally.flows)
        changed = [self.tally.changed[c] for c in range(self.tally.counts[1])]
        talk(self.market.borrowers, self.market.friend_offsets, self.market.friends, changed)
        self.months.append(_as_arrays(self.tally, len(self.market.products)))
        self.month += 1

    def _read_rules(self):
        """The rules, limit cuts and product terms of this month, as plain objects."""
        self.founded.month = self.month
        rules, cuts = self.founded.rules_in_force()
        self.rules = _plain(rules)
        self.cuts = [_plain(cut) for cut in cuts]
        founded = self.founded.market
        for platform, record in zip(self.market.platforms, founded.platforms, strict=True):
            for name in self.founded.timetable.columns("platforms"):
                setattr(platform, name, record[name].item())
        self.market = self.market._replace(
            products=[_plain(product) for product in founded.products],
            contracts={index: _plain(founded.contracts[index]) for index in np.ndindex(founded.contracts.shape)},
        )
        self.chance = int(luck.month_key(self.founded.seed, self.month + 1))


def _plain(record):
    return SimpleNamespace(**dict(zip(record.dtype.names, record.tolist(), strict=True)))


def _blank_tally(products, merchants):
    """A tally of zeros: grids are dicts, which Python reads and writes twice as fast as arrays."""
    grid = lambda: defaultdict(int)  # noqa: E731
    row = lambda count: [0] * count  # noqa: E731
    sums = {
        "flows": grid(),
        "books": grid(),
        "transitions": defaultdict(lambda: [0, 0]),
        "economy": row(len(ECONOMY)),
        "segments": defaultdict(lambda: row(len(SEGMENT))),
    }
    tills = {name: row(merchants) for name in ("sales", "on_lines", "fees", "payroll", "staff")}
    lists = {"events": defaultdict(lambda: Event(row(len(EVENT)))), "changed": {}, "counts": [0, 0]}
    scratch = {name: row(products) for name in ("held", "buy", "pay", "arrears", "bucket_was", "balance_was")}
    return Tally(**sums, **tills, **lists, plan=[Plan(row(len(PLAN)))], **scratch)


def _as_arrays(tally, products):
    """The sums of a month in the shape and type of those of ``CreditModel``."""
    shapes = {
        "flows": (len(FLOWS), products + 1),
        "books": (products, len(BOOK)),
        "economy": (len(ECONOMY),),
        "transitions": (products, len(BUCKETS), len(BUCKETS), 2),
        "segments": (len(SEGMENTS), 5, len(SEGMENT)),
    }
    sums = {}
    for name, shape in shapes.items():
        cells = getattr(tally, name)
        sums[name] = np.zeros(shape, np.int64)
        for place, value in cells.items() if isinstance(cells, dict) else enumerate(cells):
            sums[name][place] = value
    return sums
