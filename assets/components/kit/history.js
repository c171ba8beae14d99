// Steps that can be undone and redone.

/** @template T */
export class History {
  /** @param {number} most steps that are kept */
  constructor(most) {
    this.most = most
    /** @type {T[]} */
    this.past = []
    /** @type {T[]} */
    this.future = []
  }

  /** What stood there before a step. @param {T} before */
  remember(before) {
    this.past.push(before)
    if (this.past.length > this.most) this.past.shift()
    this.future = []
  }

  /**
   * Go back or forth: what stands there now is kept for the way back, and what is to stand there is returned.
   *
   * @param {"undo" | "redo"} way
   * @param {(there: T) => T} swap puts a step in place and returns what it replaced
   */
  step(way, swap) {
    const [from, to] = way === "undo" ? [this.past, this.future] : [this.future, this.past]
    const there = from.pop()
    if (there === undefined) return false
    to.push(swap(there))
    return true
  }

  clear() {
    this.past = []
    this.future = []
  }
}
