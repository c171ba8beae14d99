// The plane of a and b: the cells of colour at the lightness of a pixel, how likely each is, and what comes out.

import { context, theme } from "../kit/canvas.js"
import { css } from "./cielab.js"

const REACH = 116 // a and b at the edges
const CELL = 20

/**
 * @typedef {object} Scene
 * @property {number} lightness
 * @property {[a: number, b: number][]} centres
 * @property {[cell: number, share: number][]} shares
 * @property {[a: number, b: number][]} path from the mode to the mean
 * @property {[a: number, b: number]} answer
 * @property {[a: number, b: number] | null} truth null where the picture has no colour of its own
 * @property {[a: number, b: number]} regression
 */

/** @param {HTMLCanvasElement} canvas @param {Element} root @param {Scene} scene */
export function drawPlane(canvas, root, scene) {
  const g = context(canvas)
  const edge = canvas.width
  const ink = theme(root, "--st-text-color", "#000")
  const ground = theme(root, "--st-background-color", "#fff")
  const unit = edge / (2 * REACH)
  const x = (/** @type {number} */ a) => (a + REACH) * unit
  const y = (/** @type {number} */ b) => (REACH - b) * unit
  const square = (/** @type {[number, number]} */ [a, b], /** @type {number} */ side) =>
    g.rect(x(a) - (side * unit) / 2, y(b) - (side * unit) / 2, side * unit, side * unit)
  g.clearRect(0, 0, edge, edge)
  g.lineJoin = g.lineCap = "round"
  for (const centre of scene.centres) {
    g.beginPath()
    square(centre, CELL - 1.5)
    g.globalAlpha = 0.3
    g.strokeStyle = css(scene.lightness, ...centre)
    g.lineWidth = Math.max(1, 1.2 * unit)
    g.stroke()
  }
  g.globalAlpha = 1
  for (const [cell, share] of scene.shares) {
    if (share < 0.001) continue
    g.beginPath()
    square(scene.centres[cell], Math.max(2.5, (CELL - 1) * Math.sqrt(share)))
    g.fillStyle = css(scene.lightness, ...scene.centres[cell])
    g.fill()
    g.lineWidth = Math.max(1, 0.5 * unit)
    g.strokeStyle = ink
    g.stroke()
  }
  const line = (/** @type {string} */ colour, /** @type {number} */ width, /** @type {() => void} */ shape) => {
    for (const [stroke, lineWidth] of /** @type {[string, number][]} */ ([
      [ground, width + 2.4 * unit],
      [colour, width],
    ])) {
      g.beginPath()
      shape()
      g.strokeStyle = stroke
      g.lineWidth = lineWidth
      g.stroke()
    }
  }
  const link = theme(root, "--st-link-color", "#005A8C")
  line(link, 1.6 * unit, () => {
    for (const [i, [a, b]] of scene.path.entries()) {
      if (i) g.lineTo(x(a), y(b))
      else g.moveTo(x(a), y(b))
    }
  })
  if (scene.truth) {
    const [a, b] = scene.truth
    line(ink, 2.2 * unit, () => cross(g, x(a), y(b), 5 * unit))
  }
  const [ra, rb] = scene.regression
  line(ink, 1.8 * unit, () => triangle(g, x(ra), y(rb), 6 * unit))
  const [a, b] = scene.answer
  line(link, 2.6 * unit, () => g.arc(x(a), y(b), 7 * unit, 0, 2 * Math.PI))
}

/** @param {CanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} r */
function cross(g, x, y, r) {
  g.moveTo(x - r, y - r)
  g.lineTo(x + r, y + r)
  g.moveTo(x - r, y + r)
  g.lineTo(x + r, y - r)
}

/** @param {CanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} r */
function triangle(g, x, y, r) {
  g.moveTo(x, y - r)
  g.lineTo(x + 0.87 * r, y + 0.5 * r)
  g.lineTo(x - 0.87 * r, y + 0.5 * r)
  g.closePath()
}
