// The latent map's two canvases: the ground with picture and points, and the cross-hair above it.

import { context, fit, theme } from "../kit/canvas.js"
import { clamp } from "../kit/dom.js"
import { drawMark, drawRing, twice } from "../kit/marks.js"
import { OUTSIDE } from "./plane.js"

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {{ x: { at: number }[], y: { at: number }[] }} Ticks */

/**
 * @typedef {object} Ground
 * @property {HTMLCanvasElement} canvas
 * @property {Plane} plane
 * @property {Ticks} ticks
 * @property {ImageBitmap | null} picture behind the points; null: lines at the ticks
 * @property {boolean} points whether they are on show
 * @property {number | null} isolated the group in front of the others
 * @property {import("../kit/marks.js").Look} look
 * @property {number} radius CSS pixels
 */

/** @param {Ground} ground */
export function drawGround({ canvas, plane, ticks, picture, points, isolated, look, radius }) {
  const scale = window.devicePixelRatio || 1
  const edge = fit(canvas)
  const g = context(canvas)
  g.globalAlpha = 1
  g.fillStyle = look.paper
  g.fillRect(0, 0, edge, edge)
  if (picture) {
    g.globalAlpha = points ? 0.6 : 1
    g.imageSmoothingEnabled = picture.width > edge // smaller: evenly; larger: crisp
    g.imageSmoothingQuality = "high"
    g.drawImage(picture, 0, 0, edge, edge)
  } else drawLines(g, plane, ticks, scale)
  if (points) drawPoints(g, plane, isolated, look, radius * scale)
  g.globalAlpha = 1
}

/** @param {CanvasRenderingContext2D} g @param {Plane} plane @param {Ticks} ticks @param {number} scale */
function drawLines(g, plane, ticks, scale) {
  const edge = g.canvas.width
  g.strokeStyle = theme(g.canvas, "--st-text-color", "#000")
  g.lineWidth = Math.max(1, Math.round(scale))
  const shift = (g.lineWidth % 2) / 2
  for (const [axis, list] of [
    ["x", ticks.x],
    ["y", ticks.y],
  ]) {
    for (const { at } of /** @type {{ at: number }[]} */ (list)) {
      const [right, up] = plane.shares({ x: at, y: at })
      g.globalAlpha = at === 0 ? 0.28 : 0.1
      g.beginPath()
      if (axis === "x") {
        g.moveTo(Math.round(right * edge) + shift, shift)
        g.lineTo(Math.round(right * edge) + shift, edge)
      } else {
        g.moveTo(shift, Math.round((1 - up) * edge) + shift)
        g.lineTo(edge, Math.round((1 - up) * edge) + shift)
      }
      g.stroke()
    }
  }
}

/**
 * Each group has one sprite. Points come in a scattered order: where they are sorted by group, no group lies on top.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {Plane} plane
 * @param {number | null} isolated
 * @param {import("../kit/marks.js").Look} look
 * @param {number} radius in pixels of the screen
 */
function drawPoints(g, plane, isolated, look, radius) {
  const { n, groups } = plane
  const edge = g.canvas.width
  /** @type {Map<number, HTMLCanvasElement>} */
  const sprites = new Map()
  const stride = 7919 % n && n > 1 ? 7919 : 1 // a prime: all indices come once
  /** @param {number} alpha @param {(group: number) => boolean} wanted */
  const pass = (alpha, wanted) => {
    g.globalAlpha = alpha
    for (let k = 0; k < n; k++) {
      const i = (k * stride) % n
      const group = groups[i]
      if (group === OUTSIDE || !wanted(group)) continue
      const sprite = sprites.get(group) ?? markOf(group, look, radius)
      sprites.set(group, sprite)
      const half = sprite.width / 2
      const [right, up] = plane.spot(i)
      g.drawImage(sprite, right * edge - half, (1 - up) * edge - half)
    }
  }
  if (isolated === null) pass(0.92, () => true)
  else {
    pass(0.08, (group) => group !== isolated)
    pass(1, (group) => group === isolated)
  }
}

/** A canvas with the mark of one group. @param {number} group @param {import("../kit/marks.js").Look} look @param {number} radius in pixels of the screen */
export function markOf(group, look, radius) {
  const scale = window.devicePixelRatio || 1
  const half = Math.ceil(radius + 2 * scale)
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = 2 * half
  drawMark(context(canvas), group, look, { x: half, y: half, radius, scale })
  return canvas
}

/**
 * @typedef {object} Hand
 * @property {HTMLCanvasElement} canvas
 * @property {Plane} plane
 * @property {import("./plane.js").Place} place of the cross-hair
 * @property {import("../messages.d.ts").LatentMapAnswerData["marks"]} marks
 * @property {number} hover the point under the pointer, or -1
 * @property {number} radius CSS pixels of a point
 */

/** @param {Hand} hand */
export function drawHand({ canvas, plane, place, marks, hover, radius }) {
  const scale = window.devicePixelRatio || 1
  const edge = fit(canvas)
  const g = context(canvas)
  g.clearRect(0, 0, edge, edge)
  /** In pixels of the screen. @param {[number, number]} shares @returns {[number, number]} */
  const pixel = ([right, up]) => [right * edge, (1 - up) * edge]
  if (hover >= 0) drawRing(g, scale, 2, [...pixel(plane.spot(hover)), (radius + 3.5) * scale])
  for (const [x, y, label] of marks) drawLabel(g, scale, pixel(plane.shares({ x, y })), label)
  const [x, y] = pixel(plane.shares(place)).map((at) => Math.floor(at) + 0.5) // sharp lines
  const ring = 10 * scale
  twice(g, scale, 1.5, () => {
    g.beginPath()
    for (const [ax, ay, bx, by] of [
      [0, y, x - ring, y],
      [x + ring, y, edge, y],
      [x, 0, x, y - ring],
      [x, y + ring, x, edge],
    ]) {
      g.moveTo(ax, ay)
      g.lineTo(bx, by)
    }
  })
  drawRing(g, scale, 2.5, [x, y, ring])
}

/** A name on a dark pill, kept inside the plane. @param {CanvasRenderingContext2D} g @param {number} scale @param {[number, number]} at @param {string} label */
function drawLabel(g, scale, at, label) {
  const edge = g.canvas.width
  g.font = `700 ${17 * scale}px ${theme(g.canvas, "--st-font", "sans-serif")}`
  const half = Math.max(13 * scale, g.measureText(label).width / 2 + 7 * scale)
  const x = clamp(at[0], half, edge - half)
  const y = clamp(at[1], 13 * scale, edge - 13 * scale)
  g.beginPath()
  g.roundRect(x - half, y - 13 * scale, 2 * half, 26 * scale, 13 * scale)
  g.fillStyle = "#14171B"
  g.fill()
  g.strokeStyle = "#fff"
  g.lineWidth = 2 * scale
  g.stroke()
  g.fillStyle = "#fff"
  g.textAlign = "center"
  g.textBaseline = "middle"
  g.fillText(label, x, y + scale)
}
