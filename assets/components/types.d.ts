// What Streamlit hands to a component, and what each component is.

/** The value that browser and Python share, as it travels; see kit/wire.js and core/ui/held.py. */
export interface Held<T> {
  value: T
  /** How often Python replaced the value. */
  puts: number
  /** Of the browser's newest message that is in the value; "" where there is none. */
  stamp: string
}

/** The length of the header (uint32, little-endian), the header as JSON, and behind it what the header says. */
export type Packed<Header> = Uint8Array & { readonly header?: Header }

/** The argument of a component's mount function. Streamlit calls it again with each change of the data or the theme. */
export interface Mount<Data> {
  data: Data
  parentElement: ShadowRoot
  setStateValue(name: string, value: unknown): void
  setTriggerValue(name: string, value: unknown): void
}

/** One component on a page. */
export interface Part<Data> {
  update(mount: Mount<Data>): void | Promise<void>
  /** The element has left the page. */
  close(): void
}

export type PartClass<Data> = new (root: ShadowRoot) => Part<Data>
