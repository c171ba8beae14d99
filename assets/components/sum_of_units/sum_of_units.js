// A curve that a person draws, as a sum of ReLUs or sigmoids: the fit, every unit by itself, and the error against their number.

import { context, rgbOf, theme } from "../kit/canvas.js"
import { clamp, element, find, samples } from "../kit/dom.js"
import { tell } from "../kit/told.js"
import { Board } from "../layer_maps/board.js"
import { drawCurve } from "../layer_maps/curve.js"
import { number } from "../layer_maps/equation.js"
import { sized } from "../layer_maps/paint.js"
import {
  bend,
  curveOf,
  drawnOn,
  errorOf,
  fitted,
  GIVEN,
  greedy,
  PLACES,
  pack,
  piece,
  valueAt,
  WIDE,
  X,
} from "./units.js"

const DASHES = [[], [9, 5], [2, 4], [12, 4, 2, 4]]
const GIVEN_COUNT = 6 // units for a curve that was given without any
const FINE = 240 // places where a line is drawn

/** @typedef {import("./units.js").Sum} Sum */
/** @typedef {{ g: CanvasRenderingContext2D, x: (x: number) => number, y: (y: number) => number, width: number, height: number }} Pen */

export default class SumOfUnits {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".sum-of-units")
    this.paper = find(this.root, ".paper", HTMLCanvasElement)
    /** @type {Float64Array | null} */
    this.curve = null
    /** @type {Sum} */
    this.sum = GIVEN.bump
    /** @type {number[]} */
    this.errors = []
    /** @type {[number, number] | null} */
    this.pen = null
    this.turned = false // whether a line came back
    this.way = 0 // of the line that is drawn: to the right or to the left
    this.at = (PLACES - 1) / 2 // the keyboard's place
    this.range = [-1, 1]
    this.board = new Board(this.root, { took: (value) => this.took(value), draw: () => this.draw() })
    this.listen()
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").SumOfUnitsData>} mount */
  update(mount) {
    this.board.update(mount)
  }

  /** @param {import("../layer_maps/board.js").Value} value */
  took(value) {
    this.curve = curveOf(String(value.sum_curve), String(value.sum_drawn))
    this.fit(value)
  }

  /** @param {import("../layer_maps/board.js").Value} value */
  fit(value) {
    const { curve } = this
    const kind = /** @type {import("./units.js").Kind} */ (value.sum_unit)
    const given = GIVEN[String(value.sum_curve)]
    if (!curve) {
      this.errors = []
      this.sum = { kind, units: [], constant: 0 }
      return
    }
    const { order, errors } = greedy(curve, kind)
    this.errors = errors
    const count = Number(value.sum_count)
    this.sum = given && !count ? given : fitted(curve, kind, order.slice(0, count || GIVEN_COUNT))
    const all = [...curve, ...X.map((x) => valueAt(this.sum, x))]
    const [low, high] = [Math.min(...all), Math.max(...all)]
    this.range = value.sum_curve === "own" ? [-1.05, 1.05] : [low - 0.12 * (high - low), high + 0.12 * (high - low)]
  }

  listen() {
    const { paper } = this
    paper.onpointerdown = (event) => {
      if (event.button) return
      paper.setPointerCapture(event.pointerId)
      this.own()
      this.pen = this.spot(event)
      this.way = 0
      this.turned = false
      this.line(this.pen)
    }
    paper.onpointermove = (event) => {
      if (this.pen) for (const one of samples(event)) this.line(this.spot(one))
    }
    paper.onpointerup = paper.onpointercancel = () => {
      if (!this.pen) return
      this.pen = null
      this.keep()
    }
    paper.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      const lift = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key]
      if (step === undefined && lift === undefined) return
      event.preventDefault()
      if (step) this.at = clamp(this.at + step, 0, PLACES - 1)
      if (lift) this.lift(lift)
      this.board.soon()
    }
    find(this.root, ".clear").onclick = () => {
      this.turned = false
      this.board.set({ sum_curve: "own", sum_drawn: "" })
    }
  }

  /** Raise the curve about the keyboard's place. @param {number} by */
  lift(by) {
    this.own()
    const curve = this.curve ?? new Float64Array(PLACES)
    this.curve = curve.map((y, i) => clamp(y + by * Math.exp(-(((i - this.at) / 4) ** 2)), -1, 1))
    this.keep()
  }

  /** What is on show becomes a person's own curve, as tall as the paper. */
  own() {
    if (this.board.value.sum_curve === "own") return
    const [low, high] = this.range
    this.curve = this.curve?.map((y) => (2 * (y - low)) / (high - low) - 1) ?? null
    this.range = [-1.05, 1.05]
    this.board.value = { ...this.board.value, sum_curve: "own" }
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  spot({ clientX, clientY }) {
    const box = this.paper.getBoundingClientRect()
    const [low, high] = this.range
    const x = WIDE * ((2 * (clientX - box.left)) / box.width - 1)
    return [x, high - ((high - low) * (clientY - box.top)) / box.height]
  }

  /** @param {[number, number]} to */
  line(to) {
    if (!this.pen) return
    const way = Math.sign(to[0] - this.pen[0])
    if (way && this.way && way !== this.way) this.turned = true
    this.way = way || this.way
    this.curve = drawnOn(this.curve, this.pen, to)
    this.pen = to
    this.fit(this.board.value)
    this.board.soon()
  }

  keep() {
    if (this.curve) this.board.set({ sum_curve: "own", sum_drawn: pack(this.curve) })
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const { curve, sum } = this
    const error = curve ? errorOf(sum, curve) : Number.NaN
    find(this.root, ".error-now").textContent = curve ? `error ${error.toFixed(3)}` : ""
    this.drawPaper()
    this.drawPieces()
    const losses = this.errors.map((train, step) => ({ step, train, test: Number.NaN }))
    const count = sum.units.length
    const here = { step: count, train: error, test: Number.NaN }
    const canvas = find(this.root, ".errors", HTMLCanvasElement)
    if (losses.length) drawCurve(canvas, losses, this.board.colours, here)
    else context(canvas).clearRect(0, 0, canvas.width, canvas.height)
    this.list()
    this.drawHeat()
    this.speak(error)
    return false
  }

  /** @param {HTMLCanvasElement} canvas @param {[number, number] | number[]} range @returns {Pen} */
  penFor(canvas, [low, high]) {
    const scale = sized(canvas)
    const g = context(canvas)
    const [width, height] = [canvas.width / scale, canvas.height / scale]
    g.setTransform(scale, 0, 0, scale, 0, 0)
    g.fillStyle = this.board.colours.paper
    g.fillRect(0, 0, width, height)
    const x = (/** @type {number} */ v) => ((v + WIDE) / (2 * WIDE)) * width
    const y = (/** @type {number} */ v) => ((high - v) / (high - low)) * height
    g.strokeStyle = this.board.colours.ink
    g.lineWidth = 1
    g.setLineDash([])
    g.globalAlpha = 0.3
    g.beginPath()
    for (const v of [-1, 0, 1]) {
      g.moveTo(x(v), 0)
      g.lineTo(x(v), height)
    }
    g.moveTo(0, y(0))
    g.lineTo(width, y(0))
    g.stroke()
    g.globalAlpha = 1
    g.fillStyle = this.board.colours.quiet
    g.font = `15px ${theme(canvas, "--st-font", "sans-serif")}`
    for (const v of [-1, 0, 1]) g.fillText(String(v).replace("-", "−"), x(v) + 4, height - 6)
    for (const v of [low, high]) g.fillText(number(v), 4, v === high ? 18 : height - 22)
    return { g, x, y, width, height }
  }

  /** @param {Pen} pen @param {(x: number) => number} of */
  stroke({ g, x, y }, of) {
    g.beginPath()
    for (let i = 0; i <= FINE; i++) {
      const at = -WIDE + (2 * WIDE * i) / FINE
      if (i) g.lineTo(x(at), y(of(at)))
      else g.moveTo(x(at), y(of(at)))
    }
    g.stroke()
  }

  drawPaper() {
    const { curve, sum, board } = this
    const pen = this.penFor(this.paper, this.range)
    const { g, x, y, height } = pen
    if (curve) {
      g.strokeStyle = board.colours.ink
      g.globalAlpha = 0.3
      g.lineWidth = 8
      g.lineJoin = "round"
      g.beginPath()
      curve.forEach((value, i) => {
        if (i) g.lineTo(x(X[i]), y(value))
        else g.moveTo(x(X[i]), y(value))
      })
      g.stroke()
      g.globalAlpha = 1
      g.strokeStyle = board.colours.accent
      g.lineWidth = 3
      this.stroke(pen, (at) => valueAt(sum, at))
      g.fillStyle = board.colours.paper
      for (const unit of sum.units) {
        g.beginPath()
        g.arc(x(bend(unit)), y(valueAt(sum, bend(unit))), 5.5, 0, 2 * Math.PI)
        g.fill()
        g.lineWidth = 2
        g.stroke()
      }
    }
    if (this.paper.matches(":focus-visible")) {
      g.fillStyle = board.colours.ink
      g.fillRect(x(X[this.at]) - 1, height - 14, 2, 14)
    }
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  drawPieces() {
    const { sum, board } = this
    const values = sum.units.flatMap((unit) => [...X].map((x) => piece(sum.kind, unit, x)))
    const [low, high] = [Math.min(-0.1, ...values), Math.max(0.1, ...values)]
    const pen = this.penFor(find(this.root, ".pieces", HTMLCanvasElement), [low * 1.1, high * 1.1])
    const { g, x, y } = pen
    g.lineWidth = 2
    sum.units.forEach((unit, i) => {
      g.strokeStyle = board.colours.hues[i % 4]
      g.setLineDash(DASHES[Math.floor(i / 4) % 4])
      this.stroke(pen, (at) => piece(sum.kind, unit, at))
      g.setLineDash([])
      g.beginPath()
      g.moveTo(x(bend(unit)), y(0) - 6)
      g.lineTo(x(bend(unit)), y(0) + 6)
      g.stroke()
    })
    g.setTransform(1, 0, 0, 1, 0, 0)
    find(this.root, ".unit-now").textContent = `${sum.units.length} ${sum.kind === "relu" ? "ReLUs" : "sigmoids"}`
  }

  /** The units and their weights. */
  list() {
    const { kind, units, constant } = this.sum
    const name = kind === "relu" ? "ReLU" : "σ"
    find(this.root, ".formula").textContent = `f(x) = ${number(constant)} + Σ height · ${name}(weight · x + bias)`
    const table = element("table")
    const head = element("tr", "", element("thead", "", table))
    for (const one of ["height", "weight", "bias", kind === "relu" ? "bends at" : "steepest at"])
      element("th", "", head).textContent = one
    const body = element("tbody", "", table)
    for (const unit of units) {
      const row = element("tr", "", body)
      for (const value of [unit.height, unit.weight, unit.bias, bend(unit)])
        element("td", "", row).textContent = number(value)
    }
    find(this.root, ".table").replaceChildren(table)
  }

  /** The lecture's sum is one of two numbers: x = x₁ − x₂. */
  drawHeat() {
    const canvas = find(this.root, ".heat", HTMLCanvasElement)
    canvas.hidden = find(this.root, ".heat-note").hidden = this.board.value.sum_curve !== "lecture"
    if (canvas.hidden) return
    const edge = 72
    canvas.width = canvas.height = edge
    const g = context(canvas)
    const image = g.createImageData(edge, edge)
    const [low, high] = this.range
    const [a, b] = [rgbOf(this.board.colours.hues[0]), rgbOf(this.board.colours.paper)]
    for (let row = 0; row < edge; row++)
      for (let column = 0; column < edge; column++) {
        const [x1, x2] = [(2 * column) / (edge - 1) - 1, 1 - (2 * row) / (edge - 1)]
        const t = (valueAt(this.sum, x1 - x2) - low) / (high - low)
        for (let c = 0; c < 3; c++) image.data[4 * (row * edge + column) + c] = (1 - t) * a[c] + t * b[c]
        image.data[4 * (row * edge + column) + 3] = 255
      }
    g.putImageData(image, 0, 0)
  }

  /** @param {number} error */
  speak(error) {
    const said = find(this.root, ".said")
    const back = this.turned
      ? "A function has one value for each x: where your line came back, its newest part counts."
      : ""
    const text = this.curve ? back : "There is no curve yet: draw one from left to right."
    if (said.textContent !== text) said.textContent = text
    const { units, kind } = this.sum
    const bends = units.map((unit) => number(bend(unit))).join(", ")
    const errors = this.errors.map((one, n) => `${n}: ${one.toFixed(3)}`).join(", ")
    tell(
      this.root,
      this.curve
        ? `${units.length} units (${kind}), root mean square error ${error.toFixed(3)}. They bend at ${bends}. Error by the number of units: ${errors}.`
        : text,
    )
  }

  close() {
    this.board.close()
  }
}
