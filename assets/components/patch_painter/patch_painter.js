// A painter for the mask of a masked auto-encoder, with the network's answer beside it.

import { Desk } from "../kit/desk.js"
import { find } from "../kit/dom.js"
import { listenTo, shareOf } from "../kit/hand.js"
import { Pictures } from "../kit/pictures.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { box, cellAt, line } from "./editor.js"
import { Gestures } from "./gestures.js"
import { beside, meaning } from "./keys.js"
import { drawScene } from "./scene.js"
import { listen, show } from "./tools.js"
import { hidden, hint, Looks, nameOf, sentence } from "./words.js"

/** @typedef {import("../messages.d.ts").PatchPainterData} Data */
/** @typedef {import("./editor.js").Place} Place */
/** @typedef {{ hide: boolean, start: Place, last: Place }} Drag */

export default class PatchPainter {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".painter")
    this.canvas = find(this.root, "canvas", HTMLCanvasElement)
    this.desk = new Desk(this.root)
    this.pictures = new Pictures(this.root, "patch-shown")
    this.picture = new Image()
    this.picture.onload = () => this.draw()
    /** @type {Wire<import("../messages.d.ts").Painted>} */
    this.wire = new Wire({ late: (is) => this.root.toggleAttribute("data-waiting", is) })
    this.gestures = new Gestures({
      tell: (painted) => this.wire.offer(painted),
      committed: (commits) => this.committed(commits),
      ended: () => {
        this.drag = null
      },
      changed: () => this.refresh(),
    })
    /** @type {import("./words.js").Mode} */
    this.mode = "paint"
    this.peek = false
    this.cursor = 0 // the patch the keyboard is on
    this.keyboard = false // whether the keyboard was used last: only then its patch is drawn
    this.hover = -1
    /** @type {Drag | null} */
    this.drag = null
    /** @type {Looks | null} */
    this.looks = null
    this.listen()
    this.observer = new ResizeObserver(() => {
      this.desk.layout()
      this.draw()
    })
    this.observer.observe(this.root)
  }

  get editor() {
    return this.gestures.editor
  }

  get n() {
    return this.editor.n
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  async update({ data, setStateValue }) {
    this.desk.size = data.size
    this.root.toggleAttribute("data-few", data.few)
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
      this.gestures.restart(n)
      this.drag = null
      this.cursor = 0
      this.hover = -1
    }
    if (!moved && !first) {
      if (held.stamp === this.wire.flight) this.editor.answered()
      return
    }
    if (this.editor.follow(cells, pinned, first)) this.gestures.commit() // strokes on top of Python's mask
  }

  /** @param {number} commits */
  committed(commits) {
    this.root.dataset.committed = String(commits)
    this.say(`${this.count()}.`)
    performance.mark("patch-commit")
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this
    listenTo(canvas, {
      begin: (event) => this.begin(event),
      draw: (between) => {
        for (const sample of between) this.stroke(this.place(sample))
        this.refresh()
      },
      end: (event) => {
        this.hover = event.pointerType === "touch" ? -1 : cellAt(this.n, this.place(event))
        this.gestures.finish()
      },
      hover: (event) => this.point(event),
      running: () => this.drag !== null,
    })
    canvas.onkeydown = (event) => this.keyDown(event)
    canvas.onfocus = () => {
      this.keyboard = canvas.matches(":focus-visible")
      this.refresh()
    }
    canvas.onblur = () => {
      this.keyboard = false
      this.refresh()
    }
    listen(this.root, ({ mode, toggle, action }) => {
      if (mode) this.mode = mode
      if (toggle) this.peek = !this.peek
      if (action) this.gestures.act(action)
      this.refresh()
    })
  }

  /** @param {PointerEvent} event @returns {Place} */
  place(event) {
    const { x, y } = shareOf(this.canvas, event)
    return { row: Math.floor(y * this.n), column: Math.floor(x * this.n) }
  }

  /** @param {PointerEvent} event */
  begin(event) {
    const place = this.place(event)
    const cell = cellAt(this.n, place)
    if (cell < 0) return false
    this.keyboard = false
    this.cursor = cell
    if (this.mode === "look") {
      this.hover = cell
      this.gestures.pin(cell)
      return false
    }
    this.gestures.finish(false)
    this.editor.begin("drag")
    this.drag = { hide: (this.mode !== "erase") !== event.shiftKey, start: place, last: place }
    this.stroke(place)
    this.refresh()
    return true
  }

  /** @param {PointerEvent | null} event */
  point(event) {
    const cell = event ? cellAt(this.n, this.place(event)) : -1
    if (event && cell === this.hover) return
    this.hover = cell
    if (event) this.keyboard = false
    this.refresh()
  }

  /** One more sample of the drag: a line from the last one, or the rectangle from the first one. @param {Place} place */
  stroke(place) {
    const { drag, editor, n } = this
    if (!drag) return
    if (this.mode === "box") {
      editor.takeBack()
      editor.set(box(n, drag.start, place), drag.hide)
    } else editor.set(line(n, drag.last, place), drag.hide)
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
    this.gestures.finish()
    return true
  }

  /** Whether the key means something here. @param {KeyboardEvent} event */
  typed(event) {
    const meant = meaning(event)
    if (!meant) return false
    if ("walk" in meant) this.walk(meant.walk, meant.paints)
    else if (meant.command === "toggle") {
      if (this.mode === "look") this.gestures.pin(this.cursor)
      else this.gestures.key(() => this.editor.set([this.cursor], !this.editor.mask.has(this.cursor)))
      this.announce()
    } else if (meant.command === "invert") {
      this.gestures.key(() => this.editor.invert())
      this.say(`Inverted. ${this.count()}.`)
    } else {
      this.gestures.step(meant.command)
      this.say(`${meant.command === "undo" ? "Undone" : "Redone"}. ${this.count()}.`)
    }
    return true
  }

  /** @param {[down: number, right: number]} way @param {boolean} paints */
  walk(way, paints) {
    const from = this.cursor
    this.cursor = beside(this.n, from, way)
    if (paints && this.mode !== "look") {
      this.gestures.key(() => this.editor.set([from, this.cursor], this.mode !== "erase"))
    }
    this.announce()
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
    const looked = this.fitting()?.sentence(this.examined())
    find(this.root, ".caption").textContent = looked ?? hint(this.mode, this.looks !== null)
    find(this.root, ".count").textContent = this.count()
    tell(this.root, hidden(this.n, this.editor.mask))
    this.canvas.dataset.mode = this.mode
    show(this.root, this)
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
    this.gestures.close()
    this.wire.close()
  }
}
