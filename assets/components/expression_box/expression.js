// An expression as text: the word at the caret, whether it is finished, and another word in the place of one.

import { GAP, quoted } from "./words.js"

/** @typedef {import("./words.js").Words} Words */
/** @typedef {{ start: number, end: number, typed: string, whole: string }} Spot a word: where, and of it what is before the caret */

/** Without the spaces that make no difference. @param {string} text */
export const bare = (text) => text.trim().replace(/\s+/g, " ")

/**
 * The word in which `caret` stands, or right behind which. "king-man" is a subtraction unless a word begins so.
 *
 * @param {string} text
 * @param {number} caret
 * @param {Words | null} words
 * @returns {Spot}
 */
export function wordAt(text, caret, words) {
  let start = caret
  while (start > 0 && !GAP.test(text[start - 1])) start -= 1
  while (start < caret && text[start] === "-") start += 1
  const cut = text.slice(0, caret).lastIndexOf("-") + 1
  if (cut > start && !words?.begins(text.slice(start, caret))) start = cut
  let end = caret
  while (end < text.length && text[end] !== "-" && !GAP.test(text[end])) end += 1
  return { start, end, typed: text.slice(start, caret), whole: text.slice(start, end) }
}

/**
 * The words that may stand there, longer than what is typed of it.
 *
 * @param {Spot} spot
 * @param {Words | null} words
 */
export function completions({ typed }, words) {
  const isNumber = /^[\d.,]+$/.test(typed) // most likely a weight
  return words && typed && !isNumber ? words.like(typed) : []
}

/**
 * The text with a word in the place of the one at `spot`, and where the caret then stands.
 *
 * @param {string} text
 * @param {Spot} spot
 * @param {string} word
 */
export function completed(text, { start, end }, word) {
  const put = text[start - 1] === '"' ? word : quoted(word)
  return { text: text.slice(0, start) + put + text.slice(end), caret: start + put.length }
}

/**
 * Whether the text can be a finished expression: it ends in a word of the vocabulary, no word is half typed where the
 * caret stands, and the brackets are closed.
 *
 * @param {string} text
 * @param {number} caret
 * @param {Words | null} words
 */
export function finished(text, caret, words) {
  if (!words) return false
  const here = wordAt(text, caret, words).whole
  const last = wordAt(text, text.replace(/[\s)）"”]+$/, "").length, words).whole
  const count = (/** @type {RegExp} */ bracket) => text.split(bracket).length
  return words.has(last) && (!here || words.has(here)) && count(/[(（]/) === count(/[)）]/)
}

/**
 * Another word in the place of an unknown one, wherever that stands.
 *
 * @param {string} text
 * @param {string} unknown as Python names it, in small letters
 * @param {string} word
 */
export function repaired(text, unknown, word) {
  const raw = text.normalize("NFC")
  const { small, at } = inSmallLetters(raw)
  const gap = GAP.source.replace("[", "[-")
  const literal = inSmallLetters(unknown)
    .small.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
    .replace(/-/g, "[-‐‑]")
    .replace(/'/g, "['’]")
  const pattern = new RegExp(`(^|${gap})(?:["“”]${literal}["“”]|${literal})(?=$|${gap})`, "gu")
  let made = ""
  let end = 0
  for (const match of small.matchAll(pattern)) {
    made += raw.slice(end, at[match.index + (match[1] ?? "").length]) + quoted(word)
    end = at[match.index + match[0].length] ?? raw.length
  }
  return made + raw.slice(end)
}

/**
 * A text in small letters, and where each of its places lies in the text itself: some letters become two, as İ does.
 *
 * @param {string} text
 */
function inSmallLetters(text) {
  let small = ""
  let place = 0
  /** @type {number[]} */
  const at = []
  for (const sign of text) {
    const piece = sign.toLowerCase().replace("ς", "σ")
    for (let i = 0; i < piece.length; i++) at.push(place)
    small += piece
    place += sign.length
  }
  return { small, at: [...at, place] }
}

/** One sentence where the text is longer than a message may be, else "". @param {string} text @param {number} longest */
export function tooLong(text, longest) {
  const length = [...text].length
  if (length <= longest) return ""
  const count = (/** @type {number} */ n) => n.toLocaleString("en")
  return `An expression has at most ${count(longest)} characters; this one has ${count(length)}.`
}
