// A plane of arrows that start at the origin: some can be dragged by their tips, with pointer, finger or arrow keys.
//
// A plane owns no numbers: it tells its owner where a tip was moved to, and draws what it is given.

import { set, shape } from "../kit/svg.js"
import { told } from "./arrows.js"
import { minus } from "./numbers.js"
import { arrowShape, frame, gridLines, hundredths, inPixels, inUnits, kept, placeLabels } from "./plane.js"

const STEP = 0.1 // of the plane's unit, for an arrow key; with Shift a tenth of it
const REST_MS = 250 // keys: the arrow has come to rest
/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/** @typedef {import("./arrows.js").Arrow} Arrow */
/** @typedef {import("./plane.js").Point} Point */
/**
 * @typedef {object} Given
 * @property {Arrow[]} arrows
 * @property {Point[]} chain from tip to tip
 * @property {number | null} reach the plane goes so far each way; null: what is drawn fits
 * @property {string} name of the plane
 */
/** @typedef {{ id: string, pointer: number, off: Point, moved: boolean }} Drag off: from the tip to where it was taken */

export class ArrowPlane {
  /**
   * @param {HTMLElement} host
   * @param {(id: string, at: Point) => void} moved while a tip moves
   * @param {() => void} rested it was let go, or the keys have rested
   */
  constructor(host, moved, rested) {
    this.host = host
    this.moved = moved
    this.rested = rested
    this.svg = shape("svg", "", host)
    this.svg.setAttribute("role", "group")
    this.grid = shape("g", "grid", this.svg)
    this.under = shape("g", "under", this.svg) // what is no arrow of its own: the chain
    this.arrows = shape("g", "arrows", this.svg)
    this.labels = shape("g", "labels", this.svg)
    this.handles = shape("g", "handles", this.svg)
    /** Kept from drawing to drawing: focus and pointer stay. @type {Map<string, SVGGElement>} */
    this.kept = new Map()
    /** @type {Drag | null} */
    this.drag = null
    /** @type {Given | null} */
    this.given = null
    this.room = { width: 0, height: 0, line: 0 }
    /** @type {import("./plane.js").Frame} */
    this.frame = { origin: [0, 0], unit: 1 }
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined
    this.observer = new ResizeObserver(() => {
      if (this.given) this.draw(this.given)
    })
    this.observer.observe(host)
  }

  /** @param {Given} given */
  draw(given) {
    this.given = given
    const { clientWidth: width, clientHeight: height } = this.host
    if (!width || !height) return
    this.room = { width, height, line: 1.3 * Number.parseFloat(getComputedStyle(this.host).fontSize) }
    this.frame = frame(this.room, [...given.arrows.map(({ at }) => at), ...given.chain], given.reach)
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": told(given.name, given.arrows) })
    this.drawGrid(given)
    this.drawArrows(given)
    this.drawLabels(given)
    this.drawHandles(given)
  }

  /** @param {Given} given */
  drawGrid({ reach }) {
    const lines = gridLines(this.room, this.frame, reach !== null).map(({ from, to, axis }) => {
      const line = shape("line", axis ? "axis" : "")
      set(line, { x1: from[0], y1: from[1], x2: to[0], y2: to[1] })
      return line
    })
    this.grid.replaceChildren(...lines)
  }

  /** @param {Point} from @param {Point} to @param {string} className @param {number} largest length of its head */
  arrow(from, to, className, largest) {
    const group = shape("g", className)
    const [start, tip] = [inPixels(this.frame, from), inPixels(this.frame, to)]
    const { end, head } = arrowShape(start, tip, largest)
    set(shape("line", "", group), { x1: start[0], y1: start[1], x2: end[0], y2: end[1] })
    if (head.length) set(shape("path", "", group), { d: `M${head.map((corner) => corner.join(",")).join("L")}Z` })
    return group
  }

  /** @param {Given} given */
  drawArrows({ arrows, chain }) {
    const small = (/** @type {Arrow} */ { kind }) => kind === "key" || kind === "value"
    this.under.replaceChildren(...chain.slice(1).map((to, i) => this.arrow(chain[i], to, "step", 10)))
    this.arrows.replaceChildren(
      ...arrows.map((arrow) => this.arrow([0, 0], arrow.at, arrow.kind, small(arrow) ? 12 : 16)),
    )
  }

  /** Words beside the tips. @param {Given} given */
  drawLabels({ arrows }) {
    const named = arrows.filter(({ label }) => label)
    const texts = named.map(({ kind, label, note }) => {
      const text = shape("text", kind, this.labels)
      text.textContent = label.length > 16 ? `${label.slice(0, 15)}…` : label
      if (note) shape("tspan", "note", text).textContent = ` ${note}`
      return text
    })
    const labels = named.map(({ at }, i) => {
      const [x, y] = inPixels(this.frame, at)
      return { x, y, right: at[0] >= 0, up: at[1] >= 0, wide: texts[i].getComputedTextLength() }
    })
    placeLabels(labels, this.room).forEach(({ start, top }, i) => {
      set(texts[i], { x: start, y: top })
    })
    this.labels.replaceChildren(...texts)
  }

  /** @param {Given} given */
  drawHandles({ arrows }) {
    const can = arrows.filter((arrow) => arrow.can)
    for (const [id, handle] of this.kept) {
      if (can.some((arrow) => arrow.id === id)) continue
      handle.remove()
      this.kept.delete(id)
    }
    for (const { id, kind, name, at } of can) {
      const handle = this.kept.get(id) ?? this.handle(id)
      set(handle, {
        class: `handle ${kind}`,
        transform: `translate(${inPixels(this.frame, at)})`,
        "aria-label": name,
        "aria-valuenow": hundredths(Math.hypot(...at)),
        "aria-valuetext": minus(`right ${at[0].toFixed(2)}, `) + minus(`up ${at[1].toFixed(2)}`),
        "data-x": at[0],
        "data-y": at[1],
      })
    }
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  /** @param {string} id */
  handle(id) {
    const handle = shape("g", "handle", this.handles)
    set(handle, { tabindex: 0, role: "slider", "aria-roledescription": "arrow in the plane" })
    set(handle, { "aria-valuemin": 0, "data-id": id })
    set(shape("circle", "touch", handle), { r: 22 })
    set(shape("circle", "ring", handle), { r: 9 })
    handle.onpointerdown = (event) => this.take(handle, id, event)
    handle.onpointermove = (event) => this.pull(id, event)
    handle.onpointerup = handle.onpointercancel = (event) => this.letGo(event)
    handle.onkeydown = (event) => this.push(id, event)
    this.kept.set(id, handle)
    return handle
  }

  /** @param {string} id @returns {Point} */
  tip(id) {
    return this.given?.arrows.find((arrow) => arrow.id === id)?.at ?? [0, 0]
  }

  /** @param {PointerEvent} event @returns {Point} in pixels of the plane */
  pointer({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect()
    return [clientX - box.left, clientY - box.top]
  }

  /** @param {SVGGElement} handle @param {string} id @param {PointerEvent} event */
  take(handle, id, event) {
    if (event.button || this.drag) return
    event.preventDefault()
    handle.focus({ preventScroll: true })
    handle.setPointerCapture(event.pointerId)
    const [x, y] = inPixels(this.frame, this.tip(id))
    const [right, down] = this.pointer(event)
    this.drag = { id, pointer: event.pointerId, off: [right - x, down - y], moved: false }
  }

  /** @param {string} id @param {PointerEvent} event */
  pull(id, event) {
    const { drag } = this
    if (drag?.pointer !== event.pointerId || drag.id !== id) return
    const [x, y] = this.pointer(event)
    drag.moved = true
    this.move(id, inUnits(this.frame, [x - drag.off[0], y - drag.off[1]]))
  }

  /** @param {PointerEvent} event */
  letGo(event) {
    const { drag } = this
    if (drag?.pointer !== event.pointerId) return
    this.drag = null
    if (drag.moved) this.rested()
  }

  /** @param {string} id @param {KeyboardEvent} event */
  push(id, event) {
    const way = WAYS[event.key]
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const by = event.shiftKey ? STEP / 10 : STEP
    const [x, y] = this.tip(id)
    this.move(id, [x + way[0] * by, y + way[1] * by])
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.rested(), REST_MS)
  }

  /** @param {string} id @param {Point} to */
  move(id, to) {
    this.moved(id, kept(to, this.given?.reach ?? 1))
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.pause)
  }
}
