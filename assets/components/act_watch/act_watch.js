// Stands in the place of an act that nobody has looked at, and says so when it comes near the screen.

import { find } from "../kit/dom.js"
import { turnsOfPage } from "./turns.js"

const AHEAD = "400px 0px" // half a screen: an act is on its way before its place is reached

export default class ActWatch {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.place = find(host, ".act-watch")
    this.turns = turnsOfPage()
    this.turns.join(this)
    this.say = (/** @type {boolean} */ _all) => {}
    // A margin counts for the container that scrolls, which here is not the window.
    const root = host.host.closest("[data-testid=stMain]")
    this.observer = new IntersectionObserver((seen) => this.see(seen), { root, rootMargin: AHEAD })
    this.observer.observe(this.place)
    this.print = () => this.printed.matches && this.turns.all()
    this.printed = window.matchMedia("print")
    this.printed.addEventListener("change", this.print)
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").ActWatchData>} mount */
  update({ data, setTriggerValue }) {
    this.place.dataset.act = data.act
    this.say = (/** @type {boolean} */ all) => setTriggerValue("seen", all ? "all" : true)
  }

  /** @param {{ isIntersecting: boolean, boundingClientRect: { height: number } }[]} changes */
  see(changes) {
    const last = changes[changes.length - 1]
    if (!last) return
    // Streamlit hides what an act has taken the place of, and at times never removes it: nobody waits for that one.
    if (last.boundingClientRect.height) this.turns.join(this)
    else this.turns.quit(this)
    if (last.isIntersecting) this.turns.ask(this)
    else this.turns.leave(this)
  }

  close() {
    this.observer.disconnect()
    this.printed.removeEventListener("change", this.print)
    this.turns.quit(this)
  }
}
