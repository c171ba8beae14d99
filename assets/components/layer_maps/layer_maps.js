// A network on points of the plane that trains in the browser, and every layer of it as a map, at every step.

import { rgbOf, theme } from "../kit/canvas.js"
import { clamp, element, find, setFlag } from "../kit/dom.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { drawCurve, nearest, shareAt, three } from "./curve.js"
import { equationOf } from "./equation.js"
import { Film } from "./film.js"
import { packEdits, packPoints } from "./packed.js"
import { paint } from "./paint.js"
import { coloured } from "./raster.js"
import { percent, query, showRuns, withRow } from "./runs.js"
import { pointsOf, runFor, Settings } from "./settings.js"
import { EDGE, SHEET } from "./sheet.js"
import { namesOf, sceneAt, stackOf } from "./stack.js"
import { Strip } from "./strip.js"
import { Tools } from "./tools.js"
import { drawWiring, nameOf, near, numberOf } from "./wiring.js"
import { aboutPlanes, told, wiringTold } from "./words.js"

const [SLICE_MS, WAIT_MS] = [40, 250] // catching up with a link's step: work between two frames, and how seldom it is drawn
const [SOME_MS, SELDOM_MS, CALM_MS] = [120, 600, 500] // numbers, probes, and frames for who wants no motion
const REST_MS = 400
const [SLOW_MS, TURNS] = [30, 3] // a frame: then the small planes take turns
const LAST = 10_000 // steps: then a training rests
const A_LAYER_MS = 900

/** @typedef {import("../messages.d.ts").LayerMapsData} Data */
/** @typedef {import("../messages.d.ts").LayerSetting} Setting */

export default class LayerMaps {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".layer-maps")
    this.big = find(this.root, ".big", HTMLCanvasElement)
    this.wiring = find(this.root, ".wiring", HTMLCanvasElement)
    this.curve = find(this.root, ".curve", HTMLCanvasElement)
    this.slider = find(this.root, ".way", HTMLInputElement)
    this.calm = matchMedia("(prefers-reduced-motion: reduce)")
    /** @type {Wire<Setting>} */
    this.wire = new Wire()
    this.settings = new Settings(find(this.root, ".settings"), (change) => this.change(change))
    this.strip = new Strip(find(this.root, ".strip"), (plane) => this.walk(plane))
    this.film = new Film(find(this.root, ".film-box"))
    this.tools = new Tools(find(this.root, ".tools"), {
      clear: () => this.change({ data: "own", points: "" }),
      pair: (pair) => this.look({ pair }),
    })
    /** @type {Data | null} */
    this.data = null
    /** @type {Setting} */
    this.value = /** @type {Setting} */ ({})
    /** @type {import("../nn/run.js").Run | null} */
    this.run = null
    /** @type {import("./stack.js").Stack | null} */
    this.stack = null
    /** @type {[number, number]} */
    this.probe = [0.9, 1.1]
    /** @type {import("./wiring.js").Chosen | null} */
    this.chosen = null
    /** @type {import("./wiring.js").Layout | null} */
    this.layout = null
    /** @type {import("./paint.js").Colours} */
    this.colours = { hues: [], ink: "", paper: "", quiet: "", accent: "" }
    /** @type {{ hues: import("./raster.js").Rgb[], paper: import("./raster.js").Rgb }} */
    this.rgb = { hues: [], paper: [255, 255, 255] }
    /** @type {import("./runs.js").Row[]} */
    this.rows = []
    this.playing = false
    this.goal = 0 // the step to which a link trains
    this.way = 0 // in planes
    /** @type {number | null} */
    this.sweeping = null
    /** @type {number | null} */
    this.reading = null // the share of the loss curve's axis that is read
    this.visible = true
    this.times = { some: 0, seldom: 0, frame: 0 }
    this.frame = 0
    this.frames = 0 // that were drawn
    this.pace = 16 // milliseconds from frame to frame, on average
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    this.listen()
    this.resized = new ResizeObserver(() => this.soon())
    for (const one of [this.big, this.wiring, this.curve]) this.resized.observe(one)
    this.seen = new IntersectionObserver(([{ isIntersecting }]) => {
      this.visible = isIntersecting
      if (isIntersecting) this.soon()
    })
    this.seen.observe(this.root)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    this.data = data
    const paper = theme(this.root, "--st-background-color", "#fff")
    const ink = theme(this.root, "--st-text-color", "#000")
    const quiet = theme(find(this.root, ".head"), "color", ink)
    this.colours = {
      hues: data.hues,
      ink,
      paper,
      quiet: getComputedStyle(find(this.root, ".head")).color || quiet,
      accent: data.hues[0],
    }
    const rgb = (/** @type {string} */ colour) => /** @type {import("./raster.js").Rgb} */ (rgbOf(colour))
    this.rgb = { hues: data.hues.map(rgb), paper: rgb(paper) }
    if (this.wire.receive(data.held, setStateValue)) this.take(data.held.value)
    this.wire.land(data.held.stamp)
    this.settings.show(data.controls, this.value)
    this.soon()
  }

  /** Open a setting, and train to its step. @param {Setting} value */
  take(value) {
    this.keepRun()
    this.pause(false)
    this.value = structuredClone(value)
    this.begin()
    this.goal = Math.min(value.step, LAST)
    this.walkTo(value.way / 100)
    this.soon()
  }

  /** A training from its start. */
  begin() {
    this.run = runFor(this.value)
    this.stack = null
    this.chosen = null
    this.film.clear()
    this.film.pass(this.run)
    this.goal = 0
    this.times = { some: 0, seldom: 0, frame: 0 }
    this.slider.max = String(100 * (2 * this.run.net.layers.length))
    this.way = clamp(this.way, 0, 2 * this.run.net.layers.length)
    this.tools.show(this.value, this.run.data.count)
    this.listWeights()
    if (this.data) this.settings.show(this.data.controls, this.value)
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  listen() {
    const click = (/** @type {string} */ name, /** @type {() => void} */ act) => {
      find(this.root, name).onclick = act
    }
    click(".play", () => (this.playing ? this.pause() : this.play()))
    click(".step", () => this.one())
    click(".reset", () => this.reset())
    click(".fresh", () => this.change({ seed: (this.value.seed + 1) % 10_000 }))
    click(".sweep", () => this.sweep())
    click(".keep", () => this.run && this.film.keep(this.run, true))
    this.slider.oninput = () => {
      this.sweeping = null
      this.walkTo(Number(this.slider.value) / 100)
    }
    this.slider.onchange = () => this.look({ way: Math.round(100 * this.way) })
    this.film.painted = () => this.soon()
    this.pointing()
    this.editing()
    this.readingCurve()
  }

  /** The large plane: the pointer takes the point in hand along, a press adds a point. */
  pointing() {
    const { big } = this
    big.onpointermove = (event) => {
      if (event.pointerType === "mouse" || event.buttons) this.point(event)
    }
    big.onpointerdown = (event) => {
      if (event.button) return
      this.point(event)
      this.add()
    }
    big.onkeydown = (event) => {
      const by = event.shiftKey ? 0.5 : 0.1
      const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key]
      if (way) this.probe = [clamp(this.probe[0] + way[0], -EDGE, EDGE), clamp(this.probe[1] + way[1], -EDGE, EDGE)]
      else if (event.key === "Enter" || event.key === " ") this.add()
      else return
      event.preventDefault()
      this.soon()
    }
  }

  /** The point of the input plane whose image lies nearest. @param {PointerEvent} event */
  point(event) {
    if (!this.stack) return
    const box = this.big.getBoundingClientRect()
    const { frame, sheet } = sceneAt(this.stack, this.way)
    const x = frame.x + frame.half * ((2 * (event.clientX - box.left)) / box.width - 1)
    const y = frame.y - frame.half * ((2 * (event.clientY - box.top)) / box.height - 1)
    if (this.way === 0) this.probe = [x, y]
    else {
      let [best, least] = [0, Number.POSITIVE_INFINITY]
      for (let i = 0; i < sheet.length; i += 2) {
        const away = (sheet[i] - x) ** 2 + (sheet[i + 1] - y) ** 2
        if (away < least) [best, least] = [i, away]
      }
      this.probe = [SHEET[best], SHEET[best + 1]]
    }
    this.soon()
  }

  /** A point of the chosen class where the point in hand is. */
  add() {
    const { group } = this.tools
    if (group === null || this.way !== 0) return
    const points = pointsOf(this.value)
    points.push([...this.probe, group])
    const kept = this.tools.group
    this.change({ data: "own", points: packPoints(points) })
    this.tools.choose(kept)
  }

  editing() {
    const [which, value] = [find(this.root, ".which", HTMLSelectElement), find(this.root, ".value", HTMLInputElement)]
    this.wiring.onpointerdown = ({ clientX, clientY }) => {
      const box = this.wiring.getBoundingClientRect()
      const found = this.layout && near(this.layout, { x: clientX - box.left, y: clientY - box.top })
      if (!found) return
      this.chosen = found
      which.value = `${found.layer}:${found.index}`
      this.soon()
    }
    which.onchange = () => {
      const [layer, index] = which.value.split(":").map(Number)
      this.chosen = { layer, index }
      this.soon()
    }
    value.onchange = () => {
      const number = Math.round(1000 * clamp(Number(value.value), -99, 99)) / 1000
      if (!this.run || !this.chosen || value.value === "" || !Number.isFinite(number)) return
      this.run.edit(this.chosen.layer, this.chosen.index, number)
      this.value.edits = packEdits(this.run.edits)
      this.times = { some: 0, seldom: 0, frame: 0 }
      this.tellPython()
      this.soon()
    }
  }

  readingCurve() {
    const { curve } = this
    curve.onpointermove = ({ offsetX }) => this.read(shareAt(curve, offsetX))
    curve.onpointerleave = () => this.read(null)
    curve.onblur = () => this.read(null)
    curve.onkeydown = (event) => {
      const way = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key]
      if (way === undefined) return
      event.preventDefault()
      this.read(clamp((this.reading ?? 1) + way, 0, 1))
    }
  }

  /** @param {number | null} share */
  read(share) {
    this.reading = share
    this.times.some = 0
    this.soon()
  }

  /** Another setting: its training begins anew. @param {Partial<Setting>} change */
  change(change) {
    this.keepRun()
    const playing = this.playing && !("points" in change)
    this.value = { ...this.value, ...change, step: 0, edits: "" }
    this.begin()
    this.playing = playing
    if (!playing) this.pause(false)
    this.tellPython()
    this.soon()
  }

  /** Another look at the same training. @param {Partial<Setting>} change */
  look(change) {
    this.value = { ...this.value, ...change }
    if ("pair" in change) this.stack = null
    this.tellPython()
    this.soon()
  }

  // ---- the training -------------------------------------------------------------------------------------------------

  play() {
    if (!this.run?.data.train.classes.length || this.run.steps >= LAST) return
    this.goal = 0
    this.playing = true
    this.buttons()
    this.soon()
  }

  /** @param {boolean} [say] whether Python hears of the step */
  pause(say = true) {
    this.playing = false
    this.times = { some: 0, seldom: 0, frame: 0 }
    this.buttons()
    if (!say) return
    this.keepRun()
    this.tellPython()
    this.soon()
  }

  one() {
    if (!this.run) return
    this.goal = 0
    if (this.playing) this.pause(false)
    this.run.step()
    this.film.pass(this.run)
    this.times = { some: 0, seldom: 0, frame: 0 }
    this.keepRun()
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.tellPython(), REST_MS)
    this.soon()
  }

  reset() {
    this.keepRun()
    this.pause(false)
    this.value = { ...this.value, edits: "", step: 0 }
    this.begin()
    this.tellPython()
    this.soon()
  }

  buttons() {
    const play = find(this.root, ".play")
    setFlag(play, "aria-pressed", this.playing)
    find(play, ".label").textContent = this.playing ? "Pause" : "Play"
  }

  tellPython() {
    clearTimeout(this.rest)
    this.value.step = this.run?.steps ?? 0
    if (this.goal > this.value.step) this.value.step = this.goal
    this.wire.offer(structuredClone(this.value))
    this.root.dataset.sent = String(this.wire.messages)
  }

  /** Put the run into the table of this visit's runs. */
  keepRun() {
    if (!this.run?.steps || !this.data) return
    const { train, test } = this.run.loss()
    const value = { ...this.value, step: this.run.steps }
    this.rows = withRow(this.rows, { value, train, test, accuracy: this.run.accuracy("test") })
    const { prefix, defaults } = this.data
    const shown = (/** @type {keyof Setting} */ name, /** @type {Setting} */ of) => this.settings.shown(name, of[name])
    showRuns(
      find(this.root, ".runs"),
      this.rows,
      ({ value: of }) => [
        of.data === "own" ? shown("data", of) : `${shown("data", of)}, noise ${of.noise}`,
        `${of.depth} × ${of.width} ${shown("activation", of)}`,
        `${shown("optimiser", of)}, ${of.rate}${of.l2 ? `, L2 ${of.l2}` : ""}`,
      ],
      (row) => query(row.value, defaults, prefix),
      (row) => {
        this.take(row.value)
        this.tellPython()
      },
    )
    find(this.root, ".runs-count").textContent = `(${this.rows.length})`
  }

  // ---- the way through the layers -----------------------------------------------------------------------------------

  /** @param {number} way */
  walkTo(way) {
    this.way = clamp(way, 0, Number(this.slider.max) / 100)
    this.slider.value = String(Math.round(100 * this.way))
    this.times.some = 0
    this.soon()
  }

  /** Go to a plane, in motion where that is wanted. @param {number} plane */
  walk(plane) {
    this.sweeping = this.calm.matches ? null : plane
    if (this.calm.matches) this.walkTo(plane)
    this.look({ way: Math.round(100 * plane) })
  }

  sweep() {
    const last = Number(this.slider.max) / 100
    if (this.sweeping !== null) {
      this.sweeping = null
      return
    }
    if (this.way >= last) this.walkTo(0)
    this.walk(last)
  }

  /** @param {number} ms since the frame before */
  move(ms) {
    if (this.sweeping === null) return
    const left = this.sweeping - this.way
    const by = Math.min(Math.abs(left), (Math.min(ms, 60) / A_LAYER_MS) * Math.max(1, Math.abs(left) / 2))
    this.walkTo(this.way + Math.sign(left) * by)
    if (Math.abs(this.sweeping - this.way) < 1e-6) this.sweeping = null
  }

  // ---- frames -------------------------------------------------------------------------------------------------------

  soon() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  /** @param {number} now */
  tick(now) {
    this.frame = 0
    const { run } = this
    if (!run || !this.data) return
    const passed = this.times.frame ? now - this.times.frame : 16
    if (this.playing) this.train(run)
    else if (run.steps < this.goal) this.catchUp(run)
    this.move(passed)
    const busy = this.playing || run.steps < this.goal || this.sweeping !== null
    const calm = this.playing && this.calm.matches ? CALM_MS : 0
    const still = passed < (run.steps < this.goal ? WAIT_MS : calm)
    if (this.visible && !still) {
      this.pace = 0.9 * this.pace + 0.1 * Math.min(passed, 100)
      this.times.frame = now
      this.draw(now, busy)
    }
    if (busy) this.soon()
  }

  /** @param {import("../nn/run.js").Run} run */
  train(run) {
    const steps = Number(find(this.root, ".speed", HTMLSelectElement).value)
    for (let i = 0; i < steps && run.steps < LAST; i++) {
      run.step()
      this.film.pass(run)
    }
    if (run.broken || run.steps >= LAST) this.pause()
  }

  /** @param {import("../nn/run.js").Run} run */
  catchUp(run) {
    const end = performance.now() + SLICE_MS
    while (run.steps < this.goal && performance.now() < end && !run.broken) {
      run.step()
      this.film.pass(run)
    }
    if (run.broken) this.goal = run.steps
    if (run.steps >= this.goal) this.times = { some: 0, seldom: 0, frame: 0 }
  }

  /** @param {number} now @param {boolean} busy */
  draw(now, busy) {
    const { run, data } = this
    if (!run || !data || !this.big.clientWidth) return
    const first = !this.frames // what takes longer comes a frame after the picture
    const some = now - this.times.some > SOME_MS
    const seldom = !first && (now - this.times.seldom > SELDOM_MS || !busy)
    const pair = this.tools.pairOf(this.value)
    this.stack = stackOf(run.net, run.data.train.inputs, this.probe, pair, this.stack?.views)
    const style = {
      colours: this.colours,
      answers: this.paints(this.stack.sheet),
      classes: run.data.train.classes,
      count: run.data.count,
      probe: true,
    }
    paint(this.big, sceneAt(this.stack, this.way), { ...style, coarse: false })
    const names = namesOf(this.stack.scenes.length, this.settings.shown("activation", this.value.activation))
    const slow = busy && this.pace > SLOW_MS
    this.strip.draw(this.stack, names, style, this.way, slow ? this.frames % TURNS : null)
    if (!slow || this.frames % 2)
      this.layout = drawWiring(this.wiring, run.net, this.stack.probe, this.colours, this.chosen)
    if (some || !busy) this.numbers(run)
    this.root.dataset.step = String(run.steps)
    this.root.dataset.way = this.way.toFixed(2)
    if (some) {
      this.times.some = now
      this.slowly(run, names)
    }
    if (seldom) {
      this.times.seldom = now
      this.strip.separate(run, this.stack)
      this.film.draw(run, names, style, pair, (sheet) => this.paints(sheet))
      this.say(run, names)
    }
    if (first) this.soon()
    this.frames += 1
    this.root.dataset.frames = String(this.frames)
  }

  /** The colour of each point of the sheet. @param {import("../nn/network.js").Plane} sheet */
  paints(sheet) {
    return coloured(sheet, this.rgb.hues, this.rgb.paper)
  }

  /** @param {import("../nn/run.js").Run} run */
  numbers(run) {
    const latest = run.losses.at(-1)
    const write = (/** @type {string} */ name, /** @type {string} */ text) => {
      const place = find(this.root, name)
      if (place.textContent !== text) place.textContent = text
    }
    write(".n-step", run.steps.toLocaleString("en-US"))
    const fresh = latest?.step === run.steps ? latest : run.loss()
    write(".n-train", three(fresh.train))
    write(".n-test", three(fresh.test))
    write(".n-accuracy", percent(run.accuracy("test")))
  }

  /** What changes too fast to be read in each frame. @param {import("../nn/run.js").Run} run @param {string[]} names */
  slowly(run, names) {
    const read = this.reading === null ? null : nearest(run.losses, this.reading)
    drawCurve(this.curve, run.losses, this.colours, read)
    const at = read ?? run.losses.at(-1)
    find(this.root, ".readout").textContent = at
      ? `step ${at.step.toLocaleString("en-US")}: train ${three(at.train)}, test ${three(at.test)}`
      : ""
    if (!this.stack) return
    const plane = clamp(Math.ceil(this.way - 1e-9), 1, this.stack.scenes.length - 1)
    const { title, node } = equationOf(run.net, plane, this.stack.probe, names[plane])
    find(this.root, ".equation-title").textContent = title
    find(this.root, ".equation").replaceChildren(node)
    const { where, place } = aboutPlanes(this.stack, names, this.way, this.probe)
    find(this.root, ".where").textContent = where
    find(this.root, ".place").textContent = place
    const input = find(this.root, ".value", HTMLInputElement)
    if (this.chosen && input.matches(":not(:focus)")) input.value = numberOf(this.chosen, run.net).toFixed(3)
  }

  /** @param {import("../nn/run.js").Run} run @param {string[]} names */
  say(run, names) {
    const training = run.steps < this.goal ? `Training to step ${this.goal.toLocaleString("en-US")} …` : ""
    const broken = run.broken
      ? "The weights grow without bound: this learning rate is too large. Press Reset and choose a smaller one."
      : ""
    const empty = run.data.train.classes.length
      ? ""
      : "There are no points yet. Choose a class below the plane, then press where its points should be."
    const rested = run.steps >= LAST ? `A training rests at step ${LAST.toLocaleString("en-US")}.` : ""
    const said = find(this.root, ".said")
    const text = broken || empty || training || rested
    if (said.textContent !== text) said.textContent = text
    this.big.setAttribute("aria-label", `${names[Math.round(this.way)]} plane; arrow keys move the point in hand`)
    tell(this.root, told(run, names, this.strip.shares))
    if (this.stack) find(this.root, "#told-wiring").textContent = wiringTold(run.net, this.stack.probe)
    const { length } = run.losses
    find(this.root, "#told-curve").textContent = run.losses
      .filter((_, i) => i === length - 1 || i % Math.max(1, Math.floor(length / 5)) === 0)
      .map(({ step, train, test }) => `Step ${step}: train ${three(train)}, test ${three(test)}.`)
      .join(" ")
  }

  /** The weights of the network by name. */
  listWeights() {
    const which = find(this.root, ".which", HTMLSelectElement)
    const { run } = this
    if (!run) return
    const groups = run.net.layers.map((one, layer) => {
      const group = /** @type {HTMLOptGroupElement} */ (element("optgroup"))
      group.label = `Linear layer ${layer + 1}`
      for (let index = 0; index < one.weights.length + one.biases.length; index++) {
        const option = /** @type {HTMLOptionElement} */ (element("option", "", group))
        option.value = `${layer}:${index}`
        option.textContent = nameOf({ layer, index }, run.net)
      }
      return group
    })
    which.replaceChildren(...groups)
    this.chosen = { layer: 0, index: 0 }
  }

  close() {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.rest)
    this.playing = false
    this.run = null
    this.wire.close()
    this.resized.disconnect()
    this.seen.disconnect()
  }
}
