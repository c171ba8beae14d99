// What Streamlit's own elements lack for a screen reader and for the keyboard: roles, levels of headings, places of the focus.
// It stays for as long as the document does, and costs one look at it in 200 ms while the page changes. It also tells Python
// when the theme of an open page has changed.

import { ofPage } from "../kit/mount.js"
import { atMost, stepped } from "./mend.js"

const EVERY_MS = 200
const NAV = "[data-testid=stSidebarNavItems]"
const CHART = "[data-testid=stVegaLiteChart]"
const SCROLLS = "[data-testid=stCode] pre, .katex-display, [data-testid=stTable] > div, .ll-matrix" // where there is no room

export default class Roles {
  constructor() {
    this.page = ofPage(Symbol.for("latent-lab-roles"), watch)
  }

  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").RolesData>} mount */
  update({ setTriggerValue }) {
    this.page.redraw = () => setTriggerValue("theme", true)
  }

  close() {}
}

/** Mend the document now and whenever it changes; have it drawn again where its theme has changed. */
function watch() {
  const page = { redraw: () => {} }
  let before = scheme()
  const look = atMost(EVERY_MS, () => {
    mend(sizes)
    const now = scheme()
    if (now !== before) page.redraw()
    before = now
  })
  const sizes = new ResizeObserver(look)
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
  // The system's choice, which Streamlit follows within an instant.
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(look, EVERY_MS))
  look()
  return page
}

/** "light" or "dark": charts and pictures are drawn by Python in the colours of one of them. */
function scheme() {
  const app = document.querySelector("[data-testid=stApp]")
  return app ? getComputedStyle(app).colorScheme : ""
}

/** @param {ResizeObserver} sizes tells when something that may scroll is shown, or has another width */
function mend(sizes) {
  // Sections of the sidebar are <div>s between the <li>s of a list: each is one item of it, whatever it holds.
  give(`${NAV} > div:not([role])`, "role", "listitem")
  give(`${NAV} > div > li:not([role])`, "role", "none")
  // A button is called by its words, and not by its icon.
  give(
    "button:has([data-testid=stMarkdownContainer]) [data-testid=stIconMaterial]:not([aria-hidden])",
    "aria-hidden",
    "true",
  )
  // It has a name, so it is somebody.
  give("[data-testid=stFileUploaderDropzone][role=presentation]", "role", "group")
  // A layer of a chart without a mark that has a name; the chart as a whole is described.
  give(`${CHART} g[role=graphics-symbol]:not([aria-label])`, "aria-hidden", "true")
  for (const layer of all(`${CHART} g[role=graphics-object][aria-hidden]`)) layer.removeAttribute("aria-hidden")
  for (const part of all(SCROLLS)) {
    sizes.observe(part)
    if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight) part.setAttribute("tabindex", "0")
    else if (part.clientWidth) part.removeAttribute("tabindex")
  }
  const headings = all("[data-testid=stMain] :is(h1, h2, h3, h4, h5, h6)")
  const own = headings.map((heading) => Number(heading.localName[1]))
  for (const [i, level] of stepped(own).entries()) {
    if (level === own[i]) headings[i]?.removeAttribute("aria-level")
    else headings[i]?.setAttribute("aria-level", String(level))
  }
}

/** @param {string} selector @returns {HTMLElement[]} */
function all(selector) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))]
}

/** @param {string} selector @param {string} name @param {string} value */
function give(selector, name, value) {
  for (const element of all(selector)) element.setAttribute(name, value)
}
