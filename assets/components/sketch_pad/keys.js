// What keys mean on the pad, and where the keyboard's pen goes.

import { clamp, letterOf } from "../kit/dom.js"

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} Key */
/** @typedef {{ step: "undo" | "redo" } | { dot: true } | { walk: [right: number, down: number], draws: boolean }} Meaning */
/** @typedef {import("./paper.js").Point} Point */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }

/**
 * What a key means; null for one that is not the pad's.
 *
 * @param {Key} key
 * @param {boolean} onCanvas whether the canvas has the focus, and not a button
 * @returns {Meaning | null}
 */
export function meaning({ key, code, shiftKey, ctrlKey, metaKey, altKey }, onCanvas) {
  const letter = letterOf({ key, code })
  if (ctrlKey || metaKey) {
    if (letter === "z") return { step: shiftKey ? "redo" : "undo" }
    return letter === "y" ? { step: "redo" } : null
  }
  if (!onCanvas || altKey) return null
  if (ARROWS[key]) return { walk: ARROWS[key], draws: shiftKey }
  return key === " " ? { dot: true } : null
}

/** The pen one pixel of the small picture further. @param {Point} from @param {[right: number, down: number]} way @param {{ edge: number, block: number }} paper */
export const beside = (from, [right, down], { edge, block }) => ({
  x: clamp(from.x + right * block, 0, edge),
  y: clamp(from.y + down * block, 0, edge),
})

/** Where the pen is, for a screen reader. @param {Point} at @param {{ block: number }} paper */
export function named({ x, y }, { block }) {
  const [row, column] = [y, x].map((place) => Math.floor(place / block) + 1)
  return `Row ${row}, column ${column}.`
}
