"""Act: members of a club whose side is hidden, filled in from their friends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from core import background
from core.analysis import intervals
from core.charts import theme
from core.lessons.how_much_to_hide import charts, graph
from core.lessons.how_much_to_hide.links import DRAW, NODES, PREFIX
from core.ui import notes
from core.ui.charted import draw_chart
from core.ui.held import is_number
from core.ui.look import look_now
from core.ui.poll import poll, progress

CHART = f"{PREFIX}_club"
OPENS = 0.5  # the share that is hidden at first


def show() -> None:
    """The club, which a click changes, and the three ways to fill in."""
    the = graph.club()
    hidden = _now(len(the))
    left, right = st.columns([0.58, 0.42], gap="large")
    with right:
        st.markdown(
            "Zachary's karate club (1977): 34 members, 78 friendships, and a quarrel after which each went with one of two sides. **Click a member** to hide or show the side. "
            "Nothing but friendships and the visible sides is given."
        )
        draw = DRAW.input()
        with st.container(horizontal=True, gap="small"):
            for share in graph.SHARES:
                st.button(
                    f"Hide {100 * share:.0f}%",
                    key=f"{PREFIX}_hide_{100 * share:.0f}",
                    on_click=hide_share,
                    args=(share, draw),
                )
    told = {name: way(the, hidden) for name, way in graph.WAYS.items()}
    with left:
        spec = theme.spec(charts.club, rows(the, hidden, told["a graph network"]), look_now())
        draw_chart(spec, key=CHART, on_select="rerun", selection_mode=charts.NODE)
    with right:
        st.markdown(here(the, hidden, told))
        _many(len(the), int(hidden.sum()))


def hide_share(share: float, draw: int) -> None:
    """Hide a share of the members. For a button's callback."""
    NODES.put(written(graph.drawn(34, share, draw)))


def as_it_opens() -> None:
    """The members that are hidden at first. For a button's callback."""
    NODES.put(None)


def written(hidden: Tensor) -> str:
    """The numbers of the hidden members, "none" for none."""
    return "-".join(map(str, hidden.nonzero().squeeze(1).tolist())) or "none"


def _now(count: int) -> Tensor:
    """Who is hidden: as the link has it, with the newest click."""
    hidden = graph.drawn(count, OPENS, 0)
    raw = NODES.raw()
    if raw is not None:
        parts = [] if raw == "none" else raw.split("-")
        numbers = [int(p) for p in parts if p.isascii() and p.isdigit() and len(p) < 4 and int(p) < count]
        if len(numbers) < len(parts):
            notes.add(PREFIX, "Hidden members: the link names one that the club does not have; it is left out.")
        hidden = torch.zeros(count, dtype=torch.bool)
        hidden[numbers] = True
    chosen = _clicked(count)
    if chosen is not None:
        hidden = hidden.clone()
        hidden[chosen] = ~hidden[chosen]
    opens = torch.equal(hidden, graph.drawn(count, OPENS, 0))
    NODES.put(None if opens else written(hidden))
    return hidden


def _clicked(count: int) -> int | None:
    """The member that the newest click hit: what its selection holds more or less than at the last call."""
    state, slot = st.session_state.get(CHART), f"_{CHART}_heard"
    before = st.session_state.pop(slot, [])
    if state is None:
        return None
    selection = state.get("selection") if isinstance(state, dict) else None
    points = selection.get(charts.NODE) if isinstance(selection, dict) else None
    points = points[:count] if isinstance(points, list) else []
    now = [p["number"] for p in points if isinstance(p, dict) and is_number(p.get("number"))]
    st.session_state[slot] = now
    changed = [v for v in now if v not in before] or [v for v in before if v not in now]
    return int(changed[-1]) if changed and 0 <= changed[-1] < count else None


def rows(the: graph.Club, hidden: Tensor, told: Tensor) -> list[dict[str, Any]]:
    """Rows of the chart: members with what the graph network says of the hidden ones, and friendships."""
    place = [[round(float(v), 3) for v in row] for row in the.place]
    found: list[dict[str, Any]] = []
    for a, b in the.friends.triu().nonzero().tolist():
        found.append({"kind": "friends", "number": -1, "x": place[a][0], "y": place[a][1], "x2": place[b][0], "y2": place[b][1],
                      "side": "", "hidden": False, "right": False, "said": ""})  # fmt: skip
    for i in range(len(the)):
        side, guess, is_hidden = graph.SIDES[int(the.side[i])], graph.SIDES[int(told[i])], bool(hidden[i])
        said = f"member {i}, hidden: the network says {guess}, true is {side}" if is_hidden else f"member {i}: {side}"
        found.append({"kind": "member", "number": i, "x": place[i][0], "y": place[i][1], "x2": None, "y2": None,
                      "side": side, "hidden": is_hidden, "right": is_hidden and side == guess, "said": said})  # fmt: skip
    return found


def here(the: graph.Club, hidden: Tensor, told: Mapping[str, Tensor]) -> str:
    """How many hidden members each way tells right."""
    count = int(hidden.sum())
    if not count:
        return "Nobody is hidden: click a member."
    right = {name: int((one == the.side)[hidden].sum()) for name, one in told.items()}
    return (
        f"**{count} of {len(the)} are hidden.** Told right: "
        + ", ".join(f"{n} by {name}" for name, n in right.items())
        + "."
    )


def _many(count: int, hidden: int) -> None:
    """All three over many draws of about the same share."""
    share = min(graph.SHARES, key=lambda s: abs(s * count - hidden))
    view = poll(
        lambda: background.ask(f"club/{graph.DRAWS}/{share}", lambda report: graph.compare(share, report)),
        progress(f"{graph.DRAWS} draws are filled in …"),
    )
    if view is None:
        return
    if view.state != "done":
        st.error(view.message or "This was stopped; hide another share to begin again.", icon=":material/error:")
        return
    st.markdown(verdict(view.value, share))


def verdict(found: Mapping[str, Any], share: float) -> str:
    """What the friends are worth, over many draws."""
    mean = found["mean"]
    gains = "; ".join(f"{intervals.gains(f'{name} ({mean[name]:.0%})', *gain)}" for name, gain in found["gain"].items())
    return (
        f"Over {graph.DRAWS} random draws with {100 * share:.0f}% hidden, the majority is right in {mean['the majority']:.0%}; against it, {gains}. The draws are of one small graph: the "
        "intervals are over draws and say nothing about other graphs."
    )
