// A curve as a constant and a sum of units: height times ReLU or sigmoid of (weight x + bias).

import { CURVES } from "../nn/activations.js"
import { solve } from "../nn/probe.js"

/** @typedef {"relu" | "sigmoid"} Kind */
/** @typedef {{ weight: number, bias: number, height: number }} Unit */
/** @typedef {{ kind: Kind, units: Unit[], constant: number }} Sum */

export const PLACES = 61
export const WIDE = 1.5 // x goes from -1.5 to 1.5
export const MOST = 20
const TALL = 1 // so far a drawn curve goes up and down
const CELLS = 1295
const BENDS = 60 // places where a ReLU may bend
const SLOPES = [4, 10, 25] // of sigmoids

/** x of every place. */
export const X = Float64Array.from({ length: PLACES }, (_, i) => -WIDE + (2 * WIDE * i) / (PLACES - 1))

/** @param {[weight: number, bias: number, height: number][]} units @param {Kind} kind @returns {Sum} */
const given = (units, kind) => ({
  kind,
  constant: 0,
  units: units.map(([weight, bias, height]) => ({ weight, bias, height })),
})

/** Sums that were given with their weights. @type {Record<string, Sum>} */
export const GIVEN = {
  bump: given(
    [
      [1, 1, 2],
      [1, 0.5, -2],
      [1, -0.5, -2],
      [1, -1, 2],
    ],
    "relu",
  ),
  lecture: given(
    [
      [5, 1, -3],
      [-5, 1, -3],
    ],
    "sigmoid",
  ),
}

/** What one unit adds at x. @param {Kind} kind @param {Unit} unit @param {number} x */
export const piece = (kind, { weight, bias, height }, x) => height * CURVES[kind].of(weight * x + bias)

/** @param {Sum} sum @param {number} x */
export const valueAt = ({ kind, units, constant }, x) =>
  units.reduce((total, unit) => total + piece(kind, unit, x), constant)

/** Where a unit bends, or is steepest. @param {Unit} unit */
export const bend = ({ weight, bias }) => -bias / weight

/** A curve at every place; null where there is none. @param {string} name @param {string} drawn @returns {Float64Array | null} */
export function curveOf(name, drawn) {
  if (name in GIVEN) return X.map((x) => valueAt(GIVEN[name], x))
  if (name === "sine") return X.map((x) => 0.8 * Math.sin(4 * x))
  if (name === "step") return X.map((x) => (x < 0 ? -0.6 : 0.6))
  return unpack(drawn)
}

/** @param {Float64Array} curve from -1 to 1 */
export const pack = (curve) =>
  Array.from(curve, (y) =>
    Math.round(((Math.min(TALL, Math.max(-TALL, y)) + TALL) / (2 * TALL)) * CELLS)
      .toString(36)
      .padStart(2, "0"),
  ).join("")

/** @param {string} text @returns {Float64Array | null} */
export function unpack(text) {
  const cells = text.match(/[0-9a-z]{2}/g) ?? []
  if (cells.length !== PLACES) return null
  return Float64Array.from(cells, (cell) => (Number.parseInt(cell, 36) / CELLS) * 2 * TALL - TALL)
}

/** The units to choose from. @param {Kind} kind @returns {Unit[]} */
function candidates(kind) {
  const bends = Array.from({ length: BENDS }, (_, i) => -WIDE + (2 * WIDE * i) / BENDS)
  if (kind === "relu")
    return bends.flatMap((at) => [1, -1].map((weight) => ({ weight, bias: -weight * at, height: 1 })))
  return bends
    .filter((_, i) => i % 2 === 0)
    .flatMap((at) => SLOPES.map((weight) => ({ weight, bias: -weight * at, height: 1 })))
}

/** @param {Float64Array} a @param {Float64Array} b */
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0)

/**
 * Units one after another, each the one that lowers the squared error most beside those before it (orthogonal least squares; Chen,
 * Cowan and Grant 1991), and the error after each.
 *
 * @param {Float64Array} curve
 * @param {Kind} kind
 * @returns {{ order: Unit[], errors: number[] }} errors: root mean squares, of the constant alone first
 */
export function greedy(curve, kind) {
  const units = candidates(kind)
  const columns = units.map((unit) => X.map((x) => piece(kind, unit, x)))
  let rest = curve.slice()
  const take = (/** @type {Float64Array} */ direction) => {
    const size = Math.sqrt(dot(direction, direction))
    const q = direction.map((x) => x / size)
    const along = dot(q, rest)
    rest = rest.map((y, i) => y - along * q[i])
    for (const [c, column] of columns.entries()) {
      const share = dot(q, column)
      columns[c] = column.map((x, i) => x - share * q[i])
    }
  }
  const error = () => Math.sqrt(dot(rest, rest) / PLACES)
  take(X.map(() => 1))
  /** @type {Unit[]} */
  const order = []
  const errors = [error()]
  while (order.length < MOST) {
    let [best, most] = [-1, 1e-12]
    columns.forEach((column, c) => {
      const size = dot(column, column)
      const gain = size > 1e-9 ? dot(column, rest) ** 2 / size : 0
      if (gain > most) [best, most] = [c, gain]
    })
    if (best < 0) break
    order.push(units[best])
    take(columns[best])
    errors.push(error())
  }
  return { order, errors }
}

/** Heights and the constant by least squares. @param {Float64Array} curve @param {Kind} kind @param {Unit[]} units @returns {Sum} */
export function fitted(curve, kind, units) {
  const columns = [...units.map((unit) => X.map((x) => piece(kind, { ...unit, height: 1 }, x))), X.map(() => 1)]
  const n = columns.length
  const matrix = Float64Array.from(
    { length: n * n },
    (_, i) => dot(columns[Math.floor(i / n)], columns[i % n]) + (i % (n + 1) === 0 ? 1e-9 : 0),
  )
  const heights = solve(
    matrix,
    Float64Array.from(columns, (column) => dot(column, curve)),
    n,
  )
  return { kind, constant: heights[n - 1], units: units.map((unit, i) => ({ ...unit, height: heights[i] })) }
}

/** The root mean square of what is left. @param {Sum} sum @param {Float64Array} curve */
export const errorOf = (sum, curve) =>
  Math.sqrt(curve.reduce((total, y, i) => total + (y - valueAt(sum, X[i])) ** 2, 0) / PLACES)

/**
 * Draw on a curve from one place to another; where it comes back, the newest counts.
 *
 * @param {Float64Array | null} curve
 * @param {[x: number, y: number]} from
 * @param {[x: number, y: number]} to
 */
export function drawnOn(curve, from, to) {
  const out = curve?.slice() ?? new Float64Array(PLACES)
  const place = (/** @type {number} */ x) =>
    Math.min(PLACES - 1, Math.max(0, Math.round(((x + WIDE) / (2 * WIDE)) * (PLACES - 1))))
  const [a, b] = [place(from[0]), place(to[0])]
  const step = a <= b ? 1 : -1
  for (let i = a; ; i += step) {
    const t = a === b ? 1 : (i - a) / (b - a)
    out[i] = Math.min(TALL, Math.max(-TALL, (1 - t) * from[1] + t * to[1]))
    if (i === b) return out
  }
}
