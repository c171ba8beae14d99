// An input for sums of words, with completion, and the words that come out of it.
//
// The vocabulary comes with a component of its own, `expression_words`; the box works without it, too.

import { find, setFlag } from "../kit/dom.js"
import { Wire } from "../kit/wire.js"
import { showAnswer } from "./answer.js"
import { Draft } from "./draft.js"
import { button, fill } from "./elements.js"
import { completed, completions, repaired, tooLong, wordAt } from "./expression.js"
import { linkOf } from "./links.js"
import { Options } from "./options.js"
import { Words } from "./words.js"

const PATIENCE_MS = 150 // after this long without an answer the old one fades: it belongs to another expression

/** @typedef {import("../messages.d.ts").ExpressionBoxData} Data */

export default class ExpressionBox {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".expression-box")
    this.input = find(this.root, "input", HTMLInputElement)
    this.options = new Options(this.root, this.input, (i) => this.take(i))
    this.draft = new Draft({ text: () => this.input.value, caret: () => this.caret, send: () => this.send() })
    /** @type {Wire<import("../messages.d.ts").Typed>} */
    this.wire = new Wire({ patience: PATIENCE_MS, late: (is) => this.root.toggleAttribute("data-waiting", is) })
    /** @type {Data | null} */
    this.data = null
    /** @type {import("./links.js").Link | null} */
    this.link = null
    /** The word that the options complete. @type {import("./expression.js").Spot | null} */
    this.spot = null
    this.composing = false // whether an input method is at work
    this.error = "" // a sentence where what is typed cannot be sent
    this.listen()
  }

  get caret() {
    return this.input.selectionEnd ?? this.input.value.length
  }

  // ---- from Python --------------------------------------------------------------------------------------------------

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    this.data = data
    const { stamp, value } = data.held
    find(this.root, ".title").textContent = data.title
    this.root.style.setProperty("--room", String(data.room))
    if (this.wire.receive(data.held, setStateValue)) {
      this.draft.known = value.expression
      this.write(value.expression)
    }
    fill(
      find(this.root, ".examples"),
      data.examples,
      () => button("example"),
      (example, text) => {
        example.textContent = text
        example.onclick = () => this.say(text)
      },
    )
    this.show()
    this.root.dataset.shown = data.result_id
    if (this.wire.busy && stamp === this.wire.flight) {
      this.wire.land(stamp)
      performance.mark("expression-shown", { detail: stamp })
    }
    this.linkTo(data.key)
  }

  /** @param {string} key */
  linkTo(key) {
    const link = linkOf(key)
    if (link.box === this) return
    this.link = link
    link.box = this
    this.learn()
  }

  /** Another vocabulary, or none any more. Sorting 50,000 words takes as long as some frames: the box is drawn first. */
  learn() {
    this.draft.words = null
    const words = this.link?.words
    const soon = globalThis.requestIdleCallback ?? setTimeout
    if (words) {
      soon(() => {
        if (this.link?.words !== words) return // another one came meanwhile
        this.draft.words = new Words(words)
        this.root.dataset.words = String(words.length)
      })
    }
    this.options.close()
    delete this.root.dataset.words
  }

  show() {
    if (!this.data) return
    const { root, data, error } = this
    const focused = /** @type {ShadowRoot} */ (root.getRootNode()).activeElement
    showAnswer(root, data, error, { say: (text) => this.say(text), repair: (...words) => this.repair(...words) })
    setFlag(this.input, "aria-invalid", !!(error || data.error))
    if (focused && !focused.isConnected) this.input.focus({ preventScroll: true }) // a button that is gone had the focus
  }

  // ---- to Python ----------------------------------------------------------------------------------------------------

  /** Put a text into the input; nothing is sent. @param {string} text */
  write(text) {
    this.draft.hold()
    this.options.close()
    this.error = ""
    if (this.input.value !== text) this.input.value = text
  }

  /** @param {string} text */
  say(text) {
    this.write(text)
    this.send()
  }

  send() {
    if (!this.data) return
    this.draft.hold()
    const expression = this.input.value.trim()
    this.error = tooLong(expression, this.data.longest)
    if (this.error) {
      this.show()
      return
    }
    this.draft.known = expression
    this.wire.send({ expression })
    this.root.dataset.sent = String(this.wire.messages)
    performance.mark("expression-sent", { detail: this.wire.flight })
  }

  /** Another word in the place of an unknown one. @param {string} unknown @param {string} word */
  repair(unknown, word) {
    const text = repaired(this.input.value, unknown, word)
    if (text !== this.input.value) this.say(text)
    this.input.focus({ preventScroll: true })
  }

  // ---- completion ---------------------------------------------------------------------------------------------------

  offer() {
    this.spot = wordAt(this.input.value, this.caret, this.draft.words)
    this.options.show(completions(this.spot, this.draft.words))
  }

  /** @param {number} i */
  take(i) {
    if (!this.spot) return
    const { text, caret } = completed(this.input.value, this.spot, this.options.words[i])
    this.input.value = text
    this.input.setSelectionRange(caret, caret)
    this.input.focus({ preventScroll: true })
    this.options.close()
    this.draft.rest()
  }

  // ---- keyboard -----------------------------------------------------------------------------------------------------

  listen() {
    const { input } = this
    // No `oncompositionstart`: browsers have no such property.
    input.addEventListener("compositionstart", () => {
      this.composing = true
      this.draft.hold()
      this.options.close()
    })
    input.addEventListener("compositionend", () => {
      this.composing = false
      this.typed()
    })
    input.oninput = () => {
      if (!this.composing) this.typed()
    }
    input.onkeydown = (event) => {
      if (event.isComposing || event.keyCode === 229) return // the keys of an input method are its own
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (this.keyDown(event)) event.preventDefault()
    }
    input.onpointerdown = () => this.options.close() // the caret goes elsewhere
    input.onblur = () => {
      this.composing = false
      this.options.close()
      this.draft.leave()
    }
  }

  typed() {
    if (this.error) {
      this.error = ""
      this.show()
    }
    this.offer()
    this.draft.rest()
  }

  /** Whether the key means something here. @param {KeyboardEvent} event */
  keyDown(event) {
    const { options } = this
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        return this.walk(event.key === "ArrowDown" ? 1 : -1)
      case "Enter":
        if (options.active >= 0) this.take(options.active)
        else {
          options.close()
          this.send()
        }
        return true
      case "Tab":
        return !event.shiftKey && this.complete()
      case "Escape":
        if (!options.open) return false
        options.close()
        event.stopPropagation()
        return true
      case "ArrowLeft":
      case "ArrowRight":
      case "Home":
      case "End":
        options.close()
    }
    return false
  }

  /** @param {number} by */
  walk(by) {
    if (!this.options.open) this.offer()
    if (!this.options.open) return false
    this.options.move(by)
    return true
  }

  /** Tab takes the first word, or the one that is chosen; behind a complete word it goes on its way. */
  complete() {
    const { active, open } = this.options
    if (!open || (active < 0 && this.draft.words?.has(this.spot?.whole ?? ""))) return false
    this.take(Math.max(active, 0))
    return true
  }

  close() {
    this.draft.hold()
    this.wire.close()
    if (this.link?.box === this) delete this.link.box
  }
}
