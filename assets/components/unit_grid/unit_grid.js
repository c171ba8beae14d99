// All units of a layer as tiles of which one is chosen.

import { all, element, find, setFlag } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { columnsOf, next } from "./choosing.js"

/** @typedef {import("../messages.d.ts").UnitGridData} Data */

export default class UnitGrid {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".unit-grid")
    this.grid = find(this.root, ".grid")
    /** @type {Wire<number>} */
    this.wire = new Wire()
    this.unit = 0
    /** @type {Data | null} */
    this.data = null
    this.grid.addEventListener("keydown", (event) => this.key(event))
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const before = this.data
    this.data = data
    if (this.wire.receive(data.held, setStateValue)) this.unit = data.held.value
    this.wire.land(data.held.stamp)
    if (before?.uri !== data.uri || before.about !== data.about || before.names.length !== data.names.length)
      this.build(data)
    this.draw()
  }

  /** @param {Data} data */
  build(data) {
    const count = data.names.length
    this.grid.replaceChildren()
    data.names.forEach((name, i) => {
      const tile = element("button", "tile", this.grid)
      tile.setAttribute("type", "button")
      tile.setAttribute("role", "radio")
      tile.setAttribute("aria-label", name)
      tile.title = name
      const picture = element("i", "", tile)
      picture.style.backgroundImage = `url("${data.uri}")`
      picture.style.backgroundSize = `100% ${100 * count}%`
      picture.style.backgroundPosition = `0 ${count > 1 ? (100 * i) / (count - 1) : 0}%`
      tile.classList.toggle("faint", data.faint.includes(i))
      tile.onclick = () => this.choose(i)
    })
    this.grid.setAttribute("aria-label", `Units: ${data.about}`)
  }

  /** @param {number} unit */
  choose(unit) {
    this.unit = unit
    this.draw()
    this.wire.offer(unit)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const tiles = all(this.grid, ".tile")
    const columns = columnsOf(tiles.map((tile) => tile.offsetLeft))
    const to = next(event.key, this.unit, tiles.length, columns)
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    tiles[to]?.focus()
    if (to !== this.unit) this.choose(to)
  }

  draw() {
    all(this.grid, ".tile").forEach((tile, i) => {
      setFlag(tile, "aria-checked", i === this.unit)
      tile.tabIndex = i === this.unit ? 0 : -1
    })
    find(this.root, ".told").textContent = this.data?.names[this.unit] ?? ""
    this.root.dataset.sent = String(this.wire.messages)
    this.root.dataset.unit = String(this.unit)
  }

  close() {
    this.wire.close()
  }
}
