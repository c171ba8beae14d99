"""The table of one token's attention, a row a key: what `core.lessons.attention.steps` has computed, drawn after the view above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from core.lessons.attention.parts import STEPS


@dataclass(frozen=True)
class Token:
    """A token as it is shown, always as text. long: it may be cut off."""

    text: str
    long: bool = False


@dataclass(frozen=True)
class Row:
    """A key. at: its place in the pictures; weight: None for one that the query may not see."""

    token: Token
    at: int
    product: str
    scaled: str
    weight: float | None


@dataclass(frozen=True)
class Others:
    """The keys without a row of their own, and the sum of their weights."""

    text: str
    together: float


@dataclass(frozen=True)
class Steps:
    """The table of one token's attention.

    titles:   of its six columns: key, k, q·k, scaled, softmax, weight × v.
    asks:     the query's token.
    says:     what stands before the sum, `total`.
    count, seen: keys in the picture of k, and in that of the weighted values.
    pictures: data URIs of PNGs, a row a vector: "k" and "v" of the keys, "q" of the query and "s" of the sum.

    Raises ValueError for any other picture, or another number of titles.
    """

    titles: Sequence[str]
    asks: Token
    rows: Sequence[Row]
    others: Others | None
    says: str
    total: float
    count: int
    seen: int
    pictures: Mapping[str, str]

    def __post_init__(self) -> None:
        if len(self.titles) != 6:
            raise ValueError(f"the table has six columns, got {len(self.titles)} titles")
        if set(self.pictures) != {"k", "v", "q", "s"} or not all(
            p.startswith("data:image/png;base64,") for p in self.pictures.values()
        ):
            raise ValueError("expected PNGs of k, v, q and s as data URIs")


def attention_steps(key: str, steps: Steps) -> None:
    """Mount the table; its code comes with the view above it."""
    STEPS(
        key=key,
        data={
            "titles": list(steps.titles),
            "asks": asdict(steps.asks),
            "rows": [asdict(row) for row in steps.rows],
            "others": None if steps.others is None else asdict(steps.others),
            "says": steps.says,
            "sum": steps.total,
            "count": steps.count,
            "seen": steps.seen,
            "pictures": dict(steps.pictures),
        },
    )
