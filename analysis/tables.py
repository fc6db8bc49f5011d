"""Tables as they are printed: on a terminal, and in Markdown."""

from collections.abc import Collection, Iterable, Sequence

from rich.table import Table


def terminal(*heads: str) -> Table:
    """An empty table for a terminal: the first column in words, numbers to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column, head in enumerate(heads):
        table.add_column(head, justify="right" if column else "left", overflow="fold")
    return table


def markdown(heads: Sequence[str], rows: Iterable[Sequence], right: Collection[int] = ()) -> str:
    """A table in Markdown, without a last line break; right: which columns stand to the right, counted from 0."""
    rule = ["---:" if column in right else "---" for column in range(len(heads))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (heads, rule, *rows))
