import type { ToolContext } from '#core/tools/context';
import { httpTool, type HttpTool } from '#core/tools/http-tool';
import { offer } from './offered-call.ts';

/** A tool that looks an order up, with what a test changes of it. */
export function toolWith(fields: Readonly<Record<string, unknown>> = {}): HttpTool {
  return httpTool.parse({
    name: 'order_status',
    description: 'Where an order is.',
    parameters: { order_id: { type: 'string', description: 'The number of the order.' } },
    url: 'https://crm.example/orders/{order_id}',
    ...fields,
  });
}

export const toolContext: ToolContext = {
  callId: offer.callId,
  from: offer.from.kind === 'number' ? offer.from.number : undefined,
  to: offer.to,
  language: 'en-US',
  identity: {
    kind: 'claimed',
    by: 'header',
    customer: { id: 'C-1001', name: 'Ana Lopez', language: undefined, facts: {} },
  },
};
