// Points walk from one layout to the next.

import { clamp } from "../kit/dom.js"

const MOVE_MS = 400 // from one layout to the next
const PLAY_MS = 900 // an age stands while they are played

/** Slow, fast, slow. @param {number} t */
export const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2)
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

export class Walk {
  /** @param {() => void} paint */
  constructor(paint) {
    this.paint = paint
    this.frame = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.playing = undefined
  }

  /** From where they are. @param {import("./cloud.js").Cloud} cloud @param {number} layout */
  to(cloud, layout) {
    cloud.layout = layout
    const from = cloud.places.slice()
    const began = performance.now()
    this.halt()
    const step = (/** @type {number} */ now) => {
      const t = still() ? 1 : clamp((now - began) / MOVE_MS, 0, 1)
      cloud.between(from, cloud.layouts[layout], ease(t))
      this.paint()
      if (t < 1) this.frame = requestAnimationFrame(step)
    }
    this.frame = requestAnimationFrame(step)
  }

  /** Show one layout after the other, from the first one on. @param {number} count @param {(layout: number) => void} show */
  play(count, show) {
    this.pause()
    let next = 0
    const step = () => {
      show(next)
      next += 1
      if (next < count) this.playing = setTimeout(step, PLAY_MS)
    }
    step()
  }

  /** They stay where they are. */
  halt() {
    cancelAnimationFrame(this.frame)
  }

  /** No further layout is shown by itself. */
  pause() {
    clearTimeout(this.playing)
  }

  close() {
    this.halt()
    this.pause()
  }
}
