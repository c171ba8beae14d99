// Copy the page's address, and ask the page for its presenter mode.

const timers = new WeakMap()
const SAID_MS = 2500

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [copy, present] = [find("[data-tool=copy]"), find("[data-tool=present]")]
  const [said, byHand, input] = [find(".said"), find(".by-hand"), find("input")]

  const say = (text) => {
    said.textContent = text
    clearTimeout(timers.get(parentElement))
    timers.set(parentElement, setTimeout(() => { said.textContent = "" }, SAID_MS))
  }

  copy.onclick = async () => {
    const address = window.location.href // no frame around a component: this is the app's own address
    try {
      await navigator.clipboard.writeText(address)
      byHand.hidden = true
      say("Copied")
    } catch { // not allowed, or not a secure page: put the address under the student's fingers
      input.value = address
      byHand.hidden = false
      input.focus()
      input.select()
    }
  }

  present.setAttribute("aria-pressed", data.present)
  present.dataset.tip = data.present ? "Back to normal type" : "Larger type for a projector"
  present.onclick = () => {
    const next = present.getAttribute("aria-pressed") !== "true"
    present.setAttribute("aria-pressed", next) // at once; the page follows
    setTriggerValue("present", next)
  }
  return () => clearTimeout(timers.get(parentElement))
}
