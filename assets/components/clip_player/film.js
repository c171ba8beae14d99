// Frames of a clip on canvases: a sheet of frames side by side, hidden places, and the place that the keyboard is on.

import { context, fit, grid } from "../kit/canvas.js"

const HIDDEN = "#85857F"

/**
 * @typedef {object} Scene
 * @property {HTMLImageElement} sheet
 * @property {number} side of a frame, in pixels
 * @property {number} frame
 * @property {number} places a side
 * @property {Uint8Array | null} mask of this slot; null: nothing is hidden and no grid is drawn
 * @property {number} cursor -1: none
 */

/** @param {HTMLCanvasElement} canvas @param {Scene} scene */
export function drawFrame(canvas, { sheet, side, frame, places, mask, cursor }) {
  if (!canvas.clientWidth) return
  const edge = fit(canvas)
  const g = context(canvas)
  const thin = Math.max(1, Math.round(window.devicePixelRatio || 1))
  g.imageSmoothingEnabled = false
  g.clearRect(0, 0, edge, edge)
  if (sheet.complete && sheet.naturalWidth) g.drawImage(sheet, frame * side, 0, side, side, 0, 0, edge, edge)
  if (!mask) return
  const line = (/** @type {number} */ i) => Math.round((i * edge) / places)
  const box = (/** @type {number} */ cell) => {
    const [row, column] = [Math.floor(cell / places), cell % places]
    return /** @type {const} */ ([line(column), line(row), line(column + 1) - line(column), line(row + 1) - line(row)])
  }
  g.fillStyle = HIDDEN
  for (const [cell, hidden] of mask.entries()) if (hidden) g.fillRect(...box(cell))
  g.strokeStyle = "rgba(190, 190, 190, 0.4)"
  g.lineWidth = thin
  grid(g, places, (i) => line(i) + (thin % 2) / 2)
  if (cursor >= 0) {
    const [x, y, w, h] = box(cursor)
    for (const [colour, width] of /** @type {const} */ ([
      ["#fff", 5],
      ["#1D2126", 3],
    ])) {
      g.strokeStyle = colour
      g.lineWidth = width * thin
      g.strokeRect(x + 3 * thin, y + 3 * thin, w - 6 * thin, h - 6 * thin)
    }
  }
}
