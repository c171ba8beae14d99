// The tip beside a point of a map: its picture and its words.

import { context } from "./canvas.js"
import { find } from "./dom.js"
import { cell } from "./map.js"

/** @typedef {{ sheet: ImageBitmap, columns: number, n: number, i: number }} Thumbnail picture i of n in a sheet */

/**
 * Where a tip of that size stands beside a place of a square with that edge, so that it does not stick out.
 *
 * @param {{ width: number, height: number }} tip
 * @param {number} x
 * @param {number} y
 * @param {number} edge
 */
export function beside(tip, x, y, edge) {
  const away = 16
  const left = x + away + tip.width <= edge ? x + away : x - away - tip.width
  const top = y - away - tip.height >= 0 ? y - away - tip.height : y + away
  return { left: Math.max(0, left), top }
}

/**
 * Show a tip; its words are filled in already.
 *
 * @param {HTMLElement} tip
 * @param {Thumbnail | null} thumbnail
 * @param {{ x: number, y: number, edge: number }} at CSS pixels on a square of that edge
 */
export function showTip(tip, thumbnail, { x, y, edge }) {
  const canvas = find(tip, "canvas", HTMLCanvasElement)
  canvas.hidden = !thumbnail
  if (thumbnail) {
    const { sheet, columns, n, i } = thumbnail
    const [left, top, width, height] = cell(sheet, columns, n, i)
    canvas.width = width
    canvas.height = height
    context(canvas).drawImage(sheet, left, top, width, height, 0, 0, width, height)
  }
  const { left, top } = beside({ width: tip.offsetWidth, height: tip.offsetHeight }, x, y, edge)
  tip.style.left = `${left}px`
  tip.style.top = `${top}px`
}
