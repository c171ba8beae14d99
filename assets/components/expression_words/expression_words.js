// The vocabulary of an expression box. It shows nothing, and its message stays the same byte for byte.

import { linkOf } from "../expression_box/links.js"

export default class ExpressionWords {
  constructor() {
    /** @type {import("../expression_box/links.js").Link | null} */
    this.link = null
    this.text = ""
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").ExpressionWordsData>} mount */
  update({ data }) {
    const text = new TextDecoder().decode(data)
    if (text === this.text) return
    this.text = text
    const [key, ...words] = text.split("\n")
    this.link = linkOf(key)
    this.link.source = this
    this.link.words = words
    this.link.box?.learn()
  }

  close() {
    const { link } = this
    if (link?.source !== this) return
    delete link.words
    link.box?.learn()
  }
}
