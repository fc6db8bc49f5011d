"""CreditModel: found a market, step a month, collect. A ``mesa.Model`` around arrays of records."""

import gc
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import mesa
import numpy as np

from sim import agents, channels, networks
from sim import tally as row
from sim.accounts import Accounts
from sim.chance import month_key
from sim.founding import capitalise, found, merchant_sizes, open_merchants, wage_edges
from sim.given import given_records
from sim.history import History
from sim.month import Market, play
from sim.parameters import BEHAVIOUR, MOST_KINDS, NO_CAP, PLATFORM, PRODUCT, YEAR, YUAN, merchants_for
from sim.policy import Timetable, month_date, month_number
from sim.population import Borrowers
from sim.record import TABLES
from sim.records import (
    BORROWER_DTYPE,
    LINE_DTYPE,
    MERCHANT_DTYPE,
    PAGE_DTYPE,
    PLATFORM_DTYPE,
    PRODUCT_DTYPE,
    RULES_DTYPE,
    USE_DTYPE,
    blank,
)  # fmt: skip
from sim.tally import new_tally

MOST_SLICES = 16  # fixed, so that the work is cut the same way for any number of threads
SMALLEST_SLICE = 4096  # people


class CreditModel(mesa.Model):
    """A market of platform consumer credit.

    platforms: one dict per platform, ``name`` and terms of ``parameters.PLATFORM``; products: one dict per product,
    ``name``, ``platform`` and terms of ``parameters.PRODUCT``; parameters: values of ``parameters.BEHAVIOUR``; terms
    left out take their default. changes: dated policy (``policy.Change``); start: first month, ``2017-01``; borrowers,
    merchants: how many; seed: names the world's chance; reference: the month at whose end each person's number of
    lenders is noted for later; watch: how many borrowers are registered as Mesa agents; threads: how many share a
    month's work (the result is the same for any number); friends, employers, shops: networkx graphs instead of those
    that would be built; table: columns of what is known of the borrowers (``given_records``); diary: whether what each
    person did in the month played last is kept (``market.pages`` and ``market.uses``); beside: the model of a baseline,
    which plays the same months; frozen: channels (``channels.CHANNELS``) that are held on the path they take there;
    branch: a model to go on from (use ``branch``).

    Raises ValueError for a term, platform, product or month that does not exist.
    """

    #: Classes of the agents: a subclass of the model names its own to add a behaviour.
    borrower_class, merchant_class = agents.Borrower, agents.Merchant
    platform_class, regulator_class = agents.Platform, agents.Regulator

    def __init__(
        self,
        platforms,
        products,
        *,
        parameters=None,
        changes=(),
        start="2017-01",
        borrowers=1000,
        merchants=None,
        seed=1,
        reference=None,
        watch=0,
        threads=1,
        friends=None,
        employers=None,
        shops=None,
        table=None,
        diary=False,
        beside=None,
        frozen=(),
        branch=None,
    ):
        super().__init__(
            rng=int(seed)
        )  # Mesa's own generator, for agents that users add; the market never draws from it
        self._given = {
            **{"platforms": platforms, "products": products, "parameters": parameters, "start": start},
            **{"seed": seed, "reference": reference, "threads": threads},
        }
        self.seed = int(seed)
        self.start = start
        self.month = branch.month if branch else 0
        self.changes = tuple(changes)
        self.threads = max(1, int(threads))
        self.platform_names = [platform["name"] for platform in platforms]
        self.product_names = [(product["platform"], product["name"]) for product in products]
        if max(len(platforms), len(products)) > MOST_KINDS:
            raise ValueError(f"a market holds at most {MOST_KINDS} platforms and {MOST_KINDS} products")
        held = "direct" in frozen and beside is not None  # then only what happens in the baseline happens here
        happens = beside.changes if held else changes
        self.timetable = Timetable(happens, start, self.platform_names, self.product_names)
        self._reference = None if reference is None else month_number(reference) - month_number(start)
        self._calm_rules = _terms(RULES_DTYPE, BEHAVIOUR, [parameters or {}])[0]
        self._calm_rules.founding = month_key(self.seed, 0)
        self._calm_rules.wage_level = 1.0
        self._terms = self._products(products)
        self._contracts = self.timetable.contracts(self._terms)
        self._lenders = _terms(PLATFORM_DTYPE, PLATFORM, platforms, named=("name",))
        if branch:
            self._go_on_from(branch)
        else:
            self._found(borrowers, merchants or merchants_for(borrowers), friends, employers, shops, table)
        self._set_up(watch, diary)
        self.beside, self.frozen = beside, tuple(frozen)
        channels.check(self.frozen, self, beside)
        if "rollover" in self.frozen:
            beside.keep_diary()
            self.market = self.market._replace(course=beside.market.uses)

    def _set_up(self, watch, diary) -> None:
        """What a market needs in order to be played and looked at: tallies, accounts, agents, a diary if wanted."""
        people, products = self.market.lines.shape
        self.slices = _slices(people)
        self.tallies = [new_tally(high - low, products, len(self.market.merchants)) for low, high in self.slices]
        self.accounts = Accounts(self.market)
        if diary:
            self.keep_diary()
        agents.populate(
            self,
            watch=watch,
            borrower=self.borrower_class,
            merchant=self.merchant_class,
            platform=self.platform_class,
            regulator=self.regulator_class,
        )
        self.datacollector = agents.collector(self)

    # --- founding ---
    def _products(self, products) -> np.recarray:
        """The terms of every product, with the index of its platform."""
        terms = _terms(PRODUCT_DTYPE, PRODUCT, products, named=("name", "platform"))
        for k, (platform, product) in enumerate(self.product_names):
            if platform not in self.platform_names:
                raise ValueError(
                    f"product {product!r}: no platform {platform!r}; platforms are {', '.join(self.platform_names)}"
                )
            terms[k].platform = self.platform_names.index(platform)
        terms["most_rate"] = NO_CAP
        terms["usual_rate"], terms["usual_instalment_rate"] = terms["monthly_rate"], terms["instalment_rate"]
        return terms

    def _found(self, borrowers, merchants, friends, employers, shops, table) -> None:
        """Everybody at month 0: networks first, then people, lines and capital."""
        rules = self._calm_rules
        size = merchant_sizes(merchants, self.seed)
        offsets, neighbours = networks.friends(borrowers, self.seed, graph=friends)
        market = Market(
            borrowers=blank(borrowers, BORROWER_DTYPE),
            lines=blank((borrowers, len(self.product_names)), LINE_DTYPE),
            # unsigned, like every index that is never negative: compiled code need not test for it
            shops=networks.shops(borrowers, size, self.seed, graph=shops).view("u4"),
            merchants=blank(merchants, MERCHANT_DTYPE),
            platforms=self._lenders.copy(),
            products=self._terms.copy(),
            contracts=self._contracts.copy(),
            friend_offsets=offsets,
            friends=neighbours,
            **_no_diary(len(self.product_names)),
        )
        market.borrowers["employer"] = networks.employers(
            borrowers, size, float(rules.merchant_employment_share), self.seed, graph=employers
        )
        known = given_records(table or {}, borrowers, self.seed, self.product_names)
        found(market, rules, self.seed, _edges(self.start, rules), *known)
        open_merchants(market, rules)
        capitalise(market.lines, market.products, market.platforms)
        self.market = market
        self.history = History(self.start, self.platform_names, self.product_names)

    def _go_on_from(self, model) -> None:
        """The market as another model left it; who knows whom and who shops where never changes."""
        moving = ("borrowers", "lines", "merchants", "platforms", "products")
        self.market = model.market._replace(
            contracts=self._contracts.copy(),
            **{name: getattr(model.market, name).copy() for name in moving},
            **_no_diary(len(self.product_names)),
        )
        self.history = model.history.branch()
        self.timetable.take_over(model.timetable)

    def keep_diary(self) -> None:
        """From the next month on keep what each person did in the month played last: a page and the uses of lines."""
        if not len(self.market.pages):
            people, lines = self.market.lines.shape
            self.market = self.market._replace(pages=blank(people, PAGE_DTYPE), uses=blank((people, lines), USE_DTYPE))

    def branch(self, changes=None, *, frozen=(), diary=False) -> "CreditModel":
        """A world that has been this one so far and goes on under other changes, or with channels frozen on its path.

        changes: dated policy instead of this world's own, the same up to this month (None: its own); frozen: channels
        held on the path that this world takes from now on, which is then played beside; diary: as for a new model.
        """
        changes = self.changes if changes is None else changes
        beside = self if frozen else None
        return type(self)(**self._given, changes=changes, frozen=frozen, beside=beside, diary=diary, branch=self)

    # --- a month ---
    @property
    def date(self) -> str:
        """The calendar month played last, ``2017-01``; before the first step, the month before the start."""
        return month_date(month_number(self.start) + self.month - 1)

    def rules_in_force(self):
        """The rules record and the aims of the month about to be played; terms of lenders are brought up to date.

        Only those terms of platforms that a lever of this run moves are set: others may be written through a view.
        """
        rules, timetable = self._calm_rules.copy(), self.timetable
        products, contracts, platforms = self.market.products, self.market.contracts, self.market.platforms
        rules.month = self.month
        rules.wage_level = (1.0 + rules.wage_growth) ** (self.month / YEAR)
        rules.contract = timetable.version(self.month)
        contracts[...] = self._contracts
        for name in timetable.columns("platforms"):
            platforms[name] = self._lenders[name]
        if timetable.reacts:
            timetable.observe(self.month, self.indicators())
        timetable.apply(self.month, rules, contracts, platforms)
        products[...] = contracts[rules.contract]
        return rules, timetable.aims(self.month)

    def step(self) -> None:
        """Play one month: the market moves, the accounts are checked, hooks run."""
        if self.frozen:
            self._play_beside()
        if self.touched:  # somebody wrote through a view: the accounts open with what is there now
            self.accounts, self.touched = Accounts(self.market), False
        total = play(self)
        self.history.add(total, self.market)
        self.accounts.close_month(self.market, total, self.date_after())
        if self.frozen:
            channels.hold(self.market, self.beside.market, self.frozen)
            self.accounts = Accounts(self.market)
        if self.month == self._reference:
            self.market.borrowers["lenders_before"] = self.market.borrowers["lenders"]
        self.month += 1
        agents.call_hooks(self)
        self.datacollector.collect(self)

    def _play_beside(self) -> None:
        """Let the baseline play the month first: what people do there may be the course for people here."""
        while self.beside.month <= self.month:
            self.beside.step()
        if self.beside.month > self.month + 1:
            raise ValueError(f"the baseline beside is ahead: it has played {self.beside.date}, not {self.date_after()}")

    def date_after(self) -> str:
        """The calendar month about to be played, or being played."""
        return month_date(month_number(self.start) + self.month)

    def run(self, months: int, progress=None) -> "CreditModel":
        """Play so many months and return itself; progress, if given, is called with the months played after each."""
        for done in range(1, months + 1):
            self.step()
            if progress is not None:
                progress(done)
        return self

    def share_out(self, function, jobs) -> None:
        """Call a function for every job, on as many threads as the model may use."""
        if self.threads == 1 or len(jobs) == 1:
            for job in jobs:
                function(*job)
            return
        with ThreadPoolExecutor(min(self.threads, len(jobs))) as pool:
            list(pool.map(lambda job: function(*job), jobs))

    # --- what came out ---
    @property
    def balance_yuan(self) -> float:
        """What all borrowers owe at the end of the month played last, charged-off debt excluded, in yuan."""
        return float(self.history.last("books", row.BALANCE).sum()) / YUAN

    @property
    def late_share(self) -> float:
        """Share of that balance on lines 30 or more days past due."""
        late = sum(float(self.history.last("books", bucket).sum()) for bucket in (row.M2, row.M3, row.M4))
        return late / max(1.0, YUAN * self.balance_yuan)

    @property
    def in_default_share(self) -> float:
        """Share of borrowers with a default on the bureau's record."""
        return float(self.history.last("economy", row.IN_DEFAULT)) / len(self.market.borrowers)

    @property
    def short_share(self) -> float:
        """Share of borrowers whose needs exceeded cash and usable purchase credit in the month played last."""
        return float(self.history.last("economy", row.SHORT)) / len(self.market.borrowers)

    def indicators(self) -> dict[str, float]:
        """What reaction rules follow (``levers.INDICATORS``), as published at the end of the month played last."""
        if not len(self.history):
            return {}
        book = self.market.platforms["book"]
        published = {
            "delinquency": self.late_share,
            "in_default": self.in_default_share,
            "short": self.short_share,
            "spread": float(self.market.platforms["spread"] @ book) / max(1.0, float(book.sum())),
        }
        if len(self.history) > YEAR:
            before = float(self.history.last("books", row.BALANCE, back=YEAR).sum()) / YUAN
            published["credit_growth"] = self.balance_yuan / max(1.0, before) - 1.0
        return published

    def tables(self, names=tuple(TABLES)) -> dict[str, dict[str, np.ndarray]]:
        """The tables of ``record.TABLES`` for the months played, as columns. names: of the tables wanted."""
        return self.history.tables(names)

    @property
    def borrowers(self) -> Borrowers:
        """Everybody, as an AgentSet answered from the records."""
        return Borrowers(self, self.borrower_class)

    def borrower(self, index: int) -> agents.Borrower:
        """The view of one person."""
        return self.borrowers[index]


def _terms(dtype, group, rows, named=()) -> np.recarray:
    """Records of terms from dicts: defaults, then what is given. Raises ValueError for an unknown or wild term."""
    records = blank(len(rows), dtype)
    for record, given in zip(records, rows, strict=True):
        for parameter in group.values():
            record[parameter.name] = parameter.default
        for name, value in given.items():
            if name in named:
                continue
            if name not in group:
                raise ValueError(f"no parameter {name!r} here; parameters are {', '.join(group)}")
            if not group[name].low <= value <= group[name].high:
                raise ValueError(
                    f"{name} = {value} is outside {group[name].low} to {group[name].high} ({group[name].unit})"
                )
            record[name] = value
    return records


def _edges(start: str, rules):
    """Where the quintiles of wages begin and end at the founding."""
    return wage_edges(month_number(start) // YEAR, float(rules.wage_growth), float(rules.mean_wage))


def _no_diary(products: int) -> dict[str, np.recarray]:
    """What a market has instead of a diary and a course: records of nobody."""
    uses = blank((0, products), USE_DTYPE)
    return {"pages": blank(0, PAGE_DTYPE), "uses": uses, "course": uses}


def _slices(borrowers: int) -> list[tuple[int, int]]:
    """Where the population is cut into slices: at most sixteen, at least some thousand people each."""
    count = max(1, min(MOST_SLICES, borrowers // SMALLEST_SLICE))
    edges = [borrowers * i // count for i in range(count + 1)]
    return list(itertools.pairwise(edges))


_warming = threading.Lock()


def warm_up() -> None:
    """Compile everything once, before threads would each compile it: a tiny market plays two months."""
    with _warming:
        platforms = [{"name": "one"}]
        products = [{"name": "pay-later", "platform": "one", "buys": 1, "acceptance": 0.4}]
        collecting = gc.isenabled()
        gc.disable()  # a seventh of the time would go into looking for garbage in what the compiler holds
        try:
            agents.release(CreditModel(platforms, products, borrowers=20, merchants=2).run(2))
        finally:
            if collecting:
                gc.enable()
