"""From a name or a file to a scenario: find, extend, set, found on a market, check."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from scenarios.checks import validated
from scenarios.messages import BadInput, Problem, unknown
from scenarios.places import Document, Place, read
from scenarios.schema import Scenario

GALLERY = Path(__file__).parent
MARKETS = GALLERY / "markets"
DESIGNS = GALLERY / "designs"
KINDS = {GALLERY: "scenario", MARKETS: "market", DESIGNS: "design"}  #: what stands on a shelf


def gallery() -> list[str]:
    """Names of the scenarios that come with Rollover, the baseline first."""
    names = sorted(path.stem for path in GALLERY.glob("*.toml"))
    return sorted(names, key=lambda name: name != "baseline")


def load(source: str | Path, settings: Sequence[str] = ()) -> Scenario:
    """Read a scenario by its name in the gallery or by the path of its TOML file.

    Arguments: the name or path; settings, each ``key=value`` with the address of a key (``changes.cut.value=0.5``).
    Returns the checked scenario; raises BadInput with one line for each problem.
    """
    path = find(source)
    return _found(path, _chain(path, MARKETS.parent), settings)


def load_pair(source, against=None, settings: Sequence[str] = ()) -> tuple[Scenario | None, Scenario]:
    """Read a scenario and the world it is compared with.

    Arguments: name or path of the scenario; of the other world (None: what the scenario extends, at the root);
    settings, applied to each world that has the key. Returns the other world (None if there is none) and the scenario.
    """
    path = find(source)
    chain = _chain(path, GALLERY)
    root = find(against) if against is not None else Path(chain[-1][0])
    if root == path:
        if against is not None:
            raise BadInput(f'"{source}" cannot be compared with itself; name another scenario after --against')
        return None, _found(path, chain, settings)
    other_chain = _chain(root, GALLERY)
    other = _document(other_chain).data
    shared = [s for s in settings if _address(s)[:1] != ("changes",) or _has(other, _address(s)[:2])]
    world = _found(path, chain, settings)
    baseline = _found(root, other_chain, shared)
    if world.name == baseline.name:
        raise BadInput(f'both worlds are called "{world.name}"; rename one of the two files')
    if world.start != baseline.start:
        starts = f"{world.name} starts in {world.start}, {baseline.name} in {baseline.start}"
        raise BadInput(f"{starts}; let both start in the same month")
    return baseline, world


def fingerprint(data) -> str:
    """Name plain data by its content: sha256 of its JSON with sorted keys."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, allow_nan=False).encode()).hexdigest()


def find(source: str | Path, beside: Path | None = None, shelf: Path = GALLERY) -> Path:
    """Find the file of a scenario, market or design: by path, or by name beside another file or in the gallery."""
    text = str(source)
    kind = KINDS[shelf]
    path = (beside or Path()) / text
    if "/" in text or "\\" in text or path.suffix or (path.is_file() and not beside):
        if path.suffix != ".toml":
            wish = f"{text} is a folder" if path.is_dir() else f"{text} is not a TOML file"
            raise BadInput(f"{wish}; name a {kind} (see rollover list) or a file that ends in .toml")
        if not path.is_file():
            raise BadInput(f"{text}: there is no such file; give a {kind} (see rollover list) or another path")
        return path.resolve()
    for folder in ([beside] if beside else []) + [shelf]:
        if (folder / f"{text}.toml").is_file():
            return (folder / f"{text}.toml").resolve()
    words = unknown(kind, text, sorted(p.stem for p in shelf.glob("*.toml")))
    raise BadInput(f"{words[:-1] if words.endswith('?') else words} (or give the path of a TOML file)")


def _chain(path: Path, shelf: Path, seen: tuple[Path, ...] = ()) -> list[tuple[Path, Document]]:
    """Read a file and those it extends, nearest first."""
    document = read(path)
    above = document.data.get("extends")
    if above is None:
        return [(path, document)]
    if not isinstance(above, str):
        raise BadInput([document.problem(("extends",), 'write the name of a scenario in quotes: extends = "baseline"')])
    try:
        parent = find(above, path.parent, shelf)
    except BadInput as error:
        raise BadInput([document.problem(("extends",), str(error))]) from None
    seen = (*seen, path)
    if parent in seen:
        circle = " -> ".join([p.stem for p in seen[seen.index(parent):]] + [parent.stem])
        words = "it extends itself" if parent == path else f"it extends itself by way of others ({circle})"
        raise BadInput([document.problem(("extends",), f"{words}; name another scenario, or remove this line")])
    return [(path, document), *_chain(parent, shelf, seen)]


def _document(chain: list[tuple[Path, Document]]) -> Document:
    merged = chain[-1][1]
    for _, document in reversed(chain[:-1]):
        merged = document.over(merged)
    return merged


def _found(path: Path, chain, settings: Sequence[str]) -> Scenario:
    """Merge a chain of files, apply settings, put the market beneath, and check."""
    merged = _document(chain)
    for setting in settings:
        merged = _set(merged, setting)
    return validated(_on_market(merged, path), path.stem)


def _on_market(scenario: Document, path: Path) -> Document:
    """Lay a scenario over its market, whose platforms and products it may change but not add to."""
    name = scenario.data.get("market")
    if not isinstance(name, str):
        words = 'write the name of a market in quotes: market = "china-2019"'
        raise BadInput([scenario.problem(("market",), words)])
    try:
        file = find(name, path.parent, MARKETS)
    except BadInput as error:
        raise BadInput([scenario.problem(("market",), str(error))]) from None
    market = _document(_chain(file, MARKETS))
    problems = [
        market.problem((key,), "a market has title, source, extends, [parameters] and [[platforms]]; remove this key")
        for key in market.data if key not in ("title", "source", "extends", "parameters", "platforms")
    ]  # fmt: skip
    offered = market.data.get("platforms")
    if not isinstance(offered, dict) or not offered:
        problems.append(market.problem(("platforms",), 'a market needs at least one [[platforms]] with a name'))
    else:
        problems += _strangers(scenario, offered)
    if problems:
        raise BadInput(problems)
    ground = {key: market.data[key] for key in ("platforms", "parameters") if key in market.data}
    places = {address: place for address, place in market.places.items() if address and address[0] in ground}
    return scenario.over(Document(ground, places))


def _strangers(scenario: Document, offered: dict) -> list[Problem]:
    """Platforms and products of a scenario that its market does not have."""
    problems = []
    changed = scenario.data.get("platforms", {})
    for name, terms in changed.items() if isinstance(changed, dict) else ():
        if name not in offered:
            problems.append(scenario.problem(("platforms", name), unknown("platform", name, offered)))
            continue
        products = terms.get("products", {}) if isinstance(terms, dict) else {}
        known = offered[name].get("products", {}) if isinstance(offered[name], dict) else {}
        for product in products if isinstance(products, dict) else ():
            if product not in known:
                address = ("platforms", name, "products", product)
                problems.append(scenario.problem(address, unknown(f"product of {name}", product, known)))
    return problems


def _address(setting: str) -> tuple[str, ...]:
    key, equals, _ = setting.partition("=")
    parts = tuple(part.strip() for part in key.split("."))
    if not equals or not all(parts):
        raise BadInput(f"--set {setting}: write key=value, for example --set parameters.job_loss_hazard=0.01")
    return parts


def _has(data, address: tuple[str, ...]) -> bool:
    for part in address:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def _set(document: Document, setting: str) -> Document:
    """Apply one ``key=value`` to a document; the value is read as TOML, or else as plain text."""
    address = _address(setting)
    text = setting.partition("=")[2].strip()
    option = Place(f"--set {setting}")
    if address[0] in ("extends", "name"):
        raise BadInput([Problem(str(option), None, "", f"{address[0]} cannot be set here; write a scenario file")])
    changes = document.data.get("changes", {})
    if address[0] == "changes" and isinstance(changes, dict) and not _has(document.data, address[:2]):
        words = unknown("change", address[1], changes) if len(address) > 1 else "name the change and its key"
        raise BadInput([Problem(str(option), None, "", words)])
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    data, places = value, {address: option}
    for length in range(len(address) - 1, -1, -1):
        data = {address[length]: data}
        if not _has(document.data, address[:length]):
            places[address[:length]] = option
    return Document(data, places).over(document)
