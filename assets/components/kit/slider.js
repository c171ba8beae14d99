// Sliders whose track is filled up to their thumb; slider.css has their look. Their class is `filled`.

/** @param {HTMLElement} slider @param {number} share where the thumb stands, from 0 to 1 */
export function fill(slider, share) {
  slider.style.setProperty("--fill", `${100 * share}%`)
}
