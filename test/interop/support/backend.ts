import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallAutomationClient, type CallConnection } from '@azure/communication-call-automation';
import { WebSocketServer, type WebSocket } from 'ws';

/** One inbound call as the smallest possible backend sees it: Microsoft's SDK towards the edge, nothing of ours. */
export interface BackendCall {
  readonly from: string;
  readonly to: string;
  readonly sipHeaders: Readonly<Record<string, string>>;
  readonly connection: CallConnection;
  /** Callback types in order of arrival, such as `CallConnected`. */
  readonly callbacks: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  /** Resolves with the first callback of that type, past or future. */
  callback(type: string): Promise<Record<string, unknown>>;
  /** Frames of 16 kHz PCM that came over the media socket so far. */
  readonly heard: readonly Int16Array[];
  /** Resolves once `count` frames louder than `minRms` have come. */
  heardLoudFrames(count: number, minRms: number): Promise<void>;
  readonly tones: readonly string[];
}

export interface Backend {
  readonly webhookUrl: string;
  /** Resolves with the n-th call, answered. */
  call(index: number): Promise<BackendCall>;
  readonly calls: readonly BackendCall[];
  /** How many calls were offered, answered or not. */
  readonly offered: number;
  close(): Promise<void>;
}

interface Signal {
  wait(done: () => boolean): Promise<void>;
  changed(): void;
}

/** Waiting on a condition that something else makes true: no polling, no sleeping. */
function signal(): Signal {
  let waiting: { done: () => boolean; resolve: () => void }[] = [];
  return {
    wait: (done) => (done() ? Promise.resolve() : new Promise((resolve) => waiting.push({ done, resolve }))),
    changed() {
      const ready = waiting.filter((waiter) => waiter.done());
      waiting = waiting.filter((waiter) => !ready.includes(waiter));
      for (const waiter of ready) waiter.resolve();
    },
  };
}

export interface BackendOptions {
  readonly edgeUrl: string;
  readonly accessKey: string;
  /** What the agent side plays into every call: a 16 kHz tone. */
  readonly playTone: boolean;
  /** Hang up as soon as the call is connected: for bursts of short calls. */
  readonly hangUpAtOnce?: boolean;
  /** Reject every call, without a reason. */
  readonly reject?: boolean;
}

export async function startBackend(options: BackendOptions): Promise<Backend> {
  const client = new CallAutomationClient(`endpoint=${options.edgeUrl}/;accesskey=${options.accessKey}`, {
    allowInsecureConnection: true,
  });
  const calls: MutableCall[] = [];
  const arrivals = signal();
  const failures: unknown[] = [];
  let offered = 0;

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      failures.push(error);
      response.writeHead(500).end();
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const call = calls[Number(request.url?.split('/').at(-1))];
    if (call === undefined) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (media) => attach(call, media, options.playTone));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await read(request)) as Record<string, unknown>[];
    if (request.url === '/events') {
      for (const event of body) {
        const data = event['data'] as Record<string, unknown>;
        if (event['eventType'] === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ validationResponse: data['validationCode'] }));
          return;
        }
        offered += 1;
        if (options.reject === true) await client.rejectCall(String(data['incomingCallContext']));
        else await answer(data);
      }
      response.writeHead(200).end();
      return;
    }
    const call = calls[Number(request.url?.split('/').at(-1))];
    for (const event of body) call?.callbackCame(String(event['type']), event['data'] as Record<string, unknown>);
    response.writeHead(200).end();
  }

  async function answer(data: Record<string, unknown>): Promise<void> {
    const index = calls.length;
    const call = new MutableCall(data);
    calls.push(call);
    const answered = await client.answerCall(
      String(data['incomingCallContext']),
      `http://127.0.0.1:${port}/callbacks/${index}`,
      {
        mediaStreamingOptions: {
          transportType: 'websocket',
          transportUrl: `ws://127.0.0.1:${port}/media/${index}`,
          contentType: 'audio',
          audioChannelType: 'mixed',
          startMediaStreaming: true,
          enableBidirectional: true,
          audioFormat: 'Pcm16KMono',
          enableDtmfTones: true,
        },
      },
    );
    call.answered(answered.callConnection);
    arrivals.changed();
    if (options.hangUpAtOnce === true) {
      await call.callback('CallConnected');
      await answered.callConnection.hangUp(true);
    }
  }

  return {
    webhookUrl: `http://127.0.0.1:${port}/events`,
    calls,
    get offered() {
      return offered;
    },
    async call(index) {
      await arrivals.wait(() => calls[index]?.isAnswered === true);
      return calls[index]!;
    },
    async close() {
      for (const media of sockets.clients) media.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (failures.length > 0) throw new AggregateError(failures, 'The backend of the test failed');
    },
  };
}

class MutableCall implements BackendCall {
  readonly from: string;
  readonly to: string;
  readonly sipHeaders: Readonly<Record<string, string>>;
  readonly callbacks: { type: string; data: Record<string, unknown> }[] = [];
  readonly heard: Int16Array[] = [];
  readonly tones: string[] = [];
  readonly #changes = signal();
  #connection: CallConnection | undefined;

  constructor(incoming: Record<string, unknown>) {
    const raw = (key: 'from' | 'to'): string => String((incoming[key] as Record<string, unknown>)['rawId']);
    this.from = raw('from');
    this.to = raw('to');
    const context = incoming['customContext'] as { sipHeaders?: Record<string, string> } | undefined;
    this.sipHeaders = context?.sipHeaders ?? {};
  }

  get isAnswered(): boolean {
    return this.#connection !== undefined;
  }

  get connection(): CallConnection {
    if (this.#connection === undefined) throw new Error('The call is not answered yet');
    return this.#connection;
  }

  answered(connection: CallConnection): void {
    this.#connection = connection;
  }

  callbackCame(type: string, data: Record<string, unknown>): void {
    this.callbacks.push({ type: type.replace('Microsoft.Communication.', ''), data });
    this.#changes.changed();
  }

  frameCame(pcm: Int16Array): void {
    this.heard.push(pcm);
    this.#changes.changed();
  }

  toneCame(tone: string): void {
    this.tones.push(tone);
    this.#changes.changed();
  }

  async callback(type: string): Promise<Record<string, unknown>> {
    await this.#changes.wait(() => this.callbacks.some((callback) => callback.type === type));
    return this.callbacks.find((callback) => callback.type === type)!.data;
  }

  heardLoudFrames(count: number, minRms: number): Promise<void> {
    return this.#changes.wait(() => this.heard.filter((frame) => rms(frame) >= minRms).length >= count);
  }
}

function attach(call: MutableCall, media: WebSocket, playTone: boolean): void {
  let sent = 0;
  media.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as {
      kind: string;
      audioData?: { data: string };
      dtmfData?: { data: string };
    };
    if (message.kind === 'DtmfData' && message.dtmfData !== undefined) call.toneCame(message.dtmfData.data);
    if (message.kind !== 'AudioData' || message.audioData === undefined) return;
    const bytes = Buffer.from(message.audioData.data, 'base64');
    call.frameCame(new Int16Array(new Uint8Array(bytes).buffer));
    if (!playTone) return;
    // One frame back for each that comes: paced by the edge's own clock.
    const frame = tone(440, sent++ * 320);
    media.send(
      JSON.stringify({ kind: 'AudioData', audioData: { data: Buffer.from(frame.buffer).toString('base64') } }),
    );
  });
}

/** 20 ms of a tone at a quarter of full scale. */
function tone(frequencyHz: number, firstSample: number): Int16Array {
  return Int16Array.from(
    { length: 320 },
    (_, i) => 8192 * Math.sin((2 * Math.PI * frequencyHz * (firstSample + i)) / 16_000),
  );
}

function rms(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return Math.sqrt(sum / frame.length);
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
