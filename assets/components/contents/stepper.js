// Presenting: one act at a time. The others are hidden by one rule of style, so that a step asks nothing of Python, and
// what Streamlit draws anew is hidden, too.

import { find, setFlag } from "../kit/dom.js"
import { kindOf, moveOf, stepAfter, swipe } from "./keys.js"

/** @typedef {import("../messages.d.ts").Act} Act */

const BLOCK = "[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] > *"
const TEXT = '[data-testid=stCaptionContainer], [class*="_intro_"]'
// A gesture that begins here belongs to what is touched.
const TOUCHED = "input, textarea, canvas, svg, label, [role=slider], [role=group], .contents, .bar"

/** The keys of the containers that a step shows. @param {Act[]} acts @param {number} i @param {string} prefix @param {boolean} text */
export function shown(acts, i, prefix, text) {
  const steps = acts.filter((act) => !act.prose)
  const keys = [`${prefix}_listing`, steps[i].key, ...steps[i].also]
  if (i === 0) keys.push(`${prefix}_head`, `${prefix}_said`)
  if (i === 0 && text) keys.push(...acts.filter((act) => act.prose).map((act) => act.key))
  return keys
}

/** The rules that hide all else. @param {string[]} keys @param {boolean} text */
export function rules(keys, text) {
  const kept = keys.map((key) => `.st-key-${key}`).join(",")
  const hide = "{display:none!important}"
  return `@media screen{${BLOCK}:not(:has(${kept})):not(${kept})${hide}${text ? "" : `${TEXT}${hide}`}}`
}

export class Stepper {
  /**
   * @param {ShadowRoot} host
   * @param {{ stepped: (act: Act) => void, leave: () => void }} tell
   */
  constructor(host, tell) {
    this.tell = tell
    this.host = host
    this.bar = find(host, ".bar")
    this.where = find(host, ".where")
    this.on = false
    this.text = false
    this.step = 0
    this.prefix = ""
    /** @type {Act[]} */
    this.acts = []
    this.sheet = new CSSStyleSheet()
    this.clicked = false
    /** @type {import("./keys.js").Touch | null} */
    this.touch = null
    for (const button of this.bar.querySelectorAll("button")) button.onclick = () => this.press(button.dataset.go ?? "")
    /** @type {[keyof DocumentEventMap, (event: any) => void][]} */
    this.listeners = [
      ["keydown", (event) => this.key(event)],
      ["pointerdown", () => (this.clicked = true)],
      ["touchstart", (event) => this.touched(event)],
      ["touchend", (event) => this.lifted(event)],
    ]
  }

  get steps() {
    return this.acts.filter((act) => !act.prose)
  }

  /** The lesson's acts, which may have changed. @param {string} prefix @param {Act[]} acts */
  has(prefix, acts) {
    const anchor = this.steps[this.step]?.anchor
    this.prefix = prefix
    this.acts = acts
    this.step = Math.max(
      0,
      this.steps.findIndex((act) => act.anchor === anchor),
    )
    if (this.on) this.show()
  }

  /** Begin at the act of that anchor. @param {string} anchor */
  begin(anchor) {
    if (!this.on) {
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet]
      for (const [name, listen] of this.listeners) document.addEventListener(name, listen)
    }
    this.on = true
    this.bar.hidden = false
    this.at(anchor)
    this.where.focus({ preventScroll: true })
  }

  /** Show the act of that anchor, the stage if there is none. @param {string} anchor */
  at(anchor) {
    this.step = Math.max(
      0,
      this.steps.findIndex((act) => act.anchor === anchor),
    )
    this.show()
  }

  end() {
    if (!this.on) return
    this.on = false
    this.bar.hidden = true
    delete document.documentElement.dataset.presenting
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet)
    for (const [name, listen] of this.listeners) document.removeEventListener(name, listen)
  }

  show() {
    const { steps, step } = this
    if (!steps[step]) return
    this.sheet.replaceSync(rules(shown(this.acts, step, this.prefix, this.text), this.text))
    const words = `${step + 1} of ${steps.length} · ${steps[step].title}`
    if (this.where.textContent !== words) this.where.textContent = words
    setFlag(find(this.bar, "[data-go=text]"), "aria-pressed", this.text)
    document.documentElement.dataset.presenting = this.text ? "text" : "" // for the sheets of the lessons
    find(this.bar, '[data-go="-1"]', HTMLButtonElement).disabled = step === 0
    find(this.bar, '[data-go="1"]', HTMLButtonElement).disabled = step === steps.length - 1
  }

  /** @param {string} what of a button of the bar */
  press(what) {
    if (what === "text" || what === "leave") this.move(what)
    else this.move(what === "1" ? "next" : "back")
  }

  /** @param {import("./keys.js").Move} move */
  move(move) {
    if (move === "leave") this.tell.leave()
    else if (move === "blur") this.where.focus()
    else if (move === "text") {
      this.text = !this.text
      this.show()
    } else this.go(stepAfter(this.step, move, this.steps.length))
  }

  /** @param {number} step */
  go(step) {
    if (step === this.step) return
    this.step = step
    this.show()
    this.where.focus({ preventScroll: true }) // what had the focus is hidden now
    this.tell.stepped(this.steps[step])
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.defaultPrevented) return
    if (event.key === "Tab") this.clicked = false
    const [deepest] = event.composedPath()
    const move = moveOf(event, kindOf(/** @type {Element} */ (deepest)), this.clicked)
    if (!move) return
    event.preventDefault()
    this.move(move)
  }

  /** @param {TouchEvent} event */
  touched(event) {
    const path = /** @type {Element[]} */ (event.composedPath())
    const free = event.touches.length === 1 && !path.some((one) => one.matches?.(TOUCHED))
    this.touch = free ? touchOf(event) : null
  }

  /** @param {TouchEvent} event */
  lifted(event) {
    const move = this.touch && swipe(this.touch, touchOf(event))
    this.touch = null
    if (move) this.move(move)
  }
}

/** @param {TouchEvent} event */
function touchOf(event) {
  const { clientX: x, clientY: y } = event.changedTouches[0]
  return { x, y, at: event.timeStamp }
}
