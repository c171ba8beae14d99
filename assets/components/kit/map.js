// Maps that are two components: the large half has the points and comes once, a tiny one has the answers. They find each
// other in a registry of the page under the map's key, in either order. The tiny half is in map_answer.js.

const LINKS = Symbol.for("latent-lab-links")

/**
 * @template Data
 * @typedef {{ data: Data, setStateValue: (name: string, value: unknown) => void }} Answer
 */
/**
 * @template Data
 * @typedef {{ answer(answer: Answer<Data>): void }} Half
 */
/**
 * @template Data
 * @typedef {{ map?: Half<Data>, answer?: Answer<Data> }} Link
 */

/**
 * The place in which the halves of map `key` meet.
 *
 * @param {string} key
 * @returns {Link<any>}
 */
function linkOf(key) {
  const page = /** @type {any} */ (globalThis)
  if (!page[LINKS]) page[LINKS] = new Map()
  /** @type {Map<string, Link<any>>} */
  const links = page[LINKS]
  const link = links.get(key) ?? {}
  links.set(key, link)
  return link
}

/**
 * The large half is here: it gets the answer that is there already, and each later one.
 *
 * @param {string} key
 * @param {Half<any>} map
 */
export function meet(key, map) {
  const link = linkOf(key)
  if (link.map === map) return
  link.map = map
  if (link.answer) map.answer(link.answer)
}

/** @param {string} key @param {Half<any>} map */
export function part(key, map) {
  const link = linkOf(key)
  if (link.map === map) delete link.map
}

/** The tiny half has an answer: the large half gets it now, or when it comes. @param {string} key @param {Answer<any>} answer */
export function say(key, answer) {
  const link = linkOf(key)
  link.answer = answer
  link.map?.answer(answer)
}

/** The tiny half has gone. @param {string} key @param {Answer<any>} answer its newest one */
export function leave(key, answer) {
  const link = linkOf(key)
  if (link.answer === answer) delete link.answer
}

/** @typedef {{ link: string, digest: string, parts: [name: string, bytes: number][] }} Header */

/**
 * A message of Python: the header's length, the header, and the parts that it names, one after the other.
 *
 * @template {Header} H
 * @param {import("../types.d.ts").Packed<H>} bytes
 * @returns {{ header: H, parts: () => [name: string, bytes: Uint8Array<ArrayBuffer>][] }} the parts are copies: aligned, and ours
 */
export function unpack(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  /** @type {H} */
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)))
  const parts = () => {
    let at = 4 + size
    return header.parts.map(([name, length]) => {
      at += length
      return /** @type {[string, Uint8Array<ArrayBuffer>]} */ ([name, Uint8Array.from(bytes.subarray(at - length, at))])
    })
  }
  return { header, parts }
}

/**
 * Where picture i lies in a sheet of n with so many in a row: left, top, width, height.
 *
 * @param {{ width: number, height: number }} sheet
 * @param {number} columns
 * @param {number} n
 * @param {number} i
 * @returns {[number, number, number, number]}
 */
export function cell(sheet, columns, n, i) {
  const width = sheet.width / columns
  const height = sheet.height / Math.ceil(n / columns)
  return [(i % columns) * width, Math.floor(i / columns) * height, width, height]
}
