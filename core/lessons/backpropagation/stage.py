"""The stage: the graph with everything that can be done with it. The browser answers each gesture itself."""

from __future__ import annotations

from core.lessons.backpropagation import linked, links
from core.lessons.backpropagation.forward_backward import forward_backward


def show() -> None:
    """The component, in the state of the link."""
    forward_backward(links.BOX, linked.state())
