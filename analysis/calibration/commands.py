"""What ``rollover calibrate`` does: identify, calibrate or play the headlines, write files, and say what was found."""

from analysis import tables
from analysis.calibration import report, robust, study
from analysis.calibration.market import FREE, Market, free_numbers, present, units_of
from analysis.drawing import drawn, save
from scenarios.loader import GALLERY, MARKETS

__all__ = ["Market", "calibrate", "free_numbers", "headline", "identify"]

SHIPPED = MARKETS / "china-2019.fits.csv"  #: the good fits of the baseline, as they come with Rollover


def identify(market: Market, trials: int) -> list:
    """Check on synthetic truths; returns what to print."""
    found = study.identify(market, trials)
    return [_table(report.IDENTIFIED_HEADS, report.identified(found, market.free)), report.identified_words(found)]


def calibrate(market: Market, trials: int) -> list:
    """Check on synthetic truths, calibrate, write the fits, a page and figures; returns what to print."""
    from analysis.calibration import figures  # matplotlib waits until something is drawn

    checked = study.identify(market, trials)
    market.tell(report.identified_words(checked))
    now = present(market.design)
    found = study.calibrate(market, units_of(market.free, now), trials, market.tell)
    path = market.folder / report.FITS
    report.write_fits(found, path)
    page = market.folder / "calibration.md"
    page.write_text(report.page(found, checked, now, market.design.title), encoding="utf-8")
    makers = {
        "calibration-intervals": lambda: figures.draw_intervals(found, now),
        "calibration-pair": lambda: figures.draw_pair(found),
    }
    save(drawn(makers), market.folder)
    return [
        _table(report.TARGET_HEADS, report.fit_of_targets(found)),
        _table(_narrow(report.PARAMETER_HEADS), map(_narrow, report.parameters(found, now))),
        report.words(found),
        f"written: {path}, {page}",
    ]


def headline(market: Market) -> list:
    """Play the headline policies over the good fits, and draw them; returns what to print.

    The fits are those in the market's folder, or else those that come with Rollover, if it is the baseline.
    """
    from analysis.calibration import figures

    path = market.folder / report.FITS
    if not path.exists() and market.design.name == FREE and market.design.worlds == ("baseline",) and SHIPPED.exists():
        path = SHIPPED
    fits = report.read_fits(path, market.free)
    found = robust.headline(market, fits)
    save(drawn({"calibration-headline": lambda: figures.draw_headlines(found)}), market.folder)
    place = path.relative_to(GALLERY) if path.is_relative_to(GALLERY) else path
    return [_table(robust.HEADS, robust.rows(found)), f"good fits of {place}; excess defaults per 1,000 borrowers"]


def _narrow(row: tuple[str, ...]) -> tuple[str, ...]:
    """What a terminal has room for: without units, ranges and the posterior, which the page has."""
    return (row[0], *row[3:5], *row[6:])


def _table(heads, rows):
    table = tables.terminal(*heads)
    for row in rows:
        table.add_row(*row)
    return table
