// Hidden cubes of a clip: which they are, how they travel, and what a hand does to them. A cube's number counts slots of time, in a
// slot rows, in a row columns. Whatever changes a mask makes a new one.

import { clamp } from "../kit/dom.js"

/** @typedef {Uint8Array} Mask 1 where a cube is hidden */
/** @typedef {{ slots: number, places: number }} Shape slots of time, and places a side */

/** A mask from hexadecimal digits, four cubes a digit, the first one lowest. @param {string} hex @param {number} count */
export function parse(hex, count) {
  return Uint8Array.from({ length: count }, (_, cube) => (Number.parseInt(hex[cube >> 2] ?? "0", 16) >> (cube & 3)) & 1)
}

/** The inverse of `parse`. @param {Mask} mask */
export function spell(mask) {
  let hex = ""
  for (let at = 0; at < mask.length; at += 4) {
    hex += (mask[at] + 2 * (mask[at + 1] ?? 0) + 4 * (mask[at + 2] ?? 0) + 8 * (mask[at + 3] ?? 0)).toString(16)
  }
  return hex
}

/** How many are hidden; of one slot, where it is given. @param {Mask} mask @param {Shape} shape @param {number} [slot] */
export function count(mask, { places }, slot) {
  const part = slot === undefined ? mask : mask.subarray(slot * places ** 2, (slot + 1) * places ** 2)
  return part.reduce((sum, one) => sum + one, 0)
}

/**
 * The mask with these places of a slot hidden or shown, or of all slots. The same mask where nothing changes.
 *
 * @param {Mask} mask @param {Shape} shape @param {number[]} cells row by row @param {number | null} slot null: all @param {boolean} hide
 */
export function painted(mask, { slots, places }, cells, slot, hide) {
  const made = mask.slice()
  for (let s = 0; s < slots; s++) {
    if (slot === null || s === slot) for (const cell of cells) made[s * places ** 2 + cell] = hide ? 1 : 0
  }
  return made.some((one, cube) => one !== mask[cube]) ? made : mask
}

/** The place below a point in shares of the picture. @param {{ x: number, y: number }} share @param {number} places */
export function cellAt({ x, y }, places) {
  const inside = (/** @type {number} */ v) => clamp(Math.floor(v * places), 0, places - 1)
  return inside(y) * places + inside(x)
}

/** The places on the straight line from one to another, both included. @param {number} from @param {number} to @param {number} places */
export function between(from, to, places) {
  const [x, y] = [from % places, Math.floor(from / places)]
  const [right, down] = [(to % places) - x, Math.floor(to / places) - y]
  const steps = Math.max(Math.abs(right), Math.abs(down), 1)
  return Array.from({ length: steps + 1 }, (_, i) => {
    return Math.round(y + (down * i) / steps) * places + Math.round(x + (right * i) / steps)
  })
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }

/** The place to which a key leads; null where it means nothing here. @param {string} key @param {number} from @param {number} places */
export function walked(key, from, places) {
  if (!ARROWS[key]) return null
  const [right, down] = ARROWS[key]
  const x = clamp((from % places) + right, 0, places - 1)
  return clamp(Math.floor(from / places) + down, 0, places - 1) * places + x
}
