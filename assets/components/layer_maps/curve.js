// Train and test loss of the steps so far, with a read-out where the cursor is.

import { context, theme } from "../kit/canvas.js"
import { sized } from "./paint.js"

/** @typedef {import("../nn/run.js").Loss} Loss */
/** @typedef {import("./paint.js").Colours} Colours */

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 12, 10, 28]

/** A loss with three digits. @param {number} x */
export function three(x) {
  if (!Number.isFinite(x)) return "–"
  if (x !== 0 && x < 0.001) return "< 0.001"
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3).slice(0, 5)
}

/** Round steps of an axis up to `most`. @param {number} most @param {number} count about so many */
export function ticks(most, count) {
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10)
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** The loss nearest to a place on the canvas. @param {Loss[]} losses @param {number} share of the axis */
export function nearest(losses, share) {
  const step = share * (losses.at(-1)?.step ?? 0)
  return losses.reduce((best, one) => (Math.abs(one.step - step) < Math.abs(best.step - step) ? one : best), losses[0])
}

/** Which share of the axis lies below a pointer. @param {HTMLCanvasElement} canvas @param {number} x CSS pixels from the left */
export const shareAt = (canvas, x) => Math.min(1, Math.max(0, (x - LEFT) / (canvas.clientWidth - LEFT - RIGHT)))

/** @param {HTMLCanvasElement} canvas @param {Loss[]} losses @param {Colours} colours @param {Loss | null} read */
export function drawCurve(canvas, losses, colours, read) {
  const scale = sized(canvas)
  const g = context(canvas)
  g.setTransform(scale, 0, 0, scale, 0, 0)
  const [width, height] = [canvas.width / scale, canvas.height / scale]
  g.clearRect(0, 0, width, height)
  const start = losses[0]
  const shown = losses.filter(({ train }) => Number.isFinite(train))
  const last = Math.max(10, losses.at(-1)?.step ?? 0)
  const most = Math.min(
    Math.max(0.1, ...shown.map(({ train, test }) => Math.max(train, test || 0))),
    4 * Math.max(0.5, start?.train || 0),
  )
  const x = (/** @type {number} */ step) => LEFT + ((width - LEFT - RIGHT) * step) / last
  const y = (/** @type {number} */ loss) =>
    Math.max(TOP, height - BOTTOM - ((height - TOP - BOTTOM) * loss) / (1.05 * most))
  drawGrid(g, { x, y, most, last, width, height }, colours)
  for (const [name, colour, dash] of /** @type {["test" | "train", string, number[]][]} */ ([
    ["test", colours.quiet, [6, 4]],
    ["train", colours.accent, []],
  ])) {
    g.setLineDash(dash)
    g.strokeStyle = colour
    g.lineWidth = 2.5
    g.beginPath()
    let begun = false
    for (const one of shown) {
      if (!Number.isFinite(one[name])) continue
      if (begun) g.lineTo(x(one.step), y(one[name]))
      else g.moveTo(x(one.step), y(one[name]))
      begun = true
    }
    g.stroke()
  }
  g.setLineDash([])
  if (read) {
    g.strokeStyle = colours.ink
    g.lineWidth = 1
    g.beginPath()
    g.moveTo(x(read.step), TOP)
    g.lineTo(x(read.step), height - BOTTOM)
    g.stroke()
    for (const [value, colour] of /** @type {[number, string][]} */ ([
      [read.test, colours.quiet],
      [read.train, colours.accent],
    ])) {
      if (!Number.isFinite(value)) continue
      g.fillStyle = colour
      g.beginPath()
      g.arc(x(read.step), y(value), 4.5, 0, 2 * Math.PI)
      g.fill()
    }
  }
  g.setTransform(1, 0, 0, 1, 0, 0)
}

/** @param {CanvasRenderingContext2D} g @param {{ x: (s: number) => number, y: (l: number) => number, most: number, last: number, width: number, height: number }} at @param {Colours} colours */
function drawGrid(g, { x, y, most, last, width, height }, colours) {
  g.font = `15px ${theme(g.canvas, "--st-font", "sans-serif")}`
  g.fillStyle = colours.quiet
  g.strokeStyle = colours.ink
  g.lineWidth = 1
  g.setLineDash([])
  g.textBaseline = "middle"
  g.textAlign = "right"
  for (const loss of ticks(most, 3)) {
    g.globalAlpha = loss ? 0.13 : 0.4
    g.beginPath()
    g.moveTo(LEFT, y(loss))
    g.lineTo(width - RIGHT, y(loss))
    g.stroke()
    g.globalAlpha = 1
    g.fillText(String(loss), LEFT - 7, y(loss))
  }
  g.textBaseline = "alphabetic"
  for (const step of ticks(last, 4)) {
    g.textAlign = step && x(step) > width - RIGHT - 20 ? "right" : "center"
    g.fillText(String(step), Math.min(x(step), width - 4), height - 8)
  }
}
