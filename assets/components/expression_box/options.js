// The words that complete what is typed, below the input, and which of them Enter takes.

import { element, find, setFlag } from "../kit/dom.js"
import { fill } from "./elements.js"

/** One step through the options and "none of them" (-1), round and round. @param {number} active @param {number} by @param {number} count */
export const step = (active, by, count) => ((active + 1 + by + count + 1) % (count + 1)) - 1

export class Options {
  /** @param {HTMLElement} root @param {HTMLInputElement} input @param {(i: number) => void} take */
  constructor(root, input, take) {
    this.list = find(root, ".options")
    this.examples = find(root, ".examples")
    this.input = input
    this.take = take
    /** @type {string[]} */
    this.words = []
    this.active = -1
  }

  get open() {
    return this.words.length > 0
  }

  /** @param {string[]} words */
  show(words) {
    this.words = words
    this.active = -1
    this.refresh()
  }

  close() {
    if (this.open) this.show([])
  }

  /** @param {number} by */
  move(by) {
    this.active = step(this.active, by, this.words.length)
    this.refresh()
  }

  refresh() {
    const { list, input } = this
    list.hidden = !this.open
    this.examples.toggleAttribute("data-covered", this.open)
    setFlag(input, "aria-expanded", this.open)
    fill(list, this.words, newOption, (option, word, i) => {
      option.id = `option-${i}`
      option.textContent = word
      setFlag(option, "aria-selected", i === this.active)
      option.onmousedown = (event) => event.preventDefault() // the input keeps the focus
      option.onclick = () => this.take(i)
    })
    if (this.active < 0) {
      input.removeAttribute("aria-activedescendant")
      list.scrollLeft = 0
    } else {
      input.setAttribute("aria-activedescendant", `option-${this.active}`)
      this.scroll(/** @type {HTMLElement} */ (list.children[this.active]))
    }
  }

  /** Bring an option into sight. Not by scrollIntoView, which would move the page, too. @param {HTMLElement} option */
  scroll({ offsetLeft, offsetWidth }) {
    const { list } = this
    const left = offsetLeft - list.offsetLeft
    if (left < list.scrollLeft) list.scrollLeft = left - 4
    else if (left + offsetWidth > list.scrollLeft + list.clientWidth) {
      list.scrollLeft = left + offsetWidth + 4 - list.clientWidth
    }
  }
}

function newOption() {
  const option = element("div", "option")
  option.role = "option"
  option.dir = "auto"
  return option
}
