import * as z from 'zod';

/** `true` or `false`; off when left out. */
export const flag = z
  .enum(['true', 'false'], 'expected "true" or "false"')
  .default('false')
  .transform((text) => text === 'true');

/** Adds an issue when a URL is not TLS and nobody allowed that for a run on one machine. */
export function requireSecure(
  settings: Readonly<Record<string, unknown>>,
  allowed: boolean,
  names: readonly string[],
  context: z.RefinementCtx,
): void {
  if (allowed) return;
  for (const name of names) {
    const value = settings[name];
    if (typeof value === 'string' && /^(http|ws):/i.test(value)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'expected https or wss (ALLOW_INSECURE_URLS=true allows http and ws on one machine)',
      });
    }
  }
}

const withoutTrailingSlash = (text: string): string => text.replace(/\/+$/, '');

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as "https://contoso.example"' })
  .transform(withoutTrailingSlash);

export const webSocketUrl = z
  .url({ protocol: /^wss?$/, error: 'expected a URL such as "wss://bridge.contoso.example"' })
  .transform(withoutTrailingSlash);

export const milliseconds = (least: number, most: number) =>
  z.coerce.number(`expected a number of milliseconds`).int().min(least).max(most);
