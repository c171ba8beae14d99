// Where the keyboard leads: in the grid of heads and in the two columns of tokens.

import { clamp } from "../kit/dom.js"

/** @typedef {import("./weights.js").Head} Head */
/** @typedef {import("./weights.js").Spot} Spot */

/** The head that a key leads to; null for a key that means nothing here. @param {string} key @param {Head} head @param {number} layers @param {number} columns */
export function headMove(key, { layer, column }, layers, columns) {
  const steps = /** @type {Record<string, [number, number]>} */ ({
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    Home: [0, -columns],
    End: [0, columns],
  })
  const step = steps[key]
  if (!step) return null
  return { layer: clamp(layer + step[0], 0, layers - 1), column: clamp(column + step[1], 0, columns - 1) }
}

/** The token that a key leads to; null for a key that means nothing here. @param {string} key @param {Spot} spot @param {number} tokens @returns {Spot | null} */
export function tokenMove(key, { side, i }, tokens) {
  if (key === "ArrowLeft") return { side: "query", i }
  if (key === "ArrowRight") return { side: "key", i }
  const places = /** @type {Record<string, number>} */ ({
    ArrowDown: i + 1,
    ArrowUp: i - 1,
    Home: 0,
    End: tokens - 1,
  })
  return key in places ? { side, i: clamp(places[key], 0, tokens - 1) } : null
}
