// How a token is shown: literally, every sign of it seen, and none of them acts on what stands around it.

/** A piece of a token, and whether it stands for a sign that one would not see. @typedef {[text: string, mark: boolean]} Piece */

const JOINS = /\u200c|\u200d|[\u{e0020}-\u{e007f}]/u // belong to the signs around them: families, flags, Persian
const SEEN = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]/ // format characters that have a shape

/** @param {string} token @returns {Piece[]} */
export function spell(token) {
  /** @type {Piece[]} */
  const pieces = []
  /** @param {string} text @param {boolean} mark */
  const add = (text, mark) => {
    const last = pieces.at(-1)
    if (last && last[1] === mark) last[0] += text
    else pieces.push([text, mark])
  }
  const alone = !/[^\p{C}\p{Z}]/u.test(token)
  for (const sign of token) {
    const stands = standIn(sign, alone)
    if (stands !== null) add(stands, true)
    else {
      if (!pieces.length && /\p{M}/u.test(sign)) add("◌", true) // an accent without its letter
      add(sign, false)
    }
  }
  return pieces.length ? pieces : [["∅", true]]
}

/** What is shown for a sign that one would not see; null for any other. @param {string} sign @param {boolean} alone whether the token has no visible sign */
function standIn(sign, alone) {
  const code = /** @type {number} */ (sign.codePointAt(0))
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return "␡"
  if (/\p{Zs}/u.test(sign)) return "·"
  const hidden = JOINS.test(sign) ? alone : /\p{Cf}/u.test(sign) && !SEEN.test(sign) // U+202E turns what follows
  if (!hidden && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(sign)) return null
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`
}

/** @param {Piece[]} pieces */
export const plain = (pieces) => pieces.map(([text]) => text).join("")

/** As text, never as markup. @param {Piece[]} pieces */
export function nodes(pieces) {
  return pieces.map(([text, mark]) => {
    if (!mark) return document.createTextNode(text)
    const sign = document.createElement("i")
    sign.className = "mark"
    sign.textContent = text
    return sign
  })
}

/** @param {HTMLElement} target @param {Piece[]} pieces */
export function write(target, pieces) {
  target.replaceChildren(...nodes(pieces))
  target.title = plain(pieces)
}
