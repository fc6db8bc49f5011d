"""Mesa is the shell, not the storage: agents are views, the population answers as an AgentSet."""

import copy
import gc
import pickle
import weakref

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from sim import agents
from sim.agents import Borrower, Merchant, Platform, Regulator
from sim.line import CHARGED_OFF, OPEN
from sim.model import CreditModel
from sim.policy import Change
from sim.population import Borrowers
from sim.records import BORROWER, LINE, MERCHANT, PLATFORM_STATE

PLATFORMS = [{"name": "shop"}, {"name": "bank", "online": 0}]
PRODUCTS = [{"name": "pay-later", "platform": "shop", "buys": 1, "acceptance": 0.4},
            {"name": "cash", "platform": "shop", "lends_cash": 1.0, "minimum_share": 1.0},
            {"name": "card", "platform": "bank", "buys": 1, "acceptance": 0.3, "free_period": 2}]


def found(kind=CreditModel, borrowers=200, **keywords):
    return kind(PLATFORMS, PRODUCTS, borrowers=borrowers, **keywords)


@pytest.fixture
def model():
    return found(watch=3).run(2)


@pytest.fixture
def objects(model):
    """The same people as ordinary Mesa objects in an ordinary AgentSet: what the columns are compared with."""
    elsewhere = mesa.Model(rng=1)

    class Person(mesa.Agent):
        def __init__(self, view):
            super().__init__(elsewhere)
            for field in BORROWER:
                setattr(self, field.name, getattr(view, field.name))

        def wealthy(self, limit):
            return self.cash > limit

    people = [Person(view) for view in model.borrowers]
    yield AgentSet(people, random=elsewhere.random)
    del people  # an AgentSet holds its agents weakly: they must outlive the test


def ids(people):
    return [person.id for person in people]


def nth(agents_of_a_kind, i):
    return list(agents_of_a_kind)[i]  # Mesa is giving up the index


# --- a view is the record ---
def test_a_write_through_a_view_reaches_the_record_and_the_other_way_round(model):
    model.borrower(7).cash = 0
    assert model.market.borrowers[7].cash == 0
    model.market.borrowers[7].cash = 12_345
    assert model.borrower(7).cash == 12_345
    model.borrower(7).line("shop", "cash").limit = 999
    assert model.market.lines[7, 1].limit == 999
    model.market.merchants[1].fixed_cost = 77
    assert nth(model.merchants, 1).fixed_cost == 77
    nth(model.platforms, 1).approval = 0.5
    assert model.market.platforms[1].approval == 0.5


def test_every_field_of_every_record_is_an_attribute_with_meaning_and_unit(model):
    views = ((model.borrower(5), BORROWER), (model.borrower(5).line("bank", "card"), LINE),
             (nth(model.merchants, 0), MERCHANT), (nth(model.platforms, 0), PLATFORM_STATE))
    for view, fields in views:
        for field in fields:
            assert type(getattr(view, field.name)) in (int, float), "numpy numbers are slow to copy and print badly"
            assert getattr(type(view), field.name).__doc__ == f"{field.meaning} ({field.unit})"


def test_the_market_plays_on_from_what_was_written_through_a_view():
    changed, same = found(), found()
    for model in (changed, same):
        model.run(2)
    rich = changed.borrower(7)
    rich.cash += 1_000_000_00
    changed.run(1)
    same.run(1)
    assert rich.cash > same.borrower(7).cash + 500_000_00


def test_a_value_that_a_record_cannot_hold_is_refused_and_changes_nothing(model):
    person = model.borrower(7)
    before = model.market.borrowers[7].tolist()
    for name, value, problem in (("cash", 10.5, ValueError), ("cash", "10", TypeError), ("age", 300, ValueError),
                                 ("age", -1, ValueError), ("wage", 2**40, ValueError), ("stigma", np.nan, ValueError),
                                 ("employer", 10_000, ValueError), ("employer", -2, ValueError),
                                 ("quintile", 5, ValueError), ("id", 3, AttributeError)):
        with pytest.raises(problem, match=name):
            setattr(person, name, value)
        with pytest.raises(problem):
            model.borrowers.set(name, value)
    with pytest.raises(ValueError, match="between 0 and 7"):
        person.line("bank", "card").state = 8
    with pytest.raises(ValueError, match="contract must be between 0 and 0"):
        person.line("bank", "card").contract = 1
    with pytest.raises(ValueError, match="approval must be between"):
        nth(model.platforms, 0).approval = 50
    assert model.market.borrowers[7].tolist() == before


def test_an_attribute_of_ones_own_stays_on_a_watched_borrower_and_is_refused_on_a_passing_view(model):
    model.borrower(1).mood = "calm"
    assert model.borrower(1).mood == "calm"
    with pytest.raises(AttributeError, match="watch the borrower"):
        model.borrower(7).csah = 0


def test_two_views_of_one_person_are_equal_and_count_once(model):
    assert model.borrower(7) == model.borrower(7) != model.borrower(8)
    assert len({model.borrower(7), model.borrower(7), model.borrower(8)}) == 2
    assert model.borrower(7) != found().borrower(7)
    assert model.borrower(1) in model.agents


def test_lines_are_found_by_the_names_of_platform_and_product(model):
    person = model.borrower(next(i for i in range(200) if model.market.lines[i, 2].state == OPEN))
    assert list(person.lines) == [("shop", "pay-later"), ("shop", "cash"), ("bank", "card")]
    card = person.line("bank", "card")
    record = model.market.lines[person.id, 2]
    assert card.balance == record.revolving + record.purchases + record.instalment
    assert repr(card) == f"<Line bank card of borrower {person.id}>"
    with pytest.raises(KeyError, match="no product bank cash; there are: shop pay-later, shop cash, bank card"):
        person.line("bank", "cash")


def test_there_is_no_borrower_before_the_first_or_after_the_last(model):
    for index in (200, -201):
        with pytest.raises(IndexError, match="0 to 199"):
            model.borrower(index)
    with pytest.raises(IndexError, match="0 to 199"):
        Borrower(model, 200)


# --- what is registered ---
def test_platforms_merchants_the_regulator_and_watched_borrowers_are_registered_and_nobody_else(model):
    assert model.agent_types == [Platform, Merchant, Regulator, Borrower]
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == {
        Platform: 2, Merchant: 10, Regulator: 1, Borrower: 3}
    assert [platform.name for platform in model.platforms] == ["shop", "bank"]
    assert nth(model.platforms, 0).products == ["pay-later", "cash"]
    list(model.borrowers)
    assert len(model.agents) == 16


def test_a_borrower_can_be_watched_later_once_and_no_longer(model):
    seen = Borrower(model, 7)
    assert model.borrower(7) is seen
    assert seen in model.agents_by_type[Borrower]
    with pytest.raises(ValueError, match="borrower 7 is watched already"):
        Borrower(model, 7)
    seen.remove()
    assert model.borrower(7) is not seen
    assert model.borrower(7).cash == seen.cash
    assert len(model.agents_by_type[Borrower]) == 3


def test_watching_changes_nothing_in_the_market():
    alone, watched = found().run(3), found(watch=200).run(3)
    assert alone.market.borrowers.tobytes() == watched.market.borrowers.tobytes()
    assert alone.market.lines.tobytes() == watched.market.lines.tobytes()


def test_the_regulator_answers_what_is_in_force():
    late = Change(name="late", lever="rate_cap", value=0.24, start="2017-04")
    early = Change(name="early", lever="minimum_payment", value=0.2, start="2017-02", until="2017-03")
    model = found(changes=(late, early))
    assert model.regulator.timetable == [early, late]
    in_force = [model.run(1).regulator.in_force() for _ in range(4)]
    assert in_force == [[], [early], [], [late]]


# --- the population as an AgentSet ---
def test_the_population_is_an_agent_set(model):
    assert isinstance(model.borrowers, AgentSet)
    offered = {name for name in dir(AgentSet) if not name.startswith("_")}
    inherited = {"clear", "pop", "random"}  # would empty the population, or draw
    assert offered - inherited <= set(dir(Borrowers))


def test_the_population_answers_as_an_agent_set_of_objects_does(model, objects):
    people = model.borrowers
    assert len(people) == len(objects)
    assert ids(people) == ids(objects)
    assert people[3].id == nth(objects, 3).id
    assert people[-1].id == nth(objects, -1).id
    assert ids(people[10:40:7]) == ids(list(objects)[10:40:7])
    assert people.get("wage") == objects.get("wage")
    assert people.get(["age", "stigma"]) == objects.get(["age", "stigma"])
    assert people.get("nothing", "default", 5) == objects.get("nothing", "default", 5)
    assert people.map(Borrower.__hash__) == ids(objects)
    for one in (sum, min, max, len, np.mean, sorted, np.median):
        assert np.all(people.agg("cash", one) == objects.agg("cash", one)), one
    assert people.agg("wage", [min, max]) == objects.agg("wage", [min, max])
    assert people.agg("stigma", sum) == pytest.approx(objects.agg("stigma", sum))


def test_a_selection_answers_as_an_agent_set_of_objects_does(model, objects):
    def young(person):
        return person.age < 30

    def has_work(person):
        return person.jobless == 0

    few, objects_few = model.borrowers.select(young), objects.select(young)
    assert ids(few) == ids(objects_few)
    assert ids(model.borrowers.select(model.borrowers.column("age") < 30)) == ids(few)
    for most in (0, 5, 2.5, 10_000, 0.25, 1.0):
        assert ids(model.borrowers.select(young, at_most=most)) == ids(objects.select(young, at_most=most)), most
        assert len(model.borrowers.select(at_most=most)) == len(objects.select(at_most=most))
    assert few.agg("cash", [sum, max]) == objects_few.agg("cash", [sum, max])
    assert few[2].id == nth(objects_few, 2).id
    assert ids(few.select(has_work)) == ids(objects_few.select(has_work))
    assert len(model.borrowers.select(agent_type=Merchant)) == 0
    assert few[0] in few
    assert (model.borrower(0) in few) == young(model.borrower(0))
    old = model.borrowers - few
    assert len(old) + len(few) == 200
    assert len(old & few) == 0


def test_sorting_and_grouping_answer_as_an_agent_set_of_objects_does(model, objects):
    for key in ("cash", "age", "quintile", lambda person: -person.wage):
        for ascending in (True, False):
            assert ids(model.borrowers.sort(key, ascending)) == ids(objects.sort(key, ascending))
    for by in ("quintile", lambda person: person.age // 10):
        ours, theirs = model.borrowers.groupby(by), objects.groupby(by)
        assert list(ours.groups) == list(theirs.groups)
        assert {k: ids(v) for k, v in ours} == {k: ids(v) for k, v in theirs}
        assert ours.count() == theirs.count()
        assert ours.agg("wage", max) == theirs.agg("wage", max)
        assert ours.map(len) == theirs.map(len)
    lists = model.borrowers.groupby("quintile", result_type="list")
    assert lists.count() == objects.groupby("quintile", result_type="list").count()
    assert isinstance(lists.groups[0], list)


def test_setting_and_doing_reach_the_records(model):
    model.borrowers.set("stigma", 0.5)
    assert (model.market.borrowers["stigma"] == 0.5).all()
    young = model.borrowers.select(model.borrowers.column("age") < 30)
    assert young.set("impulse", 0.25).do(Borrower.__setattr__, "lenders_before", 1) is young
    held = model.market.borrowers
    assert ((held["lenders_before"] == 1) >= (held["age"] < 30)).all()
    assert (held["impulse"][held["age"] < 30] == 0.25).all()
    young.set("cash", np.arange(len(young)))
    assert young.get("cash") == list(range(len(young)))


def test_an_empty_selection_is_an_agent_set_too(model):
    nobody = model.borrowers.select(np.zeros(200, bool))
    assert (len(nobody), list(nobody), nobody.get("cash"), nobody.agg("cash", sum)) == (0, [], [], 0)
    assert nobody.get(["cash", "age"]) == []
    assert list(nobody.sort("cash")) == list(nobody.groupby("age").groups) == list(nobody[:3]) == []
    assert nobody.set("cash", 0).do("step") is nobody


def test_what_would_draw_or_change_the_population_is_refused_with_a_reason(model):
    people = model.borrowers
    for refused in (people.shuffle, lambda: people.shuffle_do("step")):
        with pytest.raises(TypeError, match="order of borrowers never matters"):
            refused()
    for refused in (people.add, people.remove, people.discard):
        with pytest.raises(TypeError, match="population is fixed"):
            refused(model.borrower(3))
    with pytest.raises(TypeError, match="new set that select returns"):
        people.select(at_most=3, inplace=True)
    with pytest.raises(TypeError, match="new set that sort returns"):
        people.sort("cash", inplace=True)
    with pytest.raises(ValueError, match="200 booleans"):
        people.select(np.arange(200))


# --- hooks ---
def test_hooks_are_called_once_a_month_in_the_order_of_registration():
    calls = []

    class Shop(Merchant):
        def step(self):
            calls.append(("merchant", self.index, self.model.month))

    class Observer(mesa.Agent):
        def step(self):
            calls.append(("observer", None, self.model.month))

    class Saver(Borrower):
        def step(self):
            calls.append(("borrower", self.id, self.model.month))

    model = found()
    Observer(model)
    Saver(model, 9)
    Saver(model, 4)
    Shop(model, 2)
    model.run(2)
    month = [("observer", None), ("borrower", 9), ("borrower", 4), ("merchant", 2)]
    assert calls == [(who, which, t) for t in (1, 2) for who, which in month]


def test_a_class_of_borrowers_with_a_step_moves_everybody_watched_or_not():
    class Saver(Borrower):
        def step(self):
            self.lenders_before = 1

    class Savers(CreditModel):
        borrower_class = Saver

    model = found(Savers, watch=2)
    model.step()
    assert (model.market.borrowers["lenders_before"] == 1).all()


def test_a_hook_can_change_the_market_and_its_accounts_still_close():
    class Levy(mesa.Agent):
        def step(self):
            people = self.model.borrowers
            people.set("cash", people.column("cash") // 2)
            people[0].line("shop", "pay-later").limit += 100

    model = found()
    Levy(model)
    model.run(4)


def test_agents_without_a_step_cost_no_call(model):
    called = []
    with pytest.MonkeyPatch.context() as patch:
        for kind in {Borrowers, *map(type, model.agents_by_type.values())}:
            patch.setattr(kind, "do", lambda *arguments: called.append(arguments))
        agents.call_hooks(model)
    assert called == []


# --- Mesa's own instruments ---
def total_cash(model):
    return model.borrowers.agg("cash", sum)


def test_a_data_collector_reports_the_model_and_the_watched_borrowers():
    model = found(watch=2)
    collector = mesa.DataCollector(
        model_reporters={"cash": total_cash, "month": "month"}, agenttype_reporters={
            Borrower: {"person": "id", "cash": "cash"}, Platform: {"name": "name", "book": "book"}})
    for _ in range(3):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert frame["month"].tolist() == [1, 2, 3]
    assert frame["cash"].iloc[-1] == model.market.borrowers["cash"].sum()
    people = collector.get_agenttype_vars_dataframe(Borrower)
    assert people["person"].tolist() == [0, 1] * 3
    assert people["cash"].iloc[-1] == model.borrower(1).cash
    assert collector.get_agenttype_vars_dataframe(Platform)["book"].iloc[-1] == nth(model.platforms, 1).book


def cash_if_any(agent):
    return getattr(agent, "cash", None)


def test_agent_reporters_see_every_registered_agent():
    model = found(watch=2)
    collector = mesa.DataCollector(agent_reporters={"cash": cash_if_any, "number": "unique_id"})
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame["number"].tolist() == list(range(1, len(model.agents) + 1))
    assert frame["cash"].iloc[-1] == model.borrower(1).cash


def test_a_model_survives_copying_and_pickling_and_plays_on_alike():
    model = found(watch=2).run(2)
    twins = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
    model.run(1)
    for twin in twins:
        assert twin.borrower(0).model is twin
        twin.run(1)
        assert (twin.market.borrowers == model.market.borrowers).all()
        assert (twin.market.lines == model.market.lines).all()


def test_a_released_model_leaves_nothing_behind():
    model = found(watch=5).run(1)
    records, gone = weakref.ref(model.market.lines), weakref.ref(model)
    agents.release(model)
    assert records() is None, "the records are the bulk: they go at once"
    del model
    gc.collect()
    assert gone() is None


def test_the_model_collects_its_main_series_and_its_watched_borrowers():
    model = found(watch=2).run(3)
    series = model.datacollector.get_model_vars_dataframe()
    assert list(series["date"]) == ["2017-01", "2017-02", "2017-03"]
    owed = model.tables()["monthly"]
    last = owed["month"] == owed["month"].max()
    assert series["balance_yuan"].iloc[-1] == owed["balance_fen"][last].sum() / 100
    late = sum(owed[name][last].sum() for name in ("m2_fen", "m3_fen", "m4_fen"))
    assert series["late_share"].iloc[-1] == pytest.approx(late / owed["balance_fen"][last].sum())
    people = model.datacollector.get_agenttype_vars_dataframe(Borrower)
    assert len(people) == 3 * 2
    assert people["cash"].iloc[-1] == model.borrower(1).cash


def test_an_aggregate_that_is_no_function_is_refused_with_what_to_give(model):
    with pytest.raises(TypeError, match=r"agg takes a function such as numpy.mean"):
        model.borrowers.agg("cash", "mean")


def test_a_write_after_lines_were_charged_off_leaves_the_accounts_closing():
    model = found(parameters={"job_loss_hazard": 0.1, "reemployment_hazard": 0.02}).run(14)
    assert (model.market.lines["state"] == CHARGED_OFF).any()
    model.borrower(7).cash = 0
    assert model.run(1).borrower(7).cash >= 0
