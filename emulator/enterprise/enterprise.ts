import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js';
import { Ticker } from './audio/ticker.ts';
import { bridgeToQueue } from './bridge-to-queue.ts';
import { PlacedCall, type CallerOptions } from './placed-call.ts';
import { QueueDesk, type DeskStatus } from './queue-desk.ts';
import { QueuePhones, type QueueBehaviour, type QueueVisit } from './queue-phones.ts';
import { SipEndpoint, type CallCore, type SipTrace } from './sip/endpoint.ts';

interface EnterpriseOptions {
  /** Where SIP and RTP are received; loopback unless a person says otherwise. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly sipPorts?: { readonly tcp: number; readonly udp: number };
  /** The FQDN by which the edge knows this SBC. */
  readonly fqdn?: string;
  /** Every SIP message of the SBC and of the queues' phones. */
  readonly onTrace?: (trace: SipTrace) => void;
}

/** How long the SBC lets a queue ring whose behaviour does not say. */
const DEFAULT_RING_TIMEOUT_MS = 30_000;

/** The enterprise around the product: its SBC with the IVR's callers behind it, and its queues of people. */
export class Enterprise {
  readonly #ticker: Ticker;
  readonly #traces = new Set<(trace: SipTrace) => void>();
  readonly #visits = new Set<(visit: QueueVisit) => void>();
  readonly #calls = new Set<PlacedCall>();
  readonly #phones: QueuePhones;
  readonly #desk: QueueDesk;
  #sbc: SipEndpoint | undefined;

  private constructor(phones: QueuePhones, desk: QueueDesk, ticker: Ticker) {
    this.#phones = phones;
    this.#desk = desk;
    this.#ticker = ticker;
  }

  static async start(options: EnterpriseOptions = {}): Promise<Enterprise> {
    const host = options.host ?? '127.0.0.1';
    const ticker = new Ticker();
    const onTrace = (trace: SipTrace): void => enterprise.#trace(trace);
    const onVisit = (visit: QueueVisit): void => enterprise.#visited(visit);
    const phones = await QueuePhones.start({ host, ticker, onTrace, onVisit });
    const desk = await QueueDesk.start(host);
    const enterprise = new Enterprise(phones, desk, ticker);
    if (options.onTrace) enterprise.#traces.add(options.onTrace);
    try {
      enterprise.#sbc = await SipEndpoint.start({
        name: 'sbc',
        domain: options.fqdn ?? 'sbc.enterprise.test',
        host,
        ...(options.sipPorts ? { ports: options.sipPorts } : {}),
        onTrace,
        onInvite: (request, call) => void enterprise.#incoming(request, call),
      });
    } catch (error) {
      await Promise.all([phones.close(), desk.close()]);
      throw error;
    }
    return enterprise;
  }

  /** `host:port` where the edge reaches the SBC. */
  get sip(): { readonly tcp: string; readonly udp: string } {
    const sbc = this.#openSbc();
    return { tcp: `${sbc.host}:${sbc.port('tcp')}`, udp: `${sbc.host}:${sbc.port('udp')}` };
  }

  /** Where the contact centre's system says how its queues are. */
  get deskUrl(): string {
    return this.#desk.url;
  }

  /** What it says of them from now on, by name; the others are as usual. */
  showQueues(statuses: ReadonlyMap<string, DeskStatus>): void {
    this.#desk.show(statuses);
  }

  /** Who sits behind which number from now on. */
  staffQueues(queues: ReadonlyMap<string, QueueBehaviour>): void {
    this.#phones.staff(queues);
  }

  /** Places a call through the SBC. Resolves when the INVITE has gone. */
  async placeCall(options: CallerOptions): Promise<PlacedCall> {
    const call = await PlacedCall.place(
      {
        endpoint: this.#openSbc(),
        ticker: this.#ticker,
        queuePort: this.#phones.port,
        ringTimeoutMs: (number) => this.#ringTimeoutMs(number),
      },
      options,
    );
    this.#calls.add(call);
    void call.ended.then(() => this.#calls.delete(call));
    return call;
  }

  onTrace(listener: (trace: SipTrace) => void): () => void {
    this.#traces.add(listener);
    return () => this.#traces.delete(listener);
  }

  /** Each INVITE that reaches a queue's phone, and each change of it. */
  onVisit(listener: (visit: QueueVisit) => void): () => void {
    this.#visits.add(listener);
    return () => this.#visits.delete(listener);
  }

  /** Hangs up every call and frees every port. Idempotent. */
  async close(): Promise<void> {
    const sbc = this.#sbc;
    if (!sbc) return;
    this.#sbc = undefined;
    for (const call of this.#calls) call.hangUp();
    await Promise.all([sbc.close(), this.#phones.close(), this.#desk.close()]);
  }

  #openSbc(): SipEndpoint {
    if (!this.#sbc) throw new Error('the enterprise is closed');
    return this.#sbc;
  }

  #ringTimeoutMs(number: string): number {
    const behaviour = this.#phones.behaviourOf(number);
    return behaviour?.does === 'ring' ? behaviour.givesUpAfterMs : DEFAULT_RING_TIMEOUT_MS;
  }

  /** The edge calls a queue itself: a transfer to a peer that does not take REFER, or a redirect. */
  async #incoming(request: IncomingInviteRequest, call: CallCore): Promise<void> {
    const number = request.message.ruri?.user ?? '';
    await bridgeToQueue(this.#openSbc(), request, call, {
      queuePort: this.#phones.port,
      ringTimeoutMs: this.#ringTimeoutMs(number),
    });
  }

  #trace(trace: SipTrace): void {
    for (const listener of this.#traces) listener(trace);
  }

  /**
   * An INVITE that the edge made itself (no REFER) carries nothing of the caller's dialog: the caller's number tells, and when the
   * edge presents another number, there being only one such call.
   */
  #callOf(visit: QueueVisit): PlacedCall | undefined {
    const calls = [...this.#calls];
    const hairpinned = calls.filter(({ options }) => !options.takesRefer);
    return (
      calls.find((call) => call.visits.includes(visit) || call.caused(visit)) ??
      hairpinned.find(({ options }) => options.from === visit.from) ??
      (hairpinned.length === 1 ? hairpinned[0] : undefined)
    );
  }

  #visited(visit: QueueVisit): void {
    this.#callOf(visit)?.claim(visit);
    for (const listener of this.#visits) listener(visit);
  }
}
