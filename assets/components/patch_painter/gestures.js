// What a gesture changes, and when Python hears of it: one message a gesture, one for a burst of keys.

import { Editor, sorted } from "./editor.js"

const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server

/** @typedef {import("../messages.d.ts").Painted} Painted */
/**
 * @typedef {object} Page
 * @property {(painted: Painted) => void} tell says to Python what is hidden
 * @property {(commits: number) => void} committed a gesture that changed the mask is over
 * @property {() => void} ended any gesture is over
 * @property {() => void} changed to be drawn anew
 */

export class Gestures {
  /** @param {Page} page */
  constructor(page) {
    this.page = page
    this.editor = new Editor(0)
    this.commits = 0
    this.unsent = false // the mask changed and no message said so yet
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined
  }

  /** Another grid. @param {number} n */
  restart(n) {
    this.editor = new Editor(n)
  }

  /** End the gesture: one step of the history, at most one message. */
  finish(send = true) {
    if (!this.editor.gesture) return
    clearTimeout(this.quiet)
    this.page.ended()
    if (this.editor.finish()) this.unsent = true
    if (send && this.unsent) this.commit()
    this.page.changed()
  }

  commit() {
    this.unsent = false
    this.commits += 1
    this.page.committed(this.commits)
    this.tell()
  }

  tell() {
    const { n, mask, pinned } = this.editor
    this.page.tell({ n, cells: sorted(mask), pinned })
  }

  /** A button of the tool bar. @param {string} action */
  act(action) {
    this.finish(false)
    this.editor.begin("button")
    if (action === "undo" || action === "redo") this.editor.step(action)
    else if (action === "invert") this.editor.invert()
    else if (action === "clear") this.editor.setAll([])
    this.finish()
  }

  /** Keys come in bursts: they change the picture at once and are sent together after a short quiet. @param {() => void} change */
  key(change) {
    if (!this.editor.gesture) this.editor.begin("keys")
    change()
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.finish(), QUIET_MS)
    this.page.changed()
  }

  /** Undo or redo from the keyboard: shown at once, sent after the quiet like every key. @param {"undo" | "redo"} way */
  step(way) {
    this.finish(false)
    this.editor.begin("keys")
    this.editor.step(way)
    this.finish(false)
    this.key(() => {}) // each step stands alone in the history, yet the message waits for the quiet
  }

  /** Keep the attention of a hidden patch on show, or of none. @param {number} cell */
  pin(cell) {
    this.finish()
    const { editor } = this
    const next = editor.mask.has(cell) && cell !== editor.pinned ? cell : null
    if (next === editor.pinned) return
    editor.pinned = next
    this.tell()
    this.page.changed()
  }

  close() {
    clearTimeout(this.quiet)
  }
}
