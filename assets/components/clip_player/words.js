// What the player says of its clip and its mask.

/** @param {number} hidden @param {number} all */
export function share(hidden, all) {
  const percent = (100 * hidden) / all
  return `${hidden} of ${all} hidden (${percent.toFixed(Number.isInteger(percent) ? 0 : 1)}%)`
}

/** @param {number} cell @param {number} places */
export const placed = (cell, places) => `row ${Math.floor(cell / places) + 1}, column ${(cell % places) + 1}`

/**
 * For those who do not see it.
 *
 * @param {{ about: string, note: string, frame: number, frames: number, playing: boolean, hidden: number, all: number, here: number, places: number }} of
 */
export function told({ about, note, frame, frames, playing, hidden, all, here, places }) {
  const film = playing
    ? "It is playing."
    : `Frame ${frame + 1} of ${frames} is shown; ${here} of its ${places ** 2} places are hidden.`
  return `The clip: ${about}. ${share(hidden, all)}. Filled in: ${note}. ${film}`
}
