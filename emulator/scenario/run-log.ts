import type { LogLine } from './surroundings.ts';

interface Entry {
  readonly line: LogLine;
  readonly atMs: number;
}

interface AgentUtterance {
  readonly text: string;
  readonly atMs: number;
  /** `speaking` when its first frame went out, `said` when it was over. */
  readonly kind: 'speaking' | 'said';
  readonly interrupted: boolean;
  readonly latency: Readonly<Record<string, number>> | undefined;
}

/** What the recogniser made of the caller, or a key the bridge took. */
interface CallerInput {
  readonly by: 'recogniser' | 'keypad';
  readonly text: string;
  readonly atMs: number;
  readonly confidence: number | undefined;
}

/** Lines kept a call: far above what a call logs, so that a runaway process cannot fill the memory. */
const LINES_MAX = 5_000;

/**
 * The stack's log lines of one run, joined a call: the edge's `incoming call` ties the SIP Call-ID to the correlation id, the
 * backend's lines tie that to the call id. The judge of what the agent said, without asking the agent.
 */
export class RunLog {
  readonly #correlationBySip = new Map<string, string>();
  readonly #callByCorrelation = new Map<string, string>();
  readonly #lines = new Map<string, Entry[]>();

  add(line: LogLine): void {
    const [sipCallId, correlationId, callId] = ['sipCallId', 'correlationId', 'callId'].map((name) => text(line, name));
    if (line['msg'] === 'incoming call' && sipCallId && correlationId)
      this.#correlationBySip.set(sipCallId, correlationId);
    if (callId && correlationId) this.#callByCorrelation.set(correlationId, callId);
    const key = callId ?? correlationId;
    if (key === undefined) return;
    const entries = this.#lines.get(key) ?? [];
    this.#lines.set(key, entries);
    if (entries.length < LINES_MAX) entries.push({ line, atMs: time(line) });
  }

  correlationId(sipCallId: string): string | undefined {
    return this.#correlationBySip.get(sipCallId);
  }

  callId(sipCallId: string): string | undefined {
    return this.#callByCorrelation.get(this.correlationId(sipCallId) ?? '');
  }

  agentUtterances(sipCallId: string): AgentUtterance[] {
    return this.#of(sipCallId).flatMap(({ line, atMs }): AgentUtterance[] => {
      const said = text(line, 'text');
      if (said === undefined || (line['msg'] !== 'agent speaking' && line['msg'] !== 'agent said')) return [];
      const kind = line['msg'] === 'agent said' ? 'said' : 'speaking';
      return [{ text: said, atMs, kind, interrupted: line['interrupted'] === true, latency: numbers(line['latency']) }];
    });
  }

  callerInputs(sipCallId: string): CallerInput[] {
    return this.#of(sipCallId).flatMap(({ line, atMs }): CallerInput[] => {
      const heard = line['msg'] === 'caller said' ? text(line, 'text') : undefined;
      const key = line['msg'] === 'key pressed' ? text(line, 'key') : undefined;
      const confidence = typeof line['confidence'] === 'number' ? line['confidence'] : undefined;
      if (heard !== undefined) return [{ by: 'recogniser', text: heard, atMs, confidence }];
      return key === undefined ? [] : [{ by: 'keypad', text: key, atMs, confidence: undefined }];
    });
  }

  /** Everything logged about this call, in the order of time: the backend's lines name our call id, the edge's the correlation id. */
  lines(sipCallId: string): readonly Entry[] {
    const edge = this.#lines.get(this.correlationId(sipCallId) ?? '') ?? [];
    return [...this.#of(sipCallId), ...edge].sort((one, other) => one.atMs - other.atMs);
  }

  #of(sipCallId: string): readonly Entry[] {
    return this.#lines.get(this.callId(sipCallId) ?? '') ?? [];
  }
}

function text(line: LogLine, name: string): string | undefined {
  const value = line[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** pino's `time`: milliseconds since the epoch. */
function time(line: LogLine): number {
  return typeof line['time'] === 'number' ? line['time'] : Date.now();
}

function numbers(value: unknown): Readonly<Record<string, number>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
