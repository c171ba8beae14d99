// Which layout and which colouring: a slider through the ages of a network with a button that plays them, and a menu.

import { find } from "../kit/dom.js"

/** @typedef {import("./cloud.js").Cloud} Cloud */
/** @typedef {{ age(layout: number): void, play(): void, colour(colouring: number): void }} Told */

export class Controls {
  /** @param {HTMLElement} root @param {Told} told */
  constructor(root, told) {
    this.root = root
    this.slider = find(root, ".ages input", HTMLInputElement)
    this.menu = find(root, "select", HTMLSelectElement)
    this.slider.oninput = () => told.age(Number(this.slider.value))
    this.menu.onchange = () => told.colour(Number(this.menu.value))
    find(root, ".play").onclick = () => told.play()
  }

  /** Names of layouts and colourings go in as text. @param {Cloud} cloud */
  show(cloud) {
    const { layouts, colourings } = cloud.header
    const { slider, menu } = this
    find(this.root, ".ages").hidden = layouts.length < 2
    slider.max = String(layouts.length - 1)
    const titles = colourings.map(([, title]) => title)
    if (JSON.stringify([...menu.options].map((option) => option.textContent)) !== JSON.stringify(titles)) {
      menu.replaceChildren(...titles.map((title, i) => new Option(title, String(i))))
    }
    menu.value = String(cloud.colouring)
    find(this.root, ".by").hidden = colourings.length < 2
    this.showAge(cloud)
  }

  /** @param {Cloud} cloud */
  showAge(cloud) {
    const [name, title] = cloud.header.layouts[cloud.layout]
    this.slider.value = String(cloud.layout)
    this.slider.setAttribute("aria-valuetext", title)
    find(this.root, ".age").textContent = title
    this.root.dataset.layout = name
  }
}
