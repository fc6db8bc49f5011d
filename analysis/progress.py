"""How far long work has come, and its end by Ctrl-C."""

import os
import sys
import time
from pathlib import Path

import click

STOPPED = 130  #: what a shell expects of a program that was stopped by Ctrl-C


def _compiled_before() -> bool:
    from sim.compiled import numba  # configured there: where it keeps what it compiles

    return bool(numba.config.DISABLE_JIT) or any(Path(numba.config.CACHE_DIR).rglob("*.nbi"))


class Pace:
    """How long the rest of some work will take, from how long the work so far took.

    left = time of the units so far / how many * units left, without the one stretch of work that took longest: in it
    the market's rules were compiled, or a seed was founded, which the rest will not see again.
    """

    FEWEST = 5  # stretches before anything is said

    def __init__(self):
        """Nothing is known yet."""
        self._began: tuple[float, int] | None = None  # seconds, units
        self._last = self._longest = (0.0, 0)
        self._stretches = 0

    def look(self, now: float, done: int) -> None:
        """So many units are done at a moment, in seconds; fewer than before: it is other work now."""
        if self._began is None or done < self._last[1]:
            self._began, self._longest, self._stretches = (now, done), (0.0, 0), 0
        elif done > self._last[1]:
            self._longest = max(self._longest, (now - self._last[0], done - self._last[1]))
            self._stretches += 1
        else:
            return
        self._last = now, done

    def left(self, total: int) -> float | None:
        """Seconds until all units are done; None as long as too little is known."""
        if self._stretches < self.FEWEST:
            return None
        spans = zip(self._last, self._began, self._longest, strict=True)
        seconds, units = (last - began - longest for last, began, longest in spans)
        return seconds / units * (total - self._last[1])


class Progress:
    """Months or runs played: a bar with the time left on a terminal, or else a plain line every half minute."""

    every = 30.0  # seconds between two plain lines

    def __init__(self, what: str = "months"):
        """Arguments: what is counted."""
        from rich.console import Console

        self.what = what
        self.console = Console(stderr=True, highlight=False)
        self.last = time.monotonic()
        self.pace = Pace()
        self.bar = self.task = None

    def __enter__(self):
        if not _compiled_before():
            self.console.print("compiling the market's rules, the first time only: about 20 seconds")
        if self.console.is_terminal:
            from rich import progress as rich

            columns = (rich.TextColumn(self.what), rich.BarColumn(), rich.TaskProgressColumn())
            self.bar = rich.Progress(*columns, rich.TextColumn("{task.fields[left]}"), console=self.console)
            self.task = self.bar.add_task(self.what, total=None, left="")
            self.bar.start()
        return self

    def __exit__(self, *error):
        if self.bar:
            self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` have been played."""
        now = time.monotonic()
        self.pace.look(now, done)
        if self.bar:
            self.bar.update(self.task, completed=done, total=total, left=_left(self.pace.left(total)))
        elif now - self.last >= self.every:
            self.last = now
            left = _left(self.pace.left(total))
            self.console.print(f"{done:,} of {total:,} {self.what} played{left and f', {left}'}")


def _left(seconds: float | None) -> str:
    """The time left in words; nothing if it is not known."""
    if seconds is None:
        return ""
    return f"about {seconds:.0f} s left" if seconds < 120 else f"about {seconds / 60:.0f} min left"


def stop(message: str):
    """Say what was kept and end at once: a thread may still be compiling, which nothing can interrupt."""
    click.echo(message, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)
