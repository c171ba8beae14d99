// All heads as small pictures, to choose one from.

import { theme } from "../kit/canvas.js"
import { find } from "../kit/dom.js"
import { headAt, idealWidth, MARGIN, pixelsFor, planGrid, scrollTo } from "./layout.js"
import { children, fillTexts, fitTo, toCanvas } from "./scene.js"

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./weights.js").Head} Head */

export class HeadGrid {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.canvas = find(root, ".grid", HTMLCanvasElement)
    this.heads = find(root, ".heads")
    this.side = find(root, ".side")
    this.stage = find(root, ".stage")
    this.names = find(root, ".names")
    this.rows = find(root, ".rows")
    this.labels = find(root, ".labels")
    /** @type {import("./layout.js").GridPlan | null} */
    this.plan = null
    this.before = 0 // CSS pixels left of the pictures
    this.framed = -1 // the column that was scrolled to
  }

  /** @param {import("./weights.js").Weights} weights */
  learn({ header, L }) {
    fillTexts(
      this.rows,
      Array.from({ length: L }, (_, i) => `layer ${i + 1}`),
    )
    fillTexts(this.names, header.columns)
    fillTexts(this.labels, header.labels.flat())
  }

  /** The head under a pointer. @param {MouseEvent} event */
  under(event) {
    const box = this.canvas.getBoundingClientRect()
    return this.plan && headAt(this.plan, event.clientX - box.left, event.clientY - box.top)
  }

  /** @param {Scene} scene */
  layOut({ weights, measures }) {
    const { L, C, T, header, firstMade } = weights
    const { size, scale, high, room, wide } = measures
    const before = Math.ceil(wide(`layer ${L}`)) + 10
    const ideal = idealWidth(before, C, firstMade)
    this.root.style.setProperty("--side", `${ideal}px`)
    const width = Math.min(this.side.clientWidth || this.stage.clientWidth, ideal) // a narrow room dissolves the side
    const labels = header.labels.flat().some(Boolean)
    const narrow = room === "narrow"
    this.plan = planGrid({ width, before, narrow, high, size, scale, L, C, T, labels, firstMade })
    this.place(this.plan, before, C)
    this.turn(this.plan, Math.max(...header.columns.map(wide)), size)
  }

  /** @param {import("./layout.js").GridPlan} plan @param {number} before @param {number} columns */
  place({ lefts, topmost, size, pitch, pitchY, labelled, width }, before, columns) {
    this.heads.style.gridTemplateColumns = `${before}px ${width}px`
    children(this.names).forEach((name, column) => {
      name.style.left = `${lefts[column] + size / 2}px`
    })
    children(this.rows).forEach((row, layer) => {
      row.style.top = `${layer * pitchY + pitch / 2}px`
    })
    this.labels.hidden = !labelled
    if (!labelled) return
    children(this.labels).forEach((label, head) => {
      label.style.left = `${lefts[head % columns] - topmost}px`
      label.style.top = `${Math.floor(head / columns) * pitchY + pitch}px`
      label.style.width = `${pitch}px`
    })
  }

  /** Names that are wider than a picture are turned. @param {import("./layout.js").GridPlan} plan @param {number} widest @param {number} size */
  turn({ pitch }, widest, size) {
    const turned = widest > pitch
    this.names.toggleAttribute("data-turned", turned)
    this.names.style.height = `${turned ? widest + 6 : 1.4 * size}px`
  }

  /** @param {Scene} scene */
  draw({ weights, choice, over, measures }) {
    if (!this.plan) return
    const { L, C } = weights
    const { width, height } = this.plan
    const g = fitTo(this.canvas, width, height, measures.scale)
    const edge = pixelsFor(this.plan.size, measures.scale, weights.T)
    const all = weights.kept("all", edge, () => toCanvas(weights.pixels(upTo(L), upTo(C), edge)))
    const ink = theme(this.root, "--st-text-color", "#1D2126")
    g.imageSmoothingEnabled = false
    for (let layer = 0; layer < L; layer++) {
      for (let column = 0; column < C; column++)
        this.head(g, { layer, column }, weights.isOff({ layer, column }), { all, edge, ink })
    }
    if (over) this.frame(g, over, 1.5, ink)
    this.frame(g, choice, MARGIN, measures.accent)
    this.show(choice.column)
  }

  /** @param {CanvasRenderingContext2D} g @param {Head} head @param {boolean} off @param {{ all: HTMLCanvasElement, edge: number, ink: string }} picture */
  head(g, { layer, column }, off, { all, edge, ink }) {
    const { lefts, topmost, size, pitchY } = /** @type {import("./layout.js").GridPlan} */ (this.plan)
    const [x, y] = [lefts[column], layer * pitchY + topmost]
    g.globalAlpha = 0.12
    g.fillStyle = ink
    g.fillRect(x, y, size, size) // the ground of what is forbidden
    g.globalAlpha = off ? 0.3 : 1
    g.drawImage(all, column * edge, layer * edge, edge, edge, x, y, size, size)
    g.globalAlpha = 1
    if (off) this.cross(g, x, y, size, ink)
  }

  /** @param {CanvasRenderingContext2D} g @param {Head} head @param {number} width @param {string} colour */
  frame(g, { layer, column }, width, colour) {
    const { lefts, topmost, size, pitchY } = /** @type {import("./layout.js").GridPlan} */ (this.plan)
    g.strokeStyle = colour
    g.lineWidth = width
    g.strokeRect(lefts[column] - width / 2, layer * pitchY + topmost - width / 2, size + width, size + width)
  }

  /** @param {CanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} size @param {string} ink */
  cross(g, x, y, size, ink) {
    const ground = theme(this.root, "--st-background-color", "#fff")
    for (const [colour, width] of /** @type {[string, number][]} */ ([
      [ground, 4],
      [ink, 2],
    ])) {
      g.strokeStyle = colour
      g.lineWidth = width
      g.beginPath()
      g.moveTo(x + 1, y + 1)
      g.lineTo(x + size - 1, y + size - 1)
      g.moveTo(x + size - 1, y + 1)
      g.lineTo(x + 1, y + size - 1)
      g.stroke()
    }
  }

  /** Scroll to a column that was not chosen before; not scrollIntoView, which would move the page, too. @param {number} column */
  show(column) {
    const { heads, plan } = this
    if (plan && heads.scrollWidth > heads.clientWidth && this.framed !== column) {
      const seen = heads.clientWidth - this.rows.offsetWidth
      heads.scrollLeft = scrollTo(heads.scrollLeft, seen, plan.lefts[column] - MARGIN, plan.size + 2 * MARGIN)
    }
    this.framed = column
  }
}

/** @param {number} count */
const upTo = (count) => [...Array(count).keys()]
