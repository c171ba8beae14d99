// One value that browser and Python share, and whose word counts. The twin of core/ui/held.py.
//
// The browser owns the value between two moves of Python. Each of its messages bears a stamp that counts up, and says
// how often Python had replaced the value when it was written (`puts`). Python takes a message only if its stamp is newer
// than the last one it took and its `puts` is the present one. So a message that is under way while Python moves never
// undoes the move, and an old one never comes back. The browser follows where `puts` is new; anything else that Python
// says is the echo of what was said here.

/** @typedef {{ lost?: number, patience?: number, late?: (is: boolean) => void, landed?: () => void }} Options */

/**
 * lost: milliseconds after which an answer is not waited for any longer. patience: after so many without an answer `late`
 * is told. landed: called when the next message may go out.
 *
 * @template T
 */
export class Wire {
  /** @param {Options} [options] */
  constructor({ lost = 3000, patience = 350, late = () => {}, landed = () => {} } = {}) {
    this.options = { lost, patience, late, landed }
    /** Instances count up: messages of one that was here before are older. */
    this.name = nextName(0)
    this.messages = 0
    /** The stamp of the message whose answer is still to come. @type {string | null} */
    this.flight = null
    /** The newest value, where it is not sent yet. @type {{ value: T } | null} */
    this.unsent = null
    /** @type {number | null} */
    this.puts = null
    /** @type {((name: string, value: unknown) => void) | null} */
    this.setStateValue = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.lostTimer = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.lateTimer = undefined
  }

  /**
   * What Python says. True where it has replaced the value: the component then shows `held.value`, and what was said here
   * meanwhile is void.
   *
   * @param {import("../types.d.ts").Held<T>} held
   * @param {(name: string, value: unknown) => void} setStateValue
   */
  receive(held, setStateValue) {
    this.setStateValue = setStateValue
    if (!this.messages && !(instanceOf(held.stamp) < instanceOf(this.name)))
      this.name = nextName(instanceOf(held.stamp))
    if (held.puts === this.puts) return false
    this.puts = held.puts
    this.unsent = null
    this.settle()
    return true
  }

  /** Say a value as soon as no answer is out: at most one message is under way, the newest value goes next. @param {T} value */
  offer(value) {
    this.unsent = { value }
    this.pump()
  }

  /** Say a value at once; the answer to the message before it is not waited for. @param {T} value */
  send(value) {
    this.unsent = { value }
    this.settle()
    this.pump()
  }

  /** The answer that bears this stamp is here. @param {string} stamp */
  land(stamp) {
    if (this.flight !== null && stamp === this.flight) this.next()
  }

  /** Whether the answer to a message is still to come. */
  get busy() {
    return this.flight !== null
  }

  close() {
    this.unsent = null
    this.settle()
  }

  pump() {
    if (!this.unsent || this.flight !== null || !this.setStateValue) return
    const { value } = this.unsent
    this.unsent = null
    this.messages += 1
    this.flight = `${this.name}-${this.messages}`
    this.lostTimer = setTimeout(() => this.next(), this.options.lost)
    this.lateTimer = setTimeout(() => this.options.late(true), this.options.patience)
    this.setStateValue("held", { value, puts: this.puts, stamp: this.flight })
  }

  next() {
    this.settle()
    this.pump()
    this.options.landed()
  }

  settle() {
    clearTimeout(this.lostTimer)
    clearTimeout(this.lateTimer)
    this.flight = null
    this.options.late(false)
  }
}

let newest = 0

/** The name of the next instance: the time, so that it is later than all others on this page. @param {number} known */
function nextName(known) {
  newest = Math.max(newest, known, Math.floor(performance.timeOrigin + performance.now())) + 1
  return newest.toString(36)
}

/** @param {string} stamp */
function instanceOf(stamp) {
  const instance = Number.parseInt(stamp.split("-")[0] || "0", 36)
  return Number.isSafeInteger(instance) ? instance : 0
}
