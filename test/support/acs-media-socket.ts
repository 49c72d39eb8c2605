import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { WebSocket } from 'ws';

export interface ServiceMessage {
  readonly kind: string;
  readonly audioData?: { readonly data: string };
}

/** ACS's end of a media socket, by a client nobody here wrote. */
export interface AcsMediaSocket {
  readonly messages: readonly ServiceMessage[];
  readonly isOpen: boolean;
  /** The first message that matches, there already or to come. */
  message(matches: (message: ServiceMessage) => boolean): Promise<ServiceMessage>;
  /** Resolves when so many messages of a kind have come. */
  count(kind: string, atLeast: number): Promise<void>;
  send(message: unknown): void;
  sendRaw(data: string | Buffer, binary?: boolean): void;
  /** Frames of 20 ms, all at once: loud ones or silence. */
  sendAudio(frames: number, level?: number): void;
  press(key: string): void;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): void;
  /** Cuts the connection without a word. */
  cut(): void;
}

export type ConnectResult =
  | { readonly accepted: true; readonly socket: AcsMediaSocket }
  | { readonly accepted: false; readonly status: number; readonly body: string };

/** Connects as ACS does (acs-facts 4.1): with the token and the ids of the call in headers. */
export function connectMedia(url: string, headers: Readonly<Record<string, string>>): Promise<ConnectResult> {
  const client = new WebSocket(url, { headers });
  const messages: ServiceMessage[] = [];
  const waiters = new Set<() => void>();
  client.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as ServiceMessage);
    for (const waiter of waiters) waiter();
  });
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  const until = <Found>(look: () => Found | undefined): Promise<Found> =>
    new Promise((resolve) => {
      const attempt = (): void => {
        const found = look();
        if (found === undefined) return;
        waiters.delete(attempt);
        resolve(found);
      };
      waiters.add(attempt);
      attempt();
    });
  const send = (message: unknown): void => client.send(JSON.stringify(message));
  const socket: AcsMediaSocket = {
    messages,
    get isOpen() {
      return client.readyState === WebSocket.OPEN;
    },
    message: (matches) => until(() => messages.find(matches)),
    count: async (kind, atLeast) => {
      await until(() => (messages.filter((message) => message.kind === kind).length >= atLeast ? true : undefined));
    },
    send,
    sendRaw: (data, binary = false) => client.send(data, { binary }),
    sendAudio: (frames, level = 0) => {
      const data = Buffer.from(new Int16Array(SAMPLES_PER_FRAME).fill(level).buffer).toString('base64');
      const timestamp = new Date().toISOString();
      for (let sent = 0; sent < frames; sent += 1) {
        send({ kind: 'AudioData', audioData: { timestamp, data, silent: level === 0 } });
      }
    },
    press: (key) => send({ kind: 'DtmfData', dtmfData: { data: key } }),
    closed,
    close: () => client.close(1000),
    cut: () => client.terminate(),
  };
  return new Promise((resolve, reject) => {
    client.once('open', () => {
      send({
        kind: 'AudioMetadata',
        audioMetadata: { subscriptionId: 's', encoding: 'PCM', sampleRate: 16_000, channels: 1, length: 640 },
      });
      resolve({ accepted: true, socket });
    });
    client.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ accepted: false, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    client.once('error', reject);
  });
}
