"""The Korean market fitted again to the months up to June 2003: ``python -m analysis.calibration.window``.

It starts where the market of `scenarios/markets/korea-cards.toml` stands and takes Gauss-Newton steps held close to it.
With ``--afresh`` it forgets the free numbers of that market: guesses all over the ranges are smoothed together first,
and the best of them, played again on other seeds, is where the steps begin.
What is not free stays as it is, and limits, reach and approval are free only relative to what each lender has.
After each step it says how far the window is off, and the errors in the contests with autoregressions and independent
lines. The fit does not look at the months on which those of O1 and O4 are judged (O5 is judged on months of the
window): so anybody can see what the window alone says, and how much of the forecast hangs on where the search began. In
worlds as few and small as the default these errors are rough; ``rollover validate`` has them from more and larger ones.
Settings of the last step are written as ``rollover run --set`` takes them.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from analysis.calibration.ensemble import smooth
from analysis.calibration.market import units_of, values_of
from analysis.calibration.steps import HOLDS, Step, distance, steps
from analysis.folder import open_run
from analysis.progress import Progress, stop
from analysis.validation.korea import CRISIS, benchmarks, outputs, world
from analysis.validation.korea.observed import value
from analysis.validation.korea.replay import Replay, ratio
from scenarios.runner import Stopped
from sim.parameters import PLATFORM, PRODUCT


class Free(NamedTuple):
    """A number that may be fitted: its address, the ends of its range and, between them, what is likely beforehand.

    ``*`` in an address stands for all lenders; ``times`` multiplies what each has, ``plus`` adds to it.
    """

    address: str
    low: float
    likely: float
    high: float

    def parts(self) -> tuple[str, str, str]:
        """Whose number it is (parameters, platforms, products), its name, and how it changes what a lender has."""
        where, _, how = self.address.partition(" ")
        return where.split(".")[0], where.split(".")[-1], how


#: Ends of each range and, between them, what was likely beforehand: the calm market's value or a middle, by judgement.
RANGES = {
    **{f"parameters.{name}": ends for name, ends in {
        "loan_hazard": (0.02, 0.3, 1.0), "loan_size": (0.1, 1.0, 3.0), "necessity_share": (0.5, 0.6, 0.9),
        "hand_to_mouth_share": (0.1, 0.45, 0.9), "hand_to_mouth_spending_share": (0.9, 0.97, 1.1),
        "saver_spending_share": (0.75, 0.9, 1.0), "saver_buffer_median": (0.5, 2.0, 3.0),
        "belt_tightening": (0.01, 0.08, 0.2), "score_income": (0.02, 0.3, 0.6), "common_score": (0.3, 0.65, 1.0),
        "adoption_hazard": (0.0, 0.003, 0.03), "score_burden": (0.0, 0.4, 0.8), "score_late": (0.2, 0.6, 1.3),
        "plan_request_hazard": (0.1, 0.6, 1.0), "income_shock": (0.05, 0.23, 0.4),
        "expense_hazard": (0.01, 0.022, 0.12), "relend_weight": (0.0, 0.5, 2.0), "benefit_share": (0.0, 0.15, 0.5),
        "family_help_hazard": (0.0, 0.066, 0.2),
        "family_help_size": (0.0, 0.5, 3.0), "wage_shock": (0.05, 0.087, 0.3), "deleveraging": (0.0, 0.2, 0.9),
        "credit_share": (0.1, 0.5, 0.9), "credit_share_need": (0.1, 0.7, 1.5), "openness_spread": (0.0, 0.5, 1.0),
        "openness_need": (0.5, 3.0, 6.0), "minimum_habit_share": (0.0, 0.02, 0.2), "strategic_debt": (3.0, 8.0, 14.0),
        "asset_sale_hazard": (0.0, 0.1, 0.4), "asset_sale_size": (0.2, 1.0, 6.0), "triage_share": (0.0, 0.5, 1.0),
    }.items()},
    "platforms.*.approval plus": (-0.3, 0.0, 0.3), "platforms.*.signal_noise": (0.0, 0.08, 0.8),
    "platforms.*.sees_defaults": (0.1, 0.3, 1.0), "products.*.limit_income times": (0.4, 1.0, 2.5),
    "products.*.reach times": (0.4, 1.0, 1.4), "products.*.acceptance": (0.08, 0.2, 0.35),
    "products.*.scenes": (0.0, 0.3, 1.0), "products.*.lends_cash": (0.5, 0.8, 1.0),
    "products.*.forget_hazard": (0.0, 0.009, 0.012), "products.*.cut_margin": (0.1, 0.15, 0.9),
    "products.*.raise_margin": (-0.3, 0.06, 1.0), "products.*.raise_share": (0.0, 0.05, 0.2),
}  # fmt: skip
FINALISTS = 24  #: guesses of the last generation that are compared on several seeds
FREE = tuple(Free(address, *ends) for address, ends in RANGES.items())


@dataclass(frozen=True)
class Aim:
    """One figure to fit: published, the error that it may have, its weight, and what of a replay meets it."""

    name: str
    published: float
    error: float
    weight: float
    simulated: Callable[[Replay], np.ndarray]  # [seed]


#: Error that a level may have, and its weight, in the order of ``outputs.LEVELS``.
LEVELS = ((0.4, 0.5), (0.4, 0.5), (0.25, 3.0), (0.05, 0.5), (0.05, 0.5), (0.025, 2.0), (0.01, 1.5), (0.004, 1.5),
          (0.005, 2.0), (0.005, 6.0))  # fmt: skip


def _levels() -> list[Aim]:
    """Who holds, draws and owes how much when the crisis begins, and by how much cash advances fall at first."""

    def share(series, month):
        return lambda replay: outputs.per_person(replay, series, month)

    def fell(replay):
        halves = (replay.between("cash advances", f"{year}-01", f"{year}-06").sum(axis=1) for year in (2003, 2002))
        return ratio(*halves)

    half = "cash advances, first half"
    return [
        *(Aim(f"{series} {month}", published, error, weight, share(series, month))
          for (series, month, published, *_), (error, weight) in zip(outputs.LEVELS, LEVELS, strict=True)),
        Aim("cash advances over limits", outputs.CASH_USE, 0.06, 2.0, outputs.cash_use),
        Aim("purchases over cash advances", outputs.PURCHASES, 0.2, 2.0, outputs.purchases),
        Aim("fall of cash advances", value(half, "2003-06") / value(half, "2002-06"), 0.04, 6.0, fell),
    ]  # fmt: skip


def _paths() -> list[Aim]:
    """Delinquency, the register and its registrations, month by month."""

    def share(series, month):
        return lambda replay: replay.at(series, month)

    def index(month):
        return lambda replay: ratio(replay.at(outputs.PERSONS, month), replay.at(outputs.PERSONS, outputs.ORIGIN))

    def grown(month):
        return lambda replay: ratio(replay.at("card delinquents", month), replay.at("card delinquents", outputs.ORIGIN))

    origin, on_cards = (value(series, outputs.ORIGIN) for series in (outputs.PERSONS, outputs.ON_CARDS))
    persons = {"2002-07": (0.03, 2), "2002-10": (0.02, 1), "2003-01": (0.012, 2), "2003-03": (0.012, 4),
               "2003-04": (0.012, 3), "2003-06": (0.012, 4)}  # fmt: skip
    counts = {"2001-12": (0.25, 0.3), "2002-07": (0.2, 0.5), "2002-12": (0.15, 2), "2003-03": (0.03, 8),
              "2003-06": (0.03, 8)}  # fmt: skip
    return [
        *(Aim(f"persons {month}", value(outputs.PERSONS, month) / origin, error, weight, index(month))
          for month, (error, weight) in persons.items()),
        *(Aim(f"card delinquents grown to {month}", value(outputs.ON_CARDS, month) / on_cards, 0.03, 3.0, grown(month))
          for month in ("2003-03", "2003-04")),
        *(Aim(f"registrations {month}", value(outputs.REGISTRATIONS, month), error, weight,
              share(outputs.REGISTRATIONS, month)) for month, (error, weight) in counts.items()),
        *(Aim(f"headline {month}", value(outputs.HEADLINE, month), 0.015, 0.7, share(outputs.HEADLINE, month))
          for month in ("2002-12", "2003-01", "2003-02", "2003-04", "2003-05", "2003-06")),
        *(Aim(f"real {month}", value(outputs.REAL, month), 0.018, 1.5, share(outputs.REAL, month))
          for month in ("2003-01", "2003-02", "2003-03", "2003-04", "2003-05", "2003-06")),
        *(Aim(f"arrears {month}", value(outputs.ARREARS, month), 0.006, 0.7, share(outputs.ARREARS, month))
          for month in ("2002-06", "2002-11", "2003-02", "2003-06")),
    ]  # fmt: skip


def _facts() -> list[Aim]:
    """The stylised facts of stress that this market has to have: F10, F11 and F17 end in December 2003, F18 in July.

    They are the only aims beyond the window; O6, O10 and O11 are the same figures and are named as aimed at. Where a
    fact is accepted within a range, the aim lies inside of it.
    """
    stops, rest = "headline delinquency, lender that stops", "headline delinquency, other lenders"

    def rise(series, first, last):
        return lambda replay: replay.at(series, last) - replay.at(series, first)

    def elasticity(replay):
        persons, limits = "card delinquents", "cash-advance limits"
        late = np.log(ratio(replay.at(persons, "2003-07"), replay.at(persons, outputs.ORIGIN)))
        return ratio(late, np.log(ratio(replay.at(limits, "2003-06"), replay.at(limits, outputs.ORIGIN))))

    def widening(replay):
        return ratio(replay.at(outputs.REGISTRATIONS, "2003-06"), replay.at(outputs.REGISTRATIONS, "2001-12"))

    one = "cash in use of cards, drawn on one"
    return [
        Aim("F10", 0.60, 0.03, 6.0, lambda replay: replay.at(one, "2003-12")),
        Aim("F11", 0.178, 0.05, 3.0, rise(outputs.MULTI, "2001-12", "2003-12")),
        Aim("F12", 1.45, 0.08, 3.0, widening),
        Aim("F17, own", 0.055, 0.008, 4.0, rise(stops, "2003-10", "2003-12")),
        Aim("F17, others", 0.0, 0.012, 1.5, rise(rest, "2003-10", "2003-12")),
        Aim("F18", -0.76, 0.15, 3.0, elasticity),
    ]  # fmt: skip


AIMS = (*_levels(), *_paths(), *_facts())
WEIGHTS = np.array([aim.weight for aim in AIMS])


def missed(replay: Replay) -> np.ndarray:
    """How far the mean of the seeds is off each aim, in allowed errors: (simulated - published) / error, [aim]."""
    return np.array([(aim.simulated(replay).mean() - aim.published) / aim.error for aim in AIMS])


def settings(units: np.ndarray) -> list[str]:
    """The free numbers at places in their ranges as ``key=value`` settings of the scenario, lender by lender.

    units: [number] from 0 to 1, in the order of FREE; "times" and "plus" change what each lender has in the market, as
    far as the term's own range goes.
    """
    from scenarios.loader import load

    lenders = load(CRISIS).platforms
    written = []
    for number, free in zip(map(float, values_of(FREE, units)), FREE, strict=True):
        kind, name, how = free.parts()
        if kind == "parameters":
            written.append(f"parameters.{name}={number:.4g}")
            continue
        for lender, platform in lenders.items():
            (product, terms), *_ = platform.products.items()
            has = getattr(terms if kind == "products" else platform, name)
            known = (PRODUCT if kind == "products" else PLATFORM)[name]
            new = np.clip({"": number, "times": number * has, "plus": number + has}[how], known.low, known.high)
            part = f".products.{product}" if kind == "products" else ""
            written.append(f"platforms.{lender}{part}.{name}={new:.4g}")
    return written


def present() -> np.ndarray:
    """Where the free numbers stand in the market as it is, as places in their ranges; [number]."""
    from scenarios.loader import load

    resolved = load(CRISIS).resolved()
    lender = next(iter(resolved["platforms"].values()))
    tables = {"parameters": resolved["parameters"], "platforms": lender,
              "products": next(iter(lender["products"].values()))}  # fmt: skip
    found = []
    for free in FREE:
        kind, name, how = free.parts()
        found.append({"": tables[kind][name], "times": 1.0, "plus": 0.0}[how])
    return np.clip(units_of(FREE, found), 0.0, 1.0)


def played(units: np.ndarray, room: Path, people: int, seeds: range, progress=lambda done, total: None) -> list[Replay]:
    """The crisis with the numbers of each guess, all in one run: a replay for each.

    units: [guess, number]; room: folder, thrown away before and after; people, seeds: of each; progress: called with
    months played and in all.
    """
    from scenarios.loader import load
    from scenarios.runner import Plan, cores, play

    worlds = tuple(
        load(CRISIS, settings(guess)).model_copy(update={"borrowers": people, "name": f"guess-{place:04}"})
        for place, guess in enumerate(units)
    )
    shutil.rmtree(room, ignore_errors=True)
    run = open_run(play(Plan(worlds, tuple(seeds), None), room, cores(), progress).folder)
    found = [world.replay(replace(run, baseline=one.name), one) for one in worlds]
    shutil.rmtree(room)
    return found


def guessed(units: np.ndarray, room: Path, people: int, seeds: range, progress=lambda done, total: None) -> np.ndarray:
    """What each guess misses in the mean of its worlds: [guess, aim]. Arguments as of ``played``."""
    return np.array([missed(replay) for replay in played(units, room, people, seeds, progress)])


def smoothed(room: Path, guesses: int, generations: int, people: int, seeds: range,
             progress=lambda done, total: None) -> np.ndarray:  # fmt: skip
    """The best guess after smoothing, from what was likely before anything was played: [number].

    Every generation is played on a seed of its own: on one seed for all, guesses come to fit the luck of that seed. Of
    the last generation the guesses that missed least, and the median, are played again on other seeds.

    room: folder, thrown away; guesses, generations: how many; people: in each market; seeds: on which the last guesses
    are compared; progress: called with months played and in all. Says after each generation how far the mean of the
    guesses is off the window.
    """
    from scenarios.loader import load

    months = load(CRISIS).months * guesses
    turns = count()

    def simulate(units):
        turn = next(turns)
        luck = range(seeds.stop + turn, seeds.stop + turn + 1)
        return guessed(units, room, people, luck, lambda done, _: progress(turn * months + done, total))

    total = (generations + 1) * months
    likely = units_of(FREE, [free.likely for free in FREE])
    for number, generation in enumerate(smooth(simulate, likely, WEIGHTS, guesses, generations)):
        middle = distance(np.nanmean(generation.missed, axis=0), WEIGHTS)
        click.echo(f"generation {number}: mean of {guesses} guesses, window {middle:.1f}")
    order = np.argsort([distance(one, WEIGHTS) for one in generation.missed])
    last = np.vstack([generation.units[order[:FINALISTS]], generation.middle])
    off = [distance(one, WEIGHTS) for one in guessed(last, room, people, seeds)]
    click.echo(f"best of {len(last)} guesses on {len(seeds)} other seeds: window {min(off):.1f}")
    return last[int(np.argmin(off))]


def said(step: Step, replay: Replay, number: int, rivals: dict) -> str:
    """One line on a step: how far the window is off, and the market's error over those of its rivals.

    rivals: contest -> errors of the best autoregression and of independent lines.
    """
    against = []
    for contest, (best, lines) in rivals.items():
        own = benchmarks.market_error(contest, replay)
        against.append(f"{contest.code} {own / best:.2f} and {own / lines:.2f}")
    return f"step {number}: window {step.distance:.1f}; contests {'; '.join(against)}"


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/korea-window"),
              show_default=True, help="Folder for the settings of the last step.")  # fmt: skip
@click.option("--steps", "most", type=click.IntRange(1), default=3, show_default=True, help="Most steps.")
@click.option("--held", type=click.FloatRange(0.0), default=0.3, show_default=True,
              help="How closely to keep to where it starts; 0: not at all.")  # fmt: skip
@click.option("--afresh", is_flag=True, help="Start from guesses all over the ranges, not from the market as it is.")
@click.option("--guesses", type=click.IntRange(20), default=300, show_default=True, help="With --afresh: how many.")
@click.option("--generations", type=click.IntRange(1), default=6, show_default=True,
              help="With --afresh: how often the guesses move.")  # fmt: skip
@click.option("--people", type=click.IntRange(200), default=6_000, show_default=True, help="People in each market.")
@click.option("--seeds", type=click.IntRange(1), default=6, show_default=True, help="Worlds that are averaged.")
def main(out: Path, most: int, held: float, afresh: bool, guesses: int, generations: int, people: int, seeds: int):
    """Fit the Korean market to January 2002 to June 2003 again, and say what becomes of the months after.

    After each step it says how far the window is off, and the market's error over that of the best autoregression and
    of independent lines: on real delinquency (O1) and delinquent persons (O4) after June 2003, and on registrations
    (O5) of March and June 2003, which are among the aims. Worlds as few and small as the default are rough; rollover
    validate has larger ones. It cannot go on where it was stopped: the same command begins again.
    """
    out.mkdir(parents=True, exist_ok=True)
    try:
        fit(out, most, held, afresh, guesses, generations, people, seeds)
    except (KeyboardInterrupt, Stopped):
        stop(f"stopped; {out / 'settings.txt'} has the last step, if one was taken; the same command begins again")
    click.echo(f"Written to {out / 'settings.txt'}")


def fit(out: Path, most: int, held: float, afresh: bool, guesses: int, generations: int, people: int, seeds: int):
    """What the command does, with its options as arguments; writes the settings of every step to ``out``."""
    click.echo("window: weighted sum of squared misses of the aims; 0 where none is off by a third of what it may be")
    click.echo("contests: the market's error over the best autoregression's, and over lines'; below 1 it wins")
    room = out / "world"
    start = present()
    if afresh:
        with Progress("months") as progress:
            start = smoothed(room, guesses, generations, people, range(1, seeds + 1), progress)
    met = {contest: benchmarks.rivals(contest) for contest in benchmarks.CONTESTS}
    rivals = {contest: (found[best], lines) for contest, (found, best, lines) in met.items()}
    worlds = 1 + most * (len(FREE) + len(HOLDS))
    with Progress("worlds") as progress:
        begun = count(1)

        def replayed(units) -> Replay:
            return played(units[None], room, people, range(1, seeds + 1))[0]

        def simulate(units):
            replay = replayed(units)
            progress(min(next(begun), worlds), worlds)
            return missed(replay)

        for number, step in enumerate(steps(simulate, start, WEIGHTS, held)):
            click.echo(said(step, replayed(step.units), number, rivals))
            (out / "settings.txt").write_text("\n".join(settings(step.units)) + "\n", encoding="utf-8")
            if number == most:
                break


if __name__ == "__main__":
    main(prog_name="python -m analysis.calibration.window")
