import { contextValues, type ToolContext } from './context.ts';
import type { HttpTool } from './http-tool.ts';
import type { ToolArguments } from './parameters.ts';
import { fillJson, fillPlaces, placesIn, type PlaceValues } from './places.ts';

/** One HTTP request, with everything but the secret. */
export interface ToolRequest {
  readonly method: HttpTool['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string | undefined;
}

export type RequestReading =
  | { readonly ok: true; readonly request: ToolRequest }
  /** For the model. */
  | { readonly ok: false; readonly problem: string };

/** Without a control character, and the same in every encoding (RFC 9110 section 5.5). */
const HEADER_VALUE = /^[\u{20}-\u{7e}]*$/u;
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;

/**
 * The request of one call. Values from outside stay values: percent-encoded in the URL, whole JSON values in the body, printable in headers; none
 * of them changes the host, the path's shape or the number of headers. Never throws for a tool that `checkTools` has passed.
 */
export function requestOf(tool: HttpTool, args: ToolArguments, context: ToolContext): RequestReading {
  const values: PlaceValues = new Map([...contextValues(context), ...args]);
  const missing = placesOfRequest(tool).find((place) => !values.has(place));
  if (missing !== undefined) return { ok: false, problem: `This needs ${missing}, which is not known in this call.` };
  const url = fillUrl(tool.url, values);
  if (url === undefined) return { ok: false, problem: 'A value is nothing that can stand in an address.' };
  const headers = Object.entries(tool.headers).map(([name, template]) => [name, header(template, values)] as const);
  if (headers.some(([, value]) => !HEADER_VALUE.test(value))) {
    return { ok: false, problem: 'A value has characters that cannot be sent.' };
  }
  const body: unknown = tool.body === undefined ? undefined : fillJson(tool.body, values);
  return {
    ok: true,
    request: {
      method: tool.method,
      url,
      headers: Object.fromEntries(headers),
      body: body === undefined ? undefined : JSON.stringify(body),
    },
  };
}

/** Those that must have a value: a member of the body may be left out, the address and a header may not. */
export function placesOfRequest({ url, headers }: Pick<HttpTool, 'url' | 'headers'>): string[] {
  return [url, ...Object.values(headers)].flatMap(placesIn);
}

/** A URL with its places filled in, percent-encoded; undefined when a value would climb to another path. Expects a value for each place. */
export function fillUrl(template: string, values: PlaceValues): URL | undefined {
  const query = template.indexOf('?');
  const path = query < 0 ? template : template.slice(0, query);
  // Behind a proxy that decodes once too often, such a value would climb to another path.
  if (placesIn(path).some((place) => DOT_SEGMENT.test(String(values.get(place))))) return undefined;
  const filled = fillPlaces(path, values, encodeURIComponent) ?? '';
  if (filled.split('/').some((segment) => DOT_SEGMENT.test(segment))) return undefined;
  return new URL(filled + (fillPlaces(query < 0 ? '' : template.slice(query), values, encodeURIComponent) ?? ''));
}

function header(template: string, values: PlaceValues): string {
  return (fillPlaces(template, values, (value) => value) ?? '').trim();
}
