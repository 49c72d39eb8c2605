import { DEPLOYABLES, type Deployable } from './deployable.ts';

/** The deployables a command line names; all of them when it names none. Undefined, and a word on stderr, for a name that is none. */
export function namedDeployables(names: readonly string[]): readonly Deployable[] | undefined {
  const unknown = names.filter((name) => !DEPLOYABLES.some((deployable) => deployable === name));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(', ')}; there are ${DEPLOYABLES.join(', ')}`);
    return undefined;
  }
  return DEPLOYABLES.filter((deployable) => names.length === 0 || names.includes(deployable));
}
