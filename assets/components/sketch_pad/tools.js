// The tool bar: pens, their widths, the eraser and the buttons, and which of them do nothing at the moment.

import { all, find, setFlag } from "../kit/dom.js"

/** @typedef {[name: string, colour: string][]} Pens */
/** @typedef {{ pen?: string, erase?: string, size?: string, toggle?: string, action?: string }} Pressed */
/** @typedef {{ pen: string, erasing: boolean, width: number, sees: boolean, paper: import("./paper.js").Paper }} State */

/** @param {HTMLElement} root @param {(pressed: Pressed) => void} press */
export function listen(root, press) {
  find(root, ".tools").onclick = ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null
    if (button && button.getAttribute("aria-disabled") !== "true") press({ ...button.dataset })
  }
}

/** @param {HTMLElement} root @param {Pens} pens */
export function offerPens(root, pens) {
  const modes = find(root, ".modes")
  for (const old of all(modes, ".pen")) old.remove()
  const many = pens.length > 1
  modes.toggleAttribute("data-many", many)
  modes.style.setProperty("--across", String(Math.min(5, pens.length + 2))) // on a phone; the eraser is two wide
  modes.prepend(...pens.map(([name, ink]) => penButton(root, name, many ? ink : null)))
}

/** A button for a pen: a pot of its ink, or where there is but one pen its picture and word. @param {HTMLElement} root @param {string} name @param {string | null} ink */
function penButton(root, name, ink) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "pen"
  button.dataset.pen = name
  button.title = `${name[0].toUpperCase()}${name.slice(1)} pen`
  if (ink) {
    const pot = document.createElement("span")
    pot.className = "ink"
    pot.style.setProperty("--ink", ink)
    button.append(pot)
    button.setAttribute("aria-label", button.title)
  } else button.append(find(root, ".only", HTMLTemplateElement).content.cloneNode(true))
  return button
}

/** @param {HTMLElement} root @param {State} state */
export function show(root, { pen, erasing, width, sees, paper: { history, touched } }) {
  for (const button of all(root, ".pen")) setFlag(button, "aria-pressed", !erasing && button.dataset.pen === pen)
  for (const button of all(root, "[data-size]")) setFlag(button, "aria-pressed", Number(button.dataset.size) === width)
  setFlag(find(root, "[data-erase]"), "aria-pressed", erasing)
  setFlag(find(root, "[data-toggle]"), "aria-pressed", sees)
  const off = { undo: !history.past.length, redo: !history.future.length, clear: !touched }
  for (const [action, isOff] of Object.entries(off)) {
    setFlag(find(root, `[data-action=${action}]`), "aria-disabled", isOff)
  }
}
