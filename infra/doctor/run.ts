import { systemClock } from '#adapters/clock/system-clock';
import { noLongerThan } from '#core/no-longer-than';
import { unreachable } from '#core/unreachable';
import { reasonOf } from '../tool/reason-of.ts';
import { broken, type Check, type Finding } from './check.ts';

/** Longer than any of the services takes that a caller could be served with. */
const CHECK_TIMEOUT_MS = 10_000;
const NO_ANSWER = broken(
  `no answer within ${CHECK_TIMEOUT_MS / 1_000} s`,
  'see that it is up, and that nothing between here and there swallows the connection (firewall, proxy, private endpoint)',
);

export interface Diagnosis {
  readonly name: string;
  readonly finding: Finding;
}

/** Looks at everything at once, each within its time. In the order of the checks. */
export function diagnose(checks: readonly Check[]): Promise<readonly Diagnosis[]> {
  return Promise.all(checks.map(async (check) => ({ name: check.name, finding: await within(check) })));
}

async function within(check: Check): Promise<Finding> {
  const limit = new AbortController();
  try {
    const waited = await noLongerThan(CHECK_TIMEOUT_MS, systemClock(), check.run(limit.signal));
    return waited.kind === 'done' ? waited.result : NO_ANSWER;
  } catch (error) {
    return {
      kind: 'broken',
      problem: reasonOf(error),
      remedy: 'not foreseen: look at the address and the credentials',
    };
  } finally {
    limit.abort(new Error('nobody waits any more'));
  }
}

/** A line each, what is broken with its remedy below; the sum last. */
export function told(diagnoses: readonly Diagnosis[]): string {
  const width = Math.max(0, ...diagnoses.map(({ name }) => name.length));
  const indent = ' '.repeat('BROKEN  '.length + width + 2);
  const line = (label: string, name: string, text: string): string =>
    `${label.padEnd(8)}${name.padEnd(width)}  ${text.replaceAll('\n', `\n${indent}`)}`;
  const lines = diagnoses.flatMap(({ name, finding }) => {
    switch (finding.kind) {
      case 'well':
        return [line('ok', name, finding.detail)];
      case 'worth-knowing':
        return [line('note', name, finding.problem), `${indent}-> ${finding.remedy}`];
      case 'broken':
        return [line('BROKEN', name, finding.problem), `${indent}-> ${finding.remedy}`];
      default:
        return unreachable(finding);
    }
  });
  const count = diagnoses.filter(({ finding }) => finding.kind === 'broken').length;
  return [...lines, count === 0 ? 'nothing is broken' : `${count} of ${diagnoses.length} broken`].join('\n');
}
