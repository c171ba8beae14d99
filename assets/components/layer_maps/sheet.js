// The input plane as a sheet of squares, which the layers move and fold; and on it the line where the network's answer changes.

import { REACH } from "../nn/data.js"

/** @typedef {import("../nn/network.js").Plane} Plane */

export const SIDE = 41 // points along an edge of the sheet
export const EDGE = REACH + 0.2

/** Where line i of the sheet lies in the input plane. @param {number} i */
const at = (i) => -EDGE + (2 * EDGE * i) / (SIDE - 1)

/** x and y of every point of the sheet, row by row from below. */
export const SHEET = Float64Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
  const point = Math.floor(i / 2)
  return i % 2 ? at(Math.floor(point / SIDE)) : at(point % SIDE)
})

/**
 * The decision boundary in the input plane, as pieces of straight line: x and y of both ends of each. For each class it is
 * the line on which its score equals the largest of the others, between the points of the sheet.
 *
 * @param {Plane} scores of the sheet's points
 * @returns {Float64Array}
 */
export function boundary({ width, values }) {
  /** @type {number[]} */
  const found = []
  const lead = new Float64Array(SIDE * SIDE)
  for (let k = 0; k < (width === 2 ? 1 : width); k++) {
    for (let p = 0; p < lead.length; p++) {
      let most = Number.NEGATIVE_INFINITY
      for (let c = 0; c < width; c++) if (c !== k) most = Math.max(most, values[p * width + c])
      lead[p] = values[p * width + k] - most
    }
    for (let row = 0; row + 1 < SIDE; row++)
      for (let column = 0; column + 1 < SIDE; column++) {
        const p = row * SIDE + column
        cut(lead, p, p + 1, p + SIDE, found)
        cut(lead, p + SIDE + 1, p + SIDE, p + 1, found)
      }
  }
  return Float64Array.from(found)
}

/**
 * Where the line crosses a triangle.
 *
 * @param {Float64Array} lead
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number[]} found
 */
function cut(lead, a, b, c, found) {
  const before = found.length
  for (const [p, q] of [
    [a, b],
    [b, c],
    [c, a],
  ]) {
    const [u, v] = [lead[p], lead[q]]
    if (u > 0 === v > 0) continue
    const t = u / (u - v)
    found.push((1 - t) * SHEET[2 * p] + t * SHEET[2 * q], (1 - t) * SHEET[2 * p + 1] + t * SHEET[2 * q + 1])
  }
  if (found.length - before !== 4) found.length = before
}
