// A gray picture, the colours that a network gives it from the mode to the mean, and what it believes at each pixel.

import { fit } from "../kit/canvas.js"
import { all, element, find, letterOf, setFlag } from "../kit/dom.js"
import { listenTo, shareOf } from "../kit/hand.js"
import { History } from "../kit/history.js"
import { fill } from "../kit/slider.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { showBelief } from "./belief.js"
import { css, named } from "./cielab.js"
import { Guesses } from "./guesses.js"
import { between, hinted, pixelAt, walked } from "./hints.js"
import { Picture } from "./picture.js"
import { drawTile } from "./tiles.js"
import { asked, hintsTold, percent, placed } from "./words.js"

const REST_MS = 500 // after the last gesture Python hears of the slider and the pixel, for the address
const STEPS = 24 // of the path from the mode to the mean
const TOP = 60 // the largest error that the map tells apart

/** @typedef {import("../messages.d.ts").ColourPadData} Data */
/** @typedef {import("../messages.d.ts").ColourState} State */
/** @typedef {import("./hints.js").Hint} Hint */

export default class ColourPad {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".colour-pad")
    /** @type {Wire<State>} */
    this.wire = new Wire({ late: (is) => this.root.toggleAttribute("data-waiting", is) })
    /** @type {Data | null} */
    this.data = null
    /** @type {State} */
    this.state = { about: "", hints: [], temperature: 38, pixel: 0, miss: false }
    /** @type {Picture | null} */
    this.picture = null
    /** @type {Guesses | null} */
    this.guesses = null
    /** What the network says at the slider's temperature. */
    this.colours = new Float32Array(0)
    this.regression = new Float32Array(0)
    this.swatch = 0 // in hand; -1: the eraser
    /** @type {History<Hint[]>} */
    this.history = new History(50)
    /** The pixel to which the running stroke has come. @type {number | null} */
    this.stroke = null
    /** The pixel below a pointer. @type {number | null} */
    this.hover = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    this.frame = 0
    this.slider = find(this.root, ".temperature", HTMLInputElement)
    this.canvases = all(this.root, ".tiles canvas").map((one) => /** @type {HTMLCanvasElement} */ (one))
    this.plane = find(this.root, ".plane", HTMLCanvasElement)
    this.listen()
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(this.root)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const before = this.data
    this.data = data
    if (before?.swatches.length !== data.swatches.length) this.offer(data)
    if (before?.picture !== data.picture) {
      this.picture = new Picture(bytes(data.picture), data.side)
      this.history.clear()
      this.hover = null
    }
    if (before?.guesses !== data.guesses) {
      this.guesses = new Guesses(bytes(data.guesses), data.side ** 2, data.centres)
      this.regression = Float32Array.from(bytes(data.regression), (byte) => byte - 128)
    }
    if (this.wire.receive(data.held, setStateValue)) {
      clearTimeout(this.rest)
      this.stroke = null
      this.state = structuredClone(data.held.value)
    }
    this.wire.land(data.held.stamp)
    this.recolour()
    this.root.dataset.shown = data.result_id
  }

  /** The buttons of the colours of hints. @param {Data} data */
  offer(data) {
    const place = find(this.root, ".swatches")
    const button = (/** @type {string} */ name, /** @type {number} */ which, /** @type {string} */ ink) => {
      const made = element("button", which < 0 ? "eraser" : "swatch", place)
      made.setAttribute("type", "button")
      made.dataset.swatch = String(which)
      made.title = name
      made.setAttribute("aria-label", name)
      element("span", "ink", made).style.setProperty("--ink", ink)
      made.onclick = () => {
        this.swatch = which
        this.draw()
      }
    }
    place.replaceChildren()
    for (const [i, [name, a, b]] of data.swatches.entries()) button(name, i, css(data.swatch_lightness[i], a, b))
    button("Take a hint away", -1, "none")
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  listen() {
    const { root, slider } = this
    slider.oninput = () => {
      this.state.temperature = Number(slider.value)
      this.recolour()
      this.soon()
    }
    const [gray, guess, truth] = this.canvases
    listenTo(gray, {
      begin: (event) => this.begin(event),
      draw: (samples) => {
        for (const sample of samples) this.paint(this.under(gray, sample))
      },
      end: () => {
        this.stroke = null
        this.say(hintsTold(this.state.hints.length))
      },
      hover: (event) => this.look(event && this.under(gray, event)),
      running: () => this.stroke !== null,
    })
    for (const canvas of [guess, truth]) {
      canvas.onpointermove = (event) => this.look(this.under(canvas, event))
      canvas.onpointerleave = () => this.look(null)
      canvas.onclick = (event) => this.choose(this.under(canvas, event))
    }
    gray.onkeydown = (event) => this.key(event, true)
    guess.onkeydown = (event) => this.key(event, false)
    find(root, ".undo").onclick = () => this.undo()
    find(root, ".clear").onclick = () => this.change([], true)
    find(root, ".miss").onclick = () => {
      this.state.miss = !this.state.miss
      this.draw()
      this.soon()
    }
  }

  /** @param {HTMLCanvasElement} canvas @param {MouseEvent} event */
  under(canvas, event) {
    return pixelAt(shareOf(canvas, /** @type {PointerEvent} */ (event)), this.data?.side ?? 1)
  }

  /** A pointer is over a pixel, or over none. @param {number | null} pixel */
  look(pixel) {
    if (pixel === this.hover) return
    this.hover = pixel
    this.later()
  }

  /** @param {number} pixel */
  choose(pixel) {
    this.state.pixel = pixel
    this.hover = null
    this.draw()
    this.soon()
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!this.data) return false
    this.history.remember(this.state.hints)
    this.hover = null
    this.stroke = this.under(this.canvases[0], event)
    this.put([this.stroke])
    return true
  }

  /** The running stroke goes on to this pixel. @param {number} pixel */
  paint(pixel) {
    if (this.stroke === null || !this.data) return
    const way = between(this.stroke, pixel, this.data.side)
    this.stroke = pixel
    if (way.length) this.put(way)
  }

  /** Hints of the colour in hand on these pixels. @param {number[]} pixels */
  put(pixels) {
    if (!this.data) return
    let { hints } = this.state
    for (const pixel of pixels) {
      hints = hinted(hints, pixel, this.swatch < 0 ? null : this.swatch, this.data.most)
    }
    this.state.pixel = pixels[pixels.length - 1]
    this.change(hints, false)
  }

  /** @param {Hint[]} hints @param {boolean} remember */
  change(hints, remember) {
    const { state } = this
    if (hints === state.hints || (!hints.length && !state.hints.length)) {
      this.draw()
      return
    }
    if (remember) this.history.remember(state.hints)
    state.hints = hints
    this.draw()
    this.send()
  }

  undo() {
    this.history.step("undo", (there) => {
      const here = this.state.hints
      this.state.hints = there
      return here
    })
    this.draw()
    this.send()
    this.say(hintsTold(this.state.hints.length))
  }

  /** @param {KeyboardEvent} event @param {boolean} paints */
  key(event, paints) {
    const { data, state } = this
    if (!data) return
    const held = event.ctrlKey || event.metaKey
    const to = held || event.altKey ? null : walked(event.key, state.pixel, data.side)
    if (to !== null) {
      this.choose(to)
      if (paints && event.shiftKey) {
        this.history.remember(state.hints)
        this.put([to])
      }
    } else if (held && letterOf(event) === "z") this.undo()
    else if (paints && !held && (event.key === " " || event.key === "Enter")) {
      this.history.remember(state.hints)
      this.put([state.pixel])
    } else if (paints && (event.key === "Delete" || event.key === "Backspace")) {
      this.change(hinted(state.hints, state.pixel, null, data.most), true)
    } else return
    event.preventDefault()
    event.stopPropagation()
    this.say(this.pixelTold())
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  send() {
    clearTimeout(this.rest)
    performance.mark("colour-sent")
    this.wire.offer(structuredClone(this.state))
    this.root.dataset.sent = String(this.wire.messages)
  }

  soon() {
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.send(), REST_MS)
  }

  // ---- what is shown ------------------------------------------------------------------------------------------------

  get temperature() {
    return this.state.temperature / 100
  }

  /** The pixel that is looked at. */
  get pixel() {
    return this.hover ?? this.state.pixel
  }

  recolour() {
    if (this.guesses) this.colours = this.guesses.colours(this.temperature)
    this.draw()
  }

  /** Draw with the next frame: a pointer moves more often. */
  later() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0
      this.draw()
    })
  }

  draw() {
    const { data, picture, state, canvases } = this
    if (!data || !picture || !this.guesses || !this.root.clientWidth) return
    for (const canvas of [...canvases, this.plane]) fit(canvas)
    const [gray, guess, truth] = canvases
    const mine = new Float32Array(2 * picture.pixels)
    for (const [pixel, swatch] of state.hints) mine.set(data.swatches[swatch].slice(1).map(Number), 2 * pixel)
    const marked = state.hints.map(([pixel]) => pixel)
    drawTile(gray, picture.rgba(mine), data.side, this.pixel, marked)
    drawTile(guess, picture.rgba(this.colours), data.side, this.pixel, [])
    const miss = state.miss && picture.coloured
    const right = miss ? picture.map(this.colours, TOP, data.shades) : picture.rgba(picture.truth)
    drawTile(truth, right, data.side, this.pixel, [])
    this.words(miss)
    this.distribution()
    this.tools()
    tell(this.root, this.told())
  }

  /** The lines around the pictures. @param {boolean} miss */
  words(miss) {
    const { root, state } = this
    const { picture } = this
    if (!picture) return
    const note = (/** @type {string} */ place, /** @type {string} */ text) => {
      find(root, `${place} .note`).textContent = text
    }
    const now = asked(this.temperature)
    find(root, ".asked").textContent = now
    find(root, ".heat-now").textContent = now
    this.slider.value = String(state.temperature)
    this.slider.setAttribute("aria-valuetext", now)
    fill(this.slider, this.temperature)
    note(".gray", hintsTold(state.hints.length))
    const chroma = picture.chroma(this.colours).toFixed(1)
    note(
      ".guess",
      picture.coloured ? `chroma ${chroma} · error ${picture.error(this.colours).toFixed(1)}` : `chroma ${chroma}`,
    )
    find(root, ".truth-title").textContent = miss ? "The error" : "The truth"
    const plain = picture.coloured
      ? `chroma ${picture.chroma(picture.truth).toFixed(1)}`
      : "it has no colour of its own"
    note(".truth", miss ? `bright: ${TOP} and more, dark: none` : plain)
  }

  /** What the network believes at the pixel. */
  distribution() {
    const { data, picture, guesses, pixel } = this
    if (!data || !picture || !guesses) return
    const pair = (/** @type {Float32Array} */ ab) =>
      /** @type {[number, number]} */ ([ab[2 * pixel], ab[2 * pixel + 1]])
    showBelief(this.root, this.plane, placed(pixel, data.side), {
      lightness: picture.lightness[pixel],
      centres: data.centres,
      shares: guesses.at(pixel),
      path: guesses.path(pixel, STEPS),
      answer: pair(this.colours),
      truth: picture.coloured ? pair(picture.truth) : null,
      regression: pair(this.regression),
    })
  }

  tools() {
    const { root, state } = this
    for (const one of all(root, "[data-swatch]"))
      setFlag(one, "aria-pressed", Number(one.dataset.swatch) === this.swatch)
    setFlag(find(root, ".undo"), "aria-disabled", !this.history.past.length)
    setFlag(find(root, ".clear"), "aria-disabled", !state.hints.length)
    const miss = find(root, ".miss")
    setFlag(miss, "aria-pressed", state.miss)
    setFlag(miss, "aria-disabled", !this.picture?.coloured)
    const names = [
      "Gray picture. Arrow keys move, Space paints a hint, Delete takes it away, Control Z undoes.",
      "The network’s colours. Arrow keys choose a pixel.",
      "The true colours.",
    ]
    this.canvases.forEach((canvas, i) => {
      canvas.setAttribute("aria-label", names[i])
    })
    this.plane.setAttribute("aria-label", "The plane of colours at this pixel: how likely the network finds each.")
    Object.assign(root.dataset, {
      pixel: String(this.pixel),
      hints: String(state.hints.length),
      temperature: String(state.temperature),
    })
  }

  // ---- in words -----------------------------------------------------------------------------------------------------

  told() {
    const { picture } = this
    if (!picture) return ""
    const error = picture.coloured ? `, error ${picture.error(this.colours).toFixed(1)}` : ""
    return `Chroma ${picture.chroma(this.colours).toFixed(1)}${error}. ${hintsTold(this.state.hints.length)} ${this.pixelTold()}`
  }

  pixelTold() {
    const { guesses, data, pixel } = this
    if (!guesses || !data) return ""
    const list = guesses
      .at(pixel)
      .slice(0, 3)
      .map(([cell, share]) => `${named(...data.centres[cell])} ${percent(share)}`)
    return `${placed(pixel, data.side)}: ${list.join(", ")}.`
  }

  /** @param {string} text */
  say(text) {
    find(this.root, "#spoken").textContent = text
  }

  close() {
    clearTimeout(this.rest)
    cancelAnimationFrame(this.frame)
    this.observer.disconnect()
    this.wire.close()
  }
}

/** @param {string} text base64 */
function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
