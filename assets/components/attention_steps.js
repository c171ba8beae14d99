// One token's attention in numbers, a row a key. It waits for a frame before it draws: what stands above it on the stage is
// what a student looks at first, and a table of hundreds of cells would hold that up.

const views = new WeakMap() // root -> { said: what is drawn, frame, timer: of what is to be drawn }
const element = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text })

// Row `row` of `rows` of the picture that belongs to this kind.
function strip(kind, row, rows) {
  const line = element("i", kind)
  line.style.backgroundSize = `100% ${100 * rows}%`
  line.style.backgroundPosition = `0 ${rows > 1 ? ((100 * row) / (rows - 1)).toFixed(4) : 0}%`
  return line
}

function tableRow(cells, className = "") {
  const row = element("tr", className)
  for (const content of cells) {
    const cell = row.insertCell()
    if (content !== null) cell.append(content)
  }
  return row
}

// Tokens go in as text, never as markup.
const token = ({ text, long }) => element("bdi", long ? "long" : "", text)

function weight(value) {
  const box = element("span", "w")
  const bar = element("b", "")
  bar.style.width = `${(6 * value).toFixed(2)}rem`
  box.append(bar, value.toFixed(3))
  return box
}

function keyRow({ token: name, at, product, scaled, weight: share }, { count, seen }) {
  const cells = [token(name), strip("k", at, count), product]
  if (share === null) return tableRow([...cells, "−∞", "not seen", null], "no")
  return tableRow([...cells, scaled, weight(share), strip("v", at, seen)])
}

function draw(root, data) {
  for (const [kind, uri] of Object.entries(data.pictures)) {
    if (uri.startsWith("data:image/png;base64,")) root.style.setProperty(`--${kind}`, `url(${uri})`)
  }
  const table = document.createElement("table")
  const head = table.createTHead().insertRow()
  for (const title of data.titles) head.append(element("th", "", title))
  const asks = element("span", "")
  asks.append("q of ", token(data.asks))
  const body = table.createTBody()
  body.append(tableRow([asks, strip("q", 0, 1), null, null, null, null]))
  body.append(...data.rows.map((row) => keyRow(row, data)))
  if (data.others) body.append(tableRow([data.others.text, null, null, null, `together ${data.others.together.toFixed(3)}`, null]))
  table.createTFoot().append(tableRow([data.says, null, null, null, `sum ${data.sum.toFixed(3)}`, strip("s", 0, 1)]))
  root.replaceChildren(table)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".ll-steps")
  const view = views.get(root) ?? { said: "" }
  views.set(root, view)
  const forget = () => {
    cancelAnimationFrame(view.frame)
    clearTimeout(view.timer)
  }
  const said = JSON.stringify(data)
  if (said !== view.said) { // it comes again with each change of theme, too
    forget()
    view.frame = requestAnimationFrame(() => {
      view.timer = setTimeout(() => {
        draw(root, data)
        view.said = said
      })
    })
  }
  return forget
}
