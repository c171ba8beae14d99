// What pointer and keyboard do in the view: heads, cells and tokens are looked at, chosen and kept.

import { headMove, tokenMove } from "./moves.js"
import { Tip } from "./tip.js"
import { nodes } from "./tokens.js"
import { cellSays, headName, noteOf, tokenSays } from "./words.js"

/** @typedef {import("./weights.js").Head} Head */
/** @typedef {import("./weights.js").Spot} Spot */

export class Pointing {
  /** @param {import("./attention_view.js").default} view */
  constructor(view) {
    this.view = view
    this.tip = new Tip(view.root)
    /** @type {Spot | null} */
    this.hover = null
    /** @type {Head | null} */
    this.over = null
    this.listenToHeads()
    this.listenToCells()
    this.listenToTokens()
  }

  /** Another sentence is here: what was pointed at is gone. */
  forget() {
    this.hover = this.over = null
  }

  listenToCells() {
    const map = this.view.heat.canvas
    map.onpointermove = (event) => {
      if (isFine(event)) this.pointAt(event)
    }
    map.onpointerleave = () => this.point(null)
    map.onclick = (event) => {
      const spot = this.cellUnder(event)
      if (!spot) return
      this.pin(spot.i)
      this.pointAt(event)
    }
  }

  listenToHeads() {
    const { canvas } = this.view.grid
    canvas.onpointermove = (event) => {
      if (isFine(event)) this.lookAt(this.view.grid.under(event), event)
    }
    canvas.onpointerleave = () => this.lookAt(null)
    canvas.onclick = (event) => {
      const head = this.view.grid.under(event)
      if (head) this.view.choose(head)
    }
    canvas.onkeydown = (event) => {
      const scene = this.view.scene()
      if (!scene || isCommand(event)) return
      const head = headMove(event.key, scene.choice, scene.weights.L, scene.weights.C)
      if (!head) return
      this.view.choose(head)
      handled(event)
    }
  }

  listenToTokens() {
    const { web } = this.view.web
    web.onpointerover = (event) => {
      if (isFine(event)) this.point(this.view.web.under(event))
    }
    web.onpointerleave = (event) => {
      if (isFine(event)) this.point(null)
    }
    web.addEventListener("focusin", (event) => {
      const spot = this.view.web.under(event)
      if (!spot || !(event.target instanceof Element)) return
      this.view.web.stop(spot)
      if (event.target.matches(":focus-visible") || spot.side === "key") this.point(spot)
      this.tell(spot)
    })
    web.addEventListener("focusout", () => this.point(null))
    web.onclick = (event) => {
      const spot = this.view.web.under(event)
      if (spot?.side === "query") this.pin(spot.i)
    }
    web.onkeydown = (event) => this.tokenKey(event, this.view.web.under(event))
  }

  /** @param {KeyboardEvent} event @param {Spot | null} spot */
  tokenKey(event, spot) {
    if (!spot || !this.view.sentence || isCommand(event)) return
    const next = tokenMove(event.key, spot, this.view.sentence.weights.T)
    if (next) this.view.web.focus(next)
    else if (event.key === "Escape" && this.view.choice?.pin !== null) this.view.choose({ pin: null })
    else return
    handled(event)
  }

  /** @param {number} i */
  pin(i) {
    this.view.choose({ pin: this.view.choice?.pin === i ? null : i })
  }

  /** @param {MouseEvent} event */
  cellUnder(event) {
    return this.view.sentence && this.view.heat.under(event, this.view.sentence.weights.T)
  }

  /** @param {Head | null} head @param {MouseEvent} [event] */
  lookAt(head, event) {
    const known = head?.layer === this.over?.layer && head?.column === this.over?.column
    this.over = head
    const scene = this.view.scene()
    if (!known) {
      if (scene && this.view.data?.grid) this.view.grid.draw(scene)
      if (head && scene) this.tip.say(headWords(headName(scene.weights, head), noteOf(scene.weights, head)))
      else this.tip.hide()
    }
    if (head && event) this.tip.place(event)
  }

  /** @param {MouseEvent} event */
  pointAt(event) {
    if (!this.view.scene()) return
    const spot = this.cellUnder(event)
    this.point(spot)
    const scene = this.view.scene()
    if (spot?.other === undefined || !scene) return
    const { i, other } = spot
    const [query, key] = [token(scene.spelled[i]), token(scene.spelled[other])]
    this.tip.say([query, " → ", key, cellSays(scene.weights, scene.choice, i, other)])
    this.tip.place(event)
  }

  /** @param {Spot | null} spot */
  point(spot) {
    const { hover } = this
    const known = hover?.side === spot?.side && hover?.i === spot?.i && hover?.other === spot?.other
    if (spot?.other === undefined) this.tip.hide()
    if (known) return
    this.hover = spot
    this.view.drawHead()
  }

  /** @param {Spot} spot */
  tell(spot) {
    this.view.speaker.later(() => {
      const now = this.view.scene()
      if (now) this.view.speaker.say(tokenSays(now.weights, now.tokens, now.choice, spot))
    })
  }
}

/** A finger does not hover. @param {PointerEvent} event */
const isFine = (event) => event.pointerType !== "touch"

/** @param {KeyboardEvent} event */
const isCommand = (event) => event.ctrlKey || event.metaKey || event.altKey

/** @param {Event} event */
function handled(event) {
  event.preventDefault()
  event.stopPropagation()
}

/** A token in a text of another direction, perhaps. @param {import("./tokens.js").Piece[]} pieces */
function token(pieces) {
  const isolated = document.createElement("bdi")
  isolated.className = "name"
  isolated.append(...nodes(pieces))
  return isolated
}

/** @param {string} name @param {string} note */
function headWords(name, note) {
  const [first, second] = [document.createElement("b"), document.createElement("div")]
  first.textContent = name
  second.textContent = note
  return [first, second]
}
