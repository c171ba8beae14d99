// Two networks from the same weights on the same batches: one follows SGD, one the steepest way in the spectral norm.

import { context, theme } from "../kit/canvas.js"
import { clamp, find, setFlag } from "../kit/dom.js"
import { tell } from "../kit/told.js"
import { Board } from "../layer_maps/board.js"
import { drawCurve, nearest, shareAt, three } from "../layer_maps/curve.js"
import { paint, sized } from "../layer_maps/paint.js"
import { coloured } from "../layer_maps/raster.js"
import { percent } from "../layer_maps/runs.js"
import { stackOf } from "../layer_maps/stack.js"
import { both, moved } from "./pair.js"

const LAST = 5000
const SLICE_MS = 30
const STEPS = 2 // a frame

/** @typedef {import("../layer_maps/board.js").Value} Value */
/** @typedef {import("../nn/run.js").Run} Run */

export default class TwoRuns {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".two-runs")
    this.curve = find(this.root, ".curve", HTMLCanvasElement)
    /** @type {[Run, Run] | null} */
    this.runs = null
    this.known = "" // what both were trained on
    this.playing = false
    this.goal = 0
    /** @type {number | null} */
    this.reading = null
    this.board = new Board(this.root, {
      took: (value) => this.took(value),
      draw: () => this.draw(),
      anew: { two_step: 0 },
    })
    this.listen()
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").TwoRunsData>} mount */
  update(mount) {
    this.board.update(mount)
  }

  /** @param {Value} value */
  took(value) {
    const known = JSON.stringify({ ...value, two_step: 0 })
    this.goal = Number(value.two_step)
    this.playing = false
    if (known !== this.known) this.runs = both(value)
    else if (this.goal < this.step) for (const run of this.runs ?? []) run.reset()
    this.known = known
    this.buttons()
  }

  listen() {
    const click = (/** @type {string} */ name, /** @type {() => void} */ act) => {
      find(this.root, name).onclick = act
    }
    click(".play", () => {
      this.playing = !this.playing && this.step < LAST
      this.buttons()
      if (this.playing) this.board.soon()
      else this.tellStep()
    })
    click(".step", () => {
      this.playing = false
      this.advance()
      this.tellStep()
    })
    click(".reset", () => {
      this.playing = false
      for (const run of this.runs ?? []) run.reset()
      this.tellStep()
    })
    click(".fresh", () => this.board.set({ two_seed: (Number(this.board.value.two_seed) + 1) % 10_000, two_step: 0 }))
    const read = (/** @type {number | null} */ share) => {
      this.reading = share
      this.board.soon()
    }
    this.curve.onpointermove = ({ offsetX }) => read(shareAt(this.curve, offsetX))
    this.curve.onpointerleave = this.curve.onblur = () => read(null)
    this.curve.onkeydown = (event) => {
      const way = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key]
      if (way === undefined) return
      event.preventDefault()
      read(clamp((this.reading ?? 1) + way, 0, 1))
    }
  }

  get step() {
    return this.runs?.[0].steps ?? 0
  }

  advance() {
    for (const run of this.runs ?? []) run.step()
  }

  buttons() {
    const play = find(this.root, ".play")
    setFlag(play, "aria-pressed", this.playing)
    find(play, ".label").textContent = this.playing ? "Pause" : "Play"
  }

  tellStep() {
    this.buttons()
    this.goal = this.step
    this.board.value.two_step = this.step
    this.board.say()
    this.board.soon()
  }

  /** @returns {boolean} whether another frame is wanted */
  draw() {
    const { runs, board } = this
    if (!runs) return false
    const broken = runs.some((run) => run.broken)
    if (this.playing) {
      for (let i = 0; i < STEPS && this.step < LAST; i++) this.advance()
      if (broken || this.step >= LAST) {
        this.playing = false
        this.tellStep()
      }
    }
    const end = performance.now() + SLICE_MS
    while (!this.playing && this.step < this.goal && performance.now() < end) this.advance()
    runs.forEach((run, i) => {
      const stack = stackOf(run.net, run.data.train.inputs, [0, 0], null)
      const answers = coloured(stack.sheet, board.rgb.hues, board.rgb.paper)
      const style = {
        colours: board.colours,
        answers,
        classes: run.data.train.classes,
        count: run.data.count,
        coarse: false,
        probe: false,
      }
      paint(find(this.root, `.plane-${i}`, HTMLCanvasElement), stack.scenes[0], style)
      find(this.root, `.loss-${i}`).textContent = `${percent(run.accuracy("test"))} of test points`
    })
    const losses = runs[0].losses.map(({ step, train }, i) => ({
      step,
      train,
      test: runs[1].losses[i]?.train ?? Number.NaN,
    }))
    const read = this.reading === null ? null : nearest(losses, this.reading)
    drawCurve(this.curve, losses, board.colours, read)
    const at = read ?? losses[losses.length - 1]
    find(this.root, ".readout").textContent = `step ${at.step}: ${three(at.train)} and ${three(at.test)}`
    this.drawMoved(runs)
    this.speak(runs, broken)
    this.root.dataset.step = String(this.step)
    return this.playing || this.step < this.goal
  }

  /** Bars: a group a layer, of each run its singular values. @param {[Run, Run]} runs */
  drawMoved(runs) {
    const canvas = find(this.root, ".moved", HTMLCanvasElement)
    const scale = sized(canvas)
    const g = context(canvas)
    const { colours } = this.board
    const found = runs.map(moved)
    const [width, height] = [canvas.width / scale, canvas.height / scale - 24]
    const most = Math.max(1e-6, ...found.flat(2))
    g.setTransform(scale, 0, 0, scale, 0, 0)
    g.clearRect(0, 0, width, height + 24)
    g.font = `15px ${theme(canvas, "--st-font", "sans-serif")}`
    g.textAlign = "center"
    const group = width / found[0].length
    found[0].forEach((_, layer) => {
      g.fillStyle = colours.quiet
      g.fillText(`layer ${layer + 1}`, (layer + 0.5) * group, height + 18)
      const bar = (group - 14) / (2 * Math.max(...found.map((one) => one[layer].length)) + 1)
      found.forEach((one, r) => {
        one[layer].forEach((s, i) => {
          const x = layer * group + 7 + (r * (one[layer].length + 1) + i) * bar
          const tall = Math.max(1, (height * s) / most)
          g.fillStyle = r ? colours.quiet : colours.accent
          g.fillRect(x, height - tall, Math.max(1.5, bar - 1.5), tall)
        })
      })
    })
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  /** @param {[Run, Run]} runs @param {boolean} broken */
  speak(runs, broken) {
    find(this.root, ".now").textContent = `Step ${this.step.toLocaleString("en-US")}`
    const said = broken ? "A run grows without bound: its learning rate is too large." : ""
    if (find(this.root, ".said").textContent !== said) find(this.root, ".said").textContent = said
    if (this.playing) return
    const words = runs.map((run, i) => {
      const layers = moved(run).map((values, l) => `layer ${l + 1} ${[...values].map((s) => s.toFixed(2)).join(", ")}`)
      return `${["SGD", "Spectral norm"][i]}: train loss ${three(run.loss().train)}, test accuracy ${percent(run.accuracy("test"))}; singular values of what the weights moved: ${layers.join("; ")}.`
    })
    tell(this.root, `Step ${this.step}. ${words.join(" ")}`)
  }

  close() {
    this.playing = false
    this.runs = null
    this.board.close()
  }
}
