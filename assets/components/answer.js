// Shared by the components that show pictures as their answer; prepended to the script of each of them.

const clamp = (x, low, high) => Math.min(high, Math.max(low, x))

// Give an <img> its picture; over once it is loaded, or broken: that one must not hold up the others.
const loaded = (image, uri) => new Promise((done) => {
  image.onload = image.onerror = done
  if (image.getAttribute("src") !== uri) image.src = uri
  if (image.complete) done()
})

// A root element with pictures in it. A subclass sets `root` and `shownMark`, and says in `hang` where they go.
class Answer {
  async showTiles(tiles, resultId) {
    this.resultId = resultId
    this.hang(tiles)
    const images = [...this.root.querySelectorAll("figure img")]
    // Load first and swap then: all pictures change in one frame, and none flashes empty. Loading and decoding="sync"
    // instead of decode(), which would wait for a frame before the swap and for another one after it.
    await Promise.all(tiles.map(({ uri }) => loaded(new Image(), uri)))
    if (this.resultId !== resultId || !this.root.isConnected) return // a newer result came meanwhile
    await Promise.all(images.map((image, i) => loaded(image, tiles[i].uri))) // they are in memory: no frame passes
    if (this.resultId !== resultId) return
    this.arrived()
    if (this.root.dataset.shown !== resultId) {
      performance.mark(this.shownMark)
      this.root.dataset.shown = resultId
    }
  }

  arrived() {}

  // Figures are kept and refilled. Words go in as text, never as markup.
  fill(parent, tiles) {
    while (parent.children.length > tiles.length) parent.lastChild.remove()
    tiles.forEach((tile, i) => {
      let figure = parent.children[i]
      if (!figure) {
        figure = document.createElement("figure")
        const note = document.createElement("p")
        note.className = "note"
        const image = document.createElement("img")
        image.decoding = "sync"
        figure.append(document.createElement("figcaption"), image, note)
        parent.append(figure)
      }
      figure.querySelector("figcaption").textContent = tile.title
      figure.querySelector("img").alt = tile.alt
      figure.querySelector(".note").textContent = tile.note
      figure.querySelector(".note").hidden = !tile.note
    })
  }
}
