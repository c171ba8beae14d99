// What keys and swipes mean when presenting. A control keeps its own.

/** @typedef {"next" | "back" | "first" | "last" | "text" | "leave" | "blur"} Move */
/** @typedef {"text" | "control" | "button" | "none"} Kind what has the focus */

/** @type {Record<string, Move>} */
const STEPS = {
  ArrowRight: "next",
  ArrowLeft: "back",
  PageDown: "next",
  PageUp: "back",
  " ": "next",
  Home: "first",
  End: "last",
}
const PAGE = "html, body, [data-testid=stMain]"
const TEXT =
  'input:not([type]), [type="text"], [type="search"], [type="number"], textarea, [contenteditable="true"], [role="combobox"], [role="textbox"], [role="spinbutton"]'
const CONTROL =
  'input, select, canvas, iframe, video, audio, [tabindex="0"], [role="slider"], [role="radio"], [role="option"], [role="listbox"], [role="tab"], [role="menuitem"], [role="grid"], [role="application"], [role="dialog"] *'
const BUTTON = 'button, a[href], summary, [role="button"], [role="switch"], [role="checkbox"], [type="checkbox"]'

/** @param {{ matches?(selector: string): boolean } | null | undefined} element */
export function kindOf(element) {
  const is = (/** @type {string} */ selector) => element?.matches?.(selector) ?? false
  if (is(PAGE)) return "none" // it takes the focus when somebody clicks beside everything
  if (is(TEXT)) return "text"
  // A button of a group may be a stop of the tabulator: its role counts, not its tabindex.
  if (is(BUTTON) && !is('[role="radio"], [role="tab"], [role="option"], [role="menuitem"], [role="dialog"] *'))
    return "button"
  return is(CONTROL) ? "control" : "none"
}

/**
 * What to do on this key; null where it is not ours.
 *
 * clicked: the focus came with a pointer. Who has dragged a slider and takes the clicker wants the next act, so the keys of
 * a clicker are ours then; a control that was reached by keyboard keeps them.
 *
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey">} event
 * @param {Kind} kind
 * @param {boolean} clicked
 * @returns {Move | null}
 */
export function moveOf(event, kind, clicked) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null
  const { key } = event
  if (key === "Escape") return kind === "text" ? "blur" : "leave"
  if (kind === "text") return null
  if (kind === "control" && !(clicked && key.startsWith("Page"))) return null
  if (kind === "button" && key === " ") return null
  if (key === " " && event.shiftKey) return "back"
  if (event.shiftKey) return null
  return key.toLowerCase() === "t" ? "text" : (STEPS[key] ?? null)
}

/** @typedef {{ x: number, y: number, at: number }} Touch pixels and milliseconds */

const FAR = 60
const SOON = 700

/** What a swipe from one touch to another means. @param {Touch} from @param {Touch} to @returns {Move | null} */
export function swipe(from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y]
  if (to.at - from.at > SOON || Math.abs(x) < FAR || Math.abs(x) < 2 * Math.abs(y)) return null
  return x < 0 ? "next" : "back"
}

/** The index of the step after a move. @param {number} i @param {Move} move @param {number} count */
export function stepAfter(i, move, count) {
  const to = { next: i + 1, back: i - 1, first: 0, last: count - 1 }[/** @type {string} */ (move)] ?? i
  return Math.min(count - 1, Math.max(0, to))
}
