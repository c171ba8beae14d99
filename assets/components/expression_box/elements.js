// Elements that are kept and refilled, so that focus stays where it is.

import { element } from "../kit/dom.js"

/**
 * Give `parent` as many children as there are items.
 *
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {() => HTMLElement} make
 * @param {(child: HTMLElement, item: T, i: number) => void} refill
 */
export function fill(parent, items, make, refill) {
  while (parent.children.length > items.length) parent.lastElementChild?.remove()
  while (parent.children.length < items.length) parent.append(make())
  items.forEach((item, i) => {
    refill(/** @type {HTMLElement} */ (parent.children[i]), item, i)
  })
}

/** A button that leaves the focus, and with it the keyboard of a phone, where it is. @param {string} className */
export function button(className = "") {
  const made = /** @type {HTMLButtonElement} */ (element("button", className))
  made.type = "button"
  made.dir = "auto"
  made.onmousedown = (event) => event.preventDefault()
  return made
}
