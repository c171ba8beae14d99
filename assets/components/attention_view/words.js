// What the view says: about a head, a cell and a token.

/** @typedef {import("./weights.js").Weights} Weights */
/** @typedef {import("./weights.js").Head} Head */
/** @typedef {import("./weights.js").Spot} Spot */

/** @param {number} weight */
export const number = (weight) => (weight > 0 && weight < 0.005 ? "<0.01" : weight.toFixed(2))

/** @param {Weights} weights @param {Head} head */
export function headName(weights, head) {
  const { columns, labels } = weights.header
  const label = labels[head.layer][head.column]
  const name = `Layer ${head.layer + 1}, ${weights.isHead[head.column] ? "head " : ""}${columns[head.column]}`
  return `${name}${label && `, ${label}`}${weights.isOff(head) ? ", switched off" : ""}`
}

/** @param {Weights} weights @param {Head} head */
export const noteOf = (weights, { layer, column }) => weights.header.notes[layer][column]

/** Behind the two tokens of a cell. @param {Weights} weights @param {Head} head @param {number} query @param {number} key */
export function cellSays(weights, head, query, key) {
  return weights.isForbidden(query, key) ? " comes later and is not seen" : `: ${number(weights.at(head, query, key))}`
}

/** What a token looks at, or is looked at by. @param {Weights} weights @param {string[]} tokens @param {Head} head @param {Spot} spot */
export function tokenSays(weights, tokens, head, spot) {
  const found = weights.strongest(head, spot).map((j) => `${tokens[j]} ${number(weights.between(head, spot, j))}`)
  const how = spot.side === "query" ? "looks at" : "is looked at by"
  return `${tokens[spot.i]} ${how} ${found.join(", ") || "nothing"}.`
}

/** Where each token looks most, a sentence a token. @param {Weights} weights @param {string[]} tokens @param {Head} head */
export function strongestLines(weights, tokens, head) {
  return tokens.map((token, query) => {
    const [key] = weights.strongest(head, { side: "query", i: query })
    if (key === undefined) return `${token} looks nowhere.`
    return `${token} looks most at ${tokens[key]}: ${number(weights.at(head, query, key))}.`
  })
}
