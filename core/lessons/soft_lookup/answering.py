"""What is found for a question: hard, as Python does it, and soft, as attention does it, with every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core import data, lab
from core.analysis.soft_lookup import look_up, plane_along, plane_of
from core.analysis.spelling import nearest_spellings
from core.analysis.vectors import best, cosines
from core.lessons.soft_lookup.soft_dictionary import Answer, Asked, Entry, Flat, Point, Problem, Row

NEAREST_AMONG = 50_000  # words of GloVe that may be the nearest to a merged vector
NEAREST = 5
CORRECTED = 3  # unknown words for which other spellings are offered


@dataclass(frozen=True, eq=False)
class Found:
    """The answer, and what it was computed from.

    entries: the N that take part; query (D,), keys (N, D), values (N, V), float64. Without anything to look up N is 0.
    vectors: whether the values are vectors; where they are not, each stands for itself, and merging gives the weights.
    """

    answer: Answer
    entries: tuple[Entry, ...]
    query: Tensor
    keys: Tensor
    values: Tensor
    vectors: bool


def python_says(asked: Asked) -> str:
    """The hard look-up as a Python console shows it, from running it."""
    dictionary = {entry.key: entry.value for entry in asked.entries if entry.key}
    try:
        result = repr(dictionary[asked.query])
    except KeyError as error:
        result = f"KeyError: {error}"
    return f">>> dictionary = {dictionary!r}\n>>> dictionary[{asked.query!r}]\n{result}"


def find(asked: Asked, source: str, unit: bool, scale: bool, own_words: bool) -> Found:
    """Look the query up.

    source: "glove", or "own" for the arrows as vectors; unit: vectors at length 1; scale: divide by sqrt(D);
    own_words: whether the values themselves may be the words nearest to the merged vector. Raises data.Missing where
    GloVe is asked for and not here.
    """
    vectors = _of_glove(asked) if source == "glove" else {}
    problems, takes_part = _check(asked, vectors if source == "glove" else None)
    rows = [i for i, part in enumerate(takes_part) if part]
    entries = tuple(asked.entries[i] for i in rows)
    error = _error(asked, rows, source == "glove" and asked.query.lower() not in vectors)
    root = (data.glove.DIMENSION if source == "glove" else 2) ** 0.5 if scale else 1.0
    if error:
        nothing = torch.zeros(0, 1, dtype=torch.float64)
        none = (None,) * len(takes_part)
        answer = Answer(none, root, unit, source == "own", problems=tuple(problems), error=error)
        return Found(answer, (), nothing, nothing, nothing, False)
    values: Tensor | None
    if source == "glove":
        query, keys = vectors[asked.query.lower()], torch.stack([vectors[e.key.lower()] for e in entries])
        known = all(e.value.lower() in vectors for e in entries)
        values = torch.stack([vectors[e.value.lower()] for e in entries]) if known else None
    else:
        query = torch.tensor(asked.query_at, dtype=torch.float64)
        keys, values = (
            torch.tensor([getattr(e, at) for e in entries], dtype=torch.float64) for at in ("key_at", "value_at")
        )
    if unit:
        query, keys, values = (v if v is None else _unit(v) for v in (query, keys, values))
    stand_in = torch.eye(len(entries), dtype=torch.float64) if values is None else values
    found = look_up(query, keys, stand_in, asked.temperature, scale)
    steps = zip(*(x.tolist() for x in (found.products, found.scaled, found.tempered, found.weights)), strict=True)
    by_row = dict(zip(rows, (Row(p, s, None if t != t else t, w) for p, s, t, w in steps), strict=True))
    flat, merged = Flat(), None
    near: tuple[tuple[str, float], ...] = ()
    about = ""
    if source == "own":
        merged = tuple(found.merged.tolist())
    else:
        flat, merged = _flat(query, keys, values, found.weights, rows, len(takes_part))
        if values is None:
            lost = next(e.value for e in entries if e.value.lower() not in vectors)
            about = f"GloVe has no vector for the value “{lost}”, so the merge stays a sum of words."
        else:
            own = () if own_words else [e.value.lower() for e in entries]
            near = nearest_words(found.merged, own)
            about = _rare([e.value for e in entries])
    answer = Answer(
        rows=tuple(by_row.get(i) for i in range(len(takes_part))),
        root=root,
        unit=unit,
        own=source == "own",
        merged=merged,
        flat=flat,
        near=near,
        about_near=about,
        problems=tuple(problems),
    )
    return Found(answer, entries, query, keys, stand_in, values is not None)


def nearest_words(merged: Tensor, without: Iterable[str] = (), count: int = NEAREST) -> tuple[tuple[str, float], ...]:
    """The words of GloVe's first 50,000 whose vectors are nearest to `merged` (50,), with their cosines."""
    vectors = lab.glove(NEAREST_AMONG)
    query = merged.to(vectors.unit.device, torch.float32)
    return tuple((near.word, near.cosine) for near in best(vectors, cosines(vectors, query), count, without))


def nearest_of_each(merged: Tensor, without: Iterable[str] = ()) -> list[str]:
    """The nearest word of each of T merged vectors (T, 50), as `nearest_words` finds it, in one product."""
    vectors = lab.glove(NEAREST_AMONG)
    scores = merged.to(vectors.unit.device, torch.float32) @ vectors.unit.T  # (T, V); lengths change no order
    scores[:, [vectors.index[word] for word in set(without) if word in vectors]] = -torch.inf
    return [vectors.words[row] for row in scores.argmax(dim=1).tolist()]


def _rare(values: Sequence[str]) -> str:
    """A sentence on those values that cannot come nearest."""
    rare = [value for value in dict.fromkeys(values) if value.lower() not in lab.glove(NEAREST_AMONG)]
    if not rare:
        return ""
    named = ", ".join(f"“{value}”" for value in rare)
    be = "is a rare word" if len(rare) == 1 else "are rare words"
    return (
        f"{named} {be} in the English text that GloVe was learned from, not among its first {NEAREST_AMONG:,}: no candidate "
        f"here, and with neighbours that often are names."
    )


def _of_glove(asked: Asked) -> dict[str, Tensor]:
    """The vectors of all words of the question that GloVe has, in small letters as GloVe writes them."""
    words = [asked.query, *(word for e in asked.entries for word in (e.key, e.value))]
    found = data.glove.find(word.lower() for word in words if word)
    return {word: torch.tensor(vector, dtype=torch.float64) for word, vector in found.items()}


def _unit(vectors: Tensor) -> Tensor:
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def _check(asked: Asked, known: dict[str, Tensor] | None) -> tuple[list[Problem], list[bool]]:
    """What keeps words out, and which entries take part. known: the words that have a vector, None where arrows do."""
    problems, part = [], []
    corrected = 0

    def unknown(word: str, field: str, row: int) -> None:
        nonlocal corrected
        corrected += 1
        words = nearest_spellings(word.lower(), lab.glove(NEAREST_AMONG).words) if corrected <= CORRECTED else []
        ask = " Did you mean:" if words else ""
        problems.append(Problem(f"GloVe has no vector for the {field} “{word}”.{ask}", field, row, tuple(words)))

    if known is not None and asked.query and asked.query.lower() not in known:
        unknown(asked.query, "query", 0)
    for i, entry in enumerate(asked.entries):
        missing = [name for name, word in (("key", entry.key), ("value", entry.value)) if not word]
        if missing:
            problems.append(
                Problem(f"Entry {i + 1} takes no part yet: write its {' and its '.join(missing)}.", missing[0], i)
            )
        elif known is not None and entry.key.lower() not in known:
            unknown(entry.key, "key", i)
        part.append(not missing and (known is None or entry.key.lower() in known))
    seen: dict[str, int] = {}
    for i, entry in enumerate(asked.entries):
        if entry.key and entry.key in seen and seen[entry.key] >= 0:
            last = next(e.value for e in reversed(asked.entries) if e.key == entry.key)
            problems.append(
                Problem(
                    f"A Python dictionary holds “{entry.key}” once, with its last value “{last}”; the soft one keeps all."
                )
            )
            seen[entry.key] = -1  # said
        else:
            seen.setdefault(entry.key, i)
    return problems, part


def _error(asked: Asked, rows: Sequence[int], unknown: bool) -> str:
    if not asked.query:
        return "Nothing is asked: write a word to look up as the query."
    if unknown:
        return "Without a vector the query cannot be compared with the keys: ask for another word, or draw your own arrows."
    return "" if rows else "No entry can take part: each needs a key that has a vector, and a value."


def _flat(
    query: Tensor, keys: Tensor, values: Tensor | None, weights: Tensor, rows: Sequence[int], count: int
) -> tuple[Flat, Point | None]:
    """GloVe's vectors as arrows in two planes, and the merged one in the second: a projection, so the chain still fits."""

    def placed(xy: Tensor) -> tuple[Point | None, ...]:
        at = dict(zip(rows, (tuple(p) for p in xy.tolist()), strict=True))
        return tuple(at.get(i) for i in range(count))

    size = query.shape[0]
    asked, key_xy, share = plane_along(query, keys)
    about = (
        f"{size} numbers each, in a plane that keeps every product: the further a key reaches along the query, the larger q·k. It holds "
        f"{share:.0%} of their squared length."
    )
    flat = {"query": tuple(asked.tolist()), "keys": placed(key_xy), "about_keys": about}
    if values is None:
        return Flat(**flat, values=(None,) * count, about_values="A value has no vector: nothing to draw."), None
    value_xy, share = plane_of(values)
    merged = tuple((weights @ value_xy).tolist())
    seen = f"{size} numbers each, seen in the plane nearest to them: {share:.0%} of their squared length."
    return Flat(**flat, values=placed(value_xy), about_values=seen), merged
