import { randomBytes } from 'node:crypto';
import { BRANCH_COOKIE } from './via.ts';

/** RFC 3261 19.3: at least 32 bits of randomness. */
export function newTag(): string {
  return randomBytes(8).toString('hex');
}

export function newBranch(): string {
  return `${BRANCH_COOKIE}${randomBytes(12).toString('hex')}`;
}

/** No host in it: the topology behind the edge is nobody's business. */
export function newCallId(): string {
  return randomBytes(16).toString('hex');
}
