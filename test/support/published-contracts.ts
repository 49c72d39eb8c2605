import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { contractsAreHere, readContract } from './contracts.ts';

export { contractsAreHere };

/** The published descriptions as sets of definitions: for the bodies that no operation describes, such as events and callbacks. */
const files = {
  'call-automation': 'data-plane/CallAutomation/stable/2026-03-12/communicationservicescallautomation.json',
  'sip-routing': 'data-plane/SipRouting/stable/2023-03-01/communicationservicessiprouting.json',
  'sip-routing-preview': 'data-plane/SipRouting/preview/2024-11-15-preview/communicationservicessiprouting.json',
  'event-grid': 'event-grid/AzureCommunicationServices.json',
} as const;
const COMMON = 'data-plane/Common/stable/2025-06-30/common.json';

type PublishedDescription = keyof typeof files;
type Json = Readonly<Record<string, unknown>>;

const compiled = new Map<string, ValidateFunction>();

/** What the description does not allow about a body of this definition; empty when it is legal. Members it does not name are not allowed. */
export function definitionProblems(description: PublishedDescription, definition: string, body: unknown): string[] {
  const key = `${description}#${definition}`;
  const validate = compiled.get(key) ?? compile(description, definition);
  compiled.set(key, validate);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

interface PublishedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Definition of the body by status; undefined where the status has no body. */
  readonly responses: Readonly<Record<string, string | undefined>>;
}

export function publishedOperations(
  description: Exclude<PublishedDescription, 'event-grid'>,
): readonly PublishedOperation[] {
  const document = readContract(files[description]) as { paths: Record<string, Record<string, Json>> };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation['operationId'] as string,
      method: method.toUpperCase(),
      path,
      responses: Object.fromEntries(
        Object.entries(operation['responses'] as Record<string, { schema?: { $ref?: string } }>).map(
          ([status, response]) => [status, response.schema?.$ref?.split('/').at(-1)] as const,
        ),
      ),
    })),
  );
}

function compile(description: PublishedDescription, definition: string): ValidateFunction {
  const { definitions: common } = readContract(COMMON) as { definitions: Json };
  const { definitions: own } = readContract(files[description]) as { definitions: Json };
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Definitions of the common file are referred to by versions of it that are not all here; their names are the same in all.
  const definitions = strict({ ...common, ...withoutAliases(own) });
  return ajv.compile({ $ref: `#/definitions/${definition}`, definitions });
}

/** A definition that only points to one of the same name in the common file would point to itself. */
function withoutAliases(definitions: Json): Json {
  return Object.fromEntries(
    Object.entries(definitions).filter(([name, content]) => {
      const { $ref: reference } = content as { $ref?: string };
      return reference?.endsWith(`common.json#/definitions/${name}`) !== true;
    }),
  );
}

function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  if (typeof copy['$ref'] === 'string') return { $ref: `#/definitions/${copy['$ref'].split('/').at(-1) ?? ''}` };
  if (typeof copy['properties'] === 'object' && copy['allOf'] === undefined) copy['additionalProperties'] ??= false;
  return copy;
}
