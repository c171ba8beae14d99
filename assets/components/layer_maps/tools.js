// What a press on the input plane does, and which two neurons a wide layer shows.

import { element, setFlag } from "../kit/dom.js"

/** @typedef {import("../messages.d.ts").LayerSetting} Setting */

export class Tools {
  /** @param {HTMLElement} host @param {{ clear: () => void, pair: (pair: string) => void }} asked */
  constructor(host, asked) {
    this.host = host
    this.asked = asked
    /** The class whose points a press adds; null: it adds none. @type {number | null} */
    this.group = null
    /** @type {HTMLButtonElement[]} */
    this.buttons = []
  }

  /** @param {Setting} value @param {number} count of classes */
  show({ data, width, pair }, count) {
    const add = element("span", "add")
    add.append("Add points:")
    const most = data === "own" ? 4 : count
    this.buttons = Array.from({ length: most }, (_, group) => {
      const button = /** @type {HTMLButtonElement} */ (element("button", `group group-${group}`, add))
      button.type = "button"
      button.textContent = ["●", "▲", "■", "◆"][group]
      button.setAttribute("aria-label", `Add points of class ${group + 1}`)
      button.onclick = () => this.choose(this.group === group ? null : group)
      return button
    })
    const clear = /** @type {HTMLButtonElement} */ (element("button", "clear", add))
    clear.type = "button"
    clear.textContent = "Clear"
    clear.title = "Start with an empty plane"
    clear.onclick = this.asked.clear
    const parts = [add]
    if (width > 2) parts.push(this.axes(width, pair))
    this.host.replaceChildren(...parts)
    this.choose(this.group !== null && this.group < most ? this.group : null)
  }

  /** @param {number | null} group */
  choose(group) {
    this.group = group
    this.buttons.forEach((button, i) => {
      setFlag(button, "aria-pressed", i === group)
    })
  }

  /** @param {number} width @param {string} pair */
  axes(width, pair) {
    const label = element("label", "axes")
    label.append("Wide layers show ")
    const menu = /** @type {HTMLSelectElement} */ (element("select", "", label))
    const options = ["pca"]
    for (let i = 1; i <= width; i++) for (let j = i + 1; j <= width; j++) options.push(`${i}-${j}`)
    for (const one of options) {
      const option = /** @type {HTMLOptionElement} */ (element("option", "", menu))
      option.value = one
      option.textContent = one === "pca" ? "their PCA plane" : `neurons ${one.replace("-", " and ")}`
    }
    menu.value = options.includes(pair) ? pair : "pca"
    menu.onchange = () => this.asked.pair(menu.value)
    return label
  }

  /** The neurons that are chosen, from 0; null: PCA. @param {Setting} value @returns {import("./views.js").Pair} */
  pairOf({ pair, width }) {
    const found = /^(\d)-(\d)$/.exec(pair)
    if (!found || Number(found[2]) > width) return null
    return [Number(found[1]) - 1, Number(found[2]) - 1]
  }
}
