import { clip, plainText } from '#core/plain-text';
import type { Customer } from '#core/ports/customer-directory';

/** Names, or places in a list, from the outside in. */
type Path = readonly string[];

/** Where the parts of a customer stand in a service's answer. */
export interface CustomerFields {
  readonly id: Path;
  readonly name: Path;
  readonly language: Path | undefined;
  /** An object whose members are facts. */
  readonly facts: Path | undefined;
  /** Single facts, by the name the agent knows them by. */
  readonly fact: Readonly<Record<string, Path>>;
}

export type CustomerReading =
  | { readonly kind: 'customer'; readonly customer: Customer }
  /** An empty list, or one with several: nobody can be said to be calling. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unreadable' };

const PATH = /^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,7}$/;
const FACT_NAME = /^[A-Za-z0-9_-]{1,60}$/;
/** The model reads them with every turn. */
const FACTS_MAX = 30;
const ID_MAX_CHARS = 100;
const NAME_MAX_CHARS = 200;
const FACT_NAME_MAX_CHARS = 100;
const FACT_MAX_CHARS = 500;
/** A tag of BCP 47 as far as we look at it. */
const LANGUAGE = /^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$/;

/** `id=customer.id, name=customer.displayName, facts.card=cards.0.label`. A text says what is wrong. */
export function parseFields(text: string): CustomerFields | string {
  const paths = new Map<string, Path>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [field = '', path = '', ...rest] = entry.split('=').map((part) => part.trim());
    const fact = field.startsWith('facts.') ? field.slice('facts.'.length) : undefined;
    const isField = fact === undefined ? ['id', 'name', 'language', 'facts'].includes(field) : FACT_NAME.test(fact);
    if (!isField || rest.length > 0 || !PATH.test(path)) {
      return 'expected id, name, language, facts and facts.<name>, each with a path, such as "id=customer.id, facts.card=cards.0.label"';
    }
    paths.set(field, path.split('.'));
  }
  const [id, name] = [paths.get('id'), paths.get('name')];
  if (id === undefined || name === undefined) return 'expected "id=…" and "name=…" among them';
  const facts = [...paths].filter(([field]) => field.startsWith('facts.')).slice(0, FACTS_MAX);
  return {
    id,
    name,
    language: paths.get('language'),
    facts: paths.get('facts'),
    fact: Object.fromEntries(facts.map(([field, path]) => [field.slice('facts.'.length), path])),
  };
}

/** A customer out of a service's answer, bounded and in plain text. Never throws, whatever it is given. */
export function readCustomer(fields: CustomerFields, body: string): CustomerReading {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return { kind: 'unreadable' };
  }
  if (isNobody(answer, fields.id)) return { kind: 'nobody' };
  const id = textOf(valueAt(answer, fields.id)) ?? '';
  // Cut short it would be another customer's.
  if (id === '' || id.length > ID_MAX_CHARS) return { kind: 'unreadable' };
  const language = fields.language === undefined ? undefined : textOf(valueAt(answer, fields.language));
  return {
    kind: 'customer',
    customer: {
      id,
      name: clip(textOf(valueAt(answer, fields.name)) ?? '', NAME_MAX_CHARS),
      language: language !== undefined && LANGUAGE.test(language) ? language.replaceAll('_', '-') : undefined,
      facts: factsIn(fields, answer),
    },
  };
}

/** Whether a list on the way to the id has no element, or more than the one that could be the caller. */
function isNobody(answer: unknown, path: Path): boolean {
  if (answer === null) return true;
  return path.some((_, depth) => {
    const value = valueAt(answer, path.slice(0, depth));
    return Array.isArray(value) && value.length !== 1;
  });
}

function factsIn(fields: CustomerFields, answer: unknown): Record<string, string> {
  const listed = fields.facts === undefined ? undefined : valueAt(answer, fields.facts);
  const members = typeof listed === 'object' && listed !== null && !Array.isArray(listed) ? Object.entries(listed) : [];
  const single = Object.entries(fields.fact).map(([name, path]) => [name, valueAt(answer, path)] as const);
  const facts = [...single, ...members]
    .map(([name, value]) => [clip(plainText(name), FACT_NAME_MAX_CHARS), textOf(value) ?? ''] as const)
    // `__proto__` is no fact anybody knows, and trips copies of this object.
    .filter(([name, value]) => name !== '' && name !== '__proto__' && value !== '')
    .slice(0, FACTS_MAX);
  return Object.fromEntries(facts.map(([name, value]) => [name, clip(value, FACT_MAX_CHARS)]));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return plainText(clip(value, FACT_MAX_CHARS * 2));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
