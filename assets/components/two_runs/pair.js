// The two runs, and how far their weights have moved.

import { dataOf } from "../nn/data.js"
import { singularValues } from "../nn/polar.js"
import { Run } from "../nn/run.js"

const NOISE = 0.1

/** SGD and the spectral norm, from the same weights and on the same batches. @param {Record<string, string | number>} value @returns {[Run, Run]} */
export function both(value) {
  const data = dataOf(/** @type {import("../nn/data.js").Kind} */ (value.two_data), NOISE)
  const of = (/** @type {"sgd" | "spectral"} */ optimiser) =>
    new Run(
      {
        activation: /** @type {import("../nn/activations.js").Activation} */ (value.two_activation),
        depth: Number(value.two_depth),
        width: Number(value.two_width),
        optimiser,
        rate: Number(value[`two_${optimiser}`]),
        l2: 0,
        batch: Number(value.two_batch),
        seed: Number(value.two_seed),
      },
      data,
    )
  return [of("sgd"), of("spectral")]
}

/** The singular values of each weight matrix less what it was at first, the largest first. @param {Run} run @returns {number[][]} */
export const moved = ({ net, initial }) =>
  net.layers.map(({ weights, inputs, outputs }, l) => {
    const values = weights.map((w, i) => w - initial.layers[l].weights[i])
    return [...singularValues({ rows: outputs, columns: inputs, values })]
  })
