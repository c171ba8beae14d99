// A sentence as tiles, one a word: a click, Enter or Space hides a word or shows it again.

import { all, element, find, setFlag } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { next, spoken, turned } from "./blanks.js"

/** @typedef {import("../messages.d.ts").WordTilesData} Data */
/** @typedef {import("../messages.d.ts").HiddenWords} HiddenWords */

export default class WordTiles {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".word-tiles")
    this.sentence = find(this.root, ".sentence")
    /** @type {Wire<HiddenWords>} */
    this.wire = new Wire()
    /** @type {HiddenWords} */
    this.hidden = { about: "", places: [] }
    /** The tile that Tab leads to. */
    this.at = 0
    /** @type {Data | null} */
    this.data = null
    this.sentence.addEventListener("keydown", (event) => this.key(event))
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const before = this.data
    this.data = data
    const moved = this.wire.receive(data.held, setStateValue)
    if (moved || this.hidden.about !== data.held.value.about) this.hidden = data.held.value
    this.wire.land(data.held.stamp)
    const texts = (/** @type {Data | null} */ of) => of?.words.map((word) => word.text).join(" ")
    if (texts(before) !== texts(data)) this.build(data)
    this.draw()
  }

  /** @param {Data} data */
  build(data) {
    this.sentence.replaceChildren()
    this.at = Math.min(this.at, Math.max(0, data.words.length - 1))
    data.words.forEach((word, place) => {
      const tile = element("button", "tile", this.sentence)
      tile.setAttribute("type", "button")
      element("span", "was", tile).textContent = word.text
      element("span", "fill", tile)
      tile.onclick = () => this.turn(place)
    })
  }

  /** @param {number} place */
  turn(place) {
    this.at = place
    this.hidden = { ...this.hidden, places: turned(this.hidden.places, place) }
    this.draw()
    this.wire.offer(this.hidden)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const tiles = all(this.sentence, ".tile")
    const to = next(event.key, this.at, tiles.length)
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    this.at = to
    this.draw()
    tiles[to]?.focus()
  }

  draw() {
    const words = this.data?.words ?? []
    all(this.sentence, ".tile").forEach((tile, place) => {
      const word = words[place]
      if (!word) return
      const hidden = this.hidden.places.includes(place)
      setFlag(tile, "aria-pressed", hidden)
      tile.setAttribute("aria-label", spoken(word, hidden))
      tile.title = word.known ? "" : "Not among the words that this model knows: it reads [UNK]"
      tile.classList.toggle("unknown", !word.known)
      tile.tabIndex = place === this.at ? 0 : -1
      const fill = find(tile, ".fill")
      fill.textContent = hidden ? word.fill || "…" : ""
      if (hidden) element("i", "", fill).textContent = word.chance
    })
    this.root.dataset.sent = String(this.wire.messages)
    this.root.dataset.hidden = this.hidden.places.join("-")
  }

  close() {
    this.wire.close()
  }
}
