// The tool bar: what is pressed, and which buttons do nothing at the moment.

import { all, find, setFlag } from "../kit/dom.js"

/** @typedef {import("./words.js").Mode} Mode */
/** @param {HTMLElement} root @param {(pressed: { mode?: Mode, toggle?: string, action?: string }) => void} press */
export function listen(root, press) {
  for (const button of all(root, "button")) {
    button.onclick = () => {
      const off = button.getAttribute("aria-disabled") === "true"
      if (!off) press(/** @type {{ mode?: Mode }} */ (button.dataset))
    }
  }
}

/** @param {HTMLElement} root @param {{ mode: Mode, peek: boolean, editor: import("./editor.js").Editor }} state */
export function show(root, { mode, peek, editor: { history, mask } }) {
  for (const button of all(root, "button[data-mode]")) setFlag(button, "aria-pressed", button.dataset.mode === mode)
  setFlag(find(root, "[data-toggle]"), "aria-pressed", peek)
  const off = { undo: !history.past.length, redo: !history.future.length, clear: !mask.size }
  for (const [action, isOff] of Object.entries(off)) {
    setFlag(find(root, `[data-action=${action}]`), "aria-disabled", isOff)
  }
}
