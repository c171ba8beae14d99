// What the network believes at a pixel: its plane, the likeliest cells as a list, and three colours in words.

import { element, find } from "../kit/dom.js"
import { css, named } from "./cielab.js"
import { drawPlane } from "./plane.js"
import { percent, spelled } from "./words.js"

const SHOWN = 5 // cells in the list

/** @param {HTMLElement} root @param {HTMLCanvasElement} plane @param {string} where the pixel is @param {import("./plane.js").Scene} scene */
export function showBelief(root, plane, where, scene) {
  const { lightness, centres, shares, answer, truth, regression } = scene
  drawPlane(plane, root, scene)
  find(root, ".where").textContent = `${where} · L = ${lightness.toFixed(0)}`
  const list = find(root, ".cells")
  const rows = shares.slice(0, SHOWN)
  while (list.children.length > rows.length) list.lastElementChild?.remove()
  while (list.children.length < rows.length) list.append(newCell())
  rows.forEach(([cell, share], i) => {
    const [ink, name, track, number] = /** @type {HTMLElement[]} */ ([...list.children[i].children])
    ink.style.setProperty("--ink", css(lightness, ...centres[cell]))
    name.textContent = named(...centres[cell])
    find(track, "i").style.width = `${(100 * share).toFixed(1)}%`
    number.textContent = percent(share)
  })
  find(root, ".mark-answer").textContent = `answer here: ${spelled(answer)}`
  find(root, ".mark-truth").textContent = truth ? `truth: ${spelled(truth)}` : "no truth"
  find(root, ".mark-regression").textContent = `regression: ${spelled(regression)}`
}

function newCell() {
  const row = element("li")
  element("span", "ink", row)
  element("span", "", row)
  element("i", "", element("span", "track", row))
  element("b", "", row)
  return row
}
