// The hidden patches of an n by n grid, and what a hand does to them. Patches are numbered row by row.

import { clamp, same } from "../kit/dom.js"
import { History } from "../kit/history.js"

/** @typedef {{ row: number, column: number }} Place outside the picture they run on below 0 and above n - 1 */
/**
 * @typedef {object} Gesture
 * @property {"drag" | "keys" | "button"} kind
 * @property {number[]} before the mask without it
 * @property {Map<number, boolean>} touched patches and whether they were hidden
 * @property {boolean} step whether it is a step through the history, which leaves the future alone
 * @property {boolean} sent
 */

const STEPS = 200

/** @param {Iterable<number>} cells */
export const sorted = (cells) => [...cells].sort((a, b) => a - b)

/** @param {number} n @param {Place} place */
export function cellAt(n, { row, column }) {
  return row < 0 || column < 0 || row >= n || column >= n ? -1 : row * n + column
}

/** The patches on a straight line; what lies outside the picture is left out. @param {number} n @param {Place} from @param {Place} to */
export function line(n, from, to) {
  const [down, right] = [to.row - from.row, to.column - from.column]
  const steps = Math.max(Math.abs(down), Math.abs(right), 1)
  const cells = []
  for (let k = 0; k <= steps; k++) {
    const place = {
      row: Math.round(from.row + (down * k) / steps),
      column: Math.round(from.column + (right * k) / steps),
    }
    const cell = cellAt(n, place)
    if (cell >= 0) cells.push(cell)
  }
  return cells
}

/** The corners of a rectangle, inside the picture. @param {number} n @param {Place} a @param {Place} b */
export function corners(n, a, b) {
  const [top, bottom] = [a.row, b.row].sort((x, y) => x - y).map((row) => clamp(row, 0, n - 1))
  const [left, right] = [a.column, b.column].sort((x, y) => x - y).map((column) => clamp(column, 0, n - 1))
  return { top, bottom, left, right }
}

/** The patches of a rectangle. @param {number} n @param {Place} a @param {Place} b */
export function box(n, a, b) {
  const { top, bottom, left, right } = corners(n, a, b)
  const cells = []
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) cells.push(row * n + column)
  }
  return cells
}

export class Editor {
  /** @param {number} n */
  constructor(n) {
    this.n = n
    /** @type {Set<number>} */
    this.mask = new Set()
    /** @type {History<number[]>} */
    this.history = new History(STEPS)
    /** The running gesture, or the run of keys that is not over yet. @type {Gesture | null} */
    this.gesture = null
    /** Gestures that Python has not answered. @type {Gesture[]} */
    this.open = []
    /** The hidden patch whose attention is kept on show. @type {number | null} */
    this.pinned = null
  }

  /** @param {Gesture["kind"]} kind */
  begin(kind) {
    this.gesture = { kind, before: sorted(this.mask), touched: new Map(), step: false, sent: false }
    return this.gesture
  }

  /** @param {Iterable<number>} cells @param {boolean} hidden */
  set(cells, hidden) {
    for (const cell of cells) {
      this.gesture?.touched.set(cell, hidden)
      if (hidden) this.mask.add(cell)
      else this.mask.delete(cell)
    }
  }

  /** Let the mask be exactly these. @param {Iterable<number>} cells */
  setAll(cells) {
    const wanted = new Set(cells)
    for (let cell = 0; cell < this.n * this.n; cell++) this.set([cell], wanted.has(cell))
  }

  invert() {
    const others = []
    for (let cell = 0; cell < this.n * this.n; cell++) if (!this.mask.has(cell)) others.push(cell)
    this.setAll(others)
  }

  /** Inside a gesture. @param {"undo" | "redo"} way */
  step(way) {
    this.history.step(way, (there) => {
      const here = sorted(this.mask)
      if (this.gesture) this.gesture.step = true
      this.setAll(there)
      return here
    })
  }

  /** Let nothing be touched by the running gesture so far. */
  takeBack() {
    if (!this.gesture) return
    this.mask = new Set(this.gesture.before)
    this.gesture.touched.clear()
  }

  /** End the gesture: one step of the history. Returns whether it changed the mask. */
  finish() {
    const { gesture } = this
    if (!gesture) return false
    this.gesture = null
    if (this.pinned !== null && !this.mask.has(this.pinned)) this.pinned = null
    if (same(gesture.before, sorted(this.mask))) return false
    if (!gesture.step) this.history.remember(gesture.before)
    this.open.push(gesture)
    return true
  }

  /** All gestures so far are in a message. */
  sent() {
    for (const gesture of this.open) gesture.sent = true
  }

  /** The message is answered. */
  answered() {
    this.open = this.open.filter((gesture) => !gesture.sent)
  }

  /**
   * Python replaced the mask: take it over, so that Undo leads back. Strokes that Python has not answered are repeated on
   * top, and so is the running one; what changes the whole mask is not, for it would undo Python's move. Returns whether
   * the mask is now another one than Python's.
   *
   * @param {number[]} cells
   * @param {number | null} pinned
   * @param {boolean} first nothing was shown before
   */
  follow(cells, pinned, first = false) {
    const { gesture, open } = this
    const mine = gesture ? gesture.before : sorted(this.mask)
    const strokes = open.filter(({ touched }) => touched.size < this.n * this.n)
    this.gesture = null
    this.open = []
    this.pinned = pinned
    if (!first && !same(mine, cells)) this.history.remember(mine)
    this.mask = new Set(cells)
    for (const stroke of strokes) {
      this.begin(stroke.kind)
      this.repeat(stroke)
      this.finish()
    }
    const changed = !same(sorted(this.mask), cells)
    if (gesture) {
      gesture.before = sorted(this.mask)
      this.gesture = gesture
      this.repeat(gesture)
    }
    return changed
  }

  /** @param {Gesture} gesture */
  repeat({ touched }) {
    for (const [cell, hidden] of [...touched]) this.set([cell], hidden)
  }
}
