// Shared by the maps that are two components: the large one has the points and comes once, a tiny one has the answers. They find
// each other in a registry of the page under the map's key, in either order.

// A message of Python: the header's length, the header, and the parts one after the other.
function unpack(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)))
  return { header, body: bytes.subarray(4 + size) }
}

// Put a tip beside a place (x, y) of a square canvas with that edge, where it does not stick out.
function beside(tip, x, y, edge) {
  const away = 16
  const left = x + away + tip.offsetWidth <= edge ? x + away : x - away - tip.offsetWidth
  const top = y - away - tip.offsetHeight >= 0 ? y - away - tip.offsetHeight : y + away
  tip.style.left = `${Math.max(0, left)}px`
  tip.style.top = `${top}px`
}

// The mount function of the large component; it runs again with each change of data or theme, and keeps one instance.
const mountMap = (Kind, links, instances) => ({ data, parentElement }) => {
  let map = instances.get(parentElement)
  if (!map) {
    map = new Kind(parentElement)
    instances.set(parentElement, map)
  }
  const message = unpack(data)
  map.update(message)
  const link = links.get(message.header.link) ?? {}
  links.set(message.header.link, link)
  if (link.map !== map) {
    link.map = map
    if (link.answer) map.answer(link.answer)
  }
  return () => {
    map.close()
    instances.delete(parentElement)
    if (link.map === map) delete link.map
  }
}
