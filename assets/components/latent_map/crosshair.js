// Where the cross-hair stands: a hand moves it at once, Python hears of it, and may move it too.

import { Wire } from "../kit/wire.js"

/** @typedef {import("../messages.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Held<Place>} Held */
/** @typedef {(name: string, value: unknown) => void} Send */

export class CrossHair {
  /** @param {import("../kit/wire.js").Options} [options] */
  constructor(options) {
    /** @type {Wire<Place>} */
    this.wire = new Wire(options)
    this.place = { x: 0.5, y: 0.5 }
    /** Whether a hand holds it. */
    this.grabbed = false
    /** Where Python moved it while a hand held it. @type {Place | null} */
    this.deferred = null
    /** The newest message that went out. @type {{ value: Place, stamp: string } | null} */
    this.said = null
    this.heard = "" // the stamp of Python's newest answer
  }

  /** A hand moves it; false where it stands there already: the end of a click, for example. @param {Place} place */
  moveTo(place) {
    if (place.x === this.place.x && place.y === this.place.y) return false
    this.place = place
    this.deferred = null
    this.wire.offer(place)
    return true
  }

  grab() {
    this.grabbed = true
  }

  letGo() {
    this.grabbed = false
    if (this.deferred) this.place = this.deferred
    this.deferred = null
  }

  /**
   * Python's answer. It may have moved the cross-hair by itself, or have put it elsewhere than a message said: on the
   * nearest picture. Where the hand has gone on since that message, the hand's newer place goes out instead.
   *
   * @param {Held} held
   * @param {Send} setStateValue
   */
  follow(held, setStateValue) {
    const newer = held.stamp === this.heard ? null : this.after(held.stamp)
    this.heard = held.stamp
    const moved = this.wire.receive(held, (name, message) => {
      this.said = /** @type {{ value: Place, stamp: string }} */ (message)
      setStateValue(name, message)
    })
    if (!moved) return
    if (newer) this.wire.offer(newer)
    else if (this.grabbed) this.deferred = held.value
    else this.place = held.value
  }

  /** What the hand did after the message with this stamp. @param {string} stamp */
  after(stamp) {
    if (this.wire.unsent) return this.wire.unsent.value
    return this.said && this.said.stamp !== stamp ? this.said.value : null
  }

  close() {
    this.wire.close()
  }
}
