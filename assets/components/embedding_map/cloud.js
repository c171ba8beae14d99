// Thousands of points in several layouts: where they are, and which one is near.

import { whereabouts } from "../kit/told.js"

/** @typedef {import("../messages.d.ts").CloudHeader} Header */

const FULL = 65535 // the far edge, in the units in which points travel

export class Cloud {
  /** @param {Header} header @param {[name: string, bytes: Uint8Array<ArrayBuffer>][]} parts */
  constructor(header, parts) {
    this.header = header
    this.n = header.count
    /** Two shares of the frame a point, y upwards. @type {Float32Array[]} */
    this.layouts = []
    /** The group of each point, one list a colouring. @type {Uint8Array[]} */
    this.groupings = []
    for (const [name, part] of parts) {
      if (name === "layout") this.layouts.push(Float32Array.from(new Uint16Array(part.buffer), (v) => v / FULL))
      else if (name === "groups") this.groupings.push(part)
    }
    this.layout = Math.max(this.layouts.length - 1, 0)
    this.colouring = 0
    /** The only group that is on show. @type {number | null} */
    this.isolated = null
    /** Where the points are now, on their way from one layout to the next. */
    this.places = new Float32Array()
    this.settle()
  }

  /** Put each point on its way between two layouts. @param {Float32Array} from @param {Float32Array} to @param {number} share */
  between(from, to, share) {
    for (let i = 0; i < from.length; i++) this.places[i] = from[i] + (to[i] - from[i]) * share
  }

  /** Put each point where its layout has it. */
  settle() {
    this.places = this.layouts[this.layout]?.slice() ?? this.places
  }

  get groups() {
    return this.groupings[this.colouring] ?? new Uint8Array()
  }

  get names() {
    return this.header.colourings[this.colouring]?.[2] ?? []
  }

  /** Names of the layout and the colouring on show. */
  get onShow() {
    return { layout: this.header.layouts[this.layout][0], colouring: this.header.colourings[this.colouring][0] }
  }

  /** @param {string} name -1 where there is none */
  layoutOf(name) {
    return this.header.layouts.findIndex(([known]) => known === name)
  }

  /** @param {string} name -1 where there is none */
  colouringOf(name) {
    return this.header.colourings.findIndex(([known]) => known === name)
  }

  /** @param {number} i @returns {[number, number]} */
  place(i) {
    return [this.places[2 * i], this.places[2 * i + 1]]
  }

  /** @param {number} i */
  hidden(i) {
    return this.isolated !== null && this.groups[i] !== this.isolated
  }

  /** The visible point nearest to a place; -1 where none lies within `reach`. @param {number} x @param {number} y @param {number} reach */
  nearest(x, y, reach) {
    let best = -1
    let least = reach ** 2
    for (let i = 0; i < this.n; i++) {
      if (this.hidden(i)) continue
      const far = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2
      if (far <= least) [best, least] = [i, far]
    }
    return best
  }

  /** The nearest visible point in a direction, in a cone of 45 degrees to each side; -1 where there is none. @param {number} start @param {number} right @param {number} up */
  next(start, right, up) {
    const [x, y] = this.place(start)
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.n; i++) {
      if (i === start || this.hidden(i)) continue
      const [dx, dy] = [this.places[2 * i] - x, this.places[2 * i + 1] - y]
      const along = dx * right + dy * up
      if (along <= 0 || Math.abs(right ? dy : dx) > along) continue
      const far = dx * dx + dy * dy
      if (far < least) [best, least] = [i, far]
    }
    return best
  }

  /** The points that lie in a view, or just outside of it. @param {import("./view.js").View} view */
  inSight(view) {
    const seen = []
    for (let i = 0; i < this.n; i++) {
      if (this.hidden(i)) continue
      const [x, y] = view.toScreen(...this.place(i))
      if (x >= -0.02 && x <= 1.02 && y >= -0.02 && y <= 1.02) seen.push(i)
    }
    return seen
  }

  /** @param {number} i */
  words(i) {
    const [, title, names] = this.header.colourings[this.colouring]
    const caption = this.header.captions[i]
    return `Picture ${i.toLocaleString("en-US")}${caption ? `, ${caption}` : ""}, ${title}: ${names[this.groups[i]]}.`
  }

  /** Where the groups on show lie, in words; the points may be on their way there. */
  told() {
    const places = this.layouts[this.layout] ?? this.places
    return whereabouts(this.names, this.groups, (i) => [places[2 * i], places[2 * i + 1]])
  }

  /** A place in the layouts' units in shares of the frame. @param {number} x @param {number} y @returns {[number, number]} */
  toShares(x, y) {
    const [mx, my, half] = this.header.frame
    return [(x - mx) / (2 * half) + 0.5, (y - my) / (2 * half) + 0.5]
  }

  /** A place in shares of the frame in the layouts' units. @param {number} x @param {number} y @returns {[number, number]} */
  toUnits(x, y) {
    const [mx, my, half] = this.header.frame
    return [mx + (2 * x - 1) * half, my + (2 * y - 1) * half]
  }
}
