// A kind's bodies as its shapes. The server has checked them against the declarations in
// server/core/activities before it stored them, so reading is naming, not checking again.
import type { Body } from '@/client/wire'

export function read<Shape>(body: Body): Shape {
  return body as unknown as Shape
}

export function readMaybe<Shape>(body: Body | null | undefined): Shape | null {
  return (body ?? null) as Shape | null
}

/** A shape as it travels. */
export function write(shape: object): Body {
  return { ...shape }
}

/** A shape while it is being written. */
export type Writable<Shape> = Shape extends readonly (infer Item)[]
  ? Writable<Item>[]
  : Shape extends object
    ? { -readonly [Key in keyof Shape]: Writable<Shape[Key]> }
    : Shape
