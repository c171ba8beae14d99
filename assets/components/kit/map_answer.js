// The tiny half of a map: it hands each answer over to the large half, which is mounted elsewhere.

import { leave, say } from "./map.js"

/** @template {{ link: string }} Data */
export class MapAnswer {
  constructor() {
    this.link = ""
    /** @type {import("./map.js").Answer<Data> | null} */
    this.answer = null
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data, setStateValue }) {
    const before = this.answer
    this.answer = { data, setStateValue }
    if (before && this.link !== data.link) leave(this.link, before)
    this.link = data.link
    say(data.link, this.answer)
  }

  close() {
    if (this.answer) leave(this.link, this.answer)
  }
}
