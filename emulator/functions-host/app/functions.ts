import type { FunctionMetadata } from '../worker/rpc.ts';
import { parseRoute, RouteError, type Route } from '../http/route-template.ts';
import { parseSchedule, ScheduleError, type Schedule } from '../triggers/ncrontab.ts';

interface TriggerBase {
  readonly functionName: string;
  /** Name of the trigger binding, under which the input is given. */
  readonly binding: string;
}
export interface HttpFunction extends TriggerBase {
  readonly kind: 'http';
  readonly route: Route;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly authLevel: 'anonymous' | 'function' | 'admin';
}
export interface EventGridFunction extends TriggerBase {
  readonly kind: 'event-grid';
}
export interface QueueFunction extends TriggerBase {
  readonly kind: 'queue';
  readonly queueName: string;
  readonly connectionString: string;
}
export interface TimerFunction extends TriggerBase {
  readonly kind: 'timer';
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
}
export type AppFunction = HttpFunction | EventGridFunction | QueueFunction | TimerFunction;

/** One or more functions ask for what cannot be given; the message names each and why. */
export class FunctionsError extends Error {
  override readonly name = 'FunctionsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the app registered, checked as a whole. Throws `FunctionsError` that names every problem at once. */
export function readFunctions(registered: readonly FunctionMetadata[], env: Environment): readonly AppFunction[] {
  const problems: string[] = [];
  const functions = registered.flatMap((metadata): AppFunction[] => {
    try {
      return [readFunction(metadata, env)];
    } catch (error) {
      if (!(error instanceof FunctionsError || error instanceof RouteError || error instanceof ScheduleError))
        throw error;
      problems.push(`function ${metadata.name}: ${error.message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new FunctionsError(problems.join('\n'));
  return functions;
}

function readFunction({ name, bindings, retryOptions }: FunctionMetadata, env: Environment): AppFunction {
  if (retryOptions) throw new FunctionsError('has a retry policy, which this host does not have');
  const trigger = Object.entries(bindings).find(([, { type }]) => type.toLowerCase().endsWith('trigger'));
  if (!trigger) throw new FunctionsError('has no trigger');
  const [binding, settings] = trigger;
  for (const [other, { type }] of Object.entries(bindings)) {
    if (other !== binding && type.toLowerCase() !== 'http')
      throw new FunctionsError(`has a binding of type ${type}, which this host does not have`);
  }
  const base = { functionName: name, binding };
  switch (settings.type.toLowerCase()) {
    case 'httptrigger':
      return {
        ...base,
        kind: 'http',
        route: parseRoute(text(settings['route']) ?? name),
        methods: list(settings['methods'], ['GET', 'POST']),
        authLevel: authLevel(settings['authLevel']),
      };
    case 'eventgridtrigger':
      return { ...base, kind: 'event-grid' };
    case 'queuetrigger':
      return {
        ...base,
        kind: 'queue',
        queueName: expand(text(settings['queueName']) ?? '', env),
        connectionString: connectionString(text(settings['connection']) ?? 'AzureWebJobsStorage', env),
      };
    case 'timertrigger':
      return {
        ...base,
        kind: 'timer',
        schedule: parseSchedule(expand(text(settings['schedule']) ?? '', env)),
        runOnStartup: settings['runOnStartup'] === true,
      };
    default:
      throw new FunctionsError(`has a trigger of type ${settings.type}, which this host does not have`);
  }
}

/** `%NAME%` stands for the app setting of that name. */
function expand(value: string, env: Environment): string {
  return value.replaceAll(/%([^%]+)%/g, (_match, name: string) => {
    const setting = env[name];
    if (setting === undefined || setting === '') throw new FunctionsError(`needs the setting ${name}`);
    return setting;
  });
}

/** A connection is the name of a setting, also with the prefix that the host's own settings have. */
function connectionString(name: string, env: Environment): string {
  const value = env[name] ?? env[`AzureWebJobs${name}`];
  if (value === undefined || value === '') throw new FunctionsError(`needs the setting ${name}, a connection string`);
  return value;
}

function authLevel(value: unknown): HttpFunction['authLevel'] {
  const level = text(value)?.toLowerCase() ?? 'anonymous';
  if (level === 'anonymous' || level === 'function' || level === 'admin') return level;
  throw new FunctionsError(`has the unknown authLevel ${level}`);
}

function list(value: unknown, fallback: readonly string[]): readonly string[] {
  if (!Array.isArray(value)) return fallback;
  return value.filter((item) => typeof item === 'string').map((item) => item.toUpperCase());
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
