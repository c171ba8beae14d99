// Finding and making elements.

/**
 * The element that a component's own html is sure to have.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [Kind]
 * @returns {T}
 */
export function find(root, selector, Kind) {
  const found = root.querySelector(selector)
  if (!(found instanceof (Kind ?? HTMLElement))) throw new Error(`there is no ${selector}`)
  return /** @type {T} */ (found)
}

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {T[]}
 */
export function all(root, selector) {
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)])
}

/** @param {Element} element @param {string} name @param {boolean} on */
export function setFlag(element, name, on) {
  element.setAttribute(name, String(on))
}

/** Let the element have all further events of this pointer; one that is gone already needs no capture. @param {PointerEvent} event */
export function capture(event) {
  const { currentTarget } = event
  try {
    if (currentTarget instanceof Element) currentTarget.setPointerCapture(event.pointerId)
  } catch {}
}

/** All places that the pointer went through since the last event. @param {PointerEvent} event */
export function samples(event) {
  const between = event.getCoalescedEvents?.() ?? []
  return between.length ? between : [event]
}

/** @param {number} x @param {number} low @param {number} high */
export const clamp = (x, low, high) => Math.min(high, Math.max(low, x))

/**
 * Whether two lists hold the same.
 *
 * @template T
 * @param {ArrayLike<T>} a
 * @param {ArrayLike<T>} b
 */
export function same(a, b) {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * The letter of a shortcut: what the key writes, or what stands on it in Latin where the layout writes another script.
 *
 * @param {Pick<KeyboardEvent, "key" | "code">} event
 */
export function letterOf({ key, code }) {
  if (key.length !== 1 || key < "\u0080") return key.toLowerCase()
  return code.startsWith("Key") ? code.slice(3).toLowerCase() : key.toLowerCase()
}

/** A new element, at the end of `parent` where there is one. @param {string} name @param {string} [className] @param {Element} [parent] */
export function element(name, className = "", parent = undefined) {
  const made = Object.assign(document.createElement(name), { className })
  parent?.append(made)
  return made
}
