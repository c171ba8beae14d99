// A painter for the mask of a masked auto-encoder, with the network's answer beside it.

import { Desk } from "../kit/desk.js"
import { all, capture, clamp, find, samples, setFlag } from "../kit/dom.js"
import { Pictures } from "../kit/pictures.js"
import { Wire } from "../kit/wire.js"
import { box, cellAt, Editor, line, sorted } from "./editor.js"
import { drawScene } from "./scene.js"
import { hint, Looks, nameOf, sentence } from "./words.js"

const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }

/** @typedef {import("../messages.d.ts").PatchPainterData} Data */
/** @typedef {import("./editor.js").Place} Place */
/** @typedef {{ pointer: number, hide: boolean, start: Place, last: Place }} Drag */

export default class PatchPainter {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".painter")
    this.canvas = find(this.root, "canvas", HTMLCanvasElement)
    this.desk = new Desk(this.root)
    this.pictures = new Pictures(this.root, "patch-shown")
    this.picture = new Image()
    this.picture.onload = () => this.draw()
    this.editor = new Editor(0)
    /** @type {Wire<import("../messages.d.ts").Painted>} */
    this.wire = new Wire({ late: (is) => this.root.toggleAttribute("data-waiting", is) })
    /** @type {import("./words.js").Mode} */
    this.mode = "paint"
    this.peek = false
    this.cursor = 0 // the patch the keyboard is on
    this.keyboard = false // whether the keyboard was used last: only then its patch is drawn
    this.hover = -1
    /** @type {Drag | null} */
    this.drag = null
    this.commits = 0
    this.unsent = false // the mask changed and no message said so yet
    /** @type {Looks | null} */
    this.looks = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined
    this.listen()
    this.observer = new ResizeObserver(() => {
      this.desk.layout()
      this.draw()
    })
    this.observer.observe(this.root)
  }

  get n() {
    return this.editor.n
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  async update({ data, setStateValue }) {
    this.desk.size = data.size
    this.follow(data, setStateValue)
    this.canvas.setAttribute(
      "aria-label",
      `${data.title}. ${this.n} by ${this.n} patches. Arrow keys move, Space hides or shows a patch, Shift with an arrow ` +
        "paints, Control Z undoes, I inverts.",
    )
    find(this.root, ".title").textContent = data.title
    if (this.picture.src !== data.image) this.picture.src = data.image
    this.looks = data.attention && new Looks(data.attention, data.held.value)
    const shown = this.pictures.show(data.tiles, data.result_id, (tiles) => this.desk.place(tiles))
    this.desk.layout()
    this.refresh()
    if (await shown) this.wire.land(data.held.stamp)
  }

  /** @param {Data} data @param {(name: string, value: unknown) => void} setStateValue */
  follow({ held }, setStateValue) {
    const moved = this.wire.receive(held, (name, value) => {
      this.editor.sent()
      setStateValue(name, value)
    })
    const { n, cells, pinned } = held.value
    const first = n !== this.n
    if (first) {
      this.editor = new Editor(n)
      this.drag = null
      this.cursor = 0
      this.hover = -1
    }
    if (!moved && !first) {
      if (held.stamp === this.wire.flight) this.editor.answered()
      return
    }
    if (this.editor.follow(cells, pinned, first)) this.commit() // strokes on top of Python's mask
  }

  // ---- changing the mask --------------------------------------------------------------------------------------------

  /** End the gesture: one step of the history, at most one message. */
  finish(send = true) {
    if (!this.editor.gesture) return
    clearTimeout(this.quiet)
    this.drag = null
    if (this.editor.finish()) this.unsent = true
    if (send && this.unsent) this.commit()
    this.refresh()
  }

  commit() {
    this.unsent = false
    this.commits += 1
    this.root.dataset.committed = String(this.commits)
    this.say(`${this.count()}.`)
    performance.mark("patch-commit")
    this.tell()
  }

  tell() {
    const { n, mask, pinned } = this.editor
    this.wire.offer({ n, cells: sorted(mask), pinned })
  }

  /** @param {string} action */
  act(action) {
    this.finish(false)
    this.editor.begin("button")
    this.apply(action)
    this.finish()
  }

  /** @param {string} action */
  apply(action) {
    if (action === "undo" || action === "redo") this.editor.step(action)
    else if (action === "invert") this.editor.invert()
    else if (action === "clear") this.editor.setAll([])
  }

  /** Keys come in bursts: they change the picture at once and are sent together after a short quiet. @param {() => void} change */
  key(change) {
    if (!this.editor.gesture) this.editor.begin("keys")
    change()
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.finish(), QUIET_MS)
    this.refresh()
  }

  /** Keep the attention of a hidden patch on show, or of none. @param {number} cell */
  pin(cell) {
    this.finish()
    const { editor } = this
    const next = editor.mask.has(cell) && cell !== editor.pinned ? cell : null
    if (next === editor.pinned) return
    editor.pinned = next
    this.tell()
    this.refresh()
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this
    canvas.onpointerdown = (event) => this.pointerDown(event)
    canvas.onpointermove = (event) => this.pointerMove(event)
    canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => this.pointerUp(event)
    canvas.onpointerleave = () => {
      this.hover = -1
      this.refresh()
    }
    canvas.oncontextmenu = (event) => {
      if (this.editor.gesture) event.preventDefault() // a long press is a stroke
    }
    canvas.onkeydown = (event) => this.keyDown(event)
    canvas.onfocus = () => {
      this.keyboard = canvas.matches(":focus-visible")
      this.refresh()
    }
    canvas.onblur = () => {
      this.keyboard = false
      this.refresh()
    }
    for (const button of all(this.root, "button")) button.onclick = () => this.press(button)
  }

  /** @param {HTMLElement} button */
  press(button) {
    if (button.getAttribute("aria-disabled") === "true") return
    const { mode, toggle, action } = button.dataset
    if (mode) this.mode = /** @type {import("./words.js").Mode} */ (mode)
    if (toggle) this.peek = !this.peek
    if (action) this.act(action)
    this.refresh()
  }

  /** @param {PointerEvent} event @returns {Place} */
  place(event) {
    const box = this.canvas.getBoundingClientRect()
    return {
      row: Math.floor(((event.clientY - box.top) / box.height) * this.n),
      column: Math.floor(((event.clientX - box.left) / box.width) * this.n),
    }
  }

  /** @param {PointerEvent} event */
  pointerDown(event) {
    if (event.button !== 0 || !event.isPrimary) return
    const place = this.place(event)
    const cell = cellAt(this.n, place)
    if (cell < 0) return
    this.keyboard = false
    this.cursor = cell
    if (this.mode === "look") {
      this.hover = cell
      this.pin(cell)
      return
    }
    capture(event)
    this.finish(false)
    this.editor.begin("drag")
    const hide = (this.mode !== "erase") !== event.shiftKey
    this.drag = { pointer: event.pointerId, hide, start: place, last: place }
    this.stroke(this.drag, place)
    this.refresh()
  }

  /** @param {PointerEvent} event */
  pointerMove(event) {
    if (!this.drag) {
      if (event.pointerType === "touch") return // a finger does not hover
      const cell = cellAt(this.n, this.place(event))
      if (cell === this.hover) return
      this.hover = cell
      this.keyboard = false
      this.refresh()
    } else if (event.pointerId === this.drag.pointer) {
      for (const sample of samples(event)) this.stroke(this.drag, this.place(sample))
      this.refresh()
    }
  }

  /** @param {PointerEvent} event */
  pointerUp(event) {
    if (!this.drag || event.pointerId !== this.drag.pointer) return
    this.hover = event.pointerType === "touch" ? -1 : cellAt(this.n, this.place(event))
    this.finish()
  }

  /** One more sample of the drag: a line from the last one, or the rectangle from the first one. @param {Drag} drag @param {Place} place */
  stroke(drag, place) {
    if (this.mode === "box") {
      this.editor.takeBack()
      this.editor.set(box(this.n, drag.start, place), drag.hide)
    } else this.editor.set(line(this.n, drag.last, place), drag.hide)
    drag.last = place
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (!(this.drag ? this.escape(event) : this.typed(event))) return
    event.preventDefault()
    event.stopPropagation()
    this.keyboard = true
    this.hover = -1
    this.refresh()
  }

  /** Escape takes the running drag back. @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape") return false
    this.editor.takeBack()
    this.finish()
    return true
  }

  /** Whether the key means something here. @param {KeyboardEvent} event */
  typed(event) {
    const command = event.ctrlKey || event.metaKey
    const letter = event.key.toLowerCase()
    const arrow = ARROWS[event.key]
    if (arrow && !command && !event.altKey) this.walk(arrow, event.shiftKey)
    else if ((event.key === " " || event.key === "Enter") && !command) {
      if (this.mode === "look") this.pin(this.cursor)
      else this.key(() => this.editor.set([this.cursor], !this.editor.mask.has(this.cursor)))
      this.announce()
    } else if (command && (letter === "z" || letter === "y")) {
      this.step(letter === "y" || event.shiftKey ? "redo" : "undo")
    } else if (letter === "i" && !command && !event.altKey) {
      this.key(() => this.editor.invert())
      this.say(`Inverted. ${this.count()}.`)
    } else return false
    return true
  }

  /** @param {[number, number]} arrow @param {boolean} paints */
  walk([down, right], paints) {
    const from = this.cursor
    const row = clamp(Math.floor(from / this.n) + down, 0, this.n - 1)
    this.cursor = row * this.n + clamp((from % this.n) + right, 0, this.n - 1)
    if (paints && this.mode !== "look") {
      this.key(() => this.editor.set([from, this.cursor], this.mode !== "erase"))
    }
    this.announce()
  }

  /** Undo or redo from the keyboard: shown at once, sent after the quiet like every key. @param {"undo" | "redo"} action */
  step(action) {
    this.finish(false)
    this.editor.begin("keys")
    this.apply(action)
    this.finish(false)
    this.key(() => {}) // each step stands alone in the history, yet the message waits for the quiet
    this.say(`${action === "undo" ? "Undone" : "Redone"}. ${this.count()}.`)
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  count() {
    return `${this.editor.mask.size} of ${this.n * this.n} hidden`
  }

  /** @param {string} text */
  say(text) {
    find(this.root, ".sr").textContent = text
  }

  announce() {
    const state = this.editor.mask.has(this.cursor) ? "hidden" : "visible"
    const looked = this.fitting()?.sentence(this.cursor) ?? ""
    this.say(`${sentence(nameOf(this.n, this.cursor))}, ${state}. ${this.count()}. ${looked}`)
  }

  /** Where the network looked, unless a gesture has made another mask since. */
  fitting() {
    return this.looks && !this.editor.gesture && this.looks.fit(this.editor.mask) ? this.looks : null
  }

  /** The patch that is examined: under the pointer, else under the keyboard, else the kept one. */
  examined() {
    const { mask, pinned } = this.editor
    if (this.hover >= 0 && mask.has(this.hover)) return this.hover
    if (this.keyboard && mask.has(this.cursor)) return this.cursor
    return pinned ?? -1
  }

  refresh() {
    const { history, mask } = this.editor
    const looked = this.fitting()?.sentence(this.examined())
    find(this.root, ".caption").textContent = looked ?? hint(this.mode, this.looks !== null)
    find(this.root, ".count").textContent = this.count()
    this.canvas.dataset.mode = this.mode
    for (const button of all(this.root, "button[data-mode]")) {
      setFlag(button, "aria-pressed", button.dataset.mode === this.mode)
    }
    setFlag(find(this.root, "[data-toggle]"), "aria-pressed", this.peek)
    const off = { undo: !history.past.length, redo: !history.future.length, clear: !mask.size }
    for (const [action, isOff] of Object.entries(off)) {
      setFlag(find(this.root, `[data-action=${action}]`), "aria-disabled", isOff)
    }
    this.draw()
  }

  draw() {
    const { canvas, picture, peek } = this
    const { n, mask, pinned } = this.editor
    drawScene({
      canvas,
      picture,
      n,
      mask,
      peek,
      pinned,
      looks: this.fitting(),
      examined: this.examined(),
      cursor: this.keyboard ? this.cursor : -1,
      frame: this.mode === "box" ? this.drag : null,
    })
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.quiet)
    this.wire.close()
  }
}
