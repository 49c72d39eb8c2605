import type { Enterprise } from '../enterprise/enterprise.ts';

/** One JSON line that a process of the stack logged. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a scenario needs of the stack it runs in. A running stack is more than this. */
export interface Surroundings {
  readonly enterprise: Enterprise;
  /** `host:port` of the edge's SIP listeners. */
  readonly edgeSip: { readonly tcp: string; readonly udp: string };
  /** Base URL of the speech emulator (voices, phrases). */
  readonly speechUrl: string;
  /** Base URL of the model emulator (scripts); without one a real model answers and the rules are not used. */
  readonly openaiUrl: string | undefined;
  /** The edge's control API, when it is on. */
  readonly edgeControlUrl: string | undefined;
  /** Every line logged while listening, in the order of arrival. The returned function stops listening. */
  readonly onLogLine: (listener: (line: LogLine) => void) => () => void;
  /** Folder for recordings and diagrams; exists or can be made. */
  readonly callsFolder: string;
}
