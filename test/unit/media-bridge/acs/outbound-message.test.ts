import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable, type Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { describe, expect, it } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { stopAudioMessage, writeAudioMessage } from '../../../../media-bridge/acs/outbound-message.ts';

/** No two of them are alike. */
const frameOf = (number: number): Int16Array =>
  Int16Array.from({ length: SAMPLES_PER_FRAME }, (_, at) => number * 7_919 + at * 31);
const messageOf = (frame: Int16Array): string =>
  `{"kind":"AudioData","audioData":{"data":"${Buffer.from(frame.buffer).toString('base64')}"}}`;

interface Line {
  /** The bridge's end: the WebSocket and the socket under it. */
  readonly media: WebSocket;
  readonly socket: Duplex;
  /** The front's end. */
  readonly front: WebSocket;
  readonly close: () => void;
}

async function connected(): Promise<Line> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const taken = new Promise<Pick<Line, 'media' | 'socket'>>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (media) => resolve({ media, socket }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const front = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(front, 'open');
  const close = (): void => {
    front.terminate();
    server.close();
  };
  return { ...(await taken), front, close };
}

/** So many messages, text all of them. */
function received(front: WebSocket, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const messages: string[] = [];
    front.on('message', (data: Buffer, isBinary) => {
      messages.push(isBinary ? 'binary' : data.toString());
      if (messages.length === count) resolve(messages);
    });
  });
}

describe('audio to the caller', () => {
  it('is one text message a frame, in order with what else goes over the WebSocket', async () => {
    const { media, socket, front, close } = await connected();
    const messages = received(front, 4);
    const pinged = once(front, 'ping');
    writeAudioMessage(socket, frameOf(1));
    media.send(stopAudioMessage);
    media.ping();
    writeAudioMessage(socket, frameOf(2));
    writeAudioMessage(socket, frameOf(3));
    expect(await messages).toEqual([
      messageOf(frameOf(1)),
      stopAudioMessage,
      messageOf(frameOf(2)),
      messageOf(frameOf(3)),
    ]);
    expect(JSON.parse(stopAudioMessage)).toEqual({ kind: 'StopAudio', stopAudio: {} });
    await pinged;
    close();
  });

  it('arrives as it was written when the front reads late', async () => {
    const { media, socket, front, close } = await connected();
    front.pause();
    let frames = 0;
    const write = (): void => writeAudioMessage(socket, frameOf((frames += 1)));
    while (media.bufferedAmount === 0) write();
    for (let more = 0; more < 20; more += 1) write();
    const messages = received(front, frames);
    front.resume();
    expect(await messages).toEqual(Array.from({ length: frames }, (_, at) => messageOf(frameOf(at + 1))));
    close();
  });

  it('is not written over while a socket keeps it', () => {
    const kept: Buffer[] = [];
    const choked = new Writable({ write: (chunk: Buffer) => void kept.push(chunk) });
    const free = new Writable({ write: (_chunk, _encoding, done) => done() });
    writeAudioMessage(choked, frameOf(1));
    for (let number = 2; number < 5; number += 1) writeAudioMessage(free, frameOf(number));
    expect(kept.map((chunk) => chunk.toString('latin1', 4))).toEqual([messageOf(frameOf(1))]);
  });
});
