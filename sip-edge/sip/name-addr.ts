/** From, To, Contact, Refer-To and the like: `"Display" <uri>;parameters` or a bare URI (RFC 3261 section 20.10). */
import { splitOutsideQuotes } from './message.ts';
import { parseParameters, parseUri, type SipUri } from './uri.ts';

interface NameAddr {
  readonly displayName: string;
  /** The URI as text, without brackets. */
  readonly uriText: string;
  readonly uri: SipUri;
  /** Header parameters, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseNameAddr(text: string): NameAddr | undefined {
  const [first = '', ...parameterTexts] = splitOutsideQuotes(text.trim(), ';');
  const bracketed = /^((?:"(?:[^"\\]|\\.)*"|[^"<>])*)<([^<>]*)>\s*$/s.exec(first);
  const uriText = (bracketed?.[2] ?? first).trim();
  const uri = parseUri(uriText);
  if (uri === undefined) return undefined;
  return {
    displayName: unquote(bracketed?.[1] ?? ''),
    uriText,
    uri,
    parameters: parseParameters(parameterTexts),
  };
}

function unquote(text: string): string {
  const trimmed = text.trim();
  const quoted = /^"(.*)"$/s.exec(trimmed)?.[1];
  return quoted === undefined ? trimmed : quoted.replace(/\\(.)/gs, '$1');
}

/** The `tag` parameter of a From or To value. */
export function tagOf(value: string | undefined): string | undefined {
  const tag = value === undefined ? undefined : parseNameAddr(value)?.parameters.get('tag');
  return tag === '' ? undefined : tag;
}
