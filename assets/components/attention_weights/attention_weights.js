// The weights of an attention view. It shows nothing: it brings what is large and stays the same while a person looks
// around, in a message of its own.

import { linkOf } from "../attention_view/meeting.js"
import { bodyOf, headerOf } from "../attention_view/weights.js"

export default class AttentionWeights {
  constructor() {
    /** @type {import("../attention_view/meeting.js").Link | null} */
    this.link = null
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").AttentionWeightsData>} mount */
  update({ data }) {
    const header = headerOf(data)
    const link = linkOf(header.key)
    this.link = link
    link.source = this
    if (link.large?.header.digest === header.digest) return
    link.large = { header, body: bodyOf(data) }
    link.view?.learn()
  }

  close() {
    if (this.link?.source === this) delete this.link.large
  }
}
