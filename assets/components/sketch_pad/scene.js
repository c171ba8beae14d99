// The pad's picture: the drawing, or what the network gets of it, and the tip of the pen.

import { context, fit, grid } from "../kit/canvas.js"

/** Of a pen, as shares of the edge; the middle one is that of MNIST's digits. */
export const WIDTHS = [0.045, 0.085, 0.15]

/**
 * @typedef {object} Scene
 * @property {HTMLCanvasElement} canvas
 * @property {import("./paper.js").Paper} paper
 * @property {boolean} sees whether what the network gets is shown
 * @property {import("./paper.js").Point | null} tip where the pen is
 * @property {boolean} erasing
 * @property {number} width index of the pen's width
 */

/** @param {Scene} scene */
export function drawScene({ canvas, paper, sees, tip, erasing, width }) {
  if (!canvas.clientWidth) return
  const edge = fit(canvas)
  const g = context(canvas)
  if (sees) {
    paper.enlarge(paper.count(), canvas)
    g.strokeStyle = "rgba(140, 140, 140, 0.4)" // readable on black and on white pixels alike
    g.lineWidth = 1
    grid(g, paper.side, (i) => Math.round((i * edge) / paper.side) + 0.5)
  } else {
    g.imageSmoothingEnabled = true
    g.imageSmoothingQuality = "high"
    g.drawImage(paper.work, 0, 0, edge, edge)
  }
  const scale = edge / paper.edge
  if (tip) drawTip(g, [tip.x * scale, tip.y * scale], (WIDTHS[width] * edge) / 2, erasing)
}

/** The tip of the pen: a ring in black and white, so that it shows on any picture. The eraser's is dashed. @param {CanvasRenderingContext2D} g @param {[x: number, y: number]} at @param {number} radius @param {boolean} dashed */
function drawTip(g, [x, y], radius, dashed) {
  const scale = window.devicePixelRatio || 1
  g.setLineDash(dashed ? [5 * scale, 4 * scale] : [])
  for (const white of [false, true]) {
    g.strokeStyle = white ? "#fff" : "rgba(0, 0, 0, 0.7)"
    g.lineWidth = (white ? 1.5 : 3.5) * scale
    g.beginPath()
    g.arc(x, y, radius, 0, 2 * Math.PI)
    g.stroke()
  }
  g.setLineDash([])
}

/** What the line below the canvas says. @param {import("./paper.js").Paper} paper @param {boolean} sees @param {boolean} erasing */
export function hint({ side, channels, blank }, sees, erasing) {
  if (sees) return `All the network gets: ${side} × ${side}${channels === 3 ? " × 3" : ""} numbers.`
  if (erasing) return blank ? "Rub the drawing off." : "Rub to bring the picture below back."
  return `Draw ${blank ? "" : "over it "}with mouse, finger or pen.`
}
