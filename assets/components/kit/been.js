// Which lessons this browser has opened: kept in this browser alone, for the marks on the home page.

const KEY = "latent-lab/been"

/** @typedef {{ getItem(key: string): string | null, setItem(key: string, value: string): void }} Shelf */

/** The lessons that were opened here, in the order of their first visit. @param {() => Shelf} shelf @returns {string[]} */
export function been(shelf) {
  try {
    const known = shelf().getItem(KEY) ?? ""
    return known.split(" ").filter((slug) => /^[a-z_]{1,40}$/.test(slug))
  } catch {
    return [] // a browser may refuse its storage
  }
}

/** The lesson at this path was opened. @param {() => Shelf} shelf @param {string} path of the page's address */
export function remember(shelf, path) {
  const slug = path.split("/").filter(Boolean).pop() ?? ""
  const known = been(shelf)
  if (known.includes(slug) || !/^[a-z_]{1,40}$/.test(slug)) return
  try {
    shelf().setItem(KEY, [...known, slug].join(" "))
  } catch {
    // without storage nothing is remembered
  }
}
