"""The stage: one sentence as tiles, and what the network expects behind each word that is hidden."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from core.lessons.fill_in_the_blank import links, subject
from core.lessons.fill_in_the_blank.said import as_many, percent, plain_word
from core.lessons.fill_in_the_blank.subject import Blank, Sentence, Subject
from core.lessons.fill_in_the_blank.word_tiles import Hidden, Tile, word_tiles
from core.ui import lesson

SHOWN = ((2, 10), (6, 5), (subject.LONGEST, 3))  # up to so many blanks, so many words of each
AFTER = 0.6  # seconds after which the acts below follow


def show(on_stage: Subject, below: Sentence) -> None:
    """The field, the tiles, and the words that are expected. below: the sentence that the rest of the page was drawn with; it follows
    in a moment where another one stands here now."""
    links.SAID.input(help="Any sentence. The network reads its words, in lower case and without punctuation.")
    now = subject.sentence(on_stage)
    if not now.words:
        st.info("There is no word here to hide: write a sentence above.", icon=":material/edit:")
    else:
        _sentence(on_stage, now)
    if now != below:
        lesson.rest_follows(AFTER)


def _sentence(on_stage: Subject, now: Sentence) -> None:
    most = next(count for blanks, count in SHOWN if len(now.hidden) <= blanks)
    found = subject.expected(on_stage, now.words, now.hidden, most)
    if now.left_out:
        more = f"The last {now.left_out:,} words are left out" if now.left_out > 1 else "The last word is left out"
        st.caption(f"{more}: {len(now.words)} are read at once.")
    word_tiles(links.TILES, Hidden(subject.about_of(now.words), now.hidden), tiles(on_stage, now, found))
    st.caption(hint(on_stage, now))
    if len(found) == 1:
        st.subheader(headline(found[0], on_stage), anchor=False)
    if found:
        st.html(f'<div class="ll-fbblanks">{"".join(panel(blank, len(found) > 1) for blank in found)}</div>')


def tiles(on_stage: Subject, now: Sentence, found: Sequence[Blank]) -> list[Tile]:
    """What the component draws: each word, and the likeliest one in place of what is hidden."""
    best = {blank.place: blank.top[0] for blank in found}
    return [
        Tile(word, word in on_stage.words.index)
        if place not in best
        else Tile(word, word in on_stage.words.index, best[place].word, percent(best[place].probability))
        for place, word in enumerate(now.words)
    ]


def hint(on_stage: Subject, now: Sentence) -> str:
    """What to do, or how to read what stands there."""
    unknown = sorted({word for word in now.words if word not in on_stage.words.index})
    size = f"{len(on_stage.words) - 4:,}"
    lost = ""
    if unknown:
        named = ", ".join(map(plain_word, unknown[:4])) + (" …" if len(unknown) > 4 else "")
        verb = "is" if len(unknown) == 1 else "are"
        lost = f" Dashed: {named} {verb} not among the {size} words that it knows; it reads [UNK] there."
    if not now.hidden:
        return f"Nothing is hidden yet: click a word, or walk with the arrow keys and press Enter.{lost}"
    if len(now.hidden) == 1:
        return f"Click more words to hide them too, or the blank to see its word again.{lost}"
    return f"Each of the {len(now.hidden)} blanks is guessed by itself: none of the guesses knows what stands in another.{lost}"


def headline(blank: Blank, on_stage: Subject) -> str:
    """What is expected at a blank, in one sentence."""
    best = blank.top[0]
    said = f"{as_many(blank.as_many)}; “{plain_word(best.word)}” most of all, {percent(best.probability)}"
    if blank.rank is None:
        return f"{said}. “{plain_word(blank.true)}” is not among its words"
    if blank.rank == 1:
        return f"{said}, and that is what stood there"
    return f"{said}. “{plain_word(blank.true)}” stood there: {percent(blank.probability or 0)}, rank {blank.rank:,}"


def panel(blank: Blank, headed: bool) -> str:
    """The likeliest words of a blank as bars, the true one marked; below them the true one where it is not among them."""
    rows = [row(word, chance, blank.top[0].probability, word == blank.true) for word, chance in blank.top]
    if blank.rank is not None and blank.rank > len(blank.top):
        rows.append(row(blank.true, blank.probability or 0, blank.top[0].probability, True, f"rank {blank.rank:,}"))
    title = ""
    if headed:
        title = f"<caption>Word {blank.place + 1} · {html.escape(as_many(blank.as_many))}</caption>"
    return f'<table class="ll-fbwords" dir="auto">{title}<tbody>{"".join(rows)}</tbody></table>'


def row(word: str, chance: float, most: float, true: bool, note: str = "") -> str:
    """One word: its name, a bar, its probability."""
    kind, mark = (' class="true"', " <small>stood there</small>") if true else ("", "")
    said = f"{percent(chance)}{f' · {note}' if note else ''}"
    return (
        f'<tr{kind}><th scope="row">{html.escape(word)}{mark}</th>'
        f'<td><i style="--share:{chance / most if most else 0:.4f}"></i><span>{said}</span></td></tr>'
    )


def set_up(text: str, places: tuple[int, ...]) -> None:
    """Put a sentence on the stage with these places hidden, from 0. For a button's callback."""
    subject.set_up(text, places)
