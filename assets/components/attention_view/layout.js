// How the view shares its room: the small pictures, the heat map and the lines; and what lies under a pointer.

import { clamp } from "../kit/dom.js"

/** @typedef {"wide" | "middle" | "narrow"} Room */
/** @typedef {import("../messages.d.ts").HeadChoice["view"]} View */
/** @typedef {import("./weights.js").Head} Head */

const TALLER = 1.6 // lines may be so many times as high as a heat map
const WIDE = 1040 // below this width heat map and lines do not fit beside each other
const NARROW = 680 // and below this one nothing fits beside the heads
const PITCH = 92 // from one small picture to the next, at most
const HELD = 1.08 // the width of a token in bold letters
const SCROLL_BAR = 14
export const MARGIN = 3 // around each small picture: the frame of the chosen one

/** @param {number} width CSS pixels of the view @param {boolean} grid whether all heads are drawn @returns {Room} */
export function roomOf(width, grid) {
  if (width >= (grid ? WIDE : NARROW)) return "wide"
  return width < (grid ? NARROW : 0.75 * NARROW) ? "narrow" : "middle"
}

/** Where both do not fit beside each other, "both" is "heat". @param {View} view @param {Room} room @returns {View} */
export const viewIn = (view, room) => (view === "both" && room !== "wide" ? "heat" : view)

/** A pixel a weight, or as many pixels as there is room for. @param {number} size CSS pixels @param {number} scale of the screen @param {number} T */
export const pixelsFor = (size, scale, T) => clamp(Math.floor(size * scale + 1e-6), 1, T)

/** The width that small pictures of the largest size take. @param {number} before left of them @param {number} columns @param {number} firstMade */
export const idealWidth = (before, columns, firstMade) => before + gapOf(firstMade) + PITCH * columns

/** Between heads and what is made of them. @param {number} firstMade */
const gapOf = (firstMade) => (firstMade > 0 ? 10 : 0)

/**
 * Where the small pictures stand.
 *
 * @param {object} given
 * @param {number} given.width CSS pixels of the whole
 * @param {number} given.before left of the pictures
 * @param {boolean} given.narrow
 * @param {number} given.high CSS pixels that all of it may be high
 * @param {number} given.size of the type
 * @param {number} given.scale pixels of the screen in a CSS pixel
 * @param {number} given.L
 * @param {number} given.C
 * @param {number} given.T
 * @param {boolean} given.labels whether any head has a label
 * @param {number} given.firstMade the first column that is no head
 */
export function planGrid({ width, before, narrow, high, size, scale, L, C, T, labels, firstMade }) {
  const gap = gapOf(firstMade)
  const room = narrow ? Number.POSITIVE_INFINITY : 0.62 * high // below stand the words
  let pitch = clamp(Math.floor((width - before - gap) / C), narrow ? 34 : 16, PITCH)
  const line = 1.15 * size
  const labelled = labels && pitch >= 4.3 * size && L * (pitch + 2 * line) <= room
  const below = labelled ? 2 * line + 4 : 0
  pitch = Math.max(Math.min(pitch, Math.floor(room / L - below)), 10)
  // Where a whole number of pixels for each weight does not cost much, all of them are equally large.
  const whole = (Math.floor(((pitch - 4) * scale) / T) * T) / scale
  const edge = whole >= 0.75 * (pitch - 2 * MARGIN) ? whole : pitch - 2 * MARGIN
  const topmost = Math.floor(((pitch - edge) / 2) * scale) / scale
  const lefts = Array.from({ length: C }, (_, column) => {
    return column * pitch + topmost + (firstMade > 0 && column >= firstMade ? gap : 0)
  })
  const pitchY = pitch + below
  return { lefts, topmost, size: edge, pitch, pitchY, labelled, width: C * pitch + gap, height: L * pitchY, layers: L }
}

/** @typedef {ReturnType<typeof planGrid>} GridPlan */

/** The head whose small picture lies there; null between them. @param {GridPlan} plan @param {number} x @param {number} y @returns {Head | null} */
export function headAt({ lefts, size, pitchY, layers }, x, y) {
  const column = lefts.findLastIndex((left) => x >= left - MARGIN)
  const layer = Math.floor(y / pitchY)
  if (column < 0 || layer < 0 || layer >= layers || x > lefts[column] + size + MARGIN) return null
  return { layer, column }
}

/** The query and key of a cell; null outside. @param {number} x as a share of the width @param {number} y @param {number} T */
export function cellAt(x, y, T) {
  const [query, key] = [Math.floor(y * T), Math.floor(x * T)]
  return query >= 0 && key >= 0 && query < T && key < T ? { query, key } : null
}

/** How far a box must be scrolled so that what stands there is seen. @param {number} scrolled @param {number} seen the width that is seen @param {number} left @param {number} width */
export function scrollTo(scrolled, seen, left, width) {
  if (left < scrolled) return left
  return left + width > scrolled + seen ? left + width - seen : scrolled
}

/**
 * @typedef {object} Type
 * @property {number} size CSS pixels of the type
 * @property {number} widest of a token
 */

/**
 * The heat map and the room for tokens beside it.
 *
 * @param {Type} type @param {number} width CSS pixels @param {number} high @param {number} T
 */
export function planHeat({ size, widest }, width, high, T) {
  const needs = HELD * widest + 10
  const gutter = Math.ceil(clamp(needs, 24, Math.min(6.5 * size, 0.3 * width)))
  const edge = Math.floor(Math.max(Math.min(width - gutter, high - gutter), 60))
  const cell = edge / T
  const fits = cell >= 11.5 // all tokens stand beside the map, else only those that are pointed at
  return { gutter, edge, cell, fits, label: fits ? clamp(cell * 0.95, 11, size) : size, cut: needs > gutter }
}

/** @typedef {ReturnType<typeof planHeat>} HeatPlan */

/**
 * The lines between two columns of tokens. Beside a heat map they have its rows, where these are high enough.
 *
 * @param {Type} type
 * @param {number} width CSS pixels
 * @param {number} high
 * @param {number} T
 * @param {{ coarse: boolean, heat: HeatPlan | null }} beside coarse: whether a finger points
 */
export function planWeb({ size, widest }, width, high, T, { coarse, heat }) {
  const head = 1.6 * size
  const smallest = (coarse ? 2.2 : 1.1) * size
  const joined = heat !== null && heat.cell >= smallest
  const row = joined ? heat.cell : clamp(Math.floor((high - head) / T), smallest, 2.6 * size)
  // Some thirty tokens stand there without scrolling; where many more have to scroll, the stage stays as low as with a heat map.
  const needed = Math.max(high, T * row + head + 2)
  const tall = needed > TALLER * high ? high : needed
  const inner = width - (T * row + head > tall + 1 ? SCROLL_BAR : 0)
  const needs = HELD * widest + 16
  const side = Math.ceil(clamp(needs, 44, 0.34 * inner))
  return { row, side, inner, tall, middle: inner - 2 * side, top: joined ? heat.gutter : head, cut: needs > side }
}
