// Messages of weights for tests, as Python sends them.

import { bodyOf, headerOf, Weights } from "./weights.js"

/**
 * @typedef {object} Made
 * @property {number[][][][]} weights (L, C, T, T)
 * @property {boolean} [causal]
 * @property {1 | 2} [bytes] of a weight
 * @property {string[]} [columns]
 * @property {string[][]} [labels]
 * @property {number[]} [off]
 */

/** A message whose colour i is (i, 255 - i, 7). @param {Made} made */
export function message({ weights, causal = false, bytes = 2, columns, labels, off = [] }) {
  const [L, C, T] = [weights.length, weights[0].length, weights[0][0].length]
  const header = new TextEncoder().encode(
    JSON.stringify({
      key: "view",
      digest: "d",
      shape: [L, C, T],
      bytes,
      columns: columns ?? Array.from({ length: C }, (_, i) => String(i + 1)),
      labels: labels ?? weights.map((layer) => layer.map(() => "")),
      notes: weights.map((layer, l) => layer.map((_, c) => `note of ${l}/${c}`)),
      tokens: Array.from({ length: T }, (_, i) => `t${i}`),
      causal,
      off,
      result_id: "r",
    }),
  )
  const sent = weights.flat(2).flatMap((row, i) => (causal ? row.slice(0, (i % T) + 1) : row))
  const out = new Uint8Array(4 + header.length + 768 + bytes * sent.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, header.length, true)
  out.set(header, 4)
  for (let i = 0; i < 256; i++) out.set([i, 255 - i, 7], 4 + header.length + 3 * i)
  sent.forEach((weight, i) => {
    const at = 4 + header.length + 768 + bytes * i
    if (bytes === 2) view.setUint16(at, Math.round(65_535 * weight), true)
    else view.setUint8(at, Math.round(255 * weight))
  })
  return out
}

/** @param {Made} made */
export function weightsOf(made) {
  const bytes = message(made)
  return new Weights({ header: headerOf(bytes), body: bodyOf(bytes) })
}

/** The four patterns of a head that the tests know: itself, the token before, the first token, everywhere alike. @param {number} T @param {boolean} [causal] */
export function patterns(T, causal = false) {
  const rows = [...Array(T).keys()]
  /** @param {(query: number, key: number) => number} weight */
  const head = (weight) => rows.map((query) => rows.map((key) => weight(query, key)))
  return [
    head((q, k) => Number(q === k)),
    head((q, k) => 0.75 * Number(q === k + 1) + (q ? 0.25 : 1) * Number(q === k)),
    head((q, k) => 0.9 * Number(k === 0) + 0.1 * Number(q === k)),
    head((q, k) => (causal ? Number(k <= q) / (q + 1) : 1 / T)),
  ]
}
