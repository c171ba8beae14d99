// Tells the home page which lessons this browser has opened. It sends nothing.

import { been } from "../kit/been.js"

export default class BeenThere {
  /** @param {import("../types.d.ts").Mount<import("../messages.d.ts").BeenThereData>} mount */
  update({ data }) {
    const known = been(() => window.localStorage)
    document.documentElement.dataset.been = data.lessons.filter((slug) => known.includes(slug)).join(" ")
  }

  close() {}
}
