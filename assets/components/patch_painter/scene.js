// The painter's picture: hidden patches, where the network looked, the grid and the rings around patches.

import { context, fit, grid, surface, theme } from "../kit/canvas.js"
import { corners } from "./editor.js"

/**
 * @typedef {object} Scene
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLImageElement} picture
 * @property {number} n
 * @property {Set<number>} mask
 * @property {boolean} peek whether hidden pixels show faintly
 * @property {import("./words.js").Looks | null} looks where they fit the mask
 * @property {number} examined the patch that is examined, or -1
 * @property {number | null} pinned
 * @property {number} cursor the patch that the keyboard is on, or -1
 * @property {{ start: import("./editor.js").Place, last: import("./editor.js").Place } | null} frame a rectangle that is drawn
 */

/** @type {{ scale: number, fill: CanvasPattern | string } | null} */
let pattern = null

/** @param {Scene} scene */
export function drawScene(scene) {
  const { canvas, n, mask } = scene
  if (!n || !canvas.clientWidth) return
  const scale = window.devicePixelRatio || 1
  const edge = fit(canvas)
  const g = context(canvas)
  const accent = theme(canvas, "--st-primary-color", "#0072B2")
  const most = scene.looks?.most(scene.examined) ?? null
  const thin = Math.max(1, Math.round(scale))
  /** Cell borders fall on whole device pixels. @param {number} i */
  const line = (i) => Math.round((i * edge) / n)
  /** @param {number} cell @returns {[number, number, number, number]} */
  const box = (cell) => {
    const [row, column] = [Math.floor(cell / n), cell % n]
    return [line(column), line(row), line(column + 1) - line(column), line(row + 1) - line(row)]
  }

  g.clearRect(0, 0, edge, edge)
  g.imageSmoothingEnabled = false
  if (scene.picture.complete && scene.picture.naturalWidth) g.drawImage(scene.picture, 0, 0, edge, edge)

  // Hidden patches: a hatched gray that is neither of the picture's extremes, in one pattern across the picture.
  g.globalAlpha = scene.peek ? 0.5 : 1
  g.fillStyle = hatch(g, scale)
  for (const cell of mask) g.fillRect(...box(cell))
  g.globalAlpha = 1
  g.strokeStyle = "rgba(255, 255, 255, 0.45)"
  g.lineWidth = thin
  for (const cell of mask) g.strokeRect(...box(cell))

  if (scene.looks && most) tint(g, scene, most.weight, accent, box)

  g.strokeStyle = "rgba(140, 140, 140, 0.55)" // readable on black and on white pixels alike
  g.lineWidth = thin
  grid(g, n, (i) => line(i) + (thin % 2) / 2)

  if (most) ring(g, box(most.cell), accent, 2 * scale, scale, [5, 4])
  if (scene.examined >= 0 && (most || scene.examined === scene.pinned)) {
    ring(g, box(scene.examined), accent, 4 * scale, scale)
  }
  if (scene.cursor >= 0) ring(g, box(scene.cursor), "#1D2126", 3 * scale, scale)
  if (scene.frame) {
    const { top, bottom, left, right } = corners(n, scene.frame.start, scene.frame.last)
    const [x, y] = [line(left) + 2 * scale, line(top) + 2 * scale]
    g.strokeStyle = "#fff"
    g.lineWidth = 3 * scale
    g.strokeRect(x, y, line(right) - line(left) + line(1) - 4 * scale, line(bottom) - line(top) + line(1) - 4 * scale)
  }
}

/**
 * Where the examined patch looked: by weight, in the accent on a white that lifts it off a black picture.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {Scene} scene
 * @param {number} most the largest weight
 * @param {string} accent
 * @param {(cell: number) => [number, number, number, number]} box
 */
function tint(g, { n, mask, looks, examined }, most, accent, box) {
  for (let cell = 0; cell < n * n; cell++) {
    if (mask.has(cell) || !looks) continue
    const share = looks.at(examined, cell) / most
    g.fillStyle = accent
    g.globalAlpha = 0.85 * share
    g.fillRect(...box(cell))
    g.fillStyle = "#fff"
    g.globalAlpha = 0.2 * share
    g.fillRect(...box(cell))
  }
  g.globalAlpha = 1
}

/**
 * A ring inside a patch, on a white base, so that it shows on any picture.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {[number, number, number, number]} box
 * @param {string} color
 * @param {number} width in pixels of the screen
 * @param {number} scale
 * @param {number[]} dash
 */
function ring(g, [x, y, w, h], color, width, scale, dash = []) {
  const inset = width / 2 + scale
  for (const base of [true, false]) {
    g.strokeStyle = base ? "#fff" : color
    g.lineWidth = base ? width + 2 * scale : width
    g.setLineDash(base ? [] : dash.map((d) => d * scale))
    g.strokeRect(x + inset, y + inset, w - 2 * inset, h - 2 * inset)
  }
  g.setLineDash([])
}

/** @param {CanvasRenderingContext2D} g @param {number} scale */
function hatch(g, scale) {
  if (pattern?.scale === scale) return pattern.fill
  const step = Math.round(9 * scale)
  const t = context(surface(step))
  t.fillStyle = "#85857F"
  t.fillRect(0, 0, step, step)
  t.strokeStyle = "rgba(255, 255, 255, 0.42)"
  t.lineWidth = 1.25 * scale
  t.beginPath()
  for (const shift of [-step, 0, step]) {
    // three lines, so that the pattern joins at its edges
    t.moveTo(shift - 1, step + 1)
    t.lineTo(shift + step + 1, -1)
  }
  t.stroke()
  pattern = { scale, fill: g.createPattern(t.canvas, "repeat") ?? "#85857F" }
  return pattern.fill
}
