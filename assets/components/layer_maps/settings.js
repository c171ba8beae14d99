// The controls of a training: one menu a row of Python's table.

import { element } from "../kit/dom.js"
import { dataOf, ownData } from "../nn/data.js"
import { Run } from "../nn/run.js"
import { unpackEdits, unpackPoints } from "./packed.js"

/** @typedef {import("../messages.d.ts").LayerSetting} Setting */
/** @typedef {import("../messages.d.ts").LayerControl} Control */

/** @param {Setting} value @returns {import("../nn/data.js").Data} */
export const dataFor = ({ data, noise, points }) =>
  data === "own" ? ownData(unpackPoints(points)) : dataOf(/** @type {import("../nn/data.js").Kind} */ (data), noise)

/** @param {Setting} value */
export const runFor = (value) =>
  new Run(
    {
      activation: /** @type {import("../nn/activations.js").Activation} */ (value.activation),
      optimiser: /** @type {import("../nn/optimise.js").Name} */ (value.optimiser),
      depth: value.depth,
      width: value.width,
      rate: value.rate,
      l2: value.l2,
      batch: value.batch,
      seed: value.seed,
    },
    dataFor(value),
    unpackEdits(value.edits),
  )

/** The points that a click adds to: a person's own, or those on show. @param {Setting} value */
export function pointsOf(value) {
  if (value.data === "own") return unpackPoints(value.points)
  const { inputs, classes } = dataFor(value).train
  return Array.from(
    classes,
    (group, i) => /** @type {[number, number, number]} */ ([inputs[2 * i], inputs[2 * i + 1], group]),
  )
}

export class Settings {
  /** @param {HTMLElement} host @param {(change: Record<string, string | number>) => void} changed */
  constructor(host, changed) {
    this.host = host
    this.changed = changed
    this.known = ""
    /** @type {Control[]} */
    this.controls = []
    /** @type {Map<string, HTMLSelectElement>} */
    this.menus = new Map()
  }

  /** @param {Control[]} controls @param {Record<string, string | number> | Setting} value */
  show(controls, value) {
    const known = JSON.stringify(controls)
    if (known !== this.known) {
      this.known = known
      this.controls = controls
      this.host.replaceChildren(...controls.map((control) => this.menu(control)))
    }
    for (const { name, options } of controls) {
      const menu = this.menus.get(name)
      if (!menu) continue
      menu.selectedIndex = options.findIndex(
        ([option]) => option === /** @type {Record<string, string | number>} */ (value)[name],
      )
      menu.disabled = name === "noise" && value.data === "own"
    }
  }

  /** @param {Control} control */
  menu({ name, label, options }) {
    const field = element("label", `field field-${name}`)
    field.append(label)
    const menu = /** @type {HTMLSelectElement} */ (element("select", "", field))
    menu.name = name
    for (const [, shown] of options) element("option", "", menu).textContent = shown
    menu.onchange = () => this.changed({ [name]: options[menu.selectedIndex][0] })
    this.menus.set(name, menu)
    return field
  }

  /** An option as its menu shows it. @param {string} name @param {string | number} value */
  shown(name, value) {
    const control = this.controls.find((one) => one.name === name)
    return control?.options.find(([option]) => option === value)?.[1] ?? String(value)
  }
}
