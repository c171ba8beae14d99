// A person's own points and edits as short texts, for the address. The twin of core/lessons/layers/packed.py.

/** @typedef {[x: number, y: number, group: number]} Point */
/** @typedef {import("../nn/run.js").Edit} Edit */

export const MOST_POINTS = 400
export const MOST_EDITS = 20
const REACH = 3.2 // of a coordinate
const CELLS = 1295 // two digits in base 36

/** A coordinate as two digits. @param {number} x */
const digits = (x) =>
  Math.round(((Math.min(REACH, Math.max(-REACH, x)) + REACH) / (2 * REACH)) * CELLS)
    .toString(36)
    .padStart(2, "0")

/** @param {string} text */
const coordinate = (text) => (Number.parseInt(text, 36) / CELLS) * 2 * REACH - REACH

/** Five characters a point. @param {Point[]} points */
export const packPoints = (points) =>
  points
    .slice(0, MOST_POINTS)
    .map(([x, y, group]) => digits(x) + digits(y) + group)
    .join("")

/** @param {string} text @returns {Point[]} */
export function unpackPoints(text) {
  return (text.match(/[0-9a-z]{4}[0-3]/g) ?? []).map((one) => [
    coordinate(one.slice(0, 2)),
    coordinate(one.slice(2, 4)),
    Number(one[4]),
  ])
}

/** step:layer:index:value, joined by "_". @param {Edit[]} edits */
export const packEdits = (edits) =>
  edits
    .slice(-MOST_EDITS)
    .map(({ step, layer, index, value }) => `${step}:${layer}:${index}:${value}`)
    .join("_")

/** @param {string} text @returns {Edit[]} */
export function unpackEdits(text) {
  if (!text) return []
  return text.split("_").map((one) => {
    const [step, layer, index, value] = one.split(":").map(Number)
    return { step, layer, index, value }
  })
}
