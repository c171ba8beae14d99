// One act after the other: Streamlit's front end keeps one of several fragments whose parts speak in the same moment, and
// forgets the others.

import { ofPage } from "../kit/mount.js"

const CALM_MS = 300 // no act speaks so soon after a gesture: what both say in one moment is one message, about the act alone
const GESTURES = ["pointerdown", "pointerup", "click", "keydown"]
const AGAIN_MS = 3000 // a word that was lost, on a page that was drawn anew meanwhile, is said again

/** all: every act is wanted, as for a print. @typedef {{ say(all: boolean): void }} Waiting */

// A browser calls its timers for the window alone.
/** @param {() => void} run @param {number} ms @returns {any} */
const later = (run, ms) => setTimeout(run, ms)
/** @param {any} timer */
const forget = (timer) => clearTimeout(timer)

/** The one queue of a page. @returns {Turns} */
export function turnsOfPage() {
  return ofPage(Symbol.for("latent-lab-acts"), () => {
    const turns = new Turns()
    for (const name of GESTURES) window.addEventListener(name, () => turns.hush(), { capture: true, passive: true })
    return turns
  })
}

export class Turns {
  /** @param {(run: () => void, ms: number) => any} [after] @param {(timer: any) => void} [never] */
  constructor(after = later, never = forget) {
    this.after = after
    this.never = never
    /** @type {Set<Waiting>} in the order in which they came */
    this.waiting = new Set()
    /** Acts that are not drawn, whether they wait for their turn or not. @type {Set<Waiting>} */
    this.undrawn = new Set()
    /** @type {(() => void)[]} */
    this.ends = []
    /** @type {Waiting | undefined} */
    this.speaking = undefined
    /** @type {any} */
    this.timer = undefined
    /** @type {any} runs while nobody speaks, because somebody does something */
    this.calm = undefined
  }

  /** Somebody does something: nobody speaks in this moment. */
  hush() {
    this.never(this.calm)
    this.calm = this.after(() => {
      this.calm = undefined
      this.next()
    }, CALM_MS)
  }

  /** Its turn comes, and comes again until it leaves. @param {Waiting} one */
  ask(one) {
    this.waiting.add(one)
    this.next()
  }

  /** It has what it asked for, or needs it no more. @param {Waiting} one */
  leave(one) {
    this.waiting.delete(one)
    // While all are wanted, one word is enough: the next speaks where it was lost.
    if (this.speaking === one && !this.ends.length) this.free()
  }

  /** Have every act drawn, in one run of the page; resolves once none is left. @returns {Promise<void>} */
  all() {
    return new Promise((end) => {
      this.ends.push(end)
      for (const one of this.undrawn) this.ask(one)
      this.left()
    })
  }

  /** Its act is drawn, or it has left the page. @param {Waiting} one */
  quit(one) {
    this.undrawn.delete(one)
    this.leave(one)
    this.left()
  }

  /** @param {Waiting} one */
  join(one) {
    this.undrawn.add(one)
  }

  left() {
    if (this.undrawn.size) return
    const ends = this.ends.splice(0)
    if (ends.length && this.speaking) this.free()
    for (const end of ends) end()
  }

  next() {
    const [first] = this.waiting
    if (this.speaking || this.calm !== undefined || !first) return
    this.speaking = first
    this.waiting.delete(first)
    this.timer = this.after(() => {
      if (this.undrawn.has(first) || !this.ends.length) this.waiting.add(first)
      this.free()
    }, AGAIN_MS)
    first.say(this.ends.length > 0)
  }

  free() {
    this.never(this.timer)
    this.speaking = undefined
    this.next()
  }
}
