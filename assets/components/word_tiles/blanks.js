// Which words are hidden, and which tile the keys lead to: without a browser.

/**
 * The hidden places with one of them turned: hidden if it was shown, shown if it was hidden. Sorted.
 *
 * @param {number[]} places @param {number} place
 */
export function turned(places, place) {
  const others = places.filter((other) => other !== place)
  return others.length < places.length ? others : [...places, place].sort((a, b) => a - b)
}

/**
 * The tile that a key leads to from tile `from` of `count`; null where the key means nothing here.
 *
 * @param {string} key @param {number} from @param {number} count
 */
export function next(key, from, count) {
  const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: count - 1 }[key]
  if (to === undefined) return null
  return Math.min(count - 1, Math.max(0, to))
}

/**
 * What a screen reader says of a tile.
 *
 * @param {{ text: string, known: boolean, fill: string, chance: string }} word @param {boolean} hidden
 */
export function spoken(word, hidden) {
  if (!hidden) return word.known ? word.text : `${word.text}, unknown to the model`
  return word.fill ? `Blank, was ${word.text}. Likeliest: ${word.fill}, ${word.chance}` : `Blank, was ${word.text}`
}
