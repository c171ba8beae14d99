"""Act: the same blank in two sentences that differ in one word."""

from __future__ import annotations

import math
from typing import NamedTuple

import streamlit as st

from core.charts import theme
from core.lessons.fill_in_the_blank import charts, links, subject
from core.lessons.fill_in_the_blank.said import percent, plain_word
from core.lessons.fill_in_the_blank.subject import Blank, Sentence, Subject
from core.ui.charted import draw_chart
from core.ui.look import look_now

LIKED = ("he", "king", "man")  # what changes where the link says nothing, if the sentence has it
LEAST = 0.01  # of a probability, that the headline speaks of
TOP = 8  # words of each sentence that are compared


class Compared(NamedTuple):
    """A word that may stand in the blank: how likely in the sentence on the stage, and in the one with the changed word."""

    word: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        """log p after - log p before, in nats."""
        return math.log(self.after / self.before)


def show(on_stage: Subject, now: Sentence) -> None:
    """The word that changes, and what that does to the first blank."""
    if not now.hidden:
        st.info("Hide a word on the stage first: its blank is what both sentences share.", icon=":material/edit:")
        return
    others = [place for place in range(len(now.words)) if place not in now.hidden]
    if not others:
        st.info("All words are hidden: show one again, so that it can be changed.", icon=":material/edit:")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        liked = [place for place in others if now.words[place] in LIKED]
        usual = (liked or others)[0] + 1
        options = tuple(place + 1 for place in others)
        change = links.CHANGE.widget(st.selectbox, options, usual, lambda p: f"{p}: {now.words[p - 1]}") - 1
    with right:
        typed = links.INTO.input()
    found = on_stage.words.split(typed)
    if len(found) != 1:
        st.info("Write one word: it takes the place of the other.", icon=":material/edit:")
        return
    _compared(on_stage, now, change, found[0])


def _compared(on_stage: Subject, now: Sentence, change: int, into: str) -> None:
    other = tuple(into if place == change else word for place, word in enumerate(now.words))
    rows = compared(on_stage, now, other)
    place = now.hidden[0]
    st.subheader(headline(rows, now.words[change], into), anchor=False)
    table = [
        {"word": row.word, "difference": row.difference, "said": f"{percent(row.before)} → {percent(row.after)}",
         "direction": "likelier" if row.difference > 0 else "less likely"}
        for row in rows
    ]  # fmt: skip
    draw_chart(theme.spec(charts.differences, table, look_now()), key=f"{links.PREFIX}_differences")
    more = (
        ""
        if len(now.hidden) == 1
        else f" It is the first of the {len(now.hidden)} blanks; the others are hidden in both sentences."
    )
    lost = (
        "" if into in on_stage.words.index else f" “{plain_word(into)}” is not among its words: it reads [UNK] there."
    )
    st.caption(
        f"Word {place + 1} is the blank. Each bar is log p in the sentence with “{plain_word(into)}” minus log p in the one with "
        f"“{plain_word(now.words[change])}”, in nats: 0.7 is twice as likely. Shown are the {TOP} likeliest words of either.{more}{lost}"
    )


def compared(on_stage: Subject, now: Sentence, other: tuple[str, ...]) -> list[Compared]:
    """The likeliest words of the first blank in either sentence, with both probabilities; what gains most comes first."""
    before, after = (_first(on_stage, words, now.hidden) for words in (now.words, other))
    words = dict.fromkeys([likely.word for blank in (before, after) for likely in blank.top[:TOP]])
    chances = [{likely.word: likely.probability for likely in blank.top} for blank in (before, after)]
    rows = [Compared(word, chances[0][word], chances[1][word]) for word in words]
    return sorted(rows, key=lambda row: -row.difference)


def _first(on_stage: Subject, words: tuple[str, ...], hidden: tuple[int, ...]) -> Blank:
    """The first blank of a sentence, with the probabilities of all words."""
    return subject.expected(on_stage, words, hidden, len(on_stage.words))[0]


def headline(rows: list[Compared], word: str, into: str) -> str:
    """The words whose probability rises and falls most, by a percent at least."""
    up, down = (end(rows, key=lambda row: row.after - row.before) for end in (max, min))
    parts = []
    if up.after - up.before >= LEAST:
        parts.append(f"“{plain_word(up.word)}” gains, {percent(up.before)} → {percent(up.after)}")
    if down.before - down.after >= LEAST:
        parts.append(f"“{plain_word(down.word)}” loses, {percent(down.before)} → {percent(down.after)}")
    change = f"“{plain_word(word)}” becomes “{plain_word(into)}”"
    return f"{change}: {'; '.join(parts) if parts else 'no word gains or loses a percent'}"


def set_up(text: str, blank: str, word: str, into: str) -> None:
    """Put a sentence on the stage with one word hidden, and another one to change. For a button's callback."""
    words = text.lower().split()
    subject.set_up(text, (words.index(blank),), words.index(word) + 1, into)
