// Which frame is on show: time at a speed, a step, a slider. It knows no canvas.

export const RATE = 8 // frames a second at speed 1

export class Clock {
  constructor() {
    this.frames = 1
    this.speed = 1
    this.playing = false
    /** The frame with what has passed of it. */
    this.at = 0
  }

  get frame() {
    return Math.floor(this.at) % this.frames
  }

  /** Time goes on; whether another frame is on show. @param {number} seconds */
  pass(seconds) {
    if (!this.playing) return false
    const before = this.frame
    // After a pause of the browser's the clip goes on where it was.
    this.at = (this.at + Math.min(seconds, 0.5) * RATE * this.speed) % this.frames
    return this.frame !== before
  }

  /** @param {number} frame */
  show(frame) {
    this.playing = false
    this.at = ((Math.round(frame) % this.frames) + this.frames) % this.frames
  }
}
