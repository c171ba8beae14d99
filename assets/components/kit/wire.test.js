import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "./clock.testing.js"
import { Wire } from "./wire.js"

/** @typedef {{ value: number, puts: number, stamp: string }} Message */

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

/** @param {import("./wire.js").Options} [options] */
function connected(options) {
  /** @type {Message[]} */
  const out = []
  /** @type {Wire<number>} */
  const wire = new Wire(options)
  const send = (/** @type {string} */ name, /** @type {unknown} */ message) => {
    assert.equal(name, "held")
    out.push(/** @type {Message} */ (message))
  }
  /** @param {number} puts */
  const python = (puts, value = 0, stamp = "") => wire.receive({ value, puts, stamp }, send)
  return { wire, out, python }
}

test("at most one message is under way, and the newest value goes next", () => {
  const { wire, out, python } = connected()
  assert.equal(python(1), true)
  for (const value of [1, 2, 3]) wire.offer(value)
  assert.deepEqual(
    out.map(({ value }) => value),
    [1],
  )
  wire.land("other-1")
  assert.equal(out.length, 1)
  wire.land(out[0].stamp)
  assert.deepEqual(
    out.map(({ value }) => value),
    [1, 3],
  )
  wire.land(out[1].stamp)
  assert.equal(out.length, 2)
  assert.equal(wire.busy, false)
})

test("stamps count up and have the form that Python takes", () => {
  const { wire, out, python } = connected()
  python(4)
  for (let i = 0; i < 12; i++) wire.send(i)
  const names = new Set(out.map(({ stamp }) => stamp.split("-")[0]))
  assert.equal(names.size, 1)
  assert.deepEqual(
    out.map(({ stamp }) => Number(stamp.split("-")[1])),
    [...Array(12).keys()].map((i) => i + 1),
  )
  for (const { stamp, puts } of out) {
    assert.match(stamp, /^[a-z0-9]{1,32}-[0-9]{1,9}$/)
    assert.equal(puts, 4)
  }
})

test("a component that is mounted again counts as a later instance, whatever the clock says", () => {
  const order = (/** @type {string} */ name) => Number.parseInt(name, 36)
  const names = [...Array(50)].map(() => new Wire().name)
  for (let i = 1; i < 50; i++) assert.ok(order(names[i]) > order(names[i - 1]))
  const { wire, out, python } = connected()
  const ahead = (order(wire.name) + 10 ** 9).toString(36)
  python(1, 0, `${ahead}-7`)
  wire.offer(1)
  assert.ok(order(out[0].stamp.split("-")[0]) > order(ahead))
  const own = out[0].stamp
  wire.land(own)
  python(1, 1, own)
  wire.offer(2)
  assert.equal(out[1].stamp.split("-")[0], own.split("-")[0], "its own answer is no other instance")
})

test("what is sent at once does not wait for the answer to the message before it", () => {
  const { wire, out, python } = connected()
  python(1)
  wire.offer(1)
  wire.send(2)
  assert.deepEqual(
    out.map(({ value }) => value),
    [1, 2],
  )
  wire.land(out[0].stamp) // the answer to the former one is not this one's
  assert.equal(wire.busy, true)
  wire.land(out[1].stamp)
  assert.equal(wire.busy, false)
})

test("nothing goes out before Python was heard", () => {
  const { wire, out, python } = connected()
  wire.offer(1)
  assert.equal(out.length, 0)
  python(7)
  assert.equal(out.length, 0, "Python's first word counts")
  wire.offer(2)
  assert.equal(out[0].puts, 7)
})

test("Python's move voids what was said meanwhile", () => {
  const { wire, out, python } = connected()
  python(1)
  wire.offer(1)
  wire.offer(2) // waits
  assert.equal(python(1), false, "an echo")
  assert.equal(python(2), true)
  assert.equal(wire.busy, false)
  assert.equal(out.length, 1, "what waited is void")
  wire.land(out[0].stamp)
  wire.offer(3)
  assert.equal(out[1].puts, 2)
  assert.equal(python(2), false)
  assert.equal(python(1), true, "a server that forgot the session counts anew")
})

test("an answer that does not come is waited for no longer than `lost`", () => {
  let landings = 0
  const { wire, out, python } = connected({ lost: 3000, landed: () => landings++ })
  python(1)
  wire.offer(1)
  wire.offer(2)
  clock.tick(2999)
  assert.equal(out.length, 1)
  clock.tick(1)
  assert.deepEqual(
    out.map(({ value }) => value),
    [1, 2],
  )
  assert.equal(landings, 1)
  wire.land(out[0].stamp) // late
  assert.equal(wire.busy, true)
})

test("`late` hears of an answer that takes long, and of its end", () => {
  /** @type {boolean[]} */
  const heard = []
  const { wire, out, python } = connected({ patience: 350, late: (is) => heard.push(is) })
  python(1)
  heard.length = 0
  wire.offer(1)
  clock.tick(349)
  assert.deepEqual(heard, [])
  clock.tick(1)
  assert.deepEqual(heard, [true])
  wire.land(out[0].stamp)
  assert.equal(heard.at(-1), false)
  clock.tick(10_000)
  assert.equal(heard.at(-1), false)
})

test("a closed wire says nothing more", () => {
  const { wire, out, python } = connected()
  python(1)
  wire.offer(1)
  wire.offer(2)
  wire.close()
  clock.tick(10_000)
  assert.equal(out.length, 1)
})

// ---- the twin -----------------------------------------------------------------------------------------------------------

/** What core/ui/held.py does. */
class Held {
  value = 0
  puts = 1
  stamp = ""

  /** @param {Message} message */
  absorb({ value, puts, stamp }) {
    const [name, count] = stamp.split("-")
    const [last, lastCount] = this.stamp.split("-")
    if (puts !== this.puts || (name === last && Number(count) <= Number(lastCount))) return
    this.value = value
    this.stamp = stamp
  }

  /** @param {number} value */
  put(value) {
    this.value = value
    this.puts += 1
  }

  down() {
    return { value: this.value, puts: this.puts, stamp: this.stamp }
  }
}

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). @param {number} seed */
function random(seed) {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

test("reordered, repeated and lost messages: no move of Python is undone, and both sides come to agree", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const chance = random(seed)
    const held = new Held()
    const { wire, out } = connected()
    const send = (/** @type {string} */ _, /** @type {unknown} */ message) => out.push(/** @type {Message} */ (message))
    let shown = 0 // what the browser shows
    let next = 1
    /** @type {{ value: number, puts: number } | null} the newest move of Python */
    let move = null
    const say = (/** @type {(value: number) => void} */ how) => {
      shown = next++
      how(shown)
    }
    const answer = () => {
      const down = held.down()
      if (wire.receive(down, send)) shown = down.value
      wire.land(down.stamp)
    }
    const arrive = () => {
      const message = out[Math.floor(chance() * out.length)] // any one, any number of times, or never
      if (!message) return
      const before = held.value
      held.absorb(message)
      if (move && message.puts < move.puts) assert.equal(held.value, before, `seed ${seed}`)
    }
    answer()
    for (let step = 0; step < 40; step++) {
      const what = chance()
      if (what < 0.35) say((value) => wire.offer(value))
      else if (what < 0.45) say((value) => wire.send(value))
      else if (what < 0.7) arrive()
      else if (what < 0.8) {
        held.put(next++)
        move = { value: held.value, puts: held.puts }
      } else if (what < 0.95) answer()
      else clock.tick(3000)
      if (wire.flight) assert.equal(wire.flight, out.at(-1)?.stamp, `seed ${seed}: one message under way`)
    }
    // The line is good again: what is under way arrives, and each answer too.
    answer()
    for (let round = 0; round < 3; round++) {
      const newest = out.at(-1)
      if (newest) held.absorb(newest)
      answer()
      clock.tick(3000)
    }
    assert.equal(shown, held.value, `seed ${seed}`)
    assert.equal(wire.busy, false)
  }
})

test("the cases that the Python twin plays, too", () => {
  const cases = JSON.parse(readFileSync(new URL("./wire.cases.json", import.meta.url), "utf8"))
  for (const { name, browser } of cases) {
    const { wire, out, python } = connected()
    wire.name = "me"
    for (const [what, ...rest] of browser) {
      if (what === "hears") {
        const [held, moved] = rest
        assert.equal(python(held.puts, held.value, held.stamp), moved, name)
        wire.land(held.stamp)
      } else if (what === "offers") wire.offer(rest[0])
      else if (what === "says") assert.deepEqual(out.shift(), rest[0], name)
      else assert.fail(`${name}: ${what}`)
    }
    assert.deepEqual(out, [], name)
  }
})
