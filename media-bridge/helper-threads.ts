import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Each thread of this process, on Linux. */
const THREADS = '/proc/self/task';
/** What Node (22 and newer) calls the threads on which V8 collects garbage and compiles. */
const HELPER_NAME = 'V8Worker';

/**
 * Lets V8's helper threads have only the time that nothing else wants. There are four: on a core that they share with the audio they take four fifths of it
 * while they mark what is garbage, and every call's frames are late by as much. Needs no privilege. Gives how many threads it was done for: none where the
 * system or Node does not name its threads, and all is as it was.
 */
export function yieldHelperThreads(): number {
  const helpers = threads().filter((thread) => nameOf(thread).startsWith(HELPER_NAME));
  return helpers.filter(lowered).length;
}

function threads(): string[] {
  try {
    return readdirSync(THREADS);
  } catch {
    // Not Linux.
    return [];
  }
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`${THREADS}/${thread}/comm`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

function lowered(thread: string): boolean {
  try {
    setPriority(Number(thread), constants.priority.PRIORITY_LOW);
    return true;
  } catch {
    return false;
  }
}
