// Hints: at most one colour a pixel. Whatever changes them makes a new list.

import { clamp } from "../kit/dom.js"

/** @typedef {[pixel: number, swatch: number]} Hint */

/** With this pixel's hint; swatch null takes it away. Beyond `most` the oldest goes. @param {Hint[]} hints @param {number} pixel @param {number | null} swatch @param {number} most @returns {Hint[]} */
export function hinted(hints, pixel, swatch, most) {
  const others = hints.filter(([at]) => at !== pixel)
  if (swatch === null) return others.length === hints.length ? hints : others
  if (hints.some(([at, what]) => at === pixel && what === swatch)) return hints
  /** @type {Hint} */
  const made = [pixel, swatch]
  return [...others, made].slice(-most)
}

/** The pixels on the straight line between two of them, the first left out. @param {number} from @param {number} to @param {number} side */
export function between(from, to, side) {
  const [x, y] = [from % side, Math.floor(from / side)]
  const [right, down] = [(to % side) - x, Math.floor(to / side) - y]
  const steps = Math.max(Math.abs(right), Math.abs(down))
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps
    return Math.round(y + share * down) * side + Math.round(x + share * right)
  })
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }

/** The pixel to which a key leads; null where it means nothing here. @param {string} key @param {number} from @param {number} side */
export function walked(key, from, side) {
  if (key === "Home") return 0
  if (key === "End") return side * side - 1
  if (!ARROWS[key]) return null
  const [right, down] = ARROWS[key]
  const x = clamp((from % side) + right, 0, side - 1)
  const y = clamp(Math.floor(from / side) + down, 0, side - 1)
  return y * side + x
}

/** The pixel below a place in shares of the picture. @param {{ x: number, y: number }} share @param {number} side */
export function pixelAt({ x, y }, side) {
  const inside = (/** @type {number} */ v) => clamp(Math.floor(v * side), 0, side - 1)
  return inside(y) * side + inside(x)
}
