// The chains drawn: a row for each layer's weights, each factor as a small table of its numbers.

import { element, find } from "../kit/dom.js"
import { number } from "./numbers.js"

/** @typedef {import("./chain.js").Block} Block */
/** @typedef {import("./chain.js").Chain} Chain */

/** @param {HTMLElement} host @param {Chain[]} chains @param {number} at position of the flow */
export function drawChains(host, chains, at) {
  host.replaceChildren(...chains.map((chain) => rowOf(chain, at)))
}

/** @param {Chain} chain @param {number} at */
function rowOf({ layer, factors, result }, at) {
  const row = element("div", "chain")
  row.setAttribute("role", "group")
  row.setAttribute("aria-label", `The chain of W${layer}`)
  draw(result, at, row, "result")
  factors.forEach((block, i) => {
    const pair = element("div", "factor", row) // a sign stays with what follows it
    element("span", "sign", pair).textContent = i ? "·" : "="
    draw(block, at, pair, "")
  })
  return row
}

/** @param {Block} block @param {number} at @param {Element} parent @param {string} kind */
function draw(block, at, parent, kind) {
  const known = at >= block.since
  const state = block.again ? "again" : "fresh"
  const box = element(
    "figure",
    `block ${kind || state}${known ? " known" : ""}${at === block.since ? " now" : ""}`,
    parent,
  )
  const head = element("figcaption", "", box)
  element("b", "", head).textContent = block.name
  element("span", "shape", head).textContent = block.shape
  if (block.again) element("span", "told-again", head).textContent = "again"
  const table = element("div", "matrix", box)
  table.style.setProperty("--columns", String(block.matrix[0].length))
  block.matrix.forEach((row, i) => {
    row.forEach((x, j) => {
      const empty = block.diagonal && i !== j
      const cell = element("span", empty ? "off" : "entry", table)
      cell.textContent = empty ? "0" : known ? number(x) : "?"
      if (known && !empty) cell.dataset.number = String(x)
    })
  })
}

/** How many multiplications it took so far, in the three ways. @param {HTMLElement} root @param {import("./counting.js").Counts} now @param {import("./counting.js").Counts} all */
export function drawCounts(root, now, all) {
  const most = Math.max(...Object.values(all))
  for (const name of /** @type {("reuse" | "chains" | "paths")[]} */ (["reuse", "chains", "paths"])) {
    const line = find(root, `.count.${name}`)
    find(line, "b").textContent = String(now[name])
    find(line, ".of").textContent = `of ${all[name]}`
    find(line, ".bar i").style.width = `${(100 * now[name]) / most}%`
  }
}
