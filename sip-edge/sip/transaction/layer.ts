/** Brings messages and transactions together (RFC 3261 section 17), and bounds how many there are. */
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { TransportKind } from '../listen-address.ts';
import { loggable } from '../loggable.ts';
import {
  callIdOf,
  headerOf,
  listOf,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  withFirst,
} from '../message.ts';
import { tagOf } from '../name-addr.ts';
import { newBranch, newTag } from '../ids.ts';
import type { ParseResult } from '../parse.ts';
import { type ResponseParts, responseTo } from '../response.ts';
import { serializeMessage, startLineOf } from '../serialize.ts';
import type { Endpoint, Flow } from '../transport.ts';
import { formatVia, parseVia, responseAddress, stampVia } from '../via.ts';
import { type ClientEvents, type ClientTransaction, runClient } from './client.ts';
import { clientKey, mergeKey, serverKey } from './keys.ts';
import type { TransactionTimers } from './machine.ts';
import { runServer, type ServerTransaction, type ServerTransactionInputs } from './server.ts';

/** Beyond this the edge says 503 rather than slow down every call; a call holds three to five for half a minute. */
export const MAX_SERVER_TRANSACTIONS = 10_000;

interface TransactionUser {
  /** A new request that is neither ACK nor CANCEL. */
  onRequest(transaction: ServerTransaction): void;
  /** The ACK of a 2xx. */
  onAck(ack: SipRequest): void;
}

interface LayerOptions {
  readonly user: TransactionUser;
  readonly clock: Clock;
  readonly timers: TransactionTimers;
  readonly log: Log;
  readonly maxServerTransactions: number;
  /** Host (in URI form) and port that our Via headers name. */
  readonly sentBy: (transport: TransportKind) => { readonly host: string; readonly port: number };
  /** A flow for a response whose connection is gone or which goes to another port. */
  readonly flowTo: (transport: TransportKind, remote: Endpoint) => Promise<Flow>;
}

export class TransactionLayer {
  readonly #options: LayerOptions;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransactionInputs>();
  readonly #merged = new Map<string, string>();

  constructor(options: LayerOptions) {
    this.#options = options;
  }

  /** Running transactions of both sides. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  receive(result: ParseResult, flow: Flow): void {
    switch (result.kind) {
      case 'keep-alive':
        return;
      case 'junk':
        this.#options.log.debug({ remote: flow.remote.address, reason: result.reason }, 'sip junk dropped');
        return;
      case 'malformed':
        this.#options.log.warn({ remote: flow.remote.address, reason: result.reason }, 'malformed sip request');
        this.#answerStateless(result.request, 400, flow);
        return;
      case 'message':
        this.#logMessage('in', result.message, flow);
        if (result.message.kind === 'request') this.#onRequest(result.message, flow);
        else this.#onResponse(result.message);
    }
  }

  /** Sends `request`, which has no Via yet, in a transaction of its own. */
  request(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction {
    return this.#runClient(this.#withVia(request, flow, newBranch()), flow, events);
  }

  /** RFC 3261 9.1: same branch, Request-URI, Call-ID, To, From, Route and CSeq number as the INVITE. */
  cancel(invite: ClientTransaction, flow: Flow): void {
    const kept = invite.request.headers.filter(({ name }) =>
      ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'Route'].includes(name),
    );
    const cseq = (headerOf(invite.request, 'CSeq') ?? '').replace('INVITE', 'CANCEL');
    const cancel: SipRequest = {
      kind: 'request',
      method: 'CANCEL',
      uri: invite.request.uri,
      headers: [...kept, { name: 'CSeq', value: cseq }],
      body: '',
    };
    // What matters is the final response to the INVITE; that of the CANCEL says nothing.
    this.#runClient(cancel, flow, { onResponse: () => undefined, onFailure: () => undefined });
  }

  /** Sends an ACK for a 2xx, which is no transaction (13.2.2.4). Returns what was sent, for the next repetition of the 2xx. */
  acknowledge(ack: SipRequest, flow: Flow): SipRequest {
    const sent = this.#withVia(ack, flow, newBranch());
    this.#send(sent, flow);
    return sent;
  }

  repeat(ack: SipRequest, flow: Flow): void {
    this.#send(ack, flow);
  }

  /** Ends every transaction without a word. */
  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.end();
  }

  #runClient(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction {
    const key = clientKey(request);
    const transaction = runClient({
      request,
      flow,
      events,
      clock: this.#options.clock,
      timers: this.#options.timers,
      send: (message, to) => this.#send(message, to),
      onTerminated: () => this.#clients.delete(key),
    });
    // On a connection that is closed already the transaction has ended by now.
    if (!flow.closed) this.#clients.set(key, transaction);
    return transaction;
  }

  #onRequest(received: SipRequest, flow: Flow): void {
    const via = parseVia(listOf(received, 'Via')[0] ?? '');
    if (via === undefined) return;
    const request = stampTopVia(received, formatVia(stampVia(via, flow.remote)));
    const existing = this.#servers.get(serverKey(request));

    if (request.method === 'ACK') {
      if (existing === undefined) this.#options.user.onAck(request);
      else existing.ack(request);
    } else if (existing !== undefined) existing.retransmission();
    else if (this.#servers.size >= this.#options.maxServerTransactions) {
      this.#answerStateless(request, 503, flow, { headers: [{ name: 'Retry-After', value: '1' }] });
    } else this.#onNewRequest(request, flow);
  }

  #onNewRequest(request: SipRequest, flow: Flow): void {
    const key = serverKey(request);
    const merge = mergeKey(request);
    const isInitial = tagOf(headerOf(request, 'To')) === undefined && request.method !== 'CANCEL';
    const mergedWith = isInitial ? this.#merged.get(merge) : undefined;
    const transaction = runServer({
      request,
      flow,
      clock: this.#options.clock,
      timers: this.#options.timers,
      send: (response) => this.#sendResponse(response, flow),
      onAck: (ack) => this.#options.user.onAck(ack),
      onTerminated: () => {
        this.#servers.delete(key);
        if (this.#merged.get(merge) === key) this.#merged.delete(merge);
      },
    });
    this.#servers.set(key, transaction);
    if (request.method === 'CANCEL') {
      const invite = this.#servers.get(serverKey(request, 'INVITE'));
      transaction.respond(invite === undefined ? 481 : 200, { toTag: newTag() });
      invite?.cancel();
    } else if (mergedWith !== undefined) transaction.respond(482, { toTag: newTag() });
    else {
      if (isInitial) this.#merged.set(merge, key);
      this.#options.user.onRequest(transaction);
    }
  }

  #onResponse(response: SipResponse): void {
    // RFC 3261 8.1.3.3: a response with more than our Via has gone astray.
    if (listOf(response, 'Via').length !== 1) return;
    this.#clients.get(clientKey(response))?.receive(response);
  }

  #withVia(request: SipRequest, flow: Flow, branch: string): SipRequest {
    const { host, port } = this.#options.sentBy(flow.transport);
    const value = `SIP/2.0/${flow.transport.toUpperCase()} ${host}:${port};branch=${branch};rport`;
    return { ...request, headers: [{ name: 'Via', value }, ...request.headers] };
  }

  #answerStateless(request: SipRequest, status: number, flow: Flow, parts: ResponseParts = {}): void {
    const via = parseVia(listOf(request, 'Via')[0] ?? '');
    if (via === undefined || request.method === 'ACK') return;
    const stamped = stampTopVia(request, formatVia(stampVia(via, flow.remote)));
    this.#sendResponse(responseTo(stamped, status, { toTag: newTag(), ...parts }), flow);
  }

  #sendResponse(response: SipResponse, flow: Flow): void {
    const via = parseVia(listOf(response, 'Via')[0] ?? '');
    if (via === undefined) return;
    if (flow.transport !== 'udp' && !flow.closed) {
      this.#send(response, flow);
      return;
    }
    this.#options.flowTo(flow.transport, responseAddress(via)).then(
      (to) => this.#send(response, to),
      (error: unknown) => {
        this.#options.log.warn({ error: String(error), status: response.status }, 'sip response not sent');
      },
    );
  }

  #send(message: SipMessage, flow: Flow): void {
    this.#logMessage('out', message, flow);
    flow.send(serializeMessage(message));
  }

  #logMessage(direction: 'in' | 'out', message: SipMessage, flow: Flow): void {
    this.#options.log.debug(
      {
        direction,
        transport: flow.transport,
        remote: `${flow.remote.address}:${flow.remote.port}`,
        startLine: loggable(startLineOf(message)),
        sipCallId: loggable(callIdOf(message)),
        cseq: loggable(headerOf(message, 'CSeq') ?? ''),
      },
      'sip message',
    );
  }
}

/** The first Via line may hold several values; only its first is ours to change. */
function stampTopVia(request: SipRequest, stamped: string): SipRequest {
  const [, ...rest] = (headerOf(request, 'Via') ?? '').split(',');
  return withFirst(request, 'Via', [stamped, ...rest].join(','));
}
