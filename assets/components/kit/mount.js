// How a component's code and its mounts find each other.
//
// The code of a component is a file of this server, and each of its mounts is a stub of a few lines that asks for it, because
// Streamlit sends a mount's script along with each of its messages. Either may come first: both meet in a registry of the page.
// A mount that comes before the code waits there, the newest of each element. The other half of this file is the stub in
// core/ui/components/source.py.

/** @typedef {import("../types.d.ts").Mount<any>} AnyMount */
/** @typedef {{ waiting: Map<ShadowRoot, AnyMount>, run?: () => void, leave?: (root: ShadowRoot) => void }} Entry */
/** @typedef {{ id: string, part: import("../types.d.ts").Part<any>, nodes: ChildNode[] }} Mounted */

const REGISTRY = Symbol.for("latent-lab")
const MOUNTED = Symbol.for("latent-lab-mounted")

/**
 * The code of a component is here: mount it wherever it is waited for.
 *
 * @param {string} id of the component and of this version of its code
 * @param {import("../types.d.ts").PartClass<any>} Kind
 * @param {string} html
 * @param {string} css
 */
export function register(id, Kind, html, css) {
  /** @type {Map<string, Entry>} */
  const registry = ofPage(REGISTRY, () => new Map())
  /** @type {WeakMap<ShadowRoot, Mounted>} */
  const mounted = ofPage(MOUNTED, () => new WeakMap())
  /** @type {Entry} */
  const entry = registry.get(id) ?? { waiting: new Map() }
  registry.set(id, entry)
  if (entry.run) return
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)

  /** @param {ShadowRoot} root */
  const remove = (root) => {
    const old = mounted.get(root)
    mounted.delete(root)
    old?.part.close()
    for (const node of old?.nodes ?? []) node.remove()
  }
  /** @param {ShadowRoot} root */
  const create = (root) => {
    remove(root) // another version of the code: the server was restarted while the page was open
    const content = document.createRange().createContextualFragment(html)
    const nodes = [...content.childNodes]
    root.append(content)
    root.adoptedStyleSheets = [sheet]
    const made = { id, part: new Kind(root), nodes }
    mounted.set(root, made)
    return made
  }
  entry.run = () => {
    for (const [root, mount] of [...entry.waiting]) {
      entry.waiting.delete(root)
      const there = mounted.get(root)
      const { part } = there?.id === id ? there : create(root)
      part.update(mount)
    }
  }
  entry.leave = (root) => {
    if (mounted.get(root)?.id === id) remove(root)
  }
  entry.run()
}

/**
 * What all code on a page shares under a symbol.
 *
 * @template T
 * @param {symbol} name
 * @param {() => T} make
 * @returns {T}
 */
export function ofPage(name, make) {
  const page = /** @type {any} */ (globalThis)
  if (!page[name]) page[name] = make()
  return page[name]
}
