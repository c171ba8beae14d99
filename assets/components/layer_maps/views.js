// How the numbers of a layer lie in a plane: which two directions are drawn, and how much of them.

import { polar, principal } from "../nn/polar.js"

/** @typedef {import("../nn/network.js").Plane} Plane */
/** @typedef {{ x: number, y: number, half: number }} Frame the middle of a square, and half its edge */
/** @typedef {{ basis: [Float64Array, Float64Array], center: Float64Array, kind: "axes" | "pca" | "corners" }} View */
/** @typedef {[number, number] | null} Pair of neurons, from 0; null: PCA */

const MARGIN = 1.22
const LEAST = 0.25 // half of the smallest frame: a layer that has fallen together

/** Where the corners of the simplex lie: all the weight on one class. @param {number} count of classes @returns {[number, number][]} */
export function corners(count) {
  if (count === 2)
    return [
      [1, 0],
      [0, 1],
    ]
  if (count === 4)
    return [
      [-1, 1],
      [1, 1],
      [-1, -1],
      [1, -1],
    ]
  return Array.from({ length: count }, (_, k) => {
    const angle = Math.PI / 2 + (2 * Math.PI * k) / count
    return [Math.cos(angle), Math.sin(angle)]
  })
}

/** The two axes of a plane of at most two numbers, or two neurons of a wider one. @param {number} width @param {number} i @param {number} j @returns {View} */
function axes(width, i, j) {
  const unit = (/** @type {number} */ k) => Float64Array.from({ length: width }, (_, c) => Number(c === k))
  return { basis: [unit(i), unit(j)], center: new Float64Array(width), kind: "axes" }
}

/** Scores and probabilities by the corners of their classes. @param {number} count @returns {View} */
function byCorners(count) {
  const at = corners(count)
  const basis = /** @type {[Float64Array, Float64Array]} */ ([0, 1].map((d) => Float64Array.from(at, (one) => one[d])))
  return { basis, center: new Float64Array(count), kind: "corners" }
}

/**
 * The plane in which the points vary most. Within that plane it lies as `before` lay, so that it does not jump while a
 * network learns.
 *
 * @param {Plane} plane
 * @param {View | undefined} before
 * @returns {View}
 */
function pca({ width, values }, before) {
  const n = Math.max(1, values.length / width)
  const center = new Float64Array(width)
  for (let i = 0; i < values.length; i++) center[i % width] += values[i] / n
  const covariance = new Float64Array(width * width)
  for (let at = 0; at < values.length; at += width)
    for (let c = 0; c < width; c++)
      for (let d = 0; d < width; d++)
        covariance[c * width + d] += ((values[at + c] - center[c]) * (values[at + d] - center[d])) / n
  const found = principal({ rows: width, columns: width, values: covariance }, 2).map(upright)
  const basis = /** @type {[Float64Array, Float64Array]} */ (found)
  if (before?.kind !== "pca" || before.center.length !== width) return { basis, center, kind: "pca" }
  const dot = (/** @type {Float64Array} */ a, /** @type {Float64Array} */ b) =>
    a.reduce((sum, x, i) => sum + x * b[i], 0)
  const turned = polar({
    rows: 2,
    columns: 2,
    values: Float64Array.from(before.basis.flatMap((b) => basis.map((a) => dot(b, a)))),
  })
  const [p, q, r, s] = turned.values
  if (Math.abs(p * s - q * r) < 0.5) return { basis, center, kind: "pca" }
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => basis[0].map((x, i) => a * x + b * basis[1][i])
  return { basis: [mix(p, q), mix(r, s)], center, kind: "pca" }
}

/** With its largest number positive. @param {Float64Array} direction */
function upright(direction) {
  const most = direction.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
  return most < 0 ? direction.map((x) => -x) : direction
}

/**
 * How each plane of a stack is drawn.
 *
 * @param {Plane[]} planes of the training points
 * @param {Pair} pair
 * @param {View[]} before
 * @returns {View[]}
 */
export function viewsOf(planes, pair, before) {
  return planes.map((plane, i) => {
    const { width } = plane
    if (i >= planes.length - 2 && width > 2) return byCorners(width)
    if (width <= 2) return axes(width, 0, 1)
    if (pair && Math.max(...pair) < width) return axes(width, ...pair)
    return pca(plane, before[i])
  })
}

/** Where the rows lie: x and y of each. @param {Plane} plane @param {View} view @returns {Float64Array} */
export function placed({ width, values }, { basis, center }) {
  const n = values.length / width
  const out = new Float64Array(2 * n)
  for (let r = 0; r < n; r++)
    for (let c = 0; c < width; c++) {
      const x = values[r * width + c] - center[c]
      out[2 * r] += basis[0][c] * x
      out[2 * r + 1] += basis[1][c] * x
    }
  return out
}

/**
 * The square that shows all these places; with axes, the origin as well.
 *
 * @param {Float64Array} places
 * @param {boolean} origin
 * @returns {Frame}
 */
export function frameOf(places, origin) {
  const [low, high] = origin
    ? [
        [0, 0],
        [0, 0],
      ]
    : [
        [Infinity, Infinity],
        [-Infinity, -Infinity],
      ]
  for (let i = 0; i < places.length; i++) {
    low[i % 2] = Math.min(low[i % 2], places[i])
    high[i % 2] = Math.max(high[i % 2], places[i])
  }
  if (!(low[0] <= high[0])) return { x: 0, y: 0, half: 1 }
  const half = Math.max(LEAST, (MARGIN * Math.max(high[0] - low[0], high[1] - low[1])) / 2)
  return { x: (low[0] + high[0]) / 2, y: (low[1] + high[1]) / 2, half }
}

/** Between two lists of places: 0 is the first, 1 the second, exactly. @param {Float64Array} a @param {Float64Array} b @param {number} t */
export function between(a, b, t) {
  if (t <= 0) return a
  if (t >= 1) return b
  return a.map((x, i) => (1 - t) * x + t * b[i])
}

/** @param {Frame} a @param {Frame} b @param {number} t @returns {Frame} */
export function frameBetween(a, b, t) {
  const mix = (/** @type {number} */ x, /** @type {number} */ y) => (1 - t) * x + t * y
  if (t <= 0 || t >= 1) return t <= 0 ? a : b
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), half: mix(a.half, b.half) }
}
