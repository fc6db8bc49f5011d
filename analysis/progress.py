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


class Progress:
    """Months or runs played: a bar with the time left on a terminal, or else a plain line every half minute."""

    every = 30.0  # seconds between two plain lines

    def __init__(self, what: str = "months"):
        """Arguments: what is counted."""
        from rich.console import Console

        self.what = what
        self.console = Console(stderr=True, highlight=False)
        self.began = self.last = time.monotonic()
        self.first, self.done = None, 0
        self.bar = self.task = None

    def __enter__(self):
        if not _compiled_before():
            self.console.print("compiling the market's rules, the first time only: about 20 seconds")
        if self.console.is_terminal:
            from rich import progress as rich

            left = (rich.TextColumn("time left"), rich.TimeRemainingColumn())
            columns = (rich.TextColumn(self.what), rich.BarColumn(), rich.TaskProgressColumn(), *left)
            self.bar = rich.Progress(*columns, console=self.console)
            self.task = self.bar.add_task(self.what, total=None)
            self.bar.start()
        return self

    def __exit__(self, *error):
        if self.bar:
            self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` have been played."""
        if self.bar:
            self.bar.update(self.task, completed=done, total=total)
            return
        now = time.monotonic()
        if self.first is None or done < self.done:  # the work has begun, or the next of several works
            self.first, self.began = done, now
        self.done = done
        played = done - self.first
        if now - self.last >= self.every and played:
            self.last = now
            left = (now - self.began) / played * (total - done)
            self.console.print(f"{done:,} of {total:,} {self.what} played, about {left:.0f} s left")


def stop(message: str):
    """Say what was kept and end at once: a thread may still be compiling, which nothing can interrupt."""
    click.echo(message, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)
