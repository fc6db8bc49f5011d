"""From a name or a file to a scenario: find, extend, set, found on a market, check."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from scenarios.borrowers.table import digest
from scenarios.checks import validated
from scenarios.compose import Draft, compose, undecided
from scenarios.messages import BadInput, Problem, unknown
from scenarios.places import Document, Place, read, shown
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
    """Read a scenario by its name in the gallery or by the path of its TOML file; ``A+B`` is both in one world.

    Arguments: the name or path; settings, each ``key=value`` with the address of a key (``changes.cut.value=0.5``).
    Returns the checked scenario; raises BadInput with one line for each problem.
    """
    return _found(_draft(source), settings)


def load_pair(source, against=None, settings: Sequence[str] = ()) -> tuple[Scenario | None, Scenario]:
    """Read a scenario and the world it is compared with.

    Arguments: name or path of the scenario; of the other world (None: what the scenario names after ``against``, or
    else what it extends, at the root); settings, applied to each world that has the key. Returns the other world (None
    if there is none) and the scenario.
    """
    draft = _draft(source)
    other = _draft(against) if against is not None else _baseline(draft)
    if other.files == draft.files:
        if against is not None or "against" in draft.document.data:
            raise BadInput(f'"{source}" cannot be compared with itself; name another scenario after --against')
        return None, _found(draft, settings)
    return _pair(other, draft, settings)


def load_in(world, policy, settings: Sequence[str] = ()) -> tuple[Scenario, Scenario]:
    """Read a world, and the same world with a policy in it.

    Arguments: name or path of the world, which keeps everything of its own, and of the policy; settings, applied to
    both where they have the change. Returns the two; raises BadInput if the policy adds nothing or contradicts the
    world.
    """
    ground, added = _draft(world), _draft(policy)
    both = compose([*(ground.parts or (ground,)), *(added.parts or (added,))])
    if both.files == ground.files:
        raise BadInput(f"{added.name} is in the world {ground.name} already; name another world or policy")
    known = [s for s in settings if _address(s)[:1] != ("changes",) or _has(both.document.data, _address(s)[:2])]
    return _pair(ground, both, known)


def world_of(policy) -> str:
    """The world with which a policy is compared unless the reader names another: names or paths joined by a plus."""
    baseline = _baseline(_draft(policy))
    files = [part.files[0] for part in baseline.parts or (baseline,)]
    return "+".join(file.stem if file.parent == GALLERY else str(file) for file in files)


def market_terms(name: str) -> dict:
    """What a market that comes with Rollover writes down: ``parameters`` and ``platforms``, empty for any other market.

    Numbers that it leaves at their default are not in it.
    """
    path = MARKETS / f"{name}.toml"
    return _document(_chain(path, MARKETS)).data if path.is_file() else {}


def _pair(other: Draft, draft: Draft, settings: Sequence[str]) -> tuple[Scenario, Scenario]:
    """Found two worlds, each with the settings whose change it has."""
    shared = [s for s in settings if _address(s)[:1] != ("changes",) or _has(other.document.data, _address(s)[:2])]
    world = _found(draft, settings)
    baseline = _found(other, shared)
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
    document = _at_home(read(path), path)
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


def _at_home(document: Document, path: Path) -> Document:
    """The document of a file with its table of borrowers found beside it, and known by its content."""
    key = "founded_from"
    if key not in document.data:
        return document
    named = document.data[key]
    if not isinstance(named, str):
        raise BadInput([document.problem((key,), 'write the path of a table in quotes: founded_from = "my.parquet"')])
    table = (path.parent / named).resolve()
    if not table.is_file():
        words = f"there is no such file as {named}; rollover found --from FILE writes one"
        raise BadInput([document.problem((key,), words)])
    return Document(document.data | {key: {"file": str(table), "content": digest(table)}}, document.places)


def _document(chain: list[tuple[Path, Document]]) -> Document:
    merged = chain[-1][1]
    for _, document in reversed(chain[:-1]):
        merged = document.over(merged)
    return merged


def _draft(source: str | Path, beside: Path | None = None) -> Draft:
    """Read a scenario with all that it extends, or compose several that are joined by a plus."""
    names = [name.strip() for name in str(source).split("+")]
    if len(names) > 1 and not Path(source).is_file():
        if not all(names):
            raise BadInput(f"{source}: write a scenario on both sides of each plus, for example limit-cut+income-cap")
        parts = [_draft(name) for name in names]
        for part in parts:
            _found(part)  # what is wrong with one of them is told as its own
        return compose(parts)
    path = find(source, beside)
    chain = _chain(path, GALLERY)
    return Draft(path.stem, _document(chain), tuple(file for file, _ in chain), chain[-1][1])


def _baseline(draft: Draft) -> Draft:
    """The world with which a scenario is compared, unless the reader names another: with the same people in it."""
    if draft.parts:
        return compose([_baseline(part) for part in draft.parts])
    named = draft.document.data.get("against")
    if named is None:
        table = draft.document.places.get(("founded_from",))  # a market with people of its own is compared with itself
        return _draft(next((file for file in draft.files if table and shown(file) == table.file), draft.files[-1]))
    try:
        return _draft(named, draft.files[0].parent)
    except BadInput as error:
        raise BadInput([draft.document.problem(("against",), str(error))]) from None


def _found(draft: Draft, settings: Sequence[str] = ()) -> Scenario:
    """Apply settings to a draft, put the market beneath, and check."""
    merged = draft.document
    for setting in settings:
        merged = _set(merged, setting)
    homes = [part.files[0].parent for part in draft.parts or (draft,)]
    document = _on_market(merged, homes)
    scenario = validated(document, draft.name, composed=bool(draft.parts))
    scenario.known_borrowers()  # a table that cannot be used is told now
    problems = [document.problem(address, text) for address, text in undecided(scenario)]
    if problems:
        raise BadInput(problems)
    return scenario


def _on_market(scenario: Document, homes: Sequence[Path]) -> Document:
    """Lay a scenario over its market, whose platforms and products it may change but not add to.

    homes: the folders of its files; all of them must mean the same market by its name.
    """
    name = scenario.data.get("market")
    if not isinstance(name, str):
        words = 'write the name of a market in quotes: market = "china-2019"'
        raise BadInput([scenario.problem(("market",), words)])
    try:
        files = sorted({find(name, home, MARKETS) for home in homes})
    except BadInput as error:
        raise BadInput([scenario.problem(("market",), str(error))]) from None
    if len(files) > 1:
        words = f'"{name}" is two markets, {shown(files[0])} and {shown(files[1])}; rename one'
        raise BadInput([scenario.problem(("market",), words)])
    market = _document(_chain(files[0], MARKETS))
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
    if address[0] in ("extends", "against", "name", "founded_from"):
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
