// One head as a heat map, with the tokens beside it.

import { theme } from "../kit/canvas.js"
import { clamp, find } from "../kit/dom.js"
import { cellAt, pixelsFor, planHeat } from "./layout.js"
import { active, children, fill, fitTo, toCanvas } from "./scene.js"
import { write } from "./tokens.js"

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {[x: number, y: number, width: number, height: number, colour: string]} Bar */

// The accent as light as on a dark page: the colours of the map are the same in both themes.
const PINNED = "#6DB9E8"
const POINTED = "#fff"
const OUTLINE = "#14171B"

export class HeatMap {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".heat")
    this.canvas = find(root, ".map", HTMLCanvasElement)
    this.left = find(root, ".heat .left")
    this.top = find(root, ".heat .top")
    /** @type {import("./layout.js").HeatPlan | null} */
    this.plan = null
    /** What stands in a token's place: it is written when it is to be seen, of a long sentence that is one in a hundred. @type {WeakMap<Element, unknown>} */
    this.written = new WeakMap()
  }

  /** @param {import("./tokens.js").Piece[][]} spelled */
  learn(spelled) {
    for (const [box, edge] of /** @type {[HTMLElement, "top" | "left"][]} */ ([
      [this.left, "top"],
      [this.top, "left"],
    ])) {
      fill(box, spelled, label, (span, _, i) => {
        this.written.delete(span)
        span.style[edge] = `${(100 * (i + 0.5)) / spelled.length}%`
      })
    }
  }

  /** The cell under a pointer, its query as the token that is shown. @param {MouseEvent} event @param {number} T @returns {import("./weights.js").Spot | null} */
  under(event, T) {
    const box = this.canvas.getBoundingClientRect()
    const cell = cellAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, T)
    return cell && { side: "query", i: cell.query, other: cell.key }
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { weights, choice, measures } = scene
    const width = this.box.clientWidth
    if (!width) return
    const plan = planHeat(measures, width, measures.high, weights.T)
    this.plan = plan
    this.layOut(scene, plan)
    const { edge, cell } = plan
    const g = fitTo(this.canvas, edge, edge, measures.scale)
    if (weights.header.causal) this.hatch(g, edge, cell, weights.T)
    const fine = pixelsFor(edge, measures.scale, weights.T)
    const { layer, column } = choice
    g.imageSmoothingEnabled = false
    const one = weights.kept("one", `${layer}/${column}/${fine}`, () =>
      toCanvas(weights.pixels([layer], [column], fine)),
    )
    g.drawImage(one, 0, 0, edge, edge)
    for (const bar of bars(scene, edge, cell)) twice(g, edge, bar)
  }

  /** The tokens beside the map: all of them where they fit, else those that are pointed at. @param {Scene} scene @param {import("./layout.js").HeatPlan} plan */
  layOut(scene, { gutter, edge, fits, label, cut }) {
    const { box } = this
    box.toggleAttribute("data-cut", cut)
    box.style.gridTemplate = `${gutter}px ${edge}px / ${gutter}px ${edge}px`
    box.style.setProperty("--gutter", `${gutter}px`)
    box.style.setProperty("--label", `${label}px`)
    const spot = active(scene)
    const query = spot?.side === "query" ? spot.i : -1
    const key = (spot?.side === "key" ? spot.i : spot?.other) ?? -1
    for (const [side, held] of /** @type {[HTMLElement, number][]} */ ([
      [this.left, query],
      [this.top, key],
    ])) {
      /** @type {HTMLElement[]} */
      children(side).forEach((span, i) => {
        span.classList.toggle("held", i === held)
        span.hidden = !fits && i !== held
        if (span.hidden || this.written.get(span) === scene.spelled[i]) return
        this.written.set(span, scene.spelled[i])
        write(span, scene.spelled[i])
      })
    }
  }

  /** The ground of what comes later and is not seen. @param {CanvasRenderingContext2D} g @param {number} edge @param {number} cell @param {number} T */
  hatch(g, edge, cell, T) {
    g.save()
    g.beginPath()
    g.moveTo(edge, 0) // a staircase: one shape is clipped to sooner than a hundred
    for (let query = 0; query < T; query++) {
      g.lineTo((query + 1) * cell, query * cell)
      g.lineTo((query + 1) * cell, (query + 1) * cell)
    }
    g.lineTo(edge, edge)
    g.closePath()
    g.clip()
    g.globalAlpha = 0.3
    g.strokeStyle = theme(this.box, "--st-text-color", OUTLINE)
    g.lineWidth = 1
    g.beginPath()
    for (let x = -edge; x < edge; x += 8) {
      g.moveTo(x, edge)
      g.lineTo(x + edge, 0)
    }
    g.stroke()
    g.restore()
  }
}

function label() {
  const span = document.createElement("span")
  span.dir = "auto"
  return span
}

/** The row that is kept, and row, column and cell under the pointer. @param {Scene} scene @param {number} edge @param {number} cell @returns {Bar[]} */
function bars({ choice, hover }, edge, cell) {
  /** @type {Bar[]} */
  const found = []
  if (choice.pin !== null) found.push([0, choice.pin * cell, edge, cell, PINNED])
  if (hover?.side === "query") found.push([0, hover.i * cell, edge, cell, POINTED])
  if (hover?.side === "key") found.push([hover.i * cell, 0, cell, edge, POINTED])
  if (hover?.other !== undefined) found.push([hover.other * cell, hover.i * cell, cell, cell, POINTED])
  return found
}

/** A frame that shows on any picture. @param {CanvasRenderingContext2D} g @param {number} edge @param {Bar} bar */
function twice(g, edge, [x, y, width, height, colour]) {
  const [left, top, right, bottom] = [x, y, x + width, y + height].map((at) => clamp(at, 1.5, edge - 1.5))
  for (const [ink, line] of /** @type {[string, number][]} */ ([
    [OUTLINE, 4],
    [colour, 2],
  ])) {
    g.strokeStyle = ink
    g.lineWidth = line
    g.strokeRect(left, top, right - left, bottom - top)
  }
}
