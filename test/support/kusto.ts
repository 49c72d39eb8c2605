import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

/** As far as it is asked here; its own types are a megabyte of global names. */
interface KustoCode {
  Parse(text: string): { GetSyntaxDiagnostics(): Diagnostics };
}
interface Diagnostics {
  readonly Count: number;
  getItem(index: number): { readonly Message: string; readonly Start: number };
}

const require = createRequire(import.meta.url);
/** Scripts for a browser: each leaves its names to the next. */
const SCRIPTS = [
  require.resolve('@kusto/language-service-next/bridge.min.js'),
  require.resolve('@kusto/language-service-next/Kusto.Language.Bridge.min.js'),
];

let loaded: KustoCode | undefined;

/** What Microsoft's own parser of the query language has against a query, each with the words it is about; none for one that can be run. */
export function kustoComplaints(query: string): readonly string[] {
  const found = (loaded ??= load()).Parse(query).GetSyntaxDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => {
    const { Message: message, Start: start } = found.getItem(index);
    return `${message} At: ${query.slice(start, start + 40)}`;
  });
}

function load(): KustoCode {
  const context = vm.createContext({});
  for (const script of SCRIPTS) vm.runInContext(readFileSync(script, 'utf8'), context, { filename: script });
  return vm.runInContext('Kusto.Language.KustoCode', context) as KustoCode;
}
