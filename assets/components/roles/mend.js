// The parts of roles.js that need no browser.

/**
 * Levels of headings in which none skips one: a heading stands one level below the one that it belongs to.
 *
 * @param {number[]} levels as they stand on the page, read downwards
 */
export function stepped(levels) {
  /** Those that the next one may belong to. @type {{ own: number, given: number }[]} */
  const above = []
  return levels.map((own) => {
    while ((above.at(-1)?.own ?? 0) >= own) above.pop()
    const given = (above.at(-1)?.given ?? own - 1) + 1
    above.push({ own, given })
    return given
  })
}

/**
 * A function that runs `run` soon, and at most once in so many milliseconds, however often it is called.
 *
 * @param {number} ms
 * @param {() => void} run
 * @param {(run: () => void, ms: number) => unknown} later
 */
export function atMost(ms, run, later = setTimeout) {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    later(() => {
      waiting = false
      run()
    }, ms)
  }
}
