// A plane of points: where they lie, and which one is near.

import { clamp } from "../kit/dom.js"

/** @typedef {import("../messages.d.ts").Extent} Extent */
/** @typedef {{ x: number, y: number }} Place in the plane's units; y grows upwards */

export const OUTSIDE = 255 // stands for the group of a point that the frame does not show
const FULL = 65535 // the far edge, in the units in which points travel

export class Plane {
  /** @param {Extent} extent @param {Uint16Array} points x and y of each @param {Uint8Array} groups */
  constructor(extent = [0, 1, 0, 1], points = new Uint16Array(), groups = new Uint8Array()) {
    this.extent = extent
    this.points = points
    this.groups = groups
    const [x0, x1, y0, y1] = extent
    /** Digits behind the point that tell one pixel from the next. */
    this.digits = clamp(Math.ceil(-Math.log10(Math.min(x1 - x0, y1 - y0) / 200)), 0, 10)
  }

  get n() {
    return this.groups.length
  }

  /** A place in shares of the edges, from the lower left. @param {Place} place @returns {[number, number]} */
  shares({ x, y }) {
    const [x0, x1, y0, y1] = this.extent
    return [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)]
  }

  /** The place at these shares; outside of the plane it is put on the edge. @param {number} right @param {number} up @returns {Place} */
  at(right, up) {
    const [x0, x1, y0, y1] = this.extent
    return this.inside({ x: x0 + right * (x1 - x0), y: y0 + up * (y1 - y0) })
  }

  /** @param {Place} place @returns {Place} */
  inside({ x, y }) {
    const [x0, x1, y0, y1] = this.extent
    return { x: clamp(x, x0, x1), y: clamp(y, y0, y1) }
  }

  /** A step of a share of the edges to the right and up. @param {Place} from @param {number} right @param {number} up */
  step({ x, y }, right, up) {
    const [x0, x1, y0, y1] = this.extent
    return this.inside({ x: x + right * (x1 - x0), y: y + up * (y1 - y0) })
  }

  /** Shares of point i, from the lower left. @param {number} i @returns {[number, number]} */
  spot(i) {
    return [this.points[2 * i] / FULL, this.points[2 * i + 1] / FULL]
  }

  /**
   * The visible point that lies nearest, in shares of the edges; -1 where none lies within `reach`.
   *
   * @param {number} right
   * @param {number} up
   * @param {number} reach
   * @param {number | null} isolated the only group that is on show
   */
  nearest(right, up, reach, isolated = null) {
    let best = -1
    let least = (reach * FULL) ** 2
    for (let i = 0; i < this.n; i++) {
      const group = this.groups[i]
      if (group === OUTSIDE || (isolated !== null && group !== isolated)) continue
      const far = (this.points[2 * i] - right * FULL) ** 2 + (this.points[2 * i + 1] - up * FULL) ** 2
      if (far <= least) [best, least] = [i, far]
    }
    return best
  }
}
