// All planes of a network as they are drawn: places of the points, of the sheet and of the decision boundary in every layer.

import { forward } from "../nn/network.js"
import { boundary, EDGE, SHEET } from "./sheet.js"
import { between, corners, frameBetween, frameOf, placed, viewsOf } from "./views.js"

/** @typedef {import("../nn/network.js").Network} Network */
/** @typedef {import("../nn/network.js").Plane} Plane */
/** @typedef {import("./views.js").View} View */
/** @typedef {import("./views.js").Frame} Frame */

/**
 * What a plane shows.
 *
 * @typedef {object} Scene
 * @property {Frame} frame
 * @property {Float64Array} points x and y of the training points
 * @property {Float64Array} sheet of the sheet's points
 * @property {Float64Array} line of the ends of the boundary's pieces
 * @property {Float64Array} corners of the simplex, where it is the plane of the probabilities
 * @property {Float64Array} probe the point in hand
 * @property {boolean} axes whether the plane's own zero lines are shown
 */
/** @typedef {{ scenes: Scene[], views: View[], planes: Plane[], sheet: Plane, probe: Plane[] }} Stack planes: of the training points; sheet: its probabilities */

/**
 * @param {Network} net
 * @param {Float64Array} inputs of the training points
 * @param {[number, number]} probe the point in hand
 * @param {import("./views.js").Pair} pair of neurons that wide layers show
 * @param {View[]} [before] as they were drawn
 * @returns {Stack}
 */
export function stackOf(net, inputs, probe, pair, before = []) {
  const planes = forward(net, inputs)
  const sheets = forward(net, SHEET)
  const lines = forward(net, boundary(sheets[sheets.length - 2]))
  const one = forward(net, probe)
  const views = viewsOf(planes, pair, before)
  const last = planes.length - 1
  const scenes = views.map((view, i) => {
    const points = placed(planes[i], view)
    return {
      frame: i ? frameFor(points, view, i === last ? planes[i].width : 0) : { x: 0, y: 0, half: EDGE },
      points,
      sheet: placed(sheets[i], view),
      line: placed(lines[i], view),
      corners: Float64Array.from(i === last ? corners(planes[i].width).flat() : []),
      probe: placed(one[i], view),
      axes: view.kind === "axes",
    }
  })
  return { scenes, views, planes, sheet: sheets[last], probe: one }
}

/** @param {Float64Array} points @param {View} view @param {number} count of classes, in the plane of their probabilities @returns {Frame} */
function frameFor(points, view, count) {
  if (count === 2) return { x: 0.5, y: 0.5, half: 0.66 }
  if (count) return { x: 0, y: count === 3 ? 0.2 : 0, half: 1.3 }
  return frameOf(points, view.kind === "axes")
}

/**
 * What lies at a place of the way through the layers: at whole numbers exactly a plane, between them the straight way from one
 * to the next. Between the two sides of a ReLU this folds: what is negative shrinks to 0, what is positive stays.
 *
 * @param {Stack} stack
 * @param {number} way from 0 to the number of planes - 1
 * @returns {Scene}
 */
export function sceneAt({ scenes }, way) {
  const from = Math.min(Math.floor(way), scenes.length - 1)
  const t = way - from
  if (t <= 0 || from + 1 >= scenes.length) return scenes[from]
  const [a, b] = [scenes[from], scenes[from + 1]]
  return {
    frame: frameBetween(a.frame, b.frame, t),
    points: between(a.points, b.points, t),
    sheet: between(a.sheet, b.sheet, t),
    line: between(a.line, b.line, t),
    corners: new Float64Array(),
    probe: between(a.probe, b.probe, t),
    axes: a.axes && b.axes,
  }
}

/** What each plane is called. @param {number} count of planes @param {string} activation */
export function namesOf(count, activation) {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return "input"
    if (i === count - 1) return "softmax"
    return i % 2 ? "linear" : activation
  })
}
