// A picture that is on show for two seconds when somebody asks, and hidden else.

import { find, setFlag } from "../kit/dom.js"
import { cover, Looking, label } from "./looking.js"

/** @typedef {import("../messages.d.ts").GlimpseData} Data */

export default class Glimpse {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.root = find(host, ".glimpse")
    this.picture = find(this.root, "img", HTMLImageElement)
    this.seconds = 2
    this.uri = ""
    this.looking = new Looking(() => this.draw())
    find(this.root, ".show").onclick = () => this.looking.look(this.seconds)
  }

  /** @param {import("../types.d.ts").Mount<Data>} mount */
  update({ data }) {
    this.seconds = data.seconds
    this.uri = data.uri
    this.looking.take(data.name)
    this.draw()
  }

  draw() {
    const { state, looks } = this.looking
    this.root.dataset.state = state
    this.root.dataset.looks = String(looks)
    if (state === "now") this.picture.src = this.uri
    else this.picture.removeAttribute("src") // it is not to be found while it is hidden
    this.picture.hidden = state !== "now"
    const words = find(this.root, ".cover")
    words.hidden = state === "now"
    words.textContent = cover(state, looks)
    const button = find(this.root, ".show")
    button.textContent = label(state, this.seconds)
    setFlag(button, "aria-disabled", state === "now")
    find(this.root, ".sr").textContent = state === "after" ? cover(state, looks) : ""
  }

  close() {
    this.looking.close()
  }
}
