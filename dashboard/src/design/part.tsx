import { type ReactNode, useId } from 'react'
import './design.css'

/** One part of the page under its heading. */
export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className="design__part" aria-labelledby={id}>
      <h2 id={id} className="design__heading">
        {title}
      </h2>
      {children}
    </section>
  )
}

/** One state of a component, with the name of the state below it. */
export function Specimen({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <figure className="specimen">
      {children}
      <figcaption className="note">{name}</figcaption>
    </figure>
  )
}
