"""The student's sentence without some heads: what the model guesses of it, or where an encoder's embedding turns."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from core.analysis.reading import Reading
from core.data.visible import visible
from core.lessons.attention import effects
from core.lessons.attention.subject import Subject, named
from core.ui.words import plain


def _readings(subject: Subject, text: str) -> tuple[Reading, Reading]:
    """The sentence with all heads on, and with the heads as they are now."""
    return replace(subject, off=()).reading(text), subject.reading(text)


def guessed(subject: Subject, text: str) -> None:
    """Each token's probability with and without the heads that are off, and the guess at the end."""
    st.subheader("Your sentence without them", anchor=False)
    whole, now = _readings(subject, text)
    found = effects.on_sentence(whole, now)
    before, after = (_token(subject, top) for top in (found.top_before, found.top_after))
    if not subject.off:
        cost = (
            f" The {len(found.guesses)} tokens after the first cost {found.bits_before:.1f} bits."
            if found.guesses
            else ""
        )
        st.markdown(f"All heads are on.{cost} After the last token the likeliest one is {before}.")
        return
    cost = ""
    if found.guesses:
        cost = (
            f"The {len(found.guesses)} tokens after the first cost **{found.bits_after:.1f} bits** without {these(subject)} and "
            f"**{found.bits_before:.1f}** with all heads on. "
        )
    same = found.top_before[0] == found.top_after[0]
    st.markdown(
        f"{cost}After the last token the likeliest one "
        + (f"stays {before}; now {found.top_after[1]:.1%}." if same else f"was {before} and is now {after}.")
    )
    if found.guesses:
        _tokens(
            [
                (now.pieces.texts[guess.place], guess.after - guess.before, f"{_percent(guess.before)} → {_percent(guess.after)}")
                for guess in found.guesses
            ]
        )  # fmt: skip
        st.caption(
            "Under each token the probability that the model gave it, with all heads on → now. Blue gained, orange with a dashed "
            "frame lost; the stronger, the more. The first token has nothing before it to be guessed from."
        )


def encoded(subject: Subject, text: str) -> None:
    """What an encoder's embedding of the sentence has lost."""
    st.subheader("Your sentence without the heads that are off", anchor=False)
    st.markdown(
        f"{plain(subject.title)} was not trained to guess the next token, so no held-out loss says what a head is good for. What can be seen "
        "is how far the embedding of your sentence, and the last hidden state of each token, turn away from those of the whole model."
    )
    if not subject.off:
        st.caption("All heads are on: switch one off above.")
        return
    whole, now = _readings(subject, text)
    found = effects.on_embedding(whole, now)
    st.markdown(
        f"Without {these(subject)} the sentence embedding has cosine **{found.embedding:.3f}** with the whole model's."
    )
    _tokens(
        [(token, cosine - 1, f"{cosine:.2f}".replace("-", "−")) for token, cosine in zip(now.pieces.texts, found.tokens, strict=True)]
    )  # fmt: skip
    least = min(range(len(found.tokens)), key=found.tokens.__getitem__)
    st.caption(
        "Under each token the cosine of its last hidden state with the whole model's: 1 is the same direction. The one that turned "
        f"farthest is “{plain(visible(now.pieces.texts[least]))}”."
    )


def _token(subject: Subject, top: tuple[int, float]) -> str:
    """A token of the vocabulary in Markdown, with its probability."""
    return f"“**{plain(visible(subject.words.name(top[0])))}**” ({top[1]:.1%})"


def _percent(share: float) -> str:
    if share >= 0.0995:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.0005 else "<0.1%"


def _tokens(rows: list[tuple[str, float, str]]) -> None:
    """Tokens in a line that wraps: each with a figure under it, tinted by a change from -1 to 1."""
    cells = []
    for token, change, figure in rows:
        by = min(1.0, abs(change)) ** 0.5  # else a loss of 5 % could not be seen
        cells.append(
            f'<div role="listitem" class="{_way(change)}" style="--by:{by:.2f}"><bdi>{html.escape(visible(token))}</bdi><span>{html.escape(figure)}</span></div>'
        )
    st.html(f'<div role="list" class="ll-tokens">{"".join(cells)}</div>')


def _way(change: float) -> str:
    """The class of a token that gained or lost; none for less than half a point."""
    if abs(change) <= 0.005:
        return ""
    return "up" if change > 0 else "down"


def these(subject: Subject) -> str:
    """The heads that are off, in a sentence."""
    many = len(subject.off)
    return f"head {named(subject.off[0])}" if many == 1 else f"these {many} heads"
