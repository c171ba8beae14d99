"""Mounts of components, and how their code reaches a browser.

Streamlit sends the script of a mount along with each of its messages. So each mount of a `Component` is a stub of a few
lines, and asks this server for the file of its code (core/server/scripts.py), which a browser keeps. They find each other in
the browser, see `kit/mount.js`. Where the file does not come (a host that passes on what Streamlit knows alone), the stub
says so, and the code is mounted beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.server import scripts
from core.server.bundle import code

_STUB = """
const parts = (globalThis[Symbol.for("latent-lab")] ??= new Map())
const part = parts.get("NAME") ?? { waiting: new Map() }
parts.set("NAME", part)
export default (mount) => {
  const root = mount.parentElement
  part.waiting.set(root, mount)
  if (part.run) part.run()
  else {
    const at = new URL("code/FILE", globalThis.__streamlit?.BACKEND_BASE_URL ?? document.baseURI)
    const ask = () => {
      if (part.run || !root.isConnected) return
      mount.setTriggerValue("code", true)
      setTimeout(ask, 4000) // what many mounts say at once may get lost
    }
    import(at.href).catch(ask)
  }
  return () => {
    if (root.isConnected) return // the next message came before this one was shown
    part.waiting.delete(root)
    part.leave?.(root)
  }
}
"""


class Component:
    """Component `name` of assets/components, to be mounted any number of times."""

    def __init__(self, name: str, together: tuple[str, ...] = ()) -> None:
        self.name = name
        self.together = together or (name,)  # whose code is in the same script
        script, known_as = code(*self.together)
        file = f"{known_as[0]}.js"
        scripts.put(file, script)
        stub = _STUB.replace("NAME", known_as[self.together.index(name)]).replace("FILE", file)
        self._missing = f"_code/{file}"  # a session key: this browser could not get the file
        self._stub = st.components.v2.component(f"latent_lab_{name}", js=stub)
        self._code = st.components.v2.component(
            f"latent_lab_{self.together[0]}_code", js=f"{script}export default () => {{}}\n"
        )

    def __call__(self, *, key: str, data: Any, **changes: Callable[[], None]) -> None:
        """Mount the component. data and changes: as Streamlit's own mount takes them."""
        if self._missing in st.session_state:
            self._code(key=f"{key}/code")
        self._stub(key=key, data=data, on_code_change=self._misses, **changes)

    def _misses(self) -> None:
        st.session_state[self._missing] = True


def family(*names: str) -> tuple[Component, ...]:
    """Components that stand on a page together: one file has the code of all."""
    return tuple(Component(name, names) for name in names)
