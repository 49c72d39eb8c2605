import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js';
import type { Ticker } from './audio/ticker.ts';
import { Handset } from './handset.ts';
import { Leg, type LegEnd } from './leg.ts';
import { SipEndpoint, type CallCore, type SipTrace } from './sip/endpoint.ts';
import { customHeaders, decodeHeader, readHeaders, type DecodedHeader } from './sip/headers.ts';

/** What the people behind a number do when it rings. */
export type QueueBehaviour =
  | {
      readonly does: 'answer';
      readonly afterMs: number;
      /** 8 kHz. */
      readonly says: Int16Array | undefined;
      /** The person hangs up so long after answering; by default the caller does. */
      readonly talksForMs: number | undefined;
    }
  | { readonly does: 'refuse'; readonly afterMs: number; readonly status: number }
  /** Nobody comes. The SBC gives up after `givesUpAfterMs`. */
  | { readonly does: 'ring'; readonly givesUpAfterMs: number };

/** One call that reached a queue of people, as their desktop shows it. */
export interface QueueVisit {
  readonly number: string;
  /** User part of From. */
  readonly from: string;
  /** Call-ID of the INVITE at the phone. */
  readonly sipCallId: string;
  readonly offeredAtMs: number;
  /** Custom headers, in the order they came. */
  readonly headers: readonly DecodedHeader[];
  readonly state: 'ringing' | 'answered' | 'refused' | 'gone';
  readonly answeredAtMs: number | undefined;
  /** SIP status of a refusal. */
  readonly status: number | undefined;
  /** Whether the person heard anybody speak. */
  readonly heardCaller: boolean;
}

type MutableVisit = { -readonly [K in keyof QueueVisit]: QueueVisit[K] };

interface QueuePhonesOptions {
  readonly host: string;
  readonly ticker: Ticker;
  readonly onTrace: (trace: SipTrace) => void;
  /** An INVITE has reached a number, or such a visit has changed: the same object each time. */
  readonly onVisit: (visit: QueueVisit) => void;
}

/** The telephones of the people: a SIP user agent of its own behind the SBC, one behaviour a number. */
export class QueuePhones {
  readonly #options: QueuePhonesOptions;
  readonly #live = new Set<() => void>();
  #queues: ReadonlyMap<string, QueueBehaviour> = new Map();
  #endpoint: SipEndpoint | undefined;

  private constructor(options: QueuePhonesOptions) {
    this.#options = options;
  }

  static async start(options: QueuePhonesOptions): Promise<QueuePhones> {
    const phones = new QueuePhones(options);
    phones.#endpoint = await SipEndpoint.start({
      name: 'queue',
      domain: 'phones.enterprise.test',
      host: options.host,
      onTrace: options.onTrace,
      onInvite: (request, call) => void phones.#ring(request, call),
    });
    return phones;
  }

  get port(): number {
    return this.#endpoint?.port('tcp') ?? 0;
  }

  staff(queues: ReadonlyMap<string, QueueBehaviour>): void {
    this.#queues = queues;
  }

  behaviourOf(number: string): QueueBehaviour | undefined {
    return this.#queues.get(number);
  }

  async close(): Promise<void> {
    for (const end of [...this.#live]) end();
    await this.#endpoint?.close();
    this.#endpoint = undefined;
  }

  async #ring(request: IncomingInviteRequest, call: CallCore): Promise<void> {
    const number = request.message.ruri?.user ?? '';
    const visit: MutableVisit = {
      number,
      from: request.message.from.uri.user ?? '',
      sipCallId: request.message.callId,
      offeredAtMs: Date.now(),
      headers: customHeaders(readHeaders(request.message.data)).map(decodeHeader),
      state: 'ringing',
      answeredAtMs: undefined,
      status: undefined,
      heardCaller: false,
    };
    const behaviour = this.#queues.get(number);
    if (!behaviour || !this.#endpoint) {
      this.#change(visit, { state: 'refused', status: 404 });
      request.reject({ statusCode: 404 });
      call.dispose();
      return;
    }
    this.#options.onVisit(visit);
    await this.#serve(this.#endpoint, request, call, visit, behaviour);
  }

  #change(visit: MutableVisit, change: Partial<QueueVisit>): void {
    Object.assign(visit, change);
    this.#options.onVisit(visit);
  }

  async #serve(
    endpoint: SipEndpoint,
    request: IncomingInviteRequest,
    call: CallCore,
    visit: MutableVisit,
    behaviour: QueueBehaviour,
  ): Promise<void> {
    const handset = new Handset(this.#options.ticker);
    const timers = new Set<NodeJS.Timeout>();
    const later = (ms: number, act: () => void): void => void timers.add(setTimeout(act, ms));
    handset.subscribe(({ heard }) => {
      if (heard === 'voice') this.#change(visit, { heardCaller: true });
    });
    const finish = (end: LegEnd | undefined): void => {
      for (const timer of timers) clearTimeout(timer);
      handset.putDown();
      this.#live.delete(stop);
      if (end && visit.state === 'ringing') this.#change(visit, { state: 'gone' });
    };
    const leg = await Leg.takeUp(endpoint, request, call, {
      onAudio: (samples) => leg && handset.hear(leg, samples),
      onEnded: finish,
    });
    const stop = (): void => leg?.hangUp();
    if (!leg) {
      this.#change(visit, { state: 'refused', status: 488 });
      finish(undefined);
      return;
    }
    this.#live.add(stop);
    leg.ring();
    if (behaviour.does === 'refuse') {
      later(behaviour.afterMs, () => {
        this.#change(visit, { state: 'refused', status: behaviour.status });
        leg.refuse(behaviour.status);
      });
    }
    if (behaviour.does === 'answer') {
      later(behaviour.afterMs, () => {
        leg.answer();
        this.#change(visit, { state: 'answered', answeredAtMs: Date.now() });
        handset.join(leg);
        if (behaviour.says) void handset.say(behaviour.says);
        if (behaviour.talksForMs !== undefined) later(behaviour.talksForMs, stop);
      });
    }
  }
}
