import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { WebSocketServer } from 'ws';
import { makeTicket } from '#adapters/acs-tokens/ticket';
import type { CallId } from '#core/ids';
import { listen, urlOf } from '../../../emulator/http/listen.ts';
import type { Ledger } from './ledger.ts';
import { completeChat } from './model.ts';
import { RecogniserStream, type RecogniserCounts } from './recogniser.ts';
import { VoiceStream } from './voice.ts';

const ISSUER = 'https://acscallautomation.communication.azure.com';
const AUDIENCE = 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90';
const MESSAGE_MAX_BYTES = 1024 * 1024;
const TOKEN_SECONDS = 3_600;

/** Everything around the bridge but storage: keys and Call Automation, Speech, the model, in this process and with fixed delays. */
export interface Outside {
  readonly url: string;
  readonly counts: RecogniserCounts;
  /** What the bridge needs to find and believe us. */
  readonly environment: Readonly<Record<string, string>>;
  /** Headers of ACS's upgrade request. */
  readonly headers: Readonly<Record<string, string>>;
  ticket(callId: CallId): string;
  close(): Promise<void>;
}

/** `sound`: what the agent's voice sounds like, 16 kHz, whole frames. */
export async function startOutside(ledger: Ledger, sound: Buffer): Promise<Outside> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }] };
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime(Math.floor(Date.now() / 1000) + TOKEN_SECONDS)
    .sign(privateKey);
  const counts: RecogniserCounts = { streams: 0, wrongFrames: 0 };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_MAX_BYTES, perMessageDeflate: false });
  const server = createServer((request, response) => {
    const { pathname } = urlOf(request);
    if (pathname.endsWith('/chat/completions')) {
      completeChat(request, response, ledger).catch(() => response.destroy());
    } else if (pathname === '/calling/keys') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys));
    } else {
      // Call Automation: whatever the bridge asks for is granted.
      request.resume();
      response.writeHead(204).end();
    }
  });
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = urlOf(request);
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (pathname.includes('/tts/')) new VoiceStream(client, ledger, sound);
      else new RecogniserStream(client, ledger, counts);
    });
  });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  const ticketSecret = randomBytes(32).toString('base64url');
  return {
    url,
    counts,
    environment: {
      ACS_ENDPOINT: url,
      ACS_ACCESS_KEY: randomBytes(64).toString('base64'),
      ACS_RESOURCE_ID: AUDIENCE,
      ACS_TOKEN_ISSUER: ISSUER,
      ACS_JWKS_URL: `${url}/calling/keys`,
      TICKET_SECRET: ticketSecret,
      CALLBACK_BASE_URL: `${url}/api`,
      SPEECH_ENDPOINT: url.replace(/^http/, 'ws'),
      SPEECH_KEY: 'bench',
      OPENAI_ENDPOINT: url,
      OPENAI_API_KEY: 'bench',
      OPENAI_DEPLOYMENT: 'bench',
    },
    headers: { authorization: `Bearer ${token}` },
    ticket: (callId) => makeTicket(ticketSecret, 'media', callId, Date.now() + TOKEN_SECONDS * 1_000),
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
