// The contents of a lesson: its acts as links that follow the scroll. When presenting it steps through them instead.

import { turnsOfPage } from "../act_watch/turns.js"
import { atAct, chosenOfPage } from "../kit/address.js"
import { element, find, letterOf, setFlag } from "../kit/dom.js"
import { form, inView, Stay } from "./places.js"
import { Stepper } from "./stepper.js"

/** @typedef {import("../messages.d.ts").Act} Act */
/** @typedef {import("../messages.d.ts").ContentsData} ContentsData */

const BELOW = 76 // pixels: Streamlit's header and some air
const GESTURES = ["wheel", "touchmove", "pointerdown", "keydown"] // who touches anything may go where they like
const PRINT_MS = 30_000 // a print waits no longer for what is drawn
const RUNNING = "[data-test-script-state=running], [data-test-script-state=rerunRequested]" // Streamlit's own mark
const DRAW_MS = 300 // charts of the last act come a moment after it
const POINT_MS = 2_000 // what has changed is outlined for so long
const CALM_MS = 500 // who steps quickly tells Python of the last step alone

export default class Contents {
  /** @param {ShadowRoot} host */
  constructor(host) {
    this.host = host
    this.nav = find(host, ".contents")
    this.list = find(host, "ol")
    this.toggle = find(host, ".toggle", HTMLButtonElement)
    this.toggle.onclick = () => this.unfold(this.toggle.getAttribute("aria-expanded") !== "true")
    this.nav.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.toggle.getAttribute("aria-expanded") !== "true") return
      this.unfold(false)
      this.toggle.focus()
    })
    this.turns = turnsOfPage()
    this.main = /** @type {HTMLElement} */ (host.host.closest("[data-testid=stMain]") ?? document.documentElement)
    this.block = this.main.querySelector("[data-testid=stMainBlockContainer]") ?? this.main
    this.stay = new Stay(this.main)
    this.stepper = new Stepper(host, { stepped: (act) => this.stepped(act), leave: () => this.leave() })
    this.onPrint = printsAll(this.turns)
    /** @type {Act[]} */
    this.acts = []
    /** The act that the address names, as far as we know. @type {string | null} */
    this.act = null
    this.count = 0
    /** How often something was pointed at before; null until Python has said it. @type {number | null} */
    this.pointed = null
    this.outline = new CSSStyleSheet()
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.outline]
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pointing = undefined
    this.over = false
    this.current = 0
    this.say = () => {}
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
    this.onScroll = () => this.scrolled()
    this.main.addEventListener("scroll", this.onScroll, { passive: true })
    this.onGesture = () => this.stay.leave()
    for (const name of GESTURES) document.addEventListener(name, this.onGesture, { passive: true, capture: true })
    this.sizes = new ResizeObserver(() => this.resized())
    this.sizes.observe(this.main)
    this.sizes.observe(this.block)
  }

  /** @param {import("../types.d.ts").Mount<ContentsData>} mount */
  update({ data, setTriggerValue }) {
    this.say = () => setTriggerValue("went", { act: this.act ?? "", count: this.count, over: this.over })
    this.count = Math.max(this.count, data.heard)
    this.draw(data)
    const heard = data.heard === this.count
    if (heard) this.turns.leave(this)
    const known = this.act ?? "" // who has scrolled before the contents were here stays where they are
    const moved = heard && data.act !== known && this.timer === undefined
    if (moved || this.act === null) this.act = data.act
    this.present(heard ? data.presenting : this.stepper.on, moved)
    if (moved && !this.stepper.on) this.arrive()
    if (this.pointed !== null && data.pointed.count > this.pointed) this.point(data.pointed.act)
    this.pointed = data.pointed.count
    this.follow()
  }

  /** @param {ContentsData} data */
  draw({ acts, prefix }) {
    if (JSON.stringify(acts) !== JSON.stringify(this.acts)) {
      this.acts = acts
      this.list.replaceChildren(...acts.map((act) => this.line(act)))
    }
    this.stepper.has(prefix, acts)
  }

  /** @param {Act} act */
  line(act) {
    const item = element("li")
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", item))
    link.href = atAct(window.location.href, act.anchor)
    element("i", "", link)
    element("span", "", link).textContent = act.title
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return // another tab opens the address
      event.preventDefault()
      this.choose(act)
    }
    link.onpointerenter = link.onfocus = () => {
      link.href = atAct(window.location.href, act.anchor) // the rest of the address may have changed
    }
    return item
  }

  /** Somebody has chosen an act. @param {Act} act */
  choose(act) {
    this.unfold(false)
    if (act.anchor !== this.act) {
      chosenOfPage().act = act.anchor
      this.act = act.anchor
      this.tell()
    }
    this.arrive()
    this.focus(act)
  }

  /** @param {Act} act */
  focus(act) {
    const place = this.place(act)
    place?.setAttribute("tabindex", "-1")
    place?.focus({ preventScroll: true })
  }

  /** Go to an act that was changed from elsewhere, and outline it for a moment. @param {string} anchor */
  point(anchor) {
    const act = this.acts.find((one) => one.anchor === anchor)
    if (!act) return
    if (this.stepper.on) this.stepper.at(anchor)
    else this.arrive(act, false)
    this.focus(act)
    this.outline.replaceSync(outlined(act.key))
    clearTimeout(this.pointing)
    this.pointing = setTimeout(() => this.outline.replaceSync(""), POINT_MS)
  }

  /**
   * Go to the act that the address names, or to `act`, and stay there while parts above it are drawn.
   *
   * @param {Act} [act]
   * @param {boolean} [head] whether the stage is shown with the head of the page
   */
  arrive(act = this.acts.find((one) => one.anchor === this.act), head = true) {
    if (!act) return
    const below = () => this.place(act)
    unfolded(below())
    this.stay.at(() => {
      if (!act.anchor && head) return -this.main.scrollTop
      const place = below()
      return place ? place.getBoundingClientRect().top - this.main.getBoundingClientRect().top - BELOW : null
    })
    this.mark(this.acts.indexOf(act))
  }

  /** @param {Act} act @returns {HTMLElement | null} */
  place(act) {
    return document.querySelector(`.st-key-${act.key}`)
  }

  /** Tell Python of the act in the address. */
  tell() {
    this.count += 1
    this.turns.ask(this)
  }

  scrolled() {
    this.stay.scrolled()
    this.follow()
  }

  resized() {
    const page = this.block.getBoundingClientRect()
    const right = Number.parseFloat(getComputedStyle(this.block).paddingRight)
    this.nav.dataset.form = form(this.main.getBoundingClientRect().right - page.right + right)
    if (!this.stepper.on) this.stay.settle()
    this.follow()
  }

  /** Mark the act in view. */
  follow() {
    if (this.stay.stays || this.stepper.on) return
    const { scrollTop, clientHeight, scrollHeight } = this.main
    const tops = this.acts.map((act) => this.place(act)?.getBoundingClientRect().top ?? null)
    const atEnd = scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 2
    this.mark(inView(tops, this.main.getBoundingClientRect().top + BELOW + 0.25 * clientHeight, atEnd))
  }

  /** @param {number} current */
  mark(current) {
    this.current = current
    const links = this.list.querySelectorAll("a")
    for (const [i, link] of links.entries()) {
      if (i === current) link.setAttribute("aria-current", "location")
      else link.removeAttribute("aria-current")
    }
  }

  /** @param {boolean} on */
  unfold(on) {
    setFlag(this.toggle, "aria-expanded", on)
  }

  // ---- presenting ---------------------------------------------------------------------------------------------------

  /** @param {boolean} on @param {boolean} moved */
  present(on, moved) {
    this.nav.hidden = on
    if (!on) {
      this.over = false
      if (this.stepper.on) this.back()
    } else if (!this.stepper.on) {
      const anchor = moved ? this.act : this.acts[this.current]?.anchor
      this.stepper.begin(anchor ?? "")
    } else if (moved) this.stepper.at(this.act ?? "")
  }

  /** @param {Act} act */
  stepped(act) {
    this.main.scrollTop = 0
    this.act = act.anchor
    unfolded(this.place(act))
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.tell()
    }, CALM_MS)
  }

  leave() {
    clearTimeout(this.timer)
    this.timer = undefined
    this.over = true
    this.back()
    this.tell()
  }

  /** The page is whole again, and stands at the act that was shown. */
  back() {
    this.stepper.end()
    this.nav.hidden = false
    this.arrive()
  }

  close() {
    clearTimeout(this.timer)
    clearTimeout(this.pointing)
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.outline)
    this.stepper.end()
    this.turns.leave(this)
    this.main.removeEventListener("scroll", this.onScroll)
    for (const name of GESTURES) document.removeEventListener(name, this.onGesture, { capture: true })
    this.sizes.disconnect()
    this.onPrint()
  }
}

/**
 * A print by key, or from Streamlit's menu, waits until all acts are drawn. Returns what undoes it.
 *
 * @param {import("../act_watch/turns.js").Turns} turns
 */
function printsAll(turns) {
  const { print } = window
  const whole = async () => {
    await Promise.race([turns.all().then(atRest), new Promise((over) => setTimeout(over, PRINT_MS))])
    requestAnimationFrame(() => setTimeout(() => print.call(window), DRAW_MS))
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.ctrlKey || event.metaKey) || letterOf(event) !== "p" || event.shiftKey || event.altKey) return
    event.preventDefault()
    whole()
  }
  window.print = whole
  document.addEventListener("keydown", pressed)
  return () => {
    window.print = print
    document.removeEventListener("keydown", pressed)
  }
}

/** The run that draws all acts takes their places away before it has drawn them: wait for its end. @returns {Promise<void>} */
async function atRest() {
  const wait = (/** @type {number} */ ms) => new Promise((over) => setTimeout(over, ms))
  await wait(CALM_MS) // until it has begun
  while (document.querySelector(RUNNING)) await wait(50)
}

/** The rule that outlines the container of that key. @param {string} key */
function outlined(key) {
  // Streamlit takes the outline from what a script has focused, by an important rule of three parts.
  const place = `.st-key-${key}`.repeat(3)
  return `html ${place}{outline:3px solid var(--ll-link)!important;outline-offset:8px}`
}

/** What is folded and was chosen is wanted open. @param {HTMLElement | null} place */
function unfolded(place) {
  const folded = place?.querySelector("details")
  if (folded && !folded.open && place?.className.includes("_fold_")) folded.querySelector("summary")?.click()
}
