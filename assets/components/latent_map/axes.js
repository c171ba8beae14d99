// Titles and numbers along the edges of a plane.

import { clamp, find } from "../kit/dom.js"

/** @typedef {{ at: number, label: string }} Tick */

/** A number with a minus sign as printers set it; no negative zero. @param {number} x @param {number} digits */
export const text = (x, digits) =>
  x
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, "")
    .replace("-", "\u2212")

/** Some five round numbers between low and high, each with as many digits as they need. @param {number} low @param {number} high @returns {Tick[]} */
export function ticks(low, high) {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.8) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const digits = clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 10)
  return Array.from({ length: count }, (_, i) => ({ at: (first + i) * step, label: text((first + i) * step, digits) }))
}

/**
 * @param {HTMLElement} root
 * @param {import("../messages.d.ts").PlaneHeader} header
 * @param {{ x: Tick[], y: Tick[] }} ticks
 */
export function showAxes(root, { extent: [x0, x1, y0, y1], titles: [xTitle, yTitle] }, ticks) {
  find(root, ".x-title").textContent = xTitle && `${xTitle} \u2192`
  find(root, ".y-title").textContent = yTitle && `\u2191 ${yTitle}`
  const right = ticks.x.map(({ at, label }) => numberAt("left", (at - x0) / (x1 - x0), label))
  const down = ticks.y.map(({ at, label }) => numberAt("top", (y1 - at) / (y1 - y0), label)).reverse()
  find(root, ".x-ticks").replaceChildren(...right)
  find(root, ".y-ticks").replaceChildren(...down)
  const widest = Math.max(...ticks.y.map(({ label }) => label.length))
  root.style.setProperty("--labels", `calc(${0.62 * widest}em + 10px)`)
}

/** A number at an edge, kept from sticking out of the frame. @param {"left" | "top"} side @param {number} share @param {string} label */
function numberAt(side, share, label) {
  const span = document.createElement("span")
  span.textContent = label
  span.style[side] = `${100 * share}%`
  if (share < 0.03) span.dataset.edge = "start"
  else if (share > 0.97) span.dataset.edge = "end"
  return span
}
