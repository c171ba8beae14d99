// Sounds on the left, pictures on the right: one of them is chosen, and what lies near it on the other side comes forward.

import { all, element, find, setFlag } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { next, ranked, shares, toldOfPicture, toldOfSound, wave } from "./finding.js"

/** @typedef {import("../messages.d.ts").HearSeeData} Data */
/** @typedef {import("../messages.d.ts").HeardOrSeen} Chosen */

const NEAR = 10
const MOVE = 420 // milliseconds

export default class HearSee {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".hear-see")
    this.sounds = find(this.root, ".sounds")
    this.pictures = find(this.root, ".pictures")
    /** @type {Wire<Chosen>} */
    this.wire = new Wire()
    /** @type {Chosen} */
    this.chosen = { side: "sound", index: 0 }
    /** @type {Data | null} */
    this.data = null
    /** The pictures as they stand, the first one first. @type {number[]} */
    this.order = []
    this.player = new Audio()
    this.sounds.addEventListener("keydown", (event) => this.key(event, "sound"))
    this.pictures.addEventListener("keydown", (event) => this.key(event, "picture"))
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const before = this.data
    this.data = data
    if (this.wire.receive(data.held, setStateValue)) this.chosen = data.held.value
    this.wire.land(data.held.stamp)
    if (before?.spectra !== data.spectra || before.words.join() !== data.words.join()) this.buildSounds(data)
    if (before?.pictures !== data.pictures) this.buildPictures(data)
    this.draw()
  }

  /** @param {Data} data */
  buildSounds(data) {
    this.sounds.replaceChildren()
    this.sounds.setAttribute("aria-label", `Sounds: ${data.who}`)
    data.words.forEach((word, i) => {
      const tile = this.tile(this.sounds, "sound", i, data.spectra, data.words.length)
      tile.setAttribute("aria-label", `Sound: ${word}`)
      element("u", "", tile)
      element("b", "", tile).textContent = word
    })
  }

  /** @param {Data} data */
  buildPictures(data) {
    this.pictures.replaceChildren()
    this.pictures.setAttribute("aria-label", "Held-out pictures")
    this.order = data.shows.map((_, i) => i)
    data.shows.forEach((digit, i) => {
      const tile = this.tile(this.pictures, "picture", i, data.pictures, data.shows.length)
      tile.setAttribute("aria-label", `Picture of ${data.words[digit] ?? digit}`)
    })
  }

  /**
   * @param {HTMLElement} parent @param {Chosen["side"]} side @param {number} index @param {string} uri of all tiles, one above the
   * other @param {number} count
   */
  tile(parent, side, index, uri, count) {
    const tile = element("button", side, parent)
    tile.setAttribute("type", "button")
    tile.setAttribute("role", "radio")
    const image = element("i", "", tile)
    image.style.backgroundImage = `url("${uri}")`
    image.style.backgroundSize = `100% ${100 * count}%`
    image.style.backgroundPosition = `0 ${count > 1 ? (100 * index) / (count - 1) : 0}%`
    tile.onclick = () => this.choose({ side, index })
    return tile
  }

  /** @param {Chosen} chosen */
  choose(chosen) {
    this.chosen = chosen
    this.play()
    this.draw()
    this.wire.offer(chosen)
  }

  /** The chosen sound, or the one that is nearest to the chosen picture. */
  play() {
    const { data, chosen } = this
    if (!data) return
    const index = chosen.side === "sound" ? chosen.index : (ranked(this.ofPicture(chosen.index))[0] ?? 0)
    const packed = data.audio[index]
    if (!packed) return
    this.player.src = wave(packed, data.rate)
    this.player.play().catch(() => {}) // a browser without sound
    this.root.dataset.played = String(index)
  }

  /** Similarities of a picture to all sounds. @param {number} index */
  ofPicture(index) {
    return (this.data?.similarity ?? []).map((row) => row[index] ?? 0)
  }

  /** @param {KeyboardEvent} event @param {Chosen["side"]} side */
  key(event, side) {
    const tiles = side === "sound" ? all(this.sounds, ".sound") : this.order.map((i) => this.pictureAt(i))
    const grid = side === "sound" ? this.sounds : this.pictures
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length
    const at = tiles.indexOf(/** @type {HTMLElement} */ (event.target))
    const to = next(event.key, Math.max(0, at), tiles.length, columns)
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    tiles[to]?.focus()
    if (side === "sound" && to !== at) this.choose({ side, index: to })
  }

  /** @param {number} i */
  pictureAt(i) {
    return /** @type {HTMLElement} */ (this.pictures.children[i])
  }

  draw() {
    const { data, chosen } = this
    if (!data) return
    const hearing = chosen.side === "sound"
    const row = hearing ? (data.similarity[chosen.index] ?? []) : []
    const order = hearing ? ranked(row) : data.shows.map((_, i) => i)
    const faint = shares(row)
    const near = new Set(hearing ? order.slice(0, NEAR) : [])
    this.root.classList.toggle("hearing", hearing)
    this.root.classList.toggle("seeing", !hearing)
    const tabbed = hearing ? order[0] : chosen.index
    this.move(order)
    all(this.pictures, ".picture").forEach((tile, i) => {
      tile.classList.toggle("near", near.has(i))
      tile.classList.toggle("right", near.has(i) && data.says[chosen.index] === data.shows[i])
      tile.style.setProperty("--faint", String(0.25 + 0.75 * (faint[i] ?? 1)))
      setFlag(tile, "aria-checked", !hearing && chosen.index === i)
      tile.tabIndex = i === tabbed ? 0 : -1
    })
    const back = hearing ? [] : this.ofPicture(chosen.index)
    const share = shares(back)
    const best = hearing ? chosen.index : (ranked(back)[0] ?? 0)
    all(this.sounds, ".sound").forEach((tile, i) => {
      setFlag(tile, "aria-checked", hearing && chosen.index === i)
      tile.classList.toggle("near", !hearing && i === best)
      tile.classList.toggle("right", !hearing && i === best && data.says[i] === data.shows[chosen.index])
      tile.style.setProperty("--share", String(share[i] ?? 0))
      tile.tabIndex = i === best ? 0 : -1
    })
    this.tell(order, back)
    this.root.dataset.sent = String(this.wire.messages)
    this.root.dataset.chosen = `${chosen.side}-${chosen.index}`
    this.root.dataset.shown = data.result_id
  }

  /** One sentence on what was found. @param {number[]} order @param {number[]} back */
  tell(order, back) {
    const { data, chosen } = this
    if (!data) return
    const name = (/** @type {number | undefined} */ digit) => data.names[digit ?? 0] ?? ""
    const told =
      chosen.side === "sound"
        ? toldOfSound(
            name(data.says[chosen.index]),
            order.slice(0, NEAR).map((i) => name(data.shows[i])),
          )
        : toldOfPicture(
            name(data.shows[chosen.index]),
            ranked(back).map((i) => name(data.says[i])),
          )
    const place = find(this.root, ".told")
    if (place.textContent !== told) place.textContent = told
  }

  /** Bring the pictures into an order; each goes from where it was to where it is. @param {number[]} order */
  move(order) {
    if (order.join() === this.order.join()) return
    const tiles = order.map((i) => this.pictureAt(i))
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    const before = new Map(tiles.map((tile) => [tile, tile.getBoundingClientRect()]))
    tiles.forEach((tile, place) => {
      tile.style.order = String(place)
    })
    this.order = order
    if (still) return
    for (const tile of tiles) {
      const [from, to] = [before.get(tile), tile.getBoundingClientRect()]
      if (!from || (from.left === to.left && from.top === to.top)) continue
      const away = `translate(${from.left - to.left}px, ${from.top - to.top}px)`
      tile.animate([{ transform: away }, { transform: "none" }], { duration: MOVE, easing: "ease-in-out" })
    }
  }

  close() {
    this.player.pause()
    this.wire.close()
  }
}
