// The operations of the lecture on two numbers, each by itself.

import { linear, softmax } from "../nn/network.js"

/** @typedef {"linear" | "relu" | "norm" | "softmax"} Name */
/** @typedef {{ name: Name, matrix: number[], temperature: number }} Operation matrix: four weights row by row, and two biases */

const NEARLY = 1e-12 // as torch's normalize

/** "1_0_0_1_0_0" as numbers. @param {string} text */
export const matrixOf = (text) => text.split("_").map(Number)

/** @param {number[]} matrix */
export const textOf = (matrix) => matrix.map((x) => String(Number(x.toFixed(2)) + 0)).join("_")

/** What comes out for each row of two numbers. @param {Operation} operation @param {Float64Array} rows @returns {Float64Array} */
export function apply({ name, matrix, temperature }, rows) {
  if (name === "relu") return rows.map((x) => Math.max(0, x))
  if (name === "softmax") return softmax(rows, 2, temperature)
  if (name === "norm") return rows.map((x, i) => x / Math.max(NEARLY, Math.hypot(rows[i], rows[i % 2 ? i - 1 : i + 1])))
  const [weights, biases] = [Float64Array.from(matrix.slice(0, 4)), Float64Array.from(matrix.slice(4))]
  return linear({ inputs: 2, outputs: 2, weights, biases }, rows)
}

/** How far the plane reaches that shows what comes out. @param {Name} name */
export const frameOf = (name) => {
  if (name === "softmax") return { x: 0.5, y: 0.5, half: 0.75 }
  if (name === "norm") return { x: 0, y: 0, half: 1.4 }
  return { x: 0, y: 0, half: 3.2 }
}

/** How much of each quadrant a place is: the colours of the plane before. @param {Float64Array} rows */
export function quadrants(rows) {
  const values = new Float64Array(2 * rows.length)
  for (let i = 0; i < rows.length; i += 2) {
    const right = 1 / (1 + Math.exp(-4 * rows[i]))
    const up = 1 / (1 + Math.exp(-4 * rows[i + 1]))
    values.set([right * up, (1 - right) * up, (1 - right) * (1 - up), right * (1 - up)], 2 * i)
  }
  return { width: 4, values }
}

/** In words, with its numbers. @param {Operation} operation @param {number[]} before @param {number[]} after */
export function told({ name, temperature }, before, after) {
  const pair = (/** @type {number[]} */ v) => `(${v.map((x) => x.toFixed(2)).join(", ")})`
  const what = {
    linear: "A linear layer turns, stretches and shifts the plane; straight lines stay straight.",
    relu: "ReLU folds the plane: everything left of the vertical axis comes to lie on it, everything below the horizontal one too.",
    norm: "The L2 norm pulls every point along its ray onto a ring of radius 1; only the direction is left.",
    softmax: `Softmax puts every point on the line between (1, 0) and (0, 1), by the difference of its two numbers; temperature ${temperature}.`,
  }[name]
  return `${what} The point in hand goes from ${pair(before)} to ${pair(after)}.`
}
