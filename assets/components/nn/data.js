// Points of two to four classes in the plane, from -3 to 3, drawn from a seed.

import { normal, stream } from "./random.js"

/** @typedef {"moons" | "circles" | "spirals" | "xor" | "blobs2" | "blobs3" | "blobs4"} Kind */
/** @typedef {{ inputs: Float64Array, classes: Int32Array }} Points x and y of each point, row by row, and its class */
/** @typedef {{ count: number, train: Points, test: Points }} Data count: of the classes */
/** @typedef {(i: number, n: number, group: number, draw: () => number) => [number, number]} Place of point i of n in its group */

export const REACH = 3
export const TRAIN = 200
export const TEST = 200
const LEAST_TEST = 12 // own points: with fewer, none is held out

/** How many classes, where a point lies, and how far noise of 1 moves it. @type {Record<Kind, { count: number, place: Place, spread: number }>} */
const KINDS = {
  moons: {
    count: 2,
    spread: 1,
    place: (_, __, group, draw) => {
      const angle = Math.PI * draw()
      return group
        ? [0.75 - 1.5 * Math.cos(angle), 0.35 - 1.6 * Math.sin(angle)]
        : [-0.75 + 1.5 * Math.cos(angle), -0.35 + 1.6 * Math.sin(angle)]
    },
  },
  circles: {
    count: 2,
    spread: 1,
    place: (i, n, group, draw) => {
      const radius = group ? 2.2 : Math.sqrt(draw()) * 0.9
      const angle = (2 * Math.PI * i) / n
      return [radius * Math.cos(angle), radius * Math.sin(angle)]
    },
  },
  spirals: {
    count: 2,
    spread: 0.5,
    place: (_, __, group, draw) => {
      const along = 0.02 + 0.98 * draw()
      const angle = 1.75 * along * 2 * Math.PI + Math.PI * group
      return [2.7 * along * Math.sin(angle), 2.7 * along * Math.cos(angle)]
    },
  },
  xor: {
    count: 2,
    spread: 1,
    place: (i, _, group, draw) => {
      const [x, y] = [0.25 + 2.1 * draw(), 0.25 + 2.1 * draw()]
      const right = i % 2 ? 1 : -1
      return [right * x, (group ? -right : right) * y]
    },
  },
  blobs2: blobs([
    [-1.1, -0.9],
    [1.1, 0.9],
  ]),
  blobs3: blobs([
    [0, 1.5],
    [-1.4, -0.9],
    [1.4, -0.9],
  ]),
  blobs4: blobs([
    [-1.3, 1.3],
    [1.3, 1.3],
    [-1.3, -1.3],
    [1.3, -1.3],
  ]),
}

/** Round clouds about these centres. @param {[number, number][]} centres @returns {{ count: number, place: Place, spread: number }} */
function blobs(centres) {
  const place = (
    /** @type {number} */ _,
    /** @type {number} */ __,
    /** @type {number} */ group,
    /** @type {() => number} */ draw,
  ) => {
    const [x, y] = centres[group]
    return /** @type {[number, number]} */ ([x + 0.35 * normal(draw), y + 0.35 * normal(draw)])
  }
  return { count: centres.length, spread: 1.5, place }
}

/**
 * The points of a kind. Classes are as large as each other, give or take one point.
 *
 * @param {Kind} kind
 * @param {number} noise the deviation of what is added to both coordinates, before the kind's own measure
 * @param {number} [seed]
 * @returns {Data}
 */
export function dataOf(kind, noise, seed = 0) {
  const { count, place, spread } = KINDS[kind]
  const part = (/** @type {string} */ name, /** @type {number} */ n) => {
    const [draw, shake] = [stream(seed, `${kind}/${name}`), stream(seed, `${kind}/${name}/noise`)]
    const inputs = new Float64Array(2 * n)
    const classes = Int32Array.from({ length: n }, (_, i) => i % count)
    for (let i = 0; i < n; i++) {
      const [x, y] = place(Math.floor(i / count), Math.ceil(n / count), classes[i], draw)
      inputs[2 * i] = x + spread * noise * normal(shake)
      inputs[2 * i + 1] = y + spread * noise * normal(shake)
    }
    return { inputs, classes }
  }
  return { count, train: part("train", TRAIN), test: part("test", TEST) }
}

/** A person's own points: every fourth is held out where there are enough. @param {[x: number, y: number, group: number][]} points @returns {Data} */
export function ownData(points) {
  const held = points.length >= LEAST_TEST
  const part = (/** @type {boolean} */ test) => {
    const some = points.filter((_, i) => test === (held && i % 4 === 3))
    return {
      inputs: Float64Array.from(some.flatMap((one) => one.slice(0, 2))),
      classes: Int32Array.from(some, ([, , c]) => c),
    }
  }
  const count = Math.max(2, ...points.map(([, , group]) => group + 1))
  return { count, train: part(false), test: part(true) }
}
