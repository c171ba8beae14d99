// Points of a map: their colours, shapes and sizes, and lines that show on any ground.

import { clamp } from "./dom.js"

/** @typedef {{ hues: string[], paper: string }} Look of the points: one hue a group, and the colour of the page */
/** @typedef {"circle" | "square" | "triangle"} Shape */

/** @type {Shape[]} */
const SHAPES = ["circle", "square", "triangle"]

/** Groups differ by hue first, and where the hues are over by shape. @param {number} group @param {string[]} hues */
export function signOf(group, hues) {
  return { hue: hues[group % hues.length], shape: SHAPES[Math.floor(group / hues.length) % SHAPES.length] }
}

/** Many points are small ones; CSS pixels on a map of that width. @param {number} n @param {number} width */
export function radiusOf(n, width) {
  return clamp(7.6 - 1.3 * Math.log10(Math.max(n, 1)), 2.3, 6) * clamp(width / 520, 0.85, 1.3)
}

/**
 * A point of one group, with an outline in the colour of the page.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {number} group
 * @param {Look} look
 * @param {{ x: number, y: number, radius: number, scale: number }} at
 */
export function drawMark(g, group, { hues, paper }, { x, y, radius, scale }) {
  const { hue, shape } = signOf(group, hues)
  for (const outline of [true, false]) {
    const r = outline ? radius + 0.9 * scale : radius
    g.fillStyle = outline ? paper : hue
    g.beginPath()
    if (shape === "circle") g.arc(x, y, r, 0, 2 * Math.PI)
    else if (shape === "square") g.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r)
    else {
      g.moveTo(x, y - 1.15 * r)
      g.lineTo(x + 1.08 * r, y + 0.8 * r)
      g.lineTo(x - 1.08 * r, y + 0.8 * r)
      g.closePath()
    }
    g.fill()
  }
}

/**
 * Draw a path dark on a white base: it shows on any ground.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {number} scale
 * @param {number} width
 * @param {() => void} path
 */
export function twice(g, scale, width, path) {
  path()
  for (const base of [true, false]) {
    g.strokeStyle = base ? "rgba(255, 255, 255, 0.9)" : "#14171B"
    g.lineWidth = (base ? width + 2 : width) * scale
    g.stroke()
  }
}

/** @param {CanvasRenderingContext2D} g @param {number} scale @param {number} width @param {[x: number, y: number, radius: number]} ring */
export function drawRing(g, scale, width, [x, y, radius]) {
  twice(g, scale, width, () => {
    g.beginPath()
    g.arc(x, y, radius, 0, 2 * Math.PI)
  })
}
