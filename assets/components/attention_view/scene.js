// What is drawn, as the three drawings are given it, and what they share.

import { context } from "../kit/canvas.js"

/** @typedef {import("./weights.js").Spot} Spot */
/**
 * @typedef {object} Scene
 * @property {import("./weights.js").Weights} weights
 * @property {import("./tokens.js").Piece[][]} spelled
 * @property {string[]} tokens as they are spelled
 * @property {import("../messages.d.ts").HeadChoice} choice
 * @property {Spot | null} hover the token whose weights are shown
 * @property {import("./weights.js").Head | null} over the small picture under the pointer
 * @property {Measures} measures
 */
/**
 * @typedef {object} Measures
 * @property {number} size CSS pixels of the type
 * @property {number} widest of a token
 * @property {import("./layout.js").Room} room
 * @property {import("./layout.js").View} view
 * @property {number} high CSS pixels that heat map and lines may be high
 * @property {number} scale pixels of the screen in a CSS pixel
 * @property {string} accent lighter on a dark page
 * @property {(text: string) => number} wide CSS pixels that a text takes
 */

/** Of a view that has no room yet. @type {Measures} */
export const UNSEEN = {
  size: 16,
  widest: 0,
  room: "wide",
  view: "both",
  high: 0,
  scale: 1,
  accent: "#0072B2",
  wide: () => 0,
}

/** The token whose weights are shown: the one that is pointed at, or else the kept one. @param {Scene} scene @returns {Spot | null} */
export function active({ hover, choice }) {
  if (hover) return hover
  return choice.pin === null ? null : { side: "query", i: choice.pin }
}

/**
 * The context of a canvas that is so many CSS pixels large, cleared, and in these units.
 *
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height @param {number} scale
 */
export function fitTo(canvas, width, height, scale) {
  const [w, h] = [width, height].map((x) => Math.max(1, Math.round(x * scale)))
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const g = context(canvas)
  g.setTransform(scale, 0, 0, scale, 0, 0)
  g.clearRect(0, 0, width, height)
  return g
}

/** Pixels as a canvas that can be drawn. @param {{ width: number, height: number, pixels: Uint32Array<ArrayBuffer> }} picture */
export function toCanvas({ width, height, pixels }) {
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  context(canvas).putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0)
  return canvas
}

/**
 * Give `parent` as many children as there are items. Children are kept and refilled, so that focus stays where it is.
 *
 * @template T
 * @param {HTMLElement} parent
 * @param {ArrayLike<T>} items
 * @param {() => HTMLElement} make
 * @param {(child: any, item: T, i: number) => void} refill
 */
export function fill(parent, items, make, refill) {
  while (parent.children.length > items.length) parent.lastChild?.remove()
  while (parent.children.length < items.length) parent.append(make())
  for (let i = 0; i < items.length; i++) refill(parent.children[i], items[i], i)
}

/** @param {HTMLElement} parent @param {ArrayLike<string>} texts @param {"span" | "li"} name */
export function fillTexts(parent, texts, name = "span") {
  fill(
    parent,
    texts,
    () => document.createElement(name),
    (child, text) => {
      child.textContent = text
    },
  )
}

/** @param {HTMLElement} parent */
export const children = (parent) => /** @type {HTMLElement[]} */ ([...parent.children])
