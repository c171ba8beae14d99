// How well a straight cut tells the classes apart in a layer: a multinomial logistic regression on its numbers.

import { accuracy, softmax } from "./network.js"

/** @typedef {import("./network.js").Plane} Plane */

const RIDGE = 1e-3 // of the mean loss, on standardised numbers; the bias is free
const STEPS = 25 // of Newton; it ends earlier where nothing changes

/**
 * The accuracy on the test points of a linear classifier that is fitted to the training points (Newton's method; Alain and
 * Bengio 2016). Columns are standardised by the training points; one that does not vary is left out.
 *
 * @param {Plane} train
 * @param {ArrayLike<number>} trainClasses
 * @param {Plane} test
 * @param {ArrayLike<number>} testClasses
 * @param {number} count of the classes
 */
export function separability(train, trainClasses, test, testClasses, count) {
  const scale = standard(train)
  const fitted = fit(scaled(train, scale), trainClasses, count)
  const [rows, classes] = testClasses.length ? [scaled(test, scale), testClasses] : [scaled(train, scale), trainClasses]
  return accuracy({ width: count, values: scores(rows, fitted, count) }, classes)
}

/** Mean and deviation of the columns that vary. @param {Plane} plane */
function standard({ width, values }) {
  const n = values.length / width
  const found = []
  for (let c = 0; c < width; c++) {
    let mean = 0
    for (let r = 0; r < n; r++) mean += values[r * width + c] / n
    let variance = 0
    for (let r = 0; r < n; r++) variance += (values[r * width + c] - mean) ** 2 / n
    if (variance > 1e-16) found.push({ column: c, mean, deviation: Math.sqrt(variance) })
  }
  return found
}

/** Standardised rows with a 1 behind each. @param {Plane} plane @param {ReturnType<typeof standard>} columns @returns {Plane} */
function scaled({ width, values }, columns) {
  const [n, wide] = [values.length / width, columns.length + 1]
  const out = new Float64Array(n * wide)
  for (let r = 0; r < n; r++) {
    columns.forEach(({ column, mean, deviation }, c) => {
      out[r * wide + c] = (values[r * width + column] - mean) / deviation
    })
    out[r * wide + wide - 1] = 1
  }
  return { width: wide, values: out }
}

/** @param {Plane} rows @param {Float64Array} weights a row a class @param {number} count */
function scores({ width, values }, weights, count) {
  const n = values.length / width
  const out = new Float64Array(n * count)
  for (let r = 0; r < n; r++)
    for (let k = 0; k < count; k++) {
      let sum = 0
      for (let c = 0; c < width; c++) sum += weights[k * width + c] * values[r * width + c]
      out[r * count + k] = sum
    }
  return out
}

/** @param {Plane} rows @param {ArrayLike<number>} classes @param {number} count @returns {Float64Array} */
function fit(rows, classes, count) {
  const { width, values } = rows
  const [n, size] = [classes.length, count * width]
  const weights = new Float64Array(size)
  for (let step = 0; step < STEPS; step++) {
    const p = softmax(scores(rows, weights, count), count)
    const gradient = weights.map((w, i) => (i % width === width - 1 ? 1e-9 * w : RIDGE * w))
    const hessian = new Float64Array(size * size)
    for (let i = 0; i < size; i++) hessian[i * size + i] = i % width === width - 1 ? 1e-9 : RIDGE
    for (let r = 0; r < n; r++)
      for (let k = 0; k < count; k++) {
        const error = (p[r * count + k] - Number(classes[r] === k)) / n
        for (let c = 0; c < width; c++) gradient[k * width + c] += error * values[r * width + c]
        for (let l = 0; l <= k; l++) {
          const curve = (p[r * count + k] * (Number(k === l) - p[r * count + l])) / n
          for (let c = 0; c < width; c++)
            for (let d = 0; d < width; d++)
              hessian[(k * width + c) * size + l * width + d] += curve * values[r * width + c] * values[r * width + d]
        }
      }
    for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) hessian[i * size + j] = hessian[j * size + i]
    const way = solve(hessian, gradient, size)
    let most = 0
    for (let i = 0; i < size; i++) {
      weights[i] -= way[i]
      most = Math.max(most, Math.abs(way[i]))
    }
    if (most < 1e-6) break
  }
  return weights
}

/** x of A x = b, A symmetric and positive (Cholesky). @param {Float64Array} a @param {Float64Array} b @param {number} n */
export function solve(a, b, n) {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k]
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-14)) : sum / l[j * n + j]
    }
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k]
    x[i] /= l[i * n + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k]
    x[i] /= l[i * n + i]
  }
  return x
}
