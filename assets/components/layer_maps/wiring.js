// The network as a graph: a circle a neuron, a line a weight, with the values of the point in hand.

import { context, theme } from "../kit/canvas.js"
import { sized } from "./paint.js"

/** @typedef {import("../nn/network.js").Network} Network */
/** @typedef {import("../nn/network.js").Plane} Plane */
/** @typedef {{ layer: number, index: number }} Chosen a weight, or behind the weights a bias */
/** @typedef {{ x: number, y: number }} Spot */
/** @typedef {{ columns: Spot[][], radius: number }} Layout */

const SUB = "₀₁₂₃₄₅₆₇₈₉"

/** @param {number} i from 0 */
export const sub = (i) => [...String(i + 1)].map((digit) => SUB[Number(digit)]).join("")

/** @param {number[]} widths of all columns @param {number} width @param {number} height @returns {Layout} */
export function layout(widths, width, height) {
  const most = Math.max(...widths)
  const radius = Math.max(7, Math.min(22, height / (2.7 * most), width / (3.4 * widths.length)))
  const [left, right, top] = [radius + 6, width - radius - 6, radius + 4]
  const gap = Math.min((height - 2 * top) / Math.max(1, most - 1), 4 * radius)
  const columns = widths.map((n, c) =>
    Array.from({ length: n }, (_, i) => ({
      x: left + ((right - left) * c) / (widths.length - 1),
      y: height / 2 + (i - (n - 1) / 2) * gap,
    })),
  )
  return { columns, radius }
}

/** What is chosen by a press there: a neuron's bias or the nearest weight; null where nothing is near. @param {Layout} at @param {Spot} press @returns {Chosen | null} */
export function near({ columns, radius }, press) {
  /** @type {Chosen | null} */
  let found = null
  let least = 9
  for (let layer = 0; layer + 1 < columns.length; layer++) {
    const [from, to] = [columns[layer], columns[layer + 1]]
    to.forEach((end, o) => {
      if (Math.hypot(end.x - press.x, end.y - press.y) <= radius) {
        least = -1
        found = { layer, index: from.length * to.length + o }
      }
      from.forEach((start, i) => {
        const away = distance(press, start, end)
        if (away < least) {
          least = away
          found = { layer, index: o * from.length + i }
        }
      })
    })
  }
  return found
}

/** @param {Spot} p @param {Spot} a @param {Spot} b */
function distance(p, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const t = Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy)))
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy)
}

/** @param {Chosen} chosen @param {Network} net @returns {number} */
export function numberOf({ layer, index }, net) {
  const { weights, biases } = net.layers[layer]
  return index < weights.length ? weights[index] : biases[index - weights.length]
}

/** What a weight or a bias joins: "x₁ → h₂". @param {Chosen} chosen @param {Network} net */
export function nameOf({ layer, index }, net) {
  const { inputs, weights } = net.layers[layer]
  const [from, to] = [neuron(layer, net), neuron(layer + 1, net)]
  if (index >= weights.length) return `bias of ${to(index - weights.length)}`
  return `${from(index % inputs)} → ${to(Math.floor(index / inputs))}`
}

/** @param {number} column @param {Network} net @returns {(i: number) => string} */
function neuron(column, net) {
  const last = net.layers.length
  if (column === 0) return (i) => `x${sub(i)}`
  if (column === last) return (i) => `p${sub(i)}`
  return (i) => `h${"′".repeat(column - 1)}${sub(i)}`
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Network} net
 * @param {Plane[]} probe the planes of the point in hand
 * @param {import("./paint.js").Colours} colours
 * @param {Chosen | null} chosen
 * @returns {Layout} in CSS pixels
 */
export function drawWiring(canvas, net, probe, colours, chosen) {
  const scale = sized(canvas)
  const widths = [net.layers[0].inputs, ...net.layers.map(({ outputs }) => outputs)]
  const at = layout(widths, canvas.width / scale, canvas.height / scale)
  const g = context(canvas)
  g.setTransform(scale, 0, 0, scale, 0, 0)
  g.clearRect(0, 0, canvas.width, canvas.height)
  const largest = Math.max(1, ...net.layers.map(({ weights }) => weights.reduce((m, w) => Math.max(m, Math.abs(w)), 0)))
  net.layers.forEach(({ weights, inputs }, layer) => {
    weights.forEach((w, index) => {
      const [from, to] = [at.columns[layer][index % inputs], at.columns[layer + 1][Math.floor(index / inputs)]]
      drawEdge(g, from, to, w / largest, colours, chosen?.layer === layer && chosen.index === index)
    })
  })
  g.setLineDash([])
  g.globalAlpha = 1
  at.columns.forEach((column, c) => {
    const plane = probe[2 * c]
    const output = c === net.layers.length
    column.forEach((spot, i) => {
      const picked = chosen?.layer === c - 1 && chosen.index === net.layers[c - 1].weights.length + i
      drawNeuron(g, spot, at.radius, { value: plane.values[i], hue: output ? colours.hues[i] : "", colours, picked })
    })
  })
  g.setTransform(1, 0, 0, 1, 0, 0)
  return at
}

/** @param {CanvasRenderingContext2D} g @param {Spot} from @param {Spot} to @param {number} share of the largest weight @param {import("./paint.js").Colours} colours @param {boolean} chosen */
function drawEdge(g, from, to, share, colours, chosen) {
  const line = () => {
    g.beginPath()
    g.moveTo(from.x, from.y)
    g.lineTo(to.x, to.y)
    g.stroke()
  }
  if (chosen) {
    g.setLineDash([])
    g.globalAlpha = 0.35
    g.strokeStyle = colours.ink
    g.lineWidth = 11
    line()
  }
  g.globalAlpha = 0.25 + 0.75 * Math.min(1, Math.abs(share))
  g.setLineDash(share < 0 ? [7, 5] : [])
  g.strokeStyle = colours.hues[share < 0 ? 1 : 0]
  g.lineWidth = 0.75 + 4.5 * Math.min(1, Math.abs(share))
  line()
}

/** @param {CanvasRenderingContext2D} g @param {Spot} spot @param {number} r @param {{ value: number, hue: string, colours: import("./paint.js").Colours, picked: boolean }} how */
function drawNeuron(g, { x, y }, r, { value, hue, colours, picked }) {
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  g.globalAlpha = 1
  g.fillStyle = colours.paper
  g.fill()
  g.globalAlpha = 0.5 * Math.min(1, Math.abs(hue ? value : Math.tanh(value)))
  g.fillStyle = hue || colours.hues[value < 0 ? 1 : 0]
  g.fill()
  g.globalAlpha = 1
  g.strokeStyle = colours.ink
  g.lineWidth = picked ? 4 : 1.5
  g.stroke()
  if (r < 15) return
  g.fillStyle = colours.ink
  g.font = `${Math.min(15, r * 0.74)}px ${theme(g.canvas, "--st-font", "sans-serif")}`
  g.textAlign = "center"
  g.textBaseline = "middle"
  g.fillText(
    Math.abs(value) >= 99.5 ? "≫" : value.toFixed(Math.abs(value) < 9.95 ? 1 : 0).replace("-", "−"),
    x,
    y + 0.5,
  )
}
