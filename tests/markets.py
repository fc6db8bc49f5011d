"""Markets to test on: the default one, small ones made by hand, and how two worlds are compared."""

import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np

import sim
from sim.model import CreditModel

ROOT = Path(sim.__file__).parent.parent

#: Nothing passes from one person to another.
UNCOUPLED = {"jobs_channel": 0, "peers_channel": 0, "funding_channel": 0}

ONE_LENDER = ([{"name": "shop"}], [{"name": "pay-later", "platform": "shop", "buys": 1, "acceptance": 0.4}])

TWO_LENDERS = (
    [{"name": "shop"}, {"name": "lender", "sees": 1.0}],
    [{"name": "pay-later", "platform": "shop", "buys": 1, "acceptance": 0.4, "reach": 0.8},
     {"name": "cash", "platform": "lender", "lends_cash": 1, "minimum_share": 1, "reach": 0.6}])


def default_market() -> tuple[list[dict], list[dict]]:
    """The platforms and products of the default market, as ``CreditModel`` takes them."""
    market = tomllib.loads((ROOT / "scenarios/markets/china-2019.toml").read_text())
    platforms, products = [], []
    for terms in market["platforms"]:
        products += [{**product, "platform": terms["name"]} for product in terms.pop("products")]
        platforms.append(terms)
    return platforms, products


def model_of(market, **keywords) -> CreditModel:
    """A model of a pair (platforms, products)."""
    return CreditModel(*market, **keywords)


def arrays(model) -> dict[str, np.ndarray]:
    """Every field of every record of a model's market, copied: ``borrowers.cash``, ``lines.limit`` and so on."""
    return {f"{table}.{field}": np.array(getattr(model.market, table)[field])
            for table in ("borrowers", "lines", "merchants", "platforms", "products")
            for field in getattr(model.market, table).dtype.names}


def results(model) -> dict[str, np.ndarray]:
    """Every column of every table of a model."""
    return {f"{table}.{column}": np.asarray(values)
            for table, columns in model.tables().items() for column, values in columns.items()}


def everything(model) -> dict[str, np.ndarray]:
    """All that can be known about a model: its records and its tables."""
    return arrays(model) | results(model)


def differences(one: dict, other: dict) -> list[str]:
    """The names of the arrays that are not equal to the bit, for a message when a promise is broken."""
    return [name for name in one.keys() | other.keys()
            if name not in one or name not in other or _bytes(one[name]) != _bytes(other[name])]


def fingerprint(model) -> str:
    """A hash of everything, equal in every process where a model is the same to the bit."""
    digest = hashlib.sha256()
    for name, values in sorted(everything(model).items()):
        digest.update(name.encode() + _bytes(values))
    return digest.hexdigest()


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype == object:
        return json.dumps(values.tolist()).encode()
    return str(values.shape).encode() + np.ascontiguousarray(values).tobytes()
