// All attention heads of a transformer on one sentence, and one of them large: as a heat map and as lines.
//
// The weights come with a component of their own. The choice belongs to browser and Python; everything is drawn from what
// is here already, and Python hears of it afterwards.

import { context } from "../kit/canvas.js"
import { all, find, setFlag } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { HeadGrid } from "./grid.js"
import { HeatMap } from "./heat.js"
import { roomOf, viewIn } from "./layout.js"
import { Legend } from "./legend.js"
import { followers, linkOf } from "./meeting.js"
import { Pointing } from "./pointing.js"
import { UNSEEN } from "./scene.js"
import { Speaker } from "./speaker.js"
import { plain, spell } from "./tokens.js"
import { Web } from "./web.js"
import { Weights } from "./weights.js"
import { headName, noteOf, strongestLines } from "./words.js"

const HEIGHT_REM = 25.6 // of heat map and lines

/** @typedef {import("../messages.d.ts").AttentionViewData} Data */
/** @typedef {import("../messages.d.ts").HeadChoice} Choice */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {{ digest: string, weights: Weights, spelled: import("./tokens.js").Piece[][], tokens: string[] }} Sentence */

export default class AttentionView {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".attention-view")
    this.grid = new HeadGrid(this.root)
    this.heat = new HeatMap(this.root)
    this.web = new Web(this.root)
    this.legend = new Legend(this.root)
    this.speaker = new Speaker(this.root)
    this.title = find(this.root, ".title")
    this.card = find(this.root, ".card .head")
    this.note = find(this.root, ".card .note")
    this.ruler = context(document.createElement("canvas"))
    /** @type {Wire<Choice>} */
    this.wire = new Wire()
    /** @type {Data | null} */
    this.data = null
    /** @type {Choice | null} */
    this.choice = null
    /** What is drawn. @type {Sentence | null} */
    this.sentence = null
    this.width = 0
    this.measures = UNSEEN
    this.pointing = new Pointing(this)
    for (const button of all(this.root, "button[data-view]")) {
      button.onclick = () => this.choose({ view: /** @type {Choice["view"]} */ (button.dataset.view) })
    }
    this.observer = new ResizeObserver(() => {
      if (this.root.clientWidth !== this.width) this.draw()
    })
    this.observer.observe(this.root)
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    this.data = data
    this.link = linkOf(data.key)
    this.link.view = this
    const moved = this.wire.receive(data.held, (name, value) => {
      const { stamp } = /** @type {import("../types.d.ts").Held<Choice>} */ (value)
      this.root.dataset.sent = String(this.wire.messages)
      performance.mark("attention-sent", { detail: stamp })
      setStateValue(name, value)
    })
    if (moved) {
      this.choice = { ...data.held.value }
      const leader = data.follows ? linkOf(data.follows).view?.choice : null
      if (leader) this.take(leader) // its newest choice may still be on its way to Python
    }
    this.show()
  }

  get follows() {
    return this.data?.follows ?? ""
  }

  /**
   * Other weights are here, of another sentence as a rule. They are drawn at once where there are as many heads as before;
   * what Python says about the view comes a moment later.
   */
  learn() {
    const header = this.link?.large?.header
    const scene = this.scene()
    if (header && scene && this.data && this.choice) {
      const [L, C, T] = header.shape
      if (L === scene.weights.L && C === scene.weights.C) {
        this.data = { ...this.data, digest: header.digest }
        if (this.choice.pin !== null && this.choice.pin >= T) this.choice = { ...this.choice, pin: null } // Python drops it, too
      }
    }
    this.show()
  }

  /** Draw, once the weights are here that the view was told of. */
  show() {
    const { data } = this
    const large = this.link?.large
    if (!data || !large || large.header.digest !== data.digest) return
    if (this.sentence?.digest !== data.digest) this.unpack(large)
    const { weights } = /** @type {Sentence} */ (this.sentence)
    this.title.textContent = data.title
    this.title.hidden = !data.title
    this.root.dataset.heads = String(data.grid)
    const heads = `all heads, ${weights.L} layers of ${weights.C}. Arrow keys choose one.`
    this.grid.canvas.setAttribute("aria-label", `${data.title || "Attention"}: ${heads}`)
    this.draw()
    this.describe()
    this.root.dataset.shown = weights.header.result_id
    if (data.held.stamp === this.wire.flight) performance.mark("attention-shown", { detail: data.held.stamp })
    this.wire.land(data.held.stamp)
  }

  /** @param {import("./weights.js").Large} large */
  unpack(large) {
    const weights = new Weights(large)
    const spelled = large.header.tokens.map(spell)
    this.sentence = { digest: large.header.digest, weights, spelled, tokens: spelled.map(plain) }
    this.pointing.forget()
    this.grid.learn(weights)
    this.heat.learn(spelled)
    this.web.learn(spelled)
    this.legend.learn(weights)
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  /** @param {Partial<Choice>} change */
  choose(change) {
    if (!this.scene() || !this.choice || !this.data) return
    const next = { ...this.choice, ...change }
    if (isSame(next, this.choice)) return
    this.choice = next
    for (const view of followers(this.data.key)) view.follow(next)
    this.draw()
    this.describe()
    this.wire.offer(next)
  }

  /** Another view, to which this one belongs, shows another head now. @param {Choice} choice */
  follow(choice) {
    if (!this.scene()) return
    this.take(choice)
    this.draw()
    this.describe()
  }

  /** @param {Choice} choice */
  take({ layer, column, view }) {
    if (!this.choice) return
    const { L, C } = this.sentence?.weights ?? { L: 0, C: 0 }
    this.choice = { ...this.choice, view }
    if (layer < L && column < C) this.choice = { ...this.choice, layer, column }
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  /** What is chosen, in words. */
  describe() {
    const scene = this.scene()
    if (!scene) return
    const { weights, choice } = scene
    const name = headName(weights, choice)
    const note = noteOf(weights, choice)
    this.card.textContent = name
    this.note.textContent = note
    this.heat.canvas.setAttribute("aria-label", `Heat map of ${weights.T} by ${weights.T} weights. ${name}`)
    this.speaker.later(() => {
      const now = this.scene()
      if (now) this.speaker.head(note ? `${name}: ${note}` : name, strongestLines(now.weights, now.tokens, now.choice))
    })
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  /**
   * What is drawn; null where what is here does not belong together: with another sentence, weights and choice come one
   * after the other.
   *
   * @returns {Scene | null}
   */
  scene() {
    const { sentence, choice, measures } = this
    const { hover, over } = this.pointing
    if (!sentence || !choice || sentence.digest !== this.data?.digest) return null
    return { ...sentence, choice, hover, over, measures }
  }

  draw() {
    const { clientWidth } = this.root
    if (!this.scene() || !clientWidth || !this.data) return
    this.width = clientWidth
    this.measures = this.measure(clientWidth)
    const { room, view } = this.measures
    this.root.dataset.room = room
    this.root.dataset.view = view
    for (const button of all(this.root, "button[data-view]"))
      setFlag(button, "aria-pressed", button.dataset.view === view)
    const scene = /** @type {Scene} */ (this.scene())
    if (this.data.grid) {
      this.grid.layOut(scene)
      this.grid.draw(scene)
    }
    this.legend.draw(scene)
    this.drawHead()
  }
  drawHead() {
    const scene = this.scene()
    if (!scene || !this.data) return
    this.heat.draw(scene)
    this.web.draw(scene, this.measures.view === "both" ? this.heat.plan : null, this.data.grid)
  }

  /** @param {number} width @returns {import("./scene.js").Measures} */
  measure(width) {
    const style = getComputedStyle(this.root)
    const size = Number.parseFloat(style.fontSize)
    this.ruler.font = `${size}px ${style.fontFamily}`
    const wide = (/** @type {string} */ text) => this.ruler.measureText(text).width
    const room = roomOf(width, this.data?.grid ?? true)
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    return {
      size,
      wide,
      room,
      widest: Math.max(...(this.sentence?.tokens ?? []).map(wide)),
      view: viewIn(this.choice?.view ?? "both", room),
      high: room === "narrow" ? Number.POSITIVE_INFINITY : HEIGHT_REM * rem,
      scale: window.devicePixelRatio || 1,
      accent: getComputedStyle(this.card).borderLeftColor, // the accent, lighter on a dark page
    }
  }

  close() {
    this.observer.disconnect()
    this.wire.close()
    this.speaker.close()
    if (this.link?.view === this) delete this.link.view
  }
}

/** @param {Choice} a @param {Choice} b */
const isSame = (a, b) => a.layer === b.layer && a.column === b.column && a.pin === b.pin && a.view === b.view
