// One operation on two numbers: what it does to the plane, as a graph, and as an equation, with the numbers of one point.

import { context, theme } from "../kit/canvas.js"
import { clamp, element, find } from "../kit/dom.js"
import { tell } from "../kit/told.js"
import { Board } from "../layer_maps/board.js"
import { math, matrix, number, op } from "../layer_maps/equation.js"
import { paint, sized } from "../layer_maps/paint.js"
import { coloured } from "../layer_maps/raster.js"
import { EDGE, SHEET } from "../layer_maps/sheet.js"
import { between, frameBetween } from "../layer_maps/views.js"
import { normal, stream } from "../nn/random.js"
import { apply, frameOf, matrixOf, quadrants, textOf, told } from "./operations.js"

const MS = 1400 // from before to after
const NAMES = ["w₁₁", "w₁₂", "b₁", "w₂₁", "w₂₂", "b₂"]
const ORDER = [0, 1, 4, 2, 3, 5] // of the matrix, as the inputs stand

const draw = stream(0, "cloud")
/** A cloud with points in all quadrants. */
const CLOUD = Float64Array.from({ length: 240 }, () => normal(draw))
const GROUPS = Array.from({ length: 120 }, (_, i) =>
  CLOUD[2 * i + 1] > 0 ? Number(CLOUD[2 * i] < 0) : 2 + Number(CLOUD[2 * i] > 0),
)
const NONE = new Float64Array()

export default class OneOperation {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".one-operation")
    this.before = find(this.root, ".before", HTMLCanvasElement)
    this.slider = find(this.root, ".way", HTMLInputElement)
    /** @type {[number, number]} */
    this.probe = [1.2, -0.6]
    this.way = 1
    this.moving = false
    this.last = 0
    /** @type {import("./operations.js").Operation} */
    this.operation = { name: "linear", matrix: [1, 0, 0, 1, 0, 0], temperature: 1 }
    this.board = new Board(this.root, { took: (value) => this.took(value), draw: (now) => this.draw(now) })
    this.inputs = NAMES.map((name, i) => this.input(name, ORDER[i]))
    this.listen()
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").OneOperationData>} mount */
  update(mount) {
    this.board.update(mount)
  }

  /** @param {import("../layer_maps/board.js").Value} value */
  took(value) {
    const name = /** @type {import("./operations.js").Name} */ (value.op)
    this.operation = { name, matrix: matrixOf(String(value.op_matrix)), temperature: Number(value.op_t) }
    if (!this.moving) this.way = Number(value.op_way) / 100
    this.inputs.forEach((input, i) => {
      if (input.matches(":not(:focus)")) input.value = String(this.operation.matrix[ORDER[i]])
    })
    find(this.root, ".weights").hidden = name !== "linear"
    this.root.toggleAttribute("data-cool", name === "softmax")
  }

  /** @param {string} name @param {number} place in the matrix */
  input(name, place) {
    const label = element("label", "", find(this.root, ".weights"))
    label.append(name)
    const input = /** @type {HTMLInputElement} */ (element("input", "", label))
    input.type = "number"
    input.step = "0.1"
    input.min = "-9.9"
    input.max = "9.9"
    input.onchange = () => {
      const matrix = [...this.operation.matrix]
      matrix[place] = clamp(Number(input.value) || 0, -9.9, 9.9)
      this.board.set({ op_matrix: textOf(matrix) })
    }
    return input
  }

  listen() {
    const { before, slider } = this
    before.onpointermove = before.onpointerdown = (event) => {
      const box = before.getBoundingClientRect()
      this.probe = [
        EDGE * ((2 * (event.clientX - box.left)) / box.width - 1),
        -EDGE * ((2 * (event.clientY - box.top)) / box.height - 1),
      ]
      this.board.soon()
    }
    before.onkeydown = (event) => {
      const by = event.shiftKey ? 0.5 : 0.1
      const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key]
      if (!way) return
      event.preventDefault()
      this.probe = [clamp(this.probe[0] + way[0], -EDGE, EDGE), clamp(this.probe[1] + way[1], -EDGE, EDGE)]
      this.board.soon()
    }
    slider.oninput = () => {
      this.moving = false
      this.way = Number(slider.value) / 100
      this.board.soon()
    }
    slider.onchange = () => this.board.set({ op_way: Number(slider.value) })
    find(this.root, ".go").onclick = () => {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
      this.moving = !calm
      this.way = calm ? 1 - Math.round(this.way) : 0
      this.last = 0
      this.board.soon()
    }
  }

  /** @param {number} now */
  draw(now) {
    if (this.moving) {
      this.way = Math.min(1, this.way + (this.last ? (now - this.last) / MS : 0))
      this.last = now
      if (this.way >= 1) {
        this.moving = false
        this.board.set({ op_way: 100 })
      }
    }
    const { board, operation } = this
    const { colours, rgb } = board
    const answers = coloured(quadrants(SHEET), rgb.hues, rgb.paper)
    const style = { colours, answers, classes: GROUPS, count: 4, coarse: false, probe: true }
    const probe = Float64Array.from(this.probe)
    const input = { x: 0, y: 0, half: EDGE }
    const scene = { frame: input, points: CLOUD, sheet: SHEET, line: NONE, corners: NONE, probe, axes: true }
    paint(this.before, scene, style)
    const mix = (/** @type {Float64Array} */ rows) => between(rows, apply(operation, rows), this.way)
    const frame = frameBetween(input, frameOf(operation.name), this.way)
    const moved = { ...scene, frame, points: mix(CLOUD), sheet: mix(SHEET), probe: mix(probe) }
    paint(find(this.root, ".after", HTMLCanvasElement), moved, style)
    this.slider.value = String(Math.round(100 * this.way))
    const out = [...apply(operation, probe)]
    find(this.root, ".place").textContent = `(${number(probe[0])}, ${number(probe[1])})`
    find(this.root, ".image").textContent =
      this.way === 1 ? `(${number(out[0])}, ${number(out[1])})` : `${Math.round(100 * this.way)}% of the way`
    this.drawWiring(out)
    find(this.root, ".equation").replaceChildren(this.equation(out))
    if (!this.moving) tell(this.root, told(operation, this.probe, out))
    return this.moving
  }

  /** @param {number[]} out */
  equation(out) {
    const { name, matrix: m, temperature } = this.operation
    const [x, z] = [matrix(this.probe, 2, 1), matrix(out, 2, 1)]
    const word = (/** @type {string} */ text) => math("mtext", [text])
    const parts = {
      linear: () => [z, op("="), matrix(m.slice(0, 4), 2, 2), x, op("+"), matrix(m.slice(4), 2, 1)],
      relu: () => [z, op("="), word("max"), op("("), math("mn", ["0"]), op(","), x, op(")")],
      norm: () => [z, op("="), x, op("/"), math("mn", [number(Math.hypot(...this.probe))])],
      softmax: () => [z, op("="), word("softmax "), op("("), x, op("/"), math("mn", [String(temperature)]), op(")")],
    }[name]()
    return math("math", [math("mrow", parts)])
  }

  /** Two circles before, two after; a line where a number depends on another. @param {number[]} out */
  drawWiring(out) {
    const canvas = find(this.root, ".wiring", HTMLCanvasElement)
    const scale = sized(canvas)
    const g = context(canvas)
    const [width, height] = [canvas.width / scale, canvas.height / scale]
    const { colours } = this.board
    const { name, matrix: m } = this.operation
    const [left, right] = [36, width - 36]
    const ys = [height * 0.26, height * 0.76]
    g.setTransform(scale, 0, 0, scale, 0, 0)
    g.clearRect(0, 0, width, height)
    for (const i of [0, 1])
      for (const o of [0, 1]) {
        if (name === "relu" && i !== o) continue
        const w = name === "linear" ? m[2 * o + i] : 1
        g.strokeStyle = name === "linear" ? colours.hues[w < 0 ? 1 : 0] : colours.quiet
        g.setLineDash(w < 0 ? [7, 5] : [])
        g.lineWidth = name === "linear" ? 0.75 + 3 * Math.min(1.5, Math.abs(w)) : 2
        g.beginPath()
        g.moveTo(left, ys[i])
        g.lineTo(right, ys[o])
        g.stroke()
      }
    g.setLineDash([])
    g.textAlign = "center"
    g.textBaseline = "middle"
    g.font = `15px ${theme(canvas, "--st-font", "sans-serif")}`
    for (const [x, values] of /** @type {[number, number[]][]} */ ([
      [left, this.probe],
      [right, out],
    ]))
      values.forEach((value, i) => {
        g.beginPath()
        g.arc(x, ys[i], 24, 0, 2 * Math.PI)
        g.fillStyle = colours.paper
        g.fill()
        g.strokeStyle = colours.ink
        g.lineWidth = 1.5
        g.stroke()
        g.fillStyle = colours.ink
        g.fillText(number(value), x, ys[i])
      })
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  close() {
    this.moving = false
    this.board.close()
  }
}
