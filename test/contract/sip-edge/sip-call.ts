/** The messages of an SBC's calls, and an RTP end that sends and hears a tone. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mulaw } from 'alawmulaw';
import type { PeerMessage, SipPeer } from './sip-peer.ts';

export const TRUNK = 'sbc.enterprise.test';

let calls = 0;

export interface PeerCall {
  readonly callId: string;
  /** Text of a request in this call; the To tag comes from `answered`. */
  request(method: string, options?: RequestOptions): string;
  /** Text of a response to a request of the edge. */
  respond(request: PeerMessage, status: string, options?: { headers?: readonly string[]; body?: string }): string;
  /** Takes the To tag of the edge's answer. */
  answered(response: PeerMessage): void;
}

interface RequestOptions {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly cseq?: number;
  readonly branch?: string;
  readonly target?: string;
  readonly contact?: string;
  readonly from?: string;
}

export function peerCall(peer: SipPeer, changes: { readonly callId?: string; readonly trunk?: string } = {}): PeerCall {
  calls += 1;
  const callId = changes.callId ?? `call-${process.pid}-${calls}-${peer.port}`;
  let cseq = 0;
  let toTag = '';
  const contact = `<sip:${changes.trunk ?? TRUNK}:${peer.port};transport=${peer.transport.toLowerCase()}>`;
  const lastLines = (headers: readonly string[], body: string): string =>
    [
      ...headers,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  return {
    callId,
    request(method, options = {}) {
      cseq = options.cseq ?? (method === 'ACK' || method === 'CANCEL' ? cseq : cseq + 1);
      const branch = options.branch ?? `z9hG4bK${callId}-${cseq}-${method === 'CANCEL' ? 'INVITE' : method}`;
      return [
        `${method} ${options.target ?? 'sip:+15550100@127.0.0.1;user=phone'} SIP/2.0`,
        `Via: SIP/2.0/${peer.transport} 127.0.0.1:${peer.port};branch=${branch};rport`,
        'Max-Forwards: 70',
        `From: ${options.from ?? '"IVR" <sip:+15550199@sbc.enterprise.test>'};tag=peer`,
        `To: <sip:+15550100@127.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: ${options.contact ?? contact}`,
        lastLines(options.headers ?? [], options.body ?? ''),
      ].join('\r\n');
    },
    respond(request, status, options = {}) {
      const to = request.header('To') ?? '';
      return [
        `SIP/2.0 ${status}`,
        ...request.headers('Via').map((via) => `Via: ${via}`),
        `From: ${request.header('From') ?? ''}`,
        `To: ${to.includes('tag=') ? to : `${to};tag=peer`}`,
        `Call-ID: ${request.header('Call-ID') ?? ''}`,
        `CSeq: ${request.header('CSeq') ?? ''}`,
        `Contact: ${contact}`,
        lastLines(options.headers ?? [], options.body ?? ''),
      ].join('\r\n');
    },
    answered(response) {
      toTag = /tag=([^;]+)/.exec(response.header('To') ?? '')?.[1] ?? '';
    },
  };
}

export function offer(port: number, format = '0 101', extra: readonly string[] = []): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP ${format}`,
    'a=rtpmap:101 telephone-event/8000',
    ...extra,
    '',
  ].join('\r\n');
}

export function mediaPort(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
}

export interface RtpEnd {
  readonly port: number;
  /** Sends a tone of `hz` to `edgePort`, 20 ms after 20 ms, until the end. */
  talk(edgePort: number, hz: number): void;
  sendPayload(edgePort: number, payloadType: number, payload: Buffer, marker: boolean): void;
  /** Resolves once 100 ms of sound in a row have most of their energy at `hz`. */
  hears(hz: number): Promise<void>;
  /** Payload types of the packets that came. */
  readonly payloadTypes: readonly number[];
  close(): void;
}

const SAMPLES = 160;

export async function openRtp(): Promise<RtpEnd> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const payloadTypes: number[] = [];
  const listeners = new Set<(samples: Int16Array) => void>();
  let recent = new Int16Array(800);
  socket.on('message', (packet) => {
    const type = packet[1]! & 0x7f;
    payloadTypes.push(type);
    if (type !== 0) return;
    const samples = mulaw.decode(packet.subarray(12));
    recent = Int16Array.from([...recent.slice(samples.length), ...samples]);
    for (const listener of listeners) listener(recent);
  });
  let sequence = 0;
  let timestamp = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (edgePort: number, type: number, payload: Uint8Array, marker: boolean): void => {
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = type | (marker ? 0x80 : 0);
    packet.writeUInt16BE(sequence & 0xffff, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(7, 8);
    packet.set(payload, 12);
    sequence += 1;
    socket.send(packet, edgePort, '127.0.0.1');
  };
  return {
    port: socket.address().port,
    payloadTypes,
    sendPayload: send,
    talk(edgePort, hz) {
      timer ??= setInterval(() => {
        const samples = Int16Array.from({ length: SAMPLES }, (_, index) =>
          Math.round(8000 * Math.sin((2 * Math.PI * hz * (timestamp + index)) / 8000)),
        );
        send(edgePort, 0, mulaw.encode(samples), timestamp === 0);
        timestamp += SAMPLES;
      }, 20);
    },
    hears: (hz) =>
      new Promise((resolve) => {
        const listener = (samples: Int16Array): void => {
          if (shareOf(hz, 8000, samples) < 0.8) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      }),
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}

/** Share of the energy of `samples` that is at `hz`. */
export function shareOf(hz: number, sampleRateHz: number, samples: Int16Array): number {
  let real = 0;
  let imaginary = 0;
  let energy = 1;
  samples.forEach((sample, index) => {
    const turn = (2 * Math.PI * hz * index) / sampleRateHz;
    real += sample * Math.cos(turn);
    imaginary += sample * Math.sin(turn);
    energy += sample * sample;
  });
  return (2 * (real * real + imaginary * imaginary)) / (energy * samples.length);
}
