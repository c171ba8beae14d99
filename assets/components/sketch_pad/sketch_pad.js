// A pad on which a person draws a small picture, with the network's answers beside it.

import { context, fit, grid } from "../kit/canvas.js"
import { Desk } from "../kit/desk.js"
import { all, capture, clamp, find, same, samples, setFlag } from "../kit/dom.js"
import { Pictures } from "../kit/pictures.js"
import { Wire } from "../kit/wire.js"
import { Paper } from "./paper.js"
import { toBytes, toText } from "./pixels.js"

const WIDTHS = [0.045, 0.085, 0.15] // of a pen, as shares of the edge; the middle one is that of MNIST's digits
const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server
const LIVE_MS = 100 // between two messages while the pen moves, and before the first one: a short stroke is one message
const KEPT = 4
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }
/** @type {Record<string, string>} */
const DONE = { undo: "Undone.", redo: "Redone.", clear: "Cleared." }

/** By key, the papers that a page switch took away: they come back as sharp as they went. @type {Map<string, { text: string, paper: Paper }>} */
const kept = new Map()

/** @typedef {import("../messages.d.ts").SketchPadData} Data */

export default class SketchPad {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".pad")
    this.canvas = find(this.root, "canvas", HTMLCanvasElement)
    this.desk = new Desk(this.root)
    this.pictures = new Pictures(this.root, "sketch-shown")
    /** @type {Wire<import("../messages.d.ts").Drawing>} */
    this.wire = new Wire({
      late: (is) => this.root.toggleAttribute("data-waiting", is),
      landed: () => this.landed(),
    })
    /** @type {Data | null} */
    this.data = null
    /** @type {Paper | null} */
    this.paper = null
    /** The pixels that Python has, or is about to. @type {Uint8Array} */
    this.known = new Uint8Array()
    /** @type {Data["pens"]} */
    this.pens = []
    /** What the drawing is drawn on. @type {string | null} */
    this.revision = null
    this.pen = "" // name of the pen in hand
    this.erasing = false
    this.width = 1
    this.sees = false
    /** Where the pointer is. @type {import("./paper.js").Point | null} */
    this.hover = null
    /** Where the keyboard is. @type {import("./paper.js").Point | null} */
    this.cursor = null
    this.pointer = -1 // that draws
    this.commits = 0
    this.sentAt = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined
    this.listen()
    this.observer = new ResizeObserver(() => {
      this.desk.layout()
      this.draw()
    })
    this.observer.observe(this.root)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    this.desk.size = data.size
    const { side } = data.held.value
    find(this.root, ".title").textContent = data.title
    find(this.root, ".count").textContent = `${side} × ${side}`
    this.canvas.setAttribute(
      "aria-label",
      `${data.title}. A picture of ${side} by ${side} pixels to draw on. ` +
        "Arrow keys move the pen, Shift with an arrow draws, Space makes a dot, Control Z undoes, Control Y redoes.",
    )
    this.offerPens(data.pens)
    this.follow(data, setStateValue)
    this.wire.land(data.held.stamp)
    this.pictures.show(data.tiles, data.result_id, (tiles) => this.desk.place(tiles))
    this.desk.layout()
    this.refresh()
  }

  /**
   * Take over Python's drawing where Python replaced it, so that Undo leads back, or the picture below. A running stroke
   * is repeated on top.
   *
   * @param {Data} data
   * @param {(name: string, value: unknown) => void} setStateValue
   */
  follow(data, setStateValue) {
    const { side, channels, pixels, revision } = data.held.value
    const before = this.data
    this.data = data
    this.revision = revision
    const other =
      !this.paper || data.base !== before?.base || side !== this.paper.side || channels !== this.paper.channels
    if (!this.wire.receive(data.held, setStateValue) && !other) return
    const drawing = toBytes(pixels)
    this.known = drawing
    clearTimeout(this.quiet)
    const stroke = this.paper?.takeBack()
    if (other || !this.paper) {
      this.start(data, drawing)
      return
    }
    this.paper.replace(drawing)
    if (!stroke) return
    this.paper.repeat(stroke)
    if (stroke.kind === "keys") this.rest()
    else this.offer()
  }

  /** @param {Data} data @param {Uint8Array} drawing */
  start(data, drawing) {
    const { side, channels } = data.held.value
    this.paper = new Paper(side, channels, toBytes(data.base), drawing)
    this.cursor = null
    const old = kept.get(data.key)
    kept.delete(data.key)
    if (old?.text === data.base && old.paper.side === side && same(old.paper.pixels, drawing)) {
      this.paper.inherit(old.paper)
    }
    find(this.root, ".invite").dataset.on = this.paper.light ? "light" : "dark"
  }

  /** @param {Data["pens"]} pens */
  offerPens(pens) {
    if (JSON.stringify(pens) === JSON.stringify(this.pens)) return
    this.pens = pens
    if (!pens.some(([name]) => name === this.pen)) this.pen = pens[0][0]
    const modes = find(this.root, ".modes")
    for (const old of all(modes, ".pen")) old.remove()
    const many = pens.length > 1
    modes.toggleAttribute("data-many", many)
    modes.style.setProperty("--across", String(Math.min(5, pens.length + 2))) // on a phone; the eraser is two wide
    modes.prepend(...pens.map(([name, ink]) => this.penButton(name, many ? ink : null)))
  }

  /** A button for a pen: a pot of its ink, or where there is but one pen its picture and word. @param {string} name @param {string | null} ink */
  penButton(name, ink) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "pen"
    button.dataset.pen = name
    button.title = `${name[0].toUpperCase()}${name.slice(1)} pen`
    if (ink) {
      const pot = document.createElement("span")
      pot.className = "ink"
      pot.style.setProperty("--ink", ink)
      button.append(pot)
      button.setAttribute("aria-label", button.title)
    } else button.append(find(this.root, ".only", HTMLTemplateElement).content.cloneNode(true))
    button.onclick = () => {
      this.pen = name
      this.erasing = false
      this.refresh()
    }
    return button
  }

  // ---- changing the drawing -----------------------------------------------------------------------------------------

  /** @param {"drag" | "keys"} kind */
  begin(kind) {
    if (!this.paper) return
    clearTimeout(this.quiet) // the message of this stroke says what the keys did, too
    const ink = this.erasing ? null : (this.pens.find(([name]) => name === this.pen)?.[1] ?? null)
    this.paper.begin(kind, ink, WIDTHS[this.width] * this.paper.edge)
    this.sentAt = performance.now() // a short stroke is one message: see LIVE_MS
  }

  /** End the stroke: one step of the history, one message. */
  finish() {
    clearTimeout(this.quiet)
    this.paper?.finish()
    this.pointer = -1
    this.commit()
  }

  /** @param {string} action */
  act(action) {
    const { paper } = this
    if (!paper) return
    if (paper.stroke) this.finish()
    if (action === "undo" || action === "redo" ? !paper.step(action) : !paper.replace(paper.base)) return
    this.say(DONE[action])
    this.refresh()
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  commit() {
    this.commits += 1
    this.root.dataset.committed = String(this.commits)
    performance.mark("sketch-commit")
    this.send()
    this.refresh()
  }

  /** The end of a stroke waits for nothing. */
  send() {
    clearTimeout(this.later)
    this.later = undefined
    if (!this.paper) return
    const pixels = this.paper.count()
    if (same(pixels, this.known)) return
    this.known = pixels
    this.sentAt = performance.now()
    const { side, channels } = this.paper
    this.wire.send({ side, channels, revision: this.revision, pixels: toText(pixels) })
  }

  /** While the pen moves: send when there is no answer out and the last message is a while ago. */
  offer() {
    if (this.wire.busy || this.later !== undefined) return
    const wait = Math.max(0, LIVE_MS - (performance.now() - this.sentAt))
    this.later = setTimeout(() => {
      this.later = undefined
      if (this.paper?.stroke) this.send()
    }, wait)
  }

  landed() {
    if (this.paper?.stroke && this.paper.stale) this.offer()
  }

  /** Keys come in bursts: they change the picture at once and are sent together after a short quiet. */
  rest() {
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.finish(), QUIET_MS)
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => this.pointerMove(event)
    canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => this.pointerUp(event)
    canvas.onpointerleave = () => {
      this.hover = null
      this.draw()
    }
    canvas.oncontextmenu = (event) => {
      if (this.paper?.stroke) event.preventDefault() // a long press is a stroke
    }
    canvas.onblur = () => {
      this.cursor = null
      this.draw()
    }
    this.root.onkeydown = (event) => this.keyDown(event)
    for (const button of all(this.root, "button")) button.onclick = () => this.press(button)
  }

  /** @param {HTMLElement} button */
  press(button) {
    if (button.getAttribute("aria-disabled") === "true") return
    const { size, toggle, action } = button.dataset
    if ("erase" in button.dataset) this.erasing = true
    if (size) this.width = Number(size)
    if (toggle) this.sees = !this.sees
    if (action) {
      this.act(action)
      this.commit()
    }
    this.refresh()
  }

  /** @param {PointerEvent} event @returns {import("./paper.js").Point} */
  place(event) {
    const box = this.canvas.getBoundingClientRect()
    const edge = this.paper?.edge ?? 0
    return { x: ((event.clientX - box.left) / box.width) * edge, y: ((event.clientY - box.top) / box.height) * edge }
  }

  get dragging() {
    return this.paper?.stroke?.kind === "drag"
  }

  /** @param {PointerEvent} event */
  pointerDown(event) {
    if (event.button !== 0 || !event.isPrimary || !this.paper) return
    capture(event)
    if (this.paper.stroke) this.finish()
    this.cursor = null
    this.begin("drag")
    this.pointer = event.pointerId
    this.draws([event], event)
  }

  /** @param {PointerEvent} event */
  pointerMove(event) {
    if (!this.dragging) {
      if (event.pointerType === "touch") return // a finger does not hover
      this.hover = this.place(event)
      this.draw()
    } else if (event.pointerId === this.pointer) this.draws(samples(event), event)
  }

  /** @param {PointerEvent[]} between @param {PointerEvent} event */
  draws(between, event) {
    for (const sample of between) this.paper?.extend(this.place(sample))
    this.hover = event.pointerType === "touch" ? null : this.place(event)
    this.offer()
    this.refresh()
  }

  /** @param {PointerEvent} event */
  pointerUp(event) {
    if (!this.dragging || event.pointerId !== this.pointer) return
    this.finish()
    this.say(this.erasing ? "Erased." : "Stroke drawn.")
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (!this.paper || !(this.dragging ? this.escape(event) : this.typed(event, this.paper))) return
    event.preventDefault()
    event.stopPropagation()
    this.hover = null
    this.refresh()
  }

  /** Escape takes the running stroke back, and what was sent of it on the way. @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape") return false
    this.paper?.takeBack()
    this.commit()
    this.say("Stroke taken back.")
    return true
  }

  /** Whether the key means something here. @param {KeyboardEvent} event @param {Paper} paper */
  typed(event, paper) {
    const command = event.ctrlKey || event.metaKey
    const letter = event.key.toLowerCase()
    const arrow = ARROWS[event.key]
    if (command && (letter === "z" || letter === "y")) {
      this.act(letter === "y" || event.shiftKey ? "redo" : "undo")
      this.rest()
      return true
    }
    if (event.target !== this.canvas || command || event.altKey || !(arrow || event.key === " ")) return false
    this.walk(arrow ?? null, event.shiftKey, paper)
    return true
  }

  /** An arrow moves the pen, with Shift it draws; without an arrow there is a dot. @param {[number, number] | null} arrow @param {boolean} draws @param {Paper} paper */
  walk(arrow, draws, paper) {
    const from = this.cursor ?? { x: paper.edge / 2, y: paper.edge / 2 }
    const [right, down] = arrow ?? [0, 0]
    this.cursor = {
      x: clamp(from.x + right * paper.block, 0, paper.edge),
      y: clamp(from.y + down * paper.block, 0, paper.edge),
    }
    if (arrow && !draws) {
      const [row, column] = [this.cursor.y, this.cursor.x].map((at) => Math.floor(at / paper.block) + 1)
      this.say(`Row ${row}, column ${column}.`)
      return
    }
    if (!paper.stroke) this.begin("keys")
    if (arrow) paper.extend(from, true)
    paper.extend(this.cursor, !arrow)
    this.rest()
  }

  // ---- words and drawing --------------------------------------------------------------------------------------------

  /** @param {string} text */
  say(text) {
    find(this.root, ".sr").textContent = text
  }

  /** @param {Paper} paper */
  hint({ side, channels, blank }) {
    if (this.sees) return `All the network gets: ${side} × ${side}${channels === 3 ? " × 3" : ""} numbers.`
    if (this.erasing) return blank ? "Rub the drawing off." : "Rub to bring the picture below back."
    return `Draw ${blank ? "" : "over it "}with mouse, finger or pen.`
  }

  refresh() {
    const { paper } = this
    if (!paper) return
    const { touched, history } = paper
    find(this.root, ".caption").textContent = this.hint(paper)
    find(this.root, ".invite").hidden = touched || !paper.blank
    for (const button of all(this.root, ".pen")) {
      setFlag(button, "aria-pressed", !this.erasing && button.dataset.pen === this.pen)
    }
    for (const button of all(this.root, "[data-size]")) {
      setFlag(button, "aria-pressed", Number(button.dataset.size) === this.width)
    }
    setFlag(find(this.root, "[data-erase]"), "aria-pressed", this.erasing)
    setFlag(find(this.root, "[data-toggle]"), "aria-pressed", this.sees)
    const off = { undo: !history.past.length, redo: !history.future.length, clear: !touched }
    for (const [action, isOff] of Object.entries(off)) {
      setFlag(find(this.root, `[data-action=${action}]`), "aria-disabled", isOff)
    }
    this.draw()
  }

  draw() {
    const { canvas, paper } = this
    if (!paper || !canvas.clientWidth) return
    const edge = fit(canvas)
    const g = context(canvas)
    if (this.sees) {
      paper.enlarge(paper.count(), canvas)
      g.strokeStyle = "rgba(140, 140, 140, 0.4)" // readable on black and on white pixels alike
      g.lineWidth = 1
      grid(g, paper.side, (i) => Math.round((i * edge) / paper.side) + 0.5)
    } else {
      g.imageSmoothingEnabled = true
      g.imageSmoothingQuality = "high"
      g.drawImage(paper.work, 0, 0, edge, edge)
    }
    const tip = this.cursor ?? this.hover
    if (tip) this.drawTip(g, (tip.x * edge) / paper.edge, (tip.y * edge) / paper.edge)
  }

  /** The tip of the pen: a ring in black and white, so that it shows on any picture. The eraser's is dashed. @param {CanvasRenderingContext2D} g @param {number} x @param {number} y */
  drawTip(g, x, y) {
    const scale = window.devicePixelRatio || 1
    g.setLineDash(this.erasing ? [5 * scale, 4 * scale] : [])
    for (const white of [false, true]) {
      g.strokeStyle = white ? "#fff" : "rgba(0, 0, 0, 0.7)"
      g.lineWidth = (white ? 1.5 : 3.5) * scale
      g.beginPath()
      g.arc(x, y, (WIDTHS[this.width] * g.canvas.width) / 2, 0, 2 * Math.PI)
      g.stroke()
    }
    g.setLineDash([])
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.quiet)
    clearTimeout(this.later)
    this.wire.close()
    const { data, paper } = this
    if (!data || !paper) return
    paper.takeBack()
    kept.set(data.key, { text: data.base, paper })
    const [oldest] = kept.keys()
    if (kept.size > KEPT) kept.delete(oldest)
  }
}
