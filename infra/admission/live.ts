import { parseDocument } from 'yaml';
import { parsePolicy } from '#core/admission/parse';
import type { AdmissionPolicy } from '#core/admission/policy';
import { REPORT_LIFE_MS, regionOf, type BridgeReport, type Region } from '#core/admission/region';
import type { AgentDefinition } from '#core/agent/definition';
import { isOpen } from '#core/hours/is-open';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { PolicyStore } from '#core/ports/policy-store';
import { changesBetween } from './changes.ts';
import { checkQueueNames } from './queue-names.ts';

/** What the person who typed the command has to mend; the message says how. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** `assumed`: no file was named here, so what the functions have may be another; `known`: it is this. */
export interface Standard {
  readonly name: string;
  readonly yaml: string;
  readonly certainty: 'known' | 'assumed';
}

export interface LiveServices {
  readonly store: PolicyStore;
  readonly reports: BridgeReports;
  /** The file of the policy that holds while none is put. */
  readonly standard: Standard;
  readonly agents: readonly AgentDefinition[];
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Two people at one switch take turns: more often in a row, something else is wrong. */
const RACES_MAX = 5;

const REST_NOT_KNOWN = `Nothing was changed: nobody has put a live policy, and ADMISSION_FILE is not set here. What is put takes the place of the file that the functions have,
so a switch alone would drop its hours, numbers and lines. When the functions have an ADMISSION_FILE: set it to the same file here, and try again.
When they have none: npm run admission -- agent off no-file (or on).`;

/** A policy as a text that is right. Throws `CommandError` with everything that is wrong. Gives what is worth saying all the same. */
export function checkedPolicy(
  yaml: string,
  fileName: string,
  agents: readonly AgentDefinition[],
): { readonly policy: AdmissionPolicy; readonly remarks: readonly string[] } {
  const parsed = parsePolicy(yaml, fileName);
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'));
  const { unknown, missing } = checkQueueNames(parsed.value, agents);
  if (unknown.length > 0) throw new CommandError(unknown.map((problem) => `${fileName}: ${problem}`).join('\n'));
  return { policy: parsed.value, remarks: missing };
}

export async function show({ store, reports, standard, nowMs, signal }: LiveServices): Promise<string[]> {
  const [stored, list] = [await store.load(signal), await reports.list(signal)];
  const yaml = stored?.yaml ?? standard.yaml;
  const parsed = parsePolicy(yaml, 'live policy');
  const region = regionOf({ reports: list, readAtMs: nowMs() }, nowMs(), () => 0);
  return [
    stored === undefined
      ? `Nobody has put a live policy: ${standard.name} holds.`
      : `Live policy, changed ${new Date(stored.changedAtMs).toISOString()}.`,
    ...(parsed.ok
      ? [inWords(parsed.value, nowMs())]
      : ['It is broken, and the functions keep the last good one:', ...parsed.problems]),
    '',
    yaml.trimEnd(),
    '',
    `Bridges: ${regionInWords(region)}`,
    ...list.map((report) => `  ${reportInWords(report, nowMs())}`),
  ];
}

/** What holds from now on is what the file says. Says what that changes. */
export async function put(fileName: string, yaml: string, services: LiveServices): Promise<string[]> {
  const { agents, nowMs, signal, standard, store } = services;
  const { policy, remarks } = checkedPolicy(yaml, fileName, agents);
  const stored = await store.load(signal);
  if (!(await store.replace(stored, yaml, signal))) {
    throw new CommandError('Somebody has changed the live policy meanwhile: look at it with show, then try again.');
  }
  return [...changesInWords(stored?.yaml ?? standard.yaml, yaml), ...remarks, inWords(policy, nowMs())];
}

/** Only the switch; the rest of the text stays as it was written. Throws `CommandError` when the rest is not known: a switch alone would take its place. */
export async function switchAgent(to: 'on' | 'off', services: LiveServices): Promise<string[]> {
  const { nowMs, signal, standard, store } = services;
  for (let race = 0; race < RACES_MAX; race += 1) {
    const stored = await store.load(signal);
    if (stored === undefined && standard.certainty === 'assumed') throw new CommandError(REST_NOT_KNOWN);
    const before = stored?.yaml ?? standard.yaml;
    const parsed = parsePolicy(before, 'live policy');
    if (!parsed.ok) {
      throw new CommandError(['The live policy is broken: put a good one.', ...parsed.problems].join('\n'));
    }
    if (parsed.value.agent === to) return [`The agent is ${to} already.`];
    const after = withSwitch(before, to);
    const { value: policy } = rightOrThrow(after);
    if (await store.replace(stored, after, signal)) return [...changesInWords(before, after), inWords(policy, nowMs())];
  }
  throw new CommandError('Others keep changing the live policy: try again.');
}

/** The file of the deployment holds again. */
export async function reset({ standard, store, signal }: LiveServices): Promise<string[]> {
  const stored = await store.load(signal);
  if (stored === undefined) return [`There is no live policy: ${standard.name} holds.`];
  if (!(await store.remove(stored, signal))) {
    throw new CommandError('Somebody has changed the live policy meanwhile: look at it with show, then try again.');
  }
  return [...changesInWords(stored.yaml, standard.yaml), `${standard.name} holds.`];
}

function withSwitch(yaml: string, to: 'on' | 'off'): string {
  const document = parseDocument(yaml);
  if (document.contents === null) return `agent: ${to}\n`;
  document.set('agent', to);
  return document.toString({ lineWidth: 0 });
}

function rightOrThrow(yaml: string): { readonly value: AdmissionPolicy } {
  const parsed = parsePolicy(yaml, 'live policy');
  if (parsed.ok) return parsed;
  throw new CommandError(parsed.problems.join('\n'));
}

function changesInWords(before: string, after: string): string[] {
  try {
    const changes = changesBetween(before, after);
    return changes.length === 0 ? ['Nothing changes but the text.'] : changes;
  } catch {
    return ['It takes the place of a text that is no YAML.'];
  }
}

function inWords(policy: AdmissionPolicy, nowMs: number): string {
  const open = policy.hours === undefined ? 'always open' : isOpen(policy.hours, nowMs) ? 'open now' : 'closed now';
  return `The agent is ${policy.agent}, ${open}.`;
}

function regionInWords(region: Region): string {
  switch (region.state) {
    case 'unknown':
      return 'none has reported; callers are answered all the same';
    case 'gone':
      return 'none reports any more';
    case 'failing':
      return `each of them lacks a service it needs: ${region.services.join(', ')}`;
    case 'serving':
      return `room for ${region.freeCalls} more calls`;
  }
}

function reportInWords({ replica, state, calls, maxCalls, failing, atMs }: BridgeReport, nowMs: number): string {
  const life = nowMs - atMs > REPORT_LIFE_MS ? 'gone' : state;
  const trouble = failing.length === 0 ? '' : `, fails: ${failing.join(', ')}`;
  return `${replica}: ${life}, ${calls} of ${maxCalls} calls${trouble}, ${Math.round((nowMs - atMs) / 1000)} s ago`;
}
