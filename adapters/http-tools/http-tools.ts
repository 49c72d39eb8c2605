import type { AgentDefinition } from '#core/agent/definition';
import type { ToolCall } from '#core/ports/language-model';
import type { ToolResult, ToolRunner } from '#core/ports/tool-runner';
import type { ToolContext } from '#core/tools/context';
import type { HttpTool } from '#core/tools/http-tool';
import { argumentsSchema, readArguments } from '#core/tools/parameters';
import { requestOf, type ToolRequest } from '#core/tools/request';
import { resultText } from '#core/tools/result';
import { wordsIn } from '#core/tools/words';
import type { Log } from '../logging/logger.ts';
import { ConfigurationError } from '../settings/load-settings.ts';
import type { ResolveHost } from './allowed-addresses.ts';
import { keptConnections, type Connections } from './connections.ts';
import { exchange, type Answer } from './exchange.ts';
import type { ToolSettings } from './settings.ts';

export interface HttpTools {
  /** The tools of one agent in one call; `context` is read whenever one is called. */
  runner(agent: AgentDefinition, context: () => ToolContext): ToolRunner;
  /** Closes the connections that are kept. */
  close(): void;
}

/**
 * The tools of all agents. Throws `ConfigurationError` for every tool whose host is not in `TOOL_HOSTS`, is not TLS where it has to be, or
 * whose secret is not set.
 */
export function httpTools(
  agents: readonly AgentDefinition[],
  settings: ToolSettings,
  log: Log,
  resolve?: ResolveHost,
): HttpTools {
  const problems = agents.flatMap((agent) => agent.tools.flatMap((tool) => problemsOf(agent, tool, settings)));
  if (problems.length > 0) throw new ConfigurationError(`Invalid tools:\n${problems.join('\n')}`);
  const connections = keptConnections(settings.addresses, resolve);
  return {
    runner: ({ tools }, context) => {
      const named = (name: string): HttpTool | undefined => tools.find((tool) => tool.name === name);
      return {
        tools: tools.map(({ name, description, parameters }) => ({
          name,
          description,
          parameters: argumentsSchema(parameters),
        })),
        changes: ({ name }) => (named(name)?.method ?? 'GET') !== 'GET',
        meanwhile: ({ name }) => wordsIn(named(name)?.meanwhile, context().language),
        run: async (call, signal) => {
          const tool = named(call.name);
          if (tool === undefined) return { outcome: 'refused', text: 'There is no tool of that name.' };
          return run({ tool, call, context: context(), settings, connections, log }, signal);
        },
      };
    },
    close: () => connections.close(),
  };
}

function problemsOf(agent: AgentDefinition, { name, url, secret }: HttpTool, settings: ToolSettings): string[] {
  const { protocol, host } = new URL(url);
  const at = (field: string, problem: string): string => `agent ${agent.name}, tool ${name}: ${field}: ${problem}`;
  return [
    ...(settings.hosts.includes(host) ? [] : [at('url', `${host} is not in TOOL_HOSTS`)]),
    ...(protocol === 'https:' || settings.allowInsecure
      ? []
      : [at('url', 'expected https (ALLOW_INSECURE_URLS=true allows http on one machine)')]),
    ...(secret === undefined || settings.secrets.has(secret) ? [] : [at('secret', `TOOL_SECRET_${secret} is not set`)]),
  ];
}

/** For the model. */
const NOT_PROVEN =
  'This is only for a caller who has proven who they are, and this caller has not. Nothing was done. Have them verify who they are first, or offer them a person.';

interface Work {
  readonly tool: HttpTool;
  readonly call: ToolCall;
  readonly context: ToolContext;
  readonly settings: ToolSettings;
  readonly connections: Connections;
  readonly log: Log;
}

async function run(work: Work, signal: AbortSignal): Promise<ToolResult> {
  signal.throwIfAborted();
  const { tool, call, context, log } = work;
  if (tool.requires === 'proven' && context.identity.kind !== 'proven') {
    log.info({ callId: context.callId, tool: tool.name, identity: context.identity.kind }, 'tool refused');
    return { outcome: 'refused', text: NOT_PROVEN };
  }
  const args = readArguments(tool.parameters, call.argumentsJson);
  if (!args.ok) return { outcome: 'refused', text: args.problem };
  const reading = requestOf(tool, args.values, context);
  if (!reading.ok) return { outcome: 'refused', text: reading.problem };
  const startedMs = performance.now();
  // Neither path nor query: what a caller said may stand there.
  const told = { callId: context.callId, tool: tool.name, method: tool.method, host: reading.request.url.host };
  const timeOut = AbortSignal.timeout(tool.timeoutMs);
  // Half a change is worse than one the caller did not wait for: it is finished, and its result is in the record.
  const isRead = tool.method === 'GET';
  try {
    const answer = await send(work, reading.request, isRead ? AbortSignal.any([signal, timeOut]) : timeOut);
    log.info({ ...told, status: answer.status, ms: Math.round(performance.now() - startedMs) }, 'tool answered');
    return resultOf(work, answer);
  } catch (error) {
    if (isRead) signal.throwIfAborted();
    log.warn({ ...told, err: error, ms: Math.round(performance.now() - startedMs) }, 'tool failed');
    return failed(work, timeOut.aborted ? 'It did not answer in time.' : 'It could not be reached.');
  }
}

function send({ tool, settings, connections }: Work, request: ToolRequest, signal: AbortSignal): Promise<Answer> {
  const secret = tool.secret === undefined ? undefined : settings.secrets.get(tool.secret);
  const proof: Readonly<Record<string, string>> =
    secret === undefined
      ? {}
      : tool.secretHeader === undefined
        ? { authorization: `Bearer ${secret}` }
        : { [tool.secretHeader]: secret };
  return exchange(connections, { ...request, headers: { ...request.headers, ...proof } }, signal);
}

function resultOf(work: Work, { status, body, saysJson }: Answer): ToolResult {
  // An answer too, and one the caller can do something about: say the number again.
  if (status === 404 || status === 410) return { outcome: 'done', text: 'Nothing was found with these values.' };
  // A redirect is none: it would take the secret to a host that is not listed.
  if (status < 200 || status > 299) return failed(work, `It failed with status ${status}.`);
  // Not to the model: what is no JSON although it says so is broken, and nothing a caller should hear.
  if (saysJson && body !== '' && !isJson(body)) return failed(work, 'Its answer could not be read.');
  const text = body === '' ? 'Done.' : resultText(work.tool, withoutSecret(work, body));
  return text === undefined ? failed(work, 'Its answer could not be read.') : { outcome: 'done', text };
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** A service may send back what it was asked with. */
function withoutSecret({ tool, settings }: Work, body: string): string {
  const secret = tool.secret === undefined ? undefined : settings.secrets.get(tool.secret);
  if (secret === undefined) return body;
  return body.replaceAll(secret, '[secret]').replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]');
}

function failed({ tool, context }: Work, text: string): ToolResult {
  const spoken = wordsIn(tool.onFailure, context.language);
  return { outcome: 'failed', text, ...(spoken === undefined ? {} : { spoken: [spoken] }) };
}
