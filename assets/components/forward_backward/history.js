// The loss over the steps that were taken, as a small line and in words.

import { number } from "./numbers.js"

const [WIDE, TALL] = [100, 30] // of the drawing, in its own units

/** The line as an SVG path; "" for fewer than two losses. @param {number[]} losses */
export function pathOf(losses) {
  if (losses.length < 2) return ""
  const most = Math.max(...losses, 1e-12)
  const place = (/** @type {number} */ loss, /** @type {number} */ i) =>
    `${((WIDE * i) / (losses.length - 1)).toFixed(2)},${(TALL - 1 - ((TALL - 2) * loss) / most).toFixed(2)}`
  return `M${losses.map(place).join("L")}`
}

/** @param {number[]} losses from before the first step on */
export function toldLosses(losses) {
  const last = losses[losses.length - 1]
  if (losses.length < 2) return `Loss ${number(last)}`
  const before = losses[losses.length - 2]
  const way = last < before ? "fell" : last > before ? "rose" : "stayed"
  const from = last === before ? "" : ` from ${number(before)}`
  return `Step ${losses.length - 1}: the loss ${way}${from}${last === before ? " at" : " to"} ${number(last)}`
}
