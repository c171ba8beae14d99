// Stands in the place of an act that nobody has looked at, and says so when it comes near the screen.

import { find } from "../kit/dom.js"

const AHEAD = "400px 0px" // half a screen: an act is on its way before its place is reached

export default class ActWatch {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.place = find(host, ".act-watch")
    this.said = false
    /** @type {(name: string, value: unknown) => void} */
    this.say = () => {}
    // A margin counts for the container that scrolls, which here is not the window.
    const root = host.host.closest("[data-testid=stMain]")
    this.observer = new IntersectionObserver((seen) => this.see(seen), { root, rootMargin: AHEAD })
    this.observer.observe(this.place)
    this.printed = window.matchMedia("print")
    this.print = () => this.printed.matches && this.near()
    this.printed.addEventListener("change", this.print)
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").ActWatchData>} mount */
  update({ data, setTriggerValue }) {
    this.place.dataset.act = data.act
    this.say = setTriggerValue
  }

  /** @param {{ isIntersecting: boolean }[]} seen */
  see(seen) {
    if (seen.some((one) => one.isIntersecting)) this.near()
  }

  near() {
    if (this.said) return
    this.said = true
    this.observer.disconnect()
    this.say("seen", true)
  }

  close() {
    this.observer.disconnect()
    this.printed.removeEventListener("change", this.print)
  }
}
