// The stage in words.

import { three } from "./curve.js"
import { number } from "./equation.js"
import { percent } from "./runs.js"
import { sub } from "./wiring.js"

/** @typedef {import("../nn/run.js").Run} Run */

/** What the large plane shows, and where the point in hand is. @param {import("./stack.js").Stack} stack @param {string[]} names @param {number} way @param {[number, number]} probe */
export function aboutPlanes({ views, planes }, names, way, probe) {
  const [from, t] = [Math.floor(way), way - Math.floor(way)]
  const i = Math.min(from, names.length - 1)
  const kind = {
    axes: planes[i].width > 2 ? ": two neurons" : "",
    pca: ": PCA of its neurons",
    corners: ": by the corners of the classes",
  }[views[i].kind]
  const where =
    t > 0 ? `Plane ${i} → ${i + 1}: ${Math.round(100 * t)}% of ${names[i + 1]}` : `Plane ${i}, ${names[i]}${kind}`
  return { where, place: `x = (${number(probe[0])}, ${number(probe[1])})` }
}

/** @param {Run} run @param {string[]} names @param {number[]} shares */
export function told(run, names, shares) {
  const { train, test, step } = run.loss()
  const held = run.data.test.classes.length
  const probes = names.map((name, i) => `${name} ${percent(shares[i])}`).join(", ")
  const points = `${run.data.train.classes.length} training points of ${run.data.count} classes, ${held} held out`
  return `Step ${step}: train loss ${three(train)}, test loss ${three(test)}, test accuracy ${percent(run.accuracy("test"))}; ${points}. A straight cut tells the classes apart, plane by plane: ${probes}.`
}

/** @param {import("../nn/network.js").Network} net @param {import("../nn/network.js").Plane[]} probe */
export function wiringTold(net, probe) {
  const values = (/** @type {number} */ i) => [...probe[i].values].map(number).join(", ")
  const layers = net.layers.map(
    ({ inputs, outputs }, l) =>
      `Linear layer ${l + 1} from ${inputs} to ${outputs}: gives ${values(2 * l + 1)}, then ${values(2 * l + 2)}.`,
  )
  return `Input x${sub(0)}, x${sub(1)}: ${values(0)}. ${layers.join(" ")}`
}
