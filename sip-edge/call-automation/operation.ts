/** What an operation of the published API is here: a name, a path, and a handler or the honest 501. */
import type { z } from 'zod';
import type { HttpReply } from '../http/server.ts';
import { errors } from './errors.ts';

export interface OperationRequest {
  /** Path parameters, percent-decoded. Throws for a name the template does not have. */
  parameter(name: string): string;
  /** A query parameter; undefined where it is not given. */
  query(name: string): string | undefined;
  /** The body as `schema` reads it; throws the 400 that names the field. */
  body<T>(schema: z.ZodType<T>): T;
}

/** With the id of the call it was about, where the path does not name it. */
export type OperationReply = HttpReply & { readonly correlationId?: string };

export type OperationHandler = (request: OperationRequest) => OperationReply | Promise<OperationReply>;

export interface Operation {
  /** `operationId` of the published description. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path template of the published description. */
  readonly path: string;
  readonly handle: OperationHandler;
}

export interface OperationMatch {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

type FindOperation = (method: string, path: string) => OperationMatch | undefined;

export function createRouter(operations: readonly Operation[]): FindOperation {
  const routes = operations.map((operation) => ({ operation, ...compile(operation.path) }));
  return (method, path) => {
    for (const { operation, pattern, names } of routes) {
      if (operation.method !== method) continue;
      const match = pattern.exec(path);
      if (match === null) continue;
      const parameters: Record<string, string> = {};
      for (const [index, name] of names.entries()) {
        const value = decode(match[index + 1] ?? '');
        if (value === undefined) return undefined;
        parameters[name] = value;
      }
      return { operation, parameters };
    }
    return undefined;
  };
}

/** The action separator is a literal colon, so an id ends at `/` or `:`; a raw id, last in its path, may hold colons. */
function compile(template: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names: string[] = [];
  const source = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return name === 'participantRawId' ? '([^/]+)' : '([^/:]+)';
  });
  return { pattern: new RegExp(`^${source}$`), names };
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

export function operationRequest(
  parameters: Readonly<Record<string, string>>,
  search: URLSearchParams,
  bytes: Buffer,
): OperationRequest {
  return {
    query: (name) => search.get(name) ?? undefined,
    parameter(name) {
      const value = parameters[name];
      if (value === undefined) throw new Error(`The path has no parameter ${name}`);
      return value;
    },
    body<T>(schema: z.ZodType<T>): T {
      const result = schema.safeParse(parseJson(bytes));
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw errors.invalidField(issue?.path.join('.') ?? 'body', issue?.message ?? 'unreadable');
    },
  };
}

function parseJson(bytes: Buffer): unknown {
  // Operations whose body has no required member may be asked without one.
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw errors.invalidBody('it is not JSON');
  }
}

export function notImplemented(operationId: string): OperationHandler {
  return () => {
    throw errors.notImplemented(operationId);
  };
}
