// Random numbers that a seed repeats: mulberry32, in 32-bit integers, so that any language computes the same.

/** A stream of numbers from 0 up to 1. Streams of different names are independent. @param {number} seed @param {string} name */
export function stream(seed, name) {
  let state = hash(`${seed}/${name}`)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** FNV-1a, 32 bits. @param {string} text */
function hash(text) {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h | 0
}

/** A standard normal number (Box and Muller 1958). @param {() => number} draw */
export function normal(draw) {
  const radius = Math.sqrt(-2 * Math.log(1 - draw()))
  return radius * Math.cos(2 * Math.PI * draw())
}

/** 0 to n - 1 in a random order (Fisher and Yates). @param {number} n @param {() => number} draw */
export function shuffled(n, draw) {
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}
