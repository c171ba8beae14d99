// What a screen reader hears: where the choice came to rest, not each step.

import { find } from "../kit/dom.js"
import { fillTexts } from "./scene.js"

const REST_MS = 300

export class Speaker {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.live = find(root, "[aria-live]")
    this.strongest = find(root, ".strongest")
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined
  }

  /** Speak, unless something else is to be said meanwhile. @param {() => void} speak */
  later(speak) {
    clearTimeout(this.rest)
    this.rest = setTimeout(speak, REST_MS)
  }

  /** @param {string} text */
  say(text) {
    if (this.live.textContent !== text) this.live.textContent = text
  }

  /** A head, and where each token looks most. @param {string} text @param {string[]} lines */
  head(text, lines) {
    this.say(text)
    fillTexts(this.strongest, lines, "li")
  }

  close() {
    clearTimeout(this.rest)
  }
}
