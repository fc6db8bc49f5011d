"""What the market has to beat: autoregressions of the published series, and borrowers whose lines fail independently.

All benchmarks are fitted on months up to June 2003 and forecast those after it. Autoregressions are monthly, so the
published series are first joined by straight lines; nothing is filled in before a series begins. Real delinquency was
published from January 2003 on: its autoregressions rest on five steps. Of real delinquency and of persons the market
sees no more than they do, but it also sees the dated inputs (limits, spreads, rules, agreements on old debts), which
autoregressions do not; the independent lines see limits and spreads.

Registrations per delinquent were never published again after June 2003. Their benchmarks are therefore fitted up to
December 2002 and judged on March and June 2003, two months that the market was calibrated on: this contest is no
forecast, it asks whether the market can follow at all what the others cannot. The count of delinquent persons was
redefined in May 2004; it is carried on by that month, which was published in both definitions.
"""

import csv
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit
from scipy.stats import poisson

from analysis.validation.korea.observed import CALIBRATION, HOLD_OUT, interpolated, linked, points, sources, value
from analysis.validation.korea.outputs import HEADLINE, ORIGIN, PERSONS, REAL, REGISTRATIONS, REGISTRATIONS_ANY
from analysis.validation.korea.replay import Replay, rmse, span
from analysis.validation.row import Row
from scenarios.loader import MARKETS

LIMITS, SPREAD = "cash-advance limits", "spread of card bonds"
LINES, LINES_DATED = "independent lines", "independent lines, spread as in the market"
INPUTS = MARKETS / "korea-cards.csv"  #: the dated inputs of the market, of which this reads the spread
CARDS = 4.69  #: per economically active person in June 2002 (KR82): lines of a borrower, one and the rest Poisson
START = "2002-06"  #: month before the first of the independent lines
PERSONS_INDEX, REAL_POINTS = 0.125, 0.03  # half windows of O4 and O1: what weighs as much as what in the fit


@dataclass(frozen=True)
class Contest:
    """One series on which the market meets the benchmarks.

    code: of the output; series: its name; partner: the second series of the vector autoregression; begins, ends: months
    of the fit; judged: first and last month of the comparison; indexed: divided by December 2002; unit of the errors.
    """

    code: str
    series: str
    partner: str
    begins: str
    ends: str
    judged: tuple[str, str]
    indexed: bool
    unit: str  # "points" or "times"


CONTESTS = (
    Contest("O1", REAL, HEADLINE, "2003-01", CALIBRATION[1], HOLD_OUT, False, "points"),
    Contest("O4", PERSONS, REGISTRATIONS, "2002-07", CALIBRATION[1], HOLD_OUT, True, "points"),
    Contest("O5", REGISTRATIONS, PERSONS, "2002-07", "2002-12", ("2003-01", "2003-06"), False, "times"),
)


def vector_autoregression(series: np.ndarray, ahead: int) -> np.ndarray:
    """Forecast by a VAR(1) with intercepts, fitted by least squares; with one series it is an AR(1).

    x(t + 1) = a + B x(t). series: [month, variable]; ahead: months to forecast. Returns [ahead, variable]. With fewer
    steps than coefficients the shortest solution is taken.
    """
    before = np.column_stack([np.ones(len(series) - 1), series[:-1]])
    coefficients = np.linalg.lstsq(before, series[1:], rcond=None)[0]
    path, last = [], series[-1]
    for _ in range(ahead):
        last = coefficients[0] + last @ coefficients[1:]
        path.append(last)
    return np.array(path)


def autoregressions(series: np.ndarray, partner: np.ndarray, ahead: int) -> dict[str, np.ndarray]:
    """Forecasts of a monthly series by three autoregressions.

    series, partner: [month]; ahead: months to forecast. Returns name -> [ahead].
    """
    # each variable in units of its last value, so that the least squares do not depend on units of measurement
    scaled = np.column_stack([series / series[-1], partner / partner[-1]])
    changes = vector_autoregression(np.diff(scaled[:, :1], axis=0), ahead)
    return {
        "AR(1) of levels": series[-1] * vector_autoregression(scaled[:, :1], ahead)[:, 0],
        "AR(1) of changes": series[-1] * (1 + np.cumsum(changes[:, 0])),
        "VAR(1)": series[-1] * vector_autoregression(scaled, ahead)[:, 0],
    }


def limits(months: np.ndarray) -> np.ndarray:
    """Published cash-advance limits against December 2002, with those of seven firms for what follows June 2003.

    months: datetime64[M]. Returns [month], level before and after the published months.
    """
    all_months, all_limits = points(LIMITS)
    few_months, few = points(f"{LIMITS}, seven firms")
    known = np.concatenate([all_months, few_months[1:]]).astype(int)
    values = np.concatenate([all_limits, all_limits[-1] * few[1:] / few[0]])
    return np.interp(months.astype(int), known, values / all_limits[0])


def spread_as_published(months: np.ndarray) -> np.ndarray:
    """The spread of card bonds where it was published, straight lines between, level after March 2004; [month]."""
    return interpolated(SPREAD, months)


def spread_as_in_the_market(months: np.ndarray) -> np.ndarray:
    """The spread of the market's dated inputs, which falls again after March 2004 (judgement); [month].

    Straight lines between the dates, where the market steps: so the lines come nearer to real delinquency.
    """
    with INPUTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = np.array([row["month"] for row in rows], dtype="datetime64[M]").astype(int)
    return np.interp(months.astype(int), known, [0.01 * float(row["spread"]) for row in rows])


def independent_lines(late: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Persons with a late line, and late lines for each of them, if lines were late independently of each other.

    late: share of lines that are late [month]. A person has n lines, 1 + Poisson. Persons = E[1 - (1 - late)^n] (a
    share), lines for each = late E[n] / persons. Returns both, [month].
    """
    more = np.arange(40)
    weights = poisson.pmf(more, CARDS - 1)
    persons = ((1 - (1 - late[:, None]) ** (1 + more)) * weights).sum(axis=1)
    return persons, late * CARDS / persons


def _late_lines(free: np.ndarray, tightness: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Share of lines late in every month: late(t) = late(t-1) (1 - exit) + hazard(t) (1 - late(t-1)).

    free: log hazard, its slopes in tightness and spread, logit of exit, logit of the share late at the start.
    """
    hazard = np.minimum(1.0, np.exp(np.minimum(0.0, free[0] + free[1] * tightness + free[2] * spread)))
    leave, late = expit(free[3]), expit(free[4])
    path = []
    for enter in hazard:
        late = late * (1 - leave) + enter * (1 - late)
        path.append(late)
    return np.array(path)


def independent(spread_of=spread_as_published) -> dict[str, np.ndarray]:
    """The paths of independent lines from July 2002 to the end of the hold-out, fitted up to June 2003.

    spread_of: which spread they see, [month] -> shares.

    The hazard of a line is exp(b0 + b1 (1 - limits) + b2 spread), the same for all, where b1 and b2 are not below 0:
    unbounded they fit a little better and forecast worse. Five numbers are fitted by least squares to real delinquency
    (the share of lines that are late) and to the index of delinquent persons; errors are weighed by the windows of O1
    and O4. Returns name -> [month] with "months".
    """
    months = span(START, HOLD_OUT[1])[1:]
    tightness, spread = 1 - limits(months), 100 * (spread_of(months) - 0.01)
    origin = int((np.datetime64(ORIGIN) - months[0]).astype(int))
    real_months, real = points(REAL, *CALIBRATION)
    person_months, persons = points(PERSONS, "2002-07", CALIBRATION[1])
    persons = persons / value(PERSONS, ORIGIN)

    def paths(free):
        late = _late_lines(free, tightness, spread)
        people, registrations = independent_lines(late)
        return {REAL: late, PERSONS: people / people[origin], REGISTRATIONS: registrations}

    def errors(free):
        path = paths(free)
        off_real = path[REAL][(real_months - months[0]).astype(int)] - real
        off_persons = path[PERSONS][(person_months - months[0]).astype(int)] - persons
        return np.concatenate([off_real / REAL_POINTS, off_persons / PERSONS_INDEX])

    lowest = [-np.inf, 0.0, 0.0, -np.inf, -np.inf]
    fitted = least_squares(errors, x0=[-4.0, 1.0, 0.1, -3.0, -2.5], bounds=(lowest, np.inf))
    return {"months": months, **paths(fitted.x)}


def persons_index() -> tuple[np.ndarray, np.ndarray]:
    """Published delinquent persons against December 2002 (1), carried on over the new definition: months, values."""
    months, persons = linked(PERSONS, f"{PERSONS} after the break")
    return months, persons / value(PERSONS, ORIGIN)


def _published(contest: Contest) -> tuple[np.ndarray, np.ndarray]:
    months, published = persons_index() if contest.indexed else points(contest.series)
    inside = (months >= np.datetime64(contest.judged[0])) & (months <= np.datetime64(contest.judged[1]))
    return months[inside], published[inside]


def forecasts(contest: Contest) -> dict[str, np.ndarray]:
    """What every benchmark says for the months on which a contest is judged: name -> [month]."""
    months, _ = _published(contest)
    fit = span(contest.begins, contest.ends)
    series, partner = interpolated(contest.series, fit), interpolated(contest.partner, fit)
    series = series / value(contest.series, ORIGIN) if contest.indexed else series
    ahead = (months - fit[-1]).astype(int)
    paths = autoregressions(series, partner, int(ahead[-1]))
    found = {name: path[ahead - 1] for name, path in paths.items()}
    for name, spread_of in ((LINES, spread_as_published), (LINES_DATED, spread_as_in_the_market)):
        lines = independent(spread_of)
        found[name] = lines[contest.series][(months - lines["months"][0]).astype(int)]
    return found


def errors(contest: Contest) -> dict[str, float]:
    """RMSE of every benchmark on the months on which a contest is judged: name -> error."""
    _, published = _published(contest)
    return {name: float(rmse(path, published)) for name, path in forecasts(contest).items()}


def rivals(contest: Contest) -> tuple[dict[str, float], str, float]:
    """Whom the market meets: errors of the autoregressions, the name of the best in hindsight, error of the lines.

    Of the lines, too, those count that are better in hindsight.
    """
    found = errors(contest)
    lines = min(found.pop(name) for name in (LINES, LINES_DATED))
    return found, min(found, key=found.get), lines


def market_error(contest: Contest, replay: Replay, series: str = "") -> float:
    """RMSE of the market on the months on which a contest is judged.

    What the market says is the mean of its seeds, as an autoregression says the mean of what may come.
    series: of the market, where it is not named as the published one.
    """
    months, published = _published(contest)
    series = series or contest.series
    simulated = replay.at(series, months)
    if contest.indexed:
        simulated = simulated / replay.at(series, [ORIGIN])
    return float(rmse(simulated.mean(axis=0), published))


def table(replay: Replay) -> list[Row]:
    """The market's error over that of its rivals: two rows for each of O1, O4 and O5, and two for O5 on any debt.

    replay: the crisis. The rival autoregression is the best of three in hindsight, which favours it. Returns rows.
    """
    rows = []
    for contest in CONTESTS:
        found, best, lines = rivals(contest)
        when = "hold-out" if contest.judged == HOLD_OUT else "2003-03 and 2003-06, calibrated on"
        told = ", ".join(f"{name} {_spelt(error, contest)}" for name, error in found.items())
        against = (
            ("the best autoregression", found[best], f"{best} is the best in hindsight; errors: {told}"),
            ("independent lines", lines, f"error of these, the better of two: {_spelt(lines, contest)}"),
        )
        every = (contest.series, REGISTRATIONS_ANY) if contest.series == REGISTRATIONS else (contest.series,)
        rows += [
            Row.over_seeds("Error over that of a benchmark", f"{series}, {name} ({when})",
                           [market_error(contest, replay, series) / error], 1.0, 0.0, 1.0, "times",
                           sources(contest.series), note, "below 1", contest.code)
            for series in every for name, error, note in against
        ]  # fmt: skip
    return rows


def _spelt(error, contest) -> str:
    return f"{100 * error:.1f} points" if contest.unit == "points" else f"{error:.2f}"
