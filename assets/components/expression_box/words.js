// The vocabulary: which words begin so, and how words are written in an expression.

const MOST = 8 // words offered
/** The signs that Python reads as operators, brackets and quotes: none is part of a word. A hyphen can be, see `wordAt`. */
export const GAP = /[\s+＋*×·⋅∗＊/÷∕／−–—－()（）"“”„‟«»＂]/
const BARE = /^[\p{L}\p{M}\p{N}\u200c\u200d]+((\.?-|[.'])[\p{L}\p{M}\p{N}\u200c\u200d]+)*\.?$/u // other words need quotes

/** Small letters, and the plain ones of the signs that keyboards put into words. @param {string} word */
export const fold = (word) => word.normalize("NFC").toLowerCase().replace(/[‐‑]/g, "-").replace(/’/g, "'")

/** A word as it stands in an expression. @param {string} word */
export const quoted = (word) => (BARE.test(word) ? word : `"${word}"`)

/** Words in order of frequency, found by how they begin. */
export class Words {
  /** @param {string[]} words the most frequent first */
  constructor(words) {
    this.words = words
    /** Folded word -> its place in `words`; of words that differ by case, the most frequent. @type {Map<string, number>} */
    this.rank = new Map()
    words.forEach((word, i) => {
      const folded = fold(word)
      if (!this.rank.has(folded)) this.rank.set(folded, i)
    })
    this.sorted = [...this.rank.keys()].sort()
  }

  /** @param {string} word */
  has(word) {
    return this.rank.has(fold(word))
  }

  /** Where the words that are not below `start` begin, in order. @param {string} start */
  from(start) {
    let [low, high] = [0, this.sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sorted[middle] < start) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Whether a word begins so. @param {string} start */
  begins(start) {
    const folded = fold(start)
    return this.sorted[this.from(folded)]?.startsWith(folded) ?? false
  }

  /** The most frequent words that begin so and are longer. @param {string} start */
  like(start) {
    const folded = fold(start)
    /** @type {number[]} */
    const best = [] // ranks, ascending
    for (let i = this.from(folded); this.sorted[i]?.startsWith(folded); i++) {
      const rank = this.rank.get(this.sorted[i]) ?? 0
      if (this.sorted[i] === folded || (best.length === MOST && rank > best[MOST - 1])) continue
      let at = best.length
      while (at > 0 && best[at - 1] > rank) at -= 1
      best.splice(at, 0, rank)
      best.length = Math.min(best.length, MOST)
    }
    return best.map((rank) => this.words[rank])
  }
}
