"""Is it true? Whole sets of analogies and of judged pairs, asked of the vectors on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import background
from core.analysis.analogies import AnalogyResult, Rules, answer_all
from core.charts import theme
from core.data import questions, relations
from core.lessons.word_vectors import links
from core.lessons.word_vectors.charts_accuracy import accuracy
from core.lessons.word_vectors.charts_judged import judged
from core.lessons.word_vectors.shown import Shown
from core.lessons.word_vectors.similarity import agreement
from core.queue import View
from core.ui.charted import draw_chart
from core.ui.guess import guess_first, guessed
from core.ui.look import look_now
from core.ui.poll import poll, progress, together

AMONG = (10_000, 30_000, 50_000)  # words that take part; 30,000 is what published figures of GloVe often use
MOST_LISTED = 400  # wrong and right answers in the list
NOT_ON_A_WALL = {"fuck", "sex"}  # counted like all others, but a chart that is projected does not name them
GUESSES = ("10%", "25%", "50%", "75%", "90%")
OWN_WORDS = {"out": "left out", "in": "may win"}
TESTS = {"analogies": "Analogies", "similarity": "Similarity"}


def truth(shown: Shown) -> None:
    """The chosen test."""
    test = links.TEST.widget(st.segmented_control, shown=TESTS.__getitem__, required=True, label_visibility="collapsed")
    (_analogies if test == "analogies" else _similarity)(shown)


def _analogies(shown: Shown) -> None:
    sets = {one.name: one for one in questions.analogy_sets()}
    which, among, own = st.columns([0.38, 0.32, 0.3])
    with which:
        name = links.SET.widget(st.selectbox, tuple(sets), next(iter(sets)), lambda n: sets[n].title)
    with among:
        options = tuple(n for n in AMONG if n < len(shown.vectors)) + (
            (len(shown.vectors),) if len(shown.vectors) <= AMONG[-1] else ()
        )
        default = 30_000 if 30_000 in options else options[-1]
        size = links.AMONG.widget(st.selectbox, options, default, "{:,} words".format)
    with own:
        kept = links.KEPT.widget(st.segmented_control, shown=OWN_WORDS.__getitem__, required=True)
    asked = sum(map(len, sets[name].categories.values()))
    guess_first(
        links.GUESS, "Predict: how many of the questions are answered right?", GUESSES,
        f"“Man is to king as woman is to what?”: {asked:,} questions of this kind. Only questions whose words are in the vocabulary count, "
        "and only the one nearest word is an answer. Guess before they are asked.",
    )  # fmt: skip
    guess = guessed(links.GUESS, GUESSES)
    if guess is None:
        return
    asks = [_asked(shown, name, sets[name].categories, size, keep) for keep in (False, True)]  # the chart shows both
    works = poll(together(*asks), progress("The questions are being asked; all else works meanwhile."))
    if works is None:
        return
    if works.failure is not None:
        st.error(works.failure, icon=":material/error:")
        return
    left_out, left_in = (view.value for view in works.views)
    result: AnalogyResult = left_in if kept == "in" else left_out
    if not result.total.asked:
        st.info("These vectors have the words of none of these questions.", icon=":material/quiz:")
        return
    left, right = st.columns([0.56, 0.44], gap="large")
    with left:
        rows = _rows(left_out, left_in, name)
        draw_chart(
            theme.spec(accuracy, rows, look_now()),
            key=f"{links.PREFIX}_accuracy",
        )
    with right:
        a, b = left_out.total, left_in.total
        st.markdown(
            ("" if guess == "-" else f"You said **{guess}**. ")
            + f"**{a.accuracy:.1%}** of {a.asked:,} questions are answered right by {shown.title}, among its first {size:,} words, with the question's "
            f"own words left out ({a.skipped:,} more have a word that is not there). With them left in it is **{b.accuracy:.1%}**: "
            + _thief(left_in)
        )
        _list(result)
    st.caption(
        f"{sets[name].title}: {sets[name].credit}. Method: 3CosAdd, the one nearest word counts.{chosen_by(shown)}"
    )


def chosen_by(shown: Shown) -> str:
    """That settings of this lab's own vectors were compared on these questions; GloVe's are others'."""
    if shown.record is None:
        return ""
    return " The settings of the training were compared by these questions on the King James Bible (docs/LOG.md), which flatters the vectors learned from it."


def _asked(shown: Shown, name: str, categories: Any, size: int, keep: bool) -> Callable[[], View]:
    """Asks the background for the answers to a set of questions."""

    def answers(progress: background.Progress) -> AnalogyResult:
        return answer_all(shown.vectors, categories, Rules(size, keep_query=keep), on_progress=progress)

    return lambda: background.ask(f"analogies/{shown.name}/{name}/{size}/{keep}", answers)


def _rows(left_out: AnalogyResult, left_in: AnalogyResult, name: str) -> list[dict[str, Any]]:
    """One row a category that could be asked, meaning before grammar, and the total."""
    kind = {one.title: one.kind for one in relations.RELATIONS}

    def part(category: str) -> str:
        return (
            kind.get(category, "meaning")
            if name == questions.OWN
            else "grammar"
            if category.startswith("gram")
            else "meaning"
        )

    rows = [
        {"category": category, "part": part(category), "right": score.right, "count": score.asked,
         "kept_right": left_in.categories[category].right}
        for category, score in left_out.categories.items()
        if score.asked
    ]  # fmt: skip
    rows.sort(key=lambda row: row["part"] != "meaning")
    total = left_out.total
    return [
        *rows,
        {
            "category": "all",
            "part": "total",
            "right": total.right,
            "count": total.asked,
            "kept_right": left_in.total.right,
        },
    ]


def _thief(left_in: AnalogyResult) -> str:
    """Which of its own words wins a question most often."""
    stolen = {"c": 0, "b": 0, "a": 0}
    for answer in left_in.answers:
        for place in stolen:
            if answer.given == getattr(answer, place):
                stolen[place] += 1
                break
    wrong = sum(not answer.right for answer in left_in.answers)
    if not wrong:
        return "they never win."
    return (
        f"of its {wrong:,} wrong answers {stolen['c']:,} are the question's own third word (*c* in a : b = c : ?), from which "
        f"the step hardly leads away, and {stolen['b']:,} its second."
    )


def _list(result: AnalogyResult) -> None:
    """Right and wrong answers of one category."""
    categories = [name for name, score in result.categories.items() if score.asked]
    category = links.CATEGORY.widget(st.selectbox, categories, categories[0])
    wanted = links.ANSWERS.widget(st.segmented_control, required=True, label_visibility="collapsed")
    answers = [a for a in result.answers if a.category == category and a.right == (wanted == "right")]
    table = [
        {"question": f"{a.a} : {a.b} = {a.c} : ?", "found": a.given, "expected": a.expected}
        for a in answers[:MOST_LISTED]
    ]
    if table:
        widths = {"question": {"width": 210}, "found": {"width": 95}, "expected": {"width": 95}}
        st.dataframe(
            table, hide_index=True, height=300, width="stretch", key=f"{links.PREFIX}_answers", column_config=widths
        )
    else:
        st.caption(f"There are no {wanted} answers in this category.")


def _similarity(shown: Shown) -> None:
    sets = {one.name: one for one in questions.similarity_sets()}
    left, right = st.columns([0.6, 0.4], gap="large")
    with right:
        name = links.JUDGED.widget(st.selectbox, tuple(sets), next(iter(sets)), lambda n: sets[n].title)
        found = agreement(shown.vectors, sets[name].rows)
        if found.spearman is None:
            st.info("These vectors know too few of the pairs.", icon=":material/quiz:")
            return
        st.markdown(
            f"Spearman's rank correlation between what people said and the cosines of {shown.title} is **{found.spearman:.3f}**, "
            f"over {len(found.compared)} pairs ({found.skipped} have a word that is not there). 1 is the same order, 0 none."
        )
        st.caption(f"{sets[name].title}: {sets[name].credit}.")
    with left:
        rows = [
            {"a": r.first, "b": r.second, "judged": r.judged, "cosine": r.cosine,
             "unnamed": bool({r.first, r.second} & NOT_ON_A_WALL)}
            for r in found.compared
        ]  # fmt: skip
        draw_chart(
            theme.spec(judged, rows, look_now()),
            key=f"{links.PREFIX}_judged_chart",
        )
