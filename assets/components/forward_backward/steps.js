// The fifteen positions of the flow: the input, six steps forward, eight steps backward. What is known at each, what it computes,
// and the sum that it is, in words and numbers.

import { LAYERS, net, WIDTHS } from "./engine.js"
import { minus, number, vector } from "./numbers.js"

export const FORWARD = 6 // the last step forward is the loss
export const LAST = 14

/** @typedef {import("./engine.js").Activation} Activation */
/** @typedef {import("./engine.js").Trace} Trace */
/** @typedef {import("./engine.js").Gradients} Gradients */
/** @typedef {{ values: number[], activation: Activation, at: number, trace: Trace, gradients: Gradients }} Flow */
/** @typedef {{ phase: "input" | "forward" | "backward", column: number, layer: number, title: string }} Step */

/** Columns of the graph: x, z1, a1, z2, a2, out, L. */
export const COLUMNS = ["x", "z₁", "a₁", "z₂", "a₂", "ŷ", "L"]

/** column: whose numbers the step makes, -1 where they are a layer's weights'. layer: whose weights take part; 0 for none. @type {Step[]} */
const STEPS = [
  { phase: "input", column: 0, layer: 0, title: "The input x" },
  { phase: "forward", column: 1, layer: 1, title: "z₁ = W₁x + b₁" },
  { phase: "forward", column: 2, layer: 0, title: "a₁ = σ(z₁)" },
  { phase: "forward", column: 3, layer: 2, title: "z₂ = W₂a₁ + b₂" },
  { phase: "forward", column: 4, layer: 0, title: "a₂ = σ(z₂)" },
  { phase: "forward", column: 5, layer: 3, title: "ŷ = W₃a₂ + b₃" },
  { phase: "forward", column: 6, layer: 0, title: "L = ½(ŷ − y)²" },
  { phase: "backward", column: 5, layer: 0, title: "∂L/∂ŷ = ŷ − y" },
  { phase: "backward", column: -1, layer: 3, title: "∂L/∂W₃ = ∂L/∂ŷ · a₂" },
  { phase: "backward", column: 4, layer: 3, title: "∂L/∂a₂ = ∂L/∂ŷ · W₃" },
  { phase: "backward", column: 3, layer: 0, title: "∂L/∂z₂ = ∂L/∂a₂ · σ′(z₂)" },
  { phase: "backward", column: -1, layer: 2, title: "∂L/∂W₂ = ∂L/∂z₂ · a₁" },
  { phase: "backward", column: 2, layer: 2, title: "∂L/∂a₁ = ∂L/∂z₂ · W₂" },
  { phase: "backward", column: 1, layer: 0, title: "∂L/∂z₁ = ∂L/∂a₁ · σ′(z₁)" },
  { phase: "backward", column: -1, layer: 1, title: "∂L/∂W₁ = ∂L/∂z₁ · x" },
]
const NAMES = { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU" }

/** @param {number} at @param {Activation} activation @returns {Step} */
export function step(at, activation) {
  const found = STEPS[at]
  return { ...found, title: found.title.replace("σ", NAMES[activation]) }
}

/** Whether a column's numbers are known. @param {number} column @param {number} at */
export const valueKnown = (column, at) => at >= column

/** Whether dL/d(column) is known. @param {number} column @param {number} at */
export const gradientKnown = (column, at) => at >= [LAST + 1, 13, 12, 10, 9, 7, LAST + 1][column]

/** Whether the gradient of a layer's weights and biases is known. @param {number} layer @param {number} at */
export const weightsKnown = (layer, at) => at >= [0, 14, 11, 8][layer]

/** The numbers of a column. @param {Flow} flow @param {number} column @returns {number[]} */
export function valuesOf({ trace }, column) {
  if (column === 6) return [trace.loss]
  return column % 2 || column === 5 ? trace.pre[(column - 1) / 2] : trace.inputs[column / 2]
}

/** dL/d of the numbers of a column, 1 to 5. @param {Flow} flow @param {number} column @returns {number[]} */
export const gradientsOf = ({ gradients }, column) =>
  column % 2 ? gradients.deltas[(column - 1) / 2] : gradients.inputs[column / 2]

/** The sums of this step with their numbers, one a line. @param {Flow} flow @returns {string[]} */
export function equations(flow) {
  const { values, activation, at, trace, gradients } = flow
  const { x, y, weights, biases } = net(values)
  const found = STEPS[at]
  const out = trace.pre[LAYERS - 1][0]
  if (found.phase === "input") return [`x = ${vector(x)}, and the target y = ${number(y)}`]
  if (at === FORWARD) return [`½ · (${number(out)} − ${inSum(y)})² = ${number(trace.loss)}`]
  if (at === FORWARD + 1) return [`${number(out)} − ${inSum(y)} = ${number(out - y)}`]
  if (found.phase === "forward" && found.layer) {
    const l = found.layer - 1
    return weights[l].map(
      (row, i) => `${sum(row, trace.inputs[l])} + ${inSum(biases[l][i])} = ${number(trace.pre[l][i])}`,
    )
  }
  if (found.phase === "forward") {
    const l = found.column / 2 - 1
    return trace.pre[l].map((z, i) => `${NAMES[activation]}(${number(z)}) = ${number(trace.inputs[l + 1][i])}`)
  }
  if (found.column === -1) {
    const l = found.layer - 1
    const [delta, input] = [gradients.deltas[l], trace.inputs[l]]
    return delta.map((d) => `${inSum(d)} · ${vector(input)} = ${vector(input.map((a) => d * a))}`)
  }
  if (found.layer) {
    const l = found.layer - 1
    return gradients.inputs[l].map(
      (g, j) =>
        `${sum(
          gradients.deltas[l],
          weights[l].map((row) => row[j]),
        )} = ${number(g)}`,
    )
  }
  const l = (found.column - 1) / 2
  return gradients.deltas[l].map(
    (d, i) => `${inSum(gradients.inputs[l + 1][i])} · ${number(trace.slopes[l][i])} = ${number(d)}`,
  )
}

/** What the graph shows, for those who do not see it. @param {Flow} flow */
export function told(flow) {
  const parts = []
  for (let c = 0; c < COLUMNS.length; c++)
    if (valueKnown(c, flow.at)) parts.push(`${COLUMNS[c]} = ${vector(valuesOf(flow, c))}`)
  for (let c = COLUMNS.length - 2; c > 0; c--)
    if (gradientKnown(c, flow.at)) parts.push(`dL/d${COLUMNS[c]} = ${vector(gradientsOf(flow, c))}`)
  const { weights } = net(flow.values)
  const matrices = weights.map((w, l) => `W${"₁₂₃"[l]} = ${w.map(vector).join(", ")}`)
  return `A network of ${WIDTHS.join(", ")} units. ${step(flow.at, flow.activation).title}. ${parts.join("; ")}. ${matrices.join("; ")}.`
}

/** A negative factor in brackets. @param {number} x */
const inSum = (x) => (x < 0 ? `(${number(x)})` : number(x))

/** @param {number[]} a @param {number[]} b */
const sum = (a, b) => a.map((x, i) => `${inSum(x)} · ${inSum(b[i])}`).join(" + ")

/** What raising a number by h does: the slope's promise, and the change that was computed. @param {string} name @param {number} gradient @param {number} really @param {number} h */
export function nudge(name, gradient, really, h) {
  const way = gradient * h > 0 ? "rises" : "falls"
  const promise = gradient === 0 ? "stays as it is" : `${way} by about ${number(Math.abs(gradient * h))}`
  return `∂L/∂${name} = ${number(gradient)}: raise ${name} by ${minus(String(h))} and the loss ${promise}. Computed anew, it changes by ${number(really)}.`
}
