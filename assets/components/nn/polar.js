// The singular values of a small matrix, and the orthogonal matrix nearest to it.

const SWEEPS = 30
const NOTHING = 1e-9 // of the largest singular value: what is smaller came from rounding

/** @typedef {{ rows: number, columns: number, values: Float64Array }} Matrix row by row */

/**
 * U S Vᵀ by one-sided Jacobi rotations (Hestenes 1958): columns are turned in pairs until all are at right angles.
 *
 * @param {Matrix} matrix with no more columns than rows
 * @returns {{ scaled: Matrix, v: Matrix, singular: Float64Array }} U S, V and S, in no order
 */
function jacobi({ rows, columns, values }) {
  const a = values.slice()
  const v = Float64Array.from({ length: columns * columns }, (_, i) => Number(i % (columns + 1) === 0))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let turned = false
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        let [pp, qq, pq] = [0, 0, 0]
        for (let r = 0; r < rows; r++) {
          const [x, y] = [a[r * columns + p], a[r * columns + q]]
          pp += x * x
          qq += y * y
          pq += x * y
        }
        if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq) || pq === 0) continue
        turned = true
        const zeta = (qq - pp) / (2 * pq)
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
        const c = 1 / Math.hypot(1, t)
        turn(a, rows, columns, [p, q], c, c * t)
        turn(v, columns, columns, [p, q], c, c * t)
      }
    if (!turned) break
  }
  const singular = Float64Array.from({ length: columns }, (_, p) => {
    let sum = 0
    for (let r = 0; r < rows; r++) sum += a[r * columns + p] ** 2
    return Math.sqrt(sum)
  })
  return { scaled: { rows, columns, values: a }, v: { rows: columns, columns, values: v }, singular }
}

/** @param {Float64Array} m @param {number} rows @param {number} columns @param {[number, number]} pair @param {number} c @param {number} s */
function turn(m, rows, columns, [p, q], c, s) {
  for (let r = 0; r < rows; r++) {
    const [x, y] = [m[r * columns + p], m[r * columns + q]]
    m[r * columns + p] = c * x - s * y
    m[r * columns + q] = s * x + c * y
  }
}

/** @param {Matrix} matrix @returns {Matrix} */
function transposed({ rows, columns, values }) {
  const out = new Float64Array(values.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]
  return { rows: columns, columns: rows, values: out }
}

/** The singular values, the largest first. @param {Matrix} matrix */
export function singularValues(matrix) {
  const { singular } = jacobi(matrix.columns > matrix.rows ? transposed(matrix) : matrix)
  return singular.sort((a, b) => b - a)
}

/**
 * The directions in which rows vary most: the first `count` eigenvectors of a symmetric matrix without negative eigenvalues.
 *
 * @param {Matrix} covariance
 * @param {number} count
 * @returns {Float64Array[]}
 */
export function principal(covariance, count) {
  const { v, singular } = jacobi(covariance)
  const n = covariance.columns
  const order = Array.from(singular, (_, p) => p).sort((p, q) => singular[q] - singular[p])
  return order.slice(0, count).map((p) => Float64Array.from({ length: n }, (_, r) => v.values[r * n + p]))
}

/**
 * U Vᵀ: the direction of steepest ascent in the spectral norm for a gradient of singular vectors U and V. What has no length
 * in the gradient gets none.
 *
 * @param {Matrix} matrix
 * @returns {Matrix}
 */
export function polar(matrix) {
  if (matrix.columns > matrix.rows) return transposed(polar(transposed(matrix)))
  const { rows, columns } = matrix
  const { scaled, v, singular } = jacobi(matrix)
  const least = NOTHING * Math.max(...singular)
  const values = new Float64Array(rows * columns)
  for (let p = 0; p < columns; p++) {
    if (!(singular[p] > least)) continue
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        values[r * columns + c] += (scaled.values[r * columns + p] / singular[p]) * v.values[c * columns + p]
  }
  return { rows, columns, values }
}
