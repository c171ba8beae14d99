// A clip, what a network sees of it, and the clip as the network fills it in: three canvases in step, and a mask that is painted by hand.

import { all, find, letterOf, setFlag } from "../kit/dom.js"
import { listenTo, shareOf } from "../kit/hand.js"
import { History } from "../kit/history.js"
import { fill } from "../kit/slider.js"
import { tell } from "../kit/told.js"
import { Wire } from "../kit/wire.js"
import { Clock } from "./clock.js"
import { between, cellAt, count, painted, parse, spell, walked } from "./cubes.js"
import { drawFrame } from "./film.js"
import { placed, share, told } from "./words.js"

const QUIET_MS = 150 // keys: send once the hands rest

/** @typedef {import("../messages.d.ts").ClipPlayerData} Data */
/** @typedef {import("../messages.d.ts").ClipState} State */

export default class ClipPlayer {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".clip-player")
    /** @type {Wire<State>} */
    this.wire = new Wire({ late: (is) => this.root.toggleAttribute("data-waiting", is) })
    /** @type {Data | null} */
    this.data = null
    /** @type {Uint8Array} */
    this.mask = new Uint8Array(0)
    /** @type {History<Uint8Array>} */
    this.history = new History(100)
    this.clock = new Clock()
    this.clock.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches
    this.hides = true
    this.everywhere = true
    /** The place to which the running stroke has come. @type {number | null} */
    this.stroke = null
    this.strokeHides = true
    /** @type {Uint8Array} */
    this.before = this.mask
    this.cursor = 0
    this.keyboard = false
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.quiet = undefined
    this.loop = 0
    this.last = 0
    this.sheets = { original: new Image(), filled: new Image() }
    this.canvas = {
      original: find(this.root, ".original canvas", HTMLCanvasElement),
      masked: find(this.root, ".masked canvas", HTMLCanvasElement),
      filled: find(this.root, ".filled canvas", HTMLCanvasElement),
    }
    this.scrub = find(this.root, ".scrub", HTMLInputElement)
    this.listen()
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(this.root)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  async update({ data, setStateValue }) {
    const about = this.data?.held.value.about
    this.data = data
    this.clock.frames = data.frames
    this.scrub.max = String(data.frames - 1)
    const moved = this.wire.receive(data.held, setStateValue)
    if (moved || about !== data.held.value.about) {
      clearTimeout(this.quiet)
      this.stroke = null
      this.mask = parse(data.held.value.hidden, this.cubes)
      if (about !== data.held.value.about) this.history.clear()
    }
    this.draw()
    if (!(await this.show(data))) return
    this.wire.land(data.held.stamp)
    this.draw()
    this.root.dataset.shown = data.result_id
    this.run()
  }

  /** Over once both sheets are loaded; false where a newer message came meanwhile. @param {Data} data */
  async show(data) {
    const loads = /** @type {const} */ (["original", "filled"]).map(async (name) => {
      if (this.sheets[name].src === data[name]) return this.sheets[name]
      const sheet = new Image()
      sheet.src = data[name]
      await sheet.decode().catch(() => {})
      return sheet
    })
    const [original, filled] = await Promise.all(loads)
    if (this.data !== data) return false
    this.sheets = { original, filled }
    return true
  }

  get shape() {
    const { slots, places } = this.data ?? { slots: 1, places: 1 }
    return { slots, places }
  }

  get cubes() {
    return this.shape.slots * this.shape.places ** 2
  }

  /** The slot of time that is on show. */
  get slot() {
    return Math.floor((this.clock.frame * this.shape.slots) / this.clock.frames)
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  run() {
    if (this.loop || !this.clock.playing || !this.data) return
    this.last = performance.now()
    const turn = (/** @type {number} */ now) => {
      this.loop = 0
      if (!this.clock.playing) return
      const changed = this.clock.pass((now - this.last) / 1000)
      this.last = now
      if (changed) this.films()
      this.loop = requestAnimationFrame(turn)
    }
    this.loop = requestAnimationFrame(turn)
  }

  turn() {
    this.clock.playing = !this.clock.playing
    this.draw()
    this.run()
  }

  /** Show one frame, still. @param {number} frame */
  still(frame) {
    this.clock.show(frame)
    this.draw()
  }

  // ---- gestures -----------------------------------------------------------------------------------------------------

  listen() {
    const { root, canvas, scrub, clock } = this
    find(root, ".play").onclick = () => this.turn()
    find(root, ".back").onclick = () => this.still(clock.frame - 1)
    find(root, ".on").onclick = () => this.still(clock.frame + 1)
    scrub.oninput = () => this.still(Number(scrub.value))
    const speed = find(root, ".speed", HTMLSelectElement)
    speed.onchange = () => {
      clock.speed = Number(speed.value)
    }
    for (const button of all(root, "[data-does]")) {
      button.onclick = () => {
        this.hides = button.dataset.does === "hide"
        this.draw()
      }
    }
    for (const button of all(root, "[data-in]")) {
      button.onclick = () => {
        this.everywhere = button.dataset.in === "all"
        if (!this.everywhere) clock.show(clock.frame)
        this.draw()
      }
    }
    find(root, ".undo").onclick = () => this.undo()
    find(root, ".clear").onclick = () => this.change(new Uint8Array(this.cubes), 0)
    listenTo(canvas.masked, {
      begin: (event) => this.begin(event),
      draw: (samples) => {
        for (const sample of samples) this.paint(cellAt(shareOf(canvas.masked, sample), this.shape.places))
      },
      end: () => this.end(),
      hover: () => {},
      running: () => this.stroke !== null,
    })
    canvas.masked.onkeydown = (event) => this.key(event)
    canvas.masked.onfocus = () => {
      this.keyboard = canvas.masked.matches(":focus-visible")
      this.draw()
    }
    canvas.masked.onblur = () => {
      this.keyboard = false
      this.draw()
    }
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (!this.data) return false
    this.keyboard = false
    this.clock.show(this.clock.frame) // what is painted must not move away
    this.before = this.mask
    this.strokeHides = this.hides !== event.shiftKey
    this.stroke = cellAt(shareOf(this.canvas.masked, event), this.shape.places)
    this.cursor = this.stroke
    this.put([this.stroke], this.strokeHides)
    return true
  }

  /** @param {number} cell */
  paint(cell) {
    if (this.stroke === null || cell === this.stroke) return
    this.put(between(this.stroke, cell, this.shape.places), this.strokeHides)
    this.stroke = cell
  }

  end() {
    this.stroke = null
    if (this.mask === this.before) return
    this.history.remember(this.before)
    this.send()
    this.draw()
  }

  /** @param {number[]} cells @param {boolean} hide */
  put(cells, hide) {
    this.mask = painted(this.mask, this.shape, cells, this.everywhere ? null : this.slot, hide)
    this.draw()
  }

  /** Another mask, as one step. @param {Uint8Array} mask @param {number} wait milliseconds until Python hears of it */
  change(mask, wait) {
    if (spell(mask) === spell(this.mask)) return
    this.history.remember(this.mask)
    this.mask = mask
    this.draw()
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.send(), wait)
    this.say(`${share(count(this.mask, this.shape), this.cubes)}.`)
  }

  undo() {
    const done = this.history.step("undo", (there) => {
      const here = this.mask
      this.mask = there
      return here
    })
    if (!done) return
    this.draw()
    this.send()
    this.say(`Undone. ${share(count(this.mask, this.shape), this.cubes)}.`)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { places } = this.shape
    const held = event.ctrlKey || event.metaKey
    const to = held || event.altKey ? null : walked(event.key, this.cursor, places)
    const letter = letterOf(event)
    if (to !== null) {
      const cells = event.shiftKey ? [this.cursor, to] : []
      this.cursor = to
      if (cells.length) this.change(painted(this.mask, this.shape, cells, this.where, this.hides), QUIET_MS)
      else this.say(this.here())
    } else if (held && letter === "z") this.undo()
    else if (!held && (event.key === " " || event.key === "Enter")) {
      const hidden = this.mask[this.slot * places ** 2 + this.cursor] === 1
      this.change(painted(this.mask, this.shape, [this.cursor], this.where, !hidden), QUIET_MS)
    } else if (!held && letter === "p") this.turn()
    else if (!held && (event.key === "," || event.key === ".")) {
      this.still(this.clock.frame + (event.key === "." ? 1 : -1))
      this.say(`Frame ${this.clock.frame + 1}. ${this.here()}`)
    } else return
    this.keyboard = true
    event.preventDefault()
    event.stopPropagation()
    this.draw()
  }

  /** The slot that a change concerns; null: all of them. */
  get where() {
    return this.everywhere ? null : this.slot
  }

  send() {
    if (!this.data) return
    clearTimeout(this.quiet)
    performance.mark("clip-sent")
    this.wire.offer({ about: this.data.held.value.about, hidden: spell(this.mask) })
    this.root.dataset.sent = String(this.wire.messages)
  }

  // ---- what is shown ------------------------------------------------------------------------------------------------

  /** The three canvases, at the frame that is on show. */
  films() {
    const { data, clock, canvas, sheets, slot } = this
    if (!data) return
    const { places } = this.shape
    const scene = { side: data.side, frame: clock.frame, places, cursor: -1 }
    const here = this.mask.subarray(slot * places ** 2, (slot + 1) * places ** 2)
    drawFrame(canvas.original, { ...scene, sheet: sheets.original, mask: null })
    drawFrame(canvas.masked, { ...scene, sheet: sheets.original, mask: here, cursor: this.keyboard ? this.cursor : -1 })
    drawFrame(canvas.filled, { ...scene, sheet: sheets.filled, mask: null })
    this.scrub.value = String(clock.frame)
    this.scrub.setAttribute("aria-valuetext", `frame ${clock.frame + 1} of ${clock.frames}`)
    fill(this.scrub, clock.frame / Math.max(1, clock.frames - 1))
    find(this.root, ".now").textContent = `Frame ${clock.frame + 1} of ${clock.frames}`
    this.root.dataset.frame = String(clock.frame)
  }

  draw() {
    const { data, root, clock, mask } = this
    if (!data || mask.length !== this.cubes) return
    this.films()
    const hidden = count(mask, this.shape)
    const play = find(root, ".play")
    setFlag(play, "aria-pressed", clock.playing)
    find(play, "span").textContent = clock.playing ? "Pause" : "Play"
    root.toggleAttribute("data-playing", clock.playing)
    root.dataset.hidden = String(hidden)
    for (const one of all(root, "[data-does]"))
      setFlag(one, "aria-pressed", (one.dataset.does === "hide") === this.hides)
    for (const one of all(root, "[data-in]"))
      setFlag(one, "aria-pressed", (one.dataset.in === "all") === this.everywhere)
    setFlag(find(root, ".undo"), "aria-disabled", !this.history.past.length)
    setFlag(find(root, ".clear"), "aria-disabled", !hidden)
    find(root, ".original .note").textContent = data.about
    find(root, ".masked .note").textContent = share(hidden, this.cubes)
    find(root, ".filled .note").textContent = data.note
    this.canvas.original.setAttribute("aria-label", "The clip as it is.")
    this.canvas.filled.setAttribute("aria-label", "The clip as the network fills it in.")
    this.canvas.masked.setAttribute(
      "aria-label",
      "The masked clip, which the network sees. Arrow keys move, Space hides or shows a place, Shift with an arrow paints, comma and full stop change the frame, P plays, Control Z undoes.",
    )
    const here = count(mask, this.shape, this.slot)
    const { frame, frames, playing } = clock
    tell(
      root,
      told({
        about: data.about,
        note: data.note,
        frame,
        frames,
        playing,
        hidden,
        all: this.cubes,
        here,
        places: this.shape.places,
      }),
    )
  }

  here() {
    const hidden = this.mask[this.slot * this.shape.places ** 2 + this.cursor] === 1
    const place = placed(this.cursor, this.shape.places)
    return `${place[0].toUpperCase()}${place.slice(1)}, ${hidden ? "hidden" : "visible"} in frame ${this.clock.frame + 1}.`
  }

  /** @param {string} text */
  say(text) {
    find(this.root, "#spoken").textContent = text
  }

  close() {
    clearTimeout(this.quiet)
    cancelAnimationFrame(this.loop)
    this.observer.disconnect()
    this.wire.close()
  }
}
