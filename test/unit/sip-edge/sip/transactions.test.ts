import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../../sip-edge/sip/parse.ts';
import { responseTo } from '../../../../sip-edge/sip/response.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../../sip-edge/sip/message.ts';
import { RFC_TIMERS } from '../../../../sip-edge/sip/transaction/machine.ts';
import { TransactionLayer } from '../../../../sip-edge/sip/transaction/layer.ts';
import type { ServerTransaction } from '../../../../sip-edge/sip/transaction/server.ts';
import type { Flow } from '../../../../sip-edge/sip/transport.ts';
import { manualClock } from './manual-clock.ts';
import { INVITE_LINES, sipText } from './sip-text.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A transaction layer over a flow that writes down what is sent and when. */
function rig(transport: 'udp' | 'tcp' = 'udp', maxServerTransactions = 100) {
  const clock = manualClock();
  const sent: { readonly atMs: number; readonly line: string }[] = [];
  const requests: ServerTransaction[] = [];
  const acks: SipRequest[] = [];
  let onClose: () => void = () => undefined;
  const flow: Flow = {
    transport,
    local: { address: '127.0.0.1', port: 5060 },
    remote: { address: '127.0.0.1', port: 5070 },
    peerNames: [],
    certificateEndsAtMs: undefined,
    closed: false,
    send: (bytes) => void sent.push({ atMs: clock.nowMs(), line: bytes.toString().split('\r\n')[0]! }),
    onClose(listener) {
      onClose = listener;
      return () => undefined;
    },
  };
  const layer = new TransactionLayer({
    user: { onRequest: (transaction) => requests.push(transaction), onAck: (ack) => acks.push(ack) },
    clock,
    timers: RFC_TIMERS,
    log: silent,
    maxServerTransactions,
    sentBy: () => ({ host: '127.0.0.1', port: 5060 }),
    flowTo: () => ({ then: (use: (to: Flow) => void) => use(flow) }) as unknown as Promise<Flow>,
  });
  const receive = (message: SipMessage): void => layer.receive({ kind: 'message', message }, flow);
  const times = (line: RegExp): number[] => sent.filter((entry) => line.test(entry.line)).map(({ atMs }) => atMs);
  return { clock, sent, requests, acks, flow, layer, receive, times, lose: () => onClose() };
}

function request(method: string, toTag = '', branch = 'z9hG4bKabc'): SipRequest {
  const lines = INVITE_LINES.map((line) =>
    line
      .replace(/^INVITE/, method)
      .replace('1 INVITE', `1 ${method}`)
      .replace('z9hG4bKabc', branch)
      .replace(/^(To: .*)$/, toTag === '' ? '$1' : `$1;tag=${toTag}`),
  );
  const result = parseMessage(sipText(lines));
  if (result.kind !== 'message' || result.message.kind !== 'request') throw new Error('not a request');
  return result.message;
}

/** A request of ours: without Via. */
function ours(method: string): SipRequest {
  const message = request(method);
  return { ...message, headers: message.headers.filter(({ name }) => name !== 'Via') };
}

function client(method: string, transport: 'udp' | 'tcp' = 'udp') {
  const bench = rig(transport);
  const heard: string[] = [];
  const transaction = bench.layer.request(ours(method), bench.flow, {
    onResponse: ({ status }) => heard.push(String(status)),
    onFailure: (status) => heard.push(`failed ${status}`),
  });
  const answer = (status: number): SipResponse => responseTo(transaction.request, status, { toTag: 't' });
  return { ...bench, heard, answer: (status: number) => bench.receive(answer(status)) };
}

describe('an INVITE of ours over UDP', () => {
  it('is repeated at doubling intervals (Timer A) and given up after 32 s (Timer B)', () => {
    const { clock, times, heard, layer } = client('INVITE');
    clock.advance(40_000);
    expect(times(/^INVITE/)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(heard).toEqual(['failed 408']);
    expect([layer.size, clock.waiting]).toEqual([0, 0]);
  });

  it('is not repeated once a provisional response has come, and waits as long as it rings', () => {
    const { clock, times, heard, answer } = client('INVITE');
    clock.advance(600);
    answer(180);
    clock.advance(120_000);
    expect(times(/^INVITE/)).toEqual([0, 500]);
    expect(heard).toEqual(['180']);
  });

  it('acknowledges every repetition of a refusal for 32 s (Timer D), and tells it once', () => {
    const { clock, times, heard, answer, layer } = client('INVITE');
    answer(486);
    clock.advance(1000);
    answer(486);
    clock.advance(30_999);
    expect(layer.size).toBe(1);
    clock.advance(1);
    expect(times(/^ACK/)).toEqual([0, 1000]);
    expect(heard).toEqual(['486']);
    expect([layer.size, clock.waiting]).toEqual([0, 0]);
  });

  it('tells every repetition of a 2xx for 32 s (Timer M), since each wants an ACK', () => {
    const { clock, heard, answer, layer } = client('INVITE');
    answer(200);
    answer(200);
    answer(486);
    clock.advance(31_999);
    answer(200);
    clock.advance(1);
    expect(heard).toEqual(['200', '200', '200']);
    expect(layer.size).toBe(0);
  });

  it('is cancelled with its own branch and number', () => {
    const { layer, flow, sent, answer } = client('INVITE');
    answer(180);
    const transaction = layer.request(ours('INVITE'), flow, {
      onResponse: () => undefined,
      onFailure: () => undefined,
    });
    layer.cancel(transaction, flow);
    expect(sent.at(-1)?.line).toMatch(/^CANCEL sip:/);
  });
});

describe('an INVITE of ours over TCP', () => {
  it('is sent once, and its refusal needs no waiting', () => {
    const { clock, times, layer, answer } = client('INVITE', 'tcp');
    clock.advance(20_000);
    answer(486);
    clock.advance(0);
    expect(times(/^INVITE/)).toEqual([0]);
    expect(layer.size).toBe(0);
  });

  it('has failed when the connection is lost', () => {
    const { lose, heard, clock } = client('INVITE', 'tcp');
    lose();
    expect(heard).toEqual(['failed 503']);
    expect(clock.waiting).toBe(0);
  });
});

describe('another request of ours over UDP', () => {
  it('is repeated up to every 4 s (Timer E) and given up after 32 s (Timer F)', () => {
    const { clock, times, heard } = client('OPTIONS');
    clock.advance(40_000);
    expect(times(/^OPTIONS/)).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(heard).toEqual(['failed 408']);
  });

  it('is repeated more slowly after a provisional response', () => {
    const { clock, times, answer } = client('BYE');
    answer(100);
    clock.advance(9000);
    expect(times(/^BYE/)).toEqual([0, 500, 4500, 8500]);
  });

  it('absorbs repeated answers for 5 s (Timer K)', () => {
    const { clock, heard, answer, layer } = client('BYE');
    answer(200);
    answer(200);
    clock.advance(4999);
    expect(layer.size).toBe(1);
    clock.advance(1);
    expect(heard).toEqual(['200']);
    expect([layer.size, clock.waiting]).toEqual([0, 0]);
  });
});

describe('an INVITE of a peer over UDP', () => {
  it('gets 100 Trying after 200 ms when nothing else was said', () => {
    const { clock, receive, times } = rig();
    receive(request('INVITE'));
    clock.advance(1000);
    expect(times(/ 100 /)).toEqual([200]);
  });

  it('is told once, however often it comes', () => {
    const { receive, requests, times } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(180, { toTag: 'x' });
    receive(request('INVITE'));
    receive(request('INVITE'));
    expect(requests).toHaveLength(1);
    expect(times(/ 180 /)).toHaveLength(3);
  });

  it('gets its refusal again (Timer G) until the ACK', () => {
    const { clock, receive, requests, times, layer } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(486, { toTag: 'x' });
    clock.advance(4000);
    receive(request('ACK', 'x'));
    clock.advance(4999);
    expect(layer.size).toBe(1);
    clock.advance(1);
    expect(times(/ 486 /)).toEqual([0, 500, 1500, 3500]);
    expect([layer.size, clock.waiting]).toEqual([0, 0]);
  });

  it('is forgotten after 32 s when its refusal is never acknowledged (Timer H)', () => {
    const { clock, receive, requests, times, layer } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(486, { toTag: 'x' });
    clock.advance(32_000);
    expect(times(/ 486 /).slice(-2)).toEqual([27_500, 31_500]);
    expect(layer.size).toBe(0);
  });

  it('is absorbed for 32 s after the 2xx (Timer L), whose ACK goes to the call', () => {
    const { clock, receive, requests, acks, times, layer } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(200, { toTag: 'x' });
    receive(request('INVITE'));
    receive(request('ACK', 'x', 'z9hG4bKother'));
    clock.advance(31_999);
    expect([times(/ 200 /), acks.length, layer.size]).toEqual([[0], 1, 1]);
    clock.advance(1);
    expect(layer.size).toBe(0);
  });

  it('may have the ACK of its 2xx on its own branch, which goes to the call all the same', () => {
    const { receive, requests, acks } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(200, { toTag: 'x' });
    receive(request('ACK', 'x'));
    expect(acks.map(({ method }) => method)).toEqual(['ACK']);
  });

  it('keeps the ACK of its refusal to itself', () => {
    const { receive, requests, acks } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(486, { toTag: 'x' });
    receive(request('ACK', 'x'));
    expect(acks).toEqual([]);
  });

  it('is not answered twice', () => {
    const { receive, requests, times } = rig();
    receive(request('INVITE'));
    requests[0]!.respond(487, { toTag: 'x' });
    requests[0]!.respond(200, { toTag: 'x' });
    receive(request('INVITE'));
    expect([times(/ 200 /), times(/ 487 /)]).toEqual([[], [0, 0]]);
  });

  it('can be cancelled by its branch', () => {
    const { receive, requests, times } = rig();
    let cancelled = 0;
    receive(request('INVITE'));
    requests[0]!.onCancel(() => (cancelled += 1));
    receive(request('CANCEL'));
    receive(request('CANCEL'));
    expect([cancelled, times(/ 200 /).length]).toEqual([1, 2]);
  });
});

describe('another request of a peer', () => {
  it('gets the same answer for 32 s over UDP (Timer J)', () => {
    const { clock, receive, requests, times, layer } = rig();
    receive(request('OPTIONS'));
    receive(request('OPTIONS'));
    requests[0]!.respond(200, { toTag: 'x' });
    receive(request('OPTIONS'));
    clock.advance(31_999);
    expect([requests.length, times(/ 200 /).length, layer.size]).toEqual([1, 2, 1]);
    clock.advance(1);
    expect(layer.size).toBe(0);
  });

  it('is forgotten at once over TCP', () => {
    const { clock, receive, requests, layer } = rig('tcp');
    receive(request('OPTIONS'));
    requests[0]!.respond(200, { toTag: 'x' });
    clock.advance(0);
    expect(layer.size).toBe(0);
  });

  it('is 481 when it is a CANCEL of nothing', () => {
    const { receive, sent } = rig();
    receive(request('CANCEL'));
    expect(sent[0]?.line).toMatch(/^SIP\/2.0 481 /);
  });

  it('is 482 when a copy of it came by another path', () => {
    const { receive, requests, times } = rig();
    receive(request('INVITE', '', 'z9hG4bKone'));
    receive(request('INVITE', '', 'z9hG4bKtwo'));
    expect([requests.length, times(/ 482 /).length]).toEqual([1, 1]);
  });

  it('is 503 with Retry-After when there are too many', () => {
    const { receive, requests, times } = rig('udp', 1);
    receive(request('OPTIONS', '', 'z9hG4bKone'));
    receive(request('OPTIONS', '', 'z9hG4bKtwo'));
    expect([requests.length, times(/ 503 /).length]).toEqual([1, 1]);
  });
});
