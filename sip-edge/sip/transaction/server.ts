/** A request of a peer until the last of its responses: machine, flow and answers put together. */
import type { Clock } from '../../clock.ts';
import type { SipRequest, SipResponse } from '../message.ts';
import { type ResponseParts, responseTo } from '../response.ts';
import type { Flow } from '../transport.ts';
import { type ServerInput, startInviteServer, stepInviteServer } from './invite-server.ts';
import type { Conditions, Effect, TransactionTimers } from './machine.ts';
import { startNonInviteServer, stepNonInviteServer } from './non-invite-server.ts';
import { runTransaction } from './run.ts';

export interface ServerTransaction {
  readonly request: SipRequest;
  /** Where the request came from. */
  readonly flow: Flow;
  /** Does nothing after a final response, but for the same 2xx again. */
  respond(status: number, parts?: ResponseParts): void;
  /** A CANCEL came for this INVITE; one listener. At once if it has come already. */
  onCancel(listener: () => void): void;
}

export interface ServerTransactionInputs extends ServerTransaction {
  retransmission(): void;
  ack(ack: SipRequest): void;
  cancel(): void;
  end(): void;
}

interface ServerOptions {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly timers: TransactionTimers;
  readonly send: (message: SipResponse) => void;
  /** The ACK of a 2xx came with the INVITE's branch. */
  readonly onAck: (ack: SipRequest) => void;
  readonly onTerminated: () => void;
}

export function runServer(options: ServerOptions): ServerTransactionInputs {
  const { request, flow } = options;
  const conditions: Conditions = { timers: options.timers, reliable: flow.transport !== 'udp' };
  let latest = responseTo(request, 100);
  let cancelled: 'no' | 'yes' = 'no';
  let onCancel: (() => void) | undefined;
  let latestAck: SipRequest | undefined;

  const perform = (effect: Effect): void => {
    // A time-out (Timer H) only says that the peer lost interest in our refusal.
    if (effect.type === 'send-response' || effect.type === 'send-trying') options.send(latest);
    if (effect.type === 'deliver' && latestAck !== undefined) options.onAck(latestAck);
  };
  const shared = {
    timerFired: (timer): ServerInput => ({ type: 'timer', timer }),
    clock: options.clock,
    perform,
    onTerminated: options.onTerminated,
  } satisfies Partial<Parameters<typeof runTransaction<never, ServerInput>>[0]>;
  const running =
    request.method === 'INVITE'
      ? runTransaction({
          ...shared,
          first: startInviteServer(),
          next: (state, input: ServerInput) => stepInviteServer(state, input, conditions),
        })
      : runTransaction({
          ...shared,
          first: startNonInviteServer(),
          next: (state, input: ServerInput) => stepNonInviteServer(state, input, conditions),
        });

  return {
    request,
    flow,
    respond(status, parts) {
      if (!takesResponse(running.state(), status)) return;
      latest = responseTo(request, status, parts);
      running.input({ type: 'respond', status });
    },
    onCancel(listener) {
      if (cancelled === 'yes') listener();
      else onCancel = listener;
    },
    retransmission: () => running.input({ type: 'retransmission' }),
    ack(ack) {
      latestAck = ack;
      running.input({ type: 'ack' });
    },
    cancel() {
      if (cancelled === 'yes') return;
      cancelled = 'yes';
      onCancel?.();
    },
    end: running.end,
  };
}

function takesResponse(state: string, status: number): boolean {
  return state === 'trying' || state === 'proceeding' || (state === 'accepted' && status >= 200 && status < 300);
}
