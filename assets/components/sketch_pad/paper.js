// The picture that is drawn on, its strokes and its history.
//
// One canvas holds the picture at `edge` = side x block pixels, all of them opaque: the base with the ink on it. What the
// network gets is the mean of each block. The eraser is a pen whose ink is the base.

import { context, surface } from "../kit/canvas.js"
import { clamp, same } from "../kit/dom.js"
import { History } from "../kit/history.js"
import { isBlank, isLight, reduce, rgba } from "./pixels.js"

const EDGE = 560 // the least edge of the canvas that is drawn on: 20 samples a pixel and direction at 28 x 28
const STEPS = 50

/** @typedef {{ x: number, y: number }} Point in pixels of the canvas that is drawn on */
/** @typedef {{ x: number, y: number, image: ImageData, pixels: Uint8Array }} Step a part of the picture, and its pixels */
/**
 * @typedef {object} Stroke
 * @property {"drag" | "keys"} kind
 * @property {Uint8Array} before the pixels without it
 * @property {(Point & { lift: boolean })[]} points lift: nothing is drawn on the way there
 * @property {string | null} ink null: the base
 * @property {number} width
 * @property {{ left: number, top: number, right: number, bottom: number }} touched
 */

/** In memory: it is read with each message. @param {HTMLCanvasElement} canvas */
const pen = (canvas) => context(canvas, { willReadFrequently: true })

export class Paper {
  /** @param {number} side @param {number} channels @param {Uint8Array} base @param {Uint8Array} drawing */
  constructor(side, channels, base, drawing) {
    this.side = side
    this.channels = channels
    this.base = base
    this.blank = isBlank(base)
    this.light = isLight(base)
    this.block = Math.ceil(EDGE / side)
    this.edge = this.block * side
    this.small = surface(side)
    this.ground = surface(this.edge)
    this.spare = surface(this.edge) // the picture as it was before the running stroke
    this.work = surface(this.edge)
    /** @type {History<Step>} */
    this.history = new History(STEPS)
    /** @type {Stroke | null} */
    this.stroke = null
    this.pixels = drawing
    this.stale = false // whether the running stroke is not in the pixels yet
    this.enlarge(base, this.ground)
    this.enlarge(drawing, this.work)
  }

  /** Take over the sharp picture and the history of a pad that showed the same. @param {Paper} other */
  inherit(other) {
    this.work = other.work
    this.history = other.history
  }

  get touched() {
    return this.stroke !== null || !same(this.pixels, this.base)
  }

  /** Small pixels onto a canvas, each as one block. @param {Uint8Array} bytes @param {HTMLCanvasElement} canvas */
  enlarge(bytes, canvas) {
    const { side } = this
    pen(this.small).putImageData(new ImageData(rgba(bytes, this.channels), side, side), 0, 0)
    const g = pen(canvas)
    g.imageSmoothingEnabled = false
    g.drawImage(this.small, 0, 0, canvas.width, canvas.height)
  }

  /** What the network gets, the running stroke included. */
  count() {
    if (this.stale) {
      const { data } = pen(this.work).getImageData(0, 0, this.edge, this.edge)
      this.pixels = reduce(data, this.side, this.channels, this.block)
      this.stale = false
    }
    return this.pixels
  }

  // ---- steps that Undo takes back -----------------------------------------------------------------------------------

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Uint8Array} pixels
   * @param {[x: number, y: number, width: number, height: number]} box
   * @returns {Step}
   */
  cut(canvas, pixels, [x, y, width, height]) {
    return { x, y, image: pen(canvas).getImageData(x, y, width, height), pixels }
  }

  /** Another picture in the place of this one. @param {Uint8Array} bytes */
  replace(bytes) {
    if (same(bytes, this.pixels)) return false
    this.history.remember(this.cut(this.work, this.pixels, [0, 0, this.edge, this.edge]))
    this.enlarge(bytes, this.work)
    this.pixels = bytes
    return true
  }

  /** @param {"undo" | "redo"} way */
  step(way) {
    return this.history.step(way, ({ x, y, image, pixels }) => {
      const here = this.cut(this.work, this.pixels, [x, y, image.width, image.height])
      pen(this.work).putImageData(image, x, y)
      this.pixels = pixels
      return here
    })
  }

  // ---- strokes ------------------------------------------------------------------------------------------------------

  /** @param {Stroke["kind"]} kind @param {string | null} ink @param {number} width */
  begin(kind, ink, width) {
    pen(this.spare).drawImage(this.work, 0, 0)
    const touched = {
      left: Number.POSITIVE_INFINITY,
      top: Number.POSITIVE_INFINITY,
      right: Number.NEGATIVE_INFINITY,
      bottom: Number.NEGATIVE_INFINITY,
    }
    this.stroke = { kind, before: this.pixels, points: [], ink, width, touched }
  }

  /** Draw on to one more point. @param {Point} point */
  extend({ x, y }, lift = false) {
    const { stroke } = this
    if (!stroke) return
    const { points, ink, width, touched } = stroke
    const from = lift || !points.length ? { x, y } : points[points.length - 1]
    points.push({ x, y, lift })
    const g = pen(this.work)
    g.strokeStyle = g.fillStyle = ink ?? g.createPattern(this.ground, "no-repeat") ?? ""
    g.lineWidth = width
    g.lineCap = g.lineJoin = "round"
    g.beginPath()
    if (from.x === x && from.y === y) {
      g.arc(x, y, width / 2, 0, 2 * Math.PI) // a line of no length has no caps
      g.fill()
    } else {
      g.moveTo(from.x, from.y)
      g.lineTo(x, y)
      g.stroke()
    }
    const reach = width / 2 + 2
    touched.left = Math.min(touched.left, from.x - reach, x - reach)
    touched.top = Math.min(touched.top, from.y - reach, y - reach)
    touched.right = Math.max(touched.right, from.x + reach, x + reach)
    touched.bottom = Math.max(touched.bottom, from.y + reach, y + reach)
    this.stale = true
  }

  /** End the stroke without a trace of it; returns it. */
  takeBack() {
    const { stroke } = this
    if (!stroke) return null
    this.stroke = null
    pen(this.work).drawImage(this.spare, 0, 0)
    this.pixels = stroke.before
    this.stale = false
    return stroke
  }

  /** A stroke once more, on top of what stands there now. @param {Stroke} stroke */
  repeat({ kind, ink, width, points }) {
    this.begin(kind, ink, width)
    for (const { x, y, lift } of points) this.extend({ x, y }, lift)
  }

  /** End the stroke: one step of the history, unless the network sees nothing of it. */
  finish() {
    const { stroke } = this
    if (!stroke) return
    this.count()
    this.stroke = null
    if (same(this.pixels, stroke.before)) pen(this.work).drawImage(this.spare, 0, 0)
    else this.history.remember(this.cut(this.spare, stroke.before, this.within(stroke.touched)))
  }

  /** @param {Stroke["touched"]} box @returns {[number, number, number, number]} the part in the picture, in whole pixels */
  within(box) {
    const inside = (/** @type {number} */ at) => clamp(Math.round(at), 0, this.edge)
    const [left, top] = [inside(box.left), inside(box.top)]
    return [left, top, inside(box.right) - left, inside(box.bottom) - top]
  }
}
