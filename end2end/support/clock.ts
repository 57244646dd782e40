// The clock that Node and the pages on one machine share.

/** Milliseconds since 1970, and fractions of them. In a page, the same expression means the same moment. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
