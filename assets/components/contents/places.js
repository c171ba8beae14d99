// Where acts stand on the screen: which one is in view, and how one stays in its place while others above it are drawn.

/** @typedef {"list" | "rail" | "folded"} Form */

const LIST = 190 // pixels that the titles need beside the page
const RAIL = 40 // the same for their marks alone

/** How the contents are shown beside a page that leaves so many pixels free. @param {number} free @returns {Form} */
export function form(free) {
  if (free >= LIST) return "list"
  return free >= RAIL ? "rail" : "folded"
}

/**
 * The index of the act in view: the last one that begins above the line; the last of all at the end of the page.
 *
 * @param {(number | null)[]} tops where each act begins, in pixels; null for one that is not on the page
 * @param {number} line
 * @param {boolean} atEnd
 */
export function inView(tops, line, atEnd) {
  let found = 0
  tops.forEach((top, i) => {
    if (top !== null && (top <= line || atEnd)) found = i
  })
  return found
}

/** @typedef {{ scrollTop: number, readonly scrollHeight: number }} Scroller */

/** Keeps an act in its place while parts above it change their height, until somebody scrolls. */
export class Stay {
  /** @param {Scroller} scroller */
  constructor(scroller) {
    this.scroller = scroller
    /** How far the act is from its place; null while it is not on the page. @type {(() => number | null) | null} */
    this.distance = null
    this.top = 0
    this.height = 0
  }

  /** @param {() => number | null} distance */
  at(distance) {
    this.distance = distance
    this.settle()
  }

  /** Something has changed its height. */
  settle() {
    const far = this.distance?.()
    if (far === undefined || far === null) return
    if (Math.abs(far) > 1) this.scroller.scrollTop += far
    this.top = this.scroller.scrollTop // the end of the page may be nearer
    this.height = this.scroller.scrollHeight
  }

  /** The page was scrolled, by `settle` or by a person. */
  scrolled() {
    if (this.scroller.scrollHeight !== this.height || Math.abs(this.scroller.scrollTop - this.top) <= 2) return
    this.leave()
  }

  leave() {
    this.distance = null
  }

  get stays() {
    return this.distance !== null
  }
}
