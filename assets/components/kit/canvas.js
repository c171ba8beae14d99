// Drawing on canvases: sizes, the colours of the page, lines that show on any picture.

/** The context of a canvas that draws. @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function context(canvas, settings) {
  const g = canvas.getContext("2d", settings)
  if (!g) throw new Error("this browser has no 2-D canvas")
  return g
}

/** Give a square canvas as many pixels as the screen has where it lies; returns its edge. @param {HTMLCanvasElement} canvas */
export function fit(canvas) {
  const edge = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1))
  if (canvas.width !== edge) canvas.width = canvas.height = edge
  return edge
}

/** A value of the page's theme, "--st-primary-color" for example. @param {Element} element @param {string} name @param {string} fallback */
export function theme(element, name, fallback) {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback
}

/** A square canvas that is not on the page. @param {number} edge */
export function surface(edge) {
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = edge
  return canvas
}

/**
 * The lines between n by n cells.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {number} n
 * @param {(i: number) => number} at where line i lies
 */
export function grid(g, n, at) {
  const edge = g.canvas.width
  g.beginPath()
  for (let i = 1; i < n; i++) {
    g.moveTo(at(i), 0)
    g.lineTo(at(i), edge)
    g.moveTo(0, at(i))
    g.lineTo(edge, at(i))
  }
  g.stroke()
}

/** Red, green and blue of a colour of CSS, up to 255. @param {string} color */
export function rgbOf(color) {
  const g = context(surface(1))
  g.fillStyle = color
  g.fillRect(0, 0, 1, 1)
  return [...g.getImageData(0, 0, 1, 1).data.slice(0, 3)]
}
