import type { YamlIssue } from '../yaml-file.ts';
import type { AgentDefinition } from '../agent/definition.ts';
import { CONTEXT_PLACES } from './context.ts';
import type { HttpTool } from './http-tool.ts';
import { whole, type ToolParameter } from './parameters.ts';
import { hasStrayBrace, placesIn } from './places.ts';
import { placesOfRequest } from './request.ts';
import { wordsIn } from './words.ts';

/** Names that mean something already. */
const BUILT_IN = [
  'transfer_to_person',
  'end_call',
  'change_language',
  'hand_to_agent',
  'lookup_customer',
  'search_knowledge',
];
/** A token of RFC 9110. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** They frame the request, or name who sends it. */
const OWN_HEADERS = [
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
];

/** What the schema of a tool cannot say. Whether its host is allowed and its secret there is checked where those are known. */
export function checkTools(agent: AgentDefinition): YamlIssue[] {
  const names = agent.tools.map(({ name }) => name);
  return agent.tools.flatMap((tool, index) =>
    [
      ...(names.indexOf(tool.name) === index ? [] : [at(['name'], `there is another tool "${tool.name}"`)]),
      ...(BUILT_IN.includes(tool.name) ? [at(['name'], `"${tool.name}" is there already: choose another name`)] : []),
      ...Object.entries(tool.parameters).flatMap(([name, parameter]) => checkParameter(name, parameter)),
      ...checkUrl(tool),
      ...checkPlaces(tool),
      ...checkHeaders(tool),
      ...(tool.body !== undefined && tool.method === 'GET' ? [at(['body'], 'a GET has none: choose a method')] : []),
      ...checkWords(tool, agent),
    ].map(({ path, message }) => ({ path: ['tools', index, ...path], message })),
  );
}

function at(path: readonly PropertyKey[], message: string): YamlIssue {
  return { path, message };
}

function checkParameter(name: string, parameter: ToolParameter): YamlIssue[] {
  const forStrings = (['enum', 'pattern', 'maxLength'] as const).filter((field) => parameter[field] !== undefined);
  const forNumbers = (['minimum', 'maximum'] as const).filter((field) => parameter[field] !== undefined);
  const isNumber = parameter.type === 'number' || parameter.type === 'integer';
  const strange = [...(parameter.type === 'string' ? [] : forStrings), ...(isNumber ? [] : forNumbers)];
  return [
    ...strange.map((field) => at(['parameters', name, field], `means nothing for a ${parameter.type}`)),
    ...(parameter.pattern !== undefined && !isPattern(parameter.pattern)
      ? [at(['parameters', name, 'pattern'], 'is no regular expression')]
      : []),
  ];
}

function isPattern(pattern: string): boolean {
  try {
    whole(pattern);
    return true;
  } catch {
    return false;
  }
}

function checkUrl({ url }: HttpTool): YamlIssue[] {
  const [, authority = ''] = /^https?:\/\/([^/?#\\]*)/.exec(url) ?? [];
  if (authority === '') return [at(['url'], 'expected a URL such as "https://crm.example/orders/{order_id}"')];
  if (/[{}@]/.test(authority)) return [at(['url'], 'its host is fixed: no place and no name and password in it')];
  if (url.includes('#')) return [at(['url'], 'a fragment is never sent: leave it out')];
  return URL.canParse(url) ? [] : [at(['url'], 'is no URL')];
}

function checkPlaces(tool: HttpTool): YamlIssue[] {
  const texts = [
    { path: ['url'], text: tool.url },
    ...Object.entries(tool.headers).map(([name, text]) => ({ path: ['headers', name], text })),
    ...stringsIn(tool.body).map((text) => ({ path: ['body'], text })),
  ];
  const parameters = Object.keys(tool.parameters);
  const known = [...parameters, ...CONTEXT_PLACES];
  const optional = parameters.filter((name) => tool.parameters[name]?.required === false);
  const needed = placesOfRequest(tool);
  return [
    ...texts
      .filter(({ text }) => hasStrayBrace(text))
      .map(({ path }) => at(path, 'a brace that belongs to no place such as {order_id}')),
    ...texts.flatMap(({ path, text }) =>
      placesIn(text)
        .filter((place) => !known.includes(place))
        .map((place) => at(path, `nothing fills {${place}}; there are {${known.join('}, {')}}`)),
    ),
    ...optional
      .filter((name) => needed.includes(name))
      .map((name) => at(['parameters', name, 'required'], 'the URL or a header needs it: it cannot be optional')),
  ];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function checkHeaders({ headers, secret, secretHeader }: HttpTool): YamlIssue[] {
  const bySecret = (secretHeader ?? 'authorization').toLowerCase();
  return [
    ...Object.entries(headers).flatMap(([name, value]) => [
      ...(isSendable(name) ? [] : [at(['headers', name], 'is no header a tool may send')]),
      ...(name.toLowerCase() === bySecret || name.toLowerCase() === 'authorization'
        ? [at(['headers', name], 'use `secret` for what proves who asks')]
        : []),
      ...(/^[\u{20}-\u{7e}]*$/u.test(value) ? [] : [at(['headers', name], 'has characters that cannot be sent')]),
    ]),
    ...(secretHeader !== undefined && secret === undefined ? [at(['secretHeader'], 'there is no `secret`')] : []),
    ...(secretHeader !== undefined && !isSendable(secretHeader)
      ? [at(['secretHeader'], 'is no header a tool may send')]
      : []),
  ];
}

function isSendable(name: string): boolean {
  return HEADER_NAME.test(name) && !OWN_HEADERS.includes(name.toLowerCase());
}

/** A sentence in another language than the call's would be read out in the wrong voice. */
function checkWords(tool: HttpTool, { languages }: AgentDefinition): YamlIssue[] {
  const tags = languages.map(({ language }) => language);
  return (['meanwhile', 'onFailure'] as const).flatMap((field) => {
    const words = tool[field];
    if (words === undefined || (typeof words === 'string' && tags.length === 1)) return [];
    if (typeof words === 'string') return [at([field], `give one for each language: ${tags.join(', ')}`)];
    return tags
      .filter((tag) => wordsIn(words, tag) === undefined)
      .map((tag) => at([field], `there is none for ${tag}`));
  });
}
