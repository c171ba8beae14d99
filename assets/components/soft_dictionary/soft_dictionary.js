// A query, keys and values that can be edited; the steps of the look-up between them; the planes of their arrows.
//
// While an arrow or the temperature moves, the steps are computed here; after the release the numbers on show are
// Python's. The root says which: data-from="browser" or "python".

import { element, find, setFlag } from "../kit/dom.js"
import { fill } from "../kit/slider.js"
import { Wire } from "../kit/wire.js"
import { ArrowPlane } from "./arrow_plane.js"
import { chainOf, keyArrows, mergedArrows, moved } from "./arrows.js"
import { chain, found, lookUp, valueArrows } from "./lookup.js"
import { divisor, pair, temperature, ticks, tidy } from "./numbers.js"
import { showNearest, showProblems, showSum, showVectors } from "./sentences.js"
import { limit, put, Table } from "./table.js"

const TYPING_MS = 600 // after this long without a key a word is sent
const SLIDING_MS = 200 // the same for the temperature under the arrow keys
const PATIENCE_MS = 200 // after this long without an answer Python's old numbers fade: they belong to another question
const LOST_MS = 60_000 // the first word of all makes Python read 400,000 vectors
const REST_MS = 500 // a screen reader hears what came out, not each step on the way

/** @typedef {import("./lookup.js").Data} Data */
/** @typedef {import("./lookup.js").Asked} Asked */
/** @typedef {import("./lookup.js").Spot} Spot */

export default class SoftDictionary {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".soft-dictionary")
    this.query = find(this.root, ".query", HTMLInputElement)
    this.slider = find(this.root, ".temperature", HTMLInputElement)
    /** @type {Wire<Asked>} */
    this.wire = new Wire({
      patience: PATIENCE_MS,
      lost: LOST_MS,
      late: (is) => this.root.toggleAttribute("data-waiting", is && this.root.dataset.from === "python"),
    })
    /** @type {Data | null} */
    this.data = null
    /** @type {Asked} */
    this.asked = { query: "", at: [0, 0], entries: [], t: 0 }
    this.known = "" // what is asked, as Python has it or is about to
    this.unsent = false // whether a gesture is under way
    /** @type {(import("./lookup.js").Step | null)[]} */
    this.steps = []
    /** @type {Spot | null} */
    this.merged = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    const [move, rested] = [(/** @type {string} */ id, /** @type {Spot} */ at) => this.move(id, at), () => this.send()]
    this.keys = new ArrowPlane(find(this.root, ".keys-plane"), move, rested)
    this.values = new ArrowPlane(find(this.root, ".values-plane"), move, rested)
    this.table = new Table(find(this.root, ".rows"), {
      listen: (input, keep) => this.word(input, keep),
      keep: (i, field, word) => this.keep(field, i, word),
      remove: (i) => this.remove(i),
    })
    this.listen()
  }

  listen() {
    const { slider } = this
    this.word(this.query, (word) => this.keep("query", 0, word))
    slider.oninput = () => {
      this.asked.t = Number(slider.value)
      this.live()
      clearTimeout(this.pause)
    }
    slider.onchange = () => this.soon(SLIDING_MS)
    find(this.root, ".add").onclick = () => this.add()
  }

  /** An input whose word goes to Python when it is finished. @param {HTMLInputElement} input @param {(word: string) => void} keep */
  word(input, keep) {
    input.oninput = (event) => {
      keep(tidy(input.value))
      this.unsent = true
      this.draw()
      if (!(event instanceof InputEvent && event.isComposing)) this.soon(TYPING_MS)
    }
    input.onchange = () => this.soon(0)
    input.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) this.soon(0)
    }
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    this.data = data
    const { value, stamp } = data.held
    if (this.wire.receive(data.held, setStateValue)) {
      clearTimeout(this.pause)
      this.unsent = false
      this.asked = structuredClone(value)
      this.known = JSON.stringify(value)
      this.write(data)
    }
    if (this.unsent || (this.wire.busy && stamp !== this.wire.flight)) {
      this.compute(data) // a newer gesture than the one that is answered
      return
    }
    this.wire.land(stamp)
    this.answer(data)
  }

  /** Show what Python found. @param {Data} data */
  answer(data) {
    this.steps = found(data)
    this.merged = data.merged
    this.root.dataset.from = "python"
    setFlag(
      this.query,
      "aria-invalid",
      data.problems.some(([, field]) => field === "query"),
    )
    showProblems(find(this.root, ".problems"), data.problems, (...fix) => this.repair(...fix))
    this.table.mark(data.problems)
    showNearest(this.root, data)
    this.draw()
    this.root.dataset.shown = data.result_id
  }

  /** Everything that is typed or set, into the fields. @param {Data} data */
  write(data) {
    const { asked, slider } = this
    put(this.query, asked.query)
    slider.max = String(data.temperatures.length - 1)
    slider.value = String(asked.t)
    this.table.write(asked.entries)
    limit(this.root, data.longest)
    const named = ticks(data.temperatures).map(({ label, kind, share }) => {
      const tick = element("span", kind)
      tick.textContent = label
      tick.style.left = `${100 * share}%`
      return tick
    })
    find(this.root, ".ticks").replaceChildren(...named)
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /** A gesture is under way: its steps come from here. */
  live() {
    this.unsent = true
    if (this.data) this.compute(this.data)
  }

  /** @param {Data} data */
  compute(data) {
    this.steps = lookUp(this.asked, data)
    this.merged = chain(this.steps, valueArrows(this.asked, data)).at(-1) ?? null
    this.root.dataset.from = "browser"
    this.draw()
  }

  draw() {
    const { asked, data, steps, merged, slider } = this
    if (!data) return
    const shown = { asked, data, steps, merged }
    const said = temperature(data.temperatures[asked.t])
    find(this.root, ".heat-now").textContent = said
    slider.setAttribute("aria-valuetext", said)
    fill(slider, asked.t / (data.temperatures.length - 1))
    this.root.classList.toggle("own", data.own)
    find(this.root, ".query-at").textContent = data.own ? pair(asked.at) : ""
    find(this.root, ".over-root").textContent = divisor(data.root)
    find(this.root, ".over-t").textContent = "÷ T"
    this.table.draw(shown, divisor(data.root))
    find(this.root, ".add", HTMLButtonElement).disabled = steps.length >= data.most
    showSum(find(this.root, ".sum"), shown)
    showVectors(find(this.root, ".vectors"), shown)
    this.speak()
    this.drawPlanes(shown)
  }

  speak() {
    clearTimeout(this.rest)
    this.rest = setTimeout(() => {
      const [sum, spoken] = [find(this.root, ".sum"), find(this.root, "#spoken")]
      if (spoken.textContent !== sum.textContent) spoken.textContent = sum.textContent
    }, REST_MS)
  }

  /** @param {import("./arrows.js").Shown} shown */
  drawPlanes(shown) {
    const { own, flat, reach: far } = shown.data
    const [hint, reach] = own ? [": drag the tips", far] : ["", null]
    find(this.root, ".right").hidden = !own && !flat.query
    find(this.root, ".keys-title").textContent = `Keys and query${hint}`
    find(this.root, ".values-title").textContent = `Values, merged tip to tail${hint}`
    find(this.root, ".about-keys").textContent = flat.about_keys
    find(this.root, ".about-values").textContent = flat.about_values
    this.keys.draw({ arrows: keyArrows(shown), chain: [], reach, name: "Plane of the keys and the query" })
    this.values.draw({
      arrows: mergedArrows(shown),
      chain: chainOf(shown),
      reach,
      name: "Plane of the values and the merged arrow",
    })
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  /** @param {string} id @param {Spot} at */
  move(id, at) {
    this.asked = moved(this.asked, id, at)
    this.live()
  }

  /** @param {string} field @param {number} i @param {string} word */
  keep(field, i, word) {
    if (field === "query") this.asked.query = word
    else this.asked.entries[i][field === "key" ? 0 : 1] = word
  }

  /** @param {string} field @param {number} i @param {string} word */
  repair(field, i, word) {
    this.keep(field, i, word)
    if (this.data) this.write(this.data)
    this.soon(0)
    this.query.focus({ preventScroll: true })
  }

  add() {
    const { data, asked } = this
    const i = asked.entries.length
    if (!data || i >= data.most) return
    asked.entries.push(["", "", ...data.spare[i]])
    this.steps.push(null)
    this.changed(data, i)
  }

  /** @param {number} i */
  remove(i) {
    const { data, asked } = this
    if (!data || asked.entries.length <= data.fewest) return
    asked.entries.splice(i, 1)
    this.steps.splice(i, 1)
    this.changed(data, i)
  }

  /** There is another number of entries. @param {Data} data @param {number} i the one that has the focus then */
  changed(data, i) {
    this.write(data)
    this.draw()
    this.table.focus(i)
    this.soon(0)
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  /** @param {number} ms */
  soon(ms) {
    this.unsent = true
    clearTimeout(this.pause)
    if (ms) this.pause = setTimeout(() => this.send(), ms)
    else this.send()
  }

  send() {
    clearTimeout(this.pause)
    this.unsent = false
    const state = JSON.stringify(this.asked)
    if (state === this.known) {
      // back where it was, or Enter and then the change of the field
      if (!this.wire.busy && this.data) this.answer(this.data)
      return
    }
    this.known = state
    this.wire.send(structuredClone(this.asked))
    this.root.dataset.sent = String(this.wire.messages)
  }

  close() {
    clearTimeout(this.pause)
    clearTimeout(this.rest)
    this.wire.close()
    this.keys.close()
    this.values.close()
  }
}
