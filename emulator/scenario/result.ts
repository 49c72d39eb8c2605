import type { CallerOutcome } from '../enterprise/placed-call.ts';
import type { DecodedHeader } from '../enterprise/sip/headers.ts';

/** What was said or pressed. Times are milliseconds from the first INVITE of this call. */
export type ResultTurn =
  /** What the caller's script said; `understood` is what the recogniser made of it. */
  | { readonly by: 'caller'; readonly text: string; readonly atMs: number }
  | { readonly by: 'recogniser'; readonly text: string; readonly atMs: number; readonly confidence: number | undefined }
  | { readonly by: 'agent'; readonly text: string; readonly atMs: number; readonly interrupted: boolean }
  | { readonly by: 'keypad'; readonly text: string; readonly atMs: number };

interface ResultSipMessage {
  readonly atMs: number;
  /** Seen from the enterprise. */
  readonly direction: 'in' | 'out';
  readonly endpoint: string;
  readonly startLine: string;
  readonly callId: string;
  readonly cseq: string;
}

export interface ResultLatency {
  readonly atMs: number;
  /** Measured at the caller's ear: from the end of the caller's last voiced frame to the agent's first. */
  readonly mouthToEarMs: number | undefined;
  /** As the bridge says: end of turn, first token, first audio, total, in milliseconds. */
  readonly bridge: Readonly<Record<string, number>> | undefined;
}

interface ResultVisit {
  readonly queue: string;
  readonly atMs: number;
  readonly state: 'ringing' | 'answered' | 'refused' | 'gone';
  readonly status: number | undefined;
  readonly heardCaller: boolean;
  readonly headers: readonly DecodedHeader[];
}

export interface CallResult {
  readonly caller: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string | undefined;
  readonly sipCallId: string;
  readonly correlationId: string | undefined;
  /** How often the backend asked the edge to answer this call. */
  readonly answerRequests: number;
  readonly outcome: CallerOutcome | 'unfinished';
  readonly durationMs: number;
  readonly turns: readonly ResultTurn[];
  /** Custom headers of the caller's INVITE. */
  readonly headersIn: readonly DecodedHeader[];
  /** Custom headers at the last queue that rang. */
  readonly headersOut: readonly DecodedHeader[];
  readonly visits: readonly ResultVisit[];
  readonly sip: readonly ResultSipMessage[];
  readonly latencies: readonly ResultLatency[];
  /** Path of the stereo recording: caller left, agent (and later the person) right. */
  readonly wav: string | undefined;
  /** Path of the Mermaid sequence diagram. */
  readonly diagram: string | undefined;
}

export interface ScenarioResult {
  readonly name: string;
  readonly description: string;
  readonly passed: boolean;
  /** One sentence each. */
  readonly failures: readonly string[];
  readonly calls: readonly CallResult[];
}
