import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface CapturedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Without those that a fresh signature replaces. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FILE = fileURLToPath(new URL('../../../shared/contracts/captures/sdk-1.6.0-wire-capture.txt', import.meta.url));
const REPLACED = new Set(['host', 'x-ms-date', 'content-length', 'accept-encoding', 'repeatability-request-id']);

/** The requests Microsoft's SDK sent to a local mock, each once: its retries are left out. */
export function readWireCapture(): readonly CapturedRequest[] {
  const requests = new Map<string, CapturedRequest>();
  for (const block of readFileSync(FILE, 'utf8').split(/^(?=--> )/m)) {
    const [, method, path] = /^--> (\w+) (\S+)/.exec(block) ?? [];
    if (method === undefined || path === undefined) continue;
    const headerLine = /^ {3}hdr (.*)$/m.exec(block)?.[1] ?? '';
    const headers = Object.fromEntries(
      headerLine
        .split(' | ')
        .map((header) => [header.slice(0, header.indexOf('=')), header.slice(header.indexOf('=') + 1)] as const)
        .filter(([name]) => !REPLACED.has(name)),
    );
    const body = /^ {3}body (.*)$/m.exec(block)?.[1] ?? '';
    requests.set(`${method} ${path} ${body}`, { method, path, headers, body });
  }
  return [...requests.values()];
}
