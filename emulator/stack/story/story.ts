import type { LogLine } from '../../scenario/surroundings.ts';
import { id, number, text } from './fields.ts';
import { tellLine, type Told } from './tell-line.ts';

export interface StoryLine extends Told {
  /** 1 for the first call of this story. */
  readonly call: number;
  /** Milliseconds from the call's first line. */
  readonly atMs: number;
}

interface Call {
  readonly number: number;
  readonly startedAtMs: number;
}

/** By these a line says which call it is about. Any line with two of them ties them together. */
const ID_FIELDS = ['sipCallId', 'correlationId', 'callId'] as const;
/** Far above what a story needs; the oldest are forgotten. */
const IDS_MAX = 5_000;

/** Joins the lines that all processes logged into the stories of their calls. */
export class Story {
  readonly #callsById = new Map<string, Call>();
  /** The last call from a number: a person's phone knows only who calls. */
  readonly #callsByCaller = new Map<string, Call>();
  readonly #open = new Set<Call>();
  #count = 0;

  /** Nothing when the line is no part of a story. */
  read(line: LogLine): StoryLine | undefined {
    const atMs = number(line, 'time') ?? 0;
    const ids = ID_FIELDS.flatMap((name) => {
      const value = id(line, name);
      return value === undefined ? [] : [`${name} ${value}`];
    });
    const call = this.#find(line, ids) ?? this.#begin(line, ids, atMs);
    if (call === undefined) return undefined;
    this.#bind(call, ids);
    this.#follow(call, line);
    const told = tellLine(line);
    return told === undefined ? undefined : { ...told, call: call.number, atMs: Math.max(0, atMs - call.startedAtMs) };
  }

  #find(line: LogLine, ids: readonly string[]): Call | undefined {
    for (const one of ids) {
      const call = this.#callsById.get(one);
      if (call) return call;
    }
    const isLegToPerson = line['msg'] === 'queue phone' || isInvite(line, 'out');
    if (!isLegToPerson) return undefined;
    // The edge's own call to a queue says nothing of whom it is for: with one call in progress there is no doubt.
    return this.#callsByCaller.get(text(line, 'from')) ?? (this.#open.size === 1 ? [...this.#open][0] : undefined);
  }

  #begin(line: LogLine, ids: readonly string[], atMs: number): Call | undefined {
    const isOfCall = ids.some((one) => !one.startsWith('sipCallId'));
    if (!isOfCall && !isInvite(line, 'in')) return undefined;
    this.#count += 1;
    const call: Call = { number: this.#count, startedAtMs: atMs };
    this.#open.add(call);
    return call;
  }

  #bind(call: Call, ids: readonly string[]): void {
    for (const one of ids) this.#callsById.set(one, call);
    forgetOldest(this.#callsById);
  }

  #follow(call: Call, line: LogLine): void {
    const message = line['msg'];
    if (message === 'call offered') {
      this.#callsByCaller.set(text(line['from'], 'number'), call);
      forgetOldest(this.#callsByCaller);
    }
    if (message === 'call ended') this.#open.delete(call);
  }
}

function isInvite(line: LogLine, direction: 'in' | 'out'): boolean {
  return (
    line['msg'] === 'sip message' && line['direction'] === direction && text(line, 'startLine').startsWith('INVITE ')
  );
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    if (map.size <= IDS_MAX) return;
    map.delete(oldest);
  }
}
