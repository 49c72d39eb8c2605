/** Ends a switch over a union: a new member does not compile until its case exists. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
