import { pino, type Logger } from 'pino';

export interface CapturedLog {
  readonly log: Logger;
  /** As written, oldest first. */
  readonly lines: readonly (Readonly<Record<string, unknown>> & { readonly msg: string })[];
}

/** A logger whose lines a test reads. */
export function capturedLog(): CapturedLog {
  const lines: (Record<string, unknown> & { readonly msg: string })[] = [];
  const write = (text: string): void => void lines.push(JSON.parse(text) as (typeof lines)[number]);
  return { log: pino({ level: 'debug' }, { write }), lines };
}
