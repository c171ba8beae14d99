// When a picture is on show, and what is said about it: without a browser.

/** @typedef {"before" | "now" | "after"} State */

export class Looking {
  /** @param {(state: State) => void} changed */
  constructor(changed) {
    this.changed = changed
    this.name = ""
    this.looks = 0
    /** @type {State} */
    this.state = "before"
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  /** A picture of this name is there; another one than before was not seen yet. @param {string} name */
  take(name) {
    if (name === this.name) return
    clearTimeout(this.timer)
    this.name = name
    this.looks = 0
    this.enter("before")
  }

  /** Show it for so many seconds; while it is on show nothing happens. @param {number} seconds */
  look(seconds) {
    if (this.state === "now") return
    this.looks += 1
    this.enter("now")
    this.timer = setTimeout(() => this.enter("after"), 1000 * seconds)
  }

  /** @param {State} state */
  enter(state) {
    this.state = state
    this.changed(state)
  }

  close() {
    clearTimeout(this.timer)
  }
}

/** What stands in the picture's place. @param {State} state @param {number} looks */
export function cover(state, looks) {
  if (state !== "after") return "A picture is hidden here."
  return looks === 1 ? "You saw it once. Draw it." : `You looked ${looks} times. Draw it.`
}

/** @param {State} state @param {number} seconds */
export const label = (state, seconds) =>
  ({ before: `Show it for ${seconds} seconds`, now: "Look", after: "Look once more" })[state]
