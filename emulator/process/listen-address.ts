import * as z from 'zod';

export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** `127.0.0.1:0` or `[::1]:8080`. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<v4>[^:\s]+)):(?<port>\d{1,5})$/.exec(text);
  const host = match?.groups?.['v6'] ?? match?.groups?.['v4'];
  const port = Number(match?.groups?.['port']);
  if (host === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'expected host:port, such as 127.0.0.1:0' });
    return z.NEVER;
  }
  return { host, port };
});

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info');
