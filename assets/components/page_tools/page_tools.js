// Copy the page's address, and ask the page for its presenter mode.

import { oneEntryAPage } from "../kit/address.js"
import { remember } from "../kit/been.js"
import { find, setFlag } from "../kit/dom.js"

const SAID_MS = 2500
const LOOK_MS = 50
const WIDE = "(min-width: 2880px)" // as in assets/style/base.css

export default class PageTools {
  /** @param {ShadowRoot} host */
  constructor(host) {
    oneEntryAPage(window.history, () => window.location.href) // these tools stand on every lesson
    remember(() => window.localStorage, window.location.pathname)
    this.host = host
    this.present = find(host, "[data-tool=present]")
    this.presenting = false
    this.said = find(host, ".said")
    this.byHand = find(host, ".by-hand")
    this.input = find(host, "input", HTMLInputElement)
    this.copy = find(host, "[data-tool=copy]")
    this.copy.onclick = () => this.copyAddress()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.looking = undefined
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").PageToolsData>} mount */
  update({ data, setTriggerValue }) {
    const wide = window.matchMedia(WIDE).matches
    if (wide !== Boolean(data.wide)) setTriggerValue("wide", wide)
    const left = this.presenting && !data.present
    this.presenting = data.present
    setFlag(this.present, "aria-pressed", data.present)
    if (left) this.takeFocus()
    this.present.dataset.tip = data.present ? "Back to the whole page" : "One act at a time, for a projector"
    this.present.onclick = () => {
      const next = this.present.getAttribute("aria-pressed") !== "true"
      setFlag(this.present, "aria-pressed", next) // at once; the page follows
      setTriggerValue("present", next)
    }
  }

  /**
   * Whoever has left by key is where they began. What had the focus goes within the same run of the page, and this button may not be
   * drawn yet.
   */
  takeFocus(looks = 40) {
    if (this.presenting) return
    if (document.activeElement === document.body) this.present.focus({ preventScroll: true })
    if (this.host.activeElement !== this.present && looks)
      this.looking = setTimeout(() => this.takeFocus(looks - 1), LOOK_MS)
  }

  async copyAddress() {
    const address = window.location.href // no frame around a component: this is the app's own address
    try {
      await navigator.clipboard.writeText(address)
      this.byHand.hidden = true
      this.say("Copied")
    } catch {
      // not allowed, or not a secure page: put the address under the student's fingers
      this.input.value = address
      this.byHand.hidden = false
      this.input.focus()
      this.input.select()
    }
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.said.textContent = ""
    }, SAID_MS)
  }

  close() {
    clearTimeout(this.timer)
    clearTimeout(this.looking)
  }
}
