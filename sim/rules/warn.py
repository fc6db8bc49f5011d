"""Warn: new arrears rising above normal give an alarm before the balance sheet does; a band steers what is left."""

from sim.compiled import rule

SMOOTHING = 0.1  # weight of this month in what is normal
BAND = 0.2  # of the target, to either side


@rule
def indicate(platform, book, new_arrears):
    """A platform's leading indicator: the share of its balance that is 1-30 days late, against its normal share.

    normal += smoothing * (share - normal), after the comparison. book, new_arrears: fen at month end.
    """
    share = new_arrears / book if book > 0 else 0.0
    if platform.new_arrears == 0.0:
        platform.new_arrears = share
    platform.indicator = share / platform.new_arrears if platform.new_arrears > 0.0 else 1.0
    platform.new_arrears += SMOOTHING * (share - platform.new_arrears)


@rule
def warn(platform, industry, rules):
    """Give the alarm if the indicator, its own mixed with the industry's, is so far above normal.

    industry: mean indicator of all platforms.
    """
    indicator = platform.indicator + rules.pooled_warning * (industry - platform.indicator)
    platform.alarm = 1 if platform.early_warning > 0.0 and indicator > 1.0 + rules.warning_rise else 0


@rule
def steer(platform, rules):
    """Move thresholds while delinquency is outside its band: up above, down below, within the largest tightening.

    Collection goes along: calls follow the same control (``lender.calls_wanted``).
    """
    if platform.band_control == 0.0:
        return
    if platform.delinquency > (1.0 + BAND) * platform.target_delinquency:
        platform.control = min(rules.tighten_most, platform.control + platform.band_control)
    elif platform.delinquency < (1.0 - BAND) * platform.target_delinquency:
        platform.control = max(-rules.tighten_most, platform.control - platform.band_control)
