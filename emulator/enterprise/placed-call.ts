import type { LineEcho } from './audio/line-echo.ts';
import type { Ticker } from './audio/ticker.ts';
import { Handset } from './handset.ts';
import { Leg, type LegEnd, type LegListener } from './leg.ts';
import type { QueueVisit } from './queue-phones.ts';
import type { Refer } from './refer.ts';
import type { SipEndpoint } from './sip/endpoint.ts';
import type { SipTransport } from './sip/flow.ts';
import type { RawHeader } from './sip/headers.ts';
import type { Codec } from './sip/sdp.ts';

export interface CallerOptions {
  /** E.164 or `anonymous`. */
  readonly from: string;
  readonly to: string;
  /** `host:port` of the edge's SIP listener. */
  readonly edge: string;
  readonly transport: SipTransport;
  readonly codecs: readonly Codec[];
  readonly headers: readonly RawHeader[];
  readonly takesRefer: boolean;
  /** What the SBC does with a REFER it takes; by default it carries it out. */
  readonly onRefer?: 'ignores REFER' | 'accepts REFER and does nothing' | { readonly refuses: number };
  /** Share of RTP packets lost towards the edge, 0 to 1. */
  readonly lossRate?: number;
  readonly echo?: LineEcho;
}

/** How the caller's visit ended, as the enterprise saw it. */
export type CallerOutcome =
  | 'caller-hung-up'
  | 'agent-hung-up'
  /** A person answered, whoever hung up later. */
  | 'handed-over'
  | 'cancelled'
  | 'refused'
  /** Our leg was ended for a transfer that then reached nobody. */
  | 'stranded'
  | 'connection-lost';

type PlacedCallEvent =
  | { readonly type: 'ringing'; readonly status: number }
  | { readonly type: 'answered' }
  | { readonly type: 'transfer-asked'; readonly target: string }
  | { readonly type: 'transfer-ended'; readonly target: string; readonly status: number }
  | { readonly type: 'visited'; readonly visit: QueueVisit }
  | { readonly type: 'ended'; readonly outcome: CallerOutcome };

interface Surroundings {
  readonly endpoint: SipEndpoint;
  readonly ticker: Ticker;
  readonly queuePort: number;
  readonly ringTimeoutMs: (number: string) => number;
}

/** One caller's visit: the leg to the edge, after a transfer the leg to the person, and the caller's handset on one or the other. */
export class PlacedCall {
  readonly handset: Handset;
  readonly options: CallerOptions;
  readonly startedAtMs = Date.now();
  /** Resolves once, when the caller's visit is over. */
  readonly ended: Promise<CallerOutcome>;
  readonly visits: QueueVisit[] = [];
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<(event: PlacedCallEvent) => void>();
  readonly #personCallIds = new Set<string>();
  readonly #resolveEnded: (outcome: CallerOutcome) => void;
  #edge: Leg | undefined;
  #person: Leg | undefined;
  #edgeEnd: LegEnd | undefined;
  #openRefers = 0;
  #answeredAtMs: number | undefined;
  #endedAtMs: number | undefined;
  #refusalStatus: number | undefined;
  #isRinging = false;
  #hasCallerLeft = false;
  #hasPersonAnswered = false;
  #wasLeftInTransfer = false;
  #outcome: CallerOutcome | undefined;

  private constructor(surroundings: Surroundings, options: CallerOptions) {
    this.#surroundings = surroundings;
    this.options = options;
    this.handset = new Handset(surroundings.ticker, options.echo);
    const { promise, resolve } = Promise.withResolvers<CallerOutcome>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  static async place(surroundings: Surroundings, options: CallerOptions): Promise<PlacedCall> {
    const call = new PlacedCall(surroundings, options);
    const { host, port } = splitAddress(options.edge);
    try {
      call.#edge = await Leg.callOut(
        surroundings.endpoint,
        { ...options, peer: { transport: options.transport, host, port } },
        call.#edgeListener(),
      );
    } catch (error) {
      call.handset.putDown();
      throw error;
    }
    return call;
  }

  /** Call-ID of the leg to the edge. */
  get sipCallId(): string {
    return this.#edge?.callId ?? '';
  }

  /** Call-IDs of the legs that REFERs made. */
  get personCallIds(): ReadonlySet<string> {
    return this.#personCallIds;
  }

  get isRinging(): boolean {
    return this.#isRinging && this.#answeredAtMs === undefined;
  }

  get answeredAtMs(): number | undefined {
    return this.#answeredAtMs;
  }

  /** SIP status of the edge's refusal. */
  get refusalStatus(): number | undefined {
    return this.#refusalStatus;
  }

  get endedAtMs(): number | undefined {
    return this.#endedAtMs;
  }

  get outcome(): CallerOutcome | undefined {
    return this.#outcome;
  }

  subscribe(listener: (event: PlacedCallEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  press(keys: string): Promise<void> {
    return this.#person?.press(keys) ?? this.#edge?.press(keys) ?? Promise.resolve();
  }

  /** The caller puts the phone down, or gives up ringing. Idempotent. */
  hangUp(): void {
    this.#hasCallerLeft = true;
    this.#person?.hangUp();
    this.#edge?.hangUp();
  }

  /** Whether the visit came of a REFER that this call carried out. */
  caused(visit: QueueVisit): boolean {
    return this.#personCallIds.has(visit.sipCallId);
  }

  /** Takes a visit as this call's, or hears that it has changed. */
  claim(visit: QueueVisit): void {
    if (!this.visits.includes(visit)) this.visits.push(visit);
    this.#tell({ type: 'visited', visit });
  }

  #edgeListener(): LegListener {
    return {
      onRinging: (status) => {
        this.#isRinging = true;
        this.#tell({ type: 'ringing', status });
      },
      onAnswered: () => {
        this.#answeredAtMs = Date.now();
        if (this.#edge) this.handset.join(this.#edge);
        this.#tell({ type: 'answered' });
      },
      onAudio: (samples) => this.#edge && this.handset.hear(this.#edge, samples),
      onRefer: (refer) => this.#refer(refer),
      onEnded: (end) => {
        this.#edgeEnd = end;
        this.#wasLeftInTransfer = this.#openRefers > 0;
        if (end.by === 'refused') this.#refusalStatus = end.status;
        this.#settle();
      },
    };
  }

  #refer(refer: Refer): void {
    const { onRefer } = this.options;
    if (onRefer === undefined) {
      void this.#carryOut(refer);
      return;
    }
    this.#tell({ type: 'transfer-asked', target: refer.target });
    if (onRefer === 'accepts REFER and does nothing') refer.accept();
    else if (onRefer !== 'ignores REFER') refer.refuse(onRefer.refuses);
  }

  async #carryOut(refer: Refer): Promise<void> {
    const { endpoint, queuePort, ringTimeoutMs } = this.#surroundings;
    const { target, headers } = refer;
    const { from, codecs } = this.options;
    refer.accept();
    refer.notify(100);
    this.#openRefers += 1;
    this.#tell({ type: 'transfer-asked', target });
    let person: Leg | undefined;
    let isAnswered = false;
    let isGivenUp = false;
    const timer = setTimeout(() => {
      isGivenUp = true;
      person?.hangUp();
    }, ringTimeoutMs(target));
    const conclude = (status: number): void => {
      clearTimeout(timer);
      refer.notify(status);
      this.#openRefers -= 1;
      this.#tell({ type: 'transfer-ended', target, status });
    };
    try {
      const peer = { transport: 'tcp', host: endpoint.host, port: queuePort } as const;
      person = await Leg.callOut(
        endpoint,
        { from, to: target, peer, headers, codecs, takesRefer: false },
        {
          onRinging: () => refer.notify(180),
          onAnswered: () => {
            isAnswered = true;
            this.#hasPersonAnswered = true;
            if (person) this.handset.join(person);
            conclude(200);
          },
          onAudio: (samples) => person && this.handset.hear(person, samples),
          onEnded: (end) => {
            this.#person = undefined;
            if (isAnswered) this.#edge?.hangUp();
            else conclude(isGivenUp ? 408 : end.by === 'refused' ? end.status : 480);
            this.#settle();
          },
        },
      );
      this.#personCallIds.add(person.callId);
      this.#person = person;
      if (this.#hasCallerLeft) person.hangUp();
    } catch {
      // The phone's endpoint is gone: the enterprise is closing.
      conclude(503);
      this.#settle();
    }
  }

  /** The visit is over when neither the edge nor a person is on the line, and no transfer is under way. */
  #settle(): void {
    const end = this.#edgeEnd;
    if (this.#outcome || !end || this.#person || this.#openRefers > 0) return;
    const outcome = this.#outcomeOf(end);
    this.#outcome = outcome;
    this.#endedAtMs = Date.now();
    this.handset.putDown();
    this.#tell({ type: 'ended', outcome });
    this.#listeners.clear();
    this.#resolveEnded(outcome);
  }

  #outcomeOf(end: LegEnd): CallerOutcome {
    if (this.#hasPersonAnswered || this.visits.some((visit) => visit.answeredAtMs !== undefined)) return 'handed-over';
    if (end.by === 'cancelled' || end.by === 'refused') return end.by;
    if (end.by === 'lost') return 'connection-lost';
    if (this.#hasCallerLeft) return 'caller-hung-up';
    return this.#wasLeftInTransfer ? 'stranded' : 'agent-hung-up';
  }

  #tell(event: PlacedCallEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
