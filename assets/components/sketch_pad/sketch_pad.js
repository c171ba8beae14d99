// A pad on which a person draws a small picture, with the network's answers beside it.

import { Desk } from "../kit/desk.js"
import { find } from "../kit/dom.js"
import { listenTo, shareOf } from "../kit/hand.js"
import { Pictures } from "../kit/pictures.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { keep, restore } from "./kept.js"
import { beside, meaning, named } from "./keys.js"
import { Paper } from "./paper.js"
import { drawn, toBytes, toText } from "./pixels.js"
import { drawScene, hint, WIDTHS } from "./scene.js"
import { Sending } from "./sending.js"
import { listen, offerPens, show } from "./tools.js"

/** @type {Record<string, string>} */
const DONE = { undo: "Undone.", redo: "Redone.", clear: "Cleared." }

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
      landed: () => {
        if (this.paper?.stroke && this.paper.stale) this.sending.offer()
      },
    })
    this.sending = new Sending({
      pixels: () => this.paper?.count() ?? null,
      moving: () => !!this.paper?.stroke,
      busy: () => this.wire.busy,
      tell: (pixels) => this.tell(pixels),
      rested: () => this.finish(),
    })
    /** @type {Data | null} */
    this.data = null
    /** @type {Paper | null} */
    this.paper = null
    /** @type {Data["pens"]} */
    this.pens = []
    /** What the drawing is drawn on. */
    this.revision = ""
    this.pen = "" // name of the pen in hand
    this.erasing = false
    this.width = 1
    this.sees = false
    /** Where the pointer is. @type {import("./paper.js").Point | null} */
    this.hover = null
    /** Where the keyboard is. @type {import("./paper.js").Point | null} */
    this.cursor = null
    this.commits = 0
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
    const { side, channels, pixels } = data.held.value
    tell(this.root, drawn(toBytes(data.base), toBytes(pixels), side, channels))
    find(this.root, ".title").textContent = data.title
    find(this.root, ".count").textContent = `${side} × ${side}`
    this.canvas.setAttribute(
      "aria-label",
      `${data.title}. A picture of ${side} by ${side} pixels to draw on. ` +
        "Arrow keys move the pen, Shift with an arrow draws, Space makes a dot, Control Z undoes, Control Y redoes.",
    )
    this.takePens(data.pens)
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
    this.sending.known = drawing
    this.sending.hold()
    const stroke = this.paper?.takeBack()
    if (other || !this.paper) {
      this.start(data, drawing)
      return
    }
    this.paper.replace(drawing)
    if (!stroke) return
    this.paper.repeat(stroke)
    if (stroke.kind === "keys") this.sending.rest()
    else this.sending.offer()
  }

  /** @param {Data} data @param {Uint8Array} drawing */
  start(data, drawing) {
    const { side, channels } = data.held.value
    this.paper = new Paper(side, channels, toBytes(data.base), drawing)
    this.cursor = null
    restore(data.key, data.base, this.paper)
    find(this.root, ".invite").dataset.on = this.paper.light ? "light" : "dark"
  }

  /** @param {Data["pens"]} pens */
  takePens(pens) {
    if (JSON.stringify(pens) === JSON.stringify(this.pens)) return
    this.pens = pens
    if (!pens.some(([name]) => name === this.pen)) this.pen = pens[0][0]
    offerPens(this.root, pens)
  }

  // ---- changing the drawing -----------------------------------------------------------------------------------------

  /** @param {"drag" | "keys"} kind */
  begin(kind) {
    if (!this.paper) return
    const ink = this.erasing ? null : (this.pens.find(([name]) => name === this.pen)?.[1] ?? null)
    this.paper.begin(kind, ink, WIDTHS[this.width] * this.paper.edge)
    this.sending.begin()
  }

  /** End the stroke: one step of the history, one message. */
  finish() {
    this.sending.hold()
    this.paper?.finish()
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
    this.sending.send()
    this.refresh()
  }

  /** @param {Uint8Array} pixels */
  tell(pixels) {
    if (!this.paper) return
    const { side, channels } = this.paper
    this.wire.send({ side, channels, revision: this.revision, pixels: toText(pixels) })
  }

  // ---- pointer and keyboard -----------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this
    listenTo(canvas, {
      begin: (event) => this.touch(event),
      draw: (between, event) => this.draws(between, event),
      end: () => {
        this.finish()
        this.say(this.erasing ? "Erased." : "Stroke drawn.")
      },
      hover: (event) => {
        this.hover = event && this.place(event)
        this.draw()
      },
      running: () => this.dragging,
    })
    canvas.onblur = () => {
      this.cursor = null
      this.draw()
    }
    this.root.onkeydown = (event) => this.keyDown(event)
    listen(this.root, (pressed) => this.press(pressed))
  }

  /** @param {import("./tools.js").Pressed} pressed */
  press({ pen, erase, size, toggle, action }) {
    if (pen !== undefined) this.pen = pen
    if (pen !== undefined || erase !== undefined) this.erasing = erase !== undefined
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
    const { x, y } = shareOf(this.canvas, event)
    const edge = this.paper?.edge ?? 0
    return { x: x * edge, y: y * edge }
  }

  get dragging() {
    return this.paper?.stroke?.kind === "drag"
  }

  /** @param {PointerEvent} event */
  touch(event) {
    if (!this.paper) return false
    if (this.paper.stroke) this.finish()
    this.cursor = null
    this.begin("drag")
    this.draws([event], event)
    return true
  }

  /** @param {PointerEvent[]} between @param {PointerEvent} event */
  draws(between, event) {
    for (const sample of between) this.paper?.extend(this.place(sample))
    this.hover = event.pointerType === "touch" ? null : this.place(event)
    this.sending.offer()
    this.refresh()
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
    const meant = meaning(event, event.target === this.canvas)
    if (!meant) return false
    if ("step" in meant) {
      this.act(meant.step)
      this.sending.rest()
      return true
    }
    const from = this.cursor ?? { x: paper.edge / 2, y: paper.edge / 2 }
    const walks = "walk" in meant
    this.cursor = walks ? beside(from, meant.walk, paper) : from
    if (walks && !meant.draws) {
      this.say(named(this.cursor, paper))
      return true
    }
    if (!paper.stroke) this.begin("keys")
    if (walks) paper.extend(from, true)
    paper.extend(this.cursor, !walks)
    this.sending.rest()
    return true
  }

  // ---- words and drawing --------------------------------------------------------------------------------------------

  /** @param {string} text */
  say(text) {
    find(this.root, ".sr").textContent = text
  }

  refresh() {
    const { paper, pen, erasing, width, sees } = this
    if (!paper) return
    find(this.root, ".caption").textContent = hint(paper, sees, erasing)
    find(this.root, ".invite").hidden = paper.touched || !paper.blank
    show(this.root, { pen, erasing, width, sees, paper })
    this.draw()
  }

  draw() {
    const { canvas, paper, sees, erasing, width } = this
    if (paper) drawScene({ canvas, paper, sees, erasing, width, tip: this.cursor ?? this.hover })
  }

  close() {
    this.observer.disconnect()
    this.sending.close()
    this.wire.close()
    const { data, paper } = this
    if (!data || !paper) return
    paper.takeBack()
    keep(data.key, data.base, paper)
  }
}
