// The part of the map that is on show: a window that zooms and moves over the frame. Shares of the canvas go downwards.

import { clamp } from "../kit/dom.js"

const MOST_ZOOM = 60

/** @typedef {[x: number, y: number]} Pair */

/** x and y: of the middle, in shares of the frame, y upwards. */
export class View {
  constructor() {
    this.x = 0.5
    this.y = 0.5
    this.zoom = 1
  }

  /** @param {number} x @param {number} y shares of the canvas @returns {Pair} */
  toFrame(x, y) {
    return [this.x + (x - 0.5) / this.zoom, this.y - (y - 0.5) / this.zoom]
  }

  /** @param {number} x @param {number} y shares of the frame @returns {Pair} */
  toScreen(x, y) {
    return [(x - this.x) * this.zoom + 0.5, 0.5 - (y - this.y) * this.zoom]
  }

  /** What lies under a place of the canvas stays there. @param {number} x @param {number} y @param {number} factor */
  zoomAt(x, y, factor) {
    const before = this.toFrame(x, y)
    this.zoom = clamp(this.zoom * factor, 1, MOST_ZOOM)
    const after = this.toFrame(x, y)
    this.move(before[0] - after[0], before[1] - after[1])
  }

  /** By shares of the frame; the window stays inside it. @param {number} right @param {number} up */
  move(right, up) {
    this.to(this.x + right, this.y + up)
  }

  /** @param {number} x @param {number} y */
  to(x, y) {
    const edge = 0.5 / this.zoom
    this.x = clamp(x, edge, 1 - edge)
    this.y = clamp(y, edge, 1 - edge)
  }

  /** Move there, where it is out of sight or close to the border. @param {number} x @param {number} y */
  bring(x, y) {
    const away = Math.max(...this.toScreen(x, y).map((share) => Math.abs(share - 0.5)))
    if (away > 0.45) this.to(x, y)
  }

  whole() {
    Object.assign(this, new View())
  }
}
