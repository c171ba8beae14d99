// What the components of the acts share: menus, the value that Python holds, colours, and one drawing a frame.

import { rgbOf, theme } from "../kit/canvas.js"
import { find } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { Settings } from "./settings.js"

/** @typedef {import("../messages.d.ts").ActMessage} Data */
/** @typedef {Record<string, string | number>} Value */

export class Board {
  /**
   * @param {HTMLElement} root with a place .settings
   * @param {{ took: (value: Value) => void, draw: (now: number) => boolean, anew?: Value }} does took: another value came, of a person or of Python;
   *   draw: true where another frame is wanted; anew: what a menu sets besides
   */
  constructor(root, does) {
    this.root = root
    this.does = does
    /** @type {Wire<Value>} */
    this.wire = new Wire()
    this.settings = new Settings(find(root, ".settings"), (change) => this.set({ ...change, ...does.anew }))
    /** @type {Value} */
    this.value = {}
    /** @type {import("./paint.js").Colours} */
    this.colours = { hues: [], ink: "", paper: "", quiet: "", accent: "" }
    /** @type {{ hues: import("./raster.js").Rgb[], paper: import("./raster.js").Rgb }} */
    this.rgb = { hues: [], paper: [255, 255, 255] }
    /** @type {import("../messages.d.ts").LayerControl[]} */
    this.controls = []
    this.ready = false
    this.frame = 0
    this.frames = 0
    this.observer = new ResizeObserver(() => this.soon())
    for (const canvas of root.querySelectorAll("canvas")) this.observer.observe(canvas)
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const [paper, ink] = [
      theme(this.root, "--st-background-color", "#fff"),
      theme(this.root, "--st-text-color", "#000"),
    ]
    const rgb = (/** @type {string} */ colour) => /** @type {import("./raster.js").Rgb} */ (rgbOf(colour))
    const quiet = getComputedStyle(find(this.root, ".head")).color
    this.colours = { hues: data.hues, ink, paper, quiet, accent: data.hues[0] }
    this.rgb = { hues: data.hues.map(rgb), paper: rgb(paper) }
    this.controls = data.controls
    if (this.wire.receive(data.held, setStateValue)) {
      this.value = structuredClone(data.held.value)
      this.does.took(this.value)
    }
    this.wire.land(data.held.stamp)
    this.settings.show(data.controls, this.value)
    this.ready = true
    this.soon()
  }

  /** A person's own change. @param {Value} change */
  set(change) {
    this.value = { ...this.value, ...change }
    this.does.took(this.value)
    this.settings.show(this.controls, this.value)
    this.say()
    this.soon()
  }

  /** Tell Python the value as it is. */
  say() {
    this.wire.offer(structuredClone(this.value))
    this.root.dataset.sent = String(this.wire.messages)
  }

  soon() {
    if (!this.frame)
      this.frame = requestAnimationFrame((now) => {
        this.frame = 0
        if (!this.ready) return
        const more = this.does.draw(now)
        this.frames += 1
        this.root.dataset.frames = String(this.frames)
        if (more) this.soon()
      })
  }

  close() {
    cancelAnimationFrame(this.frame)
    this.ready = false
    this.wire.close()
    this.observer.disconnect()
  }
}
