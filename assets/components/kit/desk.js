// A square canvas with pictures beside it and below it: how they share the width.

import { clamp } from "./dom.js"
import { hang } from "./pictures.js"

const GAP = 16 // between two pictures
const GUTTER = 24 // between the canvas and the pictures
const ASIDE = 160 // the least width of the words beside a picture
const LEAST_EDGE = 330 // below it everything is stacked

/**
 * How wide the canvas is and where the pictures stand. Beside the canvas they are exactly as high as the canvas: their
 * edge follows from its height, and the canvas takes about half the width. On a wide screen two rows of four fit beside
 * it. Two pictures stand one above the other, each with its words beside it (`media`). Where the pictures would be too
 * small, everything is stacked.
 *
 * @param {number} width CSS pixels of the desk
 * @param {number} size the largest edge of the canvas
 * @param {number} pictures
 * @param {number} head CSS pixels of the line above the canvas
 */
export function plan(width, size, pictures, head) {
  const perRow = pictures > 4 && width >= size + GUTTER + 4 * 180 + 3 * GAP ? 4 : 2
  const beside = Math.min(pictures, 2 * perRow)
  const rows = beside > 1 ? 2 : 1
  const media = beside === 2
  const edge = Math.floor(Math.min(size, ...widest(width, beside, perRow, rows === 2 ? head : 0)))
  const wide = beside > 0 && edge >= LEAST_EDGE
  const stacked = beside ? "stacked" : "alone"
  return {
    perRow,
    beside,
    rows,
    media,
    wide,
    layout: wide ? "wide" : stacked,
    columns: media || beside === 1 ? 1 : perRow,
    edge: wide ? edge : Math.floor(Math.min(size, width)),
  }
}

/**
 * The widest canvas that leaves room for the pictures beside it.
 *
 * @param {number} width @param {number} beside @param {number} perRow @param {number} head
 */
function widest(width, beside, perRow, head) {
  if (!beside) return [width]
  if (beside === 2) return [(width - GUTTER - GAP - ASIDE) / 1.5]
  if (perRow === 4) return [(width - GUTTER - GAP + 2 * head) / 3]
  return [(width - GUTTER + head) / 2]
}

/**
 * The largest edge of a canvas: on a screen for which `size` is small it grows.
 *
 * @param {number} size CSS pixels
 * @param {{ innerWidth: number, innerHeight: number }} screen
 */
export function grown(size, { innerWidth, innerHeight }) {
  return Math.max(size, Math.floor(Math.min(0.24 * innerWidth, 0.4 * innerHeight)))
}

export class Desk {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.head = /** @type {HTMLElement} */ (root.querySelector(".head"))
    this.beside = /** @type {HTMLElement} */ (root.querySelector(".beside"))
    this.below = /** @type {HTMLElement} */ (root.querySelector(".below"))
    this.size = 0 // the largest edge of the canvas, in CSS pixels
    this.perRow = 2 // pictures in a row beside the canvas
  }

  /** @param {import("./pictures.js").Tile[]} tiles */
  place(tiles) {
    hang(this.beside, tiles.slice(0, 2 * this.perRow))
    hang(this.below, tiles.slice(2 * this.perRow))
  }

  layout() {
    const width = this.root.clientWidth
    if (!width || !this.size) return
    const figures = [...this.beside.children, ...this.below.children]
    const head = heightOf(this.head)
    const planned = plan(width, grown(this.size, window), figures.length, head)
    this.perRow = planned.perRow
    if (this.beside.children.length !== planned.beside) {
      this.beside.append(...figures.slice(0, planned.beside))
      this.below.append(...figures.slice(planned.beside))
    }
    this.root.dataset.tools = width < 480 ? "narrow" : "wide"
    this.root.dataset.layout = planned.layout
    setStyle(this.root, "--c", `${planned.edge}px`)
    this.beside.toggleAttribute("data-media", planned.wide && planned.media)
    if (!planned.wide) return
    setStyle(this.root, "--columns", planned.columns)
    const tile = planned.media ? Math.floor((head + planned.edge - GAP) / 2) : this.measure(planned, head)
    const right = planned.media ? tile + GAP + ASIDE : planned.columns * (tile + GAP) - GAP
    setStyle(this.root, "--t", `${tile}px`)
    // What the width leaves over goes between the two halves, up to a point: a wider hole would part them.
    setStyle(this.root, "--gutter", `${clamp(width - planned.edge - right, GUTTER, 4 * GUTTER)}px`)
    if (!planned.media) setStyle(this.below, "--columns", Math.max(1, Math.floor((width + GAP) / (tile + GAP))))
  }

  /**
   * The edge of a picture beside the canvas. Captions may wrap: measure them at the width found first, then share out
   * what is left.
   *
   * @param {ReturnType<typeof plan>} planned
   * @param {number} head
   */
  measure({ edge, rows, perRow }, head) {
    const room = head + edge - (rows - 1) * GAP
    const figures = /** @type {HTMLElement[]} */ ([...this.beside.children])
    let tile = room / rows - head
    for (let pass = 0; pass < 3; pass++) {
      setStyle(this.root, "--t", `${Math.floor(tile)}px`)
      let words = 0
      for (let row = 0; row < rows; row++) {
        words += Math.max(...figures.slice(row * perRow, (row + 1) * perRow).map(wordsOf))
      }
      tile = (room - words) / rows
    }
    return Math.floor(tile)
  }
}

/** @param {HTMLElement} figure */
function wordsOf(figure) {
  const [title, , note] = /** @type {HTMLElement[]} */ ([...figure.children])
  return heightOf(title) + heightOf(note)
}

/** @param {HTMLElement} element */
function heightOf(element) {
  if (element.hidden) return 0
  const { marginTop, marginBottom } = getComputedStyle(element)
  return element.offsetHeight + Number.parseFloat(marginTop) + Number.parseFloat(marginBottom)
}

/** @param {HTMLElement} element @param {string} name @param {string | number} value */
function setStyle(element, name, value) {
  if (element.style.getPropertyValue(name) !== String(value)) element.style.setProperty(name, String(value))
}
