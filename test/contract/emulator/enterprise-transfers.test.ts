import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from 'sip.js/lib/core/index.js';
import { Enterprise } from '../../../emulator/enterprise/enterprise.ts';
import { Leg } from '../../../emulator/enterprise/leg.ts';
import type { PlacedCall } from '../../../emulator/enterprise/placed-call.ts';
import type { QueueBehaviour, QueueVisit } from '../../../emulator/enterprise/queue-phones.ts';
import { SipEndpoint } from '../../../emulator/enterprise/sip/endpoint.ts';
import { writeSdp } from '../../../emulator/enterprise/sip/sdp.ts';
import { toneOf } from '../../support/tone.ts';

const DISPUTES = '+18005550110';
const CALLER = '+15550100';
const answering: QueueBehaviour = { does: 'answer', afterMs: 10, says: undefined, talksForMs: undefined };
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
});

/** Stands where the edge stands, in sip.js's own words: answers, and sends the REFER it is told to. */
interface Transferor {
  readonly endpoint: SipEndpoint;
  readonly session: Promise<Session>;
  readonly allow: Promise<string>;
  /** Start lines of the NOTIFYs' bodies, as they come; waits until one says more than 1xx. */
  readonly outcome: Promise<string[]>;
}

async function startTransferor(): Promise<Transferor> {
  const session = Promise.withResolvers<Session>();
  const allow = Promise.withResolvers<string>();
  const outcome = Promise.withResolvers<string[]>();
  const progress: string[] = [];
  const endpoint = await SipEndpoint.start({
    name: 'edge',
    domain: 'edge.test',
    host: '127.0.0.1',
    onInvite: (request) => {
      allow.resolve(request.message.getHeader('Allow') ?? '');
      const content = writeSdp('127.0.0.1', 40_000, ['PCMU']);
      const body = { contentDisposition: 'session', contentType: 'application/sdp', content };
      const accepted = request.accept({ statusCode: 200, body }).session;
      accepted.delegate = {
        onAck: () => session.resolve(accepted),
        onNotify: (notify) => {
          notify.accept();
          progress.push(notify.message.body.trim());
          if (!notify.message.body.startsWith('SIP/2.0 1')) outcome.resolve(progress);
        },
      };
    },
  });
  open.push(endpoint);
  return { endpoint, session: session.promise, allow: allow.promise, outcome: outcome.promise };
}

async function startCall(
  behaviour: QueueBehaviour,
  takesRefer = true,
): Promise<{ enterprise: Enterprise; edge: Transferor; call: PlacedCall; session: Session }> {
  const enterprise = await Enterprise.start();
  open.push(enterprise);
  enterprise.staffQueues(new Map([[DISPUTES, behaviour]]));
  const edge = await startTransferor();
  const call = await enterprise.placeCall({
    from: CALLER,
    to: '+18005550199',
    edge: `127.0.0.1:${edge.endpoint.port('tcp')}`,
    transport: 'tcp',
    codecs: ['PCMU'],
    headers: [{ name: 'X-Customer-ID', value: 'C-4711' }],
    takesRefer,
  });
  return { enterprise, edge, call, session: await edge.session };
}

/** Resolves with the status that answered the REFER. */
function refer(session: Session, headers: readonly string[] = []): Promise<number> {
  return new Promise((resolve) => {
    const answered = ({ message }: { message: { statusCode?: number | undefined } }): void =>
      resolve(message.statusCode ?? 0);
    session.refer(
      { onAccept: answered, onReject: answered },
      {
        extraHeaders: [`Refer-To: <sip:${DISPUTES}@edge.test;user=phone>`, 'Referred-By: <sip:edge.test>', ...headers],
      },
    );
  });
}

function visitThat(enterprise: Enterprise, isRight: (visit: QueueVisit) => boolean): Promise<QueueVisit> {
  return new Promise((resolve) => {
    enterprise.onVisit((visit) => {
      if (isRight(visit)) resolve(visit);
    });
  });
}

const isAnswered = (visit: QueueVisit): boolean => visit.state === 'answered';

describe('an SBC asked to transfer', () => {
  it('calls the queue with the headers of the REFER, and the person sees them decoded', async () => {
    const { enterprise, edge, call, session } = await startCall(answering);
    const answered = visitThat(enterprise, isAnswered);
    const status = await refer(session, [
      'X-AI-Summary: disputes%20a%20charge%20%E2%82%AC90',
      'User-to-User: 54726964656e74;encoding=hex',
    ]);
    expect(status).toBe(202);
    const visit = await answered;
    expect(visit).toMatchObject({ number: DISPUTES, from: CALLER });
    expect(visit.headers).toEqual([
      { name: 'X-AI-Summary', value: 'disputes%20a%20charge%20%E2%82%AC90', decoded: 'disputes a charge €90' },
      { name: 'User-to-User', value: '54726964656e74;encoding=hex', decoded: 'Trident' },
    ]);
    expect(await edge.outcome).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing', 'SIP/2.0 200 OK']);
    session.bye();
    call.hangUp();
    expect(await call.ended).toBe('handed-over');
  });

  it('joins caller and person, also when the edge leaves before the person has answered', async () => {
    const { enterprise, call, session } = await startCall({ ...answering, afterMs: 150 });
    const heard = visitThat(enterprise, (visit) => visit.heardCaller);
    await refer(session);
    session.bye();
    await visitThat(enterprise, isAnswered);
    await call.handset.say(toneOf(1_000, 300));
    expect((await heard).heardCaller).toBe(true);
    call.hangUp();
    expect(await call.ended).toBe('handed-over');
  });

  it('reports a busy queue and keeps the caller on the line', async () => {
    const { edge, call, session } = await startCall({ does: 'refuse', afterMs: 0, status: 486 });
    await refer(session);
    expect((await edge.outcome).at(-1)).toBe('SIP/2.0 486 Busy Here');
    expect(call.outcome).toBeUndefined();
    session.bye();
    expect(await call.ended).toBe('agent-hung-up');
  });

  it('gives up on a queue that nobody answers', async () => {
    const { edge, session } = await startCall({ does: 'ring', givesUpAfterMs: 50 });
    await refer(session);
    expect((await edge.outcome).at(-1)).toBe('SIP/2.0 408 Request Timeout');
  });

  it('leaves the caller stranded when the edge has gone and the queue refuses', async () => {
    const { call, session } = await startCall({ does: 'refuse', afterMs: 100, status: 486 });
    await refer(session);
    session.bye();
    expect(await call.ended).toBe('stranded');
  });

  it('cancels the call to the queue when the caller hangs up meanwhile', async () => {
    const { enterprise, call, session } = await startCall({ does: 'ring', givesUpAfterMs: 60_000 });
    const gone = visitThat(enterprise, (visit) => visit.state === 'gone');
    await refer(session);
    await visitThat(enterprise, (visit) => visit.state === 'ringing');
    call.hangUp();
    expect((await gone).state).toBe('gone');
    expect(await call.ended).toBe('caller-hung-up');
  });
});

describe('an SBC that does not take REFER', () => {
  it('leaves REFER out of Allow and refuses it', async () => {
    const { edge, call, session } = await startCall(answering, false);
    expect(await edge.allow).not.toContain('REFER');
    expect(await refer(session)).toBe(405);
    call.hangUp();
    await call.ended;
  });

  it('takes a new INVITE to the queue and passes on headers, answer and audio', async () => {
    const { enterprise, edge, call } = await startCall(answering, false);
    const answered = visitThat(enterprise, isAnswered);
    const heard = visitThat(enterprise, (visit) => visit.heardCaller);
    const joined = Promise.withResolvers<undefined>();
    const [host = '', port] = enterprise.sip.tcp.split(':');
    const leg = await Leg.callOut(
      edge.endpoint,
      {
        from: CALLER,
        to: DISPUTES,
        peer: { transport: 'tcp', host, port: Number(port) },
        headers: [{ name: 'X-AI-Summary', value: 'one%20two' }],
        codecs: ['PCMU'],
        takesRefer: false,
      },
      { onAnswered: () => joined.resolve(undefined), onEnded: () => undefined },
    );
    await joined.promise;
    const { headers } = await answered;
    expect(headers).toEqual([{ name: 'X-AI-Summary', value: 'one%20two', decoded: 'one two' }]);
    const tone = toneOf(1_000, 200);
    for (let start = 0; start < tone.length; start += 160) leg.sendFrame(tone.subarray(start, start + 160));
    await heard;
    leg.hangUp();
    call.hangUp();
    expect(await call.ended).toBe('handed-over');
  });

  it('passes a refusal of the queue on to the edge', async () => {
    const { enterprise, edge } = await startCall({ does: 'refuse', afterMs: 0, status: 486 }, false);
    const [host = '', port] = enterprise.sip.tcp.split(':');
    const end = await new Promise((resolve) => {
      void Leg.callOut(
        edge.endpoint,
        {
          from: CALLER,
          to: DISPUTES,
          peer: { transport: 'tcp', host, port: Number(port) },
          headers: [],
          codecs: ['PCMU'],
          takesRefer: false,
        },
        { onEnded: resolve },
      );
    });
    expect(end).toEqual({ by: 'refused', status: 486 });
  });
});

describe('the SBC as a peer', () => {
  it('answers OPTIONS', async () => {
    const enterprise = await Enterprise.start();
    open.push(enterprise);
    const edge = await startTransferor();
    const [host = '', port] = enterprise.sip.tcp.split(':');
    const { core } = await edge.endpoint.open('ping@edge.test', 'edge', { transport: 'tcp', host, port: Number(port) });
    const uri = core.configuration.aor.clone();
    const target = uri.clone();
    target.user = undefined;
    const status = await new Promise((resolve) => {
      const message = core.makeOutgoingRequestMessage('OPTIONS', target, uri, target, { callId: 'ping@edge.test' });
      core.request(message, { onAccept: (response) => resolve(response.message.statusCode) });
    });
    expect(status).toBe(200);
  });
});
