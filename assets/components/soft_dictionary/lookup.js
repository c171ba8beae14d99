// The look-up, step by step, while something moves. The same as `look_up` in core/analysis/soft_lookup.py.

/** @typedef {import("../messages.d.ts").SoftDictionaryData} Data */
/** @typedef {import("../messages.d.ts").Asked} Asked */
/** @typedef {import("../messages.d.ts").Spot} Spot */
/** @typedef {{ product: number, scaled: number, tempered: number | null, weight: number }} Step of one entry */

/** The steps as Python found them. @param {Data} data @returns {(Step | null)[]} */
export function found({ rows }) {
  return rows.map((row) => row && { product: row[0], scaled: row[1], tempered: row[2], weight: row[3] })
}

/** An arrow as it counts. @param {Spot} spot @param {boolean} unit whether at length 1 @returns {Spot} */
function counted([x, y], unit) {
  const length = unit ? Math.max(Math.hypot(x, y), 1e-12) : 1
  return [x / length, y / length]
}

/**
 * The steps of what is asked now; null for an entry that takes no part.
 *
 * @param {Asked} asked
 * @param {Data} data the latest of Python
 * @returns {(Step | null)[]}
 */
export function lookUp(asked, data) {
  const { own, unit, root, rows, temperatures } = data
  const [qx, qy] = counted(asked.at, unit)
  const steps = asked.entries.map(([key, value, x, y], i) => {
    const row = rows[i] ?? null
    if (data.error || !(own ? key && value && asked.query : row)) return null
    const [kx, ky] = counted([x, y], unit)
    const product = own ? qx * kx + qy * ky : (row?.[0] ?? 0)
    return { product, scaled: product / root }
  })
  const most = Math.max(...steps.map((step) => step?.scaled ?? Number.NEGATIVE_INFINITY))
  const t = temperatures[asked.t]
  const whole = steps.map((step) => step && { ...step, ...weighed(step.scaled, most, t) })
  const total = whole.reduce((sum, step) => sum + (step?.weight ?? 0), 0)
  return whole.map((step) => step && { ...step, weight: step.weight / total })
}

/**
 * The softmax before its sum is divided by.
 *
 * @param {number} scaled
 * @param {number} most the largest of all
 * @param {number | null} t the temperature; null: infinity
 */
function weighed(scaled, most, t) {
  if (t === 0) return { tempered: null, weight: Number(scaled === most) }
  if (t === null) return { tempered: 0, weight: 1 }
  return { tempered: scaled / t, weight: Math.exp((scaled - most) / t) }
}

/** The arrows of the values as they count; null where a value has none. @param {Asked} asked @param {Data} data @returns {(Spot | null)[]} */
export function valueArrows(asked, { own, unit, flat }) {
  return asked.entries.map(([, , , , x, y], i) => (own ? counted([x, y], unit) : (flat.values[i] ?? null)))
}

/**
 * From the origin tip to tail: w1 v1, w1 v1 + w2 v2, and so on; empty where a value that counts has no arrow.
 *
 * @param {(Step | null)[]} steps
 * @param {(Spot | null)[]} values
 * @returns {Spot[]}
 */
export function chain(steps, values) {
  /** @type {Spot[]} */
  const points = [[0, 0]]
  for (const [i, step] of steps.entries()) {
    if (!step) continue
    const at = values[i]
    if (!at) return []
    const [x, y] = points[points.length - 1]
    points.push([x + step.weight * at[0], y + step.weight * at[1]])
  }
  return points.length > 1 ? points : []
}
