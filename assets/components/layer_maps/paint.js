// One plane of a network on a canvas: the sheet with its lines and what the network answers on it, the boundary, the points.

import { context, surface as square } from "../kit/canvas.js"
import { fillSheet } from "./raster.js"
import { SIDE } from "./sheet.js"

/** @typedef {import("./stack.js").Scene} Scene */
/** @typedef {{ hues: string[], ink: string, paper: string, quiet: string, accent: string }} Colours */
/** @typedef {{ colours: Colours, answers: Float32Array, classes: ArrayLike<number>, count: number, coarse: boolean, probe: boolean }} Style answers: the colour of each point of the sheet; coarse: for a small picture */
/** @typedef {{ g: CanvasRenderingContext2D, x: (x: number) => number, y: (y: number) => number, scale: number }} Pen */

const [FEW, MANY] = [64, 200] // pixels along an edge of the answers, of a small picture and a large one
/** @type {Map<number, { canvas: HTMLCanvasElement, image: ImageData }>} */
const SURFACES = new Map()

/** As many pixels as the screen has where the canvas lies. @param {HTMLCanvasElement} canvas @returns {number} device pixels a CSS pixel */
export function sized(canvas) {
  const scale = window.devicePixelRatio || 1
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  return scale
}

/** @param {HTMLCanvasElement} canvas @param {Scene} scene @param {Style} style */
export function paint(canvas, scene, style) {
  const scale = sized(canvas)
  if (!canvas.width) return
  const g = context(canvas)
  const { x, y, half } = scene.frame
  const unit = canvas.width / (2 * half)
  const pen = {
    g,
    scale,
    x: (/** @type {number} */ v) => (v - x + half) * unit,
    y: (/** @type {number} */ v) => (half + y - v) * unit,
  }
  g.globalAlpha = 1
  g.setLineDash([])
  g.fillStyle = style.colours.paper
  g.fillRect(0, 0, canvas.width, canvas.height)
  paintAnswers(g, scene, style)
  paintLines(pen, scene, style)
  paintAxes(pen, scene, style)
  paintBoundary(pen, scene, style)
  paintPoints(pen, scene, style)
  if (style.probe) paintProbe(pen, scene, style)
}

/** The sheet in the colours of the network's answers. @param {CanvasRenderingContext2D} g @param {Scene} scene @param {Style} style */
function paintAnswers(g, { sheet, frame }, { answers, coarse }) {
  const edge = coarse ? FEW : MANY
  let surface = SURFACES.get(edge)
  if (!surface) {
    const canvas = square(edge)
    surface = { canvas, image: context(canvas).createImageData(edge, edge) }
    SURFACES.set(edge, surface)
  }
  const { canvas, image } = surface
  image.data.fill(0)
  fillSheet(image.data, edge, sheet, answers, frame, coarse ? 2 : 1)
  context(canvas).putImageData(image, 0, 0)
  g.imageSmoothingEnabled = true
  g.drawImage(canvas, 0, 0, g.canvas.width, g.canvas.height)
}

/** @param {Pen} pen @param {Scene} scene @param {Style} style */
function paintLines({ g, x, y, scale }, { sheet }, { colours, coarse }) {
  const by = coarse ? 8 : 4
  g.beginPath()
  for (let line = 0; line < SIDE; line += by)
    for (const along of [true, false])
      for (let i = 0; i < SIDE; i++) {
        const p = along ? line * SIDE + i : i * SIDE + line
        if (i) g.lineTo(x(sheet[2 * p]), y(sheet[2 * p + 1]))
        else g.moveTo(x(sheet[2 * p]), y(sheet[2 * p + 1]))
      }
  g.strokeStyle = colours.ink
  g.globalAlpha = 0.22
  g.lineWidth = scale
  g.stroke()
  g.globalAlpha = 1
}

/** The plane's own zero lines, and the edges of the simplex. @param {Pen} pen @param {Scene} scene @param {Style} style */
function paintAxes({ g, x, y, scale }, { axes, corners }, { colours, coarse }) {
  const { width, height } = g.canvas
  g.strokeStyle = colours.ink
  g.lineWidth = scale
  if (axes && !corners.length) {
    g.globalAlpha = 0.5
    g.beginPath()
    g.moveTo(x(0), 0)
    g.lineTo(x(0), height)
    g.moveTo(0, y(0))
    g.lineTo(width, y(0))
    g.stroke()
  }
  if (corners.length) {
    g.globalAlpha = 0.6
    g.lineWidth = 1.5 * scale
    g.beginPath()
    for (let a = 0; a < corners.length; a += 2)
      for (let b = 0; b < a; b += 2) {
        g.moveTo(x(corners[a]), y(corners[a + 1]))
        g.lineTo(x(corners[b]), y(corners[b + 1]))
      }
    g.stroke()
    for (let k = 0; !coarse && k < corners.length / 2; k++)
      paintCorner({ g, x, y, scale }, [corners[2 * k], corners[2 * k + 1]], k, colours)
  }
  g.globalAlpha = 1
}

/** @param {Pen} pen @param {[number, number]} at @param {number} k @param {Colours} colours */
function paintCorner({ g, x, y, scale }, at, k, colours) {
  g.globalAlpha = 1
  g.fillStyle = colours.ink
  g.font = `${15 * scale}px ${getComputedStyle(g.canvas).fontFamily}`
  g.textAlign = "center"
  const up = y(at[1]) < g.canvas.height / 2
  g.fillText(`class ${k + 1}`, x(at[0]), y(at[1]) + (up ? -14 : 26) * scale)
}

/** @param {Pen} pen @param {Scene} scene @param {Style} style */
function paintBoundary({ g, x, y, scale }, { line }, { colours, coarse }) {
  g.beginPath()
  for (let i = 0; i + 3 < line.length; i += 4) {
    g.moveTo(x(line[i]), y(line[i + 1]))
    g.lineTo(x(line[i + 2]), y(line[i + 3]))
  }
  g.lineCap = "round"
  g.strokeStyle = colours.ink
  g.lineWidth = (coarse ? 1.5 : 2.5) * scale
  g.stroke()
  g.lineCap = "butt"
}

/** Classes differ by colour and by shape. @param {Pen} pen @param {Scene} scene @param {Style} style */
function paintPoints({ g, x, y, scale }, { points }, { classes, count, colours, coarse }) {
  const r = (coarse ? 2.2 : 4.4) * scale
  for (let k = 0; k < count; k++) {
    g.beginPath()
    for (let i = 0; i < classes.length; i++) if (classes[i] === k) mark(g, k, x(points[2 * i]), y(points[2 * i + 1]), r)
    g.strokeStyle = colours.paper
    g.lineWidth = 2 * scale
    if (!coarse) g.stroke()
    g.fillStyle = colours.hues[k]
    g.fill()
  }
}

/** The outline of a class's sign, of about that radius. @param {CanvasRenderingContext2D | Path2D} g @param {number} k @param {number} x @param {number} y @param {number} r */
export function mark(g, k, x, y, r) {
  if (k === 0) {
    g.moveTo(x + r, y)
    g.arc(x, y, r, 0, 2 * Math.PI)
    return
  }
  const corners = [
    [],
    [
      [0, -1.25],
      [1.15, 0.85],
      [-1.15, 0.85],
    ],
    [
      [-0.9, -0.9],
      [0.9, -0.9],
      [0.9, 0.9],
      [-0.9, 0.9],
    ],
    [
      [0, -1.3],
      [1.3, 0],
      [0, 1.3],
      [-1.3, 0],
    ],
  ][k % 4]
  corners.forEach(([right, down], i) => {
    if (i) g.lineTo(x + right * r, y + down * r)
    else g.moveTo(x + right * r, y + down * r)
  })
  g.closePath()
}

/** The point in hand: a cross in a ring. @param {Pen} pen @param {Scene} scene @param {Style} style */
function paintProbe({ g, x, y, scale }, { probe }, { colours, coarse }) {
  const [px, py, r] = [x(probe[0]), y(probe[1]), (coarse ? 4 : 8) * scale]
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    [colours.paper, 5],
    [colours.ink, 2],
  ])) {
    g.strokeStyle = colour
    g.lineWidth = (coarse ? width / 2 : width) * scale
    g.beginPath()
    g.arc(px, py, r, 0, 2 * Math.PI)
    g.stroke()
  }
}
