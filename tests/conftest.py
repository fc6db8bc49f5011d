"""How the tests are run: the same examples every time, and no noise from keys that wrap round on purpose."""

import numba
from hypothesis import settings

settings.register_profile("rollover", derandomize=True, deadline=None, database=None)
settings.load_profile("rollover")


def pytest_configure(config):
    """With compilation switched off, numpy says each time that an unsigned key wraps round; it is meant to."""
    if numba.config.DISABLE_JIT:
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered in scalar")
