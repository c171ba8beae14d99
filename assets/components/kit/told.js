// What a canvas shows, in words, for those who do not see it: computed from what is drawn on it.

import { find } from "./dom.js"

/** Say it where the canvas's description is. @param {ParentNode} root @param {string} text */
export function tell(root, text) {
  const place = find(root, "#told")
  if (place.textContent !== text) place.textContent = text
}

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)}%`

/**
 * Where each group of a map lies on average; "" where there is no point of any.
 *
 * @param {string[]} names of the groups; a point of another one is left out
 * @param {ArrayLike<number>} groups of each point
 * @param {(i: number) => [right: number, up: number]} place of point i, in shares of the frame, from the lower left
 */
export function whereabouts(names, groups, place) {
  const sums = names.map(() => ({ count: 0, right: 0, up: 0 }))
  for (let i = 0; i < groups.length; i++) {
    const sum = sums[groups[i]]
    if (!sum) continue
    const [right, up] = place(i)
    sum.count += 1
    sum.right += right
    sum.up += up
  }
  const lines = sums.flatMap(({ count, right, up }, g) =>
    count ? `${names[g]} (${count.toLocaleString("en-US")}) ${percent(right / count)}, ${percent(up / count)}` : [],
  )
  return lines.length ? `Where the groups lie on average, from the left and from below: ${lines.join("; ")}.` : ""
}

/** Neighbouring numbers as ranges: "1 to 3, 5". @param {number[]} numbers ascending */
export function ranges(numbers) {
  /** @type {[from: number, to: number][]} */
  const found = []
  for (const number of numbers) {
    const last = found.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ")
}
