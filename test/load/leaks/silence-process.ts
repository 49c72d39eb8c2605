/**
 * A process of its own (`--expose-gc`): one recogniser hears minutes of silence through the Speech SDK, in a fraction of the time. After each minute
 * of audio it tells on standard output, as a line of JSON, what it holds. Arguments: minutes, and whether the service settles on anything.
 */
import { createServer } from 'node:http';
import { pino } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { recognitionSettings } from '#adapters/azure-speech/recognition-settings';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { listen } from '../../../emulator/http/listen.ts';
import { formatTextFrame, parseBinaryFrame } from '../../../emulator/speech/protocol/frame.ts';
import { TICKS_PER_MS } from '../../../emulator/speech/protocol/ticks.ts';

const [, , minutes = '10', service = 'settles'] = process.argv;
const { gc } = globalThis as { gc?: () => void };

const BYTES_PER_MS = 32;
const FRAME_MS = 20;
const FRAMES_PER_MINUTE = 60_000 / FRAME_MS;
/** As often as the service said so in silence in the field (microsoft/cognitive-services-speech-sdk-js#324). */
const SETTLED_EVERY_MS = 15_000;
/** The SDK sends audio at twice the speed of speech: here its waits are this many times as short, once it is connected. */
const HASTE = 40;
/** So far ahead of what the service has heard. */
const AHEAD_FRAMES = 100;

const setTimeoutOfNode = globalThis.setTimeout;
let haste = 1;
globalThis.setTimeout = Object.assign(
  (callback: () => void, ms = 0) => setTimeoutOfNode(callback, ms / haste),
  setTimeoutOfNode,
);

let heardBytes = 0;
const server = createServer();
new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
  let settledMs = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    const parsed = isBinary ? parseBinaryFrame(data) : undefined;
    if (parsed?.ok !== true || parsed.frame.path !== 'audio') return;
    const { requestId, body } = parsed.frame;
    if (heardBytes === 0) socket.send(formatTextFrame('turn.start', requestId, { context: { serviceTag: 'bench' } }));
    heardBytes += body.length;
    const heardMs = heardBytes / BYTES_PER_MS;
    if (service !== 'settles' || heardMs - settledMs < SETTLED_EVERY_MS) return;
    const [from, length] = [settledMs, heardMs - settledMs].map((ms) => Math.round(ms * TICKS_PER_MS));
    settledMs = heardMs;
    const phrase = { RecognitionStatus: 'InitialSilenceTimeout', Offset: from, Duration: length };
    socket.send(formatTextFrame('speech.phrase', requestId, phrase));
  });
});
const url = await listen(server, { host: '127.0.0.1', port: 0 });

const speechToText = azureSpeechToText(
  { by: 'host', host: new URL(url.replace('http:', 'ws:')), key: 'bench' },
  pino({ level: 'silent' }),
  recognitionSettings.parse({}),
);
const stream = await speechToText.open({ languages: ['en-US'], phrases: [] }, new AbortController().signal);
haste = HASTE;
void (async () => {
  for await (const _transcript of stream);
})();

const silence = new Int16Array(SAMPLES_PER_FRAME);
for (let minute = 1; minute <= Number(minutes); minute += 1) {
  for (let frame = 1; frame <= FRAMES_PER_MINUTE; frame += 1) {
    stream.push(silence);
    if (frame % AHEAD_FRAMES === 0) await heard((minute - 1) * FRAMES_PER_MINUTE + frame - AHEAD_FRAMES);
  }
  gc?.();
  await new Promise((resolve) => setImmediate(resolve));
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ minute, heapUsed, external })}\n`);
}
process.exit(0);

async function heard(frames: number): Promise<void> {
  while (heardBytes < frames * FRAME_MS * BYTES_PER_MS) await new Promise((resolve) => setImmediate(resolve));
}
