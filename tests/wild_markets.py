"""Small markets of any kind, drawn by hypothesis: every parameter, term and lever within its range."""

from hypothesis import strategies as st

from sim.agents import release
from sim.model import CreditModel
from sim.parameters import BEHAVIOUR, PLATFORM, PRODUCT
from sim.policy import LEVERS, Change, When, Who

#: Terms that would multiply a debt without end: 21 million yuan is the most that a line can hold.
_MOST = {"limit_high": 50_000, "limit_low": 5_000, "limit_income": 3.0, "monthly_rate": 0.05, "instalment_rate": 0.05,
         "late_fee": 0.05, "wage_growth": 0.3}  # fmt: skip
_WHOLE = ("yes or no", "0, 1 or 2", "months", "months past due", "applications per month")
PLATFORMS = ("one", "two", "three")


def value_of(parameter):
    """Any admissible value of a parameter, its ends more often than chance would have them."""
    low, high = parameter.low, min(parameter.high, _MOST.get(parameter.name, 1e6))
    if parameter.unit in _WHOLE:
        return st.integers(int(low), int(high)).map(float)
    return st.one_of(st.just(float(low)), st.just(float(high)), st.floats(low, high, allow_nan=False))


def some_of(group, most):
    """Values of at most so many parameters of a group; the rest keep their defaults."""
    names = st.lists(st.sampled_from(sorted(group)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: value_of(group[name]) for name in chosen}))


def _changes(number):
    """A change of any lever in the first months, aimed at everybody or some."""
    lever = st.sampled_from(sorted(LEVERS))
    who = st.sampled_from([Who(), Who(age_below=35), Who(lenders_at_least=2), Who(score_below=0.4)])

    def of(name):
        lever, cut, campaign = LEVERS[name], name == "limit_cut", name == "campaign"
        value = st.integers(lever.low, lever.high).map(float) if lever.whole else value_of(lever)
        reacts = lever.moves != "contracts" and not campaign
        return st.builds(Change, st.just(f"change {number}"), st.just(name), value,
                         st.sampled_from(["2017-01", "2017-03", "2017-06"]),
                         until=st.just("2017-09") if campaign else st.sampled_from([None, "2017-08"]),
                         phase_in=st.sampled_from([0, 3]) if lever.grows else st.just(0),
                         platform=st.sampled_from([None, "one"]) if lever.moves == "platforms" else st.none(),
                         who=who if cut else st.just(Who()),
                         when=st.sampled_from([None, When("short", above=0.2)]) if reacts else st.none())  # fmt: skip

    return lever.flatmap(of)


@st.composite
def wild_markets(draw):
    """The keywords of a small ``CreditModel`` of any kind."""
    platforms = [{"name": name, **draw(some_of(PLATFORM, 3))} for name in PLATFORMS]
    kinds = [{"buys": 1, "acceptance": 0.4}, {"buys": 1, "acceptance": 0.6, "lends_cash": 0.5, "free_period": 2},
             {"lends_cash": 1, "minimum_share": 1}, {"lends_cash": 1}]  # fmt: skip
    products = [
        {
            "name": str(k),
            "platform": draw(st.sampled_from(PLATFORMS)),
            "reach": 0.7,
            **kind,
            **draw(some_of(PRODUCT, 3)),
        }
        for k, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5)))
    ]
    return {
        "platforms": platforms,
        "products": products,
        "parameters": draw(some_of(BEHAVIOUR, 6)),
        "changes": [draw(_changes(number)) for number in range(draw(st.integers(0, 3)))],
        "borrowers": draw(st.sampled_from([1, 7, 60])),
        "merchants": draw(st.sampled_from([1, 3, 10])),
        "seed": draw(st.integers(0, 2**31)),
    }


class playing:
    """A wild market as a context: founded on entering, let go of on leaving."""

    def __init__(self, keywords):
        self.model = CreditModel(**keywords)

    def __enter__(self):
        return self.model

    def __exit__(self, *_):
        release(self.model)
