// Where arrows, their words and the grid of a plane lie, in pixels.

import { clamp } from "../kit/dom.js"

/** @typedef {[x: number, y: number]} Point */
/** @typedef {{ width: number, height: number, line: number }} Room CSS pixels of the plane; line: the height of a label */
/** @typedef {{ origin: Point, unit: number }} Frame where the plane's origin lies, and the pixels of its unit */
/** @typedef {{ x: number, y: number, right: boolean, up: boolean, wide: number }} Label at a tip; which way its arrow points */

const EDGE = 12 // pixels that stay free around what is drawn
const ASIDE = 14 // pixels from a tip to its word
const PASSES = 40 // of moving words apart

/** @param {number} x */
export const hundredths = (x) => Math.round(x * 100) / 100 + 0

/** Where a tip is kept: within reach, on hundredths, so that a link holds it exactly. @param {Point} tip @param {number} reach @returns {Point} */
export const kept = ([x, y], reach) => [hundredths(clamp(x, -reach, reach)), hundredths(clamp(y, -reach, reach))]

/**
 * The frame in which a plane is drawn: `reach` units each way from its middle, or, where that is null, so that all points fit.
 *
 * @param {Room} room
 * @param {Point[]} points
 * @param {number | null} reach
 * @returns {Frame}
 */
export function frame({ width, height, line }, points, reach) {
  if (reach) return { unit: (Math.min(width, height) / 2 - EDGE) / reach, origin: [width / 2, height / 2] }
  const [xs, ys] = [
    [0, ...points.map(([x]) => x)],
    [0, ...points.map(([, y]) => y)],
  ]
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const words = Math.min(0.34 * width, 110) // right of the tips
  let unit = Math.min(
    (width - words - 2 * EDGE) / Math.max(right - left, 1e-9),
    (height - 2 * line) / Math.max(high - low, 1e-9),
  )
  if (!Number.isFinite(unit) || unit > 1e6) unit = 1
  const spare = height - 2 * line - (high - low) * unit
  return { unit, origin: [EDGE - left * unit, line + spare / 2 + high * unit] }
}

/** A point of the plane in pixels. @param {Frame} frame @param {Point} point @returns {Point} */
export const inPixels = ({ origin, unit }, [x, y]) => [origin[0] + x * unit, origin[1] - y * unit]

/** And back. @param {Frame} frame @param {Point} pixel @returns {Point} */
export const inUnits = ({ origin, unit }, [x, y]) => [(x - origin[0]) / unit, (origin[1] - y) / unit]

/**
 * The lines of the grid, from and to; without a reach the axes alone, which come last.
 *
 * @param {Room} room
 * @param {Frame} frame
 * @param {boolean} units
 * @returns {{ from: Point, to: Point, axis: boolean }[]}
 */
export function gridLines({ width, height }, { origin: [ox, oy], unit }, units) {
  /** @param {number} x @returns {{ from: Point, to: Point, axis: boolean }} */
  const upright = (x, axis = false) => ({ from: [x, 0], to: [x, height], axis })
  /** @param {number} y @returns {{ from: Point, to: Point, axis: boolean }} */
  const level = (y, axis = false) => ({ from: [0, y], to: [width, y], axis })
  const lines = []
  for (let i = -Math.floor(ox / unit); units && ox + i * unit <= width; i++) if (i) lines.push(upright(ox + i * unit))
  for (let i = -Math.floor(oy / unit); units && oy + i * unit <= height; i++) if (i) lines.push(level(oy + i * unit))
  return [...lines, upright(ox, true), level(oy, true)]
}

/**
 * An arrow as a line and a head; short ones are a line alone.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {number} largest length of the head
 * @returns {{ end: Point, head: Point[] }} where the line ends, and the corners of the head
 */
export function arrowShape([x1, y1], [x2, y2], largest) {
  const length = Math.hypot(x2 - x1, y2 - y1)
  const size = Math.min(largest, 0.6 * length)
  const [ux, uy] = length ? [(x2 - x1) / length, (y2 - y1) / length] : [1, 0]
  const [bx, by] = [x2 - ux * size, y2 - uy * size]
  const half = 0.42 * size
  /** @type {Point[]} */
  const head = [
    [x2, y2],
    [bx - uy * half, by + ux * half],
    [bx + uy * half, by - ux * half],
  ]
  return { end: [x2 - ux * size * 0.8, y2 - uy * size * 0.8], head: size > 3 ? head : [] }
}

/**
 * Where words stand beside their tips, moved up and down until none covers another.
 *
 * @param {Label[]} labels
 * @param {Room} room
 * @returns {{ start: number, top: number }[]} left end and middle of each
 */
export function placeLabels(labels, { width, height, line }) {
  const items = labels.map(({ x, y, right, up, wide }) => {
    const start = right ? x + ASIDE : x - ASIDE - wide
    const inside = clamp(start, 2, Math.max(2, width - wide - 2))
    const off = inside === start ? 0 : 1.15 * line // no room beside the tip: above or below it
    return { wide, start: inside, top: y + (up ? -off : off) }
  })
  const order = [...items].sort((a, b) => a.top - b.top)
  for (let pass = 0; pass < PASSES && part(order, line, height); pass++);
  return items.map(({ start, top }) => ({ start, top }))
}

/** One pass over the words from top to bottom; whether any was moved. @param {{ start: number, top: number, wide: number }[]} items @param {number} line @param {number} height */
function part(items, line, height) {
  let moved = false
  items.forEach((a, i) => {
    for (const b of items.slice(i + 1)) {
      const gap = b.top - a.top
      const meet = a.start < b.start + b.wide + 6 && b.start < a.start + a.wide + 6
      if (!meet || gap >= line - 0.5) continue
      const shift = (line - gap) / 2
      a.top -= shift
      b.top += shift
      moved = true
    }
    a.top = clamp(a.top, line / 2, height - line / 2)
  })
  return moved
}
