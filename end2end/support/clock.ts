// The clock that Node and the pages of one machine share.

/** Milliseconds since 1970, with fractions. The same expression in a page gives the same time. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
