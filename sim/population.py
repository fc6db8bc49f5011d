"""All borrowers of a model as a Mesa AgentSet, answered from the columns of their records."""

import math
from collections import defaultdict
from collections.abc import Sequence, Set

import numpy as np
from mesa.agent import AgentSet

from sim.records import BORROWER
from sim.views import write

try:
    from mesa.agentset import GroupBy  # where Mesa 3.5 has it
except ImportError:
    from mesa.agent import GroupBy

_FIELDS = {field.name: field for field in BORROWER}
#: What numpy does to a column far faster than Python.
_ON_COLUMNS = {sum: np.sum, min: np.min, max: np.max}
_NO_ORDER = "the order of borrowers never matters, because chance is addressed by person; use do"


@AgentSet.register  # isinstance(borrowers, AgentSet) holds; nothing is inherited that would look for objects
class Borrowers(Set, Sequence):
    """Borrowers, all or a selection, that answer as an AgentSet does, without an object for each.

    Fields of the record are read and written as columns; other attributes of the agents are asked one by one. The order
    is that of the records and never matters, since chance is addressed; nobody can join or leave the population.

    model: the model whose ``market.borrowers`` they are, and whose ``watched`` has the registered ones by place;
    kind: class of the agents; rows: places of those selected, default all.
    """

    def __init__(self, model, kind, rows=None):
        self.model = model
        self.kind = kind
        self._rows = rows

    # --- which borrowers ---
    def __len__(self):
        return len(self.model.market.borrowers) if self._rows is None else len(self._rows)

    def __iter__(self):
        return map(self._agent, range(len(self)) if self._rows is None else self._rows.tolist())

    def __contains__(self, agent):
        index = getattr(agent, "index", None)
        return isinstance(index, int) and agent == self._agent(index) and (self._rows is None or index in self._rows)

    def __getitem__(self, item):
        if isinstance(item, slice):
            return (
                [self._agent(index) for index in range(len(self))[item]]
                if self._rows is None
                else list(self._some(self._rows[item]))
            )
        if not -len(self) <= item < len(self):
            raise IndexError(f"there is no borrower {item}: the numbers are 0 to {len(self) - 1}")
        return self._agent(item % len(self) if self._rows is None else int(self._rows[item]))

    def __repr__(self):
        return f"<{len(self)} borrowers>"

    def _agent(self, index):
        agent = self.model.watched.get(index)
        return self.kind.view(self.model, index) if agent is None else agent

    def _some(self, rows):
        return Borrowers(self.model, self.kind, rows)

    def _places(self):
        return np.arange(len(self)) if self._rows is None else self._rows

    def _from_iterable(self, agents):
        return self._some(np.array([agent.index for agent in agents], np.int64))

    def to_list(self):
        """The agents as a list."""
        return list(self)

    def select(self, filter_func=None, at_most=math.inf, inplace=False, agent_type=None):
        """Those for whom a condition holds, as a new set.

        filter_func: a function of an agent, or (far faster) an array of booleans, one for each in this set, such as
        ``borrowers.column("age") < 30``; at_most: the first so many, or as a float up to 1 this share of the set;
        agent_type: class that the agents must have; inplace: refused.
        """
        if inplace:
            self._refuse("select(inplace=True)", "take the new set that select returns")
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        chosen = np.ones(len(self), bool)
        if filter_func is not None and not callable(filter_func):
            chosen = np.asarray(filter_func)
            if chosen.dtype != bool or chosen.shape != (len(self),):
                raise ValueError(f"a condition must be an array of {len(self)} booleans, one for each borrower")
        elif filter_func is not None or agent_type is not None:
            kind = agent_type or object
            chosen[:] = [isinstance(agent, kind) and (not filter_func or bool(filter_func(agent))) for agent in self]
        rows = self._places()[chosen]
        return self._some(rows if at_most >= len(rows) else rows[: math.ceil(at_most)])

    def sort(self, key, ascending=False, inplace=False):
        """The same borrowers as a new set, in the order of an attribute or of a function of an agent."""
        if inplace:
            self._refuse("sort(inplace=True)", "take the new set that sort returns")
        if key in _FIELDS:
            values = self.column(key)
            order = np.argsort(values if ascending else values[::-1], kind="stable")
            order = order if ascending else len(values) - 1 - order[::-1]
        else:
            values = self.get(key) if isinstance(key, str) else self.map(key)
            order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._some(self._places()[np.asarray(order, np.int64)])

    def groupby(self, by, result_type="agentset"):
        """Group by an attribute or by a function of an agent; returns Mesa's GroupBy.

        result_type: "agentset" for groups that are sets like this one, "list" for lists of agents.
        """
        groups = defaultdict(list)
        if by in _FIELDS:
            values, first, member = np.unique(self.column(by), return_index=True, return_inverse=True)
            places = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
            groups = {values[v].item(): places[v] for v in np.argsort(first)}
        else:
            for place, value in enumerate(self.get(by) if isinstance(by, str) else self.map(by)):
                groups[value].append(place)
        sets = {value: self._some(self._places()[np.asarray(places)]) for value, places in groups.items()}
        return _Groups(sets) if result_type == "agentset" else GroupBy({k: list(v) for k, v in sets.items()})

    # --- what they have and do ---
    def column(self, name):
        """One field of these borrowers as a numpy array, in their order: a copy."""
        values = self.model.market.borrowers[name]
        return values.copy() if self._rows is None else values[self._rows]

    def get(self, attr_names, handle_missing="error", default_value=None):
        """The values of one attribute as a list, or of several as a list of lists.

        attr_names: a name or a list of names; handle_missing: "error", or "default" to put default_value for an
        attribute that an agent does not have.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f'handle_missing must be "error" or "default", not {handle_missing!r}')
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(row) for row in zip(*columns, strict=True)]
        if attr_names in _FIELDS:
            return self.column(attr_names).tolist()
        if handle_missing == "error":
            return [getattr(agent, attr_names) for agent in self]
        return [getattr(agent, attr_names, default_value) for agent in self]

    def agg(self, attribute, func):
        """Apply a function, or each of several, to the values of one attribute.

        func: is given a numpy array (of int64 or float64) for a field, a list for anything else. A numpy scalar that it
        returns is made a Python number.
        """
        if isinstance(func, str):
            raise TypeError(f"agg takes a function such as numpy.mean, or several; not the text {func!r}")
        if not callable(func):
            return [self.agg(attribute, one) for one in func]
        if attribute not in _FIELDS:
            return func(self.get(attribute))
        values = self.column(attribute)
        result = _ON_COLUMNS.get(func, func)(values.astype(np.float64 if values.dtype.kind == "f" else np.int64))
        return result.item() if isinstance(result, np.generic) else result

    def set(self, attr_name, value):
        """Give everybody's attribute a value; for a field, an array gives each their own. Returns this set."""
        if attr_name in _FIELDS:
            rows = slice(None) if self._rows is None else self._rows
            write(self.model, "borrowers", _FIELDS[attr_name], rows, value)
        else:
            for agent in self:
                setattr(agent, attr_name, value)
        return self

    def do(self, method, *args, **kwargs):
        """Call a method (by its name) or a function on everybody in turn. Returns this set."""
        for _ in self._calls(method, args, kwargs):
            pass
        return self

    def map(self, method, *args, **kwargs):
        """Call a method (by its name) or a function on everybody in turn. Returns the results as a list."""
        return list(self._calls(method, args, kwargs))

    def _calls(self, method, args, kwargs):
        for agent in self:
            yield getattr(agent, method)(*args, **kwargs) if isinstance(method, str) else method(agent, *args, **kwargs)

    # --- what an AgentSet would do and a population does not ---
    def shuffle(self, inplace=False):
        """Refused: the order never matters."""
        self._refuse("shuffle", _NO_ORDER)

    def shuffle_do(self, method, *args, **kwargs):
        """Refused: the order never matters."""
        self._refuse("shuffle_do", _NO_ORDER)

    def add(self, agent):
        """Refused: the population is fixed."""
        self._refuse("add", "the population is fixed when the market is founded; set borrowers= of the model")

    def discard(self, agent):
        """Refused: the population is fixed."""
        self._refuse("discard", "the population is fixed when the market is founded; use select to leave people out")

    remove = discard

    def _refuse(self, what, instead):
        raise TypeError(f"borrowers have no {what}: {instead}")


class _Groups(GroupBy):
    """Mesa's groups, aggregated by column."""

    def agg(self, attr_name, func):
        return {value: group.agg(attr_name, func) for value, group in self.groups.items()}
