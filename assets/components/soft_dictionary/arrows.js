// Which arrows the two planes show: of the keys and the query, of the values and the merged vector.

import { chain, valueArrows } from "./lookup.js"
import { pair } from "./numbers.js"

/** @typedef {import("./lookup.js").Data} Data */
/** @typedef {import("./lookup.js").Asked} Asked */
/** @typedef {import("./lookup.js").Spot} Spot */
/** @typedef {import("./lookup.js").Step} Step */
/** @typedef {{ asked: Asked, data: Data, steps: (Step | null)[], merged: Spot | null }} Shown */
/**
 * @typedef {object} Arrow
 * @property {string} id
 * @property {"key" | "query" | "value" | "merged"} kind
 * @property {boolean} can be dragged
 * @property {string} label beside its tip
 * @property {string} note behind the label
 * @property {string} name for a screen reader
 * @property {Spot} at its tip
 */

/** @param {Shown} shown @returns {Arrow[]} */
export function keyArrows({ asked, data, steps }) {
  const { own, flat } = data
  /** @type {Arrow[]} */
  const arrows = []
  asked.entries.forEach(([key, , x, y], i) => {
    const at = own ? /** @type {Spot} */ ([x, y]) : flat.keys[i]
    // The weights stay in sight while an arrow is dragged on a small screen.
    if (at) arrows.push({ ...named("key", i, key), can: own, note: steps[i]?.weight.toFixed(2) ?? "", at })
  })
  const at = own ? asked.at : flat.query
  const { query } = asked
  if (at)
    arrows.push({
      id: "query",
      kind: "query",
      can: own,
      label: query,
      note: "",
      name: `Arrow of the query ${query}`,
      at,
    })
  return arrows
}

/** @param {Shown} shown @returns {Arrow[]} */
export function mergedArrows({ asked, data: { own, flat }, merged }) {
  /** @type {Arrow[]} */
  const arrows = []
  asked.entries.forEach(([, value, , , x, y], i) => {
    const at = own ? /** @type {Spot} */ ([x, y]) : flat.values[i]
    if (at) arrows.push({ ...named("value", i, value), can: own, note: "", at })
  })
  if (merged) arrows.push({ id: "merged", kind: "merged", can: false, label: "merged", note: "", name: "", at: merged })
  return arrows
}

/** The steps from tip to tail that lead to the merged vector. @param {Shown} shown */
export const chainOf = ({ asked, data, steps, merged }) => (merged ? chain(steps, valueArrows(asked, data)) : [])

/** A plane in words: where the tip of each arrow is. @param {string} name @param {Arrow[]} arrows */
export function told(name, arrows) {
  const tips = arrows.map(({ label, kind, at }) => `${label || kind} ${pair(at)}`)
  return tips.length ? `${name}. Tips, to the right and up: ${tips.join("; ")}.` : name
}

/** @param {"key" | "value"} kind @param {number} i @param {string} word */
const named = (kind, i, word) => ({
  id: `${kind}${i}`,
  kind,
  label: word,
  name: `Arrow of the ${kind} ${word || i + 1}`,
})

/**
 * What is asked, with the tip of an arrow elsewhere.
 *
 * @param {Asked} asked
 * @param {string} id
 * @param {Spot} at
 * @returns {Asked}
 */
export function moved(asked, id, at) {
  if (id === "query") return { ...asked, at }
  const [kind, index] = [id.replace(/\d+$/, ""), Number(/\d+$/.exec(id))]
  const entries = asked.entries.map((entry, i) => {
    const [key, value, kx, ky, vx, vy] = entry
    if (i !== index) return entry
    /** @type {typeof entry} */
    const other = kind === "key" ? [key, value, ...at, vx, vy] : [key, value, kx, ky, ...at]
    return other
  })
  return { ...asked, entries }
}
