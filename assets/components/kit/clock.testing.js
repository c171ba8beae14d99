// A clock for tests: time passes when a test says so.

/** In the place of the timers of this process, until `restore`. */
export class Clock {
  constructor() {
    this.now = 0
    this.id = 0
    /** @type {Map<number, { at: number, run: () => void }>} */
    this.due = new Map()
    const { setTimeout, clearTimeout } = globalThis
    const page = /** @type {any} */ (globalThis)
    page.setTimeout = (/** @type {() => void} */ run, wait = 0) => {
      this.id += 1
      this.due.set(this.id, { at: this.now + wait, run })
      return this.id
    }
    page.clearTimeout = (/** @type {number} */ id) => this.due.delete(id)
    this.restore = () => Object.assign(globalThis, { setTimeout, clearTimeout })
  }

  /** @param {number} milliseconds */
  tick(milliseconds) {
    const end = this.now + milliseconds
    for (;;) {
      const [next] = [...this.due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
      if (!next) break
      const [id, { at, run }] = next
      this.due.delete(id)
      this.now = at
      run()
    }
    this.now = end
  }
}
