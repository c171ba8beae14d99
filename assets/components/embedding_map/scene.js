// The embedding map's canvases: points or pictures, and above them rings, lines, a region and a flag.

import { context, theme } from "../kit/canvas.js"
import { cell } from "../kit/map.js"
import { drawMark, drawRing, twice } from "../kit/marks.js"

/** @typedef {import("./cloud.js").Cloud} Cloud */
/** @typedef {import("./view.js").View} View */
/** @typedef {[x: number, y: number]} Pair */
/**
 * @typedef {object} Stand what is drawn on
 * @property {Cloud} cloud
 * @property {View} view
 * @property {import("../kit/marks.js").Look} look
 * @property {number} scale pixels of the screen in a CSS pixel
 */

/** Give a square canvas the pixels that it covers; returns its edge. @param {HTMLCanvasElement} canvas */
export function fill(canvas) {
  const edge = Math.round(canvas.getBoundingClientRect().width * (window.devicePixelRatio || 1))
  if (canvas.width !== edge) canvas.width = canvas.height = edge
  return edge
}

/** All groups' marks in one sheet, as Points takes it. @param {number} count @param {import("../kit/marks.js").Look} look @param {number} radius @param {number} scale */
export function sheetOfMarks(count, look, radius, scale) {
  const side = 2 * Math.ceil(1.15 * (radius + 0.9 * scale) + 1)
  const sheet = document.createElement("canvas")
  sheet.width = count * side
  sheet.height = side
  const g = context(sheet)
  for (let group = 0; group < count; group++) {
    drawMark(g, group, look, { x: (group + 0.5) * side, y: side / 2, radius, scale })
  }
  return sheet
}

/** Where point i is, in pixels of a canvas with that edge. @param {Stand} stand @param {number} i @param {number} edge @returns {Pair} */
export function spot({ cloud, view }, i, edge) {
  const [x, y] = view.toScreen(...cloud.place(i))
  return [x * edge, y * edge]
}

/**
 * Close up, the pictures stand where their dots were, each with its group's mark and framed in the group's colour.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {Stand} stand
 * @param {ImageBitmap} sheet
 * @param {number[]} seen
 * @param {number | null} bright the only group that is not dimmed
 */
export function drawPictures(g, stand, sheet, seen, bright) {
  const { cloud, look, scale } = stand
  const side = 34 * scale
  g.imageSmoothingEnabled = false
  for (const i of seen) {
    const group = cloud.groups[i]
    const [x, y] = spot(stand, i, g.canvas.width).map((at) => at - side / 2)
    g.globalAlpha = bright === null || group === bright ? 1 : 0.15
    g.fillStyle = look.hues[group % look.hues.length]
    g.fillRect(x - 2 * scale, y - 2 * scale, side + 4 * scale, side + 4 * scale)
    g.drawImage(sheet, ...cell(sheet, cloud.header.columns, cloud.n, i), x, y, side, side)
    drawMark(g, group, look, { x, y, radius: 5 * scale, scale })
  }
  g.globalAlpha = 1
}

/**
 * The chosen point with a ring and lines to its neighbours.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {Stand} stand
 * @param {number} chosen
 * @param {number[]} neighbours
 * @param {number} around what a ring goes around, in pixels of the screen
 */
export function drawChoice(g, stand, chosen, neighbours, around) {
  const { scale } = stand
  const edge = g.canvas.width
  const here = spot(stand, chosen, edge)
  twice(g, scale, 1.5, () => {
    g.beginPath()
    for (const i of neighbours) {
      g.moveTo(...here)
      g.lineTo(...spot(stand, i, edge))
    }
  })
  for (const i of neighbours) drawRing(g, scale, 2, [...spot(stand, i, edge), around + 2 * scale])
  drawRing(g, scale, 3, [...here, around + 5 * scale])
}

/** @param {CanvasRenderingContext2D} g @param {Stand} stand @param {Pair[]} corners in shares of the frame @param {boolean} closed */
export function drawRegion(g, { view, scale }, corners, closed) {
  if (corners.length < 2) return
  const path = () => {
    g.beginPath()
    for (const corner of corners) {
      const [x, y] = view.toScreen(...corner)
      g.lineTo(x * g.canvas.width, y * g.canvas.width)
    }
    if (closed) g.closePath()
  }
  path()
  g.fillStyle = "rgba(0, 114, 178, 0.14)"
  g.fill()
  twice(g, scale, 2, path)
}

/** A cross and words at a place where no point of the cloud lies: a new picture. @param {CanvasRenderingContext2D} g @param {Stand} stand @param {[x: number, y: number, words: string]} mark in the layouts' units */
export function drawFlag(g, { cloud, view, scale }, [px, py, words]) {
  const edge = g.canvas.width
  const [x, y] = view.toScreen(...cloud.toShares(px, py)).map((share) => share * edge)
  if (Math.min(x, y) < 0 || Math.max(x, y) > edge) return
  twice(g, scale, 3, () => {
    g.beginPath()
    for (const up of [1, -1]) {
      g.moveTo(x - 9 * scale, y - 9 * up * scale)
      g.lineTo(x + 9 * scale, y + 9 * up * scale)
    }
  })
  g.font = `700 ${16 * scale}px ${theme(g.canvas, "--st-font", "sans-serif")}`
  const wide = g.measureText(words).width + 16 * scale
  const left = x + 14 * scale + wide <= edge ? x + 14 * scale : Math.max(x - 14 * scale - wide, 0)
  twice(g, scale, 0.5, () => {
    g.beginPath()
    g.roundRect(left, y - 13 * scale, wide, 26 * scale, 13 * scale)
  })
  g.fillStyle = "#14171B"
  g.fill()
  g.fillStyle = "#fff"
  g.textBaseline = "middle"
  g.fillText(words, left + 8 * scale, y + scale)
}
