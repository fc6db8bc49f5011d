"""Attribution: how much of what a policy does is due to which channel, provision or platform.

A game is played for every set of players: worlds in which only some channels are open, or only some changes are made.
The parts are Shapley values. Of the channels, ``direct`` comes first: nothing can spread before the policy acts, so its
part is the first round, the world in which every other channel is held on the baseline's path, and the others share
what is left.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.estimate import Estimate, estimate
from analysis.explain.attribution.shapley import Coalition, Sampled, coalitions, exact, order_ranges, orders, sampled
from analysis.explain.twins import Case, Twins, World, each_seed, first_defaults
from sim import ledger
from sim import tally as row
from sim.channels import CHANNELS
from sim.levers import LEVERS
from sim.record import MERCHANT_COLUMNS

DIRECT = CHANNELS[0]
LENDERS = ("information", "funding")  #: channels through which lenders react; the others are the rule and the people
MOST_EXACT = 7  #: players for whom every coalition is played
PAIRS = 16  #: orders, each with its reverse, that are drawn for more players than that
CLOSED = [column.name for column in MERCHANT_COLUMNS].index("merchants_closed")


@dataclass(frozen=True)
class Outcome:
    """One thing that is attributed: its name, what it counts, and how it is shown."""

    name: str
    meaning: str
    unit: str  # as shown
    scale: float  # from what is counted to the unit, for one borrower or merchant
    per: str = "borrowers"  # or "merchants"


OUTCOMES = (
    Outcome("defaults", "people in default for the first time since the policy", "per 1,000 borrowers", 1000.0),
    Outcome("lines at cutters", "lines that default at lenders that cut", "per 1,000 borrowers", 1000.0),
    Outcome("lines elsewhere", "lines that default at other lenders", "per 1,000 borrowers", 1000.0),
    Outcome("loss", "charge-offs less recoveries, all lenders", "yuan per borrower", 0.01),
    Outcome("unmet", "what people are short of after all help", "yuan per borrower", 0.01),
    Outcome("closures", "merchants that close", "per 1,000 merchants", 1000.0, per="merchants"),
)


def measure(model, since: int, cutters: Sequence[str]) -> np.ndarray:
    """What OUTCOMES count in one world since a month: whole numbers, in their order.

    model: a world played to the end; since: months from the start; cutters: names of platforms whose lines the policy
    cuts.
    """
    months = model.history.months[since:]
    flows = sum(month["flows"] for month in months).sum(axis=1)
    events = np.concatenate([month["events"] for month in months])
    _, product = np.unique(np.array([events["borrower"], events["product"]]), axis=1)  # a line counts once
    cut = np.array([platform in cutters for platform, _ in model.product_names], dtype=bool)[product]
    return np.array(
        [
            len(first_defaults(model, since)),
            int(cut.sum()),
            int((~cut).sum()),
            flows[ledger.CHARGE_OFFS] - flows[ledger.RECOVERIES],
            sum(month["economy"][row.UNMET] for month in months),
            sum(month["merchants"][CLOSED] for month in months),
        ],
        dtype=np.int64,
    )


@dataclass(frozen=True)
class Game:
    """Who plays, what is played for each set of them, and who has to come first, if anybody."""

    name: str
    players: tuple[str, ...]
    world: Callable[[Coalition], World]
    first: str | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """The players whose order is free."""
        return tuple(player for player in self.players if player != self.first)

    @property
    def is_exact(self) -> bool:
        """Whether every coalition is played."""
        return len(self.others) <= MOST_EXACT


def channel_game(case: Case) -> Game:
    """The seven channels: a world has some open, and the others held on the path of the baseline."""
    return Game(
        "channels",
        CHANNELS,
        lambda open_ones: World(frozen=tuple(channel for channel in CHANNELS if channel not in open_ones)),
        first=DIRECT,
    )


def provision_game(case: Case) -> Game:
    """The provisions of the policy: a world has the changes of the baseline and some of the policy's own.

    Raises ValueError if the policy has no dated change of its own.
    """
    return _game_of_changes("provisions", case, {change.name: (change,) for change in case.own_changes})


def platform_game(case: Case) -> Game:
    """The platforms that a policy makes act: a world has its provisions as far as they concern some of them.

    Raises ValueError for a provision that does not fall on platforms one by one.
    """
    players: dict[str, tuple] = {name: () for name in case.reform.platforms}
    for change in case.own_changes:
        if change.platform is not None:
            players[change.platform] += (change,)
        elif "platform" not in LEVERS[change.lever].aims_at:
            raise ValueError(
                f"the change {change.name!r} ({change.lever}) falls on people at all lenders together, so it cannot be"
                " divided among platforms; attribute it to channels or provisions"
            )
        else:
            for name, platform in case.reform.platforms.items():
                if change.product is None or change.product in platform.products:
                    players[name] += (replace(change, name=f"{change.name} at {name}", platform=name),)
    return _game_of_changes("platforms", case, {name: changes for name, changes in players.items() if changes})


def _game_of_changes(name: str, case: Case, players: dict[str, tuple]) -> Game:
    if not players:
        raise ValueError(
            f"{case.reform.name} has no dated change of its own, so there are no {name} to attribute to; its effects"
            " can be attributed to channels"
        )
    before = tuple(case.given[0]["changes"])
    return Game(
        name,
        tuple(players),
        lambda some: World(changes=before + tuple(c for player in players if player in some for c in players[player])),
    )


GAMES = {"channels": channel_game, "provisions": provision_game, "platforms": platform_game}


@dataclass(frozen=True)
class Attribution:
    """Parts of the players: for every coalition that was played what it changes against the baseline."""

    game: Game
    seeds: tuple[int, ...]
    values: dict[Coalition, np.ndarray]  # coalition -> differences from the baseline, whole numbers [seed, outcome]
    sizes: dict[str, int]  # borrowers and merchants
    sample: Sampled | None = None  # if not every coalition was played

    @property
    def total(self) -> np.ndarray:
        """What the whole policy changes [seed, outcome]."""
        return self.values[Coalition(self.game.players)]

    @property
    def parts(self) -> dict[str, np.ndarray]:
        """Each player's part [seed, outcome]; together they are the total."""
        if self.sample is not None:
            return self.sample.parts
        whole = math.factorial(len(self.game.others))
        return {name: part / whole for name, part in self.numerators().items()}

    def numerators(self) -> dict[str, np.ndarray]:
        """Parts times the factorial of the players whose order is free: whole numbers that add up to the last unit."""
        game = self.game
        lead = Coalition((game.first,) if game.first else ())
        rest = {some: self.values[some | lead] for some in coalitions(game.others)}
        parts = exact(game.others, rest)
        if game.first is None:
            return parts
        first_round = self.values[lead] * math.factorial(len(game.others))
        return {game.first: first_round, **parts}

    def shown(self, outcome: int, counts: np.ndarray) -> Estimate:
        """Counts of an outcome [seed] in its unit, as an Estimate over seeds."""
        it = OUTCOMES[outcome]
        return estimate(np.asarray(counts, dtype=float) * it.scale / self.sizes[it.per])

    def part(self, player: str, outcome: int) -> Estimate:
        """One player's part of an outcome, in its unit."""
        return self.shown(outcome, self.parts[player][:, outcome])

    def sampling_error(self, player: str, outcome: int) -> float:
        """Standard error of the mean part that comes from drawing orders, in the unit; 0 if every order counts."""
        if self.sample is None:
            return 0.0
        it = OUTCOMES[outcome]
        return float(self.sample.errors[player][outcome]) * it.scale / self.sizes[it.per]

    def by_order(self, outcome: int) -> dict[str, tuple[float, float]]:
        """For each player whose order is free the least and the most that it adds, over all orders, in the unit.

        Only for games that are played whole: a sequential split is one of these numbers, whichever order is taken.
        """
        it, lead = OUTCOMES[outcome], Coalition((self.game.first,) if self.game.first else ())
        values = {some: self.values[some | lead][:, outcome] for some in coalitions(self.game.others)}
        scale = it.scale / self.sizes[it.per] / len(self.seeds)
        ranges = order_ranges(self.game.others, values)
        return {name: (low * scale, high * scale) for name, (low, high) in ranges.items()}

    def without(self, players: Sequence[str], outcome: int) -> Estimate:
        """What the policy changes with some players left out and all others in, in the unit: an experiment, no part."""
        return self.shown(outcome, self.values[Coalition(self.game.players) - set(players)][:, outcome])

    def added_last(self, players: Sequence[str], outcome: int) -> Estimate:
        """What these players add together once all others are in, in the unit."""
        without = self.values[Coalition(self.game.players) - set(players)]
        return self.shown(outcome, (self.total - without)[:, outcome])


def attribute(
    case: Case,
    seeds: Sequence[int],
    game: Game,
    cutters: Sequence[str],
    threads: int = 1,
    progress: Callable[[int], None] = lambda months: None,
    pairs: int = PAIRS,
) -> Attribution:
    """Play a game on every seed and divide what comes out.

    case, seeds: what is played; game: who plays; cutters: names of platforms whose lines the policy cuts; threads:
    seeds at once; progress: called with the months of worlds just played; pairs: orders drawn, each with its reverse,
    if there are too many players for every coalition. Returns an Attribution.
    """
    drawn = None if game.is_exact else orders(game.players, pairs)
    wanted = _wanted(game, drawn)
    worlds = [game.world(some) for some in wanted]

    def play(seed: int, advance: Callable[[int], None]) -> list[np.ndarray]:
        with Twins(case, seed) as twins:
            count = partial(measure, since=case.policy, cutters=cutters)
            return twins.play(worlds, lambda baseline, world: count(world) - count(baseline), progress=advance)

    played = np.array(each_seed(play, seeds, threads, progress))
    values = {some: played[:, i] for i, some in enumerate(wanted)}
    values[Coalition()] = np.zeros_like(played[:, 0])
    sample = None
    if drawn is not None:
        means = sampled(drawn, lambda some: values[some].mean(axis=0))
        sample = Sampled(sampled(drawn, lambda some: values[some]).parts, means.errors, len(drawn))
    sizes = {"borrowers": case.borrowers, "merchants": case.merchants}
    return Attribution(game, tuple(seeds), values, sizes, sample)


def _wanted(game: Game, drawn) -> list[Coalition]:
    """The coalitions to be played: without anybody, or without whoever must come first, nothing changes."""
    if drawn is None:
        lead = {game.first} if game.first else set()
        return [some for others in coalitions(game.others) if (some := others | lead)]
    prefixes = {Coalition(order[:length]) for order in drawn for length in range(1, len(order) + 1)}
    return sorted(prefixes, key=lambda some: (len(some), sorted(some)))


def months_of(game: Game, case: Case) -> int:
    """How many months of worlds one seed of a game takes, besides the baseline."""
    return len(_wanted(game, None if game.is_exact else orders(game.players, PAIRS))) * case.apart
