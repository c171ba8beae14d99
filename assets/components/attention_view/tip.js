// A box of words beside the pointer.

import { clamp, find } from "../kit/dom.js"

export class Tip {
  /** @param {HTMLElement} root in which it stays */
  constructor(root) {
    this.root = root
    this.box = find(root, ".tip")
  }

  hide() {
    this.box.hidden = true
    this.box.replaceChildren()
  }

  /** @param {(Node | string)[]} words */
  say(words) {
    this.box.hidden = false
    this.box.replaceChildren(...words)
  }

  /** Beside the pointer, above it where there is room in the window. @param {MouseEvent} event */
  place(event) {
    const { box } = this
    const frame = this.root.getBoundingClientRect()
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top]
    const above = y - 14 - box.offsetHeight
    box.style.left = `${clamp(x + 14, 0, Math.max(0, frame.width - box.offsetWidth))}px`
    box.style.top = `${above < -frame.top ? y + 20 : above}px`
  }
}
