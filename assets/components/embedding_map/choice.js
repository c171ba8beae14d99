// What is chosen on the map: a point, with the neighbours that Python names, or a region.

import { Wire } from "../kit/wire.js"

const CORNERS = 200 // of a region: one that is drawn with more is thinned
const TELL_MS = 500 // Python hears of a layout or a colouring once it has stood for this long

const OPEN = 0.12 // of the box around a drag: what encloses less is no loop

/**
 * What a drag selects: the loop that it draws, or, where it goes straight across, the box from its one end to the other.
 *
 * @param {[x: number, y: number][]} drag @returns {[x: number, y: number][]}
 */
export function outline(drag) {
  const [xs, ys] = [drag.map(([x]) => x), drag.map(([, y]) => y)]
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const twice = drag.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = drag[(i + 1) % drag.length]
    return sum + x * nextY - nextX * y
  }, 0)
  if (Math.abs(twice) / 2 > OPEN * (right - left) * (high - low)) return drag
  return [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ]
}

/** @typedef {import("../messages.d.ts").MapChoice} Said */
/** @typedef {import("../messages.d.ts").EmbeddingMapAnswerData} Data */

export class Choice {
  /** @param {() => Pick<Said, "layout" | "colouring"> | null} onShow names of what is on show, null where nothing is */
  constructor(onShow) {
    this.onShow = onShow
    /** @type {Wire<Said>} */
    this.wire = new Wire()
    /** @type {number | null} */
    this.point = null
    /** @type {number[]} */
    this.neighbours = []
    /** Corners in the layouts' units. @type {Said["region"]} */
    this.region = []
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.telling = undefined
  }

  /** Whether there is anything to let go. */
  get any() {
    return this.point !== null || this.region.length > 0
  }

  /**
   * Python's answer. A choice that was made here after what it answers is newer, and stays.
   *
   * @param {Pick<Data, "held" | "chosen" | "neighbours">} data
   * @param {(name: string, value: unknown) => void} setStateValue
   */
  follow({ held, chosen, neighbours }, setStateValue) {
    if (this.wire.receive(held, setStateValue)) this.region = held.value.region
    if (this.wire.unsent || (this.wire.busy && held.stamp !== this.wire.flight)) return
    this.point = chosen
    this.neighbours = neighbours
    if (chosen !== null) this.region = []
  }

  /** False where it is chosen already: by the first half of a double click, for example. @param {number | null} point */
  choose(point) {
    if (point === this.point && !this.region.length) return false
    this.point = point
    this.neighbours = []
    this.region = []
    this.tell()
    return true
  }

  /** @param {Said["region"]} corners */
  select(corners) {
    const every = Math.max(1, Math.ceil(corners.length / CORNERS))
    this.region = corners.filter((_, i) => i % every === 0)
    this.point = null
    this.neighbours = []
    this.tell()
  }

  /** Another layout is on show: a region belongs to the one that it was drawn on. @param {boolean} tell */
  leaveLayout(tell) {
    this.region = []
    if (tell) this.tellLater()
    else clearTimeout(this.telling)
  }

  tell() {
    clearTimeout(this.telling)
    const names = this.onShow()
    if (names) this.wire.offer({ point: this.point, region: this.region, ...names })
  }

  tellLater() {
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.tell(), TELL_MS)
  }

  close() {
    clearTimeout(this.telling)
    this.wire.close()
  }
}
