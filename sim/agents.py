"""The Mesa agents: Borrower, Merchant, Platform and Regulator, each a view of what the market holds.

A view keeps nothing but its place. Reading an attribute reads the record, setting one writes the record, so an agent
and the market can never disagree. A model has ``market`` (arrays of records: borrowers, lines, merchants, platforms),
``platform_names``, ``product_names`` (pairs of platform and product), ``changes`` and ``date``.

To add a behaviour the Mesa way, override ``step`` in a subclass of one of these, or register any agent of your own: it
is called once a month, after the market has moved.
"""

from operator import attrgetter

import mesa
import numpy as np

from sim.parameters import PLATFORM
from sim.records import BORROWER, LINE, MERCHANT, PLATFORM_STATE
from sim.views import view_of


@view_of("lines", LINE)
class Line:
    """One product of one platform held by one borrower: a view of its record."""

    def __init__(self, model, borrower, product):
        self.model = model
        self.index = (borrower, product)

    @property
    def balance(self):
        """What is owed: billed, not yet billed, and instalment principal (fen)."""
        return self.revolving + self.purchases + self.instalment

    def __repr__(self):
        return f"<Line {' '.join(self.model.product_names[self.index[1]])} of borrower {self.index[0]}>"


class _Party(mesa.Agent):
    """An agent that is a view of the record at ``index`` in its table, and registers like any Mesa agent."""

    def __init__(self, model, index):
        self.index = int(index)
        super().__init__(model)

    def __repr__(self):
        return f"<{type(self).__name__} {self.index}>"


@view_of("borrowers", BORROWER)
class Borrower(_Party):
    """One borrower: a view of one record, the same person as every other view of it.

    ``model.borrower(i)`` and ``model.borrowers`` make views when asked, without ``__init__`` and without registering: a
    million cost nothing, but they are gone after use and cannot carry attributes of their own. ``Borrower(model, i)``
    registers: the person is *watched*, appears in ``model.agents`` for data collectors, and may carry anything.
    """

    unique_id = None  # Mesa numbers registered agents only; the person's number is ``id``
    pos = None
    _registered = True

    def __init__(self, model, index):
        if index in model.watched:
            raise ValueError(f"borrower {index} is watched already")
        if not 0 <= index < len(model.market.borrowers):
            raise IndexError(f"there is no borrower {index}: the numbers are 0 to {len(model.market.borrowers) - 1}")
        super().__init__(model, index)
        model.watched[self.index] = self

    @classmethod
    def view(cls, model, index):
        """Make an unregistered view; use ``model.borrower(i)``, which knows who is watched."""
        self = cls.__new__(cls)
        vars(self).update(model=model, index=index, _registered=False)
        return self

    def remove(self):
        """Stop watching; the person stays in the market."""
        super().remove()
        self.model.watched.pop(self.index, None)

    def line(self, platform, product):
        """The person's line of one product of one platform, by their names."""
        try:
            return self.lines[platform, product]
        except KeyError:
            known = ", ".join(" ".join(names) for names in self.model.product_names)
            raise KeyError(f"no product {platform} {product}; there are: {known}") from None

    @property
    def lines(self):
        """The person's lines by (platform, product), held or not (``state`` 0 is not held)."""
        return {tuple(names): Line(self.model, self.index, k) for k, names in enumerate(self.model.product_names)}

    def __setattr__(self, name, value):
        if not (self._registered or hasattr(getattr(type(self), name, None), "__set__")):
            raise AttributeError(
                f"a borrower has no field {name!r}; to keep an attribute of your own, watch the "
                f"borrower, or keep an array of your own on the model"
            )
        super().__setattr__(name, value)

    def __eq__(self, other):
        return isinstance(other, Borrower) and self.model is other.model and self.index == other.index

    def __hash__(self):
        return hash(self.index)


@view_of("merchants", MERCHANT)
class Merchant(_Party):
    """One merchant: where borrowers work and shop."""


@view_of("platforms", (*PLATFORM_STATE, *PLATFORM.values()))
class Platform(_Party):
    """One lender, with its products."""

    @property
    def name(self):
        """The platform's name in the market file."""
        return self.model.platform_names[self.index]

    @property
    def products(self):
        """Names of the platform's products."""
        return [product for platform, product in self.model.product_names if platform == self.name]

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}>"


class Regulator(mesa.Agent):
    """The regulator: a timetable of dated changes."""

    @property
    def timetable(self):
        """All changes of the run, by the month in which they start."""
        return sorted(self.model.changes, key=_start)

    def in_force(self):
        """The changes in force this month: started, not yet past ``until``, and the indicator they follow says so."""
        return [each for each in self.timetable if self.model.timetable.holds(each, self.model.month - 1)]


def _start(change):
    return change.start


def populate(model, *, watch=0, borrower=Borrower, merchant=Merchant, platform=Platform, regulator=Regulator):
    """Register the agents of a model whose market is founded, always in the same order.

    Sets ``model.platforms``, ``model.merchants``, ``model.regulator``, ``model.watched`` (registered borrowers, by
    number) and ``model.touched`` (true once somebody writes through a view). watch: how many borrowers to register,
    from the first, or the numbers of those to register; the others: classes to use.
    """
    for name, kind in (("platforms", platform), ("merchants", merchant)):
        count = len(getattr(model.market, name))
        setattr(model, name, kind.create_agents(model, count, np.arange(count)))
    model.regulator = regulator(model)
    model.watched = {}
    model.touched = False
    for index in range(watch) if isinstance(watch, int) else watch:
        borrower(model, index)


def collector(model):
    """A DataCollector of the market's main series, and of the watched borrowers if there are any.

    Use ``model.datacollector.get_model_vars_dataframe()`` and
    ``get_agenttype_vars_dataframe(Borrower)`` after a run.
    """
    series = {name: name for name in ("date", "balance_yuan", "late_share", "in_default_share", "short_share")}
    kind = model.borrowers.kind
    reported = {name: attrgetter(name) for name in ("cash", "income", "lenders", "jobless")}  # names would not pickle
    people = {kind: reported} if model.watched else None
    return mesa.DataCollector(model_reporters=series, agenttype_reporters=people)


def call_hooks(model):
    """Call ``step`` of every agent whose class overrides it, in order of registration; nothing else costs anything.

    If the model's class of borrowers overrides it, every borrower steps, watched or not. Never shuffled.
    """
    everyone = _overrides_step(model.borrowers.kind)
    if everyone:
        model.borrowers.do("step")
    for kind in list(model.agent_types):
        if _overrides_step(kind) and not (everyone and issubclass(kind, Borrower)):
            model.agents_by_type[kind].do("step")


def _overrides_step(kind):
    return kind.step is not mesa.Agent.step


def release(model):
    """Let go of a model that is no longer needed: its records at once, the rest when Python next collects.

    Afterwards it can be neither played nor looked at. Mesa 3.3.1 would keep every model for ever in ``Agent._ids``.
    """
    getattr(mesa.Agent, "_ids", {}).pop(model, None)
    model.market = None
