import type { IncomingMessage, ServerResponse } from 'node:http';

export type BodyResult =
  | { readonly kind: 'body'; readonly text: string }
  | { readonly kind: 'too-large' }
  /** The client left before the body was whole. */
  | { readonly kind: 'aborted' };

/** Reads a request body up to `limitBytes`. What comes after the limit is read and thrown away, so that the answer still reaches the client. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limitBytes * 4) request.destroy();
    });
    request.once('end', () =>
      resolve(
        size > limitBytes ? { kind: 'too-large' } : { kind: 'body', text: Buffer.concat(chunks).toString('utf8') },
      ),
    );
    request.once('error', () => resolve({ kind: 'aborted' }));
    request.once('close', () => resolve({ kind: 'aborted' }));
  });
}

/** `undefined` for anything that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return;
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': payload.byteLength,
  });
  response.end(payload);
}
