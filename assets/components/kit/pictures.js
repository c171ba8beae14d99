// Pictures that are the answer to what a person did: they change in one frame, and none flashes empty.

/** @typedef {{ title: string, uri: string, note: string, alt: string }} Tile */

/**
 * Give an image its picture; over once it is loaded, or broken: that one must not hold up the others.
 *
 * @param {HTMLImageElement} image
 * @param {string} uri
 * @returns {Promise<unknown>}
 */
function loaded(image, uri) {
  return new Promise((done) => {
    image.onload = image.onerror = done
    if (image.getAttribute("src") !== uri) image.src = uri
    if (image.complete) done(undefined)
  })
}

/**
 * Figures are kept and refilled. Words go in as text, never as markup.
 *
 * @param {Element} parent
 * @param {Tile[]} tiles
 */
export function hang(parent, tiles) {
  while (parent.children.length > tiles.length) parent.lastElementChild?.remove()
  while (parent.children.length < tiles.length) parent.append(newFigure())
  tiles.forEach((tile, i) => {
    const [title, image, note] = /** @type {[Element, HTMLImageElement, HTMLElement]} */ ([
      ...parent.children[i].children,
    ])
    title.textContent = tile.title
    image.alt = tile.alt
    note.textContent = tile.note
    note.hidden = !tile.note
  })
}

function newFigure() {
  const figure = document.createElement("figure")
  const image = document.createElement("img")
  image.decoding = "sync"
  const note = document.createElement("p")
  note.className = "note"
  figure.append(document.createElement("figcaption"), image, note)
  return figure
}

/** The pictures of one component. `data-shown` of its root names the result that all of them belong to. */
export class Pictures {
  /** @param {HTMLElement} root @param {string} mark a performance mark: all pictures of a new result are drawn */
  constructor(root, mark) {
    this.root = root
    this.mark = mark
    this.result = ""
  }

  /**
   * Over once the pictures of this result are on the screen; false where a newer result came meanwhile.
   *
   * @param {Tile[]} tiles
   * @param {string} result
   * @param {(tiles: Tile[]) => void} place puts a figure for each tile into the root
   */
  async show(tiles, result, place) {
    this.result = result
    place(tiles)
    const images = /** @type {HTMLImageElement[]} */ ([...this.root.querySelectorAll("figure img")])
    // Load first and swap then. Loading and decoding="sync" instead of decode(), which would wait for a frame before
    // the swap and for another one after it.
    await Promise.all(tiles.map(({ uri }) => loaded(new Image(), uri)))
    if (this.result !== result || !this.root.isConnected) return false
    await Promise.all(images.map((image, i) => loaded(image, tiles[i].uri))) // they are in memory: no frame passes
    if (this.result !== result) return false
    if (this.root.dataset.shown !== result) {
      performance.mark(this.mark)
      this.root.dataset.shown = result
    }
    return true
  }
}
