import * as z from 'zod';
import { parseJson } from '../../http/body.ts';

const readyLine = z.object({
  msg: z.literal('ready'),
  listening: z.object({
    http: z.url(),
    control: z.url().optional(),
    sip: z.array(z.string()).default([]),
  }),
});

/** Where a process says that it serves. */
export type Listening = z.infer<typeof readyLine>['listening'];

/** The addresses of a line with `"msg":"ready"`; nothing of any other. */
export function readReadyLine(text: string): Listening | undefined {
  const parsed = readyLine.safeParse(parseJson(text));
  return parsed.success ? parsed.data.listening : undefined;
}

/** `tcp:127.0.0.1:5060` among the listeners, as `127.0.0.1:5060`. */
export function sipAddress({ sip }: Listening, transport: 'tcp' | 'udp'): string {
  const found = sip.find((address) => address.startsWith(`${transport}:`));
  if (found === undefined) throw new Error(`the edge does not listen on ${transport}: [${sip.join(', ')}]`);
  return found.slice(transport.length + 1);
}
