/** A request of ours until its final response: machine, flow and callbacks put together. */
import type { Clock } from '../../clock.ts';
import type { Header, SipRequest, SipResponse } from '../message.ts';
import { headerOf } from '../message.ts';
import type { Flow } from '../transport.ts';
import { type ClientInput, startInviteClient, stepInviteClient } from './invite-client.ts';
import type { Conditions, Effect, TransactionTimers } from './machine.ts';
import { startNonInviteClient, stepNonInviteClient } from './non-invite-client.ts';
import { runTransaction } from './run.ts';

export interface ClientEvents {
  /** Every provisional response, every 2xx to an INVITE (also repeated ones), otherwise the one final response. */
  onResponse(response: SipResponse): void;
  /** No final response will come: `408` timed out, `503` the transport failed (8.1.3.1). */
  onFailure(status: 408 | 503): void;
}

export interface ClientTransaction {
  readonly request: SipRequest;
  receive(response: SipResponse): void;
  end(): void;
}

interface ClientOptions {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly timers: TransactionTimers;
  readonly events: ClientEvents;
  readonly send: (message: SipRequest, flow: Flow) => void;
  readonly onTerminated: () => void;
}

export function runClient(options: ClientOptions): ClientTransaction {
  const { request, flow, events } = options;
  const conditions: Conditions = { timers: options.timers, reliable: flow.transport !== 'udp' };
  let latest: SipResponse | undefined;

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'send-request':
        options.send(request, flow);
        return;
      case 'send-ack':
        if (latest !== undefined) options.send(ackFor(request, latest), flow);
        return;
      case 'deliver':
        if (latest !== undefined) events.onResponse(latest);
        return;
      case 'timed-out':
        events.onFailure(408);
        return;
      case 'transport-failed':
        events.onFailure(503);
        return;
      default:
        return;
    }
  };

  const ended = Promise.withResolvers<undefined>();
  const shared = {
    timerFired: (timer): ClientInput => ({ type: 'timer', timer }),
    clock: options.clock,
    perform,
    onTerminated: () => {
      ended.resolve(undefined);
      options.onTerminated();
    },
  } satisfies Partial<Parameters<typeof runTransaction<never, ClientInput>>[0]>;
  const running =
    request.method === 'INVITE'
      ? runTransaction({
          ...shared,
          first: startInviteClient(conditions),
          next: (state, input: ClientInput) => stepInviteClient(state, input, conditions),
        })
      : runTransaction({
          ...shared,
          first: startNonInviteClient(conditions),
          next: (state, input: ClientInput) => stepNonInviteClient(state, input, conditions),
        });
  const stopWatching = flow.onClose(() => running.input({ type: 'transport-error' }));
  void ended.promise.then(stopWatching);

  return {
    request,
    receive(response) {
      latest = response;
      running.input({ type: 'response', status: response.status });
    },
    end: running.end,
  };
}

/** RFC 3261 17.1.1.3: same Call-ID, From, Request-URI, top Via and Route; To and its tag from the response. */
function ackFor(request: SipRequest, response: SipResponse): SipRequest {
  const kept = (name: string): Header[] => {
    const value = headerOf(request, name);
    return value === undefined ? [] : [{ name, value }];
  };
  const cseq = headerOf(request, 'CSeq') ?? '';
  return {
    kind: 'request',
    method: 'ACK',
    uri: request.uri,
    headers: [
      ...kept('Via'),
      ...request.headers.filter(({ name }) => name === 'Route'),
      ...kept('Max-Forwards'),
      ...kept('From'),
      { name: 'To', value: headerOf(response, 'To') ?? '' },
      ...kept('Call-ID'),
      { name: 'CSeq', value: cseq.replace('INVITE', 'ACK') },
    ],
    body: '',
  };
}
