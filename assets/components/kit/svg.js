// Making SVG elements.

const SVG = "http://www.w3.org/2000/svg"

/** @template {keyof SVGElementTagNameMap} Name @param {Name} name @param {string} [className] @param {Element} [parent] */
export function shape(name, className = "", parent = undefined) {
  const made = document.createElementNS(SVG, name)
  if (className) made.setAttribute("class", className)
  parent?.append(made)
  return made
}

/** @param {Element} element @param {Record<string, string | number>} attributes */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
}
