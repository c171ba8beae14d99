// Numbers and colours of the pad in words.

import { named } from "./cielab.js"

/** A share, from 0 to 1. @param {number} share */
export function percent(share) {
  const value = 100 * share
  if (value >= 99.5) return value > 99.95 ? "100%" : `${value.toFixed(1)}%`
  return value < 1 ? "<1%" : `${value.toFixed(0)}%`
}

/** A colour by its name, with a and b. @param {[number, number]} ab */
export function spelled([a, b]) {
  const whole = (/** @type {number} */ v) => String(Math.round(v) + 0).replace("-", "−")
  return `${named(a, b)} (${whole(a)}, ${whole(b)})`
}

/** @param {number} pixel @param {number} side */
export const placed = (pixel, side) => `Row ${Math.floor(pixel / side) + 1}, column ${(pixel % side) + 1}`

/** What the slider says. @param {number} temperature */
export function asked(temperature) {
  if (temperature === 0) return "the mode"
  return temperature === 1 ? "the mean" : `T = ${temperature.toFixed(2)}`
}

/** @param {number} count */
export function hintsTold(count) {
  if (!count) return "No hints."
  return `${count} ${count === 1 ? "hint" : "hints"}.`
}
