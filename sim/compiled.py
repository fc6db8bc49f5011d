"""How rules are compiled: into the loops that play them, with a cache that can never be stale.

Numba's own cache looks only at the file that defines a function, so a changed rule in another file
would silently keep giving yesterday's result. The cache folder is therefore named after a hash of every
source file of the market and of the versions that compile it.
"""

import hashlib
import os
import sys
import tempfile
import warnings
from pathlib import Path

import numba
import numba.extending
import numpy

SOURCES = Path(__file__).parent


def market_hash() -> str:
    """Name the code that is running: a hash of every source file in ``sim/``.

    Returns 16 hexadecimal digits; two runs are comparable only if theirs are equal.
    """
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.relative_to(SOURCES).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled rules are kept: one folder per market source, Python, numpy and numba version."""
    versions = f"py{sys.version_info[0]}{sys.version_info[1]}-np{numpy.__version__}-nb{numba.__version__}"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollover"
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or caches) / f"{market_hash()}-{versions}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: keep the cache for this user in the temporary folder
        folder = Path(tempfile.gettempdir()) / f"rollover-{os.getuid() if hasattr(os, 'getuid') else 0}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


numba.config.CACHE_DIR = str(cache_folder())  # before the first decorator below is used

if numba.config.DISABLE_JIT:
    # Unsigned keys wrap round on purpose; numpy scalars say so each time, compiled code does not.
    warnings.filterwarnings("ignore", message="overflow encountered in scalar")

#: How everything is compiled: division by zero as in numpy. Rules are small and called for every person, so they are
#: inlined: handing a tally of twenty arrays to a real call would cost more than the rule.
_OPTIONS = {"error_model": "numpy", "forceinline": True}
_INSIDE = {"no_cfunc_wrapper": True}  # nobody calls a compiled rule from outside: a tenth of the time to compile


def rule(function):
    """Mark a rule: compiled into the loop that plays it, and an ordinary Python function to everybody else."""
    return numba.extending.register_jitable(**_OPTIONS, **_INSIDE)(function)


#: Compile a loop over many, with all rules in it: no Python objects inside, the lock released, kept in the cache.
loop = numba.njit(nogil=True, cache=True, **_OPTIONS)


def unowned(arrays):
    """The same named tuple of arrays, without counting references to them.

    Compiled code would count, atomically, each time a rule touches an array. The caller holds every array while the
    pass runs, so the counting is waste: without it a month is four times as fast.
    """
    return arrays


@numba.extending.intrinsic
def _unowned(typing_context, arrays):
    def code(context, builder, signature, values):
        held = values[0]
        for i, kind in enumerate(signature.args[0].types):
            array = context.make_array(kind)(context, builder, builder.extract_value(held, i))
            array.meminfo = array.meminfo.type(None)
            array.parent = array.parent.type(None)
            held = builder.insert_value(held, array._getvalue(), i)
        return held

    return arrays(arrays), code


@numba.extending.overload(unowned, inline="always")
def _compiled_unowned(arrays):
    return lambda arrays: _unowned(arrays)
