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
    raise ImportError("import analysis.benchmark.mesa_objects before the rules of the market")

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
from sim.records import EVENT, LINE, PLAN, RESULT  # noqa: E402
from sim.rules.talk import talk  # noqa: E402
from sim.tally import Tally  # noqa: E402


def _slotted(name, fields):
    """A small class with one slot for each field of a record, made from the record's values."""
    names = tuple(field.name for field in fields)

    def __init__(self, values):
        for name, value in zip(names, values, strict=True):
            setattr(self, name, value)

    return type(name, (), {"__slots__": names, "__init__": __init__})


Line, Plan, Event, Result = (_slotted(*each) for each in (
    ("Line", LINE), ("Plan", PLAN), ("Event", EVENT), ("Result", RESULT)))  # fmt: skip


def _single(field):
    """A single-precision field that rules write after the founding: rounded as the record rounds it."""

    def write(self, value):
        vars(self)[field] = float(np.float32(value))

    return property(lambda self: vars(self)[field], write)


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

    record_sight, taught = _single("record_sight"), _single("taught")

    def step(self):
        """Live a month: earn, bill, plan, borrow, shop, pay, age, review."""
        model = self.model
        play.live(self, self.lines, self.shops, model.market, model.rules, model.aims, model.chance, model.tally)


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
        founded.market = market._replace(lines=None, shops=None)  # these lives go on here

    def step(self):
        """Play one month, in the order of ``sim.month.play``."""
        self._read_rules()
        self.tally = _blank_tally(len(self.market.products), len(self.market.merchants))
        play.operate(self.market.platforms, self.rules, self.chance)
        self.agents_by_type[Borrower].do("step")
        market, tally = self.market, self.tally
        lenders = market.platforms, market.products
        sums = tally.sales, tally.on_lines, tally.fees, tally.payroll, tally.staff
        flows, books = (_as_array(getattr(tally, name), len(market.products), name) for name in ("flows", "books"))
        play.merchants_trade(market.merchants, *lenders, *sums, self.rules, self.chance, flows)
        results = [Result([0] * len(RESULT)) for _ in self.market.platforms]
        play.platforms_fund(*lenders, books, results, self.rules, flows)
        changed = [tally.changed[c] for c in range(tally.counts[1])]
        talk(market.borrowers, market.friend_offsets, market.friends, changed)
        rest = (name for name in SHAPES if name not in ("flows", "books"))
        sums = {name: _as_array(getattr(tally, name), len(market.products), name) for name in rest}
        sums |= {"flows": flows, "books": books}
        self.months.append({name: cells.astype(np.int64) for name, cells in sums.items()})
        self._publish()
        self.month += 1

    def _publish(self):
        """Let the founded model know what changes that react to the market follow."""
        for platform, record in zip(self.market.platforms, self.founded.market.platforms, strict=True):
            record.book, record.spread = platform.book, platform.spread
        self.founded.history.months.append(self.months[-1])

    def _read_rules(self):
        """The rules, what is aimed at people, and the terms of this month, as plain objects."""
        self.founded.month = self.month
        rules, aims = self.founded.rules_in_force()
        self.rules = _plain(rules)
        self.aims = [_plain(aim) for aim in aims]
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
    counted = ("held", "own", "buy", "pay", "arrears", "bucket_was", "balance_was", "limit_was")
    scratch = {name: row(products) for name in counted}
    return Tally(**sums, **tills, **lists, plan=[Plan(row(len(PLAN)))], **scratch, noted=grid())


#: The shape of each grid of sums, as in ``sim.tally``; flows have one more column than there are products.
SHAPES = {
    "flows": (len(FLOWS), "and one"),
    "books": ("products", len(BOOK)),
    "economy": (len(ECONOMY),),
    "transitions": ("products", len(BUCKETS), len(BUCKETS), 2),
    "segments": (len(SEGMENTS), 5, len(SEGMENT)),
}


def _as_array(cells, products, name):
    """A grid of sums in the shape that it has in ``CreditModel``, still of Python's own integers."""
    sizes = {"products": products, "and one": products + 1}
    array = np.zeros([sizes.get(length, length) for length in SHAPES[name]], object)
    for place, value in cells.items() if isinstance(cells, dict) else enumerate(cells):
        array[place] = value
    return array
