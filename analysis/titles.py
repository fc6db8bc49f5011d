"""The title of a figure: the finding, broken into lines that fit."""

from textwrap import wrap

LETTERS = 82  #: that fit into a line of a title as wide as the figure


def entitle(figure, finding):
    """Put a finding above a figure.

    figure: a matplotlib Figure; finding: one sentence that names the worlds.
    """
    unbroken = finding.replace(" %", "\N{NO-BREAK SPACE}%")
    figure.suptitle("\n".join(wrap(unbroken, LETTERS)), x=0.01, ha="left")
