"""Contrastive: views of one picture belong together, and the rest must make room."""

from core.lessons.contrastive.links import TABLE
from core.ui.lesson import Slice

LESSON = Slice(links=TABLE)
