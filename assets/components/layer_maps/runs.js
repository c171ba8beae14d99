// The runs of this visit, each a link that trains it again.

import { element } from "../kit/dom.js"
import { three } from "./curve.js"

/** @typedef {import("../messages.d.ts").LayerSetting} Setting */
/** @typedef {{ value: Setting, train: number, test: number, accuracy: number }} Row */

const MOST = 40

/** What of a setting is not the default, as parameters of an address. @param {Setting} value @param {Setting} defaults @param {string} prefix */
export function query(value, defaults, prefix) {
  const all = new URLSearchParams()
  for (const name of /** @type {(keyof Setting)[]} */ (Object.keys(defaults)))
    if (value[name] !== defaults[name]) all.set(`${prefix}_${name}`, String(value[name]))
  return `?${all}`
}

/** The rows with one more; a run that goes on takes the place of what it was. @param {Row[]} rows @param {Row} row @returns {Row[]} */
export function withRow(rows, row) {
  const of = (/** @type {Row} */ { value }) => JSON.stringify({ ...value, step: 0, way: 0, pair: "" })
  const others = rows.filter((one) => of(one) !== of(row))
  return [...others, row].slice(-MOST)
}

/**
 * @param {HTMLElement} host
 * @param {Row[]} rows
 * @param {(row: Row) => string[]} told data, network and optimiser in words
 * @param {(row: Row) => string} href
 * @param {(row: Row) => void} open
 */
export function showRuns(host, rows, told, href, open) {
  if (!rows.length) {
    host.textContent = "Train something: each run is kept here until you leave the page."
    return
  }
  const table = element("table")
  const head = element("tr", "", element("thead", "", table))
  for (const name of ["Data", "Network", "Optimiser", "Seed", "Step", "Train loss", "Test loss", "Test accuracy"])
    element("th", "", head).textContent = name
  const body = element("tbody", "", table)
  for (const row of [...rows].reverse()) {
    const line = element("tr", "", body)
    const [data, network, optimiser] = told(row)
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", element("td", "", line)))
    link.href = href(row)
    link.textContent = data
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      open(row)
    }
    const { seed, step } = row.value
    for (const text of [
      network,
      optimiser,
      String(seed),
      String(step),
      three(row.train),
      three(row.test),
      percent(row.accuracy),
    ])
      element("td", "", line).textContent = text
  }
  host.replaceChildren(table)
}

/** @param {number} share */
export const percent = (share) =>
  Number.isFinite(share) ? `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)}%` : "–"
