// Making elements.

import { element } from "../kit/dom.js"

/** @param {string} label @param {string} [className] @param {Element} [parent] */
export function button(label, className = "", parent = undefined) {
  const made = /** @type {HTMLButtonElement} */ (element("button", className, parent))
  made.type = "button"
  made.textContent = label
  return made
}
