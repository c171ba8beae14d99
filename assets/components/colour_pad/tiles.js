// The three pictures: small pixels drawn large, with the hints and the pixel that is looked at.

import { context, surface } from "../kit/canvas.js"

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} rgba of side by side pixels
 * @param {number} side
 * @param {number} pixel the one that is looked at
 * @param {number[]} marked pixels with a hint
 */
export function drawTile(canvas, rgba, side, pixel, marked) {
  const small = surface(side)
  context(small).putImageData(new ImageData(new Uint8ClampedArray(rgba), side, side), 0, 0)
  const g = context(canvas)
  const edge = canvas.width
  const block = edge / side
  g.imageSmoothingEnabled = false
  g.drawImage(small, 0, 0, edge, edge)
  const box = (/** @type {number} */ at, /** @type {number} */ by) =>
    g.strokeRect((at % side) * block - by, Math.floor(at / side) * block - by, block + 2 * by, block + 2 * by)
  const thin = Math.max(1, edge / 320)
  for (const at of marked) {
    g.lineWidth = thin
    g.strokeStyle = "rgb(0 0 0 / 0.75)"
    box(at, 0)
    g.strokeStyle = "rgb(255 255 255 / 0.9)"
    box(at, -thin)
  }
  g.lineWidth = 2 * thin
  g.strokeStyle = "#000"
  box(pixel, 2.5 * thin)
  g.strokeStyle = "#fff"
  box(pixel, thin)
}
