"""The start: one small stage to try at once, then the course as a map of its lessons."""

import streamlit as st

from core.course import LESSONS, chapters
from core.ui import cards, look
from core.ui.lesson import slice_of
from core.ui.navigation import models_page, page_of

look.lesson_style("home")
st.title("Latent Lab", anchor=False)
st.html(
    '<p class="ll-question">To fill in what it cannot see, a network must have learned what a boot looks like. Here you find '
    "out how networks come to represent what they see and read: hide, squeeze, compare and train.</p>"
)
invitations = [invite for lesson in LESSONS if (invite := slice_of(lesson.slug).invite) is not None]
if invitations:
    st.fragment(invitations[0])()
first = LESSONS[0]
with st.container(horizontal=True, key="home_ways"):
    st.page_link(page_of(first), label=f"**Start here: {first.title}**", icon=":material/arrow_forward:")
    st.html(
        '<p class="ll-ways"><a href="#for-teachers">For teachers</a> <a href="#what-was-measured">What was measured</a></p>',
        width="content",
    )

st.header("The course", anchor=False)
cards.marks()
with st.container(key="home_course"):
    for title, lessons in chapters().items():
        for lesson in lessons:
            cards.card(lesson, title)
    with st.container(border=True, height="stretch", key="home_teachers"):
        st.subheader("For teachers", anchor="for-teachers")
        st.markdown(
            "*Present* fits a lesson to a projector. *Copy link* keeps what you set up, seed included: all who open it "
            "see the same. Students can bring their own pictures and texts. Before a class, `python -m core warm` checks every model."
        )
    with st.container(border=True, height="stretch", key="home_measured"):
        st.subheader("What was measured", anchor="what-was-measured")
        st.markdown(
            "Every number comes from the model on the screen, on data that it was not trained on. Each lesson opens on a model that this "
            "program trained; you can train it again while you watch."
        )
        st.page_link(models_page(), label="All models and their figures", icon=":material/deployed_code:")
