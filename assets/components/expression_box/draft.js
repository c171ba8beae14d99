// What is typed, and when it goes to Python.

import { bare, finished } from "./expression.js"

const PAUSE_MS = 350 // after this long without a key the expression is sent, if it can be a finished one

export class Draft {
  /** @param {{ text: () => string, caret: () => number, send: () => void }} input */
  constructor(input) {
    this.input = input
    /** @type {import("./words.js").Words | null} */
    this.words = null
    /** The expression that Python has, or is about to. */
    this.known = ""
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined
  }

  get changed() {
    return bare(this.input.text()) !== bare(this.known)
  }

  /** A key was pressed: the expression may be sent after a pause. */
  rest() {
    clearTimeout(this.pause)
    this.pause = setTimeout(() => {
      if (this.changed && finished(this.input.text(), this.input.caret(), this.words)) this.input.send()
    }, PAUSE_MS)
  }

  /** What is typed is not to be sent by itself. */
  hold() {
    clearTimeout(this.pause)
  }

  /** The input is left: finished or not, what stands there is meant. */
  leave() {
    if (this.changed) this.input.send()
  }
}
