// A stack of functions of one number: as lines between axes, and as a graph. The number in hand is the same in both.

import { context, theme } from "../kit/canvas.js"
import { clamp, find } from "../kit/dom.js"
import { tell } from "../kit/told.js"
import { Board } from "../layer_maps/board.js"
import { number } from "../layer_maps/equation.js"
import { sized } from "../layer_maps/paint.js"
import { REACH, stackOf, steps, told } from "./functions.js"

const MENUS = ["one_a", "one_b", "one_c", "one_d"]
const LINES = 49
const FINE = 300
const [SIDE, TOP] = [46, 34] // pixels about the axes of the lines
const REST_MS = 400
const ABOUT = -1.02 * REACH // a little more than is drawn

export default class OneDimension {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".one-dimension")
    this.lines = find(this.root, ".lines", HTMLCanvasElement)
    this.graph = find(this.root, ".graph", HTMLCanvasElement)
    /** @type {string[]} */
    this.stack = []
    /** @type {string[]} */
    this.shown = []
    this.x = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    this.board = new Board(this.root, { took: (value) => this.took(value), draw: () => this.draw() })
    this.lines.onpointermove = this.lines.onpointerdown = ({ offsetY }) => {
      const tall = this.lines.clientHeight - 2 * TOP
      this.move(REACH * (1 - (2 * (offsetY - TOP)) / tall))
    }
    this.graph.onpointermove = this.graph.onpointerdown = ({ offsetX }) =>
      this.move(REACH * ((2 * offsetX) / this.graph.clientWidth - 1))
    this.lines.onkeydown = this.graph.onkeydown = (event) => {
      const way = { ArrowLeft: -0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowUp: 0.1 }[event.key]
      if (!way) return
      event.preventDefault()
      this.move(this.x + way)
    }
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").OneDimensionData>} mount */
  update(mount) {
    this.board.update(mount)
  }

  /** @param {import("../layer_maps/board.js").Value} value */
  took(value) {
    this.stack = stackOf(MENUS.map((name) => String(value[name])))
    this.x = Number(value.one_x) / 100
  }

  /** @param {number} x */
  move(x) {
    this.x = Math.round(100 * clamp(x, -REACH, REACH)) / 100
    this.board.soon()
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.board.set({ one_x: Math.round(100 * this.x) }), REST_MS)
  }

  draw() {
    const { board, stack, x } = this
    this.shown = MENUS.filter((name) => board.value[name] !== "none").map((name) =>
      board.settings.shown(name, board.value[name]),
    )
    const here = steps(stack, x)
    this.drawLines(here)
    this.drawGraph(here)
    tell(this.root, `${told(this.shown, here)}.`.replaceAll("-", "−"))
    return false
  }

  /** @param {HTMLCanvasElement} canvas */
  begin(canvas) {
    const scale = sized(canvas)
    const g = context(canvas)
    g.setTransform(scale, 0, 0, scale, 0, 0)
    g.globalAlpha = 1
    g.setLineDash([])
    g.fillStyle = this.board.colours.paper
    g.fillRect(0, 0, canvas.width, canvas.height)
    g.font = `15px ${theme(canvas, "--st-font", "sans-serif")}`
    return { g, width: canvas.width / scale, height: canvas.height / scale }
  }

  /** @param {number[]} here */
  drawLines(here) {
    const { g, width, height } = this.begin(this.lines)
    const { colours } = this.board
    const count = here.length
    const x = (/** @type {number} */ i) => SIDE + ((width - 2 * SIDE) * i) / (count - 1)
    const y = (/** @type {number} */ v) => TOP + ((height - 2 * TOP) * (REACH - v)) / (2 * REACH)
    const line = (/** @type {number[]} */ values) => {
      g.beginPath()
      values.forEach((v, i) => {
        if (i) g.lineTo(x(i), y(v))
        else g.moveTo(x(i), y(v))
      })
      g.stroke()
    }
    g.save()
    g.beginPath()
    g.rect(0, TOP / 2, width, height - TOP)
    g.clip()
    g.lineWidth = 1.5
    g.globalAlpha = 0.65
    for (let i = 0; i < LINES; i++) {
      const from = -REACH + (2 * REACH * i) / (LINES - 1)
      g.strokeStyle = colours.hues[from < 0 ? 0 : 1]
      g.setLineDash(from < 0 ? [6, 3] : [])
      line(steps(this.stack, from))
    }
    g.setLineDash([])
    g.globalAlpha = 1
    g.strokeStyle = colours.ink
    g.lineWidth = 3.5
    line(here)
    g.restore()
    g.fillStyle = colours.ink
    here.forEach((v, i) => {
      g.strokeStyle = colours.ink
      g.lineWidth = 1.5
      g.beginPath()
      g.moveTo(x(i), TOP)
      g.lineTo(x(i), height - TOP)
      g.stroke()
      g.textAlign = "center"
      g.fillText(i ? number(v) : `x = ${number(v)}`, x(i), 18)
      g.fillStyle = colours.quiet
      g.fillText(i ? this.shown[i - 1].split(/[ ,]/)[0] : "input", x(i), height - 10)
      g.fillStyle = colours.ink
      g.textAlign = "right"
      if (!i) for (const tick of [-REACH, 0, REACH]) g.fillText(String(tick).replace("-", "−"), x(0) - 8, y(tick) + 5)
      if (Math.abs(v) <= REACH) {
        g.beginPath()
        g.arc(x(i), y(v), 5, 0, 2 * Math.PI)
        g.fill()
      }
    })
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  /** @param {number[]} here */
  drawGraph(here) {
    const { g, width, height } = this.begin(this.graph)
    const { colours } = this.board
    const x = (/** @type {number} */ v) => (width * (v + REACH)) / (2 * REACH)
    const y = (/** @type {number} */ v) => (height * (REACH - v)) / (2 * REACH)
    g.strokeStyle = colours.ink
    g.lineWidth = 1
    for (let v = 1 - REACH; v < REACH; v++) {
      g.globalAlpha = v ? 0.13 : 0.5
      g.beginPath()
      g.moveTo(x(v), 0)
      g.lineTo(x(v), height)
      g.moveTo(0, y(v))
      g.lineTo(width, y(v))
      g.stroke()
    }
    g.globalAlpha = 1
    g.fillStyle = colours.quiet
    g.textAlign = "left"
    for (let v = 1 - REACH; v < REACH; v++) {
      g.fillText(String(v).replace("-", "−"), x(v) + 4, y(0) + 17)
      if (v) g.fillText(String(v).replace("-", "−"), x(0) + 4, y(v) - 4)
    }
    const last = here.length - 1
    for (const step of [...here.keys()].slice(1)) {
      g.strokeStyle = step === last ? colours.accent : colours.quiet
      g.lineWidth = step === last ? 3.5 : 1.5
      g.setLineDash(step === last ? [] : [5, 4])
      g.beginPath()
      for (let i = 0; i <= FINE; i++) {
        const at = ABOUT + (2 * -ABOUT * i) / FINE
        const value = steps(this.stack, at)[step]
        if (i) g.lineTo(x(at), y(value))
        else g.moveTo(x(at), y(value))
      }
      g.stroke()
    }
    g.setLineDash([])
    g.strokeStyle = g.fillStyle = colours.ink
    g.lineWidth = 1.5
    g.beginPath()
    g.moveTo(x(here[0]), y(0))
    g.lineTo(x(here[0]), y(here[last]))
    g.lineTo(x(0), y(here[last]))
    g.stroke()
    g.beginPath()
    g.arc(x(here[0]), y(here[last]), 6, 0, 2 * Math.PI)
    g.fill()
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  close() {
    clearTimeout(this.rest)
    this.board.close()
  }
}
