"""The start: what the lab is, and every lesson as a card."""

import streamlit as st

from core.course import LESSONS, SECTIONS
from core.ui.cards import card

st.title("Latent Lab", anchor=False)
st.html(
    '<p class="ll-question">A network learns to represent what it sees. Here you do what it does: hide, squeeze, compare '
    "and train, with real models on real data, and every number is measured on the model in front of you.</p>"
)
for number, section in enumerate(SECTIONS, start=1):
    lessons = [lesson for lesson in LESSONS if lesson.section == number]
    if lessons:
        st.header(f"{number} · {section}", anchor=False)
        for row in range(0, len(lessons), 3):
            for column, lesson in zip(st.columns(3), lessons[row : row + 3], strict=False):
                with column:
                    card(lesson)
st.caption(
    "Each moving picture above is the lesson's own network while it learned: what it was asked, its answer, the truth. "
    "A lesson opens on a network that was trained beforehand by this program; each can be trained again live."
)
