import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The published API descriptions, from a folder beside the repository: they are Microsoft's and are not committed here. A clone without
 * them skips the tests that need them, and says so.
 */
const FOLDER = fileURLToPath(new URL('../../../shared/contracts/', import.meta.url));
const CALL_AUTOMATION = 'data-plane/CallAutomation/stable/2026-03-12/communicationservicescallautomation.json';

export const contractsAreHere = existsSync(resolve(FOLDER, CALL_AUTOMATION));
if (!contractsAreHere && process.env['REQUIRE_CONTRACTS'] === '1')
  throw new Error(`REQUIRE_CONTRACTS is set and ${CALL_AUTOMATION} is not in ../shared/contracts`);
if (!contractsAreHere)
  console.warn('The published API descriptions are not beside this clone: tests against them are skipped.');

export function readContract(path: string): unknown {
  return JSON.parse(readFileSync(resolve(FOLDER, path), 'utf8'));
}

type Json = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly operationId: string;
  /** What the description does not allow about a request body; empty when it is legal. */
  requestProblems(body: unknown): string[];
  /** The same about a response with this status. */
  responseProblems(status: number, body: unknown): string[];
}

export interface ApiDescription {
  /** The published operation a request is for; `undefined` when there is none. */
  operation(method: string, path: string): Operation | undefined;
}

export function callAutomation(): ApiDescription {
  return loadDescription(CALL_AUTOMATION);
}

/** An OpenAPI 2 description with its references into other files resolved. */
function loadDescription(path: string): ApiDescription {
  const file = resolve(FOLDER, path);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const routes = Object.entries(document['paths'] as Record<string, Json>).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: routePattern(template),
      operation: operation as Json,
    })),
  );
  const check = (schema: unknown, body: unknown): string[] =>
    schema === undefined ? [] : problems(schema, file, body);
  return {
    operation: (method, requestPath) => {
      const found = routes.find((route) => route.method === method && route.pattern.test(requestPath));
      if (found === undefined) return undefined;
      const parameters = (found.operation['parameters'] ?? []) as Json[];
      const responses = found.operation['responses'] as Record<string, Json>;
      return {
        operationId: found.operation['operationId'] as string,
        requestProblems: (body) => {
          const schema = parameters.find((parameter) => parameter['in'] === 'body')?.['schema'];
          if (schema === undefined) return body === undefined ? [] : ['no body is expected'];
          return check(schema, body);
        },
        responseProblems: (status, body) => {
          const response = responses[String(status)] ?? responses['default'];
          return response === undefined ? [`status ${status} is not described`] : check(response['schema'], body);
        },
      };
    },
  };
}

function routePattern(template: string): RegExp {
  const escaped = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/:]+');
  return new RegExp(`^${escaped}$`);
}

function problems(schema: unknown, file: string, body: unknown): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(bundle(schema, file));
  return validate(body)
    ? []
    : (validate.errors ?? []).map((error: ErrorObject) => `${error.instancePath} ${error.message ?? ''}`);
}

/** One schema without references out of itself: every definition it reaches, in any file, moved under `definitions`. */
function bundle(schema: unknown, file: string): Json {
  const definitions: Record<string, unknown> = {};
  const rewrite = (node: unknown, from: string): unknown => {
    if (Array.isArray(node)) return node.map((element) => rewrite(element, from));
    if (typeof node !== 'object' || node === null) return node;
    const { $ref: reference, ...rest } = node as Json;
    if (typeof reference === 'string') return { $ref: `#/definitions/${define(reference, from)}` };
    const entries = Object.entries(rest).map(([key, value]) => [key, rewrite(value, from)] as const);
    const copy: Record<string, unknown> = Object.fromEntries(entries);
    // Nothing may be sent that the description does not name.
    if (copy['properties'] !== undefined) copy['additionalProperties'] ??= false;
    return copy;
  };
  const define = (reference: string, from: string): string => {
    const [path = '', pointer = ''] = reference.split('#');
    const target = path === '' ? from : resolve(dirname(from), path);
    const name = encodeURIComponent(`${target}#${pointer}`).replaceAll(/[%.]/g, '_');
    if (!(name in definitions)) {
      definitions[name] = {};
      const document = JSON.parse(readFileSync(target, 'utf8')) as Json;
      definitions[name] = rewrite(withSubtypes(at(document, pointer) as Json, pointer, document), target);
    }
    return name;
  };
  return { ...(rewrite(schema, file) as Json), definitions };
}

/** A base with a discriminator stands for its subtypes, each with the base's properties. */
function withSubtypes(base: Json, pointer: string, document: Json): Json {
  if (base['discriminator'] === undefined) return base;
  const subtypes = Object.values(document['definitions'] as Record<string, Json>).filter((definition) =>
    JSON.stringify(definition['allOf'] ?? '').includes(`"#${pointer}"`),
  );
  return {
    oneOf: subtypes.map((subtype) => ({
      type: 'object',
      required: base['required'],
      properties: { ...(base['properties'] as Json), ...(subtype['properties'] as Json) },
    })),
  };
}

function at(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}
