import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../build/deployable.ts';

/** Which source a release was made from. */
export interface Origin {
  readonly commit: string;
  readonly committedAtMs: number;
  /** `modified`: files differ from the commit; whoever has the commit cannot make the same bundle. */
  readonly tree: 'as-committed' | 'modified';
}

/** Throws when this is no git repository. */
export async function originOf(): Promise<Origin> {
  const commit = await git('rev-parse', 'HEAD');
  const seconds = Number(await git('log', '-1', '--format=%ct'));
  const changed = await git('status', '--porcelain');
  return { commit, committedAtMs: seconds * 1000, tree: changed === '' ? 'as-committed' : 'modified' };
}

async function git(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', words, { cwd: root });
  return stdout.trim();
}
