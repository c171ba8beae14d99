// The legend of a map: a press on a group shows it alone, a second one brings all back.

import { context } from "./canvas.js"
import { all, find, setFlag } from "./dom.js"
import { drawMark } from "./marks.js"

/**
 * @typedef {object} Told
 * @property {() => void} pressed another group stands alone, or none: see `alone`
 * @property {((group: number | null) => void)} [under] the group under the mouse, or null
 */

export class Legend {
  /** @param {HTMLElement} element @param {Told} told */
  constructor(element, told) {
    this.element = element
    this.told = told
    /** The only group that is on show. @type {number | null} */
    this.alone = null
  }

  /** Names go in as text. Buttons of the same names stay: one of them may have the focus. @param {string[]} names @param {import("./marks.js").Look} look */
  show(names, look) {
    const said = all(this.element, "button").map((button) => button.textContent)
    if (JSON.stringify(said) !== JSON.stringify(names)) {
      this.told.under?.(null) // the button under the mouse is about to go
      this.element.replaceChildren(...names.map((name, group) => this.button(name, group)))
    }
    const scale = window.devicePixelRatio || 1
    for (const [group, button] of all(this.element, "button").entries()) {
      const swatch = find(button, "canvas", HTMLCanvasElement)
      swatch.width = swatch.height = Math.round(18 * scale)
      const middle = swatch.width / 2
      drawMark(context(swatch), group, look, { x: middle, y: middle, radius: 6.5 * scale, scale })
    }
    this.refresh()
  }

  /** Show all groups. */
  reset() {
    this.alone = null
    this.refresh()
  }

  refresh() {
    this.element.toggleAttribute("data-isolated", this.alone !== null)
    for (const [group, button] of all(this.element, "button").entries()) {
      setFlag(button, "aria-pressed", this.alone === group)
    }
  }

  /** @param {string} name @param {number} group */
  button(name, group) {
    const button = document.createElement("button")
    button.type = "button"
    const words = document.createElement("span")
    words.textContent = name
    button.append(document.createElement("canvas"), words)
    button.onclick = () => {
      this.alone = this.alone === group ? null : group
      this.refresh()
      this.told.pressed()
    }
    const { under } = this.told
    if (!under) return button
    button.title = name // it may be cut short
    button.onpointerenter = (event) => {
      if (event.pointerType === "mouse") under(group)
    }
    button.onpointerleave = () => under(null)
    return button
  }
}
