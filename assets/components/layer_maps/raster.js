// The sheet with the network's answers on it, as pixels: triangles between its points, their colours evenly in between.
//
// By hand, because a canvas takes several times as long to fill thousands of small paths.

import { SIDE } from "./sheet.js"

/** @typedef {import("../nn/network.js").Plane} Plane */
/** @typedef {import("./views.js").Frame} Frame */
/** @typedef {[red: number, green: number, blue: number]} Rgb */

const STRONGEST = 0.42 // share of the class's colour where the network is sure

/**
 * The colour of each point of the sheet: its likeliest class's, the stronger the surer, and the paper's where two are alike.
 *
 * @param {Plane} answers probabilities of the sheet's points
 * @param {Rgb[]} hues of the classes
 * @param {Rgb} paper
 * @returns {Float32Array} red, green and blue of each point
 */
export function coloured({ width, values }, hues, paper) {
  const out = new Float32Array((3 * values.length) / width)
  for (let p = 0; p * width < values.length; p++) {
    let best = 0
    for (let k = 1; k < width; k++) if (values[p * width + k] > values[p * width + best]) best = k
    const share = STRONGEST * Math.max(0, (values[p * width + best] - 1 / width) / (1 - 1 / width))
    for (let c = 0; c < 3; c++) out[3 * p + c] = (1 - share) * paper[c] + share * hues[best][c]
  }
  return out
}

/**
 * Fill the pixels of a square that the sheet covers; what is folded over covers what lies below.
 *
 * @param {Uint8ClampedArray} pixels red, green, blue, alpha of edge x edge pixels, row by row from above
 * @param {number} edge
 * @param {Float64Array} sheet x and y of its points
 * @param {Float32Array} colours
 * @param {Frame} frame
 * @param {number} by how many points of the sheet an edge of a triangle skips
 */
export function fillSheet(pixels, edge, sheet, colours, { x, y, half }, by) {
  const unit = edge / (2 * half)
  const places = new Float64Array(sheet.length)
  for (let i = 0; i < sheet.length; i += 2) {
    places[i] = (sheet[i] - x + half) * unit - 0.5
    places[i + 1] = (half + y - sheet[i + 1]) * unit - 0.5
  }
  for (let row = 0; row + by < SIDE; row += by)
    for (let column = 0; column + by < SIDE; column += by) {
      const a = row * SIDE + column
      fillTriangle(pixels, edge, places, colours, [a, a + by, a + by * SIDE])
      fillTriangle(pixels, edge, places, colours, [a + by * SIDE + by, a + by * SIDE, a + by])
    }
}

/** @param {Uint8ClampedArray} pixels @param {number} edge @param {Float64Array} at @param {Float32Array} colours @param {[number, number, number]} corners */
function fillTriangle(pixels, edge, at, colours, [a, b, c]) {
  const [ax, ay, bx, by, cx, cy] = [at[2 * a], at[2 * a + 1], at[2 * b], at[2 * b + 1], at[2 * c], at[2 * c + 1]]
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  if (!(Math.abs(area) > 1e-3)) return // folded together, or no number
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx)))
  const right = Math.min(edge - 1, Math.floor(Math.max(ax, bx, cx)))
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy)))
  const bottom = Math.min(edge - 1, Math.floor(Math.max(ay, by, cy)))
  const [r, s, t] = [3 * a, 3 * b, 3 * c]
  for (let py = top; py <= bottom; py++)
    for (let px = left; px <= right; px++) {
      const v = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area
      const w = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area
      const u = 1 - v - w
      if (u < -1e-6 || v < -1e-6 || w < -1e-6) continue
      const p = 4 * (py * edge + px)
      pixels[p] = u * colours[r] + v * colours[s] + w * colours[t]
      pixels[p + 1] = u * colours[r + 1] + v * colours[s + 1] + w * colours[t + 1]
      pixels[p + 2] = u * colours[r + 2] + v * colours[s + 2] + w * colours[t + 2]
      pixels[p + 3] = 255
    }
}
