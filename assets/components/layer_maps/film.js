// The planes of four remembered steps, a row each.

import { element, find } from "../kit/dom.js"
import { copy } from "../nn/network.js"
import { three } from "./curve.js"
import { paint } from "./paint.js"
import { stackOf } from "./stack.js"

/** @typedef {{ step: number, net: import("../nn/network.js").Network, test: number, row: HTMLElement | null }} Moment */

const KEPT = [0, 20, 100, 400]

export class Film {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = /** @type {HTMLDetailsElement} */ (box)
    this.host = find(box, ".film")
    /** @type {Moment[]} */
    this.moments = []
    this.looks = "" // in which the rows were drawn
    this.painted = () => {}
    this.box.ontoggle = () => this.painted()
  }

  clear() {
    this.moments = []
    this.looks = ""
    this.host.replaceChildren()
  }

  /** Keep what passes a step that is remembered. @param {import("../nn/run.js").Run} run */
  pass(run) {
    if (KEPT.includes(run.steps)) this.keep(run)
  }

  /** @param {import("../nn/run.js").Run} run @param {boolean} [asked] by a person: the last one makes room */
  keep(run, asked = false) {
    if (this.moments.some(({ step }) => step === run.steps)) return
    if (asked && this.moments.length >= KEPT.length) this.moments.pop()?.row?.remove()
    if (this.moments.length >= KEPT.length) return
    this.moments.push({ step: run.steps, net: copy(run.net), test: run.loss().test, row: null })
    this.moments.sort((a, b) => a.step - b.step)
    if (asked) this.painted()
  }

  /**
   * Draw the rows that are not drawn yet.
   *
   * @param {import("../nn/run.js").Run} run
   * @param {string[]} names
   * @param {Omit<import("./paint.js").Style, "coarse">} style
   * @param {import("./views.js").Pair} pair
   * @param {(sheet: import("../nn/network.js").Plane) => Float32Array} paints the colours of a sheet
   */
  draw({ data }, names, style, pair, paints) {
    if (!this.box.open) return
    const looks = JSON.stringify([style.colours, pair, this.host.clientWidth, window.devicePixelRatio])
    if (looks !== this.looks) for (const moment of this.moments) moment.row = null
    this.looks = looks
    if (this.moments.every(({ row }) => row)) return
    /** @type {import("./views.js").View[]} */
    let views = []
    const rows = this.moments.map((moment) => {
      const stack = stackOf(moment.net, data.train.inputs, [0, 0], pair, views)
      views = stack.views
      const row = element("div", "moment")
      element("p", "", row).textContent = `Step ${moment.step} · test loss ${three(moment.test)}`
      const planes = element("div", "planes", row)
      planes.style.setProperty("--count", String(names.length))
      moment.row = row
      return { row, stack, canvases: names.map((name) => canvasFor(name, moment.step, planes)) }
    })
    this.host.replaceChildren(...rows.map(({ row }) => row))
    for (const { stack, canvases } of rows)
      canvases.forEach((canvas, i) => {
        paint(canvas, stack.scenes[i], { ...style, answers: paints(stack.sheet), coarse: true, probe: false })
      })
  }
}

/** @param {string} name @param {number} step @param {HTMLElement} parent */
function canvasFor(name, step, parent) {
  const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", "", parent))
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", `${name} plane at step ${step}`)
  canvas.setAttribute("aria-describedby", "told")
  return canvas
}
