"""Several scenarios as one world: ``A+B`` has what both change, or says why there is no such world.

Scenarios that go back to the same file are compared with it, key by key. What one of them sets, the world has; what
several set alike, too; what they set to different values is a conflict, and the composition is refused with the reason.
Changes add to each other: each keeps its name, behind that of its scenario if another has the same. Two changes may
move one lever at the same time; how they count together is the lever's rule, and is told. The order never matters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from scenarios.checks import Found, overlapping
from scenarios.messages import BadInput, Problem, plain
from scenarios.places import Address, Document
from scenarios.schema import Scenario
from sim.levers import LEVERS

SIZES = ("months", "borrowers", "seeds")  #: of these the largest counts
LINKS = ("extends", "against")  #: what a scenario says about others: settled before it is composed
NOT_SET = object()

LOWER, HIGHER, LATER = "the lower one counts", "the higher one counts", "the later one counts"
ADD, IN_TURN = "they add up", "each acts on what the other leaves"
#: How two changes count together that move one lever in the same month.
TOGETHER = dict.fromkeys(
    ("income_cap", "credit_cap", "debt_service_cap", "cut_speed_limit", "contact_cap", "record_retention", "rate_cap",
     "late_fee_cap", "longest_term", "lender_cap", "multi_lender_limit", "cash_limit", "limit_ceiling",
     "leverage_cap"), LOWER,
) | dict.fromkeys(
    ("cooling_off", "moratorium", "complaint_channel", "data_limit", "common_data", "industry_warning", "sandbox",
     "news_shock", "benefit", "minimum_payment", "age_ban", "reporting_duty", "no_third_party_before", "visibility",
     "platform_stop", "co_funding", "capital_trigger", "provisioning", "restructuring", "restructuring_relief",
     "rescue", "humane_collection", "data_leak", "outage", "early_write_off", "workouts"), HIGHER,
) | dict.fromkeys(("new_rate", "new_late_fee", "restructuring_months"), LATER) | dict.fromkeys(
    ("campaign", "approval_shift", "base_rate"), ADD,
) | dict.fromkeys(("job_loss_multiple", "launch", "purchases_only", "limit_cut", "education"), IN_TURN)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A scenario before it is laid on its market and checked."""

    name: str  # what its world is called in result tables
    document: Document  # with all that it extends
    files: tuple[Path, ...]  # its file and those that it extends, nearest first
    root: Document  # the last of them alone
    parts: tuple["Draft", ...] = ()  # what it is composed of, if it is


def compose(drafts: Sequence[Draft]) -> Draft:
    """Make one draft of several, the same for any order.

    A scenario that another one extends adds nothing to it and is left out. Arguments: drafts that are not composed
    themselves. Raises BadInput if they go back to different files or set one key to different values.
    """
    parts = tuple(sorted({draft.files[0]: draft for draft in drafts}.values(), key=lambda draft: draft.name))
    parts = tuple(p for p in parts if not any(p.files[0] in other.files[1:] for other in parts))
    if len(parts) == 1:
        return parts[0]
    for first, second in pairwise(parts):
        if first.name == second.name:
            raise BadInput(f'two of the scenarios are called "{first.name}"; rename one of the two files')
        if first.files[-1] != second.files[-1]:
            roots = f"{first.name} goes back to {first.files[-1].stem}, {second.name} to {second.files[-1].stem}"
            raise BadInput(f"{roots}; compose scenarios that extend the same one")
    root = parts[0].root
    documents = {part.name: _renamed(part.document, part.name, _clashes(parts, root)) for part in parts}
    problems: list[Problem] = []
    keys = {key: None for document in documents.values() for key in document.data if key not in LINKS}
    data = {key: _key(key, root, documents, problems) for key in keys}
    if problems:
        raise BadInput(problems)
    places = dict(root.places)
    for document in documents.values():
        places |= {address: place for address, place in document.places.items() if root.places.get(address) != place}
    name = "+".join(part.name for part in parts)
    return Draft(name, Document(data, places), sum((p.files for p in parts), ()), root, parts)


def _clashes(parts: Sequence[Draft], root: Document) -> set[str]:
    """Names that scenarios give to changes of their own that are not the same change."""
    known, clashing = dict(root.data.get("changes", {})), set()
    for part in parts:
        for name, change in part.document.data.get("changes", {}).items():
            if name not in root.data.get("changes", {}) and known.setdefault(name, change) != change:
                clashing.add(name)
    return clashing


def _renamed(document: Document, prefix: str, clashing: set[str]) -> Document:
    """Put the name of the scenario before those of its changes that clash."""

    def renamed(name: str) -> str:
        return f"{prefix}:{name}" if name in clashing else name

    changes = {renamed(name): change for name, change in document.data.get("changes", {}).items()}
    places = {
        (address[0], renamed(address[1]), *address[2:]) if address[:1] == ("changes",) and address[1:] else address: p
        for address, p in document.places.items()
    }
    return Document(document.data | ({"changes": changes} if changes else {}), places)


def _key(key: str, root: Document, documents: dict[str, Document], problems: list[Problem]):
    """The value of one key at the top of the composed file."""
    values = {name: document.data.get(key, NOT_SET) for name, document in documents.items()}
    given = {name: value for name, value in values.items() if value is not NOT_SET}
    said = list(dict.fromkeys(str(value).strip() for value in given.values()))
    if key == "title":
        return " + ".join(said)
    if key in ("question", "source"):
        return ("; " if key == "source" else " ").join(said)
    if key == "expected":
        return "\n".join(f"{name}, alone: {str(value).strip()}" for name, value in given.items())
    if key in SIZES:
        return max(given.values())
    return _merged(root.data.get(key, NOT_SET), values, (key,), documents, problems)


def _merged(before, values: dict, address: Address, documents: dict[str, Document], problems: list[Problem]):
    """Three-way merge: what differs from before counts, table by table; different values of one key are a problem."""
    changed = {name: value for name, value in values.items() if value is not NOT_SET and value != before}
    if not changed:
        return before
    tables = list(changed.values())
    if all(value == tables[0] for value in tables):
        return tables[0]
    if all(isinstance(value, dict) for value in tables):
        above = before if isinstance(before, dict) else {}
        keys = dict.fromkeys([*above, *(key for table in tables for key in table)])
        return {
            key: _merged(
                above.get(key, NOT_SET),
                {name: table.get(key, NOT_SET) for name, table in changed.items()},
                (*address, key),
                documents,
                problems,
            )
            for key in keys
        }
    (first, one), (second, other) = list(changed.items())[:2]
    text = f"{second} sets {_spelt(other)}, {first} {_spelt(one)}; a world has one value: let both files say the same"
    problems.append(documents[second].problem(address, text))
    return before


def _spelt(value) -> str:
    return f'"{value}"' if isinstance(value, str) else "a table" if isinstance(value, dict) else plain(value)


def notes(scenario: Scenario) -> Iterator[str]:
    """Say of every two changes that move one lever on one target in the same month how they count together."""
    for a, b in overlapping(scenario, same_people=False):
        one, other = scenario.changes[a], scenario.changes[b]
        rule, lever = TOGETHER[one.lever], LEVERS[one.lever]
        if rule in (ADD, IN_TURN):
            counts = f"{rule}: {plain(one.value)} and {plain(other.value)}"
        elif one.value == other.value:
            continue
        else:
            if rule == LATER:
                winner = b if other.start > one.start else a
            else:
                winner = (min if rule == LOWER else max)((a, b), key=lambda name: scenario.changes[name].value)
            counts = f"{rule}, {winner} at {plain(scenario.changes[winner].value)}"
        since = max(one.start, other.start)
        if one.who != other.who:
            counts = f"for people whom both are aimed at {counts}"
        yield f"{a} and {b} move {lever.name} [{lever.unit}] at the same time from {since} on: {counts}"


def undecided(scenario: Scenario) -> Iterator[Found]:
    """Changes that begin in the same month and replace one term by different ones: no rule says which counts."""
    for a, b in overlapping(scenario):
        one, other = scenario.changes[a], scenario.changes[b]
        if TOGETHER[one.lever] == LATER and one.start == other.start and one.value != other.value:
            text = f"{a} makes it {plain(one.value)} in the same month, and {one.lever} has no rule for which counts"
            yield ("changes", b, "value"), f"{text}; let one begin later, or agree on the value"
