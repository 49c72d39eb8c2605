import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser, type Node } from 'web-tree-sitter';

export const INFRA = fileURLToPath(new URL('../../infra/', import.meta.url));

/** One Bicep file, as far as its syntax tells. */
export interface BicepFile {
  /** From `infra/`, with slashes. */
  readonly path: string;
  /** `line: text` of what is no Bicep. */
  readonly errors: readonly string[];
  readonly params: ReadonlyMap<string, Param>;
  /** By name, the line that gives them. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly modules: readonly ModuleUse[];
  readonly resources: readonly BicepResource[];
  /** All of it. */
  readonly text: string;
  /** Names of the properties of the object under this name: of a variable, or of a property anywhere. */
  keysOf(name: string): readonly string[];
}

interface Param {
  /** It has no default. */
  readonly isRequired: boolean;
  readonly isSecure: boolean;
}

export interface ModuleUse {
  readonly name: string;
  /** From `infra/`. */
  readonly path: string;
  readonly given: readonly string[];
}

export interface BicepResource {
  readonly name: string;
  /** `Microsoft.Storage/storageAccounts@2023-05-01`. */
  readonly type: string;
  readonly text: string;
}

/** Every file of `infra/`, by its path. */
export async function readBicep(): Promise<ReadonlyMap<string, BicepFile>> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  const files = globSync('**/*.bicep', { cwd: INFRA }).map((file) => read(parser, file.split(path.sep).join('/')));
  return new Map(files.map((file) => [file.path, file]));
}

function read(parser: Parser, file: string): BicepFile {
  const text = readFileSync(path.join(INFRA, file), 'utf8');
  const tree = parser.parse(text);
  if (tree === null) throw new Error(`${file} was not parsed`);
  const root = tree.rootNode;
  const nodes = [...everyNode(root)];
  const errors = nodes
    .filter((node) => node.isError || node.isMissing)
    .map((node) => `${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
  return {
    path: file,
    errors,
    params: new Map(
      declarations(root, 'parameter_declaration').map((node) => [
        nameOf(node),
        { isRequired: node.namedChildren.length < 3, isSecure: /@secure\(\)/.test(decoratorsOf(node)) },
      ]),
    ),
    outputs: new Map(declarations(root, 'output_declaration').map((node) => [nameOf(node), node.text])),
    modules: declarations(root, 'module_declaration').map((node) => ({
      name: nameOf(node),
      path: path.posix.join(path.posix.dirname(file), quoted(node)),
      given: keysUnder(node, 'params'),
    })),
    resources: declarations(root, 'resource_declaration')
      .filter((node) => !/'\s+existing\s*=/.test(node.text))
      .map((node) => ({ name: nameOf(node), type: quoted(node), text: node.text })),
    text,
    keysOf: (name) => keysUnder(root, name),
  };
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* everyNode(child);
}

function declarations(root: Node, type: string): Node[] {
  return [...everyNode(root)].filter((node) => node.type === type);
}

/** The word after `param`, `output`, `module`, `resource`. */
function nameOf(node: Node): string {
  return node.namedChildren[0]?.text ?? '';
}

function decoratorsOf(node: Node): string {
  const before = node.previousNamedSibling;
  return before?.type === 'decorators' ? before.text : '';
}

function quoted(node: Node): string {
  return /'([^']*)'/.exec(node.text)?.[1] ?? '';
}

/** Property names of every object that stands, directly or in a function or a condition, under this name. */
function keysUnder(root: Node, name: string): string[] {
  const holders = [...everyNode(root)].filter(
    (node) =>
      (node.type === 'object_property' || node.type === 'variable_declaration') && node.namedChildren[0]?.text === name,
  );
  return holders.flatMap((holder) => {
    const objects = [...everyNode(holder)].filter((node) => node.type === 'object');
    const outermost = objects.filter((one) => !objects.some((other) => other !== one && holds(other, one)));
    return outermost.flatMap((object) =>
      object.namedChildren.flatMap((property) =>
        property.type === 'object_property' ? (property.namedChildren[0]?.text ?? []) : [],
      ),
    );
  });
}

function holds(outer: Node, inner: Node): boolean {
  return outer.startIndex <= inner.startIndex && outer.endIndex >= inner.endIndex;
}
