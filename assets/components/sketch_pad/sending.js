// When the pixels go to Python: at the end of a stroke at once, while the pen moves now and then, keys after a short quiet.

import { same } from "../kit/dom.js"

const QUIET_MS = 120 // keys: send once the hands rest, so that a held key does not flood the server
const LIVE_MS = 100 // between two messages while the pen moves, and before the first one: a short stroke is one message

/**
 * @typedef {object} Pad
 * @property {() => Uint8Array | null} pixels as the network gets them, the running stroke included
 * @property {() => boolean} moving whether a stroke runs
 * @property {() => boolean} busy whether the answer to a message is still to come
 * @property {(pixels: Uint8Array) => void} tell
 * @property {() => void} rested the keys have come to rest
 */

export class Sending {
  /** @param {Pad} pad @param {() => number} [now] in milliseconds */
  constructor(pad, now = () => performance.now()) {
    this.pad = pad
    this.now = now
    this.sentAt = 0
    /** The pixels that Python has, or is about to. @type {Uint8Array} */
    this.known = new Uint8Array()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined
  }

  /** A stroke begins. Its message says what the keys did, too. */
  begin() {
    clearTimeout(this.quiet)
    this.sentAt = this.now() // a short stroke is one message
  }

  /** Waits for nothing; what Python knows already is not sent. */
  send() {
    clearTimeout(this.later)
    this.later = undefined
    const pixels = this.pad.pixels()
    if (!pixels || same(pixels, this.known)) return
    this.known = pixels
    this.sentAt = this.now()
    this.pad.tell(pixels)
  }

  /** While the pen moves: send when there is no answer out and the last message is a while ago. */
  offer() {
    if (this.pad.busy() || this.later !== undefined) return
    const wait = Math.max(0, LIVE_MS - (this.now() - this.sentAt))
    this.later = setTimeout(() => {
      this.later = undefined
      if (this.pad.moving()) this.send()
    }, wait)
  }

  /** A key was pressed. Keys come in bursts: they change the picture at once and are sent together. */
  rest() {
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.pad.rested(), QUIET_MS)
  }

  /** What the keys did is said otherwise. */
  hold() {
    clearTimeout(this.quiet)
  }

  close() {
    clearTimeout(this.quiet)
    clearTimeout(this.later)
  }
}
