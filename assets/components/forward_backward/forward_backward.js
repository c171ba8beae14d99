// Forward and backward on one example: the flow, step by step; the numbers that can be changed; steps of gradient descent.
//
// Everything is computed here. Python hears of what came out half a second after the last gesture, for the address.

import { clamp, element, find, setFlag } from "../kit/dom.js"
import { fill } from "../kit/slider.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { drawChains, drawCounts } from "./blocks.js"
import { chains } from "./chain.js"
import { counted } from "./counting.js"
import { backward, descended, FIRST_WEIGHT, forward, nudged, SLOTS, WIDTHS } from "./engine.js"
import { Graph } from "./graph.js"
import { pathOf, toldLosses } from "./history.js"
import { number } from "./numbers.js"
import { equations, FORWARD, LAST, nudge, step, told } from "./steps.js"

const STEP_MS = 900 // from one step of the flow to the next while it plays
const REST_MS = 500 // after the last gesture Python hears of it
const NUDGE = 0.01
const MOST_LOSSES = 400
const GROUPS = { x: "Input", y: "Target", w: "Weights", b: "Biases" }

/** @typedef {import("../messages.d.ts").ForwardBackwardData} Data */
/** @typedef {import("../messages.d.ts").FlowState} State */
/** @typedef {import("./steps.js").Flow} Flow */

export default class ForwardBackward {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".forward-backward")
    this.graph = new Graph(find(this.root, ".graph"), (slot) => this.choose(slot))
    /** @type {Wire<State>} */
    this.wire = new Wire()
    /** @type {Data | null} */
    this.data = null
    /** @type {State} */
    this.state = { start: 0, activation: "tanh", rate: 0, at: LAST, reuse: false, values: [] }
    this.slot = FIRST_WEIGHT
    /** @type {number[]} */
    this.losses = []
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
    this.slide = find(this.root, ".slide", HTMLInputElement)
    this.value = find(this.root, ".value", HTMLInputElement)
    this.listen()
  }

  listen() {
    const { root } = this
    const press = (/** @type {string} */ name, /** @type {() => void} */ act) => {
      find(root, name, HTMLButtonElement).onclick = act
    }
    press(".first", () => this.go(0))
    press(".back", () => this.go(this.state.at - 1))
    press(".next", () => this.go(this.state.at + 1))
    press(".last", () => this.go(LAST))
    press(".play", () => (this.timer ? this.pause() : this.play()))
    press(".step", () => this.descend(1))
    press(".ten", () => this.descend(10))
    press(".restore", () => this.begin(this.state.start))
    press(".other", () => this.begin(this.state.start + 1))
    const position = find(root, ".at", HTMLInputElement)
    position.oninput = () => this.go(Number(position.value))
    find(root, ".flow").onkeydown = (event) => this.key(event)
    const rate = find(root, ".rate", HTMLSelectElement)
    rate.onchange = () => this.change({ rate: Number(rate.value) })
    const activation = find(root, ".activation", HTMLSelectElement)
    activation.onchange = () => this.change({ activation: /** @type {State["activation"]} */ (activation.value) }, true)
    const reuse = find(root, "input.reuse", HTMLInputElement)
    reuse.onchange = () => this.change({ reuse: reuse.checked })
    const slot = find(root, ".slot", HTMLSelectElement)
    slot.onchange = () => this.choose(Number(slot.value))
    this.slide.oninput = () => this.edit(Number(this.slide.value))
    this.value.oninput = () => {
      if (this.value.value.trim() && Number.isFinite(Number(this.value.value))) this.edit(Number(this.value.value))
    }
    this.value.onchange = () => this.draw() // what is no number is put back
  }

  /** Home, End and the arrows move the flow, wherever the focus is in it; a slider has its own. @param {KeyboardEvent} event */
  key(event) {
    const to = { Home: 0, End: LAST, ArrowLeft: this.state.at - 1, ArrowRight: this.state.at + 1 }[event.key]
    const taken = event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey
    if (to === undefined || taken) return
    event.preventDefault()
    this.go(to)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const first = !this.data
    this.data = data
    if (first) this.fill(data)
    if (this.wire.receive(data.held, setStateValue)) {
      this.pause()
      clearTimeout(this.rest)
      this.state = structuredClone(data.held.value)
      this.losses = [this.flow().trace.loss]
      this.draw()
    }
    this.wire.land(data.held.stamp)
  }

  /** The menus. @param {Data} data */
  fill(data) {
    const rates = data.rates.map((rate, i) => option(String(i), String(rate)))
    find(this.root, ".rate").replaceChildren(...rates)
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map()
    SLOTS.forEach(({ kind, layer, name }, i) => {
      const label = layer ? `${GROUPS[kind]} of layer ${layer}` : GROUPS[kind]
      const group = groups.get(label) ?? Object.assign(document.createElement("optgroup"), { label })
      groups.set(label, group)
      group.append(option(String(i), name))
    })
    find(this.root, ".slot").replaceChildren(...groups.values())
    Object.assign(this.value, { min: String(-data.limit), max: String(data.limit) })
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  /** @param {Partial<State>} changes @param {boolean} [afresh] the losses begin anew */
  change(changes, afresh = false) {
    Object.assign(this.state, changes)
    if (afresh) this.losses = [this.flow().trace.loss]
    this.draw()
    this.soon()
  }

  /** @param {number} at */
  go(at) {
    this.pause()
    this.change({ at: clamp(at, 0, LAST) })
  }

  play() {
    if (this.state.at >= LAST) this.state.at = 0
    this.timer = setInterval(() => {
      this.state.at += 1
      if (this.state.at >= LAST) this.pause()
      this.draw()
    }, STEP_MS)
    this.draw()
  }

  pause() {
    if (!this.timer) return
    clearInterval(this.timer)
    this.timer = undefined
    this.draw()
    this.soon()
  }

  /** @param {number} slot */
  choose(slot) {
    this.slot = slot
    this.draw()
  }

  /** @param {number} value */
  edit(value) {
    const { data, state } = this
    if (!data) return
    const values = state.values.slice()
    values[this.slot] = clamp(value, -data.limit, data.limit)
    this.change({ values }, true)
  }

  /** Steps of gradient descent. @param {number} steps */
  descend(steps) {
    const { data, state } = this
    if (!data) return
    this.pause()
    for (let i = 0; i < steps; i++) {
      const { gradients } = this.flow()
      state.values = descended(state.values, gradients.flat, data.rates[state.rate], data.limit)
      this.losses = [...this.losses, this.flow().trace.loss].slice(-MOST_LOSSES)
    }
    this.change({ at: LAST })
    find(this.root, "#spoken").textContent = toldLosses(this.losses)
  }

  /** Weights as they were at first. @param {number} start */
  begin(start) {
    const { data } = this
    if (!data) return
    this.pause()
    const which = start % data.starts.length
    this.change({ start: which, values: data.starts[which].slice() }, true)
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /** @returns {Flow} */
  flow() {
    const { values, activation, at } = this.state
    const trace = forward(values, activation)
    return { values, activation, at, trace, gradients: backward(values, trace) }
  }

  draw() {
    const { data, root, state } = this
    if (!data) return
    const flow = this.flow()
    this.graph.draw(flow, this.slot)
    const now = step(state.at, state.activation)
    find(root, ".title").textContent = now.title
    const lines = equations(flow).map((line) => {
      const made = element("span", "equation")
      made.textContent = line
      return made
    })
    find(root, ".lines").replaceChildren(...lines)
    this.drawBar(now)
    drawChains(find(root, ".chains"), chains(flow, state.reuse), state.at)
    drawCounts(root, counted(WIDTHS, state.at - FORWARD), counted(WIDTHS, LAST))
    this.drawSide(flow)
    tell(root, told(flow))
    root.dataset.at = String(state.at)
    root.dataset.loss = String(flow.trace.loss)
  }

  /** @param {import("./steps.js").Step} now */
  drawBar(now) {
    const { root, state } = this
    const position = find(root, ".at", HTMLInputElement)
    position.value = String(state.at)
    fill(position, state.at / LAST)
    const where = `${{ input: "Input", forward: "Forward", backward: "Backward" }[now.phase]}, ${state.at} of ${LAST}`
    position.setAttribute("aria-valuetext", `${where}: ${now.title}`)
    find(root, ".where").textContent = where
    const play = find(root, ".play")
    play.textContent = this.timer ? "Pause" : "Play"
    setFlag(play, "aria-pressed", !!this.timer)
    // not disabled: a button that is loses the focus, and the keys with it
    for (const name of [".first", ".back"]) setFlag(find(root, name), "aria-disabled", state.at === 0)
    for (const name of [".last", ".next"]) setFlag(find(root, name), "aria-disabled", state.at === LAST)
  }

  /** The loss, the menus, and the number that is being changed. @param {Flow} flow */
  drawSide({ gradients }) {
    const { root, state, slot } = this
    find(root, ".loss-now").textContent = toldLosses(this.losses)
    root.querySelector(".losses path")?.setAttribute("d", pathOf(this.losses))
    find(root, ".rate", HTMLSelectElement).value = String(state.rate)
    find(root, ".activation", HTMLSelectElement).value = state.activation
    find(root, "input.reuse", HTMLInputElement).checked = state.reuse
    find(root, ".slot", HTMLSelectElement).value = String(slot)
    const value = state.values[slot]
    this.slide.value = String(value)
    fill(this.slide, (clamp(value, -3, 3) + 3) / 6)
    this.slide.setAttribute("aria-valuetext", `${SLOTS[slot].name} = ${number(value)}`)
    if (Number(this.value.value) !== value || !this.value.value) this.value.value = String(Number(value.toFixed(4)))
    const really = nudged(state.values, state.activation, slot, NUDGE)
    find(root, ".nudge").textContent = nudge(SLOTS[slot].name, gradients.flat[slot], really, NUDGE)
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  soon() {
    clearTimeout(this.rest)
    this.rest = setTimeout(() => {
      this.wire.offer(structuredClone(this.state))
      this.root.dataset.sent = String(this.wire.messages)
    }, REST_MS)
  }

  close() {
    clearInterval(this.timer)
    clearTimeout(this.rest)
    this.wire.close()
    this.graph.close()
  }
}

/** @param {string} value @param {string} text */
function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text })
}
