"""The contents of a lesson."""

from __future__ import annotations

from core.ui.components.contents import Act, contents


def send() -> None:
    contents(
        "c",
        "Contrastive",
        (Act("look-at-the-space", "Look at the space", "c_act_look-at-the-space", also=("c_act_more",)),),
    )
