// Which tile the keys lead to: without a browser.

/**
 * The tile that a key leads to from tile `from`, of `count` tiles in rows of `columns`; null where the key means nothing here.
 * Left and right go on in the next row, up and down stay in their column, and nothing goes over the edges.
 *
 * @param {string} key @param {number} from @param {number} count @param {number} columns
 */
export function next(key, from, count, columns) {
  const to = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    ArrowDown: from + columns,
    ArrowUp: from - columns,
    Home: 0,
    End: count - 1,
  }[key]
  if (to === undefined) return null
  return to < 0 || to >= count ? from : to
}

/** How many columns a grid has, by the left edges of its tiles. @param {number[]} lefts */
export function columnsOf(lefts) {
  const again = lefts.findIndex((left, i) => i > 0 && left <= (lefts[0] ?? 0))
  return again < 0 ? Math.max(1, lefts.length) : again
}
